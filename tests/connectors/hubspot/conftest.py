"""A HubSpot emulator on loopback, and the connector with a clock that moves only when the connector waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from connectors.hubspot.connector import STREAMS, HubSpotConnector
from connectors.hubspot.settings import HubSpotSettings
from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.hubspot.app import HubSpotSandbox
from sync.core.records import Record
from sync.ports import ConnectorContext, Page

START = 1_790_000_000.0  # 2026-09-21
TOKEN = "pat-na1-sandbox"


class DictMemory:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def put(self, key: str, value: str | None) -> None:
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value


@dataclass
class CountingMeter:
    calls: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    told: tuple[int, int] | None = None

    def call(self, system: str, endpoint: str, status: int | str) -> None:
        self.calls[endpoint, status] += 1

    def quota(self, system: str, used: int, limit: int) -> None:
        self.told = (used, limit)

    def used_today(self, system: str) -> int:
        return 0


class Reader:
    """Reads like the pull job: page by page, the cursor of each page kept."""

    def __init__(self, connector: HubSpotConnector) -> None:
        self.connector = connector
        self.cursors: dict[str, str | None] = {}
        self.pages: list[Page] = []

    def read(self, *streams: str, full: bool = False, stop_after: int = 0) -> list[Record]:
        """`stop_after` pages the reading is given up, as by a crash between two pages."""
        wanted = {stream: self.cursors.get(stream) for stream in streams or STREAMS}
        records: list[Record] = []
        self.pages = []
        for page in self.connector.read(wanted, full=full):
            self.pages.append(page)
            self.cursors[page.stream] = page.cursor
            records += page.records
            if stop_after and len(self.pages) >= stop_after:
                break
        return records


class Lab:
    """The emulator, its server and everything a connector is given."""

    def __init__(self, app: HubSpotSandbox, server: SandboxServer, clock: SandboxClock) -> None:
        self.app, self.server, self.clock = app, server, clock
        self.memory, self.meter = DictMemory(), CountingMeter()
        self.slept: list[float] = []
        self.clock_error = 0.0  # seconds by which our own clock is ahead of HubSpot's
        self._open: list[HubSpotConnector] = []

    def connector(self, timeouts: tuple[float, float] = (5.0, 5.0), **settings: object) -> HubSpotConnector:
        given = settings or {"access_token": SecretStr(TOKEN)}
        connector = HubSpotConnector(
            HubSpotSettings(base_url=self.server.url, **given),  # type: ignore[arg-type]
            self.context(),
            timeouts=timeouts,
        )
        self._open.append(connector)
        return connector

    def reader(self) -> Reader:
        return Reader(self.connector())

    def context(self) -> ConnectorContext:
        def clock() -> float:
            return self.clock.now() + self.clock_error

        return ConnectorContext(clock=clock, sleep=self.sleep, memory=self.memory, meter=self.meter)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds)

    def contacts(self, count: int, prefix: str = "p", modified_ms: int | None = None, **more: str) -> list[str]:
        rows = (({"email": f"{prefix}{n}@example.com", **more}, None, None, modified_ms) for n in range(count))
        return self.app.put_many("contacts", rows)

    def touch(self, ids: Iterable[str], properties: Mapping[str, str], modified_ms: int | None = None) -> None:
        self.app.put_many("contacts", ((properties, id_, None, modified_ms) for id_ in ids))

    def forget_calls(self) -> None:
        self.app.calls.clear()

    def close(self) -> None:
        for connector in self._open:
            connector.close()


@pytest.fixture
def lab() -> Iterator[Lab]:
    clock = SandboxClock(START)
    app = HubSpotSandbox(clock, enforce_limits=False, burst=100_000)
    with SandboxServer(app) as server:
        lab = Lab(app, server, clock)
        yield lab
        lab.close()
