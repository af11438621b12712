"""A store with a little of everything on it, and clients that stand in front of the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert

from sync.store import tables as t
from sync.store.database import SqlStore
from sync.telemetry import Telemetry
from sync.web.app import create_app
from sync.web.page import StatusPage, gather

NOW = 1_795_233_600  # 2026-11-21 13:00 in Tokyo
PRIVATE = ("yamada@example.jp", "山田", "太郎", "090-1234-5678")


@dataclass
class Status:
    """A store and what is measured beside it; `page()` gathers them."""

    store: SqlStore
    telemetry: Telemetry
    write_mode: str = "apply"

    def page(self, **more: Any) -> StatusPage:
        options: dict[str, Any] = {
            "language": "ja",
            "write_mode": self.write_mode,
            "timezone": "Asia/Tokyo",
            "version": "0.1.0",
            "now": NOW,
        }
        return gather(self.store, self.telemetry, {"push": NOW + 20, "cycle": NOW + 200}, **(options | more))

    def client(self, token: str = "", loopback: bool = True, ready: tuple[bool, str] = (True, "ok")) -> FlaskClient:
        app = create_app(self.page, self.telemetry.render, lambda: ready, token, "ja", loopback)
        return app.test_client()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Status]:
    store = SqlStore(f"sqlite:///{tmp_path / 'leadsync.db'}")
    store.migrate()
    yield Status(store, Telemetry(lambda: NOW, {"hubspot": 40}))
    store.close()


@pytest.fixture
def busy(empty: Status) -> Status:
    """Twelve people, two runs, a queue, a rejected write and a notice."""
    with empty.store.begin() as unit:
        first = unit.start_run("cycle", NOW - 900)
        unit.finish_run(first, NOW - 840, "done", _summary())
        last = unit.start_run("cycle", NOW - 120)
        unit.finish_run(last, NOW - 107, "done", {**_summary(), "errors": {"salesforce": "AccessRefused"}})
        unit.set_cursor("hubspot", "contacts", "c", NOW - 107)
        unit.set_cursor("hubspot", "page_views", "", NOW - 50_000)
        unit.set_cursor("salesforce", "leads", "c", NOW - 7_300)
        for number, band in enumerate(["hot"] * 2 + ["nurture"] * 3 + ["dormant"] * 7):
            _person(unit.connection, number, band, first)
        notice = {"system": "hubspot", "code": "feature_missing", "subject": "page_views"}
        texts = {"text_en": "page views need `Enterprise`", "text_ja": "ページ閲覧には `Enterprise` が必要です"}
        unit.connection.execute(insert(t.notices).values(**notice, **texts, first_at=NOW - 900, last_at=NOW))
    empty.telemetry.quota("hubspot", 1_000, 250_000)
    for _ in range(3):
        empty.telemetry.call("hubspot", "/search", 200)
    return empty


def _summary() -> dict[str, Any]:
    return {
        "pulled": {"hubspot": {"contacts": [5, 2, 13]}, "salesforce": {"leads": [1, 0, 0]}},
        "scored": 8,
        "changed_scores": 31,
        "task_orders": 4,
        "written": {"hubspot": 6},
        "tasks": {"salesforce": 2},
        "rejected": {"salesforce": {"LOCKED": 1}},
        "errors": {},
        "wrote": True,
    }


def _person(connection: Connection, number: int, band: str, run_id: int) -> None:
    person = _insert(connection, t.persons, key=f"p{number}", created_at=NOW, score_due=False, plan_due=False)
    system, object_, id_ = (
        ("hubspot", "contact", f"10{number}") if number % 2 else ("salesforce", "lead", f"00Q{number}")
    )
    columns = {"modified_at": NOW, "seen_at": NOW, "first_seen_at": NOW, "digest": "", "opted_out": False}
    lists: dict[str, list[str]] = {"other_emails": [], "links": [], "absorbed": []}
    names = {"email": PRIVATE[0], "last_name": PRIVATE[1], "first_name": PRIVATE[2], "phone": PRIVATE[3]}
    record = _insert(
        connection,
        t.people,
        **{"system": system, "object": object_, "vendor_id": id_, "state": "live", "unresolved": False, "own": {}},
        **{**columns, **lists, **names, "person_id": person},
    )
    axes = dict.fromkeys(("attribute", "behaviour", "activity", "adjustment", "total"), 0)
    texts = {"basis": "", "model_version": "m", "reasons": PRIVATE[1]}
    connection.execute(insert(t.scores).values(person_id=person, band=band, as_of=NOW, **axes, **texts))
    if band == "hot":
        times = {"opened_at": NOW, "hot_since": NOW, "total": 85_000}
        states = {"task_state": "made", "task_key": f"k{number}", "sla_state": "breached" if number else "open"}
        connection.execute(insert(t.episodes).values(person_id=person, number=1, **times, **states))
    if band == "nurture":
        rejected = number == 2
        order = {"key": f"s{number}", "system": system, "kind": "score", "person_id": person, "record_id": record}
        state = {"state": "rejected" if rejected else "pending", "attempts": 1, "next_at": NOW, "run_id": run_id}
        reason = f"DUPLICATES_DETECTED: like {PRIVATE[0]}" if rejected else ""
        payload = {"fields": {"top_reason": PRIVATE[1]}}
        connection.execute(insert(t.outbox).values(**order, **state, payload=payload, reason=reason, done_at=NOW))


def _insert(connection: Connection, table: Any, **values: Any) -> int:
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])
