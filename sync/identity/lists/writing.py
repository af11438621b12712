"""What cleaning a list gives: who belongs together, and why."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sync.core.text import Text
from sync.errors import ConfigError

Pair = tuple[str, str, Sequence[int], str]
"""Two ids, weight and its parts in thousandths, what became of the pair."""


def write_clusters(path: Path, ids: Sequence[str], firsts: Sequence[int]) -> None:
    """One line per record in the list's order; a cluster is called by the id of its first record.

    `firsts` holds, for each record, the position of that first record.
    """
    with _written(path) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("id", "cluster_id"))
        rows.writerows((id, ids[first]) for id, first in zip(ids, firsts, strict=True))


def write_pairs(path: Path, parts: Sequence[str], pairs: Iterable[Pair]) -> None:
    """Weights as log2 odds with three decimals; `parts` names them, the whole first."""
    with _written(path) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("left_id", "right_id", *parts, "decision"))
        rows.writerows((left, right, *(f"{w / 1000:.3f}" for w in weights), why) for left, right, weights, why in pairs)


@contextmanager
def _written(path: Path) -> Iterator[IO[str]]:
    """A text file that appears at `path` only when the block ends well. Raises ConfigError when it cannot."""
    path = path.resolve()  # a link stays one: what it points to is written
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
        beside.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(Text(f"{path} cannot be written: {reason}", f"{path} に書き込めません: {reason}")) from error
    finally:
        beside.unlink(missing_ok=True)
