"""Cutting a text into the longest known words: what Japanese dictionaries call longest match.

Scanning goes from the left, and a longer word hides the shorter ones inside it: 部長代理 is found and no 部長, 建設機械
and no 建設. So an exception is nothing but a longer word with another meaning. English words match whole words;
Japanese ones match anywhere and may be spaced out, as in 部長 代理 or ヴァイス・プレジデント.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sync.scoring.phrases import fold

Meaning = TypeVar("Meaning")
_BESIDE_JAPANESE = re.compile(r" (?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) ")


@dataclass(frozen=True, slots=True)
class Lexicon(Generic[Meaning]):
    """Words and what each means; built by `lexicon`."""

    meanings: Mapping[str, Meaning]
    by_first: Mapping[str, Sequence[str]]  # first letter -> words, longest first

    def found_in(self, folded: str) -> Iterator[Meaning]:
        """What the words of a folded text mean, from left to right."""
        text = f" {_closed_up(folded)} "
        position = 1
        while position < len(text):
            word = self._longest_at(text, position)
            if word:
                yield self.meanings[word]
            position += len(word) or 1

    def _longest_at(self, text: str, start: int) -> str:
        for word in self.by_first.get(text[start], ()):
            if text.startswith(word, start) and not (_inside(text, start) or _inside(text, start + len(word))):
                return word
        return ""


def lexicon(words: Iterable[tuple[str, Meaning]]) -> Lexicon[Meaning]:
    """Of words given twice the first meaning counts; words without a letter are left out."""
    meanings: dict[str, Meaning] = {}
    for word, meaning in words:
        if closed := _closed_up(fold(word)):
            meanings.setdefault(closed, meaning)
    by_first: dict[str, list[str]] = {}
    for word in sorted(meanings, key=lambda word: (-len(word), word)):
        by_first.setdefault(word[0], []).append(word)
    return Lexicon(meanings, by_first)


def _closed_up(folded: str) -> str:
    """Spaces stay between English words only; beside Japanese letters words end without them."""
    return _BESIDE_JAPANESE.sub("", folded).strip()


def _inside(text: str, at: int) -> bool:
    """Whether an English word goes on over this place."""
    before, after = text[at - 1], text[at]
    return before.isascii() and after.isascii() and before != " " and after != " "
