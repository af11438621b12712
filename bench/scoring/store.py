"""The generated account as a service's SQLite store: what the scoring process reads, and the scores known before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.scoring.account import AS_OF, opened
from sync.scoring.model import Model
from sync.store.database import SqlStore
from sync.store.reading import CODES, edition
from sync.store.tables import TRAIT_TEXTS

_TRAITS = (*TRAIT_TEXTS, "employees", "opted_out", "customer", "open_deal", "lost_at", "recycled_at")
_SUBJECT = ("kind", "url", "title", "content_id", "content_name", "content_type", "status", "responded")
_BASIS = "0123456789abcdef"  # a digest of what a person's score is made of
_SCORE = ("attribute", "behaviour", "activity", "adjustment", "total", "mark", "last_act_at")


def address(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.db'}"


def fill(folder: Path, model: Model) -> None:
    """Makes the store of an account whose scores of AS_OF are in the folder (`known`)."""
    store = SqlStore(address(folder))
    store.migrate()
    store.close()
    with sqlite3.connect(folder / "store.db") as connection:
        connection.execute("pragma synchronous = off")
        for table, values, name, query in _CONTENTS:
            rows = _rows(
                opened(folder, name),
                query.format(version=model.version, edition=edition(model.version), codes=_codes()),
            )
            marks = ", ".join("?" * len(values))
            columns = ", ".join(f'"{value}"' for value in values)
            connection.executemany(f"insert into {table} ({columns}) values ({marks})", rows)
    connection.close()


def await_scores(folder: Path, persons: int) -> None:
    """Lets so many persons, from all over the account, await a score."""
    with sqlite3.connect(folder / "store.db") as connection:
        (everybody,) = connection.execute("select count(*) from persons").fetchone()
        connection.execute("delete from awaiting")
        step = max(1, everybody // persons)
        connection.execute("insert into awaiting select id from persons where id % ? = 0 limit ?", (step, persons))
    connection.close()


def _codes() -> str:
    return " + ".join(f"(a.{name} << {bit})" for name, (bit, _) in CODES.items())


def _rows(reader: pa.RecordBatchReader, query: str) -> Iterator[tuple[object, ...]]:
    connection = duckdb.connect()
    connection.register("a", reader)
    for batch in connection.sql(query).to_arrow_reader(50_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'a."{name}"' for name in names)


_PERSON = ("id", "key", "created_at", "score_due", "traits_due", "plan_due")
_CONTENTS = (
    ("texts", ("id", "text", "digest"), "texts", "select id, text, id from a"),
    ("subjects", ("id", *_SUBJECT, "digest"), "subjects", f"select id, {_list(_SUBJECT)}, id from a"),
    ("persons", _PERSON, "persons", "select person_id, 'p' || person_id, first_known_at, 0, 0, 0 from a order by 1"),
    (
        "traits",
        ("person_id", "first_known_at", *_TRAITS, "since", "basis"),
        "persons",
        f"select person_id, first_known_at, {_list(_TRAITS)}, 0, '{_BASIS}' from a order by 1",
    ),
    (
        "acts",
        ("person_id", "at", "activity_id", "subject_id", "since"),
        "acts",
        'select person_id, "at", activity_id, subject_id, 0 from a order by 1, 2, 3',
    ),
    (
        "scores",
        ("person_id", *_SCORE, "codes", "band", "basis", "model_version", "as_of"),
        "known",
        f"select person_id, {_list(_SCORE)}, {{codes}}, 'hold', '{_BASIS}{{edition}}', '{{version}}', {AS_OF} from a"
        " order by 1",
    ),
)
