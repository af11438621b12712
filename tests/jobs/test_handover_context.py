"""The handover with an eye on the account and on open deals, over many cycles."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk import CONTACT, DAY, HOUR, HS, LEAD, NOW, Desk
from warm import ENGINE

from sync.core.records import PersonRecord, RecordKey, State
from sync.handoff.playbook_file import parse_playbook
from sync.jobs.resolve import resolve
from sync.ports import Outcome, Priority, Result
from sync.store.database import SqlStore

ACME = RecordKey("hubspot", "company", "77")
ACME_SF = RecordKey("salesforce", "company", "001A")
DEAL = RecordKey("hubspot", "deal", "500")
OPPORTUNITY = RecordKey("salesforce", "deal", "006A")


@pytest.fixture
def desk(sqlite_store: SqlStore) -> Desk:
    """Past the go-live; Ann owns the company, Bob the deal, Cai the people."""
    made = Desk(sqlite_store)
    made.live()
    for id, name in (("o1", "ann"), ("o2", "bob"), ("o3", "cai")):
        made.owner("hubspot", id, f"{name}@sales.example")
        made.owner("salesforce", f"005{id}", f"{name}@sales.example")
    made.company(ACME, name="Acme", domain="acme-kogyo.co.jp", owner_id="o1")
    return made


def employee(desk: Desk, number: int, total: int = 85_000, band: str = "hot") -> int:
    """A contact at Acme whose record is Cai's."""
    key = HS._replace(id=str(number))
    values = {"company": ACME, "owner_id": "o3", "last_name": f"山田{number}"}
    person = desk.records(key, email=f"p{number}@acme-kogyo.co.jp", **values)
    desk.score(person, band, total)
    return person


def tasks(desk: Desk, system: str = "hubspot") -> list[str]:
    return list(desk.crm[system].tasks)


# --- the company's data ---

RULES = """
name: rules
assignment:
  groups: [{id: inside, members: [{email: ann@sales.example}]}]
  rules:
    - {id: other, region: [関東], owner: ann@sales.example}
    - {id: kansai, region: [関西], sector: [SECTOR], country: [日本], owner: bob@sales.example}
  fallback: inside
"""


@pytest.mark.parametrize(("industry", "sector"), [("MACHINERY", "machinery"), ("製造業", "manufacturing")])
def test_owner_rules_and_task_texts_see_what_only_the_hubspot_company_says(
    desk: Desk, industry: str, sector: str
) -> None:
    desk.company(ACME, name="Acme工業", industry=industry, country="Japan", region="大阪府")
    person = desk.records(HS, company=ACME, last_name="山田")
    desk.score(person)
    rules = parse_playbook(RULES.replace("SECTOR", sector), "rules.yaml")
    desk.plan(playbook=rules)
    desk.push()
    (order,) = desk.crm["hubspot"].tasks.values()
    assert (order.owner_id, desk.episode(person).owner_why) == ("o2", "rule_owner kansai")
    assert order.body.startswith("山田様（Acme工業）")


# --- the account ---


def test_three_hot_people_of_an_account_bring_one_task_that_names_them_all_to_its_owner(desk: Desk) -> None:
    low, high, middle = employee(desk, 1, 81_000), employee(desk, 2, 95_000), employee(desk, 3, 88_000)
    desk.cycle()
    (order,) = desk.crm["hubspot"].tasks.values()
    assert order.person == HS._replace(id="2")
    assert all(name in order.body for name in ("山田1", "山田2", "山田3"))
    assert order.owner_id == "o1"
    assert [desk.episode(person).handover for person in (low, high, middle)] == ["account", "lead", "account"]
    due = desk.episode(high).due_at
    shown = [desk.crm["hubspot"].shown[HS._replace(id=id)] for id in "123"]
    assert [(fields["sla_due"], fields["sla_state"]) for fields in shown] == [(due, "open")] * 3


def test_colleagues_show_the_state_of_the_task_that_stands_for_them(desk: Desk) -> None:
    employee(desk, 1, 95_000)
    desk.cycle()
    desk.now += HOUR
    employee(desk, 2)
    desk.cycle()
    assert len(tasks(desk)) == 1
    desk.now += 18 * HOUR
    desk.cycle()
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["sla_state"] == "warning"
    desk.call(HS)
    desk.cycle()
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["sla_state"] == "met"


def test_who_becomes_hot_after_the_task_was_made_is_named_on_it_once(desk: Desk) -> None:
    first = employee(desk, 1, 95_000)
    desk.cycle()
    desk.now += HOUR
    employee(desk, 2)
    for _ in range(3):
        desk.cycle()
        desk.now += HOUR
    ((task, note),) = desk.crm["hubspot"].noted
    assert task == desk.episode(first).task_id
    assert "85" in note
    assert len(tasks(desk)) == 1


def test_a_call_to_the_colleague_herself_meets_hers(desk: Desk) -> None:
    employee(desk, 1, 95_000)
    desk.cycle()
    desk.now += HOUR
    employee(desk, 2)
    desk.cycle()
    desk.now += HOUR
    desk.call(HS._replace(id="2"))
    desk.cycle()
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["sla_state"] == "met"
    desk.now += 40 * HOUR
    desk.cycle()
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["sla_state"] == "met"
    assert desk.crm["hubspot"].shown[HS]["sla_state"] == "breached"


def test_a_clock_that_ran_out_before_a_colleague_was_hot_is_not_hers(desk: Desk) -> None:
    employee(desk, 1, 95_000)
    desk.cycle()
    desk.now += 30 * HOUR
    employee(desk, 2)
    desk.cycle()
    shown = desk.crm["hubspot"].shown[HS._replace(id="2")]
    assert (shown["sla_state"], shown["sla_due"]) == ("none", None)


def test_a_call_to_a_colleague_is_no_contact_with_the_person_of_the_task(desk: Desk) -> None:
    first = employee(desk, 1, 95_000)
    employee(desk, 2)
    desk.cycle()
    desk.now += HOUR
    desk.call(HS._replace(id="2"))
    desk.cycle()
    assert desk.episode(first).sla_state == "open"


@pytest.mark.parametrize(("days", "made"), [(13, 1), (14, 2)])
def test_who_becomes_hot_later_has_her_own_task_once_the_account_s_14_days_are_over(
    desk: Desk, days: int, made: int
) -> None:
    employee(desk, 1)
    desk.cycle()
    desk.now += days * DAY
    employee(desk, 2)
    desk.cycle()
    assert len(tasks(desk)) == made


def test_who_was_named_in_a_task_stays_with_it_while_it_is_under_way(desk: Desk) -> None:
    employee(desk, 1, 95_000)
    second = employee(desk, 2)
    for _ in range(10):
        desk.cycle()
        desk.now += 2 * DAY
    assert len(tasks(desk)) == 1
    assert desk.episode(second).handover == "account"


def test_when_the_task_s_person_cools_or_vanishes_the_next_gets_hers_after_the_14_days(desk: Desk) -> None:
    first, second = employee(desk, 1, 95_000), employee(desk, 2)
    desk.cycle()
    desk.now += DAY
    desk.score(first, "nurture", 60_000)
    desk.cycle()
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["sla_state"] == "none"  # nobody's clock runs for her
    desk.now += 12 * DAY
    desk.cycle()
    assert len(tasks(desk)) == 1
    desk.now += DAY
    desk.cycle()
    assert len(tasks(desk)) == 2
    assert desk.episode(second).handover == "lead"
    assert desk.crm["hubspot"].shown[HS._replace(id="2")]["sla_state"] == "open"


def test_a_refused_task_stands_for_nobody(desk: Desk) -> None:
    employee(desk, 1, 95_000)
    second = employee(desk, 2)
    desk.crm["hubspot"].answers[HS] = Outcome("", Result.REJECTED, "VALIDATION")
    desk.cycle()
    desk.cycle()
    assert [order.person for order in desk.crm["hubspot"].tasks.values()] == [HS._replace(id="2")]
    assert desk.episode(second).handover == "lead"


def test_one_account_over_both_crms(desk: Desk) -> None:
    desk.company(ACME_SF, name="Acme", domain="acme-kogyo.co.jp", owner_id="005o2", links=(ACME,))
    employee(desk, 1, 80_000)
    contact = CONTACT._replace(id="003X")
    other = desk.records(contact, email="x@elsewhere.example", company=ACME_SF, owner_id="005o3", last_name="佐藤")
    desk.score(other, total=90_000)
    desk.cycle()
    assert (len(tasks(desk, "salesforce")), len(tasks(desk))) == (1, 0)
    (order,) = desk.crm["salesforce"].tasks.values()
    assert "山田1" in order.body
    assert order.owner_id == "005o2"  # the company's owner in the CRM of the task


def test_accounts_that_turn_out_to_be_one_are_one_from_then_on(desk: Desk) -> None:
    employee(desk, 1)
    desk.cycle()
    other = desk.records(CONTACT, email="x@elsewhere.example", company=ACME_SF, last_name="佐藤")
    desk.company(ACME_SF, name="エイクミー", domain="acme-kogyo.co.jp", owner_id="005o2", links=(ACME,))
    desk.score(other)
    desk.cycle()
    assert len(tasks(desk)) + len(tasks(desk, "salesforce")) == 1


def test_a_lead_without_company_record_belongs_to_the_company_of_its_mail_domain(desk: Desk) -> None:
    employee(desk, 1, 95_000)
    lead = desk.records(LEAD, email="new@acme-kogyo.co.jp", company_name="Acme", last_name="佐藤")
    desk.score(lead)
    desk.cycle()
    assert desk.episode(lead).handover == "account"
    stranger = desk.records(LEAD._replace(id="00Q2"), email="z@gmail.com", company_name="Acme Pizza", last_name="鈴木")
    desk.score(stranger)
    desk.cycle()
    assert desk.episode(stranger).handover == "lead"


def test_two_hot_colleagues_who_turn_out_to_be_one_keep_the_one_task(desk: Desk) -> None:
    first = employee(desk, 1, 95_000)
    second = employee(desk, 2)
    desk.cycle()
    key = HS._replace(id="2")
    desk.now += 60
    assert desk.records(key, email="p1@acme-kogyo.co.jp", company=ACME, owner_id="o3") == first
    desk.score(first)
    desk.cycle()
    assert len(tasks(desk)) == 1
    assert desk.crm["hubspot"].completed == []
    assert sorted((e.handover, e.closed_at is None) for e in desk.episodes(first)) == [
        ("account", False),
        ("lead", True),
    ]
    assert desk.episodes(second) == []


def test_people_without_a_company_are_nobody_s_colleagues(desk: Desk) -> None:
    for number in (1, 2):
        person = desk.records(HS._replace(id=str(number)), email=f"p{number}@gmail.com")
        desk.score(person)
    desk.cycle()
    assert len(tasks(desk)) == 2


# --- the deal ---


def test_a_person_with_an_open_deal_brings_a_note_to_its_owner_and_no_task(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, name="Renewal", owner_id="o2", people=(HS,))
    desk.cycle()
    episode = desk.episode(person)
    (order,) = desk.crm["hubspot"].tasks.values()
    assert (order.task_key, order.priority, order.deal, order.owner_id) == (
        f"{episode.task_key}-note",
        Priority.NORMAL,
        DEAL,
        "o2",
    )
    assert f"leadsync:{order.task_key}" in order.body.splitlines()
    assert (episode.handover, episode.deal, episode.task_state) == ("deal", str(DEAL), "made")
    assert (episode.sla_state, episode.due_at) == ("none", None)
    shown = desk.crm["hubspot"].shown[HS]
    assert (shown["sla_state"], shown["sla_due"], shown["band"]) == ("none", None, "hot")


def test_a_note_has_no_clock_and_is_made_once_whatever_happens(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    for _ in range(10):
        desk.cycle()
        desk.now += 4 * DAY
    assert tasks(desk) == [f"{desk.episode(person).task_key}-note"]
    assert desk.notices() == [f"hot:{desk.episode(person).task_key}"]


def test_the_account_s_open_deal_counts_as_hers(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", company=ACME)
    desk.cycle()
    assert desk.episode(person).handover == "deal"


def test_an_opportunity_of_the_account_in_the_other_crm_counts_and_its_note_stands_where_she_has_a_record(
    desk: Desk,
) -> None:
    desk.company(ACME_SF, name="Acme", domain="acme-kogyo.co.jp", links=(ACME,))
    desk.deal(OPPORTUNITY, owner_id="005o2", company=ACME_SF)
    employee(desk, 1)
    desk.cycle()
    (order,) = desk.crm["hubspot"].tasks.values()
    assert (order.owner_id, order.deal) == ("o2", None)  # Bob, as HubSpot knows him


def test_a_deal_that_stands_in_both_crms_is_told_to_its_owner_in_salesforce(desk: Desk) -> None:
    desk.deal(OPPORTUNITY, owner_id="005o1")
    desk.deal(DEAL, owner_id="o2", people=(HS,), links=(OPPORTUNITY,))
    person = desk.records(HS, CONTACT, email="p1@acme-kogyo.co.jp", owner_id="")
    desk.score(person)
    desk.cycle()
    (order,) = desk.crm["salesforce"].tasks.values()
    assert (order.owner_id, order.deal) == ("005o1", OPPORTUNITY)


def test_a_closed_deal_holds_up_nothing(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", people=(HS,), status="won", closed_at=NOW - DAY)
    desk.cycle()
    assert desk.episode(person).handover == "lead"


def test_without_an_active_owner_of_the_deal_the_person_s_owner_is_told(desk: Desk) -> None:
    employee(desk, 1)
    desk.owner("hubspot", "o2", "bob@sales.example", active=False)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.cycle()
    (order,) = desk.crm["hubspot"].tasks.values()
    assert order.owner_id == "o3"
    assert "無効なユーザー" in order.body  # why he and not the deal's owner


def test_several_hot_people_of_one_deal_bring_one_note_that_names_them(desk: Desk) -> None:
    people = [employee(desk, number) for number in (1, 2, 3)]
    desk.deal(DEAL, owner_id="o2", company=ACME)
    desk.cycle()
    (order,) = desk.crm["hubspot"].tasks.values()
    assert all(f"山田{number}" in order.body for number in (1, 2, 3))
    assert [desk.episode(person).handover for person in people] == ["deal"] * 3


def test_when_the_deal_is_lost_while_she_is_hot_she_becomes_a_lead_with_a_task(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.cycle()
    desk.now += 2 * DAY
    desk.deal(DEAL, owner_id="o2", people=(HS,), status="lost", closed_at=desk.now)
    desk.cycle()
    episode = desk.episode(person)
    assert sorted(tasks(desk)) == [episode.task_key, f"{episode.task_key}-note"]
    assert (episode.handover, episode.number, episode.due_at) == ("lead", 1, desk.now + DAY)
    assert desk.crm["hubspot"].shown[HS]["sla_state"] == "open"
    desk.cycle()
    assert len(tasks(desk)) == 2


@pytest.mark.parametrize("gone", [False, True])
def test_a_deal_that_was_won_leaves_her_to_its_owner_and_a_deleted_one_does_not(desk: Desk, gone: bool) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.cycle()
    desk.now += DAY
    if gone:
        desk.deal(DEAL, owner_id="o2", people=(HS,), state=State.ARCHIVED)
    else:
        desk.deal(DEAL, owner_id="o2", people=(HS,), status="won", closed_at=desk.now)
    desk.cycle()
    assert desk.episode(person).handover == ("lead" if gone else "deal")
    assert len(tasks(desk)) == (2 if gone else 1)


def test_a_deal_lost_while_another_is_open_leaves_her_to_that_one(desk: Desk) -> None:
    other = DEAL._replace(id="501")
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.deal(other, owner_id="o1", company=ACME)
    desk.cycle()
    desk.now += DAY
    desk.deal(DEAL, owner_id="o2", people=(HS,), status="lost", closed_at=desk.now)
    desk.cycle()
    assert (desk.episode(person).deal, len(tasks(desk))) == (str(other), 1)
    desk.now += DAY
    desk.deal(other, owner_id="o1", company=ACME, status="lost", closed_at=desk.now)
    desk.cycle()
    assert desk.episode(person).handover == "lead"


def test_a_deal_that_opens_before_the_task_was_ordered_turns_it_into_a_note(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.plan(per_owner_per_day=0)
    assert desk.episode(person).task_state == "queued"
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.cycle()
    assert desk.episode(person).handover == "deal"
    assert tasks(desk) == [f"{desk.episode(person).task_key}-note"]


def test_a_task_that_stands_already_stays_when_a_deal_opens(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.cycle()
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.now += DAY
    desk.cycle()
    assert (len(tasks(desk)), desk.episode(person).handover) == (1, "lead")


def test_a_note_under_way_when_its_deal_is_lost_does_not_become_the_task(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.crm["hubspot"].answers[HS] = Outcome("", Result.RETRY, "timeout")
    desk.cycle()
    desk.crm["hubspot"].answers.clear()
    desk.deal(DEAL, owner_id="o2", people=(HS,), status="lost", closed_at=desk.now)
    desk.now += 2 * HOUR
    desk.cycle()
    key = desk.episode(person).task_key
    assert sorted(tasks(desk)) == [key, f"{key}-note"]
    assert (desk.episode(person).task_id, desk.episode(person).task_state) == (f"t-{key}", "made")


def test_a_note_not_sent_yet_is_dropped_when_its_deal_is_lost(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.plan()
    desk.deal(DEAL, owner_id="o2", people=(HS,), status="lost", closed_at=desk.now)
    desk.cycle()
    assert tasks(desk) == [desk.episode(person).task_key]


def test_a_note_made_just_before_we_died_is_not_made_again(desk: Desk) -> None:
    person = employee(desk, 1)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.crm["hubspot"].dies = True
    with pytest.raises(ConnectionResetError):
        desk.cycle()
    assert len(tasks(desk)) == 1
    desk.crm["hubspot"].dies = False
    desk.now += 60
    desk.cycle()
    assert (len(tasks(desk)), desk.episode(person).task_state) == (1, "made")


def test_a_note_s_record_that_is_gone_sends_the_note_to_another(desk: Desk) -> None:
    person = desk.records(HS, CONTACT, email="p1@acme-kogyo.co.jp")
    desk.score(person)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    desk.plan()
    desk.crm["hubspot"].answers[HS] = Outcome("", Result.REJECTED, "OBJECT_NOT_FOUND", gone=True)
    desk.push()
    resolve(desk.store, ENGINE, desk.clock, lambda: None)
    desk.cycle()
    assert (len(tasks(desk)), len(tasks(desk, "salesforce"))) == (0, 1)
    assert desk.episode(person).handover == "deal"


def test_a_rebuilt_store_finds_its_note_again(desk: Desk) -> None:
    from sync.core.records import ActivityRecord

    person = desk.records(HS, email="p1@acme-kogyo.co.jp")
    desk.score(person)
    desk.deal(DEAL, owner_id="o2", people=(HS,))
    with desk.store.reading() as unit:
        key = unit.standings([person])[0].key
    task = RecordKey("hubspot", "task", "t9")
    desk.save(ActivityRecord(task, desk.now, "task", desk.now, people=(HS,), task_key=f"{key}-1-note"))
    desk.cycle()
    episode = desk.episode(person)
    assert tasks(desk) == []
    assert (episode.handover, episode.task_id, episode.deal) == ("deal", "t9", str(DEAL))


def test_a_note_follows_the_record_when_one_person_turns_out_to_be_two(desk: Desk) -> None:
    person = desk.records(HS, email="p1@acme-kogyo.co.jp")
    other = HS._replace(id="2")
    assert desk.records(other, email="p1@acme-kogyo.co.jp") == person
    desk.score(person)
    desk.deal(DEAL, owner_id="o2", people=(HS, other))
    desk.cycle()
    noted = next(iter(desk.crm["hubspot"].tasks.values())).person
    assert noted is not None
    record = PersonRecord(other, desk.now + 5, email="quite@another.example", last_name="鈴木", created_at=NOW - DAY)
    with desk.store.begin() as unit:
        left, right = sorted(member.id for member in unit.standings([person])[0].members)
        unit.save([record], desk.now)
        unit.decide(left, right, "different", "me", desk.now)
    resolve(desk.store, ENGINE, desk.clock, lambda: None)
    with desk.store.reading() as unit:
        (owner,) = unit.find_person(noted.id)
    assert [e.handover for e in desk.episodes(owner)] == ["deal"]


def test_the_account_owner_in_the_playbook_s_absence_is_passed_over(desk: Desk) -> None:
    from datetime import date

    from sync.handoff.playbook import Absence

    away = Absence("ann@sales.example", date(2026, 10, 1), date(2026, 10, 31))
    desk.policy = replace(desk.policy, playbook=replace(desk.policy.playbook, absences=(away,)))
    employee(desk, 1)
    employee(desk, 2)
    desk.cycle()
    assert [order.owner_id for order in desk.crm["hubspot"].tasks.values()] == ["o3"]
