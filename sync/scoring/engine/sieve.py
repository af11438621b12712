"""Which of many texts a field's conditions may say anything about, told by a few searches through all of them at once.

Most company names and mail domains mean nothing to a model. Reading each by itself takes ten times longer than all that
the SQL text does with it, so whatever passes through here is read, and nothing else: who passes may mean something, who
does not surely means nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from sync.scoring.conditions import Condition, Reading, domain_pattern
from sync.scoring.phrases import squashed

DOMAINS = "email_domain"
_ANY_DOMAIN = domain_pattern("").pattern  # what stands before each domain that is looked for


def remarkable(conditions: Sequence[Condition], reading: Reading, texts: Sequence[str]) -> Iterable[int]:
    """Positions of the texts, none of them empty, that have to be looked at one by one."""
    if not texts or any(condition.levels or condition.sectors for condition in conditions):
        return range(len(texts))
    if conditions and conditions[0].field == DOMAINS:
        return sorted(set(_domains(conditions, reading, texts)))
    return sorted(set(_words(conditions, reading, texts)))


# --- words: without the spaces in between, a phrase that is in a text is still in it ---


def _words(conditions: Iterable[Condition], reading: Reading, texts: Sequence[str]) -> Iterator[int]:
    whole = {_joined(folded) for folded in reading.blanks} | {""}
    parts: set[str] = set()
    for condition in conditions:
        whole |= {_joined(folded) for folded in condition.equals}
        if condition.any_of:
            parts |= {_joined(phrase) for phrase in (*condition.any_of.wanted, *condition.any_of.misleading)}
    lines = squashed(texts)
    yield from (position for position, line in enumerate(lines) if line in whole)
    found = _Lines(lines)
    for part in parts - {""}:
        yield from found.holding(part)


def _joined(folded: str) -> str:
    return folded.replace(" ", "")


# --- domains: a line each ---


def _domains(conditions: Iterable[Condition], reading: Reading, texts: Sequence[str]) -> Iterator[int]:
    named = [(position, domain.lower()) for position, text in enumerate(texts) for domain in text.split()]
    told = {position for position, _ in named}
    yield from (position for position in range(len(texts)) if position not in told)
    lines = _Lines([domain for _, domain in named])
    for condition in conditions:
        found: list[int] = []
        for pattern in condition.domains:
            found += lines.ending_in(_exact(pattern)) if _exact(pattern) else lines.holding(_longest_part(pattern))
        if condition.listed:
            found += [at for at, (_, name) in enumerate(named) if reading.lists_domain(condition.listed, name)]
        yield from (named[at][0] for at in found)


def _exact(pattern: re.Pattern[str]) -> str:
    """The domain that a pattern stands for; "" when it stands for many."""
    domain = _plain(pattern.pattern.removeprefix(_ANY_DOMAIN))
    return domain if "*" not in domain and domain_pattern(domain) == pattern else ""


def _longest_part(pattern: re.Pattern[str]) -> str:
    """What every domain that fits the pattern holds."""
    return max((_plain(part) for part in pattern.pattern.removeprefix(_ANY_DOMAIN).split(".*")), key=len)


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", r"\1", escaped)


class _Lines:
    """Texts as the lines of one, to be searched in one go."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n".join(["", *lines, ""])
        self._starts = [*accumulate((len(line) + 1 for line in lines), initial=1)]

    def holding(self, part: str) -> Iterator[int]:
        """Lines with the part in them; all for ""."""
        return self._finds(part) if part else iter(range(len(self._starts) - 1))

    def ending_in(self, domain: str) -> Iterator[int]:
        """Lines that are the domain or below it."""
        yield from self._finds(f"\n{domain}\n", 1)
        yield from self._finds(f".{domain}\n")

    def _finds(self, part: str, skipped: int = 0) -> Iterator[int]:
        at = self._text.find(part)
        while at >= 0:
            line = self._line(at + skipped)
            yield line
            at = self._text.find(part, self._starts[line + 1] - 1)

    def _line(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1
