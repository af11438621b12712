"""The ways of reading and writing that are measured, each against a sandbox that runs elsewhere."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from bench.crm import START, filled
from connectors.hubspot.connector import HubSpotConnector
from connectors.hubspot.settings import HubSpotSettings
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.sandbox.http import SandboxServer
from sync.core.records import RecordKey
from sync.jobs.pull import pull
from sync.ports import Connector, ConnectorContext, Page, Result, ScoreUpdate
from sync.store.database import SqlStore

NEVER = 10_000_000  # rows above which Bulk is used: not in this account
Work = Callable[[Connector], int]
"""Does the work and returns how many records it handled."""


class SkippingClock:
    """Real time, but a wait takes none: what pacing would have waited for is added up instead."""

    def __init__(self) -> None:
        self.waited = 0.0
        self._began = time.perf_counter()

    def now(self) -> float:
        return START + time.perf_counter() - self._began + self.waited

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


class DictMemory:
    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self._kept.get(key)

    def put(self, key: str, value: str | None) -> None:
        if value is None:
            self._kept.pop(key, None)
        else:
            self._kept[key] = value


@dataclass
class CountingMeter:
    calls: Counter[str] = field(default_factory=Counter)

    def call(self, system: str, endpoint: str, status: int | str) -> None:
        self.calls[endpoint] += 1

    def quota(self, system: str, used: int, limit: int) -> None: ...

    def used_today(self, system: str) -> int:
        return 0


@dataclass(frozen=True)
class Measured:
    """`calls` includes logins; `waited` is what the connector's own pacing would have added."""

    records: int
    calls: int
    seconds: float
    cpu: float
    waited: float


@dataclass(frozen=True)
class Way:
    """One way of working. `repeatable` requests may be sent again for the floor."""

    name: str
    work: Work
    bulk_rows: int = NEVER
    repeatable: bool = True


def ways(system: str, ids: Sequence[str]) -> tuple[Way, ...]:
    if system == "hubspot":
        cursor = _search_cursor()
        return (
            Way("first load by list", lambda connector: _read(connector.read({"contacts": None}))),
            Way("changes by search", lambda connector: _read(connector.read({"contacts": cursor}))),
            Way("all streams into SQLite", _into_store, repeatable=False),
            Way("1,000 scores", lambda connector: _scores(connector, ids)),
        )
    return (
        Way("first load by REST", lambda connector: _read(connector.read({"contacts": None}))),
        Way("first load by Bulk 2.0", lambda connector: _read(connector.read({"contacts": None})), bulk_rows=2_000),
        Way("all streams into SQLite", _into_store, bulk_rows=2_000, repeatable=False),
        Way("1,000 scores", lambda connector: _scores(connector, ids)),
    )


def measured(system: str, url: str, way: Way) -> Measured:
    """One run with a connector that has read nothing yet."""
    clock, meter = SkippingClock(), CountingMeter()
    connector = connected(system, url, clock, meter, way.bulk_rows)
    began, cpu = time.perf_counter(), time.process_time()
    records = way.work(connector)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    connector.close()
    return Measured(records, meter.calls.total(), seconds, cpu, clock.waited)


def connected(system: str, url: str, clock: SkippingClock, meter: CountingMeter, bulk_rows: int = NEVER) -> Connector:
    context = ConnectorContext(clock.now, clock.sleep, DictMemory(), meter, quota_percent=100)
    if system == "hubspot":
        return HubSpotConnector(HubSpotSettings(base_url=url, access_token=SecretStr("pat-na1-sandbox")), context)
    settings = SalesforceSettings(
        login_url=url,
        client_id="sandbox-client",
        client_secret=SecretStr("sandbox-secret"),
        bulk_read_rows=bulk_rows,
    )
    return SalesforceConnector(settings, context)


def prepared(system: str, url: str) -> list[str]:
    """Makes our fields; the ids of the first 1,000 contacts, for the scores."""
    connector = connected(system, url, SkippingClock(), CountingMeter())
    assert all(step.state != "refused" for step in connector.provision(apply=True))
    ids: list[str] = []
    for page in connector.read({"contacts": None}):
        ids += [record.key.id for record in page.records]
        if len(ids) >= 1_000:
            break
    connector.close()
    return ids[:1_000]


def _read(pages: Iterable[Page]) -> int:
    return sum(len(page.records) for page in pages)


def _scores(connector: Connector, ids: Sequence[str]) -> int:
    fields: Mapping[str, int | str | None] = {
        "score": 85,
        "attribute_score": 40,
        "behavior_score": 35,
        "activity_score": 10,
        "band": "hot",
        "top_reason": "料金ページを閲覧(2026-09-20)",
        "reasons": "役職: 営業部長 +20\n料金ページ +15\n資料請求 +30",
        "scored_at": int(START),
    }
    updates = [ScoreUpdate(id, RecordKey(connector.system, "contact", id), fields) for id in ids]
    results = Counter(outcome.result for batch in connector.write_scores(updates) for outcome in batch)
    assert results == {Result.APPLIED: len(ids)}, results
    return len(ids)


def _into_store(connector: Connector) -> int:
    with tempfile.TemporaryDirectory(prefix="leadsync-bench-") as folder:
        store = SqlStore(f"sqlite:///{Path(folder) / 'bench.db'}")
        store.migrate()
        totals = pull(connector, store, lambda: START, lambda: None, lambda *_: None)
        store.close()
    return sum(saved.new for saved in totals.streams.values())


def _search_cursor() -> str:
    """Where reading stands that has seen an empty account: every contact is a change to it."""
    with SandboxServer(filled("hubspot", 0, START)) as empty:
        connector = connected("hubspot", empty.url, SkippingClock(), CountingMeter())
        *_, last = connector.read({"contacts": None})
        connector.close()
    return last.cursor
