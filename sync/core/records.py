"""What a CRM tells us, in the service's own terms. Times are UTC epoch seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

HUBSPOT = "hubspot"
SALESFORCE = "salesforce"


class RecordKey(NamedTuple):
    """Names one vendor record. `object` is contact, lead, company, deal, ... in both systems.

    Salesforce ids are always the 18-character form.
    """

    system: str
    object: str
    id: str

    def __str__(self) -> str:
        return f"{self.system}:{self.object}:{self.id}"


class State(StrEnum):
    LIVE = "live"
    ARCHIVED = "archived"  # archived (HubSpot), deleted or in the recycle bin (Salesforce), or gone
    MERGED = "merged"  # absorbed into `successor`
    CONVERTED = "converted"  # lead turned into the contact `successor`


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A HubSpot contact, a Salesforce lead or a Salesforce contact."""

    key: RecordKey
    modified_at: int
    state: State = State.LIVE
    successor: RecordKey | None = None
    created_at: int | None = None
    email: str = ""  # as the CRM holds it, trimmed; "" when absent (so for all texts below)
    other_emails: tuple[str, ...] = ()
    first_name: str = ""
    last_name: str = ""
    first_kana: str = ""  # フリガナ as the CRM holds it
    last_kana: str = ""
    title: str = ""
    department: str = ""
    company_name: str = ""
    company: RecordKey | None = None
    industry: str = ""
    employees: int | None = None
    phone: str = ""
    other_phones: tuple[str, ...] = ()  # mobile and further numbers
    website: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    owner_id: str = ""
    source: str = ""  # first-touch source as the vendor names it
    status: str = ""  # lead status or lifecycle stage, the vendor's word
    opted_out: bool = False
    links: tuple[RecordKey, ...] = ()  # other records the vendor itself says are this person
    absorbed: tuple[RecordKey, ...] = ()  # records merged into this one
    own: Mapping[str, str | int | None] = field(default_factory=dict)
    """Our own fields as the CRM holds them now, by logical name of `core.fields`; missing = not provisioned."""


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    key: RecordKey
    modified_at: int
    state: State = State.LIVE
    successor: RecordKey | None = None
    created_at: int | None = None
    name: str = ""
    domain: str = ""
    industry: str = ""
    employees: int | None = None
    country: str = ""
    region: str = ""
    owner_id: str = ""
    links: tuple[RecordKey, ...] = ()  # records of the other CRM that the vendor itself says are this company
    absorbed: tuple[RecordKey, ...] = ()  # records merged into this one


@dataclass(frozen=True, slots=True)
class DealRecord:
    """A HubSpot deal or a Salesforce opportunity. `status` is open, won or lost."""

    key: RecordKey
    modified_at: int
    state: State = State.LIVE
    created_at: int | None = None
    closed_at: int | None = None  # actual close when won or lost, else the expected date
    name: str = ""
    status: str = "open"
    stage: str = ""
    amount_minor: int | None = None  # minor units of `currency`
    currency: str = ""
    company: RecordKey | None = None
    owner_id: str = ""
    people: tuple[RecordKey, ...] | None = None  # None: this payload does not tell
    links: tuple[RecordKey, ...] = ()  # records of the other CRM that the vendor itself says are this deal


@dataclass(frozen=True, slots=True)
class DealRoleRecord:
    """A Salesforce OpportunityContactRole: one person's part in one deal."""

    key: RecordKey
    modified_at: int
    deal: RecordKey
    person: RecordKey
    state: State = State.LIVE
    role: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """Something that happened with one or more people; `kind` is of `core.activity.Kind`."""

    key: RecordKey  # object names the vendor's source: email, call, task, form_submission, page_view, ...
    modified_at: int
    kind: str
    occurred_at: int
    channel: str = ""  # web, email, phone, event, crm
    direction: str = ""  # inbound: the person did it; outbound: we or sales did it; "" unknown
    state: State = State.LIVE
    people: tuple[RecordKey, ...] = ()
    email: str = ""  # who, when the source knows only an e-mail address
    url: str = ""
    title: str = ""  # subject, page title, form name, ...
    content_id: str = ""  # form guid, campaign id, marketing e-mail id
    author_id: str = ""  # owner or user who logged or did it
    message_id: str = ""  # Message-ID of a mail, when the CRM keeps it
    status: str = ""  # campaign member status, meeting outcome, task status: the vendor's word
    responded: bool = False  # campaign member: HasResponded
    closed: bool = False  # task: done
    task_key: str = ""  # our marker, when this is one of our own tasks


@dataclass(frozen=True, slots=True)
class OwnerRecord:
    """A HubSpot owner or a Salesforce user."""

    key: RecordKey
    modified_at: int
    state: State = State.LIVE
    email: str = ""
    name: str = ""
    active: bool = True
    manager_id: str = ""  # of the same system, where the CRM keeps it
    automated: bool = False  # the user of an integration or of the vendor itself: nobody who calls


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A Salesforce campaign or a HubSpot form: what content an activity's `content_id` names."""

    key: RecordKey
    modified_at: int
    state: State = State.LIVE
    name: str = ""
    type: str = ""


Record = PersonRecord | CompanyRecord | DealRecord | DealRoleRecord | ActivityRecord | OwnerRecord | CampaignRecord
