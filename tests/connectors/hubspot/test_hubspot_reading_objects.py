from __future__ import annotations

import pytest

from connectors.hubspot.connector import STREAMS
from connectors.sandbox.http import Response
from sync.core.records import HUBSPOT, PersonRecord, RecordKey, State
from sync.errors import UnexpectedAnswer


def ids(records):
    return {record.key.id for record in records}


def settle(lab, reader, *streams):
    """Reads until nothing of the last minutes is left to be read again."""
    reader.read(*streams)
    lab.clock.advance(600)
    reader.read(*streams)
    reader.read(*streams)
    lab.forget_calls()


def test_first_load_lists_a_hundred_a_page_and_ends_complete(lab):
    made = lab.contacts(250)
    reader = lab.reader()
    records = reader.read("contacts")
    assert ids(records) == set(made)
    assert lab.app.count(r"/objects/contacts\?.*archived=true") == 1
    assert lab.app.count("/objects/contacts") == 1 + 3
    assert reader.pages[-1].complete_since == int(lab.clock.now())
    assert reader.pages[-1].full_objects == ("contact",)


def test_a_thousand_changed_contacts_cost_five_searches(lab):
    made = lab.contacts(1200)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    lab.touch(made[:1000], {"jobtitle": "部長"})
    records = reader.read("contacts")
    assert ids(records) == set(made[:1000])
    assert lab.app.count() == lab.app.count("contacts/search") == 5


def test_an_idle_cycle_costs_one_search_per_object_and_one_call_per_source(lab):
    lab.contacts(3)
    for guid in ("f1", "f2"):
        lab.app.add_form(guid, guid)
        lab.app.submit_form(guid, lab.clock.ms(), {"email": "a@example.com"})
    lab.app.add_email_event("OPEN", lab.clock.ms(), "p1@example.com", 7)
    reader = lab.reader()
    settle(lab, reader)
    reader.read()
    for type_ in ("contacts", "companies", "deals", "emails", "calls", "meetings", "notes", "tasks"):
        assert lab.app.count(f"/objects/{type_}/search") == 1
    assert lab.app.count("submissions/forms/f1") == lab.app.count("submissions/forms/f2") == 1
    assert lab.app.count("email/public") == lab.app.count("events/v3/events") == 1
    assert lab.app.count() == 8 + 2 + 2


def test_idle_streams_of_objects_send_no_page(lab):
    lab.contacts(3)
    reader = lab.reader()
    settle(lab, reader, "contacts", "tasks")
    assert reader.read("contacts", "tasks") == []
    assert reader.pages == []


def test_a_record_sharing_the_last_timestamp_is_not_skipped(lab):
    stamp = lab.clock.ms()
    first = lab.contacts(2, modified_ms=stamp)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    late = lab.contacts(3, prefix="late", modified_ms=stamp)
    assert ids(reader.read("contacts")) == set(late)
    assert ids(reader.read("contacts")).isdisjoint(first)


def test_more_than_ten_thousand_changes_in_one_window_all_arrive(lab):
    reader = lab.reader()
    lab.contacts(1)
    settle(lab, reader, "contacts")
    made = lab.contacts(10_450, prefix="many")
    assert ids(reader.read("contacts")) == set(made)
    assert lab.app.count("contacts/search") == 53


def test_twelve_thousand_records_on_one_timestamp_are_read_once_and_end(lab):
    stamp = lab.clock.ms()
    reader = lab.reader()
    lab.contacts(1)
    settle(lab, reader, "contacts")
    stamp = lab.clock.ms()
    made = lab.contacts(12_000, prefix="tie", modified_ms=stamp)
    lab.clock.advance(600)
    records = reader.read("contacts")
    assert len(records) == 12_000
    assert ids(records) == set(made)
    lab.forget_calls()
    assert reader.read("contacts") == []
    assert lab.app.count() == 1


def test_a_change_the_search_index_shows_late_is_not_lost(lab):
    made = lab.contacts(4)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    lab.app.index_lag = 30
    lab.touch(made[:1], {"jobtitle": "a"})
    lab.clock.advance(29)
    lab.touch(made[1:2], {"jobtitle": "b"})
    lab.clock.advance(2)
    assert ids(reader.read("contacts")) == {made[0]}
    lab.clock.advance(30)
    assert made[1] in ids(reader.read("contacts"))


def test_a_lagging_record_with_an_older_stamp_than_one_already_seen_arrives(lab):
    made = lab.contacts(2)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    lab.app.index_lag = 60
    old = lab.clock.ms()
    lab.touch(made[:1], {"jobtitle": "late in the index"}, modified_ms=old)
    lab.app.index_lag = 0
    lab.clock.advance(1)
    lab.touch(made[1:], {"jobtitle": "at once"})
    assert ids(reader.read("contacts")) == {made[1]}
    lab.clock.advance(60)
    assert made[0] in ids(reader.read("contacts"))


@pytest.mark.parametrize("stop_after", [1, 2, 3])
def test_reading_resumes_after_any_page_of_the_first_load(lab, stop_after):
    made = lab.contacts(350)
    reader = lab.reader()
    records = reader.read("contacts", stop_after=stop_after)
    records += reader.read("contacts")
    assert ids(records) == set(made)
    assert lab.app.count(r"/objects/contacts\?limit=100&properties=[^&]*(&after=\d+)?$") == 4


@pytest.mark.parametrize("stop_after", [1, 2, 3])
def test_reading_resumes_inside_a_search_window_while_records_change(lab, stop_after):
    made = lab.contacts(900)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    lab.touch(made, {"jobtitle": "x"})
    records = reader.read("contacts", stop_after=stop_after)
    lab.clock.advance(5)
    lab.touch(made[:10], {"jobtitle": "changed again"})
    seen = {record.key.id: record.title for record in records}
    for _ in range(2):
        seen |= {record.key.id: record.title for record in reader.read("contacts")}
    assert set(seen) == set(made)
    assert {seen[id_] for id_ in made[:10]} == {"changed again"}


def test_a_token_of_the_list_that_is_no_longer_known_begins_the_list_anew(lab):
    made = lab.contacts(150)
    reader = lab.reader()
    reader.read("contacts", stop_after=2)
    lab.app.fault(path="objects/contacts.*after=", response=Response(400, {"message": "bad after"}))
    assert ids(reader.read("contacts")) == set(made)


def test_archived_records_arrive_as_archived_once_a_day(lab):
    made = lab.contacts(3)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    lab.app.archive("contacts", made[1])
    assert reader.read("contacts") == []
    lab.clock.advance(86_400)
    states = {record.key.id: record.state for record in reader.read("contacts")}
    assert states == {made[1]: State.ARCHIVED}


def test_a_full_read_ends_complete_and_leaves_out_what_is_gone(lab):
    made = lab.contacts(5)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    lab.app.gdpr_delete(made[2])
    records = reader.read("contacts", full=True)
    assert ids(records) == set(made) - {made[2]}
    assert reader.pages[-1].complete_since == int(lab.clock.now())


def test_a_full_read_ends_every_stream_complete(lab):
    lab.contacts(2)
    lab.app.add_form("f1", "資料請求")
    reader = lab.reader()
    settle(lab, reader)
    reader.read(full=True)
    complete = {page.stream for page in reader.pages if page.complete_since is not None}
    assert complete == set(STREAMS)


def test_a_merged_contact_names_both_it_absorbed(lab):
    one, two = lab.contacts(2)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    new = lab.app.merge_contacts(one, two)
    (record,) = reader.read("contacts")
    assert isinstance(record, PersonRecord)
    assert record.key.id == new
    absorbed = {RecordKey(HUBSPOT, "contact", old) for old in (one, two)} - {record.key}
    assert set(record.absorbed) == absorbed


def test_changed_activities_cost_five_searches_and_one_association_read(lab):
    people = lab.contacts(50)
    rows = [({"hs_timestamp": "2026-09-01T00:00:00Z", "hs_call_title": f"c{n}"}, None, None, None) for n in range(1000)]
    calls = lab.app.put_many("calls", rows)
    for n, call in enumerate(calls):
        lab.app.associate("calls", call, "contacts", people[n % 50])
    reader = lab.reader()
    settle(lab, reader, "calls")
    lab.app.put_many("calls", (({"hs_call_title": "again"}, id_, None, None) for id_ in calls))
    records = reader.read("calls")
    assert len(records) == 1000
    assert all(len(record.people) == 1 for record in records)
    assert lab.app.count("calls/search") == 5
    assert lab.app.count() == 6


def test_listed_activities_bring_their_people_along(lab):
    person = lab.contacts(1)[0]
    note = lab.app.put("notes", {"hs_timestamp": "2026-09-01T00:00:00Z", "hs_note_body": "x"})
    lab.app.associate("notes", note, "contacts", person)
    reader = lab.reader()
    (record,) = reader.read("notes")
    assert record.people == (RecordKey(HUBSPOT, "contact", person),)
    assert lab.app.count("/crm/v4/") == 0


def test_more_people_than_fit_inline_are_fetched(lab):
    people = lab.contacts(130)
    meeting = lab.app.put("meetings", {"hs_timestamp": "2026-09-01T00:00:00Z", "hs_meeting_title": "定例"})
    for person in people:
        lab.app.associate("meetings", meeting, "contacts", person)
    (record,) = lab.reader().read("meetings")
    assert {key.id for key in record.people} == set(people)


def test_a_changed_deal_has_people_company_status_and_minor_units(lab):
    person = lab.contacts(1)[0]
    company = lab.app.put("companies", {"name": "株式会社サンプル", "domain": "Sample.co.jp"})
    deal = lab.app.put(
        "deals",
        {"dealname": "x", "amount": "1200000", "deal_currency_code": "JPY"}
        | {"dealstage": "closedwon", "pipeline": "default"},
    )
    lab.app.associate("deals", deal, "contacts", person)
    lab.app.associate("deals", deal, "companies", company)
    reader = lab.reader()
    settle(lab, reader, "deals")
    lab.app.put("deals", {"amount": "1300000"}, id=deal)
    (record,) = reader.read("deals")
    assert (record.amount_minor, record.currency, record.status) == (1_300_000, "JPY", "won")
    assert record.people == (RecordKey(HUBSPOT, "contact", person),)
    assert record.company == RecordKey(HUBSPOT, "company", company)
    assert lab.app.count() == 1 + 2


@pytest.mark.parametrize("error", [-7200.0, 7200.0])
def test_a_wrong_clock_of_ours_loses_no_lagging_change(lab, error):
    lab.clock_error = error
    made = lab.contacts(2)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    lab.app.index_lag = 60
    lab.touch(made[:1], {"jobtitle": "late in the index"})
    lab.app.index_lag = 0
    lab.clock.advance(1)
    lab.touch(made[1:], {"jobtitle": "at once"})
    reader.read("contacts")
    lab.clock.advance(60)
    assert made[0] in ids(reader.read("contacts"))


def test_answers_without_paging_total_or_rate_headers_are_read_to_the_end(lab):
    """Each optional part missing: the connector asks once more rather than stopping early."""
    lab.contacts(1)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    rows = [{"id": str(10**9 + n), "properties": {"lastmodifieddate": "2026-09-21T00:00:00Z"}} for n in range(250)]
    lab.app.fault(path="contacts/search", response=Response(200, {"results": rows[:200]}))
    lab.app.fault(path="contacts/search", response=Response(200, {"results": rows[200:]}))
    assert len(reader.read("contacts")) == 250


def test_results_out_of_order_are_an_error_and_the_cursor_stays(lab):
    lab.contacts(1)
    reader = lab.reader()
    settle(lab, reader, "contacts")
    before = dict(reader.cursors)
    rows = [{"id": "30", "properties": {}}, {"id": "20", "properties": {}}]
    lab.app.fault(path="contacts/search", response=Response(200, {"results": rows}))
    with pytest.raises(UnexpectedAnswer):
        reader.read("contacts")
    assert reader.cursors == before


@pytest.mark.parametrize("cursor", ['{"mode": "teleport"}', '{"mode": "search", "low_ms": "x"}', "[1]", "no json"])
def test_a_cursor_of_another_version_reads_from_the_beginning(lab, cursor):
    made = lab.contacts(2)
    reader = lab.reader()
    reader.cursors["contacts"] = cursor
    assert ids(reader.read("contacts")) == set(made)


def test_companies_without_scope_do_not_stop_deals(lab):
    lab.app.scopes.discard("crm.objects.companies.read")
    deal = lab.app.put("deals", {"dealname": "x", "dealstage": "closedwon", "pipeline": "default"})
    reader = lab.reader()
    assert ids(reader.read("companies", "deals")) == {deal}
    assert [notice.subject for page in reader.pages for notice in page.notices] == ["companies"]
