"""The endpoints of lists: create, search, read, members, rename, new filters, delete."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.list_filters import check_branch, holds
from connectors.sandbox.hubspot.lists import StoredList
from connectors.sandbox.hubspot.object_types import OBJECT_TYPES
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import Refusal, invalid, not_found
from connectors.sandbox.hubspot.store import ObjectTable
from connectors.sandbox.hubspot.times import iso_trimmed

PAGE, DEFAULT_PAGE = 500, 20
_PROCESSING = ("DYNAMIC", "MANUAL", "SNAPSHOT")


class ListRoutes:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def create(self, request: Request) -> Response:
        self._portal.auth.require("crm.lists.write")
        body = sent.json_object(request)
        missing = [name for name in ("name", "objectTypeId", "processingType") if not body.get(name)]
        if missing:
            raise invalid(f"Invalid input JSON: Some required fields were not set: [{', '.join(missing)}]")
        table, processing = self._table(str(body["objectTypeId"])), str(body["processingType"])
        if processing not in _PROCESSING:
            raise invalid(f"{processing} is not a processing type of lists")
        branch = body.get("filterBranch")
        if processing != "MANUAL":
            check_branch(branch, table.definitions)
        name = str(body["name"]).strip()
        self._free(name)
        made = self._portal.lists.add(name, table.kind.type_id, processing, branch, self._portal.clock.ms())
        return Response(200, {"list": made.body(filters=True)})

    def search(self, request: Request) -> Response:
        self._portal.auth.require("crm.lists.read")
        body = sent.json_object(request)
        count, offset = _whole(body, "count", DEFAULT_PAGE), _whole(body, "offset", 0)
        if not 1 <= count <= PAGE:
            raise invalid(f"count must be from 1 to {PAGE}, got {count}")
        words = str(body.get("query") or "").casefold()
        chosen = [each for each in self._portal.lists.live() if words in each.name.casefold() and _asked(each, body)]
        page = chosen[offset : offset + count]
        for each in page:
            each.size = len(self._members(each))
        answer = {
            "lists": [each.found() for each in page],
            "hasMore": offset + count < len(chosen),
            "offset": offset + len(page),
            "total": len(chosen),
        }
        return Response(200, answer)

    def get(self, request: Request) -> Response:
        self._portal.auth.require("crm.lists.read")
        return Response(200, {"list": self._list(request).body(sent.flag(request, "includeFilters"))})

    def by_name(self, request: Request) -> Response:
        self._portal.auth.require("crm.lists.read")
        found = self._portal.lists.named(request.match["name"])
        if found is None or found.type_id != self._table(request.match["type"]).kind.type_id:
            raise not_found("List does not exist")
        return Response(200, {"list": found.body(sent.flag(request, "includeFilters"))})

    def members(self, request: Request) -> Response:
        """Record ids by ascending id, worked out anew at each call."""
        self._portal.auth.require("crm.lists.read")
        found = self._list(request)
        limit, after = sent.number(request, "limit", 100, 250), sent.after_number(request)
        ids = [id_ for id_ in self._members(found) if int(id_) > after]
        stamp = iso_trimmed(found.updated_ms)
        answer: dict[str, Any] = {
            "results": [{"recordId": id_, "membershipTimestamp": stamp} for id_ in ids[:limit]],
            "total": len(ids),
        }
        if len(ids) > limit:
            answer["paging"] = {"next": {"after": ids[limit - 1]}}
        return Response(200, answer)

    def rename(self, request: Request) -> Response:
        self._portal.auth.require("crm.lists.write")
        found, name = self._list(request), request.arg("listName").strip()
        if name.casefold() != found.name.casefold():
            self._free(name)
        found.name = name
        self._touch(found)
        return Response(200, {"updatedList": found.body(sent.flag(request, "includeFilters"))})

    def refilter(self, request: Request) -> Response:
        self._portal.auth.require("crm.lists.write")
        found, branch = self._list(request), sent.json_object(request).get("filterBranch")
        if found.processing != "DYNAMIC":
            raise invalid("Only the filters of a DYNAMIC list can be updated")
        check_branch(branch, self._table(found.type_id).definitions)
        found.branch = branch
        self._touch(found)
        return Response(200, {"updatedList": found.body(filters=True)})

    def delete(self, request: Request) -> Response:
        """Restorable for 90 days; the name is free at once."""
        self._portal.auth.require("crm.lists.write")
        self._list(request).deleted_ms = self._portal.clock.ms()
        return Response(204)

    def _list(self, request: Request) -> StoredList:
        found = self._portal.lists.get(request.match["id"])
        if found is None:
            raise not_found("List does not exist")
        return found

    def _members(self, found: StoredList) -> list[str]:
        branch = found.branch
        if branch is None:
            return []
        return [each.id for each in self._table(found.type_id).all() if holds(branch, each.properties)]

    def _table(self, type_id: str) -> ObjectTable:
        kind = next((each for each in OBJECT_TYPES if each.type_id == type_id), None)
        if kind is None:
            raise invalid(f"{type_id} is not an object type that lists can hold")
        return self._portal.tables[kind.name]

    def _free(self, name: str) -> None:
        if not name:
            raise invalid("A list needs a name")
        if self._portal.lists.named(name) is not None:
            raise Refusal(
                400,
                "VALIDATION_ERROR",
                "The following list names already exist: [see context]",
                extra={"subCategory": "ILS.DUPLICATE_LIST_NAMES"},
            )

    def _touch(self, found: StoredList) -> None:
        found.version, found.updated_ms = found.version + 1, self._portal.clock.ms()


def _asked(found: StoredList, body: dict[str, Any]) -> bool:
    """The narrowing fields of a search request."""
    wanted = {"listIds": found.id, "processingTypes": found.processing}
    narrow = all(not body.get(name) or value in sent.name_list(body, name) for name, value in wanted.items())
    return narrow and body.get("objectTypeId") in (None, "", found.type_id)


def _whole(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise invalid(f"{name} must be a whole number")
    return value
