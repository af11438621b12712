"""Active lists: ours are known by name and filters, in either language, and nobody else's is touched."""

from __future__ import annotations

import pytest

from connectors.hubspot.lists import filter_branch
from connectors.sandbox.http import Response
from sync.core.working_lists import WORKING_LISTS

HOT = WORKING_LISTS[0]


def provision(lab, apply=True, **more):
    steps = lab.connector().provision(apply, lists=True, **more)
    return {step.name: step for step in steps if step.kind == "list"}


def leave(lab, apply=True):
    return {step.name: step.state for step in lab.connector().deprovision(apply) if step.kind == "list"}


def lists(lab):
    return lab.app.portal.lists


def test_a_list_made_in_the_other_language_counts_as_there(lab):
    list(lab.connector().provision(True))
    lists(lab).add(HOT.name.en, "0-1", "DYNAMIC", filter_branch(HOT), lab.clock.ms())
    found = provision(lab)
    assert found[HOT.name.en].state == "present"
    assert HOT.name.ja not in found
    assert leave(lab)[HOT.name.en] == "removed"


def test_a_static_list_of_our_name_is_left_alone(lab):
    lists(lab).add(HOT.name.ja, "0-1", "MANUAL", None, lab.clock.ms())
    assert provision(lab)[HOT.name.ja].state == "differs"
    assert leave(lab)[HOT.name.ja] == "differs"
    assert lists(lab).named(HOT.name.ja) is not None


def test_an_active_list_of_our_name_on_other_properties_is_left_alone(lab):
    known = {"filterType": "PROPERTY", "property": "email", "operation": {"operator": "IS_KNOWN"}}
    below = {"filterBranchType": "AND", "filterBranches": [], "filters": [known]}
    branch = {"filterBranchType": "OR", "filterBranches": [below], "filters": []}
    lists(lab).add(HOT.name.ja, "0-1", "DYNAMIC", branch, lab.clock.ms())
    step = provision(lab)[HOT.name.ja]
    assert step.state == "differs"
    assert "left alone" in step.detail.en


def test_filters_that_people_changed_are_told_and_kept(lab):
    provision(lab)
    changed = filter_branch(WORKING_LISTS[1])
    lists(lab).named(HOT.name.ja).branch = changed
    step = provision(lab)[HOT.name.ja]
    assert (step.state, step.detail.en) == ("present", "its filters were changed; they stay")
    assert lists(lab).named(HOT.name.ja).branch is changed


def test_defaults_and_order_that_hubspot_fills_in_are_no_change(lab):
    provision(lab)
    branch = lists(lab).named(WORKING_LISTS[2].name.ja).branch
    branch["filterBranches"].reverse()
    branch["filterBranches"][0]["filters"].reverse()
    assert {step.detail for step in provision(lab).values()} == {None}


def test_a_renamed_list_is_somebody_elses_now(lab):
    provision(lab)
    lists(lab).named(HOT.name.ja).name = "今日電話する人"
    assert provision(lab)[HOT.name.ja].state == "created"
    leave(lab)
    assert [each.name for each in lists(lab).live()] == ["今日電話する人"]


def test_our_lists_are_found_among_many(lab):
    for number in range(1_200):
        lists(lab).add(f"Leadsync archive {number}", "0-1", "MANUAL", None, 0)
    assert {step.state for step in provision(lab).values()} == {"created"}
    assert {step.state for step in provision(lab).values()} == {"present"}


@pytest.mark.parametrize("scope", ["crm.lists.read", "crm.lists.write"])
def test_each_missing_scope_is_named(lab, scope):
    lab.app.scopes.discard(scope)
    found = provision(lab)
    assert {step.state for step in found.values()} == {"refused"}
    assert all(scope in step.detail.en for step in found.values())


def test_an_account_without_lists_refuses_them_alone(lab):
    lab.app.fault(path="crm/v3/lists", response=Response(404, "<html>no such page</html>"), times=0)
    steps = list(lab.connector().provision(True, lists=True))
    assert {step.state for step in steps if step.kind != "list"} == {"created"}
    assert {step.state for step in steps if step.kind == "list"} == {"refused"}


def test_leaving_without_the_scope_speaks_of_lists_only_when_some_were_made(lab):
    lab.app.scopes.difference_update({"crm.lists.read", "crm.lists.write"})
    assert leave(lab) == {}
    lab.app.scopes.update({"crm.lists.read", "crm.lists.write"})
    provision(lab)
    lab.app.scopes.discard("crm.lists.read")
    assert leave(lab) == {"Leadsync: *": "refused"}


def test_a_list_that_the_account_has_no_room_for_is_told_with_hubspots_code(lab):
    body = {"status": "error", "category": "LIMIT_EXCEEDED", "message": "too many active lists"}
    lab.app.fault(path=r"crm/v3/lists(\?|$)", method="POST", response=Response(400, body), times=0)
    found = provision(lab)
    assert {step.state for step in found.values()} == {"refused"}
    assert all("LIMIT_EXCEEDED" in step.detail.en for step in found.values())


def test_lists_go_before_the_properties_that_they_filter_on(lab):
    provision(lab)
    kinds = [step.kind for step in lab.connector().deprovision(True)]
    assert kinds.index("property") > max(place for place, kind in enumerate(kinds) if kind == "list")
