"""However a store came to be what it is, its scores are those of its records."""

from __future__ import annotations

from dataclasses import replace

import pytest
from alembic import command
from scored_world import DAY, World

from sync.jobs.reference import score_row, scoreable
from sync.store import tables as t
from sync.store.database import SqlStore, _alembic

_BY_WORDS_ALONE = {
    "basis": "",
    "as_of": 0,
    "talk_track": "",
    "mark": 0,
}  # the talk track says more with every act at hand


@pytest.mark.parametrize("seed", range(4))
def test_scores_kept_up_bit_by_bit_are_those_of_the_records(store: SqlStore, seed: int) -> None:
    world = World(store, seed)
    for _ in range(14):
        world.step()
    world.now += DAY
    world.score()
    with store.reading() as unit:
        dossiers = unit.dossiers(world.living())
        stored = unit.scores_of([dossier.person_id for dossier in dossiers])
    alive = [dossier for dossier in dossiers if scoreable(dossier)]
    assert stored.keys() == {dossier.person_id for dossier in alive}
    for dossier in alive:
        expected = score_row(dossier, world.scoring, world.now)
        assert replace(stored[dossier.person_id], **_BY_WORDS_ALONE) == replace(expected, **_BY_WORDS_ALONE)


@pytest.mark.parametrize("seed", range(4, 7))
def test_incremental_equals_full(store: SqlStore, seed: int) -> None:
    world = World(store, seed)
    for _ in range(14):
        world.step()
    kept = [world.table(table) for table in (t.acts, t.traits, t.score_lines)]
    shown = scores(world)
    world.everything_anew()
    world.score()
    assert [world.table(table) for table in (t.acts, t.traits, t.score_lines)] == kept
    assert scores(world) == shown


def scores(world: World) -> dict[int, object]:
    """What is stored of each person, but for when it was computed."""
    with world.store.reading() as unit:
        return {id: replace(row, as_of=0) for id, row in unit.scores_of(world.living()).items()}


def test_scoring_again_finds_nothing_to_do(store: SqlStore) -> None:
    world = World(store, 11)
    for _ in range(5):
        world.step()
    before = world.table(t.scores)
    returned = world.scorer.returned
    with store.begin() as unit:
        unit.connection.execute(t.persons.update().values(score_due=True, traits_due=True, plan_due=False))
    assert world.score().changed == 0
    assert (world.table(t.scores), world.scorer.returned) == (before, returned)
    with store.reading() as unit:
        assert (unit.plan_due(0, 9), unit.awaited()) == ([], 0)


def test_a_store_from_before_the_engine_is_scored_from_its_records(store: SqlStore) -> None:
    world = World(store, 12)
    kept = world.table(t.acts), world.table(t.score_lines)
    with store.begin() as unit:
        command.downgrade(_alembic(unit.connection), "0003")
    store.migrate()
    with store.reading() as unit:
        assert set(unit.score_due(99)) == set(world.living())
    world.score()
    assert [row[:3] for row in world.table(t.acts)] == [row[:3] for row in kept[0]]
    assert world.table(t.score_lines) == kept[1]
