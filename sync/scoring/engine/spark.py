"""The same SQL text on Spark, for accounts that outgrow one machine, or for whoever has Spark already.

Needs pyspark 4 (`leadsync[spark]`), and Java 17 unless the Spark is a remote one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from sync.core.text import Text
from sync.errors import ConfigError
from sync.scoring.definition import Model
from sync.scoring.engine import Inputs, Results, columns, steps
from sync.scoring.engine.blocks import Arrow
from sync.scoring.engine.compile import Compiled, compile_model
from sync.scoring.engine.lookups import Asked, SubjectReader, asked_of, text_table
from sync.scoring.engine.people import distinct_texts, text_name
from sync.scoring.engine.telling import EVIDENCE_RESULT, LINES_RESULT, SCORES_RESULT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TEXTS = "scoring_given_texts"
_SCHEMAS = {SCORES_RESULT: columns.SCORES, LINES_RESULT: columns.LINES, EVIDENCE_RESULT: columns.EVIDENCE}


def session(address: str, memory_mb: int = 1024) -> SparkSession:
    """A Spark by its address: `local[2]` and the like start one here, `sc://...` is a Spark Connect server."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError(
            Text(
                "scoring on Spark needs pyspark; install it with: pip install 'leadsync[spark]'",
                "Spark でのスコアリングには pyspark が必要です: pip install 'leadsync[spark]' を実行してください",
            )
        ) from error
    if address.startswith("sc://"):
        return SparkSession.builder.remote(address).getOrCreate()
    return (
        SparkSession.builder.master(address)
        .appName("leadsync scoring")
        .config("spark.driver.memory", f"{memory_mb}m")
        .config("spark.buffer.pageSize", "1m")  # of which every small table that is joined takes at least one
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )


class SparkEngine:
    """See `sync.scoring.engine.Engine`. Scores everybody at once. The session stays the caller's."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._views: set[str] = set()

    def score(
        self, inputs: Inputs, model: Model, as_of: int, timezone: str, known: Arrow | None = None
    ) -> Iterator[Results]:
        compiled = compile_model(model, as_of, timezone, None if known is None else known.schema.names)
        try:
            self._give(inputs, model, compiled, known)
            found = self._run(compiled)
        finally:
            self._forget()
        yield Results(found[SCORES_RESULT], found[LINES_RESULT], found[EVIDENCE_RESULT])

    def close(self) -> None:
        self._forget()

    def _give(self, inputs: Inputs, model: Model, compiled: Compiled, known: Arrow | None) -> None:
        for name, table in compiled.tables.items():
            self._view(name, table)
        self._view(steps.PERSONS, inputs.persons)
        self._view(steps.ACTS, inputs.acts)
        if known is not None:
            self._view(steps.KNOWN, known)
        self._view(_TEXTS, inputs.texts)
        for asked in asked_of(model):
            self._view(text_name(asked), text_table(asked, model, *self._texts(asked)))
        subjects = _whole(inputs.subjects).to_pylist()
        for name, table in SubjectReader(model).tables(subjects).by_name().items():
            self._view(name, table)

    def _texts(self, asked: Asked) -> tuple[list[int], list[str]]:
        query = f"select t.id, t.text from {_TEXTS} t where t.id in ({distinct_texts(asked)})"
        texts = self._session.sql(query).toArrow()
        return texts["id"].to_pylist(), texts["text"].to_pylist()

    def _run(self, compiled: Compiled) -> dict[str, pa.Table]:
        found = {}
        for step in compiled.steps:
            frame = self._session.sql(step.sql)
            if step.name in _SCHEMAS:
                found[step.name] = frame.toArrow().cast(_SCHEMAS[step.name])
                continue
            # A checkpoint cuts the plan: plans of plans of plans grow beyond what Spark can look through.
            self._name(step.name, frame.localCheckpoint() if step.stored else frame)
        return found

    def _view(self, name: str, table: Arrow) -> None:
        self._name(name, self._session.createDataFrame(_whole(table)))

    def _name(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(name)
        self._views.add(name)

    def _forget(self) -> None:
        for name in self._views:
            self._session.catalog.dropTempView(name)
        self._views.clear()


def _whole(table: Arrow) -> pa.Table:
    return table if isinstance(table, pa.Table) else table.read_all()
