"""Scores: five calls for a thousand, one outcome for each, nobody harmed by a neighbour."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors.salesforce.writes import planned
from connectors.sandbox.http import Response
from sync.core.records import HUBSPOT, SALESFORCE, RecordKey
from sync.errors import AccessRefused
from sync.ports import Result, ScoreUpdate

FIELDS = {"score": 85, "band": "hot", "top_reason": "価格ページ", "hot_since": 1_790_000_000, "segment": None}
PATCH = "/composite/sobjects"


@pytest.fixture
def ready(world):
    world.provision()
    return world


def update(id, key=None, kind="lead", parent="", **fields):
    return ScoreUpdate(key or f"k-{id}", RecordKey(SALESFORCE, kind, id), {**FIELDS, **fields}, parent)


def write(connector, updates):
    return {outcome.key: outcome for batch in connector.write_scores(updates) for outcome in batch}


def results(outcomes):
    return Counter(outcome.result for outcome in outcomes.values())


def test_a_thousand_updates_are_five_calls(ready):
    leads = ready.app.put_many("Lead", ready.people(450))
    contacts = ready.app.put_many("Contact", [{"LastName": f"C{n}"} for n in range(550)])
    connector = ready.connector()
    updates = [update(id) for id in leads] + [update(id, kind="contact") for id in contacts]
    outcomes = {}
    assert ready.calls_of(lambda: outcomes.update(write(connector, updates))) == 5
    assert results(outcomes) == {Result.APPLIED: 1_000}
    row = ready.app.get("Contact", contacts[-1])
    assert (row["Leadsync_Score__c"], row["Leadsync_Band__c"]) == (85, "hot")
    assert row["Leadsync_Hot_Since__c"].startswith("2026-09-21T")


def test_both_headers_are_sent_and_survive_an_expired_token(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    connector = ready.connector()
    connector.account()
    ready.app.keep_bodies = True
    ready.app.expire_tokens()
    assert results(write(connector, [update(lead)])) == {Result.APPLIED: 1}
    sent = [call for call in ready.app.calls if call.path.endswith(PATCH) and call.method == "PATCH"]
    assert [call.status for call in sent] == [401, 200]
    assert {call.headers["sforce-duplicate-rule-header"] for call in sent} == {"allowSave=true"}
    assert {call.headers["sforce-auto-assign"] for call in sent} == {"FALSE"}


def test_writing_the_same_twice_changes_nothing(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    connector = ready.connector()
    write(connector, [update(lead)])
    before = ready.app.get("Lead", lead)
    write(connector, [update(lead)])
    after = ready.app.get("Lead", lead)
    assert {k: v for k, v in before.items() if k.startswith("Leadsync")} == {
        k: v for k, v in after.items() if k.startswith("Leadsync")
    }


def test_none_and_empty_clear_a_field(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    connector = ready.connector()
    write(connector, [update(lead, segment="A")])
    assert ready.app.get("Lead", lead)["Leadsync_Segment__c"] == "A"
    write(connector, [update(lead, segment=None, top_reason="")])
    row = ready.app.get("Lead", lead)
    assert (row["Leadsync_Segment__c"], row["Leadsync_Top_Reason__c"]) == (None, None)


def test_one_record_asked_for_twice_is_written_once_and_answered_twice(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    outcomes = write(ready.connector(), [update(lead, "a", score=1), update(lead[:15], "b", score=2)])
    assert {key: outcome.result for key, outcome in outcomes.items()} == {"a": Result.APPLIED, "b": Result.APPLIED}
    assert ready.app.get("Lead", lead)["Leadsync_Score__c"] == 2


def test_a_validation_rule_stops_one_record_and_names_the_rule_without_addresses(ready):
    leads = ready.app.put_many("Lead", ready.people(3))
    message = "担当 taro@example.co.jp へ 03-1234-5678 連絡"
    ready.app.block(leads[1], "FIELD_CUSTOM_VALIDATION_EXCEPTION", message, ["Title"])
    outcomes = write(ready.connector(), [update(id) for id in leads])
    assert results(outcomes) == {Result.APPLIED: 2, Result.REJECTED: 1}
    reason = outcomes[f"k-{leads[1]}"].reason
    assert reason.startswith("FIELD_CUSTOM_VALIDATION_EXCEPTION [Title]")
    assert "担当" in reason
    assert "@" not in reason
    assert "1234" not in reason


def test_a_duplicate_rule_that_may_be_overridden_is(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    ready.app.block(lead, "DUPLICATES_DETECTED", "Use one of these records?", allow_save=True)
    assert results(write(ready.connector(), [update(lead)])) == {Result.APPLIED: 1}


def test_a_duplicate_rule_that_blocks_is_reported_by_code_alone(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    ready.app.block(lead, "DUPLICATES_DETECTED", "You're creating a duplicate of 山田太郎")
    outcome = write(ready.connector(), [update(lead)])[f"k-{lead}"]
    assert (outcome.result, outcome.reason) == (Result.REJECTED, "DUPLICATES_DETECTED")


def test_locked_rows_are_tried_again_alone(ready):
    leads = ready.app.put_many("Lead", ready.people(50))
    ready.app.block(leads[7], "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", times=2)
    connector = ready.connector()
    ready.app.keep_bodies = True
    assert results(write(connector, [update(id) for id in leads])) == {Result.APPLIED: 50}
    sizes = [call.request_body.count(b'"id"') for call in ready.app.calls if call.method == "PATCH"]
    assert sizes == [50, 1, 1]
    assert len(ready.slept) == 2


def test_a_lock_that_stays_means_later(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    ready.app.block(lead, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
    outcome = write(ready.connector(), [update(lead)])[f"k-{lead}"]
    assert (outcome.result, outcome.reason) == (Result.RETRY, "UNABLE_TO_LOCK_ROW")


def test_siblings_of_an_account_share_a_batch():
    updates = [update(f"0035j00000000{n:02d}", kind="contact", parent=f"acc{n % 3}") for n in range(30)]
    orders, refused = planned(updates)
    assert [order.parent for order in orders] == sorted(order.parent for order in orders)
    assert not refused


def test_a_lead_merged_since_is_written_as_its_winner(ready):
    winner, loser = ready.app.put_many("Lead", ready.people(2))
    ready.app.merge("Lead", winner, loser)
    outcome = write(ready.connector(), [update(loser)])[f"k-{loser}"]
    assert (outcome.result, outcome.record.id) == (Result.APPLIED, winner)
    assert ready.app.get("Lead", winner)["Leadsync_Score__c"] == 85


def test_a_winner_in_the_same_call_keeps_its_own_values(ready):
    winner, loser = ready.app.put_many("Lead", ready.people(2))
    ready.app.merge("Lead", winner, loser)
    outcomes = write(ready.connector(), [update(loser, score=1), update(winner, score=2)])
    assert outcomes[f"k-{loser}"].record.id == winner
    assert ready.app.get("Lead", winner)["Leadsync_Score__c"] == 2


def test_a_lead_converted_since_is_written_as_its_contact(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    contact = ready.app.convert_lead(lead)
    outcome = write(ready.connector(), [update(lead)])[f"k-{lead}"]
    assert (outcome.result, outcome.record) == (Result.APPLIED, RecordKey(SALESFORCE, "contact", contact))
    assert ready.app.get("Contact", contact)["Leadsync_Score__c"] == 85


def test_a_merged_then_converted_lead_is_followed_to_the_end(ready):
    winner, loser = ready.app.put_many("Lead", ready.people(2))
    ready.app.merge("Lead", winner, loser)
    contact = ready.app.convert_lead(winner)
    assert write(ready.connector(), [update(loser)])[f"k-{loser}"].record.id == contact


@pytest.mark.parametrize("how", ["delete", "purge"])
def test_a_record_that_is_gone_is_told_as_gone(ready, how):
    gone, here = ready.app.put_many("Lead", ready.people(2))
    getattr(ready.app, how)("Lead", gone)
    outcomes = write(ready.connector(), [update(gone), update(here)])
    assert (outcomes[f"k-{gone}"].result, outcomes[f"k-{gone}"].gone) == (Result.REJECTED, True)
    assert outcomes[f"k-{here}"].result is Result.APPLIED


def test_before_provisioning_the_outcome_says_what_to_run(world):
    leads = world.app.put_many("Lead", world.people(30))
    connector = world.connector()
    outcomes = {}
    assert world.calls_of(lambda: outcomes.update(write(connector, [update(id) for id in leads]))) == 1
    assert results(outcomes) == {Result.REJECTED: 30}
    assert all("leadsync provision" in outcome.reason for outcome in outcomes.values())


def test_a_lost_answer_to_an_update_is_repeated(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    ready.app.fault(method="PATCH", path=PATCH, action="work_then_reset")
    assert results(write(ready.connector(), [update(lead)])) == {Result.APPLIED: 1}


def test_an_outage_in_mid_run_leaves_the_rest_for_later_without_hammering(ready):
    leads = ready.app.put_many("Lead", ready.people(1_000))
    ready.app.fault(method="PATCH", path=PATCH, skip=1, times=0)
    connector = ready.connector()
    outcomes = write(connector, [update(id) for id in leads])
    assert results(outcomes) == {Result.APPLIED: 200, Result.RETRY: 800}
    assert ready.app.count(PATCH, "PATCH") == 1 + 2 * 4


def test_one_failed_batch_does_not_stop_the_others(ready):
    leads = ready.app.put_many("Lead", ready.people(600))
    ready.app.fault(method="PATCH", path=PATCH, skip=1, times=4)
    assert results(write(ready.connector(), [update(id) for id in leads])) == {Result.APPLIED: 400, Result.RETRY: 200}


def test_a_used_up_quota_means_later_for_the_rest(ready):
    leads = ready.app.put_many("Lead", ready.people(600))
    spent = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    ready.app.fault(method="PATCH", path=PATCH, skip=1, times=0, response=Response(403, spent))
    outcomes = write(ready.connector(), [update(id) for id in leads])
    assert results(outcomes) == {Result.APPLIED: 200, Result.RETRY: 400}
    assert ready.app.count(PATCH, "PATCH") == 2


def test_refused_credentials_stop_the_writing(ready):
    lead = ready.app.put_many("Lead", ready.people(1))[0]
    denied = [{"errorCode": "INVALID_SESSION_ID", "message": "x"}]
    ready.app.fault(method="PATCH", path=PATCH, times=0, response=Response(401, denied))
    with pytest.raises(AccessRefused):
        write(ready.connector(), [update(lead)])


def test_a_whole_call_refused_for_one_record_is_taken_apart(ready):
    leads = ready.app.put_many("Lead", ready.people(8))
    malformed = [{"errorCode": "JSON_PARSER_ERROR", "message": "x"}]
    ready.app.fault(method="PATCH", path=PATCH, body=leads[3], times=0, response=Response(400, malformed))
    outcomes = write(ready.connector(), [update(id) for id in leads])
    assert results(outcomes) == {Result.APPLIED: 7, Result.REJECTED: 1}


def test_what_is_no_person_of_salesforce_is_refused(ready):
    other = ScoreUpdate("h", RecordKey(HUBSPOT, "contact", "1"), FIELDS)
    company = ScoreUpdate("c", RecordKey(SALESFORCE, "company", "0015j0000000001AAA"), FIELDS)
    assert results(write(ready.connector(), [other, company])) == {Result.REJECTED: 2}


# --- Bulk ----------------------------------------------------------------------------------------------


@pytest.fixture
def many(ready):
    ready.ids = ready.app.put_many("Lead", ready.people(320))
    return ready


def bulk(world):
    return world.connector(bulk_write_rows=300)


def test_many_updates_go_through_one_bulk_job(many):
    outcomes = {}
    text = 'said "a, b"\nand more'
    updates = [update(id, top_reason=text) for id in many.ids]
    connector = bulk(many)
    connector.account()
    assert many.calls_of(lambda: outcomes.update(write(connector, updates))) <= 5
    assert results(outcomes) == {Result.APPLIED: 320}
    row = many.app.get("Lead", many.ids[5])
    assert (row["Leadsync_Score__c"], row["Leadsync_Top_Reason__c"]) == (85, text)
    assert row["Leadsync_Hot_Since__c"].startswith("2026-09-21T")


def test_a_bulk_job_clears_fields_and_leaves_unnamed_ones(many):
    write(bulk(many), [update(id, segment="A") for id in many.ids])
    updates = [update(id, segment=None) for id in many.ids[1:]]
    short = ScoreUpdate("s", RecordKey(SALESFORCE, "lead", many.ids[0]), {"score": 3})
    write(bulk(many), [*updates, short])
    assert many.app.get("Lead", many.ids[1])["Leadsync_Segment__c"] is None
    first = many.app.get("Lead", many.ids[0])
    assert (first["Leadsync_Score__c"], first["Leadsync_Segment__c"]) == (3, "A")


def test_failed_rows_of_a_bulk_job_get_the_treatment_of_collections(many):
    merged, locked, ruled, deleted, duplicate = many.ids[:5]
    many.app.merge("Lead", many.ids[9], merged)
    many.app.block(locked, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", times=1)
    many.app.block(ruled, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "rule: no", ["Title"])
    many.app.block(duplicate, "DUPLICATES_DETECTED", "duplicate", allow_save=True)
    many.app.delete("Lead", deleted)
    outcomes = write(bulk(many), [update(id) for id in many.ids])
    assert len(outcomes) == 320
    assert outcomes[f"k-{merged}"].record.id == many.ids[9]
    assert outcomes[f"k-{locked}"].result is Result.APPLIED
    assert outcomes[f"k-{duplicate}"].result is Result.APPLIED
    assert outcomes[f"k-{deleted}"].gone
    ruling = outcomes[f"k-{ruled}"]
    assert (ruling.result, ruling.reason) == (
        Result.REJECTED,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION [Title]: rule: no",
    )


def test_a_kill_while_a_bulk_update_is_polled_goes_on_with_the_same_job(many):
    many.app.bulk_polls = 3
    many.killed_at = len(many.slept) + 2
    updates = [update(id) for id in many.ids]
    with pytest.raises(KeyboardInterrupt):
        write(bulk(many), updates)
    assert results(write(bulk(many), updates)) == {Result.APPLIED: 320}
    assert many.app.count(r"/jobs/ingest\?", "POST") == 1


def test_an_unfinished_job_with_older_values_is_stopped_first(many):
    many.app.bulk_polls = 3
    many.killed_at = len(many.slept) + 2
    with pytest.raises(KeyboardInterrupt):
        write(bulk(many), [update(id, score=1) for id in many.ids])
    assert results(write(bulk(many), [update(id, score=2) for id in many.ids])) == {Result.APPLIED: 320}
    assert many.app.get("Lead", many.ids[0])["Leadsync_Score__c"] == 2
    assert many.app.count(r"/jobs/ingest\?", "POST") == 2


def test_an_org_without_bulk_gets_collections(many):
    refused = [{"errorCode": "LIMIT_EXCEEDED", "message": "x"}]
    many.app.fault(method="POST", path="/jobs/ingest", response=Response(400, refused), times=0)
    assert results(write(bulk(many), [update(id) for id in many.ids])) == {Result.APPLIED: 320}


def test_a_job_refused_as_a_whole_is_repeated_as_collections(world):
    leads = world.app.put_many("Lead", world.people(320))
    outcomes = write(bulk(world), [update(id) for id in leads])
    assert results(outcomes) == {Result.REJECTED: 320}
    assert all("leadsync provision" in outcome.reason for outcome in outcomes.values())


def test_a_lost_upload_is_left_for_later(many):
    many.app.fault(method="PUT", action="reset", times=0)
    assert results(write(bulk(many), [update(id) for id in many.ids])) == {Result.RETRY: 320}
    assert many.memory.get("salesforce:ingest_job:Lead") is None
