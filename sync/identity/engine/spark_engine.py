"""Weights by Splink on Spark, for whoever has Spark already: the same model, the same integers.

Needs pyspark 4 and Java 17. On one machine it is many times slower than DuckDB.
"""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import SparkSession
from splink import Linker
from splink.backends.spark import SparkAPI, similarity_jar_location

from sync.identity.engine import duck
from sync.identity.engine.columns import WEIGHED
from sync.identity.engine.conditions import Dialect
from sync.identity.engine.model import RARITY_COLUMN, Model, shipped
from sync.identity.engine.site import Site
from sync.identity.engine.splink_engine import quiet
from sync.identity.engine.splink_settings import integer_columns, settings_of


def local_session(memory_mb: int = 1024, threads: int = 2) -> SparkSession:
    """A Spark of one machine. Any other session does as well, as long as Splink's jar is among its `spark.jars`."""
    return (
        SparkSession.builder.master(f"local[{threads}]")
        .appName("leadsync matching")
        .config("spark.jars", similarity_jar_location())
        .config("spark.driver.memory", f"{memory_mb}m")
        .config("spark.sql.shuffle.partitions", str(2 * threads))
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )


class SparkEngine:
    """See `SplinkEngine`. The session stays the caller's."""

    def __init__(self, session: SparkSession, model: Model | None = None) -> None:
        quiet()
        self._session = session
        self.model = model or shipped()
        self._api = SparkAPI(spark_session=session, break_lineage_method="persist")  # type: ignore[no-untyped-call]

    def weigh(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table:
        """See `SplinkEngine.weigh`."""
        if pairs.num_rows == 0:
            return WEIGHED.empty_table()
        self._view("arriving", features)
        self._view_of(duck.FEATURES, duck.features_sql(self.model.columns, Dialect.SPARK))
        self._view("arriving", site.counts())
        self._view_of(duck.NAMES, duck.names_sql(site.records))
        self._view(duck.ARRIVING_PAIRS, pairs)
        pairs_sql = f"select `left` as join_key_l, `right` as join_key_r, '0' as match_key from {duck.ARRIVING_PAIRS}"
        self._view_of(duck.SPLINK_PAIRS, pairs_sql)
        predicted = self._linker().inference.predict(warning_mode="never")
        columns = ", ".join(integer_columns(self.model, site))
        answer = self._session.sql(f"select {columns} from {predicted.physical_name}").toArrow()
        return answer.rename_columns(WEIGHED.names).cast(WEIGHED)

    def close(self) -> None:
        for view in (duck.FEATURES, duck.NAMES, duck.SPLINK_PAIRS, duck.ARRIVING_PAIRS, "arriving"):
            self._session.catalog.dropTempView(view)

    def _linker(self) -> Linker:
        api = self._api
        linker = Linker(api.register(duck.FEATURES), settings_of(self.model, Dialect.SPARK), log_level=None)
        tables = linker.table_management
        tables.register_term_frequency_lookup(api.register(duck.NAMES), RARITY_COLUMN)
        tables.register_blocked_pairs_for_predict(api.register(duck.SPLINK_PAIRS))
        return linker

    def _view(self, name: str, table: pa.Table) -> None:
        self._session.createDataFrame(table).createOrReplaceTempView(name)

    def _view_of(self, name: str, sql: str) -> None:
        self._session.sql(sql).createOrReplaceTempView(name)
