"""One way of scoring in a process of its own: `python -m bench.scoring.worker WAY FOLDER`.

Prints one JSON object: CPU and wall seconds of the scoring alone, without starting Python and reading the model, and
the most memory that the process held meanwhile. The account's files are mapped into memory; their pages, which a child
of the service does not have, are not counted.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from bench.scoring.account import AS_OF, TABLES, opened

_DAY = 86_400
_MEMORY_MB, _THREADS = 1024, 2
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Took:
    cpu: float
    wall: float
    peak_mb: float
    told: int  # persons whose scores came back


def main(way: str, folder: Path) -> None:
    print(json.dumps(asdict(_measured(_WAYS[way](folder)))))


def _measured(work: Callable[[], int]) -> Took:
    memory = _Memory()
    cpu, wall = time.process_time(), time.perf_counter()
    told = work()
    wall, peak = time.perf_counter() - wall, memory.stop()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)  # children that have ended
    cpu = time.process_time() - cpu + children.ru_utime + children.ru_stime
    return Took(cpu, wall, max(peak, children.ru_maxrss / 1024), told)


class _Memory:
    """The most anonymous memory of this process, looked at every few milliseconds."""

    def __init__(self) -> None:
        self._over, self._most = threading.Event(), 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._over.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        status = Path("/proc/self/status")
        while not self._over.wait(_LOOK_SECONDS):
            if found := re.search(r"RssAnon:\s+(\d+) kB", status.read_text()):
                self._most = max(self._most, int(found[1]) / 1024)


# --- the ways: everything that is loaded before the clock starts, then the work ---


def _floor(folder: Path, reasons: bool) -> Callable[[], int]:
    from bench.scoring.floor import Floor, told

    words = told(folder)

    def work() -> int:
        floor = Floor(folder, words)
        return (floor.reasons()[0] if reasons else floor.scores()).num_rows

    return work


def _engine(folder: Path, as_of: int, known: bool, keep: bool = False) -> Callable[[], int]:
    from sync.identity.engine.duck import Resources
    from sync.scoring.engine import Inputs
    from sync.scoring.engine.duck import DuckEngine
    from sync.scoring.model import load_model

    model = load_model("basic")

    def work() -> int:
        engine = DuckEngine(Resources(_MEMORY_MB, _THREADS, folder))
        inputs = Inputs(*(opened(folder, name) for name in TABLES))
        before = opened(folder, "known") if known else None
        kept = []
        for block in engine.score(inputs, model, as_of, "Asia/Tokyo", before):
            kept.append(block.scores if keep else block.scores.num_rows)
        if keep:
            _write(folder, pa.concat_tables(kept))
            return 0
        return sum(kept)

    return work


def _write(folder: Path, scores: pa.Table) -> None:
    with pa.OSFile(str(folder / "known.arrow"), "wb") as sink, pa.ipc.new_stream(sink, scores.schema) as writer:
        writer.write_table(scores, max_chunksize=100_000)


def _child(folder: Path, as_of: int, everybody: bool) -> Callable[[], int]:
    """As the service does it: a child reads the store and sends back who changed."""
    from bench.scoring.store import address
    from sync.child_process import Limits
    from sync.scoring.child import ScoringChild
    from sync.scoring.model import load_model
    from sync.store.database import SqlStore

    model, store = load_model("basic"), SqlStore(address(folder))

    def work() -> int:
        child = ScoringChild(Limits(_MEMORY_MB, _THREADS, folder))
        source = store.scoring_source(everybody, model.version)
        return sum(block.scores.num_rows for block in child.score(source, model, as_of, "Asia/Tokyo"))

    return work


_WAYS: dict[str, Callable[[Path], Callable[[], int]]] = {
    "floor": lambda folder: _floor(folder, reasons=False),
    "floor_reasons": lambda folder: _floor(folder, reasons=True),
    "everybody": lambda folder: _engine(folder, AS_OF, known=False),
    "keep": lambda folder: _engine(folder, AS_OF, known=False, keep=True),
    "midnight": lambda folder: _engine(folder, AS_OF + _DAY, known=True),
    "store_midnight": lambda folder: _child(folder, AS_OF + _DAY, everybody=True),
    "store_some": lambda folder: _child(folder, AS_OF + _DAY, everybody=False),
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
