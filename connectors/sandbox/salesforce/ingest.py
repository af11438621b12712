"""/jobs/ingest: rows of a CSV written one by one, with successes and failures to fetch afterwards."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.salesforce import calls, ids, values
from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.failures import ApiError, RecordError
from connectors.sandbox.salesforce.jobs import DELIMITERS, LINE_ENDS, Job, JobBoard, dialect, wanted_state
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.records import Records
from connectors.sandbox.salesforce.schema import ObjectSpec
from connectors.sandbox.salesforce.writes import Options, Writer

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
MAX_BYTES, MAX_MULTIPART = 100 * 1024 * 1024, 100_000
# Duplicate rules cannot be overridden from a bulk job.
_OPTIONS = Options(read=values.from_csv)

Line = list[str]


@dataclass
class IngestJob(Job):
    key_name: str = ""
    content: str | None = None
    header: Line = field(default_factory=list)
    names: Line = field(default_factory=list)  # the columns as the schema spells them
    successes: list[Line] = field(default_factory=list)
    failures: list[Line] = field(default_factory=list)
    unprocessed: list[Line] = field(default_factory=list)


class Ingest(JobBoard[IngestJob]):
    kind = "V2Ingest"

    def __init__(self, org: Org, access: Access, writer: Writer, records: Records) -> None:
        super().__init__(org)
        self._access, self._writer, self._records = access, writer, records

    def create(self, request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            return self._create_whole(request)
        return Response(200, self._new(calls.body_object(request), request).info(self.kind))

    def upload(self, request: Request) -> Response:
        job = self._job(request)
        if job.state != "Open":
            raise ApiError(400, "INVALIDJOBSTATE", f"Cannot upload data to a job in state {job.state}")
        if job.content is not None:
            raise ApiError(400, "INVALIDJOBSTATE", "Data was already uploaded to this job; make another job for more")
        if not request.headers.get("content-type", "").lower().startswith("text/csv"):
            raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type has to be text/csv")
        if len(request.body) > MAX_BYTES:
            raise ApiError(413, "CLIENTINPUTERROR", "Data exceeds the largest size of a job")
        job.content = _decoded(request.body)
        return Response(201)

    def set_state(self, request: Request) -> Response:
        job, state = self._job(request), wanted_state(request)
        if state == "Aborted":
            return self._abort(job)
        if job.state != "Open":
            raise ApiError(400, "INVALIDJOBSTATE", f"Closing already {job.state} Job not allowed")
        self._close(job)
        return Response(200, job.info(self.kind))

    def successes(self, request: Request) -> Response:
        job = self._finished(request)
        return _csv(job, ["sf__Id", "sf__Created", *job.header], job.successes)

    def failures(self, request: Request) -> Response:
        job = self._finished(request)
        return _csv(job, ["sf__Id", "sf__Error", *job.header], job.failures)

    def unprocessed(self, request: Request) -> Response:
        job = self._finished(request)
        return _csv(job, job.header, job.unprocessed)

    def _totals(self, job: IngestJob) -> dict[str, Any]:
        """Figures are known when the job is done."""
        done = job.state in ("JobComplete", "Failed")
        shown = super()._totals(job) | {"numberRecordsFailed": job.failed if done else 0}
        return shown if done else shown | {"numberRecordsProcessed": 0}

    def _new(self, body: dict[str, Any], request: Request) -> IngestJob:
        operation = body.get("operation")
        spec = self._access.object(str(body.get("object") or ""))
        if operation not in OPERATIONS:
            raise ApiError(400, "INVALIDJOB", "Unable to find operation")
        if spec is None or not spec.bulk:
            raise ApiError(400, "INVALIDENTITY", f"{body.get('object')} is not supported by the Bulk API")
        if body.get("contentType", "CSV") != "CSV":
            raise ApiError(400, "INVALIDJOB", "only CSV is supported")
        if operation == "hardDelete" and not self._access.profile.can_hard_delete:
            raise ApiError(400, "FEATURENOTENABLED", "hardDelete is not enabled for this user")
        key_name = str(body.get("externalIdFieldName") or "")
        if operation == "upsert" and self._records.key_field(spec, key_name) is None:
            raise ApiError(400, "INVALIDJOB", "External ID was blank or is not valid for " + spec.name)
        delimiter, line_end = dialect(body)
        job = IngestJob(
            id=self._org.new_id("750"),
            operation=operation,
            object=spec.name,
            version=request.match["version"],
            created=self._org.now(),
            created_by=self._org.running_user_id,
            delimiter=delimiter,
            line_end=line_end,
            born=self._org.clock.now(),
            key_name=key_name,
        )
        job.extra["contentUrl"] = f"services/data/{job.version}/jobs/ingest/{job.id}/batches"
        if key_name:
            job.extra["externalIdFieldName"] = key_name
        self._jobs[job.id] = job
        return job

    def _create_whole(self, request: Request) -> Response:
        """Job and data in one multipart call; such a job is closed at once."""
        if len(request.body) > MAX_MULTIPART:
            raise ApiError(413, "CLIENTINPUTERROR", f"multipart requests hold at most {MAX_MULTIPART} characters")
        parts = _parts(request)
        if set(parts) != {"job", "content"}:
            raise ApiError(400, "INVALIDJOB", "parts named job and content are needed")
        inner = Request(request.method, request.path, (), request.headers, parts["job"], request.match)
        job = self._new(calls.body_object(inner), request)
        job.content = _decoded(parts["content"])
        self._close(job)
        return Response(200, job.info(self.kind))

    def _close(self, job: IngestJob) -> None:
        """The work is done now, whether or not anybody polls; only the state tells later."""
        job.state, job.changed, job.polls_left = "UploadComplete", self._org.now(), self.polls
        job.extra.pop("contentUrl", None)
        lines = _lines(job)
        if not lines:
            job.error = "InvalidBatch : The batch has no data"
            return
        job.header, rows = lines[0], [line for line in lines[1:] if line]
        job.error = self._header_error(job)
        if job.error:
            job.unprocessed = rows
            return
        for row in rows:
            self._work(job, row)

    def _header_error(self, job: IngestJob) -> str:
        text, end = job.content or "", LINE_ENDS[job.line_end]
        first_line = text.split("\n", 1)[0]
        if ("\n" in text) and first_line.endswith("\r") != (end == "\r\n"):
            return (
                f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {job.line_end}"
            )
        spec = self._org.schema.objects[job.object]
        columns = [self._access.find(spec, name) for name in job.header]
        job.names = [column.name for column in columns if column is not None]
        if job.operation in ("delete", "hardDelete"):
            return (
                ""
                if job.names == ["Id"] and len(job.header) == 1
                else "InvalidBatch : 'delete' batches must contain only ids"
            )
        unknown = (name for name, column in zip(job.header, columns, strict=True) if column is None)
        return next((f"InvalidBatch : Field name not found : {name}" for name in unknown), "")

    def _work(self, job: IngestJob, line: Line) -> None:
        job.processed += 1
        padded = line + [""] * (len(job.header) - len(line))
        try:
            if len(line) > len(job.header):
                raise RecordError("INVALID_ROW", "more values than columns")
            record_id, created = self._write(job, dict(zip(job.names, padded, strict=True)))
            job.successes.append([record_id, "true" if created else "false", *padded])
        except RecordError as error:
            job.failed += 1
            given = dict(zip(job.names, padded, strict=False)).get("Id", "")
            job.failures.append([given, error.in_csv(), *padded[: len(job.header)]])
        except ApiError as error:
            job.failed += 1
            job.failures.append(["", f"{error.code}:{error.message}:-- ", *padded[: len(job.header)]])

    def _write(self, job: IngestJob, cells: Row) -> tuple[str, bool]:
        """An empty cell leaves its field alone."""
        spec = self._org.schema.objects[job.object]
        fields = {name: text for name, text in cells.items() if text != ""}
        if job.operation == "insert":
            return self._writer.insert(spec, fields, _OPTIONS), True
        if job.operation == "upsert":
            return self._upsert(job, spec, fields)
        record_id = self._id(spec, fields)
        if job.operation == "update":
            self._writer.update(spec, record_id, fields, _OPTIONS)
            return record_id, False
        self._writer.delete(spec, record_id)
        if job.operation == "hardDelete":
            self._org.erase(spec.name, record_id)
        return record_id, False

    def _upsert(self, job: IngestJob, spec: ObjectSpec, fields: Row) -> tuple[str, bool]:
        key = self._records.key_field(spec, job.key_name)
        if key is None:
            raise RecordError("INVALID_FIELD", f"No such column '{job.key_name}' on sobject of type {spec.name}")
        value = fields.pop(key.name, None)
        if value is None:
            raise RecordError("MISSING_ARGUMENT", f"{key.name} not specified", [key.name])
        rows = self._records.matching(spec, key, value)
        if len(rows) > 1:
            raise RecordError("DUPLICATE_EXTERNAL_ID", f"{key.name}: more than one record found", [key.name])
        return self._records.upsert_row(spec, key, value, fields, _OPTIONS, rows)

    def _id(self, spec: ObjectSpec, fields: Row) -> str:
        raw = fields.pop("Id", None)
        if raw is None:
            raise RecordError("MISSING_ARGUMENT", "Id not specified in an update call")
        whole = ids.full(raw)
        if whole is None or not whole.startswith(spec.prefix):
            raise RecordError("MALFORMED_ID", f"{spec.label} ID: id value of incorrect type: {raw}", ["Id"])
        return whole

    def _finished(self, request: Request) -> IngestJob:
        job = self._job(request)
        if job.state not in ("JobComplete", "Failed", "Aborted"):
            raise ApiError(400, "INVALIDJOBSTATE", f"Results are not there while the job is {job.state}")
        return job


def _lines(job: IngestJob) -> list[Line]:
    """The first is the header."""
    stream = io.StringIO(job.content or "", newline="")
    return list(csv.reader(stream, delimiter=DELIMITERS[job.delimiter]))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ApiError(400, "CLIENTINPUTERROR", "the data is not UTF-8") from None


def _parts(request: Request) -> dict[str, bytes]:
    head = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
    message = message_from_bytes(head + request.body, policy=policy.HTTP)
    found: dict[str, bytes] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        found[str(name)] = payload if isinstance(payload, bytes) else b""
    return found


def _csv(job: IngestJob, header: Line, rows: list[Line]) -> Response:
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=DELIMITERS[job.delimiter], lineterminator=LINE_ENDS[job.line_end], quoting=csv.QUOTE_ALL
    )
    writer.writerow(header)
    writer.writerows(rows)
    return Response(200, out.getvalue(), {"Content-Type": "text/csv"})
