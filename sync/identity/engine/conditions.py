"""Conditions of the model's levels as data, and their SQL in each dialect.

A condition is a mapping with one key, or a list of such mappings that must all hold. The two records of a pair are
the left and the right one; a text that is unknown is NULL in SQL, and no predicate but `missing` and `one_sided`
holds on it.

    same: nm                  both sides know it and agree
    differ: kj                both sides know it and disagree
    known: ph                 both sides know it
    missing: nm               at least one side does not
    one_sided: giv            exactly one side knows it
    both: mob / either: role / neither: role      flags
    shared: phones            the two sets have a member in common; also `named` and `mobiles`, see `columns`
    crossed: [fam, giv]       one's first is the other's second, and the other way round
    similar: {column: giv, at_least: 0.88}        Jaro-Winkler similarity
    typo: {column: loc, at_most: 1}               Levenshtein distance, and not equal
    prefix: giv               one side's text begins with the other's; not equal
    within: city              one side's text holds the other's, or both are equal
    script: title             both sides in Latin letters, or both with others too
    numbered: loc             not equal, and exactly one ends in a number, or both do in different ones
    stem: edom                equal up to the first dot; not equal
    holds: [loc, fam]         on each side, the first text holds the second
    longer: {column: cor, than: 3}                more characters than that, on both sides
    any: [..] / all: [..]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync.errors import ConfigError
from sync.identity.engine.columns import DERIVED_SETS, FLAGS, SETS, TEXTS

Condition = Mapping[str, object] | Sequence[object]


class Dialect(StrEnum):
    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True, slots=True)
class _Names:
    jaro_winkler: str
    starts_with: str
    overlap: str
    matches: str


_NAMES = {
    Dialect.DUCKDB: _Names("jaro_winkler_similarity", "starts_with", "list_has_any", "regexp_matches"),
    Dialect.SPARK: _Names("jaro_winkler", "startswith", "arrays_overlap", "regexp_like"),
}
_LATIN = "'^[ -~]*$'"
_UP_TO_A_NUMBER_AT_THE_END = "'^.*[^0-9]'"


def render(condition: Condition, dialect: Dialect) -> str:
    """SQL over columns `x_l` and `x_r`. Raises ConfigError for a condition that is not of the grammar above."""
    if isinstance(condition, Mapping):
        return _predicate(condition, dialect)
    if isinstance(condition, Sequence) and not isinstance(condition, str) and condition:
        return _joined(" and ", condition, dialect)
    raise ConfigError(f"matching model: {condition!r} is not a condition")


def columns_of(condition: object) -> frozenset[str]:
    """Every feature a condition reads."""
    if isinstance(condition, str):
        return frozenset({condition} & _KNOWN)
    if isinstance(condition, Mapping):
        return frozenset().union(*map(columns_of, condition.values()))
    if isinstance(condition, Sequence):
        return frozenset().union(*map(columns_of, condition))
    return frozenset()


def _predicate(condition: Mapping[str, object], dialect: Dialect) -> str:
    if len(condition) != 1:
        raise ConfigError(f"matching model: a condition has one key, not {sorted(condition)}")
    ((verb, of),) = condition.items()
    if verb in ("all", "any"):
        if not isinstance(of, Sequence) or isinstance(of, str) or not of:
            raise ConfigError(f"matching model: {verb} needs a list of conditions")
        return _joined(" and " if verb == "all" else " or ", of, dialect)
    if verb not in _VERBS:
        raise ConfigError(f"matching model: unknown condition {verb!r}; known: {', '.join(sorted(_VERBS))}")
    return _VERBS[verb](of, _NAMES[dialect])


def _joined(word: str, conditions: Sequence[object], dialect: Dialect) -> str:
    parts = [_checked(condition, dialect) for condition in conditions]
    return parts[0] if len(parts) == 1 else f"({word.join(parts)})"


def _checked(condition: object, dialect: Dialect) -> str:
    if not isinstance(condition, Mapping):
        raise ConfigError(f"matching model: {condition!r} is not a condition")
    return _predicate(condition, dialect)


def _of(columns: Sequence[str], sql: str) -> Callable[[object, _Names], str]:
    """A predicate about one column, `{c}` in the SQL, that reads the same in every dialect."""
    return lambda of, _: sql.format(c=_column(of, columns))


def _shared(of: object, names: _Names) -> str:
    column = _column(of, (*SETS, *DERIVED_SETS))
    return f"{names.overlap}({column}_l, {column}_r)"


def _crossed(of: object, _: _Names) -> str:
    one, other = _two_columns(of)
    return f"({one}_l = {other}_r and {other}_l = {one}_r)"


def _similar(of: object, names: _Names) -> str:
    column, least = _measure(of, "at_least")
    return f"{names.jaro_winkler}({column}_l, {column}_r) >= {least}"


def _typo(of: object, _: _Names) -> str:
    column, most = _measure(of, "at_most")
    return f"({column}_l <> {column}_r and levenshtein({column}_l, {column}_r) <= {int(most)})"


def _prefix(of: object, names: _Names) -> str:
    column = _column(of, TEXTS)
    left, right = f"{column}_l", f"{column}_r"
    return f"({left} <> {right} and ({names.starts_with}({left}, {right}) or {names.starts_with}({right}, {left})))"


def _numbered(of: object, _: _Names) -> str:
    """Companies number the mailboxes of namesakes, whatever else their pattern: taro.yamada@, yamada.t2@."""
    column = _column(of, TEXTS)
    ends = [f"regexp_replace({column}_{side}, {_UP_TO_A_NUMBER_AT_THE_END}, '')" for side in "lr"]
    return f"({column}_l <> {column}_r and {ends[0]} <> {ends[1]})"


def _script(of: object, names: _Names) -> str:
    column = _column(of, TEXTS)
    sides = [f"({names.matches}({column}_{side}, {_LATIN}))" for side in "lr"]  # on Spark it turns into `x rlike y`
    return f"({sides[0]} = {sides[1]})"


def _holds(of: object, _: _Names) -> str:
    text, part = _two_columns(of)
    return f"(contains({text}_l, {part}_l) and contains({text}_r, {part}_r))"


def _longer(of: object, _: _Names) -> str:
    column, than = _measure(of, "than")
    return f"(length({column}_l) > {int(than)} and length({column}_r) > {int(than)})"


_VERBS: Mapping[str, Callable[[object, _Names], str]] = {
    "same": _of(TEXTS, "{c}_l = {c}_r"),
    "differ": _of(TEXTS, "{c}_l <> {c}_r"),
    "known": _of(TEXTS, "({c}_l is not null and {c}_r is not null)"),
    "missing": _of(TEXTS, "({c}_l is null or {c}_r is null)"),
    "one_sided": _of(TEXTS, "({c}_l is null) <> ({c}_r is null)"),
    "both": _of(FLAGS, "({c}_l and {c}_r)"),
    "either": _of(FLAGS, "({c}_l or {c}_r)"),
    "neither": _of(FLAGS, "not ({c}_l or {c}_r)"),
    "shared": _shared,
    "crossed": _crossed,
    "similar": _similar,
    "typo": _typo,
    "prefix": _prefix,
    "numbered": _numbered,
    "stem": _of(TEXTS, "({c}_l <> {c}_r and split_part({c}_l, '.', 1) = split_part({c}_r, '.', 1))"),
    "within": _of(TEXTS, "(contains({c}_l, {c}_r) or contains({c}_r, {c}_l))"),
    "script": _script,
    "holds": _holds,
    "longer": _longer,
}
_KNOWN = frozenset((*TEXTS, *FLAGS, *SETS, *DERIVED_SETS))


def _column(of: object, allowed: Sequence[str]) -> str:
    if not isinstance(of, str) or of not in allowed:
        raise ConfigError(f"matching model: {of!r} is not one of {', '.join(allowed)}")
    return of


def _two_columns(of: object) -> tuple[str, str]:
    if not isinstance(of, Sequence) or isinstance(of, str) or len(of) != 2:
        raise ConfigError(f"matching model: {of!r} are not two columns")
    return _column(of[0], TEXTS), _column(of[1], TEXTS)


def _measure(of: object, measure: str) -> tuple[str, float]:
    if not isinstance(of, Mapping) or set(of) != {"column", measure}:
        raise ConfigError(f"matching model: {of!r} needs column and {measure}")
    value = of[measure]
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ConfigError(f"matching model: {measure} is {value!r}, not a number")
    return _column(of["column"], TEXTS), float(value)
