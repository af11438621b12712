"""The vendor's own client, unpatched, against the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime

import hubspot
import hubspot.crm.owners
import pytest
from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInput,
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.contacts.exceptions import ApiException, NotFoundException
from hubspot.crm.objects import BatchInputSimplePublicObjectBatchInputForCreate
from hubspot.crm.properties import PropertyCreate, PropertyGroupCreate

from connectors.sandbox.http import SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox, OAuthApp


@pytest.fixture
def people(sandbox):
    return [sandbox.put("contacts", {"email": f"p{n}@example.jp"}, modified_ms=1_780_000_000_000 + n) for n in range(5)]


def test_list(sdk, people):
    page = sdk.crm.contacts.basic_api.get_page(limit=3, properties=["email", "phone"], archived=False)
    assert [one.id for one in page.results] == people[:3]
    assert page.results[0].properties["phone"] is None
    assert page.results[0].updated_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
    rest = sdk.crm.contacts.basic_api.get_page(limit=3, after=page.paging.next.after)
    assert [one.id for one in rest.results] == people[3:]
    assert rest.paging is None


def test_search_over_one_connection(sdk, people):
    api = sdk.crm.objects.search_api
    last, seen = "0", []
    while True:
        window = [
            {"propertyName": "lastmodifieddate", "operator": "BETWEEN", "value": "0", "highValue": "1790000000000"},
            {"propertyName": "hs_object_id", "operator": "GT", "value": last},
        ]
        request = PublicObjectSearchRequest(
            filter_groups=[{"filters": window}],
            sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            properties=["email"],
            limit=2,
            after="0",
        )
        found = api.do_search("contacts", public_object_search_request=request).results
        if not found:
            break
        seen += [one.id for one in found]
        last = found[-1].id
    assert seen == people


def test_batch_update_and_its_207(sdk, sandbox, people):
    inputs = [{"id": id, "properties": {"city": "x"}} for id in (*people, "5")]
    answer = sdk.crm.contacts.batch_api.update(BatchInputSimplePublicObjectBatchInput(inputs=inputs))
    assert {one.id for one in answer.results} == set(people)
    assert answer.num_errors == 1
    assert (answer.errors[0].category, answer.errors[0].context) == ("OBJECT_NOT_FOUND", {"ids": ["5"]})
    assert sandbox.get("contacts", people[0]).properties["city"] == "x"


def test_batch_update_with_trace_ids(sdk, people):
    inputs = [
        {"id": people[0], "properties": {"city": "x"}, "objectWriteTraceId": "a"},
        {"id": people[1], "properties": {"nonsense": "x"}, "objectWriteTraceId": "b"},
    ]
    answer = sdk.crm.contacts.batch_api.update(BatchInputSimplePublicObjectBatchInput(inputs=inputs))
    assert [one.object_write_trace_id for one in answer.results] == ["a"]
    assert answer.errors[0].context == {"objectWriteTraceId": ["b"]}


def test_batch_read_with_history(sdk, people):
    body = BatchReadInputSimplePublicObjectId(
        inputs=[{"id": people[0]}], properties=["email"], properties_with_history=["email"]
    )
    answer = sdk.crm.contacts.batch_api.read(body)
    assert answer.results[0].properties_with_history["email"][0].value == "p0@example.jp"


def test_errors_bear_status_body_and_headers(sdk, people):
    with pytest.raises(ApiException) as refused:
        sdk.crm.contacts.basic_api.create(SimplePublicObjectInputForCreate(properties={"email": "p0@example.jp"}))
    assert refused.value.status == 409
    assert f"Existing ID: {people[0]}" in refused.value.body
    assert refused.value.headers["X-HubSpot-Correlation-Id"]
    with pytest.raises(NotFoundException):
        sdk.crm.contacts.basic_api.get_by_id("5")
    with pytest.raises(hubspot.crm.owners.exceptions.UnauthorizedException) as denied:
        hubspot.Client.create(access_token="wrong", host=sdk.config["host"]).crm.owners.owners_api.get_page()
    assert denied.value.status == 401


def test_associations(sdk, sandbox, people):
    company = sandbox.put("companies", {"name": "株式会社例"})
    sandbox.associate("contacts", people[0], "companies", company)
    body = BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": one} for one in people[:2]])
    api = sdk.crm.associations.v4.batch_api
    answer = api.get_page(
        from_object_type="contacts",
        to_object_type="companies",
        batch_input_public_fetch_associations_batch_request=body,
    )
    assert [(one._from.id, one.to[0].to_object_id) for one in answer.results] == [(people[0], company)]
    assert {one.type_id for one in answer.results[0].to[0].association_types} == {1, 279}
    assert answer.errors[0].category == "NO_ASSOCIATIONS_FOUND"
    page = sdk.crm.associations.v4.basic_api.get_page("contacts", people[0], "companies", limit=500)
    assert [one.to_object_id for one in page.results] == [company]


def test_tasks_with_inline_associations(sdk, sandbox, people):
    link = {"to": {"id": people[0]}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}]}
    one = {"properties": {"hs_timestamp": "2026-09-22T00:00:00Z", "hs_task_subject": "x"}, "associations": [link]}
    made = sdk.crm.objects.batch_api.create(
        "tasks",
        batch_input_simple_public_object_batch_input_for_create=BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[one]
        ),
    )
    assert sandbox.get("tasks", made.results[0].id).properties["hs_timestamp"] == "2026-09-22T00:00:00.000Z"


def test_properties_owners_pipelines_forms_and_events(sdk, sandbox, people):
    sdk.crm.properties.groups_api.create("contacts", PropertyGroupCreate(name="leadsync", label="x", display_order=-1))
    made = sdk.crm.properties.core_api.create(
        "contacts",
        PropertyCreate(name="leadsync_score", label="Score", group_name="leadsync", type="number", field_type="number"),
    )
    assert made.name == "leadsync_score"
    assert len(sdk.crm.properties.core_api.get_all("contacts").results) > 50
    sandbox.add_owner("7", "o@example.jp", "太郎", "山田")
    assert sdk.crm.owners.owners_api.get_page().results[0].email == "o@example.jp"
    assert sdk.crm.pipelines.pipelines_api.get_all("deals").results[0].stages[0].metadata["isClosed"] == "false"
    sandbox.add_form("0f5b3a52-9c33-4b1f-8a2c-5c1de3f0a001", "資料請求")
    assert sdk.marketing.forms.forms_api.get_page().results[0].name == "資料請求"
    sandbox.add_event("e_visited_page", people[0], 1_000, {"hs_url": "https://example.jp/"})
    events = sdk.events.events_api.get_page(object_type="contact", object_id=int(people[0])).results
    assert [one.event_type for one in events] == ["e_visited_page"]


def test_refreshing_a_token(clock):
    app = OAuthApp("client", "secret", "refresh-0")
    with SandboxServer(HubSpotSandbox(clock, oauth=app)) as server:
        tokens = hubspot.Client.create(host=server.url).oauth.tokens_api
        answer = tokens.create(
            grant_type="refresh_token", client_id="client", client_secret="secret", refresh_token="refresh-0"
        )
        client = hubspot.Client.create(access_token=answer.access_token, host=server.url)
        assert client.crm.contacts.basic_api.get_page().results == []
