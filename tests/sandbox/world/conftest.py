"""One small and one full world, and a plain reading of the shipped model `basic`, apart from the product's own
scorer, to see that the world gives any scorer of that kind something to find."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sandbox.world import Kind, Person, World, build_world

NOW = 1_795_000_000.0
DAY = 86_400
PRICING = ("pricing", "simulator")
DOWNLOADS = ("form:download", "form:case_download", "form:whitepaper")
REQUESTS = ("form:trial", "form:demo", "form:contact")
TARGETS = ("machinery", "electronics", "automotive", "software", "it")


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(seed=7, people=2_200, now=NOW)


@pytest.fixture(scope="session")
def band_of() -> Callable[..., str]:
    return band


def band(person: Person, now: float, target_known: bool, window_days: int = 90) -> str:
    if person.kind in (Kind.STUDENT, Kind.SOLE_PROPRIETOR, Kind.COMPETITOR):
        return "excluded"
    acts = sorted((at, what) for at, what in person.acts if at > now - window_days * DAY)
    own = [(at, what) for at, what in acts if what != "open"]
    last = max((at for at, what in person.acts if what != "open"), default=person.first_known)
    if now - last > 90 * DAY:
        return "dormant"
    attribute, behaviour, activity = attributes(person, target_known), behaviours(own), active_days(own, now)
    score = max(0, min(100, attribute + behaviour + activity))
    proven = len({what for _, what in own}) >= 2 or any(what in REQUESTS for _, what in own)
    if score >= 80 and attribute >= 10 and behaviour + activity >= 10 and proven:
        return "hot"
    return "nurture" if score >= 50 else "hold"


def attributes(person: Person, target_known: bool) -> int:
    size = person.company.employees
    by_size = 0 if size is None else 20 if size >= 300 else 10 if size >= 100 else 0 if size >= 50 else -10
    by_title = 20 if person.decides else 5 if person.title else 0
    return by_title + by_size + (20 if target_known and person.company.industry.key in TARGETS else 0)


def behaviours(acts: list[tuple[int, str]]) -> int:
    def count(*names: str) -> int:
        return sum(1 for _, what in acts if what in names)

    return (
        min(30, 15 * spaced([at for at, what in acts if what in PRICING], 7 * DAY))
        + min(30, 15 * count(*DOWNLOADS))
        + (20 if count("campaign:Attended") else 10 if count("campaign:Registered", "form:seminar") else 0)
        + (30 if count(*REQUESTS) else 0)
        + (20 if count("compare") else 0)
        + (20 if case_then_price(acts) else 0)
    )


def spaced(times: list[int], gap: int) -> int:
    counted, last = 0, 0
    for at in times:
        if at - last >= gap:
            counted, last = counted + 1, at
    return counted


def case_then_price(acts: list[tuple[int, str]]) -> bool:
    seen = 0
    for at, what in acts:
        if what in PRICING and 0 < at - seen <= DAY:
            return True
        seen = at if what == "case" else seen
    return False


def active_days(acts: list[tuple[int, str]], now: float) -> int:
    return 10 if len({at // DAY for at, _ in acts if at > now - 30 * DAY}) >= 3 else 0
