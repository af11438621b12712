"""Writing scores: collections of 200 or Bulk jobs, one outcome per order, neighbours never harmed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.salesforce.answers import INVALID_FIELD, Fault, reason
from connectors.salesforce.batches import SIZE, Verdict, send, typed
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.describe import Describer
from connectors.salesforce.ingest import IngestJobs, uploads
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import PERSON_OBJECTS
from connectors.salesforce.successors import chunks, living
from connectors.salesforce.values import id18, iso
from sync.core.fields import BY_NAME, FieldType
from sync.core.records import SALESFORCE, RecordKey
from sync.errors import CallRefused, FeatureMissing, QuotaReached, TemporaryFailure
from sync.ports import ConnectorContext, Outcome, Result, ScoreUpdate

LOCKED = "UNABLE_TO_LOCK_ROW"
LOST = frozenset(
    {
        "ENTITY_IS_DELETED",
        "NOT_FOUND",
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "INVALID_CROSS_REFERENCE_KEY",
        "INVALID_ID_FIELD",
        "ENTITY_IS_LOCKED",
    }
)
GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})
PASSING = frozenset(
    {
        LOCKED,
        "ENTITY_IS_LOCKED",
        "SERVER_UNAVAILABLE",
        "UNKNOWN_EXCEPTION",
        "REQUEST_RUNNING_TOO_LONG",
        "REQUEST_LIMIT_EXCEEDED",
        "LIMIT_EXCEEDED",
        "QUERY_TIMEOUT",
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "PROCESSING_HALTED",
        "API_CURRENTLY_DISABLED",
    }
)
LOCK_TRIES = 4
_LENGTHS = {FieldType.TEXT: 255, FieldType.KEY: 40, FieldType.LONG_TEXT: 32_768, FieldType.CHOICE: 255}
_FAILURES_BEFORE_STOP = 2


@dataclass(frozen=True, slots=True)
class Order:
    """One record to update, for all the outbox keys that asked for it."""

    record: RecordKey
    values: Mapping[str, Any]
    parent: str
    keys: tuple[str, ...]

    @property
    def object(self) -> str:
        return PERSON_OBJECTS[self.record.object]

    def body(self) -> dict[str, Any]:
        return typed(self.object, {"id": self.record.id, **self.values})


class ScoreWriter:
    def __init__(
        self,
        client: SalesforceClient,
        describer: Describer,
        settings: SalesforceSettings,
        context: ConnectorContext,
    ) -> None:
        self._client, self._describer, self._context = client, describer, context
        self._jobs, self._bulk_rows = IngestJobs(client, context), settings.bulk_write_rows
        self._failures, self._field_refused = 0, False
        self._targets: frozenset[RecordKey] = frozenset()

    def write(self, updates: Sequence[ScoreUpdate]) -> Iterator[Sequence[Outcome]]:
        orders, refused = planned(updates)
        if refused:
            yield refused
        self._failures, self._field_refused = 0, False
        self._targets = frozenset(order.record for order in orders)
        small: list[Order] = []
        for name in PERSON_OBJECTS:
            of_object = [order for order in orders if order.record.object == name]
            if len(of_object) > self._bulk_rows:
                yield from self._in_bulk(of_object)
            else:
                small.extend(of_object)
        for chunk in chunks(small, SIZE):
            yield self._guarded(chunk)

    def _guarded(self, orders: Sequence[Order]) -> list[Outcome]:
        """A batch's outcomes; a call that went wrong for a passing reason means: later."""
        if self._failures >= _FAILURES_BEFORE_STOP:
            return _all(orders, Result.RETRY, "NOT_SENT: earlier batches failed")
        try:
            verdicts = send(self._client, "PATCH", [order.body() for order in orders], idempotent=True)
            outcomes = self._settled(orders, verdicts)
        except QuotaReached:
            self._failures = _FAILURES_BEFORE_STOP
            return _all(orders, Result.RETRY, "REQUEST_LIMIT_EXCEEDED")
        except TemporaryFailure as failure:
            self._failures += 1
            return _all(orders, Result.RETRY, failure.code or "NO_ANSWER")
        self._failures = 0
        return outcomes

    def _in_bulk(self, orders: Sequence[Order]) -> Iterator[Sequence[Outcome]]:
        rows = [(order.record.id, order.values) for order in orders]
        start = 0
        for upload in uploads(rows):
            part = orders[start : start + len(upload.ids)]
            start += len(upload.ids)
            yield from self._bulk_part(part, upload)

    def _bulk_part(self, part: Sequence[Order], upload: Any) -> Iterator[Sequence[Outcome]]:
        """One job; what it did not do for a reason that collections can mend goes through those."""
        try:
            verdicts = self._jobs.update(part[0].object, upload)
        except Refusal:
            verdicts = [Verdict(answered=False)] * len(part)
        except QuotaReached:
            self._failures = _FAILURES_BEFORE_STOP
            verdicts = [Verdict(answered=False)] * len(part)
        except TemporaryFailure as failure:
            yield _all(part, Result.RETRY, failure.code or "NO_ANSWER")
            return
        pairs = list(zip(part, verdicts, strict=True))
        again = [order for order, verdict in pairs if _worth_a_collection(verdict)]
        clear = [(order, verdict) for order, verdict in pairs if not _worth_a_collection(verdict)]
        yield [outcome for order, verdict in clear for outcome in self._final(order, verdict)]
        for chunk in chunks(again, SIZE):
            yield self._guarded(chunk)

    def _settled(self, orders: Sequence[Order], verdicts: Sequence[Verdict]) -> list[Outcome]:
        """Outcomes after locked rows were retried alone and lost records found again."""
        pairs = self._unlocked(list(zip(orders, verdicts, strict=True)))
        lost = [order for order, verdict in pairs if verdict.fault and verdict.fault.code in LOST]
        outcomes = [
            outcome
            for order, verdict in pairs
            if not (verdict.fault and verdict.fault.code in LOST)
            for outcome in self._final(order, verdict)
        ]
        if lost:
            faults = {order.record: verdict.fault for order, verdict in pairs if verdict.fault}
            outcomes += self._redirected(lost, faults)
        return outcomes

    def _unlocked(self, pairs: list[tuple[Order, Verdict]]) -> list[tuple[Order, Verdict]]:
        """Locks are of seconds: the locked rows alone, after a wait that differs from other writers' waits."""
        for attempt in range(1, LOCK_TRIES):
            locked = [place for place, (_, verdict) in enumerate(pairs) if _code(verdict) == LOCKED]
            if not locked:
                break
            self._context.sleep(attempt * random.uniform(0.5, 1.5))
            verdicts = send(self._client, "PATCH", [pairs[place][0].body() for place in locked], idempotent=True)
            for place, verdict in zip(locked, verdicts, strict=True):
                pairs[place] = (pairs[place][0], verdict)
        return pairs

    def _redirected(self, lost: list[Order], faults: Mapping[RecordKey, Fault]) -> list[Outcome]:
        """Records that were merged, converted or deleted since they were read: once more, to the successor."""
        try:
            found = living(self._client, [order.record for order in lost])
        except (CallRefused, FeatureMissing):
            # Their neighbours are written already: these few wait.
            return _all(lost, Result.RETRY, "SUCCESSOR_UNKNOWN: the record could not be looked up")
        outcomes: list[Outcome] = []
        moved: list[Order] = []
        for order in lost:
            target = found[order.record]
            if target is None:
                text = f"{faults[order.record].code}: the record no longer exists"
                outcomes += _all([order], Result.REJECTED, text, gone=True)
            elif target != order.record and target in self._targets:
                # Its successor is written in its own right by this very call.
                outcomes += self._outcomes(order, Result.UNCHANGED, "", target)
            else:
                moved.append(replace(order, record=target))
        for chunk in chunks(_once_per_record(moved), SIZE):
            bodies = [order.body() for order in chunk]
            verdicts = send(self._client, "PATCH", bodies, idempotent=True)
            for order, verdict in self._unlocked(list(zip(chunk, verdicts, strict=True))):
                outcomes += self._final(order, verdict)
        return outcomes

    def _final(self, order: Order, verdict: Verdict) -> list[Outcome]:
        fault = verdict.fault
        if not verdict.answered:
            return self._outcomes(order, Result.RETRY, "NO_ANSWER", order.record)
        if fault is None:
            return self._outcomes(order, Result.APPLIED, "", order.record)
        if fault.code in INVALID_FIELD and not self._field_refused:
            self._field_refused = True
            self._describer.forget()
        result = Result.RETRY if fault.code in PASSING else Result.REJECTED
        return self._outcomes(order, result, reason(fault), order.record, gone=fault.code in GONE)

    def _outcomes(
        self, order: Order, result: Result, text: str, record: RecordKey, gone: bool = False
    ) -> list[Outcome]:
        at = int(self._client.server_now())
        return [Outcome(key, result, text, record, at, gone) for key in order.keys]


def planned(updates: Sequence[ScoreUpdate]) -> tuple[list[Order], list[Outcome]]:
    """Orders sorted so that siblings of an account share a batch, leads before contacts; and what is no order.

    Two updates of one record become one: collections refuse nothing, but the later value must win.
    """
    by_record: dict[RecordKey, Order] = {}
    refused: list[Outcome] = []
    for update in updates:
        record = update.record._replace(id=id18(update.record.id))
        unknown = [name for name in update.fields if name not in BY_NAME]
        if record.system != SALESFORCE or record.object not in PERSON_OBJECTS or unknown:
            refused.append(Outcome(update.key, Result.REJECTED, "NOT_WRITABLE: not a lead or contact of Salesforce"))
            continue
        order = Order(record, rendered(update.fields), update.parent_id, (update.key,))
        by_record[record] = _joined(by_record[record], order) if record in by_record else order
    place = list(PERSON_OBJECTS)
    orders = sorted(by_record.values(), key=lambda one: (place.index(one.record.object), one.parent, one.record.id))
    return orders, refused


def rendered(fields: Mapping[str, int | str | None]) -> dict[str, Any]:
    """Our logical fields under their API names, in the vendor's formats and lengths."""
    return {BY_NAME[name].salesforce_name: _value(BY_NAME[name].type, value) for name, value in fields.items()}


def _value(kind: FieldType, value: int | str | None) -> int | str | None:
    if value is None or value == "":
        return None
    if kind is FieldType.TIME:
        return iso(int(value))
    if kind is FieldType.NUMBER:
        return int(value)
    return str(value)[: _LENGTHS[kind]]


def _joined(first: Order, second: Order) -> Order:
    values = {**first.values, **second.values}
    return replace(second, values=values, keys=tuple(dict.fromkeys(first.keys + second.keys)))


def _once_per_record(orders: Sequence[Order]) -> list[Order]:
    """Two losers may have the same successor."""
    out: dict[RecordKey, Order] = {}
    for order in orders:
        out[order.record] = _joined(out[order.record], order) if order.record in out else order
    return list(out.values())


def _all(orders: Sequence[Order], result: Result, text: str, gone: bool = False) -> list[Outcome]:
    return [Outcome(key, result, text, order.record, gone=gone) for order in orders for key in order.keys]


def _code(verdict: Verdict) -> str:
    return verdict.fault.code if verdict.fault else ""


def _worth_a_collection(verdict: Verdict) -> bool:
    """Bulk cannot pass the duplicate-rule header, and retries neither locks nor lost records."""
    return not verdict.answered or _code(verdict) in {LOCKED, "DUPLICATES_DETECTED", *LOST}
