"""The describe answers: what the running user may see of objects and fields."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec, Schema

_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_OBJECT_FLAGS_OFF = (
    "activateable",
    "custom",
    "customSetting",
    "deepCloneable",
    "deprecatedAndHidden",
    "feedEnabled",
    "hasSubtypes",
    "isInterface",
    "isSubtype",
    "mruEnabled",
)
_FIELD_FLAGS_OFF = (
    "aiPredictionField",
    "autoNumber",
    "calculated",
    "cascadeDelete",
    "dependentPicklist",
    "deprecatedAndHidden",
    "displayLocationInDecimal",
    "encrypted",
    "formulaTreatNullNumberAsZero",
    "highScaleNumber",
    "htmlFormatted",
    "queryByDistance",
    "restrictedDelete",
    "searchPrefilterable",
    "writeRequiresMasterRead",
)
_FIELD_NULLS = (
    "calculatedFormula",
    "controllerName",
    "defaultValueFormula",
    "filteredLookupInfo",
    "inlineHelpText",
    "mask",
    "maskType",
    "referenceTargetField",
    "relationshipOrder",
)
_NAME_FIELD = {"Task": "Subject", "Event": "Subject", "OpportunityContactRole": "", "FieldPermissions": ""}


def describe_briefly(spec: ObjectSpec, access: Access, base: str) -> dict[str, Any]:
    """One entry of the list of objects."""
    writes = spec.writable and (access.profile.can_edit or spec.setup)
    url = f"{base}{spec.name}"
    return {
        **dict.fromkeys(_OBJECT_FLAGS_OFF, False),
        "createable": writes and spec.creatable,
        "updateable": writes and spec.updatable,
        "deletable": writes and spec.deletable,
        "undeletable": writes and "IsDeleted" in spec.fields,
        "mergeable": spec.name in ("Lead", "Contact", "Account"),
        "queryable": True,
        "replicateable": "SystemModstamp" in spec.fields,
        "retrieveable": True,
        "searchable": "IsDeleted" in spec.fields,
        "layoutable": True,
        "triggerable": "IsDeleted" in spec.fields,
        "keyPrefix": spec.prefix,
        "label": spec.label,
        "labelPlural": f"{spec.label}s",
        "name": spec.name,
        "urls": {"sobject": url, "describe": f"{url}/describe", "rowTemplate": f"{url}/{{ID}}"},
    }


def describe_fully(spec: ObjectSpec, access: Access, schema: Schema, base: str) -> dict[str, Any]:
    """The object with its visible fields and the relationships of its children."""
    brief = describe_briefly(spec, access, base)
    fields = [_field(spec, field, access, brief) for field in access.fields(spec).values()]
    return brief | {
        "fields": fields,
        "childRelationships": _children(spec, access, schema),
        "recordTypeInfos": [],
        "supportedScopes": [{"label": f"All {spec.label}s", "name": "everything"}],
        "actionOverrides": [],
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "compactLayoutable": True,
        "searchLayoutable": True,
    }


def _children(spec: ObjectSpec, access: Access, schema: Schema) -> list[dict[str, Any]]:
    return [
        {
            "cascadeDelete": False,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": field.children or None,
            "restrictedDelete": False,
        }
        for child, field in schema.children(spec.name)
        if access.object(child.name) and field.name in access.fields(child)
    ]


def _field(spec: ObjectSpec, field: FieldSpec, access: Access, brief: dict[str, Any]) -> dict[str, Any]:
    opened = field.name in access.editable(spec)
    text = field.type in ("string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "reference", "id")
    return {
        **dict.fromkeys(_FIELD_FLAGS_OFF, False),
        **dict.fromkeys(_FIELD_NULLS),
        "aggregatable": field.filterable and field.type != "boolean",
        "byteLength": field.length * 3 if text and field.type not in ("id", "reference") else field.length,
        "caseSensitive": False,
        "compoundFieldName": _compound(field),
        "createable": field.createable and opened and brief["createable"],
        "custom": field.custom,
        "defaultValue": _default(field),
        "defaultedOnCreate": field.default is not None or not (field.createable or field.nillable),
        "digits": 9 if field.type == "int" else 0,
        "externalId": field.external,
        "extraTypeInfo": "plaintextarea" if field.type == "textarea" else None,
        "filterable": field.filterable,
        "groupable": field.filterable and field.type not in ("double", "currency", "percent", "datetime"),
        "idLookup": field.type == "id" or field.external or field.name == "Email",
        "label": field.label,
        "length": field.length if text else 0,
        "name": field.name,
        "nameField": field.name == _NAME_FIELD.get(spec.name, "Name"),
        "namePointing": field.polymorphic,
        "nillable": field.nillable,
        "permissionable": field.permissionable,
        "picklistValues": _picklist(field),
        "polymorphicForeignKey": field.polymorphic,
        "precision": field.precision,
        "referenceTo": list(field.refers),
        "relationshipName": field.relationship or None,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable and opened and brief["updateable"],
    }


def _compound(field: FieldSpec) -> str | None:
    if field.name in ("FirstName", "LastName", "Salutation"):
        return "Name"
    for part in ("Street", "City", "State", "PostalCode", "Country", "Latitude", "Longitude", "GeocodeAccuracy"):
        if field.name.endswith(part) and not field.custom:
            return field.name.removesuffix(part) + "Address"
    return None


def _default(field: FieldSpec) -> Any:
    if field.type == "boolean":
        return bool(field.default)
    return field.default or None


def _picklist(field: FieldSpec) -> list[dict[str, Any]]:
    return [
        {
            "active": True,
            "defaultValue": value == field.default,
            "label": label,
            "validFor": None,
            "value": value,
        }
        for value, label in field.values
    ]
