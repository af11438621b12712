from __future__ import annotations

from collections import Counter

import pytest

from connectors.hubspot.mapping import OBJECT_TYPES, Item, Stage, Surroundings, owner, salesforce_id, stages
from connectors.hubspot.values import Values, epoch_ms, iso_ms, minor_digits, task_body, task_key_in, with_note
from sync.core.activity import INTEGRATION
from sync.core.records import HUBSPOT, SALESFORCE, RecordKey, State
from sync.errors import UnexpectedAnswer


def parse(type_, properties, links=None, around=None, **raw):
    unknown = Counter()
    kind = OBJECT_TYPES[type_]
    item = Item({"id": "5", "properties": properties} | raw, kind.modified, unknown)
    return list(kind.parse(item, links or {}, around or Surroundings())), unknown


def test_a_contact_in_full():
    (person,), unknown = parse(
        "contacts",
        {
            "email": " A@example.com ",
            "hs_additional_emails": "b@example.com;c@example.com",
            "jobtitle": "営業部長",
            "numemployees": "100-500",
            "hs_email_optout": "true",
            "salesforceleadid": "00Q5g00000abcDE",
            "salesforcecontactid": "0035g00000XyZab123",
            "hs_merged_object_ids": "5;7",
            "hs_calculated_merged_vids": "8:1700000000000;7:1700000000001",
            "lastmodifieddate": "2026-03-01T08:09:10.123Z",
            "leadsync_score": "79",
            "leadsync_band": None,
            "leadsync_sla_due": "2026-03-02T00:00:00Z",
        },
    )
    assert person.email == "A@example.com"
    assert person.other_emails == ("b@example.com", "c@example.com")
    assert (person.employees, person.opted_out) == (100, True)
    assert person.links == (
        RecordKey(SALESFORCE, "lead", salesforce_id("00Q5g00000abcDE")),
        RecordKey(SALESFORCE, "contact", "0035g00000XyZab123"),
    )
    assert person.absorbed == (RecordKey(HUBSPOT, "contact", "7"), RecordKey(HUBSPOT, "contact", "8"))
    assert person.own == {"score": 79, "band": None, "sla_due": 1_772_409_600}
    assert person.modified_at == 1_772_352_550
    assert not unknown


def test_a_bad_value_becomes_empty_and_is_counted():
    (person,), unknown = parse("contacts", {"numemployees": "many", "leadsync_score": "abc", "createdate": "soon"})
    assert (person.employees, person.own, person.created_at) == (None, {"score": None}, None)
    assert unknown == {"bad_value:numemployees": 1, "bad_value:leadsync_score": 1, "bad_value:createdate": 1}


@pytest.mark.parametrize("raw", [{}, {"id": ""}, {"id": None, "properties": {}}, "text", {"id": "x1"}])
def test_an_object_without_id_breaks_the_contract(raw):
    with pytest.raises(UnexpectedAnswer):
        Item(raw, "lastmodifieddate", Counter())


def test_a_number_for_an_id_and_an_archived_flag_are_understood():
    unknown = Counter()
    item = Item({"id": 12, "archived": True, "updatedAt": "2026-01-01T00:00:00.5Z"}, "lastmodifieddate", unknown)
    assert (item.id, item.state, item.modified_ms) == ("12", State.ARCHIVED, 1_767_225_600_500)


@pytest.mark.parametrize(
    ("stage", "properties", "status"),
    [
        (Stage("受注", "won"), {}, "won"),
        (Stage("失注", "lost"), {"hs_is_closed_won": "true"}, "lost"),
        (None, {"hs_is_closed_won": "true", "hs_is_closed": "true"}, "won"),
        (None, {"hs_is_closed": "true"}, "lost"),
        (None, {}, "open"),
    ],
)
def test_a_deals_status_comes_from_its_stage_else_from_its_flags(stage, properties, status):
    around = Surroundings(stages={("p", "1"): stage} if stage else {}, currency="JPY")
    (deal,), _ = parse("deals", {"pipeline": "p", "dealstage": "1", "amount": "1,234.4"} | properties, around=around)
    assert deal.status == status
    assert (deal.amount_minor, deal.currency) == (1234, "JPY")
    assert deal.people is None


def test_stage_metadata_tells_won_lost_and_open():
    def stage(id_, **metadata):
        return {"id": id_, "label": id_, "metadata": metadata}

    found = stages(
        [
            {
                "id": "p",
                "stages": [
                    stage("w", isClosed="true", probability="1.0"),
                    stage("l", isClosed="true", probability="0.0"),
                    stage("o", isClosed="false", probability="0.2"),
                    stage("old", probability="1.0"),
                    {"id": "bare"},
                ],
            }
        ]
    )
    assert {key[1]: value.status for key, value in found.items()} == {
        "w": "won",
        "l": "lost",
        "o": "open",
        "old": "won",
        "bare": "open",
    }


@pytest.mark.parametrize(("direction", "kind"), [("INCOMING_EMAIL", "email_reply"), ("EMAIL", "email_sent")])
def test_one_to_one_mail_is_a_reply_or_ours(direction, kind):
    (activity,), _ = parse("emails", {"hs_email_direction": direction, "hs_timestamp": "2026-01-01T00:00:00Z"})
    assert activity.kind == kind


def test_mail_of_another_direction_is_counted():
    records, unknown = parse("emails", {"hs_email_direction": "FORWARDED_EMAIL"})
    assert (records, unknown) == ([], {"email:FORWARDED_EMAIL": 1})


def test_a_completed_task_of_ours_is_known_by_its_marker():
    body = "<p>電話してください</p><p>leadsync:p1-e2_x</p>"
    (task,), _ = parse("tasks", {"hs_task_status": "COMPLETED", "hs_task_body": body})
    assert (task.closed, task.task_key) == (True, "p1-e2_x")


def test_the_marker_survives_the_way_to_html_and_back_and_a_plain_search_finds_it():
    body = task_body("理由: <script> & 価格\nleadsync:k-1_A\n次の行")
    assert task_key_in(body) == "k-1_A"
    assert "leadsync:k-1_A " in body
    assert "<script>" not in body
    assert task_key_in("no marker here") == ""


@pytest.mark.parametrize(
    ("raw", "ms"),
    [
        ("2026-03-01T08:09:10.123Z", 1_772_352_550_123),
        ("2026-03-01T08:09:10.12Z", 1_772_352_550_120),
        ("2026-03-01T08:09:10.123456789Z", 1_772_352_550_123),
        ("2026-03-01T08:09:10Z", 1_772_352_550_000),
        ("2026-03-01T17:09:10+0900", 1_772_352_550_000),
        ("2026-03-01", 1_772_323_200_000),
        ("1772352550123", 1_772_352_550_123),
        (1_772_352_550_123, 1_772_352_550_123),
        ("2026-02-31", None),
        ("tomorrow", None),
        ("99999999999999999", None),
        (None, None),
    ],
)
def test_times_in_all_their_forms(raw, ms):
    assert epoch_ms(raw) == ms


def test_times_go_out_with_milliseconds_and_z():
    assert iso_ms(1_772_352_550.25) == "2026-03-01T08:09:10.250Z"


@pytest.mark.parametrize(("code", "digits"), [("JPY", 0), ("usd", 2), ("KWD", 3), ("", 2)])
def test_minor_units(code, digits):
    assert minor_digits(code) == digits


@pytest.mark.parametrize(("raw", "count"), [("1,000+", 1000), ("３００名", 300), ("50-99", 50), ("7", 7), ("", None)])
def test_head_counts(raw, count):
    assert Values({"n": raw}, Counter()).head_count("n") == count


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "1e99", "--"])
def test_numbers_that_are_none(raw):
    unknown = Counter()
    assert Values({"n": raw}, unknown).whole("n") is None
    assert unknown == {"bad_value:n": 1}


def test_the_eighteen_character_form_of_a_salesforce_id():
    assert salesforce_id("001D000000IqhSL") == "001D000000IqhSLIAZ"


def activity(type_, **properties):
    (found,), _ = parse(type_, {"hs_timestamp": "2026-10-01T00:00:00Z", **properties})
    return found


@pytest.mark.parametrize("type_", ["calls", "meetings", "emails"])
@pytest.mark.parametrize(
    ("source", "holder", "creator", "author"),
    [
        ("INTEGRATION", "", "", INTEGRATION),
        ("INTEGRATION", "31", "", "31"),
        ("INTEGRATION", "", "9001", ""),
        ("CRM_UI", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_what_a_program_logs_on_nobodys_behalf_says_so(type_, source, holder, creator, author):
    signed = {"hs_object_source": source, "hubspot_owner_id": holder, "hs_created_by_user_id": creator}
    assert activity(type_, hs_email_direction="EMAIL", **signed).author_id == author


@pytest.mark.parametrize(
    ("type_", "properties", "status"),
    [
        ("calls", {"hs_call_status": "FAILED"}, "FAILED"),
        ("meetings", {"hs_meeting_outcome": "NO_SHOW"}, "NO_SHOW"),
        ("emails", {"hs_email_direction": "EMAIL", "hs_email_status": "BOUNCED"}, "BOUNCED"),
        ("emails", {"hs_email_direction": "INCOMING_EMAIL", "hs_email_status": "SENT"}, ""),
        ("tasks", {"hs_task_status": "DEFERRED"}, "DEFERRED"),
    ],
)
def test_activities_keep_the_vendors_word_for_what_became_of_them(type_, properties, status):
    assert activity(type_, **properties).status == status


@pytest.mark.parametrize(
    ("body", "noted"),
    [
        ("理由<br>\n<br>\nleadsync:a-1 ", "理由<br>\n<br>\n追記<br>\nleadsync:a-1 "),
        ("<p>理由</p><p>leadsync:a-1</p>", "<p>理由</p><p>追記<br>\nleadsync:a-1</p>"),
        ("理由 leadsync:a-1 続き", "理由  <br>\n追記<br>\nleadsync:a-1 続き"),
        ("<b>lead</b>sync:a-1", "<b>lead</b>sync:a-1 <br>\n追記"),
        ("", "追記"),
    ],
)
def test_a_note_stands_above_the_marker(body, noted):
    assert with_note(body, "追記") == noted
    assert with_note(noted, "追記") == noted
    assert task_key_in(noted) == task_key_in(body)


def test_a_queue_is_nobody_who_works():
    found = owner({"id": "7", "type": "QUEUE", "firstName": "営業"}, archived=False)
    assert (found.automated, found.active) == (True, False)
