"""Calls, the figure each connector is judged by; and pages of bounded size."""

from __future__ import annotations

import pytest
from mirror import Mirror
from subject import DAY, HOUR, MINUTE, outcomes
from subject_hubspot import HubSpotSubject
from subject_salesforce import SalesforceSubject

from sync.ports import Result

STREAMS = [
    (name, stream)
    for name, kind in (("hubspot", HubSpotSubject), ("salesforce", SalesforceSubject))
    for stream in kind.reads_per_thousand
]


def read_account(subject):
    """A connector and what it has read of an account in use, long enough ago for all to be settled."""
    subject.seed(20, subject.now - 30 * DAY)
    for stream in subject.reads_per_thousand:
        subject.seed_stream(stream, 5)
    connector = subject.connector()
    mirror = Mirror.of(*connector.streams)
    mirror.pull(connector)
    subject.advance(20 * MINUTE)
    mirror.pull(connector)
    return connector, mirror


def test_an_idle_cycle_costs_as_little_as_the_vendor_allows(subject):
    connector, mirror = read_account(subject)
    for _ in range(2):
        subject.advance(5 * MINUTE)
        mirror.seen.clear()
        assert subject.cost(lambda: mirror.pull(connector)) == subject.idle_calls
        assert not mirror.seen


def test_an_idle_cycle_after_a_restart_costs_no_more(subject):
    _, mirror = read_account(subject)
    subject.advance(5 * MINUTE)
    assert subject.cost(lambda: mirror.pull(subject.connector())) == subject.idle_calls


def test_idle_hours_cost_one_look_at_what_is_asked_seldom(subject):
    """Owners, pipelines, forms, describe and the archived have cadences of their own, remembered over restarts."""
    _, mirror = read_account(subject)
    rounds = 12

    def an_hour() -> None:
        for _ in range(rounds):
            subject.advance(5 * MINUTE)
            mirror.pull(subject.connector())

    an_hour()
    assert subject.cost(an_hour) <= rounds * subject.idle_calls + 6


@pytest.mark.parametrize(("subject", "stream"), STREAMS, indirect=["subject"])
def test_a_thousand_changed_records_of_a_stream_cost_few_calls(subject, stream):
    connector, mirror = read_account(subject)
    subject.seed_stream(stream, 1_000)
    subject.advance(MINUTE)
    one = Mirror({stream: mirror.cursors[stream]})
    calls = subject.cost(lambda: one.pull(connector))
    assert len(one.seen) >= 1_000
    assert calls <= subject.reads_per_thousand[stream]
    assert one.largest_page <= subject.largest_page


def test_changes_of_all_streams_at_once_cost_no_more_than_the_sum(subject):
    connector, mirror = read_account(subject)
    for stream in subject.reads_per_thousand:
        subject.seed_stream(stream, 1_000)
    subject.advance(MINUTE)
    mirror.seen.clear()
    calls = subject.cost(lambda: mirror.pull(connector))
    assert len(mirror.seen) >= 1_000 * len(subject.reads_per_thousand)
    assert calls <= subject.reads_of_all


def test_a_thousand_scores_cost_the_fewest_batches(subject):
    subject.provision()
    ids = subject.seed(1_000, subject.now)
    connector = subject.connector()
    connector.account()
    connector.missing_fields()
    found = {}
    calls = subject.cost(lambda: found.update(outcomes(connector.write_scores([subject.update(id) for id in ids]))))
    assert calls == 1_000 // subject.score_batch
    assert {outcome.result for outcome in found.values()} == {Result.APPLIED}
    assert len(found) == 1_000


def test_a_thousand_tasks_cost_the_fewest_batches(subject):
    people = subject.seed(1_000, subject.now)
    connector = subject.connector()
    connector.account()
    list(connector.read({"tasks": None}))
    orders = [subject.task(person, f"t{n}") for n, person in enumerate(people)]
    found = {}
    calls = subject.cost(lambda: found.update(outcomes(connector.write_tasks(orders))))
    assert calls == 1_000 // subject.task_batch
    assert {outcome.result for outcome in found.values()} == {Result.APPLIED}
    assert len(subject.task_bodies()) == 1_000


def test_reading_back_our_own_writes_costs_as_much_as_any_change_and_then_nothing(subject):
    subject.provision()
    ids = subject.seed(1_000, subject.now - 30 * DAY)
    connector = subject.connector()
    mirror = Mirror.of(subject.stream)
    mirror.pull(connector)
    subject.advance(HOUR)
    outcomes(connector.write_scores([subject.update(id) for id in ids]))
    assert subject.cost(lambda: mirror.pull(connector)) <= subject.reads_per_thousand[subject.stream]
    subject.advance(HOUR)
    mirror.pull(connector)
    mirror.seen.clear()
    assert subject.cost(lambda: mirror.pull(connector)) == 1
    assert not mirror.seen


def test_every_call_is_metered_by_route_and_status_without_ids(subject):
    subject.provision()
    ids = subject.seed(3, subject.now - DAY)
    connector = subject.connector()
    list(connector.read(dict.fromkeys(connector.streams)))
    outcomes(connector.write_scores([subject.update(id) for id in ids]))
    outcomes(connector.write_tasks([subject.task(ids[0], "t1")]))
    assert sum(subject.meter.calls.values()) == len(subject.app.calls)
    endpoints = {endpoint for endpoint, _ in subject.meter.calls}
    assert not [endpoint for endpoint in endpoints if "?" in endpoint or any(id in endpoint for id in ids)]
