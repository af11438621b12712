"""Bulk API 2.0 update jobs for many score updates at once.

A CSV goes up in one piece, and the job's id with a digest of the CSV is remembered before polling: a restart
that wants to send the same rows goes on with that job, any other first stops it, lest old values win.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.salesforce.answers import Fault, bulk_fault, temporary
from connectors.salesforce.batches import Verdict
from connectors.salesforce.bulk import wait_for
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.values import id18
from sync.errors import TemporaryFailure
from sync.ports import ConnectorContext

# 100 MB of CSV is the limit of a job; long texts make rows of up to 200 KB.
MOST_BYTES = 40_000_000
CLEAR = "#N/A"  # an empty cell would leave the field alone
_REMEMBERED_SECONDS = 86_400
_UNANSWERED = Verdict(answered=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """Rows of one job: `ids` in order and the CSV that updates them."""

    ids: tuple[str, ...]
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def uploads(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Upload]:
    """CSV files of bounded size from (id, values); a field that a row does not name stays as it is."""
    columns = sorted({name for _, values in rows for name in values})
    head = _line(["Id", *columns])
    ids: list[str] = []
    out = io.BytesIO()
    for id, values in rows:
        line = _line([id, *(_cell(values, name) for name in columns)])
        if ids and out.tell() + len(line) > MOST_BYTES:
            yield Upload(tuple(ids), head + out.getvalue())
            ids, out = [], io.BytesIO()
        ids.append(id)
        out.write(line)
    if ids:
        yield Upload(tuple(ids), head + out.getvalue())


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _cell(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return CLEAR if value is None or value == "" else str(value)


class IngestJobs:
    def __init__(self, client: SalesforceClient, context: ConnectorContext) -> None:
        self._client, self._context = client, context

    def update(self, object_name: str, upload: Upload) -> list[Verdict]:
        """One verdict per row, in order; rows the job did not come to are unanswered.

        Raises `Refusal` when this org takes no such job, TemporaryFailure while one is still running.
        """
        job = self._resumable(object_name, upload) or self._start(object_name, upload)
        path = f"/jobs/ingest/{job}"
        state = wait_for(self._client, self._context, path)
        if state is None:
            self._forget(object_name)
            return [_UNANSWERED] * len(upload.ids)
        if state.get("state") not in ("JobComplete", "Failed", "Aborted"):
            raise temporary("the Bulk update job is still running", "GET /jobs/ingest/{id}")
        verdicts = self._verdicts(path, state, upload.ids)
        self._forget(object_name)
        return verdicts

    def _resumable(self, object_name: str, upload: Upload) -> str:
        """The id of an unfinished job with exactly these rows; any other unfinished job is stopped."""
        try:
            kept = json.loads(self._context.memory.get(_key(object_name)) or "")
            job, same = str(kept["id"]), kept["digest"] == upload.digest
            age = self._context.clock() - float(kept["at"])
        except (ValueError, TypeError, KeyError):
            return ""
        try:
            state = self._client.call("GET", f"/jobs/ingest/{job}").body
        except Refusal:
            state = None
        word = state.get("state") if isinstance(state, Mapping) else None
        if same and age < _REMEMBERED_SECONDS and word in ("UploadComplete", "InProgress", "JobComplete"):
            return job
        if word in ("Open", "UploadComplete", "InProgress"):
            self._abort(job)
        self._forget(object_name)
        return ""

    def _start(self, object_name: str, upload: Upload) -> str:
        order = {"object": object_name, "operation": "update", "contentType": "CSV", "lineEnding": "LF"}
        body = self._client.call("POST", "/jobs/ingest", body=order).body
        job = str(body.get("id") or "") if isinstance(body, Mapping) else ""
        if not job:
            raise temporary("the Bulk update job was not made", "POST /jobs/ingest")
        kept = {"id": job, "digest": upload.digest, "at": self._context.clock()}
        self._context.memory.put(_key(object_name), json.dumps(kept))
        try:
            self._upload(job, str(body.get("contentUrl") or ""), upload.content)
        except (TemporaryFailure, Refusal):
            # The upload may have arrived or not: nothing has been updated before it is closed.
            self._abort(job)
            self._forget(object_name)
            raise
        self._close(job)
        return job

    def _upload(self, job: str, url: str, content: bytes) -> None:
        path = url[url.index("services/") :] if "services/" in url else ""
        path = f"/{path}" if path else f"/jobs/ingest/{job}/batches"
        self._client.call("PUT", path, content=content, headers={"Content-Type": "text/csv"}, idempotent=False)

    def _close(self, job: str) -> None:
        try:
            self._client.call("PATCH", f"/jobs/ingest/{job}", body={"state": "UploadComplete"})
        except Refusal:
            # A repeat after a lost answer finds the job closed already; the poll that follows tells.
            return

    def _abort(self, job: str) -> None:
        try:
            self._client.call("PATCH", f"/jobs/ingest/{job}", body={"state": "Aborted"})
        except (Refusal, TemporaryFailure):
            return  # already ended, or ends by itself after a week without upload

    def _verdicts(self, path: str, state: Mapping[str, Any], ids: Sequence[str]) -> list[Verdict]:
        complete = state.get("state") == "JobComplete"
        failed = {} if complete and state.get("numberRecordsFailed") == 0 else self._failed(path)
        if not complete:
            return [Verdict(id, failed[id]) if id in failed else _UNANSWERED for id in ids]
        # "Processed" counts failed rows too; only when some were not even tried is there more to ask.
        untried = set() if state.get("numberRecordsProcessed") == len(ids) else self._unprocessed(path)
        return [_UNANSWERED if id in untried else Verdict(id, failed.get(id)) for id in ids]

    def _failed(self, path: str) -> dict[str, Fault]:
        rows = self._rows(f"{path}/failedResults")
        return {_id_of(row): bulk_fault(row.get("sf__Error") or "") for row in rows}

    def _unprocessed(self, path: str) -> set[str]:
        return {_id_of(row) for row in self._rows(f"{path}/unprocessedrecords")}

    def _rows(self, path: str) -> list[dict[str, str]]:
        def once() -> list[dict[str, str]]:
            with self._client.lines(path) as (_headers, text):
                kept = ("sf__Id", "sf__Error", "Id")
                return [{name: row.get(name) or "" for name in kept} for row in csv.DictReader(text, restkey="-")]

        return self._client.retrying(once)

    def _forget(self, object_name: str) -> None:
        self._context.memory.put(_key(object_name), None)


def _id_of(row: Mapping[str, str]) -> str:
    return id18(row.get("sf__Id") or row.get("Id") or "")


def _key(object_name: str) -> str:
    return f"salesforce:ingest_job:{object_name}"
