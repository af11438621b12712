"""The holes and clashes in what scoring models were asked to be, each settled: what the product does instead.

Numbered as in the requirements (1.1, holes and clashes).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sync.core.activity import Kind, is_own_act
from sync.errors import ConfigError
from sync.handoff.calendar import BusinessCalendar
from sync.scoring.facts import Act, Facts
from sync.scoring.lint import lint
from sync.scoring.model import Model
from sync.scoring.scorer import Score, score

Person = Callable[..., Facts]
Visit = Callable[..., Act]
OwnModel = Callable[..., Model]
TOKYO = "Asia/Tokyo"
HOUR, DAY = 3_600, 86_400


def of(person: Facts, model: Model, now: int) -> Score:
    return score(person, model, now, TOKYO)


def acts_rule(name: str, kind: str, points: int, more: str = "") -> str:
    return (
        f"  - {{id: {name}, axis: behaviour, label: {{en: {name}, ja: {name}}}, "
        f"acts: [{{kinds: [{kind}], points: {points}}}]{more}}}\n"
    )


# --- 1: seven rules of ten points cannot reach eighty ---

TITLE = """rules:
  - {id: title, axis: attribute, label: {en: T, ja: T}, field: title,
     buckets: [{id: known, other: true, points: 10}, {id: unknown, unknown: true, points: 0}]}
"""
FLAT_KINDS = ("page_view", "content_download", "form_submit", "seminar_attended", "trial_signup", "meeting", "call")


@pytest.mark.parametrize(("rules", "reachable"), [(7, False), (8, True)])
def test_1_a_flat_model_of_fewer_than_eight_rules_is_told_that_hot_is_out_of_reach(
    rules: int, reachable: bool, own_model: OwnModel
) -> None:
    flat = "".join(acts_rule(f"r_{kind}", kind, 10, ", cap: 10") for kind in FLAT_KINDS[: rules - 1])
    out_of_reach = [
        finding
        for finding in lint(own_model(TITLE + flat))
        if finding.id == "band_unreachable" and finding.subject == "hot"
    ]
    assert bool(out_of_reach) is not reachable
    assert all(finding.severity == "error" for finding in out_of_reach)


# --- 2: one axis alone reaches the threshold ---

A_100 = """rules:
  - {id: industry, axis: attribute, label: {en: I, ja: I}, field: industry,
     buckets: [{id: target, any_of: [製造業], points: 30}, {id: other, other: true, points: 0}]}
  - {id: size, axis: attribute, label: {en: S, ja: S}, field: employees,
     buckets: [{id: large, from: 100, points: 30}, {id: small, below: 50, points: -10}]}
  - {id: title, axis: attribute, label: {en: T, ja: T}, field: title,
     buckets: [{id: decision_maker, level: decision_maker, points: 40}, {id: staff, level: staff, points: 10}]}
  - {id: pricing, axis: behaviour, label: {en: P, ja: P},
     acts: [{kinds: [page_view], page_tags: [pricing], points: 15}], cap: 15}
"""
PERFECT_FIT = {"industry": "製造業", "employees": 500, "title": "営業部長"}


def test_2_a_perfect_fit_without_any_act_is_nurtured_not_handed_over(
    person: Person, own_model: OwnModel, now: int
) -> None:
    result = of(person(**PERFECT_FIT), own_model(A_100), now)
    assert (result.total, result.attribute, result.band) == (100_000, 100_000, "nurture")
    assert result.missed == ("engagement_floor", "distinct_acts")


def test_2_one_weak_act_does_not_hand_a_perfect_fit_over_but_two_do(
    person: Person, own_model: OwnModel, visit: Visit, now: int
) -> None:
    model = own_model(A_100 + acts_rule("view", "page_view", 5, ", cap: 10"))
    once = of(person(visit("/price"), visit("/price", 1), **PERFECT_FIT), model, now)
    assert (once.band, once.missed) == ("nurture", ("distinct_acts",))
    assert of(person(visit("/price"), visit("/case/1"), **PERFECT_FIT), model, now).is_hot


def test_2_behaviour_alone_is_nurtured_not_handed_over(person: Person, own_model: OwnModel, now: int) -> None:
    b_example = A_100[: A_100.index("  - {id: pricing")] + "".join(
        acts_rule(kind, kind, worth, f", cap: {worth}")
        for kind, worth in (("content_download", 30), ("email_open", 10), ("seminar_attended", 40))
    )
    kinds = ("content_download", "email_open", "seminar_attended")
    result = of(person(*(Act(kind, kind, now, content_id=kind) for kind in kinds)), own_model(b_example), now)
    assert (result.total, result.behaviour, result.band) == (80_000, 80_000, "nurture")
    assert result.missed == ("attribute_floor",)


# --- 3: repeats ---


def test_3_eight_opens_of_ten_points_are_capped_at_one(person: Person, own_model: OwnModel, now: int) -> None:
    opens = [Act(f"o{index}", "email_open", now - index * DAY, content_id=str(index)) for index in range(8)]
    rules = "rules:\n" + acts_rule("open", "email_open", 10, "%s")
    assert of(person(*opens), own_model(rules % ""), now).total == 80_000
    assert of(person(*opens), own_model(rules % ", cap: 10"), now).total == 10_000
    assert of(person(*opens), own_model(rules % ", once_in_days: 30"), now).total == 10_000


def test_3_opens_make_nobody_hot_however_many_points_they_have(person: Person, own_model: OwnModel, now: int) -> None:
    opens = [Act(f"o{index}", "email_open", now - index * DAY, content_id=str(index)) for index in range(8)]
    result = of(person(*opens, **PERFECT_FIT), own_model(A_100 + acts_rule("open", "email_open", 10)), now)
    assert (result.total, result.band) == (100_000, "nurture")
    assert result.missed == ("engagement_floor", "distinct_acts")


def test_3_the_same_page_counts_once_in_its_days(person: Person, basic: Model, visit: Visit, now: int) -> None:
    daily = [visit("/price", days) for days in range(8)]
    (line,) = (line for line in of(person(*daily), basic, now).lines if line.rule == "pricing")
    assert (line.points, line.count) == (30_000, 8)  # of today and of a week ago


def test_3_clicks_count(person: Person, basic: Model, visit: Visit, now: int) -> None:
    assert of(person(visit("/price", kind="email_click")), basic, now).behaviour == 15_000


# --- 4: boundaries ---


@pytest.mark.parametrize(
    ("employees", "bucket", "points"),
    [
        (49, "tiny", -10),
        (50, "small", 0),
        (99, "small", 0),
        (100, "medium", 10),
        (299, "medium", 10),
        (300, "large", 20),
    ],
)
def test_4_every_size_lies_in_exactly_one_bucket(
    employees: int, bucket: str, points: int, person: Person, basic: Model, now: int
) -> None:
    (line,) = (line for line in of(person(employees=employees), basic, now).lines if line.rule == "employees")
    assert (line.detail, line.points) == (bucket, points * 1_000)


@pytest.mark.parametrize("employees", [None, 0, -1])
def test_4_an_unknown_size_is_shown_as_unknown_and_costs_nothing(
    employees: int | None, person: Person, basic: Model, now: int
) -> None:
    (line,) = (line for line in of(person(employees=employees), basic, now).lines if line.rule == "employees")
    assert (line.detail, line.points) == ("unknown", 0)


def test_4_a_gap_and_an_overlap_of_buckets_are_found(own_model: OwnModel) -> None:
    gap = A_100  # 50 to 99 is nobody's
    overlap = A_100.replace("below: 50", "below: 150")
    assert [finding.subject for finding in lint(own_model(gap)) if finding.id == "bucket_gap"] == ["size"]
    assert [finding.subject for finding in lint(own_model(overlap)) if finding.id == "bucket_overlap"] == ["size"]


# --- 5: minus fifty or a reset ---

SLEEPER = A_100 + acts_rule("download", "content_download", 30)


def test_5_both_ways_to_sleep_are_there(person: Person, own_model: OwnModel, visit: Visit, now: int) -> None:
    known = person(visit("/price", 90), Act("d", "content_download", now - 120 * DAY), title="営業部長")
    rules = SLEEPER.replace("cap: 15}", "cap: 15, window_days: 365}").replace(
        "points: 30}]}\n", "points: 30}], window_days: 365}\n"
    )
    subtracted = of(known, own_model(rules), now)
    assert (subtracted.total, subtracted.adjustment, subtracted.band) == (35_000, -50_000, "dormant")
    wiped = of(known, own_model(rules, dormancy="{days: 90, mode: zero_behaviour}"), now)
    assert (wiped.total, wiped.adjustment, wiped.attribute) == (40_000, -45_000, 40_000)


def test_5_running_a_day_twice_subtracts_once(person: Person, own_model: OwnModel, visit: Visit, now: int) -> None:
    known, model = person(visit("/price", 100), title="営業部長"), own_model(SLEEPER)
    assert of(known, model, now) == of(known, model, now)
    assert [of(known, model, now + day * DAY).total for day in range(3)] == [0, 0, 0]


def test_5_a_new_act_wakes_and_older_ones_count_again_only_where_sleep_subtracts(
    person: Person, own_model: OwnModel, visit: Visit, now: int
) -> None:
    rules = SLEEPER.replace("points: 30}]}\n", "points: 30}], window_days: 365}\n")
    known = person(Act("d", "content_download", now - 120 * DAY), visit("/price"), title="営業部長")
    assert of(known, own_model(rules), now).total == 85_000
    woken = of(known, own_model(rules, dormancy="{days: 90, mode: zero_behaviour}"), now)
    assert (woken.total, woken.band) == (55_000, "nurture")


def test_5_a_sleeper_goes_to_the_nurture_list_never_to_sales(
    person: Person, own_model: OwnModel, visit: Visit, now: int
) -> None:
    rules = SLEEPER.replace("cap: 15}", "cap: 15, window_days: 365}")
    result = of(
        person(visit("/price", 90), **PERFECT_FIT),
        own_model(rules, dormancy="{days: 90, mode: subtract, points: 0}"),
        now,
    )
    assert (result.total, result.band) == (100_000, "dormant")


# --- 6: three months, twenty-four hours ---


@pytest.mark.parametrize(("days", "dormant"), [(89, False), (90, True)])
def test_6_three_months_are_ninety_days(
    days: int, dormant: bool, person: Person, basic: Model, visit: Visit, now: int
) -> None:
    assert (of(person(visit("/price", days)), basic, now).band == "dormant") is dormant


@pytest.mark.parametrize(("apart", "counts"), [(24 * HOUR, True), (24 * HOUR + 1, False)])
def test_6_an_act_within_24_hours_is_one_within_24_hours_weekend_or_not(
    apart: int, counts: bool, person: Person, basic: Model, visit: Visit, now: int
) -> None:
    monday = now + 3 * DAY
    first = replace(visit("/case/1"), at=monday - apart)  # a Sunday
    then = replace(visit("/price"), at=monday)
    lines = {line.rule for line in of(person(first, then), basic, monday).lines}
    assert ("case_then_pricing" in lines) is counts


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-19 15:00", "2026-11-20 15:00"),  # Thursday to Friday
        ("2026-11-20 15:00", "2026-11-24 15:00"),  # Friday; Monday is a holiday in Japan
        ("2026-11-21 15:00", "2026-11-24 15:00"),  # Saturday
    ],
)
def test_6_a_follow_up_is_due_24_hours_later_or_at_that_hour_of_the_next_business_day(start: str, due: str) -> None:
    calendar = BusinessCalendar(TOKYO)
    began = _moment(start)
    assert calendar.due_at(began, 24) == _moment(due)
    assert calendar.plain_due_at(began, 24) == began + 24 * HOUR


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TOKYO)).timestamp())


# --- 7: what sales and we do is not the lead's activity ---


@pytest.mark.parametrize("kind", [Kind.EMAIL_SENT, Kind.TASK, Kind.NOTE, Kind.CAMPAIGN_MEMBER])
@pytest.mark.parametrize("direction", ["inbound", "outbound", ""])
def test_7_our_mails_and_tasks_are_nobodys_acts(kind: Kind, direction: str, own_model: OwnModel) -> None:
    assert not is_own_act(kind, direction)
    with pytest.raises(ConfigError, match=rf"unknown name '{kind.value}'"):
        own_model("rules:\n" + acts_rule("r", kind.value, 10))


@pytest.mark.parametrize("kind", [Kind.CALL, Kind.MEETING])
def test_7_calls_and_meetings_count_when_the_lead_began_them(kind: Kind) -> None:
    assert [is_own_act(kind, direction) for direction in ("inbound", "outbound", "")] == [True, False, False]
