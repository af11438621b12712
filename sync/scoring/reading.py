"""Reading the store through ADBC, inside the scoring process only: see `sync.scoring.child`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import pyarrow as pa

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_BATCH_ROWS = 65_536


def opened(stack: ExitStack, driver: str, address: str, queries: Mapping[str, str]) -> dict[str, pa.RecordBatchReader]:
    """A reader for each query. All are started before the first is read, and the service writes nothing that they read
    until it has an answer: they see one state. Closed with the stack."""
    if driver == SQLITE:
        return _sqlite(stack, address, queries)
    return _postgresql(stack, address, queries)


def _sqlite(stack: ExitStack, address: str, queries: Mapping[str, str]) -> dict[str, pa.RecordBatchReader]:
    from adbc_driver_sqlite import dbapi

    connection = stack.enter_context(dbapi.connect(address))
    return {name: _reader(stack, connection, query, _BATCH_ROWS) for name, query in queries.items()}


def _postgresql(stack: ExitStack, address: str, queries: Mapping[str, str]) -> dict[str, pa.RecordBatchReader]:
    """A connection each: one of them streams one answer at a time."""
    from adbc_driver_postgresql import dbapi

    return {
        name: _reader(stack, stack.enter_context(dbapi.connect(address)), query, None)
        for name, query in queries.items()
    }


def _reader(stack: ExitStack, connection: Any, query: str, batch_rows: int | None) -> pa.RecordBatchReader:
    options = {"adbc.sqlite.query.batch_rows": str(batch_rows)} if batch_rows else {}
    cursor = stack.enter_context(connection.cursor(adbc_stmt_kwargs=options))
    cursor.execute(query)
    reader: pa.RecordBatchReader = cursor.fetch_record_batch()
    return reader
