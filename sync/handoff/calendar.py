"""Business days and hours: when a follow-up is due, when to warn, which day a moment belongs to.

Moments are UTC epoch seconds. A day is a local calendar day of the calendar's zone; where clocks change, hours are
counted as they really passed and a time of day is kept as people read it off the wall.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

HOUR = 3_600
DAY_MINUTES = 1_440
SATURDAY, SUNDAY = 5, 6  # as `date.weekday` counts
_FARTHEST_DAYS = 366  # a calendar without any business day for so long has none


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a country by ISO code, substitute days included; "" for none."""

    country: str
    subdivision: str = ""

    def name(self, day: date) -> str:
        """The holiday's name, in the country's own language; "" on other days."""
        return _holidays_of(self.country, self.subdivision, day.year).get(day, "")


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the company is closed, both ends included. A yearly one takes month and day of its ends."""

    first: date
    last: date
    label: str = ""
    yearly: bool = False

    def covers(self, day: date) -> bool:
        if not self.yearly:
            return self.first <= day <= self.last
        here, first, last = ((one.month, one.day) for one in (day, self.first, self.last))
        if first <= last:
            return first <= here <= last
        return here >= first or here <= last  # over the turn of the year


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours as minutes after midnight, the end not included."""

    opens: int = 0
    closes: int = DAY_MINUTES

    @property
    def whole_day(self) -> bool:
        return self.opens == 0 and self.closes == DAY_MINUTES


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """`weekend` holds weekdays from 0, Monday, on. The shipped playbook's calendar is the default."""

    zone: str = "Asia/Tokyo"
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    holidays: PublicHolidays = field(default_factory=lambda: PublicHolidays("JP"))
    closures: tuple[Closure, ...] = ()
    hours: Hours = field(default_factory=Hours)

    # --- days ---

    def day_of(self, at: int) -> date:
        return self._local(at).date()

    def is_business_day(self, day: date) -> bool:
        return day.weekday() not in self.weekend and not self.closed_for(day)

    def closed_for(self, day: date) -> str:
        """The holiday or closure of a day, "" when there is none; weekends are neither."""
        closure = next((entry for entry in self.closures if entry.covers(day)), None)
        return self.holidays.name(day) or ((closure.label or "-") if closure else "")

    def next_business_day(self, day: date) -> date:
        """This day or the first business day after it; the day itself when there is none within a year."""
        return next(self._business_days(day), day)

    def working_day(self, at: int) -> date:
        """The business day that a moment belongs to: a weekend's belongs to the Monday after it."""
        return self.next_business_day(self.day_of(at))

    def working_day_start(self, at: int) -> int:
        """The first moment that belongs to the same business day: what is counted by business day counts from here."""
        day = self.day_of(at)
        for _ in range(_FARTHEST_DAYS):
            before = day - timedelta(days=1)
            if self.is_business_day(before):
                break
            day = before
        return self._at(day, 0)

    # --- moments ---

    def plain_due_at(self, start: int, hours: int) -> int:
        """So many hours later, whatever day that is."""
        return start + hours * HOUR

    def due_at(self, start: int, hours: int) -> int:
        """So many hours later; on a day without business at the same time of the next business day. Where the playbook
        names business hours and the moment lies outside, when business begins next."""
        plain = self.plain_due_at(start, hours)
        local = self._local(plain)
        day = self.next_business_day(local.date())
        due = plain if day == local.date() else _moment(local.replace(year=day.year, month=day.month, day=day.day))
        return self.next_business_moment(due)

    def is_business_moment(self, at: int) -> bool:
        day = self.day_of(at)
        opens, closes = self._open_time(day)
        return self.is_business_day(day) and opens <= at < closes

    def next_business_moment(self, at: int) -> int:
        """This moment, or the next one at which business begins; itself when there is none within a year."""
        for day in self._business_days(self.day_of(at)):
            opens, closes = self._open_time(day)
            if at < closes:
                return max(at, opens)
        return at

    def business_seconds_between(self, start: int, end: int) -> int:
        """Seconds of business between two moments, 0 when the end comes first."""
        return sum(closes - opens for opens, closes in self._spans(start, end))

    def warning_at(self, start: int, due: int, percent: int) -> int:
        """When so much of the business time until the due moment has passed, so that nobody is warned at night for a
        task that is due after a long weekend. Without any business time between, that part of the plain time."""
        wanted = -(-self.business_seconds_between(start, due) * percent // 100)
        for opens, closes in self._spans(start, due):
            if opens + wanted <= closes:
                return opens + wanted
            wanted -= closes - opens
        return start + max(0, due - start) * percent // 100

    # --- parts ---

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, ZoneInfo(self.zone))

    def _at(self, day: date, minute: int) -> int:
        """A time of day as a moment; minute 1440 is the midnight that ends the day."""
        if minute >= DAY_MINUTES:
            day, minute = day + timedelta(days=1), minute - DAY_MINUTES
        return _moment(datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(self.zone)))

    def _open_time(self, day: date) -> tuple[int, int]:
        return self._at(day, self.hours.opens), self._at(day, self.hours.closes)

    def _business_days(self, day: date) -> Iterator[date]:
        for ahead in range(_FARTHEST_DAYS):
            found = day + timedelta(days=ahead)
            if self.is_business_day(found):
                yield found

    def _spans(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Business time between two moments, piece by piece."""
        day, last = self.day_of(start), self.day_of(end)
        while day <= last and start < end:
            if self.is_business_day(day):
                opens, closes = self._open_time(day)
                if max(opens, start) < min(closes, end):
                    yield max(opens, start), min(closes, end)
            day += timedelta(days=1)


def countries() -> Mapping[str, tuple[str, ...]]:
    """Countries whose holidays are known, by ISO code, with their subdivisions."""
    return {country: tuple(found) for country, found in holidays.list_supported_countries().items()}


def _moment(local: datetime) -> int:
    """A wall-clock time that a clock change leaves out is read as it would have been without the change."""
    return int(local.replace(fold=0).timestamp())


@cache
def _holidays_of(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    if not country or not 1 <= year <= MAXYEAR:
        return {}
    language = {"JP": "ja"}.get(country)  # elsewhere the package's own choice is the country's language
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language)
    return dict(found.items())
