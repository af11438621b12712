from __future__ import annotations

import time
from typing import Any

import pytest

from connectors.sandbox.http import SandboxClock
from connectors.sandbox.salesforce import SalesforceSandbox
from connectors.sandbox.salesforce.derive import today
from connectors.sandbox.salesforce.soql.engine import Engine

NOW = 1_767_225_600.0


@pytest.fixture
def leads(sandbox: SalesforceSandbox) -> dict[str, str]:
    rows: dict[str, dict[str, Any]] = {
        "a": {"LastName": "Aoki", "Company": "Acme", "Email": "A@x.jp", "NumberOfEmployees": 10, "Rating": "Hot"},
        "b": {"LastName": "Baba", "Company": "Beta", "NumberOfEmployees": 300, "Title": "50%_off"},
        "c": {"LastName": "Chiba", "Company": "acme", "Email": "c@x.jp", "DoNotCall": True},
    }
    return {name: sandbox.put("Lead", fields, created=NOW - 10 * n) for n, (name, fields) in enumerate(rows.items())}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Company = 'ACME'", "ac"),
        ("Company != 'acme'", "b"),
        ("Rating != 'Hot'", "bc"),
        ("Rating = null", "bc"),
        ("Rating != null", "a"),
        ("Rating NOT IN ('Hot')", "bc"),
        ("NOT (Rating = 'Hot')", "bc"),
        ("NumberOfEmployees >= 10 AND NumberOfEmployees < 300", "a"),
        ("NumberOfEmployees IN (10, 300)", "ab"),
        ("(Company = 'Beta' OR DoNotCall = true) AND LastName LIKE 'b%'", "b"),
        ("LastName LIKE '_hiba'", "c"),
        ("Email LIKE '%X.JP'", "ac"),
        ("DoNotCall = false", "ab"),
        ("CreatedDate > 2025-12-31T23:59:45Z", "ab"),
        ("CreatedDate >= 2026-01-01T08:59:50+09:00", "ab"),
        ("CreatedDate = TODAY", "abc"),
        ("CreatedDate < LAST_N_DAYS:3", ""),
        ("CreatedDate = LAST_N_DAYS:3", "abc"),
        ("Owner.IsActive = true AND Lead.Company = 'beta'", "b"),
        ("LastName > 'aoki' AND LastName <= 'CHIBA'", "bc"),
        ("Company LIKE 'ac\\'me'", ""),
    ],
)
def test_where(api: Any, leads: dict[str, str], where: str, found: str) -> None:
    names = {record_id: name for name, record_id in leads.items()}
    got = api.ids(f"SELECT Id FROM Lead WHERE {where} ORDER BY LastName")
    assert "".join(names[record_id] for record_id in got) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("NumberOfEmployees", "cab"),
        ("NumberOfEmployees DESC", "cba"),
        ("NumberOfEmployees DESC NULLS LAST", "bac"),
        ("NumberOfEmployees ASC NULLS LAST", "abc"),
        ("Company, LastName DESC", "cab"),
        ("SystemModstamp, Id", "cba"),
        ("CreatedDate LIMIT 1 OFFSET 1", "b"),
    ],
)
def test_order_and_limits(api: Any, leads: dict[str, str], order: str, found: str) -> None:
    names = {record_id: name for name, record_id in leads.items()}
    assert "".join(names[record_id] for record_id in api.ids(f"SELECT Id FROM Lead ORDER BY {order}")) == found


def test_short_and_long_ids_compare_alike(api: Any, leads: dict[str, str]) -> None:
    short = leads["b"][:15]
    assert api.ids(f"SELECT Id FROM Lead WHERE Id = '{short}'") == [leads["b"]]
    assert api.ids(f"SELECT Id FROM Lead WHERE Id > '{short}' ORDER BY Id") == [leads["c"]]
    assert api.error("SELECT Id FROM Lead WHERE Id = 'abc'")["errorCode"] == "INVALID_QUERY_FILTER_OPERATOR"


@pytest.mark.parametrize(
    ("soql", "code", "said"),
    [
        ("SELECT Nope__c FROM Lead", "INVALID_FIELD", "No such column 'Nope__c' on entity 'Lead'."),
        ("SELECT Id FROM Lead WHERE Nope = 1", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT Foo.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Foo'"),
        ("SELECT Who.Company FROM Task", "INVALID_FIELD", "No such column 'Company' on entity 'Name'"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE", "sObject type 'Nothing' is not supported."),
        ("SELECT Id FROM CustomField", "INVALID_TYPE", "is not supported"),
        ("SELECT Id FROM Task WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Task WHERE Description LIKE '%x%'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Task ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY", "unexpected token: '*'"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "<EOF>"),
        ("SELECT Id FROM Lead WHERE A = 1 AND B = 2 OR C = 3", "MALFORMED_QUERY", "OR"),
        ("SELECT Id FROM Lead ALL ROWS", "MALFORMED_QUERY", "ALL"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01T00:00:00 00:00", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "not be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD", "must be of type int"),
        ("SELECT Id FROM Lead WHERE Company = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees LIKE '5'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
        ("SELECT Id FROM Lead WHERE DoNotCall > false", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY", "200"),
        ("SELECT FIELDS(ALL) FROM Lead LIMIT 201", "MALFORMED_QUERY", "200"),
        ("SELECT Id, Id FROM Lead", "INVALID_FIELD", "duplicate field selected"),
        ("SELECT Company, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "grouped or aggregated"),
        ("", "MALFORMED_QUERY", "<EOF>"),
    ],
)
def test_refused_queries(api: Any, soql: str, code: str, said: str) -> None:
    error = api.error(soql)
    assert error["errorCode"] == code
    assert said in error["message"]


def test_an_error_shows_the_place(api: Any) -> None:
    message = api.error("SELECT Id, Nope FROM Lead")["message"]
    assert message.startswith("\nSELECT Id, Nope FROM Lead\n           ^\nERROR at Row:1:Column:12\n")


def test_records_have_real_types_and_nested_parents(sandbox: SalesforceSandbox, api: Any) -> None:
    account = sandbox.put("Account", {"Name": "Acme"})
    contact = sandbox.put("Contact", {"LastName": "Abe", "FirstName": "Ken", "AccountId": account}, created=NOW - 60)
    lonely = sandbox.put("Contact", {"LastName": "Solo"})
    soql = (
        "SELECT Id, Name, DoNotCall, CreatedDate, Account.Name, Account.Owner.IsActive FROM Contact ORDER BY LastName"
    )
    first, second = api.query(soql)["records"]
    assert first["attributes"] == {"type": "Contact", "url": f"/services/data/v66.0/sobjects/Contact/{contact}"}
    assert (first["Name"], first["DoNotCall"]) == ("Abe Ken", False)  # a Japanese org shows the last name first
    assert first["CreatedDate"] == "2025-12-31T23:59:00.000+0000"
    assert first["Account"]["Name"] == "Acme"
    assert first["Account"]["Owner"]["IsActive"] is True
    assert (second["Id"], second["Account"]) == (lonely, None)


def test_polymorphic_parents_tell_their_type(sandbox: SalesforceSandbox, api: Any) -> None:
    lead = sandbox.put("Lead", {"LastName": "L", "Company": "C"})
    sandbox.put("Task", {"WhoId": lead, "Subject": "Call"})
    record = api.query("SELECT Who.Type, Who.Name, What.Name, Owner.Email FROM Task WHERE Who.Type = 'Lead'")[
        "records"
    ][0]
    assert record["Who"]["Type"] == "Lead"
    assert record["Who"]["attributes"]["url"].endswith(f"/sobjects/Lead/{lead}")
    assert record["What"] is None


def test_counting_and_grouping(api: Any, leads: dict[str, str]) -> None:
    counted = api.query("SELECT COUNT() FROM Lead WHERE Company = 'acme'")
    assert counted == {"totalSize": 2, "done": True, "records": []}
    summed = api.query("SELECT COUNT(Id), MAX(NumberOfEmployees) top, SUM(NumberOfEmployees) FROM Lead")["records"]
    assert summed == [{"attributes": {"type": "AggregateResult"}, "expr0": 3, "top": 300, "expr1": 310}]
    groups = api.query("SELECT DoNotCall, COUNT(Id) n FROM Lead GROUP BY DoNotCall ORDER BY DoNotCall")["records"]
    assert [(group["DoNotCall"], group["n"]) for group in groups] == [(False, 2), (True, 1)]


def test_child_and_semi_join_subqueries(sandbox: SalesforceSandbox, api: Any) -> None:
    account, empty = sandbox.put("Account", {"Name": "A"}), sandbox.put("Account", {"Name": "B"})
    contact = sandbox.put("Contact", {"LastName": "x", "AccountId": account})
    records = api.query("SELECT Id, (SELECT Id FROM Contacts) FROM Account ORDER BY Name")["records"]
    assert [child["Id"] for child in records[0]["Contacts"]["records"]] == [contact]
    assert (records[1]["Id"], records[1]["Contacts"]) == (empty, None)
    assert api.ids("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)") == [account]
    assert api.ids("SELECT Id FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact)") == [empty]


def test_all_fields_come_with_fields_all(sandbox: SalesforceSandbox, api: Any) -> None:
    sandbox.add_field("Lead", "Score__c double(5,0)")
    sandbox.put("Lead", {"LastName": "x", "Company": "y", "Score__c": 7})
    record = api.query("SELECT FIELDS(ALL) FROM Lead LIMIT 200")["records"][0]
    assert (record["Score__c"], record["Company"], record["IsDeleted"]) == (7.0, "y", False)
    assert "Score__c" not in api.query("SELECT FIELDS(STANDARD) FROM Lead")["records"][0]


def test_query_hides_deleted_and_archived_and_query_all_shows_both(sandbox: SalesforceSandbox, api: Any) -> None:
    day = 86_400
    open_old = sandbox.put("Task", {"Subject": "open", "ActivityDate": "2024-01-01"})
    archived = sandbox.put("Task", {"Subject": "old", "ActivityDate": "2024-12-01", "Status": "Completed"})
    event = sandbox.put("Event", {"Subject": "e", "StartDateTime": NOW - 400 * day, "DurationInMinutes": 60})
    gone = sandbox.put("Task", {"Subject": "gone"})
    sandbox.delete("Task", gone)
    assert api.ids("SELECT Id FROM Task") == [open_old]
    assert set(api.ids("SELECT Id FROM Task", everything=True)) == {open_old, archived, gone}
    assert api.ids("SELECT Id FROM Task WHERE IsDeleted = true") == []
    assert api.ids("SELECT Id FROM Task WHERE IsDeleted = true", everything=True) == [gone]
    assert api.ids("SELECT Id FROM Task WHERE IsArchived = true", everything=True) == [archived]
    assert api.ids("SELECT Id FROM Event") == []
    assert api.ids("SELECT Id FROM Event", everything=True) == [event]


def test_an_activity_is_archived_when_its_year_is_over(
    sandbox: SalesforceSandbox, api: Any, clock: SandboxClock
) -> None:
    task = sandbox.put("Task", {"ActivityDate": "2025-01-10", "Status": "Completed"})
    assert api.ids("SELECT Id FROM Task") == [task]
    before = sandbox.get("Task", task)
    clock.advance(30 * 86_400)
    api.__dict__.pop("_token")  # the session ended meanwhile
    assert api.ids("SELECT Id FROM Task") == []
    after = sandbox.get("Task", task)
    assert before is not None
    assert after == before | {"IsArchived": True}


def test_pages_follow_batch_size_and_the_orgs_own_limit(sandbox: SalesforceSandbox, api: Any) -> None:
    sandbox.put_many("Lead", ({"LastName": f"{n}", "Company": "c"} for n in range(2100)))

    def page(size: str) -> int:
        headers = {"Sforce-Query-Options": f"batchSize={size}"}
        return len(api("GET", "query", params={"q": "SELECT Id FROM Lead"}, headers=headers).json()["records"])

    assert [page("500"), page("50"), page("9999")] == [500, 200, 2000]
    sandbox.query_page = 37
    assert page("500") == 37


def test_a_locator_keeps_what_the_query_found(sandbox: SalesforceSandbox, api: Any, clock: SandboxClock) -> None:
    sandbox.query_page = 2
    made = sandbox.put_many("Lead", ({"LastName": f"{n}", "Company": "c"} for n in range(5)))
    first = api.query("SELECT Id FROM Lead ORDER BY Id")
    sandbox.put("Lead", {"LastName": "new", "Company": "c"})
    second = api("GET", first["nextRecordsUrl"]).json()
    again = api("GET", first["nextRecordsUrl"]).json()
    third = api("GET", second["nextRecordsUrl"]).json()
    assert [record["Id"] for page in (first, again, third) for record in page["records"]] == made
    assert third["done"]
    assert "nextRecordsUrl" not in third
    clock.advance(2 * 86_400 + 1)
    api.__dict__.pop("_token")
    late = api("GET", first["nextRecordsUrl"])
    assert (late.status_code, late.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
    assert api("GET", "query/0r8nonsense-2").json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_long_urls_are_refused(api: Any) -> None:
    wanted = ",".join("'00Q000000000000'" for _ in range(1200))
    answer = api("GET", "query", params={"q": f"SELECT Id FROM Lead WHERE Id IN ({wanted})"})
    assert answer.status_code == 414
    assert answer.text.startswith("<html>")


def test_25000_records_are_filtered_and_ordered_quickly(sandbox: SalesforceSandbox) -> None:
    for second in range(2):
        rows = ({"LastName": f"L{n}", "Company": "Acme", "Email": f"l{n}@x.jp"} for n in range(12_500))
        sandbox.put_many("Lead", rows, modstamp=NOW - second)
    engine = Engine(sandbox.org, sandbox.access)
    soql = (
        "SELECT Id, LastName, Email FROM Lead WHERE SystemModstamp >= 2026-01-01T00:00:00Z ORDER BY SystemModstamp, Id"
    )
    start = time.process_time()
    found = engine.run(soql, "", everything=True)
    assert len(found.rows) == 12_500
    assert time.process_time() - start < 1.0
    assert today(sandbox.org).isoformat() == "2026-01-01"
