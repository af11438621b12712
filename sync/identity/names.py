"""Whether two records can bear one person's name.

Asked only where something else (a mailbox, a number) already speaks for one person, so it forgives what people and
forms do to names: swapped parts, initials, missing parts, typos, another spelling, a new family name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sync.identity.features import Features
from sync.identity.normalise.romaji import folded

_SHORTEST_FOR_A_TYPO = 4  # letters; "ito" and "ido" are two names
_SHORTEST_FOR_TWO_TYPOS = 9
_WORDS = re.compile(r"[^a-z]+")
_INITIALS = 2  # letters beside a family name in a local part: "t", "th"
_TELLING = 4  # letters from which a family name inside a longer word is no accident ("abe" is in "watanabe")


def named(f: Features) -> bool:
    return bool(f.fam or f.giv or f.kj)


def full_kanji(f: Features) -> str:
    """The kanji of a whole name; "" when the name is not in kanji or may be a family name alone."""
    if f.kfam:
        return f.kj if len(f.kj) > len(f.kfam) else ""
    return f.kj if len(f.kj) >= 3 else ""


def same_full_name(a: Features, b: Features) -> bool:
    """Family and given name agree, whatever the order; kanji must not differ where both have them."""
    kanji_a, kanji_b = full_kanji(a), full_kanji(b)
    if kanji_a and kanji_b:
        return kanji_a == kanji_b
    return bool(a.fam and a.giv) and a.nm == b.nm


def compatible(a: Features, b: Features) -> bool:
    """Whether both names can be one person's, given that the records already share a mailbox or a number.

    A missing name contradicts nothing. A kanji name without a known reading beside a name in letters counts as
    different: nothing about them agrees.
    """
    if (a.nm and a.nm == b.nm) or (a.kj and a.kj == b.kj) or not (named(a) and named(b)):
        return True
    kanji_a, kanji_b = full_kanji(a), full_kanji(b)
    if kanji_a and kanji_b:
        return _kanji_compatible(a, b)
    return _letters_compatible(a, b)


def bears(local: str, f: Features) -> bool:
    """Whether a mailbox's local part holds the record's family name, alone or beside the given name or initials."""
    return bool(f.fam) and any(_holds(word, f.fam, f.giv) for word in _words(local))


def bears_given(local: str, f: Features) -> bool:
    """Whether a mailbox's local part holds the record's given name, alone or beside initials."""
    return len(f.giv) >= 3 and any(
        word.startswith(f.giv) and len(word) <= len(f.giv) + _INITIALS for word in _words(local)
    )


def same_family(a: Features, b: Features) -> bool:
    return bool(a.fam) and bool(b.fam) and near(a.fam, b.fam)


def relatives(a: Features, b: Features) -> bool:
    """One family name and two given names that no spelling makes one: a couple, father and son, or a successor in
    office whose name happens to be the same. Only kanji prove it: in letters, 幸子 is Sachiko here and Yukiko there."""
    if not a.kfam or a.kfam != b.kfam or near(a.giv, b.giv):
        return False
    given_a, given_b = _given_kanji(a), _given_kanji(b)
    return bool(given_a and given_b) and not Counter(given_a) & Counter(given_b)


def near(x: str, y: str) -> bool:
    """Equal but for a typo or two: letters missing, added, replaced or swapped with a neighbour."""
    if x == y:
        return bool(x)
    shorter, longer = sorted((len(x), len(y)))
    if shorter < _SHORTEST_FOR_A_TYPO:
        return False
    most = 2 if shorter >= _SHORTEST_FOR_TWO_TYPOS else 1
    return longer - shorter <= most and _edits(x, y) <= most


def _kanji_compatible(a: Features, b: Features) -> bool:
    """One character mistyped in a name of three or more, or the same given name after a marriage."""
    common = (Counter(a.kj) & Counter(b.kj)).total()
    longer = max(len(a.kj), len(b.kj))
    if longer >= 3 and longer - common <= 1:
        return True
    given_a, given_b = _given_kanji(a), _given_kanji(b)
    return bool(given_a) and given_a == given_b


def _given_kanji(f: Features) -> str:
    return "".join(sorted((Counter(f.kj) - Counter(f.kfam)).elements())) if f.kfam else ""


def _letters_compatible(a: Features, b: Features) -> bool:
    if near(a.nm, b.nm):
        return True
    if same_family(a, b):
        return _given_compatible(a, b)
    if not (a.fam and a.giv and b.fam and b.giv):
        return bool({a.fam, a.giv} & {b.fam, b.giv} - {""})  # one part is known, and nobody says which
    return len(a.giv) >= 3 and a.giv == b.giv  # a family name changes with marriage


def _given_compatible(a: Features, b: Features) -> bool:
    if a.giv and b.giv:
        return near(a.giv, b.giv) or a.giv.startswith(b.giv) or b.giv.startswith(a.giv)
    return not a.ini or not b.ini or a.ini == b.ini


def _words(local: str) -> Iterator[str]:
    """Words of a local part as they stand, and in the one spelling that names have."""
    for word in filter(None, _WORDS.split(local)):
        yield word
        yield folded(word)


def _holds(word: str, family: str, given: str) -> bool:
    if word == family:
        return True
    if word.startswith(family):
        rest = word[len(family) :]
    elif word.endswith(family):
        rest = word[: -len(family)]
    else:
        return False
    return len(family) >= _TELLING or len(rest) <= _INITIALS or rest == given


def _edits(x: str, y: str) -> int:
    """Optimal string alignment distance."""
    before: list[int] = []
    row = list(range(len(y) + 1))
    for i, letter in enumerate(x, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(y, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == y[j - 2] and x[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
