"""Which company records are one account, and which deal records one deal."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.records import CompanyRecord, PersonRecord, RecordKey, State
from sync.identity import accounts


def key(system: str, id: str) -> RecordKey:
    return RecordKey({"h": "hubspot", "s": "salesforce"}[system], "company", id)


def company(id: str, name: str = "", domain: str = "", **values: object) -> CompanyRecord:
    """`id` begins with h for HubSpot or s for Salesforce."""
    return CompanyRecord(key(id[0], id), 0, name=name, domain=domain, **values)  # type: ignore[arg-type]


def groups(*companies: CompanyRecord) -> list[list[str]]:
    return sorted(sorted(k.id for k in group) for group in accounts.groups(map(accounts.firm, companies)))


def one(*companies: CompanyRecord) -> bool:
    return len(groups(*companies)) == 1


def test_hubspot_s_salesforce_id_joins_whatever_the_names_say() -> None:
    assert one(company("h1", "アルファ", links=(key("s", "s1"),)), company("s1", "ベータ商事"))


def test_two_records_that_point_to_one_unseen_account_are_one() -> None:
    assert one(company("h1", "A", links=(key("s", "s9"),)), company("h2", "B", links=(key("s", "s9"),)))


def test_a_merged_company_belongs_to_its_winner() -> None:
    loser = company("h2", "別名", state=State.MERGED)
    assert one(company("h1", "青空商事", absorbed=(loser.key,)), loser)


def test_one_domain_of_their_own_joins_companies_of_one_name_however_written() -> None:
    assert one(
        company("h1", "株式会社アオゾラ", "aozora-trade.co.jp"), company("s1", "アオゾラ", "www.aozora-trade.co.jp")
    )
    assert one(
        company("h1", "株式会社アオゾラ", "aozora-trade.co.jp"), company("s1", "Aozora Inc.", "aozora-trade.co.jp")
    )
    assert one(company("h1", "青空商事", "aozora-trade.co.jp"), company("s1", "Aozora Trading", "aozora-trade.co.jp"))
    assert one(company("h1", "", "aozora-trade.co.jp"), company("s1", "青空商事", "aozora-trade.co.jp"))


def test_one_domain_does_not_join_companies_whose_names_contradict_each_other() -> None:
    assert not one(company("h1", "青空商事", "aozora.co.jp"), company("s1", "青空ファイナンス", "aozora.co.jp"))
    assert not one(company("h1", "三和", "sanwa.co.jp"), company("s1", "山和", "sanwa.co.jp"))
    parted = company("h1", "青空商事", "aozora.co.jp"), company("s1", "緑山工業", "aozora.co.jp")
    nameless = company("h2", "", "aozora.co.jp")
    assert groups(*parted, nameless) == [["h1"], ["h2"], ["s1"]]


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.co.jp", ""])
def test_a_domain_that_is_nobody_s_joins_nobody(domain: str) -> None:
    assert not one(company("h1", "青空商事", domain), company("s1", "", domain))


def test_a_domain_under_five_names_is_a_portal_s() -> None:
    names = ["青空商事", "緑山工業", "赤川電機", "白石製作", "黒田物産"]
    found = groups(*(company(f"h{n}", name, "portal.example.jp") for n, name in enumerate(names)),
                   company("s9", "青空商事", "portal.example.jp", country="US"))  # fmt: skip
    assert len(found) == 5  # the two of one name by their name


def test_one_name_joins_where_neither_domain_nor_country_contradicts() -> None:
    assert one(
        company("h1", "青空商事株式会社", "aozora.co.jp", country="日本"), company("s1", "青空商事", country="Japan")
    )
    assert not one(company("h1", "青空商事", "aozora.co.jp"), company("s1", "青空商事", "bluesky.co.jp"))
    assert not one(company("h1", "青空商事", country="Japan"), company("s1", "青空商事", country="US"))


def test_a_short_name_joins_nobody() -> None:
    assert not one(company("h1", "三和"), company("s1", "三和"))
    assert not one(company("h1", "ABC"), company("s1", "ABC"))


def test_a_name_of_several_companies_joins_nobody_not_even_who_could_be_either() -> None:
    assert groups(
        company("h1", "中央システム", "chuo-a.co.jp"),
        company("h2", "中央システム", "chuo-b.co.jp"),
        company("s1", "中央システム"),
    ) == [["h1"], ["h2"], ["s1"]]
    assert groups(
        company("h1", "Global Systems", country="Japan"),
        company("h2", "Global Systems", country="US"),
        company("s1", "Global Systems"),
    ) == [["h1"], ["h2"], ["s1"]]


def test_a_crowded_key_joins_nobody() -> None:
    pair = company("h1", "青空商事"), company("s1", "青空商事")
    assert len(accounts.groups(map(accounts.firm, pair), crowded={"name:青空商事"})) == 2
    many = [company(f"h{n}", "青空商事") for n in range(accounts.MOST_BEARERS + 1)]
    assert len(groups(*many)) == len(many)


def test_an_id_that_too_many_records_name_is_none() -> None:
    """Incremental joining could not follow it, and a default value in the field would make one company of all."""
    key = RecordKey("salesforce", "company", "001")
    named = [company(f"h{n}", f"会社番号{n}", links=(key,)) for n in range(accounts.MOST_BEARERS + 1)]
    assert len(groups(*named)) == len(named)
    assert len(groups(*named[:-1])) == 1


def test_what_is_archived_answers_to_its_ids_only() -> None:
    gone = company("s1", "青空商事", "aozora.co.jp", state=State.ARCHIVED)
    assert not one(company("h1", "青空商事", "aozora.co.jp"), gone)
    assert one(company("h1", "青空商事", links=(gone.key,)), gone)


def test_two_records_of_a_person_name_one_employer_when_the_names_agree_or_one_is_silent() -> None:
    def job(name: str, email: str) -> accounts.Firm:
        return accounts.employer(PersonRecord(RecordKey("hubspot", "contact", "1"), 0, company_name=name, email=email))

    account = accounts.firm(company("s1", "三和", "sanwa.co.jp"))
    assert accounts.same(job("株式会社三和", "a@gmail.com"), account)
    assert accounts.same(job("", "a@gmail.com"), account)
    assert accounts.same(job("", "a@mail.sanwa.co.jp"), account)
    assert not accounts.same(job("", "a@other.co.jp"), account)
    assert not accounts.same(job("青空商事", "a@aozora.co.jp"), account)


def test_a_deal_in_both_crms_is_one_by_the_integration_s_ids_only_and_salesforce_s_comes_first() -> None:
    h, s, other = (
        RecordKey(system, "deal", id) for system, id in [("hubspot", "1"), ("salesforce", "006"), ("hubspot", "2")]
    )
    assert accounts.deal_groups({h: [s], s: [], other: []}) == [(s, h), (other,)]
    assert len(accounts.deal_groups({h: [], s: [], other: []})) == 3
    assert accounts.deal_groups({h: [s], other: [s]}) == [(s, h, other)]


def _companies() -> st.SearchStrategy[list[CompanyRecord]]:
    names = st.sampled_from(["", "青空商事", "株式会社青空商事", "緑山工業", "Aozora", "アオゾラ", "三和"])
    domains = st.sampled_from(["", "aozora.co.jp", "midori.co.jp", "gmail.com"])
    countries = st.sampled_from(["", "日本", "US"])
    links = st.sampled_from([(), (), (), (key("s", "s0"),), (key("h", "h1"),)])
    states = st.sampled_from([State.LIVE, State.LIVE, State.ARCHIVED])

    def made(rows: list[tuple[str, str, str, tuple[RecordKey, ...], State]]) -> list[CompanyRecord]:
        return [
            company(f"{'hs'[n % 2]}{n}", name, domain, country=country, links=link, state=state)
            for n, (name, domain, country, link, state) in enumerate(rows)
        ]

    return st.lists(st.tuples(names, domains, countries, links, states), min_size=2, max_size=9).map(made)


@settings(max_examples=300, deadline=None)
@given(_companies(), st.randoms(use_true_random=False))
def test_accounts_are_the_same_in_any_order_and_need_a_common_key(
    companies: list[CompanyRecord], rng: random.Random
) -> None:
    firms = [accounts.firm(each) for each in companies]
    found = accounts.groups(firms)
    rng.shuffle(firms)
    assert accounts.groups(firms) == found
    assert sorted(k for group in found for k in group) == sorted(firm.key for firm in firms)
    by_key = {firm.key: firm for firm in firms}
    for group in found:
        for k in group:
            mine = accounts.keys_of(by_key[k])
            assert len(group) == 1 or any(mine & accounts.keys_of(by_key[o]) for o in group if o != k)


@settings(max_examples=300, deadline=None)
@given(_companies())
def test_no_account_holds_names_that_contradict_each_other_but_by_a_crm_s_word(companies: list[CompanyRecord]) -> None:
    unlinked = [accounts.firm(each) for each in companies if not each.links]
    by_key = {firm.key: firm for firm in unlinked}
    for group in accounts.groups(unlinked):
        assert not any(accounts.contradict(by_key[a], by_key[b]) for a in group for b in group)
