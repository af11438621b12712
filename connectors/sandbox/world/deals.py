"""Deals and opportunities: more often opened for those who fit and looked closely, and more often won with them."""

from __future__ import annotations

import random

from connectors.sandbox.world import companies
from connectors.sandbox.world.journeys import working_hour
from connectors.sandbox.world.records import day, iso
from connectors.sandbox.world.shapes import DAY, HubSpotRow, Link, Person, Profile, SalesforceRow, World

OPEN_STAGES = (
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "decisionmakerboughtin",
    "contractsent",
)
WON, LOST = "closedwon", "closedlost"
_SALESFORCE_STAGES = {
    "appointmentscheduled": ("Qualification", 10),
    "qualifiedtobuy": ("Needs Analysis", 20),
    "presentationscheduled": ("Value Proposition", 50),
    "decisionmakerboughtin": ("Proposal/Price Quote", 75),
    "contractsent": ("Negotiation/Review", 90),
    WON: ("Closed Won", 100),
    LOST: ("Closed Lost", 0),
}
_OPENED = {
    Profile.QUIET: 0.02,
    Profile.LIGHT: 0.14,
    Profile.BURST: 0.95,
    Profile.STEADY: 0.42,
    Profile.ENGAGED: 0.18,
}
_DECISIVE = ("pricing", "simulator", "compare", "form:trial", "form:demo", "form:contact", "campaign:Attended")


def add_deals(world: World, rng: random.Random) -> None:
    for person in world.people:
        sellable = person.fit > 0 and (person.sf_contacts or person.contacts)
        if sellable and rng.random() < _OPENED[person.profile] * (0.1 + 0.9 * person.intent):
            _add_deal(world, rng, person)


def stage_in_salesforce(stage: str) -> tuple[str, int]:
    """(StageName, Probability) for a HubSpot stage of the same meaning."""
    return _SALESFORCE_STAGES[stage]


def advance(world: World, rng: random.Random) -> HubSpotRow | SalesforceRow | None:
    """Moves one open deal a stage on, or to its end; None when no deal is open."""
    stages = {name: stage for stage, (name, _) in _SALESFORCE_STAGES.items()}
    rows: list[tuple[HubSpotRow | SalesforceRow, str]] = [
        (row, row.properties["dealstage"]) for row in world.hubspot.get("deals", [])
    ]
    rows += [(row, stages[row.fields["StageName"]]) for row in world.salesforce.get("Opportunity", [])]
    open_rows = [(row, stage) for row, stage in rows if stage in OPEN_STAGES]
    if not open_rows:
        return None
    row, stage = rng.choice(open_rows)
    _set_stage(row, _next_stage(stage, rng), world.now)
    return row


def _next_stage(stage: str, rng: random.Random) -> str:
    later = [*OPEN_STAGES[OPEN_STAGES.index(stage) + 1 :], WON]
    return LOST if rng.random() < 0.25 else later[0]


def _set_stage(row: HubSpotRow | SalesforceRow, stage: str, at: int) -> None:
    if isinstance(row, HubSpotRow):
        row.properties["dealstage"] = stage
        row.properties |= {"closedate": iso(at)} if stage in (WON, LOST) else {}
    else:
        name, probability = stage_in_salesforce(stage)
        row.fields |= {"StageName": name, "Probability": probability}
        row.fields |= {"CloseDate": day(at)} if stage in (WON, LOST) else {}
    row.touch(at)


def _add_deal(world: World, rng: random.Random, person: Person) -> None:
    opened = _opening(world, rng, person)
    closes = opened + int(rng.uniform(15, 110) * DAY)
    stage = _outcome(person, opened, rng) if closes < world.now else rng.choice(OPEN_STAGES)
    changed = closes if stage in (WON, LOST) else rng.randint(opened, world.now - 600)
    amount = round(rng.lognormvariate(14.3, 0.9) * (0.7 + person.fit), -4)
    if person.sf_contacts:
        _add_opportunity(world, rng, person, stage, amount, opened, closes, changed)
    else:
        _add_hubspot_deal(world, person, stage, amount, opened, closes, changed)
    _mark(person, stage, changed)


def _opening(world: World, rng: random.Random, person: Person) -> int:
    """Sales opens a deal some days after the person looked around, or out of the blue."""
    acts = sorted(at for at, _ in person.acts)
    earliest = min(row.created for row in person.sf_contacts) if person.sf_contacts else person.first_known
    if not acts:
        at = rng.uniform(earliest, world.now)
    else:
        at = acts[int(len(acts) * rng.uniform(0.4, 0.999))] + rng.uniform(1, 20) * DAY
    at = max(at, earliest + 3600)
    return working_hour(at, world.now, rng) if at < world.now else world.now - rng.randint(1200, 40_000)


def _outcome(person: Person, opened: int, rng: random.Random) -> str:
    decisive = sum(1 for at, what in person.acts if at <= opened and what in _DECISIVE)
    return WON if rng.random() < 0.08 + 0.42 * person.fit + 0.07 * min(decisive, 5) else LOST


def _add_opportunity(
    world: World, rng: random.Random, person: Person, stage: str, amount: float, opened: int, closes: int, changed: int
) -> None:
    contact = person.sf_contacts[0]
    name, probability = stage_in_salesforce(stage)
    opportunity = world.add_salesforce(
        "Opportunity",
        {
            "Name": f"{person.company.core} {rng.choice(('新規導入', '追加ライセンス', 'New business'))}",
            "AccountId": contact.fields.get("AccountId"),
            "StageName": name,
            "Probability": probability,
            "Amount": amount,
            "CloseDate": day(closes),
            "IsClosed": stage in (WON, LOST),
            "IsWon": stage == WON,
            "OwnerId": person.owner.salesforce_id,
            "LeadSource": contact.fields.get("LeadSource"),
            "Type": "New Customer",
        },
        opened,
        changed,
    )
    _add_roles(world, rng, person, opportunity)
    for lead in person.leads:
        if lead.fields.get("ConvertedContactId") == contact.id:
            lead.fields["ConvertedOpportunityId"] = opportunity.id


def _add_roles(world: World, rng: random.Random, person: Person, opportunity: SalesforceRow) -> None:
    role = "Decision Maker" if person.decides else rng.choice(("Evaluator", "Business User", "Influencer"))
    contact_ids = [person.sf_contacts[0].id]
    contact_ids += [other.sf_contacts[0].id for other in _colleagues(world, person)[:1] if rng.random() < 0.4]
    for place, contact_id in enumerate(contact_ids):
        fields = {
            "OpportunityId": opportunity.id,
            "ContactId": contact_id,
            "Role": role if place == 0 else "Other",
            "IsPrimary": place == 0,
        }
        world.add_salesforce("OpportunityContactRole", fields, opportunity.created)


def _colleagues(world: World, person: Person) -> list[Person]:
    return [
        other
        for other in world.colleagues(person.company)
        if other is not person and other.sf_contacts and other.sf_contacts[0].fields.get("AccountId")
    ]


def _add_hubspot_deal(
    world: World, person: Person, stage: str, amount: float, opened: int, closes: int, changed: int
) -> None:
    contact = person.contacts[0]
    deal = world.add_hubspot(
        "deals",
        {
            "dealname": f"{companies.written(person.company, True, random.Random(0))} 新規導入",
            "pipeline": "default",
            "dealstage": stage,
            "amount": str(int(amount)),
            "deal_currency_code": "JPY",
            "closedate": iso(closes),
            "createdate": iso(opened),
            "hubspot_owner_id": person.owner.hubspot_id,
            "dealtype": "newbusiness",
        },
        opened,
        changed,
    )
    world.links.append(Link("deals", deal.id, "contacts", contact.id))
    company_id = contact.properties.get("associatedcompanyid")
    if company_id:
        world.links.append(Link("deals", deal.id, "companies", company_id))


def _mark(person: Person, stage: str, changed: int) -> None:
    """What sales writes on the person's records when a deal moves."""
    person.customer = person.customer or stage == WON
    lifecycle = "customer" if stage == WON else "opportunity" if stage in OPEN_STAGES else ""
    for contact in person.contacts:
        if lifecycle:
            contact.properties["lifecyclestage"] = lifecycle
        contact.touch(changed)
