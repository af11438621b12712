"""The plan page: what a manager needs to know before the first write. Nothing is changed by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.core.records import HUBSPOT
from sync.handoff.draft import Draft, PersonPlan
from sync.handoff.owners import OwnerBook
from sync.identity.survivorship import profile
from sync.jobs.rescore import Scoring, facts_of, scoreable
from sync.repository import Dossier, RuleFiring, ScoreRow, Store
from sync.scoring.facts import Facts
from sync.scoring.scorer import score

DAY = 86_400
WEEK = 7 * DAY
BATCH = 500
# Records per write call, as the vendors take them.
SCORES_PER_CALL = {HUBSPOT: 100, "salesforce": 200}


@dataclass(frozen=True, slots=True)
class HotPerson:
    """One line of "who would be hot"."""

    key: str
    name: str
    company: str
    total: int
    reason: str
    hot_since: int | None
    task: str  # "task", "queued", "none": what this plan would do


@dataclass(frozen=True, slots=True)
class WonDeal:
    """Whether the model would have seen a won deal coming. `days_before` None: never hot before the close."""

    name: str
    closed_at: int
    days_before: int | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    as_of: int
    bands: dict[str, int]
    hot: tuple[HotPerson, ...]
    hot_total: int
    won: tuple[WonDeal, ...]
    hot_per_week: tuple[int, ...]  # oldest first; people who became hot in each of the last weeks
    capacity_per_week: int
    stale: int
    duplicates: tuple[int, int]
    firings: tuple[RuleFiring, ...]
    silent_rules: tuple[str, ...]
    score_writes: dict[str, int]
    task_writes: dict[str, int]
    calls: dict[str, int]
    queued: int


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One line of the full list (`--out`)."""

    record: str
    field: str
    old: str
    new: str
    reason: str


def plan_page(store: Store, plan: Draft, scoring: Scoring, now: int, per_owner_per_day: int) -> PlanPage:
    with store.begin() as unit:
        hot_ids = unit.in_band("hot", 1_000_000)
        salespeople = OwnerBook(unit.owners()).salespeople(unit.owning())
        firings = tuple(unit.rule_firings())
        stale = unit.stale(50_000, now - 90 * DAY)
        duplicates = unit.duplicates()
        bands = unit.bands()
    fired = {firing.rule for firing in firings}
    writes = plan.writes()
    return PlanPage(
        as_of=now,
        bands=bands,
        hot=tuple(_hot(store, hot_ids[:20], plan)),
        hot_total=len(hot_ids),
        won=tuple(_won(store, scoring, now)),
        hot_per_week=_hot_per_week(store, scoring, now),
        capacity_per_week=salespeople * per_owner_per_day * 5,
        stale=stale,
        duplicates=duplicates,
        firings=firings,
        silent_rules=tuple(rule.id for rule in scoring.model.rules if rule.id not in fired),
        score_writes={system: n for (system, kind), n in writes.items() if kind == "score"},
        task_writes={system: n for (system, kind), n in writes.items() if kind == "task"},
        calls=_calls(writes),
        queued=sum(_is_queued(person) for person in plan.people),
    )


def field_changes(plan: Draft) -> Iterator[FieldChange]:
    """Every field of every record that an apply would change."""
    for person in plan.people:
        reason = person.standing.score.top_reason
        for telling in person.tellings:
            for name, old in sorted(telling.old.items()):
                new = telling.fields.get(name)
                yield FieldChange(str(telling.member.record.key), name, _shown(old), _shown(new), reason)
        if person.task:
            record = str(person.task.payload["task_key"])
            yield FieldChange(record, "task", "", str(person.task.payload["subject"]), reason)


def first_hot(facts: Facts, scoring: Scoring, since: int, until: int) -> int | None:
    """The first instant in the span at which the person was hot, looking at the times of her acts."""
    for at in sorted({act.at for act in facts.acts if since <= act.at <= until}):
        if score(facts, scoring.model, at, scoring.timezone).band == "hot":
            return at
    return None


def _hot(store: Store, ids: Sequence[int], plan: Draft) -> Iterator[HotPerson]:
    with store.begin() as unit:
        dossiers = {dossier.person_id: dossier for dossier in unit.dossiers(ids)}
        rows = unit.scores_of(ids, lines=False)
    planned = {person.standing.person_id: person for person in plan.people}
    for id in ids:
        yield _hot_person(dossiers[id], rows[id], planned.get(id))


def _hot_person(dossier: Dossier, row: ScoreRow, planned: PersonPlan | None) -> HotPerson:
    known = profile(dossier)
    task = "task" if planned and planned.task else "queued" if planned and _is_queued(planned) else "none"
    return HotPerson(dossier.key, known.name, known.company_name, row.total, row.top_reason, row.hot_since, task)


def _is_queued(person: PersonPlan) -> bool:
    episode = person.episode
    return episode is not None and episode.closed_at is None and episode.task_state == "queued"


def _won(store: Store, scoring: Scoring, now: int, limit: int = 10) -> Iterator[WonDeal]:
    with store.begin() as unit:
        deals = unit.won_deals(now - 365 * DAY, limit)
        people = sorted({id for deal in deals for id in deal.person_ids})
        dossiers = {dossier.person_id: dossier for dossier in unit.dossiers(people)}
    for deal in deals:
        known = [facts_of(dossiers[id], deal.closed_at, scoring.timezone) for id in deal.person_ids if id in dossiers]
        since = deal.closed_at - 180 * DAY
        times = [at for facts in known if (at := first_hot(facts, scoring, since, deal.closed_at)) is not None]
        yield WonDeal(deal.name, deal.closed_at, (deal.closed_at - min(times)) // DAY if times else None)


def _hot_per_week(store: Store, scoring: Scoring, now: int, weeks: int = 8) -> tuple[int, ...]:
    counts = [0] * weeks
    for dossier in _active(store, now - (weeks + 1) * WEEK):
        facts = facts_of(dossier, now, scoring.timezone)
        was_hot = False
        for week in range(weeks + 1):
            at = now - (weeks - week) * WEEK
            is_hot = score(facts, scoring.model, at, scoring.timezone).band == "hot"
            if week and is_hot and not was_hot:
                counts[week - 1] += 1
            was_hot = is_hot
    return tuple(counts)


def _active(store: Store, since: int) -> Iterator[Dossier]:
    with store.begin() as unit:
        ids = unit.active_since(since)
    for start in range(0, len(ids), BATCH):
        with store.begin() as unit:
            dossiers = unit.dossiers(ids[start : start + BATCH])
        yield from filter(scoreable, dossiers)


def _calls(writes: Counter[tuple[str, str]]) -> dict[str, int]:
    calls: Counter[str] = Counter()
    for (system, _), orders in writes.items():
        calls[system] += -(-orders // SCORES_PER_CALL[system])
    return dict(calls)


def _shown(value: object) -> str:
    return "" if value is None else str(value)
