"""/sobjects: describe, one record at a time, upsert by external id, what was deleted or updated when."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from connectors.sandbox.http import Request, Response
from connectors.sandbox.salesforce import calls
from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.describe import describe_briefly, describe_fully
from connectors.sandbox.salesforce.failures import ApiError, RecordError
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec
from connectors.sandbox.salesforce.soql.paths import reader
from connectors.sandbox.salesforce.stamps import epoch_of, parse_datetime, stamp
from connectors.sandbox.salesforce.writes import Options, Writer

_WINDOW = 30 * 86_400
_REMEMBERED = 15 * 86_400


class Records:
    def __init__(self, org: Org, access: Access, writer: Writer) -> None:
        self._org, self._access, self._writer = org, access, writer

    def list_objects(self, request: Request) -> Response:
        visible = [spec for name in sorted(self._org.schema.objects) if (spec := self._access.object(name))]
        base = calls.base_of(request)
        briefs = [describe_briefly(spec, self._access, base) for spec in visible]
        return Response(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": briefs})

    def basic(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        brief = describe_briefly(spec, self._access, calls.base_of(request))
        return Response(200, {"objectDescribe": brief, "recentItems": []})

    def describe(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        return Response(200, describe_fully(spec, self._access, self._org.schema, calls.base_of(request)))

    def create(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        fields = calls.plain_fields(calls.body_object(request))
        record_id = self._writer.insert(spec, fields, calls.options_of(request))
        location = {"Location": f"{calls.base_of(request)}{spec.name}/{record_id}"}
        return Response(201, {"id": record_id, "success": True, "errors": []}, location)

    def read(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        record_id = calls.id_of(request.match["id"], spec)
        return Response(200, self._shown(request, spec, self._row(spec, record_id)))

    def update(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        record_id = calls.id_of(request.match["id"], spec)
        self._row(spec, record_id)
        fields = calls.plain_fields(calls.body_object(request))
        self._writer.update(spec, record_id, fields, calls.options_of(request))
        return Response(204)

    def delete(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        record_id = calls.id_of(request.match["id"], spec)
        self._row(spec, record_id)
        self._writer.delete(spec, record_id)
        return Response(204)

    def read_by_key(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        rows = self.matching(spec, self._key_field(request, spec), unquote(request.match["value"]))
        if not rows:
            raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
        if len(rows) > 1:
            return self._several(request, spec, rows)
        return Response(200, self._shown(request, spec, rows[0]))

    def upsert(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        field, value = self._key_field(request, spec), unquote(request.match["value"])
        rows = self.matching(spec, field, value)
        if len(rows) > 1:
            return self._several(request, spec, rows)
        fields = calls.plain_fields(calls.body_object(request))
        if any(name.lower() in ("id", field.name.lower()) for name in fields):
            raise ApiError(400, "INVALID_FIELD", f"{field.name} should not be specified in the sobject data.")
        record_id, created = self.upsert_row(spec, field, value, fields, calls.options_of(request), rows)
        body = {"id": record_id, "success": True, "errors": [], "created": created}
        return Response(201 if created else 200, body)

    def upsert_row(
        self, spec: ObjectSpec, field: FieldSpec, value: Any, fields: Row, options: Options, rows: list[Row]
    ) -> tuple[str, bool]:
        """Writes by key; `rows` are those it matches, at most one. Returns (id, created)."""
        if rows:
            self._writer.update(spec, rows[0]["Id"], fields, options)
            return rows[0]["Id"], False
        if field.type == "id":
            raise RecordError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["Id"])
        return self._writer.insert(spec, {field.name: value, **fields}, options), True

    def key_field(self, spec: ObjectSpec, name: str) -> FieldSpec | None:
        """A field records can be addressed by: Id, or one marked as external id."""
        field = self._access.find(spec, name)
        return field if field is not None and (field.external or field.type == "id") else None

    def matching(self, spec: ObjectSpec, field: FieldSpec, value: str) -> list[Row]:
        if field.type == "id":
            row = self._org.row(spec.name, calls.id_of(value, spec))
            return [row] if row is not None and not row.get("IsDeleted") else []
        wanted = value.lower()
        rows = self._org.tables[spec.name].values()
        return [row for row in rows if not row.get("IsDeleted") and _as_text(row.get(field.name)).lower() == wanted]

    def deleted(self, request: Request) -> Response:
        spec, start, end = self._window(request)
        since = max(start, self._org.clock.now() - _REMEMBERED)
        found = [
            {"id": row["Id"], "deletedDate": row["SystemModstamp"]}
            for row in self._org.tables[spec.name].values()
            if row.get("IsDeleted") and since <= epoch_of(row["SystemModstamp"]) < end
        ]
        earliest = stamp(self._org.clock.now() - _REMEMBERED)
        answer = {"deletedRecords": found, "earliestDateAvailable": earliest, "latestDateCovered": stamp(end)}
        return Response(200, answer)

    def updated(self, request: Request) -> Response:
        spec, start, end = self._window(request)
        found = [
            row["Id"]
            for row in self._org.tables[spec.name].values()
            if not row.get("IsDeleted") and start <= epoch_of(row["SystemModstamp"]) < end
        ]
        return Response(200, {"ids": found, "latestDateCovered": stamp(end)})

    def _window(self, request: Request) -> tuple[ObjectSpec, int, int]:
        """Both ends with their seconds cut off."""
        spec = calls.object_of(request, self._access)
        start, end = (parse_datetime(request.arg(name)) for name in ("start", "end"))
        if start is None or end is None:
            raise ApiError(400, "INVALID_REPLICATION_DATE", "start and end have to be dates with a time zone")
        first, last = (epoch_of(text) // 60 * 60 for text in (start, end))
        if first >= last:
            raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate has to be before endDate")
        if first < self._org.clock.now() - _WINDOW - 60:
            raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate cannot be more than 30 days ago")
        return spec, first, last

    def _row(self, spec: ObjectSpec, record_id: str) -> Row:
        row = self._org.row(spec.name, record_id)
        if row is None:
            raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
        if row.get("IsDeleted"):
            raise ApiError(404, "ENTITY_IS_DELETED", "entity is deleted", [])
        return row

    def _shown(self, request: Request, spec: ObjectSpec, row: Row) -> dict[str, Any]:
        names = [name for name in request.arg("fields").split(",") if name]
        return self.show(spec, row, names, calls.base_of(request))

    def show(self, spec: ObjectSpec, row: Row, names: list[str], base: str) -> dict[str, Any]:
        """A record with the named fields, or with all that are visible."""
        fields = [self._named(spec, name) for name in names] or list(self._access.fields(spec).values())
        shown = {field.name: reader(spec, field)(row) for field in fields}
        shown.setdefault("Id", row["Id"])
        return {"attributes": {"type": spec.name, "url": f"{base}{spec.name}/{row['Id']}"}} | shown

    def _named(self, spec: ObjectSpec, name: str) -> FieldSpec:
        field = self._access.find(spec, name)
        if field is None:
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {spec.name}")
        return field

    def _key_field(self, request: Request, spec: ObjectSpec) -> FieldSpec:
        field = self.key_field(spec, request.match["field"])
        if field is None:
            message = f"Provided external ID field does not exist or is not accessible: {request.match['field']}"
            raise ApiError(404, "NOT_FOUND", message)
        return field

    def _several(self, request: Request, spec: ObjectSpec, rows: list[Row]) -> Response:
        base = calls.base_of(request)
        return Response(300, [f"{base}{spec.name}/{row['Id']}" for row in rows])


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)
