from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.http import SandboxClock
from connectors.sandbox.salesforce import SalesforceSandbox, ids

NOW = 1_767_225_600.0


@pytest.fixture
def lead(sandbox: SalesforceSandbox) -> str:
    for line in (
        "Score__c double(5,0)",
        "Band__c picklist(hot|hold) restricted",
        "Note__c textarea(32768)",
        "Due__c datetime",
        "Key__c string(40) external unique",
    ):
        sandbox.add_field("Lead", line)
    return sandbox.put("Lead", {"LastName": "山田", "Company": "日本商事"}, created=NOW - 3600)


def test_ids_carry_a_checksum() -> None:
    assert ids.full("001D000000IqhSL") == "001D000000IqhSLIAZ"
    assert ids.full("001D000000IqhSLIAZ") == "001D000000IqhSLIAZ"
    assert ids.full("001D000000IqhSLIAA") is None
    assert ids.full("nonsense") is None
    made = [ids.make("00Q", number) for number in (1, 9, 10, 61, 62, 4000)]
    assert made == sorted(made)


def test_an_update_moves_the_stamps_in_whole_seconds(
    sandbox: SalesforceSandbox, api: Any, clock: SandboxClock, lead: str
) -> None:
    clock.advance(5.7)
    answer = api(
        "PATCH", f"sobjects/Lead/{lead}", {"Score__c": 85, "Band__c": "hot", "Due__c": "2026-01-02T10:00:00+09:00"}
    )
    assert (answer.status_code, answer.content) == (204, b"")
    record = api("GET", f"sobjects/Lead/{lead}").json()
    assert (record["Score__c"], record["Band__c"]) == (85.0, "hot")
    assert record["Due__c"] == "2026-01-02T01:00:00.000+0000"
    assert record["SystemModstamp"] == record["LastModifiedDate"] == "2026-01-01T00:00:05.000+0000"
    assert record["LastModifiedById"] == sandbox.running_user_id
    assert record["CreatedById"] == sandbox.seeding_user_id


def test_null_and_empty_string_clear_and_text_is_trimmed(sandbox: SalesforceSandbox, api: Any, lead: str) -> None:
    api("PATCH", f"sobjects/Lead/{lead}", {"Title": "  部長 ", "Band__c": "hot", "Score__c": 1.5})
    found = sandbox.get("Lead", lead)
    assert found is not None
    assert (found["Title"], found["Score__c"]) == ("部長", 2.0)
    api("PATCH", f"sobjects/Lead/{lead}", {"Title": "", "Band__c": None})
    found = sandbox.get("Lead", lead)
    assert found is not None
    assert (found["Title"], found["Band__c"]) == (None, None)


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ({"Nope__c": 1}, "INVALID_FIELD", "No such column 'Nope__c' on sobject of type Lead"),
        ({"Name": "x"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Name."),
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "SystemModstamp"),
        ({"IsConverted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE", "IsConverted"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG", "First Name: data value too large: "),
        ({"Band__c": "tepid"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Band: bad value for restricted"),
        ({"Score__c": 100_000}, "NUMBER_OUTSIDE_VALID_RANGE", "Score: value outside of valid range"),
        ({"Score__c": "85"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of double from VALUE_STRING value 85"),
        ({"Title": 5}, "JSON_PARSER_ERROR", "instance of string from VALUE_NUMBER_INT"),
        ({"DoNotCall": "true"}, "JSON_PARSER_ERROR", "instance of boolean"),
        ({"DoNotCall": None}, "INVALID_TYPE_ON_FIELD_IN_RECORD", "value not of required type"),
        ({"Due__c": "2026-01-02"}, "JSON_PARSER_ERROR", "instance of datetime"),
        ({"Due__c": "2026-01-02T10:00:00"}, "JSON_PARSER_ERROR", "instance of datetime"),
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: nobody"),
        ({"OwnerId": "abc"}, "MALFORMED_ID", "Owner ID: id value of incorrect type: abc"),
        ({"OwnerId": "001000000000001"}, "FIELD_INTEGRITY_EXCEPTION", "id value of incorrect type"),
        ({"OwnerId": "005000000000001"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
    ],
)
def test_refused_updates(api: Any, lead: str, fields: dict[str, Any], code: str, said: str) -> None:
    answer = api("PATCH", f"sobjects/Lead/{lead}", fields)
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] == code
    assert said in answer.json()[0]["message"]


def test_inserts_need_their_required_fields_and_get_defaults(sandbox: SalesforceSandbox, api: Any) -> None:
    missing = api("POST", "sobjects/Lead", {"LastName": "x"})
    assert missing.json()[0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert missing.json()[0]["fields"] == ["Company"]
    made = api("POST", "sobjects/Lead", {"LastName": "x", "Company": "y"})
    assert made.status_code == 201
    found = sandbox.get("Lead", made.json()["id"])
    assert found is not None
    assert (found["Status"], found["OwnerId"]) == ("Open - Not Contacted", sandbox.running_user_id)


def test_deleted_unknown_and_malformed_ids(sandbox: SalesforceSandbox, api: Any, lead: str) -> None:
    sandbox.delete("Lead", lead)

    def code(path: str) -> tuple[int, str]:
        answer = api("PATCH", path, {"Title": "x"})
        return answer.status_code, answer.json()[0]["errorCode"]

    assert code(f"sobjects/Lead/{lead}") == (404, "ENTITY_IS_DELETED")
    assert code("sobjects/Lead/00Q000000000001") == (404, "NOT_FOUND")
    assert code("sobjects/Lead/nonsense") == (404, "NOT_FOUND")
    assert code("sobjects/Lead/003000000000001") == (400, "MALFORMED_ID")
    assert code("sobjects/Nothing/00Q000000000001") == (404, "NOT_FOUND")


def test_a_converted_lead_refuses_updates(sandbox: SalesforceSandbox, api: Any, lead: str) -> None:
    sandbox.convert_lead(lead)
    answer = api("PATCH", f"sobjects/Lead/{lead}", {"Score__c": 5})
    assert answer.json()[0]["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"
    task = api("POST", "sobjects/Task", {"WhoId": lead})
    assert task.json()[0]["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_upsert_by_external_id(api: Any, lead: str) -> None:
    fields = {"LastName": "x", "Company": "y"}
    made = api("PATCH", "sobjects/Lead/Key__c/k%201", fields)
    assert (made.status_code, made.json()["created"]) == (201, True)
    again = api("PATCH", "sobjects/Lead/Key__c/k%201", {"Title": "z"})
    assert (again.status_code, again.json()) == (200, made.json() | {"created": False})
    assert api("GET", "sobjects/Lead/Key__c/K%201").json()["Title"] == "z"
    assert api("PATCH", "sobjects/Lead/Title/z", fields).status_code == 404
    double = api("PATCH", f"sobjects/Lead/{lead}", {"Key__c": "k 1"})
    assert double.json()[0]["errorCode"] == "DUPLICATE_VALUE"


def test_a_tasks_closed_flag_follows_its_status(sandbox: SalesforceSandbox, api: Any, lead: str) -> None:
    made = api("POST", "sobjects/Task", {"WhoId": lead, "Subject": "Call", "ActivityDate": "2026-01-05"}).json()["id"]
    assert api.query("SELECT IsClosed, TaskSubtype FROM Task")["records"][0]["IsClosed"] is False
    api("PATCH", f"sobjects/Task/{made}", {"Status": "Completed"})
    closed = sandbox.get("Task", made)
    assert closed is not None
    assert closed["IsClosed"]
    assert closed["CompletedDateTime"] == closed["LastModifiedDate"]
    fixed = api("PATCH", f"sobjects/Task/{made}", {"TaskSubtype": "Call"})
    assert fixed.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    account = sandbox.put("Account", {"Name": "A"})
    both = api("POST", "sobjects/Task", {"WhoId": lead, "WhatId": account})
    assert both.json()[0]["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"


def test_tasks_need_an_active_owner(sandbox: SalesforceSandbox, api: Any) -> None:
    user = sandbox.put("User", {"Username": "old@example.com", "LastName": "Old", "IsActive": False})
    answer = api("POST", "sobjects/Task", {"OwnerId": user})
    assert answer.json()[0]["errorCode"] == "INACTIVE_OWNER_OR_USER"


def test_campaign_members_are_one_person_once(sandbox: SalesforceSandbox, api: Any, lead: str) -> None:
    campaign = sandbox.put("Campaign", {"Name": "Seminar"})
    member = {"CampaignId": campaign, "LeadId": lead}
    made = api("POST", "sobjects/CampaignMember", member).json()["id"]
    assert api("POST", "sobjects/CampaignMember", member).json()[0]["errorCode"] == "DUPLICATE_VALUE"
    nobody = api("POST", "sobjects/CampaignMember", {"CampaignId": campaign})
    assert nobody.json()[0]["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"
    api("PATCH", f"sobjects/CampaignMember/{made}", {"Status": "Responded"})
    record = api.query("SELECT HasResponded, FirstRespondedDate, Campaign.Name FROM CampaignMember")["records"][0]
    assert (record["HasResponded"], record["FirstRespondedDate"]) == (True, "2026-01-01")
    assert record["Campaign"]["Name"] == "Seminar"


def test_an_opportunitys_flags_follow_its_stage(sandbox: SalesforceSandbox, api: Any) -> None:
    deal = sandbox.put("Opportunity", {"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-03-01"})
    api("PATCH", f"sobjects/Opportunity/{deal}", {"StageName": "Closed Won"})
    found = sandbox.get("Opportunity", deal)
    assert found is not None
    assert (found["IsClosed"], found["IsWon"], found["Probability"]) == (True, True, 100.0)


def test_scripted_blocks_strike_as_often_as_told(sandbox: SalesforceSandbox, api: Any, lead: str) -> None:
    sandbox.block(
        lead, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", times=1, children=True
    )
    locked = api("POST", "sobjects/Task", {"WhoId": lead})
    assert locked.json()[0]["errorCode"] == "UNABLE_TO_LOCK_ROW"
    assert api("PATCH", f"sobjects/Lead/{lead}", {"Title": "x"}).status_code == 204
    sandbox.block("Lead", "DUPLICATES_DETECTED", "Use one of these records?", allow_save=True)
    fields = {"LastName": "x", "Company": "y"}
    assert api("POST", "sobjects/Lead", fields).json()[0]["errorCode"] == "DUPLICATES_DETECTED"
    saved = api("POST", "sobjects/Lead", fields, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})
    assert saved.status_code == 201


def test_late_commits_carry_an_older_stamp(sandbox: SalesforceSandbox, api: Any) -> None:
    late = sandbox.put("Lead", {"LastName": "x", "Company": "y"}, modstamp=NOW - 240)
    assert (
        api.query("SELECT SystemModstamp FROM Lead")["records"][0]["SystemModstamp"] == "2025-12-31T23:56:00.000+0000"
    )
    sandbox.put("Lead", {"Title": "z"}, id=late, modstamp=NOW - 120)
    found = sandbox.get("Lead", late)
    assert found is not None
    assert (found["Title"], found["SystemModstamp"]) == ("z", "2025-12-31T23:58:00.000+0000")


def test_merge_reparents_and_names_the_master(sandbox: SalesforceSandbox, api: Any, clock: SandboxClock) -> None:
    winner, loser = (sandbox.put("Contact", {"LastName": name}) for name in ("w", "l"))
    task = sandbox.put("Task", {"WhoId": loser})
    clock.advance(10)
    sandbox.merge("Contact", winner, loser)
    soql = "SELECT Id, IsDeleted, MasterRecordId, SystemModstamp FROM Contact ORDER BY Id"
    kept, gone = api.query(soql, everything=True)["records"]
    assert (gone["IsDeleted"], gone["MasterRecordId"]) == (True, winner)
    assert kept["SystemModstamp"] == gone["SystemModstamp"] == "2026-01-01T00:00:10.000+0000"
    assert api.query("SELECT WhoId FROM Task")["records"][0]["WhoId"] == winner
    assert sandbox.get("Task", task) is not None


def test_conversion_moves_what_hung_on_the_lead(sandbox: SalesforceSandbox, api: Any, lead: str) -> None:
    campaign = sandbox.put("Campaign", {"Name": "c"})
    member = sandbox.put("CampaignMember", {"CampaignId": campaign, "LeadId": lead})
    task = sandbox.put("Task", {"WhoId": lead})
    contact = sandbox.convert_lead(lead)
    record = api.query("SELECT IsConverted, ConvertedContactId, ConvertedAccountId, ConvertedDate FROM Lead")[
        "records"
    ][0]
    assert (record["IsConverted"], record["ConvertedContactId"]) == (True, contact)
    assert record["ConvertedDate"] == "2026-01-01"
    assert api.query("SELECT Account.Name FROM Contact")["records"][0]["Account"]["Name"] == "日本商事"
    moved, joined = sandbox.get("Task", task), sandbox.get("CampaignMember", member)
    assert moved is not None
    assert joined is not None
    assert moved["WhoId"] == contact
    assert (joined["LeadId"], joined["ContactId"]) == (lead, contact)
    assert len(sandbox.all("OpportunityContactRole")) == 1


def test_a_purged_record_leaves_no_trace(sandbox: SalesforceSandbox, api: Any, clock: SandboxClock, lead: str) -> None:
    task = sandbox.put("Task", {"WhoId": lead})
    sandbox.delete("Lead", lead)
    assert api.ids("SELECT Id FROM Task") == []  # activities go with their lead
    sandbox.undelete("Lead", lead)
    assert api.ids("SELECT Id FROM Lead") == [lead]
    sandbox.delete("Lead", lead)
    sandbox.purge("Lead", lead)
    assert api.ids("SELECT Id FROM Lead", everything=True) == []
    assert api.ids("SELECT Id FROM Task", everything=True) == [task]
    clock.advance(60)
    window = {"start": "2025-12-31T00:00:00Z", "end": "2026-01-01T00:01:00Z"}
    assert api("GET", "sobjects/Lead/deleted", params=window).json()["deletedRecords"] == []


def test_replication_windows_are_checked(api: Any) -> None:
    for start, end in [
        ("2026-01-01T00:00:00Z", "2025-12-31T00:00:00Z"),
        ("2025-11-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ]:
        answer = api("GET", "sobjects/Lead/updated", params={"start": start, "end": end})
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")


def test_describe_tells_what_a_writer_needs(api: Any, lead: str) -> None:
    fields = {field["name"]: field for field in api("GET", "sobjects/Lead/describe").json()["fields"]}
    assert (fields["FirstName"]["type"], fields["FirstName"]["length"]) == ("string", 40)
    assert (fields["Score__c"]["precision"], fields["Score__c"]["scale"], fields["Score__c"]["custom"]) == (5, 0, True)
    assert [each["value"] for each in fields["Band__c"]["picklistValues"]] == ["hot", "hold"]
    assert fields["Band__c"]["restrictedPicklist"]
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
    assert fields["OwnerId"]["relationshipName"] == "Owner"
    assert not fields["Name"]["updateable"]
    assert not fields["LastName"]["nillable"]
    assert not fields["Note__c"]["filterable"]


def test_seeds_with_unknown_fields_or_bad_ids_are_refused(sandbox: SalesforceSandbox) -> None:
    with pytest.raises(KeyError):
        sandbox.put("Lead", {"Nope": 1})
    with pytest.raises(ValueError, match="not a record id"):
        sandbox.put("Lead", {"LastName": "x"}, id="nonsense")


def test_json_has_to_be_json(api: Any) -> None:
    headers = {"Content-Type": "application/json"}
    assert api("POST", "sobjects/Lead", data="{oops", headers=headers).json()[0]["errorCode"] == "JSON_PARSER_ERROR"
    typed = api("POST", "sobjects/Lead", data="{}", headers={"Content-Type": "text/xml"})
    assert (typed.status_code, typed.json()[0]["errorCode"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    wrong = api("PUT", "sobjects/Lead/00Q000000000001")
    assert (wrong.status_code, wrong.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")
