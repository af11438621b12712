"""One place, many spellings."""

from __future__ import annotations

from importlib import resources

import pytest
import yaml

from sync.handoff.territory import country_of, region_of, regions_of


@pytest.mark.parametrize(
    "spelling",
    ["東京都", "東京", "Tokyo", "TOKYO", "Tokyo-to", "Tokyo Metropolis", "JP-13", "13", "東京都千代田区", "ＴＯＫＹＯ"],
)
def test_one_prefecture_has_many_spellings(spelling: str) -> None:
    assert region_of(spelling) == "JP-13"


def test_kyoto_is_not_in_tokyo() -> None:
    assert (region_of("京都府"), region_of("京都"), region_of("Kyoto")) == ("JP-26",) * 3


def test_other_regions_stay_what_they_are() -> None:
    assert (region_of("California"), region_of("california "), region_of("")) == ("california", "california", "")


def test_an_area_is_its_prefectures() -> None:
    assert regions_of("関東") == {f"JP-{number:02d}" for number in range(8, 15)}
    assert regions_of("関西") == regions_of("Kinki") == regions_of("関西エリア")
    assert regions_of("大阪府") == {"JP-27"}
    japan = [regions_of(area) for area in ("東北", "関東", "甲信越", "北陸", "東海", "近畿", "中国", "四国", "九州")]
    covered = frozenset[str]().union(*japan) | regions_of("北海道") | regions_of("沖縄")
    assert len(covered) == 47
    assert sum(map(len, japan)) == 45  # none lies in two


@pytest.mark.parametrize("spelling", ["JP", "jp", "JPN", "Japan", "日本", "日本国", "japan ", "ＪＡＰＡＮ"])
def test_japan_has_many_spellings(spelling: str) -> None:
    assert country_of(spelling) == "JP"


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        ("US", "US, USA, U.S., U.S.A., United States, the United States, United States of America, アメリカ, 米国"),
        ("GB", "GB, UK, U.K., United Kingdom, Great Britain, England, イギリス, 英国"),
        ("CN", "CN, China, P.R. China, People's Republic of China, 中国, 中華人民共和国"),
        ("TW", "TW, TWN, Taiwan, 台湾, 臺灣"),
        ("KR", "KR, Korea, South Korea, Republic of Korea, 韓国, 大韓民国"),
        ("SG", "SG, Singapore, シンガポール"),
        ("TH", "TH, Thailand, タイ"),
        ("VN", "VN, Vietnam, Viet Nam, ベトナム"),
        ("ID", "ID, Indonesia, インドネシア"),
        ("MY", "MY, Malaysia, マレーシア"),
        ("PH", "PH, the Philippines, フィリピン"),
        ("IN", "IN, India, インド"),
        ("DE", "DE, Germany, GERMANY, Deutschland, ドイツ"),
        ("FR", "FR, France, フランス"),
        ("NO", "NO, Norway, ノルウェー"),
    ],
)
def test_a_country_s_names_and_codes_are_one(code: str, spellings: str) -> None:
    assert {country_of(spelling) for spelling in spellings.split(", ")} == {code}


def test_no_spelling_stands_for_two_countries() -> None:
    file = resources.files("config").joinpath("vocabulary", "countries.yaml")
    listed = yaml.safe_load(file.read_text(encoding="utf-8"))["countries"]
    assert len(listed) >= 40
    assert {spelling: country_of(spelling) for code in listed for spelling in (code, *listed[code])} == {
        spelling: code for code in listed for spelling in (code, *listed[code])
    }


def test_countries_that_are_not_listed_are_compared_without_case() -> None:
    assert country_of("Bhutan") == country_of("BHUTAN ") != country_of("")
