"""The SQL text gives what the reference scorer gives, line by line, on random people and models."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pyarrow as pa
import pytest

from sync.scoring.engine import Inputs, Results
from sync.scoring.engine.duck import DuckEngine
from sync.scoring.engine.people import person_columns
from sync.scoring.engine.reference import ReferenceEngine
from sync.scoring.model import Model, load_model, shipped_models
from tests.engine.random_models import random_model
from tests.engine.random_people import random_inputs, subset
from tests.engine.worlds import DAY, NEW_YORK, TOKYO, whole

AS_OF = 1_795_200_000  # 2026-11-20
ZONES = (TOKYO, "UTC", NEW_YORK)
MODELS, PEOPLE = 50, 204  # 10,200 people in all


def differences(one: Results, other: Results) -> list[tuple[str, object, object]]:
    found: list[tuple[str, object, object]] = []
    for name in ("scores", "lines", "evidence"):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine.equals(theirs):
            continue
        rows = zip(mine.to_pylist(), theirs.to_pylist(), strict=False)
        found += [(name, row, another) for row, another in rows if row != another][:3]
        found.append((name, mine.num_rows, theirs.num_rows))
    return found


def drawn(seed: int) -> tuple[Model, Inputs, int, str]:
    random = Random(seed)
    as_of = AS_OF + random.randrange(-300, 300) * DAY // 2 + random.choice((0, 1, random.randrange(DAY)))
    return random_model(random), random_inputs(random, PEOPLE, as_of), as_of, random.choice(ZONES)


@pytest.mark.slow
@pytest.mark.parametrize("tenth", range(10))
def test_duckdb_gives_what_the_reference_gives(duck: DuckEngine, tenth: int) -> None:
    for seed in range(tenth, MODELS, 10):
        model, inputs, as_of, timezone = drawn(seed)
        expected = whole(ReferenceEngine(), inputs, model, as_of, timezone)
        assert expected.scores.num_rows == PEOPLE
        assert differences(whole(duck, inputs, model, as_of, timezone), expected) == [], f"seed {seed}"


@pytest.mark.parametrize("name", shipped_models())
def test_shipped_models_score_the_same(duck: DuckEngine, name: str) -> None:
    model, inputs = load_model(name), random_inputs(Random(name), PEOPLE, AS_OF)
    expected = whole(ReferenceEngine(), inputs, model, AS_OF, TOKYO)
    assert differences(whole(duck, inputs, model, AS_OF, TOKYO), expected) == []


def test_the_drawn_people_see_every_band_and_every_missed_condition() -> None:
    bands, missed, reactivated, interests = set(), 0, 0, set()
    for seed in range(20):
        model, inputs, as_of, timezone = drawn(seed)
        scores = whole(ReferenceEngine(), inputs, model, as_of, timezone).scores
        bands |= set(scores["band"].to_pylist())
        interests |= set(scores["interest"].to_pylist())
        reactivated += sum(scores["reactivated"].to_pylist())
        for bits in scores["missed"].to_pylist():
            missed |= bits
    assert bands == {1, 2, 3, 4, 5}
    assert missed == 0b1111
    assert reactivated > 10
    assert len(interests) > 8


def test_a_person_scores_the_same_alone_as_among_all(duck: DuckEngine) -> None:
    for seed in range(100, 104):
        model, inputs, as_of, timezone = drawn(seed)
        everyone = whole(duck, inputs, model, as_of, timezone)
        some = set(inputs.persons["person_id"].to_pylist()[::7])
        few = whole(duck, subset(inputs, some), model, as_of, timezone)
        for name in ("scores", "lines", "evidence"):
            table = getattr(everyone, name)
            chosen = table.filter(pa.array([id in some for id in table["person_id"].to_pylist()], pa.bool_()))
            assert getattr(few, name).equals(chosen)


def test_blocks_and_readers_give_what_one_table_gives(duck: DuckEngine) -> None:
    model, inputs, as_of, timezone = drawn(200)
    in_blocks = DuckEngine(persons_a_block=60)
    readers = Inputs(
        inputs.persons.to_reader(max_chunksize=10),
        inputs.acts.to_reader(max_chunksize=13),
        inputs.subjects.to_reader(),
        inputs.texts.to_reader(),
    )
    found = whole(in_blocks, readers, model, as_of, timezone)
    assert differences(found, whole(duck, inputs, model, as_of, timezone)) == []
    in_blocks.close()


@pytest.mark.parametrize("columns", [("person_id", "mark"), ("person_id", "mark", "band", "interest"), None])
def test_only_who_differs_from_what_is_known_comes_back(duck: DuckEngine, columns: tuple[str, ...] | None) -> None:
    model, inputs, as_of, timezone = drawn(300)
    before = whole(duck, inputs, model, as_of, timezone)
    later = as_of + 3 * DAY
    known = before.scores.select(columns) if columns else before.scores
    told = whole(duck, inputs, model, later, timezone, known=known)
    assert differences(told, whole(ReferenceEngine(), inputs, model, later, timezone, known=known)) == []
    assert 0 < told.scores.num_rows < before.scores.num_rows
    assert set(told.lines["person_id"].to_pylist()) <= set(told.scores["person_id"].to_pylist())
    again = whole(duck, inputs, model, later, timezone, known=whole(duck, inputs, model, later, timezone).scores)
    assert (again.scores.num_rows, again.lines.num_rows, again.evidence.num_rows) == (0, 0, 0)


def test_who_is_not_known_yet_comes_back(duck: DuckEngine) -> None:
    model, inputs, as_of, timezone = drawn(301)
    scores = whole(duck, inputs, model, as_of, timezone).scores
    told = whole(duck, inputs, model, as_of, timezone, known=scores.slice(5))
    assert told.scores.equals(scores.slice(0, 5))


def test_a_model_without_rules_of_some_sort_still_scores(duck: DuckEngine) -> None:
    model, inputs, as_of, timezone = drawn(302)
    for kept in ((), model.rules[:1]):
        bare = replace(model, rules=kept, segments=(), segment_rules={}, exclusions=(), cache={})
        expected = whole(ReferenceEngine(), inputs, bare, as_of, timezone)
        assert differences(whole(duck, inputs, bare, as_of, timezone), expected) == []


def test_columns_that_the_model_does_not_ask_for_may_be_missing(duck: DuckEngine) -> None:
    for seed in range(304, 308):
        model, inputs, as_of, timezone = drawn(seed)
        few = replace(inputs, persons=inputs.persons.select(person_columns(model)))
        assert differences(whole(duck, few, model, as_of, timezone), whole(duck, inputs, model, as_of, timezone)) == []


def test_nobody_to_score_gives_nothing(duck: DuckEngine) -> None:
    model, inputs, as_of, timezone = drawn(303)
    assert list(duck.score(subset(inputs, set()), model, as_of, timezone)) == []
