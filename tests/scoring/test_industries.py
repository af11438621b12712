from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sync.scoring.industries import SECTORS, read_words, sector_of, shipped_words
from sync.scoring.lexicon import lexicon
from sync.scoring.phrases import fold, needle

with (Path(__file__).parent / "industries.csv").open(encoding="utf-8", newline="") as file:
    LABELLED = [(row["industry"], row["sector"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("industry", "sector"), LABELLED)
def test_an_industry_in_either_crms_or_japanese_words_is_read_as_its_sector(industry: str, sector: str) -> None:
    assert sector_of(industry) == sector


def test_the_labelled_list_is_long_and_covers_every_sector() -> None:
    assert len(LABELLED) >= 200
    assert {sector for _, sector in LABELLED} == {*SECTORS, ""}


@pytest.mark.parametrize("blank", ["", "   ", "--", "？？"])
def test_a_blank_industry_is_in_no_sector(blank: str) -> None:
    assert sector_of(blank) == ""


@pytest.mark.parametrize(
    ("industry", "same"),
    [
        ("ＩＴ・情報通信", "IT・情報通信"),
        ("COMPUTER_SOFTWARE", "computer software"),
        ("ﾒｰｶｰ（機械）", "メーカー(機械)"),
        ("建設 機械", "建設機械"),
    ],
)
def test_width_case_and_spaces_do_not_matter(industry: str, same: str) -> None:
    assert sector_of(industry) == sector_of(same) != ""


def test_an_english_word_inside_another_is_not_found() -> None:
    assert sector_of("commITtee of itinerant artists") == ""


def test_every_sector_has_words_and_no_word_is_in_two_sectors() -> None:
    words = shipped_words()
    assert list(words) == list(SECTORS)
    homes: dict[tuple[bool, str], set[str]] = {}
    for sector, lists in words.items():
        for kind, entries in lists.items():
            for word in entries:
                assert needle(word), f"{word!r} of {sector} holds nothing to look for"
                homes.setdefault((kind == "codes", fold(word)), set()).add(sector)
    assert not {word: sectors for word, sectors in homes.items() if len(sectors) > 1}


def test_sector_names_are_in_both_languages() -> None:
    assert all(label.en and label.ja and label.en != label.ja for label in SECTORS.values())


def test_the_kind_of_business_counts_before_its_goods_and_goods_before_making_things() -> None:
    words = read_words({"wholesale": {"deciding": ["卸売"]}, "food": {"words": ["食品"]}, "made": {"loose": ["製造"]}})
    found = [words.sector_of(text) for text in ("卸売業(食品)", "食品卸売", "製造(食品)", "食品製造", "製造業")]
    assert found == ["wholesale", "wholesale", "food", "food", "made"]


def test_the_longest_word_at_a_place_hides_those_inside_it() -> None:
    words = lexicon([("建設", "site"), ("建設機械", "machine"), ("trial", "test"), ("industrial trial", "both")])
    assert list(words.found_in(fold("建設機械と建設"))) == ["machine", "site"]
    assert list(words.found_in(fold("Industrial trial, trial; industrial"))) == ["both", "test"]


def test_no_words_find_nothing() -> None:
    assert list(lexicon([("", "x"), ("・", "y")]).found_in(fold("anything 何か"))) == []
