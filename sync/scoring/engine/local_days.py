"""Local calendar days as integers that SQL can work out: seconds of local time, cut down to the day.

Two such days differ by a multiple of 86,400, so ages need no division.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_EVER = 100_000_000 * DAY  # keeps the remainder of early times from being negative
_STRIDE = 7 * DAY  # no zone changes its offset twice within a week


class LocalDays:
    """The days of one time zone, right for every instant from 1970 up to `until`."""

    def __init__(self, timezone: str, until: int) -> None:
        self._zone = ZoneInfo(timezone)
        self._changes = _changes(timezone, until)

    def of(self, at: int) -> int:
        return (datetime.fromtimestamp(at, self._zone).toordinal() - _EPOCH) * DAY

    def sql(self, at: str) -> str:
        """The day of an instant, as an expression."""
        offset = self._offset_sql(at)
        return f"({at} + {offset} - ({at} + {offset} + {_EVER}) % {DAY})"

    def month(self, day: int) -> int:
        """Calendar months numbered one after the other."""
        on = date(1970, 1, 1) + timedelta(days=day // DAY)
        return on.year * 12 + on.month

    def _offset_sql(self, at: str) -> str:
        (_, first), *later = self._changes
        if not later:
            return str(first)
        cases = " ".join(f"when {at} >= {since} then {offset}" for since, offset in reversed(later))
        return f"(case {cases} else {first} end)"


@lru_cache(maxsize=32)
def _changes(timezone: str, until: int) -> tuple[tuple[int, int], ...]:
    """(instant, offset in seconds from then on), the first from 1970."""
    zone = ZoneInfo(timezone)
    found = [(0, _offset(zone, 0))]
    for start in range(0, until, _STRIDE):
        end = min(start + _STRIDE, until)
        if _offset(zone, end) != found[-1][1]:
            found.append((_change(zone, start, end), _offset(zone, end)))
    return tuple(found)


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The first instant of (low, high] with the offset of `high`."""
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == _offset(zone, high):
            high = middle
        else:
            low = middle
    return high


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
