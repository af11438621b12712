"""A command in a process of its own, and what it and all processes under it took."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.crm import ROOT

_PROC = Path("/proc")
_LOOK_SECONDS = 0.05
_KILOBYTE, _MEGABYTE = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """`cpu` counts user and system seconds of the whole tree. `peak_mb` is the most physical memory that all its
    processes held at one moment; in `resident_mb` pages that several of them share (libraries, the kanji reader's
    dictionary) count for each, which is what most tools show."""

    wall: float
    cpu: float
    peak_mb: float
    resident_mb: float


class Failed(RuntimeError):
    """The command ended with a code that means no success."""


def run(command: Sequence[str], accepted: Sequence[int] = (0,)) -> tuple[Cost, str]:
    """What the command took, and what it printed. Its error output goes to a buffer that is shown when it fails."""
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        watch = _Watch(process.pid)
        errors: list[str] = []
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read() if process.stderr else ""))
        reader.start()
        printed = process.stdout.read()
        reader.join()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        peak, resident = watch.stop()
    if process.returncode not in accepted:
        raise Failed(f"{' '.join(command[:6])} ... ended with {process.returncode}:\n{errors[0][-2000:]}")
    largest = _largest(usage.ru_maxrss)
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak or resident or largest, resident or largest), printed


class _Watch:
    """Looks at a process tree every few milliseconds; 0 where the system does not tell."""

    def __init__(self, root: int) -> None:
        self._root, self._over = root, threading.Event()
        self._physical = self._resident = 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> tuple[float, float]:
        """(most physical, most resident megabytes)."""
        self._over.set()
        self._thread.join()
        return self._physical, self._resident

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            tree = list(_tree(self._root))
            resident = sum(map(_resident, tree))
            self._resident = max(self._resident, resident)
            if resident > self._physical:  # only then can it be more: the kernel has to look at every page
                self._physical = max(self._physical, sum(map(_physical, tree)))


def _tree(root: int) -> Iterator[int]:
    yield root
    for task in _listed(_PROC / str(root) / "task"):
        with suppress(OSError):  # it has ended meanwhile
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _resident(pid: int) -> float:
    try:
        pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE


def _physical(pid: int) -> float:
    """Shared pages count in part, so that the parts of all processes make one whole."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / _KILOBYTE


def _largest(most: int) -> float:
    """Of the largest process alone, from `ru_maxrss`: kilobytes, on macOS bytes. Linux counts what a process held
    before it became the command, so there it would be ours."""
    return most / (_MEGABYTE if sys.platform == "darwin" else _KILOBYTE)
