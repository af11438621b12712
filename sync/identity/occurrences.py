"""What happened once counts once, however many records tell of it.

One meeting, call or mail is often logged in both CRMs, or in one CRM on two records of the same person. Two such
activities are one occurrence when they are mails with the same Message-ID, or when kind and subject agree and they

- lie in the same minute, on two different records of the person; or
- lie on the same calendar day, in the two CRMs, and one of them has a date but no time of day. That is so for every
  Salesforce task (its times tell when it was logged or closed) and for all-day events.

Two calls of one day on one record stay two: each activity meets at most one of every other record (by day: of the
other CRM), the nearest in time first.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sync.core.activity import Kind
from sync.core.records import HUBSPOT, SALESFORCE, ActivityRecord, RecordKey

LOGGED_TWICE = frozenset({Kind.CALL, Kind.MEETING, Kind.EMAIL_SENT, Kind.EMAIL_REPLY})
_MAILS = frozenset({Kind.EMAIL_SENT, Kind.EMAIL_REPLY})
MOST_ALIKE = 60  # more of one kind and subject in one day or minute are a machine's: then only Message-IDs count
_MINUTE = 60
_QUARTER = 900
_LONGEST_PREFIX = 40
_TAG = re.compile(r"\[[^\[\]]{1,40}\]\s*")
_REPLY = re.compile(r"(re|fwd?|aw|wg|sv|返信|転送)(\[\d+\])?\s*:\s*")
_KIND = re.compile(r"(e-?mail|mail|メール|call|電話|コール|meeting|会議|打ち?合わ?せ|ミーティング|面談)\s*:\s*")


@dataclass(frozen=True, slots=True)
class Fold:
    """`copy` tells of the same occurrence as `kept`. `evidence`: message_id, same_minute or same_day."""

    kept: RecordKey
    copy: RecordKey
    evidence: str


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Each occurrence once, in order of time, and what was folded into which."""

    activities: tuple[ActivityRecord, ...]
    folds: tuple[Fold, ...] = ()


def occurrences(activities: Sequence[ActivityRecord], timezone: str) -> Occurrences:
    """One person's activities without the copies. `timezone` tells which times share a calendar day.

    The kept one takes over what only a copy knows: whose it is, direction, Message-ID.
    """
    candidates = [activity for activity in activities if activity.kind in LOGGED_TWICE]
    if len(candidates) < 2:
        return Occurrences(tuple(activities))
    groups = _grouped([_Logged.of(activity, ZoneInfo(timezone)) for activity in candidates])
    if not groups:
        return Occurrences(tuple(activities))
    merged = {group.logged[0].key: _merged(group) for group in groups}
    folds = [fold for group in groups for fold in _folds(group)]
    gone = {fold.copy for fold in folds}
    left = (merged.get(activity.key, activity) for activity in activities if activity.key not in gone)
    return Occurrences(
        tuple(sorted(left, key=lambda a: (a.occurred_at, a.key))), tuple(sorted(folds, key=lambda f: f.copy))
    )


def subject(title: str) -> str:
    """A subject in one spelling, without tags in brackets, reply marks and the kind's name before it."""
    text = " ".join(unicodedata.normalize("NFKC", title).casefold().split())
    rest = text
    while head := (_TAG.match(rest) or _REPLY.match(rest) or _KIND.match(rest)):
        rest = rest[head.end() :]
    return rest or text


@dataclass(frozen=True, slots=True)
class _Logged:
    """An activity as it is compared."""

    activity: ActivityRecord
    subject: str
    message_id: str
    day: str
    timed: bool  # whether it knows the time of day

    @classmethod
    def of(cls, activity: ActivityRecord, zone: ZoneInfo) -> _Logged:
        at = datetime.fromtimestamp(activity.occurred_at, zone)
        all_day = activity.key.object == "event" and (at.hour, at.minute, at.second) == (0, 0, 0)
        return cls(
            activity,
            subject(activity.title),
            activity.message_id.strip().strip("<>").casefold(),
            at.date().isoformat(),
            timed=not (activity.key.system == SALESFORCE and (activity.key.object == "task" or all_day)),
        )

    @property
    def key(self) -> RecordKey:
        return self.activity.key

    @property
    def minute(self) -> int:
        return self.activity.occurred_at // _MINUTE

    @property
    def imported(self) -> bool:
        """Whether its time of day stands for none: tasks entered after their date are put at noon of the org's zone,
        which is a whole quarter of an hour everywhere."""
        return not self.timed and self.activity.occurred_at % _QUARTER == 0

    @property
    def claim(self) -> tuple[bool, bool, bool, RecordKey]:
        """Who is kept: what knows the time, then what knows who began, then HubSpot's, which both its own
        integration and inbox tools copy to Salesforce far more often than back."""
        return (not self.timed, not self.activity.direction, self.key.system != HUBSPOT, self.key)


class _Edge(NamedTuple):
    strength: int
    apart: int  # seconds
    left: RecordKey
    right: RecordKey
    evidence: str


@dataclass(slots=True)
class _Group:
    logged: list[_Logged]
    places: set[RecordKey] = field(default_factory=set)  # the person's records it lies on
    message_ids: set[str] = field(default_factory=set)
    edges: list[_Edge] = field(default_factory=list)

    @property
    def systems(self) -> set[str]:
        return {place.system for place in self.places}


def _grouped(logged: Sequence[_Logged]) -> list[_Group]:
    """Groups of two and more, each with its best first. The strongest and nearest pairs join first; ids decide ties."""
    group_of = {
        each.key: _Group([each], set(each.activity.people), {each.message_id} - {""})
        for each in sorted(logged, key=lambda each: each.claim)
    }
    for edge in sorted(_edges(logged)):
        left, right = group_of[edge.left], group_of[edge.right]
        if left is right or not _may_join(left, right, edge.evidence):
            continue
        left.logged = sorted(left.logged + right.logged, key=lambda each: each.claim)
        left.places |= right.places
        left.message_ids |= right.message_ids
        left.edges += [*right.edges, edge]
        group_of.update((each.key, left) for each in right.logged)
    found = {id(group): group for group in group_of.values() if len(group.logged) > 1}
    return list(found.values())


def _may_join(left: _Group, right: _Group, evidence: str) -> bool:
    if evidence == "message_id":
        return True
    if len(left.message_ids | right.message_ids) > 1:
        return False
    if evidence == "same_day":
        return not left.systems & right.systems
    return not left.places & right.places


def _edges(logged: Sequence[_Logged]) -> Iterator[_Edge]:
    by_message: dict[tuple[str, str], list[_Logged]] = defaultdict(list)
    by_minute: dict[tuple[str, int], list[_Logged]] = defaultdict(list)
    by_day: dict[tuple[str, str], list[_Logged]] = defaultdict(list)
    for each in logged:
        if each.message_id:
            medium = "mail" if each.activity.kind in _MAILS else each.activity.kind
            by_message[medium, each.message_id].append(each)
        if each.activity.people:
            by_minute[each.activity.kind, each.minute].append(each)
            by_day[each.activity.kind, each.day].append(each)
    for alike in by_message.values():
        first = min(alike, key=lambda each: each.key)
        yield from (_edge(0, first, other, "message_id") for other in alike if other is not first)
    for alike in by_minute.values():
        yield from (_edge(1, a, b, "same_minute") for a, b in _alike(alike) if _same_minute(a, b))
    for alike in by_day.values():
        yield from (_edge(2, a, b, "same_day") for a, b in _alike(alike) if _same_day(a, b))


def _edge(strength: int, a: _Logged, b: _Logged, evidence: str) -> _Edge:
    left, right = sorted((a.key, b.key))
    return _Edge(strength, abs(a.activity.occurred_at - b.activity.occurred_at), left, right, evidence)


def _alike(logged: Sequence[_Logged]) -> Iterator[tuple[_Logged, _Logged]]:
    """Pairs with one subject: equal, or, between the CRMs, equal but for a prefix that a tool put before a colon."""
    whole: dict[str, list[_Logged]] = defaultdict(list)
    for each in logged:
        whole[each.subject].append(each)
    for each in logged:
        for tail in _tails(each.subject):
            others = whole.get(tail, ())
            if len(others) <= MOST_ALIKE:
                yield from ((each, other) for other in others if other.key.system != each.key.system)
    for same in whole.values():
        if len(same) <= MOST_ALIKE:
            yield from combinations(same, 2)


def _tails(text: str) -> Iterator[str]:
    """What is left after each colon near the head. No list of prefixes: every vendor and every admin has others."""
    at = text.find(":")
    while 0 < at <= _LONGEST_PREFIX:
        if (tail := subject(text[at + 1 :])) and tail != text:
            yield tail
        at = text.find(":", at + 1)


def _same_minute(a: _Logged, b: _Logged) -> bool:
    if a.key.system != b.key.system:
        return a.timed and b.timed
    return not a.imported and not b.imported


def _same_day(a: _Logged, b: _Logged) -> bool:
    directions = {a.activity.direction, b.activity.direction} - {""}
    return a.key.system != b.key.system and not (a.timed and b.timed) and bool(a.subject) and len(directions) < 2


def _merged(group: _Group) -> ActivityRecord:
    records = [each.activity for each in group.logged]
    return replace(
        records[0],
        people=tuple(sorted({key for record in records for key in record.people})),
        direction=_first(record.direction for record in records),
        message_id=_first(record.message_id for record in records),
        title=_first(record.title for record in records),
    )


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _folds(group: _Group) -> Iterator[Fold]:
    kept = group.logged[0].key
    for copy in group.logged[1:]:
        touching = [edge for edge in group.edges if copy.key in (edge.left, edge.right)]
        yield Fold(kept, copy.key, min(touching).evidence)
