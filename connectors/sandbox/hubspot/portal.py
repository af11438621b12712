"""The state of one HubSpot account, and the rules that derive values from other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connectors.sandbox.http import SandboxClock
from connectors.sandbox.hubspot.associations import Associations
from connectors.sandbox.hubspot.auth import Auth
from connectors.sandbox.hubspot.catalogue import standard_definitions
from connectors.sandbox.hubspot.engagement import Engagement
from connectors.sandbox.hubspot.limits import Limits
from connectors.sandbox.hubspot.lists import Lists
from connectors.sandbox.hubspot.object_types import OBJECT_TYPES, ObjectType, object_type
from connectors.sandbox.hubspot.owners import Owners
from connectors.sandbox.hubspot.pipelines import Pipelines
from connectors.sandbox.hubspot.search_index import Timing
from connectors.sandbox.hubspot.store import ObjectTable, StoredObject
from connectors.sandbox.hubspot.times import iso


@dataclass
class Portal:
    clock: SandboxClock
    portal_id: int
    timezone: ZoneInfo
    enterprise: bool
    auth: Auth
    limits: Limits
    timing: Timing
    account_type: str = "STANDARD"
    merged_ids_writable: bool = False
    associations: Associations = field(default_factory=Associations)
    owners: Owners = field(default_factory=Owners)
    pipelines: Pipelines = field(default_factory=Pipelines)
    engagement: Engagement = field(default_factory=Engagement)
    lists: Lists = field(default_factory=Lists)
    tables: dict[str, ObjectTable] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = {
            kind.name: ObjectTable(kind, standard_definitions(kind.name), self.timing) for kind in OBJECT_TYPES
        }

    def table(self, segment: str, access: str = "") -> ObjectTable:
        """The records of the type that a path segment names; `access` is read or write, checked against scopes."""
        kind = object_type(segment)
        if access:
            self.auth.require(f"crm.objects.{kind.scope}.{access}")
        return self.tables[kind.name]

    def writable(self, table: ObjectTable, object_id: str) -> StoredObject | None:
        """The record that a write to this id reaches. Ids that were merged away are not for writing by default."""
        return table.resolve(object_id) if self.merged_ids_writable else table.live(object_id)

    def derived(self, kind: ObjectType, before: Mapping[str, str], written: Mapping[str, str]) -> dict[str, str]:
        """What the service itself sets when these values are written over those before."""
        if kind.name == "deals":
            return self._of_deal({**before, **written})
        if kind.name == "tasks" and "hs_task_status" in written:
            return self._of_task(before, written)
        if kind.name == "contacts" and "email" in written:
            return {"hs_email_domain": written["email"].partition("@")[2]}
        return {}

    def note_company(self, contact_id: str) -> None:
        """Keeps `associatedcompanyid` of a contact at its primary company; its modified date stays."""
        table = self.tables["contacts"]
        contact = table.live(contact_id)
        if contact is None:
            return
        company = self.associations.primary(("contacts", "companies"), contact_id) or ""
        if contact.properties.get("associatedcompanyid", "") != company:
            table.replace(contact, {"associatedcompanyid": company})

    def note_activity(self, activity: StoredObject, kind: ObjectType, ms: int) -> None:
        """A newly logged activity moves the modified date of its contacts, though nobody wrote to them."""
        table = self.tables["contacts"]
        for contact_id in list(self.associations.of((kind.name, "contacts"), activity.id)):
            contact = table.live(contact_id)
            if contact is not None:
                table.change(contact, _touched(contact, kind, activity, ms), ms, "CRM_UI")

    def _of_deal(self, values: Mapping[str, str]) -> dict[str, str]:
        stage = self.pipelines.stage(values.get("pipeline", "default"), values.get("dealstage", ""))
        if stage is None:
            return {}
        derived = {
            "pipeline": values.get("pipeline", "default"),
            "hs_is_closed": _flag(stage.closed),
            "hs_is_closed_won": _flag(stage.won),
            "hs_deal_stage_probability": stage.probability,
        }
        if stage.closed and not values.get("closedate"):
            derived["closedate"] = iso(self.clock.ms())
        return derived

    def _of_task(self, before: Mapping[str, str], written: Mapping[str, str]) -> dict[str, str]:
        done = written["hs_task_status"] == "COMPLETED"
        derived = {"hs_task_is_completed": _flag(done)}
        if done and not {**before, **written}.get("hs_task_completion_date"):
            derived["hs_task_completion_date"] = iso(self.clock.ms())
        return derived


def _touched(contact: StoredObject, kind: ObjectType, activity: StoredObject, ms: int) -> dict[str, str]:
    when = activity.properties.get("hs_timestamp", iso(ms))
    touched = {"notes_last_updated": iso(ms)}
    if kind.name != "tasks":
        touched["num_notes"] = str(int(contact.properties.get("num_notes", "0")) + 1)
    if kind.name in ("calls", "emails", "meetings"):
        touched["notes_last_contacted"] = max(when, contact.properties.get("notes_last_contacted", ""))
        touched["num_contacted_notes"] = str(int(contact.properties.get("num_contacted_notes", "0")) + 1)
    return touched


def _flag(value: bool) -> str:
    return "true" if value else "false"
