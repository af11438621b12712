"""The list views that salespeople work from, on leads and on contacts: made once, found by API name, removed again. One
that is there stays as people left it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.salesforce.answers import ABSENT_OBJECT, Fault, reason, unexpected
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.organization import query_rows
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import PERSON_OBJECTS
from connectors.salesforce.values import id18, id_list, is_id
from sync.core.fields import BY_NAME
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.core.working_lists import WORKING_LISTS, Comparison, Condition, WorkingList
from sync.ports import ConnectorContext, Step

FIRST_VERSION = 61  # of the API in which list views can be made by REST
_MEMORY = "salesforce:list_views_made"
_FIRST_COLUMNS = {"Lead": ("Name", "Company"), "Contact": ("Name", "Account.Name")}
_OWN_COLUMNS = ("score", "band", "top_reason", "interest", "sla_state", "sla_due")
_LAST_COLUMNS = ("Owner.Alias",)
_OPERATORS = {
    Comparison.ANY_OF: "Equals",
    Comparison.AT_LEAST: "GreaterOrEqual",
    Comparison.BEGINS_WITH: "StartsWith",
    Comparison.KNOWN: "NotEqual",
}
LISTS_RIGHT = Text(
    "the user needs the system permissions Create and Customize List Views and Manage Public List Views "
    "(Setup > Permission Sets > System Permissions)",
    "ユーザーに「リストビューの作成とカスタマイズ」と「公開リストビューの管理」権限が必要です"
    "(設定 > 権限セット > システム権限)",
)
_TOO_OLD = Text(
    f"list views are made through API version {FIRST_VERSION}.0 or later; raise LEADSYNC_SALESFORCE__API_VERSION",
    f"リストビューの作成には API バージョン {FIRST_VERSION}.0 以降が必要です。"
    "LEADSYNC_SALESFORCE__API_VERSION を上げてください",
)
_MISREAD = Text(
    "Salesforce read the filter otherwise than meant, so the list view was taken back; "
    "deploy it from deploy/salesforce",
    "フィルターが意図と異なる形で解釈されたため、作成を取り消しました。deploy/salesforce のソースから配置してください",
)
_LEFT = Text(
    "Salesforce read the filter otherwise than meant; correct it or delete the list view",
    "フィルターが意図と異なる形で解釈されました。リストビューを修正するか削除してください",
)
_UNCHECKED = Text("how its filter was understood could not be checked; open it once", "フィルターを一度ご確認ください")


@dataclass(frozen=True, slots=True)
class View:
    """One of our lists on one object."""

    object: str
    list: WorkingList

    @property
    def name(self) -> str:
        return f"{self.object}.{self.list.salesforce_name}"

    @property
    def path(self) -> str:
        return f"/ui-api/list-info/{self.object}/{self.list.salesforce_name}"


VIEWS = tuple(View(object_name, one) for object_name in PERSON_OBJECTS.values() for one in WORKING_LISTS)


class ListViews:
    def __init__(self, client: SalesforceClient, settings: SalesforceSettings, context: ConnectorContext) -> None:
        self._client, self._context = client, context
        self._version = int(float(settings.api_version))
        self._language = context.language
        self._may_make = True

    def provision(self, apply: bool, usable: Set[str]) -> Iterator[Step]:
        """`usable`: our fields (`Lead.Leadsync_Score__c`) that exist, or under a plan would."""
        self._may_make = True
        try:
            there = self._there()
        except Refusal as refusal:
            yield from (_refused(view, refusal.status, refusal.fault) for view in VIEWS)
            return
        for view in VIEWS:
            lacking = [name for name in _own_names(view) if name not in usable]
            if view.name in there:
                self._context.memory.put(_MEMORY, "yes")
                yield _step(view, "present")
            elif self._version < FIRST_VERSION:
                yield _step(view, "refused", _TOO_OLD)
            elif lacking:
                yield _step(view, "refused", _lacking(lacking))
            elif not apply:
                yield _step(view, "missing")
            else:
                yield self._made(view, usable) if self._may_make else _step(view, "refused", LISTS_RIGHT)

    def deprovision(self, apply: bool) -> Iterator[Step]:
        try:
            there = self._there()
        except Refusal as refusal:
            if self._context.memory.get(_MEMORY) is not None:  # otherwise nothing is known to be left behind
                yield _refused(VIEWS[0], refusal.status, refusal.fault)
            return
        for view in (view for view in VIEWS if view.name in there):
            yield self._removed(view) if apply else _step(view, "would_remove")

    def _there(self) -> Set[str]:
        names = id_list(tuple(one.salesforce_name for one in WORKING_LISTS))
        objects = id_list(tuple(PERSON_OBJECTS.values()))
        soql = (
            "SELECT Id, DeveloperName, SobjectType FROM ListView "
            f"WHERE SobjectType IN ({objects}) AND DeveloperName IN ({names})"
        )
        return {f"{row.get('SobjectType')}.{row.get('DeveloperName')}" for row in query_rows(self._client, soql)}

    def _made(self, view: View, usable: Set[str]) -> Step:
        """The API speaks of operand labels without saying whether it means the value of a picklist or its label, which
        differ in a Japanese org: values go first, and what became of them is looked at."""
        try:
            sent_labels, made = self._posted(view, usable)
        except Refusal as refusal:
            return self._not_made(view, refusal)
        self._context.memory.put(_MEMORY, "yes")
        understood = self._understood(view, made)
        if understood is False and not sent_labels:
            understood = self._mended(view, made)
        if understood is False:
            return self._taken_back(view)
        return _step(view, "created", None if understood else _UNCHECKED)

    def _mended(self, view: View, made: Any) -> bool | None:
        try:
            self._client.call("PATCH", view.path, body={"filteredByInfo": self._filters(view, labels=True)})
        except Refusal:
            return False
        return self._understood(view, made)

    def _taken_back(self, view: View) -> Step:
        try:
            self._client.call("DELETE", view.path)
        except Refusal:
            return _step(view, "differs", _LEFT)
        return _step(view, "refused", _MISREAD)

    def _posted(self, view: View, usable: Set[str]) -> tuple[bool, Any]:
        """Whether labels had to be sent, and the answer."""
        path = f"/ui-api/list-info/{view.object}"
        try:
            return False, self._client.call("POST", path, body=self._body(view, usable, labels=False)).body
        except Refusal as refusal:
            if refusal.status != 400 or not _picks(view) or _is_taken(refusal.fault):
                raise
        return True, self._client.call("POST", path, body=self._body(view, usable, labels=True)).body

    def _not_made(self, view: View, refusal: Refusal) -> Step:
        if _is_taken(refusal.fault):  # names are unique: an earlier try arrived, its answer got lost
            return _step(view, "created", _UNCHECKED)
        step = _refused(view, refusal.status, refusal.fault)
        self._may_make = step.detail is not LISTS_RIGHT
        return step

    def _body(self, view: View, usable: Set[str], labels: bool) -> dict[str, Any]:
        own = [BY_NAME[name].salesforce_name for name in _OWN_COLUMNS]
        shown = [name for name in own if f"{view.object}.{name}" in usable]
        body = {
            "listViewApiName": view.list.salesforce_name,
            "label": view.list.name.to(self._language),
            "displayColumns": [*_FIRST_COLUMNS[view.object], *shown, *_LAST_COLUMNS],
            "filteredByInfo": self._filters(view, labels),
            "scope": {"apiName": "everything"},
            "visibility": "Public",
        }
        logic = filter_logic(view.list)
        return {**body, "filterLogicString": logic} if logic else body

    def _filters(self, view: View, labels: bool) -> list[dict[str, Any]]:
        return [
            {
                "fieldApiName": condition.own.salesforce_name,
                "operator": _OPERATORS[condition.comparison],
                "operandLabels": self._operands(view, condition, labels),
            }
            for group in view.list.groups
            for condition in group
        ]

    def _operands(self, view: View, condition: Condition, labels: bool) -> list[str]:
        if condition.comparison is Comparison.KNOWN:
            return [""]
        if not labels or condition.comparison is not Comparison.ANY_OF:
            return list(condition.values)
        known = self._labels(view.object, condition.own.salesforce_name)
        return [known.get(value, value) for value in condition.values]

    def _labels(self, object_name: str, field: str) -> dict[str, str]:
        """Labels of a picklist's values as this org has them."""
        body = self._client.call("GET", f"/sobjects/{object_name}/describe").body
        listed = body.get("fields") if isinstance(body, Mapping) else None
        for item in _mappings(listed):
            if item.get("name") == field:
                return {
                    str(one.get("value")): str(one.get("label") or one.get("value"))
                    for one in _mappings(item.get("picklistValues"))
                }
        return {}

    def _understood(self, view: View, made: Any) -> bool | None:
        """Whether the view asks for the values meant, by the query that it stands for; None when it does not tell."""
        id = _id_of(made)
        if not id and not (isinstance(made, Mapping) and made.get("listViewApiName")):
            raise unexpected("the list view is not in it", "リストビューがありません", "POST /ui-api/list-info")
        if not id:
            return None
        try:
            body = self._client.call("GET", f"/sobjects/{view.object}/listviews/{quote(id)}/describe").body
        except Refusal:
            return None
        query = str(body.get("query") or "") if isinstance(body, Mapping) else ""
        return all(f"'{value}'" in query for value in _picks(view)) if query else None

    def _removed(self, view: View) -> Step:
        try:
            self._client.call("DELETE", view.path)
        except Refusal as refusal:
            if refusal.status != 404:
                return _refused(view, refusal.status, refusal.fault)
        return _step(view, "removed")


def filter_logic(one: WorkingList) -> str:
    """Which filters belong together, by their numbers; "" when all have to hold."""
    if len(one.groups) == 1:
        return ""
    parts, number = [], 1
    for group in one.groups:
        parts.append("(" + " AND ".join(str(number + place) for place in range(len(group))) + ")")
        number += len(group)
    return " OR ".join(parts)


def columns(object_name: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Standard columns before ours, logical names of ours, standard columns after them."""
    return _FIRST_COLUMNS[object_name], _OWN_COLUMNS, _LAST_COLUMNS


def _own_names(view: View) -> list[str]:
    return [f"{view.object}.{BY_NAME[field].salesforce_name}" for field in view.list.fields]


def _picks(view: View) -> list[str]:
    """The picklist values that it filters on."""
    conditions = [condition for group in view.list.groups for condition in group]
    return [value for each in conditions if each.comparison is Comparison.ANY_OF for value in each.values]


def _id_of(made: Any) -> str:
    """The view's id in the answer, which older and newer versions put into different places."""
    for name in ("listReference", "id"):
        found = made.get(name) if isinstance(made, Mapping) else None
        told = str(found.get("id") or "") if isinstance(found, Mapping) else ""
        if is_id(told):
            return id18(told)
    return ""


def _is_taken(fault: Fault) -> bool:
    return fault.code.startswith("DUPLICATE")


def _mappings(listed: Any) -> Sequence[Mapping[str, Any]]:
    return [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []


def _lacking(names: Sequence[str]) -> Text:
    listed = ", ".join(names)
    return Text(
        f"needs the fields {listed}; run provision without --minimal first",
        f"項目 {listed} が必要です。先に --minimal なしで provision を実行してください",
    )


def _refused(view: View, status: int, fault: Fault) -> Step:
    if status == 403 or fault.code in ABSENT_OBJECT:
        return _step(view, "refused", LISTS_RIGHT)
    said = reason(fault)
    return _step(view, "refused", Text(said, said))


def _step(view: View, state: str, detail: Text | None = None) -> Step:
    return Step(SALESFORCE, "list_view", view.name, state, detail)
