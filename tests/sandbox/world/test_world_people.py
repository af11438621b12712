"""Who is in the seeded world, and what its records say about them."""

from __future__ import annotations

from collections import Counter, defaultdict

from connectors.sandbox.world import COMPETITOR_DOMAINS, Kind, Profile, World, build_world
from connectors.sandbox.world.shapes import HubSpotRow, Person, SalesforceRow
from sync.core.records import HUBSPOT, RecordKey

NOW = 1_795_000_000.0


def emails(person: Person) -> set[str]:
    found = {row.properties.get("email", "") for row in person.contacts}
    return found | {row.fields.get("Email", "") for row in person.leads + person.sf_contacts}


def test_the_same_seed_gives_the_same_world(world: World) -> None:
    again = build_world(seed=7, people=2_200, now=NOW)
    assert again.hubspot == world.hubspot
    assert again.salesforce == world.salesforce
    assert again.web_events == world.web_events
    assert again.mail_events == world.mail_events
    assert again.truth == world.truth


def test_another_seed_gives_another_world(world: World) -> None:
    other = build_world(seed=8, people=2_200, now=NOW)
    assert other.hubspot["contacts"] != world.hubspot["contacts"]


def test_at_least_two_thousand_people_have_one_to_four_records_each(world: World) -> None:
    per_person = Counter(world.truth.values())
    assert len(per_person) == len(world.people) == 2_200
    assert set(per_person.values()) == {1, 2, 3, 4}


def test_about_a_fifth_of_the_records_are_repeats(world: World) -> None:
    assert 0.18 < 1 - len(world.people) / len(world.truth) < 0.24


def test_the_truth_names_exactly_the_person_records(world: World) -> None:
    rows = len(world.hubspot["contacts"]) + len(world.salesforce["Lead"]) + len(world.salesforce["Contact"])
    assert rows == len(world.truth)
    for person in world.people:
        for row in person.contacts:
            assert world.truth[RecordKey(HUBSPOT, "contact", row.id)] == person.key


def test_ids_are_unique_and_salesforce_ids_carry_a_right_checksum(world: World) -> None:
    for rows in list(world.hubspot.values()) + list(world.salesforce.values()):
        assert len({row.id for row in rows}) == len(rows)
    for rows in world.salesforce.values():
        for row in rows[:50]:
            assert row.id[15:] == checksum(row.id[:15])


def checksum(short: str) -> str:
    """Written out bit by bit, from Salesforce's description."""
    found = ""
    for start in (0, 5, 10):
        bits = "".join(
            "1" if char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" else "0" for char in reversed(short[start : start + 5])
        )
        found += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[int(bits, 2)]
    return found


def test_hubspot_never_holds_one_address_twice(world: World) -> None:
    held = Counter[str]()
    for row in world.hubspot["contacts"]:
        held[row.properties.get("email", "")] += 1
        held.update(filter(None, row.properties.get("hs_additional_emails", "").split(";")))
    del held[""]
    assert held.most_common(1)[0][1] == 1
    assert all(address == address.lower() and address.isascii() for address in held)


def test_most_people_in_both_crms_share_an_exact_address(world: World) -> None:
    both = [p for p in world.people if p.contacts and (p.leads or p.sf_contacts)]
    shared = sum(1 for person in both if _shares(person))
    assert len(both) > 250
    assert 0.65 < shared / len(both) < 0.95


def _shares(person: Person) -> bool:
    there = {row.fields.get("Email", "") for row in person.leads + person.sf_contacts}
    here = {row.properties.get("email", "") for row in person.contacts}
    return bool((there & here) - {""})


def test_addresses_differ_in_the_usual_ways(world: World) -> None:
    addresses = {email for person in world.people for email in emails(person)}
    assert any("＠" in email for email in addresses)
    assert any("+" in email for email in addresses)
    assert any(email != email.lower() for email in addresses)
    assert "" in addresses
    assert any(row.properties.get("hs_additional_emails") for row in world.hubspot["contacts"])


def test_japanese_names_come_in_kanji_kana_and_latin_letters(world: World) -> None:
    names = [
        row.properties.get("lastname", "") + row.properties.get("firstname", "") for row in world.hubspot["contacts"]
    ]
    names += [row.fields["LastName"] + row.fields.get("FirstName", "") for row in world.salesforce["Lead"]]
    kinds = ("一-鿿", "゠-ヿ", "ぁ-ん", "｡-ﾟ")
    import re

    for letters in kinds:
        assert any(re.search(f"[{letters}]", name) for name in names), letters
    assert sum(name.isascii() for name in names) > 300


def test_one_person_is_written_differently_on_some_records(world: World) -> None:
    repeated = [p for p in world.people if p.contacts and p.leads and p.japanese]
    differ = [p for p in repeated if p.contacts[0].properties["lastname"] != p.leads[0].fields["LastName"]]
    assert 0.15 < len(differ) / len(repeated) < 0.8


def test_companies_are_written_with_every_legal_form(world: World) -> None:
    written = [row.properties.get("company", "") for row in world.hubspot["contacts"]]
    written += [row.fields["Company"] for row in world.salesforce["Lead"]]
    for form in ("株式会社", "㈱", "(株)", "Co., Ltd.", "Inc."):
        assert any(form in company for company in written), form


def test_a_role_mailbox_is_shared_by_several_people(world: World) -> None:
    by_address = defaultdict(set)
    for person in world.people:
        if person.kind is Kind.ROLE_MAILBOX:
            by_address[person.email].add(person.key)
    assert sum(len(people) >= 2 for people in by_address.values()) >= 2


def test_namesakes_at_one_company_are_two_people(world: World) -> None:
    seen = defaultdict(set)
    for person in world.people:
        seen[person.company.key, person.family.latin, person.given.latin].add((person.key, person.email))
    pairs = [people for people in seen.values() if len(people) >= 2]
    assert len(pairs) >= 3
    assert all(len({email for _, email in people}) == len(people) for people in pairs)


def test_a_company_main_number_stands_on_several_people(world: World) -> None:
    digits = Counter(
        "".join(c for c in row.properties.get("phone", "") if c.isdigit())[-8:] for row in world.hubspot["contacts"]
    )
    del digits[""]
    assert digits.most_common(1)[0][1] >= 3


def test_everybody_to_be_excluded_is_there(world: World) -> None:
    kinds = Counter(person.kind for person in world.people)
    assert min(kinds[kind] for kind in Kind) >= 8
    rivals = [p for p in world.people if p.kind is Kind.COMPETITOR]
    assert {p.email.split("@")[1] for p in rivals} <= set(COMPETITOR_DOMAINS)
    assert sum(row.fields.get("HasOptedOutOfEmail", False) for row in world.salesforce["Lead"]) >= 5
    assert sum(row.properties.get("hs_email_optout") == "true" for row in world.hubspot["contacts"]) >= 10


def test_some_leads_are_converted_and_name_their_contact(world: World) -> None:
    contacts = {row.id: row for row in world.salesforce["Contact"]}
    converted = [row for row in world.salesforce["Lead"] if row.fields["IsConverted"]]
    assert len(converted) >= 25
    for lead in converted:
        contact = contacts[lead.fields["ConvertedContactId"]]
        assert lead.modstamp >= contact.created > lead.created
        assert lead.fields["Status"] == "Closed - Converted"


def test_some_hubspot_contacts_bear_their_salesforce_ids(world: World) -> None:
    leads = {row.id for row in world.salesforce["Lead"]}
    contacts = {row.id for row in world.salesforce["Contact"]}
    linked = [
        r.properties
        for r in world.hubspot["contacts"]
        if {"salesforceleadid", "salesforcecontactid"} & set(r.properties)
    ]
    assert len(linked) >= 50
    for properties in linked:
        assert properties.get("salesforceleadid") in leads | {None}
        assert properties.get("salesforcecontactid") in contacts | {None}


def test_eight_sales_users_stand_in_both_crms_and_one_has_left(world: World) -> None:
    users = {row.fields["Email"]: row for row in world.salesforce["User"]}
    assert len(world.owners) == 8
    assert [owner.active for owner in world.owners].count(False) == 1
    for owner in world.owners:
        assert users[owner.email].id == owner.salesforce_id
        assert users[owner.email].fields["IsActive"] is owner.active


def test_most_people_are_quiet_and_a_few_are_very_busy_now(world: World) -> None:
    profiles = Counter(person.profile for person in world.people)
    assert profiles[Profile.QUIET] + profiles[Profile.LIGHT] > 1_200
    assert 0.015 < profiles[Profile.ENGAGED] / len(world.people) < 0.04


def test_nothing_is_younger_than_now_and_nothing_changes_before_it_exists(world: World) -> None:
    for rows in list(world.hubspot.values()) + list(world.salesforce.values()):
        for row in rows:
            created, changed = _times(row)
            assert created <= changed <= NOW, row
    for event in world.web_events:
        assert event.occurred_ms <= NOW * 1000
    for mail in world.mail_events:
        assert mail.created_ms <= NOW * 1000
    for submission in world.submissions:
        assert submission.submitted_ms <= NOW * 1000


def _times(row: HubSpotRow | SalesforceRow) -> tuple[float, float]:
    if isinstance(row, HubSpotRow):
        return row.created_ms / 1000, row.modified_ms / 1000
    return row.created, row.modstamp


def test_modified_dates_are_spread_over_the_past(world: World) -> None:
    ages = sorted((NOW - row.modified_ms / 1000) / 86_400 for row in world.hubspot["contacts"])
    assert ages[len(ages) // 10] < 60
    assert ages[-len(ages) // 10] > 200
