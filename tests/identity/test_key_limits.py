"""Keys that too many records bear: who did not change is looked at again when that begins and when it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matching_world import World, assert_as_if_resolved_at_once, contacts, fresh_store, stored_pairs

from sync.core.records import CompanyRecord, RecordKey, State
from sync.identity.keys import LIMITS, KeyKind
from sync.jobs.resolve import resolve
from sync.store.database import SqlStore

COMPANY = RecordKey("hubspot", "company", "c1")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqlStore, SqlStore]]:
    folder = tmp_path_factory.mktemp("key_limits")
    made = fresh_store(folder, "told"), fresh_store(folder, "fresh")
    yield made
    for store in made:
        store.close()


@pytest.fixture
def world(stores: tuple[SqlStore, SqlStore]) -> World:
    made = World(stores[0], contacts(120))
    for n in range(60, 120):  # so that a few records more do not have everything weighed anew
        made.save(n, email=f"u{n}@z{n}.jp", last_name=f"Family{n}", first_name=f"Given{n}")
    made.resolve()
    return made


def test_a_full_name_beyond_its_limit_joins_nobody_and_below_it_joins_again(
    world: World, stores: tuple[SqlStore, SqlStore]
) -> None:
    most = LIMITS[KeyKind.NAME]
    for n in range(most):
        world.save(n, last_name="佐藤", first_name="太郎")
    world.resolve()
    full = len(stored_pairs(world.store))
    assert full == most * (most - 1) // 2
    world.save(most, last_name="佐藤", first_name="太郎")
    world.resolve()
    assert stored_pairs(world.store) == set()
    assert_as_if_resolved_at_once(world, stores[1])
    world.save(0, last_name="鈴木")
    world.resolve()
    assert len(stored_pairs(world.store)) == full
    assert_as_if_resolved_at_once(world, stores[1])


def test_many_records_at_once_carry_a_key_over_its_limit(world: World, stores: tuple[SqlStore, SqlStore]) -> None:
    for n in range(5):
        world.save(n, last_name="佐藤", first_name="太郎")
    world.resolve()
    for n in range(5, 30):
        world.save(n, last_name="佐藤", first_name="太郎")
    world.resolve(3)
    assert_as_if_resolved_at_once(world, stores[1])
    for n in range(25):
        world.save(n, last_name=f"Other{n}")
    world.resolve(3)
    assert_as_if_resolved_at_once(world, stores[1])


def test_a_number_of_thirteen_records_is_a_company_s(world: World, stores: tuple[SqlStore, SqlStore]) -> None:
    people = {n: {"last_name": "佐藤", "first_name": "太郎", "phone": "03-1111-2222"} for n in (0, 1)}
    people |= {n: {"last_name": f"Name{n}", "first_name": "Ann", "phone": "03-1111-2222"} for n in range(2, 12)}
    for n, values in people.items():
        world.save(n, **values)
    world.resolve()
    assert frozenset({0, 1}) in world.groups()
    before = world.groups()
    world.save(12, last_name="Name12", phone="03-1111-2222")
    world.resolve()
    assert_as_if_resolved_at_once(world, stores[1])
    world.save(12, phone="")
    world.resolve()
    assert world.groups() >= before
    assert_as_if_resolved_at_once(world, stores[1])


def test_a_fifth_name_makes_a_mailbox_a_team_s_for_those_who_did_not_change(
    world: World, stores: tuple[SqlStore, SqlStore]
) -> None:
    for n, name in enumerate(["佐藤", "佐藤", "鈴木", "高橋", "田中"]):
        world.save(n, email="sato@x.jp", last_name=name)
    world.resolve()
    assert frozenset(range(5)) in world.groups()
    world.save(5, email="sato@x.jp", last_name="伊藤")
    world.resolve()
    assert frozenset(range(5)) not in world.groups()
    assert_as_if_resolved_at_once(world, stores[1])
    world.save(5, last_name="佐藤")  # the mailbox stays, its names become fewer
    world.resolve()
    assert frozenset(range(6)) in world.groups()
    assert_as_if_resolved_at_once(world, stores[1])


def test_names_are_counted_anew_when_the_records_have_become_a_fifth_more(world: World) -> None:
    for n in range(13):  # 60 -> 73
        world.save(n, last_name="佐藤", first_name="太郎", email=f"s{n}@x.jp")
        if n == 10:
            world.resolve()
            assert counted(world) == 60
    world.resolve()
    assert counted(world) == 73
    with world.store.reading() as unit:
        assert unit.fact("pairs_anew_after") is None


def counted(world: World) -> int:
    with world.store.reading() as unit:
        return int(unit.fact("matched_records") or 0)


def test_a_stop_while_everything_is_sent_back_is_made_up_for(world: World, stores: tuple[SqlStore, SqlStore]) -> None:
    for n in range(20):
        world.save(n, last_name="佐藤", first_name="太郎", email=f"s{n}@x.jp", company_name=f"C{n % 3}")
    ends = iter(range(4))

    def stop() -> None:
        if next(ends, None) is None:
            raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            resolve(world.store, world.engine, lambda: world.now, stop, 3)
        ends = iter(range(9))
    world.resolve(3)
    assert_as_if_resolved_at_once(world, stores[1])


def test_a_company_s_new_name_counts_for_its_people(world: World, stores: tuple[SqlStore, SqlStore]) -> None:
    company = CompanyRecord(COMPANY, world.now, name="別会社")
    with world.store.begin() as unit:
        unit.save([company], world.now)
    world.save(0, last_name="佐藤", first_name="太郎", company=COMPANY)
    world.save(1, last_name="佐藤", first_name="太郎", company_name="エービー工業")
    world.resolve()
    assert frozenset({0, 1}) not in world.groups()
    with world.store.begin() as unit:
        unit.save([CompanyRecord(COMPANY, world.now + 1, name="エービー工業")], world.now)
    world.resolve()
    assert frozenset({0, 1}) in world.groups()
    with world.store.begin() as unit:
        unit.save([CompanyRecord(COMPANY, world.now + 2, name="エービー工業", state=State.ARCHIVED)], world.now)
    world.resolve()
    assert frozenset({0, 1}) not in world.groups()


def test_another_normaliser_has_everybody_s_keys_made_anew(world: World) -> None:
    before = stored_pairs(world.store)
    with world.store.begin() as unit:
        unit.set_fact("normaliser", "of old")
        unit.set_keys({id: {} for id in world.ids().values()})
    world.resolve()
    with world.store.reading() as unit:
        assert unit.fact("keys_anew_after") is None
        assert unit.find_person("u60@z60.jp")
    assert stored_pairs(world.store) == before


def test_records_merged_away_do_not_make_their_number_a_company_s(
    world: World, stores: tuple[SqlStore, SqlStore]
) -> None:
    for n in range(13):
        world.save(n, last_name="佐藤", first_name="太郎", phone="090-1111-2222")
    world.resolve()
    for n in range(1, 13):
        world.save(n, state=State.MERGED, successor=world.names[0])
    world.save(13, last_name="佐藤", first_name="太郎", phone="090-1111-2222")
    world.resolve()
    assert frozenset(range(14)) in world.groups()
    assert_as_if_resolved_at_once(world, stores[1])
