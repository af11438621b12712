"""Follow-up tasks: made once, found again after a lost answer, completed when no longer needed.

A create has no idempotency key and Salesforce cannot filter on Description, so a task that may exist is looked
for among the person's tasks by its marker line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Any

from connectors.salesforce.activities import marker
from connectors.salesforce.answers import Fault, reason
from connectors.salesforce.batches import SIZE, Verdict, send, typed
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.describe import Describer, Shape
from connectors.salesforce.organization import Organization, query_rows
from connectors.salesforce.streams import PERSON_OBJECTS
from connectors.salesforce.successors import IDS_PER_QUERY, chunks, living
from connectors.salesforce.values import id18, id_list, is_id, iso, local_day
from connectors.salesforce.writes import LOCK_TRIES, LOCKED, LOST, PASSING
from sync.core.records import SALESFORCE, RecordKey
from sync.errors import LeadsyncError, QuotaReached, TemporaryFailure
from sync.ports import ConnectorContext, Outcome, Result, TaskAction, TaskOrder

_SUBJECT, _DESCRIPTION = 255, 32_000
_CLOCK_MARGIN = 600  # between our clock, which told when the lost create was sent, and theirs
_INACTIVE_OWNER = ("INACTIVE_OWNER", "OPERATION_WITH_IN", "INVALID_OWNER")
_CROSS_REFERENCE = frozenset(
    {"INVALID_CROSS_REFERENCE_KEY", "FIELD_INTEGRITY_EXCEPTION", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"}
)
_CLOSED = re.compile(r"complet|closed|\bdone\b|完了|終了|済", re.IGNORECASE)
_NOT_CLOSED = re.compile(r"not |未|incomplete", re.IGNORECASE)
_HIGH = ("High", "高", "高い")


@dataclass(frozen=True, slots=True)
class Words:
    """Picklist values of this org's tasks; "" leaves the vendor's default."""

    status: str = ""
    priority: str = ""
    subtype: str = ""
    createable: frozenset[str] = frozenset()


@dataclass
class _Job:
    """One task to make, for all the keys that asked for it."""

    order: TaskOrder
    person: RecordKey
    keys: list[str] = field(default_factory=list)
    with_owner: bool = True
    redirected: bool = False


class TaskWriter:
    def __init__(
        self,
        client: SalesforceClient,
        describer: Describer,
        organization: Organization,
        context: ConnectorContext,
    ) -> None:
        self._client, self._describer, self._organization = client, describer, organization
        self._context = context

    def write(self, orders: Sequence[TaskOrder]) -> Iterator[Sequence[Outcome]]:
        jobs, refused = _planned([order for order in orders if order.action is TaskAction.CREATE])
        if refused:
            yield refused
        for chunk in chunks(jobs, SIZE):
            yield self._guarded(self._create, chunk, _keys_of_jobs(chunk))
        endings = [order for order in orders if order.action is TaskAction.COMPLETE]
        for part in chunks(endings, SIZE):
            yield self._guarded(self._complete, part, [order.key for order in part])

    def _guarded(self, work: Any, items: Sequence[Any], keys: Sequence[str]) -> list[Outcome]:
        try:
            outcomes: list[Outcome] = work(items)
        except QuotaReached:
            return [Outcome(key, Result.RETRY, "REQUEST_LIMIT_EXCEEDED") for key in keys]
        except TemporaryFailure as failure:
            return [Outcome(key, Result.RETRY, failure.code or "NO_ANSWER") for key in keys]
        return outcomes

    # --- making ------------------------------------------------------------------------------------------

    def _create(self, jobs: Sequence[_Job]) -> list[Outcome]:
        found = self._found([job for job in jobs if job.order.suspect_since is not None])
        outcomes = [
            outcome
            for job in jobs
            if job.order.task_key in found
            for outcome in self._made(job, found[job.order.task_key])
        ]
        return outcomes + self._send([job for job in jobs if job.order.task_key not in found])

    def _send(self, jobs: list[_Job]) -> list[Outcome]:
        """Sends, and sends again what can be mended: locks, an inactive owner, a person who moved."""
        outcomes: list[Outcome] = []
        waiting = jobs
        for attempt in range(1, LOCK_TRIES + 1):
            if not waiting:
                break
            if attempt > 1:
                self._context.sleep(0.5 * attempt)
            verdicts = self._post(waiting)
            again: list[_Job] = []
            for job, verdict in zip(waiting, verdicts, strict=True):
                if attempt < LOCK_TRIES and verdict.fault and self._mended(job, verdict.fault):
                    again.append(job)
                else:
                    outcomes += self._final(job, verdict)
            outcomes += self._redirect([job for job in again if job.redirected and job.person == job.order.person])
            waiting = [job for job in again if job.person.id]
        return outcomes

    def _post(self, jobs: Sequence[_Job]) -> list[Verdict]:
        words = self._words()
        zone = self._organization.zone()
        bodies = [typed("Task", _task_values(job, words, zone)) for job in jobs]
        try:
            return send(self._client, "POST", bodies, idempotent=False)
        except TemporaryFailure as failure:
            # Whether they were made is not known: the caller comes back with `suspect_since`.
            text = Fault("SERVER_UNAVAILABLE") if not failure.code else Fault(failure.code)
            return [Verdict(fault=text)] * len(jobs) if not failure.sent else [Verdict(answered=False)] * len(jobs)

    def _mended(self, job: _Job, fault: Fault) -> bool:
        """Whether the job was changed, or waiting is enough, so that it is worth sending again."""
        if fault.code == LOCKED:
            return True
        if job.with_owner and _owner(job.order) and _blames_owner(fault, _owner(job.order)):
            job.with_owner = False
            return True
        if fault.code in LOST and not job.redirected:
            job.redirected = True
            return True
        return False

    def _redirect(self, jobs: list[_Job]) -> list[Outcome]:
        """Finds where the people of these tasks went. A person without successor leaves the queue here."""
        if not jobs:
            return []
        now = living(self._client, [job.person for job in jobs])
        outcomes: list[Outcome] = []
        for job in jobs:
            target = now[job.person]
            if target is None:
                text = "ENTITY_IS_DELETED: the person no longer exists"
                outcomes += [Outcome(key, Result.REJECTED, text, job.person, gone=True) for key in job.keys]
                job.person = RecordKey(SALESFORCE, job.person.object, "")
            elif target == job.person:
                # The person is there, so a complaint without a field name can only mean the owner.
                job.with_owner = False
            else:
                job.person = target
        return outcomes

    def _final(self, job: _Job, verdict: Verdict) -> list[Outcome]:
        fault = verdict.fault
        if not verdict.answered:
            return [Outcome(key, Result.RETRY, "NO_ANSWER") for key in job.keys]
        if fault is None:
            return self._made(job, verdict.id)
        result = Result.RETRY if fault.code in PASSING else Result.REJECTED
        return [Outcome(key, result, reason(fault)) for key in job.keys]

    def _made(self, job: _Job, task_id: str) -> list[Outcome]:
        record = RecordKey(SALESFORCE, "task", task_id)
        at = int(self._client.server_now())
        return [Outcome(key, Result.APPLIED, "", record, at) for key in job.keys]

    # --- finding -----------------------------------------------------------------------------------------

    def _found(self, suspects: Sequence[_Job]) -> dict[str, str]:
        """Task ids by task key, of suspects that were made after all. Deleted ones count: a person removed them."""
        if not suspects:
            return {}
        now = living(self._client, [job.person for job in suspects])
        # Tasks move with their person: look at the one named and at the one that stands for it now.
        people = {job.person.id for job in suspects} | {key.id for key in now.values() if key is not None}
        since = min(job.order.suspect_since or 0 for job in suspects) - _CLOCK_MARGIN
        since += int(min(self._client.skew, 0))
        wanted = {job.order.task_key for job in suspects}
        found: dict[str, str] = {}
        for chunk in chunks(sorted(people), IDS_PER_QUERY):
            soql = (
                f"SELECT Id, WhoId, Description, CreatedDate FROM Task "
                f"WHERE WhoId IN ({id_list(tuple(chunk))}) AND CreatedDate >= {iso(max(since, 0))}"
            )
            for row in self._rows(soql):
                task_key = marker(str(row.get("Description") or ""))
                if task_key in wanted:
                    found.setdefault(task_key, id18(str(row.get("Id") or "")))
        return found

    def _rows(self, soql: str) -> list[dict[str, Any]]:
        try:
            return query_rows(self._client, soql, all_rows=True)
        except Refusal as refusal:
            raise refusal.error from None

    # --- completing --------------------------------------------------------------------------------------

    def _complete(self, orders: Sequence[TaskOrder]) -> list[Outcome]:
        ids = tuple(sorted({id18(order.task_id) for order in orders if is_id(order.task_id)}))
        rows: dict[str, dict[str, Any]] = {}
        if ids:
            soql = f"SELECT Id, Description, IsClosed, IsDeleted FROM Task WHERE Id IN ({id_list(ids)})"
            rows = {id18(str(row.get("Id") or "")): row for row in self._rows(soql)}
        outcomes: list[Outcome] = []
        open_orders: dict[str, list[TaskOrder]] = {}
        for order in orders:
            row = rows.get(id18(order.task_id))
            if row is None or row.get("IsDeleted") is True:
                outcomes.append(
                    Outcome(order.key, Result.UNCHANGED, "ENTITY_IS_DELETED: the task no longer exists", gone=True)
                )
            elif row.get("IsClosed") is True:
                outcomes.append(self._ended(order, Result.UNCHANGED))
            else:
                open_orders.setdefault(id18(order.task_id), []).append(order)
        return outcomes + self._close(open_orders, rows)

    def _close(self, orders: Mapping[str, list[TaskOrder]], rows: Mapping[str, Mapping[str, Any]]) -> list[Outcome]:
        if not orders:
            return []
        status = self._closed_status()
        bodies = [
            typed("Task", {"id": id, "Status": status, "Description": _with_notes(rows[id], asked)})
            for id, asked in orders.items()
        ]
        verdicts = send(self._client, "PATCH", bodies, idempotent=True)
        outcomes: list[Outcome] = []
        for asked, verdict in zip(orders.values(), verdicts, strict=True):
            for order in asked:
                outcomes.append(self._closing(order, verdict))
        return outcomes

    def _closing(self, order: TaskOrder, verdict: Verdict) -> Outcome:
        if not verdict.answered:
            return Outcome(order.key, Result.RETRY, "NO_ANSWER")
        if verdict.fault is None:
            return self._ended(order, Result.APPLIED)
        fault = verdict.fault
        if fault.code in ("ENTITY_IS_DELETED", "NOT_FOUND"):
            return Outcome(order.key, Result.UNCHANGED, reason(fault), gone=True)
        return Outcome(order.key, Result.RETRY if fault.code in PASSING else Result.REJECTED, reason(fault))

    def _ended(self, order: TaskOrder, result: Result) -> Outcome:
        record = RecordKey(SALESFORCE, "task", id18(order.task_id))
        return Outcome(order.key, result, "", record, int(self._client.server_now()))

    # --- the org's words ---------------------------------------------------------------------------------

    def _words(self) -> Words:
        return words(self._describer.shape("Task"))

    def _closed_status(self) -> str:
        """Orgs rename statuses: by name from the picklist, else as closed tasks of this org have it."""
        status = self._describer.shape("Task").fields.get("Status")
        closed = [value for value in status.values if is_closed_word(value)] if status else []
        if closed:
            return closed[0]
        try:
            rows = self._rows("SELECT Id, Status FROM Task WHERE IsClosed = true LIMIT 1")
        except TemporaryFailure:
            raise
        except LeadsyncError:
            rows = []
        return str(rows[0].get("Status") or "Completed") if rows else "Completed"


def is_closed_word(value: str) -> bool:
    return bool(_CLOSED.search(value)) and not _NOT_CLOSED.search(value)


def words(shape: Shape) -> Words:
    """The status, priority and subtype a new follow-up call gets in this org."""
    fields = shape.fields
    status = fields.get("Status")
    chosen = ""
    if status is not None and is_closed_word(status.default or "completed"):
        # The default would make the task closed at birth, or there is none.
        chosen = next((value for value in status.values if not is_closed_word(value)), "")
    priorities = fields["Priority"].values if "Priority" in fields else ()
    subtypes = fields["TaskSubtype"].values if "TaskSubtype" in fields else ()
    return Words(
        status=chosen or (status.default if status else ""),
        priority=next((value for value in _HIGH if value in priorities), ""),
        subtype="Call" if "Call" in subtypes else "",
        createable=frozenset(name for name, field in fields.items() if field.createable),
    )


def _planned(orders: Sequence[TaskOrder]) -> tuple[list[_Job], list[Outcome]]:
    """One job per task key, and outcomes for orders that name no lead or contact."""
    jobs: dict[str, _Job] = {}
    refused: list[Outcome] = []
    for order in orders:
        person = order.person
        if person is None or person.system != SALESFORCE or person.object not in PERSON_OBJECTS:
            refused.append(Outcome(order.key, Result.REJECTED, "NOT_WRITABLE: not a lead or contact of Salesforce"))
            continue
        person = person._replace(id=id18(person.id))
        job = jobs.setdefault(order.task_key, _Job(replace(order, person=person), person))
        job.keys.append(order.key)
    return list(jobs.values()), refused


def _task_values(job: _Job, words: Words, zone: tzinfo) -> dict[str, Any]:
    order = job.order
    values: dict[str, Any] = {"WhoId": job.person.id, "Subject": order.subject[:_SUBJECT].strip()}
    values["Description"] = with_marker(order.body, order.task_key)
    if order.due_at is not None:
        # A task's due date has no hours and no zone: the day it is in the org.
        values["ActivityDate"] = local_day(order.due_at, zone).isoformat()
    if order.remind_at is not None:
        values |= {"ReminderDateTime": iso(order.remind_at), "IsReminderSet": True}
    values |= {"Status": words.status, "Priority": words.priority, "TaskSubtype": words.subtype}
    if job.with_owner and _owner(order):
        values["OwnerId"] = _owner(order)
    allowed = words.createable or frozenset(values)
    kept = {name: value for name, value in values.items() if value != "" and name in allowed}
    # Describe is asked for few fields only; these are never hidden from someone who may make tasks.
    return {"WhoId": values["WhoId"], "Subject": values["Subject"], "Description": values["Description"]} | kept


def with_marker(body: str, task_key: str) -> str:
    """At most as long as a description may be, and always with the marker line."""
    if len(body) <= _DESCRIPTION and marker(body) == task_key:
        return body
    line = f"leadsync:{task_key}"
    rest = body if marker(body) != task_key else body.replace(line, "", 1)
    return rest[: _DESCRIPTION - len(line) - 1].rstrip() + "\n" + line


def _owner(order: TaskOrder) -> str:
    """Only users own tasks everywhere; queues do so in some orgs."""
    return id18(order.owner_id) if is_id(order.owner_id, "005") else ""


def _blames_owner(fault: Fault, owner: str) -> bool:
    if fault.code.startswith(_INACTIVE_OWNER):
        return True
    named = "OwnerId" in fault.fields or fault.says("owner") or fault.says("inactive user")
    return fault.code in _CROSS_REFERENCE and (named or fault.says(owner[:15]))


def _with_notes(row: Mapping[str, Any], orders: Sequence[TaskOrder]) -> str:
    text = str(row.get("Description") or "")
    for order in orders:
        if order.note and order.note not in text:
            text = text[: _DESCRIPTION - len(order.note) - 1].rstrip() + "\n" + order.note
    return text[:_DESCRIPTION]


def _keys_of_jobs(jobs: Sequence[_Job]) -> list[str]:
    return [key for job in jobs for key in job.keys]
