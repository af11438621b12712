"""One set of attributes out of a person's records: which value survives.

Salesforce is the system of record for what salespeople keep (title, company, owner); within a system the
record changed last wins. Names and companies are never mixed from two records. Live records count before
archived, merged and converted ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.core import emails
from sync.core.records import SALESFORCE, CompanyRecord, PersonRecord, State
from sync.repository import Dossier, Member


@dataclass(frozen=True, slots=True)
class Profile:
    """What is believed of one person."""

    title: str
    department: str
    company_name: str
    industry: str
    employees: int | None
    country: str
    region: str
    emails: tuple[str, ...]
    opted_out: bool
    source: str
    status: str
    name: str


def profile(dossier: Dossier) -> Profile:
    records = [member.record for member in ranked(dossier.members)]
    companies = [company for record in records if (company := _company(record, dossier))]
    return Profile(
        title=_first(record.title for record in records),
        department=_first(record.department for record in records),
        company_name=_first(_company_name(record, dossier) for record in records),
        industry=_first([*(c.industry for c in companies), *(r.industry for r in records)]),
        employees=_first_number([*(c.employees for c in companies), *(r.employees for r in records)]),
        country=_first([*(r.country for r in records), *(c.country for c in companies)]),
        region=_first([*(r.region for r in records), *(c.region for c in companies)]),
        emails=_addresses(records),
        opted_out=any(record.opted_out for record in records if record.state is State.LIVE),
        source=_first(record.source for record in sorted(records, key=lambda r: r.created_at or 0)),
        status=_first(record.status for record in records),
        name=_first(full_name(record) for record in records),
    )


def ranked(members: Iterable[Member]) -> Sequence[Member]:
    """Best record first: live, then Salesforce, then contacts before leads, then the one changed last."""
    newest = sorted(members, key=lambda m: (m.record.modified_at, str(m.record.key)), reverse=True)
    return sorted(
        newest,
        key=lambda m: (m.record.state is not State.LIVE, m.record.key.system != SALESFORCE, m.record.key.object),
    )


def full_name(record: PersonRecord) -> str:
    """Family name first where the name is written in Japanese characters, else given name first."""
    parts = [record.first_name, record.last_name]
    japanese = any(ord(char) > 0x2E80 for part in parts for char in part)
    return " ".join(part for part in (reversed(parts) if japanese else parts) if part)


def _company(record: PersonRecord, dossier: Dossier) -> CompanyRecord | None:
    return dossier.companies.get(record.company) if record.company else None


def _company_name(record: PersonRecord, dossier: Dossier) -> str:
    company = _company(record, dossier)
    return (company.name if company else "") or record.company_name


def _addresses(records: Sequence[PersonRecord]) -> tuple[str, ...]:
    found = (emails.normalise(text) for record in records for text in (record.email, *record.other_emails))
    return tuple(dict.fromkeys(address for address in found if address))


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")


def _first_number(values: Iterable[int | None]) -> int | None:
    """A company of nobody, or of fewer, is one whose size nobody has entered."""
    return next((value for value in values if value is not None and value > 0), None)
