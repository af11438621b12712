"""Records as their CRMs hold them, the store that hears of them, and what resolving all of them at once would give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pyarrow as pa
from sqlalchemy import insert, select, update

from sync.core.records import PersonRecord, RecordKey, State
from sync.identity.engine.columns import WEIGHED
from sync.identity.engine.model import Model, shipped
from sync.identity.engine.site import Site
from sync.jobs.resolve import resolve
from sync.repository import Member, ScoreRow, Step, Verdict
from sync.store import rows
from sync.store import tables as t
from sync.store.database import SqlStore

NOW = 1_790_000_000
_EMPTIED = (
    t.person_log,
    t.decisions,
    t.pairs,
    t.record_keys,
    t.shared_keys,
    t.name_counts,
    t.audit,
    t.scores,
    t.episodes,
    t.people,
    t.persons,
    t.facts,
)


class PlainEngine:
    """Weighs by hand, in the process: names, mailboxes, and numbers or companies. Rare names count for more."""

    def __init__(self, model: Model | None = None) -> None:
        self.model = model or shipped()
        self.weighed = 0

    def weigh(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table:
        self.weighed += pairs.num_rows
        known = {row["id"]: row for row in features.to_pylist()}
        counts = {row["nm"]: row["count"] for row in site.counts().to_pylist()}
        found = [_weigh(known[p["left"]], known[p["right"]], counts, p) for p in pairs.to_pylist()]
        return pa.Table.from_pylist(found, schema=WEIGHED)

    def close(self) -> None: ...


def _weigh(one: dict, two: dict, counts: dict, pair: dict) -> dict:
    name = (4_000 - 500 * counts.get(one["nm"], 1) if one["nm"] == two["nm"] else -4_000) if one["nm"] else 0
    email = (5_000 if one["em"] == two["em"] else -1_000) if one["em"] and two["em"] else 0
    email -= 4_000 if one["role"] or two["role"] else 0
    place = 2_500 if (one["ph"] and one["ph"] == two["ph"]) or (one["cor"] and one["cor"] == two["cor"]) else 0
    levels = {"name_level": int(name > 0), "email_level": int(email > 0), "place_level": int(place > 0)}
    return {**pair, "weight": name + email + place - 1_000, "name": name, "email": email, "place": place, **levels}


class World:
    """Tells a store about records, one step at a time. `keys` are the persons' keys as first seen."""

    def __init__(self, store: SqlStore, keys: Iterable[RecordKey]) -> None:
        self.store, self.names = store, list(keys)
        self.engine = PlainEngine()
        self.records: dict[int, PersonRecord] = {}
        self.now = NOW
        self.keys: dict[int, str] = {}
        wipe(store)

    def save(self, n: int, **values: object) -> None:
        old = self.records.get(n, PersonRecord(self.names[n], 0, created_at=NOW - 10 * n))
        self.now += 1
        self.records[n] = replace(old, modified_at=self.now, **values)  # type: ignore[arg-type]
        with self.store.begin() as unit:
            unit.save([self.records[n]], self.now)

    def resolve(self, batch: int = 500) -> None:
        self.now += 1
        resolve(self.store, self.engine, lambda: self.now, lambda: None, batch)
        for id, key in self.person_keys().items():
            assert self.keys.setdefault(id, key) == key, "a person's key moved"
        with self.store.begin() as unit:
            due = unit.score_due(1000)
            unit.save_scores([score_of(id) for id in due])
            unit.no_longer_due(due)

    def decide(self, one: int, two: int, verdict: Verdict) -> None:
        ids = self.ids()
        self.now += 1
        with self.store.begin() as unit:
            unit.decide(ids[one], ids[two], verdict, "ann", self.now)

    def ids(self) -> dict[int, int]:
        """Number of a record -> its id in the store."""
        numbers = {key: n for n, key in enumerate(self.names)}
        return {numbers[member.record.key]: member.id for member in members(self.store)}

    def key_of(self, n: int) -> str:
        """The key of the person whom a record belongs to."""
        person = next(m.person_id for m in members(self.store) if m.record.key == self.names[n])
        return self.person_keys()[person or 0]

    def person_keys(self) -> dict[int, str]:
        with self.store.reading() as unit:
            return {row.id: row.key for row in unit.connection.execute(select(t.persons.c.id, t.persons.c.key))}

    def groups(self) -> set[frozenset[int]]:
        """The numbers of the records of each person."""
        numbers = {id: n for n, id in self.ids().items()}
        return {frozenset(numbers[id] for id in group) for group in groups(self.store)}


def score_of(person_id: int, total: int = 0, band: str = "hold") -> ScoreRow:
    axes = dict.fromkeys(("attribute", "behaviour", "activity", "adjustment"), 0)
    texts = dict.fromkeys(("top_reason", "reasons", "talk_track", "interest", "segment"), "")
    rest = dict.fromkeys(("exclusion", "last_act_at", "hot_since"))
    known = {"total": total, "band": band, "basis": "b", "model_version": "m", "as_of": NOW}
    return ScoreRow(person_id, **axes, **texts, **rest, **known)  # type: ignore[arg-type]


def members(store: SqlStore) -> list[Member]:
    with store.reading() as unit:
        return [rows.member(row) for row in unit.connection.execute(select(t.people).order_by(t.people.c.id))]


def groups(store: SqlStore) -> set[frozenset[int]]:
    """The record ids of each person."""
    found: dict[int | None, set[int]] = defaultdict(set)
    for member in members(store):
        found[member.person_id].add(member.id)
    assert None not in found, "a record belongs to nobody"
    return {frozenset(group) for group in found.values()}


def assert_as_if_resolved_at_once(world: World, fresh: SqlStore) -> None:
    """Against a store that hears of the same records, names counted as they were, in one go."""
    copy_records(world.store, fresh)
    resolve(fresh, PlainEngine(), lambda: NOW, lambda: None)
    assert groups(world.store) == groups(fresh)
    assert stored_pairs(world.store) == stored_pairs(fresh)
    assert_sound(world.store)


def assert_sound(store: SqlStore) -> None:
    """What holds of every store after a resolve."""
    everybody = members(store)
    persons = {member.id: member.person_id for member in everybody}
    with store.reading() as unit:
        ask = unit.connection.execute
        living = {row.id for row in ask(select(t.persons.c.id).where(t.persons.c.merged_into.is_(None)))}
        merged = {row.id: row.merged_into for row in ask(select(t.persons).where(t.persons.c.merged_into.is_not(None)))}
        scored = set(unit.connection.scalars(select(t.scores.c.person_id)))
        left = unit.connection.scalars(select(t.people.c.id).where(t.people.c.unresolved != Step.RESOLVED)).all()
        decisions = unit.decisions()
    assert left == []
    assert living == set(persons.values()), "a living person has no records, or a merged one has some"
    assert set(merged.values()) <= living, "a merged person leads to another merged one"
    assert scored <= living, "somebody without records keeps a score"
    for decision in decisions:
        if decision.verdict == "different":
            assert persons[decision.left] != persons[decision.right], "a reviewer's word is broken"


def stored_pairs(store: SqlStore) -> set[tuple[object, ...]]:
    with store.reading() as unit:
        return {tuple(row) for row in unit.connection.execute(select(t.pairs))}


def copy_records(source: SqlStore, target: SqlStore) -> None:
    """People, decisions and the count of names; nothing of what resolving found."""
    wipe(target)
    with source.reading() as unit:
        people = [dict(row._mapping) for row in unit.connection.execute(select(t.people))]
        decisions = [dict(row._mapping) for row in unit.connection.execute(select(t.decisions))]
        names = [dict(row._mapping) for row in unit.connection.execute(select(t.name_counts))]
        records = unit.fact("matched_records")
    with target.begin() as unit:
        for row in people:
            row |= {"person_id": None, "unresolved": Step.KEYS}
        for table, values in ((t.people, people), (t.decisions, decisions), (t.name_counts, names)):
            if values:
                unit.connection.execute(insert(table), values)
        unit.set_fact("matched_records", records)


def wipe(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.connection.execute(update(t.persons).values(merged_into=None))
        for table in _EMPTIED:
            unit.connection.execute(table.delete())


def fresh_store(folder: Path, name: str) -> SqlStore:
    made = SqlStore(f"sqlite:///{folder / name}.db")
    made.migrate()
    return made


def contacts(count: int) -> list[RecordKey]:
    return [RecordKey("hubspot", "contact", str(n)) for n in range(count)]


def archived(world: World, n: int) -> None:
    world.save(n, state=State.ARCHIVED)


def pairs_of(ids: Iterable[int]) -> set[tuple[int, int]]:
    return {(min(pair), max(pair)) for pair in combinations(ids, 2)}
