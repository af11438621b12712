"""Measures one system in a process of its own: `python -m bench.worker SYSTEM RUNS SMALL_URL LARGE_URL`.

Prints one JSON object: the figures of each path. Memory is looked at first with the small account, then with
the large one, each time from a fresh peak.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from dataclasses import asdict
from statistics import median
from typing import Any

from bench.floor import Recording, recording
from bench.machine import forget_peak, peak_megabytes
from bench.paths import Way, measured, paths, prepared


def main(system: str, runs: int, small: str, large: str) -> None:
    small_ids, large_ids = prepared(system, small), prepared(system, large)
    small_peaks = [_peak(system, small, path) for path in paths(system, small_ids)]
    figures = []
    for path, small_peak in zip(paths(system, large_ids), small_peaks, strict=True):
        with recording(large) as sent:
            large_peak = _peak(system, large, path)
        floor = _floor(sent, runs) if path.repeatable else None
        peaks = {"peak_small": small_peak, "peak_large": large_peak}
        figures.append(_figures(system, large, path, runs) | {"floor": floor} | peaks)
    print(json.dumps(figures))


def _figures(system: str, url: str, path: Way, runs: int) -> dict[str, Any]:
    taken = [measured(system, url, path) for _ in range(runs)]
    names = asdict(taken[0])
    return {
        "name": path.name,
        **{name: median(getattr(each, name) for each in taken) for name in names},
        "fastest": min(each.seconds for each in taken),
        "slowest": max(each.seconds for each in taken),
    }


def _floor(sent: Recording, runs: int) -> float:
    """Seconds that the same requests take without a connector."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        sent.replay()
        taken.append(time.perf_counter() - began)
    return median(taken)


def _peak(system: str, url: str, path: Way) -> float:
    gc.collect()
    forget_peak()
    measured(system, url, path)
    return peak_megabytes()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
