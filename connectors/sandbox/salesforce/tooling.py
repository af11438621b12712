"""/tooling: custom fields as records, and the tables that describe objects and fields."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.salesforce import calls, ids
from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.custom_fields import CustomField, CustomFields
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.queries import Queries
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec

_WORDS = {
    "string": "Text({length})",
    "textarea": "Long Text Area({length})",
    "double": "Number({precision}, {scale})",
    "currency": "Currency({precision}, {scale})",
    "percent": "Percent({precision}, {scale})",
    "boolean": "Checkbox",
    "datetime": "Date/Time",
    "reference": "Lookup({refers})",
}


class Tooling:
    """Sees all fields, whatever field-level security says; changing them needs the right to customize."""

    def __init__(self, org: Org, access: Access, custom: CustomFields, queries: Queries) -> None:
        self._org, self._access, self._custom, self._queries = org, access, custom, queries
        self._filled = -1

    def query(self, request: Request) -> Response:
        self._fill()
        soql = request.arg("q").lower()
        answer = self._queries.tooling_query(request)
        asks_whole = "from customfield" in soql and ("metadata" in soql or "fullname" in soql.split(" from ")[0])
        if asks_whole and answer.body["totalSize"] > 1:
            message = (
                "When retrieving results with Metadata or FullName fields, the query qualifications must specify no "
                f"more than one row for retrieval. Result size: {answer.body['totalSize']}"
            )
            raise ApiError(400, "MALFORMED_QUERY", message)
        if "from fielddefinition" in soql and "where" not in soql:
            raise ApiError(400, "MALFORMED_QUERY", "FieldDefinition: a filter on a reified column is required")
        return answer

    def create_field(self, request: Request) -> Response:
        self._access.demand_customize()
        body = calls.body_object(request)
        made = self._custom.create(body.get("FullName"), body.get("Metadata"))
        answer: dict[str, Any] = {"id": made.id, "success": True, "errors": [], "warnings": [], "infos": []}
        return Response(201, answer)

    def read_field(self, request: Request) -> Response:
        made = self._field(request)
        base = f"/services/data/{request.match['version']}/tooling/sobjects/CustomField/"
        row = _custom_row(made, self._org)
        return Response(200, {"attributes": {"type": "CustomField", "url": base + made.id}} | row)

    def delete_field(self, request: Request) -> Response:
        self._access.demand_customize()
        made = self._field(request)
        self._custom.remove(made.objects[0], made.spec.name)
        return Response(204)

    def _field(self, request: Request) -> CustomField:
        made = self._custom.by_id.get(ids.full(request.match["id"]) or "")
        if made is None:
            raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
        return made

    def _fill(self) -> None:
        """The describing tables follow the schema."""
        if self._filled == self._org.schema.version:
            return
        self._filled = self._org.schema.version
        objects = [spec for spec in self._org.schema.objects.values() if not spec.tooling]
        entities = [_entity_row(spec) for spec in objects]
        fields = [_field_row(spec, field, self._custom) for spec in objects for field in spec.fields.values()]
        customs = [_custom_row(made, self._org) for made in self._custom.by_id.values()]
        for name, rows in (("EntityDefinition", entities), ("FieldDefinition", fields), ("CustomField", customs)):
            self._org.tables[name] = {row["Id"]: row for row in rows}


def _entity_row(spec: ObjectSpec) -> Row:
    return {
        "Id": spec.name,
        "DurableId": spec.name,
        "QualifiedApiName": spec.name,
        "DeveloperName": spec.name,
        "Label": spec.label,
        "KeyPrefix": spec.prefix,
        "IsCustomizable": not spec.setup,
        "IsQueryable": True,
    }


def _field_row(spec: ObjectSpec, field: FieldSpec, custom: CustomFields) -> Row:
    made = custom.find(spec.name, field.name) if field.custom else None
    words = _WORDS.get(field.type, field.type.capitalize())
    numbers = {"length": field.length, "precision": field.precision - field.scale, "scale": field.scale}
    return {
        "Id": f"{spec.name}.{field.name}",
        "DurableId": f"{spec.name}.{made.id[:15] if made else field.name}",
        "QualifiedApiName": field.name,
        "DeveloperName": field.name.removesuffix("__c"),
        "EntityDefinitionId": spec.name,
        "Label": field.label,
        "DataType": words.format(refers=",".join(field.refers), **numbers),
        "Length": field.length,
        "Precision": field.precision,
        "Scale": field.scale,
        "IsNillable": field.nillable,
        "IsIndexed": field.unique or field.external or field.type == "id" or field.name == "SystemModstamp",
    }


def _custom_row(made: CustomField, org: Org) -> Row:
    return {
        "Id": made.id,
        "DeveloperName": made.developer_name,
        "TableEnumOrId": made.table,
        "NamespacePrefix": None,
        "ManageableState": "unmanaged",
        "FullName": f"{made.table}.{made.spec.name}",
        "Length": made.spec.length or None,
        "Precision": made.spec.precision or None,
        "Scale": made.spec.scale if made.spec.numeric else None,
        "InlineHelpText": made.metadata.get("inlineHelpText"),
        "Metadata": made.metadata,
        "CreatedDate": made.created,
        "CreatedById": org.running_user_id,
        "LastModifiedDate": made.created,
        "LastModifiedById": org.running_user_id,
        "SystemModstamp": made.created,
    }
