from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model
from sync.scoring.scorer import Score, hot_since, score

Person = Callable[..., Facts]
Visit = Callable[..., Act]
OwnModel = Callable[..., Model]
TOKYO = "Asia/Tokyo"
DAY = 86_400

# Attribute points by employees, behaviour points by page: any total can be made up from these. Decay in percent
# makes thousandths: 30 * 33 % = 9.9.
RULES = """
rules:
  - id: size
    axis: attribute
    label: {en: Size, ja: 規模}
    field: employees
    buckets:
      - {id: unknown, unknown: true, points: 0}
      - {id: nine, below: 10, points: 9}
      - {id: ten, from: 10, below: 20, points: 10}
      - {id: seventy, from: 20, below: 30, points: 70}
      - {id: huge, from: 30, below: 40, points: 100}
      - {id: bad, from: 40, points: -30}
  - id: price
    axis: behaviour
    label: {en: Price, ja: 料金}
    acts: [{kinds: [page_view], page_tags: [pricing], points: 10}]
    decay: [100, 99]
  - id: case
    axis: behaviour
    label: {en: Case, ja: 事例}
    acts: [{kinds: [page_view], page_tags: [case_study], points: 70}]
    cap: 70
  - id: demo
    axis: behaviour
    label: {en: Demo, ja: デモ}
    acts: [{kinds: [form_submit], tags: [demo], points: 70}]
    cap: 70
  - id: open
    axis: behaviour
    label: {en: Open, ja: 開封}
    acts: [{kinds: [email_open], points: 10}]
"""


def page(at: int, path: str, id: str = "") -> Act:
    return Act(id or f"{path}-{at}", "page_view", at, url=f"https://x.jp{path}")


def of(person: Facts, model: Model, now: int) -> Score:
    result = score(person, model, now, TOKYO)
    assert sum(line.points for line in result.lines) == result.total
    return result


def test_eighty_is_hot_and_a_thousandth_less_is_not(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(RULES)
    fresh = of(person(page(now, "/price"), page(now, "/case"), employees=9), model, now)
    assert (fresh.total, fresh.band, fresh.missed) == (89_000, "nurture", ("attribute_floor",))
    exact = of(person(page(now, "/price"), page(now, "/price?1", "2"), employees=25), model, now)
    assert exact.total == 90_000
    at_80 = of(person(page(now, "/price"), employees=25), model, now)
    assert (at_80.total, at_80.missed, at_80.band) == (80_000, ("distinct_acts",), "nurture")
    aged = of(person(page(now - 7 * DAY, "/price"), employees=25), model, now)
    assert (aged.total, aged.band, aged.missed) == (79_900, "nurture", ())


def test_whole_points_round_down(person: Person, own_model: OwnModel, now: int) -> None:
    aged = of(person(page(now - 7 * DAY, "/price"), employees=25), own_model(RULES), now)
    assert aged.total // 1_000 == 79


@pytest.mark.parametrize(
    ("employees", "paths", "missed", "band"),
    [
        (9, ("/case", "/price", "/price/2"), ("attribute_floor",), "nurture"),  # 9 + 90
        (10, ("/case", "/price"), (), "hot"),  # 10 + 80, two distinct acts
        (10, ("/case", "/case"), ("distinct_acts",), "nurture"),  # 10 + 70: exactly 80, one act
        (35, (), ("engagement_floor", "distinct_acts"), "nurture"),  # 100 + 0
    ],
)
def test_floors_are_conditions_of_hot(
    employees: int,
    paths: tuple[str, ...],
    missed: tuple[str, ...],
    band: str,
    person: Person,
    own_model: OwnModel,
    now: int,
) -> None:
    acts = [page(now - 60 + index, path, f"a{index}") for index, path in enumerate(paths)]
    result = of(person(*acts, employees=employees), own_model(RULES), now)
    assert (result.missed, result.band) == (missed, band)


def test_an_engagement_just_below_its_floor_is_missed(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(RULES)
    aged = of(person(page(now - 7 * DAY, "/price"), employees=35), model, now)  # 100 + 9.9
    assert aged.behaviour == 9_900
    assert "engagement_floor" in aged.missed
    fresh = of(person(page(now, "/price"), employees=35), model, now)
    assert "engagement_floor" not in fresh.missed


def test_one_strong_act_is_as_good_as_two(person: Person, own_model: OwnModel, now: int) -> None:
    demo = Act("d", "form_submit", now, content_name="デモ依頼")
    assert of(person(demo, employees=10), own_model(RULES), now).band == "hot"


def test_the_same_page_again_is_no_second_act(person: Person, own_model: OwnModel, now: int) -> None:
    views = [page(now - index * 3_600, "/price", f"v{index}") for index in range(8)]
    clicks = [Act(f"c{index}", "email_click", now - index, url="https://x.jp/price") for index in range(3)]
    result = of(person(*views, *clicks, employees=10), own_model(RULES), now)
    assert (result.total, result.missed, result.band) == (90_000, ("distinct_acts",), "nurture")


def test_opens_never_make_anybody_hot(person: Person, own_model: OwnModel, now: int) -> None:
    opens = [Act(f"o{index}", "email_open", now - index, content_id=str(index)) for index in range(9)]
    result = of(person(*opens, employees=25), own_model(RULES), now)
    assert result.total == 100_000
    assert result.missed == ("engagement_floor", "distinct_acts")
    with_one_act = of(person(*opens, page(now, "/price"), employees=10), own_model(RULES), now)
    assert with_one_act.missed == ("distinct_acts",)


def test_totals_stay_between_0_and_100_by_a_line_of_the_ledger(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(RULES)
    high = of(person(page(now, "/case"), employees=35), model, now)
    assert (high.total, high.lines[-1].rule, high.lines[-1].points) == (100_000, "clamp", -70_000)
    low = of(person(employees=50), model, now)
    assert (low.attribute, low.total, low.lines[-1].points) == (-30_000, 0, 30_000)


@pytest.mark.parametrize(("days", "dormant"), [(89, False), (90, True), (400, True)])
def test_ninety_calendar_days_without_an_act_are_dormant(
    days: int, dormant: bool, person: Person, basic: Model, now: int
) -> None:
    by_act = of(person(page(now - days * DAY, "/blog"), first_known_at=0, employees=500), basic, now)
    by_first_known = of(person(first_known_at=now - days * DAY, employees=500), basic, now)
    for result in (by_act, by_first_known):
        assert (result.band == "dormant") is dormant
        assert result.total == (0 if dormant else 20_000)


def test_dormancy_counts_days_not_hours(person: Person, basic: Model, now: int) -> None:
    early, late = now - 90 * DAY - 12 * 3_600, now - 90 * DAY + 11 * 3_600  # 0 and 23 o'clock of that day
    assert of(person(page(early, "/blog")), basic, now).band == "dormant"
    assert of(person(page(late, "/blog")), basic, now).band == "dormant"


def test_dormancy_takes_fifty_and_never_goes_below_zero(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(RULES)
    rich = of(person(first_known_at=0, employees=35), model, now)
    assert (rich.total, rich.lines[-1].rule, rich.lines[-1].points) == (50_000, "dormancy", -50_000)
    assert (rich.band, rich.missed) == ("dormant", ())
    poor = of(person(first_known_at=0, employees=15), model, now)
    assert (poor.total, poor.lines[-1].points) == (0, -10_000)
    nothing = of(person(first_known_at=0), model, now)
    assert (nothing.lines[-1].rule, nothing.lines[-1].points) == ("dormancy", 0)


def test_opens_do_not_keep_anybody_awake(person: Person, basic: Model, now: int) -> None:
    asleep = person(Act("o", "email_open", now - 5), page(now - 100 * DAY, "/blog"))
    assert of(asleep, basic, now).band == "dormant"


def test_clamp_comes_before_dormancy_and_dormancy_before_exclusion(
    person: Person, own_model: OwnModel, now: int
) -> None:
    exclusions = """
exclusions:
  - id: student
    label: {en: Student, ja: 学生}
    reason: {en: a student, ja: 学生です}
    any: [{field: title, any_of: [学生]}]
"""
    model = own_model(RULES.replace("points: 100", "points: 99") + exclusions)
    old = [page(now - 91 * DAY, "/case")]
    result = of(person(*old, employees=35, title="学生", first_known_at=0), model, now)
    assert [(line.rule, line.points) for line in result.lines if line.axis == "adjustment"] == [
        ("dormancy", -50_000),
        ("exclusion", -49_000),
    ]
    assert (result.band, result.total, result.exclusion) == ("excluded", 0, "student")
    assert result.attribute == 99_000


def test_in_zero_behaviour_older_acts_stay_wiped_after_waking(person: Person, own_model: OwnModel, now: int) -> None:
    rules = RULES.replace("cap: 70", "cap: 70\n    window_days: 400")
    zero = own_model(rules, dormancy="{days: 90, mode: zero_behaviour}")
    old = page(now - 120 * DAY, "/case")
    asleep = of(person(old, employees=15), zero, now)
    assert (asleep.band, asleep.behaviour, asleep.total) == ("dormant", 70_000, 10_000)
    awake = of(person(old, page(now, "/price"), employees=15), zero, now)
    assert (awake.band, awake.behaviour) == ("hold", 10_000)
    subtracting = own_model(rules)
    assert of(person(old, page(now, "/price"), employees=15), subtracting, now).behaviour == 80_000


def test_what_happens_after_the_instant_does_not_count(person: Person, basic: Model, now: int) -> None:
    known = person(page(now, "/price"), page(now + 1, "/vs/a"), Act("d", "trial_signup", now + 99))
    assert of(known, basic, now) == of(person(page(now, "/price")), basic, now)


def test_evaluating_a_day_twice_subtracts_once(person: Person, basic: Model, now: int) -> None:
    asleep = person(first_known_at=0, employees=500)
    assert of(asleep, basic, now) == of(asleep, basic, now)


def test_weekly_decay_holds_its_last_step(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(RULES.replace("[100, 99]", "[100, 80, 50]"))
    earned = [of(person(page(now - days * DAY, "/price")), model, now).behaviour for days in (0, 6, 7, 13, 14, 60)]
    assert earned == [10_000, 10_000, 8_000, 8_000, 5_000, 5_000]


def test_ageing_moves_at_local_midnight_only(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(RULES.replace("[100, 99]", "[100, 50]"))
    known = person(page(now, "/price"))
    midnight = now + 12 * 3_600 + 6 * DAY
    assert of(known, model, midnight - 1).behaviour == 10_000
    assert of(known, model, midnight).behaviour == 5_000


SEGMENT = """
segments:
  - id: enterprise
    label: {en: Enterprise, ja: 大企業}
    all: [{field: employees, from: 20}]
    deltas: {price: 5}
"""


def test_a_segment_shifts_the_points_of_its_rules(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(RULES + SEGMENT)
    inside = of(person(page(now, "/price"), employees=25), model, now)
    outside = of(person(page(now, "/price"), employees=15), model, now)
    assert (inside.segment, inside.behaviour) == ("enterprise", 15_000)
    assert (outside.segment, outside.behaviour) == ("", 10_000)


# --- since when ---


def test_hot_since_is_the_act_that_made_hot(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(RULES)
    first, second, third = page(now - 9 * DAY, "/case"), page(now - 5 * DAY, "/price"), page(now - DAY, "/price/2")
    assert hot_since(person(first, second, third, employees=10), model, now, TOKYO) == second.at
    assert hot_since(person(first, employees=10), model, now, TOKYO) is None


def test_a_break_between_two_acts_ends_the_hot_time(person: Person, own_model: OwnModel, now: int) -> None:
    rules = RULES.replace("cap: 70", "cap: 70\n    window_days: 10")
    model = own_model(rules)
    acts = [page(now - 40 * DAY, "/case"), page(now - 40 * DAY, "/price"), page(now - 5 * DAY, "/case/2")]
    assert hot_since(person(*acts, employees=10), model, now, TOKYO) == now - 5 * DAY
    kept = [*acts, page(now - 31 * DAY, "/case/3"), page(now - 22 * DAY, "/case/4"), page(now - 13 * DAY, "/case/5")]
    assert hot_since(person(*kept, employees=10), model, now, TOKYO) == now - 40 * DAY


def test_hot_since_looks_back_ninety_days(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(
        RULES.replace("decay: [100, 99]", "window_days: 400").replace("cap: 70", "cap: 70\n    window_days: 400")
    )
    acts = [page(now - 200 * DAY, "/case"), page(now - 199 * DAY, "/price"), page(now - 80 * DAY, "/blog")]
    assert hot_since(person(*acts, page(now - 120 * DAY, "/x"), employees=10), model, now, TOKYO) == now - 80 * DAY


# --- interest ---


def test_interest_is_what_most_acts_were_about(person: Person, visit: Visit, basic: Model, now: int) -> None:
    acts = (
        visit("/case/1", 3),
        visit("/case/2", 2),
        visit("/price", 0),
        Act("d", "form_submit", now, content_name="お問い合わせ"),
    )
    assert of(person(*acts), basic, now).interest == "case_study"
    assert of(person(visit("/case/1", 3), visit("/price", 0)), basic, now).interest == "pricing"
    assert of(person(Act("d", "form_submit", now, content_name="お問い合わせ")), basic, now).interest == ""


def test_a_theme_of_the_site_is_named_before_a_tag(person: Person, own_model: OwnModel, visit: Visit, now: int) -> None:
    themes = "{themes: [{id: security, label: {en: Security, ja: セキュリティ}, words: [security, セキュリティ]}]}"
    model = own_model(RULES, content=themes)
    assert of(person(visit("/case/1"), visit("/case/2"), visit("/security/")), model, now).interest == "security"
