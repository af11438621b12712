"""Custom fields: made from metadata, found through the Tooling API, taken away again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.schema import FieldSpec

_FULL_NAME = re.compile(r"(\w+)\.([A-Za-z](?:_?[A-Za-z0-9])*)__c")
_CUSTOMIZABLE = ("Lead", "Contact", "Account", "Opportunity", "Campaign", "CampaignMember", "Activity", "User")
_ACTIVITY = ("Task", "Event")
_DESCRIBED = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist",
    "Url": "url",
    "Email": "email",
    "Phone": "phone",
}
_NEEDED = {
    "Text": ("length",),
    "LongTextArea": ("length", "visibleLines"),
    "Number": ("precision", "scale"),
    "Currency": ("precision", "scale"),
    "Percent": ("precision", "scale"),
    "Checkbox": ("defaultValue",),
    "Picklist": ("valueSet",),
    "MultiselectPicklist": ("valueSet", "visibleLines"),
}
_KNOWN = frozenset(
    "type label length precision scale visibleLines defaultValue valueSet externalId unique caseSensitive required "
    "description inlineHelpText trackHistory trackFeedHistory trackTrending".split()
)
_FIXED_LENGTH = {"Url": 255, "Email": 80, "Phone": 40, "TextArea": 255, "Picklist": 255, "MultiselectPicklist": 4099}


@dataclass(frozen=True, slots=True)
class CustomField:
    id: str
    table: str  # object name, or Activity for a field of tasks and events
    spec: FieldSpec
    metadata: dict[str, Any]
    created: str

    @property
    def objects(self) -> tuple[str, ...]:
        return _ACTIVITY if self.table == "Activity" else (self.table,)

    @property
    def developer_name(self) -> str:
        return self.spec.name.removesuffix("__c")


class CustomFields:
    def __init__(self, org: Org) -> None:
        self._org = org
        self.by_id: dict[str, CustomField] = {}

    def create(self, full_name: Any, metadata: Any) -> CustomField:
        """Raises ApiError for what the platform would refuse."""
        match = _FULL_NAME.fullmatch(full_name) if isinstance(full_name, str) else None
        if not match or len(match[2]) > 40:
            raise ApiError(400, "FIELD_INTEGRITY_EXCEPTION", "The field name is not valid", ["FullName"])
        if not isinstance(metadata, dict):
            raise ApiError(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", ["Metadata"])
        table = match[1]
        if table not in _CUSTOMIZABLE:
            message = f"Entity enumeration or id: bad value for restricted picklist field: {table}"
            raise ApiError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, ["FullName"])
        spec = field_from_metadata(f"{match[2]}__c", metadata)
        return self.add(table, spec, metadata)

    def add(self, table: str, spec: FieldSpec, metadata: dict[str, Any]) -> CustomField:
        """Puts a ready field on its objects."""
        made = CustomField(self._org.new_id("00N"), table, spec, metadata, self._org.now())
        for name in made.objects:
            if self._org.schema.objects[name].find(spec.name):
                message = f"There is already a field named {made.developer_name} on {table}."
                raise ApiError(400, "DUPLICATE_DEVELOPER_NAME", message, ["DeveloperName"])
        for name in made.objects:
            self._org.schema.objects[name].fields[spec.name] = spec
        self.by_id[made.id] = made
        self._org.schema.version += 1
        return made

    def remove(self, object_name: str, field_name: str) -> None:
        """Takes a field, its values and its permissions away from an object (from both activities, if theirs)."""
        custom = self.find(object_name, field_name)
        for name in custom.objects if custom else (object_name,):
            del self._org.schema.objects[name].fields[field_name]
            table = self._org.tables[name]
            for key in [key for key, row in table.items() if field_name in row]:
                table[key] = {other: value for other, value in table[key].items() if other != field_name}
            self.revoke(name, field_name)
        if custom:
            del self.by_id[custom.id]
        self._org.schema.version += 1

    def revoke(self, object_name: str, field_name: str) -> None:
        """Every permission set loses its access to the field."""
        grants = self._org.tables["FieldPermissions"]
        for key in [key for key, row in grants.items() if row.get("Field") == f"{object_name}.{field_name}"]:
            del grants[key]
        self._org.schema.version += 1

    def find(self, object_name: str, field_name: str) -> CustomField | None:
        return next(
            (each for each in self.by_id.values() if each.spec.name == field_name and object_name in each.objects), None
        )


def field_from_metadata(name: str, metadata: dict[str, Any]) -> FieldSpec:
    """The field that this metadata makes. Raises ApiError when something is missing or out of bounds."""
    kind = metadata.get("type")
    if kind not in _DESCRIBED:
        raise _bad(f"bad value for restricted picklist field: {kind}", "type")
    unknown = set(metadata) - _KNOWN
    if unknown:
        raise ApiError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{sorted(unknown)[0]}"')
    for needed in ("label", *_NEEDED.get(kind, ())):
        if metadata.get(needed) is None:
            raise _bad(f"Must specify '{needed}' for a CustomField of type {kind}", needed)
    _demand_bounds(kind, metadata)
    values, restricted = _picklist(metadata.get("valueSet"))
    required = bool(metadata.get("required"))
    return FieldSpec(
        name=name,
        type=_DESCRIBED[kind],
        label=str(metadata["label"]),
        length=int(metadata.get("length") or _FIXED_LENGTH.get(kind, 0)),
        precision=int(metadata.get("precision") or 0),
        scale=int(metadata.get("scale") or 0),
        nillable=not required and kind != "Checkbox",
        default=str(metadata["defaultValue"]).lower() == "true" if kind == "Checkbox" else None,
        values=values,
        restricted=restricted,
        custom=True,
        unique=bool(metadata.get("unique")),
        external=bool(metadata.get("externalId")),
    )


def _demand_bounds(kind: str, metadata: dict[str, Any]) -> None:
    length, precision, scale = (metadata.get(name) for name in ("length", "precision", "scale"))
    if kind == "Text" and not 1 <= int(length or 0) <= 255:
        raise _bad("Text fields hold 1 to 255 characters", "length")
    if kind == "LongTextArea" and not 256 <= int(length or 0) <= 131_072:
        raise _bad("Long text areas hold 256 to 131072 characters", "length")
    if kind in ("Number", "Currency", "Percent"):
        digits, places = int(precision or 0), int(scale or 0)
        if not (1 <= digits <= 18 and 0 <= places <= digits):
            raise _bad("Precision has to be 1 to 18 and not less than scale", "precision")
    if (metadata.get("unique") or metadata.get("externalId")) and kind not in ("Text", "Number", "Email"):
        raise _bad(f"Can not specify 'unique' or 'externalId' for a CustomField of type {kind}", "unique")
    if len(str(metadata["label"])) > 40:
        raise ApiError(400, "STRING_TOO_LONG", "Master Label: data value too large (max length=40)", ["Label"])


def _picklist(value_set: Any) -> tuple[tuple[tuple[str, str], ...], bool]:
    if value_set is None:
        return (), False
    definition = value_set.get("valueSetDefinition") if isinstance(value_set, dict) else None
    entries = definition.get("value") if isinstance(definition, dict) else None
    named = isinstance(entries, list) and all(isinstance(each, dict) and each.get("fullName") for each in entries)
    if not entries or not named:
        raise _bad("valueSet needs a valueSetDefinition with values that have a fullName", "valueSet")
    values = tuple((str(each["fullName"]), str(each.get("label") or each["fullName"])) for each in entries)
    if len({name.lower() for name, _ in values}) != len(values):
        raise ApiError(400, "DUPLICATE_VALUE", "Duplicate label in the picklist", ["valueSet"])
    return values, bool(value_set.get("restricted"))


def _bad(message: str, field: str) -> ApiError:
    return ApiError(400, "FIELD_INTEGRITY_EXCEPTION", message, [field])
