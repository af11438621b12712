"""What becomes of our tasks after they were made: completed when no longer needed, given to another owner when the
first does not act, told what else happened. Only open ones change; all is safe to repeat."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.salesforce.activities import marker
from connectors.salesforce.answers import reason
from connectors.salesforce.batches import Verdict, send, typed
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.describe import Describer
from connectors.salesforce.organization import query_rows
from connectors.salesforce.values import id18, id_list, is_id
from connectors.salesforce.writes import GONE, PASSING
from sync.core.records import SALESFORCE, RecordKey
from sync.errors import LeadsyncError, TemporaryFailure
from sync.ports import Outcome, Result, TaskOrder

DESCRIPTION = 32_000
_CLOSED = re.compile(r"complet|closed|\bdone\b|完了|終了|済", re.IGNORECASE)
_NOT_CLOSED = re.compile(r"not |未|incomplete", re.IGNORECASE)
Row = Mapping[str, Any]
# What an order asks of an open task: fields to send, or what became of it.
_Decide = Callable[[TaskOrder, Row], "dict[str, Any] | Outcome"]


class TaskChanges:
    def __init__(self, client: SalesforceClient, describer: Describer) -> None:
        self._client, self._describer = client, describer

    def complete(self, orders: Sequence[TaskOrder]) -> list[Outcome]:
        """At most a batch of orders; several may name one task."""
        rows = self._rows_of(orders)
        status = self._closed_status() if any(_is_open(row) for row in rows.values()) else ""
        return self._change(orders, rows, lambda order, row: {"Status": status})

    def reassign(self, orders: Sequence[TaskOrder]) -> list[Outcome]:
        """The same for another owner; the person's record keeps its own."""
        return self._change(orders, self._rows_of(orders), self._new_owner)

    def annotate(self, orders: Sequence[TaskOrder]) -> list[Outcome]:
        """The same for a note alone."""
        return self._change(orders, self._rows_of(orders), lambda order, row: _not_ours(order, row) or {})

    def _new_owner(self, order: TaskOrder, row: Row) -> dict[str, Any] | Outcome:
        if not owner_of(order):
            return Outcome(order.key, Result.REJECTED, "NO_OWNER: tasks are given to users only", _record(order))
        if stranger := _not_ours(order, row):
            return stranger
        return {} if id18(str(row.get("OwnerId") or "")) == owner_of(order) else {"OwnerId": owner_of(order)}

    def _rows_of(self, orders: Sequence[TaskOrder]) -> dict[str, Row]:
        ids = tuple(sorted({id18(order.task_id) for order in orders if is_id(order.task_id)}))
        if not ids:
            return {}
        soql = f"SELECT Id, OwnerId, Description, IsClosed, IsDeleted FROM Task WHERE Id IN ({id_list(ids)})"
        return {id18(str(row.get("Id") or "")): row for row in all_rows(self._client, soql)}

    def _change(self, orders: Sequence[TaskOrder], rows: Mapping[str, Row], decide: _Decide) -> list[Outcome]:
        outcomes: list[Outcome] = []
        bodies: dict[str, dict[str, Any]] = {}
        asked: dict[str, list[TaskOrder]] = {}
        for order in orders:
            id = id18(order.task_id)
            decided = self._settled_already(order, rows.get(id)) or decide(order, rows[id])
            if isinstance(decided, Outcome):
                outcomes.append(decided)
                continue
            bodies[id] = decided  # of two owners for one task the later counts
            asked.setdefault(id, []).append(order)
        changes = {id: body | _noted(rows[id], asked[id]) for id, body in bodies.items()}
        idle = [order for id, body in changes.items() if not body for order in asked[id]]
        outcomes += [Outcome(order.key, Result.UNCHANGED, "", _record(order)) for order in idle]
        return outcomes + self._send({id: body for id, body in changes.items() if body}, asked)

    def _send(
        self, changes: Mapping[str, Mapping[str, Any]], asked: Mapping[str, Sequence[TaskOrder]]
    ) -> list[Outcome]:
        if not changes:
            return []
        bodies = [typed("Task", {"id": id, **body}) for id, body in changes.items()]
        verdicts = send(self._client, "PATCH", bodies, idempotent=True)
        return [
            self._told(order, verdict) for id, verdict in zip(changes, verdicts, strict=True) for order in asked[id]
        ]

    def _told(self, order: TaskOrder, verdict: Verdict) -> Outcome:
        if not verdict.answered:
            return Outcome(order.key, Result.RETRY, "NO_ANSWER")
        fault = verdict.fault
        if fault is None:
            return Outcome(order.key, Result.APPLIED, "", _record(order), int(self._client.server_now()))
        if fault.code in GONE:
            return Outcome(order.key, Result.UNCHANGED, reason(fault), gone=True)
        return Outcome(order.key, Result.RETRY if fault.code in PASSING else Result.REJECTED, reason(fault))

    def _settled_already(self, order: TaskOrder, row: Row | None) -> Outcome | None:
        if row is None or row.get("IsDeleted") is True:
            text = "ENTITY_IS_DELETED: the task no longer exists"
            return Outcome(order.key, Result.UNCHANGED, text, gone=True)
        if _is_open(row):
            return None
        return Outcome(order.key, Result.UNCHANGED, "TASK_CLOSED", _record(order), int(self._client.server_now()))

    def _closed_status(self) -> str:
        """Orgs rename statuses: by name from the picklist, else as closed tasks of this org have it."""
        status = self._describer.shape("Task").fields.get("Status")
        closed = [value for value in status.values if is_closed_word(value)] if status else []
        if closed:
            return closed[0]
        try:
            rows = all_rows(self._client, "SELECT Id, Status FROM Task WHERE IsClosed = true LIMIT 1")
        except TemporaryFailure:
            raise
        except LeadsyncError:
            rows = []
        return str(rows[0].get("Status") or "Completed") if rows else "Completed"


def is_closed_word(value: str) -> bool:
    return bool(_CLOSED.search(value)) and not _NOT_CLOSED.search(value)


def owner_of(order: TaskOrder) -> str:
    """Only users own tasks everywhere; queues do so in some orgs."""
    return id18(order.owner_id) if is_id(order.owner_id, "005") else ""


def all_rows(client: SalesforceClient, soql: str) -> list[dict[str, Any]]:
    """Deleted ones too."""
    try:
        return query_rows(client, soql, all_rows=True)
    except Refusal as refusal:
        raise refusal.error from None


def _is_open(row: Row) -> bool:
    return row.get("IsClosed") is not True and row.get("IsDeleted") is not True


def _noted(row: Row, orders: Sequence[TaskOrder]) -> dict[str, str]:
    """The description with the notes; {} when they are there already."""
    before = text = str(row.get("Description") or "")
    for order in orders:
        text = with_note(text, order.note)
    return {} if text == before else {"Description": text}


def with_note(text: str, note: str) -> str:
    """The description with the note below its text and above the marker line, which is never cut off; the same
    description when it has the note already."""
    if not note.strip() or _words(note) in _words(text):
        return text
    key = marker(text)
    at = text.index(f"leadsync:{key}") if key else len(text)
    end = "\n" + text[at:].rstrip() if key else ""
    above = text[: max(0, min(at, DESCRIPTION - len(note) - len(end) - 1))]
    gap = "\n" if above and not above.endswith("\n") else ""
    return f"{above}{gap}{note.rstrip()}{end}"[:DESCRIPTION]


def _words(text: str) -> str:
    """Between spaces, so that a name is not found at the end of a longer one."""
    return f" {' '.join(text.split())} "


def _not_ours(order: TaskOrder, row: Row) -> Outcome | None:
    if marker(str(row.get("Description") or "")):
        return None
    return Outcome(order.key, Result.REJECTED, "NOT_OURS: no marker line in the task", _record(order))


def _record(order: TaskOrder) -> RecordKey:
    return RecordKey(SALESFORCE, "task", id18(order.task_id))
