"""What both kinds of Bulk API 2.0 jobs share: state over polls, listing, abort, delete, CSV dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from connectors.sandbox.http import Request, Response
from connectors.sandbox.salesforce import calls
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.org import Org

DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}
FINAL = ("JobComplete", "Failed", "Aborted")
KEPT_SECONDS = 7 * 86_400


@dataclass
class Job:
    id: str
    operation: str
    object: str
    version: str  # as in the path: v59.0
    created: str
    created_by: str
    delimiter: str
    line_end: str
    state: str = "Open"
    polls_left: int = 0
    changed: str = ""
    error: str = ""
    processed: int = 0
    failed: int = 0
    born: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)  # members only one kind of job shows

    def info(self, kind: str) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": self.created_by,
            "createdDate": self.created,
            "systemModstamp": self.changed or self.created,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version[1:]),
            "jobType": kind,
            "lineEnding": self.line_end,
            "columnDelimiter": self.delimiter,
            **self.extra,
        }
        if self.error:
            shown["errorMessage"] = self.error
        return shown

    def poll(self, now: str) -> None:
        """One more look: UploadComplete, then InProgress for as long as polls are left, then done."""
        if self.state not in ("UploadComplete", "InProgress"):
            return
        self.changed = now
        if self.polls_left > 0:
            self.polls_left -= 1
            self.state = "InProgress"
        else:
            self.state = "Failed" if self.error else "JobComplete"


J = TypeVar("J", bound=Job)


class JobBoard(Generic[J]):
    """The jobs of one kind. `polls` is how many looks still find a job at work before it is done."""

    kind = ""
    path = ""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._jobs: dict[str, J] = {}
        self.polls = 1

    def listing(self, request: Request) -> Response:
        self._sweep()
        records = [job.info(self.kind) for job in self._jobs.values()]
        return Response(200, {"done": True, "records": records, "nextRecordsUrl": None})

    def show(self, request: Request) -> Response:
        job = self._job(request)
        job.poll(self._org.now())
        return Response(200, job.info(self.kind) | self._totals(job))

    def remove(self, request: Request) -> Response:
        job = self._job(request)
        if job.state not in FINAL:
            raise ApiError(400, "INVALIDJOBSTATE", f"Cannot delete a job in state {job.state}")
        del self._jobs[job.id]
        return Response(204)

    def _totals(self, job: J) -> dict[str, Any]:
        return {
            "retries": 0,
            "totalProcessingTime": 0,
            "apiActiveProcessingTime": 0,
            "apexProcessingTime": 0,
            "numberRecordsProcessed": job.processed,
        }

    def _job(self, request: Request) -> J:
        self._sweep()
        job = self._jobs.get(request.match["id"])
        if job is None:
            raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
        return job

    def _abort(self, job: J) -> Response:
        if job.state in FINAL:
            raise ApiError(400, "INVALIDJOBSTATE", f"Aborting already {job.state} Job not allowed")
        job.state, job.changed = "Aborted", self._org.now()
        return Response(200, job.info(self.kind))

    def _sweep(self) -> None:
        limit = self._org.clock.now() - KEPT_SECONDS
        for job in [each for each in self._jobs.values() if each.born < limit]:
            del self._jobs[job.id]


def dialect(body: Mapping[str, Any]) -> tuple[str, str]:
    """Names of column delimiter and line ending."""
    delimiter, line_end = body.get("columnDelimiter") or "COMMA", body.get("lineEnding") or "LF"
    if delimiter not in DELIMITERS or line_end not in LINE_ENDS:
        raise ApiError(400, "JSON_PARSER_ERROR", "unknown columnDelimiter or lineEnding")
    return delimiter, line_end


def wanted_state(request: Request) -> str:
    state = calls.body_object(request).get("state")
    if state not in ("UploadComplete", "Aborted"):
        raise ApiError(400, "INVALIDJOBSTATE", "state can be set to UploadComplete or Aborted only")
    return str(state)
