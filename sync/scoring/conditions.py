"""Conditions on a person's attributes: what attribute buckets, exclusions and segments ask."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sync.scoring.facts import Facts
from sync.scoring.phrases import Phrases, fold

TEXT_FIELDS = ("title", "department", "company_name", "industry", "country", "region", "source", "status")
DECISION_MAKER = "decision_maker"
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class TitleWords:
    """How job titles are read."""

    decision_maker: Phrases
    staff_anyway: Phrases  # assistants and secretaries, whoever they assist

    def level(self, folded: str) -> str:
        """decision_maker or staff, of a title that is not blank."""
        if self.decision_maker.found_in(folded) and not self.staff_anyway.found_in(folded):
            return DECISION_MAKER
        return STAFF


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model says about reading attribute texts."""

    titles: TitleWords
    blanks: frozenset[str]  # folded texts that mean "not filled in"

    def text(self, facts: Facts, field: str) -> str:
        """The folded text of a field, "" when it is blank or says that it is."""
        folded = fold(getattr(facts, field))
        return "" if folded in self.blanks else folded


@dataclass(frozen=True, slots=True)
class Condition:
    """One question about one field; what is None or empty is not asked. Number ranges are half-open."""

    field: str
    any_of: Phrases | None = None
    equals: frozenset[str] = frozenset()
    domains: tuple[re.Pattern[str], ...] = ()
    level: str = ""
    low: int | None = None  # inclusive
    below: int | None = None  # exclusive
    unknown: bool = False
    other: bool = False

    def holds(self, facts: Facts, reading: Reading) -> bool:
        if self.field == "employees":
            return self._size_holds(facts.employees)
        if self.field == "email_domain":
            return self._domain_holds(facts.email_domains)
        return self._text_holds(reading.text(facts, self.field), reading)

    def _size_holds(self, employees: int | None) -> bool:
        # CRMs store 0 for "not known"; no employer has fewer than one.
        if employees is None or employees < 1:
            return self.unknown
        if self.unknown:
            return False
        return (self.low is None or employees >= self.low) and (self.below is None or employees < self.below)

    def _domain_holds(self, domains: tuple[str, ...]) -> bool:
        if not domains or self.unknown:
            return self.unknown and not domains
        return self.other or any(wanted.fullmatch(domain.lower()) for wanted in self.domains for domain in domains)

    def _text_holds(self, folded: str, reading: Reading) -> bool:
        if not folded or self.unknown:
            return self.unknown and not folded
        if self.other or folded in self.equals:
            return True
        if self.level:
            return reading.titles.level(folded) == self.level
        return self.any_of is not None and self.any_of.found_in(folded)


def domain_pattern(text: str) -> re.Pattern[str]:
    """A domain with its subdomains; `*` stands for any characters."""
    exact = re.escape(text.strip().lower().removeprefix("@")).replace(r"\*", ".*")
    return re.compile(rf"(?:.*\.)?{exact}")
