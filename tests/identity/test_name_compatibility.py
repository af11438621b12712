"""Which names can be one person's, once a mailbox or a number speaks for it."""

from __future__ import annotations

import pytest

from sync.identity.features import Features
from sync.identity.names import bears, compatible, full_kanji, near, same_full_name


def romaji(family: str = "", given: str = "", initial: str = "") -> Features:
    both = " ".join(sorted(part for part in (family, given) if part))
    return Features(0, fam=family, giv=given, nm=both, ini=initial or given[:1])


def kanji(family: str, given: str, family_read: str = "", given_read: str = "") -> Features:
    read = romaji(family_read, given_read)
    return Features(
        0, fam=read.fam, giv=read.giv, nm=read.nm, ini=read.ini, kj="".join(sorted(family + given)), kfam=family
    )


ALIKE = {
    "the same": (romaji("yamada", "taro"), romaji("yamada", "taro")),
    "no name on one side": (romaji(), romaji("yamada", "taro")),
    "an initial": (romaji("yamada", "", "t"), romaji("yamada", "taro")),
    "a family name alone": (romaji("yamada"), romaji("yamada", "taro")),
    "a given name alone": (romaji("", "taro"), romaji("yamada", "taro")),
    "swapped parts": (romaji("taro", "yamada"), romaji("yamada", "taro")),
    "a typo": (romaji("yamada", "taro"), romaji("yamaad", "taro")),
    "a given name cut short": (romaji("brown", "alex"), romaji("brown", "alexander")),
    "marriage": (romaji("yamada", "hanako"), romaji("suzuki", "hanako")),
    "marriage in kanji": (kanji("山田", "花子"), kanji("鈴木", "花子")),
    "a kanji mistyped": (kanji("山田", "太郎"), kanji("山田", "大郎")),
    "kanji and letters": (kanji("山田", "太郎", "yamada", "taro"), romaji("yamada", "taro")),
    "the same reading in other kanji": (kanji("伊藤", "浩", "ito", "hiroshi"), kanji("伊東", "博", "ito", "hiroshi")),
}
UNLIKE = {
    "two given names": (romaji("yamada", "taro"), romaji("yamada", "kenji")),
    "two initials": (romaji("yamada", "", "t"), romaji("yamada", "kenji")),
    "two people": (romaji("yamada", "taro"), romaji("suzuki", "kenji")),
    "two people in kanji": (kanji("山田", "太郎"), kanji("鈴木", "健二")),
    "short names one letter apart": (romaji("ito", "ken"), romaji("ido", "jun")),
    "one given name in kanji, another family name in letters": (kanji("山田", "太郎"), romaji("suzuki", "ken")),
}


@pytest.mark.parametrize("case", ALIKE)
def test_names_that_can_be_one_persons(case: str) -> None:
    a, b = ALIKE[case]
    assert compatible(a, b)
    assert compatible(b, a)


@pytest.mark.parametrize("case", UNLIKE)
def test_names_that_cannot_be_one_persons(case: str) -> None:
    a, b = UNLIKE[case]
    assert not compatible(a, b)
    assert not compatible(b, a)


@pytest.mark.parametrize(
    ("local", "family", "given", "borne"),
    [
        ("taro.yamada", "yamada", "taro", True),
        ("tyamada", "yamada", "taro", True),
        ("yamada2", "yamada", "", True),
        ("yamadataro", "yamada", "taro", True),
        ("abe", "abe", "", True),
        ("satoh.t", "sato", "taro", True),
        ("y-abe", "abe", "yuki", True),
        ("watanabe", "abe", "", False),
        ("kikaku", "yamada", "taro", False),
        ("taro.yamada", "suzuki", "taro", False),
        ("sales", "", "", False),
    ],
)
def test_a_mailbox_bears_a_family_name_alone_or_beside_what_belongs_to_it(
    local: str, family: str, given: str, borne: bool
) -> None:
    assert bears(local, romaji(family, given)) is borne


def test_a_full_name_is_the_same_only_when_both_parts_are_known_and_no_kanji_contradicts() -> None:
    assert same_full_name(romaji("yamada", "taro"), romaji("taro", "yamada"))
    assert not same_full_name(romaji("yamada", "", "t"), romaji("yamada", "", "t"))
    assert not same_full_name(kanji("伊藤", "浩", "ito", "hiroshi"), kanji("伊東", "博", "ito", "hiroshi"))


def test_a_family_name_in_kanji_alone_is_no_full_name() -> None:
    assert full_kanji(kanji("長谷川", "")) == ""
    assert full_kanji(kanji("森", "進")) == "".join(sorted("森進"))
    assert full_kanji(Features(0, kj="太山田郎")) == "太山田郎"


@pytest.mark.parametrize(
    ("x", "y", "is_near"),
    [("yamada", "yamdaa", True), ("kato", "katoh", True), ("ito", "ido", False), ("yamada", "yamashita", False)],
)
def test_a_typo_keeps_names_near(x: str, y: str, is_near: bool) -> None:
    assert near(x, y) is is_near
