"""What is asked seldom and remembered: the account, deal stages, our own fields, which features are missing.

Kept in the connector's memory under the fingerprint of the credentials, so that another account's answers
are never taken for this one's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.hubspot import mapping, routes
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.failures import is_absent, listed, unexpected
from connectors.hubspot.mapping import Stage
from connectors.kana import KanaFields, kana_fields
from sync.core.fields import FIELDS
from sync.core.records import HUBSPOT, RecordKey
from sync.core.text import Text
from sync.errors import CallRefused, FeatureMissing, UnexpectedAnswer, VendorError
from sync.ports import Account, Clock, Memory

ACCOUNT_EVERY = 86_400
PIPELINES_EVERY = 3_600
FIELDS_EVERY = 6 * 3_600
MISSING_FEATURE_EVERY = 86_400
_KINDS = {
    "STANDARD": "production",
    "SANDBOX": "sandbox",
    "DEVELOPMENT_SANDBOX": "sandbox",
    "STANDARD_SANDBOX": "sandbox",
    "DEVELOPER_TEST": "developer",
    "APP_DEVELOPER": "developer",
}
_PAGES = {"contact": "0-1", "company": "0-2", "deal": "0-3"}  # object type ids, as record pages are addressed
_LOCATION = re.compile(r"[a-z]{2}\d{1,2}")  # na1, eu1, ap1: where the account's data lies


class Reference:
    def __init__(self, client: HubSpotClient, memory: Memory, clock: Clock, namespace: str) -> None:
        self._client, self._memory, self._clock, self._namespace = client, memory, clock, namespace
        if (known := self._recall("account")) is not None:
            client.day_zone = known["timezone"] or client.day_zone

    def account(self) -> Account:
        """As asked within the last day, or as last told where details are not granted any more.

        Raises FeatureMissing, which costs one call a day, where they never were.
        """
        known = self._recall("account", ACCOUNT_EVERY)
        if known is not None:
            return Account(HUBSPOT, **known)
        if self.is_missing("account"):
            raise _hidden_account()
        try:
            return self.fresh_account()
        except VendorError as error:
            if not is_absent(error):
                raise
        if (known := self._recall("account")) is None:
            self.set_missing("account", True)
            raise _hidden_account()
        self._remember("account", known)
        return Account(HUBSPOT, **known)

    def record_url(self, key: RecordKey) -> str:
        """Address of the record's page, "" where account details are not granted or the record has no page."""
        if key.system != HUBSPOT or key.object not in _PAGES:
            return ""
        try:
            return f"{self.account().url}/record/{_PAGES[key.object]}/{key.id}"
        except FeatureMissing:
            return ""

    def currency(self) -> str:
        """The account's own currency, "" where account details are not granted."""
        try:
            return self.account().currency
        except FeatureMissing:
            return ""

    def fresh_account(self) -> Account:
        """As asked now; raises where details are not granted."""
        known = _account(self._client.get(routes.ACCOUNT).body)
        self._remember("account", known)
        self.set_missing("account", False)
        self._client.day_zone = known["timezone"] or self._client.day_zone
        return Account(HUBSPOT, **known)

    def stages(self) -> Mapping[tuple[str, str], Stage]:
        """Deal stages; empty where pipelines are not granted (a deal's own closed flags then decide)."""
        known = self._recall("stages", PIPELINES_EVERY)
        if known is None:
            try:
                pipelines = listed(self._client.get(routes.PIPELINES, type="deals").body, "pipelines")
            except VendorError as error:
                if not is_absent(error):
                    raise
                pipelines = []
            found = mapping.stages(pipelines)
            known = [[*where, stage.label, stage.status] for where, stage in found.items()]
            self._remember("stages", known)
        return {(pipeline, stage): Stage(label, status) for pipeline, stage, label, status in known}

    def missing_fields(self) -> tuple[str, ...]:
        """Names of our properties that do not exist, or whose values are closed to the API."""
        known = self._recall("missing_fields", FIELDS_EVERY)
        if known is None:
            self.properties()
            known = self._recall("missing_fields")
        return tuple(known)

    def forget_fields(self) -> None:
        self._memory.put(self._key("missing_fields"), None)

    def kana(self) -> KanaFields:
        """The contact properties with the reading of a name; none where property definitions are not granted."""
        known = self._recall("kana", FIELDS_EVERY)
        if known is None:
            try:
                self.properties()
            except VendorError as refused:
                self._kana_unread(refused)
            known = self._recall("kana")
        return KanaFields(*(tuple(part) for part in known))

    def properties(self, archived: bool = False) -> dict[str, Mapping[str, Any]]:
        """All contact properties of the account by name, asked now; what others ask seldom is remembered of them."""
        query = {"archived": "true"} if archived else {}
        body = self._client.get(routes.PROPERTIES, query, type="contacts").body
        found = {str(each.get("name")): each for each in listed(body, "properties")}
        if not archived:
            usable = {name for name, each in found.items() if not _read_only(each)}
            self._remember("missing_fields", [own.hubspot_name for own in FIELDS if own.hubspot_name not in usable])
            kana = kana_fields((name, str(each.get("label") or "")) for name, each in found.items() if _is_text(each))
            self._remember("kana", [kana.family, kana.given, kana.whole])
        return found

    def _kana_unread(self, refused: VendorError) -> None:
        """Contacts are read without, or with what was known; a refusal that will stand is not asked for again soon."""
        known = self._recall("kana")
        if is_absent(refused) or isinstance(refused, CallRefused | UnexpectedAnswer):
            self._remember("kana", known or [[], [], []])
        elif known is None:
            raise refused

    def forms(self) -> Sequence[tuple[str, str]] | None:
        """(guid, name) of the forms as last listed; None when never."""
        known = self._recall("forms")
        return None if known is None else [(guid, name) for guid, name in known]

    def remember_forms(self, forms: Sequence[tuple[str, str]]) -> None:
        self._remember("forms", [list(each) for each in forms])

    def lists_made(self) -> bool:
        """Whether working lists of ours were made in this account, as far as is known."""
        return self._recall("lists") is not None

    def remember_lists_made(self) -> None:
        self._remember("lists", True)

    def is_missing(self, feature: str) -> bool:
        """Whether the feature was refused within the last day (then it is asked for again)."""
        return self._recall(f"missing.{feature}", MISSING_FEATURE_EVERY) is not None

    def was_missing(self, feature: str) -> bool:
        """Whether the feature was refused when last asked for, however long ago."""
        return self._recall(f"missing.{feature}") is not None

    def set_missing(self, feature: str, missing: bool) -> bool:
        """Remembers a refusal or a grant; True when that is news."""
        news = self.was_missing(feature) != missing
        if missing:
            self._remember(f"missing.{feature}", True)
        elif news:
            self._memory.put(self._key(f"missing.{feature}"), None)
        return news

    def _recall(self, name: str, within: int | None = None) -> Any:
        raw = self._memory.get(self._key(name))
        if raw is None:
            return None
        stored = json.loads(raw)
        if within is not None and not 0 <= self._clock() - stored["at"] < within:
            return None
        return stored["value"]

    def _remember(self, name: str, value: Any) -> None:
        self._memory.put(self._key(name), json.dumps({"at": self._clock(), "value": value}, ensure_ascii=False))

    def _key(self, name: str) -> str:
        return f"hubspot.{self._namespace}.{name}"


def usage(body: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
    """(used, limit, resets at) of each daily limit in an api-usage answer."""
    for found in listed(body, "api usage", optional=True):
        used, limit = found.get("currentUsage"), found.get("usageLimit")
        if isinstance(used, int) and isinstance(limit, int) and limit > 0:
            yield used, limit, str(found.get("resetsAt") or "")


def _account(body: Mapping[str, Any]) -> dict[str, str]:
    portal, kind = str(body.get("portalId") or ""), str(body.get("accountType") or "").upper()
    if not portal:
        raise unexpected("account", "the answer names no account")
    location = str(body.get("dataHostingLocation") or "")
    region = f"-{location}" if _LOCATION.fullmatch(location) and location != "na1" else ""
    domain = str(body.get("uiDomain") or f"app{region}.hubspot.com")
    return {
        "id": portal,
        "kind": _KINDS.get(kind, kind.lower()),
        "timezone": str(body.get("timeZone") or ""),
        "currency": str(body.get("companyCurrency") or "").upper(),
        "url": f"https://{domain}/contacts/{portal}",
    }


def _hidden_account() -> FeatureMissing:
    return FeatureMissing(
        Text(
            f"hubspot: which portal this is stays unknown, as GET {routes.ACCOUNT} is not granted",
            f"hubspot: GET {routes.ACCOUNT} が許可されていないため、どのポータルか確認できません",
        ),
        needs="account-info.security.read",
        system=HUBSPOT,
        operation=f"GET {routes.ACCOUNT}",
    )


def _is_text(found: Mapping[str, Any]) -> bool:
    return found.get("type") == "string" and found.get("fieldType") in ("text", "textarea", None)


def _read_only(found: Mapping[str, Any]) -> bool:
    metadata = found.get("modificationMetadata")
    return isinstance(metadata, Mapping) and metadata.get("readOnlyValue") is True
