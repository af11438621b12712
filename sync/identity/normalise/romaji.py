"""Sounds in one spelling of Latin letters: satou, satoh, Satō, サトウ -> sato; Zyunpei, Jumpei -> junpei."""

from __future__ import annotations

import re
from functools import lru_cache

from sync.identity.normalise.letters import katakana, unaccented

_ROWS = """
アa イi ウu エe オo カka キki クku ケke コko サsa シshi スsu セse ソso タta チchi ツtsu テte トto
ナna ニni ヌnu ネne ノno ハha ヒhi フfu ヘhe ホho
マma ミmi ムmu メme モmo ヤya ユyu ヨyo ラra リri ルru レre ロro ワwa ヰi ヱe ヲo ンn
ガga ギgi グgu ゲge ゴgo ザza ジji ズzu ゼze ゾzo ダda ヂji ヅzu デde ドdo バba ビbi ブbu ベbe ボbo
パpa ピpi プpu ペpe ポpo
ヴbu ヴァba ヴィbi ヴェbe ヴォbo ファfa フィfi フェfe フォfo フュfyu ティti ディdi
トゥtu ドゥdu デュdyu テュtyu シェshe ジェje チェche ツァtsa ツィtsi ツェtse ツォtso ウィwi ウェwe ウォwo イェye
クァkwa クィkwi クェkwe クォkwo グァgwa ァa ィi ゥu ェe ォo ャya ュyu ョyo ヮwa ヵka ヶke
"""
_KANA = {found[1]: found[2] for found in re.finditer("([ァ-ヺ]+)([a-z]+)", _ROWS)}
_KANA["ー"] = ""
_KANA.update(
    {
        kana + small: (stem[:-1] + vowel if stem in ("shi", "chi", "ji") else stem[:-1] + "y" + vowel)
        for kana, stem in tuple(_KANA.items())
        if len(kana) == 1 and len(stem) > 1 and stem.endswith("i") and kana != "ヰ"
        for small, vowel in (("ャ", "a"), ("ュ", "u"), ("ョ", "o"))
    }
)
_SYLLABLE = re.compile("|".join(sorted(map(re.escape, _KANA), key=len, reverse=True)) + "|ッ|.", re.DOTALL)
_REPEATED = re.compile("(.)[ヽヾ]")


@lru_cache(maxsize=1 << 15)
def of_kana(kana: str) -> str:
    """Kana in folded romaji: サトウ, さとう -> sato. Spaces stay, other signs go."""
    return lengthless(spelled(kana))


def spelled(kana: str) -> str:
    """Kana letter by letter, long vowels as the kana write them: サトウ -> satou, チュウオウ -> chuuou."""
    parts: list[str] = []
    double = False
    for syllable in _SYLLABLE.findall(_REPEATED.sub(r"\1\1", katakana(kana))):
        if syllable == "ッ":
            double = True
            continue
        sound = _KANA.get(syllable, syllable if syllable == " " or syllable.isalnum() else "")
        parts.append(sound[0] + sound if double and sound and sound[0] in "kstcpgdbzjfrhm" else sound)
        double = False
    return "".join(parts)


_LENGTH = re.compile("ou|o{2,}|u{2,}|i{2,}|a{2,}|e{2,}")


def lengthless(romaji: str) -> str:
    """Without lengths of vowels, which people leave out or write in four ways (ou, oo, oh, ō)."""
    while _LENGTH.search(romaji):
        romaji = _LENGTH.sub(lambda found: found[0][0], romaji)
    return romaji


_JAPANESE = re.compile(
    r"""(?: (?: [kgnhbpmrstczjd]y | sh | ch | ts | dz | [kgsztdnhbpmyrwjf] )? [aeiou]
            (?: (?<=[ou])h (?: (?![aeiouyn]) | (?=n[aeiouy]) ) )?  # Satoh, Ohno, but not John
          | n(?![aeiouy]) | m(?=[bpm]) | ([kstpgdbzjf])(?=\1) | [ct](?=ch) )+""",
    re.VERBOSE,
)
_KUNREI = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (r"(?<=[ou])h(?![aeiouy])", ""),
        (r"m(?=[bpm])", "n"),
        (r"tch", "cch"),
        (r"tty", "cch"),
        (r"zzy|jjy", "jj"),
        (r"sy", "sh"),
        (r"[tc]y", "ch"),
        (r"[zjd]y", "j"),
        (r"tti", "cchi"),
        (r"si", "shi"),
        (r"ti", "chi"),
        (r"tu", "tsu"),
        (r"(?<![csp])hu", "fu"),
        (r"dz?i|zi", "ji"),
        (r"dz?u", "zu"),
        (r"wo", "o"),
    )
)


_NOT_PLAIN = re.compile("[ou]h(?![aeiouy])|m[bpm]|tch|[stczjd]y|[stzd]i|[thd]u|dz|wo")


def is_japanese(word: str) -> bool:
    """Whether a lower-case word can be read as romaji in any of the usual systems."""
    return _JAPANESE.fullmatch(word) is not None


@lru_cache(maxsize=1 << 16)
def folded(word: str) -> str:
    """One spelling of a Latin word: letters only, lower case; romaji of any system in one, other words as they are."""
    letters = "".join(c for c in unaccented(word.lower()) if c.isalnum())
    if not is_japanese(letters):
        return letters
    if _NOT_PLAIN.search(letters):
        for pattern, spelling in _KUNREI:
            letters = pattern.sub(spelling, letters)
    return lengthless(letters)
