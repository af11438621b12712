from __future__ import annotations

import json

import pytest

from connectors.sandbox.http import Response
from sync.core.records import HUBSPOT, RecordKey
from sync.errors import FeatureMissing, QuotaReached
from sync.ports import Result, ScoreUpdate


@pytest.fixture
def ready(lab):
    list(lab.connector().provision(apply=True))
    lab.forget_calls()
    return lab


def update(id_, key="", **fields):
    return ScoreUpdate(key or f"k{id_}", RecordKey(HUBSPOT, "contact", id_), fields or {"score": 80, "band": "hot"})


def write(lab, updates):
    return {outcome.key: outcome for batch in lab.connector().write_scores(updates) for outcome in batch}


def results(outcomes):
    return {key: outcome.result for key, outcome in outcomes.items()}


def test_a_thousand_scores_are_ten_calls(ready):
    made = ready.contacts(1000)
    outcomes = write(ready, [update(id_) for id_ in made])
    assert ready.app.count() == ready.app.count("contacts/batch/update") == 10
    assert set(results(outcomes).values()) == {Result.APPLIED}
    assert len(outcomes) == 1000
    assert ready.app.get("contacts", made[-1]).properties["leadsync_score"] == "80"


def test_values_travel_in_the_vendors_form_and_none_clears(ready):
    (id_,) = ready.contacts(1)
    write(ready, [update(id_, score=79, sla_due=1_772_352_550, top_reason="価格ページ閲覧")])
    stored = ready.app.get("contacts", id_).properties
    assert (stored["leadsync_score"], stored["leadsync_sla_due"]) == ("79", "2026-03-01T08:09:10.000Z")
    outcomes = write(ready, [update(id_, score=None, sla_due=None)])
    assert results(outcomes) == {f"k{id_}": Result.APPLIED}
    assert not ready.app.get("contacts", id_).properties.get("leadsync_score")


def test_an_outcome_tells_the_vendors_time_and_the_record(ready):
    (id_,) = ready.contacts(1)
    (outcome,) = write(ready, [update(id_)]).values()
    assert outcome.at == int(ready.clock.now())
    assert outcome.record == RecordKey(HUBSPOT, "contact", id_)


def test_two_updates_of_one_record_are_sent_once_and_the_later_counts(ready):
    (id_,) = ready.contacts(1)
    outcomes = write(ready, [update(id_, "a", score=1), update(id_, "b", score=2)])
    assert results(outcomes) == {"a": Result.APPLIED, "b": Result.APPLIED}
    assert ready.app.get("contacts", id_).properties["leadsync_score"] == "2"
    assert ready.app.count() == 1


def test_one_bad_value_among_a_hundred_fails_alone(ready):
    made = ready.contacts(100)
    updates = [update(id_) for id_ in made[:-1]] + [update(made[-1], band="lukewarm")]
    outcomes = write(ready, updates)
    bad = outcomes.pop(f"k{made[-1]}")
    assert bad.result is Result.REJECTED
    assert bad.reason == "INVALID_OPTION leadsync_band"
    assert set(results(outcomes).values()) == {Result.APPLIED}
    assert ready.app.count() == 1


def refuse_batches_with(lab, value, body):
    lab.app.fault(path="batch/update", body=value, response=Response(400, body), times=0)


@pytest.mark.parametrize("position", [0, 50, 99])
def test_a_batch_refused_as_a_whole_is_halved_until_the_bad_record_stands_alone(ready, position):
    made = ready.contacts(100)
    refuse_batches_with(ready, "POISON", {"category": "VALIDATION_ERROR", "message": "Property values were not valid"})
    updates = [update(id_) for id_ in made]
    updates[position] = update(made[position], top_reason="POISON")
    outcomes = write(ready, updates)
    bad = outcomes.pop(f"k{made[position]}")
    assert (bad.result, bad.reason) == (Result.REJECTED, "VALIDATION_ERROR")
    assert set(results(outcomes).values()) == {Result.APPLIED}
    assert ready.app.count() <= 1 + 2 * 7


def test_a_whole_batch_refusal_that_names_its_records_costs_one_more_call(ready):
    made = ready.contacts(100)
    body = {"category": "VALIDATION_ERROR", "errors": [{"code": "INVALID_LONG", "context": {"ids": [made[3]]}}]}
    refuse_batches_with(ready, f'"{made[3]}"', body)
    outcomes = write(ready, [update(id_) for id_ in made])
    assert outcomes.pop(f"k{made[3]}").result is Result.REJECTED
    assert set(results(outcomes).values()) == {Result.APPLIED}
    assert ready.app.count() == 2


def test_the_same_bad_value_is_not_tried_again(ready):
    made = ready.contacts(100)
    item = [{"isValid": False, "message": "not an option", "error": "INVALID_OPTION", "name": "leadsync_band"}]
    body = {"category": "VALIDATION_ERROR", "message": f"Property values were not valid: {json.dumps(item)}"}
    refuse_batches_with(ready, "lukewarm", body)
    updates = [update(id_, band="lukewarm" if n % 2 else "hot") for n, id_ in enumerate(made)]
    outcomes = write(ready, updates)
    assert [outcomes[f"k{id_}"].result for id_ in made] == [Result.APPLIED, Result.REJECTED] * 50
    assert ready.app.count() <= 20


def test_a_vanished_property_rejects_its_carriers_in_one_call_more_and_is_looked_up_anew(ready):
    connector = ready.connector()
    assert connector.missing_fields() == ()
    made = ready.contacts(10)
    item = [{"error": "PROPERTY_DOESNT_EXIST", "name": "leadsync_interest", "isValid": False, "message": "gone"}]
    body = {"category": "VALIDATION_ERROR", "message": f"Property values were not valid: {json.dumps(item)}"}
    refuse_batches_with(ready, "leadsync_interest", body)
    ready.forget_calls()
    updates = [update(id_, interest="x") if n < 4 else update(id_) for n, id_ in enumerate(made)]
    outcomes = {outcome.key: outcome for batch in connector.write_scores(updates) for outcome in batch}
    assert [outcomes[f"k{id_}"].result for id_ in made] == [Result.REJECTED] * 4 + [Result.APPLIED] * 6
    assert outcomes[f"k{made[0]}"].reason.startswith("PROPERTY_DOESNT_EXIST")
    assert ready.app.count() == 2
    connector.missing_fields()
    assert ready.app.count("properties/contacts") == 1


def test_a_merged_contact_is_written_under_its_new_id(ready):
    one, two, other = ready.contacts(3)
    new = ready.app.merge_contacts(one, two)
    outcomes = write(ready, [update(two), update(other)])
    assert outcomes[f"k{two}"].result is Result.APPLIED
    assert outcomes[f"k{two}"].record == RecordKey(HUBSPOT, "contact", new)
    assert ready.app.get("contacts", new).properties["leadsync_score"] == "80"
    assert ready.app.count() == 3


def test_two_records_merged_into_one_both_get_their_outcome(ready):
    one, two = ready.contacts(2)
    new = ready.app.merge_contacts(one, two)
    outcomes = write(ready, [update(one, "a"), update(two, "b")])
    assert {outcome.record.id for outcome in outcomes.values()} == {new}
    assert set(results(outcomes).values()) == {Result.APPLIED}


def test_a_merge_that_answers_under_the_new_id_is_understood(ready):
    lab = ready
    lab.app.portal.merged_ids_writable = True
    one, two, other = lab.contacts(3)
    new = lab.app.merge_contacts(one, two)
    outcomes = write(lab, [update(one), update(other)])
    assert outcomes[f"k{one}"].record == RecordKey(HUBSPOT, "contact", new)
    assert set(results(outcomes).values()) == {Result.APPLIED}


def test_a_record_that_is_gone_is_rejected_as_gone(ready):
    one, two = ready.contacts(2)
    ready.app.gdpr_delete(one)
    outcomes = write(ready, [update(one), update(two)])
    assert (outcomes[f"k{one}"].result, outcomes[f"k{one}"].gone) == (Result.REJECTED, True)
    assert outcomes[f"k{two}"].result is Result.APPLIED


def test_a_single_unknown_record_answered_by_404_is_rejected_as_gone(ready):
    body = {"status": "error", "message": "resource not found", "category": "OBJECT_NOT_FOUND"}
    ready.app.fault(path="batch/update", response=Response(404, body))
    (outcome,) = write(ready, [update("999999999")]).values()
    assert (outcome.result, outcome.gone) == (Result.REJECTED, True)


def test_an_update_is_repeated_after_a_lost_answer(ready):
    (id_,) = ready.contacts(1)
    ready.app.fault(path="batch/update", action="work_then_reset")
    assert results(write(ready, [update(id_)])) == {f"k{id_}": Result.APPLIED}


def test_a_vendor_that_is_down_leaves_all_for_later_without_trying_each_batch(ready):
    made = ready.contacts(500)
    ready.app.fault(path="batch/update", response=Response(503, "<html>down</html>"), times=0)
    outcomes = write(ready, [update(id_) for id_ in made])
    assert set(results(outcomes).values()) == {Result.RETRY}
    assert len(outcomes) == 500
    assert ready.app.count() == 8


def test_what_was_written_is_told_before_the_daily_limit_is_raised(ready):
    made = ready.contacts(300)
    limit = Response(429, {"policyName": "DAILY", "errorType": "RATE_LIMIT", "status": "error"})
    ready.app.fault(path="batch/update", response=limit, skip=2)
    told = []
    batches = ready.connector().write_scores([update(id_) for id_ in made])
    with pytest.raises(QuotaReached):
        told.extend(outcome for batch in batches for outcome in batch)
    assert len(told) == 200


def test_a_missing_write_scope_is_an_error_that_names_it(ready):
    ready.app.scopes.discard("crm.objects.contacts.write")
    (id_,) = ready.contacts(1)
    with pytest.raises(FeatureMissing) as refused:
        write(ready, [update(id_)])
    assert "crm.objects.contacts.write" in refused.value.needs


def test_an_update_without_fields_makes_no_call(ready):
    (id_,) = ready.contacts(1)
    update_ = ScoreUpdate("k", RecordKey(HUBSPOT, "contact", id_), {})
    assert results(write(ready, [update_])) == {"k": Result.UNCHANGED}
    assert ready.app.count() == 0


def test_a_207_without_names_is_taken_apart(ready):
    """Errors that name nobody: the rest is sent again in halves."""
    made = ready.contacts(4)
    body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [{"category": "VALIDATION_ERROR"}]}
    ready.app.fault(path="batch/update", body="POISON", response=Response(207, body), times=0)
    updates = [update(id_) for id_ in made[:3]] + [update(made[3], top_reason="POISON")]
    outcomes = write(ready, updates)
    assert [outcomes[f"k{id_}"].result for id_ in made] == [Result.APPLIED] * 3 + [Result.REJECTED]
