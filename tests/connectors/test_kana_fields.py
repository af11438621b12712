"""Which fields hold the reading of a name: a table of what admins call them."""

from __future__ import annotations

import itertools

import pytest

from connectors.kana import KanaFields, kana_fields

FAMILY = [
    ("last_name_kana", "姓（フリガナ）"),
    ("a1", "お名前（セイ）"),
    ("a2", "セイ"),
    ("a3", "せい"),
    ("a4", "ｾｲ（ｶﾅ）"),
    ("a5", "姓_カナ"),
    ("a6", "フリガナ 姓"),
    ("a7", "お名前のふりがな（姓）"),
    ("furigana_sei", "ふりがな"),
    ("kanasei", ""),
    ("lastnamekana__c", "lastnamekana"),
    ("LastNameKana__c", "Last Name Kana"),
    ("phonetic_last_name", "Phonetic Last Name"),
]
GIVEN = [
    ("first_name_kana", "名（フリガナ）"),
    ("b1", "お名前（メイ）"),
    ("b2", "メイ"),
    ("b3", "めい"),
    ("b4", "フリガナ（名）"),
    ("b5", "下の名前（カナ）"),
    ("b6", "名フリガナ"),
    ("Kana_Mei__c", "メイ（カナ）"),
    ("meikana", ""),
    ("FirstNameKana__c", ""),
]
WHOLE = [
    ("furigana", "フリガナ"),
    ("c1", "ふりがな"),
    ("c2", "氏名カナ"),
    ("c3", "お名前（全角カナ）"),
    ("c4", "ご担当者名（フリガナ）"),
    ("c5", "セイメイ"),
    ("c6", "よみがな"),
    ("sei_mei_kana", ""),
    ("n_kana", "姓名（カナ）"),
]
NONE = [
    ("lastname", "姓"),
    ("mei", "名"),
    ("company_name_kana", "フリガナ"),
    ("d1", "会社名（フリガナ）"),
    ("d2", "ご住所フリガナ"),
    ("d3", "メイン担当"),
    ("d4", "カナダ拠点"),
    ("d5", "メール"),
    ("d6", "旧姓（カナ）"),
    ("d7", "読み込み日"),
    ("kanagawa_visits", "神奈川での訪問"),
    ("company_furigana__c", "フリガナ"),
    ("representative_kana", "Representative kana"),
]


@pytest.mark.parametrize(
    ("part", "name", "label"),
    [
        (part, *each)
        for part, listed in (("family", FAMILY), ("given", GIVEN), ("whole", WHOLE), ("", NONE))
        for each in listed
    ],
)
def test_a_field_is_told_by_its_name_or_label(part, name, label):
    found = kana_fields([(name, label)])
    assert found == (KanaFields(**{part: (name,)}) if part else KanaFields())


def test_the_answer_does_not_hang_on_the_order_of_the_definitions():
    some = [FAMILY[0], FAMILY[8], GIVEN[0], WHOLE[0]]
    answers = {kana_fields(order) for order in itertools.permutations(some)}
    assert answers == {KanaFields(("furigana_sei", "last_name_kana"), ("first_name_kana",), ("furigana",))}


def test_an_account_with_many_such_fields_is_asked_for_a_few():
    found = kana_fields((f"kana_sei_{n}", "") for n in range(50))
    assert found.family == ("kana_sei_0", "kana_sei_1", "kana_sei_10")


FIELDS = KanaFields(("sei", "old_sei"), ("mei",), ("whole",))


@pytest.mark.parametrize(
    ("values", "reading"),
    [
        ({"sei": "ヤマダ", "mei": "タロウ", "whole": "サトウ"}, ("ヤマダ", "タロウ")),
        ({"whole": "ヤマダ タロウ"}, ("ヤマダ タロウ", "")),
        ({"sei": "ヤマダ", "whole": "ヤマダ タロウ"}, ("ヤマダ タロウ", "")),
        ({"sei": "ヤマダ"}, ("ヤマダ", "")),
        ({"mei": "たろう"}, ("", "たろう")),
        ({"old_sei": "ﾔﾏﾀﾞ", "mei": "ﾀﾛｳ"}, ("ﾔﾏﾀﾞ", "ﾀﾛｳ")),
        ({"sei": "山田", "old_sei": "ヤマダ", "mei": "タロウ"}, ("ヤマダ", "タロウ")),
        ({"sei": "山田", "mei": "太郎"}, ("", "")),
        ({"sei": "-", "mei": "―", "whole": "123"}, ("", "")),
        ({"sei": "Yamada", "mei": "Taro"}, ("Yamada", "Taro")),
        ({}, ("", "")),
    ],
)
def test_a_reading_comes_whole_or_in_two_parts_and_kanji_are_none(values, reading):
    assert FIELDS.reading(lambda name: values.get(name, "")) == reading
