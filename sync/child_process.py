"""Children of the service: processes that hold a library which the service itself must not load.

Both sides exchange frames, each a length and that many bytes, over the child's standard input and output. A child gets
no environment (ours holds credentials) and a session of its own (Ctrl-C lets the service finish its step), writes only
to a folder that is its own, and ends with its input or with its parent. What it prints goes nowhere.
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
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

_LENGTH = 8  # bytes of a frame's length
_PIECE = 1 << 20  # bytes read at once
_WATCH_SECONDS = 2.0
_START = "import sys; sys.path[:] = {path!r}; from {module} import serve; serve({settings!r})"
_serial = count(1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use. Without a folder nothing is spilled to disk."""

    memory_mb: int = 1024
    threads: int = 2
    folder: Path | None = None


class Lost(Exception):
    """The child gave no answer, or none that helps. Its text is a word for messages: nothing personal."""


class Child:
    """One running child, in which `serve(settings)` of a module runs. Its folder is named after its purpose."""

    def __init__(
        self,
        module: str,
        purpose: str,
        limits: Limits,
        settings: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Raises `Lost` when there is none to be had."""
        try:
            self._folder = own_folder(limits.folder, purpose)
            self._process = _started(module, limits, self._folder, settings or {}, environment or {})
        except OSError as error:
            raise Lost(type(error).__name__) from None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, *frames: bytes) -> None:
        stream = self._process.stdin
        assert stream is not None
        try:
            for frame in frames:
                send(stream, frame)
            stream.flush()
        except OSError as error:
            raise Lost(type(error).__name__) from None

    def receive(self, seconds: float) -> bytes:
        """The next frame; raises `Lost` when the child ends first, or says nothing for so long."""
        assert self._process.stdout is not None
        frame = _received(self._process.stdout, time.monotonic() + seconds)
        if frame is None:
            raise Lost(self._end())
        return frame

    def close(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self) -> str:
        """How it ended: its exit code, minus a signal's number; or that it is silent."""
        try:
            return f"exit {self._process.wait(1)}"
        except subprocess.TimeoutExpired:
            return "no answer"


def _started(
    module: str, limits: Limits, folder: Path | None, settings: Mapping[str, Any], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    told = {
        "memory_mb": limits.memory_mb,
        "threads": limits.threads,
        "folder": str(folder or ""),
        "parent": os.getpid(),
        **settings,
    }
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _START.format(path=sys.path, module=module, settings=json.dumps(told))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"HOME": str(folder or os.sep), **environment},
    )


# --- the child's side ---


def begin(settings: Mapping[str, Any]) -> IO[bytes]:
    """To be called first: what answers go to. A library that prints must not disturb the frames."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    threading.Thread(target=watch, args=(settings["parent"],), daemon=True).start()
    return answers


def watch(parent: int) -> None:
    """Ends this process with its parent."""
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os._exit(1)


# --- frames ---


def send(stream: IO[bytes], frame: bytes) -> None:
    stream.write(len(frame).to_bytes(_LENGTH, "big"))
    stream.write(frame)


def request(stream: IO[bytes]) -> bytes | None:
    """The next frame; None at the end, or for an empty one."""
    length = int.from_bytes(stream.read(_LENGTH), "big")
    return stream.read(length) if length else None


def packed(table: pa.Table) -> bytes:
    """A table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpacked(frame: bytes) -> pa.Table:
    return pa.ipc.open_stream(frame).read_all()


def _received(stream: IO[bytes], deadline: float) -> bytes | None:
    head = _read(stream.fileno(), _LENGTH, deadline)
    return _read(stream.fileno(), int.from_bytes(head, "big"), deadline) if head else None


def _read(pipe: int, length: int, deadline: float) -> bytes | None:
    found = bytearray()
    poll = select.poll()  # select() knows no descriptors beyond 1,023
    poll.register(pipe, select.POLLIN)
    while len(found) < length:
        ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        piece = os.read(pipe, min(length - len(found), _PIECE)) if ready else b""
        if not piece:
            return None
        found += piece
    return bytes(found)


# --- folders ---


def own_folder(parent: Path | None, purpose: str) -> Path | None:
    """A folder for what is spilled to disk, for our eyes only. Those of processes that are gone are removed: they may
    hold personal data."""
    if parent is None:
        return None
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in parent.glob(f"{purpose}-*-*"):
        if not _alive(left.name.split("-")[1]):
            shutil.rmtree(left, ignore_errors=True)
    made = parent / f"{purpose}-{os.getpid()}-{next(_serial)}"
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
