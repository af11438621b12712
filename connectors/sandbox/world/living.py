"""The world goes on: what happens in a few seconds of a busy company, as the vendors would record it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.salesforce import SalesforceSandbox
from connectors.sandbox.world.campaigns import add_member
from connectors.sandbox.world.deals import advance
from connectors.sandbox.world.journeys import open_and_click, visit
from connectors.sandbox.world.people import new_person
from connectors.sandbox.world.records import HUBSPOT_CONTACT, LEAD, add_records_of
from connectors.sandbox.world.seeding import Changes, Mark, push, push_changes
from connectors.sandbox.world.shapes import Kind, Person, Profile, SalesforceRow, World
from connectors.sandbox.world.touches import add_touch
from sync.core.records import SALESFORCE, RecordKey

_VISITS = (
    "read",
    "look",
    "read_more",
    "case",
    "price",
    "features_price",
    "download",
    "whitepaper",
    "seminar",
    "compare",
)
_DECISION = ("case_price", "compare", "simulate", "case_download", "try")
_FIRST_STEPS = ("download", "whitepaper", "seminar", "inquire", "try")
_WARMTH = {Profile.QUIET: 1, Profile.LIGHT: 4, Profile.BURST: 2, Profile.STEADY: 10, Profile.ENGAGED: 12}
_JUST_NOW = 8  # seconds: everything of a tick lies between then and `now`


@dataclass
class _Tick:
    world: World
    salesforce: SalesforceSandbox
    rng: random.Random
    changes: Changes = field(default_factory=Changes)

    @property
    def now(self) -> int:
        return self.world.now


def live_tick(
    world: World, hubspot_app: HubSpotSandbox, salesforce_app: SalesforceSandbox, rng: random.Random, now: float
) -> list[str]:
    """Lets one to four things happen at `now` (epoch seconds) in both CRMs; returns what did, by name.

    All of it is dated within the last few seconds, so a reader whose cursor trails by the usual minutes meets
    it. Takes the locks of both apps; `world` must be the one they were populated with.
    """
    with hubspot_app.lock, salesforce_app.lock:
        world.now = max(world.now, int(now))
        mark, tick = Mark.of(world), _Tick(world, salesforce_app, rng)
        names = rng.choices(list(_HAPPENINGS), [weight for _, weight in _HAPPENINGS.values()], k=rng.randint(1, 4))
        happened = [name for name in names if _HAPPENINGS[name][0](tick)]
        push(world, mark, hubspot_app, salesforce_app)
        push_changes(tick.changes, hubspot_app, salesforce_app)
    return happened


def _visit(tick: _Tick) -> bool:
    person = _warm(tick)
    visit(tick.world, tick.rng, person, tick.rng.choice(_VISITS), tick.now - _JUST_NOW, pace=(1, 2))
    tick.changes.note(*person.contacts)
    return True


def _decide(tick: _Tick) -> bool:
    """Somebody who fits goes through everything from case study to trial in one go: the next hot lead."""
    fitting = [p for p in tick.world.people if _buys(p) and p.profile is not Profile.ENGAGED]
    if not fitting:
        return False
    person = tick.rng.choice(fitting)
    for session in _DECISION:
        visit(tick.world, tick.rng, person, session, tick.now - 4, pace=(1, 1))
    person.profile = Profile.ENGAGED
    tick.changes.note(*person.contacts)
    return True


def _read_mail(tick: _Tick) -> bool:
    """A mail of the last mailings, unopened until now."""
    if not tick.world.unopened:
        return False
    person, mailing = tick.world.unopened.pop()
    clicks = tick.rng.random() < 0.5
    open_and_click(tick.world, tick.rng, person, mailing, tick.now - _JUST_NOW, clicks, reading=(2, 6))
    tick.changes.note(*person.contacts)
    return True


def _answer_campaign(tick: _Tick) -> bool:
    campaign = tick.rng.choice(tick.world.salesforce["Campaign"][:3])  # the latest ones
    person = _somebody(tick, lambda p: p.who is not None and (campaign.id, p.key) not in tick.world.members)
    if person is None:
        return False
    status = tick.rng.choice(("Responded", "Attended"))
    add_member(tick.world, campaign, person, status, invited=tick.now, answered=tick.now)
    return True


def _sales_works(tick: _Tick) -> bool:
    person = _somebody(tick, lambda p: p.profile is not Profile.QUIET and p.fit > 0)
    if person is None:
        return False
    add_touch(tick.world, tick.rng, person, tick.rng.choice(("call", "email", "reply", "note")), tick.now)
    for lead in person.leads:
        if lead.fields["Status"] == "Open - Not Contacted":
            lead.fields["Status"] = "Working - Contacted"
            lead.touch(tick.now)
            tick.changes.note(lead)
    tick.changes.note(*person.contacts)
    return True


def _deal_moves(tick: _Tick) -> bool:
    moved = advance(tick.world, tick.rng)
    if moved is not None:
        tick.changes.note(moved)
    return moved is not None


def _newcomer(tick: _Tick) -> bool:
    """Somebody new, by a form on the web site, or typed in by sales after a fair."""
    person = new_person(tick.world, tick.rng)
    tick.world.add_person(person)
    by_form = tick.rng.random() < 0.7 and person.email not in tick.world.taken_emails
    add_records_of(tick.world, tick.rng, person, HUBSPOT_CONTACT if by_form else LEAD)
    if by_form:
        visit(tick.world, tick.rng, person, tick.rng.choice(_FIRST_STEPS), tick.now - 4, pace=(1, 1))
    return True


def _convert(tick: _Tick) -> bool:
    """Sales makes a contact of a lead; the vendor moves what hangs on it."""
    person = _somebody(tick, lambda p: p.who is not None and p.who.object_name == "Lead" and p.fit > 0.4)
    lead = person.who if person else None
    if person is None or lead is None or (stored := tick.salesforce.get("Lead", lead.id)) is None:
        return False
    if stored.get("IsDeleted") or stored.get("IsConverted"):
        return False
    contact_id = tick.salesforce.convert_lead(lead.id)
    row = SalesforceRow("Contact", contact_id, {}, tick.now, tick.now)
    lead.fields |= {"IsConverted": True, "ConvertedContactId": contact_id}
    person.sf_contacts.append(row)
    tick.world.truth[RecordKey(SALESFORCE, "contact", contact_id)] = person.key
    return True


_HAPPENINGS = {  # what may happen, and how often
    "visit": (_visit, 50),
    "read_mail": (_read_mail, 14),
    "sales_works": (_sales_works, 12),
    "newcomer": (_newcomer, 8),
    "answer_campaign": (_answer_campaign, 7),
    "deal_moves": (_deal_moves, 4),
    "decide": (_decide, 3),
    "convert": (_convert, 1),
}


def _buys(person: Person) -> bool:
    return bool(person.contacts) and person.fit > 0.5 and person.kind is Kind.BUSINESS and not person.customer


def _warm(tick: _Tick) -> Person:
    known = [person for person in tick.world.people if person.contacts]
    return tick.rng.choices(known, [_WARMTH[person.profile] for person in known])[0]


def _somebody(tick: _Tick, wanted: Callable[[Person], object]) -> Person | None:
    found = [person for person in tick.world.people if wanted(person)]
    return tick.rng.choice(found) if found else None
