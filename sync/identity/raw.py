"""A CRM's record as matching takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sync.core.records import CompanyRecord, PersonRecord, RecordKey
from sync.identity.features import Features, RawPerson
from sync.identity.normalise import normalise
from sync.repository import Member

_LONGEST = 320  # characters, as many as an address may have
_MOST = 50  # addresses or numbers


def raw_person(id: int, record: PersonRecord, company: CompanyRecord | None = None) -> RawPerson:
    """`company` is the live company record that the person's record names, if there is one."""
    return RawPerson(
        id=id,
        given_name=_short(record.first_name),
        family_name=_short(record.last_name),
        given_kana=_short(record.first_kana),
        family_kana=_short(record.last_kana),
        emails=_filled(record.email, *record.other_emails),
        phones=_filled(record.phone, *record.other_phones),
        company=_short((company.name if company else "") or record.company_name),
        domain=_short((company.domain if company else "") or record.website),
        title=_short(record.title),
        city=_short(record.city),
        country=_short(record.country),
    )


def _filled(*texts: str) -> tuple[str, ...]:
    """A part of an address would be another address: what is too long counts as missing."""
    return tuple([text for text in texts if text and len(text) <= _LONGEST][:_MOST])


def _short(text: str) -> str:
    """What is longer was pasted into the wrong field; comparing it would only take time."""
    return text if len(text) <= _LONGEST else text[:_LONGEST]


def features_of(members: Iterable[Member], companies: Mapping[RecordKey, CompanyRecord]) -> dict[int, Features]:
    """The records' features by record id. `companies` holds at least the live companies they name."""
    return {
        member.id: normalise(raw_person(member.id, member.record, _company(member, companies))) for member in members
    }


def _company(member: Member, companies: Mapping[RecordKey, CompanyRecord]) -> CompanyRecord | None:
    return companies.get(member.record.company) if member.record.company else None
