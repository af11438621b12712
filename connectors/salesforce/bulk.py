"""Bulk API 2.0 query jobs: a first load of many rows in few calls.

The job's id is remembered before the first poll, so that a restart goes on with the same job. Where its
results have been read to is the caller's cursor's business.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.salesforce.answers import temporary
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.values import time_ms
from sync.ports import ConnectorContext

CHUNK_ROWS = 5_000
_WAIT_FIRST, _WAIT_MOST, _WAIT_TOTAL = 1.0, 30.0, 4 * 3600.0
_KEPT_SECONDS = 6 * 86_400  # Salesforce removes jobs after seven days
# A full pass wants to see what is there now; a job older than this is not worth going on with.
_FULL_PASS_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class QueryJob:
    id: str
    created_ms: int  # server's time, not later than the moment the job's data is of


@dataclass(frozen=True, slots=True)
class Chunk:
    rows: list[dict[str, str]]
    locator: str  # of the next chunk, "" at the end


def wait_for(client: SalesforceClient, context: ConnectorContext, path: str) -> Mapping[str, Any] | None:
    """Polls a job until it ends and returns its last state; None when there is no such job."""
    delay, waited = _WAIT_FIRST, 0.0
    while True:
        try:
            job = client.call("GET", path).body
        except Refusal as refusal:
            if refusal.status in (400, 404):
                return None
            raise refusal.error from None
        if not isinstance(job, Mapping) or job.get("state") in ("JobComplete", "Failed", "Aborted"):
            return job if isinstance(job, Mapping) else None
        if job.get("state") == "Open" or waited >= _WAIT_TOTAL:
            return job
        context.sleep(delay)
        waited, delay = waited + delay, min(delay * 2, _WAIT_MOST)


class QueryJobs:
    def __init__(self, client: SalesforceClient, context: ConnectorContext) -> None:
        self._client, self._context = client, context

    def remembered(self, object_name: str, full: bool) -> QueryJob | None:
        """The job a previous run began and did not finish reading."""
        try:
            kept = json.loads(self._context.memory.get(_key(object_name)) or "")
            job = QueryJob(str(kept["id"]), int(kept["created_ms"]))
        except (ValueError, TypeError, KeyError):
            return None
        age = self._context.clock() - float(kept.get("at", 0))
        return job if 0 <= age < (_FULL_PASS_SECONDS if full else _KEPT_SECONDS) else None

    def start(self, object_name: str, soql: str) -> QueryJob | None:
        """Begins a job over deleted rows too; None when this org cannot (limit, licence, refused query)."""
        try:
            answer = self._client.call("POST", "/jobs/query", body={"operation": "queryAll", "query": soql})
        except Refusal:
            return None
        id = answer.body.get("id") if isinstance(answer.body, Mapping) else None
        if not isinstance(id, str) or not id:
            return None
        job = QueryJob(id, min(int(answer.began * 1000), _created_ms(answer.body, answer.began)))
        kept = {"id": job.id, "created_ms": job.created_ms, "at": self._context.clock()}
        self._context.memory.put(_key(object_name), json.dumps(kept))
        return job

    def finished(self, job: QueryJob) -> bool:
        """Waits for the job; False when it failed or is gone."""
        state = wait_for(self._client, self._context, f"/jobs/query/{job.id}")
        if state is None or state.get("state") in ("Failed", "Aborted"):
            return False
        if state.get("state") != "JobComplete":
            raise temporary("the Bulk query job is still running", "GET /jobs/query/{id}")
        return True

    def chunk(self, job: QueryJob, locator: str) -> Chunk | None:
        """The rows from `locator` on ("" for the first); None when the results are gone."""
        path = f"/jobs/query/{job.id}/results?maxRecords={CHUNK_ROWS}"
        path += f"&locator={quote(locator, safe='')}" if locator else ""
        try:
            return self._client.retrying(lambda: self._read(path))
        except Refusal as refusal:
            if refusal.status in (400, 404, 409, 412):
                return None
            raise refusal.error from None

    def forget(self, object_name: str) -> None:
        self._context.memory.put(_key(object_name), None)

    def _read(self, path: str) -> Chunk:
        try:
            with self._client.lines(path) as (headers, text):
                rows = list(csv.DictReader(text, restkey="-"))
        except (csv.Error, UnicodeDecodeError):
            raise temporary("the Bulk results were not readable CSV", "GET /jobs/query/{id}/results") from None
        told = headers.get("Sforce-NumberOfRecords", "")
        if told.isdigit() and int(told) != len(rows):
            raise temporary("the Bulk results were cut short", "GET /jobs/query/{id}/results")
        locator = headers.get("Sforce-Locator", "").strip()
        # The header holds the text "null" after the last chunk.
        return Chunk(rows, "" if locator.lower() == "null" else locator)


def _key(object_name: str) -> str:
    return f"salesforce:query_job:{object_name}"


def _created_ms(body: Mapping[str, Any], otherwise: float) -> int:
    try:
        return time_ms(str(body.get("createdDate") or ""))
    except ValueError:
        return int(otherwise * 1000)
