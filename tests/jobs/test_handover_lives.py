"""Random lives: whatever happens and in whatever order, what is promised about tasks holds."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from desk import DAY, HOUR, HS, PLAYBOOK, Desk

from sync.core.records import RecordKey
from sync.core.text import Text
from sync.handoff.playbook import Group, Seat, Sla
from sync.ports import Outcome, Result
from sync.repository import Episode
from sync.store.database import SqlStore

LIMIT = 2
PEOPLE, STEPS = 7, 35
COMPANIES = [RecordKey("hubspot", "company", id) for id in ("71", "72")]
DEALS = [RecordKey("hubspot", "deal", id) for id in ("501", "502")]
MAILS = {"o1": "ann@sales.example", "o2": "bob@sales.example"}


@pytest.fixture
def desk(sqlite_store: SqlStore) -> Desk:
    made = Desk(sqlite_store)
    made.live()
    team = Group("field", Text("field", "営業部"), tuple(Seat(mail) for mail in MAILS.values()))
    sla = Sla(reassign_after_hours=4, reassign_to="group")
    made.policy = replace(
        made.policy, per_owner_per_day=LIMIT, playbook=replace(PLAYBOOK, sla=sla, groups=(team,), fallback="field")
    )
    for id, mail in MAILS.items():
        made.owner("hubspot", id, mail)
    for number, key in enumerate(COMPANIES):
        made.company(key, name=f"Company {number}", domain=f"company{number}.co.jp", owner_id="o1")
    return made


class Life:
    """One random history. Nobody changes company, so that an account's tasks can be told from its people."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.draw = desk, random.Random(seed)
        self.people = {number: self._person(number) for number in range(PEOPLE)}
        self.moves: list[str] = []

    def _person(self, number: int) -> int:
        values = {"company": COMPANIES[number % 2]} if number < 5 else {}
        key, owner = HS._replace(id=str(number)), self.draw.choice(["o1", "o2", ""])
        return self.desk.records(key, email=f"p{number}@company{number % 2}.co.jp", owner_id=owner, **values)

    def step(self) -> None:
        self.draw.choice([self._score, self._score, self._score, self._deal, self._call, self._trouble])()
        self.desk.now += self.draw.choice([60, HOUR, 6 * HOUR, DAY, 3 * DAY, 9 * DAY])
        if self.draw.random() < 0.8:
            self.desk.cycle()
        else:  # the service stops somewhere in between
            self.draw.choice([self.desk.watch, self.desk.plan, self.desk.push])()

    def _score(self) -> None:
        band = self.draw.choice(["hot", "hot", "nurture"])
        total = self.draw.randrange(80_000, 100_000) if band == "hot" else 60_000
        self.desk.score(self.people[self.draw.randrange(PEOPLE)], band, total)

    def _deal(self) -> None:
        status = self.draw.choice(["open", "lost", "won"])
        values = self.draw.choice([{"company": COMPANIES[0]}, {"people": (HS._replace(id="5"),)}])
        key = DEALS["people" in values]
        self.desk.deal(key, status=status, owner_id="o2", closed_at=self.desk.now, **values)

    def _call(self) -> None:
        key = HS._replace(id=str(self.draw.randrange(PEOPLE)))
        self.desk.call(key, id=f"c{self.desk.now}", author_id="o1")

    def _trouble(self) -> None:
        crm = self.desk.crm["hubspot"]
        if crm.answers or crm.refuses_moves:
            crm.answers.clear()
            crm.refuses_moves = False
        else:
            down = {HS._replace(id=str(n)): Outcome("", Result.RETRY, "timeout") for n in range(PEOPLE)}
            crm.answers.update(down)
            crm.refuses_moves = True

    def episodes(self) -> list[Episode]:
        return [episode for person in self.people.values() for episode in self.desk.episodes(person)]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_promised_about_tasks_holds_in_every_life(desk: Desk, seed: int) -> None:
    life = Life(desk, seed)
    for _ in range(STEPS):
        life.step()
    found = life.episodes()
    given = [episode for episode in found if episode.task_state in ("ordered", "made")]
    assert given
    _one_task_per_episode(desk, found)
    _no_more_than_the_number_of_a_business_day(desk, given)
    _one_task_per_account_in_14_days(given)
    _episodes_of_a_person_lie_14_days_apart(found)
    _the_sla_only_where_there_is_a_task(found)


def _one_task_per_episode(desk: Desk, found: list[Episode]) -> None:
    made = Counter(desk.crm["hubspot"].tasks)  # the clerk refuses a second task of the same key
    keys = {episode.task_key for episode in found}
    assert all(key.removesuffix("-note") in keys for key in made)
    moved = Counter(order.task_key for order in desk.crm["hubspot"].moved)
    assert all(count == 1 for count in moved.values())
    assert len(desk.notices()) == len(set(desk.notices()))


def _no_more_than_the_number_of_a_business_day(desk: Desk, given: list[Episode]) -> None:
    calendar = desk.policy.calendar
    moved = {order.task_key for order in desk.crm["hubspot"].moved}
    days = Counter(
        (episode.owner, calendar.working_day(episode.ordered_at))
        for episode in given
        if episode.ordered_at is not None and episode.task_key not in moved
    )
    assert max(days.values(), default=0) <= LIMIT


def _one_task_per_account_in_14_days(given: list[Episode]) -> None:
    by_account: dict[int, list[int]] = defaultdict(list)
    for episode in given:
        if episode.handover == "lead" and episode.account_id and episode.ordered_at:
            by_account[episode.account_id].append(episode.ordered_at)
    for times in by_account.values():
        times.sort()
        assert all(later - earlier >= 14 * DAY for earlier, later in itertools.pairwise(times))


def _episodes_of_a_person_lie_14_days_apart(found: list[Episode]) -> None:
    by_person: dict[int, list[Episode]] = defaultdict(list)
    for episode in found:
        by_person[episode.person_id].append(episode)
    for mine in by_person.values():
        for earlier, later in itertools.pairwise(mine):
            assert earlier.cooled_at is not None
            assert later.opened_at - earlier.cooled_at >= 14 * DAY
        assert sum(episode.closed_at is None for episode in mine) <= 1


def _the_sla_only_where_there_is_a_task(found: list[Episode]) -> None:
    for episode in found:
        tracked = episode.handover == "lead" and episode.task_state in ("ordered", "made")
        assert (episode.due_at is not None) is tracked
        if episode.handover == "account":
            assert episode.sla_state in ("none", "met")  # the clock is the colleague's, a call to her is hers
        else:
            assert episode.sla_state != "none" if tracked else episode.sla_state == "none"
        if tracked and episode.ordered_at and episode.due_at:
            assert episode.due_at >= episode.ordered_at + DAY
