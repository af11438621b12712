"""The seeded world holds what makes matching hard, and says whose record is whose."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

from connectors.sandbox.__main__ import write_truth
from connectors.sandbox.world import Kind, Person, World
from connectors.sandbox.world.contacts.romaji import romaji
from connectors.sandbox.world.shapes import HubSpotRow
from sync.core.records import HUBSPOT, SALESFORCE, RecordKey


def salesforce_names(person: Person) -> set[str]:
    return {row.fields["LastName"] for row in person.leads + person.sf_contacts}


def test_every_person_who_writes_in_japanese_has_one_true_reading(world: World) -> None:
    for person in world.people:
        assert bool(person.kana_family) == bool(person.kana_given)
        assert re.fullmatch("[ァ-ヶー]*", person.kana_family + person.kana_given)
    assert sum(bool(person.kana_family) for person in world.people) > 1_200


def test_the_truth_leads_from_each_record_to_its_person(world: World) -> None:
    people = {person.key: person for person in world.people}
    for person in people.values():
        for row in world.records_of(person):
            if isinstance(row, HubSpotRow):
                key = RecordKey(HUBSPOT, "contact", row.id)
            else:
                key = RecordKey(SALESFORCE, row.object_name.lower(), row.id)
            assert people[world.truth[key]] is person


def test_the_truth_can_be_had_as_a_file(world: World, tmp_path: Path) -> None:
    write_truth(world.truth, tmp_path / "truth.csv")
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {RecordKey(row["system"], row["object"], row["id"]): row["person"] for row in rows} == world.truth


def test_some_people_stand_as_contact_in_hubspot_and_as_lead_and_contact_in_salesforce(world: World) -> None:
    everywhere = [p for p in world.people if p.contacts and p.leads and p.sf_contacts]
    assert sum(not any(lead.fields["IsConverted"] for lead in p.leads) for p in everywhere) >= 5


def test_two_people_of_one_name_at_one_company_have_two_mailboxes(world: World) -> None:
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for person in world.people:
        if person.kind is Kind.BUSINESS:
            seen[person.company.key, f"{person.family.latin} {person.given.latin}"].add(person.email)
    assert sum(len(mailboxes) > 1 for mailboxes in seen.values()) >= 3


def test_romaji_comes_in_several_spellings(world: World) -> None:
    spellings = {name for person in world.people if person.kana_family for name in salesforce_names(person)}
    readings = {person.kana_family for person in world.people if person.kana_family}
    assert sum(len(set(romaji(kana)) & spellings) > 1 for kana in readings) >= 3


def test_some_addresses_are_aliases_of_the_usual_one(world: World) -> None:
    aliases = 0
    for person in world.people:
        local, _, domain = person.email.partition("@")
        for row in person.leads + person.sf_contacts:
            other, _, place = row.fields.get("Email", "").partition("@")
            aliases += place == domain and other != local and re.fullmatch(r"[a-z]+\.?[a-z]+", other) is not None
    assert aliases >= 8


def test_a_few_women_bear_their_former_surname_on_a_record(world: World) -> None:
    renamed = 0
    for person in world.people:
        for row in person.leads + person.sf_contacts:
            same_given = row.fields.get("FirstName") == person.given.kanji
            foreign = row.fields["LastName"] not in (person.family.kanji, person.family.other)
            renamed += bool(person.kana_family) and same_given and foreign
    assert 2 <= renamed <= 40


def test_team_mailboxes_bear_names_that_are_on_no_list(world: World) -> None:
    teams = {person.email.partition("@")[0] for person in world.people if person.kind is Kind.ROLE_MAILBOX}
    assert teams & {"kikaku-t2", "dx-suishin", "umeda-ten"}
    assert teams & {"info", "sales"}


def test_company_numbers_have_different_extensions(world: World) -> None:
    phones = [row.fields.get("Phone", "") for name in ("Lead", "Contact") for row in world.salesforce[name]]
    extensions = {found[1] for phone in phones if (found := re.search(r"(?:内線|ext\.?)\D?(\d+)", phone))}
    assert len(extensions) > 10


def test_company_names_end_in_kk_too(world: World) -> None:
    assert any(re.search(r" K\.?K\.?$", row.fields["Company"]) for row in world.salesforce["Lead"])
