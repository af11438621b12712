"""`python -m bench`: the figures of docs/benchmarks.md, measured anew on this machine."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from bench.crm import ROOT, running
from bench.machine import described

HEADS = ("way", "records", "calls", "seconds", "records/s", "floor/s", "of floor", "CPU s", "paced s", "MB small/large")
SYSTEMS = ("hubspot", "salesforce")


def main() -> None:
    given = _arguments()
    began = time.perf_counter()
    print(described())
    print(
        f"accounts of {given.small:,} and {given.records:,} contacts, sandbox in another process; "
        f"medians of {given.runs} runs, limits and waits off\n"
    )
    for system in given.systems:
        print(system)
        print(_table([HEADS, *map(_row, _measured(system, given))]))
        print()
    print(f"took {time.perf_counter() - began:.0f} s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures both connectors on their sandboxes.")
    parser.add_argument("--records", type=int, default=20_000, help="contacts in the large account (default 20,000)")
    parser.add_argument("--small", type=int, default=5_000, help="contacts in the small one (default 5,000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each way (default 3)")
    parser.add_argument("--system", dest="systems", choices=SYSTEMS, nargs="+", default=SYSTEMS)
    given = parser.parse_args()
    if min(given.records, given.small) < 3_000 or given.runs < 1:
        parser.error("accounts need 3,000 contacts or more (fewer are not read by Bulk 2.0), and one run at least")
    return given


def _measured(system: str, given: argparse.Namespace) -> list[dict[str, Any]]:
    with ExitStack() as stack:
        urls = [stack.enter_context(running(system, people)) for people in (given.small, given.records)]
        command = [sys.executable, "-m", "bench.worker", system, str(given.runs), *urls]
        found = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    figures: list[dict[str, Any]] = json.loads(found.stdout)
    return figures


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    """`paced s`: how long the work takes with the waits that the vendor's rate limits ask for."""
    rate, floor = one["records"] / one["seconds"], one["records"] / one["floor"] if one["floor"] else None
    return (
        one["name"],
        f"{one['records']:,.0f}",
        f"{one['calls']:.0f}",
        f"{one['seconds']:.2f} ({one['fastest']:.2f}-{one['slowest']:.2f})",
        f"{rate:,.0f}",
        f"{floor:,.0f}" if floor else "-",
        f"{100 * rate / floor:.0f} %" if floor else "-",
        f"{one['cpu']:.2f}",
        f"{one['seconds'] + one['waited']:.1f}",
        f"{one['peak_small']:.0f} / {one['peak_large']:.0f}",
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    main()
