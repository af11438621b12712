"""The ten streams: which object each reads, which fields it would like, and how a row becomes a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connectors.salesforce import activities, mapping
from connectors.salesforce.mapping import Frame
from connectors.salesforce.values import Row
from sync.core.fields import FIELDS
from sync.core.records import Record

KEYS = ("Id", "SystemModstamp")  # without these nothing can be read
OWN = tuple(field.salesforce_name for field in FIELDS)
PERSON_OBJECTS = {"lead": "Lead", "contact": "Contact"}
PAGE_OBJECTS = PERSON_OBJECTS | {
    "company": "Account",
    "deal": "Opportunity",
    "task": "Task",
    "event": "Event",
    "campaign": "Campaign",
}


@dataclass(frozen=True, slots=True)
class Stream:
    """`fields` are wished for and selected when describe shows them; `parents` are tried without asking."""

    name: str
    object: str
    fields: tuple[str, ...]
    record: Callable[[Row, Frame], Record | None]
    parents: tuple[str, ...] = ()
    full_objects: tuple[str, ...] = ()
    own_fields: bool = False

    @property
    def wanted(self) -> tuple[str, ...]:
        return KEYS + self.fields + (OWN if self.own_fields else ())


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PERSON = "CreatedDate IsDeleted MasterRecordId Email FirstName LastName Title Phone MobilePhone OwnerId LeadSource"

STREAMS: tuple[Stream, ...] = (
    Stream(
        "leads",
        "Lead",
        _names(
            f"{_PERSON} Company Website Industry NumberOfEmployees Country State City Status HasOptedOutOfEmail "
            "IsConverted ConvertedContactId"
        ),
        mapping.lead,
        full_objects=("lead",),
        own_fields=True,
    ),
    Stream(
        "contacts",
        "Contact",
        _names(
            f"{_PERSON} HomePhone OtherPhone AccountId Department MailingCountry MailingState MailingCity "
            "HasOptedOutOfEmail"
        ),
        mapping.contact,
        full_objects=("contact",),
        own_fields=True,
    ),
    Stream(
        "accounts",
        "Account",
        _names(
            "CreatedDate IsDeleted MasterRecordId Name Website Industry NumberOfEmployees BillingCountry BillingState "
            "OwnerId"
        ),
        mapping.account,
        full_objects=("company",),
    ),
    Stream("users", "User", _names("CreatedDate Name Email IsActive ManagerId UserType"), mapping.user),
    Stream("campaigns", "Campaign", _names("CreatedDate IsDeleted Name Type"), mapping.campaign),
    Stream(
        "opportunities",
        "Opportunity",
        _names(
            "CreatedDate IsDeleted Name StageName IsWon IsClosed CloseDate Amount CurrencyIsoCode AccountId OwnerId"
        ),
        mapping.opportunity,
        full_objects=("deal",),
    ),
    Stream(
        "contact_roles",
        "OpportunityContactRole",
        _names("CreatedDate IsDeleted OpportunityId ContactId Role IsPrimary"),
        mapping.contact_role,
    ),
    Stream(
        "tasks",
        "Task",
        _names(
            "CreatedDate CreatedById IsDeleted WhoId OwnerId Subject Status IsClosed ActivityDate CompletedDateTime "
            "TaskSubtype Type CallType Description"
        ),
        activities.task,
    ),
    Stream(
        "events",
        "Event",
        _names("CreatedDate CreatedById IsDeleted WhoId OwnerId Subject ActivityDate StartDateTime IsAllDayEvent Type"),
        activities.event,
    ),
    Stream(
        "campaign_members",
        "CampaignMember",
        _names("CreatedDate IsDeleted CampaignId LeadId ContactId Status HasResponded FirstRespondedDate"),
        activities.campaign_member,
        parents=("Campaign.Name", "Campaign.Type"),
    ),
)
BY_NAME: Mapping[str, Stream] = {stream.name: stream for stream in STREAMS}
NAMES = tuple(stream.name for stream in STREAMS)


def soql(object_name: str, fields: Sequence[str], condition: str = "", ordered: bool = True) -> str:
    """One plain query; `ordered` by stamp and id, the order in which cursors move."""
    text = f"SELECT {', '.join(fields)} FROM {object_name}"
    text += f" WHERE {condition}" if condition else ""
    return text + (" ORDER BY SystemModstamp, Id" if ordered else "")


def groups(names: Sequence[str]) -> list[list[Stream]]:
    """The named streams in reading order, five at a time: a composite call takes five queries."""
    chosen = [stream for stream in STREAMS if stream.name in names]
    return [chosen[start : start + 5] for start in range(0, len(chosen), 5)]
