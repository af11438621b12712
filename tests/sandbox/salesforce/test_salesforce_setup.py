"""Custom fields, field-level security, permission sets, logging in, limits."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.salesforce import SalesforceSandbox

NOW = 1_767_225_600.0
SCORE = {"type": "Number", "label": "Score", "precision": 5, "scale": 0}
BANDS = {
    "type": "Picklist",
    "label": "Band",
    "valueSet": {
        "restricted": True,
        "valueSetDefinition": {"sorted": False, "value": [{"fullName": "hot", "label": "ホット", "default": False}]},
    },
}


def make(api: Any, name: str, metadata: dict[str, Any]) -> requests.Response:
    found = api("POST", "tooling/sobjects/CustomField", {"FullName": name, "Metadata": metadata})
    assert isinstance(found, requests.Response)
    return found


def insert(api: Any, name: str, **fields: Any) -> str:
    answer = api("POST", f"sobjects/{name}", fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def code(answer: requests.Response) -> str:
    return str(answer.json()[0]["errorCode"])


def described(api: Any, name: str = "Lead") -> dict[str, Any]:
    return {field["name"]: field for field in api("GET", f"sobjects/{name}/describe").json()["fields"]}


@pytest.mark.parametrize(
    ("metadata", "kind", "length"),
    [
        (SCORE, "double", 0),
        (BANDS, "picklist", 255),
        ({"type": "Text", "label": "T", "length": 40}, "string", 40),
        ({"type": "LongTextArea", "label": "T", "length": 32768, "visibleLines": 3}, "textarea", 32768),
        ({"type": "DateTime", "label": "T"}, "datetime", 0),
        ({"type": "Date", "label": "T"}, "date", 0),
        ({"type": "Checkbox", "label": "T", "defaultValue": "false"}, "boolean", 0),
        ({"type": "Url", "label": "T"}, "url", 255),
        ({"type": "Email", "label": "T"}, "email", 80),
    ],
)
def test_every_field_type_can_be_made(
    sandbox: SalesforceSandbox, api: Any, metadata: dict[str, Any], kind: str, length: int
) -> None:
    made = make(api, "Lead.Made__c", metadata)
    assert (made.status_code, made.json()["success"]) == (201, True)
    sandbox.profile.shown_custom.add(("Lead", "Made__c"))
    sandbox.org.schema.version += 1
    field = described(api)["Made__c"]
    assert (field["type"], field["length"], field["custom"]) == (kind, length, True)


@pytest.mark.parametrize(
    ("name", "metadata", "error"),
    [
        ("Lead.Score", SCORE, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Bad__Name__c", SCORE, "FIELD_INTEGRITY_EXCEPTION"),
        ("Task.Score__c", SCORE, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Lead.Score__c", {"type": "Number", "label": "x"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Score__c", {"type": "Text", "label": "x"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Score__c", {"type": "LongTextArea", "label": "x", "length": 32768}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Score__c", {"type": "Picklist", "label": "x", "valueSet": {}}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Score__c", {**SCORE, "lenght": 5}, "JSON_PARSER_ERROR"),
        ("Lead.Score__c", {"type": "Checkbox", "label": "x"}, "FIELD_INTEGRITY_EXCEPTION"),
    ],
)
def test_bad_metadata_is_refused(api: Any, name: str, metadata: dict[str, Any], error: str) -> None:
    answer = make(api, name, metadata)
    assert (answer.status_code, code(answer)) == (400, error)


def test_a_second_field_of_the_name_is_a_duplicate(api: Any) -> None:
    make(api, "Lead.Score__c", SCORE)
    again = make(api, "Lead.Score__c", SCORE)
    assert (again.status_code, code(again)) == (400, "DUPLICATE_DEVELOPER_NAME")
    assert again.json()[0]["message"] == "There is already a field named Score on Lead."


def test_a_new_field_is_invisible_until_granted_and_assigned(sandbox: SalesforceSandbox, api: Any) -> None:
    lead = sandbox.put("Lead", {"LastName": "x", "Company": "y"})
    make(api, "Lead.Score__c", SCORE)
    permission_set = insert(api, "PermissionSet", Name="Leadsync_Runtime", Label="Leadsync")

    def visible() -> bool:
        return "Score__c" in described(api)

    assert not visible()
    assert api.error("SELECT Score__c FROM Lead")["errorCode"] == "INVALID_FIELD"
    assert code(api("PATCH", f"sobjects/Lead/{lead}", {"Score__c": 1})) == "INVALID_FIELD"
    grant = {"ParentId": permission_set, "SobjectType": "Lead", "Field": "Lead.Score__c", "PermissionsRead": True}
    granted = insert(api, "FieldPermissions", **grant, PermissionsEdit=False)
    assert not visible()
    insert(api, "PermissionSetAssignment", PermissionSetId=permission_set, AssigneeId=sandbox.running_user_id)
    assert visible()
    assert not described(api)["Score__c"]["updateable"]
    assert code(api("PATCH", f"sobjects/Lead/{lead}", {"Score__c": 1})) == "INVALID_FIELD_FOR_INSERT_UPDATE"
    api("PATCH", f"sobjects/FieldPermissions/{granted}", {"PermissionsEdit": True})
    assert api("PATCH", f"sobjects/Lead/{lead}", {"Score__c": 1}).status_code == 204
    assert code(api("POST", "sobjects/FieldPermissions", grant)) == "DUPLICATE_VALUE"


def test_field_permissions_are_checked(api: Any) -> None:
    make(api, "Lead.Score__c", SCORE)
    base = {"ParentId": insert(api, "PermissionSet", Name="S", Label="S"), "SobjectType": "Lead"}

    def refused(**fields: Any) -> str:
        return code(api("POST", "sobjects/FieldPermissions", {**base, **fields}))

    assert refused(Field="Lead.Nope__c", PermissionsRead=True) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert refused(Field="Lead.LastName", PermissionsRead=True) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert refused(Field="Lead.Score__c") == "FIELD_INTEGRITY_EXCEPTION"
    edit = refused(Field="Lead.Score__c", PermissionsRead=False, PermissionsEdit=True)
    assert edit == "FIELD_INTEGRITY_EXCEPTION"
    implied = insert(api, "FieldPermissions", **base, Field="Lead.Score__c", PermissionsEdit=True)
    assert api("GET", f"sobjects/FieldPermissions/{implied}").json()["PermissionsRead"] is True


def test_an_assigned_permission_set_cannot_be_deleted(sandbox: SalesforceSandbox, api: Any) -> None:
    made = insert(api, "PermissionSet", Name="S", Label="S")
    assert code(api("POST", "sobjects/PermissionSet", {"Name": "s", "Label": "S"})) == "DUPLICATE_VALUE"
    who = {"PermissionSetId": made, "AssigneeId": sandbox.running_user_id}
    assigned = insert(api, "PermissionSetAssignment", **who)
    assert code(api("POST", "sobjects/PermissionSetAssignment", who)) == "DUPLICATE_VALUE"
    insert(api, "ObjectPermissions", ParentId=made, SobjectType="Lead", PermissionsRead=True, PermissionsEdit=True)
    lonely = {"ParentId": made, "SobjectType": "Task", "PermissionsEdit": True}
    assert code(api("POST", "sobjects/ObjectPermissions", lonely)) == "FIELD_INTEGRITY_EXCEPTION"
    assert code(api("DELETE", f"sobjects/PermissionSet/{made}")) == "DELETE_FAILED"
    assert api("DELETE", f"sobjects/PermissionSetAssignment/{assigned}").status_code == 204
    assert api("DELETE", f"sobjects/PermissionSet/{made}").status_code == 204
    assert api.ids("SELECT Id FROM ObjectPermissions") == []


def test_missing_rights_are_refused(sandbox: SalesforceSandbox, api: Any) -> None:
    lead = sandbox.put("Lead", {"LastName": "x", "Company": "y"})
    sandbox.can_customize = False
    answer = make(api, "Lead.Score__c", SCORE)
    assert (answer.status_code, code(answer)) == (403, "INSUFFICIENT_ACCESS")
    sandbox.profile.can_manage_permissions = False
    assert code(api("POST", "sobjects/PermissionSet", {"Name": "S", "Label": "S"})) == "INSUFFICIENT_ACCESS"
    sandbox.profile.can_edit = False
    assert code(api("PATCH", f"sobjects/Lead/{lead}", {"Title": "x"})) == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_hidden_fields_and_objects_look_as_if_they_did_not_exist(sandbox: SalesforceSandbox, api: Any) -> None:
    sandbox.hide_field("Lead", "Industry")
    assert "Industry" not in described(api)
    assert api.error("SELECT Industry FROM Lead")["errorCode"] == "INVALID_FIELD"
    sandbox.hide_object("Campaign")
    assert api.error("SELECT Id FROM Campaign")["errorCode"] == "INVALID_TYPE"
    assert api("GET", "sobjects/Campaign/describe").status_code == 404
    sandbox.freeze_field("Lead", "Title")
    assert not described(api)["Title"]["updateable"]


def test_a_removed_field_takes_its_values_along(sandbox: SalesforceSandbox, api: Any) -> None:
    sandbox.add_field("Lead", "Score__c double(5,0)")
    lead = sandbox.put("Lead", {"LastName": "x", "Company": "y", "Score__c": 5})
    sandbox.remove_field("Lead", "Score__c")
    assert api.error("SELECT Score__c FROM Lead")["errorCode"] == "INVALID_FIELD"
    sandbox.add_field("Lead", "Score__c double(5,0)")
    found = sandbox.get("Lead", lead)
    assert found is not None
    assert found["Score__c"] is None


def test_activity_fields_belong_to_tasks_and_events(sandbox: SalesforceSandbox, api: Any) -> None:
    made = make(api, "Activity.Key__c", {"type": "Text", "label": "Key", "length": 40}).json()["id"]
    permission_set = insert(api, "PermissionSet", Name="S", Label="S")
    insert(api, "PermissionSetAssignment", PermissionSetId=permission_set, AssigneeId=sandbox.running_user_id)
    grant = {"ParentId": permission_set, "PermissionsRead": True}
    insert(api, "FieldPermissions", **grant, SobjectType="Task", Field="Task.Key__c")
    assert "Key__c" in described(api, "Task")
    assert "Key__c" not in described(api, "Event")
    assert api("DELETE", f"tooling/sobjects/CustomField/{made}").status_code == 204
    assert "Key__c" not in described(api, "Task")
    assert api.ids("SELECT Id FROM FieldPermissions") == []


def test_tooling_queries_see_fields_whoever_may_not(api: Any) -> None:
    made = make(api, "Lead.Score__c", SCORE).json()["id"]

    def ask(soql: str) -> Any:
        return api("GET", "tooling/query", params={"q": soql}).json()

    custom = ask("SELECT Id, DeveloperName, TableEnumOrId FROM CustomField WHERE DeveloperName = 'Score'")["records"]
    assert (custom[0]["Id"], custom[0]["TableEnumOrId"]) == (made, "Lead")
    where = "EntityDefinition.QualifiedApiName = 'Lead' AND QualifiedApiName = 'Score__c'"
    field = ask(f"SELECT QualifiedApiName, DataType FROM FieldDefinition WHERE {where}")["records"][0]
    assert field["DataType"] == "Number(5, 0)"
    assert ask("SELECT DurableId FROM EntityDefinition WHERE QualifiedApiName = 'Lead'")["totalSize"] == 1
    make(api, "Lead.Band__c", BANDS)
    assert ask("SELECT Id, Metadata FROM CustomField")[0]["errorCode"] == "MALFORMED_QUERY"
    whole = api("GET", f"tooling/sobjects/CustomField/{made}").json()
    assert (whole["FullName"], whole["Metadata"]["precision"]) == ("Lead.Score__c", 5)


@pytest.fixture
def login(server: SandboxServer) -> Any:
    def post(**form: str) -> requests.Response:
        return requests.post(f"{server.url}/services/oauth2/token", data=form, timeout=10)

    return post


def test_client_credentials_give_a_token_without_expiry(
    sandbox: SalesforceSandbox, server: SandboxServer, login: Any
) -> None:
    answer = login(grant_type="client_credentials", client_id="sandbox-client", client_secret="sandbox-secret").json()
    assert {"access_token", "instance_url", "id", "token_type", "issued_at", "signature"} <= set(answer)
    assert "expires_in" not in answer
    assert answer["instance_url"] == server.url
    assert answer["id"] == f"{server.url}/id/{sandbox.org_id}/{sandbox.running_user_id}"
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert requests.get(f"{server.url}/services/data/v66.0/limits/", headers=headers, timeout=10).ok


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "other", "client_secret": "x"}, "invalid_client_id"),
        ({"grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "x"}, "invalid_client"),
        ({"grant_type": "password", "username": "x", "password": "y"}, "unsupported_grant_type"),
    ],
)
def test_bad_credentials(login: Any, form: dict[str, str], error: str) -> None:
    answer = login(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({}, ""),
        ({"aud": "https://test.salesforce.com"}, ""),
        ({"aud": "https://login.salesforce.com"}, "invalid_grant"),
        ({"iss": "other"}, "invalid_client_id"),
        ({"sub": "other@example.com"}, "invalid_grant"),
        ({"exp": NOW - 1}, "invalid_grant"),
        ({"exp": NOW + 3600}, "invalid_grant"),
    ],
)
def test_jwt_bearer(key: rsa.RSAPrivateKey, clock: SandboxClock, changed: dict[str, Any], error: str) -> None:
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    sandbox = SalesforceSandbox(clock=clock, public_key_pem=public.decode())
    with SandboxServer(sandbox) as server:
        claims = {"iss": "sandbox-client", "sub": "integration@example.com", "aud": server.url, "exp": NOW + 180}
        assertion = jwt.encode(claims | changed, key, algorithm="RS256")
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
        answer = requests.post(f"{server.url}/services/oauth2/token", data=form, timeout=10)
        forged = jwt.encode(claims, rsa.generate_private_key(65537, 2048), algorithm="RS256")
        refused = requests.post(f"{server.url}/services/oauth2/token", data=form | {"assertion": forged}, timeout=10)
    assert answer.json().get("error", "") == error
    assert refused.json()["error"] == "invalid_grant"


def test_sessions_end_on_demand_and_when_idle(sandbox: SalesforceSandbox, api: Any, clock: SandboxClock) -> None:
    assert api("GET", "limits").status_code == 200
    clock.advance(2 * 3600 + 1)
    answer = api("GET", "limits")
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    api.__dict__.pop("_token")
    assert api("GET", "limits").status_code == 200
    sandbox.expire_tokens()
    assert api("GET", "limits").status_code == 401


def test_calls_of_the_rolling_day_are_counted(sandbox: SalesforceSandbox, api: Any, clock: SandboxClock) -> None:
    sandbox.daily_limit = 3
    first = api("GET", "limits")
    assert first.headers["Sforce-Limit-Info"] == "api-usage=1/3"
    assert first.json()["DailyApiRequests"] == {"Max": 3, "Remaining": 2}
    clock.advance(3600)
    statuses = [api("GET", "limits").status_code for _ in range(3)]
    assert statuses == [200, 200, 403]
    assert code(api("GET", "limits")) == "REQUEST_LIMIT_EXCEEDED"
    clock.advance(86_400 - 3599)
    api.__dict__.pop("_token")
    assert api("GET", "limits").status_code == 200


def test_versions_outside_the_supported_ones_do_not_exist(api: Any) -> None:
    assert len(api("GET", "/services/data/").json()) == 28
    assert api("GET", "/services/data/v59.0/limits/").status_code == 200
    assert api("GET", "/services/data/v69.0/limits/").status_code == 404
    assert api("GET", "/services/data/v40.0/limits/").status_code == 404


def test_the_organization_tells_what_it_is(sandbox: SalesforceSandbox, api: Any) -> None:
    record = api.query("SELECT Id, IsSandbox, TimeZoneSidKey, OrganizationType FROM Organization")["records"][0]
    assert (record["Id"], record["IsSandbox"]) == (sandbox.org_id, True)
    assert record["TimeZoneSidKey"] == "Asia/Tokyo"
    assert api.query("SELECT Username FROM User WHERE IsActive = true ORDER BY CreatedDate, Id")["totalSize"] == 2


def test_currency_codes_exist_only_in_multi_currency_orgs() -> None:
    assert "CurrencyIsoCode" not in SalesforceSandbox().org.schema.objects["Opportunity"].fields
    assert "CurrencyIsoCode" in SalesforceSandbox(multi_currency=True).org.schema.objects["Opportunity"].fields


def test_seeding_25000_records_is_quick(sandbox: SalesforceSandbox) -> None:
    start = time.process_time()
    rows = ({"LastName": f"L{n}", "FirstName": "F", "Email": f"l{n}@x.jp", "AccountId": None} for n in range(25_000))
    assert len(sandbox.put_many("Contact", rows)) == 25_000
    assert time.process_time() - start < 5.0
