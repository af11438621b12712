"""The people of one company: how they are reached, and what became of them over time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from connectors.sandbox.world.contacts.bearers import Namer
from connectors.sandbox.world.contacts.firms import TEAM_SHARE, Firm, Office
from connectors.sandbox.world.contacts.mailboxes import free_local, local_part, private_address
from connectors.sandbox.world.contacts.numbers import landline, mobile
from connectors.sandbox.world.contacts.shares import Shares
from connectors.sandbox.world.contacts.spelling import Bearer
from connectors.sandbox.world.contacts.wheel import Wheel


@dataclass(slots=True)
class Post:
    """A person at one time: what she was called, where she worked, how to reach her."""

    name: Bearer
    firm: Firm
    office: Office
    address: str  # her own mailbox at work
    alias: str  # another address of the same mailbox, "" if there is none
    team: str  # the mailbox she shares with colleagues, "" mostly
    mobile: str  # national digits, "" when unknown; so `direct`
    direct: str
    main: bool  # reached by the company's main number
    extension: int  # behind the main number
    title: str


@dataclass(slots=True)
class Human:
    now: Post
    before: Post | None  # the job before, or the name before the marriage
    private: str  # private mailbox
    writes_privately: bool  # uses it for business too
    shows_private: bool  # after a change of job it is what her records have in common


class Staff:
    """Draws the people of one company after another; keeps nothing of companies it is done with."""

    def __init__(self, rng: random.Random, shares: Shares, any_firm: Callable[[], Firm]) -> None:
        self._rng = rng
        self._shares = shares
        self._any_firm = any_firm
        self._namer = Namer(rng, shares)
        known = {"main": shares.main_number_only, "mobile": shares.mobile_numbers, "direct": shares.direct_numbers}
        self._reach = Wheel(known | {"": max(0.0, 1 - sum(known.values()))})

    def people(self, firm: Firm, counts: Iterator[int]) -> Iterator[tuple[Human, int]]:
        """Everybody who works there, each with the number of her records as drawn from `counts`."""
        taken = set(firm.teams)
        names: list[Bearer] = []
        for _ in range(firm.people):
            count = next(counts)
            name = self._namer.name(firm, names)
            names.append(name)
            yield self._human(firm, name, taken, count), count

    def _human(self, firm: Firm, name: Bearer, taken: set[str], count: int) -> Human:
        rng, shares = self._rng, self._shares
        post = self._post(firm, name, taken)
        human = Human(post, None, "", rng.random() < shares.free_mail, False)
        human.private = private_address(name.family, name.given, firm.japanese, rng)
        if count > 1:
            pick = rng.random()
            if pick < shares.job_changes:
                self._change_job(human)
            elif pick < shares.job_changes + shares.marriages:
                human.before = self._maiden(post, taken)
        return human

    def _post(self, firm: Firm, name: Bearer, taken: set[str]) -> Post:
        rng = self._rng
        pattern = firm.pattern if rng.random() < 0.85 else _PATTERNS.draw(rng)
        last, first = letters(name)
        local = free_local(pattern, last, first, taken, rng)
        office = firm.offices[0] if len(firm.offices) == 1 else rng.choice(firm.offices)
        reach = self._reach.draw(rng)
        return Post(
            name=name,
            firm=firm,
            office=office,
            address=f"{local}@{firm.domain}",
            alias=self._alias(firm, last, first, taken),
            team=f"{rng.choice(firm.teams)}@{firm.domain}" if firm.teams and rng.random() < TEAM_SHARE else "",
            mobile=mobile(firm.japanese, rng) if reach == "mobile" else "",
            direct=landline(office.place.area, firm.japanese, rng) if reach == "direct" else "",
            main=reach != "",
            extension=rng.randrange(10, 10_000) if reach == "main" else 0,
            title=(_TITLES_JA if firm.japanese else _TITLES_EN).draw(rng),
        )

    def _alias(self, firm: Firm, last: str, first: str, taken: set[str]) -> str:
        if self._rng.random() >= _HAVE_ALIAS:
            return ""
        alias = local_part(_PATTERNS.draw(self._rng), last, first)
        if alias in taken:
            return ""
        taken.add(alias)
        return f"{alias}@{firm.domain}"

    def _change_job(self, human: Human) -> None:
        """Gives a job before; the mobile number or the private mailbox may tie the two, or nothing but the name."""
        rng, shares, now = self._rng, self._shares, human.now
        before = self._post(self._any_firm(), now.name, set())
        pick = rng.random()
        if pick < shares.keeps_number:
            now.mobile = before.mobile = now.mobile or mobile(now.firm.japanese, rng)
        human.before = before
        human.shows_private = shares.keeps_number <= pick < shares.keeps_number + shares.keeps_private_mail

    def _maiden(self, post: Post, taken: set[str]) -> Post:
        """The same person at the same desk under her former surname; most get a new mailbox with the new one."""
        name = self._namer.maiden(post.name)
        before = replace(post, name=name)
        if self._rng.random() < _NEW_MAILBOX:
            local = free_local(post.firm.pattern, *letters(name), taken, self._rng)
            before.address, before.alias = f"{local}@{post.firm.domain}", ""
        return before


def letters(name: Bearer) -> tuple[str, str]:
    """(family, given) in the small letters of the bearer's mail address."""
    family, given = name.family.mailbox, name.given.mailbox
    return family[name.system if len(family) > 1 else 0], given[name.system if len(given) > 1 else 0]


_HAVE_ALIAS = 0.4
_NEW_MAILBOX = 0.6
_PATTERNS = Wheel(
    {"first.last": 40, "f.last": 15, "flast": 12, "last": 10, "last.first": 10, "first": 6, "first_last": 7}
)
_DEPARTMENTS_JA = ("営業部", "情報システム部", "経営企画部", "マーケティング部", "製造部", "技術部", "総務部", "購買部")
_RANKS_JA = {"部長": 15, "次長": 4, "課長": 17, "係長": 8, "主任": 11, "担当": 8}
_TITLES_JA = Wheel(
    {"代表取締役社長": 5, "取締役": 6, "執行役員": 3, "事業部長": 4, "エンジニア": 6, "担当": 6, "": 8}
    | {rank: share * 0.7 for rank, share in _RANKS_JA.items()}
    | {f"{place} {rank}": share * 0.3 / 8 for rank, share in _RANKS_JA.items() for place in _DEPARTMENTS_JA}
)
_DEPARTMENTS_EN = ("Sales", "IT", "Operations", "Marketing", "Engineering", "Procurement")
_TITLES_EN = Wheel(
    {"CEO": 4, "Director": 9, "Manager": 14, "Senior Engineer": 10, "Engineer": 12, "Specialist": 9, "": 8}
    | {f"Director of {place}": 1.0 for place in _DEPARTMENTS_EN}
    | {f"VP {place}": 1.0 for place in _DEPARTMENTS_EN}
    | {f"{place} Manager": 2.3 for place in _DEPARTMENTS_EN}
)
