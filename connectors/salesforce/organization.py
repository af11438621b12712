"""The org itself: id, kind, time zone, currency; and which users only copy what happened elsewhere."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.salesforce.answers import Fault, query_rows_of
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.mapping import Frame
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.values import id18, id_list, is_id
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.errors import UnexpectedAnswer
from sync.ports import Account, ConnectorContext

_FRESH_SECONDS = 24 * 3600
_WISHED = ("IsSandbox", "OrganizationType", "TimeZoneSidKey", "DefaultLocaleSidKey", "InstanceName")
_MEMORY, _USERS = "salesforce:organization", "salesforce:copying_users"
# Organization tells a locale; in an org with one currency that is the currency of the locale.
_CURRENCY_OF_LOCALE = {"ja": "JPY", "en_US": "USD", "en_GB": "GBP", "de_DE": "EUR", "fr_FR": "EUR", "ko": "KRW"}
_QUOTED = re.compile(r"'([A-Za-z0-9_.]+)'")


class Organization:
    """Asked once a day at most, and again whenever the credentials open another org."""

    def __init__(self, client: SalesforceClient, settings: SalesforceSettings, context: ConnectorContext) -> None:
        self._client, self._settings, self._context = client, settings, context
        self._account: Account | None = None
        self._asked_at = 0.0

    def account(self) -> Account:
        if self._account is None or self._context.clock() - self._asked_at >= _FRESH_SECONDS:
            self._account = self._remembered() or self.anew()
        return self._account

    def anew(self) -> Account:
        """Asks now."""
        row = self._row()
        org_id = str(row.get("Id") or self._client.token.org_id)
        if not is_id(org_id, "00D"):
            raise UnexpectedAnswer(
                Text("salesforce: the organization has no id", "salesforce: 組織の ID を取得できません"),
                system=SALESFORCE,
                operation="SELECT Organization",
            )
        self._account = _account(row, id18(org_id), self._client.token.instance_url)
        self._asked_at = self._context.clock()
        self._remember(self._account)
        return self._account

    def frame(self) -> Frame:
        """What mapping needs to know of the org."""
        account = self.account()
        return Frame(self.zone(), account.currency, self._copying_users(), self._client.token.user_id)

    def zone(self) -> ZoneInfo:
        for name in (self.account().timezone, self._context.timezone):
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
        return ZoneInfo("UTC")

    def _row(self) -> dict[str, Any]:
        fields = list(_WISHED)
        while True:
            try:
                rows = query_rows(self._client, f"SELECT {', '.join(['Id', *fields])} FROM Organization")
                return rows[0] if rows else {}
            except Refusal as refusal:
                if not fields or refusal.fault.code != "INVALID_FIELD":
                    return {}  # the token may still tell which org it is
                named = named_fields(refusal.fault, fields)
                fields = [name for name in fields if name not in named] if named else []

    def _remembered(self) -> Account | None:
        """Only when the token tells that it is the same org: another org must never pass for this one."""
        org_id = self._client.token.org_id
        try:
            kept = json.loads(self._context.memory.get(_MEMORY) or "")
            age = self._context.clock() - float(kept.pop("at"))
            account = Account(**kept)
        except (ValueError, TypeError, KeyError):
            return None
        if not org_id or account.id != org_id or not 0 <= age < _FRESH_SECONDS:
            return None
        self._asked_at = self._context.clock() - age
        return account

    def _remember(self, account: Account) -> None:
        kept = {name: getattr(account, name) for name in ("system", "id", "kind", "timezone", "currency", "url")}
        self._context.memory.put(_MEMORY, json.dumps({**kept, "at": self._context.clock()}))

    def _copying_users(self) -> frozenset[str]:
        """Ids of the users that settings name by id or user name."""
        named = self._settings.connector_users
        ids = {id18(name) for name in named if is_id(name, "005")}
        names = tuple(sorted(name for name in named if not is_id(name, "005")))
        return frozenset(ids | set(self._ids_of(names) if names else ()))

    def _ids_of(self, names: tuple[str, ...]) -> list[str]:
        try:
            kept = json.loads(self._context.memory.get(_USERS) or "")
            if kept["names"] == list(names) and 0 <= self._context.clock() - kept["at"] < _FRESH_SECONDS:
                return list(kept["ids"])
        except (ValueError, TypeError, KeyError):
            pass
        rows = query_rows(self._client, f"SELECT Id FROM User WHERE Username IN ({id_list(names)})")
        ids = [id18(str(row["Id"])) for row in rows if row.get("Id")]
        kept = {"names": list(names), "ids": ids, "at": self._context.clock()}
        self._context.memory.put(_USERS, json.dumps(kept))
        return ids


def _account(row: dict[str, Any], org_id: str, url: str) -> Account:
    kind = "production"
    if row.get("IsSandbox") in (True, "true"):
        kind = "sandbox"
    elif "Developer" in str(row.get("OrganizationType") or ""):
        kind = "developer"
    locale = str(row.get("DefaultLocaleSidKey") or "")
    currency = _CURRENCY_OF_LOCALE.get(locale) or _CURRENCY_OF_LOCALE.get(locale[:2], "")
    return Account(SALESFORCE, org_id, kind, str(row.get("TimeZoneSidKey") or ""), currency, url)


def query_path(soql: str, all_rows: bool = False) -> str:
    return f"/{'queryAll' if all_rows else 'query'}?q={quote(soql, safe='')}"


def query_rows(client: SalesforceClient, soql: str, all_rows: bool = False, tooling: bool = False) -> list[Any]:
    """All rows of a small query. Raises `Refusal` for what the vendor refuses, UnexpectedAnswer for no answer."""
    path = ("/tooling" if tooling else "") + query_path(soql, all_rows)
    rows: list[Any] = []
    while path:
        body = client.call("GET", path).body
        rows.extend(query_rows_of(body, "GET /query"))
        path = next_path(body)
    return rows


def next_path(body: Any) -> str:
    """The path of the following page, "" on the last."""
    if not isinstance(body, dict) or body.get("done") is True:
        return ""
    url = str(body.get("nextRecordsUrl") or "")
    return url[url.index("/services/") :] if "/services/" in url else ""


def named_fields(fault: Fault, candidates: list[str] | tuple[str, ...]) -> list[str]:
    """Which of our fields an INVALID_FIELD complaint is about."""
    words = {word.lower() for word in (*_QUOTED.findall(fault.message), *fault.fields)}
    exact = [name for name in candidates if name.lower() in words]
    parents = [name for name in candidates if "." in name and set(name.lower().split(".")) & words]
    return exact or parents
