"""Conditions on a person's attributes: what attribute buckets, exclusions and segments ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from sync.scoring.facts import Facts
from sync.scoring.industries import SectorWords
from sync.scoring.phrases import Phrases, fold
from sync.scoring.titles import DECISION_MAKER, LEVELS, MANAGER, STAFF, TitleWords

__all__ = [
    "DECISION_MAKER",
    "DOMAIN_LISTS",
    "FLAG_FIELDS",
    "LEVELS",
    "MANAGER",
    "STAFF",
    "TEXT_FIELDS",
    "Condition",
    "Reading",
    "TitleWords",
    "domain_pattern",
]

TEXT_FIELDS = ("title", "department", "company_name", "industry", "country", "region", "city", "source", "status")
FLAG_FIELDS = ("opted_out", "customer", "open_deal", "lost_deal")  # asked with `is: true` or `is: false`
FREE_MAIL = "free_mail"
DOMAIN_LISTS = ("own", "partner", "competitor", FREE_MAIL)  # filled by the playbook and the CRMs' users


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model says about reading attribute texts, and the domain lists it is bound to."""

    titles: TitleWords
    blanks: frozenset[str]  # folded texts that mean "not filled in"
    sectors: SectorWords | None = None  # None when no condition asks for sectors
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of DOMAIN_LISTS, lower case

    def text(self, facts: Facts, field: str) -> str:
        """The folded text of a field, "" when it is blank or says that it is."""
        folded = fold(getattr(facts, field))
        return "" if folded in self.blanks else folded

    def sector_of(self, industry: str) -> str:
        return self.sectors.sector_of(industry) if self.sectors else ""

    def lists_domain(self, name: str, domain: str) -> bool:
        """Whether the domain or one it belongs to is on the list; an unbound list is empty, free mail aside."""
        names = _with_parents(domain.lower())
        if name == FREE_MAIL and name not in self.lists:
            return _is_free(names)
        return not self.lists.get(name, frozenset()).isdisjoint(names)


@dataclass(frozen=True, slots=True)
class Condition:
    """One question about one field; what is None or empty is not asked. Number ranges are half-open."""

    field: str
    any_of: Phrases | None = None
    equals: frozenset[str] = frozenset()
    domains: tuple[re.Pattern[str], ...] = ()
    listed: str = ""  # one of DOMAIN_LISTS
    levels: frozenset[str] = frozenset()  # of LEVELS
    sectors: frozenset[str] = frozenset()  # of `industries.SECTORS`
    low: int | None = None  # inclusive
    below: int | None = None  # exclusive
    flag: bool | None = None  # what a field of FLAG_FIELDS has to be
    unknown: bool = False
    other: bool = False

    def holds(self, facts: Facts, reading: Reading) -> bool:
        if self.field in FLAG_FIELDS:
            return _flag(facts, self.field) is self.flag
        if self.field == "employees":
            return self._size_holds(facts.employees)
        if self.field == "email_domain":
            return self._domain_holds(facts.email_domains, reading)
        return self._text_holds(reading.text(facts, self.field), facts, reading)

    def _size_holds(self, employees: int | None) -> bool:
        # CRMs store 0 for "not known"; no employer has fewer than one.
        if employees is None or employees < 1:
            return self.unknown
        if self.unknown:
            return False
        return (self.low is None or employees >= self.low) and (self.below is None or employees < self.below)

    def _domain_holds(self, domains: tuple[str, ...], reading: Reading) -> bool:
        if not domains or self.unknown:
            return self.unknown and not domains
        if self.other or any(wanted.fullmatch(domain.lower()) for wanted in self.domains for domain in domains):
            return True
        return bool(self.listed) and any(reading.lists_domain(self.listed, domain) for domain in domains)

    def _text_holds(self, folded: str, facts: Facts, reading: Reading) -> bool:
        if not folded or self.unknown:
            return self.unknown and not folded
        if self.other or folded in self.equals:
            return True
        if self.levels and reading.titles.level(folded) in self.levels:
            return True
        if self.sectors and reading.sector_of(facts.industry) in self.sectors:
            return True
        return self.any_of is not None and self.any_of.found_in(folded)


def domain_pattern(text: str) -> re.Pattern[str]:
    """A domain with its subdomains; `*` stands for any characters."""
    exact = re.escape(text.strip().lower().removeprefix("@")).replace(r"\*", ".*")
    return re.compile(rf"(?:.*\.)?{exact}")


def _flag(facts: Facts, field: str) -> bool:
    return facts.lost_at is not None if field == "lost_deal" else bool(getattr(facts, field))


def _with_parents(domain: str) -> list[str]:
    """mail.a.co.jp, a.co.jp, co.jp, jp."""
    return list(accumulate(reversed(domain.split(".")), lambda below, label: f"{label}.{below}"))


def _is_free(names: list[str]) -> bool:
    # Imported on demand: reading addresses brings dictionaries along that scoring else has no need of.
    from sync.identity.normalise.mailboxes import is_free

    return any(is_free(name) for name in names)
