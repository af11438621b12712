"""One process at a time works on a store: a row that names its holder, kept fresh while the work goes on."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.ports import Clock
from sync.store.database import SqlStore

SECONDS = 120


class Busy(LeadsyncError):
    """Another leadsync works on this store right now."""


class Lease(Protocol):
    def keep(self) -> None: ...


class StoreLease:
    """Taken for one cycle. A holder on this machine whose process is gone counts as gone at once."""

    def __init__(self, store: SqlStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._kept_at = 0.0

    @contextmanager
    def held(self) -> Iterator[None]:
        self._take()
        try:
            yield
        finally:
            with self._store.begin() as unit:
                unit.set_fact("lease", None)

    def keep(self) -> None:
        """Called between pages and batches; writes at most every ten seconds."""
        if self._clock() - self._kept_at > 10:
            self._write()

    def _take(self) -> None:
        with self._store.begin() as unit:
            found = json.loads(unit.fact("lease") or "null")
            if found and found["until"] > self._clock() and _alive(found):
                raise Busy(
                    Text(
                        f"another leadsync (process {found['pid']} on {found['host']}) is working on this store; "
                        "try again when it is done, or stop it",
                        f"別の leadsync ({found['host']} のプロセス {found['pid']}) がこのデータベースで作業中です。"
                        "終了後にもう一度実行するか、そのプロセスを停止してください",
                    )
                )
            unit.set_fact("lease", self._note())
        self._kept_at = self._clock()

    def _write(self) -> None:
        with self._store.begin() as unit:
            unit.set_fact("lease", self._note())
        self._kept_at = self._clock()

    def _note(self) -> str:
        me = {"host": socket.gethostname(), "pid": os.getpid(), "started": _started(os.getpid())}
        return json.dumps({**me, "until": self._clock() + SECONDS})


def _alive(holder: dict[str, object]) -> bool:
    """False only when we can know: same machine, and the process is gone or another one has its number."""
    if holder["host"] != socket.gethostname():
        return True
    return _started(int(str(holder["pid"]))) == holder["started"] and holder["started"] is not None


def _started(pid: int) -> str | None:
    """When a process began, in the kernel's ticks; None when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return _started_without_proc(pid)
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def _started_without_proc(pid: int) -> str | None:
    if Path("/proc/self").exists():
        return None
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    return str(pid)
