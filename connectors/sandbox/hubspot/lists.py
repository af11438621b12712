"""Lists of records: static ones, and active ones whose members follow from filters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot.times import iso_trimmed

FIRST_ID = 31


@dataclass
class StoredList:
    id: str
    name: str
    type_id: str
    processing: str  # DYNAMIC, MANUAL, SNAPSHOT
    created_ms: int
    updated_ms: int
    branch: dict[str, Any] | None = None
    version: int = 1
    deleted_ms: int | None = None
    size: int = 0

    def body(self, filters: bool) -> dict[str, Any]:
        body: dict[str, Any] = {
            "listId": self.id,
            "listVersion": self.version,
            "name": self.name,
            "objectTypeId": self.type_id,
            "processingType": self.processing,
            "processingStatus": "COMPLETE",
            "createdAt": iso_trimmed(self.created_ms),
            "updatedAt": iso_trimmed(self.updated_ms),
            "createdById": "1",
            "updatedById": "1",
        }
        return {**body, "filterBranch": self.branch} if filters and self.branch is not None else body

    def found(self) -> dict[str, Any]:
        """As one hit of a search."""
        return {**self.body(filters=False), "additionalProperties": {"hs_list_size": str(self.size)}}


@dataclass
class Lists:
    by_id: dict[str, StoredList] = field(default_factory=dict)

    def live(self) -> list[StoredList]:
        return [each for each in self.by_id.values() if each.deleted_ms is None]

    def get(self, id_: str) -> StoredList | None:
        found = self.by_id.get(id_)
        return found if found is not None and found.deleted_ms is None else None

    def named(self, name: str) -> StoredList | None:
        """Names are unique among all live lists, whatever the case of their letters."""
        return next((each for each in self.live() if each.name.casefold() == name.casefold()), None)

    def add(self, name: str, type_id: str, processing: str, branch: dict[str, Any] | None, now_ms: int) -> StoredList:
        made = StoredList(str(FIRST_ID + len(self.by_id)), name, type_id, processing, now_ms, now_ms, branch)
        self.by_id[made.id] = made
        return made
