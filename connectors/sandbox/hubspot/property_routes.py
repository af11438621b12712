"""The endpoints of property definitions and their groups."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.batches import batch_response
from connectors.sandbox.hubspot.definitions import UNIQUE_PROPERTIES_PER_TYPE, Definition, Definitions, Group, Option
from connectors.sandbox.hubspot.object_types import object_type
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import Refusal, conflict, invalid, not_found

_FIELD_TYPES = {
    "string": {"text", "textarea", "phonenumber", "html", "file", "select"},
    "number": {"number", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "bool": {"booleancheckbox", "calculation_equation"},
    "phone_number": {"phonenumber"},
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CHANGEABLE = {"label", "description", "groupName", "fieldType", "options", "displayOrder", "hidden", "formField"}


class PropertyRoutes:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def page(self, request: Request) -> Response:
        definitions = self._definitions(request, "read")
        found = definitions.archived if sent.flag(request, "archived") else definitions.live
        return Response(200, {"results": [one.body() for one in found.values()]})

    def get(self, request: Request) -> Response:
        definitions = self._definitions(request, "read")
        found = definitions.archived if sent.flag(request, "archived") else definitions.live
        if request.match["name"] not in found:
            raise _no_property(request.match["name"])
        return Response(200, found[request.match["name"]].body())

    def create(self, request: Request) -> Response:
        definitions = self._definitions(request, "write")
        made = self._made(definitions, sent.json_object(request))
        definitions.add(made)
        return Response(201, made.body())

    def update(self, request: Request) -> Response:
        """The type of a property cannot be changed; standard ones cannot be changed at all."""
        definitions = self._definitions(request, "write")
        old = self._own(definitions, request.match["name"])
        body = sent.json_object(request)
        if body.get("type", old.type) != old.type:
            raise invalid(f"The type of {old.name} cannot be changed from {old.type} to {body['type']}")
        merged = {**_as_input(old), **{name: value for name, value in body.items() if name in _CHANGEABLE}}
        made = self._read(definitions, merged)
        definitions.live[old.name] = replace(made, unique=old.unique, created_ms=old.created_ms)
        return Response(200, definitions.live[old.name].body())

    def archive(self, request: Request) -> Response:
        definitions = self._definitions(request, "write")
        definitions.archive(self._own(definitions, request.match["name"]).name, self._portal.clock.ms())
        return Response(204)

    def batch_read(self, request: Request) -> Response:
        definitions = self._definitions(request, "read")
        body = sent.json_object(request)
        names = [sent.id_of(one, "name") for one in sent.inputs_of(body)]
        found = definitions.archived if body.get("archived") else definitions.live
        missing = [_no_property(name).entry({"name": [name]}) for name in names if name not in found]
        return batch_response(self._portal.clock, [found[name].body() for name in names if name in found], missing)

    def batch_create(self, request: Request) -> Response:
        """What is malformed fails the batch; names that are taken are errors of a 207."""
        definitions = self._definitions(request, "write")
        made: list[Definition] = []
        errors: list[dict[str, Any]] = []
        for one in sent.inputs_of(sent.json_object(request)):
            try:
                made.append(self._made(definitions, one, [earlier.name for earlier in made]))
            except Refusal as refusal:
                if refusal.status != 409:
                    raise
                errors.append(refusal.entry({"name": [sent.id_of(one, "name")]}))
        for definition in made:
            definitions.add(definition)
        return batch_response(self._portal.clock, [one.body() for one in made], errors, 201)

    def batch_archive(self, request: Request) -> Response:
        definitions = self._definitions(request, "write")
        names = [sent.id_of(one, "name") for one in sent.inputs_of(sent.json_object(request))]
        for name in names:
            if name in definitions.live:
                self._own(definitions, name)
        for name in names:
            if name in definitions.live:
                definitions.archive(name, self._portal.clock.ms())
        return Response(204)

    def groups(self, request: Request) -> Response:
        definitions = self._definitions(request, "read")
        return Response(200, {"results": [group.body() for group in definitions.groups.values()]})

    def group(self, request: Request) -> Response:
        return Response(200, self._group(self._definitions(request, "read"), request).body())

    def create_group(self, request: Request) -> Response:
        definitions, body = self._definitions(request, "write"), sent.json_object(request)
        name, label = sent.id_of(body, "name"), sent.id_of(body, "label")
        if name in definitions.groups:
            raise conflict(f"A property group named {name} already exists", "OBJECT_ALREADY_EXISTS")
        definitions.groups[name] = Group(name, label, int(body.get("displayOrder", -1)))
        return Response(201, definitions.groups[name].body())

    def update_group(self, request: Request) -> Response:
        group, body = self._group(self._definitions(request, "write"), request), sent.json_object(request)
        group.label = str(body.get("label", group.label))
        group.display_order = int(body.get("displayOrder", group.display_order))
        return Response(200, group.body())

    def archive_group(self, request: Request) -> Response:
        """A group that still holds properties, or came with the account, stays."""
        definitions = self._definitions(request, "write")
        group = self._group(definitions, request)
        if group.standard or any(one.group == group.name for one in definitions.live.values()):
            raise invalid(f"The property group {group.name} is in use and cannot be deleted")
        del definitions.groups[group.name]
        return Response(204)

    def _definitions(self, request: Request, access: str) -> Definitions:
        """Definitions of activities ride on the scopes of contacts."""
        kind = object_type(request.match["type"])
        area = "objects" if kind.is_activity else "schemas"
        self._portal.auth.require(f"crm.{area}.{kind.scope}.{access}")
        return self._portal.tables[kind.name].definitions

    def _own(self, definitions: Definitions, name: str) -> Definition:
        if name not in definitions.live:
            raise _no_property(name)
        if definitions.live[name].standard:
            raise invalid(f"{name} is defined by HubSpot and cannot be changed")
        return definitions.live[name]

    def _group(self, definitions: Definitions, request: Request) -> Group:
        if request.match["name"] not in definitions.groups:
            raise not_found(f"There is no property group named {request.match['name']}")
        return definitions.groups[request.match["name"]]

    def _made(self, definitions: Definitions, body: dict[str, Any], also_taken: list[str] | None = None) -> Definition:
        made = self._read(definitions, body)
        if definitions.taken(made.name) or made.name in (also_taken or []):
            raise conflict(f"A property named {made.name} already exists", "PROPERTY_EXISTS")
        if made.unique and len(definitions.unique_names) >= UNIQUE_PROPERTIES_PER_TYPE:
            raise invalid(f"Only {UNIQUE_PROPERTIES_PER_TYPE} properties with unique values are allowed")
        return made

    def _read(self, definitions: Definitions, body: dict[str, Any]) -> Definition:
        missing = [name for name in ("groupName", "name", "label", "type", "fieldType") if not body.get(name)]
        if missing:
            raise invalid(f"Invalid input JSON: Some required fields were not set: [{', '.join(missing)}]")
        name, kind, field_type = str(body["name"]), str(body["type"]), str(body["fieldType"])
        if not _NAME.fullmatch(name) or len(name) > 100:
            raise invalid(f"{name} is not a valid property name: lower-case letters, digits and underscores")
        if field_type not in _FIELD_TYPES.get(kind, set()):
            raise invalid(f"Property type {kind} cannot have field type {field_type}")
        if body["groupName"] not in definitions.groups:
            raise invalid(f"There is no property group named {body['groupName']}")
        unique = bool(body.get("hasUniqueValue"))
        if unique and kind not in ("string", "number"):
            raise invalid("Only text and number properties can have unique values")
        return self._definition(body, kind, unique)

    def _definition(self, body: dict[str, Any], kind: str, unique: bool) -> Definition:
        now = self._portal.clock.ms()
        return Definition(
            str(body["name"]),
            kind,
            str(body["fieldType"]),
            str(body["groupName"]),
            label=str(body["label"]),
            options=_read_options(body, kind),
            description=str(body.get("description") or ""),
            standard=False,
            unique=unique,
            hidden=bool(body.get("hidden")),
            form_field=bool(body.get("formField")),
            display_order=int(body.get("displayOrder", -1)),
            created_ms=now,
            updated_ms=now,
        )


def _read_options(body: dict[str, Any], kind: str) -> tuple[Option, ...]:
    given = body.get("options") or []
    if kind == "enumeration" and not given:
        raise invalid(f"{body['name']}: an enumeration needs options")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise invalid("Invalid input JSON: options must be a list of objects")
    options = tuple(_read_option(one) for one in given)
    for seen in ([option.value for option in options], [option.label for option in options]):
        if len(set(seen)) != len(seen):
            raise invalid(f"{body['name']}: options must have different values and labels")
    return options


def _read_option(one: dict[str, Any]) -> Option:
    missing = [name for name in ("label", "value", "hidden") if one.get(name) in (None, "")]
    if missing:
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{', '.join(missing)}]")
    return Option(
        str(one["value"]),
        str(one["label"]),
        bool(one["hidden"]),
        int(one.get("displayOrder", -1)),
        str(one.get("description") or ""),
    )


def _as_input(old: Definition) -> dict[str, Any]:
    body = old.body()
    return {name: body[name] for name in ("name", "type", "fieldType", "hasUniqueValue", *_CHANGEABLE)}


def _no_property(name: str) -> Refusal:
    return not_found(f"There is no property named {name}")
