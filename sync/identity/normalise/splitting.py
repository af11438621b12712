"""Whole names written without a space: 山田太郎, ヤマダタロウ."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from sync.identity.normalise import readings, tables
from sync.identity.normalise.letters import has_kanji, katakana

_FAMILY_BY_LENGTH = {1: 0.0, 2: 4.0, 3: 2.0}  # an unknown surname, against log(people) of known ones
_GIVEN_BY_LENGTH = {1: 0.5, 2: 2.0, 3: 1.5}
_LONE_SURNAME = 3.0
_LONE_GIVEN = 4.0
_LONGEST = 9  # kanji and kana of a whole name: 勅使河原 and a given name of five


class Cut(NamedTuple):
    family: str = ""
    given: str = ""
    undivided: str = ""


@lru_cache(maxsize=1 << 13)
def of_kanji(text: str, field: str) -> Cut:
    """The likeliest cut of a name; only one part when the whole is but a family or a given name.

    `field` is where the text stood: "family", "given" or "full".
    """
    if len(text) > _LONGEST:
        return Cut()
    cuts = [(_family(text[:i]) + _given(text[i:]), Cut(text[:i], text[i:])) for i in range(1, len(text))]
    if text in tables.surnames():
        cuts.append((_family(text) + _LONE_SURNAME + 6 * (field == "family"), Cut(family=text)))
    if readings.is_listed_given(text):
        cuts.append((_given(text) + _LONE_GIVEN + 6 * (field == "given"), Cut(given=text)))
    if len(text) < 3:
        cuts.append((5.0, Cut(given=text) if field == "given" else Cut(family=text)))
    value, best = max(cuts, key=lambda cut: cut[0], default=(0.0, Cut(family=text)))
    return best if value > 0 else Cut(undivided=text)


def _family(text: str) -> float:
    if known := tables.surnames().get(text):
        return math.log(1 + known.people)
    return _FAMILY_BY_LENGTH.get(len(text), -6.0)


def _given(text: str) -> float:
    if text in tables.known_given():
        return 9.0
    if not has_kanji(text):
        return 6.0 if katakana(text) in tables.reading_weights() else -2.0
    if text in tables.given_readings():
        return 6.0
    return _GIVEN_BY_LENGTH.get(len(text), -6.0)


@lru_cache(maxsize=1 << 13)
def of_kana(text: str) -> tuple[str, str] | None:
    """(family, given) in katakana, or None when the whole is a single name or nothing of it is known."""
    if len(text) > _LONGEST * 2:
        return None
    best = (8.0, ("", ""))  # both parts must be known: a cut of foreign or unknown kana would be a guess
    people, weights = tables.surname_kana(), tables.reading_weights()
    for i in range(2, len(text) - 1):
        if text[i] in "ャュョッーンァィゥェォ":
            continue
        bearers, commonness = people.get(text[:i], 0), weights.get(text[i:], 0)
        if bearers and commonness:
            best = max(best, (math.log(bearers) + 1.5 * math.log(1 + commonness), (text[:i], text[i:])))
    lone = people.get(text, 0)
    if lone and math.log(lone) + _LONE_SURNAME > best[0]:
        return None
    return best[1] if best[1][0] else None
