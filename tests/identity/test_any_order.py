"""Whatever happens to records, in whatever order and batches: the persons are those of resolving all at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_world import NOW, World, archived, assert_as_if_resolved_at_once, fresh_store, members

from sync.core.records import RecordKey, State
from sync.repository import AuditEntry
from sync.store.database import SqlStore

KEYS = [RecordKey("hubspot", "contact", str(n)) for n in range(7)]
KEYS += [RecordKey("salesforce", "lead", f"00Q{n}") for n in range(3)]
KEYS += [RecordKey("salesforce", "contact", f"003{n}") for n in range(3)]
MAILS = ["a@x.jp", "a@x.jp", "b@x.jp", "info@x.jp", "sato@y.jp", ""]
FAMILIES = ["佐藤", "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "Sato", ""]
GIVEN = ["太郎", "太郎", "花子", "Taro", ""]
PHONES = ["03-1234-5678", "090-1111-2222", ""]
COMPANIES = ["エービー工業", "シーディー商事", ""]

numbers = st.integers(0, len(KEYS) - 1)
saves = st.tuples(
    st.just("save"),
    numbers,
    st.fixed_dictionaries(
        {
            "email": st.sampled_from(MAILS),
            "other_emails": st.sampled_from(MAILS).map(lambda mail: (mail,)),
            "last_name": st.sampled_from(FAMILIES),
            "first_name": st.sampled_from(GIVEN),
            "phone": st.sampled_from(PHONES),
            "company_name": st.sampled_from(COMPANIES),
        }
    ),
)
steps = st.one_of(
    saves,
    saves,
    saves,
    st.tuples(st.just("merge"), numbers, numbers),
    st.tuples(st.just("convert"), numbers, numbers),
    st.tuples(st.just("link"), numbers, numbers),
    st.tuples(st.just("archive"), numbers),
    st.tuples(st.just("decide"), numbers, numbers, st.sampled_from(["same", "different"])),
    st.tuples(st.just("resolve"), st.integers(1, 4)),
)


class History:
    """Plays steps that make no sense as nothing."""

    def __init__(self, world: World) -> None:
        self.world = world

    def do(self, step: tuple[object, ...]) -> None:
        getattr(self, str(step[0]))(*step[1:])

    def save(self, n: int, values: dict[str, object]) -> None:
        self.world.save(n, **values)

    def merge(self, loser: int, winner: int) -> None:
        records = self.world.records
        if loser != winner and KEYS[loser][:2] == KEYS[winner][:2] and {loser, winner} <= records.keys():
            self.world.save(winner, absorbed=tuple(dict.fromkeys((*records[winner].absorbed, KEYS[loser]))))

    def convert(self, lead: int, contact: int) -> None:
        if (
            KEYS[lead].object == "lead"
            and KEYS[contact][:2] == ("salesforce", "contact")
            and lead in self.world.records
        ):
            self.world.save(lead, state=State.CONVERTED, successor=KEYS[contact])

    def link(self, hubspot: int, salesforce: int) -> None:
        if KEYS[hubspot].system == "hubspot" != KEYS[salesforce].system and hubspot in self.world.records:
            self.world.save(hubspot, links=(KEYS[salesforce],))

    def archive(self, n: int) -> None:
        if n in self.world.records:
            archived(self.world, n)

    def decide(self, one: int, two: int, verdict: str) -> None:
        if one != two and {one, two} <= self.world.ids().keys():
            self.world.decide(one, two, verdict)  # type: ignore[arg-type]

    def resolve(self, batch: int) -> None:
        self.world.resolve(batch)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqlStore, SqlStore]]:
    folder = tmp_path_factory.mktemp("any_order")
    made = fresh_store(folder, "told"), fresh_store(folder, "fresh")
    yield made
    for store in made:
        store.close()


@pytest.fixture
def world(stores: tuple[SqlStore, SqlStore]) -> World:
    return World(stores[0], KEYS)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(history=st.lists(steps, min_size=20, max_size=50))
def test_any_history_in_any_batches_gives_the_persons_of_resolving_all_at_once(
    stores: tuple[SqlStore, SqlStore], history: list[tuple[object, ...]]
) -> None:
    world = World(stores[0], KEYS)
    played = History(world)
    for step in history:
        played.do(step)
    world.resolve(2)
    assert_as_if_resolved_at_once(world, stores[1])


def test_who_is_merged_and_split_again_and_again_is_always_the_same_two_persons(
    world: World, stores: tuple[SqlStore, SqlStore]
) -> None:
    world.save(0, email="a@x.jp", last_name="佐藤", first_name="太郎")
    for mail in ("a@x.jp", "b@x.jp") * 4:
        world.save(1, email=mail, last_name="佐藤", first_name="太郎", company_name=mail)
        world.resolve(1)
        assert_as_if_resolved_at_once(world, stores[1])
        assert len(world.groups()) == (1 if mail == "a@x.jp" else 2)
    assert len(world.person_keys()) == 2


def test_who_leaves_a_mailbox_of_many_names_gives_it_back_to_the_others(
    world: World, stores: tuple[SqlStore, SqlStore]
) -> None:
    """Five names make a mailbox nobody's, whatever it is called; with four it is theirs whose name it bears."""
    for n, name in enumerate(["佐藤", "佐藤", "鈴木", "高橋", "田中", "伊藤"]):
        world.save(n, email="sato@x.jp", last_name=name)
    world.resolve(2)
    assert len(world.groups()) == 6
    world.save(5, email="b@x.jp")
    world.resolve(2)
    assert world.groups() == {frozenset(range(5)), frozenset({5})}
    assert_as_if_resolved_at_once(world, stores[1])


def test_an_old_key_leads_to_the_person_over_several_merges(world: World, stores: tuple[SqlStore, SqlStore]) -> None:
    for n, mail in enumerate(["a@x.jp", "b@x.jp", "c@x.jp"]):
        world.save(n, email=mail, last_name="佐藤")
    world.resolve()
    world.save(0, email="b@x.jp")
    world.resolve()
    world.save(1, email="c@x.jp")
    world.save(0, email="c@x.jp")
    world.resolve()
    assert_as_if_resolved_at_once(world, stores[1])
    with world.store.reading() as unit:
        assert len({tuple(unit.find_person(key)) for key in world.keys.values()}) == 1


def test_a_component_beyond_the_limit_loses_no_record_of_a_person(world: World) -> None:
    for n in range(6):
        world.save(n, email="a@x.jp", last_name="佐藤")
    world.resolve()
    world.save(6, email="b@x.jp", other_emails=("a@x.jp",), last_name="佐藤")
    world.resolve()
    everyone = {member.id: member.person_id for member in members(world.store)}
    with world.store.reading() as unit:
        whole = unit.component([world.ids()[6]], 2)
    touched = {everyone[id] for id in whole}
    assert {id for id, person in everyone.items() if person in touched} <= whole


def test_the_audit_trail_of_a_merged_person_goes_on(world: World) -> None:
    for n, mail in enumerate(["a@x.jp", "b@x.jp"]):
        world.save(n, email=mail, last_name="佐藤")
    world.resolve()
    with world.store.begin() as unit:
        for person in world.keys:
            unit.audit([AuditEntry(NOW, None, "hubspot", "contact", "1", person, "score", None, "85")])
    world.save(0, email="b@x.jp")
    world.resolve()
    with world.store.begin() as unit:
        (survivor,) = {member.person_id for member in members(world.store)}
        assert len(unit.audit_of(survivor or 0)) == 2


def test_resolving_again_changes_nothing(world: World) -> None:
    for n in range(6):
        world.save(n, email=MAILS[n], last_name=FAMILIES[n], first_name=GIVEN[n % 5])
    world.resolve()
    weighed, groups = world.engine.weighed, world.groups()
    world.resolve()
    assert (world.engine.weighed, world.groups()) == (weighed, groups)
