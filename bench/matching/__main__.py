"""`python -m bench.matching`: the bar of matching, beside other ways, on lists that no model was trained on."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.machine import described
from bench.matching import incremental, public
from bench.matching.bar import bar_for, judged
from bench.matching.lists import SEED, Listed, generated, given
from bench.matching.misses import misses
from bench.matching.table import table
from bench.matching.ways import FLOOR, PRODUCT, WAYS, Measured, measured

HEADS = ("way", "P", "R", "F1", "B-cubed F1", "most people", "wall s", "CPU s", "x floor", "peak MB", "resident")
SIZES = (10_000, 100_000)
STORE_RECORDS = 100_000


def main() -> None:
    options = _options()
    began = time.perf_counter()
    print(f"{described()}, load {os.getloadavg()[0]:.1f} before; each way in a process of its own", end="")
    print(f", median of {options.runs} by CPU seconds" if options.runs > 1 else "", flush=True)
    for one in _lists(options):
        with one as listed:
            _show(listed, options)
    if options.public:
        _show_public(options.data)
    if options.store_records:
        setting = incremental.Setting(options.store_records, options.new, options.seed)
        incremental.show(setting, options.store)
    print(f"\ntook {time.perf_counter() - began:.0f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--records", type=int, nargs="*", help="sizes of generated lists (default 10000 100000)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the generated lists (%(default)s)")
    parser.add_argument("--list", type=Path, action="append", default=[], help="a list of your own, as CSV")
    parser.add_argument("--truth", type=Path, action="append", default=[], help="its truth: id,cluster_id")
    parser.add_argument("--ways", nargs="+", choices=[way.key for way in WAYS], default=[way.key for way in WAYS])
    parser.add_argument("--runs", type=int, default=1, help="runs of each way (%(default)s)")
    parser.add_argument("--misses", action="store_true", help="what false and missed pairs of the product look like")
    parser.add_argument("--public", action="store_true", help="the public sets too")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/er"), help="folder of h50k.parquet")
    store = parser.add_argument("--store-records", type=int, nargs="?", const=STORE_RECORDS, default=0, metavar="N")
    store.help = f"new records against a service's store of N (default {STORE_RECORDS})"
    parser.add_argument("--new", type=int, default=1_000, help="how many of them at once (%(default)s)")
    parser.add_argument("--store", type=Path, help="where the filled store is kept for the next time")
    options = parser.parse_args()
    if len(options.list) != len(options.truth):
        parser.error("each --list needs its --truth")
    if options.records is None:
        options.records = [] if options.list or options.public or options.store_records else SIZES
    if options.runs < 1 or any(size < 100 for size in options.records):
        parser.error("lists need 100 records or more, and one run at least")
    return options


def _lists(options: argparse.Namespace) -> Iterator[AbstractContextManager[Listed]]:
    for size in options.records:
        yield generated(size, options.seed)
    for source, truth in zip(options.list, options.truth, strict=True):
        yield nullcontext(given(source, truth))


def _show(listed: Listed, options: argparse.Namespace) -> None:
    print(f"\n{listed.name}: {listed.records:,} records")
    with TemporaryDirectory(prefix="bench-") as folder:
        outs = {way.key: Path(folder, f"{way.key}.csv") for way in WAYS}
        ways = [way for way in WAYS if way.key in options.ways and listed.records >= way.least]
        found = [_median([measured(way, listed, outs[way.key]) for _ in range(options.runs)]) for way in ways]
        floor = next((one.cost.cpu for one in found if one.way.key == FLOOR), None)
        print(table([HEADS, *(_row(one, floor) for one in found)]))
        for one in found:
            if one.way.key == PRODUCT:
                _show_bar(listed, one)
                if options.misses:
                    print(f"\n{misses(listed, outs[PRODUCT])}")


def _median(runs: Sequence[Measured]) -> Measured:
    return sorted(runs, key=lambda one: one.cost.cpu)[len(runs) // 2]


def _row(one: Measured, floor: float | None) -> tuple[str, ...]:
    shares: tuple[str, ...] = ("", "", "", "", "")
    if q := one.quality:
        shares = (*(f"{share:.4f}" for share in (q.precision, q.recall, q.f1, q.b_f1)), str(q.most_people))
    cost = one.cost
    ratio = f"{cost.cpu / floor:.2f}" if floor else "-"
    return (
        one.way.name,
        *shares,
        f"{cost.wall:.1f}",
        f"{cost.cpu:.1f}",
        ratio,
        f"{cost.peak_mb:.0f}",
        f"{cost.resident_mb:.0f}",
    )


def _show_bar(listed: Listed, one: Measured) -> None:
    assert one.quality is not None
    size, bar = bar_for(listed.records)
    print(f"\nbar of {size:,} records")
    print(table(list(judged(bar, one.quality, one.cost))))


def _show_public(data: Path) -> None:
    rows: list[tuple[str, ...]] = [("public set", "P", "R", "F1", "asked", "", "s")]
    for one in public.sets():
        began = time.perf_counter()
        q = public.measured(one, data)
        took = time.perf_counter() - began
        verdict = "met" if q.f1 >= one.bar else "not met"
        figures = (f"{share:.4f}" for share in (q.precision, q.recall, q.f1))
        rows.append((one.name, *figures, f">= {one.bar:.3f}", verdict, f"{took:.1f}"))
    print(f"\n{table(rows)}")


if __name__ == "__main__":
    main()
