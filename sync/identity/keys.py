"""Blocking keys: two records are compared when they share one.

A key is its kind and a text. Kinds that many people can share are only used while few records bear the key; whoever
looks pairs up leaves out every key with more records than `LIMITS` allows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from enum import IntEnum

from sync.identity.features import Features


class KeyKind(IntEnum):
    """Stored with each key; values are never reused."""

    MAILBOX = 1
    PHONE = 2
    NAME_DOMAIN = 3
    NAME_COMPANY = 4
    NAME = 5
    DOMAIN_FAMILY_INITIAL = 6
    LOCAL_FAMILY = 7
    COMPANY_FAMILY_INITIAL = 8
    KANJI_DOMAIN = 9
    KANJI_COMPANY = 10
    KANJI = 11
    RECORD = 12  # a record's own id, and the ids that its CRM says are the same person; see `sync.identity.told`


LIMITS = {
    KeyKind.MAILBOX: 60,
    KeyKind.PHONE: 12,
    KeyKind.NAME_DOMAIN: 40,
    KeyKind.NAME_COMPANY: 40,
    KeyKind.NAME: 12,
    KeyKind.DOMAIN_FAMILY_INITIAL: 40,
    KeyKind.LOCAL_FAMILY: 20,
    KeyKind.COMPANY_FAMILY_INITIAL: 40,
    KeyKind.KANJI_DOMAIN: 40,
    KeyKind.KANJI_COMPANY: 40,
    KeyKind.KANJI: 12,
    KeyKind.RECORD: 60,  # a field that says the same for more people holds no id
}
"""Most records that may bear a key of this kind and still be compared because of it."""


def keys_of(features: Features) -> Iterator[tuple[KeyKind, str]]:
    """Every blocking key that a record's features give, each once."""
    yield from dict.fromkeys(_keys(features))


def key_number(kind: KeyKind, text: str) -> int:
    """A key as a signed 64-bit number: what key indexes hold. No address or name can be read back from it."""
    digest = hashlib.blake2b(f"{kind.value}:{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _keys(f: Features) -> Iterator[tuple[KeyKind, str]]:
    for mailbox in f.emails:
        yield KeyKind.MAILBOX, mailbox
    for number in f.phones:
        yield KeyKind.PHONE, number
    if f.nm and f.fam and f.giv:
        yield KeyKind.NAME, f.nm
        if f.dom:
            yield KeyKind.NAME_DOMAIN, f"{f.nm}|{f.dom}"
        if f.cor:
            yield KeyKind.NAME_COMPANY, f"{f.nm}|{f.cor}"
    if f.kj:
        yield KeyKind.KANJI, f.kj
        if f.dom:
            yield KeyKind.KANJI_DOMAIN, f"{f.kj}|{f.dom}"
        if f.cor:
            yield KeyKind.KANJI_COMPANY, f"{f.kj}|{f.cor}"
    if f.fam:
        yield from _family_keys(f)


def _family_keys(f: Features) -> Iterator[tuple[KeyKind, str]]:
    if f.loc and not f.role:
        yield KeyKind.LOCAL_FAMILY, f"{f.loc}|{f.fam}"
    if f.ini and f.dom:
        yield KeyKind.DOMAIN_FAMILY_INITIAL, f"{f.dom}|{f.fam}|{f.ini}"
    if f.ini and f.cor:
        yield KeyKind.COMPANY_FAMILY_INITIAL, f"{f.cor}|{f.fam}|{f.ini}"
