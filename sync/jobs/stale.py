"""Stale leads, both kinds: hot people whom nobody contacts, and high scores with nothing happening behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sync.core.text import Text
from sync.errors import ConfigError
from sync.repository import StaleLead, Store, Unit

DAY = 86_400
UNTOUCHED_SECONDS = DAY
LONG_UNTOUCHED_SECONDS = 7 * DAY
IDLE_SECONDS = 90 * DAY
HIGH = 50_000
WEEKS = 8
_COUNTED = "stale_counted"
UNTOUCHED_DAY, UNTOUCHED_WEEK, IDLE = "stale_untouched_1d", "stale_untouched_7d", "stale_idle"


@dataclass(frozen=True, slots=True)
class WeekFigure:
    """The last count of an ISO week, such as 2026-W47."""

    week: str
    untouched: int  # hot, no contact for more than 24 hours
    long_untouched: int  # ... for more than 7 days
    idle: int  # 50 points or more, last act more than 90 days ago


@dataclass(frozen=True, slots=True)
class StaleQueue:
    """The queue now, the longest waiting first, and how it moved; `weeks` oldest first."""

    leads: tuple[StaleLead, ...]
    weeks: tuple[WeekFigure, ...]

    def count(self, kind: str) -> int:
        return sum(lead.kind == kind for lead in self.leads)


def stale_queue(unit: Unit, now: int, timezone: str) -> StaleQueue:
    leads = (*unit.stale_untouched(now - UNTOUCHED_SECONDS), *unit.stale_idle(HIGH, now - IDLE_SECONDS))
    return StaleQueue(leads, trend(unit, now, timezone))


def count_stale(store: Store, now: int, timezone: str) -> None:
    """Keeps today's figures, at most once an hour."""
    hour = str(now // 3_600)
    with store.begin() as unit:
        if unit.fact(_COUNTED) == hour:
            return
        unit.set_fact(_COUNTED, hour)
        untouched = unit.stale_untouched(now - UNTOUCHED_SECONDS)
        figures = {
            UNTOUCHED_DAY: len(untouched),
            UNTOUCHED_WEEK: sum(lead.since <= now - LONG_UNTOUCHED_SECONDS for lead in untouched),
            IDLE: len(unit.stale_idle(HIGH, now - IDLE_SECONDS)),
        }
        unit.keep_figures(_day(now, timezone).isoformat(), figures)


def trend(unit: Unit, now: int, timezone: str) -> tuple[WeekFigure, ...]:
    """The last eight weeks that were counted, each by its last day."""
    since = (_day(now, timezone) - timedelta(weeks=WEEKS)).isoformat()
    by_week: dict[str, dict[str, int]] = {}
    for name in (UNTOUCHED_DAY, UNTOUCHED_WEEK, IDLE):
        for day, value in unit.figures(name, since).items():
            year, week, _ = date.fromisoformat(day).isocalendar()
            by_week.setdefault(f"{year}-W{week:02d}", {})[name] = value  # later days overwrite earlier ones
    return tuple(
        WeekFigure(week, found.get(UNTOUCHED_DAY, 0), found.get(UNTOUCHED_WEEK, 0), found.get(IDLE, 0))
        for week, found in sorted(by_week.items())[-WEEKS:]
    )


def recycle(store: Store, person_ids: Sequence[int], now: int) -> tuple[list[int], list[int]]:
    """Sends hot people back to nurture: (those sent back, those left alone because they are not hot). The next cycle
    scores them; a later act of theirs makes them hot again."""
    if not person_ids:
        raise ConfigError(Text("nobody is named", "対象者が指定されていません"))
    with store.begin() as unit:
        scores = unit.scores_of(person_ids, lines=False)
        hot = [id for id in dict.fromkeys(person_ids) if id in scores and scores[id].band == "hot"]
        unit.recycle(hot, now)
    return hot, [id for id in dict.fromkeys(person_ids) if id not in hot]


def _day(now: int, timezone: str) -> date:
    return datetime.fromtimestamp(now, ZoneInfo(timezone)).date()
