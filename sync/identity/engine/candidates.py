"""Candidate pairs of a whole list: records that share a blocking key which few enough bear."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from sync.identity.engine import duck
from sync.identity.engine.columns import PAIRS
from sync.identity.keys import LIMITS

KEYS = pa.schema(
    [
        pa.field(name, type, nullable=False)
        for name, type in [("kind", pa.int8()), ("number", pa.int64()), ("id", pa.int64())]
    ]
)
"""One row per record and key: `KeyKind`, `key_number`, the record's id; each row once."""

PAIRS_PER_BLOCK = 1_000_000


class Candidates:
    """Takes the keys of a list, gives its candidate pairs in blocks. A million records with eight keys each take some
    300 MB; what passes the memory limit goes to the temporary folder."""

    def __init__(self, resources: duck.Resources | None = None) -> None:
        self._connection = duck.connect(resources or duck.Resources())
        duck.run(self._connection, "create table keys (kind tinyint, number bigint, id bigint)")

    def add(self, keys: pa.Table) -> None:
        """Adds rows of `KEYS`, all of a record's in one call or in several."""
        with duck.viewed(self._connection, "arriving", keys):
            duck.run(self._connection, "insert into keys select kind, number, id from arriving")

    def blocks(self, size: int = PAIRS_PER_BLOCK) -> Iterator[pa.Table]:
        """Every candidate pair once, as tables of `PAIRS` with at most `size` rows, in no particular order."""
        pairs = self._make_pairs()
        for first in range(0, pairs, size):
            rows = f"rowid >= {first} and rowid < {first + size}"
            yield self._connection.sql(f'select "left", "right" from pairs where {rows}').to_arrow_table().cast(PAIRS)

    def close(self) -> None:
        self._connection.close()

    def _make_pairs(self) -> int:
        limits = ", ".join(f"({kind.value}, {most})" for kind, most in LIMITS.items())
        duck.run(
            self._connection,
            f"""create or replace temp table useful as
            with borne as (
                select kind, number from keys join (values {limits}) as limits (kind, most) using (kind)
                group by kind, number having count(*) between 2 and max(most)
            )
            select number, id from keys semi join borne using (kind, number)""",
        )
        duck.run(
            self._connection,
            """create or replace temp table pairs as select distinct l.id as "left", r.id as "right"
            from useful as l join useful as r on l.number = r.number and l.id < r.id""",
        )
        duck.run(self._connection, "drop table useful")
        return int(self._connection.execute("select count(*) from pairs").fetchall()[0][0])
