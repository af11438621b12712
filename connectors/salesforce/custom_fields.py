"""Our custom fields as Salesforce defines them: Tooling metadata, and whether an existing field is fit for us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.salesforce.describe import FieldShape
from sync.core.fields import Field, FieldType

NUMBER_DIGITS, TEXT_LENGTH, KEY_LENGTH, LONG_LENGTH = 5, 255, 40, 32_768
_LENGTHS = {FieldType.TEXT: TEXT_LENGTH, FieldType.KEY: KEY_LENGTH, FieldType.LONG_TEXT: LONG_LENGTH}
_DESCRIBED = {
    FieldType.NUMBER: ("double", "int"),
    FieldType.CHOICE: ("picklist",),
    FieldType.TEXT: ("string",),
    FieldType.KEY: ("string",),
    FieldType.LONG_TEXT: ("textarea",),
    FieldType.TIME: ("datetime",),
}
_METADATA_TYPE = {
    FieldType.NUMBER: "Number",
    FieldType.CHOICE: "Picklist",
    FieldType.TEXT: "Text",
    FieldType.KEY: "Text",
    FieldType.LONG_TEXT: "LongTextArea",
    FieldType.TIME: "DateTime",
}


def metadata(field: Field, language: str) -> dict[str, Any]:
    """The `Metadata` of a CustomField; never unique nor an external id, of which an org has few."""
    out: dict[str, Any] = {"type": _METADATA_TYPE[field.type], "label": field.label.to(language)}
    if field.type is FieldType.NUMBER:
        out |= {"precision": NUMBER_DIGITS, "scale": 0}
    elif field.type in _LENGTHS:
        out["length"] = _LENGTHS[field.type]
    if field.type is FieldType.LONG_TEXT:
        out["visibleLines"] = 6
    if field.type is FieldType.CHOICE:
        values = [{"fullName": value, "default": False, "label": label.to(language)} for value, label in field.choices]
        out["valueSet"] = {
            "restricted": field.restricted,
            "valueSetDefinition": {"sorted": False, "value": values},
        }
    return out


def fits(field: Field, shape: FieldShape) -> bool:
    """Whether a field of this shape can hold what we write; lengths and values that describe leaves out count as
    enough."""
    if shape.type not in _DESCRIBED[field.type]:
        return False
    if field.type is FieldType.CHOICE:
        return not shape.values or {value for value, _ in field.choices} <= set(shape.values)
    if field.type is FieldType.NUMBER:
        return shape.precision == 0 or shape.precision - shape.scale >= NUMBER_DIGITS
    return shape.length == 0 or shape.length >= _LENGTHS.get(field.type, 0)


def metadata_fits(field: Field, found: Mapping[str, Any]) -> bool:
    """The same from Tooling metadata, for a field that field-level security still hides from describe."""
    if found.get("type") != _METADATA_TYPE[field.type]:
        return False
    length = found.get("length")
    return not isinstance(length, int) or length >= _LENGTHS.get(field.type, 0)
