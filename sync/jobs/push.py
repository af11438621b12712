"""Push: drains the outbox of one system in vendor-sized batches and records every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sync.core.records import RecordKey
from sync.core.text import Text
from sync.handoff.episodes import order_key
from sync.jobs.closing import complete_double, requeue
from sync.ports import Clock, Connector, Outcome, Priority, Result, ScoreUpdate, Sleep, TaskAction, TaskOrder
from sync.repository import AuditEntry, Member, OutboxRow, Store, Told, Unit

_CREATES = ("task", "note")
_TASK_KINDS = (*_CREATES, "task_done", "task_move", "task_note")
_ACTIONS = {"task_done": TaskAction.COMPLETE, "task_move": TaskAction.REASSIGN, "task_note": TaskAction.NOTE}
LIMIT = 10_000  # rows in memory at a time
SETTLE_SECONDS = 3  # a create that was cut off may still be under way at the vendor
SUSPECT_MARGIN = 3_600  # clocks differ; the look-up for an earlier attempt begins this much before it

NOTES = {
    "same_person": Text(
        "Closed by leadsync: this is the same person as in another follow-up task.",
        "leadsync により完了: 同一人物のフォロータスクが別にあるため。",
    ),
    "overdue": Text(
        "Handed over by leadsync: there was no first contact in the time agreed.",
        "leadsync により担当変更: 合意した期限までに初回連絡がなかったため。",
    ),
    "deprovision": Text("Closed by leadsync: the service was removed.", "leadsync により完了: サービス削除のため。"),
}


@dataclass
class PushTotals:
    applied: int = 0
    retry: int = 0
    rejected: int = 0
    tasks_made: int = 0
    tasks_completed: int = 0
    tasks_moved: int = 0
    notes_made: int = 0
    tasks_rejected: int = 0
    gone: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def count(self, kind: str, outcome: Outcome) -> None:
        if outcome.result is Result.RETRY:
            self.retry += 1
        elif outcome.gone:
            self.gone += 1  # deleted meanwhile: nobody has to do anything
        elif outcome.result is Result.REJECTED:
            self.reasons[outcome.reason.split(":")[0]] = self.reasons.get(outcome.reason.split(":")[0], 0) + 1
            if kind == "score":
                self.rejected += 1
            else:
                self.tasks_rejected += 1
        elif kind == "score":
            self.applied += 1
        elif kind == "task":
            self.tasks_made += 1
        elif kind == "note":
            self.notes_made += 1
        elif kind == "task_move":
            self.tasks_moved += 1
        elif kind == "task_note":
            self.notes_made += 1
        else:
            self.tasks_completed += 1


Pushed = Callable[[str, int], None]  # system, orders answered so far


@dataclass(frozen=True)
class Pusher:
    """One connector's side of the outbox. `between` is called after each batch and may raise to stop there."""

    connector: Connector
    store: Store
    clock: Clock
    sleep: Sleep
    between: Callable[[], None]
    language: str
    pushed: Pushed

    def scores(self, totals: PushTotals) -> None:
        """Sends every due score; those of a person whose Salesforce records are still waiting stay. Each is marked
        before it is sent: after a crash it is sent again, so that what was written is always on record."""
        while rows := self._due(("score",)):
            by_key = {row.key: row for row in rows}
            members = self._begin(rows)
            updates = [_update(row, members) for row in rows]
            for outcomes in self.connector.write_scores(updates):
                self._settle_scores(outcomes, by_key, members, totals)
                _strike(by_key, outcomes)
            self._retry_unanswered(by_key.values())

    def tasks(self, totals: PushTotals) -> None:
        """Creates tasks and notes, completes tasks and moves them. Each create is marked before it is sent, so that a
        crash in between leads to a look-up and never to a second task."""
        while rows := self._due(_TASK_KINDS):
            by_key = {row.key: row for row in rows}
            self._let_settle(rows)
            members = self._begin(rows)
            with self.store.begin() as unit:
                bearers = unit.bearers(members.values())
            orders = [_task_order(row, bearers, self.language) for row in rows]
            for outcomes in self.connector.write_tasks(orders):
                self._settle_tasks(outcomes, by_key, bearers, totals)
                _strike(by_key, outcomes)
            self._retry_unanswered(by_key.values())

    def _due(self, kinds: Sequence[str]) -> list[OutboxRow]:
        with self.store.begin() as unit:
            return unit.outbox_due(self.connector.system, kinds, int(self.clock()), LIMIT)

    def _begin(self, rows: Sequence[OutboxRow]) -> dict[int, Member]:
        with self.store.begin() as unit:
            unit.mark_sending([row.id for row in rows], int(self.clock()))
            return unit.records([row.record_id for row in rows if row.record_id])

    def _retry_unanswered(self, rows: Iterable[OutboxRow]) -> None:
        """An order that a connector left without an answer must not be sent again in a tight loop."""
        now = int(self.clock())
        with self.store.begin() as unit:
            for row in rows:
                unit.settle(row, "sending", now, "no_answer", next_at=now + backoff(row.attempts))

    def _let_settle(self, rows: Sequence[OutboxRow]) -> None:
        newest = max((row.sent_at for row in rows if row.sent_at is not None), default=None)
        if newest is not None and (wait := newest + SETTLE_SECONDS - self.clock()) > 0:
            self.sleep(min(wait, SETTLE_SECONDS))

    def _settle_scores(
        self, outcomes: Sequence[Outcome], rows: dict[str, OutboxRow], members: dict[int, Member], totals: PushTotals
    ) -> None:
        now = int(self.clock())
        told: dict[int, Told] = {}
        trail: list[AuditEntry] = []
        with self.store.begin() as unit:
            for outcome in outcomes:
                row = rows[outcome.key]
                _settle(unit, row, outcome, now)
                totals.count("score", outcome)
                assert row.record_id is not None
                record = members[row.record_id].record.key
                if outcome.result in (Result.APPLIED, Result.UNCHANGED):
                    if outcome.record and outcome.record != record:
                        unit.redirect(row.record_id, outcome.record)
                    told[row.record_id] = _told(row, outcome.at or now)
                    trail += _score_audit(row, outcome.record or record, outcome, now)
                elif outcome.gone:
                    unit.mark_gone(record)
            unit.tell(told)
            unit.audit(trail)
        self.pushed(self.connector.system, totals.applied + totals.rejected + totals.tasks_made)
        self.between()

    def _settle_tasks(
        self, outcomes: Sequence[Outcome], rows: dict[str, OutboxRow], bearers: dict[int, RecordKey], totals: PushTotals
    ) -> None:
        now = int(self.clock())
        with self.store.begin() as unit:
            for outcome in outcomes:
                row = rows[outcome.key]
                _settle(unit, row, outcome, now)
                totals.count(row.kind, outcome)
                if row.kind in _CREATES:
                    _settle_episode(unit, row, outcome, bearers, now)
                if row.kind == "task_move":
                    _settle_move(unit, row, outcome)
                if outcome.result in (Result.APPLIED, Result.UNCHANGED):
                    unit.audit([_task_audit(row, bearers, outcome, now)])
        self.pushed(self.connector.system, totals.applied + totals.rejected + totals.tasks_made)
        self.between()


def backoff(attempts: int) -> int:
    """Seconds until the next try: half a minute, doubling, at most an hour."""
    return min(30 << min(attempts, 7), 3_600)


def _strike(rows: dict[str, OutboxRow], outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        rows.pop(outcome.key, None)


def _update(row: OutboxRow, members: dict[int, Member]) -> ScoreUpdate:
    assert row.record_id is not None
    record = members[row.record_id].record
    return ScoreUpdate(row.key, record.key, row.payload["fields"], row.payload.get("parent", ""))


def _task_order(row: OutboxRow, bearers: dict[int, RecordKey], language: str) -> TaskOrder:
    payload = row.payload
    if row.kind not in _CREATES:
        return TaskOrder(
            key=row.key,
            action=_ACTIONS[row.kind],
            task_key=payload["task_key"],
            task_id=payload["task_id"],
            owner_id=payload.get("owner", ""),
            note=payload.get("text") or NOTES[payload["note"]].to(language),
        )
    deal = payload.get("deal")
    return TaskOrder(
        key=row.key,
        action=TaskAction.CREATE,
        task_key=payload["task_key"],
        person=bearers.get(row.record_id or 0),
        subject=payload["subject"],
        body=payload["body"],
        due_at=payload["due_at"],
        remind_at=payload.get("remind_at"),
        owner_id=payload.get("owner", ""),
        suspect_since=row.sent_at - SUSPECT_MARGIN if row.sent_at is not None else None,
        priority=Priority.NORMAL if row.kind == "note" else Priority.HIGH,
        deal=RecordKey(*deal) if deal else None,
    )


def _settle(unit: Unit, row: OutboxRow, outcome: Outcome, now: int) -> None:
    if outcome.result is Result.RETRY:
        unit.settle(row, "sending", now, outcome.reason, next_at=now + backoff(row.attempts))
    elif outcome.result is Result.REJECTED:
        unit.settle(row, "dropped" if outcome.gone else "rejected", now, outcome.reason)
    else:
        unit.settle(row, "done", now, outcome.reason)


def _told(row: OutboxRow, at: int) -> Told:
    return Told(row.payload["fields"], at, row.payload["basis"], row.payload["total"])


def _score_audit(row: OutboxRow, written: RecordKey, outcome: Outcome, now: int) -> list[AuditEntry]:
    return [
        AuditEntry(
            now,
            row.run_id,
            written.system,
            written.object,
            written.id,
            row.person_id,
            name,
            _text(old),
            _text(row.payload["fields"].get(name)),
            outcome.result.value,
        )
        for name, old in sorted(row.payload["old"].items())
    ]


def _settle_episode(unit: Unit, row: OutboxRow, outcome: Outcome, bearers: dict[int, RecordKey], now: int) -> None:
    if row.episode_id is None or outcome.result is Result.RETRY:
        return
    episode = unit.episode(row.episode_id)
    if episode is None or order_key(episode) != row.key:
        return  # a note whose deal was lost while it was under way: the episode has gone on to its task
    if outcome.result is Result.REJECTED:
        _task_refused(unit, row, row.episode_id, outcome, bearers)
        return
    task_id = outcome.record.id if outcome.record else None
    unit.update_episode(row.episode_id, task_state="made", task_id=task_id, acked_at=outcome.at or now)
    episode = unit.episode(row.episode_id)
    if episode and episode.closed_at is not None and unit.open_episodes(row.person_id):
        complete_double(unit, episode, now)  # it was under way when its person turned out to be another one


def _settle_move(unit: Unit, row: OutboxRow, outcome: Outcome) -> None:
    """The task has its new owner; one that was completed or deleted meanwhile, or that the CRM would not move, keeps
    its old one."""
    moved = outcome.result is Result.APPLIED or (outcome.result is Result.UNCHANGED and not outcome.reason)
    if moved and not outcome.gone and row.episode_id is not None:
        unit.update_episode(row.episode_id, owner=row.payload["owner"], owner_why=row.payload["owner_why"])


def _task_refused(unit: Unit, row: OutboxRow, episode_id: int, outcome: Outcome, bearers: dict[int, RecordKey]) -> None:
    """A task whose record is gone goes to another record of the person, when there is one."""
    if outcome.gone and row.record_id in bearers:
        unit.mark_gone(bearers[row.record_id])
        requeue(unit, episode_id)
    else:
        unit.update_episode(episode_id, task_state="failed", sla_state="none")
    unit.flag([row.person_id], plan=True)


def _task_audit(row: OutboxRow, bearers: dict[int, RecordKey], outcome: Outcome, now: int) -> AuditEntry:
    key = bearers.get(row.record_id or 0) or RecordKey(row.system, "task", row.payload.get("task_id", ""))
    made = outcome.record.id if outcome.record else row.payload.get("task_id")
    return AuditEntry(
        now,
        row.run_id,
        key.system,
        key.object,
        key.id,
        row.person_id,
        row.kind,
        None,
        made,
        outcome.reason or outcome.result.value,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
