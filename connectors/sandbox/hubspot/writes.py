"""Create, update and archive of single CRM objects, and the steps that batches share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.associations import Pair, read_spec
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import Refusal, invalid, not_found
from connectors.sandbox.hubspot.rendering import Renderer
from connectors.sandbox.hubspot.store import ObjectTable, StoredObject
from connectors.sandbox.hubspot.validation import Validation


@dataclass(frozen=True)
class NewLink:
    pair: Pair
    to_id: str
    type_ids: tuple[int, ...]


class Writer:
    """Checks first, writes after: a check never leaves anything behind."""

    def __init__(self, portal: Portal, table: ObjectTable, *, in_batch: bool) -> None:
        self.portal, self.table = portal, table
        self.validation = Validation(portal, table, in_batch=in_batch)

    def check_create(self, one: Mapping[str, Any]) -> tuple[dict[str, str], list[NewLink]]:
        values = self.validation.values(one.get("properties"))
        self.validation.required(values)
        self.validation.unique(values, None)
        return values, self._links(one.get("associations") or [])

    def check_update(self, stored: StoredObject, raw: Any) -> dict[str, str]:
        values = self.validation.settled(stored, self.validation.values(raw))
        self.validation.unique(values, stored)
        return values

    def create(self, values: Mapping[str, str], links: list[NewLink]) -> StoredObject:
        portal, kind, now = self.portal, self.table.kind, self.portal.clock.ms()
        stored = self.table.add({**values, **portal.derived(kind, {}, values)}, now, now)
        for link in links:
            portal.associations.link(link.pair, stored.id, link.to_id, link.type_ids)
        if kind.is_activity:
            portal.note_activity(stored, kind, now)
        elif kind.name == "contacts":
            portal.note_company(stored.id)
        return self.table.objects[stored.state.number]

    def update(self, stored: StoredObject, values: Mapping[str, str]) -> None:
        derived = self.portal.derived(self.table.kind, stored.properties, values)
        self.table.change(stored, {**values, **derived}, self.portal.clock.ms(), "INTEGRATION")

    def render(self, stored: StoredObject, written: Mapping[str, str]) -> dict[str, Any]:
        """Writes answer with the default properties and those just written."""
        names = [*self.table.kind.defaults, *written]
        return Renderer(self.portal, self.table, names).record(stored)

    def _links(self, associations: Any) -> list[NewLink]:
        if not isinstance(associations, list):
            raise invalid("Invalid input JSON: associations must be a list")
        return [self._link(one) for one in associations]

    def _link(self, one: Any) -> NewLink:
        if not isinstance(one, dict) or not isinstance(one.get("to"), dict) or not one.get("types"):
            raise invalid("Invalid input JSON: Some required fields were not set: [to, types]")
        specs = [read_spec(spec) for spec in one["types"]]
        pair = self.portal.associations.pair_of(self.table.kind.name, *specs[0])
        types = tuple(self.portal.associations.label(pair, *spec).type_id for spec in specs)
        to_id = sent.id_of(one["to"])
        if self.portal.writable(self.portal.tables[pair[1]], to_id) is None:
            raise invalid(f"One or more associations are not valid: {pair[1]} {to_id} does not exist", ids=[to_id])
        return NewLink(pair, to_id, types)


class Writes:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def create(self, request: Request) -> Response:
        writer = self._writer(request)
        values, links = writer.check_create(sent.json_object(request))
        stored = writer.create(values, links)
        return Response(201, writer.render(stored, values))

    def update(self, request: Request) -> Response:
        writer = self._writer(request)
        stored = self._target(writer.table, request.match["id"], request.arg("idProperty"))
        values = writer.check_update(stored, sent.json_object(request).get("properties"))
        writer.update(stored, values)
        return Response(200, writer.render(stored, values))

    def archive(self, request: Request) -> Response:
        """Also 204 for what is archived already."""
        table = self._portal.table(request.match["type"], "write")
        found = table.live(request.match["id"])
        if found is None and table.archived(request.match["id"]) is None:
            raise not_found()
        if found is not None:
            table.archive(found, self._portal.clock.ms())
        return Response(204)

    def _writer(self, request: Request) -> Writer:
        return Writer(self._portal, self._portal.table(request.match["type"], "write"), in_batch=False)

    def _target(self, table: ObjectTable, object_id: str, id_property: str) -> StoredObject:
        if id_property:
            check_unique_property(table, id_property)
            found = table.holder(id_property, object_id)
        else:
            found = self._portal.writable(table, object_id)
        if found is None:
            raise not_found()
        return found


def check_unique_property(table: ObjectTable, name: str) -> None:
    definition = table.definitions.live.get(name)
    if definition is None or not definition.unique:
        raise Refusal(
            400,
            "VALIDATION_ERROR",
            f"Unable to perform update/upsert by non-unique {table.kind.type_id} property {name}",
        )
