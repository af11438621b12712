"""Makes our property group and properties on contacts, on demand the lists that filter on them, and removes them
again. What others made is never touched."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.hubspot import routes
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.failures import Complaints, error_code, is_absent, listed
from connectors.hubspot.lists import Lists
from connectors.hubspot.reference import Reference
from sync.core.fields import FIELDS, HUBSPOT_GROUP, Field, FieldType, chosen
from sync.core.records import HUBSPOT
from sync.core.text import Language, Text
from sync.errors import CallRefused, FeatureMissing, VendorError
from sync.ports import Step

WRITE_SCOPE = "crm.schemas.contacts.write"
_TYPES = {
    FieldType.NUMBER: ("number", "number"),
    FieldType.CHOICE: ("enumeration", "select"),
    FieldType.TEXT: ("string", "text"),
    FieldType.KEY: ("string", "text"),
    FieldType.LONG_TEXT: ("string", "textarea"),
    FieldType.TIME: ("datetime", "date"),
}
_SCOPE_TEXT = Text(
    f"the credentials lack the scope {WRITE_SCOPE}; add it, provision, and take it away again if you like",
    f"認証情報にスコープ {WRITE_SCOPE} がありません。"
    "追加してから provision を実行してください(実行後に外しても構いません)",
)


class Provisioner:
    def __init__(self, client: HubSpotClient, reference: Reference, language: Language) -> None:
        self._client, self._reference = client, reference
        self._language = language
        self._lists = Lists(client, reference, language)

    def provision(self, apply: bool, minimal: bool, lists: bool) -> Iterator[Step]:
        existing = self._reference.properties()
        usable = set(existing)
        for step in self._properties(existing, apply, minimal):
            if step.kind == "property" and step.state in ("missing", "created"):
                usable.add(step.name)
            yield step
        if lists:
            yield from self._lists.provision(apply, usable)

    def _properties(self, existing: Mapping[str, Mapping[str, Any]], apply: bool, minimal: bool) -> Iterator[Step]:
        group_there = self._group_exists()
        missing = [own for own in chosen(minimal) if own.hubspot_name not in existing]
        archived = self._reference.properties(archived=True) if missing else {}
        creatable = [own for own in missing if own.hubspot_name not in archived]
        refusal: Text | None = None
        if not apply or group_there:
            yield Step(HUBSPOT, "group", HUBSPOT_GROUP, "present" if group_there else "missing")
        else:
            refusal = self._make_group()
            yield Step(HUBSPOT, "group", HUBSPOT_GROUP, "refused" if refusal else "created", refusal)
        reasons = self._make(creatable) if apply and creatable and not refusal else {}
        for own in chosen(minimal):
            name = own.hubspot_name
            if name in existing:
                yield _compared(own, existing[name])
            elif name in archived:
                yield Step(HUBSPOT, "property", name, "refused", _archived_text())
            elif not apply:
                yield Step(HUBSPOT, "property", name, "missing")
            elif refusal or name in reasons:
                yield Step(HUBSPOT, "property", name, "refused", refusal or reasons[name])
            else:
                yield Step(HUBSPOT, "property", name, "created")
        if apply:
            self._reference.forget_fields()

    def deprovision(self, apply: bool) -> Iterator[Step]:
        """Lists first: they filter on the properties."""
        yield from self._lists.deprovision(apply)
        existing = self._reference.properties()
        in_group = [name for name, found in existing.items() if found.get("groupName") == HUBSPOT_GROUP]
        ours = [own.hubspot_name for own in FIELDS if own.hubspot_name in in_group]
        reasons = self._remove(ours) if apply and ours else {}
        for name in ours:
            state = "would_remove" if not apply else "refused" if name in reasons else "removed"
            yield Step(HUBSPOT, "property", name, state, reasons.get(name))
        for own in FIELDS:
            if own.hubspot_name in existing and own.hubspot_name not in ours:
                text = Text("in another group than ours; left alone", "別のグループにあるため、そのまま残します")
                yield Step(HUBSPOT, "property", own.hubspot_name, "differs", text)
        if self._group_exists():
            yield self._group_removed(apply, others=len(in_group) - len(ours), kept=len(reasons))
        if apply:
            self._reference.forget_fields()

    def _group_exists(self) -> bool:
        try:
            body = self._client.get(routes.PROPERTY_GROUPS, type="contacts").body
        except VendorError as error:
            if not is_absent(error):
                raise
            return False  # making one that is there is answered with 409, which does no harm
        found = (group for group in listed(body, "property groups") if group.get("archived") is not True)
        return any(group.get("name") == HUBSPOT_GROUP for group in found)

    def _make_group(self) -> Text | None:
        """Why not, or None when it is there."""
        body = {"name": HUBSPOT_GROUP, "label": "Leadsync"}
        try:
            answer = self._client.post(routes.PROPERTY_GROUPS, body, judge=True, type="contacts")
        except FeatureMissing:
            return _SCOPE_TEXT
        return None if answer.status < 400 or answer.status == 409 else _refused_text(answer.body)

    def _make(self, wanted: Sequence[Field]) -> dict[str, Text]:
        """Creates them; reasons by name of those that HubSpot refused."""
        try:
            self._create_batch(wanted)
            there = self._reference.properties()
            reasons = {}
            for own in wanted:
                if own.hubspot_name not in there and (reason := self._create_one(own)):
                    reasons[own.hubspot_name] = reason
            return reasons
        except FeatureMissing:
            return {own.hubspot_name: _SCOPE_TEXT for own in wanted}

    def _create_batch(self, wanted: Sequence[Field]) -> None:
        """Whatever it does not create is tried one by one, for a reason of its own."""
        body = {"inputs": [definition(own, self._language) for own in wanted]}
        try:
            self._client.post(routes.PROPERTIES_BATCH_CREATE, body, judge=True, type="contacts")
        except VendorError as error:
            if not isinstance(error, CallRefused) and error.status != 404:
                raise

    def _create_one(self, own: Field) -> Text | None:
        body = definition(own, self._language)
        answer = self._client.post(routes.PROPERTIES, body, judge=True, type="contacts")
        return None if answer.status < 400 else _refused_text(answer.body)

    def _remove(self, names: Sequence[str]) -> dict[str, Text]:
        try:
            body = {"inputs": [{"name": name} for name in names]}
            with contextlib.suppress(CallRefused):  # then one by one, below
                self._client.post(routes.PROPERTIES_BATCH_ARCHIVE, body, judge=True, type="contacts")
            left = [name for name in names if name in self._reference.properties()]
            return {name: reason for name in left if (reason := self._remove_one(name))}
        except FeatureMissing:
            return dict.fromkeys(names, _SCOPE_TEXT)

    def _remove_one(self, name: str) -> Text | None:
        try:
            self._client.delete(routes.PROPERTY, type="contacts", name=name)
        except CallRefused as refused:
            return None if refused.status == 404 else refused.text
        return None

    def _group_removed(self, apply: bool, others: int, kept: int) -> Step:
        if others:
            text = Text(
                f"{others} properties of others are in the group; it stays",
                f"グループ内に他のプロパティが {others} 件あるため、グループを残します",
            )
            return Step(HUBSPOT, "group", HUBSPOT_GROUP, "differs", text)
        if not apply:
            return Step(HUBSPOT, "group", HUBSPOT_GROUP, "would_remove")
        if kept:
            text = Text("some of its properties could not be removed", "削除できないプロパティがあります")
            return Step(HUBSPOT, "group", HUBSPOT_GROUP, "refused", text)
        try:
            self._client.delete(routes.PROPERTY_GROUP, type="contacts", name=HUBSPOT_GROUP)
        except FeatureMissing:
            return Step(HUBSPOT, "group", HUBSPOT_GROUP, "refused", _SCOPE_TEXT)
        except CallRefused as refused:
            if refused.status != 404:
                return Step(HUBSPOT, "group", HUBSPOT_GROUP, "refused", refused.text)
        return Step(HUBSPOT, "group", HUBSPOT_GROUP, "removed")


def definition(own: Field, language: str) -> dict[str, Any]:
    """A property as HubSpot creates it."""
    type_, field_type = _TYPES[own.type]
    body: dict[str, Any] = {
        "groupName": HUBSPOT_GROUP,
        "name": own.hubspot_name,
        "label": own.label.to(language),
        "type": type_,
        "fieldType": field_type,
        "formField": False,
    }
    if own.choices:
        body["options"] = [
            {"label": label.to(language), "value": value, "displayOrder": order, "hidden": False}
            for order, (value, label) in enumerate(own.choices)
        ]
    return body


def difference(own: Field, found: Mapping[str, Any]) -> Text | None:
    """In what an existing property does not serve us, or None."""
    wanted = _TYPES[own.type][0]
    if (type_ := str(found.get("type") or "")) != wanted:
        return Text(
            f"has the type {type_} instead of {wanted}; rename or delete it, then provision again",
            f"型が {wanted} ではなく {type_} です。名前を変えるか削除してから再度 provision を実行してください",
        )
    options = {str(option.get("value")) for option in found.get("options") or ()}
    if lacking := [value for value, _ in own.choices if value not in options]:
        names = ", ".join(lacking)
        return Text(f"lacks the options {names}; add them in HubSpot", f"選択肢 {names} がありません。追加してください")
    return None


def _compared(own: Field, found: Mapping[str, Any]) -> Step:
    wrong = difference(own, found)
    if wrong:
        return Step(HUBSPOT, "property", own.hubspot_name, "differs", wrong)
    group = str(found.get("groupName") or "")
    moved = Text(f"in the group {group}", f"グループ {group} にあります") if group != HUBSPOT_GROUP else None
    return Step(HUBSPOT, "property", own.hubspot_name, "present", moved)


def _archived_text() -> Text:
    return Text(
        "an archived property has this name; restore it in HubSpot (Settings > Properties > Archived) "
        "or delete it there for good, then provision again",
        "同名のアーカイブ済みプロパティがあります。HubSpot の「設定 > プロパティ > アーカイブ済み」で"
        "復元するか完全に削除してから、再度 provision を実行してください",
    )


def _refused_text(body: Mapping[str, Any]) -> Text:
    code = error_code(body) or Complaints(body).first_code() or "REFUSED"
    return Text(f"HubSpot refused it: {code}", f"HubSpot に拒否されました: {code}")
