"""Provisioning: what is missing is made, what is foreign stays, the missing right is named."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors.salesforce.custom_fields import fits, metadata
from connectors.salesforce.describe import FieldShape
from connectors.sandbox.http import Response
from sync.core.fields import FIELDS
from sync.ports import Health


def states(steps):
    return Counter((step.kind, step.state) for step in steps)


def provision(world, apply=True, **more):
    return list(world.connector().provision(apply, **more))


def deprovision(world, apply=True):
    return list(world.connector().deprovision(apply))


def changing(world):
    return sum(1 for call in world.app.calls if call.method != "GET" and "oauth2" not in call.path)


def test_provisioning_makes_everything_and_then_finds_everything(world):
    assert states(provision(world)) == {
        ("field", "created"): 40,
        ("permission_set", "created"): 2,
        ("field_access", "created"): 80,
        ("assignment", "created"): 1,
    }
    before = changing(world)
    assert {state for _, state in states(provision(world))} == {"present"}
    assert changing(world) == before
    assert world.connector().missing_fields() == ()


def test_the_plan_only_reads(world):
    steps = provision(world, apply=False)
    assert {step.state for step in steps} == {"missing"}
    assert changing(world) == 0


def test_minimal_provisioning_makes_seven_fields(world):
    steps = provision(world, minimal=True)
    assert states(steps)["field", "created"] == 14
    assert "Lead.Leadsync_Talk_Track__c" in {step.name for step in steps}


def test_missing_fields_are_named_with_their_object(world):
    missing = world.connector().missing_fields()
    assert "Lead.Leadsync_Score__c" in missing
    assert "Contact.Leadsync_Sla_Due__c" in missing
    assert {name for name in missing if "Verdict" in name} == {
        "Lead.Leadsync_Verdict_Answer__c",
        "Contact.Leadsync_Verdict_Answer__c",
    }


def test_missing_fields_cost_nothing_once_all_is_there(world):
    world.provision()
    connector = world.connector()
    assert connector.missing_fields() == ()
    assert world.calls_of(connector.missing_fields) == 0


def test_a_field_made_since_is_noticed_at_once(world):
    connector = world.connector()
    assert connector.missing_fields()
    world.provision()
    assert connector.missing_fields() == ()


def test_a_field_of_another_type_is_left_alone(world):
    world.app.add_field("Lead", "Leadsync_Score__c string(10)")
    steps = {step.name: step for step in provision(world)}
    assert steps["Lead.Leadsync_Score__c"].state == "differs"
    assert "Leadsync_Runtime:Lead.Leadsync_Score__c" not in steps
    assert steps["Contact.Leadsync_Score__c"].state == "created"


def test_a_hidden_field_of_another_type_is_left_alone_too(world):
    world.app.add_field("Lead", "Leadsync_Interest__c double(10,0)", visible=False)
    made = world.app.custom_fields.find("Lead", "Leadsync_Interest__c")
    made.metadata["type"] = "Number"
    steps = {step.name: step.state for step in provision(world)}
    assert steps["Lead.Leadsync_Interest__c"] == "differs"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_describe_that_tells_types_only_shows_nothing_amiss(field):
    types = {"number": "double", "choice": "picklist", "time": "datetime", "long_text": "textarea"}
    assert fits(field, FieldShape(type=types.get(field.type.value, "string")))


def test_a_field_answered_with_its_id_alone_counts_as_made(world):
    world.app.fault(
        method="POST", path="tooling/sobjects/CustomField", response=Response(201, {"id": "00N000000000001AAA"})
    )
    assert provision(world)[0].state == "created"


def test_access_taken_away_is_given_back(world):
    provision(world)
    world.app.custom_fields.revoke("Lead", "Leadsync_Band__c")
    steps = [step for step in provision(world) if step.state != "present"]
    assert {step.name for step in steps} == {
        "Leadsync_Runtime:Lead.Leadsync_Band__c",
        "Leadsync_Sales:Lead.Leadsync_Band__c",
    }


def test_sales_may_edit_verdicts_only(world):
    provision(world)
    sets = {row["Id"]: row["Name"] for row in world.app.all("PermissionSet")}
    rows = [row for row in world.app.all("FieldPermissions") if sets[row["ParentId"]] == "Leadsync_Sales"]
    edits = {row["Field"].split(".")[1] for row in rows if row["PermissionsEdit"]}
    assert edits == {"Leadsync_Verdict__c", "Leadsync_Verdict_Note__c"}
    assert len(rows) == 40


def test_the_right_to_customize_is_named_when_missing(world):
    world.app.can_customize = False
    steps = [step for step in provision(world) if step.kind == "field"]
    assert {step.state for step in steps} == {"refused"}
    assert "Customize Application" in steps[0].detail.en
    assert world.app.count("/tooling/sobjects/CustomField", "POST") == 1


def test_the_right_to_manage_permission_sets_is_named_when_missing(world):
    world.app.profile.can_manage_permissions = False
    steps = provision(world)
    refused = [step for step in steps if step.state == "refused"]
    assert states(steps)["field", "created"] == 40
    assert {step.kind for step in refused} == {"permission_set", "assignment"}
    assert all("Permission Sets" in step.detail.en for step in refused)


def test_a_lost_answer_to_a_field_is_no_failure(world):
    world.app.fault(method="POST", path="/tooling/sobjects/CustomField", action="work_then_reset", skip=3)
    assert states(provision(world))["field", "created"] == 40


def test_an_interrupted_provisioning_is_finished_by_the_next(world):
    steps = world.connector().provision(apply=True)
    for _ in range(55):
        next(steps)
    steps.close()
    assert not {"refused", "differs"} & {step.state for step in provision(world)}
    assert {step.state for step in provision(world)} == {"present"}


def test_a_field_whose_permissions_are_not_ready_yet_is_waited_for(world):
    early = {"statusCode": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "message": "bad value", "fields": ["Field"]}
    answer = [{"success": False, "errors": [early]}] * 80
    world.app.fault(method="POST", path="/composite/sobjects", response=Response(200, answer))
    assert states(provision(world))["field_access", "created"] == 80
    assert world.slept


def test_deprovisioning_takes_all_away_and_nothing_else(world):
    world.app.add_field("Lead", "Other__c string(10)")
    world.app.add_field("Lead", "Leadsync_Score__c string(10)")
    sets = len(world.app.all("PermissionSet"))
    provision(world)
    person = world.app.seeding_user_id
    sales = next(row["Id"] for row in world.app.all("PermissionSet") if row["Name"] == "Leadsync_Sales")
    world.app.put("PermissionSetAssignment", {"AssigneeId": person, "PermissionSetId": sales})
    plan = deprovision(world, apply=False)
    assert {step.state for step in plan} == {"would_remove", "differs"}
    done = states(deprovision(world))
    assert done["field", "removed"] == 39
    assert done["field", "differs"] == 1
    assert done["permission_set", "removed"] == 2
    assert len(world.app.all("PermissionSet")) == sets
    assert world.app.custom_fields.find("Lead", "Other__c")
    assert world.app.custom_fields.find("Lead", "Leadsync_Score__c")
    assert states(deprovision(world)) == {("field", "differs"): 1}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_labels_fit_into_forty_characters(field):
    assert all(len(metadata(field, language)["label"]) <= 40 for language in ("ja", "en"))


# --- doctor --------------------------------------------------------------------------------------------


def checks(world):
    return {check.name: check for check in world.connector().check()}


def test_a_healthy_org_passes_every_check(world):
    provision(world)
    found = checks(world)
    assert {check.health for check in found.values()} == {Health.OK}
    assert {"credentials", "account", "time_zone", "quota", "clock", "permission_set:Leadsync_Runtime"} <= set(found)
    assert "Sandbox" in found["account"].found.en


def test_each_missing_or_closed_field_has_a_line_and_a_remedy(world):
    world.provision()
    world.app.hide_field("Lead", "Leadsync_Score__c")
    world.app.freeze_field("Contact", "Leadsync_Band__c")
    found = checks(world)
    for name in ("field:Lead.Leadsync_Score__c", "field:Contact.Leadsync_Band__c"):
        assert found[name].health is Health.WARNING
        assert "provision" in found[name].remedy.ja
    assert len([name for name in found if name.startswith("field:")]) == 2


def test_an_object_that_cannot_be_read_says_what_to_click(world):
    world.app.hide_object("Campaign")
    check = checks(world)["object:Campaign"]
    assert check.health is Health.WARNING
    assert "Object Settings" in check.remedy.en


def test_refused_credentials_are_one_failed_line(world):
    world.app.fault(path="oauth2/token", response=Response(400, {"error": "invalid_client"}), times=0)
    found = checks(world)
    assert [check.health for check in found.values()] == [Health.FAILED]
    assert found["credentials"].remedy


def test_a_quota_nearly_used_up_is_a_warning(world):
    world.app.daily_limit = 100_000
    world.app.usage.others = 85_000
    assert checks(world)["quota"].health is Health.WARNING
