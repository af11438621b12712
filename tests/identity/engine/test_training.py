"""Training without labels: what it learns, and when the shipped model stays."""

import random
from dataclasses import replace

import pyarrow as pa
import pytest

from sync.identity.engine import duck
from sync.identity.engine.columns import table_of
from sync.identity.engine.judging import MOST_BITS_MOVED, judged
from sync.identity.engine.model import Model, shipped
from sync.identity.engine.training import train
from sync.identity.features import Features

RESOURCES = duck.Resources()


def people(count: int, source: random.Random) -> list[Features]:
    """Every fourth record repeats the one before it; half of the repeats lack the mailbox, a third the number."""
    records: list[Features] = []
    for id in range(count):
        family, given = f"family{source.randrange(900)}", f"given{source.randrange(300)}"
        company = "".join(random.Random(source.randrange(count // 5)).choices("abcdefghijklmnopqrstuvwxyz", k=12))
        one = Features(
            id=id,
            fam=family,
            giv=given,
            nm=f"{family} {given}",
            ini="g",
            em=f"{given}.{family}@{company}.jp",
            loc=f"{given}.{family}",
            edom=f"{company}.jp",
            ph=f"+8190{id:08}",
            mob=True,
            cor=company,
            dom=f"{company}.jp",
        )
        if id % 4 == 3:
            one = replace(records[-1], id=id)
            one = replace(one, em="", loc="", edom="") if source.random() < 0.5 else one
            one = replace(one, ph="", mob=False) if source.random() < 0.33 else one
        records.append(replace(one, emails=(one.em,) if one.em else (), phones=(one.ph,) if one.ph else ()))
    return records


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return table_of(people(8_000, random.Random(7)))


def weights(model: Model) -> dict[str, float]:
    return {f"{c.id}.{level.id}": level.weight for c in model.comparisons for level in c.levels}


def moved(level: str, **change: float) -> Model:
    """The shipped model with one level changed."""
    comparisons = [
        replace(c, levels=tuple(replace(x, **change) if f"{c.id}.{x.id}" == level else x for x in c.levels))
        for c in shipped().comparisons
    ]
    return replace(shipped(), comparisons=tuple(comparisons))


def test_a_small_site_keeps_the_shipped_model(table: pa.Table) -> None:
    trained = train(table, RESOURCES)
    assert trained.model is shipped()
    assert not trained.accepted
    assert "8,000" in trained.reason.en
    assert "300,000" in trained.reason.ja


def test_records_that_share_nothing_keep_the_shipped_model() -> None:
    strangers = table_of(Features(id, fam=f"f{id}", giv=f"g{id}", nm=f"f{id} g{id}") for id in range(200))
    trained = train(strangers, RESOURCES, least=100)
    assert trained.model is shipped()
    assert not trained.accepted


def test_records_that_arrive_in_batches_teach_the_same(table: pa.Table) -> None:
    """What a process is sent it never has as a whole."""
    batches = table.to_batches(max_chunksize=700)
    reader = pa.RecordBatchReader.from_batches(table.schema, iter(batches))
    assert train(reader, RESOURCES, least=1_000) == train(table, RESOURCES, least=1_000)


def test_training_learns_how_this_sites_people_differ(table: pa.Table) -> None:
    start = moved("email.same_and_named", m=0.3)
    trained = train(table, RESOURCES, start, least=1_000)
    assert trained.accepted, trained.reason.en
    learnt = {level.id: level for level in trained.model.comparison("email").levels}
    assert learnt["same_and_named"].m > 0.8  # of repeats that have a mailbox, all have the same one
    assert trained.model.revision == start.revision + 1


def test_training_leaves_u_and_what_was_set_by_hand_alone(table: pa.Table) -> None:
    trained = train(table, RESOURCES, least=1_000).model
    for old, new in zip(shipped().comparisons, trained.comparisons, strict=True):
        for before, after in zip(old.levels, new.levels, strict=True):
            assert after.u == pytest.approx(before.u, rel=0.01)
            if before.fixed:
                assert after.m == before.m


def test_training_gives_the_same_model_again(table: pa.Table) -> None:
    assert train(table, RESOURCES, least=1_000) == train(table, RESOURCES, least=1_000)


def test_a_model_out_of_its_range_is_refused_with_the_level_named() -> None:
    trained = judged(shipped(), moved("email.same", m=0.001))
    assert trained.model is shipped()
    assert not trained.accepted
    assert "email.same" in trained.reason.en
    assert "email.same" in trained.reason.ja


def test_a_model_within_its_range_is_taken() -> None:
    level = next(level for level in shipped().comparison("email").levels if level.id == "same")
    near = moved("email.same", m=level.m * 2 ** (0.1 - MOST_BITS_MOVED))
    assert judged(shipped(), near).model is near
