"""Reading a request's parts: JSON bodies, ids, flags, the version in its path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from connectors.sandbox.http import Request
from connectors.sandbox.salesforce import ids
from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.schema import ObjectSpec
from connectors.sandbox.salesforce.writes import Options


def body_object(request: Request) -> dict[str, Any]:
    """The JSON object of the body. Raises JSON_PARSER_ERROR."""
    try:
        body = json.loads(request.body)
    except (ValueError, UnicodeDecodeError):
        raise ApiError(400, "JSON_PARSER_ERROR", "Unexpected character in the request body") from None
    if not isinstance(body, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object")
    return body


def base_of(request: Request) -> str:
    """/services/data/vXX.0/sobjects/ for the version the call came in."""
    return f"/services/data/{request.match['version']}/sobjects/"


def object_of(request: Request, access: Access) -> ObjectSpec:
    """The object named in the path; case does not matter."""
    spec = access.object(request.match["object"])
    if spec is None:
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
    return spec


def id_of(text: str, spec: ObjectSpec) -> str:
    """An id in a path. Raises NOT_FOUND for what is no id, MALFORMED_ID for another object's."""
    raw = unquote(text)
    whole = ids.full(raw)
    if whole is None:
        message = f"Provided external ID field does not exist or is not accessible: {raw}"
        raise ApiError(404, "NOT_FOUND", message)
    if spec.prefix and not whole.startswith(spec.prefix):
        raise ApiError(400, "MALFORMED_ID", f"{spec.label} ID: id value of incorrect type: {raw}", ["Id"])
    return whole


def flag(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def options_of(request: Request) -> Options:
    rule = request.headers.get("sforce-duplicate-rule-header", "")
    return Options(saves_duplicates="allowsave=true" in rule.replace(" ", "").lower())


def plain_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of a request without its attributes."""
    return {name: value for name, value in record.items() if name != "attributes"}
