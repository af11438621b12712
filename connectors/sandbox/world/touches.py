"""What sales does with people: calls, meetings, mails, notes and tasks in HubSpot, tasks and events in Salesforce."""

from __future__ import annotations

import random
from typing import Any

from connectors.sandbox.world.journeys import working_hour
from connectors.sandbox.world.records import day, iso, sf_time
from connectors.sandbox.world.shapes import DAY, HubSpotRow, Link, Person, Profile, SalesforceRow, World

_TOUCHES = {  # fewest and most over the whole time
    Profile.QUIET: (0, 1),
    Profile.LIGHT: (0, 2),
    Profile.BURST: (1, 5),
    Profile.STEADY: (1, 5),
    Profile.ENGAGED: (1, 3),
}
_KINDS = {"email": 32, "reply": 12, "call": 26, "call_in": 4, "meeting": 12, "note": 8, "task": 6}
_ARCHIVED_AFTER = 365 * DAY
_SUBJECTS = {
    "email": ("資料送付のご連絡", "お打ち合わせのお願い", "先日のセミナーのお礼", "Following up on your download"),
    "reply": ("Re: 資料送付のご連絡", "Re: お打ち合わせのお願い", "Re: Following up on your download"),
    "call": ("架電 不在", "架電 ご担当者様と会話", "Call: introduction", "フォローコール"),
    "call_in": ("入電 料金についてのお問い合わせ", "Inbound call: pricing question"),
    "meeting": ("初回オンライン商談", "製品デモ", "Discovery meeting", "要件ヒアリング"),
    "note": ("決裁は来期予算。情報収集段階とのこと。", "現行システムの更新は来年3月。", "Evaluating two vendors."),
    "task": ("見積書の送付", "Call back next week", "事例資料を送る"),
}


def add_touches(world: World, rng: random.Random) -> None:
    for person in world.people:
        low, high = _TOUCHES[person.profile]
        count = rng.randint(low, high) + (2 if person.customer else 0) + (1 if not person.contacts else 0)
        kinds = rng.choices(list(_KINDS), list(_KINDS.values()), k=count)
        for kind in kinds:
            at = working_hour(_when(world, rng, person), world.now, rng)
            add_touch(world, rng, person, kind, max(at, person.first_known))


def add_touch(world: World, rng: random.Random, person: Person, kind: str, at: int) -> HubSpotRow | SalesforceRow:
    """Logs one touch where the person's salesperson works: in Salesforce if the person stood there by then."""
    who, subject = person.who, rng.choice(_SUBJECTS[kind])
    in_salesforce = who is not None and who.created <= at and (not person.contacts or rng.random() < 0.65)
    if kind in ("reply", "call_in"):
        person.acts.append((at, kind))
    if who is not None and (in_salesforce or not person.contacts):
        add = _add_event if kind == "meeting" else _add_task
        return add(world, rng, person, who, kind, subject, max(at, who.created))
    return _add_engagement(world, rng, person, kind, subject, at)


def _when(world: World, rng: random.Random, person: Person) -> float:
    """Sales mostly reacts within days of an act, sometimes works through a list."""
    if person.acts and rng.random() < 0.7:
        return rng.choice(person.acts)[0] + rng.expovariate(1 / (3 * DAY))
    return rng.uniform(person.first_known, world.now)


def _add_engagement(world: World, rng: random.Random, person: Person, kind: str, subject: str, at: int) -> HubSpotRow:
    object_type, properties = _engagement(kind, subject, at, rng)
    properties |= {"hs_timestamp": iso(at), "hubspot_owner_id": person.owner.hubspot_id, "hs_createdate": iso(at)}
    row = world.add_hubspot(object_type, properties, at)
    contact = person.contacts[0]
    world.links.append(Link(object_type, row.id, "contacts", contact.id))
    contact.properties["notes_last_updated"] = max(contact.properties.get("notes_last_updated", ""), iso(at))
    contact.touch(at)
    return row


def _engagement(kind: str, subject: str, at: int, rng: random.Random) -> tuple[str, dict[str, str]]:
    if kind in ("call", "call_in"):
        return "calls", {
            "hs_call_title": subject,
            "hs_call_direction": "INBOUND" if kind == "call_in" else "OUTBOUND",
            "hs_call_status": "COMPLETED" if rng.random() < 0.7 else "NO_ANSWER",
            "hs_call_duration": str(rng.randrange(20, 1500) * 1000),
        }
    if kind in ("email", "reply"):
        return "emails", {
            "hs_email_subject": subject,
            "hs_email_direction": "INCOMING_EMAIL" if kind == "reply" else "EMAIL",
            "hs_email_status": "SENT",
            "hs_email_text": subject,
        }
    if kind == "meeting":
        return "meetings", {
            "hs_meeting_title": subject,
            "hs_meeting_start_time": iso(at),
            "hs_meeting_end_time": iso(at + 3600),
            "hs_meeting_outcome": rng.choice(("COMPLETED", "COMPLETED", "COMPLETED", "NO_SHOW")),
        }
    if kind == "note":
        return "notes", {"hs_note_body": subject}
    return "tasks", {
        "hs_task_subject": subject,
        "hs_task_status": rng.choice(("COMPLETED", "COMPLETED", "NOT_STARTED")),
        "hs_task_priority": rng.choice(("NONE", "MEDIUM", "HIGH")),
        "hs_task_type": "TODO",
    }


def _add_task(
    world: World, rng: random.Random, person: Person, who: SalesforceRow, kind: str, subject: str, at: int
) -> SalesforceRow:
    closed = kind != "task" or rng.random() < 0.6
    fields: dict[str, Any] = _shared(person, who, subject) | {
        "Status": "Completed" if closed else "Not Started",
        "IsClosed": closed,
        "Priority": "Normal",
        "ActivityDate": day(at),
        "TaskSubtype": {"call": "Call", "call_in": "Call", "email": "Email", "reply": "Email"}.get(kind, "Task"),
        "IsArchived": closed and at < world.now - _ARCHIVED_AFTER,
    }
    if kind in ("call", "call_in"):
        fields["CallType"] = "Inbound" if kind == "call_in" else "Outbound"
        fields["CallDurationInSeconds"] = rng.randrange(20, 1500)
    done = max(at, min(world.now - 60, at + rng.randrange(7200)))
    if closed:
        fields["CompletedDateTime"] = sf_time(done)
    return world.add_salesforce("Task", fields, at, done)


def _add_event(
    world: World, rng: random.Random, person: Person, who: SalesforceRow, kind: str, subject: str, at: int
) -> SalesforceRow:
    booked = max(who.created, at - rng.randint(1, 10) * DAY)
    fields = _shared(person, who, subject) | {
        "StartDateTime": sf_time(at),
        "EndDateTime": sf_time(at + 3600),
        "ActivityDateTime": sf_time(at),
        "ActivityDate": day(at),
        "DurationInMinutes": 60,
        "IsArchived": at < world.now - _ARCHIVED_AFTER,
    }
    return world.add_salesforce("Event", fields, booked, max(booked, min(at, world.now - 60)))


def _shared(person: Person, who: SalesforceRow, subject: str) -> dict[str, Any]:
    return {
        "WhoId": who.id,
        "AccountId": who.fields.get("AccountId"),
        "OwnerId": person.owner.salesforce_id,
        "CreatedById": person.owner.salesforce_id,
        "LastModifiedById": person.owner.salesforce_id,
        "Subject": subject,
    }
