"""Planning and pushing over a real store with people put there by hand and a CRM that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from warm import ENGINE

from sync.core.fields import FIELDS
from sync.core.records import PersonRecord, RecordKey
from sync.handoff.draft import Draft, Policy
from sync.jobs import plan
from sync.jobs.push import Pusher, PushTotals
from sync.jobs.resolve import resolve
from sync.ports import Outcome, Result, ScoreUpdate, TaskAction, TaskOrder
from sync.repository import Episode, ScoreRow
from sync.store import tables as t
from sync.store.database import SqlStore

NOW = 1_790_000_000
DAY = 86_400
ALL = frozenset(f.name for f in FIELDS if f.written)
BOTH = Policy(systems=("hubspot", "salesforce"), writable={"hubspot": ALL, "salesforce": ALL})
HS = RecordKey("hubspot", "contact", "1")
LEAD = RecordKey("salesforce", "lead", "00Q1")
CONTACT = RecordKey("salesforce", "contact", "003A")


@dataclass
class Clerk:
    """One CRM: says yes to everything but the records it is told to answer otherwise."""

    system: str
    clock: Any
    answers: dict[RecordKey, Outcome] = field(default_factory=dict)
    shown: dict[RecordKey, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, TaskOrder] = field(default_factory=dict)
    completed: list[str] = field(default_factory=list)

    def write_scores(self, updates: Sequence[ScoreUpdate]) -> Iterator[list[Outcome]]:
        for update in updates:
            answer = self.answers.get(update.record, Outcome("", Result.APPLIED, at=int(self.clock())))
            if answer.result is Result.APPLIED:
                self.shown[update.record] = dict(update.fields)
            yield [replace(answer, key=update.key)]

    def write_tasks(self, orders: Sequence[TaskOrder]) -> Iterator[list[Outcome]]:
        for order in orders:
            yield [replace(self._task(order), key=order.key)]

    def _task(self, order: TaskOrder) -> Outcome:
        now = int(self.clock())
        if order.action is TaskAction.COMPLETE:
            self.completed.append(order.task_key)
            return Outcome("", Result.APPLIED, at=now)
        if order.person in self.answers:
            return self.answers[order.person]
        assert order.task_key not in self.tasks, "a second task"
        self.tasks[order.task_key] = order
        return Outcome("", Result.APPLIED, record=RecordKey(self.system, "task", f"t-{order.task_key}"), at=now)


class Desk:
    """What a cycle does after the pull, one step at a time."""

    def __init__(self, store: SqlStore, policy: Policy = BOTH) -> None:
        self.store, self.policy, self.now = store, policy, NOW
        self.crm = {system: Clerk(system, self.clock) for system in ("hubspot", "salesforce")}

    def clock(self) -> float:
        return float(self.now)

    def records(self, *keys: RecordKey, email: str = "taro@example.jp", **values: Any) -> int:
        """Saves records of one mailbox; returns their person."""
        made = [
            PersonRecord(key, self.now, **{"email": email, "created_at": NOW - DAY, "last_name": "山田", **values})
            for key in keys
        ]
        with self.store.begin() as unit:
            unit.save(made, self.now)
        resolve(self.store, ENGINE, self.clock, lambda: None)
        with self.store.begin() as unit:
            return unit.find_person(keys[0].id)[0]

    def score(self, person_id: int, band: str = "hot", total: int = 85_000, hot_since: int | None = None) -> None:
        axes = {"attribute": 40_000, "behaviour": total - 40_000, "activity": 0, "adjustment": 0, "total": total}
        texts = dict.fromkeys(("top_reason", "reasons", "talk_track", "interest", "segment"), "")
        since = (hot_since or self.now - 60) if band == "hot" else None
        rest: dict[str, Any] = {"exclusion": None, "last_act_at": NOW, "hot_since": since, "as_of": self.now}
        rest |= {**axes, **texts, "band": band, "basis": f"{band}{total}", "model_version": "m1"}
        row = ScoreRow(person_id, **rest)
        with self.store.begin() as unit:
            unit.save_scores([row])
            unit.scored([person_id])

    def plan(self, **policy: Any) -> Draft:
        asked = replace(self.policy, **policy)
        plan.notice_new_policy(self.store, asked)
        draft = plan.make_draft(self.store, asked, self.now, lambda: None)
        plan.commit(self.store, draft, None, self.now, lambda: None)
        return draft

    def push(self, *systems: str) -> dict[str, PushTotals]:
        found = {}
        for system in systems or ("salesforce", "hubspot"):
            found[system] = PushTotals()
            clerk: Any = self.crm[system]
            pusher = Pusher(clerk, self.store, self.clock, lambda _: None, lambda: None, "ja", lambda *_: None)
            pusher.scores(found[system])
            pusher.tasks(found[system])
        return found

    def live(self) -> None:
        """The account is past its go-live."""
        with self.store.begin() as unit:
            unit.set_fact("live_at", str(NOW - 30 * DAY))

    def episodes(self, person_id: int) -> list[Episode]:
        with self.store.reading() as unit:
            return unit.episodes_of(person_id)

    def outbox(self) -> dict[str, str]:
        with self.store.reading() as unit:
            return {row.key: row.state for row in unit.connection.execute(select(t.outbox.c.key, t.outbox.c.state))}
