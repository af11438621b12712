"""Arrow inputs cut into blocks of persons: whoever is in a block has all her rows in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TypeAlias

import pyarrow as pa

Arrow: TypeAlias = "pa.Table | pa.RecordBatchReader"


class Portions:
    """A table or reader in the order of `person_id`, handed out up to one person after the other."""

    def __init__(self, source: Arrow) -> None:
        self.schema: pa.Schema = source.schema
        self._batches = iter(source.to_batches() if isinstance(source, pa.Table) else source)
        self._waiting: list[pa.RecordBatch] = []

    def first(self, rows: int) -> pa.Table:
        """The next rows, about so many, at least those of one batch; nothing at the end."""
        taken: list[pa.RecordBatch] = []
        missing = rows
        while missing > 0 and (batch := self._next()) is not None:
            if batch.num_rows > missing:
                self._waiting.append(batch.slice(missing))
                batch = batch.slice(0, missing)
            taken.append(batch)
            missing -= batch.num_rows
        return pa.Table.from_batches(taken, self.schema)

    def up_to(self, person_id: int) -> pa.Table:
        """All rows not yet handed out of this person and those before her."""
        taken: list[pa.RecordBatch] = []
        while (batch := self._next()) is not None:
            end = _rows_up_to(batch, person_id)
            taken.append(batch.slice(0, end))
            if end < batch.num_rows:
                self._waiting.append(batch.slice(end))
                break
        return pa.Table.from_batches(taken, self.schema)

    def _next(self) -> pa.RecordBatch | None:
        while True:
            batch = self._waiting.pop() if self._waiting else next(self._batches, None)
            if batch is None or batch.num_rows:
                return batch


class _Ids:
    """A column that `bisect` can look into."""

    def __init__(self, column: pa.Array) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, at: int) -> int:
        return int(self._column[at].as_py())


def _rows_up_to(batch: pa.RecordBatch, person_id: int) -> int:
    return bisect_right(_Ids(batch.column("person_id")), person_id)


def blocks(persons: Arrow, others: list[Arrow], size: int) -> Iterator[tuple[pa.Table, list[pa.Table]]]:
    """So many persons at a time, each with the rows that the others have of them."""
    who, rest = Portions(persons), [Portions(other) for other in others]
    while (block := who.first(size)).num_rows:
        last = int(block.column("person_id")[-1].as_py())
        yield block, [portions.up_to(last) for portions in rest]
