"""HubSpot's CRM objects as our records. Pure: payloads in, records out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.hubspot.failures import unexpected
from connectors.hubspot.values import Values, epoch_ms, message_id, task_key_in
from connectors.kana import NO_KANA, KanaFields
from sync.core.activity import INBOUND, INTEGRATION, OUTBOUND, Kind
from sync.core.fields import FIELDS, FieldType
from sync.core.records import (
    HUBSPOT,
    SALESFORCE,
    ActivityRecord,
    CampaignRecord,
    CompanyRecord,
    DealRecord,
    OwnerRecord,
    PersonRecord,
    Record,
    RecordKey,
    State,
)

CONTACT_PROPERTIES = (
    "email hs_additional_emails firstname lastname jobtitle company industry numemployees company_size "
    "phone mobilephone hs_whatsapp_phone_number website country state city hubspot_owner_id hs_analytics_source "
    "lifecyclestage hs_lead_status "
    "hs_email_optout hs_analytics_last_visit_timestamp hs_analytics_last_timestamp associatedcompanyid "
    "hs_merged_object_ids hs_calculated_merged_vids salesforceleadid salesforcecontactid createdate lastmodifieddate"
).split() + [own.hubspot_name for own in FIELDS]
COMPANY_PROPERTIES = (
    "name domain industry numberofemployees country state city hubspot_owner_id hs_merged_object_ids "
    "salesforceaccountid createdate hs_lastmodifieddate"
).split()
DEAL_PROPERTIES = (
    "dealname dealstage pipeline amount deal_currency_code closedate hubspot_owner_id hs_is_closed hs_is_closed_won "
    "hs_salesforceopportunityid salesforceopportunityid createdate hs_lastmodifieddate"
).split()
EMAIL_PROPERTIES = ["hs_email_direction", "hs_email_status", "hs_email_subject", "hs_email_message_id"]
CALL_PROPERTIES = ["hs_call_title", "hs_call_direction", "hs_call_status"]
MEETING_PROPERTIES = ["hs_meeting_title", "hs_meeting_start_time", "hs_meeting_outcome"]
TASK_PROPERTIES = ["hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_completion_date"]
_ACTIVITY_PROPERTIES = (
    "hs_timestamp hubspot_owner_id hs_created_by_user_id hs_object_source hs_createdate hs_lastmodifieddate"
).split()
_DONE = "COMPLETED"
_NUMBERS = ("phone", "mobilephone", "hs_whatsapp_phone_number")
# Where HubSpot's own Salesforce integration notes the other side: property, our name of the object, its key prefix.
# A portal without the integration has none of them; names that do not exist are passed over in reads.
_PERSON_LINKS = (("salesforceleadid", "lead", "00Q"), ("salesforcecontactid", "contact", "003"))
_COMPANY_LINKS = (("salesforceaccountid", "company", "001"),)
_DEAL_LINKS = (("hs_salesforceopportunityid", "deal", "006"), ("salesforceopportunityid", "deal", "006"))


@dataclass(frozen=True, slots=True)
class Stage:
    label: str
    status: str  # open, won, lost


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a payload does not say itself."""

    stages: Mapping[tuple[str, str], Stage] = field(default_factory=dict)  # by (pipeline id, stage id)
    currency: str = ""  # the account's own
    page_views: bool = True  # False: a contact's last visit stands in for them
    kana: KanaFields = NO_KANA  # the account's properties with the reading of a contact's name


Links = Mapping[str, tuple[str, ...]]
"""Associated ids of one object, by the other type's path name; a type that was not asked for is absent."""
Parse = Callable[["Item", Links, Surroundings], Iterator[Record]]


class Item:
    """One CRM object as it came: id, properties and the few facts around them."""

    def __init__(self, raw: Any, modified: str, unknown: Counter[str]) -> None:
        """`modified` names the property with the time of the last change; it differs between objects."""
        if not isinstance(raw, Mapping) or not str(raw.get("id") or "").strip().isdecimal():
            raise unexpected("read", "an object without id")
        self.id = str(raw["id"]).strip()
        self.raw = raw
        self.values = Values(raw.get("properties"), unknown)
        self.unknown = unknown
        found = self.values.ms(modified)
        self.modified_ms = found if found is not None else epoch_ms(raw.get("updatedAt")) or 0
        self.created_ms = self.values.ms("createdate", "hs_createdate") or epoch_ms(raw.get("createdAt"))

    @property
    def modified_at(self) -> int:
        return self.modified_ms // 1000

    @property
    def created_at(self) -> int | None:
        return None if self.created_ms is None else self.created_ms // 1000

    @property
    def state(self) -> State:
        return State.ARCHIVED if self.raw.get("archived") in (True, "true") else State.LIVE

    def key(self, kind: str) -> RecordKey:
        return RecordKey(HUBSPOT, kind, self.id)


@dataclass(frozen=True, slots=True)
class ObjectType:
    """How one kind of CRM object is read. `type` is its name in paths, `object` its name in record keys."""

    type: str
    object: str
    properties: tuple[str, ...]
    parse: Parse
    modified: str = "hs_lastmodifieddate"
    associations: tuple[str, ...] = ()
    archived_pass: bool = False  # archiving does not move the modified date: only a list of the archived tells


def contact(item: Item, links: Links, around: Surroundings) -> Iterator[Record]:
    values, key = item.values, item.key("contact")
    company = values.text("associatedcompanyid")
    numbers = values.all(*_NUMBERS)
    last_kana, first_kana = around.kana.reading(values.text)
    yield PersonRecord(
        key=key,
        modified_at=item.modified_at,
        state=item.state,
        created_at=item.created_at,
        email=values.text("email"),
        other_emails=values.ids("hs_additional_emails"),
        first_name=values.text("firstname"),
        last_name=values.text("lastname"),
        first_kana=first_kana,
        last_kana=last_kana,
        title=values.text("jobtitle"),
        company_name=values.text("company"),
        company=RecordKey(HUBSPOT, "company", company) if company else None,
        industry=values.text("industry"),
        employees=values.head_count("numemployees", "company_size"),
        phone=next(iter(numbers), ""),
        other_phones=numbers[1:],
        website=values.text("website"),
        country=values.text("country"),
        region=values.text("state", "city"),
        city=values.text("city"),
        owner_id=values.text("hubspot_owner_id"),
        source=values.text("hs_analytics_source"),
        status=values.text("hs_lead_status", "lifecyclestage"),
        opted_out=values.flag("hs_email_optout"),
        links=_salesforce_links(item, _PERSON_LINKS),
        absorbed=_absorbed(item, "contact", "hs_merged_object_ids", "hs_calculated_merged_vids"),
        own=_own(values),
    )
    if not around.page_views and item.state is State.LIVE:
        yield from _site_visit(item, key)


def company(item: Item, links: Links, around: Surroundings) -> Iterator[Record]:
    values, key = item.values, item.key("company")
    absorbed = _absorbed(item, "company", "hs_merged_object_ids")
    yield CompanyRecord(
        key=key,
        modified_at=item.modified_at,
        state=item.state,
        created_at=item.created_at,
        name=values.text("name"),
        domain=values.text("domain").lower(),
        industry=values.text("industry"),
        employees=values.head_count("numberofemployees"),
        country=values.text("country"),
        region=values.text("state", "city"),
        owner_id=values.text("hubspot_owner_id"),
        links=_salesforce_links(item, _COMPANY_LINKS),
        absorbed=absorbed,
    )
    for loser in absorbed:
        yield CompanyRecord(key=loser, modified_at=item.modified_at, state=State.MERGED, successor=key)


def deal(item: Item, links: Links, around: Surroundings) -> Iterator[Record]:
    values = item.values
    stage = _stage(values, around)
    currency = values.text("deal_currency_code").upper() or around.currency
    companies = links.get("companies", ())
    people = links.get("contacts")
    yield DealRecord(
        key=item.key("deal"),
        modified_at=item.modified_at,
        state=item.state,
        created_at=item.created_at,
        closed_at=values.time("closedate"),
        name=values.text("dealname"),
        status=stage.status,
        stage=stage.label,
        amount_minor=values.money("amount", currency),
        currency=currency,
        company=RecordKey(HUBSPOT, "company", companies[0]) if companies else None,
        owner_id=values.text("hubspot_owner_id"),
        people=None if people is None else _people(people),
        links=_salesforce_links(item, _DEAL_LINKS),
    )


def email(item: Item, links: Links, around: Surroundings) -> Iterator[Record]:
    direction = item.values.text("hs_email_direction").upper()
    if direction == "INCOMING_EMAIL":
        kind, side = Kind.EMAIL_REPLY, INBOUND
    elif direction == "EMAIL":
        kind, side = Kind.EMAIL_SENT, OUTBOUND
    else:
        item.unknown[f"email:{direction or 'NO_DIRECTION'}"] += 1
        return
    status = item.values.text("hs_email_status") if side == OUTBOUND else ""
    mail = _activity(
        item, links, "email", kind, channel="email", direction=side, title="hs_email_subject", status=status
    )
    yield replace(mail, message_id=message_id(item.values.text("hs_email_message_id")))


def call(item: Item, links: Links, around: Surroundings) -> Iterator[Record]:
    side = {"INBOUND": INBOUND, "OUTBOUND": OUTBOUND}.get(item.values.text("hs_call_direction").upper(), "")
    status = item.values.text("hs_call_status")
    yield _activity(
        item, links, "call", Kind.CALL, channel="phone", direction=side, title="hs_call_title", status=status
    )


def meeting(item: Item, links: Links, around: Surroundings) -> Iterator[Record]:
    values = item.values
    yield _activity(
        item,
        links,
        "meeting",
        Kind.MEETING,
        channel="event",
        title="hs_meeting_title",
        status=values.text("hs_meeting_outcome"),
        occurred_at=values.time("hs_meeting_start_time"),
    )


def note(item: Item, links: Links, around: Surroundings) -> Iterator[Record]:
    yield _activity(item, links, "note", Kind.NOTE, channel="crm", direction=OUTBOUND)


def task(item: Item, links: Links, around: Surroundings) -> Iterator[Record]:
    values = item.values
    status = values.text("hs_task_status").upper()
    done_at = values.time("hs_task_completion_date") if status == _DONE else None
    yield _activity(
        item,
        links,
        "task",
        Kind.TASK,
        channel="crm",
        direction=OUTBOUND,
        title="hs_task_subject",
        status=status,
        occurred_at=done_at or item.created_at,  # hs_timestamp of a task is when it is due
        closed=status == _DONE,
        task_key=task_key_in(values.text("hs_task_body")),
    )


def owner(raw: Any, archived: bool) -> OwnerRecord:
    if not isinstance(raw, Mapping) or not str(raw.get("id") or ""):
        raise unexpected("owners", "an owner without id")
    first, last = (str(raw.get(part) or "").strip() for part in ("firstName", "lastName"))
    queue = str(raw.get("type") or "").upper() == "QUEUE"  # nobody works as one
    names = (first, last) if (first + last).isascii() else (last, first)
    return OwnerRecord(
        key=RecordKey(HUBSPOT, "owner", str(raw["id"])),
        modified_at=(epoch_ms(raw.get("updatedAt")) or 0) // 1000,
        state=State.ARCHIVED if archived else State.LIVE,
        email=str(raw.get("email") or "").strip(),
        name=" ".join(part for part in names if part),
        active=not archived and not queue,
        automated=queue,  # managers are not told at all
    )


def form(raw: Any) -> CampaignRecord:
    if not isinstance(raw, Mapping) or not str(raw.get("id") or raw.get("guid") or ""):
        raise unexpected("forms", "a form without id")
    return CampaignRecord(
        key=RecordKey(HUBSPOT, "form", str(raw.get("id") or raw.get("guid"))),
        modified_at=(epoch_ms(raw.get("updatedAt")) or 0) // 1000,
        state=State.ARCHIVED if raw.get("archived") is True else State.LIVE,
        name=str(raw.get("name") or "").strip(),
        type=str(raw.get("formType") or ""),
    )


def stages(pipelines: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Stage]:
    """Stages of all pipelines; their ids are unique only within one, and only metadata tells won from lost."""
    found: dict[tuple[str, str], Stage] = {}
    for pipeline in pipelines:
        listed = pipeline.get("stages")
        for stage in listed if isinstance(listed, list) else ():
            if not isinstance(stage, Mapping):
                continue
            told = stage.get("metadata")
            metadata = told if isinstance(told, Mapping) else {}
            closed = str(metadata.get("isClosed", "")).lower()
            chance = str(metadata.get("probability", ""))
            where = (str(pipeline.get("id")), str(stage.get("id")))
            found[where] = Stage(str(stage.get("label") or stage.get("id")), _status(closed, chance))
    return found


def salesforce_id(raw: str) -> str:
    """The 18-character form: three check characters tell which letters of each five are capitals. "" for no id."""
    if not (raw.isascii() and raw.isalnum()):
        return ""
    if len(raw) != 15:
        return raw
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    checks = (sum(1 << bit for bit, char in enumerate(raw[at : at + 5]) if char.isupper()) for at in (0, 5, 10))
    return raw + "".join(letters[check] for check in checks)


CONTACTS = ObjectType(
    "contacts", "contact", tuple(CONTACT_PROPERTIES), contact, modified="lastmodifieddate", archived_pass=True
)
COMPANIES = ObjectType("companies", "company", tuple(COMPANY_PROPERTIES), company, archived_pass=True)
DEALS = ObjectType(
    "deals", "deal", tuple(DEAL_PROPERTIES), deal, associations=("contacts", "companies"), archived_pass=True
)


def _engagement(type_: str, object_: str, properties: list[str], parse: Parse) -> ObjectType:
    return ObjectType(type_, object_, (*properties, *_ACTIVITY_PROPERTIES), parse, associations=("contacts",))


OBJECT_TYPES: Mapping[str, ObjectType] = {
    kind.type: kind
    for kind in (
        COMPANIES,
        CONTACTS,
        DEALS,
        _engagement("emails", "email", EMAIL_PROPERTIES, email),
        _engagement("calls", "call", CALL_PROPERTIES, call),
        _engagement("meetings", "meeting", MEETING_PROPERTIES, meeting),
        _engagement("notes", "note", [], note),
        _engagement("tasks", "task", TASK_PROPERTIES, task),
    )
}


def _activity(
    item: Item,
    links: Links,
    source: str,
    kind: Kind,
    *,
    channel: str,
    direction: str = "",
    title: str = "",
    status: str = "",
    occurred_at: int | None = None,
    closed: bool = False,
    task_key: str = "",
) -> ActivityRecord:
    values = item.values
    when = occurred_at or values.time("hs_timestamp") or item.created_at or item.modified_at
    return ActivityRecord(
        key=item.key(source),
        modified_at=item.modified_at,
        kind=kind,
        occurred_at=when,
        channel=channel,
        direction=direction,
        state=item.state,
        people=_people(links.get("contacts", ())),
        title=values.text(title) if title else "",
        author_id=_author(values),
        status=status,
        closed=closed,
        task_key=task_key,
    )


def _author(values: Values) -> str:
    """The owner. Without one it may be anybody's, unless it comes from a program and no user stands behind it."""
    unsigned = values.text("hs_object_source").upper() == "INTEGRATION" and not values.text("hs_created_by_user_id")
    return values.text("hubspot_owner_id") or (INTEGRATION if unsigned else "")


def _people(ids: tuple[str, ...]) -> tuple[RecordKey, ...]:
    return tuple(RecordKey(HUBSPOT, "contact", found) for found in ids)


def _site_visit(item: Item, person: RecordKey) -> Iterator[ActivityRecord]:
    """Without page views, the start of the last session is what is known of the person's visits."""
    seen = item.values.time("hs_analytics_last_visit_timestamp", "hs_analytics_last_timestamp")
    if seen:
        yield ActivityRecord(
            key=RecordKey(HUBSPOT, "site_visit", f"{item.id}-{seen}"),
            modified_at=item.modified_at,
            kind=Kind.SITE_VISIT,
            occurred_at=seen,
            channel="web",
            direction=INBOUND,
            people=(person,),
        )


def _absorbed(item: Item, kind: str, *properties: str) -> tuple[RecordKey, ...]:
    merged = dict.fromkeys(old for name in properties for old in item.values.ids(name))
    return tuple(RecordKey(HUBSPOT, kind, old) for old in merged if old != item.id)


def _salesforce_links(item: Item, properties: Iterable[tuple[str, str, str]]) -> tuple[RecordKey, ...]:
    found: dict[RecordKey, None] = {}
    for name, kind, prefix in properties:
        if not (raw := item.values.text(name)):
            continue
        if len(whole := salesforce_id(raw)) == 18 and whole.startswith(prefix):
            found[RecordKey(SALESFORCE, kind, whole)] = None
        else:
            item.unknown[f"bad_value:{name}"] += 1
    return tuple(found)


def _own(values: Values) -> dict[str, str | int | None]:
    own: dict[str, str | int | None] = {}
    for known in FIELDS:
        name = known.hubspot_name
        if name not in values:
            continue
        if known.type is FieldType.NUMBER:
            own[known.name] = values.whole(name)
        elif known.type is FieldType.TIME:
            own[known.name] = values.time(name)
        else:
            own[known.name] = values.text(name) or None
    return own


def _stage(values: Values, around: Surroundings) -> Stage:
    where = (values.text("pipeline"), values.text("dealstage"))
    if found := around.stages.get(where):
        return found
    if values.flag("hs_is_closed_won"):
        return Stage(where[1], "won")
    return Stage(where[1], "lost" if values.flag("hs_is_closed") else "open")


def _status(closed: str, chance: str) -> str:
    """Closed stages are won at full probability and lost otherwise; old pipelines have only the probability."""
    try:
        probability = float(chance)
    except ValueError:
        probability = -1.0
    if closed == "true":
        return "won" if probability >= 1.0 else "lost"
    if closed == "false":
        return "open"
    return "won" if probability >= 1.0 else "lost" if probability == 0.0 else "open"
