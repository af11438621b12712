"""First matching engine: exact keys, guarded.

Two records are one person when the vendor itself says so (merge, conversion, HubSpot's Salesforce ids) or
when they share a personal mailbox. A mailbox that a team reads, by its name or because it is used under more
than four names, joins only records that also bear the same name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sync.core import emails
from sync.core.records import PersonRecord, RecordKey
from sync.repository import Edge, Group, Member

MOST_NAMES_ON_A_PERSONAL_MAILBOX = 4
_HONORIFIC = re.compile(r"(様|さん|殿|氏|先生)$|^(mr|mrs|ms|dr)\.?\s+")


def keys_of(record: PersonRecord) -> frozenset[str]:
    """Every key by which this record can meet another: its mailboxes and the ids it is known under."""
    return frozenset(_mailbox_keys(record)) | frozenset(_id_keys(record))


def groups(members: Sequence[Member]) -> list[Group]:
    """Splits records that are connected by keys into persons; the same answer whatever the input order."""
    ordered = sorted(members, key=_age)
    joined = _Joined([member.id for member in ordered])
    edges = [edge for edge in _edges(ordered) if joined.join(edge.left, edge.right)]
    found: dict[int, list[Member]] = defaultdict(list)
    for member in ordered:
        found[joined.root(member.id)].append(member)
    by_root: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        by_root[joined.root(edge.left)].append(edge)
    return [Group(tuple(group), tuple(by_root[root])) for root, group in found.items()]


def name_key(record: PersonRecord) -> str:
    """A name in one spelling, whatever the order of its parts; "" without a name."""
    text = unicodedata.normalize("NFKC", f"{record.last_name} {record.first_name}").lower().strip()
    text = _HONORIFIC.sub("", text)
    return " ".join(sorted(part for part in re.split(r"[\s,・]+", text) if part))


def _mailbox_keys(record: PersonRecord) -> Iterator[str]:
    for address in (record.email, *record.other_emails):
        if mailbox := emails.normalise(address):
            yield f"mail:{mailbox}"


def _id_keys(record: PersonRecord) -> Iterator[str]:
    related = (record.key, *record.links, *record.absorbed)
    for key in related + ((record.successor,) if record.successor else ()):
        if key.id:
            yield f"id:{key}"


def _age(member: Member) -> tuple[int, str]:
    return (member.record.created_at or member.first_seen_at, str(member.record.key))


def _edges(members: Sequence[Member]) -> Iterator[Edge]:
    """Vendor links first: they are facts; mailboxes are evidence."""
    yield from _vendor_edges(members)
    by_mailbox: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        for key in set(_mailbox_keys(member.record)):
            by_mailbox[key.removeprefix("mail:")].append(member)
    for mailbox in sorted(by_mailbox):
        yield from _mailbox_edges(mailbox, by_mailbox[mailbox])


def _vendor_edges(members: Sequence[Member]) -> Iterator[Edge]:
    by_key: dict[RecordKey, Member] = {member.record.key: member for member in members}
    for member in members:
        for evidence, keys in _links(member.record):
            for key in keys:
                if (other := by_key.get(key)) and other is not member:
                    yield Edge(other.id, member.id, evidence, str(key))
    yield from _shared_links(members)


def _links(record: PersonRecord) -> Iterator[tuple[str, Iterable[RecordKey]]]:
    successor = (record.successor,) if record.successor else ()
    yield ("converted" if record.state == "converted" else "merged"), successor
    yield "merged", record.absorbed
    yield "vendor_link", record.links


def _shared_links(members: Sequence[Member]) -> Iterator[Edge]:
    """Two records that point to one third record are one person, even before the third has been pulled."""
    first: dict[RecordKey, Member] = {}
    for member in members:
        for _, keys in _links(member.record):
            for key in filter(_named, keys):
                earlier = first.setdefault(key, member)
                if earlier is not member:
                    yield Edge(earlier.id, member.id, "vendor_link", str(key))


def _named(key: RecordKey) -> bool:
    return bool(key.id)


def _mailbox_edges(mailbox: str, members: Sequence[Member]) -> Iterator[Edge]:
    names = {name for member in members if (name := name_key(member.record))}
    shared = emails.is_role_mailbox(mailbox) or len(names) > MOST_NAMES_ON_A_PERSONAL_MAILBOX
    if not shared:
        for member in members[1:]:
            yield Edge(members[0].id, member.id, "same_email", mailbox)
        return
    first: dict[str, Member] = {}
    for member in members:
        name = name_key(member.record)
        if name and (earlier := first.setdefault(name, member)) is not member:
            yield Edge(earlier.id, member.id, "same_shared_mailbox_and_name", mailbox)


class _Joined:
    """Disjoint sets of record ids."""

    def __init__(self, ids: Iterable[int]) -> None:
        self._parent = {id: id for id in ids}

    def root(self, id: int) -> int:
        while self._parent[id] != id:
            self._parent[id] = self._parent[self._parent[id]]
            id = self._parent[id]
        return id

    def join(self, left: int, right: int) -> bool:
        left, right = self.root(left), self.root(right)
        self._parent[max(left, right)] = min(left, right)
        return left != right
