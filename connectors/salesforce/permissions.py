"""The two permission sets: what they grant on our fields, who has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.salesforce.answers import ABSENT_OBJECT, Fault, reason, unexpected
from connectors.salesforce.batches import PATH, SIZE, send, typed
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.organization import query_rows
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.successors import chunks
from connectors.salesforce.values import id18, id_list, is_id, quoted
from sync.core.fields import BY_NAME, RUNTIME_PERMISSION_SET, SALES_PERMISSION_SET
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.ports import ConnectorContext, Step

PERMISSIONS_RIGHT = Text(
    "the user needs the system permissions Manage Profiles and Permission Sets and Assign Permission Sets "
    "(Setup > Permission Sets > System Permissions)",
    "ユーザーに「プロファイルと権限セットの管理」および「権限セットの割り当て」権限が必要です"
    "(設定 > 権限セット > システム権限)",
)
_NO_USER = Text(
    "which user the token speaks for is not known; assign the permission set by hand (Setup > Permission Sets)",
    "トークンのユーザーを特定できません。権限セットを手動で割り当ててください(設定 > 権限セット)",
)
_SALES_EDITS = frozenset(BY_NAME[name].salesforce_name for name in ("verdict", "verdict_note"))
LABELS = {RUNTIME_PERMISSION_SET: "Leadsync Runtime", SALES_PERMISSION_SET: "Leadsync Sales"}
# A field just made can take a moment until its permissions may be set.
_PATIENCE = 4
_NOT_YET = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a set should allow on one field (`Lead.Leadsync_Score__c`)."""

    set_name: str
    field: str
    edit: bool

    @property
    def name(self) -> str:
        return f"{self.set_name}:{self.field}"

    def rights(self) -> dict[str, bool]:
        return {"PermissionsRead": True, "PermissionsEdit": self.edit}


def grants(fields: Sequence[str]) -> list[Grant]:
    """The integration user edits all our fields; sales sees them and answers in two."""
    runtime = [Grant(RUNTIME_PERMISSION_SET, field, True) for field in fields]
    return runtime + [Grant(SALES_PERMISSION_SET, field, field.split(".")[1] in _SALES_EDITS) for field in fields]


class PermissionSets:
    def __init__(self, client: SalesforceClient, settings: SalesforceSettings, context: ConnectorContext) -> None:
        self._client, self._settings, self._context = client, settings, context

    def ids(self) -> dict[str, str]:
        """Ids of our sets by name. Raises `Refusal` when this user may not look."""
        names = id_list(tuple(LABELS))
        rows = query_rows(self._client, f"SELECT Id, Name FROM PermissionSet WHERE Name IN ({names})")
        return {str(row.get("Name")): id18(str(row.get("Id") or "")) for row in rows}

    def running_user(self) -> str:
        """Id of the user we act as, "" when neither the token nor the settings tell."""
        if self._client.token.user_id or not self._settings.username:
            return self._client.token.user_id
        soql = f"SELECT Id FROM User WHERE Username = {quoted(self._settings.username)}"
        rows = query_rows(self._client, soql)
        return id18(str(rows[0].get("Id") or "")) if rows else ""

    def assignments(self, set_ids: Sequence[str], user_id: str = "") -> list[str]:
        """Ids of the assignments of these sets, of one user or of all."""
        soql = f"SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId IN ({id_list(tuple(set_ids))})"
        soql += f" AND AssigneeId = {quoted(user_id)}" if user_id else ""
        return [id18(str(row.get("Id") or "")) for row in query_rows(self._client, soql)]

    def provision(self, fields: Sequence[str], apply: bool) -> Iterator[Step]:
        try:
            ids = self.ids()
        except Refusal as refusal:
            for name in LABELS:
                yield _refusal("permission_set", name, refusal.status, refusal.fault)
            return
        for name in LABELS:
            yield self._set_step(name, ids, apply)
        yield from self._access(grants(fields), ids, apply)
        yield self._assignment(ids, apply)

    def deprovision(self, apply: bool) -> Iterator[Step]:
        try:
            ids = self.ids()
            assigned = self.assignments(list(ids.values())) if ids else []
        except Refusal as refusal:
            yield _refusal("permission_set", RUNTIME_PERMISSION_SET, refusal.status, refusal.fault)
            return
        for chunk in chunks(assigned, SIZE):
            yield self._unassigned(chunk, apply)
        for name, id in ids.items():
            yield self._set_removal(name, id, apply)

    def _set_step(self, name: str, ids: dict[str, str], apply: bool) -> Step:
        """Makes the set when needed and notes its id in `ids`."""
        if name in ids:
            return _step("permission_set", name, "present")
        if not apply:
            return _step("permission_set", name, "missing")
        try:
            # Names are unique: a repeat after a lost answer is refused and the set is found by the next look.
            answer = self._client.call("POST", "/sobjects/PermissionSet", body={"Name": name, "Label": LABELS[name]})
            made = str(answer.body.get("id") or "") if isinstance(answer.body, Mapping) else ""
            if not is_id(made):
                raise unexpected("the set has no id", "権限セットの ID がありません", "POST /sobjects/PermissionSet")
            ids[name] = id18(made)
        except Refusal as refusal:
            if not refusal.fault.code.startswith("DUPLICATE"):
                return _refusal("permission_set", name, refusal.status, refusal.fault)
            ids |= self.ids()
        return _step("permission_set", name, "created")

    def _access(self, wanted: Sequence[Grant], ids: Mapping[str, str], apply: bool) -> Iterator[Step]:
        present = self._granted(ids)
        bodies: list[tuple[Grant, dict[str, Any]]] = []
        for grant in wanted:
            set_id = ids.get(grant.set_name, "")
            id, edit = present.get((set_id, grant.field), ("", False))
            if id and (edit or not grant.edit):
                yield _step("field_access", grant.name, "present")
            elif not apply:
                yield _step("field_access", grant.name, "missing")
            elif set_id:
                bodies.append((grant, _grant_body(grant, set_id, id)))
        yield from self._grant([each for each in bodies if "id" in each[1]], "PATCH")
        yield from self._grant([each for each in bodies if "id" not in each[1]], "POST")

    def _granted(self, ids: Mapping[str, str]) -> dict[tuple[str, str], tuple[str, bool]]:
        """(row id, edit) by (set id, field)."""
        if not ids:
            return {}
        soql = (
            "SELECT Id, ParentId, Field, PermissionsRead, PermissionsEdit FROM FieldPermissions "
            f"WHERE ParentId IN ({id_list(tuple(ids.values()))})"
        )
        return {
            (id18(str(row.get("ParentId") or "")), str(row.get("Field"))): (
                str(row.get("Id") or ""),
                row.get("PermissionsEdit") is True,
            )
            for row in query_rows(self._client, soql)
        }

    def _grant(self, bodies: Sequence[tuple[Grant, dict[str, Any]]], method: str) -> Iterator[Step]:
        waiting = list(bodies)
        for attempt in range(1, _PATIENCE + 1):
            again: list[tuple[Grant, dict[str, Any]]] = []
            for chunk in chunks(waiting, SIZE):
                verdicts = send(self._client, method, [body for _, body in chunk], idempotent=method == "PATCH")
                for (grant, body), verdict in zip(chunk, verdicts, strict=True):
                    fault = verdict.fault or (None if verdict.answered else Fault("NO_ANSWER"))
                    if fault is not None and fault.code == _NOT_YET and attempt < _PATIENCE:
                        again.append((grant, body))
                    elif fault is None or fault.code.startswith("DUPLICATE"):
                        yield _step("field_access", grant.name, "created")
                    else:
                        yield _refusal("field_access", grant.name, 0, fault)
            if not again:
                return
            waiting = again
            self._context.sleep(2.0 * attempt)

    def _assignment(self, ids: Mapping[str, str], apply: bool) -> Step:
        user = self.running_user()
        name, set_id = RUNTIME_PERMISSION_SET, ids.get(RUNTIME_PERMISSION_SET, "")
        if not user:
            return _step("assignment", name, "refused", _NO_USER)
        if set_id and self.assignments([set_id], user):
            return _step("assignment", name, "present")
        if not apply:
            return _step("assignment", name, "missing")
        if not set_id:
            return _step("assignment", name, "refused", PERMISSIONS_RIGHT)
        body = {"AssigneeId": user, "PermissionSetId": set_id}
        try:
            self._client.call("POST", "/sobjects/PermissionSetAssignment", body=body)
        except Refusal as refusal:
            if not refusal.fault.code.startswith("DUPLICATE"):
                return _refusal("assignment", name, refusal.status, refusal.fault)
        return _step("assignment", name, "created")

    def _unassigned(self, ids: Sequence[str], apply: bool) -> Step:
        name = f"{len(ids)} assignments"
        if not apply:
            return _step("assignment", name, "would_remove")
        try:
            answer = self._client.call("DELETE", f"{PATH}?ids={quote(','.join(ids), safe=',')}&allOrNone=false")
        except Refusal as refusal:
            return _refusal("assignment", name, refusal.status, refusal.fault)
        results = answer.body if isinstance(answer.body, list) else []
        failed = [one for one in results if isinstance(one, Mapping) and one.get("success") is not True]
        return _step("assignment", name, "removed") if not failed else _step("assignment", name, "refused", None)

    def _set_removal(self, name: str, id: str, apply: bool) -> Step:
        if not apply:
            return _step("permission_set", name, "would_remove")
        try:
            self._client.call("DELETE", f"/sobjects/PermissionSet/{id}")
        except Refusal as refusal:
            if refusal.fault.code not in ("ENTITY_IS_DELETED", "NOT_FOUND"):
                return _refusal("permission_set", name, refusal.status, refusal.fault)
        return _step("permission_set", name, "removed")


def _grant_body(grant: Grant, set_id: str, id: str) -> dict[str, Any]:
    if id:
        return typed("FieldPermissions", {"id": id, **grant.rights()})
    object_name = grant.field.split(".")[0]
    values = {"ParentId": set_id, "SobjectType": object_name, "Field": grant.field, **grant.rights()}
    return typed("FieldPermissions", values)


def _refusal(kind: str, name: str, status: int, fault: Fault) -> Step:
    if status == 403 or fault.code in ABSENT_OBJECT:
        return _step(kind, name, "refused", PERMISSIONS_RIGHT)
    said = reason(fault)
    return _step(kind, name, "refused", Text(said, said))


def _step(kind: str, name: str, state: str, detail: Text | None = None) -> Step:
    return Step(SALESFORCE, kind, name, state, detail)
