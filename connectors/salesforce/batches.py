"""sObject Collections: up to 200 records a call, one verdict for each, whatever shape the refusal has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.salesforce.answers import INVALID_FIELD, Fault, faults, first
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.organization import named_fields
from connectors.salesforce.values import id18

SIZE = 200
PATH = "/composite/sobjects"
# A duplicate rule that allows saving must not stop a score; assignment rules must not move a lead's owner.
HEADERS = {"Sforce-Duplicate-Rule-Header": "allowSave=true", "Sforce-Auto-Assign": "FALSE"}
# One bad record can make the vendor refuse the whole call; halving finds it, within reason.
_SPLITS = 24


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one record: `fault` None and `answered` means it was done."""

    id: str = ""
    fault: Fault | None = None
    answered: bool = True


def typed(object_name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"attributes": {"type": object_name}, **values}


def send(
    client: SalesforceClient, method: str, records: Sequence[Mapping[str, Any]], idempotent: bool
) -> list[Verdict]:
    """One verdict per record, in order. Raises when the call as a whole went wrong for a passing reason."""
    return _Sender(client, method, idempotent).send(records)


class _Sender:
    def __init__(self, client: SalesforceClient, method: str, idempotent: bool) -> None:
        self._client, self._method, self._idempotent = client, method, idempotent
        self._splits = 0

    def send(self, records: Sequence[Mapping[str, Any]]) -> list[Verdict]:
        body = {"allOrNone": False, "records": list(records)}
        try:
            answer = self._client.call(self._method, PATH, body=body, headers=HEADERS, idempotent=self._idempotent)
        except Refusal as refusal:
            if refusal.status != 400:
                raise refusal.error from None
            return self._halved(records, refusal.fault)
        return _verdicts(answer.body, len(records))

    def _halved(self, records: Sequence[Mapping[str, Any]], fault: Fault) -> list[Verdict]:
        """A whole call was refused before anything was written: the halves are tried alone."""
        if len(records) == 1 or self._splits >= _SPLITS or _common(fault, records):
            return [Verdict(fault=fault)] * len(records)
        self._splits += 1
        middle = len(records) // 2
        return self.send(records[:middle]) + self.send(records[middle:])


def _common(fault: Fault, records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the complaint is about a field that all these records of one type bear: halving would not help."""
    if fault.code not in INVALID_FIELD or len({str(record.get("attributes")) for record in records}) > 1:
        return False
    fields = {name for record in records for name in record}
    named = named_fields(fault, tuple(fields))
    return any(all(name in record for record in records) for name in named)


def _verdicts(body: Any, count: int) -> list[Verdict]:
    """Results come in input order; what is missing counts as not answered."""
    listed = body if isinstance(body, list) else []
    found = [_verdict(item) for item in listed[:count]]
    return found + [Verdict(answered=False)] * (count - len(found))


def _verdict(item: Any) -> Verdict:
    if not isinstance(item, Mapping):
        return Verdict(answered=False)
    id = id18(str(item.get("id") or ""))
    if item.get("success") is True:
        return Verdict(id)
    found = faults(item.get("errors"))
    return Verdict(id, first(found) if found else Fault("UNKNOWN_EXCEPTION"))
