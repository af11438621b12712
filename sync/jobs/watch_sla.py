"""SLA watch: who has been contacted in time, whose time runs out, and what follows when it has.

The ladder: a notice at the playbook's warning, a notice to the manager at the breach, and some hours later the task
goes to somebody else, once. Each rung is a row in the store under a key of its own, so that neither a restart nor a
second look takes it twice. Rungs are taken in business time only; the state tells the truth at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sync.core.records import ActivityRecord
from sync.handoff import alerts, orders
from sync.handoff.alerts import BREACH, WARNING
from sync.handoff.assignment import Choice, Desk, manager_mail, reassign
from sync.handoff.episodes import ACCOUNT, lag, move_key, sla_state
from sync.handoff.owners import OwnerBook
from sync.handoff.policy import Policy
from sync.handoff.touch import Authors, first_touch, weak_touch
from sync.jobs.workload import desk
from sync.ports import Clock
from sync.repository import Episode, Store, Unit

LATE_SECONDS = 3_600  # our own delay up to here is in the due time already; beyond it the salesperson gets her hours


@dataclass
class SlaTotals:
    """`weak` are completed tasks without any contact on record: the SLA goes on."""

    watched: int = 0
    changed: int = 0
    weak: int = 0
    moved: int = 0


def watch_sla(store: Store, clock: Clock, policy: Policy) -> SlaTotals:
    """Brings the SLA state of every open follow-up up to date; changed people are planned anew."""
    now = int(clock())
    totals = SlaTotals()
    with store.begin() as unit:
        watch = _Watch(unit, policy, now)
        for episode in watch.episodes:
            totals.watched += 1
            seen = watch.seen(episode)
            totals.changed += watch.keep(episode, seen)
            totals.weak += weak_touch(seen, watch.closed) is not None
            totals.moved += watch.climb(seen)
    return totals


class _Watch:
    """One look at all open follow-ups."""

    def __init__(self, unit: Unit, policy: Policy, now: int) -> None:
        self._unit, self._policy, self._now = unit, policy, now
        self._calendar, self._sla = policy.calendar, policy.playbook.sla
        self.episodes = unit.open_slas()
        owners = unit.owners() if self.episodes else []
        self._book, self._authors = OwnerBook(owners), Authors(owners)
        self.closed = unit.closed_tasks([episode.task_key for episode in self.episodes])
        self._touches = self._since_they_opened()
        self._noticed = unit.noticed(alerts.key(kind, e) for e in self.episodes for kind in (WARNING, BREACH))
        self._desk: Desk | None = None
        self._acting = self._calendar.is_business_moment(now)

    def _since_they_opened(self) -> Mapping[int, Iterable[ActivityRecord]]:
        people = sorted({episode.person_id for episode in self.episodes})
        return self._unit.touches(people, min((e.opened_at for e in self.episodes), default=self._now))

    def seen(self, episode: Episode) -> Episode:
        """The episode as it is now."""
        due_at = self._fair_due(episode)
        touched = first_touch(episode, self._touches.get(episode.person_id, ()), self._authors, self._now)
        if episode.handover == ACCOUNT:  # the clock is her colleague's; that somebody spoke to her is hers
            return replace(episode, sla_state="met" if touched else "none", met_at=touched)
        on_time = replace(episode, due_at=due_at)
        state = sla_state(on_time, touched, self._now, self._calendar, self._sla.warning_percent)
        warned = self._now if state == "warning" and episode.warned_at is None else episode.warned_at
        breached = self._now if state == "breached" and episode.breached_at is None else episode.breached_at
        return replace(on_time, sla_state=state, met_at=touched, warned_at=warned, breached_at=breached)

    def _fair_due(self, episode: Episode) -> int | None:
        """As told in the task. When the CRM was out of reach for long after the task had been ordered, the hours
        count from its acknowledgement, because nobody could see the task before."""
        late = lag(episode)
        if episode.due_at is None or late is None or late <= LATE_SECONDS or episode.acked_at is None:
            return episode.due_at
        return max(episode.due_at, self._calendar.due_at(episode.acked_at, self._sla.hours))

    def keep(self, before: Episode, seen: Episode) -> bool:
        """Stores what changed; whether the salesperson will see it."""
        names = ("sla_state", "met_at", "due_at", "warned_at", "breached_at")
        changed = {name: getattr(seen, name) for name in names if getattr(seen, name) != getattr(before, name)}
        if not changed:
            return False
        self._unit.update_episode(seen.id, **changed)
        if seen.sla_state == "met":
            self._unit.drop_orders([move_key(seen.task_key)])
        if not changed.keys() & {"sla_state", "due_at"}:
            return False
        self._unit.flag([seen.person_id], plan=True)
        return True

    # --- the ladder ---

    def climb(self, episode: Episode) -> bool:
        """Takes the rungs that are due; whether the task was given to somebody else."""
        if not self._acting:
            return False
        if episode.sla_state == "warning":
            self._notice(WARNING, episode)
        if episode.sla_state != "breached":
            return False
        self._notice(BREACH, episode)
        return self._hand_over(episode)

    def _notice(self, kind: str, episode: Episode) -> None:
        if alerts.key(kind, episode) in self._noticed:
            return
        told = kind == BREACH and self._sla.notify_manager
        manager = manager_mail(episode.task_system or "", episode.owner, self._book, self._policy.playbook)
        more = {"manager": manager} if told else {}
        alerts.put_down(self._unit, alerts.alert(kind, episode, episode.id, more), self._now)

    def _hand_over(self, episode: Episode) -> bool:
        hours = self._sla.reassign_after_hours
        if hours is None or episode.reassigned_at is not None or episode.due_at is None:
            return False
        if self._now < self._calendar.due_at(episode.due_at, hours) or episode.task_key in self.closed:
            return False
        choice = self._next_owner(episode)
        if not choice.owner or not self._policy.in_pilot(self._book.of(episode.task_system or "", choice.owner)):
            return False
        self._desk = (self._desk or self._counted()).given(choice.bearer)
        self._unit.order([orders.move(episode, choice.owner, choice.why)], None, self._now)
        self._unit.update_episode(episode.id, reassigned_at=self._now)
        return True

    def _next_owner(self, episode: Episode) -> Choice:
        policy = self._policy
        return reassign(
            episode.task_system or "",
            episode.owner,
            (),
            self._book,
            policy.playbook,
            self._desk or self._counted(),
            self._calendar.working_day(self._now),
            policy.per_owner_per_day,
        )

    def _counted(self) -> Desk:
        self._desk = desk(self._unit, self._book, self._policy, self._now)
        return self._desk
