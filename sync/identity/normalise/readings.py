"""Kanji of names read aloud, in katakana, the likeliest reading first.

Three sources, in this order: names whose usual reading is known; names the tables list with several readings, of
which the likeliest kanji by kanji is taken; everything else put together kanji by kanji.
"""

from __future__ import annotations

import heapq
import json
import math
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from sync.identity.normalise import dictionary, tables
from sync.identity.normalise.letters import has_kanji, katakana
from sync.identity.normalise.romaji import of_kana

_UNKNOWN = 1e-4  # share of a reading nobody has seen for a kanji
_GUESSES = 60  # combinations looked at for a name on no list
_HEARD = {"family": 0.2, "given": 1.0}  # what it counts that a composed reading is known from names in other kanji
_OPTIONS = 6
_MOST_COMPOSED = 24

Kind = Literal["family", "given"]
Shares = dict[str, tuple[tuple[str, float], ...]]


@lru_cache(maxsize=1 << 14)
def family(kanji: str) -> tuple[str, ...]:
    """Readings of a surname; () when a kanji of it is in no name the tables hold."""
    if known := tables.surnames().get(kanji):
        return (known.kana, *known.others)
    guesses = composed(kanji, "family")
    found = dictionary.surname(kanji)
    return tuple(dict.fromkeys((found, *guesses))) if found else guesses


@lru_cache(maxsize=1 << 15)
def given(kanji: str) -> tuple[str, ...]:
    """Readings of a given name; () when a kanji of it is in no name the tables hold."""
    usual = tables.known_given().get(kanji)
    listed = tables.given_readings().get(kanji, ())
    if not listed:
        return (usual,) if usual else composed(kanji, "given")
    ranked = sorted((katakana(r) for r in listed), key=lambda kana: (kana != usual, -_likelihood(kanji, kana), kana))
    return tuple(ranked[:_OPTIONS])


def is_listed_given(name: str) -> bool:
    """Whether the tables hold a given name as written, in kanji or kana."""
    return name in tables.given_readings() or katakana(name) in tables.reading_weights()


def _likelihood(kanji: str, kana: str) -> float:
    """Logarithm of how likely a given name is read so, up to a constant."""
    sound = math.log1p(tables.common_sounds().get(kana, 0)) / 2 + (kana in tables.popular_readings())
    return _fit(kanji, kana) + sound


def _fit(kanji: str, kana: str) -> float:
    """Best share of all ways to give each kanji its part of the kana."""
    shares = _characters()["given"]
    best = {0: 0.0}  # kana used up -> logarithm of the share
    for character in kanji:
        options = shares.get(character, ()) if has_kanji(character) else ((katakana(character), 1.0),)
        step: dict[int, float] = {}
        for used, value in best.items():
            for reading, share in options:
                if kana.startswith(reading, used):
                    end = used + len(reading)
                    step[end] = max(step.get(end, -math.inf), value + math.log(share))
        best = step
    return best.get(len(kana), 2 * math.log(_UNKNOWN))


def composed(kanji: str, kind: Kind) -> tuple[str, ...]:
    """Readings put together from those of the kanji, the likeliest first; many, as a mailbox may tell which."""
    shares, others = _characters()[kind], _characters()["given" if kind == "family" else "family"]
    guesses: list[tuple[float, str]] = [(0.0, "")]
    for character in kanji:
        if has_kanji(character):
            options = shares.get(character) or others.get(character, ())
        else:
            options = ((katakana(character), 1.0),)
        longer = [(value + math.log(share), kana + reading) for value, kana in guesses for reading, share in options]
        guesses = heapq.nlargest(_GUESSES, longer)
    sounds = tables.surname_kana() if kind == "family" else tables.reading_weights()
    heard = _HEARD[kind]
    ranked = sorted(guesses, key=lambda guess: (-guess[0] - heard * math.log1p(sounds.get(guess[1], 0)), guess[1]))
    return tuple(dict.fromkeys(kana for _, kana in ranked))[:_MOST_COMPOSED]


@lru_cache(maxsize=1)
def _characters() -> dict[Kind, Shares]:
    """Per kind of name and kanji its readings with their shares; written by `learn`."""
    text = files(__package__).joinpath("characters.json").read_text(encoding="utf-8")
    held: dict[Kind, dict[str, str]] = json.loads(text)
    return {kind: {kanji: tuple(map(_share, line.split())) for kanji, line in t.items()} for kind, t in held.items()}


def _share(entry: str) -> tuple[str, float]:
    kana = entry.rstrip("0123456789")
    return kana, int(entry[len(kana) :]) / 1000


def sound(kana: tuple[str, ...]) -> str:
    """The likeliest of some readings in folded romaji; "" for none."""
    return of_kana(kana[0]) if kana else ""
