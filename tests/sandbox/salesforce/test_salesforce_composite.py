from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.salesforce import SalesforceSandbox


@pytest.fixture
def leads(sandbox: SalesforceSandbox) -> list[str]:
    return sandbox.put_many("Lead", ({"LastName": f"L{n}", "Company": "Acme"} for n in range(3)))


def records(ids: list[str], **fields: Any) -> list[dict[str, Any]]:
    return [{"attributes": {"type": "Lead"}, "id": each, **fields} for each in ids]


def get(url: str, name: str) -> dict[str, str]:
    return {"method": "GET", "url": f"/services/data/v66.0/{url}", "referenceId": name}


def test_one_bad_record_does_not_fail_its_neighbours(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    sandbox.block(leads[1], "FIELD_CUSTOM_VALIDATION_EXCEPTION", "not on Fridays", fields=("Title",))
    answer = api("PATCH", "composite/sobjects", {"allOrNone": False, "records": records(leads, Title="CEO")})
    assert answer.status_code == 200
    assert [each["success"] for each in answer.json()] == [True, False, True]
    assert answer.json()[0] == {"id": leads[0], "success": True, "errors": []}
    assert answer.json()[1]["errors"] == [
        {"statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "not on Fridays", "fields": ["Title"]}
    ]


def test_all_failing_is_still_200(api: Any) -> None:
    answer = api("POST", "composite/sobjects", {"records": [{"attributes": {"type": "Lead"}, "LastName": "x"}]})
    assert answer.status_code == 200
    assert answer.json()[0]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"


def test_all_or_none_takes_the_good_ones_back(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    sandbox.delete("Lead", leads[2])
    answer = api("PATCH", "composite/sobjects", {"allOrNone": True, "records": records(leads, Title="CEO")}).json()
    codes = [each["errors"][0]["statusCode"] for each in answer]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "ENTITY_IS_DELETED"]
    assert api.query("SELECT Id FROM Lead WHERE Title != null")["totalSize"] == 0


def test_collections_have_limits(api: Any, leads: list[str]) -> None:
    many = [{"attributes": {"type": "Task"}} for _ in range(201)]
    assert api("POST", "composite/sobjects", {"records": many}).json()[0]["errorCode"] == "EXCEEDED_ID_LIMIT"
    mixed = [{"attributes": {"type": ("Task", "Event")[n % 2]}} for n in range(11)]
    refused = api("POST", "composite/sobjects", {"records": mixed})
    assert refused.status_code == 400
    assert "10 chunks" in refused.json()[0]["message"]
    twice = api("PATCH", "composite/sobjects", {"records": records([leads[0], leads[0][:15]], Title="x")}).json()
    assert [each["success"] for each in twice] == [True, False]


def test_a_body_that_does_not_parse_writes_nothing(api: Any, leads: list[str]) -> None:
    body = {"records": [*records(leads[:1], Title="CEO"), *records(leads[1:2], NumberOfEmployees="many")]}
    answer = api("PATCH", "composite/sobjects", body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")
    assert api.query("SELECT COUNT() FROM Lead WHERE Title = 'CEO'")["totalSize"] == 0


def test_an_unknown_field_fails_its_record_or_on_demand_the_call(
    sandbox: SalesforceSandbox, api: Any, leads: list[str]
) -> None:
    body = {"records": [*records(leads[:1], Title="CEO"), *records(leads[1:2], Nope__c=1)]}
    answer = api("PATCH", "composite/sobjects", body).json()
    assert [each["success"] for each in answer] == [True, False]
    assert answer[1]["errors"][0]["statusCode"] == "INVALID_FIELD"
    sandbox.collections.unknown_field_fails_call = True
    assert api("PATCH", "composite/sobjects", body).status_code == 400


def test_delete_and_retrieve_collections(api: Any, leads: list[str]) -> None:
    found = api("POST", "composite/sobjects/Lead", {"ids": leads, "fields": ["LastName"]}).json()
    assert [each["LastName"] for each in found] == ["L0", "L1", "L2"]
    gone = api("DELETE", "composite/sobjects", params={"ids": f"{leads[0]},00Q000000000001", "allOrNone": "false"})
    assert [each["success"] for each in gone.json()] == [True, False]
    found = api("GET", "composite/sobjects/Lead", params={"ids": ",".join(leads), "fields": "LastName"}).json()
    assert [each and each["LastName"] for each in found] == [None, "L1", "L2"]


def test_collections_upsert_by_external_id(sandbox: SalesforceSandbox, api: Any) -> None:
    sandbox.add_field("Lead", "Key__c string(40) external unique")
    body = {"records": [{"attributes": {"type": "Lead"}, "Key__c": "a", "LastName": "x", "Company": "y"}]}
    first = api("PATCH", "composite/sobjects/Lead/Key__c", body).json()[0]
    second = api("PATCH", "composite/sobjects/Lead/Key__c", body).json()[0]
    assert (first["created"], second["created"]) == (True, False)
    assert first["id"] == second["id"]


def test_a_composite_is_one_call_and_answers_each_part(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    parts = [
        get("query?q=SELECT+Id+FROM+Lead", "good"),
        get("query?q=SELECT+Nope+FROM+Lead", "bad"),
        get("sobjects/Lead/describe", "describe"),
        {
            "method": "PATCH",
            "url": "/services/data/v66.0/composite/sobjects",
            "referenceId": "write",
            "body": {"allOrNone": False, "records": records(leads, Title="CEO")},
        },
        get("jobs/query", "forbidden"),
    ]
    answer = api("POST", "composite", {"allOrNone": False, "compositeRequest": parts})
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    found = {each["referenceId"]: each for each in answer.json()["compositeResponse"]}
    assert {name: each["httpStatusCode"] for name, each in found.items()} == {
        "good": 200,
        "bad": 400,
        "describe": 200,
        "write": 200,
        "forbidden": 404,
    }
    assert found["bad"]["body"][0]["errorCode"] == "INVALID_FIELD"
    assert len(found["write"]["body"]) == 3


def test_composite_limits(api: Any) -> None:
    six = [get("queryAll?q=SELECT+Id+FROM+Lead", f"q{n}") for n in range(6)]
    assert api("POST", "composite", {"compositeRequest": six}).json()[0]["errorCode"] == "LIMIT_EXCEEDED"
    many = [get("limits", f"q{n}") for n in range(26)]
    assert api("POST", "composite", {"compositeRequest": many}).json()[0]["errorCode"] == "LIMIT_EXCEEDED"
    same = [get("limits", "q"), get("limits", "q")]
    assert api("POST", "composite", {"compositeRequest": same}).status_code == 400


def test_an_all_or_none_composite_is_taken_back(api: Any, leads: list[str]) -> None:
    write = {"method": "PATCH", "url": f"/services/data/v66.0/sobjects/Lead/{leads[0]}", "referenceId": "w"}
    parts = [{**write, "body": {"Title": "CEO"}}, get("query?q=SELECT+Nope+FROM+Lead", "bad")]
    found = api("POST", "composite", {"allOrNone": True, "compositeRequest": parts}).json()["compositeResponse"]
    assert found[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert api.query("SELECT COUNT() FROM Lead WHERE Title = 'CEO'")["totalSize"] == 0


def test_pages_inside_a_composite_continue_outside(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    sandbox.query_page = 2
    part = get("query?q=SELECT+Id+FROM+Lead", "q")
    body = api("POST", "composite", {"compositeRequest": [part]}).json()["compositeResponse"][0]["body"]
    assert len(api("GET", body["nextRecordsUrl"]).json()["records"]) == 1


def test_batch_reports_each_status(api: Any, leads: list[str]) -> None:
    parts = [
        {"method": "GET", "url": "v66.0/query?q=SELECT+Nope+FROM+Lead"},
        {"method": "PATCH", "url": f"v66.0/sobjects/Lead/{leads[0]}", "richInput": {"Title": "x"}},
    ]
    answer = api("POST", "composite/batch", {"batchRequests": parts}).json()
    assert answer["hasErrors"]
    assert [each["statusCode"] for each in answer["results"]] == [400, 204]
    halted = api("POST", "composite/batch", {"haltOnError": True, "batchRequests": parts}).json()
    assert [each["statusCode"] for each in halted["results"]] == [400, 412]
