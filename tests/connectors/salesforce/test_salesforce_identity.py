"""What Salesforce tells of who somebody is: readings of names, numbers, places; and where a person can look."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from connectors.kana import KanaFields
from connectors.salesforce import mapping
from connectors.salesforce.mapping import Frame
from connectors.salesforce.values import Row
from sync.core.records import HUBSPOT, SALESFORCE, RecordKey
from sync.ports import Merging, RecordPages

HOUR = 3_600
STAMP = {"SystemModstamp": "2026-03-01T08:09:10.000+0000"}
DESCRIBE = r"/sobjects/Lead/describe"


def row(id_, **values):
    return Row({"Id": id_, **STAMP, **values}, Counter())


def reading(record):
    return record.last_kana, record.first_kana


def lead(world, **values):
    return world.app.put("Lead", {"LastName": "山田", "Company": "架空商事", **values})


def pulled(world, connector=None):
    store = world.mirror("leads", "contacts")
    store.pull(connector or world.connector())
    return store


# --- readings --------------------------------------------------------------------------------------------------


def test_local_names_are_read_where_the_org_has_them(world):
    world.app.add_local_names()
    id_ = lead(world, LastNameLocal="ヤマダ", FirstNameLocal="タロウ")
    contact = world.app.put("Contact", {"LastName": "佐藤", "LastNameLocal": "サトウ", "FirstNameLocal": "ハナコ"})
    store = pulled(world)
    assert reading(store.of("lead")[id_]) == ("ヤマダ", "タロウ")
    assert reading(store.of("contact")[contact]) == ("サトウ", "ハナコ")


def test_local_names_in_kanji_are_no_readings(world):
    world.app.add_local_names()
    id_ = lead(world, LastName="Yamada", LastNameLocal="山田", FirstNameLocal="太郎")
    assert reading(pulled(world).of("lead")[id_]) == ("", "")


def test_fields_that_an_admin_made_are_found_by_name_and_by_label(world):
    world.app.add_field("Lead", "LastNameKana__c string(80)")
    world.app.add_field("Lead", "Field12__c string(80) label=名（フリガナ）")
    world.app.add_field("Contact", "Yomi__c string(80) label=氏名（ふりがな）")
    world.app.add_field("Lead", "Company_Kana__c string(80) label=会社名（フリガナ）")
    id_ = lead(world, LastNameKana__c="ヤマダ", Field12__c="タロウ", Company_Kana__c="カクウショウジ")
    contact = world.app.put("Contact", {"LastName": "佐藤", "Yomi__c": "さとう はなこ"})
    store = pulled(world)
    assert reading(store.of("lead")[id_]) == ("ヤマダ", "タロウ")
    assert reading(store.of("contact")[contact]) == ("さとう はなこ", "")


def test_made_fields_stand_in_where_local_names_are_empty(world):
    world.app.add_local_names()
    world.app.add_field("Lead", "KanaSei__c string(80)")
    world.app.add_field("Lead", "KanaMei__c string(80)")
    id_ = lead(world, KanaSei__c="ヤマダ", KanaMei__c="タロウ")
    assert reading(pulled(world).of("lead")[id_]) == ("ヤマダ", "タロウ")


def test_readings_come_through_a_bulk_load_as_well(world):
    world.app.add_local_names()
    world.app.put_many("Lead", [{**each, "LastNameLocal": "ヤマダ"} for each in world.people(2_100)])
    store = pulled(world, world.connector(bulk_read_rows=2_000))
    assert world.app.count("/jobs/query") > 0
    assert {reading(record) for record in store.of("lead").values()} == {("ヤマダ", "")}


def test_a_reading_field_that_vanishes_is_told_once_and_stops_nothing(world):
    world.app.add_field("Lead", "Kana__c string(80)")
    first, connector = lead(world, Kana__c="ヤマダ"), world.connector()
    store = pulled(world, connector)
    assert reading(store.of("lead")[first]) == ("ヤマダ", "")
    world.app.hide_field("Lead", "Kana__c")
    world.app.clock.advance(HOUR)
    second = lead(world)
    store.pull(connector)
    assert second in store.of("lead")
    assert store.notices() == [("field_vanished", "Lead.Kana__c")]
    world.app.clock.advance(HOUR)
    assert world.calls_of(lambda: store.pull(connector)) == 1


@pytest.mark.parametrize("field", ["City", "Website", "MobilePhone", "Phone"])
def test_a_hidden_field_of_a_person_costs_only_its_values(world, field):
    world.app.hide_field("Lead", field)
    id_ = lead(world, Email="a@example.com")
    store = pulled(world)
    assert store.of("lead")[id_].email == "a@example.com"
    assert not store.notices()


def test_what_was_remembered_before_readings_were_looked_for_is_asked_anew(world):
    world.app.add_local_names()
    connector = world.connector()
    pulled(world, connector)
    old = json.loads(world.memory.kept["salesforce:describe:Lead"])
    del old["kana"], old["fields"]["City"], old["fields"]["LastNameLocal"]
    world.memory.kept["salesforce:describe:Lead"] = json.dumps(old)
    id_ = lead(world, LastNameLocal="ヤマダ", City="横浜市")
    before = world.app.count(DESCRIBE)
    found = pulled(world, world.connector()).of("lead")[id_]
    assert (reading(found), found.city) == (("ヤマダ", ""), "横浜市")
    assert world.app.count(DESCRIBE) == before + 1


def test_readings_cost_no_call(world):
    def cost():
        connector, store = world.connector(), world.mirror()
        return world.calls_of(lambda: store.pull(connector))

    plain = cost()
    world.memory.kept.clear()
    world.app.add_local_names()
    world.app.add_field("Lead", "Kana__c string(80)")
    assert cost() == plain


# --- numbers and places ----------------------------------------------------------------------------------------


def test_all_numbers_arrive_each_once():
    numbers = {"Phone": "03-1234-5678", "MobilePhone": "090-1111-2222", "OtherPhone": "03-1234-5678"}
    found = mapping.contact(row("0035j0000000001EAA", **numbers, HomePhone="045-111-2222"), Frame())
    assert (found.phone, found.other_phones) == ("03-1234-5678", ("090-1111-2222", "045-111-2222"))
    found = mapping.lead(row("00Q5j0000000001EAA", MobilePhone="090-1111-2222"), Frame())
    assert (found.phone, found.other_phones) == ("090-1111-2222", ())


def test_city_and_web_site_arrive():
    found = mapping.lead(row("00Q5j0000000001EAA", City="横浜市", Website="www.example.co.jp"), Frame())
    assert (found.city, found.website) == ("横浜市", "www.example.co.jp")
    found = mapping.contact(row("0035j0000000001EAA", MailingCity="堺市"), Frame())
    assert (found.city, found.website) == ("堺市", "")


def test_a_row_is_read_with_the_reading_fields_of_its_object():
    frame = Frame(kana=KanaFields(whole=("Kana__c",)))
    assert reading(mapping.lead(row("00Q5j0000000001EAA", Kana__c=" ヤマダ タロウ "), frame)) == ("ヤマダ タロウ", "")


# --- pages -----------------------------------------------------------------------------------------------------


def test_a_record_has_a_page_in_its_org(world):
    connector = world.connector()
    assert isinstance(connector, RecordPages)
    org = connector.account().url
    pages = {
        kind: connector.record_url(RecordKey(SALESFORCE, kind, "00Q5j0000000001EAA"))
        for kind in ("lead", "contact", "company", "deal")
    }
    named = {"lead": "Lead", "contact": "Contact", "company": "Account", "deal": "Opportunity"}
    assert org
    assert pages == {kind: f"{org}/lightning/r/{name}/00Q5j0000000001EAA/view" for kind, name in named.items()}
    assert connector.record_url(RecordKey(HUBSPOT, "contact", "1")) == ""
    assert connector.record_url(RecordKey(SALESFORCE, "campaign_member", "00v5j0000000001EAA")) == ""


def test_salesforce_has_no_merge_by_api_and_does_not_claim_one(world):
    assert not isinstance(world.connector(), Merging)
