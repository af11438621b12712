"""One process at a time works on a store: a row that names its holder, kept fresh while the work goes on."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.ports import Clock
from sync.store.database import SqlStore, SqlUnit

SECONDS = 120


class Busy(LeadsyncError):
    """Another leadsync works on this store right now."""


class StoreLease:
    """Taken for one cycle. A holder on this machine whose process is gone counts as gone at once."""

    def __init__(self, store: SqlStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._kept_at = 0.0
        self._token = secrets.token_hex(8)

    @contextmanager
    def held(self) -> Iterator[None]:
        self._take()
        try:
            yield
        finally:
            with self._store.begin() as unit:
                if self._is_mine(_holder(unit)):
                    unit.set_fact("lease", None)

    def keep(self) -> None:
        """Called between pages and batches; writes at most every ten seconds. Raises `Busy` when this process was
        silent for so long that another one has taken over."""
        if self._clock() - self._kept_at > 10:
            self._write()

    def _take(self) -> None:
        with self._store.begin() as unit:
            found = _holder(unit)
            if found and float(found["until"]) > self._clock() and _alive(found):
                raise _busy(found)
            unit.set_fact("lease", self._note())
        self._kept_at = self._clock()

    def _write(self) -> None:
        with self._store.begin() as unit:
            found = _holder(unit)
            if found and not self._is_mine(found):
                raise _busy(found)
            unit.set_fact("lease", self._note())
        self._kept_at = self._clock()

    def _is_mine(self, holder: dict[str, Any] | None) -> bool:
        return holder is not None and holder.get("token") == self._token

    def _note(self) -> str:
        me = {"host": socket.gethostname(), "pid": os.getpid(), "started": _started(os.getpid())}
        return json.dumps({**me, "token": self._token, "until": self._clock() + SECONDS})


def _holder(unit: SqlUnit) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(unit.fact("lease", lock=True) or "null")
    return found


def _busy(holder: dict[str, Any]) -> Busy:
    return Busy(
        Text(
            f"another leadsync (process {holder['pid']} on {holder['host']}) is working on this store; "
            "try again when it is done, or stop it",
            f"別の leadsync ({holder['host']} のプロセス {holder['pid']}) がこのデータベースで作業中です。"
            "終了後にもう一度実行するか、そのプロセスを停止してください",
        )
    )


def _alive(holder: dict[str, Any]) -> bool:
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
