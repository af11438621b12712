"""List, get and batch read of CRM objects."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.batches import batch_response
from connectors.sandbox.hubspot.object_types import object_type
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import invalid, not_found
from connectors.sandbox.hubspot.rendering import Renderer, association_ids
from connectors.sandbox.hubspot.store import ObjectTable, StoredObject

LIST_PAGE = 100
LIST_PAGE_WITH_HISTORY = 50
DEFAULT_PAGE = 10


class Reads:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def page(self, request: Request) -> Response:
        """By ascending id; `archived=true` lists the archived ones only."""
        table = self._portal.table(request.match["type"], "read")
        history = sent.names(request, "propertiesWithHistory") or []
        limit = sent.number(request, "limit", DEFAULT_PAGE, LIST_PAGE_WITH_HISTORY if history else LIST_PAGE)
        others = self._others(request, table)
        found = table.following(sent.after_number(request), limit + 1, sent.flag(request, "archived"))
        renderer = Renderer(self._portal, table, sent.names(request, "properties"), history)
        body: dict[str, Any] = {"results": [self._one(renderer, table, one, others) for one in found[:limit]]}
        if len(found) > limit:
            after = found[limit - 1].id
            link = f"https://api.hubapi.com{request.path}?limit={limit}&after={after}"
            body["paging"] = {"next": {"after": after, "link": link}}
        return Response(200, body)

    def get(self, request: Request) -> Response:
        table = self._portal.table(request.match["type"], "read")
        renderer = Renderer(
            self._portal,
            table,
            sent.names(request, "properties"),
            sent.names(request, "propertiesWithHistory") or [],
        )
        found = self.find(table, request.match["id"], request.arg("idProperty"), sent.flag(request, "archived"))
        if found is None:
            raise not_found()
        return Response(200, self._one(renderer, table, found, self._others(request, table)))

    def batch(self, request: Request) -> Response:
        """Unknown ids are errors of a 207; ids that were merged answer with their successor, once."""
        table = self._portal.table(request.match["type"], "read")
        body = sent.json_object(request)
        history = sent.name_list(body, "propertiesWithHistory")
        inputs = sent.inputs_of(body, sent.BATCH_WITH_HISTORY if history else sent.BATCH)
        ids = sent.distinct([sent.id_of(one) for one in inputs])
        renderer = Renderer(self._portal, table, sent.name_list(body, "properties") or None, history)
        found: dict[str, StoredObject] = {}
        missing: list[str] = []
        for object_id in ids:
            one = self.find(table, object_id, str(body.get("idProperty") or ""), sent.flag(request, "archived"))
            if one is None:
                missing.append(object_id)
            else:
                found[one.id] = one
        return batch_response(
            self._portal.clock,
            [renderer.record(one) for one in found.values()],
            [missing_entry(table, missing)] if missing else [],
        )

    def find(self, table: ObjectTable, object_id: str, id_property: str, archived: bool = False) -> StoredObject | None:
        """By id, also a merged one, or by a unique property."""
        if id_property and id_property != "hs_object_id":
            definition = table.definitions.live.get(id_property)
            if definition is None or not definition.unique:
                raise invalid(f"{id_property} is not a unique property of {table.kind.name}")
            return table.holder(id_property, object_id)
        return table.archived(object_id) if archived else table.resolve(object_id)

    def _others(self, request: Request, table: ObjectTable) -> list[str]:
        """The types named by `associations`, in the plural."""
        others = []
        for name in sent.names(request, "associations") or []:
            kind = object_type(name)
            self._portal.associations.known_pair(table.kind.name, kind.name)
            self._portal.auth.require(f"crm.objects.{kind.scope}.read")
            others.append(kind.name)
        return others

    def _one(self, renderer: Renderer, table: ObjectTable, one: StoredObject, others: list[str]) -> dict[str, Any]:
        body = renderer.record(one)
        associations = association_ids(self._portal, table, one, others) if others else {}
        return {**body, "associations": associations} if associations else body


def missing_entry(table: ObjectTable, ids: list[str]) -> dict[str, Any]:
    """One error of a 207 for all ids that were not found."""
    refusal = not_found(f"Could not get some {table.kind.singular.upper()} objects, they may be deleted or not exist.")
    return refusal.entry({"ids": ids})
