"""Exact edges: pairs of records that one key alone makes one person, with guards.

At least 9,995 of 10,000 such pairs are right; what the guards turn away is left to the weights.
"""

from __future__ import annotations

from sync.identity.features import Features
from sync.identity.names import bears, bears_given, compatible, relatives, same_family, same_full_name
from sync.identity.shared import NOTHING_SHARED, Shared, personal_mailboxes

SAME_EMAIL = "same_email"
SAME_PHONE_AND_NAME = "same_phone_and_name"


def certain(a: Features, b: Features, shared: Shared = NOTHING_SHARED) -> str | None:
    """Why two records are surely one person (a stable word), or None. The order of the two does not matter."""
    boxes_a, boxes_b = personal_mailboxes(a, shared), personal_mailboxes(b, shared)
    common = boxes_a & boxes_b
    borne = common and not relatives(a, b) and any(_bears_one(mailbox, a, b) for mailbox in common)
    if common and (borne or compatible(a, b)):
        return SAME_EMAIL
    numbers = set(a.phones).intersection(b.phones) - shared.numbers
    if not numbers or not same_full_name(a, b):
        return None
    contradicted = bool(boxes_a and boxes_b) and not common
    if not contradicted or not numbers.isdisjoint(mobiles(a) + mobiles(b)):
        return SAME_PHONE_AND_NAME
    return None


def mobiles(f: Features) -> list[str]:
    """The record's numbers that are known to be mobile. Abroad only the main number is told apart."""
    return [number for number in f.phones if (f.mob and number == f.ph) or _is_japanese_mobile(number)]


def _is_japanese_mobile(number: str) -> bool:
    """In E.164: +81 and 70, 80 or 90."""
    return number.startswith("+81") and number[3:5] in ("70", "80", "90") and len(number) == 13


def _bears_one(mailbox: str, a: Features, b: Features) -> bool:
    """The family name of either; or the given name of either, when the family name is the same."""
    local = mailbox.partition("@")[0]
    if bears(local, a) or bears(local, b):
        return True
    return same_family(a, b) and (bears_given(local, a) or bears_given(local, b))
