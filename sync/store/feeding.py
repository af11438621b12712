"""What the scoring engine reads, kept up to date for who is due: acts and traits, as numbers.

What was is kept: an act that is no longer a person's and traits that changed go to `past_acts` and `past_traits` with
the time until which they held, so that a past day can be scored as it was known on that day.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, delete, func, insert, or_, select, update

from sync.core.activity import ALWAYS_OWN, INBOUND, NEVER_OWN, OUTBOUND
from sync.core.records import ActivityRecord, RecordKey, State
from sync.identity.occurrences import LOGGED_TWICE
from sync.repository import ActRow, Fed, Seen, Traits
from sync.store import rows
from sync.store import tables as t

_FROM_THE_FIRST = 0
BASIS_BYTES = 8
_PIECE = 1_000  # persons; their numbers are the only parameters
_VALUES = tuple(column.name for column in t.traits.c if column.name not in ("person_id", "since", "basis"))


@dataclass(slots=True)
class _Told:
    """What a person's live activities come to."""

    earliest: int | None = None
    acts: set[ActRow] = field(default_factory=set)
    untold: list[tuple[int, int]] = field(default_factory=list)  # (at, activity) of acts whose subject is not known
    logged: int = 0  # activities of the kinds that are logged twice
    messages: int = 0  # those of them that name a message


class _Standing(NamedTuple):
    """A person's traits as stored; `values` in the order of _VALUES."""

    values: tuple[int | None, ...]
    since: int
    basis: str


_Acts = dict[tuple[int, int], tuple[int, int]]  # (at, activity) -> (subject, since)


class FeedingSide:
    connection: Connection
    subjects_of: Callable[[Sequence[ActivityRecord]], list[int | None]]
    to_score_by: Callable[[Collection[int]], dict[int, int]]

    # --- what is due ---

    def traits_due(self, person_ids: Sequence[int]) -> set[int]:
        """Those of them whose traits are to be made anew, or for the first time."""
        c, known = t.persons.c, t.traits.c.person_id
        found: set[int] = set()
        for piece in rows.chunks(person_ids, _PIECE):
            query = select(c.id).outerjoin(t.traits, known == c.id).where(c.id.in_(piece))
            found |= set(self.connection.scalars(query.where(or_(c.traits_due, known.is_(None)))))
        return found

    def seen(self, person_ids: Sequence[int]) -> dict[int, Seen]:
        """What records and activities tell of each of these persons. Who has no live record is missing."""
        found: dict[int, Seen] = {}
        for piece in rows.chunks(person_ids, _PIECE):
            told = self._told(piece)
            for row in self.connection.execute(_records_query(piece)):
                theirs = told.get(row.person_id) or _Told()
                times = [at for at in (row.created, theirs.earliest) if at is not None]
                # On one record only mails can be told twice, by their Message-ID.
                repeats = theirs.logged > 1 and (row.records > 1 or theirs.messages > 1)
                found[row.person_id] = Seen(min(times, default=row.created_at), frozenset(theirs.acts), repeats)
        return found

    def occurred(self, activities: Mapping[int, Sequence[ActivityRecord]]) -> dict[int, frozenset[ActRow]]:
        """Person -> the acts that these activities of hers are; they need not tell what the stored ones tell."""
        everything = [activity for told in activities.values() for activity in told]
        subjects = self.subjects_of(everything)
        named = self.to_score_by({number for number in subjects if number is not None})
        own = {id(activity): named.get(n, n) for activity, n in zip(everything, subjects, strict=True) if n is not None}
        numbers = self.activity_numbers(activity.key for activity in everything if id(activity) in own)
        return {
            person: frozenset(
                (activity.occurred_at, numbers[activity.key], own[id(activity)])
                for activity in told
                if id(activity) in own
            )
            for person, told in activities.items()
        }

    def activity_numbers(self, keys: Iterable[RecordKey]) -> dict[RecordKey, int]:
        """The store's numbers of these activities."""
        c = t.activities.c
        found: dict[RecordKey, int] = {}
        for where in rows.matching(t.activities, keys):
            for row in self.connection.execute(select(c.id, c.system, c.object, c.vendor_id).where(where)):
                found[RecordKey(row.system, row.object, row.vendor_id)] = row.id
        return found

    # --- keeping it ---

    def feed(self, fed: Sequence[Fed], at: int) -> None:
        """Acts and traits of these persons are now as given; they await their score and are no longer due."""
        for piece in rows.chunks(fed, _PIECE):
            self._feed(piece, at)

    def feed_no_more(self, person_ids: Sequence[int], at: int) -> None:
        """These have neither acts nor traits from now on, and await no score."""
        for piece in rows.chunks(person_ids, _PIECE):
            self._change_acts({person: ({}, acts, _FROM_THE_FIRST) for person, acts in self._acts(piece).items()}, at)
            self._keep_past(self._traits(piece), at)
            for table in (t.traits, t.awaiting):
                self.connection.execute(delete(table).where(table.c.person_id.in_(piece)))
            self.no_longer_due(piece)

    def awaited(self) -> int:
        """How many persons await their score."""
        return int(self.connection.scalar(select(func.count()).select_from(t.awaiting)) or 0)

    def none_awaited(self) -> None:
        self.connection.execute(delete(t.awaiting))

    # --- seeing ---

    def _told(self, person_ids: Sequence[int]) -> dict[int, _Told]:
        found: dict[int, _Told] = {}
        for person, at, activity, subject, own, logged in self.connection.execute(_activities_query(person_ids)).all():
            told = found.get(person)
            if told is None:
                told = found[person] = _Told(at)
            elif told.earliest is None or at < told.earliest:
                told.earliest = at
            if own:
                if subject is None:
                    told.untold.append((at, activity))
                else:
                    told.acts.add((at, activity, subject))
            if logged:
                told.logged += 1
                told.messages += logged > 1
        self._look_up([told for told in found.values() if told.untold])
        return found

    def _look_up(self, told: Sequence[_Told]) -> None:
        """Subjects of activities that were stored before there were any."""
        untold = [activity for each in told for _, activity in each.untold]
        found: dict[int, int] = {}
        c = t.activities.c
        for piece in rows.chunks(untold):
            records = {
                row.id: rows.activity_record(row)
                for row in self.connection.execute(select(t.activities).where(c.id.in_(piece)))
            }
            numbers = zip(records, self.subjects_of(list(records.values())), strict=True)
            found |= {id: subject for id, subject in numbers if subject is not None}
        if found:
            one = update(t.activities).where(c.id == bindparam("row")).values(subject_id=bindparam("subject"))
            self.connection.execute(one, [{"row": id, "subject": subject} for id, subject in found.items()])
        named = self.to_score_by(set(found.values()))
        for each in told:
            each.acts |= {(at, id, named.get(found[id], found[id])) for at, id in each.untold}

    # --- changing ---

    def _feed(self, fed: Sequence[Fed], at: int) -> None:
        ids = [each.person_id for each in fed]
        traits, acts = self._traits(ids), self._acts(ids)
        values = self._values(fed, traits)
        since = {id: at if id in traits else _FROM_THE_FIRST for id in ids}
        self._change_acts(
            {
                each.person_id: (
                    {(when, act): subject for when, act, subject in each.acts},
                    acts.get(each.person_id, {}),
                    since[each.person_id],
                )
                for each in fed
            },
            at,
        )
        bases = {each.person_id: _basis(values[each.person_id], each.acts) for each in fed}
        self._change_traits(values, bases, traits, at)
        self._await(ids)
        self.no_longer_due(ids)

    def _values(self, fed: Sequence[Fed], stored: Mapping[int, _Standing]) -> dict[int, tuple[int | None, ...]]:
        """The traits of each as numbers."""
        made = [each.traits for each in fed if each.traits]
        numbers = self._text_numbers({text for traits in made for text in _texts(traits) if text})
        return {
            each.person_id: (
                each.first_known_at,
                *(_numbers_of(each.traits, numbers) if each.traits else stored[each.person_id].values[1:]),
            )
            for each in fed
        }

    def _text_numbers(self, texts: Collection[str]) -> dict[str, int]:
        digests = {rows.text_digest(text): text for text in texts}
        known = self._known_texts(digests)
        if fresh := digests.keys() - known.keys():
            self.connection.execute(insert(t.texts), [{"digest": d, "text": digests[d]} for d in sorted(fresh)])
            known |= self._known_texts(fresh)
        return {"": 0, **{digests[digest]: id for digest, id in known.items()}}

    def _known_texts(self, digests: Iterable[str]) -> dict[str, int]:
        c = t.texts.c
        found: dict[str, int] = {}
        for piece in rows.chunks(digests):
            query = select(c.digest, c.id).where(c.digest.in_(piece))
            found |= {row.digest: row.id for row in self.connection.execute(query)}
        return found

    def _traits(self, person_ids: Sequence[int]) -> dict[int, _Standing]:
        c = t.traits.c
        query = select(c.person_id, c.since, c.basis, *(c[name] for name in _VALUES)).where(c.person_id.in_(person_ids))
        return {row[0]: _Standing(tuple(row[3:]), row[1], row[2]) for row in self.connection.execute(query).all()}

    def _acts(self, person_ids: Sequence[int]) -> dict[int, _Acts]:
        c = t.acts.c
        query = select(c.person_id, c.at, c.activity_id, c.subject_id, c.since).where(c.person_id.in_(person_ids))
        found: dict[int, _Acts] = {}
        for person, at, activity, subject, since in self.connection.execute(query).all():
            found.setdefault(person, {})[at, activity] = subject, since
        return found

    def _change_acts(self, changes: Mapping[int, tuple[dict[tuple[int, int], int], _Acts, int]], at: int) -> None:
        """Person -> (acts as they are, as they are stored, since when the new ones are known)."""
        gone: list[dict[str, int]] = []
        new: list[dict[str, int]] = []
        for person, (now, stored, since) in changes.items():
            for (when, act), (subject, known) in stored.items():
                if now.get((when, act)) != subject:
                    gone.append(
                        {"person_id": person, "at": when, "activity_id": act, "subject_id": subject, "since": known}
                    )
            for (when, act), subject in now.items():
                if stored.get((when, act), (None,))[0] != subject:
                    new.append(
                        {"person_id": person, "at": when, "activity_id": act, "subject_id": subject, "since": since}
                    )
        if gone:
            self._drop_acts(gone, at)
        if new:
            self.connection.execute(insert(t.acts), new)

    def _drop_acts(self, gone: Sequence[dict[str, int]], at: int) -> None:
        c = t.acts.c
        one = delete(t.acts).where(
            c.person_id == bindparam("p"), c.at == bindparam("a"), c.activity_id == bindparam("i")
        )
        self.connection.execute(one, [{"p": r["person_id"], "a": r["at"], "i": r["activity_id"]} for r in gone])
        # What came and went within one second never was.
        if past := [{**row, "until": at} for row in gone if row["since"] < at]:
            self.connection.execute(insert(t.past_acts), past)

    def _change_traits(
        self,
        values: Mapping[int, tuple[int | None, ...]],
        bases: Mapping[int, str],
        stored: Mapping[int, _Standing],
        at: int,
    ) -> None:
        changed = {id: stored[id] for id in values if id in stored and stored[id].values != values[id]}
        self._keep_past(changed, at)
        if changed:
            one = update(t.traits).where(t.traits.c.person_id == bindparam("row"))
            one = one.values({name: bindparam(f"new_{name}") for name in ("since", "basis", *_VALUES)})
            self.connection.execute(one, [_renamed(id, at, bases[id], values[id]) for id in changed])
        if new := [id for id in values if id not in stored]:
            self.connection.execute(insert(t.traits), [_trait_row(id, bases[id], values[id]) for id in new])
        same = [id for id in values if id in stored and id not in changed and stored[id].basis != bases[id]]
        if same:
            one = update(t.traits).where(t.traits.c.person_id == bindparam("row")).values(basis=bindparam("now"))
            self.connection.execute(one, [{"row": id, "now": bases[id]} for id in same])

    def _keep_past(self, traits: Mapping[int, _Standing], at: int) -> None:
        past = [
            {"person_id": id, "since": old.since, "until": at, **dict(zip(_VALUES, old.values, strict=True))}
            for id, old in traits.items()
            if old.since < at
        ]
        if past:
            self.connection.execute(insert(t.past_traits), past)

    def _await(self, person_ids: Sequence[int]) -> None:
        c = t.awaiting.c.person_id
        waiting = set(self.connection.scalars(select(c).where(c.in_(person_ids))))
        if new := [{"person_id": id} for id in person_ids if id not in waiting]:
            self.connection.execute(insert(t.awaiting), new)

    def no_longer_due(self, person_ids: Iterable[int]) -> None:
        for piece in rows.chunks(person_ids, _PIECE):
            due = update(t.persons).where(t.persons.c.id.in_(piece))
            self.connection.execute(due.values(score_due=False, traits_due=False))


def _records_query(person_ids: Sequence[int]) -> Any:
    """(person_id, created, records, created_at) of persons with a live record: when the first of their records was
    created, how many there are, and when the person was."""
    c, person = t.people.c, t.persons.c
    living = func.max(case((c.state == State.LIVE.value, 1), else_=0))
    return (
        select(c.person_id, func.min(func.nullif(c.created_at, 0)).label("created"), func.count().label("records"))
        .add_columns(person.created_at)
        .join(t.persons, person.id == c.person_id)
        .where(c.person_id.in_(person_ids))
        .group_by(c.person_id, person.created_at)
        .having(living == 1)
    )


def _activities_query(person_ids: Sequence[int]) -> Any:
    """(person, at, activity, subject, whether it is an own act, 1 for a kind that is logged twice, 2 with a message's
    name) of each live activity of each record of these persons."""
    one, who, act, subject = t.people.c, t.activity_people.c, t.activities.c, t.subjects.c
    named = func.coalesce(subject.named_id, act.subject_id)
    logged = case((act.kind.not_in(sorted(LOGGED_TWICE)), 0), (act.message_id == "", 1), else_=2)
    return (
        select(one.person_id, act.occurred_at, act.id, named, case((_is_own(), 1), else_=0), logged)
        .select_from(t.people)
        .join(t.activity_people, who.record_id == one.id)
        .join(t.activities, act.id == who.activity_id)
        .outerjoin(t.subjects, subject.id == act.subject_id)
        .where(one.person_id.in_(person_ids), act.state == State.LIVE.value)
    )


def _is_own() -> ColumnElement[bool]:
    """`sync.core.activity.is_own_act` of a row."""
    c = t.activities.c
    own = or_(c.kind.in_(sorted(ALWAYS_OWN)), c.direction == INBOUND)
    return and_(c.kind.not_in(sorted(NEVER_OWN)), c.direction != OUTBOUND, own)


def _texts(traits: Traits) -> tuple[str, ...]:
    """In the order of the columns."""
    values = (*(getattr(traits, name) for name in t.TRAIT_TEXTS if name != "domains"), " ".join(traits.domains))
    return tuple(map(rows.storable_text, values))


def _numbers_of(traits: Traits, numbers: Mapping[str, int]) -> tuple[int | None, ...]:
    """All values but the first."""
    return (
        *(numbers[text] for text in _texts(traits)),
        traits.employees,
        int(traits.opted_out),
        int(traits.customer),
        int(traits.open_deal),
        traits.lost_at,
        traits.recycled_at,
    )


def _basis(values: tuple[int | None, ...], acts: Collection[ActRow]) -> str:
    """Digest of attributes and acts."""
    flat = array("q")
    for row in sorted(acts):
        flat.extend(row)
    digest = hashlib.blake2b(repr(values).encode(), digest_size=BASIS_BYTES)
    digest.update(flat.tobytes())
    return digest.hexdigest()


def _trait_row(person_id: int, basis: str, values: tuple[int | None, ...]) -> dict[str, Any]:
    row = dict(zip(_VALUES, values, strict=True))
    return {"person_id": person_id, "since": _FROM_THE_FIRST, "basis": basis, **row}


def _renamed(person_id: int, since: int, basis: str, values: tuple[int | None, ...]) -> dict[str, Any]:
    row = {f"new_{name}": value for name, value in zip(_VALUES, values, strict=True)}
    return {"row": person_id, "new_since": since, "new_basis": basis, **row}
