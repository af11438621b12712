"""Incremental reading: nothing skipped, nothing looped, few calls."""

from __future__ import annotations

import pytest

from connectors.sandbox.http import Response
from sync.core.records import PersonRecord, State
from sync.errors import CallRefused, TemporaryFailure

MINUTE = 60


@pytest.fixture
def now(world):
    return world.app.clock.now()


def test_an_idle_pull_of_everything_costs_two_calls(world):
    connector, store = world.connector(), world.mirror()
    store.pull(connector)
    world.app.clock.advance(10 * MINUTE)
    assert world.calls_of(lambda: store.pull(connector)) == 2
    assert world.calls_of(lambda: store.pull(connector)) == 2


def test_an_idle_pull_after_a_restart_costs_two_calls_and_a_login(world):
    store = world.mirror()
    store.pull(world.connector())
    world.app.clock.advance(10 * MINUTE)
    assert world.calls_of(lambda: store.pull(world.connector())) == 2


def test_a_thousand_changes_cost_no_call_more(world):
    connector, store = world.connector(), world.mirror()
    store.pull(connector)
    world.app.clock.advance(10 * MINUTE)
    world.app.put_many("Lead", world.people(1_000))
    assert world.calls_of(lambda: store.pull(connector)) == 2
    assert len(store.of("lead")) == 1_000


def test_25000_changes_are_all_read_in_14_calls(world, now):
    connector, store = world.connector(), world.mirror("contacts")
    store.pull(connector)
    rows = [{"LastName": f"L{n}", "SystemModstamp": now + n / 50} for n in range(25_000)]
    world.app.put_many("Contact", rows)
    world.app.clock.advance(20 * MINUTE)
    assert world.calls_of(lambda: store.pull(connector)) <= 14
    assert len(store.of("contact")) == 25_000
    assert max(store.seen.values()) == 1


def test_12000_records_of_one_stamp_are_all_read_and_end(world, now):
    connector, store = world.connector(), world.mirror("leads")
    store.pull(connector)
    ids = world.app.put_many("Lead", world.people(12_000), modstamp=now + 1)
    world.app.clock.advance(20 * MINUTE)
    store.pull(connector)
    assert set(store.of("lead")) == set(ids)
    store.seen.clear()
    store.pull(connector)
    assert not store.seen


def test_stops_after_every_page_of_one_stamp_lose_and_repeat_nothing(world, now):
    world.app.query_page = 200
    ids = world.app.put_many("Lead", world.people(1_050), modstamp=now - 60 * MINUTE)
    store, runs = world.mirror("leads"), 1
    while store.pull_pages(world.connector(), most=1):
        runs += 1
        if runs > 8:
            break
    assert set(store.of("lead")) == set(ids)


def test_stops_after_every_page_of_fresh_rows_still_come_to_an_end(world, now):
    world.app.query_page = 200
    ids = world.app.put_many("Lead", world.people(900), modstamp=now - 10)
    store = world.mirror("leads")
    for _ in range(5):
        store.pull_pages(world.connector(), most=1)
    assert set(store.of("lead")) == set(ids)


def test_a_stop_between_pages_does_not_lose_a_row_that_commits_late(world, now):
    world.app.query_page = 200
    world.app.put_many("Lead", world.people(500), modstamp=now - 10)
    store, connector = world.mirror("leads"), world.connector()
    store.pull_pages(connector, most=1)
    late = world.app.put("Lead", {"LastName": "Late", "Company": "X"}, modstamp=now - 200)
    world.app.clock.advance(3 * MINUTE)
    store.pull(connector)
    store.pull(connector)
    assert late in store.of("lead")


@pytest.mark.parametrize("age", [1, 60, 239])
def test_a_transaction_that_commits_four_minutes_late_is_read(world, age):
    connector, store = world.connector(), world.mirror("leads")
    world.app.put("Lead", {"LastName": "A", "Company": "X"})
    store.pull(connector)
    world.app.clock.advance(age)
    late = world.app.put("Lead", {"LastName": "B", "Company": "X"}, modstamp=world.app.clock.now() - 240)
    store.pull(connector)
    assert late in store.of("lead")


def test_rows_are_read_again_only_while_they_are_fresh(world):
    connector, store = world.connector(), world.mirror("leads")
    world.app.put_many("Lead", world.people(3))
    store.pull(connector)
    store.pull(connector)
    assert set(store.seen.values()) == {2}
    world.app.clock.advance(10 * MINUTE)
    store.pull(connector)
    store.pull(connector)
    assert set(store.seen.values()) == {3}


def test_a_dead_locator_is_replaced_by_the_cursor(world, now):
    world.app.query_page = 200
    ids = world.app.put_many("Lead", world.people(900), modstamp=now - 60 * MINUTE)
    world.app.fault(
        path=r"query/0r8",
        response=Response(400, [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}]),
        skip=1,
        times=2,
    )
    store = world.mirror("leads")
    store.pull(world.connector())
    assert set(store.of("lead")) == set(ids)
    assert set(store.seen.values()) == {1}


@pytest.mark.parametrize(
    "response", [Response(503, "<html>maintenance</html>"), Response(502, ""), Response(200, "<html>x</html>")]
)
def test_html_in_the_middle_of_reading_is_tried_again(world, response):
    world.app.put_many("Lead", world.people(3))
    world.app.fault(path="/composite", response=response, times=2)
    store = world.mirror()
    store.pull(world.connector())
    assert len(store.of("lead")) == 3


def test_an_outage_is_a_temporary_failure(world):
    world.app.fault(path="/composite", times=0)
    with pytest.raises(TemporaryFailure):
        world.mirror().pull(world.connector())


def test_a_token_that_expires_in_mid_run_is_renewed_once(world, now):
    world.app.query_page = 200
    world.app.put_many("Lead", world.people(900), modstamp=now - 60 * MINUTE)
    connector, store = world.connector(), world.mirror("leads")
    for count, page in enumerate(connector.read(store.cursors)):
        store.take(page)
        if count == 1:
            world.app.expire_tokens()
    assert len(store.of("lead")) == 900
    assert world.app.count("oauth2/token") == 2


def test_a_field_that_vanished_is_left_out_with_one_notice(world):
    world.app.put_many("Lead", world.people(2))
    connector, store = world.connector(), world.mirror()
    store.pull(connector)
    world.app.clock.advance(10 * MINUTE)
    world.app.hide_field("Lead", "Industry")
    world.app.put_many("Lead", world.people(2, start=2))
    store.pull(connector)
    store.pull(connector)
    assert len(store.of("lead")) == 4
    assert store.notices() == [("field_vanished", "Lead.Industry")]
    world.app.clock.advance(10 * MINUTE)
    assert world.calls_of(lambda: store.pull(connector)) == 2


def test_a_field_that_is_described_but_refused_is_left_out_for_hours(world):
    world.app.put_many("Lead", world.people(2))
    connector, store = world.connector(), world.mirror("leads")
    store.pull(connector)
    refused = {"errorCode": "INVALID_FIELD", "message": "\nNo such column 'Industry' on entity 'Lead'. If you ..."}
    answer = {"compositeResponse": [{"body": [refused], "httpStatusCode": 400, "referenceId": "leads"}]}
    fault = world.app.fault(path="/composite", body="Industry", response=Response(200, answer), times=0)
    world.app.clock.advance(10 * MINUTE)
    world.app.put_many("Lead", world.people(2, start=2))
    store.pull(connector)
    assert len(store.of("lead")) == 4
    assert store.notices() == [("field_refused", "Lead.Industry")]
    fault.times = 1
    world.app.clock.advance(7 * 60 * MINUTE)
    world.app.put("Lead", {"LastName": "A", "Company": "X", "Industry": "Retail"})
    store.pull(connector)
    assert "Retail" in {record.industry for record in store.of("lead").values() if isinstance(record, PersonRecord)}


def test_parent_fields_that_are_not_allowed_are_done_without(world):
    campaign = world.app.put("Campaign", {"Name": "C"})
    lead = world.app.put("Lead", {"LastName": "A", "Company": "X"})
    world.app.put("CampaignMember", {"CampaignId": campaign, "LeadId": lead, "Status": "Sent"})
    refused = {"errorCode": "INVALID_FIELD", "message": "Didn't understand relationship 'Campaign' in field path."}
    answer = {"compositeResponse": [{"body": [refused], "httpStatusCode": 400, "referenceId": "campaign_members"}]}
    world.app.fault(path="/composite", body="Campaign.Name", response=Response(200, answer), times=0)
    store = world.mirror("campaign_members")
    store.pull(world.connector())
    assert len(store.of("campaign_member")) == 1
    assert store.notices() == []


def test_an_object_that_may_not_be_read_is_skipped_with_one_notice_and_looked_for_daily(world):
    world.app.hide_object("Campaign")
    world.app.put_many("Lead", world.people(2))
    connector, store = world.connector(), world.mirror()
    store.pull(connector)
    store.pull(connector)
    assert len(store.of("lead")) == 2
    assert store.notices() == [("feature_missing", "campaigns")]
    world.app.profile.hidden_objects.clear()
    world.app.put("Campaign", {"Name": "C"})
    world.app.clock.advance(25 * 60 * MINUTE)
    store.pull(connector)
    assert len(store.of("campaign")) == 1


def test_an_error_of_one_object_leaves_the_others_alone(world):
    connector, store = world.connector(), world.mirror("leads", "contacts")
    store.pull(connector)
    row = {"Id": "0035j0000000009EAA", "SystemModstamp": "2026-09-21T00:00:00.000+0000", "LastName": "A"}
    found = {"totalSize": 1, "done": True, "records": [row]}
    refused = [{"errorCode": "MALFORMED_QUERY", "message": "unexpected token"}]
    answers = [
        {"body": refused, "httpStatusCode": 400, "referenceId": "leads"},
        {"body": found, "httpStatusCode": 200, "referenceId": "contacts"},
    ]
    world.app.fault(path="/composite", response=Response(200, {"compositeResponse": answers}))
    before = store.cursors["leads"]
    with pytest.raises(CallRefused):
        store.pull(connector)
    assert len(store.of("contact")) == 1
    assert store.cursors["leads"] == before


def test_a_query_that_timed_out_is_asked_again_alone(world):
    world.app.put_many("Lead", world.people(3))
    connector, store = world.connector(), world.mirror("leads")
    timeout = [{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running for too long."}]
    answers = [{"body": timeout, "httpStatusCode": 400, "referenceId": "leads"}]
    world.app.fault(path="/composite", response=Response(200, {"compositeResponse": answers}))
    store.pull(connector)
    assert len(store.of("lead")) == 3


def test_deleted_merged_and_converted_people_arrive_as_such(world):
    gone, loser, winner, lead = (world.app.put("Lead", {"LastName": n, "Company": "X"}) for n in "ABCD")
    connector, store = world.connector(), world.mirror("leads", "contacts")
    store.pull(connector)
    world.app.clock.advance(10 * MINUTE)
    world.app.delete("Lead", gone)
    world.app.merge("Lead", winner, loser)
    contact = world.app.convert_lead(lead)
    store.pull(connector)
    leads = store.of("lead")
    assert leads[gone].state is State.ARCHIVED
    assert (leads[loser].state, leads[loser].successor.id) == (State.MERGED, winner)
    assert leads[winner].state is State.LIVE
    assert (leads[lead].state, leads[lead].successor.id) == (State.CONVERTED, contact)
    assert leads[lead].successor.object == "contact"
    assert store.of("contact")[contact].state is State.LIVE


def test_archived_activities_are_read(world, now):
    lead = world.app.put("Lead", {"LastName": "A", "Company": "X"})
    old = {"WhoId": lead, "Subject": "call", "IsArchived": True, "Status": "Completed"}
    task = world.app.put("Task", old, created=now - 900 * 86_400, modstamp=now - 800 * 86_400)
    store = world.mirror("tasks")
    store.pull(world.connector())
    assert task in store.of("task")


def test_a_full_pass_reads_all_and_ends_each_stream_with_a_claim(world, now):
    world.app.put_many("Lead", world.people(5), modstamp=now - 90 * MINUTE)
    connector, store = world.connector(), world.mirror()
    store.pull(connector)
    store.pages.clear()
    store.seen.clear()
    store.pull(connector, full=True)
    assert sum(1 for key in store.seen if key.object == "lead") == 5
    claims = {page.stream: page.full_objects for page in store.pages if page.complete_since is not None}
    assert set(claims) == set(connector.streams)
    assert (claims["leads"], claims["contacts"], claims["accounts"], claims["opportunities"]) == (
        ("lead",),
        ("contact",),
        ("company",),
        ("deal",),
    )
    assert all(page.complete_since == int(now) for page in store.pages if page.complete_since)


def test_only_named_streams_are_read(world):
    world.app.put_many("Lead", world.people(2))
    store = world.mirror("tasks")
    store.pull(world.connector())
    assert {page.stream for page in store.pages} == {"tasks"}


def test_copies_made_by_another_integration_are_counted_and_left_out(world):
    copier = world.app.put(
        "User", {"Username": "hubspot@example.com", "LastName": "HS", "Email": "h@x.jp", "Alias": "hs"}
    )
    lead = world.app.put("Lead", {"LastName": "A", "Company": "X"})
    world.app.put("Task", {"WhoId": lead, "Subject": "copy", "CreatedById": copier})
    own = world.app.put("Task", {"WhoId": lead, "Subject": "own"})
    store = world.mirror("tasks")
    store.pull(world.connector(connector_users=("hubspot@example.com",)))
    assert set(store.of("task")) == {own}
    assert sum(page.unknown.get("copy:task", 0) for page in store.pages) == 1


def test_the_user_whom_the_token_stands_for_is_automated_and_others_are_not(world):
    rep = world.app.put("User", {"Username": "r@example.com", "LastName": "R", "Email": "r@x.jp", "Alias": "r"})
    store = world.mirror("users")
    connector = world.connector()
    store.pull(connector)
    ours = world.app.org.running_user_id
    assert {id for id, user in store.of("owner").items() if user.automated and user.active} == {ours}
    assert not store.of("owner")[rep].automated
