"""What holds for every model that can be written, not only for those that are shipped."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import fields, replace
from importlib import resources
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.errors import ConfigError
from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model, bound, from_source, load_model, shipped_models
from sync.scoring.model_file import parse_model
from sync.scoring.scorer import CONDITIONS, line_numbers, mark, mark_weights, score

NOW = 1_795_143_600
DAY = 86_400
ZONE = "Asia/Tokyo"
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXT = {"en": "x", "ja": "x"}

points = st.integers(-30, 60)
gains = st.integers(0, 60)
kinds = st.lists(
    st.sampled_from(["page_view", "email_open", "email_click", "form_submit", "call"]), min_size=1, max_size=3
)
matchers = st.fixed_dictionaries(
    {"kinds": kinds}, optional={"page_tags": st.just(["pricing"]), "tags": st.just(["case_study", "demo"])}
)
scoring = st.lists(
    st.builds(lambda matcher, gain: {**matcher, "points": gain}, matchers, gains), min_size=1, max_size=3
)
timing = st.fixed_dictionaries(
    {},
    optional={
        "cap": st.integers(1, 80),
        "window_days": st.integers(30, 200),
        "once_in_days": st.integers(1, 30),
        "decay": st.just([100, 50, 20]) | st.builds(lambda days: {"half_life_days": days}, st.integers(1, 90)),
    },
)
conditions = st.sampled_from(
    [
        {"field": "title", "level": ["manager", "staff"]},
        {"field": "country", "any_of": ["jp"]},
        {"field": "industry", "sector": ["machinery"]},
        {"field": "email_domain", "list": "own"},
        {"field": "customer", "is": True},
        {"field": "employees", "from": 100, "and": [{"field": "lost_deal", "is": False}]},
    ]
)


def _sequence(steps: list[Any], hours: int, gain: int) -> dict[str, Any]:
    return {"sequence": {"steps": steps, "within_hours": hours, "points": gain}}


def _timed(body: dict[str, Any], times: dict[str, Any]) -> dict[str, Any]:
    return {"axis": "behaviour", **body, **times}


bodies = st.one_of(
    st.builds(
        lambda earned: {
            "axis": "attribute",
            "field": "employees",
            "buckets": [{"id": "a", "from": 100, "points": earned}, {"id": "b", "unknown": True, "points": 0}],
        },
        points,
    ),
    st.builds(_timed, st.builds(lambda acts: {"acts": acts}, scoring), timing),
    st.builds(
        _timed,
        st.builds(
            _sequence,
            st.lists(st.lists(matchers, min_size=1, max_size=2), min_size=2, max_size=3),
            st.integers(1, 900),
            gains,
        ),
        timing,
    ),
    st.builds(
        _timed,
        st.builds(
            lambda acts, after: {"reactivation": {"acts": acts, "after": after}},
            scoring,
            st.sampled_from([["dormant"], ["lost"], ["dormant", "lost"]]),
        ),
        timing,
    ),
    st.builds(lambda gain: {"axis": "activity", "active": {"days": 2, "of_days": 30, "points": gain}}, points),
    st.builds(lambda gain: {"axis": "activity", "active": {"months": 2, "of_months": 4, "points": gain}}, points),
    st.builds(
        lambda gain: {
            "axis": "activity",
            "recency": [{"within_days": 7, "points": gain}, {"within_days": 40, "points": 1}],
        },
        points,
    ),
)


def _model(rules: list[dict[str, Any]], excluded: list[Any], segment: Any, delta: int, sleep: Any, bar: int) -> Model:
    data = {
        "name": "made",
        "label": TEXT,
        "vocabulary": "standard",
        "bands": {"hot": bar, "nurture": bar - 10},
        "hot": {"attribute_floor": 5, "engagement_floor": 5, "distinct_acts": 2},
        "dormancy": sleep,
        "rules": [{"id": f"r{number}", "label": TEXT, **body} for number, body in enumerate(rules)],
        "exclusions": [{"id": "out", "label": TEXT, "reason": TEXT, "any": excluded}] if excluded else [],
        "segments": [{"id": "s", "label": TEXT, "all": [segment], "deltas": {"r0": delta}}],
    }
    return parse_model(json.dumps(data), "made.yaml", shipped_text)


def shipped_text(folder: str, name: str) -> str:
    return resources.files("config").joinpath(folder, f"{name}.yaml").read_text(encoding="utf-8")


models = st.builds(
    _model,
    st.lists(bodies, min_size=1, max_size=6),
    st.lists(conditions, max_size=2),
    conditions,
    st.integers(-20, 20),
    st.sampled_from([{"days": 90, "mode": "subtract", "points": 50}, {"days": 60, "mode": "zero_behaviour"}]),
    st.integers(20, 80),
)
acts = st.builds(
    Act,
    id=st.integers(0, 10**6).map(str),
    kind=st.sampled_from(["page_view", "email_open", "email_click", "form_submit", "call"]),
    at=st.integers(NOW - 250 * DAY, NOW + 5 * DAY) | st.integers(NOW - 2, NOW + 1),
    url=st.sampled_from(["", "https://x.jp/price", "https://x.jp/case/1"]),
    content_name=st.sampled_from(["", "お問い合わせ", "デモ依頼"]),
)
moments = st.none() | st.integers(NOW - 200 * DAY, NOW + 5 * DAY)
people = st.builds(
    Facts,
    person_key=st.just("p"),
    title=st.sampled_from(["", "営業部長", "課長"]),
    department=st.just(""),
    company_name=st.just(""),
    industry=st.sampled_from(["", "機械", "小売"]),
    employees=st.none() | st.integers(0, 400),
    country=st.sampled_from(["", "JP"]),
    region=st.just(""),
    email_domains=st.sampled_from([(), ("a.co.jp",)]),
    opted_out=st.booleans(),
    source=st.just(""),
    status=st.just(""),
    first_known_at=st.integers(NOW - 300 * DAY, NOW),
    acts=st.lists(acts, max_size=14, unique_by=lambda act: act.id).map(
        lambda found: tuple(replace(act, seq=number) for number, act in enumerate(found))
    ),
    customer=st.booleans(),
    lost_at=moments,
    recycled_at=moments,
)


@RELAXED
@given(people, models)
def test_lines_always_sum_to_the_score(person: Facts, model: Model) -> None:
    result = score(person, model, NOW, ZONE)
    sums = {axis: sum(line.points for line in result.lines if line.axis == axis) for axis in
            ("attribute", "behaviour", "activity", "adjustment")}  # fmt: skip
    assert sums == {axis: getattr(result, axis) for axis in sums}
    assert sum(sums.values()) == result.total
    assert 0 <= result.total <= 100_000
    assert set(result.missed) <= set(CONDITIONS)


@RELAXED
@given(people, models, st.integers(0, 99))
def test_the_order_in_which_acts_are_given_does_not_matter(person: Facts, model: Model, seed: int) -> None:
    shuffled = random.Random(seed).sample(person.acts, len(person.acts))
    assert score(replace(person, acts=tuple(shuffled)), model, NOW, ZONE) == score(person, model, NOW, ZONE)


@RELAXED
@given(people, models, st.integers(NOW - 200 * DAY, NOW))
def test_a_past_day_depends_only_on_what_had_happened_by_then(person: Facts, model: Model, as_of: int) -> None:
    then = replace(
        person,
        acts=tuple(act for act in person.acts if act.at <= as_of),
        lost_at=_by(as_of, person.lost_at),
        recycled_at=_by(as_of, person.recycled_at),
    )
    assert score(then, model, as_of, ZONE) == score(person, model, as_of, ZONE)


def _by(as_of: int, at: int | None) -> int | None:
    return at if at is not None and at <= as_of else None


@RELAXED
@given(models)
def test_the_source_gives_the_same_model_back(model: Model) -> None:
    assert_same(from_source(model.source), model)


def test_the_source_of_every_shipped_model_gives_it_back() -> None:
    for name in shipped_models():
        model = load_model(name)
        assert_same(from_source(model.source), model)
        bound_model = bound(model, {"own": ["a.jp"], "competitor": ["b.jp"]})
        assert_same(from_source(bound_model.source), bound_model)


def assert_same(one: Model, other: Model) -> None:
    for part in fields(Model):
        if part.name != "cache":
            assert getattr(one, part.name) == getattr(other, part.name), part.name


@RELAXED
@given(people, models)
def test_the_mark_is_linear_in_the_numbers_of_the_ledger(person: Facts, model: Model) -> None:
    """As SQL adds it up: products of a line's numbers with the weights of its rule."""
    result = score(person, model, NOW, ZONE)
    numbers = line_numbers(model)
    total = 0
    for line in result.lines:
        weights = mark_weights(numbers[line.rule])
        assert all(0 <= weight < 2**20 for weight in weights)
        total += sum(
            a * b
            for a, b in zip(weights, (line.points, line.count, line.code, (line.last_at or 0) % 1_000_003), strict=True)
        )
    assert total == result.mark == mark(result.lines, model)
    assert abs(total) < 2**63


def test_ledgers_that_differ_in_anything_told_have_different_marks(basic: Model, person: Callable[..., Facts]) -> None:
    view = Act("v", "page_view", NOW - DAY, url="https://x.jp/price")
    other_titles = [person(view, title=title) for title in ("", "営業部長", "担当")]
    other_acts = [person(replace(view, at=view.at + 1)), person(view, replace(view, id="w", at=view.at - 1)), person()]
    marks = {score(one, basic, NOW, ZONE).mark for one in (*other_titles, *other_acts)}
    assert len(marks) == 6


SOURCE = shipped_text("models", "basic")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, len(SOURCE)),
    st.integers(0, 30),
    st.sampled_from(
        [
            "",
            "\t",
            ": ",
            "- ",
            "[",
            "}",
            "&a ",
            "*a",
            "!!set ",
            "'",
            "0b_",
            ".nan",
            "null",
            "\x00",
            "? ",
            "<<: {a: 1}\n",
        ]
    ),
)
def test_whatever_a_slip_of_the_hand_writes_is_a_model_or_told(at: int, cut: int, written: str) -> None:
    told = refusal_of(SOURCE[:at] + written + SOURCE[at + cut :])
    assert told == "" or "slip.yaml, line " in told


def refusal_of(text: str) -> str:
    try:
        parse_model(text, "slip.yaml", shipped_text)
    except ConfigError as error:
        return str(error)
    return ""
