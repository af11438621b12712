"""Places as CRMs spell them: 東京, 東京都, Tokyo and JP-13 are one region; 米国, United States and US one country.

Rules and records go through the same functions. The spellings of countries are data, config/vocabulary/countries.yaml.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

import yaml

from sync.scoring.phrases import fold

# In the order of their codes, JP-01 to JP-47.
_PREFECTURES = tuple(
    entry.split(":")
    for entry in """
    北海道:hokkaido 青森県:aomori 岩手県:iwate 宮城県:miyagi 秋田県:akita 山形県:yamagata 福島県:fukushima
    茨城県:ibaraki 栃木県:tochigi 群馬県:gunma 埼玉県:saitama 千葉県:chiba 東京都:tokyo 神奈川県:kanagawa
    新潟県:niigata 富山県:toyama 石川県:ishikawa 福井県:fukui 山梨県:yamanashi 長野県:nagano 岐阜県:gifu
    静岡県:shizuoka 愛知県:aichi 三重県:mie 滋賀県:shiga 京都府:kyoto 大阪府:osaka 兵庫県:hyogo 奈良県:nara
    和歌山県:wakayama 鳥取県:tottori 島根県:shimane 岡山県:okayama 広島県:hiroshima 山口県:yamaguchi 徳島県:tokushima
    香川県:kagawa 愛媛県:ehime 高知県:kochi 福岡県:fukuoka 佐賀県:saga 長崎県:nagasaki 熊本県:kumamoto 大分県:oita
    宮崎県:miyazaki 鹿児島県:kagoshima 沖縄県:okinawa
    """.split()
)
# First and last prefecture of each area; an area of the map is a run of codes but for 甲信越 and 東海.
_AREAS: dict[str, tuple[range, ...]] = {
    "東北 tohoku": (range(2, 8),),
    "関東 kanto": (range(8, 15),),
    "甲信越 koshinetsu": (range(15, 16), range(19, 21)),
    "北陸 hokuriku": (range(16, 19),),
    "東海 tokai": (range(21, 25),),
    "中部 chubu": (range(15, 24),),
    "近畿 関西 kinki kansai": (range(25, 31),),
    "中国 chugoku": (range(31, 36),),
    "四国 shikoku": (range(36, 40),),
    "九州 kyushu": (range(40, 47),),
}
_ENDING = re.compile(r"( (ken|fu|to|do|prefecture|pref|metropolis))+$")
_AREA_ENDING = re.compile(r"(地方|エリア| area| region)$")


@lru_cache(maxsize=4_096)
def country_of(text: str) -> str:
    """The ISO code of a country however it is spelt, else the text in one spelling; "" for a blank text."""
    plain = _plain(text).removeprefix("the ")
    return _countries().get(plain, plain)


@cache
def _countries() -> dict[str, str]:
    """Spelling -> ISO code."""
    file = resources.files("config").joinpath("vocabulary", "countries.yaml")
    spellings: dict[str, list[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))["countries"]
    return {_plain(spelling): code for code, others in spellings.items() for spelling in (code, *others)}


@lru_cache(maxsize=16_384)
def region_of(text: str) -> str:
    """JP-13 for a Japanese prefecture however it is spelt, else the text in one spelling."""
    plain = _plain(text)
    if plain in _SPELLINGS:
        return _SPELLINGS[plain]
    bare = _ENDING.sub("", plain)
    if bare in _SPELLINGS:
        return _SPELLINGS[bare]
    # Whole names only: 京都 is in 東京都, 京都府 is not.
    return next((code for name, code in _FULL.items() if name in plain), plain)


def regions_of(text: str) -> frozenset[str]:
    """The regions that a word of a playbook stands for: several for an area such as 関東."""
    area = _AREA_ENDING.sub("", _plain(text))
    return _MEMBERS.get(area) or frozenset({region_of(text)})


def _plain(text: str) -> str:
    return fold(text).strip()


def _code(number: int) -> str:
    return f"JP-{number:02d}"


def _spellings() -> dict[str, str]:
    found: dict[str, str] = {}
    for number, (name, romaji) in enumerate(_PREFECTURES, 1):
        short = name if name == "北海道" else name[:-1]
        for spelling in (name, short, romaji, f"jp {number:02d}", f"{number:02d}"):
            found[spelling] = _code(number)
    return found | {"oosaka": _code(27), "ohita": _code(44), "hyougo": _code(28), "kouchi": _code(39)}


_SPELLINGS = _spellings()
_FULL = {name: _code(number) for number, (name, _) in enumerate(_PREFECTURES, 1)}
_MEMBERS = {
    name: frozenset(_code(number) for run in runs for number in run)
    for names, runs in _AREAS.items()
    for name in names.split()
}
