"""What scores were, and would be, computed from: acts and traits in words, now and as they were known at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, insert, select

from sync.core.records import RecordKey
from sync.repository import ActRow, Rules, Subject, Traits
from sync.store import rows
from sync.store import tables as t

_PIECE = 1_000
_TRAIT_COLUMNS = tuple(c.name for c in t.past_traits.c if c.name not in ("id", "person_id", "since", "until"))


class KnowledgeSide:
    connection: Connection

    def acts_of(self, person_ids: Sequence[int], known_at: int | None = None) -> dict[int, list[ActRow]]:
        """Acts of each person in order; with `known_at`, those that were hers then, as far as was known."""
        found: dict[int, list[ActRow]] = defaultdict(list)
        for piece in rows.chunks(person_ids, _PIECE):
            for query in _at_a_time(t.acts, t.past_acts, ("at", "activity_id", "subject_id"), piece, known_at):
                for person, at, activity, subject in self.connection.execute(query).all():
                    found[person].append((at, activity, subject))
        for acts in found.values():
            acts.sort()
        return found

    def traits_of(self, person_ids: Sequence[int], known_at: int | None = None) -> dict[int, tuple[int, Traits]]:
        """Person -> when she was first known, and her traits; with `known_at`, as they were then."""
        told: dict[int, Any] = {}
        for piece in rows.chunks(person_ids, _PIECE):
            for query in _at_a_time(t.traits, t.past_traits, _TRAIT_COLUMNS, piece, known_at):
                told |= {row.person_id: row for row in self.connection.execute(query)}
        texts = self._texts({getattr(row, name) for row in told.values() for name in t.TRAIT_TEXTS})
        return {person: (row.first_known_at, _traits(row, texts)) for person, row in told.items()}

    def subjects(self, numbers: Iterable[int]) -> dict[int, Subject]:
        c = t.subjects.c
        columns = (c.id, c.kind, c.url, c.title, c.content_id, c.content_name, c.content_type, c.status, c.responded)
        found: dict[int, Subject] = {}
        for piece in rows.chunks(numbers, _PIECE):
            for row in self.connection.execute(select(*columns).where(c.id.in_(piece))):
                found[row.id] = Subject(*row[1:])
        return found

    def activity_keys(self, numbers: Iterable[int]) -> dict[int, RecordKey]:
        c = t.activities.c
        found: dict[int, RecordKey] = {}
        for piece in rows.chunks(numbers, _PIECE):
            for row in self.connection.execute(select(c.id, c.system, c.object, c.vendor_id).where(c.id.in_(piece))):
                found[row.id] = RecordKey(*row[1:])
        return found

    def rules_in_force(self, at: int) -> Rules | None:
        """By which everybody was scored at a time."""
        c = t.rules_in_force.c
        query = select(c.since, c.version, c.timezone, c.lists).where(c.since <= at).order_by(c.id.desc()).limit(1)
        row = self.connection.execute(query).first()
        return Rules(*row) if row else None

    def put_in_force(self, rules: Rules) -> None:
        """From `rules.since` on, unless they are already."""
        c = t.rules_in_force.c
        query = select(c.version, c.timezone, c.lists).order_by(c.id.desc()).limit(1)
        last = self.connection.execute(query).first()
        told = (rules.version, rules.timezone, {name: list(found) for name, found in sorted(rules.lists.items())})
        if last is None or tuple(last) != told:
            values = dict(zip(("version", "timezone", "lists"), told, strict=True))
            self.connection.execute(insert(t.rules_in_force).values(since=rules.since, **values))

    def _texts(self, numbers: Collection[int]) -> dict[int, str]:
        c = t.texts.c
        found = {0: ""}
        for piece in rows.chunks(sorted(numbers), _PIECE):
            found |= {row.id: row.text for row in self.connection.execute(select(c.id, c.text).where(c.id.in_(piece)))}
        return found


def _at_a_time(
    now: Any, past: Any, names: Sequence[str], person_ids: Sequence[int], known_at: int | None
) -> Iterable[Select[Any]]:
    """Rows of persons, as they are or as they were at a time."""
    query = select(now.c.person_id, *(now.c[name] for name in names)).where(now.c.person_id.in_(person_ids))
    if known_at is None:
        yield query
        return
    yield query.where(now.c.since <= known_at)
    held = and_(past.c.since <= known_at, past.c.until > known_at)
    yield select(past.c.person_id, *(past.c[name] for name in names)).where(past.c.person_id.in_(person_ids), held)


def _traits(row: Any, texts: Mapping[int, str]) -> Traits:
    words: dict[str, Any] = {name: texts[getattr(row, name)] for name in t.TRAIT_TEXTS}
    words["domains"] = tuple(words["domains"].split())
    plain = {name: getattr(row, name) for name in ("employees", "lost_at", "recycled_at")}
    plain |= {name: bool(getattr(row, name)) for name in ("opted_out", "customer", "open_deal")}
    return Traits(**words, **plain)
