"""Tasks and tellings over many cycles: people who cool, return, merge and vanish while something is under way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk import ALL, CONTACT, DAY, HS, LEAD, Desk
from warm import ENGINE

from sync.core.records import PersonRecord, RecordKey, State
from sync.jobs.resolve import resolve
from sync.ports import Outcome, Result
from sync.store.database import SqlStore

HS_ONLY = {"systems": ("hubspot",), "writable": {"hubspot": ALL}}


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    made = Desk(store)
    made.live()
    return made


def test_what_was_acknowledged_is_not_drafted_again(desk: Desk) -> None:
    person = desk.records(HS, LEAD)
    desk.score(person)
    assert (desk.plan().score_orders, desk.plan().people) == (2, ())
    desk.push()
    with desk.store.begin() as unit:
        unit.flag([person], plan=True)
    again = desk.plan()
    assert (len(again.people), again.score_orders, again.task_orders) == (1, 0, 0)


def test_who_cools_before_her_task_was_sent_gets_none(desk: Desk) -> None:
    person = desk.records(HS)
    desk.score(person)
    assert desk.plan().task_orders == 1
    desk.score(person, "nurture", 60_000)
    desk.plan()
    desk.push()
    assert desk.crm["hubspot"].tasks == {}
    assert desk.crm["hubspot"].shown[HS]["sla_state"] == "none"


def test_who_cools_before_her_task_was_sent_and_returns_gets_it_then(desk: Desk) -> None:
    person = desk.records(HS)
    desk.score(person)
    desk.plan()
    desk.score(person, "nurture", 60_000)
    desk.plan()
    desk.now += 2 * DAY
    desk.score(person)
    desk.plan()
    desk.push()
    assert [order.due_at for order in desk.crm["hubspot"].tasks.values()] == [desk.now + DAY]
    assert [(e.number, e.task_state) for e in desk.episodes(person)] == [(1, "made")]


def test_who_waits_in_the_queue_cools_and_returns_still_waits_for_her_turn(desk: Desk) -> None:
    with desk.store.begin() as unit:
        unit.set_fact("live_at", None)
    person = desk.records(HS)
    desk.score(person)
    desk.plan(per_owner_per_day=0)
    desk.score(person, "nurture", 60_000)
    desk.plan()
    desk.now += 2 * DAY
    desk.score(person)
    assert desk.plan().task_orders == 1


def test_a_task_that_may_have_been_sent_is_not_dropped_when_she_cools(desk: Desk) -> None:
    person = desk.records(HS)
    desk.score(person)
    desk.plan()
    desk.crm["hubspot"].answers[HS] = Outcome("", Result.RETRY, "timeout")
    desk.push()
    desk.score(person, "nurture", 60_000)
    desk.plan()
    assert desk.outbox()[f"task:{desk.episodes(person)[0].task_key}"] == "sending"


def test_the_person_of_a_task_was_deleted_and_lives_on_in_the_other_crm(desk: Desk) -> None:
    person = desk.records(HS, LEAD)
    desk.score(person)
    desk.plan()
    desk.crm["salesforce"].answers[LEAD] = Outcome("", Result.REJECTED, "ENTITY_IS_DELETED", gone=True)
    desk.push()
    desk.plan()
    desk.push()
    assert (len(desk.crm["salesforce"].tasks), len(desk.crm["hubspot"].tasks)) == (0, 1)
    assert [(e.task_state, e.task_system) for e in desk.episodes(person)] == [("made", "hubspot")]


def test_a_lead_converted_and_its_contact_merged_before_the_push_bears_the_task_as_what_lives(desk: Desk) -> None:
    person = desk.records(LEAD)
    desk.score(person)
    desk.plan()
    final = CONTACT._replace(id="003B")
    with desk.store.begin() as unit:
        lead = PersonRecord(LEAD, desk.now + 1, state=State.CONVERTED, successor=CONTACT, email="taro@example.jp")
        middle = PersonRecord(CONTACT, desk.now + 1, state=State.MERGED, successor=final, email="taro@example.jp")
        unit.save([lead, middle, PersonRecord(final, desk.now + 1, email="taro@example.jp")], desk.now)
    resolve(desk.store, ENGINE, desk.clock, lambda: None)
    desk.push()
    assert [order.person for order in desk.crm["salesforce"].tasks.values()] == [final]


def test_of_two_hot_people_who_are_one_the_task_under_way_is_closed_once_it_is_made(desk: Desk) -> None:
    first = desk.records(HS)
    desk.score(first)
    desk.plan()
    desk.push()
    desk.now += 60
    other = HS._replace(id="2")
    second = desk.records(other, email="t@example.jp")
    desk.score(second)
    desk.plan()
    desk.crm["hubspot"].answers[other] = Outcome("", Result.RETRY, "timeout")
    desk.push("hubspot")
    desk.crm["hubspot"].answers.clear()
    assert desk.records(other) == first
    desk.now += 7200
    desk.score(first)
    desk.plan()
    desk.push()
    desk.push()
    (kept, double) = sorted(desk.crm["hubspot"].tasks)  # both were made: the second may have been already
    states = {e.task_key: e.closed_at is None for e in desk.episodes(first)}
    assert desk.crm["hubspot"].completed == [key for key, is_open in states.items() if not is_open]
    assert sorted(states) == [kept, double]


def test_of_two_hot_people_who_are_one_the_episode_with_a_task_stays(desk: Desk) -> None:
    with desk.store.begin() as unit:
        unit.set_fact("live_at", None)
    first = desk.records(HS)
    desk.score(first, hot_since=desk.now - 9 * DAY)
    desk.plan()
    other = HS._replace(id="2")
    desk.now += 60
    second = desk.records(other, email="t@example.jp")
    desk.score(second)
    desk.plan()
    desk.push()
    assert len(desk.crm["hubspot"].tasks) == 1
    desk.records(other)
    desk.score(first)
    desk.plan()
    desk.push()
    assert desk.crm["hubspot"].completed == []
    assert [e.task_state for e in desk.episodes(first) if e.closed_at is None] == ["made"]


def test_a_merged_person_s_flapping_continues_the_episode_that_cooled_last(desk: Desk) -> None:
    first = desk.records(HS)
    other = HS._replace(id="2")
    second = desk.records(other, email="t@example.jp")
    for person in (first, second):
        desk.score(person)
        desk.plan()
        desk.now += 60
    desk.push()
    desk.records(other)
    for band, days in (("hot", 20), ("nurture", 5), ("hot", 0)):
        desk.score(first, band, 85_000 if band == "hot" else 60_000)
        desk.plan()
        desk.push()
        desk.now += days * DAY
    assert len(desk.crm["hubspot"].tasks) == 2
    assert [e.task_state for e in desk.episodes(first) if e.closed_at is None] == ["made"]


def test_who_has_no_live_record_any_more_has_no_episode_no_order_and_is_not_planned_again(desk: Desk) -> None:
    from sync.jobs.rescore import forget_unscored

    person = desk.records(HS)
    desk.score(person)
    desk.plan()
    with desk.store.begin() as unit:
        unit.save([PersonRecord(HS, desk.now + 1, state=State.ARCHIVED, email="taro@example.jp")], desk.now)
    resolve(desk.store, ENGINE, desk.clock, lambda: None)
    with desk.store.begin() as unit:
        forget_unscored(unit, [person], desk.now)
        assert unit.plan_due(0, 9) == []
    assert desk.outbox() == {}
    assert [e.closed_at for e in desk.episodes(person)] == [desk.now]


def test_hubspot_does_not_wait_for_a_salesforce_that_refused(desk: Desk) -> None:
    desk.score(desk.records(HS, LEAD), "nurture", 60_000)
    desk.plan()
    desk.crm["salesforce"].answers[LEAD] = Outcome("", Result.REJECTED, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    desk.push()
    assert HS in desk.crm["hubspot"].shown


def test_hubspot_waits_for_a_silent_salesforce_but_not_for_ever(desk: Desk) -> None:
    desk.score(desk.records(HS, LEAD), "nurture", 60_000)
    desk.plan()
    desk.push("hubspot")
    assert HS not in desk.crm["hubspot"].shown
    desk.now += 3601
    desk.push("hubspot")
    assert HS in desk.crm["hubspot"].shown


def test_hubspot_does_not_wait_for_ever_for_a_salesforce_that_always_says_later(desk: Desk) -> None:
    desk.score(desk.records(HS, LEAD), "nurture", 60_000)
    desk.plan()
    desk.crm["salesforce"].answers[LEAD] = Outcome("", Result.RETRY, "UNABLE_TO_LOCK_ROW")
    for _ in range(8):
        desk.push()
        desk.now += 1800
    assert HS in desk.crm["hubspot"].shown


def test_a_crm_that_is_switched_off_holds_up_nobody_and_is_told_when_it_is_back(desk: Desk) -> None:
    desk.score(desk.records(HS, LEAD))
    desk.plan()
    desk.plan(**HS_ONLY)
    desk.push("hubspot")
    assert HS in desk.crm["hubspot"].shown
    desk.plan()
    desk.push()
    assert LEAD in desk.crm["salesforce"].shown
    assert (len(desk.crm["salesforce"].tasks), len(desk.crm["hubspot"].tasks)) == (1, 0)


def test_fields_that_can_be_written_only_since_now_reach_people_of_whom_nothing_else_changed(desk: Desk) -> None:
    desk.score(desk.records(HS))
    desk.plan(writable={"hubspot": ALL - {"reasons", "segment", "first_hot_at"}})
    desk.push()
    assert "reasons" not in desk.crm["hubspot"].shown[HS]
    desk.plan()
    desk.push()
    assert desk.crm["hubspot"].shown[HS].keys() >= ALL - {"verdict_answer"}


def test_a_wider_pilot_reaches_people_of_whom_nothing_else_changed(desk: Desk) -> None:
    person = desk.records(HS)
    desk.score(person)
    desk.plan(pilot_owners=frozenset({"nobody@example.jp"}))
    desk.push()
    assert (desk.crm["hubspot"].shown[HS]["band"], desk.crm["hubspot"].tasks) == ("hot", {})
    desk.plan()
    desk.push()
    assert len(desk.crm["hubspot"].tasks) == 1


def test_a_meeting_that_lies_ahead_is_no_contact_yet(desk: Desk) -> None:
    from sync.core.records import ActivityRecord

    person = desk.records(HS)
    desk.score(person)
    desk.plan()
    desk.push()
    meeting = ActivityRecord(
        RecordKey("hubspot", "meeting", "m"), desk.now, "meeting", desk.now + 3 * DAY, people=(HS,)
    )
    with desk.store.begin() as unit:
        unit.save([meeting], desk.now)
        unit.attach_activities()
    desk.watch()
    assert desk.episodes(person)[0].sla_state == "open"
    desk.now += 60
    with desk.store.begin() as unit:
        unit.save([replace(meeting, occurred_at=desk.now - 1, modified_at=desk.now + 1)], desk.now)
    desk.watch()
    assert desk.episodes(person)[0].sla_state == "met"


def test_the_go_live_queue_goes_on_day_by_day_best_first(desk: Desk) -> None:
    with desk.store.begin() as unit:
        unit.set_fact("live_at", None)
    people = [desk.records(HS._replace(id=str(n)), email=f"p{n}@example.jp") for n in range(1, 6)]
    for n, person in enumerate(people):
        desk.score(person, total=80_000 + n * 1000)
    made: list[int] = []
    for _ in range(4):
        desk.plan(per_owner_per_day=2)
        desk.plan(per_owner_per_day=2)  # a second cycle of the same day
        desk.push()
        made.append(len(desk.crm["hubspot"].tasks))
        desk.now += DAY
    assert made == [2, 4, 5, 5]
