"""Weights by one plain SQL statement of our own: the fallback, and what Splink's weights are checked against."""

from __future__ import annotations

from math import log2

import pyarrow as pa

from sync.identity.engine import duck
from sync.identity.engine.columns import WEIGHED
from sync.identity.engine.conditions import Dialect
from sync.identity.engine.model import RARITY_COLUMN, Comparison, Model, shipped
from sync.identity.engine.site import Site


class SqlEngine:
    """As `SplinkEngine`, to the last thousandth, without Splink."""

    def __init__(self, resources: duck.Resources | None = None, model: Model | None = None) -> None:
        self.model = model or shipped()
        self._connection = duck.connect(resources or duck.Resources())
        self._loaded = duck.Loaded(self._connection, self.model.columns)

    def weigh(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table:
        """See `SplinkEngine.weigh`."""
        if pairs.num_rows == 0:
            return WEIGHED.empty_table()
        self._loaded.load(features, site)
        sql = statement(self.model, site, Dialect.DUCKDB)
        with duck.viewed(self._connection, duck.ARRIVING_PAIRS, pairs):
            answer = self._connection.sql(sql).to_arrow_table()
        return answer.rename_columns(WEIGHED.names).cast(WEIGHED)

    def close(self) -> None:
        self._connection.close()


def statement(model: Model, site: Site, dialect: Dialect) -> str:
    """SQL over the tables FEATURES, NAMES and ARRIVING_PAIRS whose rows are the columns of `WEIGHED`."""
    prior, growth = site.prior(model.matches_per_record), site.growth(model.records)
    quote = '"' if dialect is Dialect.DUCKDB else "`"
    both = [f"{side}.{column} as {column}_{side}" for column in sorted(model.columns) for side in "lr"]
    levels = [f"{_level(comparison, dialect)} as {comparison.id}_level" for comparison in model.comparisons]
    weights = [f"{_weight(comparison, growth)} as {comparison.id}" for comparison in model.comparisons]
    code = f"place_level + {len(model.comparison('place').levels)} * detail_level as place_level"
    return f"""with side_by_side as (
        select l.id as left_id, r.id as right_id, n.tf_nm, {", ".join(both)} from {duck.ARRIVING_PAIRS} as p
        join {duck.FEATURES} as l on l.id = p.{quote}left{quote}
        join {duck.FEATURES} as r on r.id = p.{quote}right{quote}
        left join {duck.NAMES} as n on n.nm = l.nm
    ), compared as (
        select left_id, right_id, tf_nm, {", ".join(levels)} from side_by_side
    ), weighed as (
        select left_id, right_id, {", ".join(weights)}, name_level, email_level, {code} from compared
    )
    select left_id, right_id, {prior} + name + email + place + detail as weight, name, email, place + detail as place,
        name_level, email_level, place_level from weighed"""


def _level(comparison: Comparison, dialect: Dialect) -> str:
    *conditional, last = range(len(comparison.levels))
    cases = " ".join(f"when {comparison.levels[number].sql(dialect)} then {number}" for number in conditional)
    return f"case {cases} else {last} end"


def _weight(comparison: Comparison, growth: int) -> str:
    cases = [f"when {number} then {_bits(comparison, number)}" for number in range(len(comparison.levels))]
    bits = f"cast(round(1000 * case {comparison.id}_level {' '.join(cases)} end) as bigint)"
    local = [str(number) for number, level in enumerate(comparison.levels) if level.local]
    return (
        f"{bits} + case when {comparison.id}_level in ({', '.join(local)}) then {growth} else 0 end" if local else bits
    )


def _bits(comparison: Comparison, number: int) -> str:
    """Bits as a double, made up in the same order as Splink's, so that rounding cannot differ."""
    level = comparison.levels[number]
    bits = f"cast({level.weight!r} as double)"
    if not level.rarity:
        return bits
    scale = f"cast({log2(comparison.plain_u)!r} as double) - log2(tf_{RARITY_COLUMN})"
    return f"({bits} + coalesce(cast({level.rarity!r} as double) * ({scale}), 0))"
