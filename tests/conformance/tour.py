"""Calls to what the emulator answers beyond the connector's needs: each of its routes, the object routes for each type,
and refusals of every kind. Its requests are checked like the connector's: it cannot ask for what does not exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

from tests.conformance.account import FORM, OWNER, TOKEN, Account

_TYPES = ("contacts", "companies", "deals", "calls", "emails", "meetings", "notes", "tasks")
_MERGEABLE = ("contacts", "companies")
_NEW: Mapping[str, dict[str, str]] = {
    "contacts": {"lastname": "新規"},
    "companies": {"name": "新会社"},
    "deals": {"dealname": "新案件", "pipeline": "default", "dealstage": "contractsent"},
    "calls": {"hs_call_title": "電話"},
    "emails": {"hs_email_direction": "EMAIL"},
    "meetings": {"hs_meeting_title": "商談"},
    "notes": {"hs_note_body": "メモ"},
    "tasks": {"hs_task_subject": "確認"},
}
_NOBODY = "999999990"


class TourError(Exception):
    """A call was answered otherwise than it was meant: what was to be checked did not happen."""


class Tour:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._session = requests.Session()

    def make(self) -> None:
        for kind in _TYPES:
            self._objects(kind)
            self._definitions(kind)
        for kind in _MERGEABLE:
            self._merge(kind)
        self._contacts_only()
        self._associations()
        self._account_and_acts()
        self._lists()
        self._limits()
        self._session.close()

    def _call(
        self,
        status: int,
        method: str,
        path: str,
        body: Any = None,
        query: Sequence[tuple[str, str]] = (),
        token: str = TOKEN,
    ) -> Any:
        """The answer's JSON; `status` is the one that is due."""
        headers = {"Authorization": f"Bearer {token}"}
        reply = self._session.request(
            method, self._account.url + path, params=list(query), json=body, headers=headers, timeout=10
        )
        if reply.status_code != status:
            raise TourError(f"{method} {path} should answer {status}, got {reply.status_code}: {reply.text[:300]}")
        return reply.json() if reply.content else None

    def _objects(self, kind: str) -> None:
        path = f"/crm/v3/objects/{kind}"
        values = {
            **_NEW[kind],
            **({} if kind in ("contacts", "companies", "deals") else {"hs_timestamp": "2026-09-20T00:00:00Z"}),
        }
        one = self._call(201, "POST", path, {"properties": values, "associations": []})["id"]
        own = next(iter(values))
        everything = [("properties", own), ("properties", "hs_object_id"), ("propertiesWithHistory", own)]
        self._call(200, "GET", f"{path}/{one}", query=everything)
        linked = [("associations", "deals" if kind == "contacts" else "contacts")]
        self._call(200, "GET", f"{path}/{self._account.ids[kind][0]}", query=linked)
        self._call(200, "GET", path, query=[*everything, *linked, ("limit", "5")])
        self._call(200, "GET", path, query=[("archived", "true")])
        self._call(200, "PATCH", f"{path}/{one}", {"properties": {own: values[own]}})
        self._call(200, "POST", f"{path}/search", _search(own))
        self._batches(kind, values, one)
        self._call(204, "DELETE", f"{path}/{one}")
        self._refusals(kind, own)

    def _batches(self, kind: str, values: dict[str, str], one: str) -> None:
        path, own = f"/crm/v3/objects/{kind}/batch", next(iter(values))
        plain = {"properties": values, "associations": []}
        bad = {"properties": {**values, "no_such_property": "1"}, "associations": [], "objectWriteTraceId": "bad"}
        made = self._call(201, "POST", f"{path}/create", {"inputs": [plain, plain]})["results"]
        self._call(207, "POST", f"{path}/create", {"inputs": [{**plain, "objectWriteTraceId": "good"}, bad]})
        self._call(400, "POST", f"{path}/create", {"inputs": [plain, bad | {"objectWriteTraceId": ""}]})
        changed = [{"id": each["id"], "properties": {own: values[own]}} for each in made]
        self._call(200, "POST", f"{path}/update", {"inputs": changed})
        self._call(207, "POST", f"{path}/update", {"inputs": [*changed, {"id": _NOBODY, "properties": {own: "x"}}]})
        read = {"properties": [own], "propertiesWithHistory": [own], "inputs": [{"id": one}]}
        self._call(200, "POST", f"{path}/read", read)
        self._call(207, "POST", f"{path}/read", {**read, "inputs": [{"id": one}, {"id": _NOBODY}]})
        self._call(204, "POST", f"{path}/archive", {"inputs": [{"id": each["id"]} for each in made]})
        self._call(400, "POST", f"{path}/archive", {"inputs": []})

    def _refusals(self, kind: str, own: str) -> None:
        path = f"/crm/v3/objects/{kind}"
        self._call(404, "GET", f"{path}/{_NOBODY}")
        self._call(404, "PATCH", f"{path}/{_NOBODY}", {"properties": {own: "x"}})
        self._call(404, "DELETE", f"{path}/{_NOBODY}")
        self._call(400, "POST", path, {"properties": {"no_such_property": "1"}, "associations": []})
        self._call(400, "POST", f"{path}/search", _search("no_such_property"))
        self._call(400, "POST", f"{path}/search", {**_search(own), "after": "10000"})
        self._call(401, "GET", path, token="pat-na1-wrong")

    def _definitions(self, kind: str) -> None:
        path = f"/crm/v3/properties/{kind}"
        self._call(201, "POST", f"{path}/groups", {"name": "tour", "label": "Tour", "displayOrder": 3})
        self._call(409, "POST", f"{path}/groups", {"name": "tour", "label": "Tour"})
        self._call(200, "GET", f"{path}/groups")
        self._call(200, "GET", f"{path}/groups/tour")
        self._call(404, "GET", f"{path}/groups/nowhere")
        self._call(200, "PATCH", f"{path}/groups/tour", {"label": "Tour 2"})
        self._properties(kind)
        self._call(204, "DELETE", f"{path}/groups/tour")

    def _properties(self, kind: str) -> None:
        path = f"/crm/v3/properties/{kind}"
        text, choice = _definition("tour_text"), _definition("tour_choice", "enumeration", "select")
        number = _definition("tour_number", "number", "number")
        self._call(201, "POST", path, text | {"hasUniqueValue": True})
        self._call(409, "POST", path, text)
        self._call(400, "POST", path, _definition("tour_wrong", "number", "textarea"))
        self._call(207, "POST", f"{path}/batch/create", {"inputs": [choice, text]})
        self._call(201, "POST", f"{path}/batch/create", {"inputs": [number]})
        self._call(200, "GET", path)
        self._call(200, "GET", f"{path}/tour_choice")
        self._call(404, "GET", f"{path}/no_such_property")
        names = {"archived": False, "inputs": [{"name": "tour_text"}], "dataSensitivity": "non_sensitive"}
        self._call(200, "POST", f"{path}/batch/read", names)
        self._call(207, "POST", f"{path}/batch/read", {**names, "inputs": [{"name": "tour_text"}, {"name": "no_such"}]})
        self._call(200, "PATCH", f"{path}/tour_choice", {"label": "Changed"})
        self._call(400, "DELETE", f"{path}/hs_object_id")
        self._call(204, "DELETE", f"{path}/tour_choice")
        self._call(204, "POST", f"{path}/batch/archive", {"inputs": [{"name": "tour_text"}, {"name": "tour_number"}]})
        self._call(200, "GET", path, query=[("archived", "true")])

    def _merge(self, kind: str) -> None:
        path, ids = f"/crm/v3/objects/{kind}", self._account.ids[kind]
        self._call(200, "POST", f"{path}/merge", {"primaryObjectId": ids[4], "objectIdToMerge": ids[5]})
        self._call(200, "GET", f"{path}/{ids[4]}")
        self._call(404, "POST", f"{path}/merge", {"primaryObjectId": ids[6], "objectIdToMerge": _NOBODY})

    def _contacts_only(self) -> None:
        path, email = "/crm/v3/objects/contacts", "tour@example.com"
        person = {"properties": {"email": email}, "associations": []}
        self._call(201, "POST", path, person)
        self._call(409, "POST", path, person)
        self._call(200, "GET", f"{path}/{email}", query=[("idProperty", "email")])
        upsert = [
            {"id": address, "idProperty": "email", "properties": {"lastname": "行"}}
            for address in (email, "b@example.com")
        ]
        self._call(200, "POST", f"{path}/batch/upsert", {"inputs": upsert})
        traced = [{**each, "objectWriteTraceId": f"t{n}"} for n, each in enumerate(upsert)]
        traced[1] = {**traced[1], "properties": {"no_such_property": "1"}}
        self._call(207, "POST", f"{path}/batch/upsert", {"inputs": traced})
        by_email = {
            "idProperty": "email",
            "inputs": [{"id": email}],
            "properties": ["email"],
            "propertiesWithHistory": [],
        }
        self._call(200, "POST", f"{path}/batch/read", by_email)
        self._call(204, "POST", f"{path}/gdpr-delete", {"idProperty": "email", "objectId": email})
        self._call(404, "POST", f"{path}/gdpr-delete", {"objectId": _NOBODY})

    def _associations(self) -> None:
        contacts, companies = self._account.ids["contacts"], self._account.ids["companies"]
        pair = "/crm/v4/associations/contacts/companies/batch"
        link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
        ends = {"from": {"id": contacts[470]}, "to": {"id": companies[1]}}
        self._call(201, "POST", f"{pair}/create", {"inputs": [{**ends, "types": [link]}]})
        lost = {"from": {"id": _NOBODY}, "to": {"id": companies[1]}, "types": [link]}
        self._call(207, "POST", f"{pair}/create", {"inputs": [{**ends, "types": [link]}, lost]})
        self._call(200, "POST", f"{pair}/read", {"inputs": [{"id": contacts[470]}]})
        self._call(207, "POST", f"{pair}/read", {"inputs": [{"id": contacts[470]}, {"id": contacts[480]}]})
        one = f"/crm/v4/objects/contacts/{contacts[471]}/associations"
        self._call(201, "PUT", f"{one}/companies/{companies[2]}", [link])
        self._call(200, "GET", f"{one}/companies", query=[("limit", "1")])
        self._call(404, "GET", f"/crm/v4/objects/contacts/{_NOBODY}/associations/companies")
        self._call(204, "DELETE", f"{one}/companies/{companies[2]}")
        self._call(200, "PUT", f"{one}/default/companies/{companies[3]}")
        archived = {"from": {"id": contacts[471]}, "to": [{"id": companies[3]}]}
        self._call(204, "POST", f"{pair}/archive", {"inputs": [archived]})

    def _account_and_acts(self) -> None:
        contact = self._account.ids["contacts"][0]
        self._call(200, "GET", f"/crm/v3/owners/{OWNER}")
        self._call(404, "GET", "/crm/v3/owners/9")
        self._call(200, "GET", "/crm/v3/owners", query=[("limit", "1"), ("email", "owner@example.com")])
        self._call(200, "GET", "/crm/v3/pipelines/deals/default")
        self._call(404, "GET", "/crm/v3/pipelines/deals/nowhere")
        self._call(200, "GET", "/crm/v3/pipelines/deals/default/stages")
        self._call(200, "GET", f"/marketing/v3/forms/{FORM}")
        self._call(404, "GET", "/marketing/v3/forms/nowhere")
        self._call(200, "GET", "/events/v3/events/event-types")
        of_one = [("objectType", "contact"), ("objectId", contact), ("sort", "-occurredAt"), ("limit", "2")]
        self._call(200, "GET", "/events/v3/events", query=of_one)
        self._call(400, "GET", "/events/v3/events", query=[("objectType", "contact")])
        self._call(200, "GET", "/account-info/v3/api-usage/daily/private-apps")
        with self._account.oauth_connector() as connector:
            connector.account()
        self._call(200, "GET", f"/oauth/v1/access-tokens/{self._access_token()}")
        self._call(404, "GET", "/oauth/v1/access-tokens/nothing")

    def _lists(self) -> None:
        path, branch = "/crm/v3/lists", _list_filters("lastname")
        body = {"name": "Tour", "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": branch}
        one = f"{path}/{self._call(200, 'POST', path, body)['list']['listId']}"
        self._call(400, "POST", path, body)
        self._call(400, "POST", path, {**body, "name": "Tour 2", "filterBranch": _list_filters("no_such_property")})
        self._call(
            200, "POST", f"{path}/search", {"query": "Tour", "offset": 0, "count": 1, "additionalProperties": []}
        )
        self._call(200, "GET", one, query=[("includeFilters", "true")])
        self._call(200, "GET", f"{path}/object-type-id/0-1/name/tour")
        self._call(404, "GET", f"{path}/object-type-id/0-1/name/nowhere")
        self._call(200, "GET", f"{one}/memberships", query=[("limit", "2")])
        self._call(200, "PUT", f"{one}/update-list-name", query=[("listName", "Tour 3")])
        self._call(200, "PUT", f"{one}/update-list-filters", {"filterBranch": _list_filters("email")})
        self._call(204, "DELETE", one)
        self._call(404, "GET", one)
        self._call(404, "DELETE", one)

    def _access_token(self) -> str:
        with self._account.app.lock:
            return list(self._account.app.portal.auth.issued)[-1]

    def _limits(self) -> None:
        """Both rolling windows overrun, in real time."""
        self._account.app.enforce_limits = True
        search = {**_search("lastname"), "limit": 1}
        self._until_429("POST", "/crm/v3/objects/contacts/search", search)
        self._account.app.portal.limits.calls.calls = 1
        self._until_429("GET", "/crm/v3/owners", None)
        self._account.app.enforce_limits = False

    def _until_429(self, method: str, path: str, body: Any) -> None:
        for _ in range(200):
            headers = {"Authorization": f"Bearer {TOKEN}"}
            reply = self._session.request(method, self._account.url + path, json=body, headers=headers, timeout=10)
            if reply.status_code == 429:
                return
        raise TourError(f"{method} {path} is not limited")


def _search(name: str) -> dict[str, Any]:
    return {
        "filterGroups": [{"filters": [{"propertyName": name, "operator": "HAS_PROPERTY"}]}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "DESCENDING"}],
        "properties": [name],
        "limit": 3,
        "after": "0",
    }


def _list_filters(name: str) -> dict[str, Any]:
    operation = {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN", "includeObjectsWithNoValueSet": False}
    known = {"filterType": "PROPERTY", "property": name, "operation": operation}
    below = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": [known]}
    return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filterBranches": [below], "filters": []}


def _definition(name: str, type_: str = "string", field_type: str = "text") -> dict[str, Any]:
    body = {"groupName": "tour", "name": name, "label": name, "type": type_, "fieldType": field_type}
    options = [{"label": "A", "value": "a", "hidden": False, "displayOrder": 0, "description": ""}]
    return {**body, "options": options} if type_ == "enumeration" else body
