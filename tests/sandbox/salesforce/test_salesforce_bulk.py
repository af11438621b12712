from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from connectors.sandbox.salesforce import SalesforceSandbox

CSV = {"Content-Type": "text/csv"}


def start(api: Any, operation: str = "update", **more: Any) -> str:
    answer = api("POST", "jobs/ingest", {"object": "Lead", "operation": operation, "contentType": "CSV", **more})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "Open"
    return str(answer.json()["id"])


def upload(api: Any, job: str, text: str) -> None:
    assert api("PUT", f"jobs/ingest/{job}/batches", data=text.encode(), headers=CSV).status_code == 201
    assert api("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"}).json()["state"] == "UploadComplete"


def table(api: Any, job: str, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(api("GET", f"jobs/ingest/{job}/{name}").text)))


@pytest.fixture
def leads(sandbox: SalesforceSandbox) -> list[str]:
    sandbox.bulk_polls = 0
    sandbox.add_field("Lead", "Score__c double(5,0)")
    return sandbox.put_many("Lead", ({"LastName": f"L{n}", "Company": "Acme", "Title": "t"} for n in range(4)))


def test_rows_succeed_and_fail_one_by_one(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    sandbox.block(leads[3], "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
    job = start(api)
    text = f"id,Score__c,Title\n{leads[0]},85,\n{leads[1]},,#N/A\n{leads[2]},x,\n{leads[3]},1,\n,2,\n"
    upload(api, job, text)
    done = api("GET", f"jobs/ingest/{job}").json()
    assert (done["state"], done["numberRecordsProcessed"], done["numberRecordsFailed"]) == ("JobComplete", 5, 3)
    first, second = table(api, job, "successfulResults")
    assert (first["sf__Id"], first["sf__Created"], first["Score__c"]) == (leads[0], "false", "85")
    assert second["sf__Id"] == leads[1]
    errors = [row["sf__Error"] for row in table(api, job, "failedResults")]
    assert errors[0].startswith("INVALID_TYPE_ON_FIELD_IN_RECORD:Score: value not of required type: x:Score__c --")
    assert errors[1].startswith("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access")
    assert errors[2].startswith("MISSING_ARGUMENT:")
    kept, cleared = sandbox.get("Lead", leads[0]), sandbox.get("Lead", leads[1])
    assert kept is not None
    assert cleared is not None
    assert (kept["Score__c"], kept["Title"]) == (85.0, "t")
    assert cleared["Title"] is None
    assert table(api, job, "unprocessedrecords") == []


def test_states_advance_over_polls(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    sandbox.bulk_polls = 2
    job = start(api)
    upload(api, job, f"Id,Title\n{leads[0]},CEO\n")
    early = api("GET", f"jobs/ingest/{job}/successfulResults")
    assert early.status_code == 400
    states = [api("GET", f"jobs/ingest/{job}").json()["state"] for _ in range(4)]
    assert states == ["InProgress", "InProgress", "JobComplete", "JobComplete"]


def test_data_is_put_once(api: Any, leads: list[str]) -> None:
    job = start(api)
    text = f"Id,Title\n{leads[0]},CEO\n".encode()
    assert api("PUT", f"jobs/ingest/{job}/batches", data=text, headers=CSV).status_code == 201
    again = api("PUT", f"jobs/ingest/{job}/batches", data=text, headers=CSV)
    assert (again.status_code, again.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Id,Nope__c\n00Q000000000001,1\n", "InvalidBatch : Field name not found : Nope__c"),
        ("Id,Title\r\n00Q000000000001,1\r\n", "ClientInputError : LineEnding is invalid on user data."),
    ],
)
def test_a_bad_file_fails_the_job(api: Any, leads: list[str], text: str, said: str) -> None:
    job = start(api)
    upload(api, job, text)
    failed = api("GET", f"jobs/ingest/{job}").json()
    assert failed["state"] == "Failed"
    assert failed["errorMessage"].startswith(said)
    assert len(table(api, job, "unprocessedrecords")) == 1


def test_insert_upsert_and_delete_jobs(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    sandbox.add_field("Lead", "Key__c string(40) external unique")
    made = start(api, "insert", lineEnding="CRLF")
    upload(api, made, "LastName,Company,Key__c\r\nX,Y,k1\r\n")
    assert api("GET", f"jobs/ingest/{made}/successfulResults").status_code == 400  # nobody has looked yet
    api("GET", f"jobs/ingest/{made}")
    assert table(api, made, "successfulResults")[0]["sf__Created"] == "true"
    merged = start(api, "upsert", externalIdFieldName="Key__c")
    upload(api, merged, "Key__c,LastName,Company\nk1,Z,Y\nk2,Z,Y\n")
    api("GET", f"jobs/ingest/{merged}")
    assert [row["sf__Created"] for row in table(api, merged, "successfulResults")] == ["false", "true"]
    gone = start(api, "delete")
    upload(api, gone, f"Id\n{leads[0]}\n")
    assert leads[0] not in api.ids("SELECT Id FROM Lead")
    hard = api("POST", "jobs/ingest", {"object": "Lead", "operation": "hardDelete"})
    assert hard.json()[0]["errorCode"] == "FEATURENOTENABLED"


def test_jobs_are_aborted_listed_and_deleted(api: Any, leads: list[str]) -> None:
    job = start(api)
    assert api("DELETE", f"jobs/ingest/{job}").status_code == 400
    assert api("PATCH", f"jobs/ingest/{job}", {"state": "Aborted"}).json()["state"] == "Aborted"
    assert api("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"}).status_code == 400
    assert [each["id"] for each in api("GET", "jobs/ingest").json()["records"]] == [job]
    assert api("DELETE", f"jobs/ingest/{job}").status_code == 204
    assert api("GET", f"jobs/ingest/{job}").status_code == 404


def test_job_and_data_in_one_multipart_call(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    files = {
        "job": (None, '{"object": "Lead", "operation": "update", "lineEnding": "LF"}', "application/json"),
        "content": ("content", f"Id,Title\n{leads[0]},会長\n".encode(), "text/csv"),
    }
    answer = api("POST", "jobs/ingest", files=files)
    assert answer.json()["state"] == "UploadComplete"
    found = sandbox.get("Lead", leads[0])
    assert found is not None
    assert found["Title"] == "会長"


def query(api: Any, soql: str, operation: str = "query") -> Any:
    return api("POST", "jobs/query", {"operation": operation, "query": soql})


def test_results_come_in_pieces(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    sandbox.bulk_polls = 1
    account = sandbox.put("Account", {"Name": 'A "quoted", name'})
    sandbox.put("Contact", {"LastName": "x", "AccountId": account, "DoNotCall": True})
    sandbox.put_many("Contact", ({"LastName": f"c{n}"} for n in range(4)))
    soql = "SELECT LastName, Account.Name, DoNotCall, CreatedDate, Id FROM Contact"
    made = query(api, soql).json()
    assert (made["state"], made["object"]) == ("UploadComplete", "Contact")
    early = api("GET", f"jobs/query/{made['id']}/results")
    assert early.status_code == 400
    assert [api("GET", f"jobs/query/{made['id']}").json()["state"] for _ in range(2)] == ["InProgress", "JobComplete"]
    locator, pieces = "", []
    while locator != "null":
        params = {"maxRecords": 2} | ({"locator": locator} if locator else {})
        answer = api("GET", f"jobs/query/{made['id']}/results", params=params)
        pieces.append(list(csv.reader(io.StringIO(answer.text))))
        assert int(answer.headers["Sforce-NumberOfRecords"]) == len(pieces[-1]) - 1
        locator = answer.headers["Sforce-Locator"]
    assert [len(piece) - 1 for piece in pieces] == [2, 2, 1]
    assert pieces[0][0] == ["LastName", "Account.Name", "DoNotCall", "CreatedDate", "Id"]
    assert pieces[0][1][:4] == ["x", 'A "quoted", name', "true", "2026-01-01T00:00:00.000Z"]
    assert pieces[0][2][1:3] == ["", "false"]


def test_zero_rows_are_the_header_alone(api: Any, leads: list[str]) -> None:
    job = query(api, "SELECT Id, Email FROM Contact").json()["id"]
    api("GET", f"jobs/query/{job}")
    answer = api("GET", f"jobs/query/{job}/results")
    assert answer.text == '"Id","Email"\n'
    assert (answer.headers["Sforce-Locator"], answer.headers["Sforce-NumberOfRecords"]) == ("null", "0")


def test_results_need_the_jobs_own_version(api: Any, leads: list[str]) -> None:
    job = query(api, "SELECT Id FROM Lead").json()["id"]
    api("GET", f"jobs/query/{job}")
    assert api("GET", f"/services/data/v60.0/jobs/query/{job}/results").status_code == 409


def test_query_all_jobs_see_the_deleted(sandbox: SalesforceSandbox, api: Any, leads: list[str]) -> None:
    sandbox.delete("Lead", leads[0])
    jobs = [query(api, "SELECT Id FROM Lead", operation).json()["id"] for operation in ("query", "queryAll")]
    counts = [api("GET", f"jobs/query/{job}").json()["numberRecordsProcessed"] for job in jobs]
    assert counts == [3, 4]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT COUNT() FROM Lead", "API_ERROR"),
        ("SELECT Id FROM Lead OFFSET 5", "API_ERROR"),
        ("SELECT Company FROM Lead GROUP BY Company", "API_ERROR"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "API_ERROR"),
        ("SELECT MailingAddress FROM Contact", "API_ERROR"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM", "MALFORMED_QUERY"),
        ("SELECT Id FROM PermissionSet", "INVALIDENTITY"),
    ],
)
def test_queries_that_bulk_refuses(api: Any, soql: str, code: str) -> None:
    answer = query(api, soql)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)
