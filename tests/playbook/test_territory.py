"""One place, many spellings."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize("spelling", ["JP", "JPN", "Japan", "日本", "日本国", "japan "])
def test_japan_has_many_spellings(spelling: str) -> None:
    assert country_of(spelling) == "jp"


def test_other_countries_are_compared_without_case() -> None:
    assert country_of("Germany") == country_of("GERMANY") != country_of("Japan")
