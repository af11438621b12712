"""Makes the active lists that salespeople work from, once, and removes them again. A list that people changed stays as
they made it; one of our names that is something else is not touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from connectors.hubspot import routes
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.failures import Complaints, error_code, is_absent, unexpected, vendor_code
from connectors.hubspot.reference import Reference
from sync.core.records import HUBSPOT
from sync.core.text import Text
from sync.core.working_lists import WORKING_LISTS, Comparison, Condition, WorkingList
from sync.errors import CallRefused, FeatureMissing, VendorError
from sync.ports import Step

SCOPES = ("crm.lists.read", "crm.lists.write")
_CONTACTS, _DYNAMIC = "0-1", "DYNAMIC"
_PREFIX = "leadsync_"
_NOT_GRANTED = Text(
    f"the credentials lack the scopes {' and '.join(SCOPES)}, or the account has no lists; "
    "add them and provision again, or make the lists by hand (docs/display.md)",
    f"認証情報にスコープ {'・'.join(SCOPES)} がないか、リスト機能がないアカウントです。"
    "追加して再度 provision を実行するか、手動で作成してください(docs/display.ja.md)",
)
_FOREIGN = Text(
    "a list of this name exists that is not made of our properties; it is left alone. Rename it, then provision again",
    "同名で Leadsync の項目を使わないリストがあるため変更しません。名前を変えてから再度 provision を実行してください",
)
_CHANGED = Text("its filters were changed; they stay", "フィルターが変更されています。そのまま残します")


class Lists:
    def __init__(self, client: HubSpotClient, reference: Reference, language: str) -> None:
        self._client, self._reference, self._language = client, reference, language

    def provision(self, apply: bool, usable: Set[str]) -> Iterator[Step]:
        """`usable`: names of the properties that exist, or under a plan would."""
        try:
            there = self._there()
        except VendorError as error:
            if not is_absent(error):
                raise
            yield from (_step(self._name(one), "refused", _NOT_GRANTED) for one in WORKING_LISTS)
            return
        for one in WORKING_LISTS:
            lacking = [own for field in one.fields if (own := _PREFIX + field) not in usable]
            if one.id in there:
                yield self._found(one, there[one.id])
            elif lacking:
                yield _step(self._name(one), "refused", _lacking(lacking))
            elif not apply:
                yield _step(self._name(one), "missing")
            else:
                yield self._made(one)

    def deprovision(self, apply: bool) -> Iterator[Step]:
        try:
            there = self._there()
        except VendorError as error:
            if not is_absent(error):
                raise
            if self._reference.lists_made():  # otherwise nothing is known to be left behind
                yield _step("Leadsync: *", "refused", _NOT_GRANTED)
            return
        for one in WORKING_LISTS:
            if one.id in there:
                yield self._removed(there[one.id], apply)

    def _there(self) -> dict[str, Mapping[str, Any]]:
        """Lists that bear one of our names in either language, by our id, with their filters."""
        names = {name.casefold(): one.id for one in WORKING_LISTS for name in (one.name.en, one.name.ja)}
        found: dict[str, Mapping[str, Any]] = {}
        for raw in self._searched():
            id_ = names.get(str(raw.get("name") or "").casefold())
            if id_ and (id_ not in found or not _is_ours(found[id_])):
                found[id_] = self._whole(str(raw.get("listId") or ""))
        return found

    def _searched(self) -> Iterator[Mapping[str, Any]]:
        offset = 0
        while True:
            body = {"query": "Leadsync", "count": routes.LISTS_PAGE, "offset": offset, "additionalProperties": []}
            answer = self._client.post(routes.LISTS_SEARCH, body).body
            lists = answer.get("lists")
            if not isinstance(lists, list) or not all(isinstance(each, Mapping) for each in lists):
                raise unexpected("lists", "the answer has no lists")
            yield from lists
            following = answer.get("offset")
            if answer.get("hasMore") is not True or not isinstance(following, int) or following <= offset:
                return
            offset = following

    def _whole(self, id_: str) -> Mapping[str, Any]:
        found = self._client.get(routes.LIST, {"includeFilters": "true"}, id=id_).body.get("list")
        if not isinstance(found, Mapping) or not str(found.get("listId") or ""):
            raise unexpected("lists", "the answer has no list")
        return found

    def _found(self, one: WorkingList, raw: Mapping[str, Any]) -> Step:
        name = str(raw.get("name"))
        if not _is_ours(raw):
            return _step(name, "differs", _FOREIGN)
        self._reference.remember_lists_made()
        same = _meaning(raw.get("filterBranch")) == _meaning(filter_branch(one))
        return _step(name, "present", None if same else _CHANGED)

    def _made(self, one: WorkingList) -> Step:
        """Names are unique, so repeating after a lost answer makes no second one: it is refused, and found."""
        body = {
            "name": self._name(one),
            "objectTypeId": _CONTACTS,
            "processingType": _DYNAMIC,
            "filterBranch": filter_branch(one),
        }
        try:
            answer = self._client.post(routes.LISTS, body, judge=True)
        except FeatureMissing:
            return _step(self._name(one), "refused", _NOT_GRANTED)
        if answer.status >= 400 and not self._made_after_all(one):
            return _step(self._name(one), "refused", _refusal(answer.body))
        if answer.status < 400 and not _has_id(answer.body.get("list")):
            raise unexpected("lists", "the answer names no list")
        self._reference.remember_lists_made()
        return _step(self._name(one), "created")

    def _made_after_all(self, one: WorkingList) -> bool:
        found = self._there().get(one.id)
        return found is not None and _is_ours(found)

    def _removed(self, raw: Mapping[str, Any], apply: bool) -> Step:
        name = str(raw.get("name"))
        if not _is_ours(raw):
            return _step(name, "differs", _FOREIGN)
        if not apply:
            return _step(name, "would_remove")
        try:
            self._client.delete(routes.LIST, id=str(raw.get("listId")))
        except FeatureMissing:
            return _step(name, "refused", _NOT_GRANTED)
        except CallRefused as refused:
            if refused.status != 404:
                return _step(name, "refused", refused.text)
        return _step(name, "removed")

    def _name(self, one: WorkingList) -> str:
        return one.name.to(self._language)


def filter_branch(one: WorkingList) -> dict[str, Any]:
    """As HubSpot wants it: one OR at the root, below it nothing but ANDs of property filters."""
    branches = [_branch("AND", filters=[_filter(condition) for condition in group]) for group in one.groups]
    return _branch("OR", branches=branches)


def _branch(kind: str, branches: Any = (), filters: Any = ()) -> dict[str, Any]:
    return {
        "filterBranchType": kind,
        "filterBranchOperator": kind,
        "filterBranches": list(branches),
        "filters": list(filters),
    }


def _filter(condition: Condition) -> dict[str, Any]:
    operation = {**_operation(condition), "includeObjectsWithNoValueSet": False}
    return {"filterType": "PROPERTY", "property": condition.own.hubspot_name, "operation": operation}


def _operation(condition: Condition) -> dict[str, Any]:
    if condition.comparison is Comparison.ANY_OF:
        return {"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "values": list(condition.values)}
    if condition.comparison is Comparison.AT_LEAST:
        value = int(condition.values[0])
        return {"operationType": "NUMBER", "operator": "IS_GREATER_THAN_OR_EQUAL_TO", "value": value}
    if condition.comparison is Comparison.BEGINS_WITH:
        return {"operationType": "MULTISTRING", "operator": "STARTS_WITH", "values": list(condition.values)}
    return {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"}


def _is_ours(raw: Mapping[str, Any]) -> bool:
    """An active list of contacts that filters on one of our properties."""
    kind = (str(raw.get("objectTypeId") or ""), str(raw.get("processingType") or "").upper())
    return kind == (_CONTACTS, _DYNAMIC) and any(
        str(each.get("property") or "").startswith(_PREFIX) for each in _filters(raw.get("filterBranch"))
    )


def _filters(branch: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(branch, Mapping):
        return
    yield from _objects(branch.get("filters"))
    for below in _objects(branch.get("filterBranches")):
        yield from _filters(below)


def _meaning(branch: Any) -> Any:
    """What a filter branch asks, whatever the order and whatever defaults HubSpot fills in."""
    if not isinstance(branch, Mapping):
        return None
    return (
        str(branch.get("filterBranchType")),
        frozenset(_asked(each) for each in _objects(branch.get("filters"))),
        frozenset(_meaning(below) for below in _objects(branch.get("filterBranches"))),
    )


def _asked(raw: Mapping[str, Any]) -> tuple[str, str, frozenset[str]]:
    told = raw.get("operation")
    operation = told if isinstance(told, Mapping) else {}
    many = operation.get("values")
    values = many if isinstance(many, list) else [] if operation.get("value") is None else [operation["value"]]
    return str(raw.get("property")), str(operation.get("operator")), frozenset(map(_plain, values))


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _objects(raw: Any) -> list[Mapping[str, Any]]:
    return [each for each in raw if isinstance(each, Mapping)] if isinstance(raw, list) else []


def _has_id(raw: Any) -> bool:
    return isinstance(raw, Mapping) and bool(str(raw.get("listId") or ""))


def _lacking(names: list[str]) -> Text:
    listed = ", ".join(names)
    return Text(
        f"needs the properties {listed}; run provision without --minimal first",
        f"項目 {listed} が必要です。先に --minimal なしで provision を実行してください",
    )


def _refusal(body: Mapping[str, Any]) -> Text:
    code = vendor_code(body.get("subCategory")) or error_code(body) or Complaints(body).first_code() or "REFUSED"
    return Text(f"HubSpot refused it: {code}", f"HubSpot に拒否されました: {code}")


def _step(name: str, state: str, detail: Text | None = None) -> Step:
    return Step(HUBSPOT, "list", name, state, detail)
