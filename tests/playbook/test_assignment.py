"""Who gets a task, and why."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import NOW, PEOPLE, TEAM, book, company, member, owner, playbook, standing

from sync.core.records import CompanyRecord
from sync.core.text import Text
from sync.handoff.assignment import (
    Choice,
    Desk,
    Prospect,
    applies,
    choose,
    manager_mail,
    manager_of,
    next_in_turn,
    prospect_of,
    reassign,
    why_text,
)
from sync.handoff.owners import DEAL_OWNER, RECORD_OWNER, Held, OwnerBook
from sync.handoff.playbook import Group, OwnerRule, Playbook, Seat
from sync.handoff.playbook_file import parse_playbook

DAY = date(2026, 11, 24)
TEAM_BOOK = playbook()
HERS = Held(RECORD_OWNER, "salesforce", "s-ann")


def chosen(
    *held: Held,
    prospect: Prospect = Prospect(),  # noqa: B008
    owners: OwnerBook | None = None,
    agreed: Playbook = TEAM_BOOK,
    desk: Desk = Desk(),  # noqa: B008
    system: str = "salesforce",
    at_most: int = 5,
) -> Choice:
    return choose(system, held, prospect, owners or book(), agreed, desk, DAY, at_most)


def rule(asks: str) -> OwnerRule:
    """One that asks for this and for nothing else."""
    rules = f"  rules:\n    - {{id: only, owner: eve@x.jp, {asks[1:-1]}}}\n"
    (found,) = parse_playbook(f"name: one\nassignment:\n{rules}", "playbook.yaml").rules
    return found


def test_whom_the_person_belongs_to_gets_the_task_whatever_the_rules_say() -> None:
    found = chosen(HERS, prospect=Prospect(region="大阪府"))
    assert found == Choice("s-ann", "ann@x.jp", "record_owner")


def test_an_owner_known_only_in_the_other_crm_is_found_by_mail() -> None:
    assert chosen(Held(RECORD_OWNER, "hubspot", "h-ann")).owner == "s-ann"
    shouting = owner("ann", "hubspot", email="Ann@X.jp")
    assert chosen(Held(RECORD_OWNER, "hubspot", "h-ann"), owners=book(shouting)).owner == "s-ann"


@pytest.mark.parametrize(
    ("held", "owners", "passed"),
    [
        (HERS, book(owner("ann", active=False)), "record_owner inactive"),
        (HERS, book(owner("ann", automated=True)), "record_owner automated"),
        (Held(RECORD_OWNER, "salesforce", "nobody"), book(), "record_owner unknown"),
        (
            Held(RECORD_OWNER, "hubspot", "h-zoe"),
            book(owner("zoe", "hubspot")),
            "record_owner elsewhere",
        ),
    ],
)
def test_who_cannot_be_given_tasks_is_passed_over_and_named(held: Held, owners: OwnerBook, passed: str) -> None:
    found = chosen(held, owners=owners)
    assert found.owner
    assert passed in found.why
    assert found.why.startswith("round_robin inside")


def test_who_is_away_is_passed_over_for_the_next_owner() -> None:
    away = playbook(capacity="{absences: [{email: ann@x.jp, from: 2026-11-20, to: 2026-11-30}]}")
    found = chosen(HERS, Held("account_owner", "salesforce", "s-bob"), agreed=away)
    assert found == Choice("s-bob", "bob@x.jp", "account_owner; record_owner absent")
    assert chosen(HERS, agreed=TEAM_BOOK).owner == "s-ann"


def test_who_is_away_gets_the_task_when_there_is_nobody_else() -> None:
    alone = playbook("name: a", capacity="{absences: [{email: ann@x.jp, from: 2026-11-20, to: 2026-11-30}]}")
    assert chosen(HERS, agreed=alone).owner == "s-ann"
    assert chosen(agreed=alone) == Choice("", "", "nobody")


def test_a_deal_s_owner_comes_as_any_other_whom_the_person_belongs_to() -> None:
    assert chosen(Held(DEAL_OWNER, "salesforce", "s-cho"), HERS).why == "deal_owner"


@pytest.mark.parametrize(
    ("prospect", "owner_id", "why"),
    [
        (Prospect(region="大阪府"), "s-dai", "rule_group kansai kansai"),
        (Prospect(region="Osaka"), "s-dai", "rule_group kansai kansai"),
        (Prospect(region="東京都", country="Japan", industry="産業機械"), "s-eve", "rule_owner makers"),
        (Prospect(country="Germany", industry="産業機械"), "s-ann", "round_robin inside"),
        (Prospect(segment="enterprise"), "s-bob", "rule_owner key"),
        (Prospect(), "s-ann", "round_robin inside"),
    ],
)
def test_rules_decide_in_their_order_and_the_fallback_takes_the_rest(
    prospect: Prospect, owner_id: str, why: str
) -> None:
    found = chosen(prospect=prospect)
    assert (found.owner, found.why) == (owner_id, why)


def test_a_rule_whose_people_are_all_away_leaves_the_next_one_its_turn() -> None:
    away = playbook(capacity="{absences: [{email: dai@x.jp, from: 2026-11-24}]}")
    found = chosen(prospect=Prospect(region="京都府"), agreed=away)
    assert found.why == "round_robin inside; rule_group nobody"
    nobody = book(owner("eve", active=False))
    found = chosen(prospect=Prospect(country="JP", industry="機械"), owners=nobody)
    assert found.why == "round_robin inside; rule_owner elsewhere"


def test_what_is_not_known_does_not_meet_a_rule() -> None:
    assert not any(applies(rule, Prospect()) for rule in TEAM_BOOK.rules)


def test_the_turn_goes_round_and_survives_a_restart() -> None:
    desk, order = Desk(), []
    for _ in range(7):
        found = chosen(desk=desk)
        order.append(found.bearer[:3])
        desk = Desk(recent=desk.given(found.bearer).recent)  # all that a new process reads from the store
    assert order == ["ann", "bob", "cho", "ann", "bob", "cho", "ann"]


def test_a_member_s_own_leads_count_as_turns() -> None:
    assert chosen(desk=Desk(recent=["ann@x.jp"])).bearer == "bob@x.jp"
    assert chosen(desk=Desk(recent=["zoe@x.jp", "ann@x.jp"])).bearer == "bob@x.jp"


def test_who_comes_back_from_an_absence_is_next_but_makes_up_for_nothing() -> None:
    desk, order = Desk(recent=["bob@x.jp", "cho@x.jp"] * 10), []
    for _ in range(4):
        found = chosen(desk=desk)
        order.append(found.bearer[:3])
        desk = desk.given(found.bearer)
    assert order == ["ann", "cho", "bob", "ann"]


def test_of_equal_turns_the_one_with_fewest_open_tasks_is_next() -> None:
    assert chosen(desk=Desk(open={"ann@x.jp": 2, "bob@x.jp": 1})).bearer == "cho@x.jp"


def test_who_has_the_day_s_number_waits_for_tomorrow() -> None:
    full = {"ann@x.jp": 5, "bob@x.jp": 5}
    assert chosen(desk=Desk(today=full)).bearer == "cho@x.jp"
    everybody = Desk(today={**full, "cho@x.jp": 5})
    assert chosen(desk=everybody) == Choice("", "", "at_capacity inside")
    assert chosen(HERS, desk=everybody).owner == "s-ann"  # hers all the same: the cap of the day keeps it queued


def test_a_member_s_own_number_counts_before_everybody_s_and_never_above_the_setting() -> None:
    text = TEAM.replace("{email: ann@x.jp}", "{email: ann@x.jp, capacity: 1}")
    agreed = playbook(text, capacity="{leads_per_rep_per_day: 3}")
    assert [agreed.daily_limit(f"{name}@x.jp", 5) for name in ("ann", "bob", "zoe")] == [1, 3, 3]
    assert agreed.daily_limit("bob@x.jp", 2) == 2
    assert TEAM_BOOK.daily_limit("bob@x.jp", 5) == 5
    assert chosen(agreed=agreed, desk=Desk(today={"ann@x.jp": 1})).bearer == "bob@x.jp"


# --- taking over ---


def taken_over(owner_id: str, *before: str, agreed: Playbook = TEAM_BOOK, owners: OwnerBook | None = None) -> Choice:
    return reassign("salesforce", owner_id, before, owners or book(), agreed, Desk(), DAY, 5)


def test_an_overdue_task_goes_to_the_next_of_the_group_then_to_the_manager() -> None:
    assert taken_over("s-ann") == Choice("s-bob", "bob@x.jp", "next_in_group inside; 1 had_it")
    assert taken_over("s-bob", "ann@x.jp", "cho@x.jp").why.startswith("manager")
    assert taken_over("s-dai").owner == "s-mia"  # nobody else is in her group
    assert taken_over("s-zoe").why == "next_in_group inside"  # in no group: the fallback's turn


def test_the_playbook_may_send_it_to_the_manager_or_leave_it() -> None:
    assert taken_over("s-ann", agreed=playbook(sla="{reassign_to: manager}")) == Choice("s-mia", "mia@x.jp", "manager")
    assert taken_over("s-ann", agreed=playbook(sla="{reassign_to: nobody}")).owner == ""
    assert taken_over("s-mia", agreed=playbook(sla="{reassign_to: manager}")).owner == ""  # nobody above her


def test_the_crm_s_manager_is_asked_where_the_playbook_names_none() -> None:
    bare = playbook("name: a")
    owners = book(owner("ann", manager_id="s-bob"))
    found = manager_of("salesforce", "s-ann", owners, bare)
    assert found is not None
    assert (found.id, manager_mail("salesforce", "s-ann", owners, bare)) == ("s-bob", "bob@x.jp")
    assert manager_of("salesforce", "s-cho", owners, bare) is None


def test_a_manager_who_is_no_user_is_told_but_takes_no_task() -> None:
    owners = book(without=("mia",))
    assert manager_of("salesforce", "s-ann", owners, TEAM_BOOK) is None
    assert manager_mail("salesforce", "s-ann", owners, TEAM_BOOK) == "mia@x.jp"


def test_a_team_s_manager_comes_before_everybody_s() -> None:
    teams = playbook(
        TEAM.replace(
            "[{team: Sales, email: mia@x.jp}]",
            "[{email: mia@x.jp}, {email: eve@x.jp, groups: [kansai]}, {email: bob@x.jp, members: [cho@x.jp]}]",
        )
    )
    mails = {name: teams.manager_mail(f"{name}@x.jp") for name in ("ann", "dai", "cho", "mia")}
    assert mails == {"ann": "mia@x.jp", "dai": "eve@x.jp", "cho": "bob@x.jp", "mia": ""}


# --- what is known of a person ---


def test_a_person_belongs_to_record_owners_first_then_to_company_owners() -> None:
    firm = company("a1")
    lead = member(1, owner_id="s-ann", company=firm)
    contact = member(2, "hubspot", "contact", owner_id="h-bob")
    held = book().held(standing(contact, lead, company_owners={firm: "s-cho"}), lead)
    assert [(one.why, one.owner_id) for one in held] == [
        ("record_owner", "s-ann"),
        ("other_record_owner", "h-bob"),
        ("account_owner", "s-cho"),
    ]


def test_region_and_city_are_taken_from_the_record_that_has_the_country() -> None:
    bare = member(1, country="", region="", city="", industry="機械")
    full = member(2, "hubspot", "contact", country="Japan", region="Tokyo", city="Minato")
    assert prospect_of(standing(bare, full, segment="s")) == Prospect("s", "Japan", "Tokyo", "Minato", "機械")


@pytest.mark.parametrize(("industry", "sector"), [("MACHINERY", "machinery"), ("製造業", "manufacturing")])
def test_rules_see_what_only_the_linked_company_says(industry: str, sector: str) -> None:
    """In HubSpot a contact has no industry, and often no state, of its own."""
    firm = CompanyRecord(company("77", "hubspot"), NOW, name="青葉", industry=industry, country="日本", region="大阪府")
    contact = member(1, "hubspot", "contact", company=firm.key)
    prospect = prospect_of(standing(contact, companies=[firm]))
    assert prospect == Prospect(country="日本", region="大阪府", industry=industry)
    assert applies(rule(f"{{sector: [{sector}]}}"), prospect)
    assert applies(rule("{region: [関西], country: [JP]}"), prospect)
    assert not applies(rule("{region: [関東]}"), prospect)
    assert prospect_of(standing(contact)) == Prospect()


def test_her_own_place_comes_before_her_company_s() -> None:
    firm = CompanyRecord(company("77", "hubspot"), NOW, name="青葉", country="日本", region="大阪府")
    contact = member(1, "hubspot", "contact", company=firm.key, country="日本", region="東京都")
    assert prospect_of(standing(contact, companies=[firm])).region == "東京都"


@pytest.mark.parametrize("asked", ["US", "USA", "米国", "United States"])
@pytest.mark.parametrize("said", ["US", "USA", "United States", "アメリカ", "米国", "アメリカ合衆国"])
def test_a_country_is_the_same_however_rule_and_record_spell_it(asked: str, said: str) -> None:
    assert applies(rule(f"{{country: [{asked}]}}"), Prospect(country=said))
    assert not applies(rule(f"{{country: [{asked}]}}"), Prospect(country="中国"))


# --- words ---


@pytest.mark.parametrize(
    ("why", "ja", "en"),
    [
        ("record_owner", "レコードの所有者", "owner of the record"),
        (
            "round_robin inside; record_owner absent; 1 absent",
            "グループ「inside」の順番（レコードの所有者：不在、グループ内1名：不在）",
            "next in turn in group inside (owner of the record is away, 1 in the group: is away)",
        ),
        (
            "rule_group kansai kansai",
            "担当ルール「kansai」により、グループ「kansai」の順番",
            "by owner rule kansai, next in turn in group kansai",
        ),
        ("from_the_future x", "from_the_future x", "from_the_future x"),
        ("", "", ""),
    ],
)
def test_a_reason_is_told_in_words(why: str, ja: str, en: str) -> None:
    assert why_text(why) == Text(en, ja)


@given(
    st.sampled_from([(), (HERS,), (Held(RECORD_OWNER, "hubspot", "h-zoe"), HERS)]),
    st.sampled_from(["大阪府", "東京都", ""]),
    st.sets(st.sampled_from(PEOPLE)),
    st.dictionaries(st.sampled_from([f"{name}@x.jp" for name in PEOPLE]), st.integers(0, 6)),
)
def test_every_choice_is_explained_and_never_falls_to_who_cannot(
    held: tuple[Held, ...], region: str, inactive: set[str], today: dict[str, int]
) -> None:
    owners = book(*(owner(name, active=False) for name in inactive))
    found = chosen(*held, prospect=Prospect(region=region), owners=owners, desk=Desk(today=today))
    text = why_text(found.why)
    assert text.en
    assert text.ja
    assert "_" not in text.ja
    assert found.owner.removeprefix("s-") not in inactive
    if found.owner and not held:
        assert today.get(found.bearer, 0) < 5


# --- whose turn ---


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(1, 3))
def test_of_every_lap_each_member_gets_as_many_as_her_weight(weights: list[int], laps: int) -> None:
    seats = tuple(Seat(f"{number}@x.jp", weight) for number, weight in enumerate(weights))
    group, desk = Group("g", Text("g", "g"), seats), Desk()
    given_to: list[str] = []
    for _ in range(laps * sum(weights)):
        seat = next_in_turn(seats, group, desk)
        given_to.append(seat.email)
        desk = desk.given(seat.email)
    assert Counter(given_to) == {seat.email: laps * seat.weight for seat in seats}


@given(
    st.lists(st.sampled_from(["ann@x.jp", "bob@x.jp", "cho@x.jp", "zoe@x.jp"]), max_size=12),
    st.sets(st.integers(0, 2), min_size=1),
)
def test_the_turn_depends_on_what_the_store_says_and_on_nothing_else(recent: list[str], there: set[int]) -> None:
    group = TEAM_BOOK.groups[0]
    seats = [group.seats[number] for number in sorted(there)]
    first = next_in_turn(seats, group, Desk(recent=recent))
    assert first == next_in_turn(list(reversed(seats)), group, Desk(recent=tuple(recent)))
    assert first in seats
