"""Records of every shape, most of them near misses of each other, so that every level of the model applies."""

import random
from collections import Counter
from collections.abc import Callable

import pyarrow as pa
import pytest

from sync.identity.engine.columns import PAIRS, table_of
from sync.identity.engine.site import Site
from sync.identity.features import Features

FAMILIES = ["yamada", "yamata", "satou", "suzuki", "smith", "smyth", "takahashi", ""]
GIVEN = ["taro", "taroo", "jirou", "hanako", "john", "jon", "", ""]
KANJI = ["太山田郎", "太山朗田", "佐次藤郎", "", "", ""]
LOCALS = ["taro.yamada", "taro.yamada2", "taro.yamade", "t.yamada", "info", "sunflower77", "yamada", "ty"]
DOMAINS = ["acme.jp", "acme-group.jp", "foo.com", "gmail.com", "gmial.com"]
COMPANIES = ["acme", "acmekougyou", "acmekougyo", "foo", "barsystems", ""]
TITLES = ["部長", "課長", "director", "manager", ""]
CITIES = ["大阪府大阪市", "大阪", "tokyo", "東京", ""]
NUMBERS = ["+819012345678", "+818012345678", "+81312345678", "+81312345679", "", ""]


def feature(id: int, source: random.Random) -> Features:
    family, given = source.choice(FAMILIES), source.choice(GIVEN)
    kanji = source.choice(KANJI)
    local, domain = source.choice(LOCALS), source.choice(DOMAINS)
    mailbox = f"{local}@{domain}" if source.random() < 0.8 else ""
    others = ("x@acme.jp",) if mailbox and source.random() < 0.15 else ()
    numbers = [number for number in (source.choice(NUMBERS), source.choice(NUMBERS)) if number]
    return Features(
        id=id,
        fam=family,
        giv=given,
        nm=" ".join(sorted(part for part in (family, given) if part)),
        ini=given[:1] or source.choice(["", "t", "j"]),
        kj=kanji,
        kfam=source.choice(["山田", "佐藤", ""]) if kanji else "",
        em=mailbox,
        loc=local if mailbox else "",
        edom=domain if mailbox else "",
        role=local == "info",
        free=domain in ("gmail.com", "gmial.com"),
        ph=numbers[0] if numbers else "",
        mob=bool(numbers) and numbers[0].startswith(("+8190", "+8180")),
        cor=source.choice(COMPANIES),
        dom=domain if source.random() < 0.5 and "gm" not in domain else "",
        emails=tuple(dict.fromkeys((mailbox, *others))) if mailbox else (),
        phones=tuple(dict.fromkeys(numbers)),
        title=source.choice(TITLES),
        city=source.choice(CITIES),
    )


@pytest.fixture(scope="session")
def records() -> list[Features]:
    source = random.Random(20261121)
    return [feature(id, source) for id in range(1500)]


@pytest.fixture(scope="session")
def features(records: list[Features]) -> pa.Table:
    return table_of(records)


@pytest.fixture(scope="session")
def pairs() -> pa.Table:
    source = random.Random(4)
    chosen = sorted({tuple(sorted(source.sample(range(1500), 2))) for _ in range(40_000)})
    return pa.table({"left": [pair[0] for pair in chosen], "right": [pair[1] for pair in chosen]}, schema=PAIRS)


@pytest.fixture(scope="session")
def site(records: list[Features]) -> Site:
    return Site(len(records), Counter(record.nm for record in records if record.nm))


@pytest.fixture(scope="session")
def in_order() -> Callable[[pa.Table], list[dict[str, int]]]:
    return lambda table: table.sort_by([("left", "ascending"), ("right", "ascending")]).to_pylist()
