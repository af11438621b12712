"""Splink's weights learnt on the list itself, without labels; what differs from the product's is the training alone.

Either only m, by expectation maximisation, with what was set by hand left as it is; or all of it as Splink's guides
say: u from random pairs, m by expectation maximisation, nothing set by hand. Random pairs are hardly ever colleagues,
so the second way takes a common company for much more than it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
from splink import DuckDBAPI, Linker

from sync.identity.engine import duck
from sync.identity.engine.conditions import Dialect
from sync.identity.engine.labelled import apart
from sync.identity.engine.model import Comparison, Level, Model, shipped
from sync.identity.engine.splink_engine import quiet
from sync.identity.engine.splink_settings import settings_of

_RANDOM_PAIRS = 2e6
_EM_PAIRS = 2_000_000
_BEARERS = {"em": 4, "ph": 4, "nm": 6}

# Each rule trains the comparisons that do not mention its column. Caps keep switchboards and frequent names out.
_RULES = tuple(f"l.{column} = r.{column} and l.{column}_bearers <= {most}" for column, most in _BEARERS.items())


def trained(features: pa.Table, resources: duck.Resources, only_m: bool) -> Model:
    """The shipped comparisons with the m, or m and u, of this list; a level that it does not show keeps the shipped
    ones."""
    quiet()
    model = shipped() if only_m else _free(shipped())
    connection = duck.connect(resources)
    try:
        duck.load_features(connection, features, model.columns | _BEARERS.keys())
        counts = ", ".join(f"count(*) over (partition by {column}) as {column}_bearers" for column in _BEARERS)
        duck.run(connection, f"create table training as select *, {counts} from {duck.FEATURES}")
        linker = Linker(DuckDBAPI(connection).register("training"), settings_of(model, Dialect.DUCKDB), log_level=None)
        if not only_m:
            linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=1)
        for rule in _RULES:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True, max_pairs=_EM_PAIRS
            )
        settings = linker.misc.save_model_to_json(out_path=None)
    finally:
        connection.close()
    return _learnt(model, settings["comparisons"])


def _free(model: Model) -> Model:
    return replace(
        model,
        comparisons=tuple(
            replace(c, levels=tuple(replace(level, fixed=False) for level in c.levels)) for c in model.comparisons
        ),
    )


def _learnt(model: Model, comparisons: Sequence[Mapping[str, Any]]) -> Model:
    pairs = zip(model.comparisons, comparisons, strict=True)
    return replace(model, comparisons=tuple(_comparison(old, new["comparison_levels"]) for old, new in pairs))


def _comparison(old: Comparison, levels: Sequence[Mapping[str, Any]]) -> Comparison:
    learnt = [_level(level, new) for level, new in zip(old.levels, levels, strict=True)]
    return replace(old, levels=tuple(apart(learnt)))


def _level(old: Level, new: Mapping[str, Any]) -> Level:
    m, u = (_share(new.get(f"{name}_probability")) for name in "mu")
    return old if old.unknown or old.fixed else replace(old, m=m or old.m, u=u or old.u)


def _share(value: object) -> float | None:
    return value if isinstance(value, float) and 0 < value < 1 else None
