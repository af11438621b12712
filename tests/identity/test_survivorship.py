"""Which value survives out of a person's records, and what is said about why."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.activity import Kind
from sync.core.records import ActivityRecord, CompanyRecord, PersonRecord, RecordKey, State
from sync.identity.survivorship import Provenance, Reason, mailboxes, numbers, profile
from sync.repository import Dossier, Member

HS, HS2, HS3 = (RecordKey("hubspot", "contact", str(n)) for n in (1, 2, 3))
LEAD, CONTACT = RecordKey("salesforce", "lead", "00Q1"), RecordKey("salesforce", "contact", "0031")
ACCOUNT, OTHER = RecordKey("salesforce", "company", "001A"), RecordKey("salesforce", "company", "001B")
COMPANY = RecordKey("hubspot", "company", "77")


def rec(key: RecordKey, modified: int = 100, **values: object) -> PersonRecord:
    return PersonRecord(key, modified, **values)  # type: ignore[arg-type]


def dossier(*records: PersonRecord, companies: tuple[CompanyRecord, ...] = (), **values: object) -> Dossier:
    members = tuple(Member(number, 1, record, 0) for number, record in enumerate(records, 1))
    by_key = {company.key: company for company in companies}
    return Dossier(1, "p1", 0, members, by_key, values.pop("activities", ()), {}, **values)  # type: ignore[arg-type]


def why(found: Dossier, field: str) -> tuple[str, RecordKey, str]:
    known = profile(found).provenance[field]
    return known.value, known.record, known.reason.value


def test_salesforce_is_believed_before_a_newer_hubspot() -> None:
    both = dossier(rec(HS, 900, title="担当"), rec(CONTACT, 100, title="部長"))
    assert why(both, "title") == ("部長", CONTACT, "system_of_record")


def test_within_the_system_of_record_the_newest_that_is_not_empty_counts_contacts_before_leads() -> None:
    second = RecordKey("salesforce", "contact", "0032")
    found = dossier(rec(CONTACT, 100, title="課長"), rec(second, 200, title="部長"), rec(LEAD, 900, title="主任"))
    assert why(found, "title") == ("部長", second, "system_of_record")
    empty = dossier(rec(CONTACT, 100, title="課長"), rec(second, 200), rec(LEAD, 900, title="主任"))
    assert why(empty, "title") == ("課長", CONTACT, "system_of_record")


def test_the_only_crm_is_the_system_of_record() -> None:
    found = dossier(rec(HS, 100, title="A"), rec(HS2, 200, title="B"), rec(HS3, 50, title="A"))
    assert why(found, "title") == ("B", HS2, "newest")


def test_where_the_system_of_record_is_silent_the_most_frequent_value_counts() -> None:
    found = dossier(rec(CONTACT), rec(HS, 100, title="部長"), rec(HS2, 300, title="課長"), rec(HS3, 200, title="部 長"))
    assert why(found, "title") == ("部 長", HS3, "most_frequent")
    tied = dossier(rec(CONTACT), rec(HS, 100, title="部長"), rec(HS2, 300, title="課長"))
    assert why(tied, "title") == ("課長", HS2, "newest")


def test_a_value_that_nobody_contradicts_says_so() -> None:
    assert why(dossier(rec(HS, title="部長"), rec(CONTACT)), "title") == ("部長", HS, "uncontradicted")


@pytest.mark.parametrize("state", [State.ARCHIVED, State.MERGED, State.CONVERTED])
def test_former_records_count_last(state: State) -> None:
    gone = rec(CONTACT, 900, title="部長", department="営業部", state=state)
    found = dossier(gone, rec(HS, 100, title="課長"))
    assert why(found, "title") == ("課長", HS, "uncontradicted")
    assert why(found, "department") == ("営業部", CONTACT, "former")


def test_a_reviewer_s_choice_is_above_everything() -> None:
    found = dossier(rec(HS, title="課長"), rec(CONTACT, title="部長"), chosen={"title": HS})
    assert why(found, "title") == ("課長", HS, "reviewer")
    emptied = dossier(rec(HS), rec(CONTACT, title="部長"), chosen={"title": HS})
    assert profile(emptied).title == "部長"


def test_our_own_write_does_not_make_a_record_the_newest() -> None:
    found = dossier(rec(HS, 100, title="A"), rec(HS2, 900, title="B"))
    older = replace(found.members[1], changed_at=50)
    assert profile(replace(found, members=(found.members[0], older))).title == "A"


def test_given_and_family_name_come_from_one_record() -> None:
    found = profile(dossier(rec(CONTACT, last_name="山田"), rec(HS, first_name="花子", last_name="佐藤")))
    assert (found.name, found.given_name, found.family_name) == ("佐藤 花子", "花子", "佐藤")
    halves = profile(dossier(rec(CONTACT, last_name="Yamada"), rec(HS, first_name="Taro")))
    assert halves.name == "Yamada"
    gone = rec(LEAD, first_name="太郎", last_name="山田", state=State.CONVERTED)
    assert profile(dossier(rec(HS, last_name="山田"), gone)).name == "山田"


def test_industry_and_size_are_those_of_the_company_that_is_named() -> None:
    account = CompanyRecord(ACCOUNT, 1, name="青空商事", domain="aozora.co.jp", industry="商社", employees=500)
    found = dossier(
        rec(CONTACT, company=ACCOUNT),
        rec(HS, 900, company_name="緑山工業", industry="製造", employees=20, email="a@midori.co.jp"),
        companies=(account,),
    )
    known = profile(found)
    assert (known.company_name, known.company_domain, known.industry, known.employees) == (
        "青空商事", "aozora.co.jp", "商社", 500,
    )  # fmt: skip
    assert why(found, "company_name") == ("青空商事", ACCOUNT, "system_of_record")
    sizeless = replace(account, industry="", employees=0)
    known = profile(replace(found, companies={ACCOUNT: sizeless}))
    assert (known.industry, known.employees) == ("", None)


def test_a_record_of_the_same_company_under_another_spelling_fills_the_gaps() -> None:
    account = CompanyRecord(ACCOUNT, 1, name="株式会社青空商事", domain="aozora.co.jp")
    said = rec(HS, company_name="青空商事", industry="商社", employees=500)
    silent = rec(HS2, employees=300)
    assert profile(dossier(rec(CONTACT, company=ACCOUNT), said, companies=(account,))).employees == 500
    assert profile(dossier(rec(CONTACT, company=ACCOUNT), silent, companies=(account,))).employees == 300


def test_the_company_s_record_in_the_other_crm_fills_the_gaps_of_its_account() -> None:
    account = CompanyRecord(ACCOUNT, 1, name="青空商事")
    company = CompanyRecord(COMPANY, 1, name="青空商事", industry="商社", employees=800)
    apart = dossier(rec(CONTACT, company=ACCOUNT), companies=(account, company))
    assert profile(apart).employees is None
    joined = replace(apart, accounts={ACCOUNT: (COMPANY, ACCOUNT), COMPANY: (COMPANY, ACCOUNT)})
    assert why(joined, "employees") == ("800", COMPANY, "uncontradicted")


def test_two_linked_companies_that_are_not_one_account_are_never_mixed() -> None:
    one = CompanyRecord(ACCOUNT, 1, name="青空商事")
    other = CompanyRecord(OTHER, 1, name="青空商事", employees=900)
    second = RecordKey("salesforce", "contact", "0032")
    found = dossier(rec(CONTACT, 900, company=ACCOUNT), rec(second, 100, company=OTHER), companies=(one, other))
    assert profile(found).employees is None


def test_a_region_is_only_taken_from_who_agrees_about_the_country() -> None:
    found = dossier(
        rec(CONTACT, country="Japan"), rec(HS, country="US", region="CA"), rec(HS2, country="日本", region="東京都")
    )
    assert (profile(found).country, profile(found).region) == ("Japan", "東京都")
    account = CompanyRecord(ACCOUNT, 1, name="青空商事", country="日本", region="大阪府")
    assert profile(dossier(rec(CONTACT, company=ACCOUNT), companies=(account,))).region == "大阪府"


def test_the_first_touch_stays_the_source_and_one_opt_out_is_enough() -> None:
    lead = rec(LEAD, source="Webinar", created_at=10, state=State.CONVERTED, opted_out=True)
    found = dossier(rec(CONTACT, source="Other", created_at=90), lead, rec(HS, source="DIRECT", opted_out=True))
    assert why(found, "source") == ("Webinar", LEAD, "earliest")
    assert why(found, "opted_out") == ("true", HS, "any")
    assert not profile(dossier(rec(CONTACT), lead)).opted_out


def answered(kind: Kind, email: str = "", *people: RecordKey) -> ActivityRecord:
    return ActivityRecord(RecordKey("hubspot", "email_event", f"{kind}{email}"), 1, kind, 1, email=email, people=people)


def test_a_mailbox_that_answered_is_the_one_to_write_to() -> None:
    records = rec(CONTACT, email="old@x.jp"), rec(HS, email="New@x.jp", other_emails=("third@x.jp",))
    assert why(dossier(*records), "email") == ("old@x.jp", CONTACT, "system_of_record")
    opened = dossier(*records, activities=(answered(Kind.EMAIL_OPEN, "new@x.jp"),))
    assert why(opened, "email") == ("new@x.jp", HS, "verified")
    assert profile(opened).emails == ("new@x.jp", "old@x.jp", "third@x.jp")
    clicked = dossier(*records, activities=(answered(Kind.EMAIL_CLICK, "third@x.jp"),))
    assert why(clicked, "email") == ("third@x.jp", HS, "verified")
    replied = dossier(*records, activities=(answered(Kind.EMAIL_REPLY, "", HS),))
    assert profile(replied).email == "old@x.jp"  # which of the contact's two mailboxes answered is not known
    replied = dossier(*records, activities=(answered(Kind.EMAIL_REPLY, "", CONTACT),))
    assert why(replied, "email") == ("old@x.jp", CONTACT, "verified")
    typed = dossier(*records, activities=(answered(Kind.FORM_SUBMIT, "new@x.jp"),))
    assert profile(typed).email == "old@x.jp"  # anybody can type any address into a form


def test_all_addresses_and_numbers_are_kept_with_their_records() -> None:
    members = dossier(
        rec(CONTACT, email="Taro@x.jp", phone="03-1111-2222"),
        rec(HS, email="taro@x.jp", other_emails=("t@y.jp",), phone="0311112222", other_phones=("090-1", "？")),
    ).members
    assert mailboxes(members) == {"taro@x.jp": (CONTACT, HS), "t@y.jp": (HS,)}
    digits = numbers(members, lambda text: "".join(filter(str.isdigit, text)))
    assert digits == {"0311112222": (CONTACT, HS), "0901": (HS,), "？": (HS,)}


def test_nobody_s_records_give_an_empty_profile() -> None:
    assert profile(dossier()).provenance == {}
    assert profile(dossier(rec(HS))).provenance == {}


TEXTS = ("title", "department", "company_name", "industry", "country", "region", "status", "source", "email")


@st.composite
def _dossiers(draw: st.DrawFn) -> Dossier:
    keys = [HS, HS2, HS3, LEAD, CONTACT]
    records = []
    for key in draw(st.lists(st.sampled_from(keys), min_size=1, max_size=5, unique=True)):
        values = {field: draw(st.sampled_from(["", "A", "B"])) for field in TEXTS}
        values["email"] = draw(st.sampled_from(["", "a@x.jp", "b@y.jp"]))
        records.append(
            rec(
                key,
                draw(st.integers(1, 3)),
                **values,
                first_name=draw(st.sampled_from(["", "太郎", "花子"])),
                last_name=draw(st.sampled_from(["", "山田", "佐藤"])),
                employees=draw(st.sampled_from([None, 0, 5])),
                state=draw(st.sampled_from([State.LIVE, State.LIVE, State.ARCHIVED])),
                company=draw(st.sampled_from([None, ACCOUNT, OTHER])) if key.system == "salesforce" else None,
            )
        )
    companies = (CompanyRecord(ACCOUNT, 1, name="A", employees=7), CompanyRecord(OTHER, 1, name="B", employees=9))
    return dossier(*records, companies=companies)


@settings(max_examples=300, deadline=None)
@given(_dossiers(), st.randoms(use_true_random=False))
def test_the_profile_is_the_same_in_any_order_of_records(found: Dossier, rng: random.Random) -> None:
    members = list(found.members)
    rng.shuffle(members)
    assert profile(replace(found, members=tuple(members))) == profile(found)


@settings(max_examples=300, deadline=None)
@given(_dossiers())
def test_every_value_is_one_that_its_record_holds(found: Dossier) -> None:
    known = profile(found)
    records = {member.record.key: member.record for member in found.members}
    for field, origin in known.provenance.items():
        assert isinstance(origin, Provenance)
        holder = records.get(origin.record) or found.companies[origin.record]
        if field in TEXTS and isinstance(holder, PersonRecord):
            assert getattr(holder, field) == origin.value
        if origin.reason is not Reason.FORMER and field not in ("source",):
            assert holder.state is State.LIVE
    if known.name:
        assert any((r.first_name, r.last_name) == (known.given_name, known.family_name) for r in records.values())
    sizes = {company.name: company.employees for company in found.companies.values()}
    linked = [r for r in records.values() if r.company]
    if known.employees and known.employees > 5:
        assert sizes[known.company_name] == known.employees
        assert any(r.company for r in linked)


@settings(max_examples=200, deadline=None)
@given(_dossiers())
def test_a_field_is_empty_only_when_no_record_has_a_value(found: Dossier) -> None:
    known = profile(found)
    for field, (record) in itertools.product(
        ("title", "department", "status", "email"), (m.record for m in found.members)
    ):
        assert getattr(known, field) or not getattr(record, field)
