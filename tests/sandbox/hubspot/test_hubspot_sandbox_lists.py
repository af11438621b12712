"""Lists of the HubSpot emulator: who is on them, and what is refused."""

from __future__ import annotations

import pytest
import requests

from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox


@pytest.fixture
def api():
    """Calls to a fresh account; (status, body)."""
    app = HubSpotSandbox(SandboxClock(1_790_000_000.0), enforce_limits=False)
    with SandboxServer(app) as server:

        def call(method, path, body=None, **query):
            headers = {"Authorization": "Bearer pat-na1-sandbox"}
            answer = requests.request(method, server.url + path, json=body, params=query, headers=headers, timeout=5)
            return answer.status_code, answer.json() if answer.content else None

        call.app = app
        yield call


def filters(name, operation_type, operator, **operand):
    operation = {"operationType": operation_type, "operator": operator, **operand}
    one = {"filterType": "PROPERTY", "property": name, "operation": operation}
    below = {"filterBranchType": "AND", "filterBranches": [], "filters": [one]}
    return {"filterBranchType": "OR", "filterBranches": [below], "filters": []}


KNOWN = filters("jobtitle", "ALL_PROPERTY", "IS_KNOWN")


def make(api, branch=KNOWN, name="L", **more):
    body = {"name": name, "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": branch, **more}
    return api("POST", "/crm/v3/lists", body)


def test_members_follow_from_the_filters(api):
    api.app.define("contacts", "points", "number", "number")
    chief = api.app.put("contacts", {"jobtitle": "部長", "points": "80", "lifecyclestage": "lead"})
    staff = api.app.put("contacts", {"jobtitle": "担当", "points": "5"})
    nobody = api.app.put("contacts", {"email": "x@example.com"})
    cases = [
        (KNOWN, {chief, staff}),
        (filters("jobtitle", "ALL_PROPERTY", "IS_UNKNOWN"), {nobody}),
        (filters("points", "NUMBER", "IS_GREATER_THAN_OR_EQUAL_TO", value=80), {chief}),
        (filters("points", "NUMBER", "IS_LESS_THAN", value=80), {staff}),
        (filters("points", "NUMBER", "IS_LESS_THAN", value=80, includeObjectsWithNoValueSet=True), {staff, nobody}),
        (filters("jobtitle", "MULTISTRING", "STARTS_WITH", values=["部", "社"]), {chief}),
        (filters("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=["lead", "customer"]), {chief}),
    ]
    for number, (branch, wanted) in enumerate(cases):
        status, body = make(api, branch, name=f"L{number}")
        assert status == 200, body
        _, found = api("GET", f"/crm/v3/lists/{body['list']['listId']}/memberships")
        assert {each["recordId"] for each in found["results"]} == wanted


def test_members_change_with_the_records_and_come_in_pages(api):
    people = [api.app.put("contacts", {"jobtitle": "部長"}) for _ in range(5)]
    _, body = make(api)
    path = f"/crm/v3/lists/{body['list']['listId']}/memberships"
    seen, after = [], "0"
    while after:
        _, page = api("GET", path, limit="2", after=after)
        seen += [each["recordId"] for each in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after", "")
    assert seen == people
    api.app.put("contacts", {"jobtitle": ""}, people[0])
    assert api("GET", path)[1]["total"] == 4


def test_names_are_unique_whatever_their_case_and_free_again_after_deletion(api):
    _, body = make(api, name="Hot")
    status, refused = make(api, name="HOT")
    assert (status, refused["category"]) == (400, "VALIDATION_ERROR")
    assert api("DELETE", f"/crm/v3/lists/{body['list']['listId']}")[0] == 204
    assert make(api, name="hot")[0] == 200


@pytest.mark.parametrize(
    "branch",
    [
        None,
        {"filterBranchType": "AND", "filterBranches": [], "filters": []},
        {"filterBranchType": "OR", "filterBranches": [], "filters": []},
        filters("no_such_property", "ALL_PROPERTY", "IS_KNOWN"),
        filters("jobtitle", "ENUMERATION", "IS_ANY_OF", values=["x"]),
        filters("jobtitle", "NUMBER", "IS_EQUAL_TO", value=1),
        filters("lifecyclestage", "ENUMERATION", "STARTS_WITH", values=["l"]),
        filters("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=[]),
        filters("jobtitle", "SOMETHING", "IS_ANY_OF", values=["x"]),
    ],
)
def test_filters_that_make_no_sense_are_refused(api, branch):
    status, body = make(api, branch)
    assert (status, body["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "more", [{"name": ""}, {"objectTypeId": "9-9"}, {"processingType": "LIVELY"}, {"processingType": ""}]
)
def test_lists_that_are_not_whole_are_refused(api, more):
    assert make(api, **more)[0] == 400


def test_scopes_are_asked_for(api):
    _, body = make(api)
    path = f"/crm/v3/lists/{body['list']['listId']}"
    api.app.scopes.discard("crm.lists.write")
    assert make(api, name="M")[0] == api("DELETE", path)[0] == 403
    assert api("GET", path)[0] == 200
    api.app.scopes.discard("crm.lists.read")
    status, refused = api("GET", path)
    assert (status, refused["category"]) == (403, "MISSING_SCOPES")


def test_search_finds_by_a_part_of_the_name_page_by_page(api):
    for number in range(5):
        make(api, name=f"Leadsync {number}")
    make(api, name="else")
    found, offset, more = [], 0, True
    while more:
        body = {"query": "leadsync", "count": 2, "offset": offset, "additionalProperties": []}
        _, page = api("POST", "/crm/v3/lists/search", body)
        found += [each["name"] for each in page["lists"]]
        offset, more = page["offset"], page["hasMore"]
    assert found == [f"Leadsync {number}" for number in range(5)]
    assert api("POST", "/crm/v3/lists/search", {"count": 501})[0] == 400


def test_queues_are_told_apart_from_people(api):
    api.app.add_owner("71", "a@example.com", "花子", "営業")
    api.app.add_owner("72", "q@example.com", "", "受付", type="QUEUE")
    _, body = api("GET", "/crm/v3/owners")
    assert {each["id"]: each["type"] for each in body["results"]} == {"71": "PERSON", "72": "QUEUE"}
