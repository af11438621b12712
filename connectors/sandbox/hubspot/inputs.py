"""Reading what a caller sent: query parameters, JSON bodies and batches."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox.http import Request
from connectors.sandbox.hubspot.refusals import Refusal, invalid

BATCH = 100
BATCH_WITH_HISTORY = 50
LONGEST_URL = 16_384


def check_envelope(request: Request) -> None:
    """Refuses what the service refuses before it looks at the content."""
    if len(request.path) + len(urlencode(request.query)) > LONGEST_URL:
        raise Refusal(414, "URI_TOO_LONG", "The URL of the request is too long")
    if request.method in ("POST", "PUT", "PATCH") and request.body:
        wanted = "application/x-www-form-urlencoded" if request.path.startswith("/oauth/") else "application/json"
        if not request.headers.get("content-type", "").lower().startswith(wanted):
            raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "HTTP 415 Unsupported Media Type")


def json_object(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise invalid("Invalid input JSON on line 1, column 1") from error
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON: an object was expected")
    return body


def inputs_of(body: dict[str, Any], most: int = BATCH) -> list[dict[str, Any]]:
    """The `inputs` of a batch; `most` is how many one call may carry."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
        raise invalid("Invalid input JSON: Some required fields were not set: [inputs]")
    if not inputs:
        raise invalid("The batch must contain at least one input")
    if len(inputs) > most:
        raise invalid(f"The maximum number of inputs supported in a batch request is {most}, got {len(inputs)}")
    return inputs


def id_of(one: dict[str, Any], field: str = "id") -> str:
    value = one.get(field)
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{field}]")
    return str(value)


def distinct(ids: list[str]) -> list[str]:
    if len(set(ids)) != len(ids):
        twice = sorted({one for one in ids if ids.count(one) > 1})
        raise invalid("Duplicate IDs found in batch input: " + ", ".join(twice), ids=twice)
    return ids


def names(request: Request, name: str) -> list[str] | None:
    """A list parameter, repeated or comma-joined; None when it was not given."""
    given = request.args(name)
    found = [part.strip() for value in given for part in value.split(",") if part.strip()]
    return found or None


def name_list(body: dict[str, Any], name: str) -> list[str]:
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise invalid(f"Invalid input JSON: {name} must be a list of strings")
    return value


def number(request: Request, name: str, default: int, most: int) -> int:
    text = request.arg(name)
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise invalid(f"{name} must be a number from 1 to {most}, got {text}")
    return int(text)


def flag(request: Request, name: str) -> bool:
    text = request.arg(name, "false").lower()
    if text not in ("true", "false", ""):
        raise invalid(f"{name} must be true or false")
    return text == "true"


def after_number(request: Request) -> int:
    """A cursor that is an id or an offset; 0 at the beginning."""
    text = request.arg("after")
    if not text:
        return 0
    if not text.isdecimal():
        raise invalid(f"The paging cursor {text} is not valid")
    return int(text)
