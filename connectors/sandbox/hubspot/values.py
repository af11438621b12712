"""Property values as they arrive and as they are kept: always text, validated by the property's type."""

from __future__ import annotations

import re
from typing import Any

from connectors.sandbox.hubspot.definitions import Definition
from connectors.sandbox.hubspot.refusals import Problem
from connectors.sandbox.hubspot.times import DAY_MS, day_text, instant, iso

MAX_TEXT = 65_536
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


class BadValue(Exception):
    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error, self.message = error, message

    def problem(self, name: str) -> Problem:
        return Problem(name, self.error, self.message)


def as_text(value: Any) -> str:
    """JSON numbers and booleans are taken as their text; anything with an inner structure is not a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return str(value)
    raise BadValue("INVALID_TYPE", "A property value must be a string")


def normalised(definition: Definition, text: str) -> str:
    """The value as it will be kept; `BadValue` when the property cannot hold it. "" clears and always passes."""
    if definition.name == "email":
        text = text.strip().lower()
        if text and not _EMAIL.fullmatch(text):
            raise BadValue("INVALID_EMAIL", f"Email address {text} is invalid")
    if not text:
        return ""
    check = _CHECKS.get(definition.type)
    return check(definition, text) if check else _string(definition, text)


def _string(definition: Definition, text: str) -> str:
    if len(text) > MAX_TEXT:
        raise BadValue("PROPERTY_VALUE_TOO_LONG", f"{definition.name} holds at most {MAX_TEXT} characters")
    return text


def _number(definition: Definition, text: str) -> str:
    if not _NUMBER.fullmatch(text.strip()):
        raise BadValue("INVALID_LONG", f"{text} was not a valid number.")
    return text.strip()


def _date(definition: Definition, text: str) -> str:
    ms = None
    if _DAY.fullmatch(text) or text.lstrip("-").isdigit():
        ms = instant(text)
    if ms is None:
        raise BadValue("INVALID_DATE", f"{text} is not a valid date")
    if ms % DAY_MS:
        raise BadValue("INVALID_DATE", f"{text} is at {iso(ms)}, not midnight!")
    return day_text(ms)


def _datetime(definition: Definition, text: str) -> str:
    ms = instant(text)
    if ms is None:
        raise BadValue("INVALID_DATE", f"{text} is not a valid datetime")
    try:
        return iso(ms)
    except (ValueError, OverflowError) as error:
        raise BadValue("INVALID_DATE", f"{text} is not a valid datetime") from error


def _bool(definition: Definition, text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise BadValue("INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]")
    return text.lower()


def _enumeration(definition: Definition, text: str) -> str:
    chosen = text.split(";") if definition.field_type == "checkbox" else [text]
    unknown = [value for value in chosen if value and value not in definition.values]
    if unknown:
        allowed = ", ".join(sorted(definition.values)[:50])
        raise BadValue("INVALID_OPTION", f"{unknown[0]} was not one of the allowed options: [{allowed}]")
    return text


_CHECKS = {
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "bool": _bool,
    "enumeration": _enumeration,
}


def comparable(kind: str, text: str) -> float | None:
    """What search compares for numbers, dates and datetimes; None when the text is none of these."""
    if kind in ("date", "datetime"):
        return instant(text)
    try:
        return float(text)
    except ValueError:
        return None
