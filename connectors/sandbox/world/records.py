"""From people to CRM records: who stands where how often, and how each record came to be written."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.world import companies
from connectors.sandbox.world.names import typo, written
from connectors.sandbox.world.particulars import complete_contact, complete_person, mirror_company
from connectors.sandbox.world.people import title_and_rank
from connectors.sandbox.world.shapes import (
    DAY,
    Company,
    HubSpotRow,
    Kind,
    Link,
    Person,
    Profile,
    SalesforceRow,
    World,
)

HUBSPOT_CONTACT, LEAD, CONTACT, CONVERTED = "h", "l", "c", "k"  # CONVERTED: a lead and the contact made of it
_PLANS = {
    "hl": 40,
    "hc": 25,
    "hk": 9,
    "lc": 4,
    "k": 5,
    "hh": 6,
    "ll": 3,
    "hlc": 3,
    "hhl": 2,
    "hhc": 1,
    "hhlc": 1,
    "hhk": 1,
}
_MORE_THAN_ONE = {
    Profile.QUIET: 0.12,
    Profile.LIGHT: 0.22,
    Profile.BURST: 0.41,
    Profile.STEADY: 0.38,
    Profile.ENGAGED: 0.55,
}
_SOURCES = (
    "ORGANIC_SEARCH",
    "DIRECT_TRAFFIC",
    "PAID_SEARCH",
    "REFERRALS",
    "EMAIL_MARKETING",
    "OFFLINE",
    "SOCIAL_MEDIA",
)
_LEAD_SOURCES = ("Web", "Trade Show", "展示会", "Webinar", "Phone Inquiry", "Partner Referral", "Purchased List")
_OPEN_LEAD = ("Open - Not Contacted", "Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")


@dataclass(frozen=True, slots=True)
class _Writing:
    """What one record says about its person."""

    last: str
    first: str
    email: str
    title: str
    company: Company
    company_name: str
    phone: str
    mobile: str
    department: str


def add_records(world: World, rng: random.Random) -> None:
    """Gives every person one to four records and files each in the ground truth."""
    for person in world.people:
        add_records_of(world, rng, person)


def add_records_of(world: World, rng: random.Random, person: Person, plan: str = "") -> None:
    """`plan` is a string of the letters above; chosen at random when empty."""
    for place, letter in enumerate(plan or _plan(world, person, rng)):
        created = person.first_known if place == 0 else rng.randint(person.first_known, world.now - 3600)
        writing = _writing(world, person, letter, place == 0, rng)
        if letter == HUBSPOT_CONTACT:
            _add_hubspot_contact(world, rng, person, writing, created)
        elif letter == LEAD:
            _add_lead(world, rng, person, writing, created)
        elif letter == CONTACT:
            _add_contact(world, rng, person, writing, created)
        else:
            _add_converted(world, rng, person, writing, created)
    _link(world, rng, person)


def _plan(world: World, person: Person, rng: random.Random) -> str:
    if person.kind is Kind.ROLE_MAILBOX:
        return LEAD if person.email in world.taken_emails else HUBSPOT_CONTACT
    if rng.random() < _MORE_THAN_ONE[person.profile]:
        worked = person.profile not in (Profile.QUIET, Profile.LIGHT)  # sales has made a contact of many of these
        weights = [share * (2 if worked and plan in ("hc", "hk") else 1) for plan, share in _PLANS.items()]
        return rng.choices(list(_PLANS), weights)[0]
    if person.company.competitor or not person.company.domain:
        return HUBSPOT_CONTACT
    # Who comes to the web site by name is known to HubSpot; only lists and fairs fill Salesforce directly.
    shares = (58, 26, 16) if person.profile is Profile.QUIET else (88, 6, 6)
    return rng.choices((HUBSPOT_CONTACT, LEAD, CONTACT), shares)[0]


def _writing(world: World, person: Person, letter: str, tidy: bool, rng: random.Random) -> _Writing:
    last, first = written(person.family, person.given, tidy, rng)
    company, title, email = person.company, person.title, _email(world, person, letter, tidy, rng)
    if email == _FORMER:
        company = rng.choice([other for other in world.companies[:200] if not other.competitor])
        title, _ = title_and_rank(person.japanese, person.department, rng)
        email = person.email.split("@")[0].rstrip("0123456789") + "@" + company.domain
    phone = company.phone if company.domain and rng.random() < 0.62 else ""
    return _Writing(
        last=last,
        first=first,
        email=email,
        title=title if tidy or rng.random() < 0.85 else "",
        company=company,
        company_name=companies.written(company, tidy and rng.random() < 0.8, rng),
        phone=companies.phone_written(phone, person.japanese, tidy, rng),
        mobile=companies.phone_written(person.mobile, person.japanese, tidy, rng),
        department=person.department if rng.random() < 0.6 else "",
    )


_FORMER = "former employer"


def _email(world: World, person: Person, letter: str, first: bool, rng: random.Random) -> str:
    """The address on a record: mostly the same one everywhere, else one of the usual reasons for another."""
    in_hubspot = letter == HUBSPOT_CONTACT
    if in_hubspot and person.email in world.taken_emails:
        return _second_address(world, person, rng)
    if first or in_hubspot or rng.random() < 0.80:
        return person.email
    local, _, domain = person.email.partition("@")
    pick = rng.random()
    if pick < 0.14:
        return f"{local}+{rng.choice(('seminar', 'news', 'expo'))}@{domain}"
    if pick < 0.32:
        return f"{local.title()}@{domain}"
    if pick < 0.41:
        return f"{local}＠{domain}"
    if pick < 0.55:
        return f"{typo(local, rng)}@{domain}"
    if pick < 0.70:
        return _private(person, rng)
    if pick < 0.86 and person.kind is Kind.BUSINESS:
        return _FORMER
    return "" if person.mobile else person.email


def _second_address(world: World, person: Person, rng: random.Random) -> str:
    """Another address for a second HubSpot contact, where addresses are unique."""
    local, _, domain = person.email.partition("@")
    options = [f"{local}+event@{domain}", _private(person, rng), f"{local}@{domain.split('.')[0]}-group.com"]
    if person.kind is Kind.BUSINESS and rng.random() < 0.3:
        return _FORMER
    rng.shuffle(options)
    return next((option for option in options if option not in world.taken_emails), "")


def _private(person: Person, rng: random.Random) -> str:
    local = f"{person.given.latin}.{person.family.latin}".lower().replace("'", "")
    return f"{local}{rng.randrange(10, 99)}@{'gmail.com' if rng.random() < 0.6 else 'yahoo.co.jp'}"


def _add_hubspot_contact(world: World, rng: random.Random, person: Person, writing: _Writing, created: int) -> None:
    email = "" if writing.email in world.taken_emails else writing.email
    world.taken_emails.add(email)
    company = writing.company if writing.company.domain else None
    row = world.add_hubspot(
        "contacts",
        {
            "email": email,
            "lastname": writing.last,
            "firstname": writing.first,
            "jobtitle": writing.title,
            "company": writing.company_name,
            "phone": writing.phone,
            "mobilephone": writing.mobile,
            "country": person.company.country,
            "state": person.company.region,
            "hubspot_owner_id": person.owner.hubspot_id if rng.random() < 0.7 else "",
            "lifecyclestage": rng.choice(("lead", "lead", "subscriber", "marketingqualifiedlead")),
            "hs_lead_status": rng.choice(("", "", "NEW", "OPEN", "IN_PROGRESS")),
            "hs_analytics_source": rng.choice(_SOURCES),
            "hs_email_optout": "true" if person.opted_out else "",
            "createdate": iso(created),
        },
        created,
    )
    complete_contact(row, person, person.company)
    person.contacts.append(row)
    world.claim(row, person)
    if company and not company.competitor and rng.random() < 0.92:
        company_id = _hubspot_company(world, rng, company, created).id
        row.properties["associatedcompanyid"] = company_id
        world.links.append(Link("contacts", row.id, "companies", company_id))


def _add_lead(
    world: World, rng: random.Random, person: Person, writing: _Writing, created: int, **more: Any
) -> SalesforceRow:
    company = writing.company
    known = company.domain != "" and rng.random() < 0.8
    fields = _person_fields(person, writing, rng) | {
        "Company": writing.company_name or "-",
        "Status": rng.choice(_OPEN_LEAD),
        "Industry": _industry(company) if known else None,
        "NumberOfEmployees": company.employees if known else None,
        "Country": company.country,
        "State": company.region,
        "Website": f"https://www.{company.domain}" if known else None,
        "IsConverted": False,
    }
    row = world.add_salesforce("Lead", fields | more, created)
    complete_person(row, person, company)
    person.leads.append(row)
    world.claim(row, person)
    return row


def _add_contact(world: World, rng: random.Random, person: Person, writing: _Writing, created: int) -> SalesforceRow:
    fields = _person_fields(person, writing, rng) | {
        "AccountId": _account(world, writing.company, created, rng).id if writing.company.domain else None,
        "Department": writing.department,
        "MailingCountry": writing.company.country,
        "MailingState": writing.company.region,
    }
    row = world.add_salesforce("Contact", fields, created)
    complete_person(row, person, writing.company)
    person.sf_contacts.append(row)
    world.claim(row, person)
    return row


def _add_converted(world: World, rng: random.Random, person: Person, writing: _Writing, created: int) -> None:
    converted = min(world.now - 3600, created + int(rng.uniform(3, 90) * DAY))
    contact = _add_contact(world, rng, person, writing, converted)
    lead = _add_lead(
        world,
        rng,
        person,
        writing,
        created,
        Status="Closed - Converted",
        IsConverted=True,
        ConvertedDate=day(converted),
        ConvertedContactId=contact.id,
        ConvertedAccountId=contact.fields.get("AccountId"),
    )
    lead.touch(converted)


def _person_fields(person: Person, writing: _Writing, rng: random.Random) -> dict[str, Any]:
    return {
        "LastName": writing.last,
        "FirstName": writing.first,
        "Email": writing.email,
        "Title": writing.title,
        "Phone": writing.phone,
        "MobilePhone": writing.mobile,
        "LeadSource": rng.choice(_LEAD_SOURCES),
        "OwnerId": person.owner.salesforce_id,
        "HasOptedOutOfEmail": person.opted_out,
    }


def _link(world: World, rng: random.Random, person: Person) -> None:
    """Marks left by people and by the vendors' own integration: Salesforce ids and merged addresses in HubSpot."""
    if not person.contacts or not (person.leads or person.sf_contacts):
        return
    contact = person.contacts[0]
    if rng.random() < 0.35:
        if person.leads:
            contact.properties["salesforceleadid"] = person.leads[0].id
        if person.sf_contacts:
            contact.properties["salesforcecontactid"] = person.sf_contacts[0].id
            account = person.sf_contacts[0].fields.get("AccountId")
            contact.properties |= {"salesforceaccountid": account} if account else {}
    others = {str(row.fields.get("Email", "")) for row in person.leads + person.sf_contacts}
    spare = sorted(other for other in others if _mergeable(other, world))
    if spare and rng.random() < 0.5:
        contact.properties["hs_additional_emails"] = ";".join(spare)
        world.taken_emails.update(spare)


def _mergeable(email: str, world: World) -> bool:
    return "@" in email and email == email.lower() and email not in world.taken_emails


def _hubspot_company(world: World, rng: random.Random, company: Company, wanted: int) -> HubSpotRow:
    """The company's record, made on first use; a few companies stand there twice under two spellings."""
    if not company.hubspot_rows or (len(company.hubspot_rows) == 1 and rng.random() < 0.02):
        tidy = not company.hubspot_rows
        created = min(company.created, wanted)
        row = world.add_hubspot(
            "companies",
            {
                "name": companies.written(company, tidy, rng),
                "domain": company.domain if tidy or rng.random() < 0.5 else "",
                "industry": company.industry.hubspot if rng.random() < 0.95 else "",
                "numberofemployees": str(company.employees or ""),
                "country": company.country,
                "state": company.region,
                "phone": companies.phone_written(company.phone, company.japanese, tidy, rng),
                "hubspot_owner_id": company.owner.hubspot_id,
                "createdate": iso(created),
            },
            created,
        )
        company.hubspot_rows.append(row)
        mirror_company(company)
    return rng.choice(company.hubspot_rows)


def _account(world: World, company: Company, wanted: int, rng: random.Random) -> SalesforceRow:
    if company.account is None:
        company.account = world.add_salesforce(
            "Account",
            {
                "Name": company.form + company.core if company.japanese else f"{company.core} {company.form}".strip(),
                "Industry": _industry(company),
                "NumberOfEmployees": company.employees,
                "Website": f"https://www.{company.domain}",
                "Phone": companies.phone_written(company.phone, company.japanese, True, rng),
                "BillingCountry": company.country,
                "BillingState": company.region,
                "OwnerId": company.owner.salesforce_id,
            },
            min(company.created, wanted),
        )
        mirror_company(company)
    return company.account


def _industry(company: Company) -> str:
    return company.industry.japanese if company.japanese else company.industry.english


def iso(at: int) -> str:
    """HubSpot's way to write a time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def sf_time(at: int) -> str:
    """Salesforce's way to write a time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def day(at: int) -> str:
    """The calendar day in Japan, where the sandbox company sits."""
    return datetime.fromtimestamp(at + 9 * 3600, UTC).strftime("%Y-%m-%d")
