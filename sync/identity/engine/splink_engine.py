"""Weights by Splink on DuckDB."""

from __future__ import annotations

import logging
import re

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from sync.identity.engine import duck
from sync.identity.engine.columns import PAIRS, WEIGHED
from sync.identity.engine.conditions import Dialect
from sync.identity.engine.model import RARITY_COLUMN, Model, shipped
from sync.identity.engine.site import Site
from sync.identity.engine.splink_settings import integer_columns, settings_of

_PRUNED_COPY = re.compile(r"__splink__df_pruned_predict_input_[lr]_[0-9a-f]+")


class SplinkEngine:
    """Weighs pairs in one process; not for several threads at once. Keeps what it has loaded: weighing many blocks of
    pairs over the same features and site loads them once."""

    def __init__(self, resources: duck.Resources | None = None, model: Model | None = None) -> None:
        self.model = model or shipped()
        self._connection = duck.connect(resources or duck.Resources())
        self._loaded = duck.Loaded(self._connection, self.model.columns)
        self._prediction = ""

    def weigh(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table:
        """Weights (`WEIGHED`) of candidate pairs (`PAIRS`) whose records are among the features (`FEATURES`).

        The rows come in no particular order.
        """
        if pairs.num_rows == 0:
            return WEIGHED.empty_table()
        self._loaded.load(features, site)
        self._prediction = self._prediction or prediction_sql(self._connection, self.model)
        columns = ", ".join(integer_columns(self.model, site))
        with duck.viewed(self._connection, duck.ARRIVING_PAIRS, pairs):
            answer = self._connection.sql(f"select {columns} from ({self._prediction})").to_arrow_table()
        return answer.rename_columns(WEIGHED.names).cast(WEIGHED)

    def close(self) -> None:
        self._connection.close()


def prediction_sql(connection: duckdb.DuckDBPyConnection, model: Model) -> str:
    """The SELECT by which Splink weighs the pairs in ARRIVING_PAIRS over FEATURES and NAMES, whatever is in them.

    Splink takes 150 ms to write it, four times as long as it takes to weigh one record; so it writes it once, and
    keeps no note of every call. It would copy the records concerned first; the statement here reads them in place.
    """
    with duck.viewed(connection, duck.ARRIVING_PAIRS, PAIRS.empty_table()):
        linker = linker_on(connection, model)
        predicted = linker.inference.predict(warning_mode="never")
    predicted.drop_table_from_database_and_remove_from_cache()
    return _PRUNED_COPY.sub(duck.FEATURES, str(predicted.sql_used_to_create))


def linker_on(connection: duckdb.DuckDBPyConnection, model: Model) -> Linker:
    """Splink over the tables FEATURES, NAMES and ARRIVING_PAIRS; it scores exactly those pairs."""
    quiet()
    duck.run(
        connection,
        f"""create or replace temp view {duck.SPLINK_PAIRS} as
        select "left" as join_key_l, "right" as join_key_r, '0' as match_key from {duck.ARRIVING_PAIRS}""",
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register(duck.FEATURES), settings_of(model, Dialect.DUCKDB), log_level=None)
    tables = linker.table_management
    tables.register_term_frequency_lookup(api.register(duck.NAMES), RARITY_COLUMN)
    tables.register_blocked_pairs_for_predict(api.register(duck.SPLINK_PAIRS))
    return linker


def quiet() -> None:
    """Splink logs each query, and as warnings what is none here: rare levels that a site does not have."""
    for name in ("splink", "sqlglot"):
        logging.getLogger(name).setLevel(logging.ERROR)
