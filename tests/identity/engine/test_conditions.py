"""Each predicate of the model's grammar, run by DuckDB on one pair."""

from collections.abc import Mapping

import duckdb
import pytest

from sync.errors import ConfigError
from sync.identity.engine.conditions import Dialect, columns_of, render

Pair = Mapping[str, tuple[object, object]]


def holds(condition: object, pair: Pair) -> bool:
    values = {f"{column}_{side}": both[side == "r"] for column, both in pair.items() for side in "lr"}
    columns = ", ".join(f"${name} as {name}" for name in values)
    sql = f"select coalesce({render(condition, Dialect.DUCKDB)}, false) from (select {columns})"
    return bool(duckdb.connect().execute(sql, values).fetchall()[0][0])


CASES = [
    ({"same": "nm"}, {"nm": ("sato", "sato")}, True),
    ({"same": "nm"}, {"nm": ("sato", "saito")}, False),
    ({"same": "nm"}, {"nm": (None, None)}, False),
    ({"differ": "kj"}, {"kj": ("田", "太")}, True),
    ({"differ": "kj"}, {"kj": ("田", None)}, False),
    ({"known": "ph"}, {"ph": ("+81", "+82")}, True),
    ({"known": "ph"}, {"ph": (None, "+82")}, False),
    ({"missing": "nm"}, {"nm": (None, "sato")}, True),
    ({"missing": "nm"}, {"nm": ("sato", "sato")}, False),
    ({"one_sided": "giv"}, {"giv": (None, "taro")}, True),
    ({"one_sided": "giv"}, {"giv": (None, None)}, False),
    ({"both": "mob"}, {"mob": (True, False)}, False),
    ({"either": "role"}, {"role": (True, False)}, True),
    ({"neither": "role"}, {"role": (True, False)}, False),
    ({"shared": "phones"}, {"phones": (["1", "2"], ["2"])}, True),
    ({"shared": "phones"}, {"phones": (["1"], ["2"])}, False),
    ({"crossed": ["fam", "giv"]}, {"fam": ("ken", "mori"), "giv": ("mori", "ken")}, True),
    ({"similar": {"column": "giv", "at_least": 0.88}}, {"giv": ("hiroshi", "hirosi")}, True),
    ({"similar": {"column": "giv", "at_least": 0.88}}, {"giv": ("hiroshi", "kenji")}, False),
    ({"typo": {"column": "loc", "at_most": 1}}, {"loc": ("yamada", "yamda")}, True),
    ({"typo": {"column": "loc", "at_most": 1}}, {"loc": ("yamada", "yamada")}, False),
    ({"prefix": "giv"}, {"giv": ("alexander", "alex")}, True),
    ({"prefix": "giv"}, {"giv": ("alex", "alex")}, False),
    ({"numbered": "loc"}, {"loc": ("taro.yamada", "taro.yamada2")}, True),
    ({"numbered": "loc"}, {"loc": ("taro.yamada", "taro.yamada")}, False),
    ({"numbered": "loc"}, {"loc": ("taro.yamada2", "yamada.t3")}, True),
    ({"numbered": "loc"}, {"loc": ("taro.yamada", "yamada.t")}, False),
    ({"numbered": "loc"}, {"loc": ("2", "taro")}, True),
    ({"stem": "edom"}, {"edom": ("acme.co.jp", "acme.com")}, True),
    ({"stem": "edom"}, {"edom": ("acme.com", "acme.com")}, False),
    ({"stem": "edom"}, {"edom": ("acme.com", "acme-group.com")}, False),
    ({"within": "city"}, {"city": ("大阪府大阪市", "大阪")}, True),
    ({"within": "city"}, {"city": ("大阪", "大阪")}, True),
    ({"within": "city"}, {"city": ("大阪", "東京")}, False),
    ({"script": "title"}, {"title": ("部長", "課長")}, True),
    ({"script": "title"}, {"title": ("director", "manager")}, True),
    ({"script": "title"}, {"title": ("部長", "director")}, False),
    ({"holds": ["loc", "fam"]}, {"loc": ("yamada.t", "tyamada"), "fam": ("yamada", "yamada")}, True),
    ({"holds": ["loc", "fam"]}, {"loc": ("yamada.t", "info"), "fam": ("yamada", "yamada")}, False),
    ({"longer": {"column": "cor", "than": 3}}, {"cor": ("acme", "acm")}, False),
    ({"any": [{"same": "fam"}, {"same": "giv"}]}, {"fam": ("a", "b"), "giv": ("c", "c")}, True),
    ([{"same": "fam"}, {"same": "giv"}], {"fam": ("a", "b"), "giv": ("c", "c")}, False),
]


@pytest.mark.parametrize(("condition", "pair", "expected"), CASES)
def test_a_predicate_says_what_its_name_says(condition: object, pair: Pair, expected: bool) -> None:
    assert holds(condition, pair) is expected


@pytest.mark.parametrize("condition", [case[0] for case in CASES[:-2]])
def test_predicates_do_not_care_which_record_is_the_left_one(condition: object) -> None:
    for other, pair, expected in CASES:
        if other == condition:
            assert holds(condition, {column: both[::-1] for column, both in pair.items()}) is expected


def test_spark_gets_the_functions_of_spark() -> None:
    condition = [
        {"similar": {"column": "nm", "at_least": 0.9}},
        {"prefix": "giv"},
        {"shared": "emails"},
    ]
    sql = render(condition, Dialect.SPARK)
    assert "jaro_winkler(" in sql
    assert "startswith(" in sql
    assert "arrays_overlap(" in sql


def test_the_columns_of_a_condition_are_known() -> None:
    condition = [{"any": [{"similar": {"column": "nm", "at_least": 0.9}}, {"holds": ["loc", "fam"]}]}, {"both": "mob"}]
    assert columns_of(condition) == {"nm", "loc", "fam", "mob"}


@pytest.mark.parametrize(
    "condition",
    [
        {"equals": "nm"},
        {"same": "no_such_column"},
        {"same": "role"},
        {"both": "nm"},
        {"shared": "nm"},
        {"same": "nm", "differ": "kj"},
        {"similar": {"column": "nm"}},
        {"similar": {"column": "nm", "at_least": "'x'; drop table f"}},
        {"holds": ["loc"]},
        {"any": []},
        [],
        ["nm_l = nm_r"],
    ],
)
def test_anything_else_is_refused(condition: object) -> None:
    with pytest.raises(ConfigError):
        render(condition, Dialect.DUCKDB)
