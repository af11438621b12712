"""List views of the Salesforce emulator: made, changed, deleted, told as a query, and what is refused."""

from __future__ import annotations

import pytest
import requests

from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.salesforce import SalesforceSandbox

BASE = "/services/data/v66.0"
VIEW = {
    "listViewApiName": "Warm",
    "label": "Warm leads",
    "displayColumns": ["Name", "Company", "Owner.Alias"],
    "filteredByInfo": [{"fieldApiName": "Rating", "operator": "Equals", "operandLabels": ["Warm", "Hot"]}],
    "scope": {"apiName": "everything"},
    "visibility": "Public",
}


@pytest.fixture
def api():
    """Calls to a fresh org; (status, body)."""
    app = SalesforceSandbox(SandboxClock(1_790_000_000.0))
    with SandboxServer(app) as server:
        headers = {"Authorization": f"Bearer {app.session_token()}", "Content-Type": "application/json"}

        def call(method, path, body=None, base=BASE, **query):
            url = server.url + base + path
            answer = requests.request(method, url, json=body, params=query, headers=headers, timeout=5)
            return answer.status_code, answer.json() if answer.content else None

        call.app = app
        yield call


def make(api, object_name="Lead", base=BASE, **more):
    return api("POST", f"/ui-api/list-info/{object_name}", VIEW | more, base=base)


def query_of(api, made):
    _, told = api("GET", f"/sobjects/Lead/listviews/{made['listReference']['id']}/describe")
    return told["query"]


def test_a_view_is_found_by_soql_and_its_query_brings_its_people(api):
    warm = api.app.put("Lead", {"LastName": "W", "Company": "C", "Rating": "Warm"})
    api.app.put("Lead", {"LastName": "C", "Company": "C", "Rating": "Cold"})
    status, made = make(api)
    assert status == 201
    _, found = api("GET", "/query", q="SELECT Id, DeveloperName, Name FROM ListView WHERE SobjectType = 'Lead'")
    assert [(row["Id"], row["DeveloperName"]) for row in found["records"]] == [(made["listReference"]["id"], "Warm")]
    _, rows = api("GET", "/query", q=query_of(api, made))
    assert [row["Id"] for row in rows["records"]] == [warm]


def test_logic_joins_the_filters_and_no_text_means_no_value(api):
    filters = [
        *VIEW["filteredByInfo"],
        {"fieldApiName": "Title", "operator": "StartsWith", "operandLabels": ["部長", "O'N"]},
        {"fieldApiName": "Title", "operator": "NotEqual", "operandLabels": [""]},
    ]
    _, made = make(api, filteredByInfo=filters, filterLogicString="1 OR (2 AND 3)")
    query = query_of(api, made)
    assert "(Rating = 'Warm' OR Rating = 'Hot') OR ((Title LIKE '部長%' OR Title LIKE 'O\\'N%') AND" in query
    assert "(Title != null)" in query
    assert api("GET", "/query", q=query)[0] == 200


def test_a_view_is_changed_and_deleted_by_its_name(api):
    _, made = make(api)
    wanted = {"label": "New", "filteredByInfo": []}
    status, changed = api("PATCH", "/ui-api/list-info/Lead/warm", wanted)
    assert (status, changed["label"]) == (200, "New")
    assert "WHERE" not in query_of(api, made)
    assert api("GET", "/ui-api/list-info/Lead/Warm")[0] == 200
    assert api("DELETE", "/ui-api/list-info/Lead/Warm")[0] == 204
    assert api("DELETE", "/ui-api/list-info/Lead/Warm")[0] == 404
    assert api("GET", f"/sobjects/Lead/listviews/{made['listReference']['id']}/describe")[0] == 404


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"listViewApiName": "no good"}, "ILLEGAL_QUERY_PARAMETER_VALUE"),
        ({"label": "x" * 41}, "STRING_TOO_LONG"),
        ({"displayColumns": ["Nowhere__c"]}, "ILLEGAL_QUERY_PARAMETER_VALUE"),
        ({"displayColumns": ["Name"] * 16}, "ILLEGAL_QUERY_PARAMETER_VALUE"),
        ({"visibility": "Everybody"}, "ILLEGAL_QUERY_PARAMETER_VALUE"),
        ({"filterLogicString": "1 AND 2"}, "ILLEGAL_QUERY_PARAMETER_VALUE"),
        ({"filterLogicString": "1; DROP"}, "ILLEGAL_QUERY_PARAMETER_VALUE"),
        ({"filteredByInfo": [{"fieldApiName": "Rating", "operator": "Like", "operandLabels": ["x"]}]}, "ILLEGAL"),
        ({"filteredByInfo": [{"fieldApiName": "Rating", "operator": "Equals", "operandLabels": "x"}]}, "ILLEGAL"),
        ({"filteredByInfo": [{"fieldApiName": "Hidden", "operator": "Equals", "operandLabels": ["x"]}]}, "ILLEGAL"),
    ],
)
def test_what_makes_no_list_view_is_refused(api, more, code):
    status, body = make(api, **more)
    assert status == 400
    assert body[0]["errorCode"].startswith(code)
    assert api.app.list_views.by_id == {}


def test_long_text_cannot_be_filtered_on(api):
    filters = [{"fieldApiName": "Description", "operator": "StartsWith", "operandLabels": ["x"]}]
    assert make(api, filteredByInfo=filters)[0] == 400


def test_names_are_unique_on_an_object_and_rights_and_versions_count(api):
    assert make(api)[0] == 201
    status, body = make(api)
    assert (status, body[0]["errorCode"]) == (400, "DUPLICATE_DEVELOPER_NAME")
    assert make(api, "Contact", displayColumns=["Name", "Account.Name"], filteredByInfo=[])[0] == 201
    assert make(api, base="/services/data/v60.0")[0] == 405
    assert make(api, "Nothing")[0] == 404
    api.app.profile.can_manage_list_views = False
    assert make(api, listViewApiName="Other")[0] == 403


@pytest.mark.parametrize(("reading", "status"), [("values", 201), ("labels", 400), ("known_labels", 201)])
def test_operands_are_read_in_the_way_that_is_set(api, reading, status):
    api.app.add_field("Lead", "Stage__c picklist(hot|cold)")
    spec = api.app.org.schema.objects["Lead"].fields["Stage__c"]
    object.__setattr__(spec, "values", (("hot", "ホット"), ("cold", "コールド")))
    api.app.list_views.operands = reading
    filters = [{"fieldApiName": "Stage__c", "operator": "Equals", "operandLabels": ["hot"]}]
    found, made = make(api, filteredByInfo=filters)
    assert found == status
    if reading == "known_labels":
        assert "'hot'" not in query_of(api, made)
