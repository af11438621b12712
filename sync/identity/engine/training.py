"""Training without labels, at the site: expectation maximisation by Splink.

Worth its while for large sites only: below 300,000 records it never beat the shipped model, and at 10,000 it was
clearly worse. Only m is learnt, how a site's own people differ between records; u, what makes two people look alike,
stays as shipped, because random pairs tell the wrong thing about colleagues (see `labelled`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from sync.core.text import Text
from sync.identity.engine import duck
from sync.identity.engine.conditions import Dialect
from sync.identity.engine.labelled import apart
from sync.identity.engine.model import RARITY_COLUMN, Comparison, Level, Model, shipped
from sync.identity.engine.site import Site
from sync.identity.engine.splink_engine import quiet
from sync.identity.engine.splink_settings import settings_of

LEAST_RECORDS = 300_000
MOST_BITS_MOVED = 3.0
"""How far a level's weight may move from the shipped one before the training counts as gone astray."""

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


@dataclass(frozen=True, slots=True)
class Trained:
    """`model` is the trained one when `accepted`, else the shipped one; `reason` says why."""

    model: Model
    accepted: bool
    reason: Text


def train(
    features: pa.Table, resources: duck.Resources, model: Model | None = None, least: int = LEAST_RECORDS
) -> Trained:
    """A model whose m suit the site. `features` are those of all its records, at least so many; takes a minute or
    two. Never raises for data that cannot be learnt from: the shipped model stays then."""
    model = model or shipped()
    if features.num_rows < least:
        return _kept(model, _too_few(features.num_rows, least))
    connection = duck.connect(resources)
    try:
        learnt = _learn(connection, features, model)
    except EMTrainingException:
        return _kept(model, Text(en="no pairs to learn from", ja="学習に使える組がありません"))
    finally:
        connection.close()
    return judged(model, learnt)


def judged(model: Model, learnt: Model) -> Trained:
    """The learnt model when every weight is within `MOST_BITS_MOVED` of the model's, else the model."""
    astray = [
        f"{comparison.id}.{old.id} ({old.weight:+.1f} → {new.weight:+.1f})"
        for comparison, other in zip(model.comparisons, learnt.comparisons, strict=True)
        for old, new in zip(comparison.levels, other.levels, strict=True)
        if abs(new.weight - old.weight) > MOST_BITS_MOVED
    ]
    if astray:
        listed = ", ".join(astray)
        return _kept(
            model,
            Text(
                en=f"the shipped model stays: weights left their sane range: {listed}",
                ja=f"出荷時のモデルを使い続けます。重みが妥当な範囲を外れました: {listed}",
            ),
        )
    return Trained(learnt, True, Text(en="trained on this site's records", ja="このサイトのレコードで学習しました"))


def _kept(model: Model, reason: Text) -> Trained:
    return Trained(model, False, reason)


def _too_few(records: int, least: int) -> Text:
    return Text(
        en=f"the shipped model stays: {records:,} records are fewer than {least:,}",
        ja=f"出荷時のモデルを使い続けます。レコード数 {records:,} 件は学習に必要な {least:,} 件に足りません",
    )


def _learn(connection: duckdb.DuckDBPyConnection, features: pa.Table, model: Model) -> Model:
    quiet()
    _load(connection, features, model)
    api = DuckDBAPI(connection)
    linker = Linker(api.register("training"), settings_of(model, Dialect.DUCKDB), log_level=None)
    linker.table_management.register_term_frequency_lookup(api.register(duck.NAMES), RARITY_COLUMN)
    for rule in _RULES:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, max_pairs=_MOST_PAIRS
        )
    return _with(model, linker.misc.save_model_to_json(out_path=None))


def _load(connection: duckdb.DuckDBPyConnection, features: pa.Table, model: Model) -> None:
    duck.load_features(connection, features, model.columns | _RULE_COLUMNS)
    counts = ", ".join(f"count(*) over (partition by {c}) as {c}_bearers" for c in ("em", "ph"))
    duck.run(connection, f"create or replace table training as select *, {counts} from {duck.FEATURES}")
    duck.load_names(connection, Site(features.num_rows, _names(connection)))


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
