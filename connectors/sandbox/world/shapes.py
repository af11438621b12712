"""What the seeded world is made of: vendor-shaped rows, and the people and companies behind them.

HubSpot rows hold text values only, as its API does, and times in epoch milliseconds; Salesforce rows hold JSON
values and times in epoch seconds, because its stamps have whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from connectors.sandbox.world.names import Name
from sync.core.records import HUBSPOT, SALESFORCE, RecordKey

DAY = 86_400
HORIZON_DAYS = 540  # 18 months of history


class Kind(StrEnum):
    """Why somebody is in the CRM, as far as the choice of names, addresses and titles goes."""

    BUSINESS = "business"
    FREE_MAIL = "free_mail"  # works at a company, writes from a private mailbox
    ROLE_MAILBOX = "role_mailbox"  # shares info@ with colleagues
    STUDENT = "student"
    SOLE_PROPRIETOR = "sole_proprietor"
    COMPETITOR = "competitor"


class Profile(StrEnum):
    """How somebody behaves over the 18 months."""

    QUIET = "quiet"
    LIGHT = "light"
    BURST = "burst"  # one busy month long ago, then silence
    STEADY = "steady"  # comes back every few weeks
    ENGAGED = "engaged"  # very busy in the last weeks


@dataclass(slots=True)
class HubSpotRow:
    object_type: str  # plural API name: contacts, companies, deals, calls, ...
    id: str
    properties: dict[str, str]
    created_ms: int
    modified_ms: int

    @property
    def created_at(self) -> int:
        return self.created_ms // 1000

    def touch(self, at: int) -> None:
        """Notes a change at `at` (epoch seconds)."""
        self.modified_ms = max(self.modified_ms, at * 1000)


@dataclass(slots=True)
class SalesforceRow:
    object_name: str
    id: str
    fields: dict[str, Any]
    created: int
    modstamp: int

    @property
    def created_at(self) -> int:
        return self.created

    def touch(self, at: int) -> None:
        self.modstamp = max(self.modstamp, at)


@dataclass(frozen=True, slots=True)
class Link:
    """A HubSpot association; types are plural API names."""

    from_type: str
    from_id: str
    to_type: str
    to_id: str


@dataclass(frozen=True, slots=True)
class Submission:
    guid: str
    submitted_ms: int
    values: dict[str, str]
    page_url: str


@dataclass(frozen=True, slots=True)
class MailEvent:
    type: str
    created_ms: int
    recipient: str
    campaign_id: int
    url: str = ""
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class WebEvent:
    event_type: str
    contact_id: str
    occurred_ms: int
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class Mailing:
    """A marketing mail to many; `id` is HubSpot's emailCampaignId."""

    id: int
    days_ago: float  # when it went out, before the world's first `now`
    page: str  # key of the page its link leads to


@dataclass(frozen=True, slots=True)
class Owner:
    """One sales user, present in both CRMs under one e-mail address."""

    hubspot_id: str
    hubspot_user_id: int
    salesforce_id: str
    email: str
    first: str
    last: str
    active: bool


@dataclass(frozen=True, slots=True)
class Industry:
    key: str
    hubspot: str  # option of HubSpot's `industry` enumeration
    english: str
    japanese: str
    appetite: float  # how well the product suits the industry, 0..1


@dataclass(slots=True)
class Company:
    key: str
    japanese: bool
    core: str  # name without its legal form
    latin: str  # the same in Latin letters
    form: str  # 株式会社, 有限会社, Inc., ...
    domain: str
    industry: Industry
    employees: int | None
    country: str
    region: str
    phone: str  # main number, national digits
    owner: Owner
    created: int
    competitor: bool = False
    mailboxes: set[str] = field(default_factory=set)
    hubspot_rows: list[HubSpotRow] = field(default_factory=list)
    account: SalesforceRow | None = None


@dataclass(slots=True)
class Person:
    """One human being and the records about her. `truth` in `World` maps each record to `key`."""

    key: str
    kind: Kind
    japanese: bool
    family: Name
    given: Name
    company: Company
    title: str
    decides: bool
    department: str
    email: str
    mobile: str  # national digits, "" when unknown
    fit: float  # 0..1
    intent: float  # 0..1: how much she means to buy; not visible in any record
    profile: Profile
    owner: Owner
    first_known: int
    opted_out: bool = False
    contacts: list[HubSpotRow] = field(default_factory=list)
    leads: list[SalesforceRow] = field(default_factory=list)
    sf_contacts: list[SalesforceRow] = field(default_factory=list)
    acts: list[tuple[int, str]] = field(default_factory=list)  # (epoch seconds, what) of her own acts
    customer: bool = False

    @property
    def kana_family(self) -> str:
        """The true reading of the family name in katakana; "" for who does not write in Japanese."""
        return self.family.kana

    @property
    def kana_given(self) -> str:
        return self.given.kana

    @property
    def who(self) -> SalesforceRow | None:
        """Where Salesforce hangs activities: the contact, else the unconverted lead."""
        if self.sf_contacts:
            return self.sf_contacts[0]
        return self.leads[0] if self.leads else None


@dataclass
class World:
    seed: int
    now: int
    owners: list[Owner] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    hubspot: dict[str, list[HubSpotRow]] = field(default_factory=dict)
    salesforce: dict[str, list[SalesforceRow]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    mail_events: list[MailEvent] = field(default_factory=list)
    web_events: list[WebEvent] = field(default_factory=list)
    truth: dict[RecordKey, str] = field(default_factory=dict)  # record -> Person.key
    taken_emails: set[str] = field(default_factory=set)  # HubSpot allows an address on one contact only
    members: set[tuple[str, str]] = field(default_factory=set)  # (campaign id, Person.key)
    unopened: list[tuple[Person, Mailing]] = field(default_factory=list)  # mails not read yet, latest last
    _last: dict[str, int] = field(default_factory=dict)
    _by_company: dict[str, list[Person]] = field(default_factory=dict)

    def add_person(self, person: Person) -> None:
        self.people.append(person)
        self._by_company.setdefault(person.company.key, []).append(person)

    def colleagues(self, company: Company) -> list[Person]:
        """Everybody who works at the company."""
        return self._by_company.get(company.key, [])

    def add_hubspot(
        self, object_type: str, properties: dict[str, str], created: int, modified: int | None = None
    ) -> HubSpotRow:
        """Adds a row; times in epoch seconds. Empty values are left out, as HubSpot has null for them."""
        kept = {name: value for name, value in properties.items() if value}
        last = created if modified is None else modified
        row = HubSpotRow(object_type, self._hubspot_id(object_type), kept, created * 1000, last * 1000)
        self.hubspot.setdefault(object_type, []).append(row)
        return row

    def add_salesforce(
        self, object_name: str, fields: dict[str, Any], created: int, modstamp: int | None = None
    ) -> SalesforceRow:
        kept = {name: value for name, value in fields.items() if value not in ("", None)}
        row = SalesforceRow(
            object_name, self.salesforce_id(object_name), kept, created, created if modstamp is None else modstamp
        )
        self.salesforce.setdefault(object_name, []).append(row)
        return row

    def claim(self, row: HubSpotRow | SalesforceRow, person: Person) -> None:
        """Writes into the ground truth whose record this is."""
        if isinstance(row, HubSpotRow):
            key = RecordKey(HUBSPOT, "contact", row.id)
        else:
            key = RecordKey(SALESFORCE, row.object_name.lower(), row.id)
        self.truth[key] = person.key

    def records_of(self, person: Person) -> Iterator[HubSpotRow | SalesforceRow]:
        yield from person.contacts
        yield from person.leads
        yield from person.sf_contacts

    def salesforce_id(self, object_name: str) -> str:
        number = self._next(object_name)
        return salesforce_id(SALESFORCE_PREFIXES[object_name], number)

    def _hubspot_id(self, object_type: str) -> str:
        return str(HUBSPOT_FIRST_IDS[object_type] + self._next("hubspot " + object_type))

    def _next(self, sequence: str) -> int:
        self._last[sequence] = self._last.get(sequence, 0) + 1
        return self._last[sequence]


SALESFORCE_PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "Lead": "00Q",
    "Opportunity": "006",
    "Task": "00T",
    "Event": "00U",
    "Campaign": "701",
    "CampaignMember": "00v",
    "OpportunityContactRole": "00K",
    "User": "005",
}
HUBSPOT_FIRST_IDS = {  # soon one digit more, so that whoever compares ids as text is found out
    "contacts": 99_999_400,
    "companies": 9_999_800,
    "deals": 9_999_900,
    "calls": 99_999_800,
    "meetings": 99_999_900,
    "notes": 99_999_900,
    "emails": 99_999_700,
    "tasks": 99_999_900,
}
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def salesforce_id(prefix: str, number: int) -> str:
    """An 18-character id: the last three characters tell the upper-case letters of each five."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    short = (prefix + "5g" + digits.rjust(10, "0"))[:15]
    checks = (
        _CHECK[sum(1 << place for place, letter in enumerate(short[start : start + 5]) if letter.isupper())]
        for start in (0, 5, 10)
    )
    return short + "".join(checks)
