"""The scoring engine inside the test process: starting one for each rescore would take most of a test's time.

Reads what the scoring process reads, by Python's drivers: ADBC and Python's SQLite must not meet in one process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pyarrow as pa

from sync.repository import ScoringSource
from sync.scoring.engine import Engine, Inputs, Results, columns
from sync.scoring.engine.duck import DuckEngine
from sync.scoring.model import Model

_SCHEMAS = {
    "persons": columns.PERSONS,
    "acts": columns.ACTS,
    "subjects": columns.SUBJECTS,
    "texts": columns.TEXTS,
}


class InProcess:
    """A `sync.jobs.rescore.Scorer`. Counts how many scores it returned."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine or DuckEngine()
        self.returned = 0

    def score(self, source: ScoringSource, model: Model, as_of: int, timezone: str) -> Iterator[Results]:
        with closing(_connection(source)) as connection:
            found = {name: _table(connection, query, _SCHEMAS.get(name)) for name, query in source.queries.items()}
        known = found.pop("known", None)
        for block in self._engine.score(Inputs(**found), model, as_of, timezone, known):
            self.returned += block.scores.num_rows
            yield block


def _connection(source: ScoringSource) -> Any:
    if source.driver == "sqlite":
        return sqlite3.connect(source.address, uri=True)
    return psycopg.connect(source.address)


def _table(connection: Any, query: str, schema: pa.Schema | None) -> pa.Table:
    cursor = connection.cursor()
    cursor.execute(query)
    names = [column[0] for column in cursor.description]
    schema = pa.schema([schema.field(name) for name in names] if schema else [(name, pa.int64()) for name in names])
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in cursor.fetchall()], schema=schema)


SCORER = InProcess()
