"""Finding words in CRM texts, Japanese and English alike.

A text is folded once (NFKC, lower case, ASCII runs and other runs as tokens between single spaces); then a
phrase is a plain substring. That keeps matching exact, quick, and expressible as LIKE in SQL. ASCII words
match whole tokens only ("price" is not in "enterprise", "trial" not in "industrial"), Japanese words match
anywhere ("部長" is in "営業部長").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_OTHER_TOKEN = r"\x00-\x7f\s・、。…「」『』【】〔〕《》〈〉〜–—‐·"  # what such a token does not hold
_TOKENS = re.compile(rf"[a-z0-9]+|[^{_OTHER_TOKEN}]+")
_BETWEEN_TOKENS = re.compile(rf"(?:(?![a-z0-9\n])[{_OTHER_TOKEN}])+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """The text as tokens, with a space before and after each; "" when nothing readable is in it."""
    tokens: list[str] = []
    after_single = False
    for token in _TOKENS.findall(unicodedata.normalize("NFKC", text).lower()):
        single = len(token) == 1 and not token.isascii()
        if single and after_single:
            tokens[-1] += token  # typeset titles: "部 長", "取 締 役"
        else:
            tokens.append(token)
        after_single = single
    return f" {' '.join(tokens)} " if tokens else ""


def squashed(texts: Iterable[str]) -> list[str]:
    """Each text as `fold` gives it, without any spaces; all in one go, which takes a fraction of the time."""
    lines = "\n".join(text.replace("\n", " ") for text in texts)
    return _BETWEEN_TOKENS.sub("", unicodedata.normalize("NFKC", lines).lower()).split("\n")


def needle(word: str) -> str:
    """The substring to look for in a folded text; "" when the word holds nothing readable."""
    folded = fold(word)
    if not folded:
        return ""
    before = "" if not folded[1].isascii() else " "
    after = "" if not folded[-2].isascii() else " "
    return before + folded[1:-1] + after


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words to look for, and phrases that are cut out of the text first because they mislead."""

    wanted: tuple[str, ...]
    misleading: tuple[str, ...] = ()

    def found_in(self, folded: str) -> bool:
        for phrase in self.misleading:
            if phrase in folded:
                folded = folded.replace(phrase, " ")
        return any(phrase in folded for phrase in self.wanted)


def phrases(wanted: Iterable[str], misleading: Iterable[str] = ()) -> Phrases:
    """Longest misleading phrase first, so that a shorter one inside it does not break it up."""
    cut = sorted({needle(word) for word in misleading} - {""}, key=lambda word: (-len(word), word))
    return Phrases(tuple(sorted({needle(word) for word in wanted} - {""})), tuple(cut))
