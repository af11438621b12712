"""The SQL text gives on Spark what it gives on DuckDB: `python -m pytest tests/spark`, with pyspark and Java 17."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from pyspark.sql import SparkSession

from sync.scoring.engine.duck import DuckEngine
from sync.scoring.engine.spark import SparkEngine, session
from sync.scoring.model import Model, load_model
from tests.engine.random_models import random_model
from tests.engine.random_people import random_inputs
from tests.engine.worlds import DAY, NEW_YORK, TOKYO, whole

AS_OF = 1_795_200_000
PEOPLE = 3_500
# More than ten thousand people in all. Together they see rules of every sort, segments and both sorts of dormancy.
CASES = (("consulting", TOKYO), ("random 0", NEW_YORK), ("random 2", TOKYO))
# What a Spark of one machine would rather not do for few rows: compile each query, plan it anew, spread it.
_SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
}

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    made = session("local[2]")
    for name, value in _SMALL.items():
        made.conf.set(name, value)
    yield made
    made.stop()


def model_of(name: str) -> Model:
    return random_model(Random(int(name.split()[1]))) if name.startswith("random") else load_model(name)


@pytest.mark.parametrize(("name", "timezone"), CASES)
def test_thousands_of_people_score_the_same_on_spark_and_on_duckdb(
    spark: SparkSession, name: str, timezone: str
) -> None:
    model, inputs = model_of(name), random_inputs(Random(name), PEOPLE, AS_OF)
    on_duckdb = whole(DuckEngine(), inputs, model, AS_OF, timezone)
    engine = SparkEngine(spark)
    on_spark = whole(engine, inputs, model, AS_OF, timezone)
    assert on_spark.scores.equals(on_duckdb.scores)
    assert on_spark.lines.equals(on_duckdb.lines)
    assert on_spark.evidence.equals(on_duckdb.evidence)
    assert on_spark.scores.num_rows == PEOPLE
    engine.close()


def test_only_who_differs_comes_back_from_spark(spark: SparkSession) -> None:
    model, inputs = load_model("starter"), random_inputs(Random(9), 300, AS_OF)
    known = whole(DuckEngine(), inputs, model, AS_OF, TOKYO).scores
    later = AS_OF + 3 * DAY
    told = whole(SparkEngine(spark), inputs, model, later, TOKYO, known=known)
    expected = whole(DuckEngine(), inputs, model, later, TOKYO, known=known)
    assert told.scores.equals(expected.scores)
    assert 0 < told.scores.num_rows < known.num_rows
    assert told.lines.equals(expected.lines)
