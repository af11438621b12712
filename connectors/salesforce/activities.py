"""Tasks, events and campaign members -> activities. Pure.

A Salesforce task is many things: a logged call, a logged mail, a to-do. Only what is closed has happened;
an open call is a plan and stays a task. Our own tasks stay tasks even when done.
"""

from __future__ import annotations

import re
from datetime import date, tzinfo

from connectors.salesforce.mapping import Frame, deleted, key, modified
from connectors.salesforce.values import Row, local_day, midnight
from sync.core.activity import INBOUND, OUTBOUND, Kind
from sync.core.records import ActivityRecord, RecordKey

_MARKER = re.compile(r"leadsync:([A-Za-z0-9_-]+)(?=\s|$)")
_NOON = 43_200
# Inbox tools write the direction into type or the head of the subject: "[In]", "Incoming", "受信".
_INCOMING = re.compile(r"\[in\]|\binbound\b|\bincoming\b|\breceived\b|受信", re.IGNORECASE)
_SEMINAR = re.compile(
    r"webinar|seminar|conference|workshop|ウェビナー|ウェブセミナー|セミナー|カンファレンス|説明会|勉強会|ワークショップ",
    re.IGNORECASE,
)
_VAGUE_TYPES = frozenset({"", "other", "その他", "event", "イベント"})
_ABSENT = re.compile(
    r"no[\s_-]*show|not\s+attend|did\s*n.t|declin|cancel|invited|unregistered|not\s+regist|"
    r"欠席|不参加|未参加|未出席|未登録|未申込|辞退|キャンセル|取消|招待",
    re.IGNORECASE,
)
_PLANNED = re.compile(r"予定|申込|申し込み|登録|regist|sign(ed)?[\s-]*up|rsvp|will\s+attend|to\s+attend", re.IGNORECASE)
_ATTENDED = re.compile(r"attend|参加|出席|来場|視聴|受講", re.IGNORECASE)


def marker(text: str) -> str:
    """Our task key in a description, "" when it is not a task of ours."""
    found = _MARKER.search(text)
    return found[1] if found else ""


def person(id: str) -> tuple[RecordKey, ...]:
    """Whom a WhoId names."""
    prefix = {"00Q": "lead", "003": "contact"}.get(id[:3])
    return (key(prefix, id),) if prefix else ()


def task(row: Row, frame: Frame) -> ActivityRecord | None:
    """None for a copy that another integration made of an act which the other CRM tells better."""
    task_key = marker(row.text("Description"))
    if not task_key and row.id("CreatedById") in frame.copying_users:
        return None
    closed = row.tri("IsClosed")
    kind, direction, channel = _task_kind(row, done=closed is not False and not task_key)
    return ActivityRecord(
        key=key("task", row.id("Id")),
        modified_at=modified(row),
        kind=kind,
        occurred_at=_task_time(row, closed, frame.zone),
        channel=channel,
        direction=direction,
        state=deleted(row),
        people=person(row.id("WhoId")),
        title=row.text("Subject"),
        author_id=_author(row),
        status=row.text("Status"),
        closed=bool(closed),
        task_key=task_key,
    )


def _task_kind(row: Row, done: bool) -> tuple[Kind, str, str]:
    word = row.text("TaskSubtype").lower()
    if word in ("", "task"):
        word = row.text("Type").lower()
    if done and word in ("call", "電話", "コール"):
        return Kind.CALL, INBOUND if row.text("CallType").lower() == "inbound" else OUTBOUND, "phone"
    if done and word in ("email", "listemail", "メール"):
        head = f"{row.text('Type')} {row.text('Subject')[:40]}"
        return (Kind.EMAIL_REPLY, INBOUND, "email") if _INCOMING.search(head) else (Kind.EMAIL_SENT, OUTBOUND, "email")
    return Kind.TASK, OUTBOUND, "crm"


def _task_time(row: Row, closed: bool | None, zone: tzinfo) -> int:
    """When it happened: completion, else logging; an earlier date on it wins, since history is imported late."""
    created = row.seconds("CreatedDate") or modified(row)
    happened = (row.seconds("CompletedDateTime") or created) if closed else created
    day = row.day("ActivityDate")
    if closed is not False and day is not None and day < local_day(happened, zone):
        return midnight(day, zone) + _NOON
    return happened


def event(row: Row, frame: Frame) -> ActivityRecord | None:
    if row.id("CreatedById") in frame.copying_users:
        return None
    return ActivityRecord(
        key=key("event", row.id("Id")),
        modified_at=modified(row),
        kind=Kind.MEETING,
        occurred_at=_event_time(row, frame.zone),
        channel="event",
        state=deleted(row),
        people=person(row.id("WhoId")),
        title=row.text("Subject"),
        author_id=_author(row),
    )


def _event_time(row: Row, zone: tzinfo) -> int:
    """All-day events carry midnight UTC in StartDateTime, which is another day in Japan: their date counts."""
    start, day = row.seconds("StartDateTime"), row.day("ActivityDate")
    if day is not None and (row.flag("IsAllDayEvent") or start is None):
        return midnight(day, zone)
    return start if start is not None else row.seconds("CreatedDate") or modified(row)


def campaign_member(row: Row, frame: Frame) -> ActivityRecord:
    status, responded = row.text("Status"), row.flag("HasResponded")
    title, campaign_type = row.text("Campaign.Name"), row.text("Campaign.Type")
    kind = member_kind(status, responded, is_seminar(campaign_type, title))
    lead_id, contact_id = row.id("LeadId", "00Q"), row.id("ContactId", "003")
    return ActivityRecord(
        key=key("campaign_member", row.id("Id")),
        modified_at=modified(row),
        kind=kind,
        occurred_at=_member_time(row, frame.zone),
        channel="event" if is_seminar(campaign_type, title) else "crm",
        direction="" if kind is Kind.CAMPAIGN_MEMBER else INBOUND,
        state=deleted(row),
        # After a conversion a member bears both ids; the contact is the one that lives on.
        people=person(contact_id or lead_id),
        title=title,
        content_id=row.id("CampaignId", "701"),
        status=status,
        responded=responded,
    )


def is_seminar(campaign_type: str, name: str) -> bool:
    """By type; where the type says nothing, which is common, by name."""
    if campaign_type.lower() in _VAGUE_TYPES:
        return bool(_SEMINAR.search(name))
    return bool(_SEMINAR.search(campaign_type))


def member_kind(status: str, responded: bool, seminar: bool) -> Kind:
    """What a member status means: being on a list, an answer, a registration or an attendance."""
    if _ABSENT.search(status):
        return Kind.CAMPAIGN_RESPONSE if responded else Kind.CAMPAIGN_MEMBER
    if _PLANNED.search(status):
        return Kind.SEMINAR_REGISTERED if seminar else Kind.CAMPAIGN_RESPONSE
    if _ATTENDED.search(status):
        return Kind.SEMINAR_ATTENDED if seminar else Kind.CAMPAIGN_RESPONSE
    return Kind.CAMPAIGN_RESPONSE if responded else Kind.CAMPAIGN_MEMBER


def _member_time(row: Row, zone: tzinfo) -> int:
    """The first response is a plain date: that day's creation time when they agree, else its midnight."""
    created = row.seconds("CreatedDate") or modified(row)
    day: date | None = row.day("FirstRespondedDate")
    if day is None or day == local_day(created, zone):
        return created
    return min(midnight(day, zone), modified(row))


def _author(row: Row) -> str:
    owner = row.id("OwnerId")
    return owner if owner.startswith("005") else row.id("CreatedById")
