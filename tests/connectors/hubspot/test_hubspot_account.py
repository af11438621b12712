from __future__ import annotations

import pytest
from pydantic import SecretStr

from connectors.sandbox.http import Response
from sync.core.fields import FIELDS, chosen
from sync.errors import AccessRefused, FeatureMissing
from sync.ports import Account, Health


def states(steps):
    return {step.name: step.state for step in steps}


def test_the_account_is_asked_once_a_day(lab):
    connector = lab.connector()
    account = connector.account()
    assert account == Account("hubspot", "62515001", "production", "Asia/Tokyo", account.currency, account.url)
    assert account.url.startswith("https://")
    assert account.url.endswith("/contacts/62515001")
    connector.account()
    lab.connector().account()
    assert lab.app.count("account-info") == 1
    lab.clock.advance(86_401)
    connector.account()
    assert lab.app.count("account-info") == 2


def test_another_token_does_not_see_the_remembered_account(lab):
    lab.connector().account()
    with pytest.raises(AccessRefused):
        lab.connector(access_token=SecretStr("pat-other")).account()


@pytest.mark.parametrize(
    ("vendor", "kind"),
    [("STANDARD", "production"), ("SANDBOX", "sandbox"), ("DEVELOPER_TEST", "developer"), ("X", "x")],
)
def test_account_kinds(lab, vendor, kind):
    lab.app.portal.account_type = vendor
    assert lab.connector().account().kind == kind


def test_provisioning_plans_then_makes_then_finds(lab):
    connector = lab.connector()
    assert set(states(connector.provision(apply=False)).values()) == {"missing"}
    assert len(connector.missing_fields()) == len(FIELDS)
    assert set(states(connector.provision(apply=True)).values()) == {"created"}
    assert connector.missing_fields() == ()
    assert set(states(connector.provision(apply=True)).values()) == {"present"}
    assert lab.app.count("batch/create", "POST") == 1


def test_a_minimal_set_is_extended_later(lab):
    connector = lab.connector()
    names = {field.hubspot_name for field in chosen(minimal=True)}
    assert states(connector.provision(apply=True, minimal=True)).keys() == names | {"leadsync"}
    later = states(connector.provision(apply=True))
    assert {later[name] for name in names} == {"present"}
    assert list(later.values()).count("created") == len(FIELDS) - len(names)


def test_missing_fields_are_asked_once_in_hours(lab):
    connector = lab.connector()
    connector.missing_fields()
    connector.missing_fields()
    assert lab.app.count("properties") == 1


def test_without_the_schema_scope_provisioning_names_it(lab):
    lab.app.scopes.discard("crm.schemas.contacts.write")
    steps = list(lab.connector().provision(apply=True))
    assert {step.state for step in steps} == {"refused"}
    assert "crm.schemas.contacts.write" in steps[0].detail.en


def test_a_property_of_another_type_is_left_alone_and_told(lab):
    lab.app.define("contacts", "leadsync_score")
    step = next(step for step in lab.connector().provision(apply=True) if step.name == "leadsync_score")
    assert step.state == "differs"
    assert "number" in step.detail.en
    assert lab.app.portal.tables["contacts"].definitions.live["leadsync_score"].type == "string"


def test_deprovisioning_removes_only_ours(lab):
    connector = lab.connector()
    list(connector.provision(apply=True))
    lab.app.define("contacts", "somebody_elses")
    assert set(states(connector.deprovision(apply=False)).values()) == {"would_remove"}
    assert set(states(connector.deprovision(apply=True)).values()) == {"removed"}
    assert list(connector.deprovision(apply=True)) == []
    assert "somebody_elses" in lab.app.portal.tables["contacts"].definitions.live
    assert len(connector.missing_fields()) == len(FIELDS)


def test_an_archived_property_in_the_way_is_explained(lab):
    connector = lab.connector()
    list(connector.provision(apply=True))
    list(connector.deprovision(apply=True))
    steps = {step.name: step for step in connector.provision(apply=True)}
    assert steps["leadsync_score"].state == "refused"
    assert "archived" in steps["leadsync_score"].detail.en


def test_properties_are_made_one_by_one_where_the_batch_is_refused(lab):
    lab.app.fault(path="properties/contacts/batch/create", response=Response(404, {"message": "no such path"}), times=0)
    assert set(states(lab.connector().provision(apply=True)).values()) == {"created"}


def test_a_healthy_account_has_nothing_to_complain_of(lab):
    connector = lab.connector()
    list(connector.provision(apply=True))
    lab.contacts(1)
    checks = list(connector.check())
    assert {check.health for check in checks} == {Health.OK}
    names = {check.name for check in checks}
    assert {"credentials", "account", "scope:forms", "scope:page_views", "quota", "clock"} <= names
    assert {f"field:{field.hubspot_name}" for field in FIELDS} <= names


def test_the_doctor_names_what_is_missing(lab):
    lab.app.enterprise = False
    lab.app.scopes.discard("forms")
    checks = {check.name: check for check in lab.connector().check()}
    assert checks["scope:forms"].health is Health.WARNING
    assert "forms" in checks["scope:forms"].remedy.en
    assert "Enterprise" in checks["scope:page_views"].remedy.en
    assert checks["field:leadsync_score"].health is Health.WARNING


def test_the_doctor_stops_at_refused_credentials(lab):
    checks = list(lab.connector(access_token=SecretStr("pat-wrong")).check())
    assert [(check.name, check.health) for check in checks] == [("credentials", Health.FAILED)]


def test_a_wrong_clock_is_noticed(lab):
    lab.clock_error = 300.0
    checks = {check.name: check for check in lab.connector().check()}
    assert checks["clock"].health is Health.WARNING
    assert "+300" in checks["clock"].found.en


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_that_hides_its_details_is_read_and_asked_once_a_day(lab, status):
    lab.contacts(1)
    lab.app.fault(path="account-info", response=Response(status, "<html>no</html>"), times=0)
    for _ in range(2):
        with pytest.raises(FeatureMissing):
            lab.connector().account()
    assert len(lab.reader().read("contacts", "deals")) == 1
    assert lab.app.count("account-info") == 1


def test_a_known_account_stays_known_when_its_details_are_refused_later(lab):
    known = lab.connector().account()
    lab.clock.advance(86_401)
    lab.app.fault(path="account-info", response=Response(403, {}), times=0)
    assert lab.connector().account() == known


def test_provisioning_does_without_the_routes_that_only_save_calls(lab):
    for path in ("properties/contacts/groups", "properties/contacts/batch/create"):
        method = "GET" if path.endswith("groups") else "POST"
        lab.app.fault(method=method, path=path, response=Response(404, "<html>not here</html>"), times=0)
    connector = lab.connector()
    assert set(states(connector.provision(apply=True)).values()) == {"created"}
    assert connector.missing_fields() == ()
