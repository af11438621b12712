"""Feeding: what persons are scored by is brought up to date for those whose records or activities changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync.core import emails
from sync.identity.occurrences import occurrences
from sync.identity.survivorship import profile
from sync.jobs.closing import withdraw_task
from sync.repository import ActRow, Dossier, Fed, Store, Traits, Unit

BATCH = 1_000
SKEW_SECONDS = 3_600  # an act so far ahead of our clock comes from a clock that differs, not from a calendar


@dataclass
class FeedTotals:
    fed: int = 0
    gone: int = 0  # persons without a live record


def feed(store: Store, timezone: str, now: int, between: Callable[[], None]) -> FeedTotals:
    """Brings up to date who is due; they await their score then. A batch is one transaction."""
    totals = FeedTotals()
    after = 0
    while True:
        with store.begin() as unit:
            due = unit.score_due(BATCH, after)
            if not due:
                return totals
            fed = _feed_batch(unit, due, timezone, now)
            totals.fed += fed
            totals.gone += len(due) - fed
            after = due[-1]
        between()


def traits_of(dossier: Dossier) -> Traits:
    """A dossier's surviving attributes."""
    known = profile(dossier)
    return Traits(
        title=known.title,
        department=known.department,
        company_name=known.company_name,
        industry=known.industry,
        country=known.country,
        region=known.region,
        city=known.city,
        source=known.source,
        status=known.status,
        domains=tuple(sorted({emails.domain_of(address) for address in known.emails})),
        employees=known.employees,
        opted_out=known.opted_out,
        customer=dossier.deals.customer,
        open_deal=dossier.deals.under_way,
        lost_at=dossier.deals.lost_at,
        recycled_at=dossier.recycled_at,
    )


def forget_unscored(unit: Unit, person_ids: Sequence[int], now: int) -> None:
    """Who has no live record has no score, no open episode, and nothing to be told."""
    for person_id in person_ids:
        for episode in unit.open_episodes(person_id):
            unit.update_episode(episode.id, closed_at=now, cooled_at=now)
            withdraw_task(unit, episode)
    unit.drop_orders_of(person_ids)
    unit.drop_scores(person_ids)
    unit.feed_no_more(person_ids, now)
    unit.planned(person_ids)


def _feed_batch(unit: Unit, due: Sequence[int], timezone: str, now: int) -> int:
    """Returns how many are scored."""
    seen = unit.seen(due)
    if gone := [id for id in due if id not in seen]:
        forget_unscored(unit, gone, now)
    alive = [id for id in due if id in seen]
    changed = unit.traits_due(alive)
    traits = {d.person_id: traits_of(d) for d in unit.dossiers(sorted(changed), activities=False)}
    acts = {id: seen[id].acts for id in alive}
    acts |= _each_once(unit, [id for id in alive if seen[id].repeats], timezone)
    unit.feed([Fed(id, seen[id].first_known_at, acts[id], traits.get(id)) for id in alive], now)
    unit.flag((id for id in alive if _to_come(acts[id], now, timezone)), acts=True)
    return len(alive)


def _each_once(unit: Unit, person_ids: Sequence[int], timezone: str) -> dict[int, frozenset[ActRow]]:
    """Acts of persons of whose activities several may tell of one occurrence."""
    if not person_ids:
        return {}
    told = unit.activities_of(person_ids)
    return unit.occurred({id: occurrences(told[id], timezone).activities for id in person_ids})


def _to_come(acts: frozenset[ActRow], now: int, timezone: str) -> bool:
    """Whether an act bears a time of today that our clock has not reached yet: its person is scored again soon."""
    ahead = [at for at, _, _ in acts if at > now]
    return bool(ahead) and min(ahead) < max(now + SKEW_SECONDS, _midnight(now, timezone))


def _midnight(now: int, timezone: str) -> int:
    """When the local day ends."""
    zone = ZoneInfo(timezone)
    tomorrow = datetime.fromtimestamp(now, zone).date() + timedelta(days=1)
    return int(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).timestamp())
