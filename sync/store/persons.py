"""What matching stores: keys of records, persons and their members, the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from sync.core import emails
from sync.repository import Edge, Group, Member
from sync.store import rows
from sync.store import tables as t


class PersonsSide:
    connection: Connection

    def unresolved(self, limit: int, after: int = 0) -> list[Member]:
        query = select(t.people).where(t.people.c.unresolved, t.people.c.id > after)
        found = self.connection.execute(query.order_by(t.people.c.id).limit(limit))
        return [rows.member(row) for row in found]

    def set_keys(self, keys: Mapping[int, Iterable[str]]) -> None:
        """Whom a record leaves behind at a key is matched anew: a mailbox of fewer names may now join them."""
        wanted = {(id, key) for id, found in keys.items() for key in found}
        stored: set[tuple[int, str]] = set()
        c = t.record_keys.c
        for piece in rows.chunks(keys):
            query = select(c.record_id, c.key).where(c.record_id.in_(piece))
            stored |= {(row.record_id, row.key) for row in self.connection.execute(query)}
        for id, key in sorted(stored - wanted):
            self.connection.execute(delete(t.record_keys).where(c.record_id == id, c.key == key))
            left = select(c.record_id).where(c.key == key)
            self.connection.execute(update(t.people).where(t.people.c.id.in_(left)).values(unresolved=True))
        if fresh := [{"record_id": id, "key": key} for id, key in sorted(wanted - stored)]:
            self.connection.execute(insert(t.record_keys), fresh)

    def mark_resolved(self, record_ids: Iterable[int]) -> None:
        for piece in rows.chunks(record_ids):
            self.connection.execute(update(t.people).where(t.people.c.id.in_(piece)).values(unresolved=False))

    def closure(self, record_ids: Iterable[int], limit: int) -> list[Member]:
        """All records reachable by shared keys or standing membership; stops widening beyond `limit` records,
        yet never between the records of one person."""
        known: set[int] = set()
        edge = set(record_ids)
        while edge and len(known) < limit:
            known |= edge
            edge = (self._by_key(edge) | self._by_membership(edge)) - known
        if edge:
            known |= self._by_membership(known)
        found: list[Member] = []
        for piece in rows.chunks(sorted(known)):
            found += [
                rows.member(row) for row in self.connection.execute(select(t.people).where(t.people.c.id.in_(piece)))
            ]
        return found

    def key_taken(self, key: str) -> bool:
        return self.connection.scalar(select(t.persons.c.id).where(t.persons.c.key == key)) is not None

    def new_person(self, key: str, at: int) -> int:
        result = self.connection.execute(
            insert(t.persons).values(key=key, created_at=at, score_due=True, plan_due=True)
        )
        return rows.inserted_id(result)

    def assign(self, person_id: int, group: Group) -> bool:
        moved = [member.id for member in group.members if member.person_id != person_id]
        left: list[int] = []
        if len(moved) < len(group.members):  # else the person is new
            mine = self.connection.scalars(select(t.people.c.id).where(t.people.c.person_id == person_id))
            left = sorted(set(mine) - {member.id for member in group.members})
            self.connection.execute(delete(t.edges).where(t.edges.c.person_id == person_id))
        for piece in rows.chunks(moved):
            self.connection.execute(update(t.people).where(t.people.c.id.in_(piece)).values(person_id=person_id))
        for piece in rows.chunks(left):
            # They belong to another group, which is assigned next; until then to nobody.
            self.connection.execute(update(t.people).where(t.people.c.id.in_(piece)).values(person_id=None))
        if group.edges:
            self.connection.execute(insert(t.edges), [_edge_values(person_id, edge) for edge in group.edges])
        return bool(moved or left)

    def merge_persons(self, loser: int, survivor: int) -> None:
        """The loser's history goes to the survivor; episodes are numbered on."""
        last = self.connection.scalar(
            select(func.coalesce(func.max(t.episodes.c.number), 0)).where(t.episodes.c.person_id == survivor)
        )
        moved = self.connection.scalars(
            select(t.episodes.c.id).where(t.episodes.c.person_id == loser).order_by(t.episodes.c.number)
        ).all()
        for offset, id in enumerate(moved, 1):
            values = {"person_id": survivor, "number": int(last or 0) + offset}
            self.connection.execute(update(t.episodes).where(t.episodes.c.id == id).values(**values))
        self.connection.execute(update(t.outbox).where(t.outbox.c.person_id == loser).values(person_id=survivor))
        self._keep_first_hot(loser, survivor)
        for table in (t.score_lines, t.scores, t.edges):
            self.connection.execute(delete(table).where(table.c.person_id == loser))
        persons = t.persons.c
        self.connection.execute(
            update(t.persons)
            .where(or_(persons.id == loser, persons.merged_into == loser))
            .values(merged_into=survivor, score_due=False, plan_due=False)
        )

    def _keep_first_hot(self, loser: int, survivor: int) -> None:
        times = self.connection.scalars(
            select(t.persons.c.first_hot_at).where(t.persons.c.id.in_([loser, survivor]))
        ).all()
        if known := [at for at in times if at is not None]:
            self.connection.execute(update(t.persons).where(t.persons.c.id == survivor).values(first_hot_at=min(known)))

    def _by_key(self, record_ids: Iterable[int]) -> set[int]:
        mine, others = t.record_keys.alias("mine"), t.record_keys.alias("others")
        found: set[int] = set()
        for piece in rows.chunks(sorted(record_ids)):
            query = (
                select(others.c.record_id)
                .join(mine, and_(mine.c.key == others.c.key, mine.c.record_id.in_(piece)))
                .distinct()
            )
            found |= set(self.connection.scalars(query))
        return found

    def _by_membership(self, record_ids: Iterable[int]) -> set[int]:
        mine, others = t.people.alias("mine"), t.people.alias("others")
        found: set[int] = set()
        for piece in rows.chunks(sorted(record_ids)):
            query = (
                select(others.c.id)
                .join(mine, and_(mine.c.person_id == others.c.person_id, mine.c.id.in_(piece)))
                .distinct()
            )
            found |= set(self.connection.scalars(query))
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
            .where(t.record_keys.c.key == f"mail:{mailbox}")
        )
        by_key = select(func.coalesce(t.persons.c.merged_into, t.persons.c.id)).where(t.persons.c.key == text)
        for query in (by_key, by_mail, by_record):
            if found := sorted({id for id in self.connection.scalars(query) if id}):
                return found
        return []


def _edge_values(person_id: int, edge: Edge) -> dict[str, Any]:
    values = {"left_id": edge.left, "right_id": edge.right, "evidence": edge.evidence, "detail": edge.detail}
    return {"person_id": person_id, **values}
