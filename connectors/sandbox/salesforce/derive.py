"""Fields the platform fills in by itself from others: names, closed flags, responses, archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.sandbox.salesforce.catalog.activities import CLOSED_STATUSES
from connectors.sandbox.salesforce.catalog.sales import RESPONDED, STAGES
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.stamps import epoch_of, stamp

ARCHIVE_DAYS = 365

Derivation = Callable[[Org, Row, Row], Row]  # (org, new row, old row or {}) -> what follows from it


def derived(org: Org, object_name: str, row: Row, old: Row | None = None) -> Row:
    """What follows from `row` after a change from `old`; nothing when the object has no such fields."""
    rule = _RULES.get(object_name)
    return rule(org, row, old or {}) if rule else {}


def today(org: Org) -> date:
    return datetime.fromtimestamp(org.clock.now(), ZoneInfo(org.timezone)).date()


def is_archived(object_name: str, row: Row, on: date) -> bool:
    """Closed tasks due, and events that ended, more than a year before."""
    if object_name == "Task":
        day: str = (row.get("ActivityDate") or "") if row.get("IsClosed") else ""
    else:
        day = (row.get("EndDateTime") or row.get("ActivityDateTime") or row.get("ActivityDate") or "")[:10]
    return bool(day) and day < (on - timedelta(days=ARCHIVE_DAYS)).isoformat()


def full_name(org: Org, row: Row) -> str:
    """Japanese users see the last name first."""
    first, last = row.get("FirstName") or "", row.get("LastName") or ""
    return (f"{last} {first}" if org.japanese else f"{first} {last}").strip()


def _person(org: Org, row: Row, old: Row) -> Row:
    return {"Name": full_name(org, row)}


def _opportunity(org: Org, row: Row, old: Row) -> Row:
    found: Row = {}
    if row.get("StageName") != old.get("StageName"):
        closed, won, probability, category = STAGES.get(row.get("StageName") or "", (False, False, 0.0, "Pipeline"))
        if row.get("Probability") is None or row.get("Probability") == old.get("Probability"):
            found["Probability"] = probability
        found |= {"IsClosed": closed, "IsWon": won, "ForecastCategory": category, "ForecastCategoryName": category}
        if old:
            found["LastStageChangeDate"] = row.get("LastModifiedDate")
    if close := row.get("CloseDate"):
        found |= {"FiscalYear": int(close[:4]), "FiscalQuarter": (int(close[5:7]) + 2) // 3}
    if row.get("Amount") is not None:
        chance = found.get("Probability", row.get("Probability")) or 0.0
        found["ExpectedRevenue"] = round(row["Amount"] * chance / 100, 2)
    return found


def _member(org: Org, row: Row, old: Row) -> Row:
    found: Row = {}
    if row.get("Status") != old.get("Status"):
        found["HasResponded"] = row.get("Status") in RESPONDED
        if found["HasResponded"] and not row.get("FirstRespondedDate"):
            found["FirstRespondedDate"] = (row.get("LastModifiedDate") or org.now())[:10]
    who = row.get("ContactId") or row.get("LeadId")
    person = org.by_id(who)
    if person is None:
        return found
    spec, who_row = person
    account = org.row("Account", who_row.get("AccountId") or "") or {}
    return found | {
        "LeadOrContactId": who,
        "LeadOrContactOwnerId": who_row.get("OwnerId"),
        "Type": spec.name,
        "Name": who_row.get("Name"),
        "FirstName": who_row.get("FirstName"),
        "LastName": who_row.get("LastName"),
        "Email": who_row.get("Email"),
        "CompanyOrAccount": who_row.get("Company") or account.get("Name"),
    }


def _task(org: Org, row: Row, old: Row) -> Row:
    closed = row.get("Status") in CLOSED_STATUSES
    found: Row = {"IsClosed": closed, "IsHighPriority": row.get("Priority") == "High"}
    if closed != bool(old.get("IsClosed")):
        found["CompletedDateTime"] = row.get("LastModifiedDate") if closed else None
    found |= _related(org, row)
    found["IsArchived"] = is_archived("Task", row | found, today(org))
    return found


def _event(org: Org, row: Row, old: Row) -> Row:
    found: Row = {}
    start = row.get("StartDateTime") or row.get("ActivityDateTime")
    end, minutes = row.get("EndDateTime"), row.get("DurationInMinutes")
    moved = minutes is not None and (minutes != old.get("DurationInMinutes") or start != old.get("StartDateTime"))
    if start:
        if minutes is not None and (end is None or (old and moved)):
            end = stamp(epoch_of(start) + minutes * 60)
        elif end is not None:
            minutes = (epoch_of(end) - epoch_of(start)) // 60
        found |= {"StartDateTime": start, "ActivityDateTime": start, "ActivityDate": row.get("ActivityDate")}
        local = datetime.fromtimestamp(epoch_of(start), ZoneInfo(org.timezone))
        found["ActivityDate"] = local.date().isoformat()
        found |= {"EndDateTime": end, "DurationInMinutes": minutes, "EndDate": (end or "")[:10] or None}
    found |= _related(org, row)
    found["IsArchived"] = is_archived("Event", row | found, today(org))
    return found


def _related(org: Org, row: Row) -> Row:
    """An activity's account comes from what it is about, else from whom it is with."""
    account = None
    for key in (row.get("WhatId"), row.get("WhoId")):
        target = org.by_id(key)
        if target and account is None:
            spec, other = target
            account = other["Id"] if spec.name == "Account" else other.get("AccountId")
    return {
        "AccountId": account,
        "WhoCount": 1 if row.get("WhoId") else 0,
        "WhatCount": 1 if row.get("WhatId") else 0,
    }


_RULES: dict[str, Derivation] = {
    "Lead": _person,
    "Contact": _person,
    "User": _person,
    "Opportunity": _opportunity,
    "CampaignMember": _member,
    "Task": _task,
    "Event": _event,
}
