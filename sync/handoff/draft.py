"""The plan of one cycle, as a pure function: which episodes open and close, which tasks are made, which
records are told what. Nothing is changed until a job commits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.core.records import SALESFORCE
from sync.handoff import episodes, tasks, tellings
from sync.handoff.episodes import Change, Turn
from sync.handoff.owners import OwnerBook, live, task_target
from sync.handoff.tellings import STAMPS, Telling
from sync.repository import Episode, NewOrder, OutboxRow, Standing

REJECTED_WAITS = 86_400  # the same refused values are offered again after a day, not every cycle


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings say about writing."""

    systems: tuple[str, ...]  # connectors that are on
    writable: Mapping[str, Collection[str]]  # system -> logical names of fields that exist there
    tasks_system: str = "auto"
    per_owner_per_day: int = 5
    sla_hours: int = 24
    language: str = "ja"
    timezone: str = "Asia/Tokyo"
    pilot_owners: frozenset[str] = frozenset()  # ids or lower-case e-mail addresses; empty: everyone


@dataclass(frozen=True, slots=True)
class Moment:
    """When the draft is made, and how far the account is."""

    now: int
    live_at: int | None  # the first apply; None before it
    ordered_today: Mapping[str, int] = field(default_factory=dict)  # owner -> tasks ordered from the go-live queue

    @property
    def going_live(self) -> bool:
        return self.live_at is None


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
    standings: Iterable[Standing], owners: OwnerBook, policy: Policy, moment: Moment, own_tasks: Mapping[str, str]
) -> Draft:
    """`own_tasks` are our tasks that the pull has already seen in a CRM: task key -> vendor id."""
    turned = [_turned(standing, policy, owners, moment) for standing in standings]
    allotted = _allot(turned, owners, policy, moment, own_tasks)
    return Draft(tuple(_with_tellings(plan, policy, moment.now) for plan in allotted))


def in_pilot(standing: Standing, owners: OwnerBook, policy: Policy) -> bool:
    return not policy.pilot_owners or bool(owners.names_of(standing) & policy.pilot_owners)


def _turned(standing: Standing, policy: Policy, owners: OwnerBook, moment: Moment) -> PersonPlan:
    if not in_pilot(standing, owners, policy):
        return PersonPlan(standing, Turn(Change.NONE, -1), None)
    turn = episodes.turn(standing, moment.now, moment.going_live)
    episode = _after(standing, turn, moment.now)
    return PersonPlan(standing, turn, episode, first_hot_at=_first_hot(standing, turn))


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
        )
    if last and turn.change is Change.CLOSE:
        return replace(last, closed_at=now, cooled_at=now)
    if last and turn.change is Change.CONTINUE:
        return replace(last, closed_at=None, cooled_at=None)
    return last


def _allot(
    plans: Sequence[PersonPlan], owners: OwnerBook, policy: Policy, moment: Moment, own_tasks: Mapping[str, str]
) -> list[PersonPlan]:
    """Gives tasks to queued episodes, best first; those of the go-live within each owner's daily number."""
    used = Counter(moment.ordered_today)
    done: dict[int, PersonPlan] = {}
    for plan in sorted(plans, key=lambda p: (-p.standing.score.total, p.standing.person_id)):
        done[plan.standing.person_id] = _with_task(plan, owners, policy, moment, used, own_tasks)
    return [done[plan.standing.person_id] for plan in plans]


def _with_task(
    plan: PersonPlan,
    owners: OwnerBook,
    policy: Policy,
    moment: Moment,
    used: Counter[str],
    own_tasks: Mapping[str, str],
) -> PersonPlan:
    episode = plan.episode
    if episode is None or episode.closed_at is not None or episode.task_state != "queued":
        return plan
    target = task_target(plan.standing, policy.tasks_system, policy.systems)
    if target is None:
        return plan
    system = target.record.key.system
    owner = owners.task_owner(plan.standing, target)
    if existing := own_tasks.get(episode.task_key):
        return replace(plan, episode=_adopted(episode, plan.standing, system, existing, policy, moment), adopted=True)
    from_golive = moment.live_at is None or episode.opened_at <= moment.live_at
    bearer = owners.bearer(system, owner)
    if from_golive and used[bearer] >= policy.per_owner_per_day:
        return plan
    if from_golive:
        used[bearer] += 1
    ordered = replace(
        episode,
        task_state="ordered",
        task_system=system,
        owner=owner,
        ordered_at=moment.now,
        due_at=moment.now + policy.sla_hours * 3600,
        sla_state="open",
    )
    order = tasks.create_order(plan.standing, ordered, target, owner, policy.language, policy.timezone)
    return replace(plan, episode=ordered, task=order)


def _adopted(
    episode: Episode, standing: Standing, system: str, task_id: str, policy: Policy, moment: Moment
) -> Episode:
    """The episode of a task that an earlier life of this store made; its due time stands in the CRM."""
    dues = [at for member in live(standing.members) if isinstance(at := member.record.own.get("sla_due"), int)]
    due = min(dues, default=moment.now + policy.sla_hours * 3600)
    return replace(
        episode,
        task_state="made",
        task_system=system,
        task_id=task_id,
        ordered_at=due - policy.sla_hours * 3600,
        due_at=due,
        acked_at=moment.now,
        sla_state="open",
    )


def _with_tellings(plan: PersonPlan, policy: Policy, now: int) -> PersonPlan:
    waiting = {id: row for id, row in plan.standing.waiting.items() if _is_mine(plan, id)}
    if plan.turn.number < 0:  # outside the pilot
        return replace(plan, drops=tuple(row.key for row in waiting.values()))
    values = tellings.wanted(plan.standing, plan.episode, plan.first_hot_at, now)
    told = tellings.tellings(plan.standing, values, policy.writable)
    orders = tuple(_score_order(plan.standing, telling) for telling in told if not _waits(plan.standing, telling, now))
    needed = {telling.member.id for telling in told}
    drops = tuple(row.key for id, row in waiting.items() if id not in needed)
    return replace(plan, tellings=told, orders=orders, drops=drops)


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
