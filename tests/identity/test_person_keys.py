"""Persons keep their keys; who was joined wrongly gets herself back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matching_world import World, assert_sound, contacts, fresh_store, members, score_of, wipe
from sqlalchemy import select

from sync.core.records import PersonRecord
from sync.jobs.resolve import resolve
from sync.store import tables as t
from sync.store.database import SqlStore


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    made = fresh_store(tmp_path_factory.mktemp("person_keys"), "leadsync")
    yield made
    made.close()


@pytest.fixture
def world(store: SqlStore) -> World:
    return World(store, contacts(9))


def same(world: World, *numbers: int, mail: str = "a@x.jp") -> None:
    for n in numbers:
        world.save(n, email=mail, last_name="佐藤", first_name="太郎")


def events(world: World, kind: str) -> list[tuple[str, str | None, str]]:
    """(person's key, the other's, cause) of every logged event of this kind."""
    keys = world.person_keys()
    with world.store.reading() as unit:
        rows = unit.connection.execute(select(t.person_log).where(t.person_log.c.kind == kind)).all()
    return [(keys[row.person_id], keys.get(row.other_id), row.cause) for row in rows]


def test_a_person_s_key_stays_when_members_come_and_go(world: World) -> None:
    same(world, 3)
    world.resolve()
    key = world.key_of(3)
    same(world, 2, 4, 5)  # record 2 is younger than 3 and older than 4; its id comes later
    world.resolve()
    assert {world.key_of(n) for n in (2, 3, 4, 5)} == {key}
    same(world, 3, mail="b@x.jp")
    world.save(3, last_name="鈴木", first_name="次郎")
    world.resolve()
    assert {world.key_of(n) for n in (2, 4, 5)} == {key} != {world.key_of(3)}
    same(world, 3)
    world.resolve()
    assert {world.key_of(n) for n in (2, 3, 4, 5)} == {key}


def test_of_two_persons_who_are_one_the_oldest_record_s_stays(world: World) -> None:
    same(world, 1, mail="b@x.jp")
    world.save(7, email="a@x.jp", last_name="佐藤", first_name="太郎")  # created before record 1
    world.resolve()
    kept = world.key_of(7)
    same(world, 1)
    world.resolve()
    assert world.key_of(1) == world.key_of(7) == kept
    assert_sound(world.store)


def test_unmerging_gives_both_their_keys_and_separate_scores(world: World) -> None:
    same(world, 0)
    same(world, 1, mail="b@x.jp")
    world.resolve()
    before = (world.key_of(0), world.key_of(1))
    same(world, 1)
    world.resolve()
    assert len(world.groups()) == 1
    world.decide(0, 1, "different")
    world.now += 1
    resolve(world.store, world.engine, lambda: world.now, lambda: None)
    assert (world.key_of(0), world.key_of(1)) == before
    with world.store.begin() as unit:
        both = {unit.find_person(key)[0] for key in before}
        assert set(unit.score_due(9)) == set(unit.plan_due(0, 9)) == both
        unit.save_scores([score_of(id, total) for id, total in zip(sorted(both), (1_000, 2_000), strict=True)])
        assert {row.total for row in unit.scores_of(sorted(both)).values()} == {1_000, 2_000}
    assert [cause for _, _, cause in events(world, "merge")] == ["same_email"]
    assert [cause for _, _, cause in events(world, "split")] == ["decided"]
    assert_sound(world.store)


def test_who_was_merged_into_somebody_who_stands_alone_again_follows_her(world: World) -> None:
    same(world, 2)
    same(world, 1, mail="b@x.jp")
    same(world, 0, mail="c@x.jp")
    world.resolve()
    keys = {n: world.key_of(n) for n in (0, 1, 2)}  # record 2 is the oldest
    same(world, 0, mail="b@x.jp")
    world.resolve()
    same(world, 2, mail="b@x.jp")
    world.resolve()
    assert len(world.groups()) == 1
    world.decide(2, 0, "different")
    world.decide(2, 1, "different")
    world.resolve()
    assert world.key_of(1) == world.key_of(0) == keys[1]
    with world.store.reading() as unit:
        assert unit.find_person(keys[0]) == unit.find_person(keys[1]) != unit.find_person(keys[2])
    assert_sound(world.store)


def test_a_new_episode_after_parting_bears_no_number_that_was_used(world: World) -> None:
    same(world, 0)
    same(world, 1, mail="b@x.jp")
    world.resolve()
    younger = world.key_of(0)
    with world.store.begin() as unit:
        person = unit.find_person(younger)[0]
        unit.open_episode(person, 3, world.now, world.now, 85_000, f"{younger}-3", "made")
    same(world, 0, mail="b@x.jp")
    world.resolve()
    world.decide(0, 1, "different")
    world.resolve()
    with world.store.begin() as unit:
        person = unit.find_person(younger)[0]
        unit.save_scores([score_of(person, 85_000, "hot")])
        (standing,) = unit.standings([person])
    assert standing.episode is None  # her task stayed with the person it was made for last
    assert standing.last_number == 3


def test_a_rebuilt_store_finds_the_keys_that_crms_show(world: World) -> None:
    same(world, 0)
    world.resolve()
    key = world.key_of(0)
    same(world, 5)  # older: would have given another key, had it been there first
    world.resolve()
    assert world.key_of(5) == key
    shown = [PersonRecord(m.record.key, 9, **particulars(m.record, key)) for m in members(world.store)]
    wipe(world.store)
    with world.store.begin() as unit:
        unit.save(shown, 9)
    world.keys.clear()
    world.resolve()
    assert {world.key_of(0), world.key_of(5)} == {key}


def test_a_key_that_another_record_s_copy_shows_is_not_taken_over(world: World) -> None:
    """Salesforce's clone button copies our fields, too."""
    same(world, 0)
    world.resolve()
    key = world.key_of(0)
    (original,) = members(world.store)
    wipe(world.store)
    world.keys.clear()
    clone = PersonRecord(world.names[8], 9, created_at=1, last_name="高橋", own={"person_key": key})
    with world.store.begin() as unit:
        unit.save([clone, PersonRecord(original.record.key, 9, **particulars(original.record, key))], 9)
    world.resolve()
    assert (world.key_of(0), world.key_of(8) == key) == (key, False)


def particulars(record: PersonRecord, key: str) -> dict[str, object]:
    names = ("created_at", "email", "last_name", "first_name")
    return {name: getattr(record, name) for name in names} | {"own": {"person_key": key}}


def test_joining_and_leaving_is_logged_and_founding_is_not(world: World) -> None:
    same(world, 0)
    world.resolve()
    assert events(world, "join") == []
    same(world, 1)
    world.resolve()
    key = world.key_of(0)
    assert events(world, "join") == [(key, None, "same_email")]
    world.save(1, email="c@x.jp", last_name="高橋", first_name="花子")
    world.resolve()
    assert world.key_of(1) == key  # of two that part, the older record keeps the person
    assert [(person, other) for person, other, _ in events(world, "leave")] == [(key, world.key_of(0))]
    assert [(person, other) for person, other, _ in events(world, "split")] == [(world.key_of(0), key)]
