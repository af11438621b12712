"""The people of both CRMs that tasks can go to, and which of them a person already belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sync.core.records import HUBSPOT, SALESFORCE, State
from sync.repository import Member, Owner, Standing

RECORD_OWNER, OTHER_RECORD_OWNER, ACCOUNT_OWNER, DEAL_OWNER = (
    "record_owner",
    "other_record_owner",
    "account_owner",
    "deal_owner",
)


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody a person already belongs to. `why` is one of the words above; the id is of `system`."""

    why: str
    system: str
    owner_id: str


class OwnerBook:
    """The owners of both CRMs, found by id or, across the CRMs, by e-mail address.

    In a CRM whose only active accounts are those of integrations, they pass for the people who work with them.
    """

    def __init__(self, owners: Iterable[Owner]) -> None:
        owners = sorted(with_lone_users(owners), key=lambda owner: (owner.system, owner.id))
        self._by_id = {(owner.system, owner.id): owner for owner in owners}
        self._by_mail: dict[tuple[str, str], Owner] = {}
        for owner in owners:
            if owner.email and usable(owner):
                self._by_mail.setdefault((owner.system, mail_of(owner)), owner)

    def of(self, system: str, owner_id: str) -> Owner | None:
        return self._by_id.get((system, owner_id))

    def by_mail(self, system: str, email: str) -> Owner | None:
        """Who has this address in a CRM and can be given a task there."""
        return self._by_mail.get((system, email.strip().lower()))

    def in_system(self, system: str, from_system: str, owner_id: str) -> Owner | None:
        """The same salesperson in `system`; None when she has no account there that can be given a task."""
        owner = self.of(from_system, owner_id)
        if owner is None or not usable(owner):
            return None
        return owner if from_system == system else self.by_mail(system, owner.email)

    def salespeople(self, owning: Iterable[tuple[str, str]]) -> int:
        """How many active people stand behind these (system, owner id); one may have an account in each CRM."""
        found = [owner for key in owning if (owner := self._by_id.get(key)) and usable(owner)]
        return len({mail_of(owner) or (owner.system, owner.id) for owner in found})

    def bearer(self, system: str, owner_id: str) -> str:
        """One name for a salesperson, whichever CRM the task is in."""
        owner = self.of(system, owner_id)
        return (mail_of(owner) if owner else "") or f"{system}:{owner_id}"

    def held(self, standing: Standing, target: Member) -> list[Held]:
        """Whom a person belongs to: the owners of the target record, of her other records, of her companies."""
        ordered = [target, *(member for member in live(standing.members) if member is not target)]
        records = [
            Held(
                RECORD_OWNER if member is target else OTHER_RECORD_OWNER,
                member.record.key.system,
                member.record.owner_id,
            )
            for member in ordered
        ]
        companies = [member.record.company for member in ordered if member.record.company]
        accounts = [Held(ACCOUNT_OWNER, key.system, standing.company_owners.get(key, "")) for key in companies]
        return [entry for entry in dict.fromkeys(records + accounts) if entry.owner_id]


def usable(owner: Owner) -> bool:
    """Whether a person stands behind the account who can be given a task."""
    return owner.active and not owner.automated


def with_lone_users(owners: Iterable[Owner]) -> list[Owner]:
    """The same owners; where nobody else works in a CRM, its active automated accounts count as people.

    Small companies do everything with one account, leadsync's connection included."""
    known = list(owners)
    peopled = {owner.system for owner in known if usable(owner)}
    return [
        replace(owner, automated=False) if owner.active and owner.system not in peopled else owner for owner in known
    ]


def mail_of(owner: Owner) -> str:
    """The address by which people are found across CRMs and playbook."""
    return owner.email.strip().lower()


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
