"""The lists that are matched, with their truth: generated ones and any that are given."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.matching.processes import run
from connectors.sandbox.world.contacts import DEFAULT

SEED = 424_000
"""`bench.train_matching` learns from seeds 7000 and up, and looks at its own work with 8000 and up."""

SHARES = replace(
    DEFAULT,
    japanese=0.64,
    foreign_in_japan=0.07,
    surnames=1_700,
    given_names=260,
    same_name=0.008,
    repeats=0.22,
    in_threes=0.18,
    hubspot=0.52,
    job_changes=0.07,
    marriages=0.018,
    romaji=0.17,
    katakana=0.05,
    main_number_only=0.32,
    extensions=0.16,
    untidy_company=0.5,
    no_phone=0.17,
    no_email=0.08,
)
"""Other shares than any set that the model was trained on, of the same order: a site of its own."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as CSV with the columns of `leadsync people dedupe`, and its truth as `id,cluster_id`."""

    name: str
    source: Path
    truth: Path
    records: int

    def clusters(self) -> dict[str, str]:
        return clusters_of(self.truth)


def clusters_of(path: Path) -> dict[str, str]:
    """Record's id -> cluster, from a file with the columns `id,cluster_id`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return {id: cluster for id, cluster, *_ in rows}


def given(source: Path, truth: Path) -> Listed:
    for path in (source, truth):
        if not path.is_file():
            raise SystemExit(f"{path} is not here")
    return Listed(source.name, source, truth, len(clusters_of(truth)))


@contextmanager
def generated(records: int, seed: int) -> Iterator[Listed]:
    """A list of the sandbox's generator, in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="bench-") as folder:
        source, truth = Path(folder, "list.csv"), Path(folder, "truth.csv")
        command = [sys.executable, "-m", "connectors.sandbox.world.contacts", "--records", str(records)]
        command += ["--seed", str(seed), "--out", str(source), "--truth", str(truth)]
        for share in SHARES.__dataclass_fields__:
            if (value := getattr(SHARES, share)) != getattr(DEFAULT, share):
                command += ["--set", share, str(value)]
        run(command)
        yield Listed(f"{records:,} generated, seed {seed}", source, truth, records)
