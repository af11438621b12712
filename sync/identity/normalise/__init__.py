"""A record as some system or list holds it, in the one spelling matching compares.

Pure and streaming: a record in, its features out, nothing kept but bounded caches of parts that many records share.
"""

from __future__ import annotations

from functools import lru_cache

from sync.identity.features import Features, RawPerson
from sync.identity.normalise import companies, dictionary, mailboxes, names, phones
from sync.identity.normalise.letters import new_forms, plain
from sync.identity.normalise.mailboxes import Mailbox
from sync.identity.normalise.phones import Number

VERSION = 1
"""Raised whenever the same record would give other features; stored features of another version are made anew."""


__all__ = ["VERSION", "edition", "normalise"]


def normalise(raw: RawPerson, region: str = "JP") -> Features:
    """The features of a record. `region` (ISO 3166) is where its telephone numbers are when they do not say so.

    Never raises for any text. Fields that hold only placeholders (-, N/A, 不明) count as empty.
    """
    boxes = _mailboxes(raw.emails)
    main = boxes[0] if boxes else None
    written = raw.given_name, raw.family_name, raw.full_name
    # Only kanji leave a reading open; the cache of names is worth more without the mailbox in its key.
    local = main.local if main and not "".join(written).isascii() else ""
    name = names.read(*written, raw.family_kana, raw.given_kana, local)
    numbers = _numbers(raw, region)
    company = companies.read(raw.company)
    return Features(
        id=raw.id,
        fam=name.fam,
        giv=name.giv,
        nm=name.nm,
        ini=name.ini,
        kj=name.kj,
        kfam=name.kfam,
        em=main.address if main else "",
        loc=main.local if main else "",
        edom=main.domain if main else "",
        role=main.role if main else False,
        free=main.free if main else False,
        ph=numbers[0].e164 if numbers else "",
        mob=numbers[0].mobile if numbers else False,
        co=company.co,
        cor=company.cor,
        dom=_domain(raw.domain, boxes),
        title=_text(raw.title),
        city=_text(raw.city),
        emails=tuple([box.address for box in boxes]),
        phones=tuple([number.e164 for number in numbers]),
    )


def edition() -> str:
    """What stored features depend on: the version, and whether the optional dictionary reads unlisted surnames."""
    return f"{VERSION}+dictionary" if dictionary.is_installed() else str(VERSION)


def _mailboxes(fields: tuple[str, ...]) -> tuple[Mailbox, ...]:
    """All mailboxes, a person's own before a team's."""
    if len(fields) == 1:
        found = mailboxes.read(fields[0])
    else:
        found = tuple(dict.fromkeys(box for text in fields for box in mailboxes.read(text)))
    return found if len(found) < 2 else tuple(sorted(found, key=lambda box: box.role))


def _numbers(raw: RawPerson, region: str) -> tuple[Number, ...]:
    if len(raw.phones) == 1:
        return phones.read(raw.phones[0], region, raw.country)
    return tuple(dict.fromkeys(number for text in raw.phones for number in phones.read(text, region, raw.country)))


def _domain(told: str, boxes: tuple[Mailbox, ...]) -> str:
    company = mailboxes.registered(told)
    if company and not mailboxes.is_free(company):
        return company
    return next((box.domain for box in boxes if not box.free), "")


@lru_cache(maxsize=1 << 13)
def _text(text: str) -> str:
    return new_forms(plain(text)).lower() if text else ""
