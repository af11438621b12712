"""A HubSpot emulator with records of every kind, served on loopback, and connectors that open it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr

from connectors.hubspot.connector import HubSpotConnector
from connectors.hubspot.settings import HubSpotSettings
from connectors.sandbox.http import Call, SandboxClock, SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.hubspot.auth import OAuthApp
from connectors.sandbox.serve import serve
from sync.ports import ConnectorContext

TOKEN = "pat-na1-sandbox"
OWNER, REMOVED_OWNER, OTHER_OWNER = "71", "72", "73"
FORM = "11111111-2222-4333-8444-555555555555"
_START = 1_790_000_000.0
_HOUR = 3_600_000
_MANY = 520  # more than one page of a list (100), a search (200), an association list (500)
_ACTIVITIES = {
    "calls": {"hs_call_title": "電話", "hs_call_direction": "INBOUND", "hs_call_status": "COMPLETED"},
    "emails": {"hs_email_direction": "INCOMING_EMAIL", "hs_email_subject": "Re: 見積", "hs_email_status": "SENT"},
    "meetings": {"hs_meeting_title": "商談", "hs_meeting_outcome": "COMPLETED"},
    "notes": {"hs_note_body": "メモ"},
    "tasks": {"hs_task_subject": "電話する", "hs_task_status": "NOT_STARTED", "hs_task_type": "TODO"},
}


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


class SilentMeter:
    def call(self, system: str, endpoint: str, status: int | str) -> None: ...

    def quota(self, system: str, used: int, limit: int) -> None: ...

    def used_today(self, system: str) -> int:
        return 0


@dataclass
class Account:
    """`ids` of the seeded records by object type."""

    app: HubSpotSandbox
    url: str
    oauth: OAuthApp
    ids: dict[str, list[str]] = field(default_factory=dict)
    memory: DictMemory = field(default_factory=DictMemory)

    @contextmanager
    def connector(self, token: str = TOKEN) -> Iterator[HubSpotConnector]:
        with self._open(HubSpotSettings(base_url=self.url, access_token=SecretStr(token))) as connector:
            yield connector

    @contextmanager
    def oauth_connector(self, refresh_token: str = "") -> Iterator[HubSpotConnector]:
        settings = HubSpotSettings(
            base_url=self.url,
            client_id=self.oauth.client_id,
            client_secret=SecretStr(self.oauth.client_secret),
            refresh_token=SecretStr(refresh_token or self.oauth.refresh_token),
        )
        with self._open(settings) as connector:
            yield connector

    def taken_calls(self) -> list[Call]:
        """The calls since this was last asked."""
        with self.app.lock:
            calls, self.app.calls[:] = list(self.app.calls), []
        return calls

    @contextmanager
    def _open(self, settings: HubSpotSettings) -> Iterator[HubSpotConnector]:
        context = ConnectorContext(
            clock=self.app.clock.now, sleep=self.app.clock.advance, memory=self.memory, meter=SilentMeter()
        )
        connector = HubSpotConnector(settings, context, timeouts=(5.0, 5.0))
        try:
            yield connector
        finally:
            connector.close()


@contextmanager
def served_account() -> Iterator[Account]:
    """Time stands still but for waits and `advance`; bursts are not limited until `enforce_limits` says so."""
    oauth = OAuthApp(rotating=True)
    app = HubSpotSandbox(SandboxClock(_START), token=TOKEN, oauth=oauth, enforce_limits=False, burst=100_000)
    app.keep_bodies = True
    with SandboxServer(app) as server:
        account = Account(app, server.url, oauth)
        _seed(account)
        yield account


@contextmanager
def demo_account(people: int = 80) -> Iterator[Account]:
    """The HubSpot side of the world that the demo seeds; its values are as varied as the demo shows them."""
    with serve(people=people, now=_START) as running:
        running.hubspot.keep_bodies, running.hubspot.enforce_limits = True, False
        yield Account(running.hubspot, running.hubspot_server.url, OAuthApp())


def _seed(account: Account) -> None:
    app = account.app
    app.add_owner(OWNER, "owner@example.com", "花子", "営業")
    app.add_owner(OTHER_OWNER, "queue@example.com", "", "受付", type="QUEUE")
    app.add_owner(REMOVED_OWNER, "former@example.com", "太郎", "退職", active=False)
    _seed_people(account)
    _seed_deals(account)
    for kind, values in _ACTIVITIES.items():
        _seed_activities(account, kind, values)
    _seed_merges_and_losses(account)
    _seed_acts(account)


def _seed_people(account: Account) -> None:
    app = account.app
    account.ids["companies"] = [
        app.put("companies", {"name": f"株式会社{n}", "domain": f"c{n}.example.com", "numberofemployees": "300"})
        for n in range(12)
    ]
    account.ids["contacts"] = app.put_many("contacts", ((_contact(n), None, None, None) for n in range(_MANY)))
    for n, contact in enumerate(account.ids["contacts"][:60]):
        app.associate("contacts", contact, "companies", account.ids["companies"][n % 12])


def _contact(number: int) -> dict[str, str]:
    values = {"email": f"p{number}@c{number % 12}.example.com", "lastname": f"田中{number}", "hubspot_owner_id": OWNER}
    if number % 7 == 0:
        values |= {"jobtitle": "部長", "hs_analytics_source": "ORGANIC_SEARCH", "hs_email_optout": "false"}
    if number % 11 == 0:
        values |= {"salesforceleadid": f"00Q5g00000{number:05d}AAA", "hs_analytics_num_page_views": str(number)}
    return values


def _seed_deals(account: Account) -> None:
    app = account.app
    stages = ("appointmentscheduled", "closedwon", "closedlost")
    account.ids["deals"] = [
        app.put(
            "deals", {"dealname": f"案件{n}", "amount": "1200000", "pipeline": "default", "dealstage": stages[n % 3]}
        )
        for n in range(24)
    ]
    for n, deal in enumerate(account.ids["deals"][:20]):
        app.associate("deals", deal, "contacts", account.ids["contacts"][n])
        app.associate("deals", deal, "companies", account.ids["companies"][n % 12])


def _seed_activities(account: Account, kind: str, values: dict[str, str]) -> None:
    """The first one is everybody's: its associations do not fit into one page."""
    app, made = account.app, []
    for n in range(24):
        made.append(app.put(kind, {**values, "hs_timestamp": "2026-09-01T03:00:00.000Z", "hubspot_owner_id": OWNER}))
        app.associate(kind, made[-1], "contacts", account.ids["contacts"][n])
    for contact in account.ids["contacts"] if kind == "meetings" else ():
        app.associate(kind, made[0], "contacts", contact)
    account.ids[kind] = made


def _seed_merges_and_losses(account: Account) -> None:
    app, contacts = account.app, account.ids["contacts"]
    account.ids["merged"] = contacts[100:102]
    app.merge_contacts(*account.ids["merged"])
    for contact in contacts[102:106]:
        app.archive("contacts", contact)
    app.gdpr_delete(contacts[106])
    for kind in ("companies", "deals", "calls", "emails", "meetings", "notes", "tasks"):
        app.archive(kind, account.ids[kind][-1])


def _seed_acts(account: Account) -> None:
    app, now = account.app, account.app.clock.ms()
    app.add_form(FORM, "資料請求")
    for n in range(110):  # more than one page of forms
        app.add_form(f"form-{n:03d}", f"フォーム{n}")
    for n in range(70):
        values = {"email": f"p{n}@c{n % 12}.example.com", "lastname": f"田中{n}"}
        app.submit_form(FORM, now - n * _HOUR, values, "https://example.com/download?doc=catalog")
    for n, kind in enumerate(("SENT", "DELIVERED", "OPEN", "CLICK") * 10):
        url = "https://example.com/pricing" if kind == "CLICK" else ""
        app.add_email_event(kind, now - n * 60_000, f"p{n // 4}@c{n // 4 % 12}.example.com", 77, url)
    add_page_views(account, account.ids["contacts"][:60], now)


def add_page_views(account: Account, contacts: Iterable[str], now_ms: int) -> None:
    for n, contact in enumerate(contacts):
        for page in ("pricing", "case-study"):
            properties = {"hs_url": f"https://example.com/{page}", "hs_title": page, "hs_visitor_type": "RETURNING"}
            account.app.add_event("e_visited_page", contact, now_ms - n * 60_000, properties)
