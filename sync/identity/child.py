"""The matching process: a child that holds the weighing engine, so that the service never loads a second database.

Started at first need, kept warm, started again when it has died. The two sides exchange frames over the child's
standard input and output: first comes the matching model, unless it is the shipped one; then a request is three Arrow
streams (features, pairs, site), an answer one, or the name of an error class. The child ends with its input, with its
parent, or when it is told to; what it prints goes nowhere.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from sync.core.text import Text
from sync.errors import EngineError
from sync.identity.engine import Engine, open_engine
from sync.identity.engine.columns import WEIGHED
from sync.identity.engine.model import Model, dump, load, shipped
from sync.identity.engine.site import Site

_ANSWER_SECONDS = 100  # a batch takes seconds; whoever needs longer hangs, and the store's lease lasts 120
_PIECES = 8  # into which a batch is cut that the child could not take
_LENGTH = 8  # bytes of a frame's length
_START = "import sys; sys.path[:] = {path!r}; from sync.identity.child import serve; serve({settings!r})"
_DONE, _FAILED = b"\x00", b"\x01"
_WATCH_SECONDS = 2.0
_serial = count(1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use. Without a folder nothing is spilled to disk."""

    memory_mb: int = 1024
    threads: int = 2
    folder: Path | None = None


class Matcher:
    """Weighs pairs in a child process; implements `sync.identity.engine.Engine`. Safe to share between threads."""

    def __init__(self, limits: Limits = Limits(), model: Model | None = None) -> None:
        self._limits = limits
        self._model = model or shipped()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
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
            except _Lost:
                self._end()
            try:
                return pa.concat_tables(self._ask(*piece, site) for piece in _pieces(features, pairs))
            except _Lost as lost:
                self._end()
                raise _error(str(lost)) from None

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def warm(self) -> None:
        """Starts the child, so that the first pair need not wait for it."""
        with self._lock:
            try:
                self._running()
            except OSError as error:
                raise _error(type(error).__name__) from None

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table:
        try:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            for table in (features, pairs, _site_table(site)):
                _send(process.stdin, _packed(table))
            process.stdin.flush()
            answer = _receive(process.stdout, time.monotonic() + _ANSWER_SECONDS)
        except OSError as error:
            raise _Lost(type(error).__name__) from None
        if answer is None:
            raise _Lost(_end_of(process))
        if answer[:1] == _FAILED:
            raise _Lost(answer[1:].decode())
        return _unpacked(answer[1:])

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process and self._process.poll() is None:
            return self._process
        self._end()
        self._folder = own_folder(self._limits.folder)
        settings = {
            "memory_mb": self._limits.memory_mb,
            "threads": self._limits.threads,
            "folder": str(self._folder or ""),
            "parent": os.getpid(),
        }
        # Its own session: Ctrl-C lets the service finish its step. No environment: it holds credentials.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START.format(path=sys.path, settings=json.dumps(settings))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"HOME": str(self._folder or os.sep)},
        )
        assert self._process.stdin is not None
        _send(self._process.stdin, b"" if self._model is shipped() else dump(self._model).encode())
        self._process.stdin.flush()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with suppress(OSError):
                        pipe.close()
            process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _end_of(process: subprocess.Popen[bytes]) -> str:
    """How it ended, for messages: its exit code, minus a signal's number; or that it is silent."""
    try:
        return f"exit {process.wait(1)}"
    except subprocess.TimeoutExpired:
        return "no answer"


class _Lost(Exception):
    """The child gave no answer, or none that helps."""


def serve(settings: str) -> None:
    """The child's whole life."""
    asked = json.loads(settings)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not disturb the frames
    threading.Thread(target=watch, args=(asked["parent"],), daemon=True).start()
    model = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(_LENGTH), "big")).decode()
    engine: Engine | None = None
    while request := _request(sys.stdin.buffer):
        features, pairs, site = request
        try:
            engine = engine or _engine(asked, model)
            answer = _DONE + _packed(engine.weigh(features, pairs, _site(site)))
        except Exception as error:  # only its kind leaves: the text may hold what was compared
            answer = _FAILED + type(error).__name__.encode()
        _send(answers, answer)
        answers.flush()


def _engine(asked: dict[str, Any], model: str) -> Engine:
    from sync.identity.engine.duck import Resources

    folder = Path(asked["folder"]) if asked["folder"] else None
    return open_engine(Resources(asked["memory_mb"], asked["threads"], folder), load(model) if model else None)


def watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os._exit(1)


def _request(stream: IO[bytes]) -> list[pa.Table] | None:
    tables = []
    for _ in range(3):
        length = int.from_bytes(stream.read(_LENGTH), "big")
        if not length:
            return None
        tables.append(_unpacked(stream.read(length)))
    return tables


def _send(stream: IO[bytes], frame: bytes) -> None:
    stream.write(len(frame).to_bytes(_LENGTH, "big"))
    stream.write(frame)


def _receive(stream: IO[bytes], deadline: float) -> bytes | None:
    """One frame; None when the other side is gone, or silent for too long."""
    head = _read(stream.fileno(), _LENGTH, deadline)
    return _read(stream.fileno(), int.from_bytes(head, "big"), deadline) if head else None


def _read(pipe: int, length: int, deadline: float) -> bytes | None:
    found = bytearray()
    poll = select.poll()  # select() knows no descriptors beyond 1,023
    poll.register(pipe, select.POLLIN)
    while len(found) < length:
        ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        piece = os.read(pipe, min(length - len(found), 1 << 20)) if ready else b""
        if not piece:
            return None
        found += piece
    return bytes(found)


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _unpacked(frame: bytes) -> pa.Table:
    return pa.ipc.open_stream(frame).read_all()


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


def own_folder(parent: Path | None) -> Path | None:
    """A folder for what DuckDB spills, for our eyes only. Those of processes that are gone are removed: they may hold
    personal data."""
    if parent is None:
        return None
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in parent.glob("matching-*-*"):
        if not _alive(left.name.split("-")[1]):
            shutil.rmtree(left, ignore_errors=True)
    made = parent / f"matching-{os.getpid()}-{next(_serial)}"
    shutil.rmtree(made, ignore_errors=True)  # of an earlier process with our number, as in a container
    made.mkdir(mode=0o700)
    return made


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _error(kind: str) -> EngineError:
    return EngineError(
        Text(
            f"the matching process could not do its work ({kind}), twice; nothing was resolved by halves and the next "
            "cycle tries again. If it happens again: is there 1 GB of free memory and free space in LEADSYNC_DATA_DIR?",
            f"名寄せ用プロセスが 2 回続けて処理に失敗しました ({kind})。途中の結果は反映されておらず、次のサイクルで"
            "再実行します。繰り返し発生する場合は、空きメモリ (1 GB) と LEADSYNC_DATA_DIR の空き容量を確認してください",
        )
    )
