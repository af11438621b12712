"""/jobs/query: a query whose rows come as CSV in pieces, found by a locator."""

from __future__ import annotations

import base64
import binascii
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.sandbox.http import Request, Response
from connectors.sandbox.salesforce import calls
from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.jobs import DELIMITERS, LINE_ENDS, Job, JobBoard, dialect, wanted_state
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.soql.engine import Run
from connectors.sandbox.salesforce.soql.parser import parse
from connectors.sandbox.salesforce.soql.paths import Paths
from connectors.sandbox.salesforce.soql.results import csv_value
from connectors.sandbox.salesforce.soql.syntax import Path, Query

Column = tuple[str, Callable[[Row], str]]


@dataclass
class QueryJob(Job):
    soql: str = ""
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] | None = None


class QueryJobs(JobBoard[QueryJob]):
    """`result_rows` is the largest piece of results this org sends at once."""

    kind = "V2Query"

    def __init__(self, org: Org, access: Access) -> None:
        super().__init__(org)
        self._access = access
        self.result_rows = 50_000

    def create(self, request: Request) -> Response:
        body = calls.body_object(request)
        operation, soql = body.get("operation"), str(body.get("query") or "")
        if operation not in ("query", "queryAll"):
            raise ApiError(400, "INVALIDJOB", "operation has to be query or queryAll")
        run, query, paths = self._compiled(soql, operation == "queryAll")
        delimiter, line_end = dialect(body)
        job = QueryJob(
            id=self._org.new_id("750"),
            operation=operation,
            object=paths.root.name,
            version=request.match["version"],
            created=self._org.now(),
            created_by=self._org.running_user_id,
            delimiter=delimiter,
            line_end=line_end,
            state="UploadComplete",
            polls_left=self.polls,
            born=self._org.clock.now(),
            soql=soql,
        )
        job.columns = [_column(item, paths) for item in query.select if isinstance(item, Path)]
        run.rows(query, paths)  # what is wrong with conditions and order shows at once
        self._jobs[job.id] = job
        return Response(200, job.info(self.kind))

    def show(self, request: Request) -> Response:
        self._evaluate(self._job(request))
        return super().show(request)

    def set_state(self, request: Request) -> Response:
        job = self._job(request)
        if wanted_state(request) != "Aborted":
            raise ApiError(400, "INVALIDJOBSTATE", "a query job can only be aborted")
        return self._abort(job)

    def results(self, request: Request) -> Response:
        job = self._job(request)
        if job.version != request.match["version"]:
            raise ApiError(409, "API_ERROR", f"This job was made with API version {job.version[1:]}; use the same one")
        if job.state != "JobComplete" or job.rows is None:
            raise ApiError(400, "INVALIDJOBSTATE", f"Results are not there while the job is {job.state}")
        start, size = self._piece(request, job)
        rows = job.rows[start : start + size]
        more = start + size < len(job.rows)
        headers = {
            "Content-Type": "text/csv",
            "Sforce-Locator": _locator(start + size) if more else "null",
            "Sforce-NumberOfRecords": str(len(rows)),
        }
        return Response(200, _csv(job, rows), headers)

    def _piece(self, request: Request, job: QueryJob) -> tuple[int, int]:
        asked = request.arg("maxRecords")
        if asked and (not asked.isdigit() or int(asked) < 1):
            raise ApiError(400, "API_ERROR", "maxRecords has to be a positive number")
        size = min(int(asked), self.result_rows) if asked else self.result_rows
        return _offset(request.arg("locator"), len(job.rows or [])), size

    def _evaluate(self, job: QueryJob) -> None:
        """Rows are taken when the job is first looked at: it waited in a queue until then."""
        if job.rows is None and job.state in ("UploadComplete", "InProgress"):
            try:
                run, query, paths = self._compiled(job.soql, job.operation == "queryAll")
                job.rows = run.rows(query, paths)
            except ApiError as error:
                job.rows, job.error = [], f"InvalidBatch : Failed to process query: {error.code}: {error.message}"
            job.processed = len(job.rows)

    def _compiled(self, soql: str, everything: bool) -> tuple[Run, Query, Paths]:
        query = parse(soql)
        run = Run(self._org, self._access, False, soql, "", everything)
        spec = run.entity(query)
        if not spec.bulk:
            raise ApiError(400, "INVALIDENTITY", f"{spec.name} is not supported by the Bulk API")
        if query.group or query.offset or not all(isinstance(item, Path) for item in query.select):
            message = "aggregates, GROUP BY, OFFSET, FIELDS and child queries are not supported by bulk queries"
            raise ApiError(400, "API_ERROR", message)
        return run, query, Paths(self._org, self._access, soql, spec)


def _column(item: Path, paths: Paths) -> Column:
    """Column names are spelt as the schema does, parents with a dot."""
    hops, spec = paths.walk(item)
    if spec.type == "address":
        raise ApiError(400, "API_ERROR", "Selecting compound data not supported in Bulk Query")
    read = paths.resolve(item).read
    name = ".".join([*(hop.name for hop in hops), spec.name])
    return name, lambda row: csv_value(spec, read(row))


def _csv(job: QueryJob, rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=DELIMITERS[job.delimiter], lineterminator=LINE_ENDS[job.line_end], quoting=csv.QUOTE_ALL
    )
    writer.writerow([name for name, _ in job.columns])
    writer.writerows([show(row) for _, show in job.columns] for row in rows)
    return out.getvalue()


def _locator(offset: int) -> str:
    return base64.urlsafe_b64encode(f"rows-{offset}".encode()).decode().rstrip("=")


def _offset(locator: str, total: int) -> int:
    if not locator:
        return 0
    try:
        text = base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode()
        offset = int(text.removeprefix("rows-"))
    except (binascii.Error, ValueError):
        offset = -1
    if not 0 < offset < total:
        raise ApiError(400, "API_ERROR", "invalid locator")
    return offset
