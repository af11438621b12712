"""Read models: counts and lists for the status page, `status` and the cycle's table."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, func, select

from sync.core.records import State
from sync.repository import NoticeRow
from sync.store import tables as t


@dataclass(frozen=True, slots=True)
class Rejected:
    system: str
    object: str
    vendor_id: str
    kind: str
    reason: str
    at: int | None


@dataclass(frozen=True, slots=True)
class Census:
    """How much there is of what."""

    records: dict[str, int] = field(default_factory=dict)  # "hubspot contact" -> live records
    people: int = 0  # persons with at least one live record
    bands: dict[str, int] = field(default_factory=dict)
    outbox: dict[str, dict[str, int]] = field(default_factory=dict)  # system -> state -> rows
    oldest_waiting: int | None = None
    tasks: dict[str, int] = field(default_factory=dict)  # task_state of open episodes
    sla: dict[str, int] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)  # "system stream" -> updated at


class StatusSide:
    connection: Connection

    def census(self) -> Census:
        live = t.people.c.state == State.LIVE.value
        return Census(
            records=self._records(),
            people=int(self.connection.scalar(select(func.count(t.people.c.person_id.distinct())).where(live)) or 0),
            bands=self._counted(select(t.scores.c.band, func.count()).group_by(t.scores.c.band)),
            outbox=self._outbox(),
            oldest_waiting=self.connection.scalar(
                select(func.min(t.outbox.c.next_at)).where(t.outbox.c.state.in_(("pending", "sending")))
            ),
            tasks=self._open_episodes(t.episodes.c.task_state),
            sla=self._open_episodes(t.episodes.c.sla_state),
            cursors=self._counted(select(t.cursors.c.system + " " + t.cursors.c.stream, t.cursors.c.updated_at)),
        )

    def rejected(self, limit: int = 50) -> list[Rejected]:
        query = (
            select(t.outbox, t.people.c.object, t.people.c.vendor_id)
            .outerjoin(t.people, t.people.c.id == t.outbox.c.record_id)
            .where(t.outbox.c.state == "rejected")
            .order_by(t.outbox.c.done_at.desc(), t.outbox.c.id.desc())
            .limit(limit)
        )
        return [
            Rejected(row.system, row.object or "", row.vendor_id or "", row.kind, row.reason, row.done_at)
            for row in self.connection.execute(query)
        ]

    def notice_rows(self) -> list[NoticeRow]:
        c = t.notices.c
        query = select(c.system, c.code, c.subject, c.text_en, c.text_ja, c.first_at, c.last_at).order_by(
            c.system, c.code, c.subject
        )
        return [NoticeRow(*row) for row in self.connection.execute(query)]

    def _records(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for table in (t.people, t.companies, t.deals, t.activities, t.owners, t.campaigns):
            query = (
                select(table.c.system, table.c.object, func.count())
                .where(table.c.state == State.LIVE.value)
                .group_by(table.c.system, table.c.object)
            )
            found |= {f"{system} {object}": count for system, object, count in self.connection.execute(query)}
        return dict(sorted(found.items()))

    def _outbox(self) -> dict[str, dict[str, int]]:
        query = select(t.outbox.c.system, t.outbox.c.state, func.count()).group_by(t.outbox.c.system, t.outbox.c.state)
        found: dict[str, dict[str, int]] = {}
        for system, state, count in self.connection.execute(query):
            found.setdefault(system, {})[state] = count
        return found

    def _open_episodes(self, column: object) -> dict[str, int]:
        where = and_(t.episodes.c.closed_at.is_(None))
        return self._counted(select(column, func.count()).where(where).group_by(column))  # type: ignore[call-overload]

    def _counted(self, query: object) -> dict[str, int]:
        return {row[0]: int(row[1]) for row in self.connection.execute(query)}  # type: ignore[call-overload]
