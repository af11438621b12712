"""What pushing reads and stores: due orders, their outcomes, what each CRM acknowledged, the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, func, insert, or_, select, update

from sync.core.records import SALESFORCE, PersonRecord, RecordKey, State
from sync.repository import AuditEntry, Member, OutboxRow, Step, Told
from sync.store import rows
from sync.store import tables as t
from sync.store.planning import outbox_row

_AUDIT_FIELDS = tuple(f.name for f in fields(AuditEntry))
_UNFINISHED = ("pending", "sending")
_PATIENCE_SECONDS = 3_600
_PATIENCE_ATTEMPTS = 6  # with their pauses, half an hour


class OutboxSide:
    connection: Connection
    flag: Callable[..., None]

    def outbox_due(self, system: str, kinds: Sequence[str], now: int, limit: int) -> list[OutboxRow]:
        """Due rows. A score for another system waits until Salesforce has answered for the same person, but not
        when it has been silent for an hour, puts it off again and again, or was switched off."""
        c = t.outbox.c
        where = [c.system == system, c.kind.in_(kinds), c.state.in_(_UNFINISHED), c.next_at <= now]
        if system != SALESFORCE:
            first = t.outbox.alias("first")
            where.append(
                or_(
                    c.kind != "score",
                    ~exists().where(
                        first.c.person_id == c.person_id,
                        first.c.system == SALESFORCE,
                        first.c.kind == "score",
                        first.c.state.in_(_UNFINISHED),
                        first.c.next_at > now - _PATIENCE_SECONDS,
                        first.c.attempts < _PATIENCE_ATTEMPTS,
                    ),
                )
            )
        found = self.connection.execute(select(t.outbox).where(and_(*where)).order_by(c.id).limit(limit))
        return [outbox_row(row) for row in found]

    def mark_sending(self, ids: Sequence[int], at: int) -> None:
        """Keeps the time of the first attempt: from then on the task may exist at the vendor."""
        values = {"state": "sending", "sent_at": func.coalesce(t.outbox.c.sent_at, at)}
        for piece in rows.chunks(ids):
            self.connection.execute(update(t.outbox).where(t.outbox.c.id.in_(piece)).values(**values))

    def settle(self, row: OutboxRow, state: str, at: int, reason: str = "", next_at: int | None = None) -> None:
        values: dict[str, Any] = {"state": state, "reason": rows.storable_text(reason), "attempts": row.attempts + 1}
        values["done_at"] = at if state in ("done", "rejected", "dropped") else None
        if next_at is not None:
            values["next_at"] = next_at
        self.connection.execute(update(t.outbox).where(t.outbox.c.id == row.id).values(**values))

    def tell(self, told: Mapping[int, Told]) -> None:
        """What records hold now: record id -> what was acknowledged."""
        for piece in rows.chunks(told):
            self.connection.execute(delete(t.written).where(t.written.c.record_id.in_(piece)))
        if told:
            self.connection.execute(insert(t.written), [_told_values(id, one) for id, one in told.items()])

    def redirect(self, record_id: int, to: RecordKey) -> None:
        row = self.connection.execute(select(t.people).where(t.people.c.id == record_id)).one()
        state = State.CONVERTED if to.object != row.object else State.MERGED
        values = {"state": state.value, "successor_object": to.object, "successor_id": to.id, "digest": ""}
        self.connection.execute(
            update(t.people).where(t.people.c.id == record_id).values(**values, unresolved=Step.KEYS)
        )

    def mark_gone(self, key: RecordKey) -> None:
        where = and_(_is(key), t.people.c.state == State.LIVE.value)
        person = self.connection.scalar(select(t.people.c.person_id).where(where))
        self.connection.execute(update(t.people).where(where).values(state=State.ARCHIVED.value, digest=""))
        if person:
            self.flag([person], score=True, plan=True)

    def bearers(self, members: Iterable[Member]) -> dict[int, RecordKey]:
        """Record id -> what lives in its place now, over conversions and merges; itself when it lives."""
        return {member.id: self._bearer(member.record) for member in members}

    def _bearer(self, record: PersonRecord) -> RecordKey:
        passed = {record.key}
        while record.successor and record.successor not in passed:
            row = self.connection.execute(select(t.people).where(_is(record.successor))).first()
            if row is None:
                return record.successor  # not pulled yet
            record = rows.person_record(row)
            passed.add(record.key)
        return record.key

    def records(self, record_ids: Sequence[int]) -> dict[int, Member]:
        found: dict[int, Member] = {}
        for piece in rows.chunks(record_ids):
            for row in self.connection.execute(select(t.people).where(t.people.c.id.in_(piece))):
                found[row.id] = rows.member(row)
        return found

    def audit(self, entries: Sequence[AuditEntry]) -> None:
        if entries:
            values = [{name: getattr(entry, name) for name in _AUDIT_FIELDS} for entry in entries]
            self.connection.execute(insert(t.audit), [rows.storable(value) for value in values])

    def written_records(self, system: str) -> list[tuple[int, RecordKey]]:
        """Live records of a system that bear our values: (record id, key)."""
        query = (
            select(t.people.c.id, t.people.c.object, t.people.c.vendor_id)
            .join(t.written, t.written.c.record_id == t.people.c.id)
            .where(t.people.c.system == system, t.people.c.state == State.LIVE.value)
            .order_by(t.people.c.id)
        )
        return [(row.id, RecordKey(system, row.object, row.vendor_id)) for row in self.connection.execute(query)]

    def made_tasks(self, system: str) -> list[tuple[str, str]]:
        """Tasks of ours that nobody has completed yet: (task key, vendor id)."""
        closed = select(t.activities.c.task_key).where(t.activities.c.task_key != "", t.activities.c.closed)
        c = t.episodes.c
        where = and_(c.task_system == system, c.task_id.is_not(None), c.task_key.not_in(closed))
        query = select(c.task_key, c.task_id).where(where).order_by(c.id)
        return [(row.task_key, row.task_id) for row in self.connection.execute(query)]

    def forget_writes(self, system: str) -> None:
        """As if nothing had ever been written to this system."""
        mine = select(t.people.c.id).where(t.people.c.system == system)
        self.connection.execute(delete(t.written).where(t.written.c.record_id.in_(mine)))
        self.connection.execute(delete(t.outbox).where(t.outbox.c.system == system))
        self.connection.execute(update(t.people).where(t.people.c.system == system).values(own={}))
        values = {"task_state": "none", "task_id": None, "sla_state": "none"}
        self.connection.execute(update(t.episodes).where(t.episodes.c.task_system == system).values(**values))
        self.connection.execute(update(t.persons).where(t.persons.c.merged_into.is_(None)).values(plan_due=True))

    def outbox_rows(self, states: Sequence[str], limit: int = 200) -> list[OutboxRow]:
        where = t.outbox.c.state.in_(states)
        found = self.connection.execute(select(t.outbox).where(where).order_by(t.outbox.c.id).limit(limit))
        return [outbox_row(row) for row in found]

    def retry_orders(self, at: int, ids: Iterable[int] = ()) -> int:
        """Rejected and waiting orders become due now; returns how many."""
        where = [t.outbox.c.state.in_((*_UNFINISHED, "rejected"))]
        if wanted := list(ids):
            where.append(t.outbox.c.id.in_(wanted))
        # What may have been sent stays marked so.
        state = case((t.outbox.c.state == "sending", "sending"), else_="pending")
        values = {"state": state, "next_at": at, "attempts": 0}
        return self.connection.execute(update(t.outbox).where(and_(*where)).values(**values)).rowcount

    def audit_of(self, person_id: int, limit: int = 500, field: str = "") -> list[AuditEntry]:
        everyone = select(t.persons.c.id).where(or_(t.persons.c.id == person_id, t.persons.c.merged_into == person_id))
        query = select(t.audit).where(t.audit.c.person_id.in_(everyone)).order_by(t.audit.c.id).limit(limit)
        if field:
            query = query.where(t.audit.c.field == field)
        return [
            AuditEntry(**{name: getattr(row, name) for name in _AUDIT_FIELDS}) for row in self.connection.execute(query)
        ]


def _told_values(record_id: int, told: Told) -> dict[str, Any]:
    values = {"fields": dict(told.fields), "acked_at": told.acked_at, "basis": told.basis, "total": told.total}
    return {"record_id": record_id, **values}


def _is(key: RecordKey) -> ColumnElement[bool]:
    c = t.people.c
    return and_(c.system == key.system, c.object == key.object, c.vendor_id == key.id)
