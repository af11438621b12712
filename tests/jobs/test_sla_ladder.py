"""The SLA from the order of a task to its end: due times, states, the ladder, and what counts as a contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from desk import DAY, HOUR, HS, LEAD, NOW, PLAYBOOK, Desk

from sync.core.records import ActivityRecord, RecordKey
from sync.core.text import Text
from sync.handoff.calendar import Closure, Hours
from sync.handoff.episodes import lag, waited
from sync.handoff.playbook import Group, Manager, Playbook, Roles, Seat, Sla
from sync.ports import Outcome, Result
from sync.store.database import SqlStore

TOKYO = ZoneInfo("Asia/Tokyo")
ANN, BOB, BOSS = "ann@sales.example", "bob@sales.example", "boss@sales.example"
TEAM = Group("field", Text("field sales", "営業部"), (Seat(ANN), Seat(BOB)))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=TOKYO).timestamp())


def playbook(**sla: object) -> Playbook:
    """A team of two that takes over from each other four hours after a breach."""
    boss = Manager(Text("Sales", "営業部"), "Boss", BOSS, frozenset(), frozenset({"field"}))
    agreed = Sla(**{"reassign_after_hours": 4, "reassign_to": "group", **sla})  # type: ignore[arg-type]
    return replace(PLAYBOOK, sla=agreed, groups=(TEAM,), roles=Roles(managers=(boss,)))


@pytest.fixture
def desk(sqlite_store: SqlStore) -> Desk:
    """Ann and Bob sell in HubSpot; past the go-live."""
    made = Desk(sqlite_store)
    made.policy = replace(made.policy, playbook=playbook())
    made.live()
    made.owner("hubspot", "o1", ANN)
    made.owner("hubspot", "o2", BOB)
    made.owner("hubspot", "bot", "bot@sales.example", automated=True)
    return made


def under_way(desk: Desk) -> int:
    """A hot person whose task Ann has."""
    person = desk.records(HS, owner_id="o1")
    desk.score(person)
    desk.cycle()
    return person


def state(desk: Desk, person: int) -> str:
    desk.cycle()
    return desk.episode(person).sla_state


# --- when it is due ---


@pytest.mark.parametrize(
    ("hot", "due"),
    [
        ("2026-10-06T10:00", "2026-10-07T10:00"),
        ("2026-10-09T15:30", "2026-10-13T15:30"),  # Friday; Monday is the day of sports
        ("2026-04-28T14:00", "2026-04-30T14:00"),  # the eve of Showa day
        ("2026-04-30T11:00", "2026-05-01T11:00"),
        ("2026-05-01T11:00", "2026-05-07T11:00"),  # Golden Week: to the Thursday after the substitute holiday
        ("2026-05-03T09:00", "2026-05-07T09:00"),  # hot within it
        ("2026-12-28T17:00", "2027-01-04T17:00"),  # the shipped closure over the turn of the year
    ],
)
def test_due_a_day_later_moved_to_the_next_business_day_and_the_plain_figure_kept(
    desk: Desk, hot: str, due: str
) -> None:
    desk.now = at(hot)
    person = under_way(desk)
    episode = desk.episode(person)
    assert episode.due_at == at(due)
    assert episode.plain_due_at == at(hot) + DAY
    order = desk.crm["hubspot"].tasks[episode.task_key]
    assert order.due_at == episode.due_at
    assert desk.crm["hubspot"].shown[HS]["sla_due"] == episode.due_at


def test_a_closure_that_the_playbook_names_moves_the_due_time(desk: Desk) -> None:
    away = Closure(datetime(2026, 10, 7).date(), datetime(2026, 10, 8).date(), "創立記念日")
    agreed = desk.policy.playbook
    calendar = replace(agreed.calendar, closures=(*agreed.calendar.closures, away))
    desk.policy = replace(desk.policy, playbook=replace(agreed, calendar=calendar))
    person = under_way(desk)
    assert desk.episode(person).due_at == at("2026-10-09T10:00")


# --- states ---


def test_open_then_warning_at_three_quarters_then_breached_and_met_by_a_call(desk: Desk) -> None:
    person = under_way(desk)
    seen = []
    for hours in (17, 1, 5, 1):
        desk.now += hours * HOUR
        seen.append(state(desk, person))
    assert seen == ["open", "warning", "warning", "breached"]
    desk.call(HS, author_id="o1")
    assert state(desk, person) == "met"
    episode = desk.episodes(person)[0]
    assert (episode.warned_at, episode.breached_at) == (NOW + 18 * HOUR, NOW + DAY)
    assert episode.met_at == NOW + DAY
    assert desk.crm["hubspot"].shown[HS]["sla_state"] == "met"


def test_over_a_weekend_nobody_is_warned_in_the_night_before_it(desk: Desk) -> None:
    desk.now = at("2026-10-16T15:00")  # a Friday: due on Monday at 15:00
    person = under_way(desk)
    desk.now = at("2026-10-17T23:00")
    assert state(desk, person) == "open"  # 32 of 72 hours, and none of business since midnight
    desk.now = at("2026-10-19T09:01")
    assert state(desk, person) == "warning"


def test_the_clock_starts_with_the_acknowledgement_and_our_own_delay_is_told_apart(desk: Desk) -> None:
    person = desk.records(HS, owner_id="o1")
    desk.score(person)
    desk.plan()
    desk.now += 1800
    desk.push()
    episode = desk.episode(person)
    assert (episode.ordered_at, episode.acked_at, lag(episode), waited(episode)) == (NOW, NOW + 1800, 1800, 0)
    assert episode.due_at == NOW + DAY  # as told in the task
    desk.now = NOW + 18 * HOUR + 60  # three quarters of a day after the order, not yet after the acknowledgement
    assert state(desk, person) == "open"


def test_a_crm_that_was_out_of_reach_for_long_does_not_eat_the_salesperson_s_hours(desk: Desk) -> None:
    person = desk.records(HS, owner_id="o1")
    desk.score(person)
    desk.plan()
    desk.crm["hubspot"].answers[HS] = Outcome("", Result.RETRY, "timeout")
    for _ in range(60):
        desk.push()
        desk.now += 1800
    desk.crm["hubspot"].answers.clear()
    desk.now += HOUR
    desk.cycle()
    assert state(desk, person) == "open"
    episode = desk.episode(person)
    assert episode.due_at == (episode.acked_at or 0) + DAY
    assert desk.crm["hubspot"].shown[HS]["sla_due"] == episode.due_at
    assert state(desk, person) == "open"
    assert desk.episode(person).due_at == episode.due_at


# --- what counts as a first contact ---


@pytest.mark.parametrize(
    ("touch", "met"),
    [
        ({"kind": "call", "author_id": "o1"}, True),
        ({"kind": "meeting", "author_id": "o2"}, True),  # whoever sells
        ({"kind": "email_sent", "author_id": "o1"}, True),
        ({"kind": "call"}, True),  # HubSpot keeps no author for much that people log
        ({"kind": "call", "author_id": "bot"}, False),  # an integration logged it
        ({"kind": "email_sent", "author_id": "9999"}, False),  # nobody whom the CRM lists
        ({"kind": "call", "author_id": "o1", "direction": "inbound"}, False),  # the person's own act
        ({"kind": "note", "author_id": "o1"}, False),
    ],
)
def test_calls_meetings_and_mail_by_people_who_sell_end_the_wait(desk: Desk, touch: dict[str, str], met: bool) -> None:
    person = under_way(desk)
    desk.now += HOUR
    desk.call(HS, **touch)
    assert (state(desk, person) == "met") is met


def test_a_call_before_she_became_hot_does_not_count(desk: Desk) -> None:
    person = desk.records(HS, owner_id="o1")
    desk.call(HS, author_id="o1")
    desk.now += 60
    desk.score(person)
    desk.cycle()
    assert state(desk, person) == "open"


def test_a_call_between_becoming_hot_and_the_task_counts(desk: Desk) -> None:
    person = desk.records(HS, owner_id="o1")
    desk.score(person)
    desk.plan()
    desk.now += 60
    desk.call(HS, author_id="o1")
    desk.now += 60
    desk.push()
    assert state(desk, person) == "met"


def complete_task(desk: Desk, person: int) -> None:
    task = desk.episode(person)
    key = RecordKey("hubspot", "task", task.task_id or "")
    desk.save(
        ActivityRecord(
            key, desk.now, "task", desk.now, people=(HS,), closed=True, task_key=task.task_key, author_id="o1"
        )
    )


def test_completing_the_task_alone_is_no_contact_it_is_counted_apart_and_nobody_else_gets_the_task(desk: Desk) -> None:
    person = under_way(desk)
    desk.now += HOUR
    complete_task(desk, person)
    assert desk.watch().weak == 1
    assert state(desk, person) == "open"
    desk.now += 23 * HOUR
    assert state(desk, person) == "breached"
    desk.now += 8 * HOUR
    assert state(desk, person) == "breached"
    assert desk.crm["hubspot"].moved == []


# --- the ladder ---


def test_warning_and_breach_are_told_once_and_the_task_changes_hands_once(desk: Desk) -> None:
    person = under_way(desk)
    key = desk.episode(person).task_key
    assert desk.notices() == [f"hot:{key}"]
    for _ in range(12):
        desk.now += 4 * HOUR
        desk.cycle()
        desk.cycle()  # a restart between two looks changes nothing: all is in the store
    assert desk.notices() == [f"hot:{key}", f"sla_warning:{key}", f"sla_breach:{key}"]
    (moved,) = desk.crm["hubspot"].moved
    assert (moved.task_key, moved.owner_id, moved.task_id) == (key, "o2", f"t-{key}")
    assert "leadsync" in moved.note
    episode = desk.episode(person)
    assert (episode.owner, episode.owner_why.split()[0]) == ("o2", "next_in_group")
    assert episode.reassigned_at == NOW + 28 * HOUR
    assert len(desk.crm["hubspot"].tasks) == 1
    assert "owner_id" not in desk.crm["hubspot"].shown[HS]  # the record's owner is nothing of ours


def test_the_breach_names_the_manager_where_the_playbook_says_so(desk: Desk) -> None:
    def payload(kind: str) -> dict[str, object]:
        with desk.store.reading() as unit:
            return next(dict(n.payload) for n in unit.notices_due(desk.now, 99) if n.kind == kind)

    under_way(desk)
    desk.now += 25 * HOUR
    desk.cycle()
    assert payload("sla_breach")["manager"] == BOSS
    assert payload("sla_breach")["owner"] == "o1"


def test_who_was_contacted_before_the_hours_are_over_keeps_the_task(desk: Desk) -> None:
    person = under_way(desk)
    desk.now += 26 * HOUR
    assert state(desk, person) == "breached"
    desk.call(HS, author_id="o1")
    for _ in range(4):
        desk.now += 3 * HOUR
        desk.cycle()
    assert desk.crm["hubspot"].moved == []
    assert desk.episodes(person)[0].sla_state == "met"
    assert desk.episodes(person)[0].breached_at is not None


def test_a_move_waits_for_a_crm_that_is_down_and_is_sent_once(desk: Desk) -> None:
    person = under_way(desk)
    desk.crm["hubspot"].refuses_moves = True
    for _ in range(10):
        desk.now += 4 * HOUR
        desk.cycle()
    assert desk.crm["hubspot"].moved == []
    assert desk.episode(person).owner == "o1"
    desk.crm["hubspot"].refuses_moves = False
    for _ in range(4):
        desk.now += HOUR
        desk.cycle()
    assert [order.owner_id for order in desk.crm["hubspot"].moved] == ["o2"]
    assert desk.episode(person).owner == "o2"


def test_a_task_moved_just_before_we_died_is_moved_once(desk: Desk) -> None:
    person = under_way(desk)
    desk.now += DAY
    desk.cycle()
    desk.now += 4 * HOUR
    desk.crm["hubspot"].dies = True
    with pytest.raises(ConnectionResetError):
        desk.cycle()
    desk.crm["hubspot"].dies = False
    for _ in range(3):
        desk.now += HOUR
        desk.cycle()
    assert [order.owner_id for order in desk.crm["hubspot"].moved] == ["o2"]
    assert desk.episode(person).owner == "o2"


def test_a_move_that_nobody_has_sent_is_dropped_when_she_is_contacted_after_all(desk: Desk) -> None:
    person = under_way(desk)
    desk.now += 24 * HOUR
    desk.cycle()
    desk.now += 4 * HOUR
    assert desk.watch().moved == 1
    desk.call(HS, author_id="o1")
    desk.cycle()
    assert desk.crm["hubspot"].moved == []
    assert desk.episodes(person)[0].sla_state == "met"


@pytest.mark.parametrize("sla", [{"reassign_after_hours": None}, {"reassign_to": "nobody"}])
def test_without_a_rule_the_task_stays(desk: Desk, sla: dict[str, object]) -> None:
    desk.policy = replace(desk.policy, playbook=playbook(**sla))
    under_way(desk)
    for _ in range(10):
        desk.now += 4 * HOUR
        desk.cycle()
    assert desk.crm["hubspot"].moved == []


def test_rungs_are_taken_in_business_hours_only_and_the_state_tells_the_truth_meanwhile(desk: Desk) -> None:
    agreed = desk.policy.playbook
    calendar = replace(agreed.calendar, hours=Hours(9 * 60, 18 * 60))
    desk.policy = replace(desk.policy, playbook=replace(agreed, calendar=calendar))
    desk.now = at("2026-10-15T17:00")  # a Thursday: due on Friday at 17:00
    person = under_way(desk)
    key = desk.episode(person).task_key
    desk.now = at("2026-10-16T21:00")  # the service was down when it fell due
    assert state(desk, person) == "breached"
    assert f"sla_breach:{key}" not in desk.notices()
    desk.now = at("2026-10-18T12:00")
    desk.cycle()
    assert f"sla_breach:{key}" not in desk.notices()
    desk.now = at("2026-10-19T09:00")
    desk.cycle()
    assert f"sla_breach:{key}" in desk.notices()
    assert len(desk.crm["hubspot"].moved) == 1  # the four hours ended when business began again


def test_who_cools_down_has_no_clock_and_no_ladder(desk: Desk) -> None:
    person = under_way(desk)
    desk.now += 23 * HOUR
    desk.score(person, "nurture", 60_000)
    desk.cycle()
    desk.now += 20 * HOUR
    desk.cycle()
    assert not any(key.startswith("sla_breach") for key in desk.notices())
    assert desk.crm["hubspot"].shown[HS]["sla_state"] == "none"


def test_in_a_pilot_a_task_is_not_moved_to_somebody_outside_it(desk: Desk) -> None:
    desk.policy = replace(desk.policy, pilot_owners=frozenset({ANN}))
    under_way(desk)
    for _ in range(10):
        desk.now += 4 * HOUR
        desk.cycle()
    assert len(desk.crm["hubspot"].tasks) == 1
    assert desk.crm["hubspot"].moved == []


def test_a_task_in_salesforce_is_moved_there(desk: Desk) -> None:
    desk.owner("salesforce", "005A", ANN)
    desk.owner("salesforce", "005B", BOB)
    person = desk.records(HS, LEAD, owner_id="005A")
    desk.score(person)
    desk.cycle()
    assert desk.episode(person).task_system == "salesforce"
    for _ in range(8):
        desk.now += 4 * HOUR
        desk.cycle()
    assert [order.owner_id for order in desk.crm["salesforce"].moved] == ["005B"]
