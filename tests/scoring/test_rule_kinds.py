"""What the kinds of rules give that `basic` does not show: chains, half-lives, months, recency, coming back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model
from sync.scoring.scorer import Line, Score, score

Person = Callable[..., Facts]
OwnModel = Callable[..., Model]
TOKYO = "Asia/Tokyo"
HOUR, DAY = 3_600, 86_400


def rule(body: str, axis: str = "behaviour") -> str:
    return f"rules:\n  - id: r\n    axis: {axis}\n    label: {{en: R, ja: R}}\n    {body}\n"


def page(at: int, path: str, id: str = "", seq: int = 0) -> Act:
    return Act(id or f"{path}-{at}", "page_view", at, url=f"https://x.jp{path}", seq=seq)


def opened(at: int, id: str = "") -> Act:
    return Act(id or f"open-{at}", "email_open", at, content_id=f"mail-{at}")


def of(person: Facts, model: Model, now: int) -> Score:
    return score(person, model, now, TOKYO)


def line(person: Facts, model: Model, now: int, rule_id: str = "r") -> Line | None:
    return next((line for line in of(person, model, now).lines if line.rule == rule_id), None)


def points(person: Facts, model: Model, now: int) -> int:
    found = line(person, model, now)
    return found.points if found else 0


def on(*date: int) -> int:
    return int(datetime(*date, 12, tzinfo=ZoneInfo(TOKYO)).timestamp())  # type: ignore[misc, arg-type]


# --- sequences ---

CHAIN = rule(
    "sequence: {steps: [[{kinds: [page_view], page_tags: [case_study]}], [{kinds: [page_view], page_tags: [pricing]}], "
    "[{kinds: [form_submit], tags: [demo]}]], within_hours: 24, points: 20}"
)


def demo(at: int) -> Act:
    return Act(f"demo-{at}", "form_submit", at, content_name="デモ依頼")


@pytest.mark.parametrize(
    ("hours", "earned"),
    [((3, 2, 1), 20_000), ((24, 2, 0), 20_000), ((25, 2, 0), 0), ((2, 3, 1), 0), ((3, 1, 2), 0), ((1, 1, 1), 20_000)],
)
def test_three_steps_count_in_their_order_and_time(
    hours: tuple[int, int, int], earned: int, person: Person, own_model: OwnModel, now: int
) -> None:
    first, second, third = (now - hour * HOUR for hour in hours)
    acts = (page(first, "/case/1", seq=1), page(second, "/price", seq=2), replace(demo(third), seq=3))
    assert points(person(*acts), own_model(CHAIN), now) == earned


def test_a_step_left_out_breaks_the_chain(person: Person, own_model: OwnModel, now: int) -> None:
    assert points(person(page(now - HOUR, "/case/1"), demo(now)), own_model(CHAIN), now) == 0


def test_each_step_takes_the_nearest_act_before(person: Person, own_model: OwnModel, now: int) -> None:
    early, late = now - 30 * HOUR, now - 5 * HOUR
    acts = (page(early, "/case/1"), page(late, "/case/1"), page(now - HOUR, "/price"), demo(now))
    found = line(person(*acts), own_model(CHAIN), now)
    assert found is not None
    assert found.evidence == (f"demo-{now}", f"/price-{now - HOUR}", f"/case/1-{late}")
    assert (found.points, found.count, found.last_at, found.detail, found.code) == (20_000, 1, now, "", 0)


def test_a_later_opener_does_not_lend_its_time_to_a_step_before_it(
    person: Person, own_model: OwnModel, now: int
) -> None:
    acts = (page(now - 30 * HOUR, "/case/1"), page(now - 5 * HOUR, "/price"), page(now - HOUR, "/case/1"), demo(now))
    assert points(person(*acts), own_model(CHAIN), now) == 0


def test_no_act_follows_itself(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(rule("sequence: {steps: [[{kinds: [call]}], [{kinds: [call]}]], within_hours: 1, points: 9}"))
    calls = [Act(f"c{index}", "call", now - index * 60) for index in range(3)]
    assert line(person(calls[0]), model, now) is None
    found = line(person(*calls), model, now)
    assert found is not None
    assert (found.count, found.points, found.evidence) == (2, 18_000, ("c0", "c1", "c2"))


def test_the_stores_number_orders_acts_of_one_second(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(
        rule("sequence: {first: [{kinds: [call]}], then: [{kinds: [meeting]}], within_hours: 1, points: 9}")
    )
    call, meeting = Act("z", "call", now, seq=1), Act("a", "meeting", now, seq=2)
    assert points(person(meeting, call), model, now) == 9_000
    assert points(person(replace(meeting, seq=0), call), model, now) == 0


def test_evidence_of_many_chains_is_the_ten_newest_acts(person: Person, own_model: OwnModel, now: int) -> None:
    acts = [page(now - index * HOUR, "/price" if index % 2 == 0 else "/case/1", f"a{index:02d}") for index in range(16)]
    model = own_model(
        rule(
            "sequence: {first: [{kinds: [page_view], page_tags: [case_study]}], "
            "then: [{kinds: [page_view], page_tags: [pricing]}], within_hours: 24, points: 5}"
        )
    )
    found = line(person(*acts), model, now)
    assert found is not None
    assert found.evidence == tuple(f"a{index:02d}" for index in range(10))
    assert found.count == 8


# --- decay ---


@pytest.mark.parametrize(
    ("days", "earned"), [(0, 20_000), (6, 20_000), (7, 17_000), (14, 14_460), (28, 10_460), (30, 10_460), (59, 5_480)]
)
def test_a_half_life_goes_by_full_weeks(days: int, earned: int, person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(rule("acts: [{kinds: [call], points: 20}]\n    decay: {half_life_days: 30}\n    window_days: 60"))
    assert points(person(Act("c", "call", now - days * DAY)), model, now) == earned


def test_a_half_life_ends_with_the_window(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(rule("acts: [{kinds: [call], points: 20}]\n    decay: {half_life_days: 30}\n    window_days: 60"))
    assert points(person(Act("c", "call", now - 60 * DAY)), model, now) == 0
    assert model.rules[0].decay[:3] == (1_000, 850, 723)
    assert len(model.rules[0].decay) == 9


# --- activity ---


def test_active_months_are_calendar_months_the_current_one_included(person: Person, own_model: OwnModel) -> None:
    model = own_model(rule("active: {months: 3, of_months: 6, points: 10}", "activity"))
    june, july, november = page(on(2026, 6, 1), "/a"), page(on(2026, 7, 31), "/a"), page(on(2026, 11, 20), "/a")
    at = on(2026, 11, 21)
    found = line(person(june, july, november), model, at)
    assert found is not None
    assert (found.points, found.count, found.axis, found.evidence[-1]) == (10_000, 3, "activity", june.id)
    assert line(person(june, july, november), model, on(2026, 12, 1)) is None  # June has left the six months
    assert line(person(july, page(on(2026, 7, 1), "/a"), november), model, at) is None  # two of one month are one
    assert line(person(opened(june.at), july, november), model, at) is None


def test_months_go_over_the_turn_of_the_year(person: Person, own_model: OwnModel) -> None:
    model = own_model(rule("active: {months: 2, of_months: 2, points: 10}", "activity"))
    acts = page(on(2026, 12, 31), "/a"), page(on(2027, 1, 1), "/a")
    assert points(person(*acts), model, on(2027, 1, 31)) == 10_000
    assert points(person(*acts), model, on(2027, 2, 1)) == 0


RECENCY = rule("recency: [{within_days: 7, points: 10}, {within_days: 30, points: 4}]", "activity")


@pytest.mark.parametrize(("days", "earned"), [(0, 10_000), (6, 10_000), (7, 4_000), (29, 4_000), (30, None)])
def test_recency_is_the_step_of_the_last_act(
    days: int, earned: int | None, person: Person, own_model: OwnModel, now: int
) -> None:
    acts = page(now - 40 * DAY, "/a"), page(now - days * DAY, "/b"), opened(now)
    found = line(person(*acts), own_model(RECENCY), now)
    assert (found.points if found else None) == earned
    assert found is None or (found.axis, found.count, found.evidence) == ("activity", 1, (acts[1].id,))


# --- coming back ---

BACK = rule("reactivation: {acts: [{id: visit, kinds: [page_view], points: 15}], after: [%s]}\n    cap: 30")


def test_whoever_wakes_earns_from_the_act_on_that_woke_her(person: Person, own_model: OwnModel, now: int) -> None:
    asleep = page(now - 100 * DAY, "/old"), page(now - 99 * DAY, "/old")
    awake = page(now - 5 * DAY, "/a"), page(now - DAY, "/b")
    model = own_model(BACK % "dormant")
    assert line(person(*asleep, first_known_at=asleep[0].at), model, now) is None
    result = of(person(*asleep, *awake, first_known_at=asleep[0].at), model, now)
    assert result.reactivated
    (found,) = (line for line in result.lines if line.rule == "r")
    assert (found.points, found.count, found.detail, found.code) == (30_000, 2, "visit", 1)
    assert found.evidence == (awake[1].id, awake[0].id)


@pytest.mark.parametrize(("gap", "woken"), [(89, False), (90, True)])
def test_a_sleep_is_as_long_as_dormancy(gap: int, woken: bool, person: Person, own_model: OwnModel, now: int) -> None:
    acts = page(now - gap * DAY, "/old"), page(now, "/a")
    result = of(person(*acts, first_known_at=acts[0].at), own_model(BACK % "dormant"), now)
    assert result.reactivated is woken


@pytest.mark.parametrize(("known", "woken"), [(89, False), (90, True)])
def test_the_first_act_of_somebody_long_known_wakes_her(
    known: int, woken: bool, person: Person, own_model: OwnModel, now: int
) -> None:
    result = of(person(page(now, "/a"), first_known_at=now - known * DAY), own_model(BACK % "dormant"), now)
    assert result.reactivated is woken


def test_opens_neither_wake_nor_break_a_sleep(person: Person, own_model: OwnModel, now: int) -> None:
    old = page(now - 120 * DAY, "/old")
    model = own_model(BACK % "dormant")
    assert not of(person(old, opened(now), first_known_at=old.at), model, now).reactivated
    slept = person(old, opened(now - 60 * DAY), page(now, "/a"), first_known_at=old.at)
    assert of(slept, model, now).reactivated


def test_after_a_lost_deal_later_acts_count(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(BACK % "lost")
    acts = page(now - 2 * DAY, "/a"), page(now - DAY, "/b")
    assert not of(person(*acts), model, now).reactivated
    assert points(person(*acts, lost_at=acts[0].at), model, now) == 15_000
    assert points(person(*acts, lost_at=acts[0].at - 1), model, now) == 30_000


def test_a_loss_still_to_come_opens_nothing(person: Person, own_model: OwnModel, now: int) -> None:
    known = person(page(now, "/a"), lost_at=now + 1)
    assert of(known, own_model(BACK % "lost"), now) == of(replace(known, lost_at=None), own_model(BACK % "lost"), now)


@pytest.mark.parametrize("known", [{"customer": True}, {"opted_out": True}])
def test_customers_and_those_who_opted_out_are_not_won_back(
    known: dict[str, bool], person: Person, own_model: OwnModel, now: int
) -> None:
    result = of(person(page(now, "/a"), first_known_at=now - 200 * DAY, **known), own_model(BACK % "dormant"), now)
    assert result.behaviour == 15_000
    assert not result.reactivated


def test_points_that_a_cap_or_age_took_away_reactivate_nobody(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model((BACK % "dormant") + "    decay: [100, 0]\n")
    result = of(person(page(now - 7 * DAY, "/a"), first_known_at=now - 200 * DAY), model, now)
    assert not result.reactivated


# --- mail opens ---

OPENS = """rules:
  - {id: fit, axis: attribute, label: {en: F, ja: F}, field: country, buckets: [{id: a, any_of: [jp], points: 70}]}
  - id: r
    axis: behaviour
    label: {en: R, ja: R}
    acts: [{id: open, kinds: [email_open], points: 10}, {id: view, kinds: [page_view], points: 10}]
    cap: 10
"""


def test_what_a_rule_earns_without_opens_counts_towards_the_floor(
    person: Person, own_model: OwnModel, now: int
) -> None:
    """The newest act, an open, fills the cap; the view alone would have filled it too."""
    model = own_model(OPENS, hot="{attribute_floor: 10, engagement_floor: 10, distinct_acts: 1}")
    opens_alone = of(person(opened(now), country="JP"), model, now)
    assert (opens_alone.total, opens_alone.missed) == (80_000, ("engagement_floor", "distinct_acts"))
    both = of(person(opened(now), page(now - DAY, "/a"), country="JP"), model, now)
    assert (both.total, both.missed, both.is_hot) == (80_000, (), True)


def test_a_chain_that_needs_an_open_counts_for_the_total_only(person: Person, own_model: OwnModel, now: int) -> None:
    rules = OPENS[: OPENS.index("    acts:")] + (
        "    sequence: {first: [{kinds: [email_open]}], then: [{kinds: [page_view]}], within_hours: 24, points: 20}\n"
    )
    model = own_model(rules, hot="{attribute_floor: 10, engagement_floor: 10, distinct_acts: 1}")
    result = of(person(opened(now - 60), page(now, "/a"), country="JP"), model, now)
    assert (result.total, result.missed) == (90_000, ("engagement_floor", "distinct_acts"))


# --- hot again ---


def test_whoever_was_sent_back_becomes_hot_again_only_with_a_later_act(
    person: Person, own_model: OwnModel, now: int
) -> None:
    model = own_model(OPENS, hot="{attribute_floor: 10, engagement_floor: 10, distinct_acts: 1}")
    known = person(page(now - DAY, "/a"), country="JP")
    assert of(known, model, now).is_hot
    sent_back = of(replace(known, recycled_at=now - DAY), model, now)
    assert (sent_back.band, sent_back.missed, sent_back.total) == ("nurture", ("recycled",), 80_000)
    assert of(replace(known, recycled_at=now - DAY - 1), model, now).is_hot
    assert of(replace(known, recycled_at=now + 1), model, now).is_hot, "an order still to come"
    assert of(replace(known, recycled_at=now - DAY, acts=(*known.acts, page(now, "/b"))), model, now).is_hot
    assert not of(replace(known, recycled_at=now - DAY, acts=(*known.acts, opened(now))), model, now).is_hot


# --- segments ---


def test_a_delta_reaches_every_kind_of_rule(person: Person, own_model: OwnModel, now: int) -> None:
    rules = """rules:
  - {id: lately, axis: activity, label: {en: L, ja: L}, recency: [{within_days: 7, points: 10}]}
  - {id: months, axis: activity, label: {en: M, ja: M}, active: {months: 1, of_months: 1, points: 10}}
  - {id: back, axis: behaviour, label: {en: B, ja: B}, cap: 10,
     reactivation: {acts: [{kinds: [page_view], points: 10}], after: [dormant]}}
segments:
  - {id: s, label: {en: S, ja: S}, all: [{field: country, any_of: [jp]}], deltas: {lately: 1, months: 2, back: 3}}
"""
    result = of(person(page(now, "/a"), country="JP", first_known_at=now - 99 * DAY), own_model(rules), now)
    assert [(line.rule, line.points) for line in result.lines] == [
        ("lately", 11_000),
        ("months", 12_000),
        ("back", 13_000),
    ]
