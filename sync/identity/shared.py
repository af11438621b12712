"""Key statistics: which mailboxes and numbers belong to no single person, whatever lists of role names say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sync.core import emails
from sync.identity.features import Features
from sync.identity.names import bears, bears_given, compatible, named

MOST_NAMES_ON_A_MAILBOX = 4
FEWEST_NAMES_ON_A_SHARED_MAILBOX = 2
MOST_RECORDS_ON_A_NUMBER = 12  # more than that, and it is a switchboard's


@dataclass(frozen=True, slots=True)
class Shared:
    """Mailboxes and numbers that are known, from all records that bear them, to identify nobody."""

    mailboxes: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


NOTHING_SHARED = Shared()


def shared_mailbox(bearers: Iterable[Features]) -> bool:
    """Whether the records that bear one mailbox hold more names than one person can have.

    A company's mailbox that bears none of its names, as a department's does, is shared with the second name already.
    Spellings of one name count once.
    """
    mailboxes: set[str] | None = None
    distinct: dict[tuple[str, ...], Features] = {}
    for f in bearers:
        mailboxes = set(f.emails) if mailboxes is None else mailboxes.intersection(f.emails)
        if named(f):
            distinct.setdefault((f.nm, f.kj, f.fam, f.giv, f.ini), f)
    found: list[Features] = []
    for name in sorted(distinct):
        if not any(compatible(distinct[name], other) for other in found):
            found.append(distinct[name])
        if len(found) > MOST_NAMES_ON_A_MAILBOX:
            return True
    if len(found) < FEWEST_NAMES_ON_A_SHARED_MAILBOX or not mailboxes or len(mailboxes) > 1:
        return False
    return _bears_no_name(mailboxes.pop(), distinct.values())


def main_number(records: int) -> bool:
    """Whether a number that so many records bear is a company's rather than a person's."""
    return records > MOST_RECORDS_ON_A_NUMBER


def personal_mailboxes(f: Features, shared: Shared = NOTHING_SHARED) -> frozenset[str]:
    """The record's mailboxes that one person reads, as far as lists, names and statistics tell."""
    return frozenset(
        m
        for m in f.emails
        if not (f.role and m == f.em) and m not in shared.mailboxes and not emails.is_role_mailbox(m)
    )


def with_statistics(f: Features, shared: Shared) -> Features:
    """The record with `role` set when its main mailbox turned out to be shared."""
    return replace(f, role=True) if f.em in shared.mailboxes and not f.role else f


def _bears_no_name(mailbox: str, bearers: Iterable[Features]) -> bool:
    """At free mail people call themselves what they like, so there it tells nothing."""
    local = mailbox.partition("@")[0]
    return not any((f.free and f.em == mailbox) or bears(local, f) or bears_given(local, f) for f in bearers)
