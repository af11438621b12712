"""Making our fields and permission sets, and taking them away again; everything else stays as it is.

A new field is invisible to everybody until field-level security grants it, so fields come with two permission
sets: one for the integration user, one for sales.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.salesforce.answers import ABSENT_OBJECT, Fault, reason, unexpected
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.custom_fields import fits, metadata, metadata_fits
from connectors.salesforce.describe import Describer
from connectors.salesforce.list_views import ListViews
from connectors.salesforce.organization import query_rows
from connectors.salesforce.permissions import PermissionSets
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import PERSON_OBJECTS
from sync.core.fields import FIELDS, Field, chosen
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.ports import ConnectorContext, Step

CUSTOMIZE_RIGHT = Text(
    "the user needs the system permissions Customize Application (Setup > Permission Sets > System Permissions)",
    "ユーザーに「アプリケーションのカスタマイズ」権限が必要です(設定 > 権限セット > システム権限)",
)
_FIELD_PATH = "/tooling/sobjects/CustomField"
_DIFFERS = Text(
    "a field of this name exists with another type, length or values; it is left alone. Rename or remove it.",
    "同名で型・長さ・値の異なる項目が既にあるため変更しません。名称変更または削除してください。",
)


@dataclass(frozen=True, slots=True)
class Place:
    """One of our fields on one object."""

    object: str
    field: Field

    @property
    def name(self) -> str:
        return f"{self.object}.{self.field.salesforce_name}"

    @property
    def developer_name(self) -> str:
        return self.field.salesforce_name.removesuffix("__c")


def places(fields: Sequence[Field]) -> list[Place]:
    return [Place(object_name, field) for object_name in PERSON_OBJECTS.values() for field in fields]


class Provisioner:
    def __init__(
        self,
        client: SalesforceClient,
        describer: Describer,
        settings: SalesforceSettings,
        context: ConnectorContext,
    ) -> None:
        self._client, self._describer, self._context = client, describer, context
        self._permissions = PermissionSets(client, settings, context)
        self._views = ListViews(client, settings, context)
        self._may_customize = True

    def provision(self, apply: bool, minimal: bool, lists: bool) -> Iterator[Step]:
        """Fields first, then the permission sets that show them, the integration user's assignment, and at last what
        filters on the fields."""
        self._may_customize = True
        usable: list[str] = []
        hidden = self._tooling_ids()
        self._describe_anew()
        for place in places(chosen(minimal)):
            step = self._field_step(place, hidden, apply)
            if step.state in ("present", "created", "missing"):
                usable.append(place.name)
            yield step
        yield from self._permissions.provision(usable, apply)
        if lists:
            others = (place for place in places(FIELDS) if place.name not in usable)
            there = {place.name for place in others if self._visible(place)}
            yield from self._views.provision(apply, there | set(usable))
        self._describer.forget()

    def deprovision(self, apply: bool) -> Iterator[Step]:
        """List views, assignments and permission sets, then the fields that are ours by name and type."""
        yield from self._views.deprovision(apply)
        self._may_customize = True
        found = self._tooling_ids()
        self._describe_anew()
        ours = [
            (place, found[place.object, place.developer_name]) for place in places(FIELDS) if self._in(place, found)
        ]
        steps = [(place, id, self._fits(place, id)) for place, id in ours]
        yield from self._permissions.deprovision(apply)
        for place, id, fit in steps:
            yield self._removal(place, id, apply) if fit else _step("field", place.name, "differs", _DIFFERS)
        self._describer.forget()

    def _in(self, place: Place, found: Mapping[tuple[str, str], str]) -> bool:
        return (place.object, place.developer_name) in found

    def _describe_anew(self) -> None:
        for object_name in PERSON_OBJECTS.values():
            self._describer.anew(object_name)

    def _tooling_ids(self) -> dict[tuple[str, str], str]:
        """Ids of fields named like ours by (object, developer name); empty when Tooling is closed to this user."""
        soql = "SELECT Id, DeveloperName, TableEnumOrId FROM CustomField WHERE DeveloperName LIKE 'Leadsync%'"
        try:
            rows = query_rows(self._client, soql, tooling=True)
        except Refusal:
            return {}
        return {(str(row.get("TableEnumOrId")), str(row.get("DeveloperName"))): str(row.get("Id")) for row in rows}

    def _field_step(self, place: Place, hidden: Mapping[tuple[str, str], str], apply: bool) -> Step:
        id = hidden.get((place.object, place.developer_name), "")
        if id or self._visible(place):
            fit = self._fits(place, id)
            return _step("field", place.name, "present" if fit else "differs", None if fit else _DIFFERS)
        if not apply:
            return _step("field", place.name, "missing")
        if not self._may_customize:
            return _step("field", place.name, "refused", CUSTOMIZE_RIGHT)
        return self._creation(place)

    def _visible(self, place: Place) -> bool:
        return place.field.salesforce_name in self._describer.shape(place.object).fields

    def _fits(self, place: Place, id: str) -> bool:
        shape = self._describer.shape(place.object).fields.get(place.field.salesforce_name)
        if shape is not None:
            return fits(place.field, shape)
        try:
            body = self._client.call("GET", f"{_FIELD_PATH}/{id}").body
        except Refusal:
            return True  # the name is all there is to go by
        found = body.get("Metadata") if isinstance(body, Mapping) else None
        return metadata_fits(place.field, found) if isinstance(found, Mapping) else True

    def _creation(self, place: Place) -> Step:
        body = {"FullName": place.name, "Metadata": metadata(place.field, self._context.language)}
        try:
            # A repeat after a lost answer is refused as a duplicate name, so repeating is safe.
            answer = self._client.call("POST", _FIELD_PATH, body=body)
        except Refusal as refusal:
            if refusal.fault.code == "DUPLICATE_DEVELOPER_NAME":
                return _step("field", place.name, "created")
            return self._refused(place, refusal)
        if not isinstance(answer.body, Mapping) or answer.body.get("success") is False:
            raise unexpected("a field was answered without success", "項目の作成結果が不明です", f"POST {_FIELD_PATH}")
        return _step("field", place.name, "created")

    def _removal(self, place: Place, id: str, apply: bool) -> Step:
        if not apply:
            return _step("field", place.name, "would_remove")
        if not self._may_customize:
            return _step("field", place.name, "refused", CUSTOMIZE_RIGHT)
        try:
            self._client.call("DELETE", f"{_FIELD_PATH}/{id}")
        except Refusal as refusal:
            if refusal.fault.code != "NOT_FOUND":
                return self._refused(place, refusal)
        return _step("field", place.name, "removed")

    def _refused(self, place: Place, refusal: Refusal) -> Step:
        if lacks_right(refusal.status, refusal.fault):
            self._may_customize = False
            return _step("field", place.name, "refused", CUSTOMIZE_RIGHT)
        said = reason(refusal.fault)
        return _step("field", place.name, "refused", Text(said, said))


def lacks_right(status: int, fault: Fault) -> bool:
    return status == 403 or fault.code in ABSENT_OBJECT


def _step(kind: str, name: str, state: str, detail: Text | None = None) -> Step:
    return Step(SALESFORCE, kind, name, state, detail)
