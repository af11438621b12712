"""What cleaning a list tells while it runs and afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sync.identity.lists.reading import Faults


class Decision(StrEnum):
    """What became of a pair of a list."""

    SAME = "same"
    REFUSED = "refused"  # strong enough, but a guard kept the two apart: worth a look
    REVIEW = "review"
    DIFFERENT = "different"


class Reporter(Protocol):
    """Hears how far it is: a phase begins; a part of it is done, of a whole that is 0 while unknown."""

    def phase(self, name: str) -> None: ...

    def done(self, part: int, whole: int) -> None: ...


@dataclass(frozen=True)
class Cleaned:
    """What came out. `largest` is the number of records of the largest cluster."""

    rows: int
    clusters: int
    largest: int
    decisions: Counter[Decision]
    faults: Faults
    unknown_columns: tuple[str, ...]
    encoding: str
