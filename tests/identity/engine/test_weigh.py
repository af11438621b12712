"""Splink's weights and our own SQL's: the same integers, and what they are made of."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import log2

import duckdb
import pyarrow as pa
import pytest

from sync.identity.engine import Engine, duck, open_engine
from sync.identity.engine.columns import FEATURES, PAIRS, WEIGHED, table_of
from sync.identity.engine.explain import part_of, parts
from sync.identity.engine.model import PARTS, shipped
from sync.identity.engine.site import NAMES, Site
from sync.identity.engine.splink_engine import SplinkEngine, linker_on
from sync.identity.engine.sql_engine import SqlEngine
from sync.identity.features import Features

InOrder = Callable[[pa.Table], list[dict[str, int]]]


@pytest.fixture(scope="module", params=["splink", "sql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = open_engine(kind=request.param)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def both(features: pa.Table, pairs: pa.Table, site: Site) -> tuple[pa.Table, pa.Table]:
    return SplinkEngine().weigh(features, pairs, site), SqlEngine().weigh(features, pairs, site)


def pair(left: Features, right: Features, engine: Engine, site: Site) -> dict[str, int]:
    features = table_of([replace(left, id=1), replace(right, id=2)])
    return engine.weigh(features, pa.table({"left": [1], "right": [2]}, schema=PAIRS), site).to_pylist()[0]


def test_splink_and_our_own_sql_agree_to_the_last_thousandth(
    both: tuple[pa.Table, pa.Table], pairs: pa.Table, in_order: InOrder
) -> None:
    assert both[0].num_rows == pairs.num_rows
    assert in_order(both[0]) == in_order(both[1])


@pytest.mark.parametrize("comparison", shipped().comparisons, ids=lambda comparison: comparison.id)
def test_the_compared_pairs_reach_every_level(comparison, both: tuple[pa.Table, pa.Table]) -> None:
    number = ("place", "detail").index(comparison.id) if comparison.id in ("place", "detail") else None
    codes = both[1]["place_level" if number is not None else f"{comparison.id}_level"].unique().to_pylist()
    seen = {code if number is None else shipped().levels_of(code)[number] for code in codes}
    assert sorted(seen) == list(range(len(comparison.levels)))


def test_the_kept_statement_gives_what_splink_itself_predicts(features: pa.Table, pairs: pa.Table, site: Site) -> None:
    connection = duck.connect(duck.Resources())
    duck.Loaded(connection, shipped().columns).load(features, site)
    with duck.viewed(connection, duck.ARRIVING_PAIRS, pairs):
        predicted = linker_on(connection, shipped()).inference.predict(warning_mode="never").as_pyarrow_table()
    bits = dict(
        zip(
            zip(predicted["id_l"].to_pylist(), predicted["id_r"].to_pylist(), strict=True),
            predicted["match_weight"].to_pylist(),
            strict=True,
        )
    )
    weighed = SplinkEngine().weigh(features, pairs, site).to_pylist()
    prior = site.prior(shipped().matches_per_record)
    assert len(bits) == len(weighed) == pairs.num_rows
    assert all(abs(row["weight"] - prior - 1000 * bits[row["left"], row["right"]]) <= 1.5 for row in weighed)


def test_a_weight_is_the_prior_and_its_three_parts(both: tuple[pa.Table, pa.Table], site: Site) -> None:
    prior = site.prior(0.57)
    assert prior == round(1000 * log2(0.57 / 1500 / (1 - 0.57 / 1500)))
    assert all(row["weight"] == prior + sum(row[part] for part in PARTS) for row in both[0].to_pylist())


def test_blocks_weigh_what_the_whole_weighs(
    engine: Engine, features: pa.Table, pairs: pa.Table, site: Site, both: tuple[pa.Table, pa.Table], in_order: InOrder
) -> None:
    blocks = [engine.weigh(features, pairs.slice(first, 9_000), site) for first in range(0, pairs.num_rows, 9_000)]
    assert in_order(pa.concat_tables(blocks)) == in_order(both[1])


def test_a_warm_engine_takes_other_records_and_other_sites(engine: Engine, records: list[Features], site: Site) -> None:
    first, second = records[0], replace(records[0], nm="taro yamada", fam="yamada", giv="taro", kj="")
    fresh = SqlEngine()
    for others in (Site(10), Site(10_000, {"taro yamada": 9}), site):
        for left, right in ((first, second), (second, second), (first, first)):
            assert pair(left, right, engine, others) == pair(left, right, fresh, others)


def test_no_pairs_have_no_weights(engine: Engine, features: pa.Table, site: Site) -> None:
    assert engine.weigh(features, PAIRS.empty_table(), site).equals(WEIGHED.empty_table())


def test_a_rare_name_speaks_louder(engine: Engine) -> None:
    someone = Features(0, fam="suzuki", giv="ken", nm="ken suzuki", ini="k")
    weights = {
        bearers: pair(someone, someone, engine, Site(100_000, {"ken suzuki": bearers}))["name"]
        for bearers in (2, 4, 64)
    }
    assert weights[2] - weights[4] == 1000
    assert weights[4] - weights[64] == 4000


def test_a_name_nobody_counted_is_borne_by_the_two(engine: Engine) -> None:
    someone = Features(0, fam="suzuki", giv="ken", nm="ken suzuki", ini="k")
    assert pair(someone, someone, engine, Site(5_000)) == pair(someone, someone, engine, Site(5_000, {"ken suzuki": 2}))
    assert pair(someone, someone, engine, Site(5_000)) == pair(someone, someone, engine, Site(5_000, {"ken suzuki": 1}))


def test_one_company_says_more_at_a_larger_site_and_no_less_at_a_smaller_one(engine: Engine) -> None:
    someone = Features(0, fam="suzuki", giv="ken", nm="ken suzuki", ini="k", dom="aoba.co.jp")
    stranger = replace(someone, dom="")
    sites = [Site(records, {"ken suzuki": records // 500}) for records in (1_000, 100_000, 400_000)]
    small, reference, large = (pair(someone, someone, engine, site)["place"] for site in sites)
    assert (small, large) == (reference, reference + 1000)
    assert len({pair(someone, stranger, engine, site)["place"] for site in sites}) == 1
    assert [pair(someone, someone, SqlEngine(), site)["place"] for site in sites] == [small, reference, large]


def test_names_may_come_as_a_table(engine: Engine) -> None:
    someone = Features(0, fam="suzuki", giv="ken", nm="ken suzuki", ini="k")
    table = pa.table({"nm": ["ken suzuki"], "count": [7]}, schema=NAMES)
    assert pair(someone, someone, engine, Site(5_000, table)) == pair(
        someone, someone, engine, Site(5_000, {"ken suzuki": 7})
    )


def test_records_of_which_nothing_is_known_weigh_the_prior(engine: Engine) -> None:
    row = pair(Features(0), Features(0), engine, Site(1_000))
    assert [row[part] for part in PARTS] == [0, 0, 0]
    assert row["weight"] == Site(1_000).prior(0.57)


def test_features_keep_their_order_and_types() -> None:
    table = table_of([Features(7, fam="sato", emails=("a@b.jp", "c@d.jp"), role=True)])
    assert table.schema.equals(FEATURES)
    assert table.to_pylist()[0]["emails"] == ["a@b.jp", "c@d.jp"]
    assert table_of([]).schema.equals(FEATURES)


def test_the_database_reaches_no_file_and_no_extension() -> None:
    connection = duck.connect(duck.Resources())
    with pytest.raises(duckdb.PermissionException):
        connection.execute("select * from read_csv('/etc/hostname')").fetchall()
    settings = "select name, value from duckdb_settings() where name in ('autoload_known_extensions', 'threads')"
    assert dict(connection.execute(settings).fetchall()) == {"autoload_known_extensions": "false", "threads": "2"}


def test_the_parts_of_a_weight_are_told_in_words(engine: Engine) -> None:
    someone = Features(0, fam="yamada", giv="tarou", nm="tarou yamada", ini="t", kj="太山田郎", kfam="山田")
    row = pair(someone, someone, engine, Site(1_000))
    name, email, place = parts(row)
    assert name.level == "kanji_and_reading"
    assert name.text.ja == f"氏名: 漢字も読みも同じ ({row['name'] / 1000:+.1f})"
    assert name.text.en == f"Name: same characters and same reading ({row['name'] / 1000:+.1f})"
    assert email.text.ja == "メール: 片方にアドレスがない (+0.0)"
    assert place.text.en == "Phone and company: neither can be compared (+0.0)"
    assert part_of("name", "kanji_and_reading", row["name"]) == name


def test_title_and_city_are_told_with_the_place(engine: Engine) -> None:
    someone = Features(0, cor="acmekougyou", title="部長", city="大阪")
    row = pair(someone, someone, engine, Site(1_000))
    place = parts(row)[2]
    assert place.level == "same_company+same_title_and_city"
    assert place.text.ja == f"電話と会社: 同じ会社、役職も所在地も同じ ({row['place'] / 1000:+.1f})"
    assert part_of("place", place.level, row["place"]) == place
    assert row["place"] > pair(replace(someone, title="", city=""), someone, engine, Site(1_000))["place"]


def test_a_level_of_an_older_model_is_shown_by_its_weight() -> None:
    assert part_of("name", "no longer there", -1500).text.en == "Name: -1.5"
    assert part_of("place", "gone+same_title", 1500).text.ja == "電話と会社: +1.5"


def levels(left: Features, right: Features, engine: Engine) -> tuple[str, ...]:
    return tuple(part.level for part in parts(pair(left, right, engine, Site(1_000))))


def test_a_second_number_counts_as_mobile_by_itself_only(engine: Engine) -> None:
    line, mobile, other = "+81312345678", "+819012345678", "+819087654321"
    at_desk = Features(0, ph=line, phones=(line, mobile))
    on_the_road = Features(0, ph=mobile, mob=True, phones=(mobile,))
    elsewhere = Features(0, ph=other, mob=True, phones=(other, line))
    assert levels(at_desk, on_the_road, engine)[2] == "same_mobile"
    assert levels(at_desk, elsewhere, engine)[2] == "same_line"


def test_a_second_address_in_common_counts_fully_only_with_the_name_in_it(engine: Engine) -> None:
    def someone(*emails: str) -> Features:
        local, _, domain = emails[0].partition("@")
        return Features(0, fam="yamada", em=emails[0], loc=local, edom=domain, emails=emails)

    own = someone("t.yamada@acme.jp", "yamada@acme.jp", "team@acme.jp")
    assert levels(own, someone("jiro@foo.jp", "yamada@acme.jp"), engine)[1] == "same_and_named"
    assert levels(own, someone("jiro@foo.jp", "team@acme.jp"), engine)[1] == "shared_mailbox"
