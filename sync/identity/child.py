"""The matching process: a child that holds the weighing engine, so that the service never loads a second database.

Started at first need, kept warm, started again when it has died. First comes the matching model, unless it is the
shipped one; then a request is three frames (features, pairs, site) in Arrow, an answer one, or the name of an error
class.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from sync import child_process
from sync.child_process import Child, Limits, Lost, packed, unpacked
from sync.core.text import Text
from sync.errors import EngineError
from sync.identity.engine import Engine, open_engine
from sync.identity.engine.columns import WEIGHED
from sync.identity.engine.model import Model, dump, load, shipped
from sync.identity.engine.site import Site

PURPOSE = "matching"
_ANSWER_SECONDS = 100  # a batch takes seconds; whoever needs longer hangs, and the store's lease lasts 120
_PIECES = 8  # into which a batch is cut that the child could not take
_DONE, _FAILED = b"\x00", b"\x01"


class Matcher:
    """Weighs pairs in a child process; implements `sync.identity.engine.Engine`. Safe to share between threads."""

    def __init__(self, limits: Limits | None = None, model: Model | None = None) -> None:
        self._limits = limits or Limits()
        self._model = model or shipped()
        self._child: Child | None = None
        self._lock = threading.Lock()

    @property
    def model(self) -> Model:
        return self._model

    def use(self, model: Model) -> None:
        """Weighs by this model from now on; a child that holds another one ends."""
        with self._lock:
            if model.edition != self._model.edition:
                self._end()
            self._model = model

    def weigh(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table:
        """Weights of candidate pairs, as `Engine.weigh`. A batch that the child dies of is tried once more in pieces;
        then `EngineError` is raised."""
        if pairs.num_rows == 0:
            return WEIGHED.empty_table()
        with self._lock:
            try:
                return self._ask(features, pairs, site)
            except Lost:
                self._end()
            try:
                return pa.concat_tables(self._ask(*piece, site) for piece in _pieces(features, pairs))
            except Lost as lost:
                self._end()
                raise _error(str(lost)) from None

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        return self._child.pid if self._child and self._child.alive else None

    def warm(self) -> None:
        """Starts the child, so that the first pair need not wait for it."""
        with self._lock:
            try:
                self._running()
            except Lost as lost:
                raise _error(str(lost)) from None

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table:
        child = self._running()
        child.send(*(packed(table) for table in (features, pairs, _site_table(site))))
        answer = child.receive(_ANSWER_SECONDS)
        if answer[:1] == _FAILED:
            raise Lost(answer[1:].decode())
        return unpacked(answer[1:])

    def _running(self) -> Child:
        if self._child and self._child.alive:
            return self._child
        self._end()
        self._child = Child(__name__, PURPOSE, self._limits)
        self._child.send(b"" if self._model is shipped() else dump(self._model).encode())
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            child.close()


def serve(settings: str) -> None:
    """The child's whole life."""
    asked = json.loads(settings)
    answers = child_process.begin(asked)
    model = (child_process.request(sys.stdin.buffer) or b"").decode()
    engine: Engine | None = None
    while request := _request(sys.stdin.buffer):
        features, pairs, site = request
        try:
            engine = engine or _engine(asked, model)
            answer = _DONE + packed(engine.weigh(features, pairs, _site(site)))
        except Exception as error:  # only its kind leaves: the text may hold what was compared
            answer = _FAILED + type(error).__name__.encode()
        child_process.send(answers, answer)
        answers.flush()


def _engine(asked: dict[str, Any], model: str) -> Engine:
    from sync.identity.engine.duck import Resources

    folder = Path(asked["folder"]) if asked["folder"] else None
    return open_engine(Resources(asked["memory_mb"], asked["threads"], folder), load(model) if model else None)


def _request(stream: IO[bytes]) -> list[pa.Table] | None:
    tables = []
    for _ in range(3):
        frame = child_process.request(stream)
        if frame is None:
            return None
        tables.append(unpacked(frame))
    return tables


def _site_table(site: Site) -> pa.Table:
    return site.counts().replace_schema_metadata({"records": str(site.records)})


def _site(table: pa.Table) -> Site:
    return Site(int(table.schema.metadata[b"records"]), table)


def _pieces(features: pa.Table, pairs: pa.Table) -> Iterator[tuple[pa.Table, pa.Table]]:
    size = max(1, -(-pairs.num_rows // _PIECES))
    for first in range(0, pairs.num_rows, size):
        piece = pairs.slice(first, size)
        needed = pa.chunked_array([*piece["left"].chunks, *piece["right"].chunks])
        yield features.filter(pc.is_in(features["id"], value_set=needed.unique())), piece


def _error(kind: str) -> EngineError:
    return EngineError(
        Text(
            f"the matching process could not do its work ({kind}), twice; nothing was resolved by halves and the next "
            "cycle tries again. If it happens again: is there 1 GB of free memory and free space in LEADSYNC_DATA_DIR?",
            f"名寄せ用プロセスが 2 回続けて処理に失敗しました ({kind})。途中の結果は反映されておらず、次のサイクルで"
            "再実行します。繰り返し発生する場合は、空きメモリ (1 GB) と LEADSYNC_DATA_DIR の空き容量を確認してください",
        )
    )
