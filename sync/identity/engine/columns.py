"""Features as an Arrow table: what the weighing engines read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import attrgetter

import pyarrow as pa

from sync.identity.features import Features

_ROWS_PER_BATCH = 20_000

FLAGS = ("role", "free", "mob")
SETS = ("emails", "phones")
DERIVED_SETS = ("named", "mobiles")
"""Sets that the engines make of others: mailboxes with the own family name in them; numbers known to be mobile."""
TEXTS = tuple(name for name in Features.__slots__ if name not in {"id", *FLAGS, *SETS})

_TYPES = dict.fromkeys(TEXTS, pa.string()) | dict.fromkeys(FLAGS, pa.bool_())
_TYPES |= dict.fromkeys(SETS, pa.list_(pa.string())) | {"id": pa.int64()}

FEATURES = pa.schema([pa.field(name, _TYPES[name], nullable=False) for name in Features.__slots__])
"""One column per field of `Features`, of the same name; "" where a text is unknown."""

PAIRS = pa.schema([pa.field(name, pa.int64(), nullable=False) for name in ("left", "right")])
"""Candidates: two ids of the features table, `left` < `right`, each pair once."""

WEIGHED = pa.schema(
    [pa.field(name, pa.int64(), nullable=False) for name in ("left", "right", "weight", "name", "email", "place")]
    + [pa.field(f"{name}_level", pa.int8(), nullable=False) for name in ("name", "email", "place")]
)
"""Weights in thousandths of log2 odds; `weight` = prior of the site + `name` + `email` + `place`. A level is the
number of the case that applied in the model's list of that comparison, from 0; `place_level` is a `level_code`."""

_row = attrgetter(*Features.__slots__)


def table_of(features: Iterable[Features]) -> pa.Table:
    """Features as a table of `FEATURES`; reads the iterable once and holds at most one batch of objects."""
    return pa.Table.from_batches(batches_of(features), schema=FEATURES)


def batches_of(features: Iterable[Features]) -> Iterator[pa.RecordBatch]:
    rows = map(_row, features)
    while batch := list(islice(rows, _ROWS_PER_BATCH)):
        columns = zip(*batch, strict=True)
        yield pa.record_batch(
            [pa.array(column, field.type) for column, field in zip(columns, FEATURES, strict=True)], schema=FEATURES
        )
