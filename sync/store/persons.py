"""What matching stores of persons: who is whose record, who became part of whom, and how it came about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from sync.core import emails
from sync.identity.keys import KeyKind, key_number
from sync.repository import PersonEvent
from sync.store import rows
from sync.store import tables as t


class PersonsSide:
    connection: Connection
    strong_neighbours: Callable[[Iterable[int]], set[int]]
    decided_neighbours: Callable[[Iterable[int]], set[int]]

    def component(self, record_ids: Iterable[int], limit: int) -> set[int]:
        known: set[int] = set()
        edge = set(record_ids)
        while edge and len(known) < limit:
            known |= edge
            reached = self.strong_neighbours(edge) | self.decided_neighbours(edge) | self._by_membership(edge)
            edge = reached - known
        return known | (self._by_membership(known) if edge else set())

    def persons_of_keys(self, keys: Iterable[str]) -> dict[str, tuple[int, bool]]:
        c = t.persons.c
        found: dict[str, tuple[int, bool]] = {}
        for piece in rows.chunks(keys):
            query = select(c.key, c.id, c.merged_into).where(c.key.in_(piece))
            found |= {row.key: (row.id, row.merged_into is not None) for row in self.connection.execute(query)}
        return found

    def new_persons(self, keys: Sequence[str], at: int) -> dict[str, int]:
        if keys:
            flags = {"created_at": at, "score_due": True, "plan_due": True}
            self.connection.execute(insert(t.persons), [{"key": key, **flags} for key in keys])
        return {key: id for key, (id, _) in self.persons_of_keys(keys).items()}

    def revive(self, person_id: int) -> None:
        c, episodes = t.persons.c, t.episodes.c
        key = str(self.connection.scalar(select(c.key).where(c.id == person_id)))
        bearing = select(episodes.task_key).where(episodes.task_key > f"{key}-", episodes.task_key < f"{key}.")
        numbers = [int(found.rpartition("-")[2]) for found in self.connection.scalars(bearing)]
        values = {"merged_into": None, "first_hot_at": None, "last_number": max(numbers, default=0)}
        self.connection.execute(update(t.persons).where(c.id == person_id).values(**values))
        self._bring_back(person_id)

    def _bring_back(self, person_id: int) -> None:
        """Whoever was merged into her before she was merged away herself."""
        c, log = t.persons.c, t.person_log.c
        edge = {person_id}
        while edge:
            latest = select(func.max(log.id)).where(log.kind == "merge").group_by(log.person_id)
            latest = latest.where(log.person_id.in_(select(log.person_id).where(log.other_id.in_(edge))))
            query = (
                select(log.person_id)
                .join(t.persons, c.id == log.person_id)
                .where(log.id.in_(latest), log.other_id.in_(edge), c.merged_into.is_not(None))
            )
            edge = set(self.connection.scalars(query)) - {person_id}
            for piece in rows.chunks(sorted(edge)):
                self.connection.execute(update(t.persons).where(c.id.in_(piece)).values(merged_into=person_id))

    def place(self, persons: Mapping[int, int]) -> None:
        if not persons:
            return
        c, left = t.people.c, set[int]()
        for piece in rows.chunks(sorted(persons)):
            left |= set(self.connection.scalars(select(c.person_id).where(c.id.in_(piece), c.person_id.is_not(None))))
        one = update(t.people).where(c.id == bindparam("record")).values(person_id=bindparam("person"))
        self.connection.execute(one, [{"record": id, "person": person} for id, person in sorted(persons.items())])
        self._take_orders_along(left)

    def _take_orders_along(self, person_ids: Iterable[int]) -> None:
        """What waits to be written to a record is its own person's: hers to drop, and in her audit trail."""
        c = t.outbox.c
        own = select(t.people.c.person_id).where(t.people.c.id == c.record_id).scalar_subquery()
        waits = and_(c.kind == "score", c.record_id.is_not(None), c.state.in_(("pending", "sending", "rejected")))
        for piece in rows.chunks(sorted(person_ids)):
            self.connection.execute(update(t.outbox).where(c.person_id.in_(piece), waits).values(person_id=own))

    def take_tasks_along(self, earlier: int, person: int) -> None:
        numbers = self.connection.scalars(select(t.episodes.c.number).where(t.episodes.c.person_id == earlier)).all()
        c = t.outbox.c
        mine = select(t.people.c.id).where(t.people.c.person_id == person)
        found = self.connection.scalars(
            select(t.episodes.c.id)
            .join(t.outbox, c.episode_id == t.episodes.c.id)
            .where(t.episodes.c.person_id == earlier, c.kind.in_(("task", "note")), c.record_id.in_(mine))
            .order_by(t.episodes.c.number)
        )
        moved = list(dict.fromkeys(found))  # an episode may have had both
        if not moved:
            return
        self._move_episodes(moved, person)
        for piece in rows.chunks(moved):
            self.connection.execute(update(t.outbox).where(c.episode_id.in_(piece)).values(person_id=person))
        # The keys of these tasks bear her name; her next one must not bear the same number.
        persons = t.persons.c
        last = max(numbers)
        self.connection.execute(
            update(t.persons).where(persons.id == earlier, persons.last_number < last).values(last_number=last)
        )

    def _move_episodes(self, ids: Iterable[int], person: int) -> None:
        """To the end of the person's own."""
        last = self.connection.scalar(
            select(func.coalesce(func.max(t.episodes.c.number), 0)).where(t.episodes.c.person_id == person)
        )
        for number, id in enumerate(ids, int(last or 0) + 1):
            values = {"person_id": person, "number": number}
            self.connection.execute(update(t.episodes).where(t.episodes.c.id == id).values(**values))

    def merge_persons(self, loser: int, survivor: int) -> None:
        """The loser's history goes to the survivor; episodes are numbered on."""
        moved = select(t.episodes.c.id).where(t.episodes.c.person_id == loser).order_by(t.episodes.c.number)
        self._move_episodes(self.connection.scalars(moved).all(), survivor)
        self.connection.execute(update(t.outbox).where(t.outbox.c.person_id == loser).values(person_id=survivor))
        self._keep_first_hot(loser, survivor)
        for table in (t.score_lines, t.scores):
            self.connection.execute(delete(table).where(table.c.person_id == loser))
        persons = t.persons.c
        self.connection.execute(
            update(t.persons)
            .where(or_(persons.id == loser, persons.merged_into == loser))
            .values(merged_into=survivor, score_due=False, plan_due=False)
        )
        # Her acts went to the survivor: what the scorer knows of her is cleared away with the next scoring.
        known = select(t.traits.c.person_id).where(t.traits.c.person_id == loser)
        self.connection.execute(
            update(t.persons).where(persons.id == loser, persons.id.in_(known)).values(score_due=True)
        )

    def log_persons(self, events: Iterable[PersonEvent]) -> None:
        if values := [_event_values(event) for event in events]:
            self.connection.execute(insert(t.person_log), values)

    def person_events(self, person_id: int) -> list[PersonEvent]:
        c = t.person_log.c
        query = select(t.person_log).where(or_(c.person_id == person_id, c.other_id == person_id)).order_by(c.id)
        return [
            PersonEvent(row.at, row.kind, row.person_id, row.other_id, row.record_id, row.cause)
            for row in self.connection.execute(query)
        ]

    def _keep_first_hot(self, loser: int, survivor: int) -> None:
        times = self.connection.scalars(
            select(t.persons.c.first_hot_at).where(t.persons.c.id.in_([loser, survivor]))
        ).all()
        if known := [at for at in times if at is not None]:
            self.connection.execute(update(t.persons).where(t.persons.c.id == survivor).values(first_hot_at=min(known)))

    def _by_membership(self, record_ids: Iterable[int]) -> set[int]:
        found: set[int] = set()
        c = t.people.c
        for piece in rows.chunks(sorted(record_ids)):
            persons = select(c.person_id).where(c.id.in_(piece), c.person_id.is_not(None))
            found |= set(self.connection.scalars(select(c.id).where(c.person_id.in_(persons))))
        return found

    def find_person(self, text: str) -> list[int]:
        """Persons by person key, vendor record id (15 or 18 characters) or e-mail address."""
        mailbox = emails.normalise(text)
        by_record = select(t.people.c.person_id).where(
            or_(
                t.people.c.vendor_id == text,
                and_(func.length(t.people.c.vendor_id) == 18, func.substr(t.people.c.vendor_id, 1, 15) == text),
            )
        )
        by_mail = (
            select(t.people.c.person_id)
            .join(t.record_keys, t.record_keys.c.record_id == t.people.c.id)
            .where(t.record_keys.c.number == key_number(KeyKind.MAILBOX, mailbox))
        )
        by_key = select(func.coalesce(t.persons.c.merged_into, t.persons.c.id)).where(t.persons.c.key == text)
        for query in (by_key, by_mail, by_record):
            if found := sorted({id for id in self.connection.scalars(query) if id}):
                return found
        return []


def _event_values(event: PersonEvent) -> dict[str, Any]:
    ids = {"person_id": event.person, "other_id": event.other, "record_id": event.record}
    return {"at": event.at, "kind": event.kind, **ids, "cause": event.cause}
