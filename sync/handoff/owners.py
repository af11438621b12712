"""Who a follow-up task goes to: the owner of the person's record, told apart by system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.core.records import HUBSPOT, SALESFORCE, RecordKey, State
from sync.repository import Member, Owner, Standing


class OwnerBook:
    """Active owners of both CRMs, found by id or, across the CRMs, by e-mail address."""

    def __init__(self, owners: Iterable[Owner]) -> None:
        owners = list(owners)
        self._by_id = {(owner.system, owner.id): owner for owner in owners}
        self._by_mail = {(owner.system, owner.email): owner for owner in owners if owner.email and owner.active}

    def of(self, system: str, owner_id: str) -> Owner | None:
        return self._by_id.get((system, owner_id))

    def salespeople(self, owning: Iterable[tuple[str, str]]) -> int:
        """How many active people stand behind these (system, owner id); one may have an account in each CRM."""
        found = [owner for key in owning if (owner := self._by_id.get(key)) and owner.active]
        return len({owner.email or (owner.system, owner.id) for owner in found})

    def bearer(self, system: str, owner_id: str) -> str:
        """One name for a salesperson, whichever CRM the task is in."""
        owner = self.of(system, owner_id)
        return (owner.email if owner else "") or f"{system}:{owner_id}"

    def task_owner(self, standing: Standing, target: Member) -> str:
        """The owner's id in the target's system, "" when nobody active is known.

        First the owner of the target record, then of the person's other records, then of their companies;
        an owner known only in the other CRM is found by e-mail address.
        """
        system = target.record.key.system
        for from_system, owner_id in _candidates(standing, target):
            if found := self._in(system, from_system, owner_id):
                return found.id
        return ""

    def names_of(self, standing: Standing) -> set[str]:
        """Ids and e-mail addresses of the owners of the person's live records."""
        found = [self.of(m.record.key.system, m.record.owner_id) for m in live(standing.members)]
        return {name for owner in found if owner for name in (owner.id, owner.email)}

    def _in(self, system: str, from_system: str, owner_id: str) -> Owner | None:
        owner = self.of(from_system, owner_id)
        if owner is None or not owner.active:
            return None
        return owner if from_system == system else self._by_mail.get((system, owner.email))


def live(members: Iterable[Member]) -> list[Member]:
    """The records that may be written: neither converted, merged, archived nor deleted."""
    return [member for member in members if member.record.state is State.LIVE]


def task_target(standing: Standing, system_setting: str, systems: Sequence[str]) -> Member | None:
    """The record that bears the task. `auto`: Salesforce when the person has a live record there, else HubSpot."""
    wanted = [SALESFORCE, HUBSPOT] if system_setting == "auto" else [system_setting]
    for system in wanted:
        if system not in systems:
            continue
        records = [member for member in live(standing.members) if member.record.key.system == system]
        if records:
            return min(records, key=_preference)
    return None


def _preference(member: Member) -> tuple[bool, int, str]:
    """A contact before a lead, then the oldest."""
    record = member.record
    return (record.key.object != "contact", record.created_at or 0, record.key.id)


def _candidates(standing: Standing, target: Member) -> list[tuple[str, str]]:
    ordered = [target, *(member for member in live(standing.members) if member is not target)]
    own = [(member.record.key.system, member.record.owner_id) for member in ordered]
    companies: list[RecordKey] = [member.record.company for member in ordered if member.record.company]
    theirs = [(key.system, standing.company_owners.get(key, "")) for key in companies]
    return [(system, owner_id) for system, owner_id in own + theirs if owner_id]
