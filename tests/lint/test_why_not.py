"""What somebody is told to lack makes her hot when it is applied, and nothing less does."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import pytest

from sync.scoring.act_space import ActSpace
from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model, load_model
from sync.scoring.person_space import NOBODY, person, values_of
from sync.scoring.scorer import score
from sync.scoring.why_not import LACK, LEARN, applied, missing_attribute, shortest_path, why_not

NOW = 1_790_000_000
DAY = 86_400
TOKYO = "Asia/Tokyo"
COUNT = 75  # of each of four models: 300
FIELDS = ("title", "employees", "industry", "department")


def people(model: Model, count: int, seed: int) -> list[Facts]:
    rng = random.Random(seed)
    values = {field: values_of(model, field) for field in FIELDS}
    acts = [one.act for one in ActSpace(model).simple]
    found = []
    for _ in range(count):
        known = {field: rng.choice(listed) for field, listed in values.items() if rng.random() < 0.5}
        done = tuple(
            replace(rng.choice(acts), id=str(seq), seq=seq, at=NOW - rng.randrange(110 * DAY))
            for seq in range(rng.randrange(7))
        )
        first = NOW - rng.randrange(1, 300) * DAY
        found.append(replace(person(known), acts=done, first_known_at=first))
    return found


@pytest.mark.parametrize(("name", "seed"), [("basic", 1), ("saas", 2), ("manufacturing", 3), ("consulting", 4)])
def test_the_way_is_true_when_applied_and_none_of_its_parts_is_enough(name: str, seed: int) -> None:
    model, ways = load_model(name), 0
    for facts in people(model, COUNT, seed):
        answer = why_not(facts, model, NOW, TOKYO)
        assert answer.hot == score(facts, model, NOW, TOKYO).is_hot
        assert answer.hot or answer.path or answer.reason
        if answer.path is None:
            continue
        ways += 1
        steps = answer.path.steps
        after = score(applied(facts, steps, NOW), model, NOW, TOKYO)
        assert after.is_hot
        assert after.total == answer.path.total
        assert len(steps) <= 3
        for count in range(len(steps)):
            for fewer in combinations(steps, count):
                assert not score(applied(facts, fewer, NOW), model, NOW, TOKYO).is_hot
        assert all(step.to("ja") and step.to("en") for step in steps)
    assert ways > 5


@pytest.fixture(scope="module")
def basic() -> Model:
    return load_model("basic")


def visit(path: str, days: int) -> Act:
    return Act(path, "page_view", NOW - days * DAY, url=f"https://example.co.jp{path}")


ACTS = (visit("/price", 9), visit("/compare", 2), visit("/demo", 1), visit("/simulator", 20))  # worth 60
KNOWN = replace(NOBODY, first_known_at=NOW - 50 * DAY, acts=ACTS)


def test_a_missing_title_is_asked_for_before_anything_else(basic: Model) -> None:
    facts = replace(KNOWN, employees=60)
    path = shortest_path(facts, basic, NOW, TOKYO)
    assert path
    (step,) = path.steps
    assert (step.kind, step.field, step.points) == (LEARN, "title", 20_000)
    assert step.to("en") == "if it turns out: Job title: decision maker (director and up) (+20)"
    assert "+20 点" in step.to("ja")


def test_somebody_without_authority_lacks_it_where_nothing_shorter_helps(basic: Model) -> None:
    """Points enough, but not of her attributes: no act makes up for that."""
    facts = replace(KNOWN, title="担当", employees=60, acts=(*ACTS, visit("/spec.pdf", 1)))
    path = shortest_path(facts, basic, NOW, TOKYO)
    assert path
    (step,) = path.steps
    assert (step.kind, step.field) == (LACK, "title")
    assert step.to("en") == "lacks Job title: decision maker (director and up) (+15)"


def test_who_is_excluded_is_told_why_and_no_way(basic: Model) -> None:
    answer = why_not(replace(KNOWN, title="学生"), basic, NOW, TOKYO)
    assert answer.path is None
    assert answer.lines("ja") == ["対象外: 学生のため営業対象外です"]


def test_who_sleeps_has_to_act_first(basic: Model) -> None:
    acts = tuple(replace(act, at=act.at - 100 * DAY) for act in KNOWN.acts)
    facts = replace(KNOWN, title="部長", employees=500, acts=acts, first_known_at=NOW - 200 * DAY)
    answer = why_not(facts, basic, NOW, TOKYO)
    assert answer.reason
    assert "dormant" in answer.reason.en
    assert answer.path is None or any(step.act for step in answer.path.steps)


def test_who_is_far_away_is_told_so(basic: Model) -> None:
    facts = replace(NOBODY, title="担当", employees=10, industry="x", first_known_at=NOW - DAY)
    answer = why_not(facts, basic, NOW, TOKYO)
    assert answer.path is None
    assert answer.reason
    assert "3" in answer.reason.en


def test_one_missing_value_is_named_only_when_it_is_enough_alone(basic: Model) -> None:
    facts = replace(KNOWN, title="部長", acts=ACTS[:3])
    for known in (facts, replace(facts, title=""), replace(facts, acts=()), KNOWN):
        found = missing_attribute(known, basic, NOW, TOKYO)
        singles = [
            score(replace(known, **{field: value}), basic, NOW, TOKYO).is_hot  # type: ignore[arg-type]
            for field, value in (("employees", 500), ("title", "部長"))
            if not getattr(known, field)
        ]
        assert (found is not None) == any(singles)
        assert found is None or len(found.steps) == 1
