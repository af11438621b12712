"""Runs, remembered facts, connector memory, call counts, and the lease that lets one process work at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from sync.repository import Run
from sync.store import tables as t
from sync.store.rows import inserted_id


class RunsSide:
    connection: Connection

    def start_run(self, job: str, at: int) -> int:
        values = {"job": job, "started_at": at, "state": "running", "summary": {}}
        return inserted_id(self.connection.execute(insert(t.runs).values(**values)))

    def finish_run(self, run_id: int, at: int, state: str, summary: Mapping[str, Any]) -> None:
        values = {"finished_at": at, "state": state, "summary": dict(summary)}
        self.connection.execute(update(t.runs).where(t.runs.c.id == run_id).values(**values))

    def drop_run(self, run_id: int) -> None:
        self.connection.execute(delete(t.runs).where(t.runs.c.id == run_id))

    def last_run(self, job: str, states: Sequence[str] = ()) -> Run | None:
        query = select(t.runs).where(t.runs.c.job == job).order_by(t.runs.c.id.desc()).limit(1)
        row = self.connection.execute(query.where(t.runs.c.state.in_(states)) if states else query).first()
        return _run(row) if row else None

    def run(self, run_id: int) -> Run | None:
        row = self.connection.execute(select(t.runs).where(t.runs.c.id == run_id)).first()
        return _run(row) if row else None

    def runs(self, limit: int = 20) -> list[Run]:
        return [_run(row) for row in self.connection.execute(select(t.runs).order_by(t.runs.c.id.desc()).limit(limit))]

    def abandon_runs(self, at: int) -> int:
        """Runs left open by a process that died."""
        values = {"state": "failed", "finished_at": at}
        return self.connection.execute(update(t.runs).where(t.runs.c.state == "running").values(**values)).rowcount

    def fact(self, key: str, lock: bool = False) -> str | None:
        """`lock` holds up whoever else asks for it so until this transaction ends."""
        query = select(t.facts.c.value).where(t.facts.c.key == key)
        return self.connection.scalar(query.with_for_update() if lock else query)

    def set_fact(self, key: str, value: str | None) -> None:
        where = t.facts.c.key == key
        if value is None:
            self.connection.execute(delete(t.facts).where(where))
        elif not self.connection.execute(update(t.facts).where(where).values(value=value)).rowcount:
            self.connection.execute(insert(t.facts).values(key=key, value=value))

    def recall(self, system: str, key: str) -> str | None:
        return self.connection.scalar(select(t.memory.c.value).filter_by(system=system, key=key))

    def remember(self, system: str, key: str, value: str | None) -> None:
        where = (t.memory.c.system == system) & (t.memory.c.key == key)
        if value is None:
            self.connection.execute(delete(t.memory).where(where))
        elif not self.connection.execute(update(t.memory).where(where).values(value=value)).rowcount:
            self.connection.execute(insert(t.memory).values(system=system, key=key, value=value))

    def add_calls(self, system: str, hour: int, calls: int) -> None:
        where = (t.calls.c.system == system) & (t.calls.c.hour == hour)
        if not self.connection.execute(update(t.calls).where(where).values(calls=t.calls.c.calls + calls)).rowcount:
            self.connection.execute(insert(t.calls).values(system=system, hour=hour, calls=calls))
        self.connection.execute(delete(t.calls).where(t.calls.c.hour < hour - 48))

    def calls_since(self, system: str, hour: int) -> int:
        query = select(func.coalesce(func.sum(t.calls.c.calls), 0))
        return int(self.connection.scalar(query.where(t.calls.c.system == system, t.calls.c.hour > hour)) or 0)


def _run(row: Any) -> Run:
    return Run(row.id, row.job, row.started_at, row.finished_at, row.state, row.summary)
