"""Owners: the users of the account to whom records and tasks are assigned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot.times import iso_trimmed


@dataclass
class Owner:
    id: str
    user_id: int  # never equal to `id`, though both are numbers
    email: str
    first: str
    last: str
    created_ms: int
    updated_ms: int
    active: bool = True
    type: str = "PERSON"  # or QUEUE

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "email": self.email,
            "firstName": self.first,
            "lastName": self.last,
            "userIdIncludingInactive": self.user_id,
            "createdAt": iso_trimmed(self.created_ms),
            "updatedAt": iso_trimmed(self.updated_ms),
            "archived": not self.active,
        }
        return {**body, "userId": self.user_id} if self.active else body


@dataclass
class Owners:
    by_id: dict[str, Owner] = field(default_factory=dict)

    def add(self, owner: Owner) -> None:
        self.by_id[owner.id] = owner

    def is_active(self, owner_id: str) -> bool:
        owner = self.by_id.get(owner_id)
        return owner is not None and owner.active

    def listed(self, archived: bool, email: str = "") -> list[Owner]:
        """By id, so that a page can begin after one."""
        found = [o for o in self.by_id.values() if o.active is not archived and (not email or o.email == email)]
        return sorted(found, key=lambda owner: int(owner.id))
