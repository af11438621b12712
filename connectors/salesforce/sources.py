"""Our fields and all that shows them as files for the Metadata API, for admins who deploy themselves. Made from the
same tables as `provision`, so that both say the same. Pure: file texts by path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from connectors.salesforce.custom_fields import metadata
from connectors.salesforce.list_views import columns, filter_logic
from connectors.salesforce.permissions import LABELS, Grant, grants
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import PERSON_OBJECTS
from sync.core.fields import BY_NAME, FIELDS
from sync.core.text import Text
from sync.core.working_lists import WORKING_LISTS, Comparison, Condition, WorkingList

_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_OBJECTS = tuple(PERSON_OBJECTS.values())
_VERSION = SalesforceSettings.model_fields["api_version"].default
HIGHLIGHTS, FIELD_SET = "Leadsync_Highlights", "Leadsync"
# Highlights show the first seven; a compact layout holds ten at most and no long text.
_HIGHLIGHTS = (
    "Name",
    "score",
    "band",
    "top_reason",
    "sla_due",
    "interest",
    "Phone",
    "sla_state",
    "hot_since",
    "OwnerId",
)
_REPORTED = {
    "Lead": ("FirstName", "LastName", "Company", "Title", "Email", "CreatedDate"),
    "Contact": ("FirstName", "LastName", "Title", "Email", "CreatedDate"),
}
_REPORT_TYPES = {"Lead": ("Leadsync_Leads", "leads"), "Contact": ("Leadsync_Contacts", "accounts")}
_REPORT_LABELS = {
    "Lead": Text("Leads with Leadsync scores", "Leadsync スコア付きリード"),
    "Contact": Text("Contacts with Leadsync scores", "Leadsync スコア付き取引先責任者"),
}
_LIST_COLUMNS = {"Name": "FULL_NAME", "Company": "LEAD.COMPANY", "Account.Name": "ACCOUNT.NAME"}
_LIST_COLUMNS |= {"Owner.Alias": "CORE.USERS.ALIAS"}
_OPERATIONS = {
    Comparison.ANY_OF: "equals",
    Comparison.AT_LEAST: "greaterOrEqual",
    Comparison.BEGINS_WITH: "startsWith",
    Comparison.KNOWN: "notEqual",
}
_DESCRIPTION = Text("Made by leadsync; see docs/display.md", "leadsync が作成(docs/display.ja.md を参照)")
_README = Text(
    """# Salesforce sources of leadsync

Made by `leadsync provision --export DIR`, not by hand: fields, permission sets, compact layout, field set, list views
and report types on Lead and Contact. Deploying changes no layout, no record page and no existing assignment.

1. Deploy to a sandbox first: `sf project deploy start --metadata-dir package`
2. Assign `Leadsync_Runtime` to the integration user and `Leadsync_Sales` to sales.
3. Place the fields: see `docs/display.md`.

`lead-conversion` is a hint and is not deployed: add its lines to your org's own LeadConvertSettings.
""",
    """# leadsync の Salesforce ソース

`leadsync provision --export DIR` が生成したものです(手作業での編集は不要)。リードと取引先責任者の項目、権限セット、
コンパクトレイアウト、項目セット、リストビュー、レポートタイプを含みます。既存のページレイアウト、レコードページ、
割り当ては変更しません。

1. まず Sandbox に配置します: `sf project deploy start --metadata-dir package`
2. `Leadsync_Runtime` を連携ユーザーに、`Leadsync_Sales` を営業担当者に割り当てます。
3. 項目の配置は `docs/display.ja.md` を参照してください。

`lead-conversion` は参考用で、配置の対象外です。組織の LeadConvertSettings に必要な行を追加してください。
""",
)
Children = Sequence[tuple[str, Any]]


def sources(language: str) -> dict[str, str]:
    """Texts by path: `package` is deployed as it is, beside it lies what only the org's admin can put together."""
    hint = _document("LeadConvertSettings", _lead_conversion(), note=_CONVERSION_NOTE)
    return {
        "README.md": _README.to(language),
        "lead-conversion/LeadConvertSettings.LeadConvertSetting": hint,
        **{f"package/{path}": text for path, text in sorted(_files(language).items())},
    }


def _files(language: str) -> dict[str, str]:
    files = {f"objects/{name}.object": _document("CustomObject", _object(name, language)) for name in _OBJECTS}
    fields = [f"{name}.{own.salesforce_name}" for name in _OBJECTS for own in FIELDS]
    for set_name in LABELS:
        files[f"permissionsets/{set_name}.permissionset"] = _document(
            "PermissionSet", _permission_set(set_name, [one for one in grants(fields) if one.set_name == set_name])
        )
    for name in _OBJECTS:
        files[f"reportTypes/{_REPORT_TYPES[name][0]}.reportType"] = _document(
            "ReportType", _report_type(name, language)
        )
    return files | {"package.xml": _document("Package", _package())}


def highlights() -> tuple[str, ...]:
    """API names of the compact layout's fields, in order."""
    return tuple(BY_NAME[name].salesforce_name if name in BY_NAME else name for name in _HIGHLIGHTS)


def _object(name: str, language: str) -> Children:
    layout = [("fullName", HIGHLIGHTS), *(("fields", field) for field in highlights()), ("label", "Leadsync")]
    fields = [("fields", [("fullName", own.salesforce_name), *_children(metadata(own, language))]) for own in FIELDS]
    views = [("listViews", _list_view(name, one, language)) for one in WORKING_LISTS]
    return [("compactLayouts", layout), ("fieldSets", _field_set(language)), *fields, *views]


def _field_set(language: str) -> Children:
    shown = [
        ("displayedFields", [("field", own.salesforce_name), ("isFieldManaged", False), ("isRequired", False)])
        for own in FIELDS
    ]
    return [("fullName", FIELD_SET), ("description", _DESCRIPTION.to(language)), *shown, ("label", "Leadsync")]


def _list_view(name: str, one: WorkingList, language: str) -> Children:
    before, own, after = columns(name)
    named = [_LIST_COLUMNS[each] for each in before]
    named += [BY_NAME[each].salesforce_name for each in own] + [_LIST_COLUMNS[each] for each in after]
    logic = filter_logic(one)
    conditions = [condition for group in one.groups for condition in group]
    return [
        ("fullName", one.salesforce_name),
        *([("booleanFilter", logic)] if logic else []),
        *(("columns", each) for each in named),
        ("filterScope", "Everything"),
        *(("filters", _filter(condition)) for condition in conditions),
        ("label", one.name.to(language)),
    ]


def _filter(condition: Condition) -> Children:
    """Several values in one filter mean any of them; none with notEqual means that there is a value."""
    asked: Children = [
        ("field", condition.own.salesforce_name),
        ("operation", _OPERATIONS[condition.comparison]),
    ]
    return [*asked, ("value", ",".join(condition.values))] if condition.values else asked


def _permission_set(name: str, granted: Iterable[Grant]) -> Children:
    rights = [
        ("fieldPermissions", [("editable", each.edit), ("field", each.field), ("readable", True)]) for each in granted
    ]
    return [*rights, ("hasActivationRequired", False), ("label", LABELS[name])]


def _report_type(name: str, language: str) -> Children:
    shown = [*_REPORTED[name], *(own.salesforce_name for own in FIELDS)]
    listed = [("columns", [("checkedByDefault", False), ("field", field), ("table", name)]) for field in shown]
    return [
        ("baseObject", name),
        ("category", _REPORT_TYPES[name][1]),
        ("deployed", True),
        ("description", _DESCRIPTION.to(language)),
        ("label", _REPORT_LABELS[name].to(language)),
        ("sections", [*listed, ("masterLabel", "Leadsync")]),
    ]


def _package() -> Children:
    members = {
        "CustomField": [f"{name}.{own.salesforce_name}" for name in _OBJECTS for own in FIELDS],
        "CompactLayout": [f"{name}.{HIGHLIGHTS}" for name in _OBJECTS],
        "FieldSet": [f"{name}.{FIELD_SET}" for name in _OBJECTS],
        "ListView": [f"{name}.{one.salesforce_name}" for name in _OBJECTS for one in WORKING_LISTS],
        "PermissionSet": list(LABELS),
        "ReportType": [_REPORT_TYPES[name][0] for name in _OBJECTS],
    }
    types = [("types", [*(("members", each) for each in listed), ("name", kind)]) for kind, listed in members.items()]
    return [*types, ("version", _VERSION)]


_CONVERSION_NOTE = (
    "A hint, not part of the package: retrieve your org's own LeadConvertSettings and add the mappingFields below, so "
    "that scores and verdicts follow a lead onto its contact at once. Without it scores follow at the next cycle; "
    "verdicts and their notes, which people fill in, stay behind."
)


def _lead_conversion() -> Children:
    fields = [
        ("mappingFields", [("inputField", own.salesforce_name), ("outputField", own.salesforce_name)]) for own in FIELDS
    ]
    return [("objectMapping", [("inputObject", "Lead"), *fields, ("outputObject", "Contact")])]


def _children(values: Mapping[str, Any]) -> Children:
    """A metadata object as REST takes it, as XML has it: a list becomes one element for each of its items."""
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            found.append((name, _children(each) if isinstance(each, Mapping) else each))
    return found


def _document(kind: str, children: Children, note: str = "") -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *([f"<!-- {note} -->"] if note else [])]
    lines += [f'<{kind} xmlns="{_NAMESPACE}">', *_lines(children, 1), f"</{kind}>"]
    return "\n".join(lines) + "\n"


def _lines(children: Children, depth: int) -> Iterable[str]:
    indent = "    " * depth
    for name, value in children:
        if isinstance(value, list | tuple):
            yield f"{indent}<{name}>"
            yield from _lines(value, depth + 1)
            yield f"{indent}</{name}>"
        else:
            text = str(value).lower() if isinstance(value, bool) else escape(str(value))
            yield f"{indent}<{name}>{text}</{name}>"
