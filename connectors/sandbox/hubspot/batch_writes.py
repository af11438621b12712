"""Batch create, update, upsert and archive.

One bad input fails the whole batch and nothing is written, unless every input bears an `objectWriteTraceId`:
then the good ones are written and the answer is a 207.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.batches import batch_response
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.reads import missing_entry
from connectors.sandbox.hubspot.refusals import Refusal, invalid
from connectors.sandbox.hubspot.store import StoredObject
from connectors.sandbox.hubspot.writes import NewLink, Writer, check_unique_property


@dataclass
class Step:
    """One input that passed its checks. `target` None creates."""

    one: Mapping[str, Any]
    values: dict[str, str]
    target: StoredObject | None = None
    links: list[NewLink] = field(default_factory=list)


@dataclass
class Plan:
    """What a batch is going to do; nothing is written while it is made."""

    traced: bool
    steps: list[Step] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    _claimed: set[tuple[str, str]] = field(default_factory=set)

    def add(self, writer: Writer, one: Mapping[str, Any], check: Callable[[], Step]) -> None:
        """Takes one input in, or notes its refusal; without trace ids the refusal ends the batch."""
        try:
            step = check()
            self._claim(writer.table.claims(step.values))
        except Refusal as refusal:
            if not self.traced:
                raise
            self.errors.append(refusal.entry({"objectWriteTraceId": [str(one["objectWriteTraceId"])]}))
        else:
            self.steps.append(step)

    def _claim(self, claims: list[tuple[str, str]]) -> None:
        for claim in claims:
            if claim in self._claimed:
                raise invalid(f"Duplicate value of the unique property {claim[0]} found in batch input")
            self._claimed.add(claim)


class BatchWrites:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def create(self, request: Request) -> Response:
        writer, inputs, plan = self._begin(request)
        for one in inputs:
            plan.add(writer, one, _create_check(writer, one))
        return self._carry_out(writer, plan, status=201)

    def update(self, request: Request) -> Response:
        """By record id; unknown ids are errors of a 207 while the others are written."""
        writer, inputs, plan = self._begin(request)
        sent.distinct([sent.id_of(one) for one in inputs])
        missing: list[str] = []
        found: list[tuple[dict[str, Any], StoredObject]] = []
        for one in inputs:
            target = self._update_target(writer, one)
            if target is None:
                missing.append(sent.id_of(one))
            else:
                found.append((one, target))
        sent.distinct([target.id for _, target in found])
        for one, target in found:
            plan.add(writer, one, _update_check(writer, one, target))
        if missing:
            plan.errors.append(missing_entry(writer.table, missing))
        return self._carry_out(writer, plan)

    def upsert(self, request: Request) -> Response:
        """By the unique property that every input names."""
        writer, inputs, plan = self._begin(request)
        names = {one.get("idProperty") for one in inputs}
        if len(names) != 1 or not all(isinstance(name, str) and name for name in names):
            raise invalid("Upsert needs one and the same idProperty in each input")
        name = str(names.pop())
        check_unique_property(writer.table, name)
        sent.distinct([sent.id_of(one).strip().lower() for one in inputs])
        for one in inputs:
            plan.add(writer, one, _upsert_check(writer, one, name))
        return self._carry_out(writer, plan, upsert=True)

    def archive(self, request: Request) -> Response:
        table = self._portal.table(request.match["type"], "write")
        inputs = sent.inputs_of(sent.json_object(request))
        for object_id in sent.distinct([sent.id_of(one) for one in inputs]):
            found = table.live(object_id)
            if found is not None:
                table.archive(found, self._portal.clock.ms())
        return Response(204)

    def _begin(self, request: Request) -> tuple[Writer, list[dict[str, Any]], Plan]:
        table = self._portal.table(request.match["type"], "write")
        inputs = sent.inputs_of(sent.json_object(request))
        traced = all(one.get("objectWriteTraceId") for one in inputs)
        return Writer(self._portal, table, in_batch=True), inputs, Plan(traced)

    def _update_target(self, writer: Writer, one: Mapping[str, Any]) -> StoredObject | None:
        """E-mail addresses and record ids are refused as `idProperty` here, unlike in upsert."""
        name = one.get("idProperty")
        if not name:
            return self._portal.writable(writer.table, sent.id_of(dict(one)))
        if name in ("email", "hs_object_id"):
            raise invalid(f"Unable to perform update/upsert by non-unique {writer.table.kind.type_id} property {name}")
        check_unique_property(writer.table, str(name))
        return writer.table.holder(str(name), sent.id_of(dict(one)))

    def _carry_out(self, writer: Writer, plan: Plan, *, status: int = 200, upsert: bool = False) -> Response:
        results = []
        for step in plan.steps:
            stored = step.target or writer.create(step.values, step.links)
            if step.target is not None:
                writer.update(stored, step.values)
            body = writer.render(stored, step.values)
            if step.one.get("objectWriteTraceId"):
                body["objectWriteTraceId"] = str(step.one["objectWriteTraceId"])
            if upsert:
                body["new"] = step.target is None
            results.append(body)
        return batch_response(self._portal.clock, results, plan.errors, status)


def _create_check(writer: Writer, one: Mapping[str, Any]) -> Callable[[], Step]:
    def check() -> Step:
        values, links = writer.check_create(one)
        return Step(one, values, None, links)

    return check


def _update_check(writer: Writer, one: Mapping[str, Any], target: StoredObject) -> Callable[[], Step]:
    return lambda: Step(one, writer.check_update(target, one.get("properties")), target)


def _upsert_check(writer: Writer, one: Mapping[str, Any], name: str) -> Callable[[], Step]:
    def check() -> Step:
        value = sent.id_of(dict(one))
        target = writer.table.holder(name, value)
        properties = one.get("properties")
        if target is not None:
            return Step(one, writer.check_update(target, properties), target)
        given = {name: value, **properties} if isinstance(properties, dict) else properties
        values, links = writer.check_create({"properties": given})
        return Step(one, values, None, links)

    return check
