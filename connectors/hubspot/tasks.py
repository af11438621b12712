"""Makes follow-up tasks and completes them. A create has no idempotency key: after a lost answer the task is looked
for by its marker, through the person's associations (search lags), before it is made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.hubspot import associations, routes
from connectors.hubspot.batches import BatchWriter, Fate, Input, Settled
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.failures import Complaint, listed, unexpected
from connectors.hubspot.values import epoch_ms, iso_ms, plain_text, task_body, task_key_in
from connectors.hubspot.writes import where_are
from sync.core.records import HUBSPOT, RecordKey
from sync.errors import TemporaryFailure, VendorError
from sync.ports import Outcome, Result, TaskAction, TaskOrder

_TASK_TO_CONTACT = 204
_CLOCK_SLACK_MS = 300_000
_OWNER, _REMINDER = "hubspot_owner_id", "hs_task_reminders"
_COMPLETED = "COMPLETED"


class TaskWriter:
    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self._creates = BatchWriter(client, routes.BATCH_CREATE, "tasks", _repaired)
        self._updates = BatchWriter(client, routes.BATCH_UPDATE, "tasks")
        self._error: VendorError | None = None

    def write(self, orders: Sequence[TaskOrder]) -> Iterator[Sequence[Outcome]]:
        """One outcome per key. Two orders for one task are carried out once."""
        for action, carry_out in ((TaskAction.COMPLETE, self._complete), (TaskAction.CREATE, self._create)):
            keys: dict[str, list[str]] = {}
            last: dict[str, TaskOrder] = {}
            for order in orders:
                if order.action is action:
                    task = order.task_id if action is TaskAction.COMPLETE else order.task_key
                    keys.setdefault(task, []).append(order.key)
                    last[task] = order
            tasks = list(last)
            for chunk in associations.chunks(tasks, routes.BATCH):
                outcomes = carry_out([last[task] for task in chunk])
                yield [replace(found, key=key) for task, found in outcomes.items() for key in keys[task]]
                if self._error:
                    raise self._error

    def _create(self, orders: Sequence[TaskOrder]) -> dict[str, Outcome]:
        """Outcomes by task key."""
        try:
            found = self._looked_up([order for order in orders if order.suspect_since is not None])
        except TemporaryFailure:
            suspects = [order for order in orders if order.suspect_since is not None]
            outcomes = {order.task_key: Outcome("", Result.RETRY, "NOT_LOOKED_UP") for order in suspects}
        else:
            outcomes = {key: _made(id_, at) for key, (id_, at) in found.items()}
        rest = [order for order in orders if order.task_key not in outcomes]
        settled = self._creates.settle([self._input(order) for order in rest])
        self._error = self._creates.error
        outcomes |= {key: _created(each) for key, each in settled.items()}
        # A refusal that blames no property may mean the person: the wording for a missing one varies.
        strayed = {
            key
            for key, each in settled.items()
            if each.fate is Fate.NOT_FOUND or (each.fate is Fate.REFUSED and not each.about)
        }
        return outcomes | self._create_elsewhere([order for order in rest if order.task_key in strayed])

    def _create_elsewhere(self, orders: Sequence[TaskOrder]) -> dict[str, Outcome]:
        """Once more for persons who are now somewhere else; {} for those who are where they were."""
        outcomes: dict[str, Outcome] = {}
        if not orders or self._error or self._creates.down:
            return outcomes
        try:
            places = where_are(self._client, "contacts", [order.person.id for order in orders if order.person])
        except VendorError as error:
            self._error = None if isinstance(error, TemporaryFailure) else error  # after what was made is told
            return outcomes
        moved = []
        for order in orders:
            if not order.person or order.person.id not in places:
                outcomes[order.task_key] = Outcome("", Result.REJECTED, "OBJECT_NOT_FOUND", gone=True)
            elif places[order.person.id] != order.person.id:
                moved.append(replace(order, person=RecordKey(HUBSPOT, "contact", places[order.person.id])))
        settled = self._creates.settle([self._input(order) for order in moved])
        self._error = self._creates.error
        return outcomes | {key: _created(each) for key, each in settled.items()}

    def _input(self, order: TaskOrder) -> Input:
        due = order.due_at if order.due_at is not None else self._client.server_now()
        properties = {
            "hs_timestamp": iso_ms(due),  # of a task: when it is due
            "hs_task_subject": order.subject,
            "hs_task_body": task_body(order.body),
            "hs_task_status": "NOT_STARTED",
            "hs_task_priority": "HIGH",
            "hs_task_type": "TODO",
        }
        if order.owner_id:
            properties[_OWNER] = order.owner_id
        if order.remind_at is not None:
            properties[_REMINDER] = str(order.remind_at * 1000)
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TASK_TO_CONTACT}]
        links = ({"to": {"id": order.person.id}, "types": types},) if order.person else ()
        return Input(order.task_key, "", properties, links, marker=order.task_key)

    def _looked_up(self, suspects: Sequence[TaskOrder]) -> dict[str, tuple[str, int | None]]:
        """(task id, made at) of the suspects that did arrive, by task key."""
        people = {order.task_key: order.person.id for order in suspects if order.person}
        if not people:
            return {}
        found = self._marked_tasks(suspects, list(people.values()))
        absent = [order for order in suspects if order.person and order.task_key not in found]
        places = where_are(self._client, "contacts", [people[order.task_key] for order in absent]) if absent else {}
        moved = [new for old, new in places.items() if new != old]
        return found | (self._marked_tasks(absent, moved) if moved else {})

    def _marked_tasks(self, suspects: Sequence[TaskOrder], people: Sequence[str]) -> dict[str, tuple[str, int | None]]:
        since = {order.task_key: (order.suspect_since or 0) * 1000 - _CLOCK_SLACK_MS for order in suspects}
        linked = associations.batch(self._client, "contacts", "tasks", list(dict.fromkeys(people)))
        tasks = sorted({task for ids in linked.values() for task in ids})
        found: dict[str, tuple[str, int | None]] = {}
        for raw in self._read(tasks):
            properties = raw.get("properties") or {}
            key = task_key_in(str(properties.get("hs_task_body") or ""))
            made_ms = epoch_ms(properties.get("hs_createdate")) or epoch_ms(raw.get("createdAt"))
            if key in since and (made_ms is None or made_ms >= since[key]):
                found[key] = (str(raw.get("id")), None if made_ms is None else made_ms // 1000)
        return found

    def _complete(self, orders: Sequence[TaskOrder]) -> dict[str, Outcome]:
        """Outcomes by task id."""
        try:
            known = {str(raw.get("id")): raw for raw in self._read([order.task_id for order in orders])}
        except TemporaryFailure as failure:
            return {order.task_id: Outcome("", Result.RETRY, failure.code or "NO_ANSWER") for order in orders}
        inputs: list[Input] = []
        outcomes: dict[str, Outcome] = {}
        for number, order in enumerate(orders):
            key = RecordKey(HUBSPOT, "task", order.task_id)
            if order.task_id not in known or known[order.task_id].get("archived") is True:
                outcomes[order.task_id] = Outcome("", Result.REJECTED, "OBJECT_NOT_FOUND", record=key, gone=True)
            elif changes := _completion(known[order.task_id].get("properties") or {}, order.note):
                inputs.append(Input(f"leadsync-{number}", order.task_id, changes))
            else:
                outcomes[order.task_id] = Outcome("", Result.UNCHANGED, record=key)
        settled = self._updates.settle(inputs) if inputs else {}
        self._error = self._updates.error if inputs else None
        return outcomes | {each.input.id: _completed(each) for each in settled.values()}

    def _read(self, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for chunk in associations.chunks(ids, routes.BATCH):
            body = {
                "inputs": [{"id": id_} for id_ in chunk],
                "properties": ["hs_task_body", "hs_task_status", "hs_createdate"],
                "propertiesWithHistory": [],
            }
            answer = self._client.post(routes.BATCH_READ, body, judge=True, type="tasks")
            if answer.status >= 400 and answer.status != 404:
                raise unexpected("batch read", f"ids of tasks were refused with {answer.status}")
            yield from listed(answer.body, "batch read", optional=answer.status == 404)


def _repaired(refused: Input, complaint: Complaint) -> Input | None:
    """A task is worth having without its owner (who may have been removed) or its reminder."""
    about = complaint.property or (_OWNER if "owner" in complaint.message.lower() else "")
    if about not in (_OWNER, _REMINDER) or about not in refused.properties:
        return None
    remark = "OWNER_REFUSED made without owner" if about == _OWNER else refused.remark
    kept = {name: value for name, value in refused.properties.items() if name != about}
    return replace(refused, properties=kept, remark=remark)


def _completion(properties: Mapping[str, Any], note: str) -> dict[str, str]:
    """What has to change to complete a task; {} when it already is as wanted."""
    changes: dict[str, str] = {}
    body = str(properties.get("hs_task_body") or "")
    if str(properties.get("hs_task_status") or "").upper() != _COMPLETED:
        changes["hs_task_status"] = _COMPLETED
    if note and _words(note) not in _words(plain_text(body)):
        changes["hs_task_body"] = f"{body} <br>\n{task_body(note)}" if body else task_body(note)
    return changes


def _words(text: str) -> str:
    return " ".join(text.split())


def _made(id_: str, at: int | None) -> Outcome:
    return Outcome("", Result.APPLIED, "FOUND", record=RecordKey(HUBSPOT, "task", id_), at=at)


def _created(settled: Settled) -> Outcome:
    result = settled.result or {}
    id_ = str(result.get("id") or "")
    if settled.fate is Fate.DONE and id_:
        made_ms = epoch_ms(result.get("createdAt"))
        at = None if made_ms is None else made_ms // 1000
        return Outcome("", Result.APPLIED, settled.code, record=RecordKey(HUBSPOT, "task", id_), at=at)
    if settled.fate is Fate.REFUSED:
        return Outcome("", Result.REJECTED, settled.reason)
    return Outcome("", Result.RETRY, settled.code)


def _completed(settled: Settled) -> Outcome:
    key = RecordKey(HUBSPOT, "task", settled.input.id)
    if settled.fate is Fate.DONE:
        updated = epoch_ms((settled.result or {}).get("updatedAt"))
        return Outcome("", Result.APPLIED, record=key, at=None if updated is None else updated // 1000)
    if settled.fate is Fate.REFUSED:
        return Outcome("", Result.REJECTED, settled.reason, record=key)
    if settled.fate is Fate.NOT_FOUND:
        return Outcome("", Result.REJECTED, settled.code, record=key, gone=True)
    return Outcome("", Result.RETRY, settled.code, record=key)
