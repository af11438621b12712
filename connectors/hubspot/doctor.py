"""What `doctor` looks at in a HubSpot account, each with the cheapest call that tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from connectors.hubspot import routes
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.engagements import PAGE_VIEW_EVENT
from connectors.hubspot.failures import is_absent, listed
from connectors.hubspot.mapping import OBJECT_TYPES, ObjectType
from connectors.hubspot.provision import WRITE_SCOPE, difference
from connectors.hubspot.reference import Reference, usage
from sync.core.fields import FIELDS
from sync.core.records import HUBSPOT
from sync.core.text import Text
from sync.errors import FeatureMissing, LeadsyncError, VendorError
from sync.ports import Check, Clock, Health

_SKEW = 60  # seconds; beyond it, due dates and scheduled times of the two sides disagree visibly
_NEARLY_USED = 80  # per cent of the account's day
_SCOPES = {
    "contacts": "crm.objects.contacts.read",
    "companies": "crm.objects.companies.read",
    "deals": "crm.objects.deals.read",
    "owners": "crm.objects.owners.read",
    "emails": "crm.objects.contacts.read, sales-email-read",
    "forms": "forms",
    "email_events": "content",
    "page_views": "an Enterprise hub",
}


@dataclass(frozen=True, slots=True)
class _Probe:
    name: str
    ask: Callable[[], object]


def checks(client: HubSpotClient, reference: Reference, clock: Clock, daily_limits: bool) -> Iterator[Check]:
    """`daily_limits`: whether the account tells these credentials its daily calls (OAuth apps are not told)."""
    try:
        yield from _account(reference)
    except LeadsyncError as error:
        yield _check("credentials", Health.FAILED, error.text, _credentials_remedy())
        return
    for probe in _probes(client):
        yield _probed(probe)
    for kind in OBJECT_TYPES.values():
        if (finding := _searchable(client, kind)) is not None:
            yield finding
    yield from _fields(reference)
    yield from _quota(client, daily_limits)
    yield _clock(client)


def _account(reference: Reference) -> Iterator[Check]:
    try:
        account = reference.fresh_account()
    except VendorError as error:
        if not is_absent(error):
            raise
        needs = error.needs if isinstance(error, FeatureMissing) else "account-info.security.read"
        yield _check("credentials", Health.OK, Text("accepted", "認証されました"))
        yield _check("account", Health.WARNING, error.text, _account_remedy(needs))
        return
    yield _check("credentials", Health.OK, Text("accepted", "認証されました"))
    found = Text(
        f"portal {account.id}, {account.kind}, time zone {account.timezone}, currency {account.currency}",
        f"ポータル {account.id}、種別 {account.kind}、タイムゾーン {account.timezone}、通貨 {account.currency}",
    )
    yield _check("account", Health.OK, found)


def _probes(client: HubSpotClient) -> Iterator[_Probe]:
    for type_ in OBJECT_TYPES:
        yield _Probe(type_, lambda type_=type_: client.get(routes.OBJECTS, {"limit": "1"}, type=type_))  # type: ignore[misc]
    yield _Probe("owners", lambda: client.get(routes.OWNERS, {"limit": "1"}))
    yield _Probe("pipelines", lambda: client.get(routes.PIPELINES, type="deals"))
    yield _Probe("forms", lambda: _forms(client))
    yield _Probe("email_events", lambda: client.get(routes.EMAIL_EVENTS, {"limit": "1"}))
    query = {"objectType": "contact", "eventType": PAGE_VIEW_EVENT, "limit": "1"}
    yield _Probe("page_views", lambda: client.get(routes.EVENTS, query))


def _forms(client: HubSpotClient) -> None:
    """Listing forms and reading their submissions may be granted apart."""
    body = client.get(routes.FORMS, {"limit": "1"}).body
    for form in listed(body, "forms", optional=True)[:1]:
        client.get(routes.FORM_SUBMISSIONS, {"limit": "1"}, id=str(form.get("id")))


def _probed(probe: _Probe) -> Check:
    name = f"scope:{probe.name}"
    try:
        probe.ask()
    except FeatureMissing as refused:
        health = Health.FAILED if probe.name == "contacts" else Health.WARNING
        told = refused.needs not in (refused.code, refused.operation)
        needs = refused.needs if told else _SCOPES.get(probe.name, refused.needs)
        return _check(name, health, refused.text, _scope_remedy(needs))
    except LeadsyncError as error:
        return _check(name, Health.FAILED, error.text)
    return _check(name, Health.OK, Text("readable", "読み取り可能"))


def _searchable(client: HubSpotClient, kind: ObjectType) -> Check | None:
    """Whether changes can be searched by the property we rely on; a wrong one finds nothing, without an error."""
    try:
        listed = client.get(routes.OBJECTS, {"limit": "1"}, type=kind.type).body
        if not listed.get("results"):
            return None
        found = client.post(routes.SEARCH, _any(kind.modified), type=kind.type).body
    except LeadsyncError:
        return None  # the probe above says why
    if found.get("results"):
        return None
    text = Text(
        f"a search by {kind.modified} finds nothing although records exist; if they are older than a few minutes, "
        "changes cannot be followed",
        f"レコードがあるのに {kind.modified} で検索しても見つかりません。"
        "数分以上前のレコードであれば変更を追跡できません",
    )
    return _check(f"search:{kind.type}", Health.WARNING, text)


def _any(modified: str) -> Mapping[str, object]:
    return {
        "filterGroups": [{"filters": [{"propertyName": modified, "operator": "GTE", "value": "0"}]}],
        "sorts": [],
        "properties": [modified],
        "limit": 1,
        "after": "0",
    }


def _fields(reference: Reference) -> Iterator[Check]:
    try:
        existing = reference.properties()
    except LeadsyncError as error:
        yield _check("fields", Health.FAILED, error.text)
        return
    provision = Text("run `leadsync provision`", "`leadsync provision` を実行してください")
    for own in FIELDS:
        name = f"field:{own.hubspot_name}"
        if own.hubspot_name not in existing:
            missing = Text("missing", "ありません")
            yield _check(name, Health.WARNING, missing, provision)
        elif wrong := difference(own, existing[own.hubspot_name]):
            yield _check(name, Health.FAILED, wrong)
        else:
            yield _check(name, Health.OK, Text("as wanted", "問題なし"))
    unseen = Text(
        f"{WRITE_SCOPE} and crm.objects.contacts.write show only when something is written; "
        "`leadsync provision` and the first `leadsync sync` name them if they are missing",
        f"{WRITE_SCOPE} と crm.objects.contacts.write は書き込み時にしか確認できません。"
        "不足していれば `leadsync provision` や最初の `leadsync sync` が名前を示します",
    )
    yield _check("scope:write", Health.OK, unseen)


def _quota(client: HubSpotClient, daily_limits: bool) -> Iterator[Check]:
    told = client.quota()
    if daily_limits:
        try:
            used = max(usage(client.get(routes.API_USAGE).body), default=None)
            told = (used[0], used[1]) if used else told
        except LeadsyncError:
            pass  # the headers of the calls above told as much, if anything did
    if told is None:
        text = Text("HubSpot tells these credentials no daily limit", "この認証情報には 1 日の上限が通知されません")
        yield _check("quota", Health.OK, text)
        return
    spent, limit = told
    health = Health.WARNING if spent * 100 >= limit * _NEARLY_USED else Health.OK
    found = Text(f"{spent} of {limit} calls used today", f"本日 {limit} 回中 {spent} 回使用")
    yield _check("quota", health, found)


def _clock(client: HubSpotClient) -> Check:
    offset = client.clock_offset
    if offset is None:
        return _check("clock", Health.WARNING, Text("HubSpot told no time", "HubSpot から時刻が返されません"))
    seconds = round(-offset)
    found = Text(f"{seconds:+d} s against HubSpot", f"HubSpot との差 {seconds:+d} 秒")
    if abs(seconds) <= _SKEW:
        return _check("clock", Health.OK, found)
    remedy = Text("set this machine's clock by NTP", "このマシンの時計を NTP で合わせてください")
    return _check("clock", Health.WARNING, found, remedy)


def _scope_remedy(needs: str) -> Text:
    return Text(
        f"needs {needs}; without it the rules that use this data cannot fire",
        f"{needs} が必要です。無い場合、このデータを使うルールは働きません",
    )


def _account_remedy(needs: str) -> Text:
    return Text(
        f"needs {needs}; without it another portal's credentials are not noticed",
        f"{needs} が必要です。無い場合、別ポータルの認証情報に替わっても検出できません",
    )


def _credentials_remedy() -> Text:
    return Text(
        "check LEADSYNC_HUBSPOT__ACCESS_TOKEN (or the OAuth settings) and the network",
        "LEADSYNC_HUBSPOT__ACCESS_TOKEN(または OAuth の設定)とネットワークを確認してください",
    )


def _check(name: str, health: Health, found: Text, remedy: Text | None = None) -> Check:
    return Check(HUBSPOT, name, health, found, remedy)
