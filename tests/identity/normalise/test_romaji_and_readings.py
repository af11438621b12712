"""Romaji in one spelling, and kanji read without a dictionary."""

from __future__ import annotations

import pytest

from sync.identity.normalise import dictionary, readings, tables
from sync.identity.normalise.learn import aligned, shares
from sync.identity.normalise.romaji import folded, of_kana, spelled


@pytest.mark.parametrize(
    ("spellings", "one"),
    [
        ("satou satoh Sato SATO Satō Satô", "sato"),
        ("Itoh Itou Ito Itō", "ito"),
        ("Ohno Oono Ono Ōno", "ono"),
        ("Jumpei Junpei Zyunpei Jyunpei Zyumpei", "junpei"),
        ("Tsuchiya Tutiya Tuchiya", "tsuchiya"),
        ("Fujita Hujita", "fujita"),
        ("Shoji Syouji Shouji Syozi", "shoji"),
        ("Shin'ichi Shinichi Siniti", "shinichi"),
        ("Kouhei Kohei Kohhei Koohei", "kohei"),
        ("Yuuki Yuki Yuhki Yūki", "yuki"),
        ("Honma Homma", "honma"),
        ("Hattori", "hattori"),
        ("Matchi Macchi Matti", "macchi"),
        ("Keiichi Keichi", "keichi"),
        ("John", "john"),
        ("Johnson", "johnson"),
        ("O'Brien", "obrien"),
    ],
)
def test_romaji_of_every_system_is_one(spellings: str, one: str) -> None:
    assert {folded(spelling) for spelling in spellings.split()} == {one}


@pytest.mark.parametrize(
    ("kana", "romaji"),
    [
        ("サトウ", "sato"),
        ("さとう", "sato"),
        ("ハットリ", "hattori"),
        ("ジュンペイ", "junpei"),
        ("ユーコ", "yuko"),
        ("シンイチ", "shinichi"),
        ("マッチ", "macchi"),
        ("ギョウザ", "gyoza"),
        ("いのうえ", "inoe"),
        ("ヴァン", "ban"),
        ("ティム", "timu"),
    ],
)
def test_kana_sound_like_romaji(kana: str, romaji: str) -> None:
    assert of_kana(kana) == romaji


_KUNREI = (
    ("sh", "sy"),
    ("ch", "ty"),
    ("j", "zy"),
    ("syi", "si"),
    ("tyi", "ti"),
    ("zyi", "zi"),
    ("tsu", "tu"),
    ("fu", "hu"),
)


def test_every_listed_name_sounds_the_same_in_kana_hepburn_and_kunrei() -> None:
    for kana in (*tables.surname_kana(), *tables.reading_weights()):
        hepburn = kunrei = spelled(kana)
        for one, other in _KUNREI:
            kunrei = kunrei.replace(one, other)
        if "cch" not in hepburn and "jj" not in hepburn:
            assert folded(hepburn) == folded(kunrei) == of_kana(kana), kana


def test_folding_is_idempotent_for_every_listed_name() -> None:
    for kana in (*tables.surname_kana(), *tables.reading_weights()):
        assert folded(of_kana(kana)) == of_kana(kana)


def test_the_likeliest_reading_comes_first_and_others_follow() -> None:
    assert readings.family("河野") == ("コウノ", "カワノ")
    assert readings.given("裕子")[0] == "ユウコ"
    assert "ヒロコ" in readings.given("裕子")


def test_names_on_no_list_are_put_together_from_their_kanji() -> None:
    assert "健翔" not in tables.known_given()
    assert of_kana(readings.given("健翔")[0]).startswith("ken")
    assert readings.family("龘龘") in ((), ("トウトウ",))


def test_unlisted_surnames_are_read_even_without_the_dictionary() -> None:
    listed = tables.surnames()
    assert "小比類巻" not in listed
    assert "コヒルイマキ" in readings.composed("小比類巻", "family")


def test_the_dictionary_reads_surnames_on_no_list_where_it_is_installed() -> None:
    read = dictionary.surname("綾小路")
    assert read == ("アヤノコウジ" if dictionary.is_installed() else "")
    assert readings.family("綾小路")[0] == (read or readings.composed("綾小路", "family")[0])


def test_readings_of_kanji_are_learnt_from_names_that_contain_them() -> None:
    learnt = shares(
        [("健一", "ケンイチ", 1.0), ("健二", "ケンジ", 1.0), ("一郎", "イチロウ", 1.0), ("二郎", "ジロウ", 1.0)]
    )
    assert max(learnt["健"], key=lambda kana: learnt["健"][kana]) == "ケン"
    assert max(learnt["郎"], key=lambda kana: learnt["郎"][kana]) == "ロウ"


def test_kana_never_begin_a_kanji_with_a_small_letter() -> None:
    assert list(aligned("京子", "キョウコ")) == [(("京", "キョ"), ("子", "ウコ")), (("京", "キョウ"), ("子", "コ"))]
