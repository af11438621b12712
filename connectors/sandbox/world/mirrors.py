"""Deals that HubSpot's own Salesforce integration has copied: one piece of business, standing in both CRMs.

Only closed ones: what still moves is kept in one CRM, where the living world moves it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from connectors.sandbox.world.deals import LOST, WON
from connectors.sandbox.world.records import iso
from connectors.sandbox.world.shapes import HubSpotRow, Link, SalesforceRow, World

OPPORTUNITY_ID = "hs_salesforceopportunityid"
_SHARE = 0.5
_DAY_SECONDS = "T00:00:00.000Z"


def mirror_deals(world: World) -> None:
    """Adds the copies to the world, once however often it is asked."""
    if any(OPPORTUNITY_ID in row.properties for row in world.hubspot.get("deals", [])):
        return
    contacts = {row.id: person.contacts[0] for person in world.people for row in person.sf_contacts if person.contacts}
    primary = {
        role.fields["OpportunityId"]: role.fields["ContactId"]
        for role in world.salesforce.get("OpportunityContactRole", [])
        if role.fields.get("IsPrimary")
    }
    for opportunity in _copied(world):
        if contact := contacts.get(primary.get(opportunity.id, "")):
            _add_copy(world, opportunity, contact)


def _copied(world: World) -> Iterator[SalesforceRow]:
    for row in world.salesforce.get("Opportunity", []):
        if row.fields.get("IsClosed") and random.Random(f"mirror {row.id}").random() < _SHARE:
            yield row


def _add_copy(world: World, opportunity: SalesforceRow, contact: HubSpotRow) -> None:
    fields = opportunity.fields
    deal = world.add_hubspot(
        "deals",
        {
            "dealname": str(fields["Name"]),
            "pipeline": "default",
            "dealstage": WON if fields.get("IsWon") else LOST,
            "amount": str(int(fields.get("Amount") or 0)),
            "deal_currency_code": "JPY",
            "closedate": str(fields["CloseDate"]) + _DAY_SECONDS,
            "createdate": iso(opportunity.created),
            "dealtype": "newbusiness",
            OPPORTUNITY_ID: opportunity.id,
        },
        opportunity.created,
        opportunity.modstamp,
    )
    world.links.append(Link("deals", deal.id, "contacts", contact.id))
    if company := contact.properties.get("associatedcompanyid"):
        world.links.append(Link("deals", deal.id, "companies", company))
