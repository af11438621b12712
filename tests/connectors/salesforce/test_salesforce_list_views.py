"""List views: filters that mean what they should whichever way the API reads them, and clear refusals."""

from __future__ import annotations

import pytest

from connectors.salesforce.list_views import filter_logic
from connectors.sandbox.http import Response
from sync.core.working_lists import WORKING_LISTS

BY_ID = {one.id: one for one in WORKING_LISTS}


def provision(world, **settings):
    steps = world.connector(**settings).provision(True, lists=True)
    return {step.name: step for step in steps if step.kind == "list_view"}


def states(found):
    return {step.state for step in found.values()}


def queries(world):
    return {f"{view.object}.{view.name}": view.query() for view in world.app.list_views.by_id.values()}


@pytest.mark.parametrize("reading", ["values", "labels", "known_labels"])
def test_filters_on_picklists_mean_the_value_whatever_the_api_calls_an_operand(world, reading):
    world.app.list_views.operands = reading
    assert states(provision(world)) == {"created"}
    for name in ("Lead", "Contact"):
        told = queries(world)
        assert "Leadsync_Band__c = 'hot'" in told[f"{name}.Leadsync_Hot"]
        assert "Leadsync_Sla_State__c = 'warning'" in told[f"{name}.Leadsync_Sla_At_Risk"]
        assert "Leadsync_Sla_State__c = 'breached'" in told[f"{name}.Leadsync_Sla_At_Risk"]
        assert "ホット" not in told[f"{name}.Leadsync_Hot"]


def test_a_filter_that_is_misread_either_way_is_taken_back(world):
    world.app.list_views.operands = "known_labels"
    world.app.fault(
        method="PATCH", path="list-info", response=Response(400, [{"errorCode": "NO", "message": "x"}]), times=0
    )
    found = provision(world)
    assert {step.name.rpartition("_")[2] for step in found.values() if step.state == "created"} == {"Reactivated"}
    misread = [step for step in found.values() if step.state == "refused"]
    assert len(misread) == 8
    assert "deploy/salesforce" in misread[0].detail.en
    assert {view.name for view in world.app.list_views.by_id.values()} == {"Leadsync_Reactivated"}


def test_views_that_tell_no_query_are_made_and_said_to_be_unchecked(world):
    world.app.fault(path="listviews/", response=Response(404, [{"errorCode": "NOT_FOUND", "message": "x"}]), times=0)
    found = provision(world)
    assert states(found) == {"created"}
    assert all("checked" in step.detail.en for step in found.values())


def test_the_stale_view_joins_its_two_kinds_with_or(world):
    assert filter_logic(BY_ID["Stale"]) == "(1 AND 2) OR (3 AND 4)"
    assert filter_logic(BY_ID["Nurture"]) == ""
    provision(world)
    told = queries(world)["Lead.Leadsync_Stale"]
    assert ") OR (" in told
    assert "Leadsync_Score__c >= 50" in told


def test_views_are_public_and_show_score_reason_and_owner(world):
    provision(world)
    for view in world.app.list_views.by_id.values():
        assert view.visibility == "Public"
        assert {"Name", "Leadsync_Score__c", "Leadsync_Top_Reason__c", "Owner.Alias"} <= set(view.columns)
        assert view.label.startswith("Leadsync: ")


def test_an_api_version_without_list_views_is_named(world):
    found = provision(world, api_version="60.0")
    assert states(found) == {"refused"}
    assert all("LEADSYNC_SALESFORCE__API_VERSION" in step.detail.en for step in found.values())


def test_a_missing_right_is_asked_for_once(world):
    world.app.profile.can_manage_list_views = False
    found = provision(world)
    assert all("Manage Public List Views" in step.detail.en for step in found.values())
    assert world.app.count("list-info") == 1


def test_a_view_of_our_name_on_another_object_is_not_ours(world):
    world.provision()
    world.app.org.store(
        "ListView", {"Id": "00B000000000001AAA", "DeveloperName": "Leadsync_Hot", "SobjectType": "Case"}
    )
    assert states(provision(world)) == {"created"}


def test_an_org_that_hides_its_list_views_refuses_them_and_is_left_alone(world):
    world.app.profile.hidden_objects.add("ListView")
    assert states(provision(world)) == {"refused"}
    gone = [step for step in world.connector().deprovision(True) if step.kind == "list_view"]
    assert gone == []


def test_views_that_were_made_and_are_hidden_now_are_told_on_leaving(world):
    provision(world)
    world.app.profile.hidden_objects.add("ListView")
    gone = [step for step in world.connector().deprovision(True) if step.kind == "list_view"]
    assert [step.state for step in gone] == ["refused"]
