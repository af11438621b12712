"""Decide: a person's word on whether records are one person, kept for ever, and what came of it.

`same` and `different` stand until somebody says otherwise; `open` takes a word back, so that matching decides again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import product

from sync.core.records import RecordKey
from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.jobs.rescore import Scoring, score_row, scoreable
from sync.jobs.review_pairs import pair_of
from sync.repository import Decision, Dossier, Member, PairRow, Store, Unit, Verdict

Pair = tuple[int, int]


class NotDecidable(LeadsyncError):
    """No such records, or nothing to say of them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of which records."""

    verdict: Verdict
    left: tuple[int, ...]
    right: tuple[int, ...]
    pairs: tuple[Pair, ...]  # on which the word was put down
    taken_back: tuple[Pair, ...] = ()  # earlier words that stood against it


@dataclass(frozen=True, slots=True)
class Party:
    """A person who has some of the records in question, as of now."""

    key: str
    records: tuple[RecordKey, ...]
    total: int | None  # thousandths; None when she has no live record
    band: str = ""


@dataclass(frozen=True, slots=True)
class _Named:
    """Records that a text names: one by its id, or all of a person."""

    members: tuple[Member, ...]
    whole_person: bool


def judge(store: Store, left: str, right: str | None, verdict: Verdict, author: str, now: int) -> Judged:
    """`left` and `right` name records as in `explain`; without `right`, `left` is a pair's number. A person's key or
    mailbox on one side stands for all of her records, but for those on the other side.

    Raises `NotDecidable`, saying what to name instead.
    """
    with store.begin() as unit:
        one, two = _sides(unit, left, right)
        return _judge(unit, one, two, verdict, author, now)


def judge_pair(store: Store, pair: Pair, verdict: Verdict, author: str, now: int) -> Judged | None:
    """The same for a pair of record ids; None when there are no such records."""
    with store.begin() as unit:
        known = unit.records(list(pair))
        if len(known) < 2:
            return None
        one, two = (_Named((known[id],), False) for id in pair)
        return _judge(unit, one, two, verdict, author, now)


def outcome(store: Store, judged: Judged, scoring: Scoring, now: int) -> list[Party]:
    """Who the records belong to now, with the score that is computed from what is known now."""
    with store.reading() as unit:
        members = unit.records([*judged.left, *judged.right])
        persons = sorted({member.person_id for member in members.values() if member.person_id})
        dossiers = unit.dossiers(persons)
    return [_party(dossier, scoring, now) for dossier in dossiers]


def came_true(judged: Judged, parties: Iterable[Party]) -> bool:
    """Whether matching could follow: an earlier word on other records may stand against this one."""
    return (len(list(parties)) == 1) == (judged.verdict == "same") or judged.verdict == "open"


def _judge(unit: Unit, one: _Named, two: _Named, verdict: Verdict, author: str, now: int) -> Judged:
    lefts, rights = (tuple(member.id for member in named.members) for named in (one, two))
    against: list[Pair] = []
    if verdict == "same":
        pairs = [_joining(unit, one, two)]
        # Whatever was said of any record of either person must not stand against their being one now.
        against = _decided(unit, _person(unit, one), _person(unit, two), ("different",))
    elif verdict == "different":
        pairs = sorted({_ordered(*pair) for pair in product(lefts, rights)})
    else:
        pairs = _decided(unit, lefts, rights, ("same", "different"))
        if not pairs:
            raise NotDecidable(
                Text(
                    "nobody has decided about these records: there is nothing to take back",
                    "これらのレコードについての判断は記録されていません（取り消すものがありません）",
                )
            )
    for pair in against:
        unit.decide(*pair, "open", author, now)
    for pair in pairs:
        unit.decide(*pair, verdict, author, now)
    return Judged(verdict, lefts, rights, tuple(pairs), tuple(against))


def _joining(unit: Unit, one: _Named, two: _Named) -> Pair:
    """One pair is enough to join two persons: the strongest one if whole persons were named."""
    if one.whole_person or two.whole_person:
        return _strongest(unit, one, two)
    return _ordered(one.members[0].id, two.members[0].id)


def _strongest(unit: Unit, one: _Named, two: _Named) -> Pair:
    """The stored pair between both that weighs most; the oldest records where none is stored."""
    lefts, rights = ({member.id for member in named.members} for named in (one, two))
    stored: list[PairRow] = []
    for person in {member.person_id for member in one.members if member.person_id}:
        stored += [p for p in unit.pairs_of(person) if {p.left, p.right} & lefts and {p.left, p.right} & rights]
    if not stored:
        return min(lefts), min(rights)
    best = max(stored, key=lambda p: (bool(p.evidence), p.weight, -p.left, -p.right))
    return best.left, best.right


def _person(unit: Unit, named: _Named) -> set[int]:
    """All records of the persons of these."""
    ids = {member.id for member in named.members}
    persons = sorted({member.person_id for member in named.members if member.person_id})
    return ids | {member.id for dossier in unit.dossiers(persons) for member in dossier.members}


def _decided(unit: Unit, lefts: Collection[int], rights: Collection[int], verdicts: Collection[str]) -> list[Pair]:
    def across(decision: Decision) -> bool:
        left, right = decision.left, decision.right
        return (left in lefts and right in rights) or (left in rights and right in lefts)

    found = unit.decisions_among({*lefts, *rights})
    return [(d.left, d.right) for d in found if d.verdict in verdicts and across(d)]


def _sides(unit: Unit, left: str, right: str | None) -> tuple[_Named, _Named]:
    if right is None:
        return _by_number(unit, left)
    one, two = _named(unit, left), _named(unit, right)
    shared = {member.id for member in one.members} & {member.id for member in two.members}
    if shared and one.whole_person != two.whole_person:
        # A person and one of her own records: the others against this one.
        one, two = (_without(named, shared) if named.whole_person else named for named in (one, two))
        shared = set()
    if shared or not one.members or not two.members:
        raise NotDecidable(
            Text("this is one and the same record", "同じレコードが指定されています。別のレコードを指定してください")
        )
    return one, two


def _without(named: _Named, ids: Collection[int]) -> _Named:
    return replace(named, members=tuple(member for member in named.members if member.id not in ids))


def _by_number(unit: Unit, text: str) -> tuple[_Named, _Named]:
    pair = pair_of(text)
    known = unit.records(list(pair)) if pair else {}
    if pair is None or len(known) < 2:
        raise NotDecidable(
            Text(
                f"{text} is not the number of a pair. Take one from `leadsync people duplicates`, or name both records",
                f"{text} という番号の組はありません。`leadsync people duplicates` の番号を指定するか、"
                "両方のレコードを指定してください",
            )
        )
    return _Named((known[pair[0]],), False), _Named((known[pair[1]],), False)


def _named(unit: Unit, text: str) -> _Named:
    """One record by its id (Salesforce: 15 or 18 characters, or `system:object:id`), else all of one person."""
    id_ = text.rpartition(":")[2] if text.count(":") == 2 else text
    dossiers = unit.dossiers(unit.find_person(id_))
    members = [member for dossier in dossiers for member in dossier.members]
    if exact := [member for member in members if _is_named(member, text)]:
        return _Named((_living(unit, exact[0], members),), False)
    if len(dossiers) == 1 and text.count(":") != 2:
        return _Named(dossiers[0].members, True)
    raise _unclear(text, dossiers)


def _living(unit: Unit, named: Member, members: Collection[Member]) -> Member:
    """What lives in the place of a record that was merged or converted in its CRM."""
    bearer = unit.bearers([named])[named.id]
    return next((member for member in members if member.record.key == bearer), named)


def _is_named(member: Member, text: str) -> bool:
    key = member.record.key
    return text in (key.id, str(key)) or (len(key.id) == 18 and key.id[:15] == text)


def _unclear(text: str, dossiers: Collection[Dossier]) -> NotDecidable:
    if not dossiers:
        return NotDecidable(
            Text(
                "no record is known here by one of these names; was it pulled already? (`leadsync status`)",
                "指定されたレコードが見つかりません。取り込み済みか `leadsync status` で確認してください",
            )
        )
    keys = ", ".join(str(member.record.key) for dossier in dossiers for member in dossier.members)
    return NotDecidable(
        Text(
            f"several people go by this name; name one record: {keys}",
            f"該当者が複数います。レコードで指定してください: {keys}",
        )
    )


def _ordered(left: int, right: int) -> Pair:
    return (left, right) if left < right else (right, left)


def _party(dossier: Dossier, scoring: Scoring, now: int) -> Party:
    records = tuple(member.record.key for member in dossier.members)
    if not scoreable(dossier):
        return Party(dossier.key, records, None)
    score = score_row(dossier, scoring, now)
    return Party(dossier.key, records, score.total, score.band)
