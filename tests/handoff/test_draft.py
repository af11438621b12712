"""Which episodes open, which tasks are made, which records are told what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from people import ALL, DAY, FIRST, LIVE, NOW, POLICY, episode, member, score_row, standing, told

from sync.core.records import RecordKey, State
from sync.handoff.assignment import Desk
from sync.handoff.draft import draft
from sync.handoff.episodes import Change
from sync.handoff.owners import OwnerBook
from sync.handoff.policy import Moment
from sync.handoff.tellings import STAMPS, wanted
from sync.repository import OutboxRow, Owner, Standing

NOBODY = OwnerBook([])


def one(person: Standing, policy=POLICY, moment: Moment = LIVE, owners: OwnerBook = NOBODY, own_tasks=None):  # type: ignore[no-untyped-def]
    return draft([person], owners, policy, moment, own_tasks or {}).people[0]


def acknowledged(person: Standing, **changed: object) -> Standing:
    """As if every record had been told exactly what it should hold."""
    values = {**wanted(person, person.episode, person.first_hot_at, NOW - 99), **changed}
    return replace(person, told={m.id: told(values) for m in person.members})


def test_who_becomes_hot_gets_one_task_due_in_24_hours_for_the_record_s_owner() -> None:
    owners = OwnerBook([Owner("hubspot", "o1", "ann@x.jp", "Ann", True)])
    plan = one(standing(members=(member(1, owner_id="o1"),)), owners=owners)
    assert plan.turn.change is Change.OPEN
    assert plan.task is not None
    assert plan.task.payload["due_at"] == NOW + DAY
    assert plan.task.payload["owner"] == "o1"
    assert plan.task.payload["body"].splitlines()[-1] == "leadsync:p1-1"
    assert plan.tellings[0].fields["sla_due"] == NOW + DAY
    assert plan.tellings[0].fields["sla_state"] == "open"


def test_the_task_goes_to_salesforce_when_the_person_is_there() -> None:
    both = (member(1), member(2, "salesforce", "lead"), member(3, "salesforce", "contact"))
    task = one(standing(members=both)).task
    assert task is not None
    assert (task.system, task.record_id) == ("salesforce", 3)


def test_a_converted_lead_bears_neither_task_nor_score() -> None:
    lead = member(2, "salesforce", "lead")
    lead = replace(lead, record=replace(lead.record, state=State.CONVERTED))
    plan = one(standing(members=(member(1), lead)))
    assert plan.task is not None
    assert plan.task.system == "hubspot"
    assert [telling.member.id for telling in plan.tellings] == [1]


def test_an_owner_known_only_in_the_other_crm_is_found_by_address_and_an_inactive_one_is_passed_over() -> None:
    owners = OwnerBook(
        [
            Owner("hubspot", "o1", "ann@x.jp", "Ann", True),
            Owner("salesforce", "005A", "ann@x.jp", "Ann", True),
            Owner("salesforce", "005B", "bob@x.jp", "Bob", False),
        ]
    )
    records = (member(1, owner_id="o1"), member(2, "salesforce", "contact", owner_id="005B"))
    task = one(standing(members=records), owners=owners).task
    assert task is not None
    assert task.payload["owner"] == "005A"


def test_the_second_cycle_has_nothing_to_do() -> None:
    person = standing(episode=episode(), first_hot_at=NOW - DAY)
    plan = one(acknowledged(person))
    assert (plan.task, plan.orders, plan.turn.change) == (None, (), Change.NONE)


@pytest.mark.parametrize(("away", "again"), [(13, Change.CONTINUE), (14, Change.OPEN)])
def test_a_return_within_14_days_continues_the_episode(away: int, again: Change) -> None:
    cooled = episode(closed_at=NOW - away * DAY, cooled_at=NOW - away * DAY)
    plan = one(standing(episode=cooled))
    assert plan.turn.change is again
    assert (plan.task is not None) == (again is Change.OPEN)


def test_who_leaves_the_hot_band_keeps_no_due_time() -> None:
    plan = one(standing(episode=episode(), score=score_row(total=60_000, band="nurture")))
    assert plan.turn.change is Change.CLOSE
    assert plan.tellings[0].fields["sla_due"] is None
    assert plan.tellings[0].fields["hot_since"] is None


def test_at_go_live_only_the_recently_hot_get_tasks_best_first_within_the_owner_s_number() -> None:
    people = [standing(n, score=score_row(n, total=80_000 + n * 1000, hot_since=NOW - DAY)) for n in range(1, 8)]
    old = standing(9, score=score_row(9, total=100_000, hot_since=NOW - 8 * DAY))
    plans = draft([*people, old], NOBODY, POLICY, FIRST, {}).people
    assert [p.standing.person_id for p in plans if p.task] == [3, 4, 5, 6, 7]
    assert [p.standing.person_id for p in plans if p.episode and p.episode.task_state == "queued"] == [1, 2]
    assert next(p for p in plans if p.standing.person_id == 9).episode.task_state == "none"  # type: ignore[union-attr]
    assert all(p.tellings for p in plans)


def test_the_queue_goes_on_the_next_day_best_first_whoever_waits() -> None:
    live = Moment(NOW, live_at=NOW - DAY, desk=Desk(today={"hubspot:": 4}))
    queued = [
        standing(n, episode=episode(person_id=n, task_key=f"p{n}-1", task_state="queued", opened_at=NOW - DAY))
        for n in (1, 2)
    ]
    fresh = standing(3, score=score_row(3, total=90_000))
    plans = draft([*queued, fresh], NOBODY, POLICY, live, {}).people
    assert [bool(plan.task) for plan in plans] == [False, False, True]
    assert [plan.episode.task_state for plan in plans if plan.episode] == ["queued", "queued", "ordered"]


def test_a_task_that_already_stands_in_the_crm_is_adopted_not_made_again() -> None:
    plan = one(standing(), own_tasks={"p1-1": RecordKey("hubspot", "task", "t77")})
    assert plan.task is None
    assert plan.adopted
    assert plan.episode is not None
    assert (plan.episode.task_state, plan.episode.task_id) == ("made", "t77")


def test_a_rebuilt_store_takes_due_time_and_first_hot_from_what_the_crm_holds() -> None:
    person = standing(members=(member(1, own={"sla_due": NOW + 5, "first_hot_at": NOW - 9 * DAY}),))
    plan = one(person, own_tasks={"p1-1": RecordKey("hubspot", "task", "t77")})
    fields = plan.tellings[0].fields
    assert (fields["sla_due"], fields["first_hot_at"], fields["sla_state"]) == (NOW + 5, NOW - 9 * DAY, "open")


def test_excluded_people_get_the_band_and_the_reason_but_no_task() -> None:
    row = score_row(total=0, band="excluded", talk_track="", top_reason="学生", hot_since=None)
    plan = one(standing(score=row))
    assert plan.task is None
    assert plan.tellings[0].fields["band"] == "excluded"
    assert plan.tellings[0].fields["talk_track"] is None


def test_points_are_rounded_towards_minus_infinity() -> None:
    row = score_row(total=79_999, band="nurture", attribute=-1, hot_since=None)
    fields = one(standing(score=row)).tellings[0].fields
    assert (fields["score"], fields["attribute_score"]) == (79, -1)


def drifted(old_total: int, new_total: int, basis: str = "b1", band: str = "nurture") -> Standing:
    before = acknowledged(standing(score=score_row(total=old_total, band="nurture", hot_since=None)))
    row = score_row(total=new_total, band=band, basis=basis, hot_since=None)
    notes = {id: replace(t, total=old_total) for id, t in before.told.items()}
    return replace(before, score=row, told=notes)


@pytest.mark.parametrize(
    ("new_total", "basis", "band", "written"),
    [
        (66_000, "b1", "nurture", False),  # four points by ageing alone
        (65_001, "b1", "nurture", False),
        (65_000, "b1", "nurture", True),  # five points
        (69_000, "b2", "nurture", True),  # one point, but something new was learned
        (69_900, "b2", "nurture", True),
        (69_000, "b1", "hold", True),  # the band moved
        (70_000, "b2", "nurture", False),  # something new, but nothing to tell
    ],
)
def test_a_change_by_ageing_alone_waits_until_it_adds_up(new_total: int, basis: str, band: str, written: bool) -> None:
    assert bool(one(drifted(70_000, new_total, basis, band)).orders) is written


def test_scored_at_and_model_version_never_cause_a_write() -> None:
    person = acknowledged(standing(episode=episode()), model_version="basic-0", scored_at=1)
    assert one(replace(person, first_hot_at=None)).orders == ()


def test_when_one_record_is_due_all_records_of_the_person_are_told() -> None:
    person = acknowledged(standing(members=(member(1), member(2, "salesforce", "contact")), episode=episode()))
    person = replace(person, told={1: replace(person.told[1], basis="old")}, score=score_row(total=86_000))
    assert sorted(order.key for order in one(person).orders) == ["score:1", "score:2"]


def test_a_value_changed_by_somebody_else_is_put_right() -> None:
    person = acknowledged(standing(score=score_row(total=70_000, band="nurture", hot_since=None)))
    edited = replace(
        person.members[0], record=replace(person.members[0].record, own={**person.told[10].fields, "score": 1})
    )
    plan = one(replace(person, members=(edited,), own_at={10: (NOW, NOW)}))
    assert [telling.old.keys() - STAMPS for telling in plan.tellings] == [{"score"}]


def test_the_newer_of_acknowledged_and_pulled_values_counts() -> None:
    person = acknowledged(standing(score=score_row(total=70_000, band="nurture", hot_since=None)))
    stale = replace(person.members[0], record=replace(person.members[0].record, own={"score": 1}))
    assert one(replace(person, members=(stale,), own_at={10: (NOW - 51, NOW)})).orders == ()


def test_an_edit_in_the_second_of_our_own_write_is_put_right_too() -> None:
    person = acknowledged(standing(score=score_row(total=70_000, band="nurture", hot_since=None)))
    edited = replace(
        person.members[0], record=replace(person.members[0].record, own={**person.told[10].fields, "score": 1})
    )
    at = person.told[10].acked_at
    assert one(replace(person, members=(edited,), own_at={10: (at, at + 60)})).orders
    assert not one(replace(person, members=(edited,), own_at={10: (at, at)})).orders


def rejected(person: Standing, at: int) -> Standing:
    order = one(person).orders[0]
    row = OutboxRow(1, order.key, "hubspot", "score", 1, order.payload, "rejected", 1, 0, record_id=10, done_at=at)
    return replace(person, waiting={10: row})


@pytest.mark.parametrize(("age", "offered"), [(DAY - 1, False), (DAY, True)])
def test_refused_values_are_offered_again_after_a_day_not_every_cycle(age: int, offered: bool) -> None:
    person = standing(score=score_row(total=70_000, band="nurture", hot_since=None))
    assert bool(one(rejected(person, NOW - age)).orders) is offered


def test_refused_values_do_not_hold_up_new_ones() -> None:
    person = rejected(standing(score=score_row(total=70_000, band="nurture", hot_since=None)), NOW)
    assert one(replace(person, score=score_row(total=75_000, band="nurture", hot_since=None))).orders


def test_only_fields_that_exist_are_written() -> None:
    policy = replace(POLICY, writable={"hubspot": ALL - {"reasons", "interest"}})
    fields = one(standing(), policy=policy).tellings[0].fields
    assert "reasons" not in fields
    assert "score" in fields


def test_in_a_pilot_its_owners_get_tasks_and_everybody_else_s_people_only_fields() -> None:
    owners = OwnerBook([Owner("hubspot", "o1", "ann@x.jp", "Ann", True), Owner("hubspot", "o2", "bob@x.jp", "B", True)])
    policy = replace(POLICY, pilot_owners=frozenset({"ann@x.jp"}))
    people = [standing(n, members=(member(n, owner_id=f"o{n}", person_id=n),)) for n in (1, 2)]
    plans = draft(people, owners, policy, LIVE, {}).people
    assert [(bool(plan.tellings), bool(plan.task)) for plan in plans] == [(True, True), (True, False)]
    outside = plans[1].tellings[0].fields
    assert (outside["band"], outside["sla_state"], outside["sla_due"]) == ("hot", "none", None)
