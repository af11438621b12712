"""Follow-up tasks: made once and found again after a lost answer. What becomes of them later: `task_changes`.

A create has no idempotency key and Salesforce cannot filter on Description, so a task that may exist is looked
for among the person's tasks by its marker line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Any

from connectors.salesforce.activities import marker
from connectors.salesforce.answers import Fault, reason
from connectors.salesforce.batches import SIZE, Verdict, send, typed
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.describe import Describer, Shape
from connectors.salesforce.organization import Organization
from connectors.salesforce.streams import PERSON_OBJECTS
from connectors.salesforce.successors import IDS_PER_QUERY, chunks, living
from connectors.salesforce.task_changes import DESCRIPTION, TaskChanges, all_rows, is_closed_word, owner_of
from connectors.salesforce.values import id18, id_list, is_id, iso, local_day
from connectors.salesforce.writes import GONE, LOCK_TRIES, LOCKED, LOST, PASSING
from sync.core.records import SALESFORCE, RecordKey
from sync.errors import QuotaReached, TemporaryFailure
from sync.ports import ConnectorContext, Outcome, Priority, Result, TaskAction, TaskOrder

_SUBJECT = 255
_CLOCK_MARGIN = 600  # between our clock, which told when the lost create was sent, and theirs
_INACTIVE_OWNER = ("INACTIVE_OWNER", "OPERATION_WITH_IN", "INVALID_OWNER")
_CROSS_REFERENCE = frozenset(
    {"INVALID_CROSS_REFERENCE_KEY", "FIELD_INTEGRITY_EXCEPTION", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"}
)
_PRIORITIES = {
    Priority.HIGH: ("High", "高", "高い"),
    Priority.NORMAL: ("Normal", "Medium", "中", "普通", "通常", "標準"),
}
_WITHOUT_DEAL = "DEAL_REFUSED made without deal"


@dataclass(frozen=True, slots=True)
class Words:
    """Picklist values of this org's tasks; "" leaves the vendor's default."""

    status: str = ""
    priorities: Mapping[Priority, str] = field(default_factory=dict)
    subtype: str = ""
    createable: frozenset[str] = frozenset()


@dataclass
class _Job:
    """One task to make, for all the keys that asked for it."""

    order: TaskOrder
    person: RecordKey
    keys: list[str] = field(default_factory=list)
    with_owner: bool = True
    with_deal: bool = True
    redirected: bool = False

    @property
    def deal(self) -> str:
        """Id of the opportunity that the task is to hang on, "" for none: Salesforce takes none beside a lead."""
        deal = self.order.deal if self.with_deal and self.person.object == "contact" else None
        fits = deal is not None and deal[:2] == (SALESFORCE, "deal") and is_id(deal.id, "006")
        return id18(deal.id) if deal is not None and fits else ""


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
        self._changes = TaskChanges(client, describer)

    def write(self, orders: Sequence[TaskOrder]) -> Iterator[Sequence[Outcome]]:
        jobs, refused = _planned([order for order in orders if order.action is TaskAction.CREATE])
        if refused:
            yield refused
        for chunk in chunks(jobs, SIZE):
            yield self._guarded(self._create, chunk, _keys_of_jobs(chunk))
        later = (
            (TaskAction.COMPLETE, self._changes.complete),
            (TaskAction.REASSIGN, self._changes.reassign),
            (TaskAction.NOTE, self._changes.annotate),
        )
        for action, carry_out in later:
            for part in chunks([order for order in orders if order.action is action], SIZE):
                yield self._guarded(carry_out, part, [order.key for order in part])

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
        if job.deal and _blames_deal(fault, job.deal):
            job.with_deal = False
            return True
        if job.with_owner and owner_of(job.order) and _blames_owner(fault, owner_of(job.order)):
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
                # The person is there, so a complaint without a field name can only mean the owner or the deal.
                job.with_owner = job.with_deal = False
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
        remark = _WITHOUT_DEAL if job.order.deal and not job.with_deal else ""
        return [Outcome(key, Result.APPLIED, remark, record, at) for key in job.keys]

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
        return all_rows(self._client, soql)

    # --- the org's words ---------------------------------------------------------------------------------

    def _words(self) -> Words:
        return words(self._describer.shape("Task"))


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
        priorities={
            priority: next((value for value in known if value in priorities), "")
            for priority, known in _PRIORITIES.items()
        },
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
    priority = words.priorities.get(order.priority, "")
    values |= {"Status": words.status, "Priority": priority, "TaskSubtype": words.subtype, "WhatId": job.deal}
    if job.with_owner and owner_of(order):
        values["OwnerId"] = owner_of(order)
    allowed = words.createable or frozenset(values)
    kept = {name: value for name, value in values.items() if value != "" and name in allowed}
    # Describe is asked for few fields only; these are never hidden from someone who may make tasks.
    return {"WhoId": values["WhoId"], "Subject": values["Subject"], "Description": values["Description"]} | kept


def with_marker(body: str, task_key: str) -> str:
    """At most as long as a description may be, and always with the marker line."""
    if len(body) <= DESCRIPTION and marker(body) == task_key:
        return body
    line = f"leadsync:{task_key}"
    rest = body if marker(body) != task_key else body.replace(line, "", 1)
    return rest[: DESCRIPTION - len(line) - 1].rstrip() + "\n" + line


def _blames_owner(fault: Fault, owner: str) -> bool:
    if fault.code.startswith(_INACTIVE_OWNER):
        return True
    named = "OwnerId" in fault.fields or fault.says("owner") or fault.says("inactive user")
    return fault.code in _CROSS_REFERENCE and (named or fault.says(owner[:15]))


def _blames_deal(fault: Fault, deal: str) -> bool:
    """Deleted, out of reach for the integration user, or not taken beside this person."""
    return (fault.code in _CROSS_REFERENCE or fault.code in GONE) and (
        "WhatId" in fault.fields or fault.says(deal[:15])
    )


def _keys_of_jobs(jobs: Sequence[_Job]) -> list[str]:
    return [key for job in jobs for key in job.keys]
