"""Whatever happens to records, in whatever order and batches: the persons are those of resolving all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from sync.core.records import PersonRecord, RecordKey, State
from sync.identity import exact
from sync.jobs.resolve import resolve
from sync.repository import AuditEntry, Member, ScoreRow
from sync.store import rows
from sync.store import tables as t
from sync.store.database import SqlStore

NOW = 1_790_000_000
KEYS = [RecordKey("hubspot", "contact", str(n)) for n in range(6)]
KEYS += [RecordKey("salesforce", "lead", f"00Q{n}") for n in range(3)]
KEYS += [RecordKey("salesforce", "contact", f"003{n}") for n in range(3)]
MAILS = ["a@x.jp", "a@x.jp", "b@x.jp", "info@x.jp", ""]
NAMES = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", ""]

numbers = st.integers(0, len(KEYS) - 1)
saves = st.tuples(st.just("save"), numbers, st.sampled_from(MAILS), st.sampled_from(MAILS), st.sampled_from(NAMES))
steps = st.one_of(
    saves,
    saves,
    saves,
    st.tuples(st.just("merge"), numbers, numbers),
    st.tuples(st.just("convert"), numbers, numbers),
    st.tuples(st.just("link"), numbers, numbers),
    st.tuples(st.just("archive"), numbers),
    st.tuples(st.just("resolve"), st.integers(1, 4)),
)


def score_of(person_id: int) -> ScoreRow:
    axes = dict.fromkeys(("attribute", "behaviour", "activity", "adjustment", "total"), 0)
    texts = dict.fromkeys(("top_reason", "reasons", "talk_track", "interest", "segment"), "")
    rest = dict.fromkeys(("exclusion", "last_act_at", "hot_since"))
    return ScoreRow(person_id, **axes, **texts, **rest, band="hold", basis="b", model_version="m", as_of=NOW)  # type: ignore[arg-type]


class World:
    """The records as their CRMs hold them, and the store that hears of them."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.records: dict[int, PersonRecord] = {}
        self.now = NOW
        self.keys: dict[int, str] = {}  # person -> key, as first seen

    def do(self, step: tuple[object, ...]) -> None:
        self.now += 1
        getattr(self, str(step[0]))(*step[1:])

    def save(self, n: int, mail: str, other: str, name: str) -> None:
        old = self.records.get(n, PersonRecord(KEYS[n], 0, created_at=NOW - 10 * n))
        self._put(n, replace(old, email=mail, other_emails=(other,), last_name=name))

    def merge(self, loser: int, winner: int) -> None:
        if loser == winner or KEYS[loser][:2] != KEYS[winner][:2] or not {loser, winner} <= self.records.keys():
            return
        absorbed = tuple(dict.fromkeys((*self.records[winner].absorbed, KEYS[loser])))
        self._put(winner, replace(self.records[winner], absorbed=absorbed))

    def convert(self, lead: int, contact: int) -> None:
        if KEYS[lead].object == "lead" and KEYS[contact][:2] == ("salesforce", "contact") and lead in self.records:
            self._put(lead, replace(self.records[lead], state=State.CONVERTED, successor=KEYS[contact]))

    def link(self, hubspot: int, salesforce: int) -> None:
        if KEYS[hubspot].system == "hubspot" != KEYS[salesforce].system and hubspot in self.records:
            self._put(hubspot, replace(self.records[hubspot], links=(KEYS[salesforce],)))

    def archive(self, n: int) -> None:
        if n in self.records:
            self._put(n, replace(self.records[n], state=State.ARCHIVED))

    def resolve(self, batch: int) -> None:
        resolve(self.store, lambda: self.now, lambda: None, batch)
        for id, key in self._persons().items():
            assert self.keys.setdefault(id, key) == key, "a person's key moved"
        with self.store.begin() as unit:
            due = unit.score_due(1000)
            unit.save_scores([score_of(id) for id in due])
            unit.scored(due)

    def _put(self, n: int, record: PersonRecord) -> None:
        self.records[n] = replace(record, modified_at=self.now)
        with self.store.begin() as unit:
            unit.save([self.records[n]], self.now)

    def _persons(self) -> dict[int, str]:
        with self.store.reading() as unit:
            return {row.id: row.key for row in unit.connection.execute(select(t.persons.c.id, t.persons.c.key))}


def members(store: SqlStore) -> list[Member]:
    with store.reading() as unit:
        return [rows.member(row) for row in unit.connection.execute(select(t.people))]


def assert_as_if_resolved_at_once(store: SqlStore) -> None:
    everyone = members(store)
    found: dict[int | None, set[int]] = defaultdict(set)
    for member in everyone:
        found[member.person_id].add(member.id)
    assert None not in found, "a record belongs to nobody"
    wanted = {frozenset(member.id for member in group.members) for group in exact.groups(everyone)}
    assert {frozenset(group) for group in found.values()} == wanted
    with store.reading() as unit:
        ask = unit.connection.execute
        living = {row.id for row in ask(select(t.persons.c.id).where(t.persons.c.merged_into.is_(None)))}
        merged = {row.id: row.merged_into for row in ask(select(t.persons).where(t.persons.c.merged_into.is_not(None)))}
        edges = list(ask(select(t.edges)))
        scored = set(unit.connection.scalars(select(t.scores.c.person_id)))
    assert living == set(found), "a living person has no records, or a merged one has some"
    assert set(merged.values()) <= living, "a merged person leads to another merged one"
    assert scored <= living, "somebody without records keeps a score"
    assert all({edge.left_id, edge.right_id} <= found[edge.person_id] for edge in edges)


def wipe(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.connection.execute(update(t.persons).values(merged_into=None))
        for table in (t.record_keys, t.edges, t.scores, t.people, t.persons):
            unit.connection.execute(table.delete())


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    made = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('any_order') / 'leadsync.db'}")
    made.migrate()
    yield made
    made.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(history=st.lists(steps, min_size=20, max_size=60))
def test_any_history_in_any_batches_gives_the_persons_of_resolving_all_at_once(
    empty: SqlStore, history: list[tuple[object, ...]]
) -> None:
    wipe(empty)
    world = World(empty)
    for step in history:
        world.do(step)
    world.resolve(2)
    assert_as_if_resolved_at_once(empty)


def test_who_is_merged_and_split_again_and_again_stays_storable(empty: SqlStore) -> None:
    wipe(empty)
    world = World(empty)
    world.save(0, "a@x.jp", "", "佐藤")
    for _ in range(4):
        for mail in ("a@x.jp", "b@x.jp"):
            world.save(1, mail, "", "佐藤")
            world.resolve(1)
            assert_as_if_resolved_at_once(empty)


def test_who_leaves_a_mailbox_of_many_names_gives_it_back_to_the_others(empty: SqlStore) -> None:
    wipe(empty)
    world = World(empty)
    for n in range(5):
        world.save(n, "a@x.jp", "", NAMES[n])
    world.resolve(2)
    assert len({member.person_id for member in members(empty)}) == 5
    world.save(0, "b@x.jp", "", NAMES[0])
    world.resolve(2)
    assert len({member.person_id for member in members(empty)}) == 2
    assert_as_if_resolved_at_once(empty)


def test_an_old_key_leads_to_the_person_over_several_merges(empty: SqlStore) -> None:
    wipe(empty)
    world = World(empty)
    for n, mail in enumerate(["a@x.jp", "b@x.jp", "c@x.jp"]):
        world.save(n, mail, "", "佐藤")
    world.resolve(9)
    world.save(0, "b@x.jp", "", "佐藤")
    world.resolve(9)
    world.save(1, "c@x.jp", "", "佐藤")
    world.save(0, "c@x.jp", "", "佐藤")
    world.resolve(9)
    assert_as_if_resolved_at_once(empty)
    with empty.reading() as unit:
        assert len({tuple(unit.find_person(key)) for key in world.keys.values()}) == 1


def test_a_group_beyond_the_largest_closure_loses_no_record(empty: SqlStore) -> None:
    wipe(empty)
    world = World(empty)
    for n in range(6):
        world.save(n, "a@x.jp", "", "佐藤")
    world.save(6, "a@x.jp", "info@x.jp", "佐藤")
    world.resolve(9)
    world.save(7, "b@x.jp", "info@x.jp", "佐藤")
    with empty.begin() as unit:
        unit.set_keys({member.id: exact.keys_of(member.record) for member in unit.unresolved(9)})
        whole = unit.closure([8], 2)
    everyone = {member.id: member.person_id for member in members(empty)}
    touched = {everyone[member.id] for member in whole} - {None}
    assert {id for id, person in everyone.items() if person in touched} <= {member.id for member in whole}


def test_the_audit_trail_of_a_merged_person_goes_on(empty: SqlStore) -> None:
    wipe(empty)
    world = World(empty)
    for n, mail in enumerate(["a@x.jp", "b@x.jp"]):
        world.save(n, mail, "", "佐藤")
    world.resolve(9)
    with empty.begin() as unit:
        for person in world.keys:
            unit.audit([AuditEntry(NOW, None, "hubspot", "contact", "1", person, "score", None, "85")])
    world.save(0, "b@x.jp", "", "佐藤")
    world.resolve(9)
    with empty.begin() as unit:
        (survivor,) = {member.person_id for member in members(empty)}
        assert len(unit.audit_of(survivor or 0)) == 2
        unit.connection.execute(t.audit.delete())
