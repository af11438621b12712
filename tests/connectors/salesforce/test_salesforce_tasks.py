"""Follow-up tasks: batched, made once whatever gets lost, completed with a note."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from connectors.salesforce.activities import marker
from connectors.salesforce.describe import FieldShape, Shape
from connectors.salesforce.task_changes import is_closed_word, with_note
from connectors.salesforce.tasks import with_marker, words
from connectors.sandbox.http import Response
from sync.core.records import SALESFORCE, RecordKey
from sync.ports import Priority, Result, TaskAction, TaskOrder

POST = r"/composite/sobjects\?"


@pytest.fixture
def lead(world):
    return world.app.put_many("Lead", world.people(1))[0]


def order(id, n=0, kind="lead", **more):
    key = f"p{n}-e1"
    given = {
        "key": f"o{n}",
        "action": TaskAction.CREATE,
        "task_key": key,
        "person": RecordKey(SALESFORCE, kind, id),
        "subject": "【ホット】本日14:00まで",
        "body": f"理由: 価格ページ\nleadsync:{key}\n",
        "due_at": 1_790_003_600,
        "remind_at": 1_790_000_600,
    }
    return TaskOrder(**{**given, **more})


def ending(task_id, **more):
    return TaskOrder("c", TaskAction.COMPLETE, "p0-e1", task_id=task_id, **{"note": "重複のため終了", **more})


def write(connector, orders):
    return {outcome.key: outcome for batch in connector.write_tasks(orders) for outcome in batch}


def test_a_task_is_made_with_all_its_parts(world, lead):
    user = world.app.seeding_user_id
    outcome = write(world.connector(), [order(lead, owner_id=user)])["o0"]
    row = world.app.get("Task", outcome.record.id)
    assert outcome.result is Result.APPLIED
    assert (row["WhoId"], row["OwnerId"], row["Subject"]) == (lead, user, "【ホット】本日14:00まで")
    assert "leadsync:p0-e1" in row["Description"]
    assert (row["Status"], row["Priority"], row["TaskSubtype"]) == ("Not Started", "High", "Call")
    assert (row["ActivityDate"], row["IsReminderSet"]) == ("2026-09-22", True)
    assert row["ReminderDateTime"].startswith("2026-09-21T14:")


def test_the_due_day_is_the_day_in_the_org(world, lead):
    late = 1_790_003_600 + 6 * 3600  # 21:13 UTC, next morning in Tokyo
    outcome = write(world.connector(), [order(lead, due_at=late)])["o0"]
    assert world.app.get("Task", outcome.record.id)["ActivityDate"] == "2026-09-22"


def test_a_thousand_tasks_are_five_calls(world):
    leads = world.app.put_many("Lead", world.people(1_000))
    connector = world.connector()
    write(connector, [order(leads[0], n=5000)])
    outcomes = {}
    orders = [order(id, n) for n, id in enumerate(leads)]
    assert world.calls_of(lambda: outcomes.update(write(connector, orders))) == 5
    assert Counter(outcome.result for outcome in outcomes.values()) == {Result.APPLIED: 1_000}


def test_a_lost_answer_is_not_repeated_but_looked_up(world, lead):
    world.app.fault(method="POST", path=POST, action="work_then_reset")
    connector = world.connector()
    lost = write(connector, [order(lead)])["o0"]
    assert (lost.result, lost.record) == (Result.RETRY, None)
    assert len(world.app.all("Task")) == 1
    world.app.clock.advance(300)
    found = write(connector, [order(lead, suspect_since=int(world.app.clock.now()) - 300)])["o0"]
    assert found.result is Result.APPLIED
    assert [found.record.id] == [row["Id"] for row in world.app.all("Task")]


def test_a_create_that_never_arrived_is_made_on_the_second_try(world, lead):
    world.app.fault(method="POST", path=POST, action="reset")
    connector, since = world.connector(), int(world.app.clock.now())
    assert write(connector, [order(lead)])["o0"].result is Result.RETRY
    assert write(connector, [order(lead, suspect_since=since)])["o0"].result is Result.APPLIED
    assert len(world.app.all("Task")) == 1


def test_a_suspect_is_found_on_the_contact_that_its_lead_became(world, lead):
    world.app.fault(method="POST", path=POST, action="work_then_reset")
    connector, since = world.connector(), int(world.app.clock.now())
    write(connector, [order(lead)])
    world.app.convert_lead(lead)
    assert write(connector, [order(lead, suspect_since=since)])["o0"].result is Result.APPLIED
    assert len(world.app.all("Task")) == 1


def test_a_suspect_that_someone_deleted_is_not_made_again(world, lead):
    since = int(world.app.clock.now())
    connector = world.connector()
    made = write(connector, [order(lead)])["o0"].record.id
    world.app.delete("Task", made)
    assert write(connector, [order(lead, suspect_since=since)])["o0"].record.id == made
    assert world.app.all("Task") == []


def test_the_marker_of_another_task_of_the_person_is_no_match(world, lead):
    since = int(world.app.clock.now())
    connector = world.connector()
    write(connector, [order(lead, n=10)])
    assert write(connector, [order(lead, n=1, suspect_since=since)])["o1"].result is Result.APPLIED
    assert len(world.app.all("Task")) == 2


def test_many_suspects_are_looked_up_in_chunks_that_fit_an_address(world):
    leads = world.app.put_many("Lead", world.people(600))
    connector, since = world.connector(), int(world.app.clock.now())
    write(connector, [order(id, n) for n, id in enumerate(leads)])
    outcomes = write(connector, [order(id, n, suspect_since=since) for n, id in enumerate(leads)])
    assert all(outcome.result is Result.APPLIED for outcome in outcomes.values())
    assert len(world.app.all("Task")) == 600


def test_an_inactive_owner_is_left_out(world, lead):
    user = world.app.put(
        "User", {"Username": "x@y.jp", "LastName": "X", "Email": "x@y.jp", "Alias": "x", "IsActive": False}
    )
    outcome = write(world.connector(), [order(lead, owner_id=user)])["o0"]
    assert outcome.result is Result.APPLIED
    assert world.app.get("Task", outcome.record.id)["OwnerId"] != user


def test_an_owner_that_does_not_exist_is_left_out(world, lead):
    outcome = write(world.connector(), [order(lead, owner_id="0055j0000000999AAA")])["o0"]
    assert outcome.result is Result.APPLIED


def test_a_queue_is_never_sent_as_owner(world, lead):
    outcome = write(world.connector(), [order(lead, owner_id="00G5j0000000001EAA")])["o0"]
    assert world.app.get("Task", outcome.record.id)["OwnerId"] == world.app.running_user_id


def test_a_task_for_a_converted_lead_goes_to_the_contact(world, lead):
    contact = world.app.convert_lead(lead)
    outcome = write(world.connector(), [order(lead)])["o0"]
    assert world.app.get("Task", outcome.record.id)["WhoId"] == contact


def test_a_task_for_a_person_who_is_gone_is_refused(world, lead):
    other = world.app.put_many("Lead", world.people(1, start=9))[0]
    world.app.delete("Lead", lead)
    outcomes = write(world.connector(), [order(lead), order(other, n=1)])
    assert (outcomes["o0"].result, outcomes["o0"].gone) == (Result.REJECTED, True)
    assert outcomes["o1"].result is Result.APPLIED


def test_a_validation_rule_stops_one_task(world):
    leads = world.app.put_many("Lead", world.people(3))
    world.app.block("Task", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "no", times=1)
    outcomes = write(world.connector(), [order(id, n) for n, id in enumerate(leads)])
    assert Counter(outcome.result for outcome in outcomes.values()) == {Result.APPLIED: 2, Result.REJECTED: 1}


def test_the_same_task_asked_for_twice_is_made_once(world, lead):
    outcomes = write(world.connector(), [order(lead), order(lead, key="again")])
    assert outcomes["o0"].record == outcomes["again"].record
    assert len(world.app.all("Task")) == 1


def test_an_expired_token_does_not_double_a_task(world, lead):
    connector = world.connector()
    connector.account()
    world.app.expire_tokens()
    assert write(connector, [order(lead)])["o0"].result is Result.APPLIED
    assert len(world.app.all("Task")) == 1


def test_a_whole_call_refused_makes_nothing_and_is_taken_apart(world):
    leads = world.app.put_many("Lead", world.people(4))
    malformed = Response(400, [{"errorCode": "JSON_PARSER_ERROR", "message": "x"}])
    world.app.fault(method="POST", path=POST, body=leads[2], times=0, response=malformed)
    outcomes = write(world.connector(), [order(id, n) for n, id in enumerate(leads)])
    assert Counter(outcome.result for outcome in outcomes.values()) == {Result.APPLIED: 3, Result.REJECTED: 1}
    assert len(world.app.all("Task")) == 3


def test_completing_closes_the_task_and_adds_the_note_once(world, lead):
    connector = world.connector()
    made = write(connector, [order(lead)])["o0"].record.id
    assert write(connector, [ending(made)])["c"].result is Result.APPLIED
    row = world.app.get("Task", made)
    assert (row["Status"], row["IsClosed"]) == ("Completed", True)
    assert row["Description"].endswith("\n重複のため終了\nleadsync:p0-e1")
    assert write(connector, [ending(made)])["c"].result is Result.UNCHANGED
    assert world.app.get("Task", made)["Description"].count("重複のため終了") == 1


def test_completing_a_task_that_is_gone_is_no_error(world, lead):
    connector = world.connector()
    made = write(connector, [order(lead)])["o0"].record.id
    world.app.purge("Task", made)
    outcome = write(connector, [ending(made)])["c"]
    assert (outcome.result, outcome.gone) == (Result.UNCHANGED, True)


def test_200_completions_are_two_calls(world):
    leads = world.app.put_many("Lead", world.people(200))
    connector = world.connector()
    made = [one.record.id for one in write(connector, [order(id, n) for n, id in enumerate(leads)]).values()]
    orders = [TaskOrder(f"c{n}", TaskAction.COMPLETE, "k", task_id=id, note="x") for n, id in enumerate(made)]
    assert world.calls_of(lambda: write(connector, orders)) == 2


def test_statuses_of_a_japanese_org_are_read_from_its_picklist():
    status = FieldShape(createable=True, values=("未着手", "進行中", "完了"), default="未着手")
    priority = FieldShape(createable=True, values=("高", "中", "低"), default="中")
    chosen = words(Shape(0.0, {"Status": status, "Priority": priority}))
    assert (chosen.status, chosen.subtype) == ("未着手", "")
    assert chosen.priorities == {Priority.HIGH: "高", Priority.NORMAL: "中"}
    assert [value for value in status.values if is_closed_word(value)] == ["完了"]


def test_a_default_status_that_is_closed_is_not_taken():
    status = FieldShape(createable=True, values=("Completed", "Open"), default="Completed")
    assert words(Shape(0.0, {"Status": status})).status == "Open"


@pytest.mark.parametrize("word", ["Not Started", "Incomplete", "未完了", "In Progress"])
def test_open_statuses_are_not_taken_for_closed(word):
    assert not is_closed_word(word)


def test_a_body_that_is_too_long_keeps_its_marker():
    text = with_marker("あ" * 40_000 + "\nleadsync:k1\n", "k1")
    assert len(text) <= 32_000
    assert text.endswith("\nleadsync:k1")


def deal_of(world):
    return world.app.put("Opportunity", {"Name": "商談", "StageName": "Prospecting", "CloseDate": "2026-12-31"})


def on(deal):
    return RecordKey(SALESFORCE, "deal", deal)


def test_a_task_of_a_lead_hangs_on_no_opportunity(world, lead):
    outcome = write(world.connector(), [order(lead, deal=on(deal_of(world)))])["o0"]
    assert (outcome.result, outcome.reason) == (Result.APPLIED, "")
    assert world.app.get("Task", outcome.record.id)["WhatId"] is None


def test_a_lead_that_was_converted_meanwhile_brings_the_opportunity_in(world, lead):
    deal = deal_of(world)
    contact = world.app.convert_lead(lead)
    outcome = write(world.connector(), [order(lead, deal=on(deal))])["o0"]
    row = world.app.get("Task", outcome.record.id)
    assert (row["WhoId"], row["WhatId"]) == (contact, deal)


def test_an_opportunity_that_the_integration_user_may_not_use_is_left_out(world):
    contact = world.app.put("Contact", {"LastName": "山田"})
    fault = {
        "statusCode": "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "message": "no access",
        "fields": ["WhatId"],
    }
    answer = Response(200, [{"success": False, "errors": [fault]}])
    world.app.fault(method="POST", path=POST, response=answer)
    outcome = write(world.connector(), [order(contact, kind="contact", deal=on(deal_of(world)))])["o0"]
    assert (outcome.result, outcome.reason) == (Result.APPLIED, "DEAL_REFUSED made without deal")
    assert world.app.get("Task", outcome.record.id)["WhatId"] is None


def test_an_org_without_a_word_for_a_normal_priority_gives_its_own_default(world, lead):
    world.app.org.schema.objects["Task"].fields["Priority"] = replace(
        world.app.org.schema.objects["Task"].fields["Priority"], values=(("至急", "至急"), ("ふつう", "ふつう"))
    )
    world.app.org.schema.version += 1
    outcome = write(world.connector(), [order(lead, priority=Priority.NORMAL)])["o0"]
    assert outcome.result is Result.APPLIED


def moving(task_id, owner, **more):
    return TaskOrder("m", TaskAction.REASSIGN, "p0-e1", task_id=task_id, owner_id=owner, **more)


def test_a_queue_is_no_new_owner(world, lead):
    made = write(world.connector(), [order(lead)])["o0"].record.id
    before = world.app.get("Task", made)["OwnerId"]
    outcome = write(world.connector(), [moving(made, "00G5j0000000001EAA")])["m"]
    assert outcome.result is Result.REJECTED
    assert world.app.get("Task", made)["OwnerId"] == before


def test_giving_away_moves_neither_subject_nor_date_nor_the_leads_owner(world, lead):
    connector = world.connector()
    made = write(connector, [order(lead)])["o0"].record.id
    before, lead_before = world.app.get("Task", made), world.app.get("Lead", lead)
    write(connector, [moving(made, world.app.seeding_user_id, note="担当変更")])
    after = world.app.get("Task", made)
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"SystemModstamp", "LastModifiedDate", "LastModifiedById"} == {"OwnerId", "Description"}
    assert world.app.get("Lead", lead)["OwnerId"] == lead_before["OwnerId"]


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("理由\n\nleadsync:a-1\n", "理由\n\n追記\nleadsync:a-1"),
        ("leadsync:a-1", "追記\nleadsync:a-1"),
        ("理由 leadsync:a-1 と続く", "理由 \n追記\nleadsync:a-1 と続く"),
        ("理由", "理由\n追記"),
        ("", "追記"),
        ("追記 leadsync:a-1", "追記 leadsync:a-1"),
    ],
)
def test_a_note_stands_above_the_marker(text, noted):
    assert with_note(text, "追記") == noted
    assert with_note(noted, "追記") == noted


@pytest.mark.parametrize("text", ["x" * 31_980 + "\nleadsync:a-1", "leadsync:a-1\n" + "x" * 31_980])
def test_in_a_full_description_text_gives_way_to_note_and_marker(text):
    noted = with_note(text, "長い追記" * 10)
    assert len(noted) <= 32_000
    assert "長い追記" * 10 in noted
    assert marker(noted) == "a-1"


def test_two_hundred_tasks_change_hands_in_two_calls(world):
    leads = world.app.put_many("Lead", world.people(200))
    connector = world.connector()
    made = [found.record.id for found in write(connector, [order(id, n) for n, id in enumerate(leads)]).values()]
    orders = [replace(moving(id, world.app.seeding_user_id), key=f"m{n}") for n, id in enumerate(made)]
    assert world.calls_of(lambda: write(connector, orders)) == 2
