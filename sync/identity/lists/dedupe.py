"""From a CSV file to its clusters: read, normalise, match, write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa

from sync.core.text import Text
from sync.errors import ConfigError
from sync.identity.bands import LIST_THRESHOLD, REVIEW_FROM, REVIEW_IF_HOT_FROM
from sync.identity.engine import duck
from sync.identity.engine.candidates import Candidates
from sync.identity.engine.columns import FEATURES
from sync.identity.features import Features
from sync.identity.lists.matching import KEPT, Matched, clustered, exact_pairs, weighed
from sync.identity.lists.reading import ListFile
from sync.identity.lists.result import Cleaned, Decision, Reporter
from sync.identity.lists.statistics import shared_keys, with_roles
from sync.identity.lists.worker import ROWS_OF_A_BATCH, Batch, digests
from sync.identity.lists.writing import Pair, write_clusters, write_pairs

_SMALL = 2_500_000  # bytes up to which other processes would take longer to start than they save
_PROCESSES = 2
_MEGABYTES_PER_GIGABYTE_OF_LIST = 10_000
_LEAST_MEMORY, _MOST_MEMORY = 256, 1_400  # MB for each DuckDB; they work one after the other


def dedupe(
    source: Path,
    out: Path,
    pairs: Path | None,
    reporter: Reporter,
    temporary: Path,
    threshold: int = LIST_THRESHOLD,
) -> Cleaned:
    """Writes the cluster of every sound row of `source` to `out`, and all pairs worth a look to `pairs`.

    `threshold` in thousandths of log2 odds. `temporary` takes what does not fit into memory. Raises ConfigError when
    a file cannot be read, written or understood.
    """
    _check(source, out, pairs)
    file = ListFile(source)
    resources = _resources(file.bytes, temporary)
    ids, matched = _match(file, resources, reporter, threshold, _floor(threshold, pairs))
    reporter.phase("list write")
    decisions: Counter[Decision] = Counter()
    if pairs:
        write_pairs(pairs, KEPT[2:], _told(ids, matched, threshold, decisions))
    write_clusters(out, ids, matched.firsts)
    sizes = Counter(matched.firsts)
    return Cleaned(
        len(ids),
        len(sizes),
        max(sizes.values(), default=0),
        decisions,
        file.faults,
        file.columns.unknown,
        file.encoding,
    )


def _match(
    file: ListFile, resources: duck.Resources, reporter: Reporter, threshold: int, floor: int
) -> tuple[list[str], Matched]:
    reporter.phase("list read")
    candidates = Candidates(resources)
    try:
        ids, features = _read(file, candidates, reporter)
        reporter.phase("list compare")
        shared = shared_keys(features, resources)
        features = with_roles(features, shared)
        kept = weighed(features, candidates, floor, resources, reporter.done)
    finally:
        candidates.close()
    reporter.phase("list cluster")
    exact = exact_pairs(features, resources)
    order = _by_id(ids) if "id" in file.columns.places else _by_content
    return ids, clustered(features, kept, exact, threshold, shared, order)


def _read(file: ListFile, candidates: Candidates, reporter: Reporter) -> tuple[list[str], pa.Table]:
    """Ids in the order of the list, and the features; the keys go to the candidates."""
    ids: list[str] = []
    found: list[pa.RecordBatch] = []
    batches = _batches(file, ids, lambda part: reporter.done(part, file.bytes))
    for features, keys in digests(batches, 0 if file.bytes <= _SMALL else _PROCESSES):
        found.append(features)
        candidates.add(pa.Table.from_batches([keys]))
    return ids, pa.Table.from_batches(found, schema=FEATURES)


def _batches(file: ListFile, ids: list[str], told: Callable[[int], None]) -> Iterator[Batch]:
    """Batches of rows; `ids` grows as they are taken."""
    rows = file.rows(told)
    while taken := list(islice(rows, ROWS_OF_A_BATCH)):
        first = len(ids)
        ids.extend(row.id for row in taken)
        yield first, file.columns, [row.cells for row in taken]


def _by_id(ids: list[str]) -> Callable[[Features], tuple[str, ...]]:
    return lambda f: (ids[f.id],)


def _by_content(f: Features) -> tuple[str, ...]:
    """Without ids of its own a list can be in any order, so what a record holds decides, not where it stands."""
    place = f"{f.id:012}"  # only between records of one content, where it makes no difference
    return (*(str(getattr(f, name)) for name in Features.__slots__ if name != "id"), place)


def _told(ids: list[str], matched: Matched, threshold: int, decisions: Counter[Decision]) -> Iterator[Pair]:
    """Kept pairs, strongest first; counts what became of them."""
    kept = matched.kept.sort_by([("weight", "descending"), ("left", "ascending"), ("right", "ascending")])
    for batch in kept.to_batches(max_chunksize=10_000):
        for left, right, *weights in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            decision = _decision(matched, left, right, weights[0], threshold)
            decisions[decision] += 1
            yield ids[left], ids[right], weights, decision.value


def _decision(matched: Matched, left: int, right: int, weight: int, threshold: int) -> Decision:
    if matched.firsts[left] == matched.firsts[right]:
        return Decision.SAME
    if weight >= threshold or (left, right) in matched.certain:
        return Decision.REFUSED
    return Decision.REVIEW if weight >= REVIEW_FROM else Decision.DIFFERENT


def _floor(threshold: int, pairs: Path | None) -> int:
    """Only what is written needs to be kept below the threshold."""
    return min(threshold, REVIEW_IF_HOT_FROM) if pairs else threshold


def _resources(size: int, temporary: Path) -> duck.Resources:
    wanted = _LEAST_MEMORY + size * _MEGABYTES_PER_GIGABYTE_OF_LIST // 1_000_000_000
    return duck.Resources(memory_mb=min(wanted, _MOST_MEMORY), temp_directory=temporary)


def _check(source: Path, out: Path, pairs: Path | None) -> None:
    """Refuses, before any work, what would write over the list or cannot be written."""
    targets = [target for target in (out, pairs) if target]
    for target in targets:
        if target.exists() and source.exists() and target.samefile(source):
            raise ConfigError(
                Text(
                    f"{target} is the list itself; choose another file",
                    f"{target} は入力ファイルです。別の名前を指定してください",
                )
            )
        if target.exists() and not target.is_file() and not target.is_dir():
            raise ConfigError(
                Text(
                    f"{target} is no ordinary file; name one, which is written whole or not at all",
                    f"{target} は通常のファイルではありません。出力するファイル名を指定してください",
                )
            )
        if target.is_dir() or not target.absolute().parent.is_dir():
            raise ConfigError(
                Text(
                    f"{target} cannot be written: no such folder", f"{target} に書き込めません: フォルダーがありません"
                )
            )
    if pairs and pairs.absolute() == out.absolute():
        raise ConfigError(
            Text("--out and --pairs name the same file", "--out と --pairs に同じファイルは指定できません")
        )
