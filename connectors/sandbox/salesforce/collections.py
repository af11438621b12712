"""/composite/sobjects: up to 200 records in one call, each with its own result."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.salesforce import calls, ids
from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.failures import ApiError, RecordError
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.records import Records
from connectors.sandbox.salesforce.schema import ObjectSpec
from connectors.sandbox.salesforce.writes import Options, Writer

MAX_RECORDS, MAX_CHUNKS, MAX_RETRIEVED = 200, 10, 2000
_ROLLED_BACK = RecordError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)

Record = dict[str, Any]
Write = Callable[[Record], Record]  # gives the record's result; raises RecordError


class _Undone(Exception):
    """Carries the results out of a transaction that is taken back."""

    def __init__(self, results: list[Record]) -> None:
        self.results = results


class Collections:
    """`unknown_field_fails_call`: a field that does not exist refuses the whole call instead of its record.

    Body parsing errors always refuse the whole call.
    """

    def __init__(self, org: Org, access: Access, writer: Writer, records: Records) -> None:
        self._org, self._access, self._writer, self._records = org, access, writer, records
        self.unknown_field_fails_call = False

    def create(self, request: Request) -> Response:
        options = calls.options_of(request)

        def write(record: Record) -> Record:
            spec = self._spec(record)
            return _done(self._writer.insert(spec, calls.plain_fields(record), options))

        return self._typed(request, write)

    def update(self, request: Request) -> Response:
        options = calls.options_of(request)
        seen: set[str] = set()

        def write(record: Record) -> Record:
            spec = self._spec(record)
            fields = {name: value for name, value in calls.plain_fields(record).items() if name.lower() != "id"}
            record_id = self._once(_id_in(record), spec, seen)
            self._writer.update(spec, record_id, fields, options)
            return _done(record_id)

        return self._typed(request, write)

    def upsert(self, request: Request) -> Response:
        spec = calls.object_of(request, self._access)
        options = calls.options_of(request)

        def write(record: Record) -> Record:
            if self._spec(record) is not spec:
                raise RecordError("INVALID_TYPE", "all records have to be of the type in the address")
            return self._upsert_one(spec, request.match["field"], record, options)

        return self._typed(request, write)

    def delete(self, request: Request) -> Response:
        wanted = [part.strip() for part in request.arg("ids").split(",") if part.strip()]
        seen: set[str] = set()

        def write(record: Record) -> Record:
            spec = self._spec_of_id(record["id"])
            record_id = self._once(record["id"], spec, seen)
            self._writer.delete(spec, record_id)
            return _done(record_id)

        self._demand_size(len(wanted))
        self._demand_chunks([(ids.full(each) or each)[:3] for each in wanted])
        return self._run([{"id": each} for each in wanted], write, calls.flag(request.arg("allOrNone")))

    def retrieve(self, request: Request) -> Response:
        """Records by id, in the order asked, null for those that are not there."""
        spec = calls.object_of(request, self._access)
        if request.method == "GET":
            wanted, names = request.arg("ids").split(","), request.arg("fields").split(",")
        else:
            body = calls.body_object(request)
            wanted, names = list(body.get("ids") or []), list(body.get("fields") or [])
        if not 0 < len(wanted) <= MAX_RETRIEVED or not any(names):
            raise ApiError(400, "INVALID_INPUT", f"1 to {MAX_RETRIEVED} ids and at least one field are needed")
        base = calls.base_of(request)
        found: list[Record | None] = []
        for each in wanted:
            row = self._org.row(spec.name, ids.full(str(each)) or "")
            live = row is not None and not row.get("IsDeleted")
            found.append(self._records.show(spec, row, names, base) if live and row else None)
        return Response(200, found)

    def _typed(self, request: Request, write: Write) -> Response:
        body = calls.body_object(request)
        records = body.get("records")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise ApiError(400, "JSON_PARSER_ERROR", "records has to be a list of records")
        self._demand_size(len(records))
        self._demand_chunks([_type_of(record).lower() for record in records])
        return self._run(records, write, calls.flag(body.get("allOrNone")))

    def _run(self, records: list[Record], write: Write, all_or_none: bool) -> Response:
        """200 whatever becomes of the records."""
        try:
            with self._org.all_or_none():
                results = [self._result(record, write) for record in records]
                if all_or_none and not all(result["success"] for result in results):
                    raise _Undone(results)
        except _Undone as undone:
            results = [
                _failed(result.get("id"), _ROLLED_BACK) if result["success"] else result for result in undone.results
            ]
        return Response(200, results)

    def _result(self, record: Record, write: Write) -> Record:
        try:
            return write(record)
        except RecordError as error:
            if error.code == "JSON_PARSER_ERROR":
                raise error.alone() from None
            if error.code == "INVALID_FIELD" and self.unknown_field_fails_call:
                raise error.alone() from None
            return _failed(_id_in(record), error)

    def _upsert_one(self, spec: ObjectSpec, name: str, record: Record, options: Options) -> Record:
        field = self._records.key_field(spec, name)
        if field is None:
            message = f"Provided external ID field does not exist or is not accessible: {name}"
            raise ApiError(404, "NOT_FOUND", message)
        fields = calls.plain_fields(record)
        value = next((fields.pop(key) for key in list(fields) if key.lower() == field.name.lower()), None)
        if value is None or value == "":
            if field.type != "id":
                raise RecordError("MISSING_ARGUMENT", f"{field.name} not specified", [field.name])
            return _done(self._writer.insert(spec, fields, options), created=True)
        rows = self._records.matching(spec, field, str(value))
        if len(rows) > 1:
            raise RecordError("DUPLICATE_EXTERNAL_ID", f"{field.name}: more than one record found", [field.name])
        record_id, created = self._records.upsert_row(spec, field, value, fields, options, rows)
        return _done(record_id, created=created)

    def _once(self, raw: str | None, spec: ObjectSpec, seen: set[str]) -> str:
        """The id in its full form; the same record may not come twice."""
        if not raw:
            raise RecordError("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
        whole = ids.full(raw)
        if whole is None or not whole.startswith(spec.prefix):
            raise RecordError("MALFORMED_ID", f"{spec.label} ID: id value of incorrect type: {raw}", ["Id"])
        if whole in seen:
            raise RecordError("DUPLICATE_VALUE", f"duplicate id in list: {whole}", ["Id"])
        seen.add(whole)
        return whole

    def _spec(self, record: Record) -> ObjectSpec:
        name = _type_of(record)
        spec = self._access.object(name) if name else None
        if spec is None:
            raise RecordError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
        return spec

    def _spec_of_id(self, raw: str) -> ObjectSpec:
        whole = ids.full(raw)
        spec = self._org.schema.by_prefix.get(whole[:3]) if whole else None
        if spec is None or not self._access.object(spec.name):
            raise RecordError("MALFORMED_ID", f"malformed id {raw}", ["Id"])
        return spec

    def _demand_size(self, count: int) -> None:
        if count > MAX_RECORDS:
            message = f"record limit reached. cannot submit more than {MAX_RECORDS} records in this call"
            raise ApiError(400, "EXCEEDED_ID_LIMIT", message)
        if count == 0:
            raise ApiError(400, "INVALID_INPUT", "at least one record is needed")

    def _demand_chunks(self, kinds: list[str]) -> None:
        if sum(1 for _ in groupby(kinds)) > MAX_CHUNKS:
            message = (
                f"cannot have more than {MAX_CHUNKS} chunks in a single operation. "
                "Please rearrange the data to reduce chunking."
            )
            raise ApiError(400, "LIMIT_EXCEEDED", message)


def _type_of(record: Record) -> str:
    attributes = record.get("attributes")
    return str(attributes.get("type", "")) if isinstance(attributes, dict) else ""


def _id_in(record: Record) -> str | None:
    found = next((value for name, value in record.items() if name.lower() == "id"), None)
    return found if isinstance(found, str) else None


def _done(record_id: str, **more: Any) -> Record:
    return {"id": record_id, "success": True, "errors": [], **more}


def _failed(record_id: str | None, error: RecordError) -> Record:
    result: Record = {"success": False, "errors": [error.in_collection()]}
    return {"id": record_id, **result} if record_id else result
