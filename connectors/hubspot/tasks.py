"""Makes follow-up tasks, completes them, gives them to other owners, adds notes. A create has no idempotency key: after
a lost answer the task is looked for by its marker, through the person's associations (search lags), before it is
made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.hubspot import associations, routes
from connectors.hubspot.batches import BatchWriter, Fate, Input, Settled
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.failures import Complaint, listed, unexpected
from connectors.hubspot.values import epoch_ms, iso_ms, task_body, task_key_in, with_note
from connectors.hubspot.writes import where_are
from sync.core.records import HUBSPOT, RecordKey
from sync.errors import TemporaryFailure, VendorError
from sync.ports import Outcome, Priority, Result, TaskAction, TaskOrder

_TASK_TO_CONTACT, _TASK_TO_DEAL = 204, 216
_PRIORITIES = {Priority.HIGH: "HIGH", Priority.NORMAL: "MEDIUM"}
_WITHOUT_DEAL = "DEAL_REFUSED made without deal"
_CLOCK_SLACK_MS = 300_000
_OWNER, _REMINDER = "hubspot_owner_id", "hs_task_reminders"
_COMPLETED = "COMPLETED"
# What an order asks of a task as it was read (None: it is gone): property changes to send, or what became of it.
_Decide = Callable[[TaskOrder, Mapping[str, Any] | None], "dict[str, str] | Outcome"]
_CarryOut = Callable[[Sequence[TaskOrder]], dict[str, Outcome]]


class TaskWriter:
    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self._creates = BatchWriter(client, routes.BATCH_CREATE, "tasks", _repaired)
        self._updates = BatchWriter(client, routes.BATCH_UPDATE, "tasks")
        self._error: VendorError | None = None

    def write(self, orders: Sequence[TaskOrder]) -> Iterator[Sequence[Outcome]]:
        """One outcome per key. Two orders for one task are carried out once, but for notes: each is written down."""
        steps = (
            (TaskAction.COMPLETE, self._complete),
            (TaskAction.REASSIGN, self._reassign),
            (TaskAction.NOTE, self._annotate),
            (TaskAction.CREATE, self._create),
        )
        for action, carry_out in steps:
            asked = [order for order in orders if order.action is action]
            for part in _one_note_each(asked) if action is TaskAction.NOTE else [asked]:
                yield from self._carried_out(part, carry_out)

    def _carried_out(self, orders: Sequence[TaskOrder], carry_out: _CarryOut) -> Iterator[Sequence[Outcome]]:
        keys: dict[str, list[str]] = {}
        last: dict[str, TaskOrder] = {}
        for order in orders:
            task = order.task_key if order.action is TaskAction.CREATE else order.task_id
            keys.setdefault(task, []).append(order.key)
            last[task] = order
        for chunk in associations.chunks(list(last), routes.BATCH):
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
        strayed = {key for key, each in settled.items() if _is_vague(each)}
        return outcomes | self._create_elsewhere([order for order in rest if order.task_key in strayed])

    def _create_elsewhere(self, orders: Sequence[TaskOrder]) -> dict[str, Outcome]:
        """Once more for persons who are now somewhere else, and without a deal that may be what was refused; {} for
        those about whom nothing can be done."""
        outcomes: dict[str, Outcome] = {}
        if not orders or self._error or self._creates.down:
            return outcomes
        try:
            places = where_are(self._client, "contacts", [order.person.id for order in orders if order.person])
        except VendorError as error:
            self._error = None if isinstance(error, TemporaryFailure) else error  # after what was made is told
            return outcomes
        moved, bare = [], []
        for order in orders:
            if not order.person or order.person.id not in places:
                outcomes[order.task_key] = Outcome("", Result.REJECTED, "OBJECT_NOT_FOUND", gone=True)
            elif places[order.person.id] != order.person.id:
                moved.append(replace(order, person=RecordKey(HUBSPOT, "contact", places[order.person.id])))
            elif _deal_of(order):
                bare.append(replace(order, deal=None))
        made = self._settled_again(moved)
        bare += [
            replace(order, deal=None) for order in moved if _deal_of(order) and _is_vague(made.get(order.task_key))
        ]
        made |= self._settled_again(bare, _WITHOUT_DEAL)
        return outcomes | {key: _created(each) for key, each in made.items()}

    def _settled_again(self, orders: Sequence[TaskOrder], remark: str = "") -> dict[str, Settled]:
        if not orders or self._error:
            return {}
        settled = dict(self._creates.settle([self._input(order, remark) for order in orders]))
        self._error = self._creates.error
        return settled

    def _input(self, order: TaskOrder, remark: str = "") -> Input:
        due = order.due_at if order.due_at is not None else self._client.server_now()
        properties = {
            "hs_timestamp": iso_ms(due),  # of a task: when it is due
            "hs_task_subject": order.subject,
            "hs_task_body": task_body(order.body),
            "hs_task_status": "NOT_STARTED",
            "hs_task_priority": _PRIORITIES[order.priority],
            "hs_task_type": "TODO",
        }
        if order.owner_id:
            properties[_OWNER] = order.owner_id
        if order.remind_at is not None:
            properties[_REMINDER] = str(order.remind_at * 1000)
        return Input(order.task_key, "", properties, _links(order), marker=order.task_key, remark=remark)

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
        return self._change(orders, _completion, _completed)

    def _reassign(self, orders: Sequence[TaskOrder]) -> dict[str, Outcome]:
        return self._change(orders, _reassignment, _told_of_open)

    def _annotate(self, orders: Sequence[TaskOrder]) -> dict[str, Outcome]:
        return self._change(orders, _annotation, _told_of_open)

    def _change(
        self, orders: Sequence[TaskOrder], decide: _Decide, tell: Callable[[Settled], Outcome]
    ) -> dict[str, Outcome]:
        """Outcomes by task id."""
        try:
            known = {str(raw.get("id")): raw for raw in self._read([order.task_id for order in orders])}
        except TemporaryFailure as failure:
            return {order.task_id: Outcome("", Result.RETRY, failure.code or "NO_ANSWER") for order in orders}
        inputs: list[Input] = []
        outcomes: dict[str, Outcome] = {}
        for number, order in enumerate(orders):
            raw = known.get(order.task_id)
            decided = decide(order, None if raw is None or raw.get("archived") is True else raw.get("properties") or {})
            if isinstance(decided, Outcome):
                outcomes[order.task_id] = decided
            else:
                inputs.append(Input(f"leadsync-{number}", order.task_id, decided))
        settled = self._updates.settle(inputs) if inputs else {}
        self._error = self._updates.error if inputs else None
        return outcomes | {each.input.id: tell(each) for each in settled.values()}

    def _read(self, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for chunk in associations.chunks(ids, routes.BATCH):
            body = {
                "inputs": [{"id": id_} for id_ in chunk],
                "properties": ["hs_task_body", "hs_task_status", "hs_createdate", _OWNER],
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


def _deal_of(order: TaskOrder) -> str:
    """Id of the deal that the task is to hang on, "" for none."""
    return order.deal.id if order.deal and order.deal[:2] == (HUBSPOT, "deal") else ""


def _links(order: TaskOrder) -> tuple[Mapping[str, Any], ...]:
    ends = [(order.person.id if order.person else "", _TASK_TO_CONTACT), (_deal_of(order), _TASK_TO_DEAL)]
    return tuple(
        {"to": {"id": id_}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}]}
        for id_, type_ in ends
        if id_
    )


def _is_vague(settled: Settled | None) -> bool:
    """Whether a refusal may mean the person or the deal."""
    if settled is None:
        return False
    return settled.fate is Fate.NOT_FOUND or (settled.fate is Fate.REFUSED and not settled.about)


def _completion(order: TaskOrder, properties: Mapping[str, Any] | None) -> dict[str, str] | Outcome:
    key = RecordKey(HUBSPOT, "task", order.task_id)
    if properties is None:
        return Outcome("", Result.REJECTED, "OBJECT_NOT_FOUND", record=key, gone=True)
    changes = {} if _is_closed(properties) else {"hs_task_status": _COMPLETED}
    changes |= _noted(properties, order.note)
    return changes or Outcome("", Result.UNCHANGED, record=key)


def _reassignment(order: TaskOrder, properties: Mapping[str, Any] | None) -> dict[str, str] | Outcome:
    key = RecordKey(HUBSPOT, "task", order.task_id)
    if barred := _barred(key, properties):
        return barred
    if not order.owner_id:
        return Outcome("", Result.REJECTED, "NO_OWNER", record=key)
    known = properties or {}
    changes = {} if str(known.get(_OWNER) or "") == order.owner_id else {_OWNER: order.owner_id}
    changes |= _noted(known, order.note)
    return changes or Outcome("", Result.UNCHANGED, record=key)


def _annotation(order: TaskOrder, properties: Mapping[str, Any] | None) -> dict[str, str] | Outcome:
    key = RecordKey(HUBSPOT, "task", order.task_id)
    barred = _barred(key, properties)
    return barred or _noted(properties or {}, order.note) or Outcome("", Result.UNCHANGED, record=key)


def _barred(key: RecordKey, properties: Mapping[str, Any] | None) -> Outcome | None:
    """Only an open task that bears our marker changes hands or gets a note."""
    if properties is None:
        return Outcome("", Result.UNCHANGED, "OBJECT_NOT_FOUND", record=key, gone=True)
    if not task_key_in(str(properties.get("hs_task_body") or "")):
        return Outcome("", Result.REJECTED, "NOT_OURS no marker line in the task", record=key)
    if _is_closed(properties):
        return Outcome("", Result.UNCHANGED, "TASK_CLOSED", record=key)
    return None


def _is_closed(properties: Mapping[str, Any]) -> bool:
    return str(properties.get("hs_task_status") or "").upper() == _COMPLETED


def _noted(properties: Mapping[str, Any], note: str) -> dict[str, str]:
    """The body with the note; {} when it is there already."""
    body = str(properties.get("hs_task_body") or "")
    noted = with_note(body, note)
    return {} if noted == body else {"hs_task_body": noted}


def _one_note_each(orders: Sequence[TaskOrder]) -> list[list[TaskOrder]]:
    """Orders in rounds that name each task once: a note is added to what the one before has left."""
    rounds: list[list[TaskOrder]] = []
    seen: Counter[str] = Counter()
    for order in orders:
        if seen[order.task_id] == len(rounds):
            rounds.append([])
        rounds[seen[order.task_id]].append(order)
        seen[order.task_id] += 1
    return rounds


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


def _told_of_open(settled: Settled) -> Outcome:
    key = RecordKey(HUBSPOT, "task", settled.input.id)
    if settled.fate is Fate.REFUSED and settled.about == _OWNER:
        return Outcome("", Result.REJECTED, f"OWNER_REFUSED {settled.code}", record=key)
    if settled.fate is Fate.NOT_FOUND:
        return Outcome("", Result.UNCHANGED, settled.code, record=key, gone=True)
    return _completed(settled)
