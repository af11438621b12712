"""What sales tells and is told inside the CRM: verdicts, owners and their managers, the lists to work from."""

from __future__ import annotations

import pytest
from mirror import Mirror
from subject import DAY, HOUR, MINUTE, outcomes

from connectors.sandbox.http import Response
from sync.core.records import OwnerRecord
from sync.core.working_lists import REACTIVATED, WORKING_LISTS
from sync.ports import Result

IDS = [one.id for one in WORKING_LISTS]
LIST_STEPS = ("list", "list_view")


@pytest.fixture
def ready(subject):
    subject.provision()
    return subject


@pytest.fixture
def mirror(ready):
    return Mirror.of(ready.stream)


def steps(subject, apply=True, **more):
    """Of lists, by name."""
    found = [step for step in subject.connector().provision(apply, **more) if step.kind in LIST_STEPS]
    return {step.name: step for step in found}


def states(found):
    return {step.state for step in found.values()}


# -- verdicts --------------------------------------------------------------------------------------------------------


def test_a_verdict_is_read_back_by_the_next_ordinary_pull(ready, mirror):
    one, other = ready.seed(2, ready.now - DAY)
    mirror.pull(ready.connector())
    ready.advance(HOUR)
    ready.edit(one, verdict="too_high", verdict_note="競合の調査だった")
    pages = mirror.pull(ready.connector())
    assert {record.key.id for page in pages for record in page.records} >= {one}
    own = mirror.people()[one].own
    assert (own["verdict"], own["verdict_note"]) == ("too_high", "競合の調査だった")
    assert mirror.people()[other].own["verdict"] is None


def test_a_verdict_taken_back_is_read_as_none(ready, mirror):
    (one,) = ready.seed(1, ready.now - DAY)
    ready.edit(one, verdict="right")
    mirror.pull(ready.connector())
    ready.advance(HOUR)
    ready.edit(one, verdict="")
    mirror.pull(ready.connector())
    assert mirror.people()[one].own["verdict"] is None


def test_the_answer_to_a_verdict_is_written_beside_it_and_leaves_it_alone(ready, mirror):
    (one,) = ready.seed(1, ready.now - DAY)
    ready.edit(one, verdict="too_low", verdict_note="来月予算化")
    answer = "ルールの見直しに使います(2026-11-20)"
    found = outcomes(ready.connector().write_scores([ready.update(one, verdict_answer=answer)]))
    assert {outcome.result for outcome in found.values()} == {Result.APPLIED}
    ready.advance(HOUR)
    mirror.pull(ready.connector())
    own = mirror.people()[one].own
    assert (own["verdict"], own["verdict_note"], own["verdict_answer"]) == ("too_low", "来月予算化", answer)


def test_an_answer_that_has_no_field_is_known_before_writing(ready):
    assert ready.connector().missing_fields() == ()
    name = ready.remove_field("verdict_answer")
    (one,) = ready.seed(1, ready.now)
    found = outcomes(ready.connector().write_scores([ready.update(one, verdict_answer="了解しました")]))
    assert {outcome.result for outcome in found.values()} == {Result.REJECTED}
    assert name in ready.connector().missing_fields()


# -- owners ----------------------------------------------------------------------------------------------------------


def owners_of(subject):
    stream = "owners" if "owners" in subject.connector().streams else "users"
    pages = subject.connector().read({stream: None})
    return {record.key.id: record for page in pages for record in page.records if isinstance(record, OwnerRecord)}


def test_owners_tell_who_manages_them_where_the_vendor_knows(subject):
    boss = subject.new_owner()
    rep = subject.new_owner(manager=boss)
    found = owners_of(subject)
    assert found[boss].manager_id == ""
    assert found[rep].manager_id == (boss if subject.system == "salesforce" else "")


def test_what_is_no_person_is_told_apart_from_one_who_has_left(subject):
    robot, left, rep = subject.new_owner(person=False), subject.new_owner(active=False), subject.new_owner()
    found = owners_of(subject)
    assert (found[robot].automated, found[left].automated, found[rep].automated) == (True, False, False)
    assert (found[left].active, found[rep].active) == (False, True)


# -- lists -----------------------------------------------------------------------------------------------------------


def test_lists_are_made_on_demand_only_and_once(subject):
    assert steps(subject) == {}
    found = steps(subject, lists=True)
    assert sorted(found) == sorted(subject.list_names())
    assert states(found) == {"created"}
    held = [subject.held_list(id) for id in IDS]
    again = steps(subject, lists=True)
    assert states(again) == {"present"}
    assert {step.detail for step in again.values()} == {None}
    assert [subject.held_list(id) for id in IDS] == held


def test_a_plan_makes_no_list(subject):
    found = steps(subject, apply=False, lists=True)
    assert states(found) == {"missing"}
    assert states(steps(subject, apply=False, lists=True)) == {"missing"}


def fill(subject, **fields):
    (id,) = subject.seed(1, subject.now)
    found = outcomes(subject.connector().write_scores([subject.update(id, **fields)]))
    assert {outcome.result for outcome in found.values()} == {Result.APPLIED}
    return id


def test_everybody_is_on_the_lists_of_her_state(subject):
    steps(subject, lists=True)
    calm = fill(subject, band="hot", score=90, sla_state="open", top_reason="料金ページを閲覧")
    warned = fill(subject, band="hot", score=85, sla_state="warning", top_reason="資料請求")
    late = fill(subject, band="hot", score=85, sla_state="breached", top_reason="資料請求")
    back = fill(subject, band="nurture", score=60, top_reason=f"{REACTIVATED.ja} 料金ページ", interest="料金")
    english = fill(subject, band="nurture", score=60, top_reason=f"{REACTIVATED.en} pricing page")
    asleep = fill(subject, band="dormant", score=50, sla_state="none")
    fill(subject, band="dormant", score=49, sla_state="none", interest="料金")
    fill(subject, band="hold", score=10, top_reason="初回訪問")
    assert {id: subject.on_list(id) for id in IDS} == {
        "Hot": {calm, warned, late},
        "Sla_At_Risk": {warned, late},
        "Stale": {late, asleep},
        "Reactivated": {back, english},
        "Nurture": {back},
    }


def test_a_list_that_people_changed_stays_as_it_is(subject):
    steps(subject, lists=True)
    changed = subject.change_list("Hot")
    assert states(steps(subject, lists=True)) == {"present"}
    assert subject.held_list("Hot") == changed


def test_without_the_rights_lists_are_refused_with_what_to_do_and_fields_are_made(subject):
    subject.without_list_rights()
    found = list(subject.connector().provision(True, lists=True))
    lists = [step for step in found if step.kind in LIST_STEPS]
    assert {step.state for step in lists} == {"refused"}
    assert sorted(step.name for step in lists) == sorted(subject.list_names())
    assert all(step.detail and step.detail.en != step.detail.ja for step in lists)
    assert {step.state for step in found if step.kind not in LIST_STEPS} == {"created"}


def test_lists_that_need_more_than_the_minimal_fields_say_so(subject):
    found = steps(subject, minimal=True, lists=True)
    refused = [step for step in found.values() if step.state == "refused"]
    made = [step for step in found.values() if step.state == "created"]
    assert refused
    assert made
    assert all("--minimal" in step.detail.en for step in refused)
    assert states(steps(subject, lists=True)) == {"present", "created"}


def test_deprovisioning_removes_our_lists_and_nothing_twice(subject):
    steps(subject, lists=True)
    gone = [step for step in subject.connector().deprovision(False) if step.kind in LIST_STEPS]
    assert {step.state for step in gone} == {"would_remove"}
    gone = [step for step in subject.connector().deprovision(True) if step.kind in LIST_STEPS]
    assert {step.state for step in gone} == {"removed"}
    assert sorted(step.name for step in gone) == sorted(subject.list_names())
    assert [step for step in subject.connector().deprovision(True) if step.kind in LIST_STEPS] == []


LOST = {
    "reset": {"action": "work_then_reset"},
    "HTML": {"action": "work_then_respond", "response": Response(200, "<html>proxy</html>")},
    "503": {"response": Response(503, "<html/>")},
}


@pytest.mark.parametrize("how", list(LOST))
def test_a_list_whose_answer_was_lost_is_made_once(ready, how):
    ready.app.fault(path=r"/crm/v3/lists(\?|$)|list-info/Lead", method="POST", **LOST[how])
    found = steps(ready, lists=True)
    assert states(found) == {"created"}
    ready.advance(MINUTE)
    assert states(steps(ready, lists=True)) == {"present"}
