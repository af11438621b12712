"""History: how a person came to have the records she has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sync.core.records import RecordKey
from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.repository import Store, Unit


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: merge, split, join or leave of `sync.repository.PersonEvent`, or a reviewer's same or different."""

    at: int
    kind: str
    records: tuple[RecordKey, ...]
    person: str = ""  # key
    other: str = ""  # key
    cause: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class History:
    person: str  # key
    lines: tuple[Line, ...]  # oldest first


class NobodyFound(LeadsyncError):
    """No person goes by that text."""


def history(store: Store, text: str) -> History:
    """Merges and splits of a person, and what reviewers decided of her records; by a name as in `explain`."""
    with store.reading() as unit:
        found = unit.find_person(text)
        if not found:
            raise NobodyFound(
                Text(
                    "nobody with this e-mail address, record id or person key is known here",
                    "このメールアドレス、レコード ID、人物キーに一致する人はいません",
                )
            )
        dossier = unit.dossiers(found[:1])[0]
        own = [member.id for member in dossier.members]
        lines = [*_events(unit, dossier.person_id), *_decisions(unit, own)]
    return History(dossier.key, tuple(sorted(lines, key=lambda line: line.at)))


def _events(unit: Unit, person_id: int) -> Iterator[Line]:
    events = unit.person_events(person_id)
    persons = sorted({id for event in events for id in (event.person, event.other) if id})
    keys = {dossier.person_id: dossier.key for dossier in unit.dossiers(persons)}
    records = unit.records(sorted({event.record for event in events if event.record}))
    for event in events:
        record = (records[event.record].record.key,) if event.record in records else ()
        other = keys.get(event.other or 0, "")
        yield Line(event.at, event.kind, record, keys.get(event.person, ""), other, event.cause)


def _decisions(unit: Unit, own: list[int]) -> Iterator[Line]:
    """Those that stand, of her records with each other or with those of somebody else."""
    decided = [decision for decision in unit.decisions() if decision.left in own or decision.right in own]
    records = unit.records(sorted({id for decision in decided for id in (decision.left, decision.right)}))
    for decision in decided:
        keys = tuple(records[id].record.key for id in (decision.left, decision.right) if id in records)
        yield Line(decision.at, decision.verdict, keys, author=decision.author)
