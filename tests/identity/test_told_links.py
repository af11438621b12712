"""What CRMs say themselves, and how a CRM's record comes to matching."""

from __future__ import annotations

import pytest

from sync.core.records import CompanyRecord, PersonRecord, RecordKey, State
from sync.identity.raw import raw_person
from sync.identity.told import named_ids, told

HS = RecordKey("hubspot", "contact", "1")
HS2 = RecordKey("hubspot", "contact", "2")
LEAD = RecordKey("salesforce", "lead", "00Q000000000001AAA")
CON = RecordKey("salesforce", "contact", "003000000000001AAA")


def rec(key: RecordKey, **values: object) -> PersonRecord:
    return PersonRecord(key, 0, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (rec(HS, links=(LEAD,)), rec(LEAD), ("vendor_link", str(LEAD))),
        (rec(LEAD, state=State.CONVERTED, successor=CON), rec(CON), ("converted", str(CON))),
        (rec(HS, state=State.MERGED, successor=HS2), rec(HS2, absorbed=(HS,)), ("merged", str(HS2))),
        (rec(HS2, absorbed=(HS,)), rec(HS), ("merged", str(HS))),
        (rec(HS, links=(LEAD,)), rec(HS2, links=(LEAD,)), ("vendor_link", str(LEAD))),
        (rec(HS, links=(CON,)), rec(LEAD, state=State.CONVERTED, successor=CON), ("vendor_link", str(CON))),
        (rec(HS), rec(HS2), None),
        (rec(HS, links=(LEAD._replace(id=""),)), rec(HS2, links=(LEAD._replace(id=""),)), None),
        (rec(HS, absorbed=(HS,)), rec(HS2, absorbed=(HS2,)), None),
    ],
)
def test_whom_crms_call_one_person(one: PersonRecord, two: PersonRecord, expected: tuple[str, str] | None) -> None:
    assert told(one, two) == expected
    if expected is None:
        assert told(two, one) is None
    else:
        assert told(two, one) is not None


def test_a_record_meets_others_by_every_id_it_names_and_by_its_own() -> None:
    record = rec(LEAD, links=(HS, HS._replace(id="")), absorbed=(HS2,), state=State.CONVERTED, successor=CON)
    assert set(named_ids(record)) == {str(key) for key in (LEAD, HS, HS2, CON)}


def test_the_company_record_s_name_and_domain_go_before_what_the_person_s_record_says() -> None:
    record = rec(HS, company_name="Old", website="old.example")
    assert (raw_person(1, record).company, raw_person(1, record).domain) == ("Old", "old.example")
    company = CompanyRecord(RecordKey("hubspot", "company", "c"), 0, name="New", domain="new.example")
    raw = raw_person(1, record, company)
    assert (raw.company, raw.domain) == ("New", "new.example")
    assert raw_person(1, record, CompanyRecord(company.key, 0)).company == "Old"


def test_all_addresses_and_numbers_come_along_the_main_one_first() -> None:
    raw = raw_person(7, rec(HS, email="a@x.jp", other_emails=("", "b@x.jp"), phone="", other_phones=("090",)))
    assert (raw.id, raw.emails, raw.phones) == (7, ("a@x.jp", "b@x.jp"), ("090",))


def test_what_was_pasted_into_the_wrong_field_is_cut_but_never_an_address() -> None:
    raw = raw_person(1, rec(HS, last_name="長" * 100_000, email="x" * 5_000 + "@x.jp"))
    assert (len(raw.family_name), raw.emails) == (320, ())
