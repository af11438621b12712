"""The real SDK, unpatched, on the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from connectors.sandbox.http import SandboxClock
from connectors.sandbox.salesforce import SalesforceSandbox


def test_query_and_query_more_walk_all_pages(sandbox: SalesforceSandbox, sdk: Any) -> None:
    sandbox.put_many("Lead", ({"LastName": f"L{n}", "Company": "Acme"} for n in range(4500)))
    first = sdk.query("SELECT Id, LastName FROM Lead ORDER BY SystemModstamp, Id")
    assert (first["totalSize"], len(first["records"]), first["done"]) == (4500, 2000, False)
    second = sdk.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    third = sdk.query_more(second["nextRecordsUrl"], identifier_is_url=True)
    assert third["done"]
    seen = [record["Id"] for page in (first, second, third) for record in page["records"]]
    assert len(set(seen)) == 4500
    assert seen == sorted(seen)


def test_query_all_iter_streams_every_record(sandbox: SalesforceSandbox, sdk: Any) -> None:
    sandbox.query_page = 250
    sandbox.put_many("Contact", ({"LastName": f"C{n}"} for n in range(700)))
    assert len(list(sdk.query_all_iter("SELECT Id FROM Contact"))) == 700


def test_restful_composite_answers_five_queries(sandbox: SalesforceSandbox, sdk: Any) -> None:
    lead = sandbox.put("Lead", {"LastName": "山田", "Company": "日本商事"})
    queries = [
        {"method": "GET", "referenceId": f"q{n}", "url": "/services/data/v66.0/query?q=SELECT+Id+FROM+Lead"}
        for n in range(5)
    ]
    answer = sdk.restful("composite", method="POST", json={"compositeRequest": queries})
    assert [each["httpStatusCode"] for each in answer["compositeResponse"]] == [200] * 5
    assert answer["compositeResponse"][4]["body"]["records"][0]["Id"] == lead


def test_restful_collections_write_and_report(sandbox: SalesforceSandbox, sdk: Any) -> None:
    lead = sandbox.put("Lead", {"LastName": "山田", "Company": "日本商事"})
    records = [
        {"attributes": {"type": "Lead"}, "id": lead, "Title": "部長"},
        {"attributes": {"type": "Lead"}, "id": lead[:-3] + "AA5", "Title": "x"},
    ]
    answer = sdk.restful("composite/sobjects", method="PATCH", json={"allOrNone": False, "records": records})
    assert [each["success"] for each in answer] == [True, False]
    assert answer[1]["errors"][0]["statusCode"] == "MALFORMED_ID"
    assert (sandbox.get("Lead", lead) or {})["Title"] == "部長"


def test_describe_and_record_calls(sandbox: SalesforceSandbox, sdk: Any) -> None:
    names = {field["name"] for field in sdk.Lead.describe()["fields"]}
    assert {"Id", "Email", "IsConverted", "MasterRecordId", "SystemModstamp"} <= names
    made = sdk.Contact.create({"LastName": "Sato", "Email": "sato@example.com"})
    assert sdk.Contact.get(made["id"])["Email"] == "sato@example.com"
    assert sdk.Contact.update(made["id"], {"Title": "CTO"}) == 204
    assert sdk.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        sdk.Contact.get(made["id"])
    assert {each["name"] for each in sdk.describe()["sobjects"]} >= {"Lead", "Task", "PermissionSet"}


def test_deleted_and_updated(sandbox: SalesforceSandbox, sdk: Any, clock: SandboxClock) -> None:
    kept, gone = (sandbox.put("Lead", {"LastName": name, "Company": "A"}) for name in ("a", "b"))
    sandbox.delete("Lead", gone)
    clock.advance(120)
    now = datetime.fromtimestamp(clock.now(), UTC)
    start = now - timedelta(hours=1)
    assert [each["id"] for each in sdk.Lead.deleted(start, now)["deletedRecords"]] == [gone]
    assert sdk.Lead.updated(start, now)["ids"] == [kept]


def test_bulk2_update_and_download(sandbox: SalesforceSandbox, sdk: Any) -> None:
    sandbox.bulk_polls = 0
    lead = sandbox.put("Lead", {"LastName": "A", "Company": "B"})
    result = sdk.bulk2.Lead.update(records=[{"Id": lead, "Title": "CEO"}], wait=0.01)
    assert result[0]["numberRecordsProcessed"] == 1
    assert (sandbox.get("Lead", lead) or {})["Title"] == "CEO"
    pages = list(sdk.bulk2.Lead.query("SELECT Id, Title FROM Lead", wait=0.01))
    assert pages == [f'"Id","Title"\n"{lead}","CEO"\n']


def test_errors_arrive_as_the_sdks_exceptions(sandbox: SalesforceSandbox, sdk: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest):
        sdk.query("SELECT Nope FROM Lead")
    sandbox.expire_tokens()
    with pytest.raises(SalesforceExpiredSession):
        sdk.query("SELECT Id FROM Lead")


def test_a_used_up_day_is_a_refused_request(sandbox: SalesforceSandbox, sdk: Any) -> None:
    sandbox.daily_limit = 1
    sdk.limits()
    with pytest.raises(SalesforceRefusedRequest):
        sdk.query("SELECT Id FROM Lead")


def test_usage_is_read_from_the_header(sandbox: SalesforceSandbox, sdk: Any) -> None:
    sdk.query("SELECT Id FROM Lead")
    assert sdk.api_usage["api-usage"] == (1, 100_000)
    assert sdk.toolingexecute("query?q=SELECT+Id+FROM+CustomField")["totalSize"] == 0
