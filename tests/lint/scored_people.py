"""People in a store, with scores by a model."""

from __future__ import annotations

from collections.abc import Sequence

from sync.core.records import ActivityRecord, PersonRecord, RecordKey
from sync.jobs.reference import Scoring, facts_of, row_of
from sync.store.database import SqlStore

NOW = 1_790_000_000
DAY = 86_400


def contact(number: int, **values: object) -> PersonRecord:
    key = RecordKey("hubspot", "contact", str(number))
    known = {"modified_at": NOW - DAY, "created_at": NOW - 5 * DAY, "email": f"p{number}@firm{number}.co.jp"}
    return PersonRecord(key, **{**known, **values})  # type: ignore[arg-type]


def page_view(number: int, person: int, path: str, days: float = 1) -> ActivityRecord:
    at = NOW - int(days * DAY)
    who = RecordKey("hubspot", "contact", str(person))
    key = RecordKey("hubspot", "page_view", str(number))
    return ActivityRecord(key, at, "page_view", at, people=(who,), url=f"https://example.co.jp{path}")


def keep(store: SqlStore, scoring: Scoring, records: Sequence[PersonRecord], acts: Sequence[ActivityRecord]) -> None:
    """Saves them, gives each record a person of its own, and scores everybody."""
    with store.begin() as unit:
        unit.save([*records, *acts], NOW)
        unit.attach_activities()
        members = {member.id: member for member in unit.unresolved(1_000)}
        persons = unit.new_persons([f"p{member.record.key.id}" for member in members.values()], NOW)
        unit.place({id: persons[f"p{member.record.key.id}"] for id, member in members.items()})
        unit.mark_resolved(members)
    with store.begin() as unit:
        dossiers = unit.dossiers(sorted(persons.values()))
        rows = [row_of(one.person_id, facts_of(one, NOW, scoring.timezone), scoring, NOW) for one in dossiers]
        unit.save_scores(rows)
