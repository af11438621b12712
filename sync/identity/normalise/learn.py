"""How single kanji are read in names, learnt from the name tables: `python -m sync.identity.normalise.learn`.

Writes `characters.json` beside this file. Run again only when the tables change, and raise `normalise.VERSION` then:
other readings make other names. The texts learnt from are those of japanese-personal-name-dataset (MIT licence).
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from sync.identity.normalise.letters import has_kanji, katakana
from sync.identity.normalise.tables import given_readings, known_given, surnames

Alignment = tuple[tuple[str, str], ...]
Shares = dict[str, dict[str, float]]

_ROUNDS = 6
_LONGEST = 5  # kana one kanji is read as: 志ココロザシ is rarer than a wrong alignment
_LEAST = 0.02
_MOST = 8
_BUSINESS = 200.0  # the tables list spellings, not people: one common name outweighs many that nobody bears
_NEVER_FIRST = tuple("ャュョァィゥェォッーン")


def main() -> None:
    """Write the table of both kinds of names."""
    given = [(kanji, katakana(r), 1.0 / len(rs)) for kanji, rs in given_readings().items() for r in rs]
    given += [(kanji, kana, _BUSINESS) for kanji, kana in known_given().items()]
    family = [(kanji, s.kana, math.sqrt(s.people)) for kanji, s in surnames().items()]
    tables = {"given": dict(_kept(shares(given))), "family": dict(_kept(shares(family)))}
    text = json.dumps(tables, ensure_ascii=False, indent=0, sort_keys=True)
    Path(__file__).with_name("characters.json").write_text(text + "\n", encoding="utf-8")


def shares(names: Iterable[tuple[str, str, float]]) -> Shares:
    """Per kanji the share of each reading, by expectation and maximisation over all ways to align kanji and kana."""
    alignments = [(found, weight) for kanji, kana, weight in names if (found := list(aligned(kanji, kana)))]
    known: Shares = {}
    for _ in range(_ROUNDS):
        known = _maximised(alignments, known)
    return known


def _maximised(alignments: list[tuple[list[Alignment], float]], known: Shares) -> Shares:
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for ways, weight in alignments:
        likely = [math.prod([known[c].get(kana, 1e-6) for c, kana in way]) if known else 1.0 for way in ways]
        total = sum(likely)
        for way, share in zip(ways, likely, strict=True):
            for character, kana in way:
                counts[character][kana] += weight * share / total
    return {c: {kana: n / (sum(found.values()) + 0.5) for kana, n in found.items()} for c, found in counts.items()}


def aligned(kanji: str, kana: str) -> Iterator[Alignment]:
    """All ways to give each character its part of the kana."""
    if not kanji:
        if not kana:
            yield ()
        return
    longest = min(_LONGEST, len(kana) - len(kanji) + 1) if has_kanji(kanji[0]) else 1
    for cut in range(1, longest + 1):
        head, rest = kana[:cut], kana[cut:]
        if rest[:1] in _NEVER_FIRST or not (has_kanji(kanji[0]) or katakana(kanji[0]) == head):
            continue
        for tail in aligned(kanji[1:], rest):
            yield ((kanji[0], head), *tail)


def _kept(known: Shares) -> Iterator[tuple[str, str]]:
    """Per kanji its readings and their shares in thousandths: ケン700 タケ210."""
    for character, found in known.items():
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
        kept = [f"{kana}{round(share * 1000)}" for kana, share in best if share >= _LEAST]
        if kept and has_kanji(character):
            yield character, " ".join(kept)


if __name__ == "__main__":
    main()
