"""Rewrites some Salesforce records of people known from elsewhere: the ways of writing that tell apart good matching.

Runs after all records exist and changes texts only. HubSpot's records stay, for forms and mails go by their addresses.
"""

from __future__ import annotations

import random
import re

from connectors.sandbox.world.contacts.mailboxes import local_part
from connectors.sandbox.world.contacts.names_ja import word_boundary
from connectors.sandbox.world.contacts.numbers import extension_written
from connectors.sandbox.world.contacts.romaji import Romaji, romaji
from connectors.sandbox.world.names import FAMILY_JA, Name
from connectors.sandbox.world.shapes import Kind, Person, SalesforceRow, World

_ROMAJI = 0.40  # of records in Latin letters: another spelling than the passport's
_MARRIED = 0.03  # of records of women: her surname before
_ALIASES = 0.05  # of records with the usual address at work: another one of the same mailbox
_DOTS = 0.5  # of Gmail addresses
_EXTENSIONS = 0.12  # of the company's number
_KK = 0.5  # of company names in Latin letters: K.K. for Co., Ltd.
_HONORIFICS = 0.4  # of 様: another one


def vary_records(world: World, rng: random.Random) -> None:
    for person in world.people:
        rows = [row for row in person.leads + person.sf_contacts if not _of_conversion(row, person)]
        if len(person.contacts) + len(rows) > 1:
            for row in rows:
                _vary(person, row, rng)


def _of_conversion(row: SalesforceRow, person: Person) -> bool:
    """A converted lead and its contact were written once and copied."""
    made = {lead.fields.get("ConvertedContactId") for lead in person.leads}
    return bool(row.fields.get("IsConverted")) or row.id in made


def _vary(person: Person, row: SalesforceRow, rng: random.Random) -> None:
    _vary_name(person, row, rng)
    if row.fields.get("Email") == person.email:
        row.fields["Email"] = _address(person, rng)
    company = row.fields.get("Company", "")
    if company.endswith("Co., Ltd.") and rng.random() < _KK:
        row.fields["Company"] = company.replace("Co., Ltd.", rng.choice(("K.K.", "KK", "CO.,LTD.")))
    phone = row.fields.get("Phone", "")
    if phone and phone[-1] != "3" and "内" not in phone and "ext" not in phone and rng.random() < _EXTENSIONS:
        row.fields["Phone"] = phone + extension_written(rng.randrange(10, 4_000), person.japanese, rng)


def _vary_name(person: Person, row: SalesforceRow, rng: random.Random) -> None:
    last, first = row.fields["LastName"], row.fields.get("FirstName", "")
    if person.kana_family and last == person.family.latin and rng.random() < _ROMAJI:
        system = rng.randrange(1, len(Romaji._fields))
        row.fields["LastName"], row.fields["FirstName"] = (
            _spelled(person.family)[system],
            _spelled(person.given)[system],
        )
    elif first.endswith(" 様") and rng.random() < _HONORIFICS:
        row.fields["FirstName"] = first.removesuffix(" 様") + rng.choice(("さん", "様", "殿", " 部長"))
    elif last == person.family.kanji and _woman(person) and rng.random() < _MARRIED:
        _rename(person, row, rng)


def _spelled(name: Name) -> Romaji:
    return romaji(name.kana, word_boundary(name.kanji, name.kana))


def _woman(person: Person) -> bool:
    return bool(person.kana_given) and person.given.kanji[-1] in "子美香恵穂織衣咲"


def _rename(person: Person, row: SalesforceRow, rng: random.Random) -> None:
    """The record is from before the wedding; so mostly is its address."""
    maiden = rng.choice([name for name in FAMILY_JA if name != person.family])
    row.fields["LastName"] = maiden.kanji
    if "LastNameLocal" in row.fields:
        row.fields["LastNameLocal"] = maiden.kana
    local = f"{person.given.latin}.{maiden.latin}".lower()
    if person.kind is Kind.BUSINESS and local not in person.company.mailboxes and rng.random() < 0.6:
        person.company.mailboxes.add(local)
        row.fields["Email"] = f"{local}@{person.company.domain}"


def _address(person: Person, rng: random.Random) -> str:
    local, _, domain = person.email.partition("@")
    if domain == "gmail.com" and rng.random() < _DOTS:
        return local.replace(".", "") + "@gmail.com" if "." in local else f"{local[0]}.{local[1:]}@gmail.com"
    if person.kind is Kind.BUSINESS and rng.random() < _ALIASES:
        last, first = (re.sub("[^a-z]", "", name.latin.lower()) for name in (person.family, person.given))
        for pattern in ("first.last", "f.last", "flast"):
            alias = local_part(pattern, last, first)
            if alias not in person.company.mailboxes:
                person.company.mailboxes.add(alias)
                return f"{alias}@{domain}"
    return person.email
