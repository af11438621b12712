"""The main job, end to end, through both SDKs against the sandbox CRMs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import DAY, Account, Quiet

from sync.jobs.cycle import Order


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path)
    yield made
    made.close()


def hubspot_writes(account: Account) -> int:
    return account.hubspot.count(r"/batch/(update|create)\b")


def salesforce_writes(account: Account) -> int:
    return account.salesforce.count(r"/composite/sobjects") + account.salesforce.count(r"/jobs/ingest")


def own(account: Account, contact: str) -> dict[str, str | None]:
    properties = account.hubspot.get("contacts", contact).properties
    return {name: value for name, value in properties.items() if name.startswith("leadsync_")}


def test_one_person_in_two_crms_gets_one_score_on_every_record_and_one_task(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    lead = account.lead("taro@example.jp")
    account.provision()
    result = account.cycle()
    assert result.errors == {}
    written = own(account, contact)
    record = account.salesforce.get("Lead", lead)
    assert written["leadsync_score"] == "85"
    assert written["leadsync_band"] == "hot"
    assert record is not None
    assert (record["Leadsync_Score__c"], record["Leadsync_Band__c"]) == (85, "hot")
    assert record["Leadsync_Person_Key__c"] == written["leadsync_person_key"]
    assert [system for system, _ in account.tasks()] == ["salesforce"]
    task = next(task for task in account.salesforce.all("Task") if "leadsync:" in str(task["Description"]))
    assert (task["WhoId"], task["OwnerId"]) == (lead, account.user)


def test_an_axis_sums_with_the_others_to_the_score(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision()
    account.cycle()
    written = own(account, contact)
    axes = (int(written[f"leadsync_{axis}_score"] or 0) for axis in ("attribute", "behavior", "activity"))
    assert sum(axes) == int(written["leadsync_score"] or 0)


def test_the_second_sync_writes_nothing_and_makes_no_task(account: Account) -> None:
    account.hot("taro@example.jp")
    account.lead("hanako@example.jp")
    account.provision()
    account.cycle()
    before = (hubspot_writes(account), salesforce_writes(account), len(account.tasks()))
    account.cycle()
    account.clock.advance(3600)
    account.cycle()
    assert (hubspot_writes(account), salesforce_writes(account), len(account.tasks())) == before


def test_an_idle_cycle_costs_a_search_per_object_and_two_composite_calls(account: Account) -> None:
    account.hot("taro@example.jp")
    account.lead("hanako@example.jp")
    account.provision()
    account.cycle()
    account.clock.advance(1200)
    account.cycle()  # reads the echo of the apply for the last time
    account.clock.advance(300)
    with account.service() as service:
        service.cycle(Order(write=True), Quiet())  # this process's token
        account.clock.advance(300)
        account.hubspot.calls.clear()
        account.salesforce.calls.clear()
        service.cycle(Order(write=True), Quiet())
    hubspot = Counter(call.path.rpartition("/crm/v3/objects/")[2] or call.path for call in account.hubspot.calls)
    assert max(hubspot.values()) == 1, hubspot
    searches = {path for path in hubspot if path.endswith("/search")}
    assert len(searches) <= 8
    assert len(hubspot) - len(searches) <= 3, hubspot  # page views, e-mail events, one form
    assert [call.path.rpartition("/")[2] for call in account.salesforce.calls] == ["composite", "composite"]


def test_a_plan_needs_no_fields_and_writes_nothing(account: Account) -> None:
    account.hot("taro@example.jp")
    account.lead("taro@example.jp")
    result = account.cycle(write=False)
    assert dict(result.draft.writes()) == {
        ("salesforce", "score"): 1,
        ("hubspot", "score"): 1,
        ("salesforce", "task"): 1,
    }
    assert {call.method for call in account.hubspot.calls if "/search" not in call.path} == {"GET"}
    assert salesforce_writes(account) == 0


def test_a_plan_works_with_credentials_that_may_only_read(account: Account) -> None:
    account.hot("taro@example.jp")
    account.lead("taro@example.jp")
    account.hubspot.scopes.difference_update({scope for scope in account.hubspot.scopes if scope.endswith(".write")})
    account.salesforce.profile.can_edit = False
    account.salesforce.can_customize = False
    result = account.cycle(write=False)
    assert result.errors == {}
    assert result.draft.score_orders == 2


def test_one_configured_crm_is_enough(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    alone = {name: "" for name in account.env if "SALESFORCE" in name}
    with account.service(**alone) as service:
        assert list(service.connectors) == ["hubspot"]
        list(service.connectors["hubspot"].provision(apply=True))
        result = service.cycle(Order(write=True), Quiet())
    assert result.errors == {}
    assert own(account, contact)["leadsync_score"] == "85"
    assert [system for system, _ in account.tasks()] == ["hubspot"]


def test_a_store_that_was_lost_makes_no_task_twice(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision()
    account.cycle()
    due = own(account, contact)["leadsync_sla_due"]
    for file in account.folder.glob("leadsync.db*"):
        file.unlink()
    account.clock.advance(600)
    account.cycle()
    assert len(account.tasks()) == 1
    assert own(account, contact)["leadsync_sla_due"] == due


def test_an_apply_before_provision_says_what_to_run_and_writes_nothing(account: Account) -> None:
    account.hot("taro@example.jp")
    result = account.cycle()
    assert set(result.errors) == {"hubspot", "salesforce"}
    assert all("leadsync provision" in error.text.en for error in result.errors.values())
    assert (result.exit_code, hubspot_writes(account)) == (2, 0)


def test_an_apply_before_provision_uses_up_neither_the_go_live_nor_anybody_s_turn(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.cycle()
    account.clock.advance(60)
    account.provision()
    account.cycle()
    assert own(account, contact)["leadsync_score"] == "85"
    assert len(account.tasks()) == 1


def test_who_is_in_a_crm_out_of_reach_waits_and_is_written_when_it_is_back(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    lead = account.lead("taro@example.jp")
    solo = account.hot("solo@example.jp")
    account.provision()
    account.cycle(write=False)
    fault = account.salesforce.fault(path="/services/oauth2/token", times=0)
    account.cycle()
    assert own(account, contact).get("leadsync_score") in (None, "")
    assert own(account, solo)["leadsync_score"] == "85"
    account.salesforce.faults.remove(fault)
    account.clock.advance(3600)
    account.cycle()
    record = account.salesforce.get("Lead", lead)
    assert record is not None
    assert (own(account, contact)["leadsync_score"], record["Leadsync_Score__c"]) == ("85", 85)
    assert sorted(system for system, _ in account.tasks()) == ["hubspot", "salesforce"]


def test_fields_provisioned_later_are_filled_for_everybody(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision(minimal=True)
    account.cycle()
    account.clock.advance(3600)
    account.cycle()
    account.provision()
    account.clock.advance(3600)
    account.cycle()
    assert own(account, contact)["leadsync_reasons"]


def test_the_minimal_fields_are_enough_to_write(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision(minimal=True)
    result = account.cycle()
    assert result.errors == {}
    assert set(own(account, contact)) >= {"leadsync_score", "leadsync_band"}
    assert "leadsync_reasons" not in own(account, contact)


def test_a_new_act_makes_somebody_hot_and_is_told_once(account: Account) -> None:
    contact = account.contact("taro@example.jp", days_old=120, jobtitle="部長", numemployees="500")
    account.provision()
    account.cycle()
    assert own(account, contact)["leadsync_band"] == "dormant"
    account.clock.advance(3600)
    account.page_view(contact, "/pricing", 0.5)
    account.demo_request("taro@example.jp", 0.4)
    account.cycle()
    assert own(account, contact)["leadsync_band"] == "hot"
    assert len(account.tasks()) == 1
    account.clock.advance(600)
    account.cycle()
    assert len(account.tasks()) == 1


def test_go_live_gives_tasks_to_the_recently_hot_within_the_owner_s_number(account: Account) -> None:
    for n in range(4):
        account.hot(f"new{n}@example.jp", hours_ago=5 + n)
    old = account.hot("old@example.jp", hours_ago=24 * 9)
    account.provision()
    account.cycle(LEADSYNC_TASKS__PER_OWNER_PER_DAY="3")
    assert len(account.tasks()) == 3
    assert own(account, old)["leadsync_band"] == "hot"
    account.clock.advance(DAY)
    account.cycle(LEADSYNC_TASKS__PER_OWNER_PER_DAY="3")
    assert len(account.tasks()) == 4
    account.clock.advance(DAY)
    account.cycle(LEADSYNC_TASKS__PER_OWNER_PER_DAY="3")
    assert len(account.tasks()) == 4


def test_hubspot_waits_until_salesforce_has_acknowledged_the_same_person(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.lead("taro@example.jp")
    other = account.hot("solo@example.jp")
    account.provision()
    account.salesforce.fault(method="PATCH", path="/composite/sobjects", times=0)
    result = account.cycle()
    assert result.pushes["salesforce"].retry == 1
    assert own(account, contact).get("leadsync_score") in (None, "")
    assert own(account, other)["leadsync_score"] == "85"
    account.salesforce.faults.clear()
    account.clock.advance(3600)
    account.cycle()
    assert own(account, contact)["leadsync_score"] == "85"


def test_a_refused_record_does_not_hold_up_the_others_and_ends_with_exit_code_1(account: Account) -> None:
    bad, good = account.lead("bad@example.jp", days_old=120), account.lead("good@example.jp", days_old=120)
    account.provision()
    account.salesforce.block(bad, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Phone is needed", times=0)
    result = account.cycle()
    assert result.exit_code == 1
    record = account.salesforce.get("Lead", good)
    assert record is not None
    assert record["Leadsync_Band__c"] == "dormant"
    writes = salesforce_writes(account)
    account.clock.advance(600)
    account.cycle()
    assert salesforce_writes(account) == writes  # the same refused values are not offered every cycle
    account.clock.advance(DAY)
    account.salesforce.blocks.clear()
    account.cycle()
    record = account.salesforce.get("Lead", bad)
    assert record is not None
    assert record["Leadsync_Band__c"] == "dormant"


def test_one_crm_that_is_down_does_not_stop_the_other(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision()
    account.salesforce.fault(path="/services/oauth2/token", times=0)
    result = account.cycle()
    assert list(result.errors) == ["salesforce"]
    assert own(account, contact)["leadsync_score"] == "85"


def test_a_converted_lead_hands_history_and_score_to_its_contact(account: Account) -> None:
    account.hot("taro@example.jp")
    lead = account.lead("taro@example.jp")
    account.provision()
    account.cycle()
    tasks = len(account.tasks())
    account.clock.advance(600)
    contact = account.salesforce.convert_lead(lead)
    account.clock.advance(600)
    account.cycle()
    record = account.salesforce.get("Contact", contact)
    assert record is not None
    assert (record["Leadsync_Score__c"], record["Leadsync_Band__c"]) == (85, "hot")
    assert len(account.tasks()) == tasks


def test_merged_contacts_keep_their_history_under_the_new_id(account: Account) -> None:
    first = account.hot("taro@example.jp")
    second = account.contact("t.yamada@example.jp")
    account.provision()
    account.cycle()
    account.clock.advance(600)
    merged = account.hubspot.merge_contacts(first, second)
    account.clock.advance(600)
    account.cycle()
    assert own(account, merged)["leadsync_score"] == "85"
    assert len(account.tasks()) == 1


def test_two_hot_people_who_turn_out_to_be_one_keep_the_earlier_task(account: Account) -> None:
    one = account.hot("taro@example.jp", hours_ago=9)
    account.hot("t.yamada@example.jp", hours_ago=5)
    account.provision()
    account.cycle()
    assert len(account.tasks()) == 2
    account.clock.advance(600)
    account.hubspot.put("contacts", {"hs_additional_emails": "t.yamada@example.jp"}, id=one)
    account.clock.advance(600)
    account.cycle()
    states = Counter(task.properties["hs_task_status"] for task in account.hubspot.all("tasks"))
    assert states == {"NOT_STARTED": 1, "COMPLETED": 1}


def test_a_human_edit_of_our_field_is_put_right(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision()
    account.cycle()
    account.clock.advance(600)
    account.hubspot.put("contacts", {"leadsync_score": "3"}, id=contact)
    account.clock.advance(600)
    account.cycle()
    assert own(account, contact)["leadsync_score"] == "85"


def test_a_call_by_sales_meets_the_sla(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision()
    account.cycle()
    assert own(account, contact)["leadsync_sla_state"] == "open"
    account.clock.advance(19 * 3600)
    account.cycle()
    assert own(account, contact)["leadsync_sla_state"] == "warning"
    now = str(account.clock.ms())
    call = account.hubspot.put("calls", {"hs_timestamp": now, "hs_call_direction": "OUTBOUND", "hs_call_title": "x"})
    account.hubspot.associate("calls", call, "contacts", contact)
    account.clock.advance(300)
    account.cycle()
    assert own(account, contact)["leadsync_sla_state"] == "met"


def test_an_untouched_task_breaches_the_sla_after_24_hours(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision()
    account.cycle()
    account.clock.advance(25 * 3600)
    account.cycle()
    assert own(account, contact)["leadsync_sla_state"] == "breached"


def test_an_unattended_mass_change_stops_at_the_plan_until_it_is_accepted(account: Account) -> None:
    for n in range(30):
        account.contact(f"p{n}@example.jp", jobtitle="部長")
    account.provision()
    account.cycle(unattended=True)  # first writes do not count
    account.clock.advance(3600)
    for n in range(15):
        account.demo_request(f"p{n}@example.jp", 0.1)
    writes = hubspot_writes(account)
    held = account.cycle(unattended=True)
    again = account.cycle(unattended=True)
    assert (held.state, again.state, hubspot_writes(account)) == ("held", "held", writes)
    with account.service() as service:
        assert service.held_run == held.run_id
    account.cycle()  # a person's order proceeds
    assert hubspot_writes(account) > writes
    with account.service() as service:
        assert service.held_run is None


def test_a_store_refuses_the_data_of_another_portal(account: Account, tmp_path: Path) -> None:
    from sync.errors import AccountMismatch

    account.contact("taro@example.jp")
    account.cycle(write=False)
    other = Account(tmp_path)
    other.hubspot.portal.portal_id = 777
    try:
        with pytest.raises(AccountMismatch, match="777"):
            other.cycle(write=False)
    finally:
        other.close()


def test_credentials_that_may_not_see_their_account_do_the_main_job_all_the_same(account: Account) -> None:
    from connectors.sandbox.http import Response

    account.hubspot.fault(path="/account-info/v3/details", response=Response(403, {}), times=0)
    contact = account.hot("taro@example.jp")
    account.provision()
    assert not account.cycle().errors
    assert own(account, contact)["leadsync_band"] == "hot"
    assert account.hubspot.count("account-info/v3/details") == 1


def test_a_deleted_contact_is_found_by_the_full_pass_and_never_written_again(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision()
    account.cycle()
    account.hubspot.gdpr_delete(contact)
    account.clock.advance(600)
    result = account.cycle(full=True)
    assert result.pulls["hubspot"].retired == 1
    with account.service() as service, service.store.reading() as unit:
        assert unit.census().people == 0


def test_a_contact_archived_before_the_write_is_no_rejection(account: Account) -> None:
    contact = account.hot("taro@example.jp")
    account.provision()
    account.cycle(write=False)
    account.hubspot.archive("contacts", contact)
    result = account.cycle()
    assert (result.exit_code, result.pushes["hubspot"].gone) == (0, 2)  # her score and her task


def test_one_salesperson_gets_her_number_of_go_live_tasks_whichever_crm_they_are_in(account: Account) -> None:
    for n in range(3):
        account.hot(f"h{n}@example.jp")
        account.hot(f"s{n}@example.jp")
        account.lead(f"s{n}@example.jp")
    account.provision()
    account.cycle(LEADSYNC_TASKS__PER_OWNER_PER_DAY="4")
    assert len(account.tasks()) == 4
    assert {system for system, _ in account.tasks()} == {"hubspot", "salesforce"}


def test_deprovision_closes_tasks_clears_values_and_removes_fields(account: Account) -> None:
    from sync.jobs.deprovision import deprovision

    contact = account.hot("taro@example.jp")
    lead = account.lead("hanako@example.jp")
    account.provision()
    account.cycle()
    account.clock.advance(60)
    with account.service() as service:
        for apply in (False, True, True):
            steps = [s for c in service.connectors.values() for s in deprovision(c, service.store, apply, "ja")]
            assert not [step for step in steps if step.state == "refused"]
    assert [task.properties["hs_task_status"] for task in account.hubspot.all("tasks")] == ["COMPLETED"]
    assert own(account, contact) == {}
    record = account.salesforce.get("Lead", lead)
    assert record is not None
    assert "Leadsync_Score__c" not in record
    assert not [s for s in account.salesforce.all("PermissionSet") if str(s["Name"]).startswith("Leadsync")]


def test_the_whole_job_runs_on_postgresql(account: Account, postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS leadsync_cycle WITH (FORCE)")
        connection.execute("CREATE DATABASE leadsync_cycle")
    database = {"LEADSYNC_DATABASE_URL": postgres.replace("/postgres?", "/leadsync_cycle?")}
    contact = account.hot("taro@example.jp")
    account.lead("taro@example.jp")
    account.provision()
    assert account.cycle(**database).errors == {}
    assert own(account, contact)["leadsync_score"] == "85"
    writes = (hubspot_writes(account), salesforce_writes(account))
    account.clock.advance(600)
    account.cycle(**database)
    assert (hubspot_writes(account), salesforce_writes(account), len(account.tasks())) == (*writes, 1)
