"""Candidate pairs of a list against their definition: two records share a key that few enough bear."""

from collections import defaultdict
from itertools import combinations

import pyarrow as pa
import pytest

from sync.identity.engine.candidates import KEYS, Candidates
from sync.identity.features import Features
from sync.identity.keys import LIMITS, KeyKind, key_number, keys_of


def by_definition(records: list[Features]) -> set[tuple[int, int]]:
    bearers = defaultdict(set)
    for record in records:
        for kind, text in keys_of(record):
            bearers[kind, text].add(record.id)
    return {
        pair for (kind, _), ids in bearers.items() if len(ids) <= LIMITS[kind] for pair in combinations(sorted(ids), 2)
    }


def keys(records: list[Features]) -> pa.Table:
    rows = [(kind.value, key_number(kind, text), r.id) for r in records for kind, text in keys_of(r)]
    columns = zip(*rows, strict=True)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, KEYS, strict=True)], schema=KEYS)


def found(tables: list[pa.Table], size: int = 1_000_000) -> list[tuple[int, int]]:
    candidates = Candidates()
    for table in tables:
        candidates.add(table)
    blocks = list(candidates.blocks(size))
    candidates.close()
    assert all(block.num_rows <= size for block in blocks)
    return [(row["left"], row["right"]) for block in blocks for row in block.to_pylist()]


@pytest.mark.parametrize("size", [1_000_000, 97])
def test_every_pair_is_found_once(records: list[Features], size: int) -> None:
    few = records[:200]
    pairs = found([keys(few)], size)
    assert len(pairs) == len(set(pairs)) > 500
    assert set(pairs) == by_definition(few)


def test_keys_may_come_in_several_tables(records: list[Features]) -> None:
    few = records[:200]
    assert set(found([keys(few[:70]), keys(few[70:])])) == by_definition(few)


def test_a_key_that_too_many_bear_is_left_out() -> None:
    limit = LIMITS[KeyKind.PHONE]
    many = [Features(id, ph="+81312345678", phones=("+81312345678",)) for id in range(limit + 1)]
    assert found([keys(many)]) == []
    assert len(found([keys(many[:limit])])) == limit * (limit - 1) // 2


def test_no_keys_make_no_pairs() -> None:
    assert found([KEYS.empty_table()]) == []
