"""Scores of many people at once: one plain SQL text made of the model, run by DuckDB or Spark.

`DuckEngine` (in `duck`) and `SparkEngine` (in `spark`) run the text, `ReferenceEngine` (in `reference`) is the Python
scorer behind the same interface; all three give the same rows, whoever else is among the persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sync.scoring.scorer import DORMANT, EXCLUDED, HOLD, HOT, NURTURE

if TYPE_CHECKING:
    import pyarrow as pa

    from sync.scoring.definition import Model

BANDS = (HOT, NURTURE, HOLD, DORMANT, EXCLUDED)  # `SCORES.band` is a position here, from 1 on


@dataclass(frozen=True, slots=True)
class Inputs:
    """Arrow tables, or readers that are read once, with the schemas of `columns`.

    `persons` and `acts` come in the order of `person_id`; acts of people who are not among `persons` are left out of
    account. `subjects` and `texts` hold at least what the others name.
    """

    persons: pa.Table | pa.RecordBatchReader
    acts: pa.Table | pa.RecordBatchReader
    subjects: pa.Table | pa.RecordBatchReader
    texts: pa.Table | pa.RecordBatchReader


@dataclass(frozen=True, slots=True)
class Results:
    """Rows of `SCORES`, `LINES` and `EVIDENCE`, by `person_id`, then by `seq`, or by `rule` and `position`."""

    scores: pa.Table
    lines: pa.Table
    evidence: pa.Table


class Engine(Protocol):
    """Scores persons; every implementation gives the same integers."""

    def score(
        self,
        inputs: Inputs,
        model: Model,
        as_of: int,
        timezone: str,
        known: pa.Table | pa.RecordBatchReader | None = None,
    ) -> Iterator[Results]:
        """The scores at an instant (epoch seconds, ageing by days of an IANA time zone), in blocks of persons.

        With `known`, the scores stored before, only persons come back who are not in it or differ in a column that it
        has: `person_id` and any others of `SCORES` (at least `mark`), in the order of `person_id`.
        """
        ...

    def close(self) -> None: ...
