"""List views: made, changed and deleted through /ui-api/list-info, found by SOQL, told as the query they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.salesforce import calls, ids
from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec

FIRST_VERSION = 61
COLUMNS, LABEL, NAME = 15, 40, 80
_API_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
_COMPARISONS = {
    "Equals": "=",
    "NotEqual": "!=",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessOrEqual": "<=",
    "GreaterOrEqual": ">=",
}
_PATTERNS = {"Contains": "%{}%", "NotContain": "%{}%", "StartsWith": "{}%"}
_VISIBILITIES = ("Private", "Public", "Shared")
_TOKEN = re.compile(r"\d+|AND|OR|[()]", re.IGNORECASE)


@dataclass
class Filter:
    field: FieldSpec
    operator: str
    operands: list[str]

    def soql(self) -> str:
        if self.operator in _PATTERNS:
            likes = [f"{self.field.name} LIKE {_quoted(_PATTERNS[self.operator].format(o))}" for o in self.operands]
            return f"({' OR '.join(likes)})" if self.operator != "NotContain" else f"(NOT ({' OR '.join(likes)}))"
        tests = [f"{self.field.name} {_COMPARISONS[self.operator]} {self._literal(o)}" for o in self.operands]
        return f"({' OR '.join(tests)})"

    def _literal(self, operand: str) -> str:
        if operand == "":
            return "null"
        plain = self.field.numeric or self.field.type in ("date", "datetime", "boolean")
        return operand if plain else _quoted(operand)


@dataclass
class ListView:
    id: str
    object: str
    name: str
    label: str
    columns: list[str]
    filters: list[Filter] = field(default_factory=list)
    logic: str = ""
    visibility: str = "Private"

    def where(self) -> str:
        parts = [one.soql() for one in self.filters]
        if not self.logic:
            return " AND ".join(parts)
        return _TOKEN.sub(lambda found: parts[int(found[0]) - 1] if found[0].isdigit() else found[0], self.logic)

    def query(self) -> str:
        where = f" WHERE {self.where()}" if self.filters else ""
        return f"SELECT {', '.join(dict.fromkeys([*self.columns, 'Id']))} FROM {self.object}{where} ORDER BY Name, Id"

    def body(self) -> dict[str, Any]:
        told = [
            {"fieldApiName": f.field.name, "label": f.field.label, "operator": f.operator, "operandLabels": f.operands}
            for f in self.filters
        ]
        return {
            "listReference": {
                "id": self.id,
                "listViewApiName": self.name,
                "objectApiName": self.object,
                "type": "listView",
            },
            "label": self.label,
            "displayColumns": [{"fieldApiName": name, "label": name, "sortable": True} for name in self.columns],
            "filteredByInfo": told,
            "filterLogicString": self.logic or None,
            "visibility": self.visibility,
            "cloneable": True,
            "createable": True,
            "deletable": True,
            "updateable": True,
        }


class ListViews:
    """`operands` says how filters on picklists are read: as `values`, as `labels` (others are refused), or as labels of
    which unknown ones are dropped without a word (`known_labels`)."""

    def __init__(self, org: Org, access: Access) -> None:
        self._org, self._access = org, access
        self.operands = "values"
        self.by_id: dict[str, ListView] = {}

    def create(self, request: Request) -> Response:
        spec = self._begin(request)
        body = calls.body_object(request)
        name = str(body.get("listViewApiName") or "")
        if not _API_NAME.fullmatch(name) or len(name) > NAME:
            raise _illegal(f"{name} is not a valid API name")
        if any(one.name == name and one.object == spec.name for one in self.by_id.values()):
            raise ApiError(400, "DUPLICATE_DEVELOPER_NAME", "This List View Unique Name already exists")
        made = ListView(self._org.new_id("00B"), spec.name, name, "", [])
        self._change(made, spec, body)
        self._keep(made)
        return Response(201, made.body())

    def read(self, request: Request) -> Response:
        self._begin(request, changing=False)
        return Response(200, self._found(request).body())

    def update(self, request: Request) -> Response:
        spec, found = self._begin(request), self._found(request)
        self._change(found, spec, calls.body_object(request))
        self._keep(found)
        return Response(200, found.body())

    def delete(self, request: Request) -> Response:
        self._begin(request)
        found = self._found(request)
        del self.by_id[found.id]
        self._org.erase("ListView", found.id)
        return Response(204)

    def describe(self, request: Request) -> Response:
        """GET /sobjects/{object}/listviews/{id}/describe."""
        found = self.by_id.get(ids.full(request.match["id"]) or "")
        if found is None or found.object != calls.object_of(request, self._access).name:
            raise _missing()
        told = {"id": found.id, "sobjectType": found.object, "query": found.query(), "scope": "everything"}
        return Response(200, {**told, "columns": [{"fieldNameOrPath": name, "label": name} for name in found.columns]})

    def _begin(self, request: Request, changing: bool = True) -> ObjectSpec:
        version = int(request.match["version"].removeprefix("v").split(".")[0])
        if version < FIRST_VERSION and changing:
            raise ApiError(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed")
        spec = calls.object_of(request, self._access)
        if spec.setup or spec.tooling:
            raise ApiError(400, "INVALID_TYPE", f"List views are not supported for {spec.name}")
        if changing and not self._access.profile.can_manage_list_views:
            raise ApiError(403, "INSUFFICIENT_ACCESS", "You don't have permission to manage public list views")
        return spec

    def _found(self, request: Request) -> ListView:
        name, object_name = request.match["name"], request.match["object"]
        for one in self.by_id.values():
            if one.name.lower() == name.lower() and one.object.lower() == object_name.lower():
                return one
        raise _missing()

    def _change(self, view: ListView, spec: ObjectSpec, body: Mapping[str, Any]) -> None:
        label = str(body.get("label", view.label) or "")
        if not label or len(label) > LABEL:
            raise ApiError(400, "STRING_TOO_LONG", f"View Name: a text of at most {LABEL} characters is needed")
        columns = body.get("displayColumns", view.columns)
        if not isinstance(columns, list) or len(columns) > COLUMNS:
            raise _illegal(f"a list view has at most {COLUMNS} columns")
        for name in columns:
            self._column(spec, str(name))
        filters = [self._filter(spec, one) for one in body["filteredByInfo"]] if "filteredByInfo" in body else None
        visibility = str(body.get("visibility", view.visibility))
        if visibility not in _VISIBILITIES:
            raise _illegal(f"{visibility} is not a visibility")
        view.label, view.visibility, view.columns = label, visibility, [str(name) for name in columns]
        view.filters = view.filters if filters is None else filters
        view.logic = self._logic(str(body.get("filterLogicString", view.logic) or ""), len(view.filters))

    def _column(self, spec: ObjectSpec, name: str) -> None:
        """A field of the object, or one of a parent."""
        first, _, second = name.partition(".")
        if second:
            parent = spec.relation(first)
            targets = [self._org.schema.objects[target] for target in parent.refers] if parent else []
            known = any(target.find(second) for target in targets)
        else:
            known = self._access.find(spec, first) is not None
        if not known:
            raise _illegal(f"{name} is not a column of {spec.name}")

    def _filter(self, spec: ObjectSpec, one: Any) -> Filter:
        name, operator = str(one.get("fieldApiName")), str(one.get("operator"))
        found, operands = self._access.find(spec, name), one.get("operandLabels")
        if found is None or not found.filterable:
            raise _illegal(f"{name} cannot be filtered on in list views of {spec.name}")
        if operator not in {*_COMPARISONS, *_PATTERNS} or (operator in _PATTERNS and found.numeric):
            raise _illegal(f"{operator} is not an operator of {name}")
        if not isinstance(operands, list) or not all(isinstance(each, str) for each in operands):
            raise _illegal("operandLabels must be a list of texts")
        return Filter(found, operator, self._read_operands(found, operands))

    def _read_operands(self, found: FieldSpec, operands: list[str]) -> list[str]:
        if not found.values or self.operands == "values":
            return operands
        by_label = {label: value for value, label in found.values} | {"": ""}
        unknown = [each for each in operands if each not in by_label]
        if unknown and self.operands == "labels":
            raise _illegal(f"{unknown[0]} is not a value of {found.label}")
        return [by_label[each] for each in operands if each in by_label] or [""]

    def _logic(self, logic: str, filters: int) -> str:
        """What is not one of the filters, AND, OR or a bracket is refused."""
        numbers = [int(number) for number in re.findall(r"\d+", logic)]
        if _TOKEN.sub("", logic).strip() or (logic and set(numbers) != set(range(1, filters + 1))):
            raise _illegal("The filter logic references undefined or unused filters")
        return logic

    def _keep(self, view: ListView) -> None:
        """The row that SOQL finds."""
        spec = self._org.schema.objects["ListView"]
        known = self._org.row("ListView", view.id)
        user, now = self._org.running_user_id, self._org.now()
        row = self._org.touched(known, user) if known else self._org.born(spec, {"Id": view.id}, user, now)
        self.by_id[view.id] = view
        told = {"Name": view.label, "DeveloperName": view.name, "SobjectType": view.object, "IsSoqlCompatible": True}
        self._org.store("ListView", row | told)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _illegal(message: str) -> ApiError:
    return ApiError(400, "ILLEGAL_QUERY_PARAMETER_VALUE", message)


def _missing() -> ApiError:
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")
