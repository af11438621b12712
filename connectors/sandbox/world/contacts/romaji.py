"""Katakana in Latin letters, in the systems that passports, keyboards, schools and habit have brought about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Romaji(NamedTuple):
    """One name in six spellings, capitalised: 佐藤, 大野 and 本間 give the examples."""

    passport: str  # Sato, Ono, Homma
    typed: str  # Satou, Oono, Honma: as typed on a keyboard
    with_h: str  # Satoh, Ohno, Honma
    plain: str  # Sato, Ono, Honma
    school: str  # Sato, Ono, Honma; but Huzita for Fujita
    macron: str  # Satō, Ōno, Honma


def romaji(kana: str, boundary: int = -1) -> Romaji:
    """All spellings of a katakana name. `boundary` is the place of a ウ that begins a word of its own, as in
    イノウエ, and so lengthens nothing."""
    morae = list(_morae(kana, boundary))
    hepburn = [_HEPBURN[mora] if mora != _LONG else mora for mora in morae]
    school = [_SCHOOL.get(mora) or _HEPBURN.get(mora, mora) for mora in morae]
    return Romaji(
        passport=_joined(hepburn, "", True),
        typed=_typed(kana),
        with_h=_joined(hepburn, "h", False),
        plain=_joined(hepburn, "", False),
        school=_joined(school, "", False),
        macron=_joined(hepburn, "macron", False),
    )


_LONG = "-"
_VOWELS = dict(zip("アイウエオ", "aiueo", strict=True))
_ROWS = {
    "カキクケコ": "ka ki ku ke ko",
    "サシスセソ": "sa shi su se so",
    "タチツテト": "ta chi tsu te to",
    "ナニヌネノ": "na ni nu ne no",
    "ハヒフヘホ": "ha hi fu he ho",
    "マミムメモ": "ma mi mu me mo",
    "ラリルレロ": "ra ri ru re ro",
    "ガギグゲゴ": "ga gi gu ge go",
    "ザジズゼゾ": "za ji zu ze zo",
    "ダヂヅデド": "da ji zu de do",
    "バビブベボ": "ba bi bu be bo",
    "パピプペポ": "pa pi pu pe po",
    "ヤユヨワヲンッー": "ya yu yo wa o n q -",
}
_GLIDES = dict(zip("ャュョ", "auo", strict=True))
_SCHOOL_ROWS = {"シ": "si", "チ": "ti", "ツ": "tu", "フ": "hu", "ジ": "zi", "ヂ": "zi", "ヅ": "zu"}


def _hepburn_table() -> dict[str, str]:
    table = dict(_VOWELS)
    for row, texts in _ROWS.items():
        table |= dict(zip(row, texts.split(), strict=True))
    for first in "キギシジチヒビピミリニ":
        stem = table[first][:-1] + ("" if first in "シジチ" else "y")
        table |= {first + glide: stem + vowel for glide, vowel in _GLIDES.items()}
    return table


_HEPBURN = _hepburn_table()
_SCHOOL = _SCHOOL_ROWS | {
    first + glide: _SCHOOL_ROWS[first][0] + "y" + vowel for first in "シジチ" for glide, vowel in _GLIDES.items()
}


def _morae(kana: str, boundary: int) -> Iterator[str]:
    """Each mora; the second half of a long o or u as a dash."""
    place, vowel = 0, ""
    while place < len(kana):
        mora = kana[place : place + 2] if kana[place : place + 2] in _HEPBURN else kana[place]
        if place != boundary and vowel + mora in ("oウ", "oオ", "uウ"):
            yield _LONG
            vowel = ""
        else:
            yield mora
            vowel = _HEPBURN[mora][-1]
        place += len(mora)


def _joined(parts: list[str], long: str, labial: bool) -> str:
    """`long` is what a lengthened vowel gets: nothing, an h, or a macron."""
    word = ""
    for place, part in enumerate(parts):
        after = parts[place + 1] if place + 1 < len(parts) else ""
        if part == _LONG:
            word = _lengthened(word, long, after)
        elif part == "q":
            word += "t" if after.startswith("ch") else after[:1]
        elif part == "n" and labial and after[:1] in ("b", "m", "p"):
            word += "m"
        else:
            word += part
    return word.capitalize()


def _lengthened(word: str, long: str, after: str) -> str:
    if long == "macron":
        return word[:-1] + {"o": "ō", "u": "ū"}[word[-1]]
    if long == "h" and word[-1] == "o" and after[:1] not in ("a", "i", "u", "e", "o", "y"):
        return word + "h"
    return word


def _typed(kana: str) -> str:
    """Letter for letter as a keyboard wants it."""
    parts: list[str] = []
    place = 0
    while place < len(kana):
        mora = kana[place : place + 2] if kana[place : place + 2] in _HEPBURN else kana[place]
        parts.append(_HEPBURN[mora])
        place += len(mora)
    return _joined(parts, "", False)
