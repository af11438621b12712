"""Salesforce campaigns and their members: who was invited, registered, came, answered."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from connectors.sandbox.world.content import CAMPAIGNS, CampaignSpec
from connectors.sandbox.world.journeys import working_hour
from connectors.sandbox.world.records import day
from connectors.sandbox.world.shapes import DAY, Person, Profile, SalesforceRow, World

_INVITED = {
    Profile.QUIET: 0.05,
    Profile.LIGHT: 0.08,
    Profile.BURST: 0.10,
    Profile.STEADY: 0.20,
    Profile.ENGAGED: 0.35,
}
_KEEN = {
    Profile.QUIET: 0.05,
    Profile.LIGHT: 0.3,
    Profile.BURST: 0.3,
    Profile.STEADY: 0.6,
    Profile.ENGAGED: 0.75,
}
RESPONDED = ("Registered", "Attended", "Responded")


def add_campaigns(world: World, rng: random.Random) -> None:
    for spec in CAMPAIGNS:
        held = working_hour(world.now - spec.days_ago * DAY, world.now, rng)
        campaign = _campaign(world, rng, spec, held)
        for person in world.people:
            rows = person.leads + person.sf_contacts
            known = bool(rows) and min(row.created for row in rows) < held
            if known and not person.opted_out and rng.random() < _INVITED[person.profile]:
                _invite(world, rng, campaign, person, _status(spec, person, rng), held)


def add_member(
    world: World, campaign: SalesforceRow, person: Person, status: str, invited: int, answered: int
) -> SalesforceRow:
    """Puts the person on the campaign's list at `invited`; the status is of `answered` (epoch seconds)."""
    responded = status in RESPONDED
    fields = {
        "CampaignId": campaign.id,
        "Status": status,
        "HasResponded": responded,
        "FirstRespondedDate": day(answered) if responded else None,
    }
    row = world.add_salesforce("CampaignMember", fields | _member(person, answered), invited, answered)
    world.members.add((campaign.id, person.key))
    if responded:
        person.acts.append((answered, "campaign:" + status))
    return row


def _invite(world: World, rng: random.Random, campaign: SalesforceRow, person: Person, status: str, held: int) -> None:
    """People register in the week before and answer at the event."""
    invited = max(campaign.created, held - 10 * DAY)
    answered = invited
    if status == "Registered":
        answered = max(invited, held - rng.randint(1, 7) * DAY)
    elif status in RESPONDED:
        answered = min(world.now - 60, held + rng.randint(0, 5400))
    add_member(world, campaign, person, status, invited, answered)


def _campaign(world: World, rng: random.Random, spec: CampaignSpec, held: int) -> SalesforceRow:
    planned = held - rng.randint(20, 45) * DAY
    fields = {
        "Name": spec.campaign_name(_month(held)),
        "Type": spec.type,
        "Status": "Completed",
        "IsActive": world.now - held < 90 * DAY,
        "StartDate": day(held),
        "EndDate": day(held),
        "OwnerId": rng.choice(world.owners[:-1]).salesforce_id,
    }
    return world.add_salesforce("Campaign", fields, planned, held)


def _status(spec: CampaignSpec, person: Person, rng: random.Random) -> str:
    if rng.random() > _KEEN[person.profile] * (0.5 + 0.7 * person.intent):
        return "Sent"
    if not spec.event:
        return "Responded"
    return rng.choices(("Attended", "Registered", "No Show"), (60, 25, 15))[0]


def _member(person: Person, held: int) -> dict[str, str]:
    """A member that joined as a lead keeps the lead's id beside the contact's after the conversion."""
    contact = person.sf_contacts[0] if person.sf_contacts else None
    leads = [lead for lead in person.leads if lead.created <= held]
    if leads and (contact is None or contact.created > held):
        converted_to = leads[0].fields.get("ConvertedContactId")
        return {"LeadId": leads[0].id} | ({"ContactId": converted_to} if converted_to else {})
    return {"ContactId": contact.id} if contact else {"LeadId": person.leads[0].id}


def _month(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")
