"""The scoring process: a short-lived child that reads the store by itself and holds the engine.

It reads through ADBC, whose SQLite is another copy than Python's: two copies in one process would destroy each other's
locks, so the service never loads it, and this child never loads Python's. It is sent where to read and what to score
(an address may hold a password, and command lines are for everybody to see), and sends back blocks of changed scores.
"""

from __future__ import annotations

import json
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa

from sync import child_process
from sync.child_process import Child, Limits, Lost, packed, unpacked
from sync.core.text import Text
from sync.errors import EngineError
from sync.repository import ScoringSource
from sync.scoring.engine import Results

if TYPE_CHECKING:
    from sync.scoring.definition import Model
    from sync.scoring.engine import Engine

PURPOSE = "scoring"
DUCKDB, SPARK = "duckdb", "spark"
_SILENCE_SECONDS = 1_800  # the longest wait for a block; a million people on a busy machine take minutes
_PERSONS = 20_000  # of a frame
_ATTEMPTS = 2
_DONE, _FAILED, _BLOCK = b"\x00", b"\x01", b"\x02"
_TABLES = 3


class ScoringChild:
    """Scores the people of a store in a process of its own.

    `engine` is duckdb or spark; `remote` the address of a Spark Connect server, "" for a Spark on this machine, which
    needs `environment` to find Java.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        engine: str = DUCKDB,
        remote: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._settings = {"engine": engine, "remote": remote}
        self._environment = environment or {}
        self.pid: int | None = None  # of the child that works now

    def score(self, source: ScoringSource, model: Model, as_of: int, timezone: str) -> Iterator[Results]:
        """The scores that differ from those known, in blocks of persons.

        When the child dies it is tried once more from the start, so a person may come twice; then `EngineError` is
        raised.
        """
        order = json.dumps(
            {
                "driver": source.driver,
                "address": source.address,
                "queries": dict(source.queries),
                "model": model.source,
                "as_of": as_of,
                "timezone": timezone,
            }
        ).encode()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                yield from self._answers(order)
                return
            except Lost as lost:
                if attempt == _ATTEMPTS:
                    raise _error(str(lost)) from None

    def _answers(self, order: bytes) -> Iterator[Results]:
        child = Child(__name__, PURPOSE, self._limits, self._settings, self._environment)
        self.pid = child.pid
        try:
            child.send(order)
            while True:
                head = child.receive(_SILENCE_SECONDS)
                if head[:1] == _DONE:
                    return
                if head[:1] == _FAILED:
                    raise Lost(head[1:].decode())
                tables = [unpacked(child.receive(_SILENCE_SECONDS)) for _ in range(_TABLES)]
                yield Results(*tables)
        finally:
            self.pid = None
            child.close()


def serve(settings: str) -> None:
    """The child's whole life."""
    asked = json.loads(settings)
    answers = child_process.begin(asked)
    order = child_process.request(sys.stdin.buffer)
    if order is None:
        return
    try:
        for block in _scored(asked, json.loads(order)):
            for piece in pieces(block, _PERSONS):
                _send(answers, piece)
        child_process.send(answers, _DONE)
    except Exception as error:  # only its kind leaves: the text may hold what was scored, or an address
        child_process.send(answers, _FAILED + type(error).__name__.encode())
    answers.flush()


def _send(answers: IO[bytes], block: Results) -> None:
    child_process.send(answers, _BLOCK)
    for table in (block.scores, block.lines, block.evidence):
        child_process.send(answers, packed(table))
    answers.flush()


def _scored(asked: Mapping[str, Any], order: Mapping[str, Any]) -> Iterator[Results]:
    from sync.scoring.engine import Inputs
    from sync.scoring.model_file import from_source
    from sync.scoring.reading import opened

    model = from_source(order["model"])
    with ExitStack() as stack:
        found = opened(stack, order["driver"], order["address"], order["queries"])
        known = found.pop("known", None)
        engine = _engine(asked)
        stack.callback(engine.close)
        yield from engine.score(Inputs(**found), model, order["as_of"], order["timezone"], known)


def _engine(asked: Mapping[str, Any]) -> Engine:
    if asked["engine"] == SPARK:
        from sync.scoring.engine.spark import SparkEngine, session

        return SparkEngine(session(asked["remote"] or f"local[{asked['threads']}]", asked["memory_mb"]))
    from sync.identity.engine.duck import Resources
    from sync.scoring.engine.duck import DuckEngine

    folder = Path(asked["folder"]) if asked["folder"] else None
    return DuckEngine(Resources(asked["memory_mb"], asked["threads"], folder))


def pieces(block: Results, persons: int) -> Iterator[Results]:
    """The block in parts of so many persons, so that no frame outgrows the service's memory."""
    lines = evidence = 0
    for first in range(0, block.scores.num_rows, persons):
        part = block.scores.slice(first, persons)
        last = part["person_id"][-1].as_py()
        lines_end, evidence_end = _end(block.lines, last, lines), _end(block.evidence, last, evidence)
        yield Results(
            part,
            block.lines.slice(lines, lines_end - lines),
            block.evidence.slice(evidence, evidence_end - evidence),
        )
        lines, evidence = lines_end, evidence_end


def _end(table: pa.Table, last: int, start: int) -> int:
    """Where the rows of persons up to the last one end; they come in the order of persons."""
    return start + bisect_right(range(len(table) - start), last, key=lambda at: table["person_id"][start + at].as_py())


def _error(kind: str) -> EngineError:
    return EngineError(
        Text(
            f"the scoring process could not do its work ({kind}), twice; scores that it had not sent stay as they were "
            "and the next cycle tries again. If it happens again: is there 1 GB of free memory and free space in "
            "LEADSYNC_DATA_DIR?",
            f"スコア計算用プロセスが 2 回続けて処理に失敗しました ({kind})。計算されていないスコアは以前のままで、"
            "次のサイクルで再実行します。繰り返し発生する場合は、空きメモリ (1 GB) と LEADSYNC_DATA_DIR の空き容量を"
            "確認してください",
        )
    )
