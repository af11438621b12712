"""A small account in both sandbox CRMs, and a service wired to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from in_process import SCORER
from warm import ENGINE

from config.settings import load_settings
from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.salesforce import SalesforceSandbox
from sync import bootstrap
from sync.bootstrap import Service
from sync.errors import LeadsyncError
from sync.jobs.cycle import CycleResult, Order

DAY = 86_400
DEMO_FORM = "11111111-1111-4111-8111-111111111111"


class Quiet:
    """A reporter that only remembers what failed."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, LeadsyncError]] = []

    def phase(self, name: str) -> None: ...

    def pulled(self, system: str, stream: str, records: int) -> None: ...

    def pushed(self, system: str, orders: int) -> None: ...

    def failed(self, system: str, error: LeadsyncError) -> None:
        self.failures.append((system, error))


class Account:
    """Both CRMs on loopback with one clock that tests move by hand."""

    def __init__(self, folder: Path, start: float | None = 1_795_000_000.0) -> None:
        """`start` None: real time, for tests that start processes."""
        self.folder = folder
        self.frozen = start is not None
        self.clock = SandboxClock(start)
        self.hubspot = HubSpotSandbox(self.clock, enforce_limits=False)
        self.salesforce = SalesforceSandbox(self.clock)
        self.servers = [SandboxServer(self.hubspot).start(), SandboxServer(self.salesforce).start()]
        self.hubspot.add_owner("101", "ann@sales.example", "Ann", "Sales")
        self.user = self.salesforce.put(
            "User",
            {"Username": "ann@sales.example", "Email": "ann@sales.example", "LastName": "Sales", "IsActive": True},
            modstamp=self.ago(days=90),
        )
        self.hubspot.add_form(DEMO_FORM, "デモのお申し込み")

    def ago(self, days: float = 0, hours: float = 0) -> float:
        return self.clock.now() - days * DAY - hours * 3600

    def contact(self, email: str, days_old: float = 60, **properties: str) -> str:
        """A HubSpot contact last changed `days_old` ago."""
        at = int(self.ago(days_old) * 1000)
        values = {"email": email, "hubspot_owner_id": "101", **properties}
        return self.hubspot.put("contacts", values, created_ms=at, modified_ms=at)

    def lead(self, email: str, days_old: float = 60, **fields: Any) -> str:
        values = {"Email": email, "LastName": "Yamada", "Company": "Example", "OwnerId": self.user, **fields}
        return self.salesforce.put("Lead", values, created=self.ago(days_old), modstamp=self.ago(days_old))

    def page_view(self, contact: str, url: str, hours_ago: float) -> None:
        at = int(self.ago(hours=hours_ago) * 1000)
        self.hubspot.add_event(
            "e_visited_page", contact, at, {"hs_url": f"https://www.example.jp{url}", "hs_title": url}
        )

    def demo_request(self, email: str, hours_ago: float) -> None:
        at = int(self.ago(hours=hours_ago) * 1000)
        self.hubspot.submit_form(DEMO_FORM, at, {"email": email}, "https://www.example.jp/demo")

    def hot(self, email: str, hours_ago: float = 5, **properties: str) -> str:
        """A director at a large company who asked for a demo and looked at the prices: 85 points."""
        contact = self.contact(email, jobtitle="営業部長", numemployees="500", lastname="山田", **properties)
        self.page_view(contact, "/pricing", hours_ago)
        self.demo_request(email, hours_ago)
        return contact

    @property
    def env(self) -> dict[str, str]:
        return {
            "LEADSYNC_DATABASE_URL": f"sqlite:///{self.folder / 'leadsync.db'}",
            "LEADSYNC_DATA_DIR": str(self.folder),
            "LEADSYNC_WRITE_MODE": "apply",
            "LEADSYNC_HUBSPOT__ACCESS_TOKEN": "pat-na1-sandbox",
            "LEADSYNC_HUBSPOT__BASE_URL": self.servers[0].url,
            "LEADSYNC_SALESFORCE__LOGIN_URL": self.servers[1].url,
            "LEADSYNC_SALESFORCE__CLIENT_ID": "sandbox-client",
            "LEADSYNC_SALESFORCE__CLIENT_SECRET": "sandbox-secret",
            "LEADSYNC_HTTP__PORT": "0",
        }

    @contextmanager
    def service(self, **env: str) -> Iterator[Service]:
        """A new process's worth of service: nothing in memory, everything from the store."""
        loaded = load_settings({**self.env, **env}, env_file=None)
        service = bootstrap.open_service(loaded, self.clock.now)
        service.engine = ENGINE
        service.scorer = SCORER
        if self.frozen:
            service.wait = self.clock.advance
        try:
            yield service
        finally:
            service.close()

    def provision(self, **options: Any) -> list[Any]:
        with self.service() as service:
            return [s for c in service.connectors.values() for s in c.provision(apply=True, **options)]

    def cycle(self, write: bool = True, full: bool = False, unattended: bool = False, **env: str) -> CycleResult:
        with self.service(**env) as service:
            return service.cycle(Order(write=write, full=full, brake=service.brake, unattended=unattended), Quiet())

    def calls(self) -> tuple[int, int]:
        return len(self.hubspot.calls), len(self.salesforce.calls)

    def tasks(self) -> list[tuple[str, str]]:
        """(system, body) of every follow-up task in either CRM."""
        found = [("hubspot", str(task.properties.get("hs_task_body"))) for task in self.hubspot.all("tasks")]
        found += [("salesforce", str(task.get("Description"))) for task in self.salesforce.all("Task")]
        return [(system, body) for system, body in found if "leadsync:" in body]

    def close(self) -> None:
        for server in self.servers:
            server.stop()
