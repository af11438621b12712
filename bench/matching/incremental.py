"""New records against a service's store: 1,000 at once, and one at a time, in a warm service.

The store is filled as a pull fills it and resolved as a cycle does, by a process of its own; another one opens it and
takes the new records. All are rows of one generated list, so the truth is known.
"""

from __future__ import annotations

import cProfile
import gc
import json
import os
import pickle
import pstats
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any

from bench.crm import ROOT
from bench.machine import forget_peak, peak_megabytes
from bench.matching.lists import SHARES
from bench.matching.processes import run
from bench.matching.table import table
from connectors.sandbox.world.contacts import ContactRow, contact_list
from sync.child_process import Limits
from sync.core.records import PersonRecord, RecordKey
from sync.identity.child import Matcher
from sync.jobs.resolve import resolve
from sync.store.database import SqlStore

ONE_BY_ONE = 15
BATCH = 500  # records of a page, as a pull saves them
MOST_SECONDS_FOR_NEW, MOST_SECONDS_FOR_ONE = 5.0, 0.3
_START = 1_790_000_000
_PROFILE_LINES = 12
_TO_WARM_UP = 3
_NEW = "new.pickle"  # beside the store: the service itself must not hold the generator


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one resolve: `parent_mb` and `child_mb` are peaks of the service and of its matching process."""

    wall: float
    cpu: float
    parent_mb: float
    child_mb: float


@dataclass(frozen=True, slots=True)
class Setting:
    """The first `records` rows of the list of `seed` are in the store, `new` rows behind them arrive at once."""

    records: int
    new: int
    seed: int

    @property
    def arguments(self) -> list[str]:
        return [str(self.records), str(self.new), str(self.seed)]

    @property
    def rows(self) -> int:
        return self.records + _TO_WARM_UP + self.new + ONE_BY_ONE + self.new


def show(setting: Setting, kept: Path | None) -> None:
    """Fills a store, or takes the one at `kept` when it was filled by the same call before."""
    print(f"\nservice with {setting.records:,} records in SQLite, {setting.new:,} new, then {ONE_BY_ONE} times one new")
    with TemporaryDirectory(prefix="bench-") as folder:
        path = kept or Path(folder, "store.db")
        if not path.exists():
            cost, _ = run(_command("fill", path, setting))
            print(f"first load: {cost.wall:.0f} s, {cost.cpu:.0f} CPU s, peak {cost.peak_mb:.0f} MB", end="")
            print(f", store of {path.stat().st_size / 1e6:,.0f} MB")
        warm = Path(folder, "warm.db")
        _copied(path, warm, setting)
        truth = _written(warm.with_name(_NEW), setting)
        _, printed = run(_command("take", warm, setting))
        _tell(json.loads(printed), _persons(warm), truth, setting)


def _written(path: Path, setting: Setting) -> dict[int, int]:
    """Writes the new rows; gives the truth of all: number of the row -> cluster."""
    rows = contact_list(setting.seed, setting.rows, SHARES)
    truth = {row.id: row.cluster for row in islice(rows, setting.records)}
    new = list(rows)
    path.write_bytes(pickle.dumps([tuple(row) for row in new]))
    return truth | {row.id: row.cluster for row in new}


def _command(step: str, path: Path, setting: Setting) -> list[str]:
    return [sys.executable, "-m", "bench.matching.incremental", step, str(path), *setting.arguments]


def fill(path: Path, setting: Setting) -> None:
    store = SqlStore(f"sqlite:///{path}")
    store.migrate()
    rows = contact_list(setting.seed, setting.rows, SHARES)
    _save(store, map(_record, islice(rows, setting.records)), _START)
    with _engine(path) as engine:
        resolve(store, engine, lambda: _START, lambda: None)
    store.close()


def take(path: Path, setting: Setting) -> dict[str, Any]:
    """Resolves the new records: first some to warm up, then many, then one by one, then many under a profiler."""
    store = SqlStore(f"sqlite:///{path}")
    rows = pickle.loads(path.with_name(_NEW).read_bytes())
    new = (_record(ContactRow(*row)) for row in rows)
    with _engine(path) as engine:
        engine.warm()
        _resolved(store, engine, list(islice(new, _TO_WARM_UP)), 1)
        many = _resolved(store, engine, list(islice(new, setting.new)), 2)
        ones = [_resolved(store, engine, [record], 3 + n) for n, record in enumerate(islice(new, ONE_BY_ONE))]
        profile = cProfile.Profile()
        profile.enable()
        _resolved(store, engine, list(islice(new, setting.new)), 100)
        profile.disable()
    store.close()
    return {"many": asdict(many), "ones": [asdict(one) for one in ones], "profile": _lines(profile)}


def _resolved(store: SqlStore, engine: Matcher, records: Sequence[PersonRecord], second: int) -> Taken:
    """Saving counts: a webhook's record has to be stored before it can be resolved."""
    gc.collect()
    _forget(engine.pid)
    began, cpu = time.perf_counter(), _cpu(engine.pid)
    _save(store, records, _START + second)
    resolve(store, engine, lambda: _START + second, lambda: None)
    wall = time.perf_counter() - began
    return Taken(wall, _cpu(engine.pid) - cpu, peak_megabytes(), _peak(engine.pid))


def _record(row: ContactRow) -> PersonRecord:
    """As a CRM holds it: there is no field for a whole name, people type it into the last name."""
    return PersonRecord(
        RecordKey(row.source, "contact", str(row.id)),
        modified_at=_START - 1_000,
        created_at=_START - 10_000_000 + row.id,
        email=row.email,
        first_name=row.given_name,
        last_name=row.family_name or row.full_name,
        title=row.title,
        company_name=row.company,
        phone=row.phone,
        website=row.domain,
        city=row.city,
    )


def _save(store: SqlStore, records: Iterable[PersonRecord], at: int) -> None:
    waiting = iter(records)
    while page := list(islice(waiting, BATCH)):
        with store.begin() as unit:
            unit.save(page, at)


@contextmanager
def _engine(path: Path) -> Iterator[Matcher]:
    matcher = Matcher(Limits(folder=path.parent))
    try:
        yield matcher
    finally:
        matcher.close()


def _persons(path: Path) -> dict[int, int]:
    """Number of the row in the generated list -> person. Read beside the store's own interface, which would read
    all that a million rows hold."""
    connection = sqlite3.connect(path)
    try:
        return dict(connection.execute("select cast(vendor_id as integer), person_id from people").fetchall())
    finally:
        connection.close()


def _copied(source: Path, target: Path, setting: Setting) -> None:
    """With whatever still lies in the side files of a database that was not closed well."""
    old, new = sqlite3.connect(source), sqlite3.connect(target)
    try:
        old.backup(new)
        held, waiting = new.execute("select count(*), count(*) filter (where unresolved > 0) from people").fetchone()
    finally:
        old.close()
        new.close()
    if held != setting.records or waiting:
        raise SystemExit(
            f"{source} holds {held:,} records, {waiting:,} of them not resolved; remove it or name another"
        )


def _tell(figures: Mapping[str, Any], persons: Mapping[int, int], truth: Mapping[int, int], setting: Setting) -> None:
    many = Taken(**figures["many"])
    ones = [Taken(**one) for one in figures["ones"]]
    rows: list[tuple[str, ...]] = [("new records", "wall", "CPU s", "service MB", "matching MB", "asked", "")]
    rows.append(_row(f"{setting.new:,} at once", many, MOST_SECONDS_FOR_NEW))
    middle = sorted(ones, key=lambda one: one.wall)[len(ones) // 2]
    rows.append(_row(f"one (median of {len(ones)})", middle, MOST_SECONDS_FOR_ONE))
    rows.append(_row("one (slowest)", max(ones, key=lambda one: one.wall), MOST_SECONDS_FOR_ONE))
    print(table(rows))
    print(_found(persons, truth, setting))
    print(f"where {setting.new:,} new spend their time (seconds with all they call, under a profiler):")
    print("\n".join(figures["profile"]))


def _row(name: str, taken: Taken, most: float) -> tuple[str, ...]:
    verdict = "met" if taken.wall <= most else "not met"
    wall, cpu = f"{taken.wall:.3f} s", f"{taken.cpu:.2f}"
    return (name, wall, cpu, f"{taken.parent_mb:.0f}", f"{taken.child_mb:.0f}", f"<= {most:g} s", verdict)


def _found(persons: Mapping[int, int], truth: Mapping[int, int], setting: Setting) -> str:
    """Pairs of a new record with any other, at the bar for making one person by itself."""
    new = range(setting.records + 1, setting.rows + 1)
    found, true = _partners(persons, new), _partners(truth, new)
    right = len(found & true)
    precision, recall = right / max(len(found), 1), right / max(len(true), 1)
    return (
        f"pairs with a new record: {len(found):,} found, {len(true):,} true, P {precision:.4f}, R {recall:.4f} "
        "(only what is joined without asking anybody)"
    )


def _partners(clusters: Mapping[int, int], new: Iterable[int]) -> set[tuple[int, int]]:
    members: dict[int, list[int]] = defaultdict(list)
    for id, cluster in clusters.items():
        members[cluster].append(id)
    return {(min(a, b), max(a, b)) for a in new for b in members[clusters[a]] if a != b}


def _forget(child: int | None) -> None:
    forget_peak()
    if child and (clear := Path(f"/proc/{child}/clear_refs")).exists():
        clear.write_text("5")


def _peak(child: int | None) -> float:
    status = Path(f"/proc/{child}/status")
    if not child or not status.exists():
        return 0.0
    kilobytes = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(kilobytes) / 1024


def _cpu(child: int | None) -> float:
    """Seconds of the service and of its matching process, which lives on."""
    usage = getrusage(RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime + _cpu_of(child)


def _cpu_of(child: int | None) -> float:
    stat = Path(f"/proc/{child}/stat")
    if not child or not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _lines(profile: cProfile.Profile) -> list[str]:
    """Our own functions, the costliest first."""
    found = []
    for (file, _, name), (_, calls, _, cumulative, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if file.startswith(str(ROOT / "sync")) and not name.startswith("<"):
            found.append((cumulative, f"{cumulative:7.2f}  {calls:8,}  {Path(file).relative_to(ROOT)}:{name}"))
    return [line for _, line in sorted(found, reverse=True)[:_PROFILE_LINES]]


if __name__ == "__main__":
    step, path, setting = sys.argv[1], Path(sys.argv[2]), Setting(*map(int, sys.argv[3:6]))
    if step == "fill":
        fill(path, setting)
    else:
        print(json.dumps(take(path, setting)))
