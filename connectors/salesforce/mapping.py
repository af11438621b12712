"""Rows of Salesforce objects -> records of the service. Pure; one bad value never costs the record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal
from urllib.parse import urlsplit

from connectors.kana import NO_KANA, KanaFields
from connectors.salesforce.values import Row, midnight
from sync.core.fields import FIELDS, FieldType
from sync.core.records import (
    SALESFORCE,
    CampaignRecord,
    CompanyRecord,
    DealRecord,
    DealRoleRecord,
    OwnerRecord,
    PersonRecord,
    RecordKey,
    State,
)

LEAD, CONTACT, COMPANY, DEAL = "lead", "contact", "company", "deal"
# Currencies (ISO 4217) whose minor unit is not a hundredth.
_MINOR_DIGITS = dict.fromkeys(
    ("JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF"), 0
) | dict.fromkeys(("BHD", "KWD", "OMR", "JOD", "TND", "IQD", "LYD"), 3)
_DOMAIN = re.compile(
    r"(?=.{4,253}$)([a-z0-9\u0080-\uffff]([a-z0-9\u0080-\uffff-]*[a-z0-9\u0080-\uffff])?\.)+[^\d\W]{2,}"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a row alone does not tell: the org's zone for plain dates, its currency, users that are programs, its
    fields for the reading of a name."""

    zone: tzinfo = UTC
    currency: str = ""
    copying_users: frozenset[str] = frozenset()
    own_user: str = ""  # whom leadsync itself works as
    kana: KanaFields = NO_KANA


def key(object_name: str, id: str) -> RecordKey:
    return RecordKey(SALESFORCE, object_name, id)


def optional_key(object_name: str, id: str) -> RecordKey | None:
    return key(object_name, id) if id else None


def modified(row: Row) -> int:
    return row.seconds("SystemModstamp") or 0


def lead(row: Row, frame: Frame) -> PersonRecord:
    master, contact_id = row.id("MasterRecordId", "00Q"), row.id("ConvertedContactId", "003")
    state, successor = _fate(row, optional_key(LEAD, master))
    if state is not State.MERGED and row.flag("IsConverted"):
        state, successor = State.CONVERTED, optional_key(CONTACT, contact_id)
    numbers = row.all("Phone", "MobilePhone")
    last_kana, first_kana = frame.kana.reading(row.text)
    return PersonRecord(
        key=key(LEAD, row.id("Id")),
        modified_at=modified(row),
        state=state,
        successor=successor,
        created_at=row.seconds("CreatedDate"),
        email=row.text("Email"),
        first_name=row.text("FirstName"),
        last_name=row.text("LastName"),
        first_kana=first_kana,
        last_kana=last_kana,
        title=row.text("Title"),
        company_name=row.text("Company"),
        industry=row.text("Industry"),
        employees=_count(row, "NumberOfEmployees"),
        phone=next(iter(numbers), ""),
        other_phones=numbers[1:],
        website=row.text("Website"),
        country=row.text("Country"),
        region=row.text("State"),
        city=row.text("City"),
        owner_id=row.id("OwnerId"),
        source=row.text("LeadSource"),
        status=row.text("Status"),
        opted_out=row.flag("HasOptedOutOfEmail"),
        own=own_values(row),
    )


def contact(row: Row, frame: Frame) -> PersonRecord:
    state, successor = _fate(row, optional_key(CONTACT, row.id("MasterRecordId", "003")))
    numbers = row.all("Phone", "MobilePhone", "HomePhone", "OtherPhone")
    last_kana, first_kana = frame.kana.reading(row.text)
    return PersonRecord(
        key=key(CONTACT, row.id("Id")),
        modified_at=modified(row),
        state=state,
        successor=successor,
        created_at=row.seconds("CreatedDate"),
        email=row.text("Email"),
        first_name=row.text("FirstName"),
        last_name=row.text("LastName"),
        first_kana=first_kana,
        last_kana=last_kana,
        title=row.text("Title"),
        department=row.text("Department"),
        company=optional_key(COMPANY, row.id("AccountId", "001")),
        phone=next(iter(numbers), ""),
        other_phones=numbers[1:],
        country=row.text("MailingCountry"),
        region=row.text("MailingState"),
        city=row.text("MailingCity"),
        owner_id=row.id("OwnerId"),
        source=row.text("LeadSource"),
        opted_out=row.flag("HasOptedOutOfEmail"),
        own=own_values(row),
    )


def account(row: Row, frame: Frame) -> CompanyRecord:
    state, successor = _fate(row, optional_key(COMPANY, row.id("MasterRecordId", "001")))
    return CompanyRecord(
        key=key(COMPANY, row.id("Id")),
        modified_at=modified(row),
        state=state,
        successor=successor,
        created_at=row.seconds("CreatedDate"),
        name=row.text("Name"),
        domain=domain(row, "Website"),
        industry=row.text("Industry"),
        employees=_count(row, "NumberOfEmployees"),
        country=row.text("BillingCountry"),
        region=row.text("BillingState"),
        owner_id=row.id("OwnerId"),
    )


def user(row: Row, frame: Frame) -> OwnerRecord:
    """Of all types of user only Standard is a person of the company; others are the vendor's or integrations' own and
    never do anybody's work. Accounts that programs use may be people's as well: they stay active."""
    person, id = row.text("UserType") in ("", "Standard"), row.id("Id")
    return OwnerRecord(
        key=key("owner", id),
        modified_at=modified(row),
        email=row.text("Email"),
        name=row.text("Name"),
        active=person and row.tri("IsActive") is not False,
        manager_id=row.id("ManagerId", "005"),
        automated=not person or id in frame.copying_users or id == frame.own_user,
    )


def campaign(row: Row, frame: Frame) -> CampaignRecord:
    return CampaignRecord(
        key=key("campaign", row.id("Id")),
        modified_at=modified(row),
        state=deleted(row),
        name=row.text("Name"),
        type=row.text("Type"),
    )


def opportunity(row: Row, frame: Frame) -> DealRecord:
    currency = row.text("CurrencyIsoCode") or frame.currency
    close = row.day("CloseDate")
    return DealRecord(
        key=key(DEAL, row.id("Id")),
        modified_at=modified(row),
        state=deleted(row),
        created_at=row.seconds("CreatedDate"),
        closed_at=None if close is None else midnight(close, frame.zone),
        name=row.text("Name"),
        status="won" if row.flag("IsWon") else "lost" if row.flag("IsClosed") else "open",
        stage=row.text("StageName"),
        amount_minor=minor_units(row.decimal("Amount"), currency),
        currency=currency,
        company=optional_key(COMPANY, row.id("AccountId", "001")),
        owner_id=row.id("OwnerId"),
    )


def contact_role(row: Row, frame: Frame) -> DealRoleRecord | None:
    """None when deal or person cannot be told: such a role says nothing."""
    deal_id, person_id = row.id("OpportunityId", "006"), row.id("ContactId", "003")
    if not (deal_id and person_id):
        return None
    return DealRoleRecord(
        key=key("deal_role", row.id("Id")),
        modified_at=modified(row),
        deal=key(DEAL, deal_id),
        person=key(CONTACT, person_id),
        state=deleted(row),
        role=row.text("Role"),
        primary=row.flag("IsPrimary"),
    )


def deleted(row: Row) -> State:
    return State.ARCHIVED if row.flag("IsDeleted") else State.LIVE


def _fate(row: Row, master: RecordKey | None) -> tuple[State, RecordKey | None]:
    """Losers of a merge are deleted rows that name the winner."""
    return (State.MERGED, master) if master else (deleted(row), None)


def own_values(row: Row) -> dict[str, str | int | None]:
    """Our fields by logical name; what is not selectable is left out."""
    out: dict[str, str | int | None] = {}
    for field in FIELDS:
        name = field.salesforce_name
        if not row.has(name):
            continue
        if field.type is FieldType.NUMBER:
            out[field.name] = row.whole(name)
        elif field.type is FieldType.TIME:
            out[field.name] = row.seconds(name)
        else:
            out[field.name] = row.text(name) or None
    return out


def domain(row: Row, name: str) -> str:
    """The bare host of a website field, which holds anything from a URL to prose."""
    value = row.text(name).lower()
    if not value:
        return ""
    try:
        host = (urlsplit(value if "://" in value else f"//{value}").hostname or "").rstrip(".")
    except ValueError:
        host = ""
    host = host.removeprefix("www.")
    return host if _DOMAIN.fullmatch(host) else row.reject(name)


def minor_units(amount: Decimal | None, currency: str) -> int | None:
    if amount is None:
        return None
    return int((amount * 10 ** minor_digits(currency)).to_integral_value())


def minor_digits(currency: str) -> int:
    return _MINOR_DIGITS.get(currency, 2)


def _count(row: Row, name: str) -> int | None:
    number = row.whole(name)
    return number if number is None or number >= 0 else None
