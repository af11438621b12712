"""Writing: one outcome per key, nobody harmed by a neighbour, nothing done twice."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace

import pytest
from subject import DAY, MAIL, MINUTE, leaks, outcomes

from connectors.sandbox.http import Response
from sync.core.records import RecordKey
from sync.errors import QuotaReached
from sync.ports import Result, TaskAction, TaskOrder

LOST_ANSWERS = {
    "reset": {"action": "work_then_reset"},
    "504": {"action": "work_then_respond", "response": Response(504, "<html>timeout</html>")},
    "HTML": {"action": "work_then_respond", "response": Response(200, "<html>proxy</html>")},
    "nothing": {"action": "work_then_respond", "response": Response(200, None)},
}
SCORE_PATHS = r"contacts/batch/update|composite/sobjects\?"
TASK_PATHS = r"tasks/batch/create|composite/sobjects\?"


@pytest.fixture
def ready(subject):
    """Provisioned."""
    subject.provision()
    return subject


def write(subject, updates):
    return outcomes(subject.connector().write_scores(updates))


def make(subject, orders):
    return outcomes(subject.connector().write_tasks(orders))


def results(found):
    return Counter(outcome.result for outcome in found.values())


def complete(id, key="done", note=""):
    return TaskOrder(key, TaskAction.COMPLETE, "t", task_id=id, note=note)


def test_every_key_gets_exactly_one_outcome_whatever_is_wrong_with_some(ready):
    ids = ready.seed(250, ready.now)
    ready.remove(ids[0])
    updates = [ready.update(id) for id in ids]
    updates[20] = ready.update(ids[20], band="nonsense")
    updates[120] = ready.update(ids[120], band="nonsense", score=1)
    updates += [ready.update(ids[5], "again", score=1, band="hold"), ready.update(ids[0], "gone again")]
    foreign = replace(ready.update(ids[1], "foreign"), record=RecordKey("elsewhere", "contact", "1"))
    company = replace(ready.update(ids[1], "company"), record=RecordKey(ready.system, "company", ids[1]))
    found = write(ready, [*updates, foreign, company])
    assert found.keys() == {update.key for update in [*updates, foreign, company]}
    rejected = {key for key, outcome in found.items() if outcome.result is Result.REJECTED}
    assert rejected == {f"k-{ids[0]}", f"k-{ids[20]}", f"k-{ids[120]}", "gone again", "foreign", "company"}
    assert {key for key, outcome in found.items() if outcome.gone} == {f"k-{ids[0]}", "gone again"}
    assert all(outcome.reason for key, outcome in found.items() if key in rejected)
    assert results(found)[Result.APPLIED] == len(found) - 6


def test_what_is_applied_is_there_and_the_later_of_two_updates_counts(ready):
    first, second = ready.seed(2, ready.now)
    found = write(
        ready,
        [
            ready.update(first, "a", score=10, top_reason="料金ページ"),
            ready.update(second, "b", score=20),
            ready.update(first, "c", score=30, top_reason="資料請求"),
        ],
    )
    assert results(found) == {Result.APPLIED: 3}
    assert {key: outcome.record for key, outcome in found.items()} == {
        "a": ready.key(first),
        "b": ready.key(second),
        "c": ready.key(first),
    }
    assert {"30", "資料請求"} <= texts_of(ready.content(first))
    assert "20" in texts_of(ready.content(second))


def texts_of(content):
    return {str(int(value)) if isinstance(value, float) else str(value) for value in content.values()}


def test_repeating_a_write_changes_nothing(ready):
    ids = ready.seed(30, ready.now)
    fields = {"score": 79, "band": "nurture", "top_reason": "比較ページ", "sla_due": int(ready.now), "segment": None}
    updates = [ready.update(id, **fields) for id in ids]
    write(ready, updates)
    before = [ready.content(id) for id in ids]
    ready.advance(MINUTE)
    assert results(write(ready, updates)).keys() <= {Result.APPLIED, Result.UNCHANGED}
    assert [ready.content(id) for id in ids] == before


def test_none_clears_a_field_and_others_stay(ready):
    (id,) = ready.seed(1, ready.now)
    untouched = ready.content(id)
    write(ready, [ready.update(id, score=50, interest="価格")])
    write(ready, [ready.update(id, interest=None)])
    assert "50" in texts_of(ready.content(id))
    assert "価格" not in texts_of(ready.content(id))
    write(ready, [ready.update(id, score=None)])
    cleared = {name: value for name, value in ready.content(id).items() if value not in (None, "")}
    assert cleared == {name: value for name, value in untouched.items() if value not in (None, "")}


def test_an_unknown_record_is_gone_and_its_neighbour_written(ready):
    keep, drop = ready.seed(2, ready.now)
    unknown = drop[:-6] + "999999" if drop.isdecimal() else "00Q5j00000zzzzzEAA"
    ready.remove(drop)
    found = write(ready, [ready.update(keep, "keep"), ready.update(drop, "drop"), ready.update(unknown, "unknown")])
    assert {key: (each.result, each.gone) for key, each in found.items()} == {
        "keep": (Result.APPLIED, False),
        "drop": (Result.REJECTED, True),
        "unknown": (Result.REJECTED, True),
    }


def test_an_update_of_a_merged_record_reaches_the_one_that_stands_for_it(ready):
    winner, loser, other = ready.seed(3, ready.now)
    survivor = ready.merge(winner, loser)
    found = write(ready, [ready.update(loser, "lost", score=33), ready.update(other, "other", score=44)])
    assert results(found) == {Result.APPLIED: 2}
    assert found["lost"].record == ready.key(survivor)
    assert "33" in texts_of(ready.content(survivor))
    assert "44" in texts_of(ready.content(other))


@pytest.mark.parametrize("fault", list(LOST_ANSWERS))
def test_an_update_whose_answer_was_lost_is_repeated_or_left_for_later(ready, fault):
    ids = ready.seed(5, ready.now)
    ready.app.fault(path=SCORE_PATHS, **LOST_ANSWERS[fault])
    updates = [ready.update(id, score=61) for id in ids]
    found = write(ready, updates)
    assert found.keys() == {update.key for update in updates}
    assert results(found).keys() <= {Result.APPLIED, Result.RETRY}
    found = write(ready, updates)
    assert results(found) == {Result.APPLIED: 5}
    assert all("61" in texts_of(ready.content(id)) for id in ids)


def test_a_locked_record_is_tried_again(ready):
    ids = ready.seed(20, ready.now)
    ready.lock(ids[7], times=2)
    found = write(ready, [ready.update(id, score=5) for id in ids])
    assert results(found) == {Result.APPLIED: 20}
    assert all("5" in texts_of(ready.content(id)) for id in ids)


def test_a_vendor_that_is_down_leaves_all_for_later_after_few_calls(ready):
    ids = ready.seed(6 * ready.score_batch, ready.now)
    ready.app.fault(path=SCORE_PATHS, response=Response(503, "<html/>"), times=0)
    updates = [ready.update(id) for id in ids]
    found = {}
    assert ready.cost(lambda: found.update(write(ready, updates))) <= 10
    assert found.keys() == {update.key for update in updates}
    assert results(found) == {Result.RETRY: len(ids)}


def test_the_days_quota_in_the_middle_tells_what_was_written_before(ready):
    ids = ready.seed(3 * ready.score_batch, ready.now)
    connector = ready.connector()
    connector.account()
    told = {}
    batches = connector.write_scores([ready.update(id, score=42) for id in ids])
    told |= outcomes([next(batches)])
    ready.spend_quota(leaving=0)
    with suppress(QuotaReached):
        for batch in batches:
            told |= outcomes([batch])
    applied = {key for key, outcome in told.items() if outcome.result is Result.APPLIED}
    assert applied == {f"k-{id}" for id in ids if "42" in texts_of(ready.content(id))}
    assert len(applied) == ready.score_batch
    assert results(told).keys() <= {Result.APPLIED, Result.RETRY}


def test_a_vanished_field_is_reported_for_each_record_and_known_at_once(ready):
    ids = ready.seed(10, ready.now)
    connector = ready.connector()
    assert connector.missing_fields() == ()
    name = ready.remove_field("interest")
    found = outcomes(connector.write_scores([ready.update(id, score=1, interest="価格") for id in ids]))
    assert results(found) == {Result.REJECTED: 10}
    assert name in connector.missing_fields()
    assert results(write(ready, [ready.update(id, score=1) for id in ids])) == {Result.APPLIED: 10}


def test_reasons_quote_no_values(ready):
    ids = ready.seed(2, ready.now)
    found = write(ready, [ready.update(ids[0], band=MAIL), ready.update(ids[1], score=1)])
    assert results(found) == {Result.REJECTED: 1, Result.APPLIED: 1}
    assert not leaks(ready, *(outcome.reason for outcome in found.values()))


def test_nothing_to_write_makes_no_call(ready):
    connector = ready.connector()
    connector.account()
    assert ready.cost(lambda: (list(connector.write_scores([])), list(connector.write_tasks([])))) == 0


# -- tasks ---------------------------------------------------------------------------------------------------


def test_tasks_are_made_for_their_people_and_told_one_by_one(ready):
    people = ready.seed(5, ready.now)
    found = make(ready, [ready.task(person, f"t{n}") for n, person in enumerate(people)])
    assert results(found) == {Result.APPLIED: 5}
    assert len({outcome.record for outcome in found.values()}) == 5
    records = {}
    for page in ready.connector().read({"tasks": None}):
        records |= {record.task_key: record for record in page.records}
    for n, person in enumerate(people):
        assert records[f"t{n}"].key == found[f"k-t{n}"].record
        assert records[f"t{n}"].people == (ready.key(person),)
        assert not records[f"t{n}"].closed


@pytest.mark.parametrize("fault", list(LOST_ANSWERS))
def test_a_task_whose_answer_was_lost_is_found_and_not_made_again(ready, fault):
    people = ready.seed(3, ready.now)
    orders = [ready.task(person, f"t{n}") for n, person in enumerate(people)]
    ready.app.fault(path=TASK_PATHS, method="POST", **LOST_ANSWERS[fault])
    sent = ready.now
    first = make(ready, orders)
    assert results(first) == {Result.RETRY: 3}
    assert len(ready.task_bodies()) == 3
    ready.advance(5 * MINUTE)
    second = make(ready, [replace(order, suspect_since=int(sent)) for order in orders])
    assert results(second) == {Result.APPLIED: 3}
    assert len({outcome.record for outcome in second.values()}) == 3
    assert len(ready.task_bodies()) == 3


def test_a_task_that_never_arrived_is_made_at_the_next_try(ready):
    (person,) = ready.seed(1, ready.now)
    ready.app.fault(path=TASK_PATHS, method="POST", action="reset", times=1)
    sent = ready.now
    first = make(ready, [ready.task(person, "t1")])
    if results(first) == {Result.RETRY: 1}:
        assert ready.task_bodies() == []
        ready.advance(5 * MINUTE)
        assert results(make(ready, [ready.task(person, "t1", suspect_since=sent)])) == {Result.APPLIED: 1}
    assert len(ready.task_bodies()) == 1


def test_two_orders_for_one_task_make_one_and_are_both_answered(ready):
    (person,) = ready.seed(1, ready.now)
    order = ready.task(person, "t1")
    found = make(ready, [order, replace(order, key="second")])
    assert found.keys() == {"k-t1", "second"}
    assert len({outcome.record for outcome in found.values()}) == 1
    assert len(ready.task_bodies()) == 1


def test_a_task_for_a_merged_person_is_made_for_the_one_who_stands_for_both(ready):
    winner, loser = ready.seed(2, ready.now)
    survivor = ready.merge(winner, loser)
    found = make(ready, [ready.task(loser, "t1")])
    assert results(found) == {Result.APPLIED: 1}
    (record,) = [record for page in ready.connector().read({"tasks": None}) for record in page.records]
    assert record.people == (ready.key(survivor),)


def test_a_task_for_a_person_who_is_gone_is_told_and_its_neighbour_made(ready):
    keep, drop = ready.seed(2, ready.now)
    ready.remove(drop)
    found = make(ready, [ready.task(drop, "t1"), ready.task(keep, "t2")])
    assert (found["k-t1"].result, found["k-t1"].gone) == (Result.REJECTED, True)
    assert found["k-t2"].result is Result.APPLIED
    assert len(ready.task_bodies()) == 1


def test_completing_is_done_once_and_keeps_the_marker(ready):
    (person,) = ready.seed(1, ready.now)
    task = make(ready, [ready.task(person, "t1")])["k-t1"].record.id
    assert results(make(ready, [complete(task, note="別のタスクで対応")])) == {Result.APPLIED: 1}
    before = ready.task_bodies()
    ready.advance(DAY)
    assert results(make(ready, [complete(task, note="別のタスクで対応")])) == {Result.UNCHANGED: 1}
    assert ready.task_bodies() == before
    (record,) = [record for page in ready.connector().read({"tasks": None}) for record in page.records]
    assert (record.task_key, record.closed) == ("t1", True)


def test_completing_a_task_that_somebody_deleted_says_so(ready):
    (person,) = ready.seed(1, ready.now)
    task = make(ready, [ready.task(person, "t1")])["k-t1"].record.id
    ready.remove_task(task)
    (outcome,) = make(ready, [complete(task)]).values()
    assert outcome.gone
    assert outcome.result in (Result.UNCHANGED, Result.REJECTED)
