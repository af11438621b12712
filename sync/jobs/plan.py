"""Plan: makes the draft of the cycle from the store, and commits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sync.core.fields import FIELDS
from sync.core.records import HUBSPOT
from sync.handoff import alerts, episodes
from sync.handoff.draft import REJECTED_WAITS, Draft, PersonPlan, draft
from sync.handoff.episodes import Change
from sync.handoff.owners import OwnerBook, live
from sync.handoff.policy import Around, Moment, Policy
from sync.jobs.closing import withdraw_task
from sync.jobs.workload import desk
from sync.ports import Connector
from sync.repository import Episode, NewOrder, Standing, Store, Unit

BATCH = 500
_FEWEST_FOR_BRAKE = 10  # below that, one fifth of the scores is an ordinary day
_CHANGEABLE = (
    "cooled_at", "closed_at", "task_state", "task_system", "task_id", "owner", "owner_why", "ordered_at", "due_at",
    "plain_due_at", "acked_at", "sla_state", "handover", "account_id", "deal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brake:
    """When an unattended cycle stops at the plan."""

    scores_percent: int = 20
    tasks: int = 50


def make_draft(store: Store, policy: Policy, now: int, between: Callable[[], None]) -> Draft:
    """Reads who is due and drafts; the store is not changed."""
    with store.begin() as unit:
        again = unit.episodes_to_reconsider()
        waiting = [episode.person_id for episode in (*unit.queued_episodes(), *again)]
        waiting += unit.refused_before(now - REJECTED_WAITS)
        owners = OwnerBook(unit.owners())
        live_at = unit.fact("live_at")
        given = desk(unit, owners, policy, now)
    standings = [s for s in _standings(store, waiting, between) if _all_writable(s, policy)]
    keys = [key for standing in standings for key in _coming_task_keys(standing)]
    with store.begin() as unit:
        around = _around(unit, standings, again, now)
        own_tasks = unit.own_tasks(keys)
    moment = Moment(now, int(live_at) if live_at else None, given, around)
    return draft(standings, owners, policy, moment, own_tasks)


def commit(store: Store, plan: Draft, run_id: int | None, now: int, between: Callable[[], None]) -> None:
    """Episodes, orders and flags of each person in one transaction; then the account counts as live."""
    people = plan.people
    for start in range(0, len(people), BATCH):
        with store.begin() as unit:
            piece = people[start : start + BATCH]
            orders = [order for person in piece for order in _commit_person(unit, person, now)]
            unit.order(orders, run_id, now)
            unit.planned(person.standing.person_id for person in piece)
        between()
    with store.begin() as unit:
        if unit.fact("live_at") is None:
            unit.set_fact("live_at", str(now))


def braked(store: Store, plan: Draft, brake: Brake) -> bool:
    """Whether this draft changes more than an unattended cycle may."""
    if plan.task_orders > brake.tasks:
        return True
    changed = plan.changed_scores
    if changed < _FEWEST_FOR_BRAKE:
        return False
    with store.begin() as unit:
        return changed * 100 > unit.written_people() * brake.scores_percent


def writable_fields(connectors: Mapping[str, Connector]) -> dict[str, frozenset[str]]:
    """System -> logical names of our fields that exist there. Some may be missing by choice (`--minimal`)."""
    found = {}
    for system, connector in connectors.items():
        missing = set(connector.missing_fields())
        found[system] = frozenset(
            field.name for field in FIELDS if field.written and not _missing(system, field.name, missing)
        )
    return found


def notice_new_policy(store: Store, policy: Policy) -> None:
    """Fields, CRMs and pilot owners that take part only since now make everybody due, changed or not."""
    marks = {f"writable:{system}": " ".join(sorted(names)) for system, names in policy.writable.items()}
    marks["systems"] = " ".join(sorted(policy.systems))
    marks["pilot"] = " ".join(sorted(policy.pilot_owners))
    with store.begin() as unit:
        for name, mark in marks.items():
            if unit.fact(name) != mark:
                unit.set_fact(name, mark)
                unit.flag_all_for_plan()


def lacking(writable: Mapping[str, frozenset[str]]) -> list[str]:
    """Systems where not even the minimal fields exist: nothing can be written there before `provision`."""
    needed = {field.name for field in FIELDS if field.minimal and field.written}
    return sorted(system for system, names in writable.items() if not needed <= names)


def _missing(system: str, name: str, missing: set[str]) -> bool:
    field = next(field for field in FIELDS if field.name == name)
    vendor_name = field.hubspot_name if system == HUBSPOT else field.salesforce_name
    return any(found == vendor_name or found.endswith(f".{vendor_name}") for found in missing)


def _standings(store: Store, waiting: list[int], between: Callable[[], None]) -> list[Standing]:
    found: dict[int, Standing] = {}
    after = 0
    while True:
        with store.begin() as unit:
            due = unit.plan_due(after, BATCH)
            if not due:
                break
            found |= {standing.person_id: standing for standing in unit.standings(due)}
            after = due[-1]
        between()
    with store.begin() as unit:
        more = sorted({id for id in waiting if id not in found})
        found |= {standing.person_id: standing for standing in unit.standings(more)}
    return [found[id] for id in sorted(found)]


def _all_writable(standing: Standing, policy: Policy) -> bool:
    """All records of a person are written together: she waits, still due, while one of her systems cannot be."""
    systems = {member.record.key.system for member in live(standing.members)}
    return not (systems & set(policy.systems)) - policy.writable.keys()


def _coming_task_keys(standing: Standing) -> list[str]:
    """The keys of what this person may get now: for an episode without anything in a CRM, for one that opens."""
    episode = standing.episode
    found = [episode.task_key] if episode and not episodes.under_way(episode) else []
    if standing.score.band == "hot":
        found.append(episodes.task_key(standing.key, episodes.next_number(standing)))
    return [key for task_key in found for key in (task_key, episodes.note_key(task_key))]


def _around(unit: Unit, standings: Sequence[Standing], again: Sequence[Episode], now: int) -> Around:
    """What stands around the people who may be handed over now."""
    since = now - episodes.ACCOUNT_SECONDS + 1
    drafted = {standing.person_id for standing in standings}
    accounts = {account for standing in standings if (account := _account(standing)) is not None}
    found = unit.episodes_in_accounts(accounts, since)
    colleagues = {e.person_id for group in found.values() for e in group if e.closed_at is None} - drafted
    return Around(
        accounts={account: tuple(group) for account, group in found.items()},
        colleagues={standing.person_id: standing for standing in unit.standings(sorted(colleagues))},
        noted=frozenset(episode.deal for episode in unit.notes_since(since) if episode.deal),
        lapsed=frozenset(episode.id for episode in again if episode.handover == episodes.DEAL),
    )


def _account(standing: Standing) -> int | None:
    return standing.account_id or (standing.episode.account_id if standing.episode else None)


def _commit_person(unit: Unit, plan: PersonPlan, now: int) -> list[NewOrder]:
    """Everything but the orders, which are returned."""
    standing = plan.standing
    episode_id = _commit_episode(unit, plan, now)
    if plan.first_hot_at is not None and plan.first_hot_at != standing.first_hot_at:
        unit.set_first_hot(standing.person_id, plan.first_hot_at)
    if plan.drops:
        unit.drop_orders(plan.drops)
    said = [*plan.orders, *([plan.beside] if plan.beside else [])]
    if plan.task is None or plan.episode is None:
        return said
    record = next(str(member.record.key) for member in standing.members if member.id == plan.task.record_id)
    alerts.put_down(unit, alerts.alert(alerts.HOT, plan.episode, episode_id, {"record": record}), now)
    return [*said, replace(plan.task, episode_id=episode_id)]


def _commit_episode(unit: Unit, plan: PersonPlan, now: int) -> int | None:
    episode = plan.episode
    if episode is None:
        return None
    episode_id = episode.id
    if plan.turn.change is Change.OPEN:
        episode_id = unit.open_episode(
            episode.person_id,
            episode.number,
            episode.opened_at,
            episode.hot_since,
            episode.total,
            episode.task_key,
            episode.task_state,
        )
    if episode != plan.standing.episode:
        unit.update_episode(episode_id, **{name: getattr(episode, name) for name in _CHANGEABLE})
    if plan.turn.change is Change.CLOSE:
        withdraw_task(unit, episode)
    return episode_id
