"""Splink on Spark gives the weights that DuckDB gives: `python -m pytest tests/spark`, with pyspark and Java 17."""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from bench.train_matching import Labelled, labelled_list
from connectors.sandbox.world.contacts import contact_list
from sync.identity.engine import open_engine
from sync.identity.engine.spark_engine import SparkEngine, local_session

RECORDS = 10_000

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    session = local_session()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def contacts() -> Labelled:
    return labelled_list("spark", contact_list(9_100, RECORDS))


def weighed(weigh: Callable[..., pa.Table], contacts: Labelled) -> list[dict[str, int]]:
    table = weigh(contacts.features, contacts.pairs, contacts.site)
    return table.sort_by([("left", "ascending"), ("right", "ascending")]).to_pylist()


def test_ten_thousand_records_have_the_same_edges_on_spark_and_on_duckdb(
    session: SparkSession, contacts: Labelled
) -> None:
    on_duckdb = weighed(open_engine(kind="splink").weigh, contacts)
    on_spark = weighed(SparkEngine(session).weigh, contacts)
    assert sum(row["weight"] >= 0 for row in on_duckdb) > 1_000
    assert on_spark == on_duckdb


def test_a_second_block_of_pairs_is_weighed_by_itself(session: SparkSession, contacts: Labelled) -> None:
    engine = SparkEngine(session)
    blocks = [engine.weigh(contacts.features, contacts.pairs.slice(first, 500), contacts.site) for first in (0, 500)]
    whole = open_engine().weigh(contacts.features, contacts.pairs.slice(0, 1_000), contacts.site)
    order = [("left", "ascending"), ("right", "ascending")]
    assert pa.concat_tables(blocks).sort_by(order).equals(whole.sort_by(order))
    engine.close()
