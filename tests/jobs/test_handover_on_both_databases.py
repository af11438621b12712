"""Account, deals, notices and turns as either database tells them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk import CONTACT, DAY, HOUR, HS, LEAD, NOW, Desk

from sync.core.records import RecordKey, State
from sync.handoff.episodes import ACCOUNT_SECONDS
from sync.store.database import SqlStore

ACME, ACME_SF = RecordKey("hubspot", "company", "77"), RecordKey("salesforce", "company", "001A")
DEAL, OPPORTUNITY = RecordKey("hubspot", "deal", "500"), RecordKey("salesforce", "deal", "006A")


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    made = Desk(store)
    made.live()
    made.company(ACME, name="Acme", domain="acme-kogyo.co.jp", owner_id="o1")
    made.company(ACME_SF, name="Acme", domain="acme-kogyo.co.jp", owner_id="005A", links=(ACME,))
    return made


def test_account_owners_and_deals_of_who_is_hot_and_of_nobody_else(desk: Desk) -> None:
    hot = desk.records(HS, email="a@acme-kogyo.co.jp", company=ACME)
    lead = desk.records(LEAD, email="b@acme-kogyo.co.jp", company_name="Acme", last_name="佐藤")
    cold = desk.records(CONTACT, email="c@acme-kogyo.co.jp", company=ACME_SF, last_name="鈴木")
    for person, band in ((hot, "hot"), (lead, "hot"), (cold, "hold")):
        desk.score(person, band, 85_000 if band == "hot" else 10_000)
    desk.deal(DEAL, owner_id="o2", people=(HS,), name="own")
    desk.deal(OPPORTUNITY, owner_id="005B", company=ACME_SF, name="the account's")
    desk.deal(DEAL._replace(id="501"), owner_id="o2", company=ACME, status="lost", closed_at=NOW)
    with desk.store.reading() as unit:
        found = {standing.person_id: standing for standing in unit.standings([hot, lead, cold])}
    assert found[hot].account_id == found[lead].account_id is not None
    assert found[hot].account_owners == (("salesforce", "005A"), ("hubspot", "o1"))
    assert [(deal.name, deal.through_account) for deal in found[hot].open_deals] == [
        ("own", False),
        ("the account's", True),
    ]
    assert [deal.key for deal in found[lead].open_deals] == [OPPORTUNITY]
    assert (found[cold].account_id, found[cold].open_deals) == (None, ())


def test_episodes_around_an_account_and_those_to_look_at_again(desk: Desk) -> None:
    people = [desk.records(HS._replace(id=str(n)), email=f"p{n}@acme-kogyo.co.jp", company=ACME) for n in range(3)]
    for person in people[:2]:
        desk.score(person)
    desk.cycle()
    with desk.store.reading() as unit:
        (account,) = {standing.account_id for standing in unit.standings(people[:2])}
        assert account is not None
        assert len(unit.episodes_in_accounts([account], NOW - ACCOUNT_SECONDS)[account]) == 2
        assert [e.handover for e in unit.episodes_to_reconsider()] == ["account"]
        assert len(unit.open_tasks()) == len(unit.last_tasks(9)) == 1
    desk.score(people[0], "nurture", 60_000)
    desk.score(people[1], "nurture", 60_000)
    desk.now += DAY
    desk.cycle()
    with desk.store.reading() as unit:
        assert [e.task_state for e in unit.episodes_in_accounts([account], NOW)[account]] == ["made"]
        assert unit.episodes_in_accounts([account], NOW + 1) == {}
        assert unit.episodes_to_reconsider() == []


@pytest.mark.parametrize(
    ("becomes", "again"),
    [({"status": "won"}, 0), ({"status": "lost"}, 1), ({"state": State.ARCHIVED}, 1), ({"status": "open"}, 0)],
)
def test_a_note_is_looked_at_again_when_its_deal_is_lost_or_gone(
    desk: Desk, becomes: dict[str, object], again: int
) -> None:
    desk.score(desk.records(HS))
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.cycle()
    with desk.store.reading() as unit:
        assert [e.deal for e in unit.notes_since(NOW)] == [str(DEAL)]
    desk.now += HOUR
    desk.deal(DEAL, owner_id="o2", people=(HS,), **becomes)
    with desk.store.reading() as unit:
        assert len(unit.episodes_to_reconsider()) == again


def test_a_notice_is_made_once_per_key(desk: Desk) -> None:
    with desk.store.begin() as unit:
        assert unit.notify("hot:p1-1", "hot", None, None, {"total": 1}, NOW)
        assert not unit.notify("hot:p1-1", "hot", None, None, {"total": 2}, NOW)
        assert unit.noticed(["hot:p1-1", "hot:p2-1"]) == {"hot:p1-1"}


def test_owners_who_left_are_known_and_not_active(desk: Desk) -> None:
    desk.owner("hubspot", "o9", "old@sales.example", state=State.ARCHIVED)
    desk.owner("hubspot", "o8", "Boss@Sales.example ", manager_id="o9", automated=True)
    with desk.store.reading() as unit:
        found = {owner.id: owner for owner in unit.owners()}
    assert not found["o9"].active
    assert (found["o8"].email, found["o8"].manager_id, found["o8"].automated) == ("boss@sales.example", "o9", True)


def test_the_policy_may_change_while_a_task_is_under_way(desk: Desk) -> None:
    desk.score(desk.records(HS))
    desk.cycle()
    desk.policy = replace(desk.policy, pilot_owners=frozenset({"nobody@sales.example"}))
    desk.now += DAY
    desk.cycle()
    assert desk.crm["hubspot"].shown[HS]["sla_state"] == "breached"
