"""Stale leads of both kinds, their weeks, and the way back to nurture."""

from __future__ import annotations

import pytest
from desk import DAY, HS, LEAD, NOW, Desk

from sync.errors import ConfigError
from sync.jobs import stale
from sync.jobs.stale import count_stale, recycle, stale_queue
from sync.store.database import SqlStore

TOKYO = "Asia/Tokyo"


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    made = Desk(store)
    made.live()
    return made


def _queue(desk: Desk) -> stale.StaleQueue:
    with desk.store.reading() as unit:
        return stale_queue(unit, desk.now, TOKYO)


def _hot(desk: Desk) -> int:
    person = desk.records(HS)
    desk.score(person)
    desk.plan()
    return person


def test_a_hot_person_whom_nobody_contacted_for_a_day_is_stale(desk: Desk) -> None:
    person = _hot(desk)
    desk.now += DAY - 1
    assert _queue(desk).leads == ()
    desk.now += 1
    assert [(lead.person_id, lead.kind, lead.since) for lead in _queue(desk).leads] == [(person, "untouched", NOW)]


def test_a_touch_ends_it(desk: Desk) -> None:
    person = _hot(desk)
    with desk.store.begin() as unit:
        unit.update_episode(unit.episodes_of(person)[0].id, sla_state="met", met_at=NOW + 60)
    desk.now += 9 * DAY
    assert _queue(desk).leads == ()


def test_who_is_no_longer_hot_is_not_stale(desk: Desk) -> None:
    person = _hot(desk)
    desk.score(person, band="nurture", total=60_000)
    desk.plan()
    desk.now += 2 * DAY
    assert _queue(desk).count("untouched") == 0


def test_a_high_score_without_acts_for_ninety_days_is_stale(desk: Desk) -> None:
    person = desk.records(HS)
    desk.score(person, band="nurture", total=60_000)
    desk.now = NOW + 90 * DAY
    assert _queue(desk).leads == ()
    desk.now += 1
    assert [(lead.person_id, lead.kind) for lead in _queue(desk).leads] == [(person, "idle")]


def test_weeks_keep_the_last_figure_of_each(desk: Desk) -> None:
    _hot(desk)
    for day in range(16):
        desk.now = NOW + day * DAY
        count_stale(desk.store, desk.now, TOKYO)
    weeks = _queue(desk).weeks
    assert [week.untouched for week in weeks] == [1] * len(weeks)
    assert 3 <= len(weeks) <= 4
    assert weeks[-1].long_untouched == 1
    assert weeks[0].long_untouched == 0


def test_figures_are_counted_once_an_hour(desk: Desk) -> None:
    count_stale(desk.store, NOW, TOKYO)
    _hot(desk)
    count_stale(desk.store, NOW + 1, TOKYO)
    with desk.store.reading() as unit:
        assert list(unit.figures(stale.UNTOUCHED_DAY, "2000-01-01").values()) == [0]


def test_recycling_takes_hot_people_only_and_makes_them_due(desk: Desk) -> None:
    hot = _hot(desk)
    other = desk.records(LEAD, email="hanako@example.jp")
    desk.score(other, band="nurture", total=60_000)
    assert recycle(desk.store, [hot, other, hot], NOW + DAY) == ([hot], [other])
    with desk.store.reading() as unit:
        assert unit.score_due(10) == [hot]


def test_recycling_nobody_is_an_error(desk: Desk) -> None:
    with pytest.raises(ConfigError):
        recycle(desk.store, [], NOW)
