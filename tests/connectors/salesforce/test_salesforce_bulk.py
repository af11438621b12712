"""First loads through Bulk API 2.0: few calls, resumed after a kill, REST when it cannot be."""

from __future__ import annotations

import pytest

from connectors.sandbox.http import Response
from sync.core.records import PersonRecord, State

MINUTE = 60


@pytest.fixture
def crowded(world):
    """6,500 leads, one of them deleted; the threshold of the tests is 2,000."""
    world.ids = world.app.put_many("Lead", world.people(6_500), modstamp=world.app.clock.now() - 90 * MINUTE)
    world.app.delete("Lead", world.ids[0])
    return world


def connector(world):
    return world.connector(bulk_read_rows=2_000)


def test_a_first_load_above_the_threshold_goes_through_one_bulk_job(crowded):
    store = crowded.mirror("leads")
    crowded.app.bulk_polls = 3
    store.pull(connector(crowded))
    assert set(store.of("lead")) == set(crowded.ids)
    assert store.of("lead")[crowded.ids[0]].state is State.ARCHIVED
    assert crowded.app.count(r"/jobs/query\?", "POST") == 1
    assert crowded.app.count("/results") == 2
    assert max(len(page.records) for page in store.pages) == 5_000
    assert crowded.memory.get("salesforce:query_job:Lead") is None
    assert crowded.slept == [1.0, 2.0, 4.0]


def test_after_a_bulk_load_reading_goes_on_with_what_changed_since_the_job_began(crowded):
    store, one = crowded.mirror("leads"), connector(crowded)
    pages = one.read(store.cursors)
    store.take(next(pages))
    fresh = crowded.app.put("Lead", {"LastName": "Fresh", "Company": "X"})
    for page in pages:
        store.take(page)
    assert fresh in store.of("lead")
    crowded.app.clock.advance(10 * MINUTE)
    store.pull(one)
    assert crowded.calls_of(lambda: store.pull(one)) == 1


def test_a_small_first_load_needs_no_job(crowded):
    store = crowded.mirror("leads")
    store.pull(crowded.connector())
    assert len(store.of("lead")) == 6_500
    assert crowded.app.count("/jobs/") == 0


def test_a_kill_while_polling_goes_on_with_the_same_job(crowded):
    crowded.app.bulk_polls = 3
    crowded.killed_at = 2
    store = crowded.mirror("leads")
    with pytest.raises(KeyboardInterrupt):
        store.pull(connector(crowded))
    store.pull(connector(crowded))
    assert set(store.of("lead")) == set(crowded.ids)
    assert crowded.app.count(r"/jobs/query\?", "POST") == 1


def test_a_kill_between_result_pages_goes_on_at_the_locator(crowded):
    store = crowded.mirror("leads")
    store.pull_pages(connector(crowded), most=1)
    store.pull(connector(crowded))
    assert set(store.of("lead")) == set(crowded.ids)
    assert crowded.app.count(r"/jobs/query\?", "POST") == 1
    assert crowded.app.count("/results") == 2


def test_a_page_that_was_not_stored_before_the_kill_is_read_again(crowded):
    store = crowded.mirror("leads")
    next(connector(crowded).read(store.cursors))  # never stored
    store.pull(connector(crowded))
    assert set(store.of("lead")) == set(crowded.ids)
    assert crowded.app.count(r"/jobs/query\?", "POST") == 1


def test_a_job_that_is_gone_is_replaced_by_reading_from_the_start(crowded):
    store = crowded.mirror("leads")
    store.pull_pages(connector(crowded), most=1)
    crowded.app.query_jobs._jobs.clear()
    store.pull(connector(crowded))
    assert set(store.of("lead")) == set(crowded.ids)


def test_a_job_that_failed_is_replaced_by_rest(crowded):
    failed = {"id": "7505j0000000001AAA", "state": "Failed", "errorMessage": "x"}
    crowded.app.fault(path="/jobs/query/750", response=Response(200, failed))
    store = crowded.mirror("leads")
    store.pull(connector(crowded))
    assert set(store.of("lead")) == set(crowded.ids)
    assert crowded.app.count(r"/jobs/query\?", "POST") == 1


def test_an_org_without_bulk_is_read_by_rest(crowded):
    refused = [{"errorCode": "LIMIT_EXCEEDED", "message": "job limit"}]
    crowded.app.fault(path="/jobs/query", method="POST", response=Response(400, refused), times=0)
    store = crowded.mirror("leads")
    store.pull(connector(crowded))
    assert set(store.of("lead")) == set(crowded.ids)


def test_results_that_break_off_are_asked_for_again(crowded):
    crowded.app.fault(path="/results", action="reset")
    store = crowded.mirror("leads")
    store.pull(connector(crowded))
    assert set(store.of("lead")) == set(crowded.ids)


def test_a_network_blip_while_polling_does_not_end_the_job(crowded):
    crowded.app.bulk_polls = 2
    crowded.app.fault(path="/jobs/query/750", method="GET", action="reset")
    crowded.app.fault(path="/jobs/query/750", method="GET", skip=1)
    store = crowded.mirror("leads")
    store.pull(connector(crowded))
    assert len(store.of("lead")) == 6_500
    assert crowded.app.count(r"/jobs/query\?", "POST") == 1


def test_a_token_that_expires_before_the_results_is_renewed(crowded):
    crowded.app.fault(
        path="/results", response=Response(401, [{"errorCode": "INVALID_SESSION_ID", "message": "expired"}])
    )
    store = crowded.mirror("leads")
    store.pull(connector(crowded))
    assert len(store.of("lead")) == 6_500
    assert crowded.app.count("oauth2/token") == 2


def test_csv_rows_and_json_rows_map_alike(world):
    text = 'He said "hi",\nthen 株式会社'
    lead = {"LastName": text, "Company": "X", "NumberOfEmployees": 50, "HasOptedOutOfEmail": True, "Email": None}
    made = world.app.put("Lead", lead)
    world.app.put_many("Lead", world.people(2_100))
    by_bulk, by_rest = world.mirror("leads"), world.mirror("leads")
    for page in connector(world).read(by_bulk.cursors):
        by_bulk.take(page)
        break
    world.memory.kept.clear()
    by_rest.pull(world.connector())
    assert world.app.count("/results") == 1
    assert by_bulk.of("lead")[made] == by_rest.of("lead")[made]
    assert isinstance(by_rest.of("lead")[made], PersonRecord)


def test_a_full_pass_may_use_a_job_and_still_claims_completeness_after_its_tail(crowded):
    store, one = crowded.mirror("leads"), connector(crowded)
    pages = list(one.read(store.cursors, full=True))
    assert [page.complete_since is not None for page in pages] == [False, False, True]


def test_after_a_failed_job_fresh_rows_are_still_read_again(crowded):
    failed = {"id": "7505j0000000001AAA", "state": "Failed", "errorMessage": "x"}
    crowded.app.fault(path="/jobs/query/750", response=Response(200, failed))
    store = crowded.mirror("leads")
    store.pull(connector(crowded))
    late = crowded.app.put("Lead", {"LastName": "Late", "Company": "X"}, modstamp=crowded.app.clock.now() - 200)
    store.pull(connector(crowded))
    assert late in store.of("lead")
