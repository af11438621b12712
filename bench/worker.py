"""Measures one system in a process of its own: `python -m bench.worker SYSTEM RUNS SMALL_URL LARGE_URL`.

Prints one JSON object: the figures of each way. Memory is looked at first with the small account, then with
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
from bench.ways import Measured, Way, measured, prepared, ways


def main(system: str, runs: int, small: str, large: str) -> None:
    small_ids, large_ids = prepared(system, small), prepared(system, large)
    small_peaks = [_peak(system, small, way)[1] for way in ways(system, small_ids)]
    figures = [_figures(system, large, way, runs) for way in ways(system, large_ids)]
    print(json.dumps([one | {"peak_small": peak} for one, peak in zip(figures, small_peaks, strict=True)]))


def _figures(system: str, url: str, way: Way, runs: int) -> dict[str, Any]:
    """Medians; the first run also tells memory and which requests the floor is made of."""
    with recording(url) as sent:
        first, peak = _peak(system, url, way)
    taken = [first, *(measured(system, url, way) for _ in range(runs - 1))]
    return {
        "name": way.name,
        **{name: median(getattr(each, name) for each in taken) for name in asdict(first)},
        "fastest": min(each.seconds for each in taken),
        "slowest": max(each.seconds for each in taken),
        "peak_large": peak,
        "floor": _floor(sent, runs) if way.repeatable else None,
    }


def _floor(sent: Recording, runs: int) -> float:
    """Seconds that the same requests take without a connector."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        sent.replay()
        taken.append(time.perf_counter() - began)
    return median(taken)


def _peak(system: str, url: str, way: Way) -> tuple[Measured, float]:
    """One run, and the megabytes it took at most."""
    gc.collect()
    forget_peak()
    return measured(system, url, way), peak_megabytes()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
