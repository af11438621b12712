"""Batch writes of up to 100, taken apart when something in them is wrong.

HubSpot refuses a whole batch with 400 for one bad value, or answers 207 with the bad ones listed. Either way every
input gets a fate of its own: a refusal that names records or a property is believed; otherwise the batch is halved
until the bad one stands alone, which costs about log2(n) calls and leaves its neighbours written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from connectors.hubspot.client import Answer, HubSpotClient
from connectors.hubspot.failures import Complaint, Complaints, error_code, named_ids
from connectors.hubspot.values import task_key_in
from sync.errors import TemporaryFailure, VendorError

_NOT_FOUND = frozenset({"OBJECT_NOT_FOUND", "NOT_FOUND", "RESOURCE_NOT_FOUND"})
_PASSING = frozenset({"RATE_LIMIT", "RATE_LIMITS", "INTERNAL_ERROR", "LOCKED", "SERVICE_UNAVAILABLE", "TIMEOUT"})
_WHOEVER_CARRIES_IT = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"})


@dataclass(frozen=True, slots=True)
class Input:
    """One record to write. `trace` is ours and unique in the call; `id` is "" for a create."""

    trace: str
    id: str
    properties: Mapping[str, str]
    associations: tuple[Mapping[str, Any], ...] | None = None
    marker: str = ""  # creates: the task key by which the answer is known, should it bear no trace id
    remark: str = ""  # what was changed to get it accepted

    def wire(self) -> dict[str, Any]:
        body: dict[str, Any] = {"properties": dict(self.properties), "objectWriteTraceId": self.trace}
        if self.id:
            body["id"] = self.id
        if self.associations is not None:
            body["associations"] = list(self.associations)
        return body


class Fate(Enum):
    DONE = "done"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    UNCONFIRMED = "unconfirmed"  # accepted, but the answer names no such record: it may have been merged
    LOST = "lost"  # may or may not have been written; ask again later


@dataclass(frozen=True, slots=True)
class Settled:
    input: Input
    fate: Fate
    code: str = ""
    result: Mapping[str, Any] | None = None
    about: str = ""  # the property that was refused

    @property
    def reason(self) -> str:
        return f"{self.code} {self.about}".strip()


Repair = Callable[[Input, Complaint], "Input | None"]
"""A changed input to try instead of the refused one, or None."""


def no_repair(_refused: Input, _complaint: Complaint) -> None:
    return None


class BatchWriter:
    """Settles the inputs of one batch. After `settle`, `error` holds what stopped it before the end, if anything;
    inputs that were not sent for it are missing from the answer."""

    def __init__(self, client: HubSpotClient, route: str, type_: str, repair: Repair = no_repair) -> None:
        self._client, self._route, self._type, self._repair = client, route, type_, repair
        self._bad_properties: dict[str, Complaint] = {}
        self._bad_values: dict[tuple[str, str], Complaint] = {}
        self._repaired: list[Input] = []
        self._down: TemporaryFailure | None = None
        self.error: VendorError | None = None
        self.settled: dict[str, Settled] = {}

    def settle(self, inputs: Sequence[Input]) -> dict[str, Settled]:
        """By trace id."""
        self.settled, self._down, self.error = {}, None, None
        group = list(inputs)
        while group:
            self._work(group)
            group, self._repaired = self._repaired, []
        return self.settled

    @property
    def down(self) -> bool:
        """Whether the last batch met a vendor that does not answer."""
        return self._down is not None

    def _work(self, group: Sequence[Input], surely_bad: bool = False) -> bool:
        """Sends a group, in parts if need be; True when a refusal was in it.
        `surely_bad`: the whole was refused and the other half was not, so it need not be sent whole again."""
        good = [each for each in group if not self._known_bad(each)]
        if not good or self.error:
            return len(good) < len(group)
        if surely_bad and len(good) == len(group) > 1:
            return self._halve(good)
        answer = self._send(good)
        if answer is None:
            return True
        if answer.status >= 400:
            self._refused(good, answer)
            return True
        return self._accepted(good, answer.body) or len(good) < len(group)

    def _send(self, group: Sequence[Input]) -> Answer | None:
        if self._down:
            self._lose(group, self._down.code)
            return None
        creates = not group[0].id
        try:
            body = {"inputs": [each.wire() for each in group]}
            return self._client.post(self._route, body, creates=creates, judge=True, type=self._type)
        except TemporaryFailure as failure:
            self._down = failure
            self._lose(group, failure.code or f"HTTP_{failure.status}")
        except VendorError as error:
            self.error = error
        return None

    def _refused(self, group: Sequence[Input], answer: Answer) -> None:
        """Nothing of the group was written: find out on whose account."""
        found = Complaints(answer.body)
        named = named_ids(answer.body)
        guilty = [each for each in group if each.trace in named or (each.id and each.id in named)]
        for complaint in found.items:
            if complaint.code in _WHOEVER_CARRIES_IT and complaint.property:
                self._bad_properties[complaint.property] = complaint
        carriers = [each for each in group if self._bad_properties.keys() & each.properties.keys()]
        if carriers:
            self._work(group)  # the carriers drop out
        elif guilty and len(guilty) < len(group):
            self._judge_all(guilty, answer)
            self._work([each for each in group if each not in guilty])
        elif len(group) == 1:
            self._judge_all(group, answer)
        else:
            self._halve(group)

    def _halve(self, group: Sequence[Input]) -> bool:
        middle = len(group) // 2
        bad = self._work(group[:middle])
        return self._work(group[middle:], surely_bad=not bad) or bad

    def _judge_all(self, guilty: Iterable[Input], answer: Answer) -> None:
        code = error_code(answer.body) or f"HTTP_{answer.status}"
        for each in guilty:
            self._judge(each, "OBJECT_NOT_FOUND" if answer.status == 404 else code, answer.body)

    def _judge(self, each: Input, code: str, said: Mapping[str, Any]) -> None:
        if code in _NOT_FOUND:
            self.settled[each.trace] = Settled(each, Fate.NOT_FOUND, "OBJECT_NOT_FOUND")
        elif code in _PASSING:
            self.settled[each.trace] = Settled(each, Fate.LOST, code)
        else:
            self._reject(each, _chief(each, code, said))

    def _reject(self, each: Input, complaint: Complaint) -> None:
        if complaint.property in each.properties:
            self._bad_values[complaint.property, each.properties[complaint.property]] = complaint
        if (repaired := self._repair(each, complaint)) is not None:
            self._repaired.append(repaired)
            return
        self.settled[each.trace] = Settled(each, Fate.REFUSED, complaint.code, about=complaint.property)

    def _known_bad(self, each: Input) -> bool:
        """Rejects, without asking again, what would be refused for a reason already told."""
        for name, value in each.properties.items():
            complaint = self._bad_properties.get(name) or self._bad_values.get((name, value))
            if complaint is not None:
                self._reject(each, complaint)
                return True
        return False

    def _accepted(self, group: Sequence[Input], body: Mapping[str, Any]) -> bool:
        """Fates from a 200, 201 or 207; True when some were refused."""
        strangers = self._confirm(group, _objects(body.get("results")))
        errors = _objects(body.get("errors"))
        nameless = self._blame(group, errors)
        rest = [each for each in group if each.trace not in self.settled and each not in self._repaired_from(group)]
        if len(rest) == len(strangers) == 1 and not nameless:
            # One answer and one question left: it answers under another id, the record has been merged.
            self.settled[rest[0].trace] = Settled(rest[0], Fate.DONE, rest[0].remark, strangers[0])
            return bool(errors)
        if not rest:
            return bool(errors)
        if nameless and len(rest) == 1:
            self._judge(rest[0], error_code(nameless[0]) or "REFUSED", nameless[0])
        elif nameless and not strangers and len(rest) < len(group):
            self._work(rest)
        elif nameless and not strangers:
            self._halve(rest)
        else:
            fate = Fate.UNCONFIRMED if rest[0].id else Fate.LOST
            self.settled.update({each.trace: Settled(each, fate, "NO_RESULT") for each in rest})
        return True

    def _confirm(self, group: Sequence[Input], results: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Marks what the results confirm; returns the results that belong to none of the group."""
        by_trace = {each.trace: each for each in group}
        by_id = {each.id: each for each in group if each.id}
        by_marker = {each.marker: each for each in group if each.marker}
        strangers = []
        for result in results:
            body = str((result.get("properties") or {}).get("hs_task_body") or "")
            found = (
                by_trace.get(str(result.get("objectWriteTraceId") or ""))
                or by_id.get(str(result.get("id") or ""))
                or by_marker.get(task_key_in(body) if by_marker else "")
            )
            if found is None:
                strangers.append(result)
            else:
                self.settled[found.trace] = Settled(found, Fate.DONE, found.remark, result)
        return strangers

    def _blame(self, group: Sequence[Input], errors: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Applies errors to those they name; returns the errors that name nobody."""
        nameless = []
        for error in errors:
            named = named_ids(error)
            guilty = [each for each in group if each.trace in named or (each.id and each.id in named)]
            for each in guilty:
                if each.trace not in self.settled:
                    self._judge(each, error_code(error) or "REFUSED", error)
            if not guilty:
                nameless.append(error)
        return nameless

    def _repaired_from(self, group: Sequence[Input]) -> list[Input]:
        traces = {each.trace for each in self._repaired}
        return [each for each in group if each.trace in traces]

    def _lose(self, group: Sequence[Input], code: str) -> None:
        self.settled.update({each.trace: Settled(each, Fate.LOST, code or "NO_ANSWER") for each in group})


def _objects(raw: Any) -> list[Mapping[str, Any]]:
    """What was written cannot be asked again, so an entry of another shape only stays unconfirmed."""
    return [each for each in raw if isinstance(each, Mapping)] if isinstance(raw, list) else []


def _chief(each: Input, code: str, said: Mapping[str, Any]) -> Complaint:
    """The complaint that fits this input best: one about a property it carries, else the first."""
    items = Complaints(said).items
    fitting = next((item for item in items if item.property in each.properties), None)
    if fitting is not None:
        return Complaint(fitting.code or code, fitting.property, fitting.message)
    if items:
        return Complaint(items[0].code or code, items[0].property, items[0].message)
    return Complaint(code, "", str(said.get("message") or ""))
