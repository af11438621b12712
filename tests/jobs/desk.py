"""Planning and pushing over a real store with people put there by hand and a CRM that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from warm import ENGINE

from sync.core.fields import FIELDS
from sync.core.records import ActivityRecord, CompanyRecord, DealRecord, OwnerRecord, PersonRecord, Record, RecordKey
from sync.handoff.draft import Draft
from sync.handoff.playbook_file import load_playbook
from sync.handoff.policy import Policy
from sync.jobs import plan
from sync.jobs.join_companies import join_companies
from sync.jobs.push import Pusher, PushTotals
from sync.jobs.resolve import resolve
from sync.jobs.watch_sla import SlaTotals, watch_sla
from sync.ports import Outcome, Result, ScoreUpdate, TaskAction, TaskOrder
from sync.repository import Episode, ScoreRow
from sync.store import tables as t
from sync.store.database import SqlStore

NOW = 1_791_248_400  # Tuesday 2026-10-06 10:00 in Tokyo
HOUR = 3_600
DAY = 86_400
ALL = frozenset(f.name for f in FIELDS if f.written)
PLAYBOOK = load_playbook("default")
BOTH = Policy(systems=("hubspot", "salesforce"), writable={"hubspot": ALL, "salesforce": ALL}, playbook=PLAYBOOK)
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
    noted: list[tuple[str, str]] = field(default_factory=list)
    moved: list[TaskOrder] = field(default_factory=list)
    refuses_moves: bool = False
    dies: bool = False  # after the work is done and before anybody hears of it

    def write_scores(self, updates: Sequence[ScoreUpdate]) -> Iterator[list[Outcome]]:
        for update in updates:
            answer = self.answers.get(update.record, Outcome("", Result.APPLIED, at=int(self.clock())))
            if answer.result is Result.APPLIED:
                self.shown[update.record] = dict(update.fields)
            yield [replace(answer, key=update.key)]

    def write_tasks(self, orders: Sequence[TaskOrder]) -> Iterator[list[Outcome]]:
        for order in orders:
            answer = self._task(order)
            if self.dies:
                raise ConnectionResetError
            yield [replace(answer, key=order.key)]

    def _task(self, order: TaskOrder) -> Outcome:
        now = int(self.clock())
        if order.action is TaskAction.COMPLETE:
            self.completed.append(order.task_key)
            return Outcome("", Result.APPLIED, at=now)
        if order.action is TaskAction.NOTE:
            self.noted.append((order.task_id, order.note))
            return Outcome("", Result.APPLIED, at=now)
        if order.action is TaskAction.REASSIGN:
            if self.refuses_moves:
                return Outcome("", Result.RETRY, "timeout")
            if any((m.task_id, m.owner_id) == (order.task_id, order.owner_id) for m in self.moved):
                return Outcome("", Result.UNCHANGED, at=now)
            self.moved.append(order)
            return Outcome("", Result.APPLIED, at=now)
        if order.person in self.answers:
            return self.answers[order.person]
        made = Outcome("", Result.APPLIED, record=RecordKey(self.system, "task", f"t-{order.task_key}"), at=now)
        if order.task_key in self.tasks and order.suspect_since is not None:
            return replace(made, reason="FOUND")
        assert order.task_key not in self.tasks, "a second task"
        self.tasks[order.task_key] = order
        return made


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

    def save(self, *records: Record) -> None:
        """As a pull would."""
        with self.store.begin() as unit:
            unit.save(records, self.now)
            unit.attach_activities()
        join_companies(self.store, lambda: None)

    def owner(self, system: str, id: str, mail: str = "", **values: Any) -> None:
        key = RecordKey(system, "owner", id)
        self.save(OwnerRecord(key, self.now, email=mail or f"{id}@sales.example", name=id, **values))

    def company(self, key: RecordKey, **values: Any) -> None:
        self.save(CompanyRecord(key, self.now, created_at=NOW - DAY, **values))

    def deal(self, key: RecordKey, **values: Any) -> None:
        self.save(DealRecord(key, self.now, created_at=NOW - DAY, **values))

    def call(self, *people: RecordKey, id: str = "c1", kind: str = "call", **values: Any) -> None:
        """Sales calls somebody, now."""
        key = RecordKey(people[0].system, kind, id)
        values = {"direction": "outbound", **values}
        self.save(ActivityRecord(key, self.now, kind, self.now, people=people, **values))

    def watch(self, **policy: Any) -> SlaTotals:
        return watch_sla(self.store, self.clock, replace(self.policy, **policy))

    def cycle(self, **policy: Any) -> None:
        """What a cycle does after scoring."""
        self.watch(**policy)
        self.plan(**policy)
        self.push()

    def score(self, person_id: int, band: str = "hot", total: int = 85_000, hot_since: int | None = None) -> None:
        axes = {"attribute": 40_000, "behaviour": total - 40_000, "activity": 0, "adjustment": 0, "total": total}
        texts = dict.fromkeys(("top_reason", "reasons", "talk_track", "interest", "segment"), "")
        since = (hot_since or self.now - 60) if band == "hot" else None
        rest: dict[str, Any] = {"exclusion": None, "last_act_at": NOW, "hot_since": since, "as_of": self.now}
        rest |= {**axes, **texts, "band": band, "basis": f"{band}{total}", "model_version": "m1"}
        row = ScoreRow(person_id, **rest)
        with self.store.begin() as unit:
            unit.save_scores([row])
            done = t.persons.update().where(t.persons.c.id == person_id).values(score_due=False, traits_due=False)
            unit.connection.execute(done)

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

    def episode(self, person_id: int) -> Episode:
        """The open one."""
        return next(each for each in self.episodes(person_id) if each.closed_at is None)

    def notices(self) -> list[str]:
        with self.store.reading() as unit:
            return list(unit.connection.scalars(select(t.notifications.c.key).order_by(t.notifications.c.id)))

    def outbox(self) -> dict[str, str]:
        with self.store.reading() as unit:
            return {row.key: row.state for row in unit.connection.execute(select(t.outbox.c.key, t.outbox.c.state))}
