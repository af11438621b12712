"""Scoring in the service: from changed records in the store to stored scores, with everything that a cycle does for it.

    python -m bench.rescore --people 100000 --changed 10000

Fills a SQLite store as pulls fill it (ten activities a person, three of ten people with a record in both CRMs, six of
ten at a company), scores everybody once, then lets a part of the people do something, or change, and scores again.
CPU seconds are those of the service and its scoring process together, by step.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select, update

from bench.machine import forget_peak, peak_megabytes
from sync.child_process import Limits
from sync.core.activity import Kind
from sync.core.records import ActivityRecord, CompanyRecord, PersonRecord, Record, RecordKey
from sync.jobs.join_companies import join_companies
from sync.jobs.rescore import Scoring, rescore
from sync.scoring.child import ScoringChild
from sync.scoring.model import load_model
from sync.store import tables as t
from sync.store.database import SqlStore

NOW = 1_795_050_000  # noon in Tokyo, 2026-11-19
DAY = 86_400
ZONE = "Asia/Tokyo"
_PAGE = 1_000  # records a transaction
_ACTS_EACH = 10
_SEED = 7
_TITLES = ("営業部長", "課長", "担当", "代表取締役", "情報システム部 主任", "Marketing Manager", "VP Sales", "")
_INDUSTRIES = ("製造業", "ソフトウェア", "小売", "COMPUTER_SOFTWARE", "")
_KINDS = (Kind.PAGE_VIEW, Kind.PAGE_VIEW, Kind.PAGE_VIEW, Kind.EMAIL_OPEN, Kind.EMAIL_CLICK, Kind.FORM_SUBMIT)
_PATHS = ("pricing", "case-study", "blog", "product", "seminar", "compare", "about", "download", "recruit", "faq")


@dataclass(frozen=True, slots=True)
class Taken:
    """CPU and wall seconds of a step; peaks in megabytes of the service and of its largest child."""

    cpu: float
    wall: float
    service_mb: float
    child_mb: float
    changed: int


def main() -> None:
    arguments = _arguments()
    with TemporaryDirectory(prefix="bench-") as folder:
        path = arguments.store or Path(folder, "store.db")
        if not path.exists():
            took = _measured(lambda: fill(path, arguments.people))
            print(f"filled: {took.cpu:.0f} CPU s, {path.stat().st_size / 1e6:,.0f} MB")
        for name, took in measure(path, arguments.people, arguments.changed):
            print(
                f"{name:34} {took.cpu:7.2f} CPU s {took.wall:7.2f} s  service {took.service_mb:5.0f} MB"
                f"  child {took.child_mb:5.0f} MB  {took.changed:9,} to tell"
            )


def measure(path: Path, people: int, changed: int) -> Iterator[tuple[str, Taken]]:
    """Steps of a service's days on a store made by `fill`, each with what it took. The store is changed."""
    store = SqlStore(f"sqlite:///{path}")
    scorer = ScoringChild(Limits(folder=path.parent))
    scoring = Scoring(load_model("basic"), ZONE, "ja")

    def scored(now: int) -> Callable[[], int]:
        return lambda: rescore(store, scorer, scoring, lambda: now, lambda: None).changed

    rng = random.Random(_SEED + 1)
    some = rng.sample(range(people), changed)
    yield f"first scoring of {people:,}", _measured(scored(NOW))
    yield "nothing changed", _measured(scored(NOW + 60))
    _save(store, (_act(f"new{n}", n, NOW + 60, rng) for n in some), NOW + 120)
    yield f"{changed:,} people did something", _measured(scored(NOW + 120))
    _save(store, (_contact(n, NOW + 130, title="取締役") for n in some), NOW + 180)
    _due(store, some)
    yield f"{changed:,} people changed", _measured(scored(NOW + 180))
    yield "midnight", _measured(scored(NOW + DAY))
    store.close()


def fill(path: Path, people: int) -> int:
    """A store of so many persons, each resolved, none scored."""
    store = SqlStore(f"sqlite:///{path}")
    store.migrate()
    rng = random.Random(_SEED)
    _save(store, (_company(n) for n in range(max(1, people // 20))), NOW - 30 * DAY)
    join_companies(store, lambda: None)
    _save(store, (_contact(n, NOW - 30 * DAY) for n in range(people)), NOW - 30 * DAY)
    _save(store, (_lead(n) for n in range(people) if n % 10 < 3), NOW - 30 * DAY)
    _place(store)
    acts = (_act(f"{n}-{k}", n, NOW - rng.randrange(400 * DAY), rng) for n in range(people) for k in range(_ACTS_EACH))
    _save(store, acts, NOW - DAY)
    store.close()
    return 0


def _save(store: SqlStore, records: Iterator[Record], at: int) -> None:
    page: list[Record] = []
    for record in records:
        page.append(record)
        if len(page) == _PAGE:
            _save_page(store, page, at)
            page = []
    _save_page(store, page, at)


def _save_page(store: SqlStore, page: list[Record], at: int) -> None:
    with store.begin() as unit:
        unit.save(page, at)
        if page and isinstance(page[0], ActivityRecord):
            unit.attach_activities()


def _place(store: SqlStore) -> None:
    """Each contact is a person, and so is the lead of the same number."""
    c = t.people.c
    with store.begin() as unit:
        connection = unit.connection
        records = connection.execute(select(c.id, c.vendor_id).order_by(c.id)).all()
        numbers = {row.id: int(row.vendor_id.removeprefix("L")) for row in records}
        persons = sorted(set(numbers.values()))
        values = [
            {"id": n + 1, "key": f"p{n}", "created_at": NOW - 30 * DAY, "score_due": True, "plan_due": False}
            for n in persons
        ]
        connection.execute(insert(t.persons), values)
        unit.place({id: n + 1 for id, n in numbers.items()})
        connection.execute(update(t.people).values(unresolved=0))


def _due(store: SqlStore, numbers: list[int]) -> None:
    with store.begin() as unit:
        unit.flag((n + 1 for n in numbers), score=True)


def _contact(n: int, at: int, **values: str) -> PersonRecord:
    rng = random.Random(n)
    told = {
        "title": rng.choice(_TITLES),
        "industry": rng.choice(_INDUSTRIES),
        "country": "日本",
        "region": rng.choice(("東京都", "大阪府", "")),
        "source": "ORGANIC_SEARCH",
        "status": "lead",
        **values,
    }
    company = RecordKey("hubspot", "company", str(n // 20)) if n % 10 < 6 else None
    return PersonRecord(
        RecordKey("hubspot", "contact", str(n)),
        at,
        created_at=NOW - (30 + n % 700) * DAY,
        email=f"person{n}@firm{n // 20}.co.jp",
        first_name="太郎",
        last_name="山田",
        company=company,
        company_name="" if company else f"株式会社第{n}",
        employees=rng.choice((None, 20, 80, 500)),
        **told,
    )


def _lead(n: int) -> PersonRecord:
    return PersonRecord(
        RecordKey("salesforce", "lead", f"L{n}"),
        NOW - 40 * DAY,
        created_at=NOW - (40 + n % 700) * DAY,
        email=f"person{n}@firm{n // 20}.co.jp",
        last_name="山田",
        title="部長",
        company_name=f"株式会社第{n}",
    )


def _company(n: int) -> CompanyRecord:
    return CompanyRecord(
        RecordKey("hubspot", "company", str(n)),
        NOW - 40 * DAY,
        name=f"第{n}工業",
        domain=f"firm{n}.co.jp",
        industry=_INDUSTRIES[n % 5],
        employees=(20, 80, 150, 900)[n % 4],
    )


def _act(id: str, n: int, at: int, rng: random.Random) -> ActivityRecord:
    kind = rng.choice(_KINDS)
    path = f"/{rng.choice(_PATHS)}/{rng.randrange(200)}"
    return ActivityRecord(
        RecordKey("hubspot", "page_view", id),
        at,
        kind,
        at,
        people=(RecordKey("hubspot", "contact", str(n)),),
        url=f"https://www.example.co.jp{path}?utm={rng.randrange(10**6)}",
        title=f"ページ {path}",
        content_id=f"form-{rng.randrange(20)}" if kind is Kind.FORM_SUBMIT else "",
    )


def _measured(step: Callable[[], int]) -> Taken:
    forget_peak()
    before, began = _cpu(), time.perf_counter()
    changed = step()
    return Taken(
        _cpu() - before,
        time.perf_counter() - began,
        peak_megabytes(),
        getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024,
        changed,
    )


def _cpu() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--changed", type=int, default=10_000)
    parser.add_argument("--store", type=Path, help="a store to keep, or one kept before")
    return parser.parse_args()


if __name__ == "__main__":
    main()
