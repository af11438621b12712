"""The ways to clusters that are compared, each as a command from a CSV file to a CSV file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from bench.matching.lists import Listed, clusters_of
from bench.matching.metrics import Quality, quality
from bench.matching.processes import Cost, run

PRODUCT, FLOOR = "leadsync", "floor"
_LEADSYNC = "from sync.cli import main; main()"
_WITHOUT_SPLINK = f"import sys; sys.modules['splink'] = None; {_LEADSYNC}"  # as if it were not installed
_BROKEN_ROWS = 1  # exit code of a list with rows that were left out
_FEWEST_FOR_TRAINING = 5_000


@dataclass(frozen=True, slots=True)
class Way:
    """`code` is run by `python -c`, else the worker is."""

    key: str
    name: str
    code: str = ""
    least: int = 0  # records below which it makes no sense


WAYS = (
    Way(PRODUCT, "leadsync people dedupe", _LEADSYNC),
    Way("leadsync-sql", "the same without Splink: SQL fallback", _WITHOUT_SPLINK),
    Way("splink-shipped", "Splink, shipped model, plain components"),
    Way("splink-em", "Splink, m by EM, plain components", least=_FEWEST_FOR_TRAINING),
    Way("splink-guides", "Splink, u and m from the list, plain components", least=_FEWEST_FOR_TRAINING),
    Way("exact-naive", "exact keys, plain components"),
    Way("exact-guarded", "exact keys, guarded"),
    Way(FLOOR, "read and normalise only (floor)"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    way: Way
    quality: Quality | None
    cost: Cost


def measured(way: Way, listed: Listed, out: Path) -> Measured:
    """One run; the clusters stay in `out`."""
    cost, _ = run(_command(way, listed.source, out), accepted=(0, _BROKEN_ROWS))
    if way.key == FLOOR:
        return Measured(way, None, cost)
    return Measured(way, quality(clusters_of(out), listed.clusters()), cost)


def _command(way: Way, source: Path, out: Path) -> list[str]:
    if way.code:
        return [sys.executable, "-c", way.code, "people", "dedupe", str(source), "--out", str(out)]
    return [sys.executable, "-m", "bench.matching.worker", way.key, str(source), str(out)]
