"""Another matching model: all pairs are weighed anew, in pieces, and what is shown is never another model's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from matching_world import PlainEngine, World, fresh_store

from sync.core.records import RecordKey
from sync.identity.engine.model import Model, shipped
from sync.identity.engine.site import Site
from sync.identity.normalise import edition
from sync.jobs.matching_model import model_of_pairs, pair_parts
from sync.jobs.resolve import resolve
from sync.repository import PairRow
from sync.store.database import SqlStore

KEYS = [RecordKey("hubspot", "contact", str(n)) for n in range(6)]


class Interrupted(Exception):
    """What stops a resolve in its middle."""


class Shifted(PlainEngine):
    """Weighs everything so many bits higher; of another model when that is lower."""

    def __init__(self, bits: int) -> None:
        super().__init__(shipped() if bits > 0 else other_model())
        self.bits = bits

    def weigh(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table:
        weighed = super().weigh(features, pairs, site)
        column = weighed.schema.get_field_index("weight")
        return weighed.set_column(column, weighed.schema.field(column), pc.add(weighed["weight"], 1_000 * self.bits))


def other_model() -> Model:
    return replace(shipped(), revision=shipped().revision + 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = fresh_store(tmp_path, "store")
    yield made
    made.close()


@pytest.fixture
def world(store: SqlStore) -> World:
    """Three people of two records each, whom weights alone make one."""
    made = World(store, KEYS)
    for n in range(6):
        name = {"first_name": "太郎", "last_name": ("佐藤", "鈴木", "高橋")[n // 2], "company_name": f"会社{n // 2}"}
        made.save(n, email=f"p{n}@x{n}.jp", **name)
    made.engine = Shifted(6)
    made.resolve()
    assert made.groups() == {frozenset({0, 1}), frozenset({2, 3}), frozenset({4, 5})}
    return made


def fact(store: SqlStore, key: str) -> str | None:
    with store.reading() as unit:
        return unit.fact(key)


def test_all_pairs_are_weighed_anew_by_a_new_model_and_only_then(world: World) -> None:
    world.engine.weighed = 0
    world.resolve()
    assert world.engine.weighed == 0
    world.engine = Shifted(-6)
    world.resolve()
    assert world.engine.weighed == 3
    assert len(world.groups()) == 6
    world.resolve()
    assert world.engine.weighed == 3


@pytest.mark.parametrize("steps", [0, 1, 2])  # while records are sent back, before and after their pairs are weighed
def test_a_resolve_that_stops_among_the_new_weights_goes_on_where_it_stopped(world: World, steps: int) -> None:
    world.engine = Shifted(-6)
    turns = iter(range(3))

    def stop_soon() -> None:
        if next(turns) == steps:
            raise Interrupted

    with pytest.raises(Interrupted):
        resolve(world.store, world.engine, lambda: world.now, stop_soon, 1)
    assert fact(world.store, "matching_model") == shipped().edition
    world.resolve(1)
    assert len(world.groups()) == 6
    assert fact(world.store, "matching_model") == other_model().edition
    assert fact(world.store, "pairs_anew_after") is None


def test_words_are_left_out_until_every_pair_is_of_the_model_in_use(world: World) -> None:
    pair = PairRow(1, 2, weight=2_000, name=11_000, email=-2_000, place=1_000, name_level=1, email_level=1)
    with world.store.reading() as unit:
        told = pair_parts(pair, model_of_pairs(unit, shipped()))
        untold = pair_parts(pair, model_of_pairs(unit, other_model()))
    assert (told[0].level, untold[0].level) == ("kanji_and_reading", "")
    assert shipped().comparison("name").levels[1].label.ja in told[0].text.ja
    assert untold[0].text.en == "Name: +11.0"
    assert [part.thousandths for part in untold] == [part.thousandths for part in told]


def test_an_edition_tells_weights_apart_and_not_words() -> None:
    first = shipped().comparisons[0]
    levels = (first.levels[0], replace(first.levels[1], m=first.levels[1].m / 2), *first.levels[2:])
    other = replace(shipped(), comparisons=(replace(first, levels=levels), *shipped().comparisons[1:]))
    assert other.edition != shipped().edition
    assert (
        replace(
            shipped(), comparisons=tuple(replace(c, label=c.levels[0].label) for c in shipped().comparisons)
        ).edition
        == shipped().edition
    )


def test_features_of_another_dictionary_are_keyed_anew(world: World) -> None:
    assert fact(world.store, "normaliser") == edition()
    with world.store.begin() as unit:
        unit.set_fact("normaliser", f"{edition()}+another")
    world.engine.weighed = 0
    totals = resolve(world.store, world.engine, lambda: world.now, lambda: None)
    assert totals.records == 6
    assert world.engine.weighed == 3
    assert fact(world.store, "normaliser") == edition()
