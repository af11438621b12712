"""What the figures were measured on, and how much memory this process used at most."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import resource
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def described() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_cpu()}, {cores} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def forget_peak() -> None:
    """Lets the peak begin anew at what is used now. Where the system cannot, peaks only rise."""
    with contextlib.suppress(OSError):
        _CLEAR.write_text("5")


def peak_megabytes() -> float:
    """The most physical memory this process held since `forget_peak`."""
    if _STATUS.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text())):
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu() -> str:
    with contextlib.suppress(OSError):
        info = Path("/proc/cpuinfo").read_text()
        if found := re.search(r"model name\s*:\s*(.+)", info):
            return found[1].strip()
    return platform.processor() or platform.machine()
