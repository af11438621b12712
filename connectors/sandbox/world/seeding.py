"""Puts a world, or what was added to it, into the two emulators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.salesforce import SalesforceSandbox
from connectors.sandbox.world.mirrors import mirror_deals
from connectors.sandbox.world.particulars import KANA_PROPERTIES
from connectors.sandbox.world.shapes import HubSpotRow, SalesforceRow, World

# Objects in the order in which one refers to another.
_HUBSPOT_ORDER = ("companies", "contacts", "deals", "calls", "meetings", "notes", "emails", "tasks")
_SALESFORCE_ORDER = (
    "User",
    "Account",
    "Contact",
    "Lead",
    "Campaign",
    "CampaignMember",
    "Opportunity",
    "OpportunityContactRole",
    "Task",
    "Event",
)

# What vendors and sales change on a record while the world lives; everything else stays as the CRM has it.
_CHANGING = {
    "contacts": (
        "hs_analytics_num_page_views",
        "hs_analytics_last_visit_timestamp",
        "num_conversion_events",
        "recent_conversion_date",
        "recent_conversion_event_name",
        "hs_email_last_open_date",
        "notes_last_updated",
        "lifecyclestage",
    ),
    "deals": ("dealstage", "closedate"),
    "Opportunity": ("StageName", "Probability", "CloseDate"),
    "Lead": ("Status",),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a world had been put into the emulators."""

    hubspot: Mapping[str, int] = field(default_factory=dict)
    salesforce: Mapping[str, int] = field(default_factory=dict)
    links: int = 0
    submissions: int = 0
    mail_events: int = 0
    web_events: int = 0

    @classmethod
    def of(cls, world: World) -> Mark:
        return cls(
            {name: len(rows) for name, rows in world.hubspot.items()},
            {name: len(rows) for name, rows in world.salesforce.items()},
            len(world.links),
            len(world.submissions),
            len(world.mail_events),
            len(world.web_events),
        )


@dataclass
class Changes:
    """Rows that were there before and have changed."""

    rows: dict[tuple[str, str], HubSpotRow | SalesforceRow] = field(default_factory=dict)

    def note(self, *rows: HubSpotRow | SalesforceRow) -> None:
        for row in rows:
            name = row.object_type if isinstance(row, HubSpotRow) else row.object_name
            self.rows[name, row.id] = row


def populate(world: World, hubspot_app: HubSpotSandbox, salesforce_app: SalesforceSandbox) -> None:
    """Puts the whole world into two fresh emulators, of which it makes accounts as Japanese companies have them."""
    mirror_deals(world)
    for name, label in KANA_PROPERTIES.items():
        hubspot_app.define("contacts", name, label=label)
    salesforce_app.add_local_names()
    for owner in world.owners:
        hubspot_app.add_owner(
            owner.hubspot_id, owner.email, owner.first, owner.last, owner.hubspot_user_id, owner.active
        )
    for form in world.forms:
        hubspot_app.add_form(form.guid, form.name)
    push(world, Mark(), hubspot_app, salesforce_app)


def push(world: World, since: Mark, hubspot_app: HubSpotSandbox, salesforce_app: SalesforceSandbox) -> None:
    """Puts everything that was added to the world after `since`."""
    for name in _HUBSPOT_ORDER:
        rows = world.hubspot.get(name, [])[since.hubspot.get(name, 0) :]
        hubspot_app.put_many(name, [(row.properties, row.id, row.created_ms, row.modified_ms) for row in rows])
    for link in world.links[since.links :]:
        hubspot_app.associate(link.from_type, link.from_id, link.to_type, link.to_id)
    _push_acts(world, since, hubspot_app)
    for name in _SALESFORCE_ORDER:
        for made in world.salesforce.get(name, [])[since.salesforce.get(name, 0) :]:
            salesforce_app.put(name, made.fields, made.id, made.created, made.modstamp)


def push_changes(changes: Changes, hubspot_app: HubSpotSandbox, salesforce_app: SalesforceSandbox) -> None:
    """Writes the changing values of rows already there. What was merged or deleted meanwhile is left alone."""
    for row in changes.rows.values():
        if isinstance(row, HubSpotRow):
            stored = hubspot_app.get(row.object_type, row.id)
            if stored is not None and not stored.archived:
                values = _subset(row.properties, row.object_type)
                hubspot_app.put(row.object_type, values, row.id, row.created_ms, row.modified_ms)
        elif _lives(salesforce_app, row):
            salesforce_app.put(row.object_name, _subset(row.fields, row.object_name), row.id, row.created, row.modstamp)


def _push_acts(world: World, since: Mark, app: HubSpotSandbox) -> None:
    for sent in world.submissions[since.submissions :]:
        app.submit_form(sent.guid, sent.submitted_ms, sent.values, sent.page_url)
    for mail in world.mail_events[since.mail_events :]:
        app.add_email_event(mail.type, mail.created_ms, mail.recipient, mail.campaign_id, mail.url, mail.filtered)
    for event in world.web_events[since.web_events :]:
        app.add_event(event.event_type, event.contact_id, event.occurred_ms, event.properties)


def _subset(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    wanted: Iterable[str] = _CHANGING.get(name, ())
    return {key: values[key] for key in wanted if key in values}


def _lives(app: SalesforceSandbox, row: SalesforceRow) -> bool:
    stored = app.get(row.object_name, row.id)
    return stored is not None and not stored.get("IsDeleted") and not stored.get("IsConverted")
