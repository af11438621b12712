"""Whatever a record holds, it normalises, always alike."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.identity.features import RawPerson
from sync.identity.normalise import VERSION, dictionary, edition, normalise, tables
from sync.identity.normalise.letters import new_forms, plain
from sync.identity.normalise.romaji import folded, of_kana

_PIECES = st.sampled_from(
    "山田 太郎 タロウ ﾔﾏﾀﾞ やまだ Taro YAMADA O'Brien 様 部長 (旧姓 株式会社 ㈱ ) ・ , ; - + @ . "
    "example.jp 03 090 1234 内線 ext +81 ー ッ ン 𠮷 é ß".split()
)
_TEXTS = st.one_of(
    st.text(max_size=30), st.lists(_PIECES, max_size=6).map("".join), st.lists(_PIECES, max_size=6).map(" ".join)
)
_RECORDS = st.builds(
    RawPerson,
    id=st.just(1),
    given_name=_TEXTS,
    family_name=_TEXTS,
    full_name=_TEXTS,
    given_kana=_TEXTS,
    family_kana=_TEXTS,
    emails=st.lists(_TEXTS, max_size=2).map(tuple),
    phones=st.lists(_TEXTS, max_size=2).map(tuple),
    company=_TEXTS,
    domain=_TEXTS,
    title=_TEXTS,
    city=_TEXTS,
    country=_TEXTS,
)
_FAMILIES = st.sampled_from(
    sorted(k for k, s in tables.surnames().items() if s.people > 100_000 and k not in tables.given_readings())
)
_GIVENS = st.sampled_from(sorted(k for k in tables.known_given() if k not in tables.surnames() and len(k) > 1))


@settings(max_examples=300, deadline=None)
@given(_RECORDS)
def test_no_text_raises_and_every_text_gives_the_same_twice(record: RawPerson) -> None:
    found = normalise(record)
    assert found == normalise(record)
    assert found.nm == " ".join(sorted((found.fam, found.giv))) if found.fam and found.giv else found.nm == ""
    assert found.emails[:1] == ((found.em,) if found.em else ())
    assert found.phones[:1] == ((found.ph,) if found.ph else ())
    assert bool(found.co) == bool(found.cor)


@settings(deadline=None)
@given(_FAMILIES, _GIVENS)
def test_common_names_are_found_in_either_order_and_unspaced(family: str, given_name: str) -> None:
    told = normalise(RawPerson(1, family_name=family, given_name=given_name))
    assert told.kfam == family
    assert normalise(RawPerson(1, family_name=given_name, given_name=family)) == told
    assert normalise(RawPerson(1, full_name=f"{given_name} {family}")) == told
    assert normalise(RawPerson(1, full_name=family + given_name)).nm == told.nm


@settings(deadline=None)
@given(_FAMILIES, _GIVENS)
def test_common_names_in_romaji_match_their_kanji_in_either_order(family: str, given_name: str) -> None:
    told = normalise(RawPerson(1, family_name=family, given_name=given_name))
    assert normalise(RawPerson(1, full_name=f"{told.fam} {told.giv}")).nm == told.nm
    assert normalise(RawPerson(1, full_name=f"{told.giv} {told.fam}")).nm == told.nm


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert new_forms(new_forms(text)) == new_forms(text)
    assert folded(folded(text)) == folded(text)
    assert of_kana(of_kana(text)) == of_kana(text)


def test_the_region_says_where_numbers_without_a_country_are() -> None:
    record = RawPerson(1, phones=("020 7946 0958",))
    assert normalise(record, region="GB").ph == "+442079460958"


def test_stored_features_are_made_anew_when_the_version_or_the_dictionary_changes() -> None:
    assert edition() == (f"{VERSION}+dictionary" if dictionary.is_installed() else str(VERSION))
