"""Rows to records: ids, times, states, kinds; a bad value costs the value, never the record."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce import activities, mapping
from connectors.salesforce.activities import is_seminar, member_kind
from connectors.salesforce.answers import bulk_fault, faults, scrubbed
from connectors.salesforce.cursor import LAG_MS, Cursor, decode
from connectors.salesforce.mapping import Frame, minor_units
from connectors.salesforce.values import Row, id18, iso_ms, quoted, time_ms
from sync.core.activity import Kind, is_own_act, is_sales_touch
from sync.core.records import State

TOKYO = Frame(ZoneInfo("Asia/Tokyo"), "JPY", frozenset({"0055j0000000009AAA"}))
STAMP = {"Id": "00Q5j0000000001EAA", "SystemModstamp": "2026-03-01T08:09:10.000+0000"}
T = 1_772_352_550  # that stamp


def row(bad=None, **values):
    return Row({**STAMP, **values}, Counter() if bad is None else bad)


def task(**values):
    given = {"Id": "00T5j0000000001AAA", "CreatedDate": "2026-03-01T01:00:00.000+0000", "IsClosed": True}
    return activities.task(row(**{**given, **values}), TOKYO)


def member(**values):
    given = {"Id": "00v5j0000000001AAA", "CreatedDate": "2026-02-01T01:00:00.000+0000", "LeadId": STAMP["Id"]}
    return activities.campaign_member(row(**{**given, **values}), TOKYO)


@pytest.mark.parametrize(
    ("short", "long"),
    [("001A0000006Vm9r", "001A0000006Vm9rIAC"), ("00D000000000062", "00D000000000062EAA"), ("x", "x")],
)
def test_short_ids_get_their_checksum(short, long):
    assert id18(short) == long
    assert id18(long) == long


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T08:09:10.000+0000", "2026-03-01T08:09:10Z", "2026-03-01T17:09:10.000+09:00", "2026-03-01T08:09:10.0Z"],
)
def test_datetimes_of_every_shape_are_one_instant(text):
    assert time_ms(text) == T * 1000


@given(st.integers(0, 4_000_000_000_000))
def test_stamps_survive_the_way_into_soql(ms):
    assert time_ms(iso_ms(ms)) == ms


@given(
    st.none() | st.integers(0, 10**13), st.text(max_size=18), st.none() | st.integers(0, 10**13), st.text(), st.text()
)
def test_cursors_survive_storage(stamp, id, began, job, locator):
    cursor = Cursor(stamp, id, began, job, locator)
    assert decode(cursor.encode()) == cursor


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_finished_cursor_never_stands_within_the_lag(stamp, began):
    finished = Cursor(stamp, "x", began).finished()
    assert finished.stamp <= max(began - LAG_MS, min(stamp, began - LAG_MS))


def test_an_unreadable_cursor_means_from_the_beginning():
    assert decode("garbage") == decode(None) == decode("[]") == Cursor()


def test_strings_are_quoted_for_soql():
    assert quoted("O'Neil\\") == "'O\\'Neil\\\\'"


def test_a_lead_is_mapped_in_full():
    found = mapping.lead(
        row(
            Email=" a@x.jp ",
            LastName="山田",
            Company="ACME",
            NumberOfEmployees=300,
            HasOptedOutOfEmail=True,
            OwnerId="0055j0000000001",
            Leadsync_Score__c=Decimal("79.0"),
            Leadsync_Hot_Since__c="2026-03-01T08:09:10.000+0000",
            Leadsync_Band__c=None,
        ),
        TOKYO,
    )
    assert (found.key.id, found.modified_at, found.email) == (STAMP["Id"], T, "a@x.jp")
    assert (found.employees, found.opted_out, found.owner_id) == (300, True, "0055j0000000001AAA")
    assert found.own == {"score": 79, "hot_since": T, "band": None}


@pytest.mark.parametrize(
    ("values", "state", "successor"),
    [
        ({}, State.LIVE, None),
        ({"IsDeleted": True}, State.ARCHIVED, None),
        ({"IsDeleted": "true"}, State.ARCHIVED, None),
        ({"IsDeleted": True, "MasterRecordId": "00Q5j0000000002EAA"}, State.MERGED, "00Q5j0000000002EAA"),
        ({"IsConverted": True, "ConvertedContactId": "0035j0000000002AAA"}, State.CONVERTED, "0035j0000000002AAA"),
        ({"IsConverted": True}, State.CONVERTED, None),
    ],
)
def test_states_of_a_lead(values, state, successor):
    found = mapping.lead(row(**values), TOKYO)
    assert (found.state, found.successor and found.successor.id) == (state, successor)


def test_bad_values_are_empty_and_counted():
    bad = Counter()
    found = mapping.lead(
        row(bad, NumberOfEmployees="many", CreatedDate="yesterday", OwnerId="nobody", Email={"x": 1}), TOKYO
    )
    assert (found.employees, found.created_at, found.owner_id, found.email) == (None, None, "", "")
    assert bad == {"bad_value:NumberOfEmployees": 1, "bad_value:CreatedDate": 1, "bad_value:OwnerId": 1}


@given(
    st.dictionaries(
        st.sampled_from(["Email", "NumberOfEmployees", "CreatedDate", "OwnerId", "IsDeleted", "Title"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
    )
)
def test_no_value_whatever_costs_a_record(values):
    assert mapping.lead(row(**values), TOKYO).key.id == STAMP["Id"]


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.Example.co.jp/about?x=1", "example.co.jp"),
        ("example.com", "example.com"),
        ("http://example.com:8080", "example.com"),
        ("なし", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_domains_of_websites(website, domain):
    assert mapping.account(row(Website=website), TOKYO).domain == domain


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("1000000", "JPY", 1_000_000), ("12.34", "USD", 1234), ("1.5", "KWD", 1500), ("10", "", 1000)],
)
def test_amounts_are_whole_minor_units(amount, currency, minor):
    assert minor_units(Decimal(amount), currency) == minor


def test_a_deal_takes_its_own_currency_before_the_orgs():
    values = {"Amount": Decimal("12.3"), "IsWon": True, "IsClosed": True, "CloseDate": "2026-03-31"}
    deal = mapping.opportunity(row(**values, CurrencyIsoCode="USD"), TOKYO)
    assert (deal.status, deal.amount_minor, deal.currency) == ("won", 1230, "USD")
    assert deal.closed_at == 1_774_882_800  # midnight of 31 March in Tokyo
    assert mapping.opportunity(row(Amount=5), TOKYO).currency == "JPY"


@pytest.mark.parametrize(
    ("values", "kind", "direction"),
    [
        ({"TaskSubtype": "Call"}, Kind.CALL, "outbound"),
        ({"TaskSubtype": "Call", "CallType": "Inbound"}, Kind.CALL, "inbound"),
        ({"TaskSubtype": "Task", "Type": "Call"}, Kind.CALL, "outbound"),
        ({"TaskSubtype": "Email"}, Kind.EMAIL_SENT, "outbound"),
        ({"TaskSubtype": "Email", "Subject": "[In] Re: 見積"}, Kind.EMAIL_REPLY, "inbound"),
        ({"TaskSubtype": "Email", "Subject": "受信: お問い合わせ"}, Kind.EMAIL_REPLY, "inbound"),
        ({"TaskSubtype": "Task"}, Kind.TASK, "outbound"),
        ({"TaskSubtype": "Call", "IsClosed": False}, Kind.TASK, "outbound"),
        ({"TaskSubtype": "Call", "Description": "leadsync:p1-e1\n"}, Kind.TASK, "outbound"),
        ({}, Kind.TASK, "outbound"),
    ],
)
def test_kinds_of_tasks(values, kind, direction):
    found = task(**values)
    assert (found.kind, found.direction) == (kind, direction)


def test_a_planned_call_is_no_touch_and_a_logged_one_is():
    assert not is_sales_touch(task(TaskSubtype="Call", IsClosed=False))
    assert is_sales_touch(task(TaskSubtype="Call"))
    assert not is_own_act(task(TaskSubtype="Call").kind, "outbound")


OWN_USER, COPIER = "0055j0000000007AAA", "0055j0000000009AAA"


@pytest.mark.parametrize(
    ("id", "type", "is_active", "automated", "active"),
    [
        ("0055j0000000001AAA", "Standard", True, False, True),
        ("0055j0000000001AAA", "Standard", False, False, False),
        (OWN_USER, "Standard", True, True, True),
        (OWN_USER, "Standard", False, True, False),
        (COPIER, "Standard", True, True, True),
        ("0055j0000000001AAA", "AutomatedProcess", True, True, False),
        ("0055j0000000001AAA", "CloudIntegrationUser", True, True, False),
    ],
)
def test_accounts_of_programs_are_told_apart_and_the_vendors_own_never_work(id, type, is_active, automated, active):
    frame = replace(TOKYO, own_user=OWN_USER)
    found = mapping.user(row(Id=id, UserType=type, IsActive=is_active), frame)
    assert (found.automated, found.active) == (automated, active)


def test_what_our_own_user_logs_is_read_with_its_author():
    found = activities.task(
        row(Id="00T5j0000000001AAA", IsClosed=True, TaskSubtype="Call", Status="Completed", OwnerId=OWN_USER),
        replace(TOKYO, own_user=OWN_USER),
    )
    assert (found.kind, found.author_id, found.status) == (Kind.CALL, OWN_USER, "Completed")


@pytest.mark.parametrize(
    ("text", "key"),
    [("理由\nleadsync:p1-e2\n", "p1-e2"), ("leadsync:a", "a"), ("leadsync:a.b", ""), ("xleadsync:", ""), ("", "")],
)
def test_our_marker_is_read(text, key):
    assert task(Description=text).task_key == key


def test_imported_history_happened_on_its_date():
    found = task(TaskSubtype="Call", ActivityDate="2025-12-01", CompletedDateTime="2026-03-01T01:00:00.000+0000")
    assert found.occurred_at == 1_764_558_000  # noon of 1 December 2025 in Tokyo
    assert task(TaskSubtype="Call", ActivityDate="2026-04-01").occurred_at == 1_772_326_800  # when logged


def test_copies_of_another_integration_are_left_out_unless_marked_as_ours():
    copy = {"CreatedById": "0055j0000000009AAA"}
    assert task(**copy) is None
    assert task(**copy, Description="leadsync:p1-e1").task_key == "p1-e1"
    assert activities.event(row(**copy), TOKYO) is None


def test_an_all_day_event_is_on_its_day_in_the_org():
    values = {"IsAllDayEvent": True, "ActivityDate": "2026-03-02", "StartDateTime": "2026-03-02T00:00:00.000+0000"}
    assert activities.event(row(**values), TOKYO).occurred_at == 1_772_377_200
    timed = activities.event(row(StartDateTime="2026-03-01T08:09:10.000+0000"), TOKYO)
    assert (timed.kind, timed.occurred_at) == (Kind.MEETING, T)


@pytest.mark.parametrize(
    ("status", "responded", "seminar", "kind"),
    [
        ("Sent", False, True, Kind.CAMPAIGN_MEMBER),
        ("Responded", True, False, Kind.CAMPAIGN_RESPONSE),
        ("Attended", True, True, Kind.SEMINAR_ATTENDED),
        ("参加", True, True, Kind.SEMINAR_ATTENDED),
        ("出席済み", False, True, Kind.SEMINAR_ATTENDED),
        ("参加予定", False, True, Kind.SEMINAR_REGISTERED),
        ("参加申込", True, True, Kind.SEMINAR_REGISTERED),
        ("申込済み", True, True, Kind.SEMINAR_REGISTERED),
        ("Registered", True, False, Kind.CAMPAIGN_RESPONSE),
        ("不参加", False, True, Kind.CAMPAIGN_MEMBER),
        ("欠席", True, True, Kind.CAMPAIGN_RESPONSE),
        ("No Show", False, True, Kind.CAMPAIGN_MEMBER),
        ("Not Attended", False, True, Kind.CAMPAIGN_MEMBER),
        ("招待済み", False, True, Kind.CAMPAIGN_MEMBER),
        ("キャンセル", False, True, Kind.CAMPAIGN_MEMBER),
        ("", False, False, Kind.CAMPAIGN_MEMBER),
    ],
)
def test_member_statuses(status, responded, seminar, kind):
    assert member_kind(status, responded, seminar) is kind


@pytest.mark.parametrize(
    ("kind", "name", "seminar"),
    [
        ("Webinar", "", True),
        ("", "製造業DXセミナー", True),
        ("Email", "セミナー案内", False),
        ("Trade Show", "展", False),
    ],
)
def test_seminars_are_known_by_type_else_by_name(kind, name, seminar):
    assert is_seminar(kind, name) is seminar


def test_a_member_after_conversion_belongs_to_the_contact():
    found = member(ContactId="0035j0000000002AAA", CampaignId="7015j0000000001")
    assert [key.object for key in found.people] == ["contact"]
    assert found.content_id == id18("7015j0000000001")


def test_a_response_date_is_its_day_in_the_org_and_never_later_than_the_row():
    values = {"HasResponded": True, "Status": "Responded"}
    assert member(**values, FirstRespondedDate="2026-02-10").occurred_at == 1_770_649_200
    assert member(**values, FirstRespondedDate="2026-02-01").occurred_at == 1_769_907_600  # as created
    assert member(**values, FirstRespondedDate="2026-12-01").occurred_at == T


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([{"errorCode": "A", "message": "m"}], "A"),
        ({"errorCode": "A"}, "A"),
        ({"error": "invalid_grant", "error_description": "d"}, "invalid_grant"),
        ([{"statusCode": "A", "fields": ["F"]}], "A"),
        ("<html>", ""),
        (None, ""),
        ([None, 3], ""),
        ([{"errorCode": "<script>"}], ""),
    ],
)
def test_error_bodies_of_every_shape_are_read(body, code):
    found = faults(body)
    assert (found[0].code if found else "") == code


def test_bulk_errors_are_taken_apart():
    fault = bulk_fault("FIELD_CUSTOM_VALIDATION_EXCEPTION:部署: 必須:Department__c, Title --")
    assert (fault.code, fault.message) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "部署: 必須")
    assert fault.fields == ("Department__c", "Title")


def test_personal_data_is_scrubbed():
    assert scrubbed("連絡 taro.y@example.co.jp 090-1234-5678 まで") == "連絡 … … まで"
