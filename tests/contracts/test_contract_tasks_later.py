"""What becomes of a task after it was made: it changes hands, once, and nothing else does. And what it is made with."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from subject import DAY, leaks, outcomes

from connectors.sandbox.http import Response
from sync.core.records import RecordKey
from sync.ports import Priority, Result

UPDATES = r"tasks/batch/update|composite/sobjects\?"
FAULTS = {
    "429": {"response": Response(429, {"message": "too fast", "policyName": "TEN_SECONDLY_ROLLING"})},
    "503": {"response": Response(503, "<html/>")},
    "reset": {"action": "reset"},
    "lost answer": {"action": "work_then_reset"},
    "HTML": {"action": "work_then_respond", "response": Response(200, "<html>proxy</html>")},
}
NOTE = "期限を過ぎたため担当を変更しました"


@pytest.fixture
def ready(subject):
    subject.provision()
    return subject


@pytest.fixture
def people(ready):
    return ready.seed(3, ready.now)


@pytest.fixture
def owners(ready):
    return [ready.new_owner(), ready.new_owner()]


@pytest.fixture
def tasks(ready, people, owners):
    """One for each person, all of the first owner."""
    found = write(ready, *[with_owner(ready, person, f"t{n}", owners[0]) for n, person in enumerate(people)])
    return [found[f"k-t{n}"].record.id for n in range(len(people))]


def with_owner(ready, person, key, owner):
    return replace(ready.task(person, key), owner_id=owner)


def write(ready, *orders):
    return outcomes(ready.connector().write_tasks(orders))


def results(found):
    return Counter(outcome.result for outcome in found.values())


def read_task(ready, id):
    pages = ready.connector().read({"tasks": None})
    return next(record for page in pages for record in page.records if record.key.id == id)


def test_a_task_changes_hands_and_keeps_everything_else(ready, people, owners, tasks):
    before, records = read_task(ready, tasks[0]), [ready.content(person) for person in people]
    found = write(ready, ready.reassign(tasks[0], owners[1], note=NOTE))["move"]
    assert (found.result, found.record) == (Result.APPLIED, RecordKey(ready.system, "task", tasks[0]))
    assert ready.task_owner(tasks[0]) == owners[1]
    assert [ready.task_owner(task) for task in tasks[1:]] == [owners[0]] * 2
    after = read_task(ready, tasks[0])
    assert (after.task_key, after.closed, after.title, after.people) == ("t0", False, before.title, before.people)
    assert sum(NOTE in body for body in ready.task_bodies()) == 1
    assert [ready.content(person) for person in people] == records


def test_giving_a_task_away_twice_changes_nothing(ready, owners, tasks):
    order = ready.reassign(tasks[0], owners[1], note=NOTE)
    assert results(write(ready, order)) == {Result.APPLIED: 1}
    bodies = ready.task_bodies()
    ready.advance(DAY)
    assert results(write(ready, order)) == {Result.UNCHANGED: 1}
    assert ready.task_bodies() == bodies


def test_two_orders_for_one_task_are_both_answered_and_the_later_counts(ready, owners, tasks):
    third = ready.new_owner()
    first, second = ready.reassign(tasks[0], owners[1], "first"), ready.reassign(tasks[0], third, "second")
    found = write(ready, first, second)
    assert found.keys() == {"first", "second"}
    assert ready.task_owner(tasks[0]) == third


def test_a_closed_task_stays_with_its_owner(ready, owners, tasks):
    ready.close_task(tasks[0])
    bodies = ready.task_bodies()
    (found,) = write(ready, ready.reassign(tasks[0], owners[1], note=NOTE)).values()
    assert (found.result, found.gone) == (Result.UNCHANGED, False)
    assert found.reason.startswith("TASK_CLOSED")
    assert ready.task_owner(tasks[0]) == owners[0]
    assert ready.task_bodies() == bodies


def test_a_deleted_task_is_told_as_gone(ready, owners, tasks):
    ready.remove_task(tasks[0])
    (found,) = write(ready, ready.reassign(tasks[0], owners[1])).values()
    assert (found.result, found.gone) == (Result.UNCHANGED, True)
    assert found.reason


def test_an_owner_who_has_left_is_refused_and_neighbours_change_hands(ready, owners, tasks):
    left = ready.new_owner(active=False)
    orders = [ready.reassign(tasks[0], left, "left", NOTE), ready.reassign(tasks[1], owners[1], "good", NOTE)]
    found = write(ready, *orders, ready.reassign(tasks[2], "", "nobody"))
    assert {key: each.result for key, each in found.items()} == {
        "left": Result.REJECTED,
        "good": Result.APPLIED,
        "nobody": Result.REJECTED,
    }
    assert "OWNER" in found["left"].reason
    assert [ready.task_owner(task) for task in tasks] == [owners[0], owners[1], owners[0]]
    assert sum(NOTE in body for body in ready.task_bodies()) == 1
    assert not leaks(ready, *(each.reason for each in found.values()))


def test_somebody_elses_task_is_never_given_away(ready, people, owners):
    task = ready.foreign_task(people[0])
    before = ready.task_owner(task)
    (found,) = write(ready, ready.reassign(task, owners[1], note=NOTE)).values()
    assert found.result is Result.REJECTED
    assert found.reason.startswith("NOT_OURS")
    assert ready.task_owner(task) == before


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_passing_failure_ends_with_the_task_in_the_right_hands(ready, owners, tasks, fault):
    ready.app.fault(path=UPDATES, **FAULTS[fault])
    order = ready.reassign(tasks[0], owners[1], note=NOTE)
    first = write(ready, order)
    assert results(first).keys() <= {Result.APPLIED, Result.RETRY}
    assert results(write(ready, order)).keys() <= {Result.APPLIED, Result.UNCHANGED}
    assert ready.task_owner(tasks[0]) == owners[1]
    assert sum(NOTE in body for body in ready.task_bodies()) == 1


def test_a_locked_task_is_given_away_later_and_its_neighbour_at_once(ready, owners, tasks):
    ready.lock_task(tasks[0], times=1)
    orders = [ready.reassign(task, owners[1], f"m{n}") for n, task in enumerate(tasks)]
    for _ in range(3):
        found = write(ready, *orders)
        assert results(found).keys() <= {Result.APPLIED, Result.UNCHANGED, Result.RETRY}
        assert found["m1"].result is not Result.RETRY or ready.system == "hubspot"
    assert results(found) == {Result.UNCHANGED: 3}
    assert [ready.task_owner(task) for task in tasks] == [owners[1]] * 3


def test_a_vendor_that_is_down_moves_no_task(ready, owners, tasks):
    ready.app.fault(path=UPDATES, response=Response(503, "<html/>"), times=0)
    orders = [ready.reassign(task, owners[1], f"m{n}") for n, task in enumerate(tasks)]
    assert results(write(ready, *orders)) == {Result.RETRY: 3}
    assert [ready.task_owner(task) for task in tasks] == [owners[0]] * 3


def test_the_marker_is_still_found_after_a_task_changed_hands(ready, people, owners, tasks):
    write(ready, ready.reassign(tasks[0], owners[1], note=NOTE))
    again = write(ready, ready.task(people[0], "t0", suspect_since=ready.now))["k-t0"]
    assert (again.result, again.record.id) == (Result.APPLIED, tasks[0])
    assert len(ready.task_bodies()) == 3


# -- a note ----------------------------------------------------------------------------------------------------------

ALSO = "同じ会社の小林 様もホットになりました"


def noted(ready, task):
    """Lines of its body, the note and the marker among them."""
    order = next(body for body in ready.task_bodies() if f"leadsync:{task}" in body)
    return [line.strip() for line in order.replace("<br>", "\n").splitlines() if line.strip()]


def test_a_note_is_added_above_the_marker_and_nothing_else_changes(ready, people, owners, tasks):
    before, records = read_task(ready, tasks[0]), [ready.content(person) for person in people]
    found = write(ready, ready.note(tasks[0], ALSO))["note"]
    assert (found.result, found.record) == (Result.APPLIED, RecordKey(ready.system, "task", tasks[0]))
    assert noted(ready, "t0") == ["料金ページを閲覧しました。", ALSO, "leadsync:t0"]
    after = read_task(ready, tasks[0])
    assert replace(after, modified_at=0) == replace(before, modified_at=0)
    assert [ready.content(person) for person in people] == records
    assert sum(ALSO in body for body in ready.task_bodies()) == 1


def test_the_same_note_twice_changes_nothing_and_another_one_is_added(ready, tasks):
    assert results(write(ready, ready.note(tasks[0], ALSO))) == {Result.APPLIED: 1}
    bodies = ready.task_bodies()
    ready.advance(DAY)
    assert results(write(ready, ready.note(tasks[0], ALSO))) == {Result.UNCHANGED: 1}
    assert ready.task_bodies() == bodies
    shorter = "林 様もホットになりました"  # the end of the note that is there
    assert results(write(ready, ready.note(tasks[0], shorter))) == {Result.APPLIED: 1}
    assert noted(ready, "t0")[1:] == [ALSO, shorter, "leadsync:t0"]


def test_several_notes_at_once_are_all_written_down_and_answered(ready, tasks):
    orders = [ready.note(tasks[0], f"{n}人目", f"n{n}") for n in range(3)] + [ready.note(tasks[1], "1人目", "m")]
    assert results(write(ready, *orders)) == {Result.APPLIED: 4}
    assert noted(ready, "t0")[1:] == ["0人目", "1人目", "2人目", "leadsync:t0"]
    assert noted(ready, "t1")[1:] == ["1人目", "leadsync:t1"]


def test_an_empty_note_changes_nothing(ready, tasks):
    bodies = ready.task_bodies()
    assert results(write(ready, ready.note(tasks[0], ""))) == {Result.UNCHANGED: 1}
    assert ready.task_bodies() == bodies


def test_signs_in_a_note_are_read_back_as_they_were(ready, tasks):
    strange = "A&B <株>社の山田 様"
    assert results(write(ready, ready.note(tasks[0], strange))) == {Result.APPLIED: 1}
    assert results(write(ready, ready.note(tasks[0], strange))) == {Result.UNCHANGED: 1}
    assert read_task(ready, tasks[0]).task_key == "t0"


def test_a_closed_task_gets_no_note(ready, tasks):
    ready.close_task(tasks[0])
    bodies = ready.task_bodies()
    (found,) = write(ready, ready.note(tasks[0], ALSO)).values()
    assert (found.result, found.gone) == (Result.UNCHANGED, False)
    assert found.reason.startswith("TASK_CLOSED")
    assert ready.task_bodies() == bodies


def test_a_note_for_a_deleted_task_tells_that_it_is_gone(ready, tasks):
    ready.remove_task(tasks[0])
    (found,) = write(ready, ready.note(tasks[0], ALSO)).values()
    assert (found.result, found.gone) == (Result.UNCHANGED, True)


def test_somebody_elses_task_gets_no_note(ready, people):
    task = ready.foreign_task(people[0])
    (found,) = write(ready, ready.note(task, ALSO)).values()
    assert found.result is Result.REJECTED
    assert found.reason.startswith("NOT_OURS")
    assert not any(ALSO in body for body in ready.task_bodies())


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_passing_failure_ends_with_the_note_written_once(ready, tasks, fault):
    ready.app.fault(path=UPDATES, **FAULTS[fault])
    order = ready.note(tasks[0], ALSO)
    assert results(write(ready, order)).keys() <= {Result.APPLIED, Result.RETRY}
    assert results(write(ready, order)).keys() <= {Result.APPLIED, Result.UNCHANGED}
    assert sum(body.count(ALSO) for body in ready.task_bodies()) == 1


def test_a_vendor_that_is_down_takes_no_note(ready, tasks):
    ready.app.fault(path=UPDATES, response=Response(503, "<html/>"), times=0)
    assert results(write(ready, *[ready.note(task, ALSO, task) for task in tasks])) == {Result.RETRY: 3}
    assert not any(ALSO in body for body in ready.task_bodies())


def test_the_marker_is_still_found_after_a_note(ready, people, tasks):
    write(ready, ready.note(tasks[0], ALSO))
    again = write(ready, ready.task(people[0], "t0", suspect_since=ready.now))["k-t0"]
    assert (again.result, again.record.id) == (Result.APPLIED, tasks[0])


# -- what a task is made with --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("priority", "words"), [(Priority.HIGH, {"HIGH"}), (Priority.NORMAL, {"MEDIUM", "NORMAL"})])
def test_a_task_bears_the_vendors_word_for_its_priority(ready, people, priority, words):
    made = write(ready, replace(ready.task(people[0], "t1"), priority=priority))["k-t1"]
    assert ready.task_priority(made.record.id).upper() in words


def on_deal(ready, person, deal, key="t1"):
    order = ready.task(person.id, key)
    return replace(order, person=person, deal=RecordKey(ready.system, "deal", deal))


def test_a_task_hangs_on_the_deal_and_on_the_person(ready):
    person, deal = ready.seed_with_deal()
    made = write(ready, on_deal(ready, person, deal))["k-t1"]
    assert (made.result, made.reason) == (Result.APPLIED, "")
    assert ready.deals_of_task(made.record.id) == [deal]
    assert read_task(ready, made.record.id).people == (person,)


def test_a_deal_that_is_gone_costs_the_task_the_deal_only(ready):
    person, deal = ready.seed_with_deal()
    other, good = ready.seed_with_deal()
    ready.remove_deal(deal)
    found = write(ready, on_deal(ready, person, deal), on_deal(ready, other, good, "t2"))
    assert results(found) == {Result.APPLIED: 2}
    assert found["k-t1"].reason.startswith("DEAL_REFUSED")
    assert ready.deals_of_task(found["k-t1"].record.id) == []
    assert ready.deals_of_task(found["k-t2"].record.id) == [good]


def test_a_deal_of_another_system_is_left_out(ready):
    person, deal = ready.seed_with_deal()
    order = replace(on_deal(ready, person, deal), deal=RecordKey("elsewhere", "deal", deal))
    made = write(ready, order)["k-t1"]
    assert made.result is Result.APPLIED
    assert ready.deals_of_task(made.record.id) == []


def test_a_task_on_a_deal_whose_answer_was_lost_is_found_and_not_made_again(ready):
    person, deal = ready.seed_with_deal()
    ready.app.fault(path=r"tasks/batch/create|composite/sobjects\?", method="POST", action="work_then_reset")
    order = on_deal(ready, person, deal)
    assert results(write(ready, order)) == {Result.RETRY: 1}
    found = write(ready, replace(order, suspect_since=int(ready.now)))["k-t1"]
    assert ready.deals_of_task(found.record.id) == [deal]
    assert len(ready.task_bodies()) == 1
