"""The model in the form Splink takes, in the dialect of its backend."""

from __future__ import annotations

from sync.identity.engine.conditions import Dialect
from sync.identity.engine.model import RARITY_COLUMN, Comparison, Level, Model
from sync.identity.engine.site import Site

Settings = dict[str, object]


def settings_of(model: Model, dialect: Dialect) -> Settings:
    """Splink settings. The prior in them is a dummy: it belongs to the site and is added outside."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": 0.5,
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "comparisons": [_comparison(comparison, dialect) for comparison in model.comparisons],
    }


def _comparison(comparison: Comparison, dialect: Dialect) -> Settings:
    return {
        "output_column_name": comparison.id,
        "comparison_levels": [_level(level, dialect) for level in comparison.levels],
    }


def _level(level: Level, dialect: Dialect) -> Settings:
    settings: Settings = {"sql_condition": level.sql(dialect), "label_for_charts": level.id}
    if level.unknown:
        return settings | {"is_null_level": True}
    settings |= {"m_probability": level.m, "u_probability": level.u}
    settings |= {"fix_m_probability": level.fixed, "fix_u_probability": level.fixed}
    if level.rarity:
        settings |= {"tf_adjustment_column": RARITY_COLUMN, "tf_adjustment_weight": level.rarity}
    return settings


def integer_columns(model: Model, site: Site) -> list[str]:
    """SQL that turns a row of Splink's answer into the columns of `WEIGHED`; the same in both dialects."""
    prior, growth = site.prior(model.matches_per_record), site.growth(model.records)
    bits = {comparison.id: _thousandths(comparison, growth) for comparison in model.comparisons}
    levels = {comparison.id: _level_number(comparison) for comparison in model.comparisons}
    columns = ["id_l as left_id", "id_r as right_id", f"{prior} + {' + '.join(bits.values())} as weight"]
    columns += [f"{bits['name']} as name", f"{bits['email']} as email", f"{bits['place']} + {bits['detail']} as place"]
    columns += [f"{levels['name']} as name_level", f"{levels['email']} as email_level"]
    places = len(model.comparison("place").levels)
    return [*columns, f"{levels['place']} + {places} * {levels['detail']} as place_level"]


def _thousandths(comparison: Comparison, growth: int) -> str:
    bits = f"mw_{comparison.id}"
    if any(level.rarity for level in comparison.levels):
        bits = f"({bits} + mw_tf_adj_{comparison.id})"
    thousandths = f"cast(round(1000 * {bits}) as bigint)"
    local = [str(level.thousandths) for level in comparison.levels if level.local]
    if not growth or not local:
        return thousandths
    grows = f"cast(round(1000 * mw_{comparison.id}) as int) in ({', '.join(local)})"
    return f"({thousandths} + case when {grows} then {growth} else 0 end)"


def _level_number(comparison: Comparison) -> str:
    """Splink names no level unless it keeps every input column; the weight before rarity tells the same."""
    cases = " ".join(f"when {level.thousandths} then {number}" for number, level in enumerate(comparison.levels))
    return f"case cast(round(1000 * mw_{comparison.id}) as int) {cases} end"
