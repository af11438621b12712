"""Writes a list and its truth as CSV files."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from connectors.sandbox.world.contacts import COLUMNS, PRESETS, Shares, contact_list


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox.world.contacts", description=__doc__)
    parser.add_argument("--records", type=int, required=True, help="rows of the list")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shares", choices=sorted(PRESETS), default="default", help="a named set of shares")
    parser.add_argument(
        "--set", nargs=2, action="append", default=[], metavar=("SHARE", "VALUE"), help="a share other than named"
    )
    parser.add_argument("--out", type=Path, required=True, help="the list")
    parser.add_argument("--truth", type=Path, help="who is who: id,cluster_id")
    options = parser.parse_args()
    if options.records < 1:
        parser.error("--records must be at least 1")
    try:
        shares = changed(PRESETS[options.shares], options.set)
    except ValueError as error:
        parser.error(str(error))
    write(options.seed, options.records, shares, options.out, options.truth)


def changed(shares: Shares, changes: Iterable[tuple[str, str]]) -> Shares:
    """The shares with others in their place. ValueError for an unknown share or a value that is no number."""
    for name, text in changes:
        old = getattr(shares, name) if name in Shares.__dataclass_fields__ else None
        if old is None:
            raise ValueError(f"no share is called {name}; there are {', '.join(Shares.__dataclass_fields__)}")
        shares = replace(shares, **{name: type(old)(text)})
    return shares


def write(seed: int, records: int, shares: Shares, out: Path, truth: Path | None) -> None:
    """Both files row by row, in UTF-8."""
    clusters: list[int] = []
    with out.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for row in contact_list(seed, records, shares):
            rows.writerow(row[:-1])
            clusters.append(row.cluster)
    if truth is not None:
        with truth.open("w", encoding="utf-8", newline="") as file:
            pairs = csv.writer(file)
            pairs.writerow(("id", "cluster_id"))
            pairs.writerows(enumerate(clusters, start=1))


if __name__ == "__main__":
    main()
