"""How many tasks an owner gets in a business day, and who gets any in a pilot."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from desk import DAY, HOUR, HS, NOW, Desk

from sync.core.text import Text
from sync.handoff.playbook import Group, Seat
from sync.store.database import SqlStore

TOKYO = ZoneInfo("Asia/Tokyo")
ANN, BOB = "ann@sales.example", "bob@sales.example"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=TOKYO).timestamp())


@pytest.fixture
def desk(sqlite_store: SqlStore) -> Desk:
    made = Desk(sqlite_store)
    made.live()
    made.owner("hubspot", "o1", ANN)
    made.owner("hubspot", "o2", BOB)
    return made


def hot(desk: Desk, number: int, total: int = 85_000, owner: str = "o1") -> int:
    person = desk.records(HS._replace(id=str(number)), email=f"p{number}@example.jp", owner_id=owner)
    desk.score(person, total=total)
    return person


def given(desk: Desk) -> list[str]:
    """Ids of the contacts with a task, in the order of their making."""
    return [order.person.id for order in desk.crm["hubspot"].tasks.values() if order.person]


# --- per owner and business day ---


def test_new_people_too_wait_for_their_owner_s_turn_best_first_and_show_as_queued(desk: Desk) -> None:
    people = {number: hot(desk, number, 80_000 + number * 1000) for number in range(1, 8)}
    for number in (8, 9):
        people[number] = hot(desk, number, 80_000, owner="o2")
    desk.cycle(per_owner_per_day=3)
    assert sorted(given(desk)) == ["5", "6", "7", "8", "9"]
    with desk.store.reading() as unit:
        assert unit.census().tasks == {"made": 5, "queued": 4}
    waiting = desk.crm["hubspot"].shown[HS]
    assert (waiting["band"], waiting["sla_state"], waiting["sla_due"]) == ("hot", "none", None)
    desk.now += DAY
    people[10] = hot(desk, 10, 99_000)
    for _ in range(3):
        desk.cycle(per_owner_per_day=3)
        desk.now += HOUR
    assert sorted(map(int, given(desk))) == [3, 4, 5, 6, 7, 8, 9, 10]
    assert desk.episode(people[4]).due_at == NOW + 2 * DAY  # her hours begin with her task


def test_who_cools_down_in_the_queue_leaves_it(desk: Desk) -> None:
    first, second = hot(desk, 1, 80_000), hot(desk, 2, 90_000)
    desk.cycle(per_owner_per_day=1)
    desk.score(first, "nurture", 60_000)
    for _ in range(3):
        desk.now += DAY
        desk.cycle(per_owner_per_day=1)
    assert given(desk) == ["2"]
    assert desk.episodes(first)[0].closed_at is not None
    assert desk.episode(second).task_state == "made"


def test_a_weekend_s_tasks_count_for_the_monday_after_it(desk: Desk) -> None:
    desk.now = at("2026-10-16T18:00")  # Friday
    for number in (1, 2, 3):
        hot(desk, number, 90_000 - number)
    desk.cycle(per_owner_per_day=2)
    assert given(desk) == ["1", "2"]
    desk.now = at("2026-10-17T10:00")  # Saturday: the queue rests, who becomes hot now does not wait
    hot(desk, 4, 81_000)
    desk.cycle(per_owner_per_day=2)
    assert given(desk) == ["1", "2", "4"]
    desk.now = at("2026-10-18T10:00")  # Sunday
    hot(desk, 5)
    hot(desk, 6)
    desk.cycle(per_owner_per_day=2)
    assert len(given(desk)) == 4
    desk.now = at("2026-10-19T09:00")  # Monday has had its two
    desk.cycle(per_owner_per_day=2)
    assert len(given(desk)) == 4
    desk.now = at("2026-10-20T09:00")
    desk.cycle(per_owner_per_day=2)
    assert sorted(given(desk)) == ["1", "2", "3", "4", "5", "6"]


def test_the_playbook_may_give_a_salesperson_fewer(desk: Desk) -> None:
    playbook = replace(
        desk.policy.playbook, groups=(Group("field", Text("field", "営業部"), (Seat(ANN, per_day=1), Seat(BOB))),)
    )
    desk.policy = replace(desk.policy, playbook=playbook)
    for number in (1, 2, 3):
        hot(desk, number)
        hot(desk, number + 10, owner="o2")
    desk.cycle(per_owner_per_day=2)
    assert sorted(given(desk)) == ["1", "11", "12"]


def test_notes_to_deal_owners_count_as_well(desk: Desk) -> None:
    from sync.core.records import RecordKey

    for number in (1, 2, 3):
        hot(desk, number)
        key = RecordKey("hubspot", "deal", f"d{number}")
        desk.deal(key, owner_id="o2", people=(HS._replace(id=str(number)),))
    desk.cycle(per_owner_per_day=2)
    assert len(given(desk)) == 2
    desk.now += DAY
    desk.cycle(per_owner_per_day=2)
    assert len(given(desk)) == 3


def test_a_group_with_all_its_numbers_used_up_keeps_people_waiting(desk: Desk) -> None:
    team = Group("field", Text("field", "営業部"), (Seat(ANN), Seat(BOB)))
    desk.policy = replace(desk.policy, playbook=replace(desk.policy.playbook, groups=(team,), fallback="field"))
    people = [hot(desk, number, owner="") for number in range(1, 6)]
    desk.cycle(per_owner_per_day=2)
    assert len(given(desk)) == 4
    owners = [order.owner_id for order in desk.crm["hubspot"].tasks.values()]
    assert (owners.count("o1"), owners.count("o2")) == (2, 2)
    assert [desk.episode(person).task_state for person in people].count("queued") == 1
    desk.now += DAY
    desk.cycle(per_owner_per_day=2)
    assert len(given(desk)) == 5


# --- the pilot ---

PILOT = {"pilot_owners": frozenset({ANN})}


def test_in_a_pilot_the_others_people_get_fields_and_nothing_else(desk: Desk) -> None:
    hot(desk, 1)
    outside = hot(desk, 2, owner="o2")
    for _ in range(3):
        desk.cycle(**PILOT)
        desk.now += DAY
    assert given(desk) == ["1"]
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["band"] == "hot"
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["hot_since"] is not None
    assert (desk.episode(outside).task_state, desk.episode(outside).sla_state) == ("none", "none")
    assert [key for key in desk.notices() if key.startswith("hot:")] == [f"hot:{desk.episodes(1)[0].task_key}"]


@pytest.mark.parametrize("name", ["o1", ANN])
def test_pilot_owners_are_named_by_id_or_address(desk: Desk, name: str) -> None:
    hot(desk, 1)
    hot(desk, 2, owner="o2")
    desk.cycle(pilot_owners=frozenset({name}))
    assert given(desk) == ["1"]


def test_a_wider_pilot_brings_the_recently_hot_day_by_day_and_nobody_else(desk: Desk) -> None:
    old = hot(desk, 1, owner="o2")
    desk.cycle(**PILOT)
    desk.now += 7 * DAY
    for number in (2, 3, 4):
        hot(desk, number, owner="o2")
    desk.cycle(**PILOT)
    desk.now += HOUR
    desk.cycle(per_owner_per_day=2)
    assert len(given(desk)) == 2
    desk.now += DAY
    desk.cycle(per_owner_per_day=2)
    desk.now += DAY
    desk.cycle(per_owner_per_day=2)
    assert sorted(given(desk)) == ["2", "3", "4"]
    assert desk.episode(old).task_state == "none"


def test_a_narrower_pilot_takes_nobody_s_task_away_and_the_queue_outside_ends(desk: Desk) -> None:
    hot(desk, 1, 90_000, owner="o2")
    waiting = hot(desk, 2, 80_000, owner="o2")
    desk.cycle(per_owner_per_day=1)
    desk.now += DAY
    desk.cycle(**PILOT)
    assert given(desk) == ["1"]
    assert desk.crm["hubspot"].shown[HS]["sla_state"] != "none"
    assert desk.episode(waiting).task_state == "none"


def test_in_a_pilot_its_owners_get_no_more_than_their_turns_of_people_nobody_owns(desk: Desk) -> None:
    team = Group("field", Text("field", "営業部"), (Seat(ANN), Seat(BOB)))
    desk.policy = replace(desk.policy, playbook=replace(desk.policy.playbook, groups=(team,), fallback="field"))
    for number in range(1, 7):
        hot(desk, number, owner="")
        desk.cycle(**PILOT)
        desk.now += 60
    assert len(given(desk)) == 3
    for _ in range(5):
        desk.cycle(**PILOT)  # and nobody's turn comes by waiting
    assert len(given(desk)) == 3


def test_a_colleague_s_task_stands_for_people_outside_the_pilot_too(desk: Desk) -> None:
    from sync.core.records import RecordKey

    acme = RecordKey("hubspot", "company", "77")
    desk.company(acme, name="Acme", domain="acme-kogyo.co.jp")
    for number, owner in ((1, "o1"), (2, "o2")):
        key = HS._replace(id=str(number))
        person = desk.records(key, email=f"p{number}@acme-kogyo.co.jp", owner_id=owner, company=acme)
        desk.score(person, total=95_000 - number)
    desk.cycle(**PILOT)
    assert given(desk) == ["1"]
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["sla_state"] == "open"
