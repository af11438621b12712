"""Cases where engines come apart most easily, with the figures written down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core.text import Text
from sync.scoring.conditions import Condition
from sync.scoring.definition import (
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AttributeRule,
    Bucket,
    Dormancy,
    Exclusion,
    Matcher,
    ReactivationRule,
    SequenceRule,
)
from sync.scoring.engine import BANDS, Engine, Inputs, Results
from sync.scoring.model import Model
from tests.engine.worlds import DAY, NEW_YORK, TOKYO, at, model_of, one_person, whole

LABEL = Text("x", "x")
PLAIN = (1_000,)
NOW = at(TOKYO, 2026, 11, 20)
VISIT = Matcher("visit", LABEL, frozenset({"page_view"}), frozenset(), frozenset({"pricing"}), 15_000)
OPENED = Matcher("opened", LABEL, frozenset({"email_open"}), frozenset(), frozenset(), 20_000)
Line = tuple[int, int, int]


def acts_rule(
    *matchers: Matcher, cap: int | None = None, window: int = 90, once: int = 0, decay: tuple[int, ...] = PLAIN
):  # type: ignore[no-untyped-def]
    return ActRule("acts", "behaviour", LABEL, cap, window, once, decay, matchers or (VISIT,))


def scored(engine: Engine, inputs: Inputs, model: Model, as_of: int = NOW, timezone: str = TOKYO) -> Results:
    return whole(engine, inputs, model, as_of, timezone)


def lines(results: Results) -> list[Line]:
    """(rule, points, count) in the order of the ledger."""
    return [(row["rule"], row["points"], row["count"]) for row in results.lines.to_pylist()]


def evidence(results: Results, rule: int = 0) -> list[int]:
    return [row["activity_id"] for row in results.evidence.to_pylist() if row["rule"] == rule]


def test_a_window_ends_at_local_midnight_not_after_so_many_hours(engine: Engine) -> None:
    first_second, second_before = at(TOKYO, 2026, 11, 14, 0, 0, 0), at(TOKYO, 2026, 11, 13, 23, 59, 59)
    inputs = one_person([(second_before, "price"), (first_second, "price")])
    assert lines(scored(engine, inputs, model_of(acts_rule(window=7)))) == [(0, 15_000, 1)]


def test_days_are_counted_right_across_the_change_to_winter_time(engine: Engine) -> None:
    """1 November 2026 has 25 hours in New York."""
    evening, next_morning = at(NEW_YORK, 2026, 11, 1, 23, 30), at(NEW_YORK, 2026, 11, 2, 0, 30)
    rule = ActiveDaysRule("days", "activity", LABEL, None, 2, 0, PLAIN, 2, 10_000)
    inputs = one_person([(evening, "price"), (next_morning, "price")])
    later = at(NEW_YORK, 2026, 11, 2, 8)
    assert lines(scored(engine, inputs, model_of(rule), later, NEW_YORK)) == [(0, 10_000, 2)]
    day_after = at(NEW_YORK, 2026, 11, 3, 0, 0, 1)
    assert lines(scored(engine, inputs, model_of(rule), day_after, NEW_YORK)) == []


def test_a_cool_down_counts_the_newest_and_then_the_nearest_a_week_before(engine: Engine) -> None:
    """Days 0, 3, 7, 10, 14, 20 ago: the first, third and fifth count, and then the one six days on does not."""
    inputs = one_person([(NOW - ago * DAY, "price") for ago in (20, 14, 10, 7, 3, 0)])
    assert lines(scored(engine, inputs, model_of(acts_rule(once=7)))) == [(0, 45_000, 6)]
    assert lines(scored(engine, inputs, model_of(acts_rule(once=7, cap=30_000)))) == [(0, 30_000, 6)]


def test_of_one_day_the_newest_act_counts_and_of_one_second_the_later_number(engine: Engine) -> None:
    small = replace(VISIT, id="small", page_tags=frozenset({"comparison"}), points=5_000)
    inputs = one_person([(NOW, "price"), (NOW, "compare")])
    results = scored(engine, inputs, model_of(acts_rule(VISIT, small, once=1)))
    assert lines(results) == [(0, 5_000, 2)]
    assert results.lines["detail"].to_pylist() == [0b11]
    assert evidence(results) == [2, 1]


def test_points_that_decay_are_rounded_towards_minus_infinity(engine: Engine) -> None:
    minus = replace(VISIT, points=-5_000)
    inputs = one_person([(NOW - 8 * DAY, "price")])
    assert lines(scored(engine, inputs, model_of(acts_rule(minus, decay=(1_000, 333)))))[0] == (0, -1_665, 1)


def test_an_act_at_two_steps_never_follows_itself(engine: Engine) -> None:
    step = (Matcher("", LABEL, frozenset({"page_view"}), frozenset(), frozenset(), 0),)
    rule = SequenceRule("then", "behaviour", LABEL, None, 90, 0, PLAIN, (step, step, step), 3_600, 20_000)
    acts = [(NOW - 50, "price"), (NOW - 50, "price"), (NOW - 10, "case"), (NOW, "price")]
    results = scored(engine, one_person(acts), model_of(rule))
    assert lines(results) == [(0, 40_000, 2)]
    assert evidence(results) == [4, 3, 2, 1]


def test_a_sequence_ends_at_the_last_second_of_its_time(engine: Engine) -> None:
    case = (Matcher("", LABEL, frozenset({"page_view"}), frozenset(), frozenset({"case_study"}), 0),)
    rule = SequenceRule("then", "behaviour", LABEL, None, 90, 0, PLAIN, (case, (VISIT,)), DAY, 20_000)
    assert lines(scored(engine, one_person([(NOW - DAY, "case"), (NOW, "price")]), model_of(rule))) == [(0, 20_000, 1)]
    assert lines(scored(engine, one_person([(NOW - DAY - 1, "case"), (NOW, "price")]), model_of(rule))) == []


def test_what_happens_after_the_instant_has_not_happened(engine: Engine) -> None:
    inputs = one_person([(NOW + 1, "price"), (NOW, "price")], lost_at=NOW + 1, recycled_at=NOW + 1)
    results = scored(engine, inputs, model_of(acts_rule()))
    assert lines(results) == [(0, 15_000, 1)]
    assert results.scores["last_act_at"].to_pylist() == [NOW]


def test_opens_earn_points_and_never_make_anyone_hot(engine: Engine) -> None:
    staff = AttributeRule(
        "size",
        "attribute",
        LABEL,
        None,
        0,
        0,
        PLAIN,
        "employees",
        (Bucket("any", LABEL, Condition("employees"), 50_000),),
    )
    model = model_of(staff, acts_rule(OPENED, cap=40_000))
    inputs = one_person([(NOW - DAY, "open"), (NOW, "open"), (NOW - 2 * DAY, "case")], employees=10)
    (score,) = scored(engine, inputs, model).scores.to_pylist()
    assert (score["total"], BANDS[score["band"] - 1], score["missed"]) == (90_000, "nurture", 0b0110)


def test_a_sleep_wipes_behaviour_for_good_where_the_model_says_so(engine: Engine) -> None:
    acts = [(NOW - 100 * DAY, "price"), (NOW - 5 * DAY, "price"), (NOW, "price")]
    wiping = model_of(acts_rule(window=180), dormancy=Dormancy(90, "zero_behaviour", 0))
    subtracting = model_of(acts_rule(window=180))
    assert lines(scored(engine, one_person(acts), wiping)) == [(0, 30_000, 2)]
    assert lines(scored(engine, one_person(acts), subtracting)) == [(0, 45_000, 3)]


def test_who_woke_before_the_window_is_simply_active(engine: Engine) -> None:
    rule = ReactivationRule("back", "behaviour", LABEL, None, 30, 0, PLAIN, (VISIT,), True, False)
    acts = [(NOW - 200 * DAY, "price"), (NOW - 40 * DAY, "price"), (NOW, "price")]
    assert lines(scored(engine, one_person(acts), model_of(rule))) == []
    (score,) = scored(engine, one_person(acts[1:]), model_of(rule), NOW - 20 * DAY).scores.to_pylist()
    assert (score["reactivated"], score["behaviour"]) == (1, 15_000)
    (customer,) = scored(engine, one_person(acts[1:], customer=1), model_of(rule), NOW - 20 * DAY).scores.to_pylist()
    assert (customer["reactivated"], customer["behaviour"]) == (0, 15_000)


def test_clamp_dormancy_and_exclusion_stand_in_this_order(engine: Engine) -> None:
    asleep = acts_rule(replace(VISIT, points=60_000), window=180)
    out = Exclusion("out", LABEL, LABEL, ((Condition("open_deal", flag=True),),))
    acts = [(NOW - 95 * DAY, "price"), (NOW - 95 * DAY, "price")]
    results = scored(engine, one_person(acts, open_deal=1), model_of(asleep, exclusions=(out,)))
    assert lines(results) == [(0, 120_000, 2), (-1, -20_000, 1), (-2, -50_000, 1), (-3, -50_000, 1)]
    assert results.lines["seq"].to_pylist() == [0, 1, 2, 3]
    assert results.scores["total"].to_pylist() == [0]


def test_a_target_that_is_not_set_is_told_from_an_unknown_value(engine: Engine) -> None:
    target = Bucket("target", LABEL, Condition("industry", equals=frozenset()), 20_000, unset=True)
    unknown = Bucket("unknown", LABEL, Condition("industry", unknown=True), 0)
    rule = AttributeRule("industry", "attribute", LABEL, None, 0, 0, PLAIN, "industry", (target, unknown))
    known, blank = one_person([], {"industry": "製造業"}), one_person([], {"industry": "不明"})
    assert scored(engine, known, model_of(rule)).lines["detail"].to_pylist()[0] == 0
    assert scored(engine, blank, model_of(rule)).lines["detail"].to_pylist()[0] == 2


@pytest.mark.parametrize(("window", "expected"), [(60, 3), (61, 4), (400, 4)])
def test_active_days_are_counted_in_short_and_in_long_windows(engine: Engine, window: int, expected: int) -> None:
    acts = [(NOW - ago * DAY, "price") for ago in (0, 1, 59, 60)] + [(NOW - 1, "open")]
    rule = ActiveDaysRule("days", "activity", LABEL, None, window, 0, PLAIN, 1, 10_000)
    assert lines(scored(engine, one_person(acts), model_of(rule))) == [(0, 10_000, expected)]


def test_months_are_calendar_months(engine: Engine) -> None:
    acts = [
        (at(TOKYO, 2026, 9, 30, 23, 59, 59), "price"),
        (at(TOKYO, 2026, 8, 31, 23, 59, 59), "price"),
        (NOW, "price"),
    ]
    rule = ActiveMonthsRule("months", "activity", LABEL, None, 93, 0, PLAIN, 2, 3, 10_000)
    results = scored(engine, one_person(acts), model_of(rule))
    assert lines(results) == [(0, 10_000, 2)]
    assert evidence(results) == [3, 1]


def test_the_eleventh_act_is_no_evidence(engine: Engine) -> None:
    acts = [(NOW - ago, "price") for ago in range(12)]
    assert evidence(scored(engine, one_person(acts), model_of(acts_rule()))) == list(range(1, 11))


def test_a_model_of_more_rules_than_one_number_has_bits_keeps_the_order_of_lines(engine: Engine) -> None:
    rules = [replace(acts_rule(), id=f"rule{number}") for number in range(70)]
    results = scored(engine, one_person([(NOW, "price")]), model_of(*rules))
    assert results.lines["seq"].to_pylist() == list(range(71))
    assert results.lines["rule"].to_pylist() == [*range(70), -1]
