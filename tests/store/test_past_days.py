"""Any past day can be scored again as it was known on that day."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scored_world import World
from sqlalchemy import select

from sync.jobs.explain import explain
from sync.jobs.past import recalled
from sync.jobs.reference import row_of
from sync.repository import Dossier, LedgerLine, ScoreRow
from sync.scoring.model import load_model
from sync.store import tables as t
from sync.store.database import SqlStore


@pytest.mark.parametrize("seed", [21, 22])
def test_any_past_day_is_recomputed_with_the_lines_that_were_stored(store: SqlStore, seed: int) -> None:
    world = World(store, seed)
    told: dict[tuple[int, int], tuple[LedgerLine, ...]] = {}
    for day in range(12):
        if day == 6:
            world.scoring = replace(world.scoring, model=load_model("starter"))
        with store.begin() as unit:
            unit.use_model(world.scoring.version, world.scoring.model.source, world.now)
        world.step()
        told |= {(world.now, person): row.lines for person, row in _scores(world).items()}
    assert len(set(told.values())) > 10
    for (at, person), lines in told.items():
        with store.reading() as unit:
            found = recalled(unit, _nameless(person), world.scoring, at)
        assert found is not None
        facts, rules = found
        again = row_of(person, facts, rules, at).lines
        assert again == lines


def test_explain_tells_a_past_day_by_the_rules_of_that_day(store: SqlStore) -> None:
    world = World(store, 23)
    with store.begin() as unit:
        unit.use_model(world.scoring.version, world.scoring.model.source, world.now)
    world.step()
    then, version = world.now, world.scoring.version
    person = min(_scores(world))
    lines = _scores(world)[person].lines
    with store.reading() as unit:
        key = unit.connection.scalar(select(t.persons.c.key).where(t.persons.c.id == person))
    world.scoring = replace(world.scoring, model=load_model("starter"))
    world.step()
    found = explain(store, str(key), world.scoring, then, world.now)
    assert (found.score.model_version, found.score.lines) == (version, lines)


def _scores(world: World) -> dict[int, ScoreRow]:
    with world.store.reading() as unit:
        return dict(unit.scores_of(world.living()))


def _nameless(person: int) -> Dossier:
    """Who has become part of somebody else has no records any more, and a past."""
    return Dossier(person, f"p{person}", 0, (), {}, (), {})
