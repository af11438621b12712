"""The Python scorer behind the engine's interface: the standard that the SQL text is held to, and slow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from sync.scoring.conditions import TEXT_FIELDS
from sync.scoring.definition import Model
from sync.scoring.engine import BANDS, Inputs, Results
from sync.scoring.engine.blocks import Arrow
from sync.scoring.engine.columns import EVIDENCE, LINES, SCORES
from sync.scoring.engine.lookups import interest_position
from sync.scoring.facts import Act, Facts
from sync.scoring.scorer import CONDITIONS, Score, line_numbers, score

_Row = Mapping[str, object]


class ReferenceEngine:
    """See `sync.scoring.engine.Engine`."""

    def score(
        self, inputs: Inputs, model: Model, as_of: int, timezone: str, known: Arrow | None = None
    ) -> Iterator[Results]:
        acts = list(_rows(inputs.acts))
        before = {row["person_id"]: row for row in _rows(known)} if known is not None else {}
        rows = _Rows(model, {str(row["activity_id"]): (row["at"], row["subject_id"]) for row in acts})
        for facts in facts_of(inputs, acts):
            person_id = int(facts.person_key)
            rows.add(person_id, score(facts, model, as_of, timezone), before.get(person_id))
        yield rows.results()

    def close(self) -> None:
        """Holds nothing."""


def _rows(source: Arrow) -> Iterable[_Row]:
    for batch in source.to_batches() if isinstance(source, pa.Table) else source:
        yield from batch.to_pylist()


def facts_of(inputs: Inputs, acts: Iterable[_Row]) -> Iterator[Facts]:
    """The persons as the scorer takes them, with their acts; both named by the numbers they have in the inputs."""
    texts = {row["id"]: str(row["text"]) for row in _rows(inputs.texts)} | {0: ""}
    subjects = {row["id"]: row for row in _rows(inputs.subjects)}
    by_person: dict[object, list[Act]] = {}
    for row in acts:
        by_person.setdefault(row["person_id"], []).append(_act(row, subjects[row["subject_id"]]))
    for row in _rows(inputs.persons):
        yield _facts(row, texts, by_person.get(row["person_id"], []))


def _facts(row: _Row, texts: Mapping[object, str], acts: list[Act]) -> Facts:
    plain = {name: row[name] for name in ("first_known_at", "employees", "lost_at", "recycled_at")}
    flags = {name: bool(row[name]) for name in ("opted_out", "customer", "open_deal")}
    named = {name: texts[row[name]] for name in TEXT_FIELDS}
    domains = tuple(texts[row["domains"]].split())
    known = {**plain, **flags, **named, "email_domains": domains}
    return Facts(person_key=str(row["person_id"]), acts=tuple(acts), **known)  # type: ignore[arg-type]


def _act(row: _Row, subject: _Row) -> Act:
    content = {name: value for name, value in subject.items() if name not in ("id", "responded")}
    number = int(row["activity_id"])  # type: ignore[call-overload]
    at = int(row["at"])  # type: ignore[call-overload]
    return Act(id=str(number), at=at, seq=number, responded=bool(subject["responded"]), **content)  # type: ignore[arg-type]


class _Rows:
    """Scores as the engines' numbers."""

    def __init__(self, model: Model, acts: Mapping[str, tuple[object, object]]) -> None:
        self._model = model
        self._acts = acts
        self._numbers = line_numbers(model)
        self._exclusions = _positions(entry.id for entry in model.exclusions)
        self._segments = _positions(segment.id for segment in model.segments)
        self._scores: list[list[object]] = []
        self._lines: list[list[object]] = []
        self._evidence: list[list[object]] = []

    def add(self, person_id: int, found: Score, before: _Row | None) -> None:
        row = self._score_row(person_id, found)
        if before is not None and all(before[name] == row[name] for name in before if name in row):
            return
        self._scores.append([row[name] for name in SCORES.names])
        for seq, line in enumerate(found.lines):
            number = self._numbers[line.rule]
            self._lines.append([person_id, seq, number, line.points, line.count, line.last_at, line.code])
            if number >= 0 and line.axis != "attribute":
                self._evidence += (
                    [person_id, number, position, int(act), *self._acts[act]]
                    for position, act in enumerate(line.evidence)
                )

    def results(self) -> Results:
        made = ((self._scores, SCORES), (self._lines, LINES), (self._evidence, EVIDENCE))
        return Results(*(_table(rows, schema) for rows, schema in made))

    def _score_row(self, person_id: int, found: Score) -> dict[str, object]:
        row: dict[str, object] = {name: getattr(found, name, None) for name in SCORES.names}
        return row | {
            "person_id": person_id,
            "band": BANDS.index(found.band) + 1,
            "exclusion": self._exclusions.get(found.exclusion or "", 0),
            "segment": self._segments.get(found.segment, 0),
            "interest": interest_position(self._model, found.interest) if found.interest else 0,
            "missed": sum(1 << bit for bit, name in enumerate(CONDITIONS) if name in found.missed),
            "reactivated": int(found.reactivated),
        }


def _positions(names: Iterable[str]) -> dict[str, int]:
    return {name: position for position, name in enumerate(names, 1)}


def _table(rows: list[list[object]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.table([pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)], schema)
