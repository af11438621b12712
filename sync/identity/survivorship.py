"""One set of attributes out of a person's records: which value survives, and why.

For each field on its own, the first of these that gives a value:

1. the record that a reviewer chose for this field;
2. verified: for the mailbox, the address whose mail was opened, clicked or answered. No CRM tells of any other field
   whether somebody checked it, so no other field has this step;
3. the newest value of the system of record: Salesforce where the person has a live record there (contacts before
   leads: a contact is what sales keeps, a lead what came in), else the one CRM there is;
4. the most frequent value.

Live records first; archived, merged and converted ones only where no live record has a value. "Newest" is the
record's last change in substance, since no CRM tells in what it lists when a single field changed; our own writes do
not count, or two records would take turns at being the newest.

What belongs together comes from one place: given and family name from one record; company name, domain, industry and
size from one company; region and city from whoever agrees about the country.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sync.core import emails
from sync.core.activity import Kind
from sync.core.records import SALESFORCE, CompanyRecord, PersonRecord, RecordKey, State
from sync.identity import accounts
from sync.repository import Dossier, Member

_ANSWERS = frozenset({Kind.EMAIL_OPEN, Kind.EMAIL_CLICK, Kind.EMAIL_REPLY})


class Reason(StrEnum):
    """Why a value survived."""

    REVIEWER = "reviewer"
    VERIFIED = "verified"
    SYSTEM_OF_RECORD = "system_of_record"
    NEWEST = "newest"  # of the only CRM that the person is in, or because no value comes more often
    MOST_FREQUENT = "most_frequent"
    UNCONTRADICTED = "uncontradicted"  # every record that has a value has this one
    FORMER = "former"  # only records that are no longer live have one
    EARLIEST = "earliest"  # first-touch source
    ANY = "any"  # an opt-out on one live record is an opt-out


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value comes from: the person's or the company's record, and why that one."""

    value: str
    record: RecordKey
    reason: Reason


@dataclass(frozen=True, slots=True)
class Profile:
    """What is believed of one person. `provenance` has an entry for each field that has a value."""

    title: str
    department: str
    company_name: str
    company_domain: str
    industry: str
    employees: int | None
    country: str
    region: str
    city: str
    email: str  # the mailbox to write to
    emails: tuple[str, ...]  # all of them, `email` first
    opted_out: bool
    source: str
    status: str
    name: str
    given_name: str
    family_name: str
    provenance: Mapping[str, Provenance]


def profile(dossier: Dossier) -> Profile:
    records = [member.record for member in ranked(dossier.members)]
    known = _settled(records, dossier)
    value = {field: found.value for field, found in known.items()}
    named = next((record for record in records if "name" in known and record.key == known["name"].record), None)
    email = value.get("email", "")
    others = _mailboxes(records)
    return Profile(
        title=value.get("title", ""),
        department=value.get("department", ""),
        company_name=value.get("company_name", ""),
        company_domain=value.get("company_domain", ""),
        industry=value.get("industry", ""),
        employees=int(value["employees"]) if "employees" in value else None,
        country=value.get("country", ""),
        region=value.get("region", ""),
        city=value.get("city", ""),
        email=email,
        emails=tuple(dict.fromkeys([email, *others] if email else others)),
        opted_out="opted_out" in value,
        source=value.get("source", ""),
        status=value.get("status", ""),
        name=value.get("name", ""),
        given_name=named.first_name if named else "",
        family_name=named.last_name if named else "",
        provenance=known,
    )


def mailboxes(members: Iterable[Member]) -> dict[str, tuple[RecordKey, ...]]:
    """Every address of the person in one spelling, with the records that hold it, the best record first."""
    return _mailboxes([member.record for member in ranked(members)])


def numbers(members: Iterable[Member], normalise: Callable[[str], str]) -> dict[str, tuple[RecordKey, ...]]:
    """Every number of the person, as `normalise` spells it or, where it can make nothing of it, as written."""
    return _holders(
        (normalise(text) or text, member.record)
        for member in ranked(members)
        for text in (member.record.phone, *member.record.other_phones)
        if text
    )


def ranked(members: Iterable[Member]) -> Sequence[Member]:
    """Best record first: live, then Salesforce, then contacts before leads, then the one changed last."""
    newest = sorted(members, key=lambda m: (_changed_at(m), str(m.record.key)), reverse=True)
    return sorted(
        newest,
        key=lambda m: (m.record.state is not State.LIVE, m.record.key.system != SALESFORCE, m.record.key.object),
    )


def full_name(record: PersonRecord) -> str:
    """Family name first where the name is written in Japanese characters, else given name first."""
    parts = [record.first_name, record.last_name]
    japanese = any(ord(char) > 0x2E80 for part in parts for char in part)
    return " ".join(part for part in (reversed(parts) if japanese else parts) if part)


class _Said(NamedTuple):
    """One record's word on one field. `record` is where the value stands, `holder` the person's record behind it."""

    value: str
    record: RecordKey
    holder: RecordKey
    live: bool
    of_record: bool  # whether it is the system of record's


class _Voice(NamedTuple):
    """One of the person's records."""

    record: PersonRecord
    live: bool
    of_record: bool

    def said(self, value: str) -> _Said:
        return _Said(value, self.record.key, self.record.key, self.live, self.of_record)

    def job(self, dossier: Dossier) -> _Job:
        company = dossier.companies.get(self.record.company) if self.record.company else None
        if company and company.name:
            return _Job(self.said(company.name)._replace(record=company.key), self, company)
        return _Job(self.said(self.record.company_name), self, company)


class _Job(NamedTuple):
    """Where one of the person's records says that she works."""

    said: _Said  # the company's name
    voice: _Voice
    company: CompanyRecord | None  # linked and pulled

    def firm(self) -> accounts.Firm:
        return accounts.firm(self.company) if self.company else accounts.employer(self.voice.record)


def _settled(records: Sequence[PersonRecord], dossier: Dossier) -> dict[str, Provenance]:
    """Every field that has a value. `records` best first."""
    of_record = records[0].key.system if records else ""
    ballot = _Ballot(dossier.chosen)
    say = [_Voice(record, record.state is State.LIVE, record.key.system == of_record) for record in records]
    ballot.settle("name", [voice.said(full_name(voice.record)) for voice in _bearers(say, "name" in dossier.chosen)])
    _settle_email(ballot, say, dossier)
    for field in ("title", "department", "status"):
        ballot.settle(field, [voice.said(getattr(voice.record, field)) for voice in say])
    _settle_company(ballot, [voice.job(dossier) for voice in say], dossier)
    ballot.known.update(_first_touch(records))
    ballot.known.update(_opt_out(records))
    return ballot.known


class _Ballot:
    """Collects what is settled, field by field."""

    def __init__(self, chosen: Mapping[str, RecordKey]) -> None:
        self.known: dict[str, Provenance] = {}
        self.chosen = chosen

    def settle(self, field: str, said: Iterable[_Said]) -> _Said | None:
        """`said` best first. None, and nothing changed, when nobody has a value."""
        voices = [each for each in said if each.value]
        if not voices:
            return None
        winner, reason = _survivor(voices, self.chosen.get(field))
        self.known[field] = Provenance(winner.value, winner.record, reason)
        return winner


def _survivor(said: Sequence[_Said], chosen: RecordKey | None) -> tuple[_Said, Reason]:
    if picked := next((each for each in said if chosen and chosen in (each.holder, each.record)), None):
        return picked, Reason.REVIEWER
    live = [each for each in said if each.live]
    if not live:
        return _by_record_or_count(said)[0], Reason.FORMER
    return _by_record_or_count(live)


def _by_record_or_count(said: Sequence[_Said]) -> tuple[_Said, Reason]:
    if all(each.value == said[0].value for each in said):
        return said[0], Reason.UNCONTRADICTED
    counts = Counter(_folded(each.value) for each in said)
    if len(counts) == 1:
        return said[0], Reason.UNCONTRADICTED
    if newest := next((each for each in said if each.of_record), None):
        return newest, Reason.SYSTEM_OF_RECORD if newest.record.system == SALESFORCE else Reason.NEWEST
    most = max(counts.values())
    best = next(each for each in said if counts[_folded(each.value)] == most)
    return best, Reason.MOST_FREQUENT if most > 1 else Reason.NEWEST


def _folded(value: str) -> str:
    return "".join(unicodedata.normalize("NFKC", value).casefold().split())


def _bearers(say: Sequence[_Voice], anybody: bool) -> Sequence[_Voice]:
    """Whose name is asked for: a whole one before half of one, since Salesforce demands only a family name and many
    forms only a given name."""
    live = [voice for voice in say if voice.live and full_name(voice.record)]
    whole = [voice for voice in live or say if voice.record.first_name and voice.record.last_name]
    return say if anybody else whole or live or say


def _settle_email(ballot: _Ballot, say: Sequence[_Voice], dossier: Dossier) -> None:
    main = [voice.said(emails.normalise(voice.record.email)) for voice in say]
    more = [voice.said(emails.normalise(text)) for voice in say for text in voice.record.other_emails]
    winner = ballot.settle("email", main) or ballot.settle("email", more)
    if winner is None or ballot.known["email"].reason is Reason.REVIEWER:
        return
    if len({each.value for each in main + more if each.value}) > 1:
        answered = _answered(say, dossier)
        confirmed = [each for each in main + more if each.value in answered]
        if best := next((each for each in confirmed if each.value == winner.value), next(iter(confirmed), None)):
            ballot.known["email"] = Provenance(best.value, best.record, Reason.VERIFIED)


def _answered(say: Sequence[_Voice], dossier: Dossier) -> set[str]:
    """Mailboxes of which somebody opened, clicked or answered mail. An act tied to a record rather than to an
    address tells of its mailbox only where the record has just one."""
    answers = [act for act in dossier.activities if act.kind in _ANSWERS]
    found = {emails.normalise(act.email) for act in answers if act.email}
    holders = {key for act in answers if not act.email for key in act.people}
    for voice in say:
        if voice.record.key in holders and not voice.record.other_emails:
            found.add(emails.normalise(voice.record.email))
    return found - {""}


def _settle_company(ballot: _Ballot, jobs: Sequence[_Job], dossier: Dossier) -> None:
    """Name, domain, industry and size of one company, then the place."""
    winner = ballot.settle("company_name", [job.said for job in jobs])
    chosen = next((job for job in jobs if job.said is winner), None)
    team = [job for job in jobs if chosen is None or _same_company(job, chosen, dossier)]
    companies = _account(team, dossier)
    ballot.settle("company_domain", [_company_said(c.domain, c) for c in companies])
    for field in ("industry", "employees"):
        own = [job.voice.said(_told(job.voice.record, field)) for job in team]
        ballot.settle(field, [_company_said(_told(c, field), c) for c in companies]) or ballot.settle(field, own)
    _settle_place(ballot, jobs, companies)


def _same_company(job: _Job, chosen: _Job, dossier: Dossier) -> bool:
    if job is chosen:
        return True
    if job.company and chosen.company:
        account = dossier.accounts.get(chosen.company.key, ())
        return job.company.key == chosen.company.key or job.company.key in account
    return accounts.same(job.firm(), chosen.firm())


def _account(team: Iterable[_Job], dossier: Dossier) -> list[CompanyRecord]:
    """The records of the team's company in both CRMs, best first."""
    linked = dict.fromkeys(job.company.key for job in team if job.company)
    keys = {other for key in linked for other in (key, *dossier.accounts.get(key, ()))}
    found = [dossier.companies[key] for key in keys if key in dossier.companies]
    return sorted(found, key=lambda c: (c.key.system != SALESFORCE, -c.modified_at, c.key))


def _company_said(value: str, company: CompanyRecord) -> _Said:
    live = company.state is State.LIVE
    return _Said(value, company.key, company.key, live, company.key.system == SALESFORCE)


def _told(record: PersonRecord | CompanyRecord, field: str) -> str:
    if field == "industry":
        return record.industry
    # A company of nobody, or of fewer, is one whose size nobody has entered.
    return str(record.employees) if record.employees is not None and record.employees > 0 else ""


def _settle_place(ballot: _Ballot, jobs: Sequence[_Job], companies: Sequence[CompanyRecord]) -> None:
    """The person's place before the company's; a region and a city only of the same country."""
    people = [(job.voice.said(job.voice.record.country), job.voice.record.region) for job in jobs]
    firms = [(_company_said(c.country, c), c.region) for c in companies]
    winner = ballot.settle("country", [said for said, _ in people]) or ballot.settle("country", [s for s, _ in firms])
    country = accounts.country(winner.value) if winner else ""
    cities = [(said, job.voice.record.city) for (said, _), job in zip(people, jobs, strict=True)]
    ballot.settle("city", _of_country(cities, country))
    ballot.settle("region", _of_country(people, country)) or ballot.settle("region", _of_country(firms, country))


def _of_country(places: Iterable[tuple[_Said, str]], country: str) -> list[_Said]:
    """Parts of a country, of which each is told along with its country."""
    return [
        said._replace(value=part)
        for said, part in places
        if not (country and said.value) or accounts.country(said.value) == country
    ]


def _first_touch(records: Sequence[PersonRecord]) -> dict[str, Provenance]:
    """The first touch stays the first touch, also when its lead has long been converted."""
    told = [record for record in records if record.source]
    if not told:
        return {}
    first = min(told, key=lambda r: (r.created_at is None, r.created_at or 0, r.key))
    return {"source": Provenance(first.source, first.key, Reason.EARLIEST)}


def _opt_out(records: Sequence[PersonRecord]) -> dict[str, Provenance]:
    who = next((record for record in records if record.opted_out and record.state is State.LIVE), None)
    return {"opted_out": Provenance("true", who.key, Reason.ANY)} if who else {}


def _mailboxes(records: Iterable[PersonRecord]) -> dict[str, tuple[RecordKey, ...]]:
    return _holders(
        (emails.normalise(text), record) for record in records for text in (record.email, *record.other_emails)
    )


def _holders(held: Iterable[tuple[str, PersonRecord]]) -> dict[str, tuple[RecordKey, ...]]:
    found: dict[str, dict[RecordKey, None]] = defaultdict(dict)
    for value, record in held:
        if value:
            found[value][record.key] = None
    return {value: tuple(keys) for value, keys in found.items()}


def _changed_at(member: Member) -> int:
    return member.record.modified_at if member.changed_at is None else member.changed_at
