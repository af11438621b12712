"""Which records are one person by exact keys."""

from __future__ import annotations

import random

import pytest

from sync.core.records import PersonRecord, RecordKey, State
from sync.identity import exact
from sync.repository import Member

HS, LEAD, CON = (
    RecordKey("hubspot", "contact", "1"),
    RecordKey("salesforce", "lead", "00Q000000000001AAA"),
    RecordKey("salesforce", "contact", "003000000000001AAA"),
)


def members(*records: PersonRecord) -> list[Member]:
    return [Member(number, None, record, 0) for number, record in enumerate(records, 1)]


def rec(key: RecordKey, created: int = 0, **values: object) -> PersonRecord:
    return PersonRecord(key, 0, created_at=created, **values)  # type: ignore[arg-type]


def persons(*records: PersonRecord) -> list[list[str]]:
    return sorted(sorted(m.record.key.id for m in group.members) for group in exact.groups(members(*records)))


def test_one_mailbox_in_two_crms_is_one_person() -> None:
    groups = exact.groups(
        members(rec(HS, email="Taro.Yamada@Example.co.jp"), rec(LEAD, email="taro.yamada@example.co.jp"))
    )
    assert len(groups) == 1
    assert [edge.evidence for edge in groups[0].edges] == ["same_email"]


def test_an_additional_address_counts_as_much_as_the_first() -> None:
    assert len(persons(rec(HS, email="a@x.jp", other_emails=("b@x.jp",)), rec(LEAD, email="b@x.jp"))) == 1


def test_hubspot_s_salesforce_id_joins_records_without_a_common_address() -> None:
    groups = exact.groups(members(rec(HS, email="a@x.jp", links=(LEAD,)), rec(LEAD, email="b@y.jp")))
    assert [edge.evidence for edge in groups[0].edges] == ["vendor_link"]


def test_two_contacts_that_point_to_one_unseen_lead_are_one_person() -> None:
    other = RecordKey("hubspot", "contact", "2")
    assert len(persons(rec(HS, links=(LEAD,)), rec(other, links=(LEAD,)))) == 1


def test_a_converted_lead_and_its_contact_are_one_person() -> None:
    lead = rec(LEAD, email="a@x.jp", state=State.CONVERTED, successor=CON)
    groups = exact.groups(members(lead, rec(CON, email="new@x.jp")))
    assert [edge.evidence for edge in groups[0].edges] == ["converted"]


@pytest.mark.parametrize("address", ["info@x.jp", "sales2@x.jp", "ｉｎｆｏ@x.jp", "no-reply@x.jp"])
def test_a_team_s_mailbox_joins_nobody_but_bearers_of_the_same_name(address: str) -> None:
    a, b, c = (RecordKey("hubspot", "contact", str(n)) for n in (1, 2, 3))
    one = rec(a, email=address, last_name="佐藤", first_name="花子")
    two = rec(b, email=address, last_name="鈴木", first_name="一郎")
    again = rec(c, email=address, first_name="佐藤 花子 様")
    assert persons(one, two, again) == [["1", "3"], ["2"]]
    assert persons(rec(a, email=address), rec(b, email=address)) == [["1"], ["2"]]


def test_a_mailbox_under_five_names_belongs_to_nobody() -> None:
    keys = [RecordKey("hubspot", "contact", str(n)) for n in range(5)]
    assert len(persons(*(rec(key, email="box@x.jp", last_name=f"Name{key.id}") for key in keys))) == 5
    assert len(persons(*(rec(key, email="box@x.jp", last_name=f"Name{key.id}") for key in keys[:4]))) == 1


def test_the_answer_does_not_depend_on_the_order_of_the_records() -> None:
    keys = [RecordKey("hubspot", "contact", str(n)) for n in range(40)]
    everyone = members(*(rec(key, created=n % 7, email=f"m{n % 9}@x.jp") for n, key in enumerate(keys)))
    expected = exact.groups(everyone)
    for seed in range(5):
        shuffled = list(everyone)
        random.Random(seed).shuffle(shuffled)
        assert exact.groups(shuffled) == expected


def test_the_oldest_record_comes_first() -> None:
    groups = exact.groups(members(rec(HS, created=9, email="a@x.jp"), rec(LEAD, created=3, email="a@x.jp")))
    assert groups[0].members[0].record.key == LEAD
