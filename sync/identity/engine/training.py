"""Training without labels, at the site: expectation maximisation by Splink.

Worth its while for large sites only (`LEAST_RECORDS`). Only m is learnt, how a site's own people differ between
records; u, what makes two people look alike, stays as shipped, because random pairs tell the wrong thing about
colleagues (see `labelled`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from sync.core.text import Text
from sync.identity.engine import duck
from sync.identity.engine.conditions import Dialect
from sync.identity.engine.judging import LEAST_RECORDS, Trained, judged, kept, too_few
from sync.identity.engine.labelled import apart
from sync.identity.engine.model import RARITY_COLUMN, Comparison, Level, Model, shipped
from sync.identity.engine.site import Site
from sync.identity.engine.splink_engine import quiet
from sync.identity.engine.splink_settings import settings_of

_MOST_PAIRS = 2_000_000
_LEAST_SEEN = 0.001
_MOST_M = 0.97

# Splink leaves out every comparison that mentions a column of the rule, and trains the others: the first rule trains
# name and place, the second name and e-mail. Few bearers, and mobile numbers only: teams and switchboards stay out,
# whose colleagues would be taken for people of many names. There is no rule on names: u is that of candidate pairs,
# and among namesakes nearly every company differs, so strangers were taken for people who had changed jobs. Records
# already joined by exact keys must be in the table: they are the easy matches that teach m.
_RULES = (
    "l.em = r.em and l.em_bearers <= 3 and not l.role",
    "l.ph = r.ph and l.ph_bearers <= 4 and l.mob",
)
_RULE_COLUMNS = frozenset({"em", "role", "ph", "mob"})


def train(
    features: pa.Table | pa.RecordBatchReader,
    resources: duck.Resources,
    model: Model | None = None,
    least: int = LEAST_RECORDS,
) -> Trained:
    """A model whose m suit the site. `features` are those of all its records, at least so many; takes a minute or
    two. They are read once, batch by batch. Never raises for data that cannot be learnt from: the model stays then."""
    model = model or shipped()
    connection = duck.connect(resources)
    try:
        records = _load(connection, features, model)
        return _trained(connection, model, records) if records >= least else too_few(model, records, least)
    finally:
        connection.close()


def _trained(connection: duckdb.DuckDBPyConnection, model: Model, records: int) -> Trained:
    try:
        return judged(model, _learn(connection, model, records))
    except EMTrainingException:
        return kept(model, Text(en="no pairs to learn from", ja="学習に使える組がありません"))


def _learn(connection: duckdb.DuckDBPyConnection, model: Model, records: int) -> Model:
    quiet()
    _count(connection, records)
    api = DuckDBAPI(connection)
    linker = Linker(api.register("training"), settings_of(model, Dialect.DUCKDB), log_level=None)
    linker.table_management.register_term_frequency_lookup(api.register(duck.NAMES), RARITY_COLUMN)
    for rule in _RULES:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, max_pairs=_MOST_PAIRS
        )
    return _with(model, linker.misc.save_model_to_json(out_path=None))


def _load(connection: duckdb.DuckDBPyConnection, features: pa.Table | pa.RecordBatchReader, model: Model) -> int:
    """Puts what training reads of the features into FEATURES; returns how many they are."""
    columns = model.columns | _RULE_COLUMNS
    reader = features.to_reader() if isinstance(features, pa.Table) else features
    duck.load_features(connection, reader.schema.empty_table(), columns)
    records = 0
    for batch in reader:
        duck.add_features(connection, pa.Table.from_batches([batch]), columns)
        records += batch.num_rows
    return records


def _count(connection: duckdb.DuckDBPyConnection, records: int) -> None:
    """Beside each record how many bear its mailbox and its number; and how common names are."""
    counts = ", ".join(f"count(*) over (partition by {c}) as {c}_bearers" for c in ("em", "ph"))
    duck.run(connection, f"create or replace table training as select *, {counts} from {duck.FEATURES}")
    duck.load_names(connection, Site(records, _names(connection)))


def _names(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    return connection.sql(
        f"select nm, count(*) as count from {duck.FEATURES} where nm is not null group by nm"
    ).to_arrow_table()


def _with(model: Model, settings: Mapping[str, Any]) -> Model:
    """The model with the m of Splink's settings."""
    comparisons = [
        _with_levels(comparison, found["comparison_levels"])
        for comparison, found in zip(model.comparisons, settings["comparisons"], strict=True)
    ]
    return replace(model, revision=model.revision + 1, comparisons=tuple(comparisons))


def _with_levels(comparison: Comparison, found: Sequence[Mapping[str, Any]]) -> Comparison:
    levels = [
        level if level.fixed else _with_m(level, each.get("m_probability"))
        for level, each in zip(comparison.levels, found, strict=True)
    ]
    return replace(comparison, levels=tuple(apart(levels)))


def _with_m(level: Level, m: object) -> Level:
    """A level that training hardly saw keeps its m: a site without kanji says nothing about kanji."""
    if not isinstance(m, float) or m < _LEAST_SEEN:
        return level
    return replace(level, m=float(f"{min(m, _MOST_M):.5g}"))
