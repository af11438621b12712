"""Company names as records hold them."""

from __future__ import annotations

import pytest

from sync.identity.normalise.companies import read


@pytest.mark.parametrize(
    "text",
    [
        "アクメ",
        "株式会社アクメ",
        "アクメ株式会社",
        "（株）アクメ",
        "アクメ（株）",
        "㈱アクメ",
        "ｱｸﾒ㈱",
        "株式会社 アクメ",
        "有限会社アクメ",
        "合同会社アクメ",
        "一般社団法人アクメ",
        "株式会社アクメ 東京支店",
        "アクメ株式会社大阪営業所",
        "アクメ株式会社 営業部",
        "株式会社アクメ（本社）",
        "アクメ 九州工場",
        "カブシキガイシャ アクメ",
    ],
)
def test_forms_and_branches_go(text: str) -> None:
    assert read(text).co == "アクメ"


@pytest.mark.parametrize(
    "text",
    [
        "Acme",
        "ACME",
        "Acme Inc.",
        "Acme, Inc",
        "Acme Co., Ltd.",
        "Acme Co.,Ltd",
        "Acme K.K.",
        "Acme KK",
        "Acme LLC",
        "Acme GmbH",
        "Acme Corp.",
        "Acme Corporation",
        "Acme PLC",
        "Acme S.A.",
        "Acme Pty Ltd",
        "Acme Limited",
        "Ａｃｍｅ",
        "The Acme Company",
        "Acme Co",
        "Kabushiki Kaisha Acme",
        "Acme Inc. Tokyo Branch",
        "Acme Japan Branch",
        "Acme (Japan)",
        "Acme Osaka Office",
    ],
)
def test_latin_forms_and_branches_go(text: str) -> None:
    assert read(text).co == "acme"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("株式会社アクメ", "Acme Inc."),
        ("スミス株式会社", "Smith Corp"),
        ("青葉製作所", "Aoba Seisakusho Co., Ltd."),
        ("山田工務店", "Yamada Komuten"),
        ("東京商事ホールディングス", "東京商事HD"),
        ("東京商事ホールディングス", "Tokyo Shoji Holdings, Inc."),
        ("サクラシステムズ", "さくらシステム"),
        ("さくらテクノロジー", "Sakura Technologies K.K."),
        ("日本フーズ", "Nippon Foods"),
        ("株式会社サ-ビス", "サービス"),
        ("テクノ・ソリューションズ", "テクノソリューションズ"),
        ("Johnson & Johnson", "Johnson and Johnson K.K."),
        ("Société Générale S.A.", "Societe Generale"),
        ("髙橋電機", "高橋電機株式会社"),
        ("関西アサヒ", "Kansai Asahi"),
    ],
)
def test_names_in_other_scripts_sound_the_same(one: str, other: str) -> None:
    assert read(one).cor == read(other).cor != ""


def test_kanji_on_no_list_stay_kanji_rather_than_half_a_guess() -> None:
    found = read("株式会社龘龘製作所")
    assert found.co == found.cor == "龘龘製作所"


@pytest.mark.parametrize("text", ["株式会社日本", "日本電気株式会社", "東京ガス", "大阪本町商店", "株式会社東京"])
def test_places_that_are_the_name_stay(text: str) -> None:
    assert read(text).co == text.replace("株式会社", "")


@pytest.mark.parametrize(
    "text", ["", "-", "なし", "個人", "不明", "N/A", "Self-employed", "フリーランス", "株式会社", "???"]
)
def test_what_names_no_company_gives_none(text: str) -> None:
    assert read(text) == ("", "")


def test_companies_that_share_a_word_stay_apart() -> None:
    sounds = {
        read(name).cor for name in ("青葉工業", "青葉商事", "青葉", "Aoba Foods", "若葉工業", "株式会社アオバ不動産")
    }
    assert len(sounds) == 6
