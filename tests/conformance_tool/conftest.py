"""A tiny API's document, and calls to it; the checker under test lies in tests/conformance."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from connectors.sandbox.http import Call
from tests.conformance.documents import Specs

_ITEM = {
    "type": "object",
    "required": ["id", "madeAt"],
    "properties": {
        "id": {"type": "string"},
        "madeAt": {"type": "string", "format": "date-time"},
        "stock": {"type": "integer", "format": "int32"},
        "note": {"type": "string", "nullable": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "packing": {"oneOf": [{"$ref": "#/components/schemas/Box"}, {"$ref": "#/components/schemas/Bag"}]},
    },
}
_SCHEMAS = {
    "Item": _ITEM,
    "Items": {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}},
    },
    "NewItem": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
    "Box": {
        "type": "object",
        "required": ["kind", "width"],
        "properties": {"kind": {"type": "string", "enum": ["box"]}, "width": {"type": "integer"}},
    },
    "Bag": {
        "type": "object",
        "required": ["kind", "colour"],
        "properties": {"kind": {"type": "string", "enum": ["bag"]}, "colour": {"type": "string"}},
    },
    "Error": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
    "Grant": {
        "type": "object",
        "required": ["grant_type"],
        "properties": {"grant_type": {"type": "string", "enum": ["refresh_token"]}},
    },
}
_ERROR = {"description": "", "$ref": "#/components/responses/Error"}


def _json(schema: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _query(name: str, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


_ITEM_PATH = {
    "parameters": [{"name": "itemId", "in": "path", "required": True, "schema": {"type": "integer"}}],
    "get": {"responses": {"200": _json("Item"), "default": _ERROR}},
    "delete": {"responses": {"204": {"description": "", "content": {}}, "default": _ERROR}},
}
_LIST = {
    "parameters": [
        _query("limit", type="integer", format="int32"),
        _query("archived", type="boolean"),
        _query("name", type="array", items={"type": "string"}),
        _query("property.{name}", type="object"),
        _query("shop", required=True, type="string"),
    ],
    "responses": {"200": _json("Items"), "default": _ERROR},
    "security": [{"token": []}],
}
_CREATE = {
    "requestBody": {**_json("NewItem"), "required": True},
    "responses": {"201": _json("Item"), "default": _ERROR},
}
_TOKEN = {
    "requestBody": {
        "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Grant"}}}
    },
    "responses": {"200": {"description": "", "content": {}}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.1",
    "paths": {
        "/shop/v1/items": {"get": _LIST, "post": _CREATE},
        "/shop/v1/items/{itemId}": _ITEM_PATH,
        "/shop/v1/items/{itemId}/{part}": {"get": {"responses": {"200": _json("Item")}}},
        "/shop/v1/items/newest/part": {"get": {"responses": {"200": _json("Error")}}},
        "/shop/v1/token": {"post": _TOKEN},
    },
    "components": {
        "schemas": _SCHEMAS,
        "responses": {
            "Error": {"description": "", "content": {"*/*": {"schema": {"$ref": "#/components/schemas/Error"}}}}
        },
    },
}
ITEM = {"id": "1", "madeAt": "2026-11-21T03:00:00.000Z"}


@pytest.fixture
def specs() -> Specs:
    return Specs({"shop.json": DOCUMENT}, {"goods": "items"})


@pytest.fixture
def call() -> Callable[..., Call]:
    """Builds a call that is right but for what the test says."""

    def build(
        method: str, path: str, status: int | str = 200, answer: Any = ITEM, sent: Any = None, **more: Any
    ) -> Call:
        headers = {"authorization": "Bearer t", "content-type": "application/json"} | more.pop("headers", {})
        query = tuple(more.pop("query", ()))
        return Call(method, path, query, status, _raw(sent), _raw(answer), headers)

    return build


def _raw(value: Any) -> bytes:
    return b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
