"""Where a record went: merges name the winner, conversions the contact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.organization import query_rows
from connectors.salesforce.streams import PERSON_OBJECTS
from connectors.salesforce.values import id18, id_list, is_id
from sync.core.records import SALESFORCE, RecordKey

# 200 quoted ids make a URL of about 5 KB; Salesforce takes 16 KB with headers.
IDS_PER_QUERY = 200
# A loser of a merge may have won another before, and a winner may since be converted.
_STEPS = 5
_FIELDS = {
    "lead": "Id, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId",
    "contact": "Id, IsDeleted, MasterRecordId",
}
T = TypeVar("T")


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def living(client: SalesforceClient, keys: Iterable[RecordKey]) -> dict[RecordKey, RecordKey | None]:
    """For each lead or contact the record that stands for it now (itself, if it lives), or None when gone."""
    asked = list(dict.fromkeys(keys))
    at: dict[RecordKey, RecordKey | None] = {key: key for key in asked}
    known: dict[RecordKey, RecordKey | None] = {}
    for _ in range(_STEPS):
        unknown = {key for key in at.values() if key is not None and key not in known}
        if not unknown:
            break
        known |= _next_of(client, unknown)
        at = {key: known.get(now, now) if now is not None else None for key, now in at.items()}
    return at


def _next_of(client: SalesforceClient, keys: set[RecordKey]) -> dict[RecordKey, RecordKey | None]:
    out: dict[RecordKey, RecordKey | None] = dict.fromkeys(keys)
    for name, object_name in PERSON_OBJECTS.items():
        ids = sorted(key.id for key in keys if key.object == name)
        for chunk in chunks(ids, IDS_PER_QUERY):
            soql = f"SELECT {_FIELDS[name]} FROM {object_name} WHERE Id IN ({id_list(tuple(chunk))})"
            try:
                rows = query_rows(client, soql, all_rows=True)
            except Refusal as refusal:
                raise refusal.error from None
            for row in rows:
                key = RecordKey(SALESFORCE, name, id18(str(row.get("Id") or "")))
                out[key] = _successor(key, row)
    return out


def _successor(key: RecordKey, row: dict[str, Any]) -> RecordKey | None:
    master, contact = str(row.get("MasterRecordId") or ""), str(row.get("ConvertedContactId") or "")
    if is_id(master):
        return RecordKey(SALESFORCE, key.object, id18(master))
    if row.get("IsConverted") is True:
        return RecordKey(SALESFORCE, "contact", id18(contact)) if is_id(contact) else None
    return None if row.get("IsDeleted") is True else key
