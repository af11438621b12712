"""From people to the rows of a list: what one source knows of a person, in one way of writing it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from connectors.sandbox.world.contacts.firms import city_written, company_written, domain_written
from connectors.sandbox.world.contacts.mailboxes import address_written
from connectors.sandbox.world.contacts.numbers import extension_written, misdialled, number_written
from connectors.sandbox.world.contacts.shares import Shares
from connectors.sandbox.world.contacts.spelling import name_written
from connectors.sandbox.world.contacts.staff import Human, Post

HUBSPOT, SALESFORCE = "hubspot", "salesforce"


class Written(NamedTuple):
    """A row without its id."""

    source: str
    given_name: str
    family_name: str
    full_name: str
    email: str
    phone: str
    company: str
    domain: str
    title: str
    city: str


def rows_of(human: Human, count: int, rng: random.Random, shares: Shares) -> Iterator[Written]:
    """`count` rows about one person. After a change of job or name at least one row is from before it."""
    cut = rng.randint(1, count - 1) if human.before is not None else count
    source = HUBSPOT if rng.random() < shares.hubspot else SALESFORCE
    held: set[str] = set()  # addresses HubSpot has of her: it takes none twice
    for place in range(count):
        if place and rng.random() < shares.cross_source:
            source = SALESFORCE if source == HUBSPOT else HUBSPOT
        post = human.now if place < cut or human.before is None else human.before
        yield _row(human, post, source, held, rng, shares)


def _row(human: Human, post: Post, source: str, held: set[str], rng: random.Random, shares: Shares) -> Written:
    firm = post.firm
    given, family, full = name_written(post.name, rng, shares)
    nameless = not (given or family or full)
    domain = firm.old_domain if firm.old_domain and rng.random() < _STILL_OLD else firm.domain
    email = _email(human, post, domain, nameless, rng, shares)
    if source == HUBSPOT and email:
        if email.lower() in held:
            email = _another(human, post, held)
        held.add(email.lower())
    return Written(
        source,
        given,
        family,
        full,
        email,
        "" if rng.random() < shares.no_phone else _phone(post, rng, shares),
        "" if rng.random() < shares.no_company else company_written(firm, post.office, rng, shares),
        "" if rng.random() < shares.no_domain else domain_written(domain, rng),
        "" if rng.random() < shares.no_title else post.title,
        "" if rng.random() < shares.no_city else city_written(post.office.place, firm.japanese, rng),
    )


def _email(human: Human, post: Post, domain: str, nameless: bool, rng: random.Random, shares: Shares) -> str:
    """Rows without a name have an address always: there would be nothing left to know the person by."""
    if human.shows_private and rng.random() < 0.8:
        return address_written(human.private, rng, shares)
    if not nameless and rng.random() < shares.no_email:
        return ""
    if post.team and rng.random() < 0.8:
        return post.team
    if human.writes_privately != (rng.random() < shares.private_mail):
        return address_written(human.private, rng, shares)
    address = post.alias if post.alias and rng.random() < shares.aliases / _HAVE_ALIAS else post.address
    if domain != post.firm.domain:
        address = f"{address.partition('@')[0]}@{domain}"
    return address_written(address, rng, shares)


def _another(human: Human, post: Post, held: set[str]) -> str:
    """An address of hers that HubSpot has not got yet, or none."""
    local, _, domain = post.address.partition("@")
    for address in (post.alias, human.private, f"{local}+2@{domain}"):
        if address and address not in held:
            return address
    return ""


def _phone(post: Post, rng: random.Random, shares: Shares) -> str:
    own = post.mobile or post.direct
    if own and rng.random() < _OWN_NUMBER:
        digits = own
    elif post.main:
        digits = post.office.number
    else:
        return ""
    japanese = post.firm.japanese
    if rng.random() < shares.number_typos:
        digits = misdialled(digits, rng)
    text = number_written(digits, japanese, rng)
    if post.extension and digits == post.office.number and rng.random() < shares.extensions:
        text += extension_written(post.extension, japanese, rng)
    return text


_STILL_OLD = 0.35  # rows that still have the domain from before a rebranding
_OWN_NUMBER = 0.85  # rows with the person's own number, of people who have one
_HAVE_ALIAS = 0.4
