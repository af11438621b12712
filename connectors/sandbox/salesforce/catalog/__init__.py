"""The standard objects this org has, with the fields a usual org shows."""

from __future__ import annotations

from connectors.sandbox.salesforce.catalog.activities import ACTIVITIES
from connectors.sandbox.salesforce.catalog.people import PEOPLE
from connectors.sandbox.salesforce.catalog.sales import SALES
from connectors.sandbox.salesforce.catalog.setup import SETUP
from connectors.sandbox.salesforce.schema import ObjectSpec, Schema, parse_field

_WITH_CURRENCY = ("Account", "Contact", "Lead", "Opportunity", "Campaign", "CampaignMember", "User")


def standard_schema(multi_currency: bool, local_names: bool) -> Schema:
    """A fresh schema; currency codes and kana names exist only in orgs that have them switched on."""
    objects: list[ObjectSpec] = [build() for group in (PEOPLE, SALES, ACTIVITIES, SETUP) for build in group]
    for spec in objects:
        if multi_currency and spec.name in _WITH_CURRENCY:
            _add(spec, "CurrencyIsoCode picklist(JPY|USD|EUR) restricted default=JPY label=Currency_ISO_Code")
        if multi_currency and spec.name == "User":
            _add(spec, "DefaultCurrencyIsoCode picklist(JPY|USD|EUR) restricted default=JPY")
    schema = Schema(objects)
    if local_names:
        add_local_names(schema)
    return schema


def add_local_names(schema: Schema) -> None:
    """Names in the org's own letters; Japanese orgs keep the reading (kana) there."""
    for name in ("Lead", "Contact"):
        _add(schema.objects[name], "FirstNameLocal string(40)")
        _add(schema.objects[name], "LastNameLocal string(80)")
    _add(schema.objects["Lead"], "CompanyNameLocal string(255)")
    _add(schema.objects["Account"], "NameLocal string(255)")
    schema.version += 1


def _add(spec: ObjectSpec, line: str) -> None:
    field = parse_field(line)
    spec.fields[field.name] = field
