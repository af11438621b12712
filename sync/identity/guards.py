"""Reasons not to join two groups of records although an edge says so."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from sync.core.emails import is_role_mailbox
from sync.identity.certain import mobiles
from sync.identity.features import Features
from sync.identity.names import bears, bears_given, compatible, full_kanji, named, relatives, same_family
from sync.identity.shared import Shared

_LONGEST_NUMBER = 2  # digits behind a namesake's mailbox; more is a year or a staff number


class Refusal(StrEnum):
    """Stable words; they are stored with pairs for review."""

    ALREADY_ONE = "already_one"
    DECIDED_APART = "decided_apart"
    TOO_MANY_RECORDS = "too_many_records"
    NUMBERED_NAMESAKES = "numbered_namesakes"
    DIFFERENT_KANJI = "different_kanji"
    DIFFERENT_NAMES = "different_names"
    DIFFERENT_NAMES_ON_ONE_MAILBOX = "different_names_on_one_mailbox"
    RELATIVES = "relatives"


def refusal(a: Sequence[Features], b: Sequence[Features], shared: Shared) -> Refusal | None:
    """The first guard that speaks against making one person of both groups' records, or None.

    Looks at all records of both: the end of a chain may contradict its beginning. Symmetric.
    """
    if _relatives(a, b):
        return Refusal.RELATIVES
    common = _common_mailboxes(a, b, shared)
    if common:
        refused = len(common) == 1 and _strangers(a, b) and not _borne_or_called(a, b, common.pop(), shared)
        return Refusal.DIFFERENT_NAMES_ON_ONE_MAILBOX if refused else None
    if _namesakes(a, b, shared):
        return Refusal.NUMBERED_NAMESAKES
    if _common_mobile(a, b):
        return None
    if _namesakes_of_other_patterns(a, b, shared):
        return Refusal.NUMBERED_NAMESAKES
    if _different_kanji(a, b):
        return Refusal.DIFFERENT_KANJI
    return Refusal.DIFFERENT_NAMES if _strangers(a, b) else None


def _common_mailboxes(a: Sequence[Features], b: Sequence[Features], shared: Shared) -> set[str]:
    """Personal mailboxes that both groups bear."""
    common = {m for f in a for m in f.emails}.intersection(m for f in b for m in f.emails)
    if not common:
        return common
    for f in (*a, *b):
        if f.role:
            common.discard(f.em)
    return {m for m in common if m not in shared.mailboxes and not is_role_mailbox(m)}


def _common_mobile(a: Sequence[Features], b: Sequence[Features]) -> bool:
    return not {number for f in a for number in mobiles(f)}.isdisjoint(number for f in b for number in mobiles(f))


def _relatives(a: Sequence[Features], b: Sequence[Features]) -> bool:
    """Whether both groups' full names say one family and two people, whatever mailbox or mobile they share."""
    pairs = [(x, y) for x in _names(a).values() if x.giv for y in _names(b).values() if y.giv]
    return any(relatives(x, y) for x, y in pairs) and not any(compatible(x, y) for x, y in pairs)


def _strangers(a: Sequence[Features], b: Sequence[Features]) -> bool:
    """Whether both groups have names, and none of one can be a name of the other's person."""
    names_a, names_b = _names(a), _names(b)
    if not names_a or not names_b or not names_a.keys().isdisjoint(names_b):
        return False
    return not any(compatible(x, y) for x in names_a.values() for y in names_b.values())


def _names(group: Sequence[Features]) -> dict[tuple[str, ...], Features]:
    return {(f.nm, f.kj, f.fam, f.giv, f.ini): f for f in group if named(f)}


def _borne_or_called(a: Sequence[Features], b: Sequence[Features], mailbox: str, shared: Shared) -> bool:
    """Whether more than the one mailbox in common speaks for one person: it bears a name of either group, it is at
    free mail and the family name is the same, or a number is in common too."""
    local = mailbox.partition("@")[0]
    if any(bears(local, f) or bears_given(local, f) for f in (*a, *b)):
        return True
    if any(f.free and f.em == mailbox for f in (*a, *b)) and any(same_family(x, y) for x in a for y in b):
        return True
    numbers = {number for f in a for number in f.phones}.intersection(number for f in b for number in f.phones)
    return bool(numbers - shared.numbers)


def _namesakes(a: Sequence[Features], b: Sequence[Features], shared: Shared) -> bool:
    """A company tells two people of one name apart by numbering their mailboxes: taro.yamada@, taro.yamada2@."""
    return _apart(_numbers(a, shared, _stem), _numbers(b, shared, _stem))


def _namesakes_of_other_patterns(a: Sequence[Features], b: Sequence[Features], shared: Shared) -> bool:
    """As `_namesakes`, where the company has changed its pattern since: taro.yamada@, t.yamada2@."""
    return _apart(_numbers(a, shared, _bearer), _numbers(b, shared, _bearer))


def _apart(a: Mapping[str, set[str]], b: Mapping[str, set[str]]) -> bool:
    return any(numbers.isdisjoint(b.get(of, numbers)) for of, numbers in a.items())


def _numbers(group: Sequence[Features], shared: Shared, of: Callable[[Features, str, str], str]) -> dict[str, set[str]]:
    """Numbers behind the group's company mailboxes, "" for none, by what they number."""
    found: dict[str, set[str]] = {}
    for f in group:
        for mailbox in f.emails:
            local, _, domain = mailbox.rpartition("@")
            if _at_work(f, mailbox, domain) and mailbox not in shared.mailboxes:
                stem = local.rstrip(string.digits)
                number = local[len(stem) :]
                if stem and len(number) <= _LONGEST_NUMBER and (key := of(f, stem, domain)):
                    found.setdefault(key, set()).add(number)
    return found


def _stem(_: Features, stem: str, domain: str) -> str:
    return f"{stem.rstrip('._-')}@{domain}"


def _bearer(f: Features, stem: str, domain: str) -> str:
    return domain if bears(stem, f) or bears_given(stem, f) else ""


def _at_work(f: Features, mailbox: str, domain: str) -> bool:
    if mailbox == f.em:
        return not f.free and not f.role
    return bool(f.dom) and (domain == f.dom or domain.endswith(f".{f.dom}"))


def _different_kanji(a: Sequence[Features], b: Sequence[Features]) -> bool:
    names_a, names_b = ({name for f in group if (name := full_kanji(f))} for group in (a, b))
    return bool(names_a and names_b) and names_a.isdisjoint(names_b)
