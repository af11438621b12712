"""What is counted, and what /metrics shows of it."""

from __future__ import annotations

import threading
from collections import Counter

from prometheus_client.parser import text_string_to_metric_families

from sync.core.text import Text
from sync.errors import TemporaryFailure
from sync.jobs.cycle import CycleResult
from sync.jobs.pull import PullTotals
from sync.jobs.push import PushTotals
from sync.ports import Meter
from sync.repository import Saved
from sync.store.status import Census
from sync.telemetry import Availability, Telemetry

NOON = 1_795_233_600.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


def samples(telemetry: Telemetry) -> dict[str, float]:
    """'name{label=value,...}' -> value, as Prometheus' own parser reads them."""
    found = {}
    for family in text_string_to_metric_families(telemetry.render().decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def cycle_result() -> CycleResult:
    result = CycleResult(7, int(NOON) - 40, int(NOON), wrote=True)
    result.pulls["hubspot"] = PullTotals({"contacts": Saved(new=3, changed=2, same=1)})
    result.pushes["salesforce"] = PushTotals(
        applied=5, retry=1, rejected=2, tasks_made=3, tasks_rejected=1, reasons={"LOCKED": 1, "said taro@x.jp": 2}
    )
    return result


def test_calls_are_counted_by_endpoint_and_status() -> None:
    telemetry = Telemetry(Clock(), {})
    meter: Meter = telemetry
    for status in (200, 200, 429):
        meter.call("hubspot", "/crm/v3/objects/{type}/search", status)
    meter.call("salesforce", "/composite", "timeout")
    assert telemetry.calls() == {
        "hubspot": Counter({("/crm/v3/objects/{type}/search", "200"): 2, ("/crm/v3/objects/{type}/search", "429"): 1}),
        "salesforce": Counter({("/composite", "timeout"): 1}),
    }
    seen = samples(telemetry)
    assert seen["leadsync_api_calls_total{endpoint=/crm/v3/objects/{type}/search,status=200,system=hubspot}"] == 2


def test_no_call_is_lost_between_threads() -> None:
    telemetry = Telemetry(Clock(), {})
    threads = [
        threading.Thread(target=lambda: [telemetry.call("hubspot", "/x", 200) for _ in range(500)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert telemetry.used_today("hubspot") == 2000
    assert sum(telemetry.take_calls().values()) == 2000


def test_calls_are_taken_once_by_epoch_hour() -> None:
    clock = Clock()
    telemetry = Telemetry(clock, {})
    telemetry.call("hubspot", "/x", 200)
    clock.now += 3600
    telemetry.call("hubspot", "/x", 200)
    hour = int(NOON) // 3600
    assert telemetry.take_calls() == {("hubspot", hour): 1, ("hubspot", hour + 1): 1}
    assert telemetry.take_calls() == {}


def test_used_today_holds_calls_from_before_the_start_and_forgets_after_a_day() -> None:
    clock = Clock()
    telemetry = Telemetry(clock, {"hubspot": 100})
    telemetry.call("hubspot", "/x", 200)
    assert telemetry.used_today("hubspot") == 101
    assert telemetry.used_today("salesforce") == 0
    clock.now += 86_400
    telemetry.call("hubspot", "/x", 200)
    assert telemetry.used_today("hubspot") == 1


def test_quotas_are_what_the_vendor_said_last() -> None:
    telemetry = Telemetry(Clock(), {})
    telemetry.quota("salesforce", 10, 15_000)
    telemetry.quota("salesforce", 25, 15_000)
    assert telemetry.quotas() == {"salesforce": (25, 15_000)}
    seen = samples(telemetry)
    assert seen["leadsync_api_quota_used{system=salesforce}"] == 25
    assert seen["leadsync_api_quota_limit{system=salesforce}"] == 15_000


def test_a_cycle_shows_records_writes_rejections_and_its_run() -> None:
    telemetry = Telemetry(Clock(), {})
    telemetry.observe_cycle(cycle_result())
    telemetry.observe_cycle(cycle_result())
    seen = samples(telemetry)
    assert seen["leadsync_records_pulled_total{change=new,stream=contacts,system=hubspot}"] == 6
    assert seen["leadsync_records_pulled_total{change=same,stream=contacts,system=hubspot}"] == 2
    assert seen["leadsync_writes_total{kind=score,result=applied,system=salesforce}"] == 10
    assert seen["leadsync_writes_total{kind=task,result=applied,system=salesforce}"] == 6
    assert seen["leadsync_writes_total{kind=any,result=retry,system=salesforce}"] == 2
    assert seen["leadsync_rejected_total{reason=LOCKED,system=salesforce}"] == 2
    assert seen["leadsync_rejected_total{reason=other,system=salesforce}"] == 4
    assert seen["leadsync_runs_total{job=cycle,state=done}"] == 2
    assert seen["leadsync_last_success_timestamp_seconds{job=cycle}"] == NOON
    assert seen["leadsync_run_seconds_count{job=cycle}"] == 2
    assert seen["leadsync_run_seconds_sum{job=cycle}"] == 80
    assert seen["leadsync_run_seconds_bucket{job=cycle,le=30.0}"] == 0
    assert seen["leadsync_run_seconds_bucket{job=cycle,le=60.0}"] == 2
    assert "taro" not in telemetry.render().decode()


def test_a_failed_run_moves_no_last_success() -> None:
    telemetry = Telemetry(Clock(), {})
    telemetry.succeeded("cycle", NOON - 600)
    telemetry.observe_run("cycle", "failed", NOON - 5, NOON)
    seen = samples(telemetry)
    assert seen["leadsync_last_success_timestamp_seconds{job=cycle}"] == NOON - 600
    assert seen["leadsync_runs_total{job=cycle,state=failed}"] == 1


def test_the_census_shows_every_band_and_lag_grows_by_itself() -> None:
    clock = Clock()
    telemetry = Telemetry(clock, {})
    telemetry.observe_census(
        Census(
            bands={"hot": 4},
            outbox={"hubspot": {"pending": 2}},
            sla={"open": 3},
            cursors={"hubspot contacts": int(NOON) - 30},
        )
    )
    clock.now += 60
    seen = samples(telemetry)
    assert seen["leadsync_people{band=hot}"] == 4
    assert seen["leadsync_people{band=dormant}"] == 0
    assert seen["leadsync_sla{state=open}"] == 3
    assert seen["leadsync_outbox_rows{state=pending,system=hubspot}"] == 2
    assert seen["leadsync_cursor_lag_seconds{stream=contacts,system=hubspot}"] == 90


def test_an_emptied_outbox_shows_zero_not_its_last_count() -> None:
    telemetry = Telemetry(Clock(), {})
    telemetry.observe_census(Census(outbox={"hubspot": {"pending": 2}}))
    telemetry.observe_census(Census())
    assert samples(telemetry)["leadsync_outbox_rows{state=pending,system=hubspot}"] == 0


def test_two_telemetries_share_nothing() -> None:
    first, second = Telemetry(Clock(), {}), Telemetry(Clock(), {})
    first.call("hubspot", "/x", 200)
    assert second.calls() == {}
    assert b'endpoint="/x"' not in second.render()


def test_an_outage_is_told_once_and_its_end_once() -> None:
    availability = Availability()
    code = type(TemporaryFailure(Text("", ""), system="hubspot")).__name__
    assert availability.failed("hubspot", code)
    assert not availability.failed("hubspot", code)
    assert not availability.recovered("salesforce")
    assert availability.recovered("hubspot")
    assert not availability.recovered("hubspot")
    assert availability.failed("hubspot", code)


def test_another_kind_of_failure_in_an_outage_is_news_but_flapping_is_not() -> None:
    availability = Availability()
    assert availability.failed("hubspot", "TemporaryFailure")
    assert availability.failed("hubspot", "AccessRefused")
    assert not availability.failed("hubspot", "TemporaryFailure")
