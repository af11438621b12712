"""Turning records into rows and rows into records."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CursorResult, Row, Table, and_

from sync.core.records import (
    ActivityRecord,
    CampaignRecord,
    CompanyRecord,
    DealRecord,
    OwnerRecord,
    PersonRecord,
    RecordKey,
    State,
)
from sync.repository import Member

T = TypeVar("T")
_LONGEST_TASK_KEY = 60  # what looks like a longer one was typed by somebody, and PostgreSQL could not index it
_LAST_DAY = 253_402_128_000  # 9999-12-30
_COMPANY_FIELDS = tuple(
    f.name for f in fields(CompanyRecord) if f.name not in ("key", "state", "successor", "links", "absorbed")
)
_ACTIVITY_FIELDS = tuple(f.name for f in fields(ActivityRecord) if f.name not in ("key", "state", "people", "email"))


def chunks(items: Iterable[T], size: int = 400) -> Iterator[list[T]]:
    """Bounded pieces, so that no statement outgrows a database's parameter limit."""
    iterator = iter(items)
    while piece := list(islice(iterator, size)):
        yield piece


def matching(table: Table, keys: Iterable[RecordKey]) -> Iterator[ColumnElement[bool]]:
    """Conditions that find the rows of these keys, in bounded pieces. A list of triples would be shorter, but SQLite
    reads the whole table for it."""
    ids: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in sorted(keys):
        ids[key.system, key.object].append(key.id)
    c = table.c
    for (system, object), found in ids.items():
        for piece in chunks(found):
            yield and_(c.system == system, c.object == object, c.vendor_id.in_(piece))


def inserted_id(result: CursorResult[Any]) -> int:
    """The key that the database gave to the one row just inserted."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def storable(content: Mapping[str, Any]) -> dict[str, Any]:
    """What either database takes: PostgreSQL refuses NUL characters, both refuse halves of a character that a
    vendor cut in two and numbers beyond 64 bits; a year beyond 9999 is no date in any time zone."""
    return {name: _storable(name, value) for name, value in content.items()}


def storable_text(text: str) -> str:
    if text.isascii() and "\x00" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def storable_time(at: int) -> int:
    """Within 1970 to 9999, so that it is a date in every time zone."""
    return min(max(at, 0), _LAST_DAY)


def _storable(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, int):
        return storable_time(value) if name.endswith("_at") else value if abs(value) < 2**63 else None
    return value


def digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def text_digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def key_text(key: RecordKey) -> list[str]:
    return [key.system, key.object, key.id]


def person_content(record: PersonRecord) -> dict[str, Any]:
    """The columns of a person that mean something: what makes her due when they change."""
    return {
        "state": record.state.value,
        "successor_object": record.successor.object if record.successor else None,
        "successor_id": record.successor.id if record.successor else None,
        "created_at": record.created_at,
        "email": record.email,
        "other_emails": list(record.other_emails),
        "first_name": record.first_name,
        "last_name": record.last_name,
        "first_kana": record.first_kana,
        "last_kana": record.last_kana,
        "title": record.title,
        "department": record.department,
        "company_name": record.company_name,
        "company_id": record.company.id if record.company else None,
        "industry": record.industry,
        "employees": record.employees,
        "phone": record.phone,
        "other_phones": list(record.other_phones),
        "website": record.website,
        "country": record.country,
        "region": record.region,
        "city": record.city,
        "owner_id": record.owner_id,
        "source": record.source,
        "status": record.status,
        "opted_out": record.opted_out,
        "links": _key_texts(record.links),
        "absorbed": _key_texts(record.absorbed),
    }


def company_content(record: CompanyRecord) -> dict[str, Any]:
    content = {name: getattr(record, name) for name in _COMPANY_FIELDS if name != "modified_at"}
    # A loser of a merge has no other column for its winner.
    links = (*record.links, *((record.successor,) if record.successor else ()))
    lists = {"links": _key_texts(links), "absorbed": _key_texts(record.absorbed)}
    return {"state": record.state.value, **content, **lists}


def deal_content(record: DealRecord) -> dict[str, Any]:
    names = ("created_at", "closed_at", "name", "status", "stage", "amount_minor", "currency", "owner_id")
    content = {name: getattr(record, name) for name in names}
    company = {"company_id": record.company.id if record.company else None, "links": _key_texts(record.links)}
    return {"state": record.state.value, **company, **content}


def activity_content(record: ActivityRecord) -> dict[str, Any]:
    content = {name: getattr(record, name) for name in _ACTIVITY_FIELDS if name != "modified_at"}
    ours = len(record.task_key) <= _LONGEST_TASK_KEY
    return {"state": record.state.value, **content, "task_key": record.task_key if ours else ""}


def owner_content(record: OwnerRecord) -> dict[str, Any]:
    names = ("email", "name", "active", "manager_id", "automated")
    return {"state": record.state.value, **{name: getattr(record, name) for name in names}}


def campaign_content(record: CampaignRecord) -> dict[str, Any]:
    return {"state": record.state.value, "name": record.name, "type": record.type}


def person_record(row: Row[Any]) -> PersonRecord:
    company = RecordKey(row.system, "company", row.company_id) if row.company_id else None
    successor = RecordKey(row.system, row.successor_object, row.successor_id) if row.successor_id else None
    return PersonRecord(
        key=RecordKey(row.system, row.object, row.vendor_id),
        modified_at=row.modified_at,
        state=State(row.state),
        successor=successor,
        created_at=row.created_at,
        email=row.email,
        other_emails=tuple(row.other_emails),
        first_name=row.first_name,
        last_name=row.last_name,
        first_kana=row.first_kana,
        last_kana=row.last_kana,
        title=row.title,
        department=row.department,
        company_name=row.company_name,
        company=company,
        industry=row.industry,
        employees=row.employees,
        phone=row.phone,
        other_phones=tuple(row.other_phones),
        website=row.website,
        country=row.country,
        region=row.region,
        city=row.city,
        owner_id=row.owner_id,
        source=row.source,
        status=row.status,
        opted_out=row.opted_out,
        links=_keys(row.links),
        absorbed=_keys(row.absorbed),
        own=row.own,
    )


def member(row: Row[Any]) -> Member:
    return Member(row.id, row.person_id, person_record(row), row.first_seen_at, row.changed_at)


def company_record(row: Row[Any]) -> CompanyRecord:
    values = {name: getattr(row, name) for name in _COMPANY_FIELDS}
    return CompanyRecord(
        key=RecordKey(row.system, row.object, row.vendor_id),
        state=State(row.state),
        links=_keys(row.links),
        absorbed=_keys(row.absorbed),
        **values,
    )


def activity_record(row: Row[Any], people: tuple[RecordKey, ...] = (), email: str = "") -> ActivityRecord:
    values = {name: getattr(row, name) for name in _ACTIVITY_FIELDS}
    key = RecordKey(row.system, row.object, row.vendor_id)
    return ActivityRecord(key=key, state=State(row.state), people=people, email=email, **values)


def _key_texts(keys: Iterable[RecordKey]) -> list[list[str]]:
    return [key_text(key) for key in keys]


def _keys(stored: Sequence[Sequence[str]]) -> tuple[RecordKey, ...]:
    return tuple(RecordKey(*parts) for parts in stored)
