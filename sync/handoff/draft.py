"""The plan of one cycle, as a pure function: which episodes open and close, which tasks are made, which
records are told what. Nothing is changed until a job commits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sync.core.records import SALESFORCE, RecordKey
from sync.handoff import episodes, tellings
from sync.handoff.allotment import Allotment, Allotted
from sync.handoff.episodes import Change, Turn
from sync.handoff.owners import OwnerBook, live
from sync.handoff.policy import Moment as Moment
from sync.handoff.policy import Policy as Policy
from sync.handoff.tellings import STAMPS, Telling
from sync.repository import Episode, NewOrder, OutboxRow, Standing

REJECTED_WAITS = 86_400  # the same refused values are offered again after a day, not every cycle


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Everything that this cycle does for one person."""

    standing: Standing
    turn: Turn
    episode: Episode | None  # as it will be
    task: NewOrder | None = None
    adopted: bool = False  # the task was found in the CRM: made by an earlier life of this store
    orders: tuple[NewOrder, ...] = ()
    drops: tuple[str, ...] = ()
    tellings: tuple[Telling, ...] = ()
    first_hot_at: int | None = None
    beside: NewOrder | None = None  # names her on a colleague's task

    @property
    def changes_score(self) -> bool:
        """Whether a score that some CRM already shows would change."""
        return any("score" in t.old and t.member.id in self.standing.told for t in self.tellings)


@dataclass(frozen=True, slots=True)
class Draft:
    people: tuple[PersonPlan, ...] = ()

    @property
    def score_orders(self) -> int:
        return sum(len(plan.orders) for plan in self.people)

    @property
    def task_orders(self) -> int:
        return sum(plan.task is not None for plan in self.people)

    @property
    def changed_scores(self) -> int:
        return sum(plan.changes_score for plan in self.people)

    def writes(self) -> Counter[tuple[str, str]]:
        """(system, score | task) -> orders."""
        found = Counter((order.system, order.kind) for plan in self.people for order in plan.orders)
        found.update((plan.task.system, "task") for plan in self.people if plan.task)
        return found


def draft(
    standings: Iterable[Standing],
    owners: OwnerBook,
    policy: Policy,
    moment: Moment,
    own_tasks: Mapping[str, RecordKey],
) -> Draft:
    """`own_tasks` are our tasks that the pull has already seen in a CRM, by task key."""
    turned = [_turned(standing, moment) for standing in standings]
    allotment = Allotment(((plan.standing, plan.episode) for plan in turned), owners, policy, moment, own_tasks)
    given = allotment.give()
    allotted = [_with_task(plan, given.get(plan.standing.person_id)) for plan in turned]
    return Draft(tuple(_with_tellings(plan, policy, moment.now, allotment.bearing(plan.standing)) for plan in allotted))


def _turned(standing: Standing, moment: Moment) -> PersonPlan:
    turn = episodes.turn(standing, moment.now, moment.going_live)
    episode = _after(standing, turn, moment.now)
    return PersonPlan(standing, turn, episode, first_hot_at=_first_hot(standing, turn))


def _with_task(plan: PersonPlan, given: Allotted | None) -> PersonPlan:
    if given is None:
        return plan
    return replace(
        plan, episode=given.episode, task=given.order, adopted=given.adopted, drops=given.drops, beside=given.beside
    )


def _first_hot(standing: Standing, turn: Turn) -> int | None:
    """Never moves once set; a rebuilt store takes it over from what the CRMs still hold."""
    if standing.first_hot_at is not None:
        return standing.first_hot_at
    known = [at for member in live(standing.members) if isinstance(at := member.record.own.get("first_hot_at"), int)]
    return min([*known, turn.hot_since] if turn.hot_since is not None else known, default=None)


def _after(standing: Standing, turn: Turn, now: int) -> Episode | None:
    last = standing.episode
    if turn.change is Change.OPEN:
        return Episode(
            id=0,
            person_id=standing.person_id,
            number=turn.number,
            opened_at=now,
            hot_since=turn.hot_since or now,
            total=standing.score.total,
            task_state="queued" if turn.queued else "none",
            task_key=episodes.task_key(standing.key, turn.number),
            sla_state="none",
            account_id=standing.account_id,
        )
    if last and turn.change is Change.CLOSE:
        return replace(last, closed_at=now, cooled_at=now)
    if last and turn.change is Change.CONTINUE:
        return replace(last, closed_at=None, cooled_at=None)
    return last


def _with_tellings(plan: PersonPlan, policy: Policy, now: int, bearing: Episode | None) -> PersonPlan:
    waiting = {id: row for id, row in plan.standing.waiting.items() if _is_mine(plan, id)}
    values = tellings.wanted(plan.standing, plan.episode, plan.first_hot_at, now, bearing)
    told = tellings.tellings(plan.standing, values, policy.writable)
    orders = tuple(_score_order(plan.standing, telling) for telling in told if not _waits(plan.standing, telling, now))
    needed = {telling.member.id for telling in told}
    drops = tuple(row.key for id, row in waiting.items() if id not in needed)
    return replace(plan, tellings=told, orders=orders, drops=(*plan.drops, *drops))


def _is_mine(plan: PersonPlan, record_id: int) -> bool:
    return any(member.id == record_id for member in plan.standing.members)


def _waits(standing: Standing, telling: Telling, now: int) -> bool:
    """The very same values are already waiting, or were refused not long ago."""
    row = standing.waiting.get(telling.member.id)
    if row is None or not _same_payload(row, telling):
        return False
    return row.state != "rejected" or now - (row.done_at or 0) < REJECTED_WAITS


def _same_payload(row: OutboxRow, telling: Telling) -> bool:
    waiting = row.payload["fields"]
    names = (waiting.keys() | telling.fields.keys()) - STAMPS
    return all(tellings.same(waiting.get(name), telling.fields.get(name)) for name in names)


def _score_order(standing: Standing, telling: Telling) -> NewOrder:
    record = telling.member.record
    parent = record.company.id if record.company and record.key.system == SALESFORCE else ""
    return NewOrder(
        key=f"score:{telling.member.id}",
        system=record.key.system,
        kind="score",
        person_id=standing.person_id,
        record_id=telling.member.id,
        payload={
            "fields": dict(telling.fields),
            "old": dict(telling.old),
            "basis": standing.score.basis,
            "total": standing.score.total,
            "parent": parent,
        },
    )
