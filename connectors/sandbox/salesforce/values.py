"""Values on their way in: from JSON, from CSV, from a test's seed. All give the stored form or refuse."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connectors.sandbox.salesforce import ids
from connectors.sandbox.salesforce.failures import RecordError
from connectors.sandbox.salesforce.schema import FieldSpec
from connectors.sandbox.salesforce.stamps import parse_date, parse_datetime, stamp

TEXTS = frozenset({"string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "id", "reference"})
_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]+@[^\s@<>(),;:\\\"\[\].]+(?:\.[^\s@<>(),;:\\\"\[\].]+)+")


def from_json(field: FieldSpec, value: Any) -> Any:
    """The JSON type has to fit the field; strings are trimmed, and an empty one clears."""
    if value is None or value == "":
        return _cleared(field)
    if field.type in TEXTS:
        return _text(field, _expect(field, value, isinstance(value, str), "string"))
    if field.type == "boolean":
        return _expect(field, value, isinstance(value, bool), "boolean")
    if field.numeric:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        return _number(field, _expect(field, value, fits, "int" if field.type == "int" else "double"))
    return _time(field, _expect(field, value, isinstance(value, str), field.type))


def from_csv(field: FieldSpec, text: str) -> Any:
    """CSV knows only text: `#N/A` clears, numbers and booleans are read from their words."""
    if text == "#N/A":
        return _cleared(field)
    if field.type == "boolean":
        if text.lower() not in ("true", "false", "1", "0"):
            raise _wrong_type(field, text)
        return text.lower() in ("true", "1")
    if field.numeric:
        try:
            return _number(field, float(text))
        except ValueError:
            raise _wrong_type(field, text) from None
    if field.type in ("date", "datetime"):
        if parse(field, text) is None:
            raise _wrong_type(field, text)
        return parse(field, text)
    return _text(field, text)


def from_seed(field: FieldSpec, value: Any) -> Any:
    """Seeds may use Python's own dates and epoch seconds, and break rules the API enforces."""
    if field.type == "datetime" and isinstance(value, int | float):
        return stamp(value)
    if field.type == "datetime" and isinstance(value, datetime):
        return stamp(value.timestamp())
    if field.type == "date" and isinstance(value, date):
        return value.isoformat()[:10]
    if field.type in ("date", "datetime") and isinstance(value, str) and value:
        found = parse(field, value)
        if found is None:
            raise ValueError(f"{field.name}: not a {field.type}: {value!r}")
        return found
    if field.type in ("id", "reference") and isinstance(value, str) and value:
        return ids.full(value) or value
    if field.numeric and isinstance(value, int | float):
        return int(value) if field.type == "int" else float(value)
    return field.empty() if value is None or value == "" else value


def parse(field: FieldSpec, text: str) -> str | None:
    return parse_date(text) if field.type == "date" else parse_datetime(text)


def _cleared(field: FieldSpec) -> Any:
    if field.type == "boolean":
        raise RecordError(
            "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: ", [field.name]
        )
    return None


def _expect(field: FieldSpec, value: Any, fits: bool, wanted: str) -> Any:
    if fits:
        return value
    said = str(value).lower() if isinstance(value, bool) else str(value)
    raise RecordError(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {wanted} from {_token(value)} value {said} "
        "or request may be missing a required field",
    )


def _token(value: Any) -> str:
    if isinstance(value, bool):
        return "VALUE_TRUE" if value else "VALUE_FALSE"
    kinds = {str: "VALUE_STRING", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT", dict: "START_OBJECT"}
    return kinds.get(type(value), "START_ARRAY")


def _text(field: FieldSpec, raw: str) -> str | None:
    value = raw.strip()
    if not value:
        return None
    if field.type in ("id", "reference"):
        return _id(field, value)
    if field.type == "email" and not _EMAIL.fullmatch(value):
        raise RecordError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", [field.name])
    if field.length and len(value) > field.length:
        raise RecordError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            [field.name],
        )
    if field.restricted and field.values:
        _offered(field, value)
    return value


def _offered(field: FieldSpec, value: str) -> None:
    offered = {name for name, _ in field.values}
    for part in value.split(";") if field.type == "multipicklist" else [value]:
        if part not in offered:
            raise RecordError(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                f"{field.label}: bad value for restricted picklist field: {part}",
                [field.name],
            )


def _id(field: FieldSpec, value: str) -> str:
    whole = ids.full(value)
    if whole is None:
        raise RecordError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", [field.name])
    return whole


def _number(field: FieldSpec, value: float) -> int | float:
    if field.type == "int":
        if value != int(value):
            raise _wrong_type(field, str(value))
        if not -(2**31) <= value < 2**31:
            raise _out_of_range(field, value)
        return int(value)
    try:
        step = Decimal(1).scaleb(-field.scale)
        rounded = Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP)
    except InvalidOperation:
        raise _out_of_range(field, value) from None
    if abs(rounded) >= Decimal(10) ** (field.precision - field.scale):
        raise _out_of_range(field, value)
    return float(rounded)


def _time(field: FieldSpec, text: str) -> str:
    found = parse(field, text.strip())
    if found is None:
        raise RecordError(
            "JSON_PARSER_ERROR",
            f"Cannot deserialize instance of {field.type} from VALUE_STRING value {text} "
            "or request may be missing a required field",
        )
    return found


def _out_of_range(field: FieldSpec, value: float) -> RecordError:
    return RecordError(
        "NUMBER_OUTSIDE_VALID_RANGE",
        f"{field.label}: value outside of valid range on numeric field: {value}",
        [field.name],
    )


def _wrong_type(field: FieldSpec, text: str) -> RecordError:
    return RecordError(
        "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: {text}", [field.name]
    )
