from __future__ import annotations

import json

import pytest

from connectors.hubspot.values import task_key_in
from connectors.sandbox.http import Response
from sync.core.records import HUBSPOT, RecordKey
from sync.errors import QuotaReached
from sync.ports import Result, TaskAction, TaskOrder


def create(person, key="t-1", **more):
    body = f"ホットになりました\n理由: 価格ページ\nleadsync:{key}"
    given = {"subject": "フォロー", "body": body, "due_at": 1_790_100_000} | more
    return TaskOrder(f"k-{key}", TaskAction.CREATE, key, RecordKey(HUBSPOT, "contact", person), **given)


def complete(task, note=""):
    return TaskOrder(f"done-{task}", TaskAction.COMPLETE, "t", task_id=task, note=note)


def write(lab, *orders):
    return {outcome.key: outcome for batch in lab.connector().write_tasks(orders) for outcome in batch}


def tasks(lab):
    return [task.properties for task in lab.app.all("tasks")]


def test_a_hundred_tasks_are_one_call_each_with_its_person(lab):
    people = lab.contacts(100)
    outcomes = write(lab, *[create(person, f"t-{n}") for n, person in enumerate(people)])
    assert lab.app.count() == 1
    assert {outcome.result for outcome in outcomes.values()} == {Result.APPLIED}
    reader = lab.reader()
    read = {record.task_key: record for record in reader.read("tasks")}
    assert len(read) == 100
    for n, person in enumerate(people):
        assert read[f"t-{n}"].key == outcomes[f"k-t-{n}"].record
        assert read[f"t-{n}"].people == (RecordKey(HUBSPOT, "contact", person),)


def test_a_task_bears_due_date_priority_owner_and_marker(lab):
    lab.app.add_owner("31", "o@example.com", "O", "W")
    (person,) = lab.contacts(1)
    write(lab, create(person, owner_id="31"))
    (task,) = tasks(lab)
    assert task["hs_timestamp"].startswith("2026-09-22T18:00:00")
    assert (task["hs_task_priority"], task["hs_task_status"]) == ("HIGH", "NOT_STARTED")
    assert task["hubspot_owner_id"] == "31"
    assert task_key_in(task["hs_task_body"]) == "t-1"


def test_a_removed_owner_costs_the_task_its_owner_only(lab):
    lab.app.add_owner("31", "o@example.com", "O", "W")
    lab.app.add_owner("32", "p@example.com", "P", "X")
    lab.app.remove_owner("31")
    people = lab.contacts(3)
    owners = {"a": "31", "b": "32", "c": "31"}
    orders = [create(person, key, owner_id=owners[key]) for person, key in zip(people, owners, strict=True)]
    outcomes = write(lab, *orders)
    assert {outcome.result for outcome in outcomes.values()} == {Result.APPLIED}
    assert outcomes["k-a"].reason.startswith("OWNER_REFUSED")
    assert outcomes["k-b"].reason == ""
    assert sorted(task.get("hubspot_owner_id", "") for task in tasks(lab)) == ["", "", "32"]


def test_a_removed_owner_that_fails_the_whole_batch_is_found_too(lab):
    people = lab.contacts(8)
    item = [{"isValid": False, "error": "INVALID_OPTION", "name": "hubspot_owner_id", "message": "31 no owner"}]
    body = {"category": "VALIDATION_ERROR", "message": f"Property values were not valid: {json.dumps(item)}"}
    lab.app.fault(path="tasks/batch/create", body='"hubspot_owner_id": "31"', response=Response(400, body), times=0)
    lab.app.add_owner("32", "p@example.com", "P", "X")
    owners = ["32"] * 6 + ["31", "31"]
    outcomes = write(lab, *[create(person, f"t{n}", owner_id=owners[n]) for n, person in enumerate(people)])
    assert {outcome.result for outcome in outcomes.values()} == {Result.APPLIED}
    assert len(tasks(lab)) == 8


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "work_then_reset"},
        {"action": "work_then_respond", "response": Response(504, "<html>timeout</html>")},
        {"action": "work_then_respond", "response": Response(200, "<html>proxy</html>")},
    ],
)
def test_a_create_whose_answer_was_lost_is_looked_up_not_repeated(lab, fault):
    (person,) = lab.contacts(1)
    lab.app.fault(path="tasks/batch/create", **fault)
    (first,) = write(lab, create(person)).values()
    assert first.result is Result.RETRY
    assert lab.app.count("batch/create") == 1
    (second,) = write(lab, create(person, suspect_since=int(lab.clock.now()))).values()
    assert (second.result, second.reason) == (Result.APPLIED, "FOUND")
    assert len(tasks(lab)) == 1
    assert second.record.object == "task"


def test_a_create_that_timed_out_and_never_arrived_is_made_at_the_next_try(lab):
    (person,) = lab.contacts(1)
    lab.app.fault(path="tasks/batch/create", action="reset")
    assert next(iter(write(lab, create(person)).values())).result is Result.RETRY
    (second,) = write(lab, create(person, suspect_since=int(lab.clock.now()))).values()
    assert (second.result, second.reason) == (Result.APPLIED, "")
    assert len(tasks(lab)) == 1


def test_an_older_task_with_the_marker_is_no_proof(lab):
    """A copy made by another integration long ago is not what the lost create made."""
    (person,) = lab.contacts(1)
    write(lab, create(person))
    lab.clock.advance(86_400)
    (outcome,) = write(lab, create(person, suspect_since=int(lab.clock.now()))).values()
    assert outcome.reason == ""
    assert len(tasks(lab)) == 2


def test_a_suspect_is_found_on_the_person_its_contact_was_merged_into(lab):
    one, two = lab.contacts(2)
    write(lab, create(one))
    since = int(lab.clock.now())
    lab.app.merge_contacts(two, one)
    (outcome,) = write(lab, create(one, suspect_since=since)).values()
    assert outcome.result is Result.APPLIED
    assert len(tasks(lab)) == 1


def test_a_create_refused_for_speed_is_sent_again(lab):
    (person,) = lab.contacts(1)
    body = {"policyName": "TEN_SECONDLY_ROLLING", "status": "error"}
    lab.app.fault(path="tasks/batch/create", response=Response(429, body))
    (outcome,) = write(lab, create(person)).values()
    assert outcome.result is Result.APPLIED
    assert len(tasks(lab)) == 1


def test_a_task_for_a_merged_person_is_made_on_the_new_record(lab):
    one, two = lab.contacts(2)
    new = lab.app.merge_contacts(two, one)
    (outcome,) = write(lab, create(one)).values()
    assert outcome.result is Result.APPLIED
    (record,) = lab.reader().read("tasks")
    assert record.people == (RecordKey(HUBSPOT, "contact", new),)


def test_a_task_for_a_person_who_is_gone_is_rejected_and_its_neighbour_made(lab):
    one, two = lab.contacts(2)
    lab.app.gdpr_delete(one)
    outcomes = write(lab, create(one, "a"), create(two, "b"))
    assert (outcomes["k-a"].result, outcomes["k-a"].gone) == (Result.REJECTED, True)
    assert outcomes["k-b"].result is Result.APPLIED


def test_two_orders_for_one_task_make_one(lab):
    (person,) = lab.contacts(1)
    first = create(person)
    second = TaskOrder("again", TaskAction.CREATE, "t-1", first.person, body=first.body, subject="x")
    outcomes = write(lab, first, second)
    assert outcomes["again"].record == outcomes["k-t-1"].record
    assert len(tasks(lab)) == 1


def test_completing_appends_the_note_once_and_repeating_changes_nothing(lab):
    (person,) = lab.contacts(1)
    made = write(lab, create(person))["k-t-1"].record.id
    first = write(lab, complete(made, "統合のため完了"))[f"done-{made}"]
    again = write(lab, complete(made, "統合のため完了"))[f"done-{made}"]
    assert (first.result, again.result) == (Result.APPLIED, Result.UNCHANGED)
    (task,) = tasks(lab)
    assert task["hs_task_status"] == "COMPLETED"
    assert task["hs_task_body"].count("統合のため完了") == 1
    assert task_key_in(task["hs_task_body"]) == "t-1"


def test_completing_a_task_that_is_gone_is_told(lab):
    (outcome,) = write(lab, complete("123456")).values()
    assert (outcome.result, outcome.gone) == (Result.REJECTED, True)


def test_tasks_made_before_the_daily_limit_are_told_first(lab):
    people = lab.contacts(150)
    body = {"policyName": "DAILY", "errorType": "RATE_LIMIT", "status": "error"}
    lab.app.fault(path="batch/create", response=Response(429, body), skip=1)
    told = []
    batches = lab.connector().write_tasks([create(p, f"t{n}") for n, p in enumerate(people)])
    with pytest.raises(QuotaReached):
        told.extend(outcome for batch in batches for outcome in batch)
    assert len(told) == 100


def on_deal(person, deal, key="t-1", **more):
    return create(person, key, deal=RecordKey(HUBSPOT, "deal", deal), **more)


def linked(lab, task, to):
    return list(lab.app.portal.associations.of(("tasks", to), task))


def test_deals_cost_no_further_call(lab):
    people = lab.contacts(100)
    deals = [lab.app.put("deals", {"dealname": f"D{n}"}) for n in range(100)]
    lab.forget_calls()
    found = write(lab, *[on_deal(p, d, f"t-{n}") for n, (p, d) in enumerate(zip(people, deals, strict=True))])
    assert lab.app.count() == 1
    for n, (person, deal) in enumerate(zip(people, deals, strict=True)):
        task = found[f"k-t-{n}"].record.id
        assert (linked(lab, task, "contacts"), linked(lab, task, "deals")) == ([person], [deal])


def test_a_merged_person_and_a_deal_that_is_gone_still_give_a_task(lab):
    one, two = lab.contacts(2)
    new = lab.app.merge_contacts(two, one)
    deal = lab.app.put("deals", {"dealname": "D"})
    lab.app.archive("deals", deal)
    (outcome,) = write(lab, on_deal(one, deal)).values()
    assert (outcome.result, outcome.reason) == (Result.APPLIED, "DEAL_REFUSED made without deal")
    assert linked(lab, outcome.record.id, "contacts") == [new]
    assert len(tasks(lab)) == 1


def test_a_deal_that_fails_the_whole_batch_is_found_too(lab):
    people = lab.contacts(4)
    deals = [lab.app.put("deals", {"dealname": f"D{n}"}, id=str(80_000 + n)) for n in range(4)]
    body = {"category": "VALIDATION_ERROR", "message": "One or more associations are not valid"}
    wanted = f'"id": "{deals[2]}"'
    lab.app.fault(path="tasks/batch/create", body=wanted, response=Response(400, body), times=0)
    found = write(lab, *[on_deal(p, d, f"t{n}") for n, (p, d) in enumerate(zip(people, deals, strict=True))])
    assert {outcome.result for outcome in found.values()} == {Result.APPLIED}
    assert [found[f"k-t{n}"].reason != "" for n in range(4)] == [False, False, True, False]
    assert len(tasks(lab)) == 4


def reassign(task, owner, key="move", **more):
    return TaskOrder(key, TaskAction.REASSIGN, "t-1", task_id=task, owner_id=owner, **more)


def test_a_hundred_tasks_change_hands_in_two_calls(lab):
    lab.app.add_owner("31", "o@example.com", "O", "W")
    made = write(lab, *[create(person, f"t-{n}") for n, person in enumerate(lab.contacts(100))])
    lab.forget_calls()
    found = write(lab, *[reassign(each.record.id, "31", f"m{n}") for n, each in enumerate(made.values())])
    assert lab.app.count() == 2
    assert {outcome.result for outcome in found.values()} == {Result.APPLIED}


def test_giving_away_moves_owner_and_body_only_and_leaves_the_contact(lab):
    lab.app.add_owner("31", "o@example.com", "O", "W")
    lab.app.add_owner("32", "p@example.com", "P", "X")
    (person,) = lab.contacts(1, hubspot_owner_id="31")
    made = write(lab, create(person, owner_id="31"))["k-t-1"].record.id
    before, contact = dict(lab.app.get("tasks", made).properties), dict(lab.app.get("contacts", person).properties)
    lab.clock.advance(60)
    write(lab, reassign(made, "32", note="担当変更"))
    after = lab.app.get("tasks", made).properties
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"hubspot_owner_id", "hs_task_body", "hs_lastmodifieddate"}
    assert lab.app.get("contacts", person).properties == contact


def test_completing_and_giving_away_one_task_at_once_ends_completed(lab):
    lab.app.add_owner("31", "o@example.com", "O", "W")
    (person,) = lab.contacts(1)
    made = write(lab, create(person))["k-t-1"].record.id
    found = write(lab, reassign(made, "31"), complete(made))
    assert (found["move"].result, found["move"].reason) == (Result.UNCHANGED, "TASK_CLOSED")
    assert tasks(lab)[0]["hs_task_status"] == "COMPLETED"
