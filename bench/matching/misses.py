"""What the product's false and missed pairs look like: where tuning pays.

A missed pair was lost at one of the steps from records to clusters; a false one rests on a certain edge, on its own
weight, or on other records between the two. Pairs are then counted by the cases of the comparisons.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyarrow as pa

from bench.matching.lists import Listed, clusters_of
from bench.matching.table import table
from bench.matching.worker import Read, read, site_of
from sync.identity.bands import LIST_THRESHOLD
from sync.identity.certain import certain
from sync.identity.engine import duck, open_engine
from sync.identity.engine.columns import PAIRS, SETS
from sync.identity.engine.model import shipped
from sync.identity.features import Features
from sync.identity.keys import LIMITS, KeyKind, keys_of
from sync.identity.lists.statistics import shared_keys, with_roles
from sync.identity.shared import Shared

_SHOWN = 14
_SEEN = ("name", "email", "place")
Pair = tuple[int, int]
Looks = tuple[int, ...]
"""Weight, and the levels of `_SEEN`."""


@dataclass(frozen=True)
class _Wrong:
    false: list[Pair]
    missed: list[Pair]
    true: int
    found: int


@dataclass(frozen=True)
class _Known:
    """What is needed to tell why a pair went wrong."""

    features: Mapping[int, Features]
    looks: Mapping[Pair, Looks]
    bearers: Mapping[tuple[KeyKind, str], int]
    shared: Shared


def misses(listed: Listed, out: Path) -> str:
    """Two tables: false pairs and missed pairs of the clusters in `out`, by kind, the most frequent first."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        resources = duck.Resources(memory_mb=1_400, temp_directory=Path(folder))
        one = read(listed.source, resources, keep_keys=False)
        wrong = _wrong(one.ids, clusters_of(out), listed.clusters())
        known = _known(one, wrong)
        one.candidates.close()
    false = Counter((_why_joined(known, pair), *_cases(known.looks[pair])) for pair in wrong.false)
    missed = Counter((_why_missed(known, pair), *_cases(known.looks[pair])) for pair in wrong.missed)
    return "\n\n".join(
        (
            f"false pairs: {len(wrong.false):,} of {wrong.found:,} found\n{_counted(false, wrong.found)}",
            f"missed pairs: {len(wrong.missed):,} of {wrong.true:,} true\n{_counted(missed, wrong.true)}",
        )
    )


def _wrong(ids: list[str], found: Mapping[str, str], truth: Mapping[str, str]) -> _Wrong:
    together = set(_pairs(ids, found))
    true = set(_pairs(ids, truth))
    return _Wrong(sorted(together - true), sorted(true - together), len(true), len(together))


def _pairs(ids: list[str], clusters: Mapping[str, str]) -> Iterator[Pair]:
    members: dict[Hashable, list[int]] = defaultdict(list)
    for position, id in enumerate(ids):
        if id in clusters:
            members[clusters[id]].append(position)
    for group in members.values():
        yield from combinations(group, 2)


def _known(one: Read, wrong: _Wrong) -> _Known:
    shared = shared_keys(one.features, one.resources)
    features = with_roles(one.features, shared)
    pairs = wrong.false + wrong.missed
    needed = {id for pair in pairs for id in pair}
    chosen = {f.id: f for f in _objects(features) if f.id in needed}
    wanted = {key for f in chosen.values() for key in keys_of(f)}
    bearers = Counter(key for f in _objects(features) for key in keys_of(f) if key in wanted)
    return _Known(chosen, _weighed(one, features, pairs), bearers, shared)


def _weighed(one: Read, features: pa.Table, pairs: list[Pair]) -> dict[Pair, Looks]:
    engine = open_engine(one.resources, kind="sql")
    columns = [pa.array([pair[side] for pair in pairs], pa.int64()) for side in (0, 1)]
    weighed = engine.weigh(features, pa.table(columns, schema=PAIRS), site_of(features))
    engine.close()
    names = ("left", "right", "weight", "name_level", "email_level", "place_level")
    rows = zip(*(weighed[name].to_pylist() for name in names), strict=True)
    place_of = shipped().levels_of  # the number of a place holds the detail beside it, too fine a grain here
    return {(left, right): (weight, name, email, place_of(p)[0]) for left, right, weight, name, email, p in rows}


def _objects(features: pa.Table) -> Iterator[Features]:
    for batch in features.to_batches():
        columns = {name: batch.column(name).to_pylist() for name in Features.__slots__}
        for name in SETS:
            columns[name] = list(map(tuple, columns[name]))
        yield from map(Features, *columns.values())


def _why_joined(known: _Known, pair: Pair) -> str:
    if word := certain(known.features[pair[0]], known.features[pair[1]], known.shared):
        return f"certain: {word}"
    return "by weight" if known.looks[pair][0] >= LIST_THRESHOLD else "through others"


def _why_missed(known: _Known, pair: Pair) -> str:
    one, two = (known.features[id] for id in pair)
    if certain(one, two, known.shared):
        return "certain, but refused by a guard"
    common = set(keys_of(one)) & set(keys_of(two))
    if not common:
        return "no common key"
    if not any(known.bearers[key] <= LIMITS[key[0]] for key in common):
        return "common keys on too many records"
    weight = known.looks[pair][0]
    if weight >= LIST_THRESHOLD:
        return "refused by a guard"
    return "weight -3 to 0" if weight >= LIST_THRESHOLD - 3_000 else "weight below -3"


def _cases(looks: Looks) -> tuple[str, ...]:
    model = shipped()
    return tuple(model.comparison(id).levels[level].id for id, level in zip(_SEEN, looks[1:], strict=True))


def _counted(kinds: Counter[tuple[str, ...]], whole: int) -> str:
    causes: Counter[str] = Counter()
    for kind, count in kinds.items():
        causes[kind[0]] += count
    summary = ", ".join(f"{cause} {count:,}" for cause, count in causes.most_common())
    rows: list[tuple[str, ...]] = [("why", *_SEEN, "pairs", "of all")]
    for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]:
        rows.append((*kind, f"{count:,}", f"{100 * count / max(whole, 1):.2f} %"))
    return f"{summary}\n{table(rows, left=1 + len(_SEEN))}"
