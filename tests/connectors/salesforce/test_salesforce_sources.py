"""The deployable sources: what lies in deploy/salesforce is what the field table says, and is fit to be deployed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from connectors.salesforce.permissions import grants
from connectors.salesforce.sources import highlights, sources
from sync.core.fields import BY_NAME, FIELDS, RUNTIME_PERMISSION_SET, SALES_PERMISSION_SET, FieldType
from sync.core.working_lists import WORKING_LISTS

DEPLOYED = Path(__file__).parents[3] / "deploy" / "salesforce"
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
OBJECTS = ("Lead", "Contact")
LANGUAGES = ("ja", "en")


def parsed(language="ja"):
    return {path: ET.fromstring(text) for path, text in sources(language).items() if not path.endswith(".md")}


def texts(element, path):
    return [found.text for found in element.findall("/".join(NAMESPACE + part for part in path.split("/")))]


def members(language="ja"):
    types = parsed(language)["package/package.xml"].findall(f"{NAMESPACE}types")
    return {texts(one, "name")[0]: texts(one, "members") for one in types}


def test_what_lies_in_deploy_is_what_the_field_table_says():
    """Otherwise: LEADSYNC_LANGUAGE=ja leadsync provision --export deploy/salesforce."""
    held = {str(path.relative_to(DEPLOYED)): path for path in DEPLOYED.rglob("*") if path.is_file()}
    assert {name: path.read_text(encoding="utf-8") for name, path in held.items()} == sources("ja")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_component_is_in_the_package_and_the_other_way_round(language):
    found = Counter()
    for path, root in parsed(language).items():
        name = path.rpartition("/")[2].partition(".")[0]
        if path.startswith("package/objects/"):
            for kind, tag in (
                ("CustomField", "fields"),
                ("CompactLayout", "compactLayouts"),
                ("FieldSet", "fieldSets"),
                ("ListView", "listViews"),
            ):
                found.update((kind, f"{name}.{full}") for full in texts(root, f"{tag}/fullName"))
        elif "permissionsets" in path:
            found["PermissionSet", name] += 1
        elif "reportTypes" in path:
            found["ReportType", name] += 1
    listed = Counter((kind, one) for kind, each in members(language).items() for one in each)
    assert found == listed
    assert set(found.values()) == {1}


def test_files_are_named_and_rooted_as_the_metadata_api_wants_them():
    roots = {path: root.tag.removeprefix(NAMESPACE) for path, root in parsed().items()}
    assert roots == {
        "lead-conversion/LeadConvertSettings.LeadConvertSetting": "LeadConvertSettings",
        "package/objects/Contact.object": "CustomObject",
        "package/objects/Lead.object": "CustomObject",
        "package/package.xml": "Package",
        "package/permissionsets/Leadsync_Runtime.permissionset": "PermissionSet",
        "package/permissionsets/Leadsync_Sales.permissionset": "PermissionSet",
        "package/reportTypes/Leadsync_Contacts.reportType": "ReportType",
        "package/reportTypes/Leadsync_Leads.reportType": "ReportType",
    }


@pytest.mark.parametrize("name", OBJECTS)
def test_each_object_has_every_field_with_its_type(name):
    root = parsed()[f"package/objects/{name}.object"]
    found = {}
    for one in root.findall(f"{NAMESPACE}fields"):
        found[texts(one, "fullName")[0]] = (texts(one, "type")[0], texts(one, "label")[0], texts(one, "length"))
    assert found.keys() == {own.salesforce_name for own in FIELDS}
    assert found["Leadsync_Score__c"] == ("Number", "Leadsync スコア", [])
    assert found["Leadsync_Verdict_Answer__c"][0::2] == ("LongTextArea", ["32768"])
    band = next(one for one in root.findall(f"{NAMESPACE}fields") if texts(one, "fullName") == ["Leadsync_Band__c"])
    values = texts(band, "valueSet/valueSetDefinition/value/fullName")
    assert values == [value for value, _ in BY_NAME["band"].choices]
    assert texts(band, "valueSet/restricted") == ["true"]


@pytest.mark.parametrize("name", OBJECTS)
def test_the_compact_layout_has_ten_fields_and_no_long_text_and_what_counts_among_the_first_seven(name):
    root = parsed()[f"package/objects/{name}.object"]
    shown = texts(root, "compactLayouts/fields")
    assert shown == list(highlights())
    assert len(shown) <= 10
    long = {own.salesforce_name for own in FIELDS if own.type is FieldType.LONG_TEXT}
    assert not long & set(shown)
    assert {f"Leadsync_{each}__c" for each in ("Score", "Band", "Top_Reason", "Sla_Due")} <= set(shown[:7])


@pytest.mark.parametrize("name", OBJECTS)
def test_list_views_have_few_columns_short_names_and_filter_on_what_can_be_filtered(name):
    root = parsed()[f"package/objects/{name}.object"]
    long = {own.salesforce_name for own in FIELDS if own.type is FieldType.LONG_TEXT}
    views = root.findall(f"{NAMESPACE}listViews")
    assert len(views) == len(WORKING_LISTS)
    for view in views:
        assert len(texts(view, "columns")) <= 15
        assert len(texts(view, "label")[0]) <= 40
        assert not long & {*texts(view, "filters/field"), *texts(view, "columns")}
        assert texts(view, "filterScope") == ["Everything"]


def test_the_permission_sets_grant_what_provisioning_grants():
    wanted = grants([f"{name}.{own.salesforce_name}" for name in OBJECTS for own in FIELDS])
    for set_name in (RUNTIME_PERMISSION_SET, SALES_PERMISSION_SET):
        root = parsed()[f"package/permissionsets/{set_name}.permissionset"]
        found = {
            texts(one, "field")[0]: texts(one, "editable")[0] for one in root.findall(f"{NAMESPACE}fieldPermissions")
        }
        assert found == {each.field: str(each.edit).lower() for each in wanted if each.set_name == set_name}


def test_report_types_show_every_field():
    for name, file in (("Lead", "Leadsync_Leads"), ("Contact", "Leadsync_Contacts")):
        root = parsed()[f"package/reportTypes/{file}.reportType"]
        assert texts(root, "baseObject") == [name]
        assert {own.salesforce_name for own in FIELDS} <= set(texts(root, "sections/columns/field"))
        assert set(texts(root, "sections/columns/table")) == {name}


def test_lead_conversion_maps_every_field_onto_itself_and_is_not_deployed():
    root = parsed()["lead-conversion/LeadConvertSettings.LeadConvertSetting"]
    pairs = zip(
        texts(root, "objectMapping/mappingFields/inputField"),
        texts(root, "objectMapping/mappingFields/outputField"),
        strict=True,
    )
    assert list(pairs) == [(own.salesforce_name, own.salesforce_name) for own in FIELDS]
    assert "LeadConvertSettings" not in members()
