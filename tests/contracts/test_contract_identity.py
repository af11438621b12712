"""What tells that two records are one person: readings, numbers, places, the ids by which vendors know each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mirror import Mirror
from subject import DAY

from sync.core.records import SALESFORCE, CompanyRecord, DealRecord, PersonRecord, Record, RecordKey
from sync.ports import Merging, RecordPages

PHONES = ("03-1234-5678", "090-1111-2222")


@pytest.fixture
def person(subject):
    """Seeds somebody and gives the record that arrives."""

    def seeded(**told) -> PersonRecord:
        id_ = subject.seed_person(**told)
        mirror = Mirror.of(subject.stream)
        mirror.pull(subject.connector())
        return mirror.people()[id_]

    return seeded


@pytest.mark.parametrize(
    ("told", "reading"),
    [
        ({"family": "ヤマダ", "given": "タロウ", "whole": "サトウ ハナコ"}, ("ヤマダ", "タロウ")),
        ({"family": "ﾔﾏﾀﾞ", "given": "ﾀﾛｳ"}, ("ﾔﾏﾀﾞ", "ﾀﾛｳ")),
        ({"whole": "やまだ たろう"}, ("やまだ たろう", "")),
        ({"family": "山田", "given": "太郎", "whole": "ヤマダタロウ"}, ("ヤマダタロウ", "")),
        ({"family": "山田", "given": "太郎"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_the_accounts_own_reading_fields_are_found_and_the_parted_one_is_preferred(subject, person, told, reading):
    subject.make_reading_fields()
    found = person(**told)
    assert (found.last_kana, found.first_kana) == reading


def test_an_account_without_reading_fields_is_read_as_well(person):
    found = person(phones=PHONES, city="横浜市")
    assert (found.last_kana, found.first_kana) == ("", "")


def test_several_numbers_and_the_city_arrive(person):
    found = person(phones=PHONES, city="横浜市")
    assert (found.phone, found.other_phones, found.city) == (PHONES[0], PHONES[1:], "横浜市")


def test_a_number_that_stands_twice_comes_once(person):
    found = person(phones=(PHONES[0], PHONES[0]))
    assert (found.phone, found.other_phones) == (PHONES[0], ())


def test_ids_of_salesforce_arrive_in_their_long_form(subject):
    subject.seed_relations()
    connector = subject.connector()
    mirror = Mirror.of(*connector.streams)
    mirror.pull(connector)
    keys = [key for record in mirror.records.values() for key in named(record) if key.system == SALESFORCE]
    assert {"lead", "contact", "company", "deal"} <= {key.object for key in keys}
    assert {len(key.id) for key in keys} == {18}


def named(record: Record) -> Iterator[RecordKey]:
    yield record.key
    if isinstance(record, PersonRecord | CompanyRecord):
        yield from (*record.links, *record.absorbed, *filter(None, [record.successor]))
    if isinstance(record, DealRecord):
        yield from (*record.links, *filter(None, [record.company]))


def test_reading_fields_cost_no_call_of_an_idle_cycle(subject):
    subject.make_reading_fields()
    subject.seed(20, subject.now - 30 * DAY)
    connector = subject.connector()
    mirror = Mirror.of(*connector.streams)
    mirror.pull(connector)
    subject.advance(1_200)
    mirror.pull(connector)
    subject.advance(300)
    assert subject.cost(lambda: mirror.pull(subject.connector())) == subject.idle_calls


def test_who_cannot_merge_by_api_can_at_least_be_opened_by_a_person(subject):
    connector = subject.connector()
    (id_,) = subject.seed(1, subject.now)
    assert isinstance(connector, RecordPages)
    assert isinstance(connector, Merging) == (subject.system != SALESFORCE)
    page = connector.record_url(subject.key(id_))
    assert page.startswith("http")
    assert id_ in page
    assert connector.record_url(RecordKey("elsewhere", subject.object, id_)) == ""
