"""What HubSpot tells of who somebody is: readings, numbers, links to Salesforce, merges seen and merges ordered."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors.hubspot.mapping import OBJECT_TYPES, Item, Surroundings
from connectors.sandbox.http import Response
from sync.core.records import HUBSPOT, SALESFORCE, CompanyRecord, PersonRecord, RecordKey, State
from sync.errors import FeatureMissing, QuotaReached, TemporaryFailure
from sync.ports import Merging, RecordPages, Result

HOUR = 3_600
SCHEMA = "/crm/v3/properties/contacts"


def parse(type_, properties):
    unknown = Counter()
    item = Item({"id": "5", "properties": properties}, OBJECT_TYPES[type_].modified, unknown)
    return list(OBJECT_TYPES[type_].parse(item, {}, Surroundings())), unknown


def define_kana(lab):
    lab.app.define("contacts", "last_name_kana", label="姓（フリガナ）")
    lab.app.define("contacts", "first_name_kana", label="名（フリガナ）")
    lab.app.define("contacts", "furigana", label="フリガナ")


def readings(records):
    return {(each.last_kana, each.first_kana) for each in records if isinstance(each, PersonRecord)}


# --- readings of names -----------------------------------------------------------------------------------------


def test_readings_come_from_properties_that_the_account_made(lab):
    define_kana(lab)
    lab.app.put("contacts", {"email": "a@example.com", "last_name_kana": "ヤマダ", "first_name_kana": "タロウ"})
    lab.app.put("contacts", {"email": "b@example.com", "furigana": "サトウ ハナコ"})
    lab.app.put("contacts", {"email": "c@example.com"})
    assert readings(lab.reader().read("contacts")) == {("ヤマダ", "タロウ"), ("サトウ ハナコ", ""), ("", "")}


def test_changed_readings_are_found_by_search_as_well(lab):
    define_kana(lab)
    (id_,) = lab.contacts(1)
    reader = lab.reader()
    reader.read("contacts")
    lab.clock.advance(HOUR)
    lab.touch([id_], {"last_name_kana": "ワタナベ", "first_name_kana": "ケン"})
    assert readings(reader.read("contacts")) == {("ワタナベ", "ケン")}


def test_property_definitions_are_asked_once_for_readings_and_for_our_own_fields(lab):
    connector, reader = lab.connector(), lab.reader()
    reader.read("contacts")
    connector.missing_fields()
    lab.reader().read("contacts")
    reader.read("contacts")
    assert lab.app.count(SCHEMA) == 1
    lab.clock.advance(7 * HOUR)
    connector.missing_fields()
    reader.read("contacts")
    assert lab.app.count(SCHEMA) == 2


def test_a_reading_property_made_later_is_known_within_hours(lab):
    reader = lab.reader()
    reader.read("contacts")
    define_kana(lab)
    lab.clock.advance(7 * HOUR)
    lab.app.put("contacts", {"email": "a@example.com", "furigana": "ヤマダ"})
    assert readings(reader.read("contacts")) == {("ヤマダ", "")}


def test_a_reading_property_that_is_archived_costs_only_its_values(lab):
    define_kana(lab)
    lab.app.put("contacts", {"email": "a@example.com", "last_name_kana": "ヤマダ", "first_name_kana": "タロウ"})
    reader = lab.reader()
    reader.read("contacts")
    lab.app.portal.tables["contacts"].definitions.archive("last_name_kana", lab.clock.ms())
    assert readings(reader.read("contacts", full=True)) == {("", "タロウ")}


@pytest.mark.parametrize("status", [403, 404, 400])
def test_contacts_are_read_without_readings_where_definitions_are_refused(lab, status):
    define_kana(lab)
    lab.app.put("contacts", {"email": "a@example.com", "last_name_kana": "ヤマダ"})
    lab.app.fault(path=SCHEMA, response=Response(status, {"status": "error", "category": "MISSING_SCOPES"}), times=0)
    reader = lab.reader()
    assert readings(reader.read("contacts")) == {("", "")}
    reader.read("contacts")
    assert lab.app.count(SCHEMA) == 1


def test_a_first_load_waits_for_definitions_that_are_only_late(lab):
    define_kana(lab)
    lab.app.put("contacts", {"email": "a@example.com", "furigana": "ヤマダ"})
    outage = lab.app.fault(path=SCHEMA, times=0)
    reader = lab.reader()
    with pytest.raises(TemporaryFailure):
        reader.read("contacts")
    outage.times = outage.hits
    assert readings(reader.read("contacts")) == {("ヤマダ", "")}


def test_known_readings_stay_in_use_while_definitions_are_late(lab):
    define_kana(lab)
    reader = lab.reader()
    reader.read("contacts")
    lab.clock.advance(7 * HOUR)
    lab.app.put("contacts", {"email": "a@example.com", "furigana": "ヤマダ"})
    lab.app.fault(path=SCHEMA, times=0)
    assert readings(reader.read("contacts")) == {("ヤマダ", "")}


# --- numbers, places, links ------------------------------------------------------------------------------------


def test_all_numbers_of_a_contact_arrive_each_once():
    numbers = {"phone": "03-1234-5678", "mobilephone": "090-1111-2222", "hs_whatsapp_phone_number": "090-1111-2222"}
    (person,), _ = parse("contacts", numbers)
    assert (person.phone, person.other_phones) == ("03-1234-5678", ("090-1111-2222",))
    (person,), _ = parse("contacts", {"mobilephone": "090-1111-2222"})
    assert (person.phone, person.other_phones) == ("090-1111-2222", ())


def test_city_and_web_site_of_a_contact_arrive():
    (person,), _ = parse("contacts", {"city": "横浜市", "website": "https://www.example.co.jp/"})
    assert (person.city, person.website, person.region) == ("横浜市", "https://www.example.co.jp/", "横浜市")


def test_a_company_names_its_account_and_what_was_merged_into_it():
    records, unknown = parse("companies", {"salesforceaccountid": "001D000000IqhSL", "hs_merged_object_ids": "5;7;8"})
    absorbed = tuple(RecordKey(HUBSPOT, "company", id_) for id_ in ("7", "8"))
    company, *losers = records
    assert isinstance(company, CompanyRecord)
    assert company.links == (RecordKey(SALESFORCE, "company", "001D000000IqhSLIAZ"),)
    assert company.absorbed == absorbed
    assert [(loser.key, loser.state, loser.successor) for loser in losers] == [
        (key, State.MERGED, company.key) for key in absorbed
    ]
    assert not unknown


@pytest.mark.parametrize("name", ["hs_salesforceopportunityid", "salesforceopportunityid"])
def test_a_deal_names_its_opportunity(name):
    (deal,), _ = parse("deals", {name: "0065j00000AbCdE"})
    (link,) = deal.links
    assert link[:2] == (SALESFORCE, "deal")
    assert (len(link.id), link.id[:15]) == (18, "0065j00000AbCdE")


@pytest.mark.parametrize("raw", ["001D000000IqhS", "not an id at all", "003D000000IqhSL", "001D0000"])
def test_an_id_of_another_shape_or_object_is_no_link_and_is_counted(raw):
    (company,), unknown = parse("companies", {"salesforceaccountid": raw})
    assert (company.links, unknown) == ((), {"bad_value:salesforceaccountid": 1})


def test_links_are_read_from_an_account_that_knows_one_of_the_names_only(lab):
    lab.app.put("deals", {"dealname": "D", "hs_salesforceopportunityid": "0065j00000AbCdEAAV"})
    lab.app.put("companies", {"name": "C", "salesforceaccountid": "001D000000IqhSLIAZ"})
    records = lab.reader().read("deals", "companies")
    assert {link for record in records for link in record.links} == {
        RecordKey(SALESFORCE, "deal", "0065j00000AbCdEAAV"),
        RecordKey(SALESFORCE, "company", "001D000000IqhSLIAZ"),
    }


def test_a_mail_bears_its_message_id_without_brackets():
    mail = {"hs_email_direction": "EMAIL", "hs_email_message_id": " <CAF-1@mail.example.com> "}
    (sent,), _ = parse("emails", mail)
    assert sent.message_id == "CAF-1@mail.example.com"
    (bare,), _ = parse("emails", {"hs_email_direction": "EMAIL"})
    assert bare.message_id == ""


# --- pages -----------------------------------------------------------------------------------------------------


def test_a_record_has_a_page_in_its_portal(lab):
    connector = lab.connector()
    assert isinstance(connector, RecordPages)
    pages = {kind: connector.record_url(RecordKey(HUBSPOT, kind, "12")) for kind in ("contact", "company", "deal")}
    portal = "https://app.hubspot.com/contacts/62515001/record"
    assert pages == {"contact": f"{portal}/0-1/12", "company": f"{portal}/0-2/12", "deal": f"{portal}/0-3/12"}
    assert lab.app.count("/account-info/") == 1


def test_what_is_not_of_the_portal_has_no_page(lab):
    connector = lab.connector()
    assert connector.record_url(RecordKey(SALESFORCE, "lead", "00Q5j0000000001EAA")) == ""
    assert connector.record_url(RecordKey(HUBSPOT, "page_view", "1")) == ""
    lab.app.fault(path="/account-info/", response=Response(403, {"category": "MISSING_SCOPES"}), times=0)
    assert connector.record_url(RecordKey(HUBSPOT, "contact", "1")) == ""


@pytest.mark.parametrize(
    ("told", "host"),
    [
        ({"uiDomain": "app-eu1.hubspot.com", "dataHostingLocation": "na1"}, "app-eu1.hubspot.com"),
        ({"dataHostingLocation": "eu1"}, "app-eu1.hubspot.com"),
        ({"dataHostingLocation": "na1"}, "app.hubspot.com"),
        ({"dataHostingLocation": "evil.example/"}, "app.hubspot.com"),
        ({}, "app.hubspot.com"),
    ],
)
def test_pages_lie_where_the_accounts_data_lies(lab, told, host):
    lab.app.fault(path="/account-info/v3/details", response=Response(200, {"portalId": 7, **told}), times=0)
    page = lab.connector().record_url(RecordKey(HUBSPOT, "contact", "1"))
    assert page == f"https://{host}/contacts/7/record/0-1/1"


# --- merging ---------------------------------------------------------------------------------------------------


def key(id_):
    return RecordKey(HUBSPOT, "contact", id_)


@pytest.fixture
def pair(lab):
    """Two contacts, and what merging them costs."""
    one, other = lab.contacts(2)
    lab.forget_calls()
    return key(one), key(other)


def merges(lab):
    return lab.app.count("/contacts/merge$|/contacts/merge\\?", "POST")


def living(lab):
    return {found.id for found in lab.app.all("contacts")}


def test_two_contacts_become_one_that_is_named(lab, pair):
    keep, absorb = pair
    connector = lab.connector()
    assert isinstance(connector, Merging)
    outcome = connector.merge(keep, absorb)
    assert (outcome.key, outcome.result) == (str(absorb), Result.APPLIED)
    assert living(lab) == {outcome.record.id}
    assert outcome.record.id not in (keep.id, absorb.id)  # HubSpot makes a third record of them
    assert lab.app.get("contacts", outcome.record.id).properties["email"] == "p0@example.com"
    assert outcome.at == int(lab.clock.now())
    assert len(lab.app.calls) == 2


def test_an_order_repeated_changes_nothing_and_names_the_record(lab, pair):
    made = lab.connector().merge(*pair)
    again = lab.connector().merge(*pair)
    assert (again.result, again.record) == (Result.UNCHANGED, made.record)
    assert merges(lab) == 1


def test_three_become_one_by_going_on_with_the_record_that_was_named(lab):
    first, second, third = map(key, lab.contacts(3))
    connector = lab.connector()
    made = connector.merge(first, second)
    last = connector.merge(made.record, third)
    assert living(lab) == {last.record.id}
    assert connector.merge(first, second).record == last.record


LOST = {
    "reset": {"action": "work_then_reset"},
    "504": {"action": "work_then_respond", "response": Response(504, "<html>timeout</html>")},
    "HTML": {"action": "work_then_respond", "response": Response(200, "<html>proxy</html>")},
    "nothing": {"action": "work_then_respond", "response": Response(200, None)},
}


@pytest.mark.parametrize("how", LOST)
def test_a_merge_whose_answer_is_lost_is_found_and_not_sent_again(lab, pair, how):
    lab.app.fault(path="/contacts/merge", **LOST[how])
    outcome = lab.connector().merge(*pair)
    assert outcome.result is Result.APPLIED
    assert living(lab) == {outcome.record.id}
    assert merges(lab) == 1


@pytest.mark.parametrize("how", [{"action": "reset"}, {"response": Response(502, "<html/>")}])
def test_a_merge_that_did_not_arrive_is_left_for_later_and_never_repeated_blindly(lab, pair, how):
    lab.app.fault(path="/contacts/merge", times=0, **how)
    outcome = lab.connector().merge(*pair)
    assert (outcome.result, outcome.record) == (Result.RETRY, None)
    assert merges(lab) == 1
    assert living(lab) == {each.id for each in pair}


def test_a_lost_answer_and_nobody_to_ask_leaves_the_order_open_and_the_next_look_tells(lab, pair):
    lab.app.fault(path="/contacts/merge", action="work_then_reset")
    silent = lab.app.fault(path="batch/read", skip=1, times=0)
    outcome = lab.connector().merge(*pair)
    assert outcome.result is Result.RETRY
    silent.times = silent.hits
    assert lab.connector().merge(*pair).result is Result.UNCHANGED
    assert merges(lab) == 1


def test_a_busy_account_is_waited_for_since_it_refused_before_any_work(lab, pair):
    busy = {"status": "error", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
    lab.app.fault(path="/contacts/merge", response=Response(429, busy), times=2)
    assert lab.connector().merge(*pair).result is Result.APPLIED


def test_a_record_that_is_gone_is_said_to_be_and_nothing_is_sent(lab, pair):
    keep, absorb = pair
    lab.app.archive("contacts", absorb.id)
    outcome = lab.connector().merge(keep, absorb)
    assert (outcome.result, outcome.gone, outcome.record) == (Result.REJECTED, True, absorb)
    assert merges(lab) == 0


def test_a_record_that_has_become_another_is_not_merged_unseen(lab, pair):
    keep, absorb = pair
    (stranger,) = lab.contacts(1, prefix="s")
    became = lab.app.merge_contacts(absorb.id, stranger)
    outcome = lab.connector().merge(keep, absorb)
    assert (outcome.result, outcome.reason, outcome.record) == (Result.REJECTED, "RECORD_MOVED", key(became))
    assert merges(lab) == 0


def test_a_merge_that_somebody_else_was_quicker_with_is_no_failure(lab, pair):
    """The record is merged between our look and our order, which is then refused."""
    keep, absorb = pair
    connector = lab.connector()
    lab.app.fault(path="/contacts/merge", action="work_then_respond", response=Response(400, {"category": "X_ERROR"}))
    outcome = connector.merge(keep, absorb)
    assert (outcome.result, {outcome.record.id}) == (Result.UNCHANGED, living(lab))


def test_a_record_with_too_many_merges_is_refused_with_the_reason(lab, pair):
    keep, absorb = pair
    lab.touch([keep.id], {"hs_merged_object_ids": ";".join(str(10_000_000 + n) for n in range(500))})
    outcome = lab.connector().merge(keep, absorb)
    assert (outcome.result, outcome.reason) == (Result.REJECTED, "MERGE_LIMIT")
    assert living(lab) == {keep.id, absorb.id}


def test_a_refusal_keeps_codes_and_no_words_about_people(lab, pair):
    said = {"category": "VALIDATION_ERROR", "message": "taro@example.com cannot be merged"}
    lab.app.fault(path="/contacts/merge", response=Response(400, said))
    outcome = lab.connector().merge(*pair)
    assert (outcome.result, outcome.reason) == (Result.REJECTED, "VALIDATION_ERROR")
    lab.app.fault(path="/contacts/merge", response=Response(409, {"category": "CONFLICT"}))
    assert lab.connector().merge(*pair).result is Result.RETRY


def test_only_two_hubspot_contacts_can_be_merged(lab, pair):
    keep, absorb = pair
    lead = RecordKey(SALESFORCE, "lead", "00Q5j0000000001EAA")
    company = RecordKey(HUBSPOT, "company", absorb.id)
    connector = lab.connector()
    for wrong in (lead, company, keep):
        outcome = connector.merge(keep, wrong)
        assert (outcome.key, outcome.result) == (str(wrong), Result.REJECTED)
    assert not lab.app.calls


def test_a_missing_scope_is_named(lab, pair):
    lab.app.scopes.discard("crm.objects.contacts.write")
    with pytest.raises(FeatureMissing) as refused:
        lab.connector().merge(*pair)
    assert refused.value.needs == "crm.objects.contacts.write"
    assert living(lab) == {each.id for each in pair}


def test_a_spent_day_stops_a_merge_before_anything_is_sent(lab, pair):
    connector = lab.connector()
    connector.account()
    lab.app.daily_used = lab.app.daily_limit
    with pytest.raises(QuotaReached):
        connector.merge(*pair)
    assert living(lab) == {each.id for each in pair}


def test_a_merge_ordered_by_us_comes_back_as_a_merge(lab, pair):
    reader = lab.reader()
    reader.read("contacts")
    made = lab.connector().merge(*pair).record
    lab.clock.advance(HOUR)
    found = {record.key: record for record in reader.read("contacts")}
    assert set(found[made].absorbed) == set(pair)
