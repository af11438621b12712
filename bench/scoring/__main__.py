"""Measures scoring a generated account: `python -m bench.scoring [--persons N] [--runs N] [--folder PATH]`.

Every way runs in a process of its own, in turns, so that a busy machine is equally busy for all of them; figures are
medians.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.machine import described
from bench.matching.processes import run
from bench.matching.table import table
from bench.scoring.account import generated
from bench.scoring.store import await_scores, fill
from sync.scoring.model import load_model

_WAYS = {
    "floor": "floor: scores alone",
    "floor_reasons": "floor: with reasons",
    "everybody": "engine: everybody, all lines and evidence",
    "midnight": "engine: everybody a day later, only who changed",
    "store_midnight": "the same from SQLite, in the child",
    "store_some": "some people, from SQLite, in the child",
}
_FLOORS = {"everybody": "floor_reasons", "midnight": "floor", "store_midnight": "floor"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.scoring", description="Measures scoring a generated account.")
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--changed", type=int, default=10_000, help="people of the incremental run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the account is kept; without it, it is made anew")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leadsync-bench-") as temporary:
        folder = asked.folder or Path(temporary)
        _prepare(folder, asked.persons, asked.changed)
        print(f"{described()}; {asked.persons:,} people, medians of {asked.runs} runs\n")
        print(_table(_taken(folder, asked.runs)))


def _prepare(folder: Path, persons: int, changed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "store.db").exists():
        generated(folder, persons)
        _worker("keep", folder)
        fill(folder, load_model("basic"))
    await_scores(folder, changed)


def _taken(folder: Path, runs: int) -> dict[str, dict[str, float]]:
    taken: dict[str, list[dict[str, float]]] = {way: [] for way in _WAYS}
    for _ in range(runs):
        for way, each in taken.items():
            each.append(_worker(way, folder))
    return {way: {name: median(one[name] for one in each) for name in each[0]} for way, each in taken.items()}


def _worker(way: str, folder: Path) -> dict[str, float]:
    _, printed = run([sys.executable, "-m", "bench.scoring.worker", way, str(folder)])
    answer: dict[str, float] = json.loads(printed)
    return answer


def _table(taken: dict[str, dict[str, float]]) -> str:
    rows = [("way", "CPU s", "wall s", "peak MB", "told", "floor x")]
    for way, name in _WAYS.items():
        one = taken[way]
        ratio = f"{one['cpu'] / taken[_FLOORS[way]]['cpu']:.2f}" if way in _FLOORS else ""
        cells = f"{one['cpu']:.1f}", f"{one['wall']:.1f}", f"{one['peak_mb']:.0f}", f"{one['told']:,.0f}"
        rows.append((name, *cells, ratio))
    return table(rows)


if __name__ == "__main__":
    main()
