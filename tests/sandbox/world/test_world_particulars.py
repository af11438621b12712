"""Readings, cities, numbers and the marks of the vendors' own integration, as the two emulators show them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest

from connectors.kana import kana_fields
from connectors.sandbox.http import Request, SandboxClock
from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.salesforce import SalesforceSandbox
from connectors.sandbox.world import build_world, populate
from connectors.sandbox.world.names import hiragana
from connectors.sandbox.world.shapes import Person

NOW = 1_795_000_000.0
OPPORTUNITY, ACCOUNT = "hs_salesforceopportunityid", "salesforceaccountid"


class Pair:
    def __init__(self) -> None:
        clock = SandboxClock(NOW)
        self.world = build_world(seed=7, people=900, now=NOW)
        self.hubspot = HubSpotSandbox(clock, enforce_limits=False)
        self.salesforce = SalesforceSandbox(clock)
        populate(self.world, self.hubspot, self.salesforce)


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair()


def folded(kana: str) -> str:
    return hiragana(unicodedata.normalize("NFKC", kana))


def readings(person: Person) -> set[str]:
    rows = [row.properties for row in person.contacts]
    parted = {row.get("last_name_kana", "") + row.get("first_name_kana", "") for row in rows}
    parted |= {row.get("furigana", "").replace(" ", "") for row in rows}
    fields = [row.fields for row in person.leads + person.sf_contacts]
    return {
        folded(text)
        for text in parted | {row.get("LastNameLocal", "") + row.get("FirstNameLocal", "") for row in fields}
        if text
    }


def test_readings_are_those_of_the_person_and_only_japanese_names_have_them(pair: Pair) -> None:
    told = {person.key: readings(person) for person in pair.world.people}
    assert sum(bool(found) for found in told.values()) > 200
    for person in pair.world.people:
        assert told[person.key] <= {folded(person.family.kana + person.given.kana)}, person.key
        assert person.family.kana or not told[person.key]


def test_readings_are_written_in_every_kind_of_kana_and_in_one_field_or_two(pair: Pair) -> None:
    rows = [row.properties for row in pair.hubspot.all("contacts")]
    texts = [row.get("last_name_kana", "") for row in rows]
    for letters in ("゠-ヿ", "ぁ-ん", "｡-ﾟ"):
        assert any(re.search(f"[{letters}]", text) for text in texts), letters
    assert sum("furigana" in row for row in rows) > 20
    without = [row for row in rows if not {"furigana", "last_name_kana"} & row.keys()]
    assert len(without) > len(rows) / 3


def test_the_portal_offers_reading_properties_that_can_be_told_from_the_others(pair: Pair) -> None:
    headers = {"authorization": "Bearer pat-na1-sandbox"}
    answer = pair.hubspot.answer(Request("GET", "/crm/v3/properties/contacts", (), headers, b""))
    found = kana_fields((each["name"], each["label"]) for each in answer.body["results"])
    assert (found.family, found.given, found.whole) == (("last_name_kana",), ("first_name_kana",), ("furigana",))


def test_the_org_shows_local_names_of_leads_and_contacts(pair: Pair) -> None:
    for name in ("Lead", "Contact"):
        rows = pair.salesforce.all(name)
        assert 0.2 < sum(bool(row["LastNameLocal"]) for row in rows) / len(rows) < 0.7
    pair.salesforce.add_local_names()  # a second time: nothing happens
    assert any(row["LastNameLocal"] for row in pair.salesforce.all("Lead"))


def test_people_of_one_company_sit_in_one_city(pair: Pair) -> None:
    cities: dict[str, set[str]] = {}
    for person in pair.world.people:
        for row in person.contacts:
            cities.setdefault(person.company.key, set()).add(row.properties.get("city", ""))
    assert all(len(found - {""}) <= 1 for found in cities.values())
    assert Counter(bool(row.properties.get("city")) for row in pair.hubspot.all("contacts"))[True] > 300
    assert sum(bool(row["City"]) for row in pair.salesforce.all("Lead")) > 50
    assert sum(bool(row["MailingCity"]) for row in pair.salesforce.all("Contact")) > 30


def test_many_people_have_two_numbers(pair: Pair) -> None:
    both = [row for row in pair.hubspot.all("contacts") if {"phone", "mobilephone"} <= row.properties.keys()]
    assert len(both) > 100


def test_part_of_the_companies_names_its_account_in_both_forms_of_the_id(pair: Pair) -> None:
    accounts = {row["Id"] for row in pair.salesforce.all("Account")}
    rows = [row.properties.get(ACCOUNT, "") for row in pair.hubspot.all("companies")]
    told = [id_ for id_ in rows if id_]
    assert 0.1 < len(told) / len(rows) < 0.9
    assert {len(id_) for id_ in told} == {15, 18}
    assert {id_[:15] for id_ in told} <= {id_[:15] for id_ in accounts}


def test_a_company_never_names_the_account_of_another(pair: Pair) -> None:
    for company in pair.world.companies:
        for row in company.hubspot_rows:
            if id_ := row.properties.get(ACCOUNT):
                assert company.account is not None
                assert company.account.id[:15] == id_[:15]


def test_part_of_the_closed_opportunities_stands_in_hubspot_as_well(pair: Pair) -> None:
    opportunities = {row["Id"]: row for row in pair.salesforce.all("Opportunity")}
    copies = [row.properties for row in pair.hubspot.all("deals") if OPPORTUNITY in row.properties]
    closed = sum(row["IsClosed"] for row in opportunities.values())
    assert 0.1 < len(copies) / closed < 0.7
    assert len({copy[OPPORTUNITY] for copy in copies}) == len(copies)
    for copy in copies:
        original = opportunities[copy[OPPORTUNITY]]
        assert (copy["hs_is_closed_won"] == "true") is original["IsWon"]
        assert (copy["dealname"], int(copy["amount"])) == (original["Name"], int(original["Amount"]))
        assert copy["closedate"][:10] == original["CloseDate"]


def test_a_copied_deal_hangs_on_a_contact_of_the_same_person(pair: Pair) -> None:
    truth = pair.world.truth
    of_contact = {key.id: person for key, person in truth.items() if key.object == "contact"}
    roles = {
        row["OpportunityId"]: row["ContactId"] for row in pair.salesforce.all("OpportunityContactRole") if _main(row)
    }
    copies = {row.id: row.properties[OPPORTUNITY] for row in pair.hubspot.all("deals") if OPPORTUNITY in row.properties}
    links = {
        link.from_id: link.to_id for link in pair.world.links if link.to_type == "contacts" and link.from_id in copies
    }
    assert links.keys() == copies.keys()
    for deal, contact in links.items():
        assert of_contact[contact] == of_contact[roles[copies[deal]]]


def _main(role: dict[str, object]) -> bool:
    return bool(role["IsPrimary"])


def test_populating_twice_adds_no_second_copy(pair: Pair) -> None:
    before = len(pair.world.hubspot["deals"])
    populate(pair.world, HubSpotSandbox(SandboxClock(NOW)), SalesforceSandbox(SandboxClock(NOW)))
    assert len(pair.world.hubspot["deals"]) == before
