"""The ten rules of `basic`, one table each way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model
from sync.scoring.scorer import Line, score

Person = Callable[..., Facts]
Visit = Callable[..., Act]


def points(person: Facts, model: Model, now: int, rule: str) -> int:
    return sum(line.points for line in score(person, model, now, "Asia/Tokyo").lines if line.rule == rule)


def line_of(person: Facts, model: Model, now: int, rule: str) -> Line:
    return next(line for line in score(person, model, now, "Asia/Tokyo").lines if line.rule == rule)


def form(name: str, at: int, id: str = "f", kind: str = "form_submit", **more: object) -> Act:
    return Act(f"{id}-{at}-{name}", kind, at, content_name=name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["page_view", "email_click", "form_submit"])
@pytest.mark.parametrize(("path", "rule", "earned"), [("/price", "pricing", 15), ("/vs/x", "comparison", 20)])
def test_visits_come_from_views_clicks_and_form_pages(
    kind: str, path: str, rule: str, earned: int, person: Person, visit: Visit, basic: Model, now: int
) -> None:
    assert points(person(visit(path, kind=kind)), basic, now, rule) == earned * 1_000


@pytest.mark.parametrize(
    ("days", "earned"),
    [
        ((0, 1, 6), 15),  # once in 7 days, counted back from the newest
        ((0, 7), 30),
        ((0, 6, 13), 30),
        ((0, 7, 14, 21), 30),  # cap
        ((1, 1, 1), 15),
        ((89,), 15),
        ((90,), 0),  # an act counts for 90 days
    ],
)
def test_pricing_visits_have_a_cool_down_a_cap_and_a_window(
    days: tuple[int, ...], earned: int, person: Person, visit: Visit, basic: Model, now: int
) -> None:
    acts = [visit("/price", day, id=f"v{index}") for index, day in enumerate(days)]
    assert points(person(*acts), basic, now, "pricing") == earned * 1_000


@pytest.mark.parametrize(("count", "earned"), [(1, 15), (2, 30), (5, 30)])
def test_downloads_are_capped(count: int, earned: int, person: Person, basic: Model, now: int) -> None:
    acts = [form("資料請求", now - 60 * index) for index in range(count)]
    found = line_of(person(*acts), basic, now, "download")
    assert (found.points, found.count) == (earned * 1_000, count)


@pytest.mark.parametrize(
    ("kinds", "earned", "detail"),
    [
        (("seminar_registered",), 10, "registered"),
        (("seminar_attended",), 20, "attended"),
        (("seminar_registered", "seminar_attended"), 30, "attended,registered"),
        (("seminar_attended", "seminar_attended", "seminar_registered"), 40, "attended,registered"),
    ],
)
def test_seminars_by_taking_part(
    kinds: tuple[str, ...], earned: int, detail: str, person: Person, basic: Model, now: int
) -> None:
    acts = [Act(f"s{index}", kind, now - 1_000 + index) for index, kind in enumerate(kinds)]
    found = line_of(person(*acts), basic, now, "seminar")
    assert (found.points, found.detail) == (earned * 1_000, detail)


@pytest.mark.parametrize(
    "act",
    [
        Act("a", "trial_signup", 0),
        Act("a", "form_submit", 0, content_name="デモ依頼"),
        Act("a", "form_submit", 0, content_name="Contact us"),
        Act("a", "form_submit", 0, content_name="無料トライアル"),
        Act("a", "campaign_response", 0, content_name="Demo request 2026", responded=True),
    ],
)
def test_a_request_of_any_sort_counts_once(act: Act, person: Person, basic: Model, now: int) -> None:
    acts = [Act(f"a{index}", act.kind, now - index, content_name=act.content_name, responded=True) for index in (1, 2)]
    assert points(person(*acts), basic, now, "request") == 30_000


HOUR = 1 / 24


@pytest.mark.parametrize(
    ("case_hours_before", "earned"),
    [(1, 20), (24, 20), (24 + 1 / 3600, 0), (-1, 0), (0, 20)],
)
def test_case_study_then_pricing_within_24_hours_in_this_order(
    case_hours_before: float, earned: int, person: Person, visit: Visit, basic: Model, now: int
) -> None:
    pricing = visit("/price", 2, id="b")
    case = visit("/case/1", 2 + case_hours_before * HOUR, id="a")
    assert points(person(pricing, case), basic, now, "case_then_pricing") == earned * 1_000


def test_ids_order_what_happens_in_one_second(person: Person, visit: Visit, basic: Model, now: int) -> None:
    case_first = (visit("/case/1", 1, id="a"), visit("/price", 1, id="b"))
    price_first = (visit("/case/1", 1, id="b"), visit("/price", 1, id="a"))
    assert points(person(*case_first), basic, now, "case_then_pricing") == 20_000
    assert points(person(*price_first), basic, now, "case_then_pricing") == 0


def test_a_sequence_names_both_acts_as_evidence(person: Person, visit: Visit, basic: Model, now: int) -> None:
    acts = (visit("/case/1", 1, id="case"), visit("/price", 0.9, id="price"))
    assert line_of(person(*acts), basic, now, "case_then_pricing").evidence == ("price", "case")


@pytest.mark.parametrize(
    ("days", "earned"),
    [
        ((0, 1), 0),
        ((0, 1, 2), 10),
        ((0, 14, 29), 10),
        ((0, 14, 30), 0),  # of the last 30 calendar days, today included
        ((0, 0.01, 0.02), 0),  # three acts of one day
    ],
)
def test_activity_is_three_days_of_the_last_thirty(
    days: tuple[float, ...], earned: int, person: Person, visit: Visit, basic: Model, now: int
) -> None:
    acts = [visit("/blog", day, id=f"v{index}") for index, day in enumerate(days)]
    result = score(person(*acts), basic, now, "Asia/Tokyo")
    assert result.activity == earned * 1_000


def test_days_are_calendar_days_of_the_accounts_time_zone(person: Person, basic: Model, now: int) -> None:
    midnight = now - 12 * 3_600  # now is noon in Tokyo, 3 o'clock in UTC
    times = (midnight - 86_400, midnight - 1, midnight)
    acts = [Act(f"v{at}", "page_view", at) for at in times]
    # Tokyo: yesterday twice, today. UTC: the day before yesterday, yesterday twice.
    more = Act("m", "page_view", now)
    assert score(person(*acts, more), basic, now, "Asia/Tokyo").activity == 0
    assert score(person(*acts, more), basic, now, "UTC").activity == 10_000


def test_opens_count_for_nothing_in_basic(person: Person, basic: Model, now: int) -> None:
    opens = [Act(f"o{index}", "email_open", now - index * 86_400, title="料金のご案内") for index in range(30)]
    result = score(person(*opens), basic, now, "Asia/Tokyo")
    assert (result.behaviour, result.activity, result.last_act_at, result.interest) == (0, 0, None, "")


def test_evidence_is_the_ten_newest(person: Person, visit: Visit, basic: Model, now: int) -> None:
    acts = [visit("/price", index, id=f"v{index:02d}") for index in range(20)]
    found = line_of(person(*acts), basic, now, "pricing")
    assert found.evidence == tuple(f"v{index:02d}" for index in range(10))
    assert (found.count, found.last_at) == (20, now)
