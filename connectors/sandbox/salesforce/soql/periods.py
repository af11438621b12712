"""Date literals such as TODAY or LAST_N_DAYS:30 as half-open spans of days in the user's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.sandbox.salesforce.stamps import stamp

Span = tuple[date, date]  # first day, day after the last


def span(name: str, count: int, today: date) -> Span | None:
    """The days a literal stands for; None when there is no such literal."""
    if name in _FIXED:
        return _FIXED[name](today)
    if name in _COUNTED:
        return _COUNTED[name](today, count)
    return None


def as_datetimes(days: Span, timezone: str) -> tuple[str, str]:
    """Both ends as stored datetimes: midnights of the zone."""
    zone = ZoneInfo(timezone)
    first, last = (datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() for day in days)
    return stamp(first), stamp(last)


def _days(start: int, end: int) -> Callable[[date], Span]:
    return lambda today: (today + timedelta(start), today + timedelta(end))


def _week(shift: int) -> Callable[[date], Span]:
    def find(today: date) -> Span:
        monday = today - timedelta(today.weekday()) + timedelta(7 * shift)
        return monday, monday + timedelta(7)

    return find


def _month_start(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _months(start: int, end: int) -> Callable[[date], Span]:
    return lambda today: (_month_start(today, start), _month_start(today, end))


def _quarters(start: int, end: int) -> Callable[[date], Span]:
    def find(today: date) -> Span:
        first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        return _month_start(first, 3 * start), _month_start(first, 3 * end)

    return find


def _years(start: int, end: int) -> Callable[[date], Span]:
    return lambda today: (date(today.year + start, 1, 1), date(today.year + end, 1, 1))


_FIXED: dict[str, Callable[[date], Span]] = {
    "YESTERDAY": _days(-1, 0),
    "TODAY": _days(0, 1),
    "TOMORROW": _days(1, 2),
    "LAST_WEEK": _week(-1),
    "THIS_WEEK": _week(0),
    "NEXT_WEEK": _week(1),
    "LAST_MONTH": _months(-1, 0),
    "THIS_MONTH": _months(0, 1),
    "NEXT_MONTH": _months(1, 2),
    "LAST_QUARTER": _quarters(-1, 0),
    "THIS_QUARTER": _quarters(0, 1),
    "NEXT_QUARTER": _quarters(1, 2),
    "LAST_YEAR": _years(-1, 0),
    "THIS_YEAR": _years(0, 1),
    "NEXT_YEAR": _years(1, 2),
    "LAST_90_DAYS": _days(-90, 1),
    "NEXT_90_DAYS": _days(1, 91),
}
_COUNTED: dict[str, Callable[[date, int], Span]] = {
    "LAST_N_DAYS": lambda today, n: (today - timedelta(n), today + timedelta(1)),
    "NEXT_N_DAYS": lambda today, n: (today + timedelta(1), today + timedelta(n + 1)),
    "N_DAYS_AGO": lambda today, n: (today - timedelta(n), today - timedelta(n - 1)),
    "LAST_N_MONTHS": lambda today, n: (_month_start(today, -n), _month_start(today, 0)),
    "NEXT_N_MONTHS": lambda today, n: (_month_start(today, 1), _month_start(today, n + 1)),
}
