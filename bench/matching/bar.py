"""What the project asks of matching: CSV in, clusters out, at the threshold for lists, on 2 cores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.matching.metrics import Quality
from bench.matching.processes import Cost


@dataclass(frozen=True, slots=True)
class Bar:
    """`lowest_f1` and `lowest_precision` are where it fails; the others are what it is built for."""

    f1: float
    precision: float
    b_f1: float
    most_people: int
    wall: float
    peak_mb: float
    lowest_f1: float
    lowest_precision: float


BARS = {
    10_000: Bar(0.955, 0.985, 0.990, 2, 8, 500, 0.950, 0.983),
    100_000: Bar(0.960, 0.990, 0.991, 3, 20, 800, 0.956, 0.987),
    1_000_000: Bar(0.952, 0.990, 0.990, 4, 90, 2_500, 0.950, 0.988),
}


def bar_for(records: int) -> tuple[int, Bar]:
    """The bar of the nearest size, by ratio."""
    size = min(BARS, key=lambda size: max(size / records, records / size))
    return size, BARS[size]


def judged(bar: Bar, quality: Quality, cost: Cost) -> Iterator[tuple[str, str, str, str]]:
    """(what, found, asked, verdict) for each part of the bar."""
    for name, found, asked, lowest in (
        ("F1", quality.f1, bar.f1, bar.lowest_f1),
        ("P", quality.precision, bar.precision, bar.lowest_precision),
        ("B-cubed F1", quality.b_f1, bar.b_f1, None),
    ):
        verdict = "met" if found >= asked else "FAILED" if lowest is not None and found < lowest else "not met"
        yield name, f"{found:.4f}", f">= {asked:.3f}", verdict
    for name, value, most, unit in (
        ("most people in one", quality.most_people, bar.most_people, ""),
        ("wall", cost.wall, bar.wall, " s"),
        ("peak", cost.peak_mb, bar.peak_mb, " MB"),
    ):
        shown = f"{value:.1f}" if unit == " s" else f"{value:.0f}"
        yield name, f"{shown}{unit}", f"<= {most:g}{unit}", "met" if value <= most else "not met"
