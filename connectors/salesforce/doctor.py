"""What `doctor` prints for Salesforce: looked at anew, with what to click where something is not right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.describe import Describer, Shape
from connectors.salesforce.organization import Organization
from connectors.salesforce.permissions import PermissionSets
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import PERSON_OBJECTS, STREAMS
from sync.core.fields import FIELDS, RUNTIME_PERMISSION_SET
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.ports import Check, ConnectorContext, Health

_SKEW_WARNING = 120  # seconds; a signed login lives three minutes
_QUOTA_WARNING = 20  # per cent left
_PROVISION = Text(
    "Run `leadsync provision`, or assign the permission set Leadsync_Runtime to the integration user "
    "(Setup > Permission Sets > Leadsync Runtime > Manage Assignments).",
    "`leadsync provision` を実行するか、連携ユーザーに権限セット Leadsync_Runtime を割り当ててください"
    "(設定 > 権限セット > Leadsync Runtime > 割り当ての管理)。",
)


class Doctor:
    def __init__(
        self,
        client: SalesforceClient,
        describer: Describer,
        organization: Organization,
        settings: SalesforceSettings,
        context: ConnectorContext,
    ) -> None:
        self._client, self._describer, self._organization = client, describer, organization
        self._permissions, self._context = PermissionSets(client, settings, context), context

    def check(self) -> Iterator[Check]:
        try:
            yield from self._account()
        except LeadsyncError as error:
            yield _check("credentials", Health.FAILED, error.text, error.text)
            return
        for stream in STREAMS:
            yield self._object(stream.object)
        for object_name in PERSON_OBJECTS.values():
            yield from _own_fields(object_name, self._describer.shape(object_name))
        yield self._permission_set()
        yield self._quota()
        yield self._clock()

    def _account(self) -> Iterator[Check]:
        account = self._organization.anew()
        yield _check("credentials", Health.OK, Text("accepted", "認証できました"))
        kind = {"sandbox": "Sandbox", "developer": "Developer Edition"}.get(account.kind, "production / 本番")
        yield _check("account", Health.OK, Text(f"org {account.id}, {kind}", f"組織 {account.id}、{kind}"))
        if account.timezone:
            yield _check("time_zone", Health.OK, Text(account.timezone, account.timezone))
        else:
            yield _check(
                "time_zone",
                Health.WARNING,
                Text(
                    f"not told; {self._context.timezone} is used",
                    f"取得できないため {self._context.timezone} を使います",
                ),
                Text("Set LEADSYNC_TIMEZONE.", "LEADSYNC_TIMEZONE を設定してください。"),
            )

    def _object(self, object_name: str) -> Check:
        shape = self._describer.anew(object_name)
        if not shape.absent:
            return _check(f"object:{object_name}", Health.OK, Text("readable", "参照できます"))
        health = Health.FAILED if object_name in PERSON_OBJECTS.values() else Health.WARNING
        return _check(
            f"object:{object_name}",
            health,
            Text(f"not readable ({shape.absent})", f"参照できません({shape.absent})"),
            Text(
                f"Setup > Permission Sets > (the integration user's) > Object Settings > {object_name} > Read.",
                f"設定 > 権限セット > (連携ユーザーのもの)> オブジェクト設定 > {object_name} で「参照」を"
                "有効にしてください。",
            ),
        )

    def _permission_set(self) -> Check:
        name = f"permission_set:{RUNTIME_PERMISSION_SET}"
        try:
            set_id = self._permissions.ids().get(RUNTIME_PERMISSION_SET)
            user = self._permissions.running_user()
            assigned = bool(set_id and user and self._permissions.assignments([set_id], user))
        except Refusal:
            return _check(name, Health.OK, Text("not visible to this user", "このユーザーには確認できません"))
        if not set_id:
            return _check(name, Health.WARNING, Text("does not exist", "存在しません"), _PROVISION)
        if not assigned:
            return _check(name, Health.WARNING, Text("not assigned", "割り当てられていません"), _PROVISION)
        return _check(name, Health.OK, Text("assigned", "割り当て済み"))

    def _quota(self) -> Check:
        used, limit = self._limits()
        if not limit:
            return _check("quota", Health.OK, Text("not told", "取得できません"))
        left = 100 * (limit - used) // limit
        text = Text(f"{used} of {limit} calls used in 24 hours", f"過去24時間の API 呼び出し {used} / {limit}")
        if left >= _QUOTA_WARNING:
            return _check("quota", Health.OK, text)
        return _check(
            "quota",
            Health.WARNING,
            text,
            Text(
                "See Setup > System Overview > API Usage for who uses them.",
                "設定 > システムの概要 > API 使用状況で利用元を確認してください。",
            ),
        )

    def _limits(self) -> tuple[int, int]:
        try:
            body = self._client.call("GET", "/limits/").body
        except Refusal:
            body = None
        calls = body.get("DailyApiRequests") if isinstance(body, Mapping) else None
        if isinstance(calls, Mapping) and isinstance(calls.get("Max"), int):
            return calls["Max"] - int(calls.get("Remaining") or 0), calls["Max"]
        quota = self._client.quota
        return (quota.limit or 0) - (quota.left or 0), quota.limit or 0

    def _clock(self) -> Check:
        skew = round(self._client.skew)
        text = Text(f"{skew} seconds apart", f"時刻差 {skew} 秒")
        if abs(skew) <= _SKEW_WARNING:
            return _check("clock", Health.OK, text)
        remedy = Text("Set this machine's clock (NTP).", "このマシンの時刻を NTP で合わせてください。")
        return _check("clock", Health.WARNING, text, remedy)


def _own_fields(object_name: str, shape: Shape) -> Iterator[Check]:
    """One line for what is missing or closed, field by field, or one line that all is well."""
    wrong = False
    for field in FIELDS:
        name = f"field:{object_name}.{field.salesforce_name}"
        found = shape.fields.get(field.salesforce_name)
        if found is None:
            wrong = True
            yield _check(name, Health.WARNING, Text("missing or hidden", "存在しないか非表示です"), _PROVISION)
        elif field.written and not found.updateable:
            wrong = True
            yield _check(name, Health.WARNING, Text("read-only", "編集できません"), _PROVISION)
    if not wrong:
        text = Text("all present and editable", "すべて存在し編集できます")
        yield _check(f"fields:{object_name}", Health.OK, text)


def _check(name: str, health: Health, found: Text, remedy: Text | None = None) -> Check:
    return Check(SALESFORCE, name, health, found, remedy)
