"""A Salesforce sandbox on loopback with a clock moved by hand, and connectors that talk to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import NAMES
from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.salesforce import SalesforceSandbox
from sync.core.fields import FIELDS, Field, FieldType
from sync.core.records import Record
from sync.ports import ConnectorContext, Page

START = 1_790_000_000.0  # 2026-09-21
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass
class DictMemory:
    kept: dict[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def put(self, key: str, value: str | None) -> None:
        if value is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = value


@dataclass
class CountingMeter:
    calls: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    quotas: list[tuple[int, int]] = field(default_factory=list)
    used: int = 0

    def call(self, system: str, endpoint: str, status: int | str) -> None:
        self.calls[endpoint, status] += 1

    def quota(self, system: str, used: int, limit: int) -> None:
        self.quotas.append((used, limit))

    def used_today(self, system: str) -> int:
        return self.used


@dataclass
class Mirror:
    """What a store would hold: records by key, cursors by stream, and how often each record came."""

    cursors: dict[str, str | None]
    records: dict[Any, Record] = field(default_factory=dict)
    seen: Counter[Any] = field(default_factory=Counter)
    pages: list[Page] = field(default_factory=list)

    def take(self, page: Page) -> None:
        self.cursors[page.stream] = page.cursor
        self.pages.append(page)
        for record in page.records:
            self.records[record.key] = record
            self.seen[record.key] += 1

    def pull(self, connector: SalesforceConnector, full: bool = False) -> None:
        for page in connector.read(self.cursors, full):
            self.take(page)

    def pull_pages(self, connector: SalesforceConnector, most: int) -> bool:
        """At most so many pages, then a stop; whether there were that many."""
        for count, page in enumerate(connector.read(self.cursors), start=1):
            self.take(page)
            if count == most:
                return True
        return False

    def of(self, object_name: str) -> dict[str, Record]:
        return {key.id: record for key, record in self.records.items() if key.object == object_name}

    def notices(self) -> list[tuple[str, str]]:
        return [(notice.code, notice.subject) for page in self.pages for notice in page.notices]


@dataclass
class World:
    """The org, and what a connector is given. Sleeping moves the clock."""

    app: SalesforceSandbox
    url: str
    memory: DictMemory = field(default_factory=DictMemory)
    meter: CountingMeter = field(default_factory=CountingMeter)
    slept: list[float] = field(default_factory=list)
    made: list[SalesforceConnector] = field(default_factory=list)
    killed_at: int = 0  # the sleep at which the process "dies", once

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == self.killed_at:
            raise KeyboardInterrupt
        self.app.clock.advance(seconds)

    def connector(self, **settings: Any) -> SalesforceConnector:
        """A new connector over the same memory, as after a restart."""
        given = {"client_id": "sandbox-client", "client_secret": SecretStr("sandbox-secret"), "login_url": self.url}
        context = ConnectorContext(
            clock=self.app.clock.now, sleep=self.sleep, memory=self.memory, meter=self.meter, quota_percent=90
        )
        made = SalesforceConnector(SalesforceSettings(**{**given, **settings}), context)
        self.made.append(made)
        return made

    def calls_of(self, work: Callable[[], object]) -> int:
        """API calls, logins not counted."""
        before = self.app.count("/services/data/")
        work()
        return self.app.count("/services/data/") - before

    def mirror(self, *streams: str) -> Mirror:
        """An empty store for these streams, or for all."""
        return Mirror(dict.fromkeys(streams or NAMES))

    def people(self, count: int, start: int = 0) -> list[dict[str, Any]]:
        return [
            {"LastName": f"L{n}", "Company": "ACME", "Email": f"p{n}@example.com"} for n in range(start, start + count)
        ]

    def provision(self) -> None:
        """Our fields as an admin would have made them; quicker than through the API."""
        for name in ("Lead", "Contact"):
            for own in FIELDS:
                self.app.add_field(name, f"{own.salesforce_name} {_line(own)}")


def _line(field: Field) -> str:
    if field.type is FieldType.CHOICE:
        return f"picklist({'|'.join(value for value, _ in field.choices)})"
    kinds = {FieldType.NUMBER: "double(5,0)", FieldType.TEXT: "string(255)", FieldType.KEY: "string(40)"}
    return kinds.get(field.type, "datetime" if field.type is FieldType.TIME else "textarea(32768)")


@pytest.fixture
def world() -> Iterator[World]:
    app = SalesforceSandbox(SandboxClock(START), daily_limit=1_000_000)
    with SandboxServer(app) as server:
        ready = World(app, server.url)
        yield ready
        for connector in ready.made:
            connector.close()
