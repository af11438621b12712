"""When a follow-up is due: Japanese holidays, closures, clock changes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.handoff.calendar import HOUR, BusinessCalendar, Closure, Hours, PublicHolidays, countries

TOKYO = "Asia/Tokyo"
NEW_YEAR = Closure(date(2000, 12, 29), date(2000, 1, 3), "年末年始", yearly=True)
JAPAN = BusinessCalendar(TOKYO, closures=(NEW_YEAR,))
OFFICE = BusinessCalendar(TOKYO, closures=(NEW_YEAR,), hours=Hours(9 * 60, 18 * 60))
BERLIN = BusinessCalendar("Europe/Berlin", holidays=PublicHolidays("DE"))
NOWHERE = BusinessCalendar("UTC", holidays=PublicHolidays(""))


def at(text: str, zone: str = TOKYO) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def said(moment: int, zone: str = TOKYO) -> str:
    return f"{datetime.fromtimestamp(moment, ZoneInfo(zone)):%Y-%m-%d %H:%M}"


DUES = [
    ("2026-11-17 14:00", "2026-11-18 14:00"),  # Tuesday: plain
    ("2026-11-20 14:00", "2026-11-24 14:00"),  # Friday before a long weekend: 23 November is a holiday
    ("2026-11-21 10:30", "2026-11-24 10:30"),  # Saturday
    ("2026-11-22 10:30", "2026-11-24 10:30"),  # Sunday: the day after is the holiday
    ("2026-05-02 09:00", "2026-05-07 09:00"),  # Golden Week, 6 May being the substitute of 3 May, a Sunday
    ("2026-09-18 16:00", "2026-09-24 16:00"),  # 22 September lies between two holidays and is one itself
    ("2026-12-28 11:00", "2027-01-04 11:00"),  # the company's closure over the turn of the year
    ("2027-03-19 08:00", "2027-03-23 08:00"),  # 21 March, a Sunday, is made up for on the 22nd
    ("2026-11-17 23:59", "2026-11-18 23:59"),
]


@pytest.mark.parametrize(("start", "due"), DUES)
def test_twenty_four_hours_move_to_the_same_time_of_the_next_business_day(start: str, due: str) -> None:
    assert said(JAPAN.due_at(at(start), 24)) == due
    assert JAPAN.plain_due_at(at(start), 24) == at(start) + 86_400


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-17 14:00", "2026-11-18 14:00"),
        ("2026-11-17 03:00", "2026-11-18 09:00"),
        ("2026-11-17 20:00", "2026-11-19 09:00"),
        ("2026-11-20 20:00", "2026-11-25 09:00"),
        ("2026-11-17 18:00", "2026-11-19 09:00"),  # business ends at 18:00
    ],
)
def test_with_business_hours_a_due_time_outside_moves_to_where_business_begins(start: str, due: str) -> None:
    assert said(OFFICE.due_at(at(start), 24)) == due


def test_holidays_have_their_japanese_names() -> None:
    assert JAPAN.closed_for(date(2026, 5, 6)) == "振替休日"
    assert JAPAN.closed_for(date(2026, 11, 23)) == "勤労感謝の日"
    assert JAPAN.closed_for(date(2026, 12, 30)) == "年末年始"
    assert JAPAN.closed_for(date(2026, 11, 21)) == ""  # a Saturday is neither


@pytest.mark.parametrize(
    ("day", "closed"),
    [("2026-12-28", False), ("2026-12-29", True), ("2027-01-03", True), ("2027-01-04", False), ("2030-12-31", True)],
)
def test_a_yearly_closure_goes_over_the_turn_of_every_year(day: str, closed: bool) -> None:
    assert NEW_YEAR.covers(date.fromisoformat(day)) is closed


def test_a_dated_closure_is_closed_once() -> None:
    summer = Closure(date(2026, 8, 12), date(2026, 8, 14))
    assert [summer.covers(date(year, 8, 13)) for year in (2026, 2027)] == [True, False]


def test_the_warning_counts_business_time_only() -> None:
    start = at("2026-11-20 14:00")
    due = JAPAN.due_at(start, 24)
    # 10 hours of Friday and 14 of Tuesday are business: three quarters are 18, so Tuesday 8:00, not on Monday's night
    assert said(JAPAN.warning_at(start, due, 75)) == "2026-11-24 08:00"
    assert said(JAPAN.warning_at(at("2026-11-17 14:00"), at("2026-11-18 14:00"), 75)) == "2026-11-18 08:00"


def test_a_weekend_belongs_to_the_business_day_after_it() -> None:
    for moment in ("2026-11-21 00:00", "2026-11-22 12:00", "2026-11-23 23:59", "2026-11-24 08:00"):
        assert JAPAN.working_day(at(moment)) == date(2026, 11, 24)
        assert said(JAPAN.working_day_start(at(moment))) == "2026-11-21 00:00"
    assert JAPAN.working_day(at("2026-11-25 00:00")) == date(2026, 11, 25)
    assert said(JAPAN.working_day_start(at("2026-11-25 23:00"))) == "2026-11-25 00:00"


def test_a_clock_change_keeps_the_time_of_day_and_counts_real_hours() -> None:
    # On 25 October 2026, a Sunday, Berlin's day has 25 hours; the 26th is a Monday.
    start = at("2026-10-24 14:00", "Europe/Berlin")
    assert said(BERLIN.due_at(start, 24), "Europe/Berlin") == "2026-10-26 13:00"
    # 2:30 does not exist on 29 March 2026 in Berlin, and is not needed: that day is a Sunday.
    start = at("2026-03-28 02:30", "Europe/Berlin")
    assert said(BERLIN.due_at(start, 24), "Europe/Berlin") == "2026-03-30 03:30"
    week = (at("2026-10-24 00:00", "Europe/Berlin"), at("2026-10-27 00:00", "Europe/Berlin"))
    assert BERLIN.business_seconds_between(*week) == 24 * HOUR


def test_a_calendar_without_any_business_day_still_ends() -> None:
    never = BusinessCalendar(TOKYO, closures=(Closure(date(2000, 1, 1), date(2000, 12, 31), yearly=True),))
    start = at("2026-11-17 14:00")
    assert never.due_at(start, 24) == start + 86_400
    assert never.next_business_moment(start) == start
    assert never.warning_at(start, start + 86_400, 75) == start + 86_400 * 3 // 4
    assert never.business_seconds_between(start, start + 86_400 * 9) == 0


def test_countries_are_known_by_code() -> None:
    assert "JP" in countries()
    assert "TX" in countries()["US"]


# --- properties ---

ZONES = st.sampled_from([TOKYO, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
MOMENTS = st.integers(at("2024-01-01 00:00"), at("2029-12-31 00:00"))
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    closures = draw(st.lists(st.tuples(DAYS, st.integers(0, 9), st.booleans()), max_size=4))
    opens = draw(st.sampled_from([0, 8 * 60, 9 * 60 + 30]))
    closes = draw(st.sampled_from([17 * 60, 18 * 60 + 15, 24 * 60]))
    return BusinessCalendar(
        draw(ZONES),
        weekend=frozenset(draw(st.sets(st.integers(0, 6), max_size=5))),
        holidays=PublicHolidays(draw(st.sampled_from(["JP", "DE", "US", ""]))),
        closures=tuple(Closure(day, day + timedelta(days=days), "", yearly) for day, days, yearly in closures),
        hours=draw(st.sampled_from([Hours(), Hours(opens, closes)])),
    )


@given(calendars(), MOMENTS, st.integers(1, 72))
def test_a_due_time_is_a_business_moment_and_never_earlier_than_promised(
    calendar: BusinessCalendar, start: int, hours: int
) -> None:
    due = calendar.due_at(start, hours)
    assert due >= calendar.plain_due_at(start, hours)
    assert calendar.is_business_moment(due)


@given(calendars(), MOMENTS, st.integers(1, 72))
def test_no_business_day_is_skipped(calendar: BusinessCalendar, start: int, hours: int) -> None:
    plain, due = calendar.day_of(start + hours * HOUR), calendar.day_of(calendar.due_at(start, hours))
    between = [plain + timedelta(days=n) for n in range((due - plain).days)]
    if calendar.hours.whole_day:
        assert not any(calendar.is_business_day(day) for day in between)
    else:
        assert sum(calendar.is_business_day(day) for day in between) <= 1  # of which the hours were over


@given(calendars(), MOMENTS, st.integers(1, 72))
def test_the_time_of_day_is_kept(calendar: BusinessCalendar, start: int, hours: int) -> None:
    whole = BusinessCalendar(calendar.zone, calendar.weekend, calendar.holidays, calendar.closures)
    zone = ZoneInfo(calendar.zone)
    plain = datetime.fromtimestamp(start + hours * HOUR, zone)
    due = datetime.fromtimestamp(whole.due_at(start, hours), zone)
    wall = datetime.combine(due.date(), plain.time())
    exists = datetime.fromtimestamp(wall.replace(tzinfo=zone).timestamp(), zone).time() == plain.time()
    assert due.time() == plain.time() or not exists


@given(calendars(), MOMENTS, st.integers(0, 40 * 86_400), st.integers(0, 40 * 86_400))
def test_business_time_adds_up(calendar: BusinessCalendar, start: int, one: int, other: int) -> None:
    middle, end = start + one, start + one + other
    whole = calendar.business_seconds_between(start, end)
    parts = calendar.business_seconds_between(start, middle) + calendar.business_seconds_between(middle, end)
    assert whole == parts
    assert 0 <= whole <= end - start
    assert calendar.business_seconds_between(end, start) == 0 or end == start


@given(calendars(), MOMENTS, st.integers(1, 72), st.integers(1, 99))
def test_the_warning_comes_before_the_due_time_at_its_part_of_the_business_time(
    calendar: BusinessCalendar, start: int, hours: int, percent: int
) -> None:
    due = max(start + 1, calendar.due_at(start, hours))
    warning = calendar.warning_at(start, due, percent)
    assert start <= warning <= due
    if whole := calendar.business_seconds_between(start, due):
        passed = calendar.business_seconds_between(start, warning)
        assert passed * 100 >= whole * percent > (passed - 1) * 100


@given(calendars(), MOMENTS)
def test_the_next_business_moment_is_one_and_the_first(calendar: BusinessCalendar, moment: int) -> None:
    found = calendar.next_business_moment(moment)
    assert calendar.is_business_moment(found)
    assert found == moment or calendar.business_seconds_between(moment, found) == 0
    assert calendar.next_business_moment(found) == found


@given(calendars(), MOMENTS)
def test_a_working_day_starts_where_the_one_before_ended(calendar: BusinessCalendar, moment: int) -> None:
    start = calendar.working_day_start(moment)
    assert start <= moment
    assert calendar.working_day(start) == calendar.working_day(moment)
    assert calendar.working_day(start - 1) != calendar.working_day(moment)


def test_midnight_ends_a_day() -> None:
    until_midnight = BusinessCalendar("UTC", holidays=PublicHolidays(""), hours=Hours(9 * 60, 24 * 60))
    tuesday = int(datetime.combine(date(2026, 11, 17), time(23, 59), ZoneInfo("UTC")).timestamp())
    assert until_midnight.is_business_moment(tuesday)
    assert until_midnight.next_business_moment(tuesday + 60) == tuesday + 60 + 9 * HOUR
    assert NOWHERE.closed_for(date(2026, 1, 1)) == ""
