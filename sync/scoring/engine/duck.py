"""The engine on DuckDB: in memory, bounded, with no reach beyond the machine.

Persons are scored in blocks, each with her acts, so that memory does not grow with the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import duckdb
import pyarrow as pa

from sync.identity.engine.duck import Resources, connect, run, viewed
from sync.scoring.definition import Model
from sync.scoring.engine import Inputs, Results, columns, steps
from sync.scoring.engine.blocks import Arrow, blocks
from sync.scoring.engine.compile import Compiled, compile_model
from sync.scoring.engine.lookups import Asked, SubjectReader, asked_of, text_table
from sync.scoring.engine.people import distinct_texts, text_name
from sync.scoring.engine.telling import EVIDENCE_RESULT, LINES_RESULT, SCORES_RESULT

PERSONS_A_BLOCK = 200_000
_TEXTS, _SUBJECTS = "given_texts", "given_subjects"


class DuckEngine:
    """See `sync.scoring.engine.Engine`. One engine scores one thing at a time."""

    def __init__(self, resources: Resources | None = None, persons_a_block: int = PERSONS_A_BLOCK) -> None:
        self._connection = connect(resources or Resources())
        self._persons_a_block = persons_a_block

    def score(
        self, inputs: Inputs, model: Model, as_of: int, timezone: str, known: Arrow | None = None
    ) -> Iterator[Results]:
        compiled = compile_model(model, as_of, timezone, None if known is None else known.schema.names)
        words = _Words(self._connection, model)
        words.give(inputs)
        for name, table in compiled.tables.items():
            store(self._connection, name, table)
        others = [inputs.acts] if known is None else [inputs.acts, known]
        for persons, rest in blocks(inputs.persons, others, self._persons_a_block):
            with ExitStack() as given:
                for name, table in zip((steps.PERSONS, steps.ACTS, steps.KNOWN), (persons, *rest), strict=False):
                    given.enter_context(viewed(self._connection, name, table))
                words.read()
                yield self._results(compiled)

    def close(self) -> None:
        self._connection.close()

    def _results(self, compiled: Compiled) -> Results:
        found = {}
        for step in compiled.steps:
            if step.name in (SCORES_RESULT, LINES_RESULT, EVIDENCE_RESULT):
                found[step.name] = self._connection.sql(step.sql).to_arrow_table()
            else:
                sort = "table" if step.stored else "view"
                run(self._connection, f"create or replace temporary {sort} {step.name} as {step.sql}")
        return Results(
            scores=found[SCORES_RESULT].cast(columns.SCORES),
            lines=found[LINES_RESULT].cast(columns.LINES),
            evidence=found[EVIDENCE_RESULT].cast(columns.EVIDENCE),
        )


def store(connection: duckdb.DuckDBPyConnection, name: str, table: Arrow) -> None:
    """Puts an Arrow table into a table of DuckDB, in place of what was there."""
    with viewed(connection, "arriving", table):
        run(connection, f"create or replace temporary table {name} as select * from arriving")


class _Words:
    """Texts and contents, of which each is read when the first block needs it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, model: Model) -> None:
        self._connection = connection
        self._model = model
        self._asked = asked_of(model)
        self._subjects = SubjectReader(model)

    def give(self, inputs: Inputs) -> None:
        store(self._connection, _TEXTS, inputs.texts)
        store(self._connection, _SUBJECTS, inputs.subjects)
        for asked in self._asked:
            store(self._connection, text_name(asked), text_table(asked, self._model, (), ()))
            run(self._connection, f"create or replace temporary table {_read(asked)} (id bigint)")
        for name, table in self._subjects.tables(()).by_name().items():
            store(self._connection, name, table)

    def read(self) -> None:
        """Whatever the persons and acts of this block name and no block before did."""
        for asked in self._asked:
            self._read_texts(asked)
        self._read_subjects()

    def _read_texts(self, asked: Asked) -> None:
        unread = (
            f"select d.id, t.text from ({distinct_texts(asked)}) d join {_TEXTS} t on t.id = d.id"
            f" left join {_read(asked)} r on r.id = d.id where r.id is null"
        )
        texts = self._connection.sql(unread).to_arrow_table()
        numbers = texts["id"].to_pylist()
        self._add(text_name(asked), text_table(asked, self._model, numbers, texts["text"].to_pylist()))
        self._add(_read(asked), texts.select(["id"]))

    def _read_subjects(self) -> None:
        unread = self._connection.sql(
            f"select s.* from {_SUBJECTS} s where s.id in (select distinct a.subject_id from {steps.ACTS} a)"
            f" and s.id not in (select r.subject_id from {steps.SUBJECTS} r) order by s.id"
        ).to_arrow_table()
        for name, table in self._subjects.tables(_rows(unread)).by_name().items():
            self._add(name, table)

    def _add(self, name: str, table: pa.Table) -> None:
        if table.num_rows:
            with viewed(self._connection, "arriving", table):
                run(self._connection, f"insert into {name} select * from arriving")


def _read(asked: Asked) -> str:
    return f"read_{asked.field}"


def _rows(table: pa.Table) -> Iterable[dict[str, object]]:
    for batch in table.to_batches():
        yield from batch.to_pylist()
