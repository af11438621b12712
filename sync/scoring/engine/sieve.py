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
    yield from _Lines(lines).holding(parts)


def _joined(folded: str) -> str:
    return folded.replace(" ", "")


# --- domains: a line each ---


def _domains(conditions: Iterable[Condition], reading: Reading, texts: Sequence[str]) -> Iterator[int]:
    named = [(position, domain.lower()) for position, text in enumerate(texts) for domain in text.split()]
    told = {position for position, _ in named}
    yield from (position for position in range(len(texts)) if position not in told)
    lines = _Lines([domain for _, domain in named])
    for condition in conditions:
        exact, patterns = _exact(condition.domains)
        found = [*lines.ending_in(exact), *lines.matching(patterns)]
        if condition.listed:
            found += [at for at, (_, name) in enumerate(named) if reading.lists_domain(condition.listed, name)]
        yield from (named[at][0] for at in found)


def _exact(patterns: Iterable[re.Pattern[str]]) -> tuple[list[str], list[re.Pattern[str]]]:
    """Patterns that are plain domains, as such, and the others."""
    exact, others = [], []
    for pattern in patterns:
        domain = re.sub(r"\\(.)", r"\1", pattern.pattern.removeprefix(_ANY_DOMAIN))
        if "*" not in domain and domain_pattern(domain) == pattern:
            exact.append(domain)
        else:
            others.append(pattern)
    return exact, others


class _Lines:
    """Texts as the lines of one, to be searched in one go."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n".join(["", *lines, ""])
        self._starts = [*accumulate((len(line) + 1 for line in lines), initial=1)]

    def holding(self, parts: Iterable[str]) -> Iterator[int]:
        for part in parts:
            yield from self._finds(part)

    def ending_in(self, domains: Iterable[str]) -> Iterator[int]:
        """Lines that are one of the domains or below it."""
        for domain in domains:
            yield from self._finds(f"\n{domain}\n", 1)
            yield from self._finds(f".{domain}\n")

    def matching(self, patterns: Iterable[re.Pattern[str]]) -> Iterator[int]:
        for pattern in patterns:
            whole = re.compile(rf"^(?:{pattern.pattern})$", re.MULTILINE)
            yield from (self._line(found.start()) for found in whole.finditer(self._text))

    def _finds(self, part: str, skipped: int = 0) -> Iterator[int]:
        at = self._text.find(part) if part else -1
        while at >= 0:
            line = self._line(at + skipped)
            yield line
            at = self._text.find(part, self._starts[line + 1] - 1)

    def _line(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1
