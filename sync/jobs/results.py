"""The engine's blocks of numbers as scores, a batch of persons at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sync.scoring.definition import Model
from sync.scoring.engine import Results
from sync.scoring.engine.names import Names
from sync.scoring.scorer import Line, Score

_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """One person's score; lines name acts by their numbers in the store. `codes` are its words as the model's
    numbers."""

    person_id: int
    score: Score
    codes: dict[str, int]


class ResultReader:
    def __init__(self, model: Model) -> None:
        self._names = Names(model)
        self._lines: dict[tuple[int, int, int], tuple[str, str, tuple[str, ...], str]] = {}

    def batches(self, block: Results, size: int) -> Iterator[list[Scored]]:
        """The persons of a block, so many at a time."""
        lines, evidence = _by_person(block.lines), _evidence(block.evidence)
        scores = [dict(zip(block.scores.schema.names, row, strict=True)) for row in _rows(block.scores)]
        for first in range(0, len(scores), size):
            yield [self._scored(row, lines.get(row["person_id"], []), evidence) for row in scores[first : first + size]]

    def _scored(self, row: dict[str, int], lines: list[_Row], evidence: dict[tuple[int, int], list[str]]) -> Scored:
        names, person = self._names, row["person_id"]
        return Scored(
            person,
            Score(
                attribute=row["attribute"],
                behaviour=row["behaviour"],
                activity=row["activity"],
                adjustment=row["adjustment"],
                total=row["total"],
                band=names.band(row["band"]),
                lines=tuple(self._line(line, row["exclusion"], evidence) for line in lines),
                missed=names.missed(row["missed"]),
                exclusion=names.exclusion(row["exclusion"]),
                last_act_at=row["last_act_at"],
                interest=names.interest(row["interest"]),
                segment=names.segment(row["segment"]),
                reactivated=bool(row["reactivated"]),
                mark=row["mark"],
            ),
            {name: row[name] for name in ("band", "exclusion", "segment", "interest", "missed", "reactivated")},
        )

    def _line(self, row: _Row, exclusion: int, evidence: dict[tuple[int, int], list[str]]) -> Line:
        person, _, rule, points, count, last_at, code = row
        told = self._lines.get((rule, code, exclusion))
        if told is None:
            names = self._names
            told = (names.rule(rule), names.axis(rule), names.fields(rule), names.detail(rule, code, exclusion))
            self._lines[rule, code, exclusion] = told
        name, axis, fields, detail = told
        return Line(name, axis, points, count, last_at, fields or tuple(evidence.get((person, rule), ())), detail, code)


def _rows(table: pa.Table) -> Iterator[_Row]:
    columns = [column.to_pylist() for column in table.columns]
    return zip(*columns, strict=True)


def _by_person(lines: pa.Table) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    names = ["person_id", "seq", "rule", "points", "count", "last_at", "detail"]
    for row in _rows(lines.select(names)):
        found[row[0]].append(row)
    return found


def _evidence(table: pa.Table) -> dict[tuple[int, int], list[str]]:
    """(person, rule) -> numbers of acts, newest first."""
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for person, rule, activity in _rows(table.select(["person_id", "rule", "activity_id"])):
        found[person, rule].append(str(activity))
    return found
