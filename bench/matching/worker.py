"""One of the ways that are not the product, in a process of its own: `python -m bench.matching.worker WAY IN OUT`.

All read and normalise exactly as the product does; they differ in what they do with it.
"""

from __future__ import annotations

import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from bench.matching.components import components
from bench.matching.trained import trained
from sync.identity.bands import LIST_THRESHOLD
from sync.identity.engine import duck, open_engine
from sync.identity.engine.candidates import Candidates
from sync.identity.engine.columns import FEATURES, WEIGHED
from sync.identity.engine.model import Model, shipped
from sync.identity.engine.site import Site
from sync.identity.lists.matching import KEPT, clustered, exact_pairs
from sync.identity.lists.reading import ListFile
from sync.identity.lists.statistics import shared_keys, with_roles
from sync.identity.lists.worker import ROWS_OF_A_BATCH, Batch, digests
from sync.identity.lists.writing import write_clusters

_PROCESSES = 2
_SMALL = 2_500_000  # bytes; below, the product starts no processes either
_MEMORY_MB = 1_400

Clusters = Sequence[int]
"""For each record the position of a record that stands for its cluster."""


@dataclass(frozen=True)
class Read:
    ids: list[str]
    features: pa.Table
    candidates: Candidates
    resources: duck.Resources


def main() -> None:
    way, source, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        resources = duck.Resources(memory_mb=_MEMORY_MB, temp_directory=Path(folder))
        list_read = read(source, resources, keep_keys=way.startswith("splink"))
        write_clusters(out, list_read.ids, WAYS[way](list_read))


def read(source: Path, resources: duck.Resources, keep_keys: bool) -> Read:
    file = ListFile(source)
    ids: list[str] = []
    candidates = Candidates(resources)
    found: list[pa.RecordBatch] = []
    for features, keys in digests(_batches(file, ids), 0 if file.bytes <= _SMALL else _PROCESSES):
        found.append(features)
        if keep_keys:
            candidates.add(pa.Table.from_batches([keys]))
    return Read(ids, pa.Table.from_batches(found, schema=FEATURES), candidates, resources)


def site_of(features: pa.Table) -> Site:
    counted = features.group_by("nm").aggregate([("nm", "count")]).rename_columns(["nm", "count"])
    return Site(features.num_rows, counted.filter(pc.not_equal(counted["nm"], "")))


def _batches(file: ListFile, ids: list[str]) -> Iterator[Batch]:
    rows = file.rows()
    while taken := list(islice(rows, ROWS_OF_A_BATCH)):
        first = len(ids)
        ids.extend(row.id for row in taken)
        yield first, file.columns, [row.cells for row in taken]


def _floor(one: Read) -> Clusters:
    return _apart(one)


def _exact_naive(one: Read) -> Clusters:
    return _united(one, components(_same_key(one.features)))


def _same_key(features: pa.Table) -> Iterator[tuple[int, int]]:
    """Each bearer of a mailbox or number with its first bearer."""
    first: dict[str, int] = {}
    for column in ("emails", "phones"):
        for id, keys in zip(features["id"].to_pylist(), features[column].to_pylist(), strict=True):
            for key in keys:
                yield first.setdefault(key, id), id


def _exact_guarded(one: Read) -> Clusters:
    shared = shared_keys(one.features, one.resources)
    features = with_roles(one.features, shared)
    nothing = WEIGHED.empty_table().select(KEPT)
    exact = exact_pairs(features, one.resources)
    return clustered(features, nothing, exact, LIST_THRESHOLD, shared, lambda f: (f"{f.id:012}",)).firsts


def _splink_shipped(one: Read) -> Clusters:
    return _by_weight(one, shipped())


def _splink_em(one: Read) -> Clusters:
    return _by_weight(one, trained(one.features, one.resources, only_m=True))


def _splink_guides(one: Read) -> Clusters:
    return _by_weight(one, trained(one.features, one.resources, only_m=False))


def _by_weight(one: Read, model: Model) -> Clusters:
    features = with_roles(one.features, shared_keys(one.features, one.resources))
    engine, site = open_engine(one.resources, model, "splink"), site_of(features)
    pairs: list[tuple[int, int]] = []
    for block in one.candidates.blocks():
        weighed = engine.weigh(features, block, site)
        strong = weighed.filter(pc.greater_equal(weighed["weight"], LIST_THRESHOLD))
        pairs += zip(strong["left"].to_pylist(), strong["right"].to_pylist(), strict=True)
    engine.close()
    return _united(one, components(pairs))


def _apart(one: Read) -> array[int]:
    return array("q", range(one.features.num_rows))


def _united(one: Read, roots: dict[int, int]) -> Clusters:
    clusters = _apart(one)
    for id, root in roots.items():
        clusters[id] = root
    return clusters


WAYS: dict[str, Callable[[Read], Clusters]] = {
    "floor": _floor,
    "exact-naive": _exact_naive,
    "exact-guarded": _exact_guarded,
    "splink-shipped": _splink_shipped,
    "splink-em": _splink_em,
    "splink-guides": _splink_guides,
}


if __name__ == "__main__":
    main()
