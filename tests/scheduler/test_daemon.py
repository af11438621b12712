"""The clockwork with real, short intervals."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import structlog

from sync.errors import Stopped
from sync.scheduler import Daemon, Job, build, trigger_of

Start = Callable[..., Daemon]


@pytest.fixture
def start() -> Iterator[Start]:
    daemons: list[Daemon] = []

    def started(*jobs: Job, **options: object) -> Daemon:
        daemons.append(build(jobs, "Asia/Tokyo", time.time, **options))  # type: ignore[arg-type]
        daemons[-1].start()
        return daemons[-1]

    yield started
    for daemon in daemons:
        assert daemon.stop(2)


def test_the_first_run_is_at_once_and_the_next_after_the_interval(start: Start) -> None:
    ran = threading.Event()
    before = time.time()
    daemon = start(Job("pull", ran.set, seconds=300, first=True))
    assert ran.wait(1)
    assert daemon.next_runs()["pull"] == pytest.approx(before + 300, abs=2)


def test_without_first_a_job_waits_for_its_interval(start: Start) -> None:
    ran = threading.Event()
    start(Job("pull", ran.set, seconds=300))
    assert not ran.wait(0.1)


def test_jitter_delays_a_start_by_no_more_than_asked(start: Start) -> None:
    before = time.time()
    daemon = start(*(Job(f"j{n}", lambda: None, seconds=100, jitter=20) for n in range(20)))
    delays = [at - before - 100 for at in daemon.next_runs().values()]
    assert all(-1 <= delay <= 21 for delay in delays)
    assert max(delays) - min(delays) > 1


def test_a_daily_job_keeps_local_time(start: Start) -> None:
    daemon = start(Job("rescore", lambda: None, at="00:10"))
    local = datetime.fromtimestamp(daemon.next_runs()["rescore"], ZoneInfo("Asia/Tokyo"))
    assert (local.hour, local.minute) == (0, 10)


def test_a_job_needs_one_kind_of_time() -> None:
    for wrong in (Job("x", lambda: None), Job("x", lambda: None, seconds=5, at="00:10")):
        with pytest.raises(ValueError, match="seconds"):
            build([wrong], "UTC", time.time)


def test_an_error_ends_neither_the_job_nor_the_daemon(start: Start) -> None:
    runs: list[int] = []
    told: list[tuple[str, str]] = []
    again = threading.Event()

    def failing_once() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise RuntimeError("taro@example.jp is in the text")
        again.set()

    daemon = start(
        Job("pull", failing_once, seconds=0.1, first=True),
        on_error=lambda id, error: told.append((id, type(error).__name__)),
    )
    assert again.wait(2)
    assert told == [("pull", "RuntimeError")]
    assert _until(lambda: not daemon.last_errors), "a good run clears the error"


def test_the_last_error_keeps_class_and_time_only(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    def failing() -> None:
        raise RuntimeError("taro@example.jp is in the text")

    with structlog.testing.capture_logs() as logged, caplog.at_level(logging.DEBUG):
        daemon = start(Job("pull", failing, seconds=300, first=True))
        assert _until(lambda: "pull" in daemon.last_errors)
        assert _until(lambda: logged)
    assert daemon.last_errors["pull"].kind == "RuntimeError"
    assert daemon.last_errors["pull"].at == pytest.approx(time.time(), abs=2)
    (line,) = logged
    assert {key: line[key] for key in ("event", "job", "error")} == {
        "event": "job failed",
        "job": "pull",
        "error": "RuntimeError",
    }
    assert "test_daemon.py" in line["where"]
    assert "taro" not in json.dumps(logged) + caplog.text


def test_jobs_of_the_work_lane_never_overlap(start: Start) -> None:
    inside, most, ended = [0], [0], list[int]()
    guard = threading.Lock()

    def work() -> None:
        with guard:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.05)
        with guard:
            inside[0] -= 1
            ended.append(1)

    start(*(Job(id, work, seconds=300, first=True) for id in ("pull", "push", "sla")))
    assert _until(lambda: len(ended) == 3)
    assert most[0] == 1


def test_a_side_job_does_not_wait_for_a_long_one(start: Start) -> None:
    release, beside = threading.Event(), threading.Event()
    start(
        Job("pull", lambda: _wait(release), seconds=300, first=True),
        Job("gauges", beside.set, seconds=300, first=True, side=True),
    )
    assert beside.wait(1)
    release.set()


def test_runs_that_pile_up_are_coalesced_and_told_once(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    release, runs = threading.Event(), list[float]()
    missed: list[tuple[str, str]] = []

    def slow_first() -> None:
        runs.append(time.time())
        if len(runs) == 1:
            _wait(release)

    start(Job("pull", slow_first, seconds=0.05, first=True), on_missed=lambda id, why: missed.append((id, why)))
    time.sleep(0.4)
    assert len(runs) == 1
    assert missed == [("pull", "still running")]
    assert caplog.records == [], "apscheduler itself would log every skipped start"
    release.set()
    assert _until(lambda: len(runs) >= 2)


def test_a_start_later_than_its_grace_is_missed_and_told(start: Start) -> None:
    release = threading.Event()
    late: list[tuple[str, str]] = []
    ran: list[int] = []
    start(
        Job("pull", lambda: _wait(release), seconds=300, first=True),
        Job("sla", lambda: ran.append(1), seconds=300, first=True, grace=1),
        on_missed=lambda id, why: late.append((id, why)),
    )
    time.sleep(1.1)
    release.set()
    assert _until(lambda: late)
    assert late == [("sla", "late")]
    assert ran == []


def test_without_grace_a_late_start_still_happens(start: Start) -> None:
    release, ran = threading.Event(), threading.Event()
    start(
        Job("pull", lambda: _wait(release), seconds=300, first=True),
        Job("push", ran.set, seconds=300, first=True),
    )
    time.sleep(0.2)
    release.set()
    assert ran.wait(1)


def test_stop_lets_the_running_job_end_after_its_page_and_starts_no_other(start: Start) -> None:
    stop, pages, others = threading.Event(), list[int](), list[int]()
    entered = threading.Event()

    def pages_until_stopped() -> None:
        while True:
            pages.append(1)
            entered.set()
            if stop.wait(0.02):
                raise Stopped

    daemon = start(
        Job("pull", pages_until_stopped, seconds=300, first=True),
        Job("push", lambda: others.append(1), seconds=300, first=True),
        stop=stop,
    )
    assert entered.wait(1)
    began = time.monotonic()
    assert daemon.stop(5)
    assert time.monotonic() - began < 1
    assert stop.is_set()
    assert others == []
    assert daemon.last_errors == {}, "an orderly stop is no error"
    assert daemon.next_runs() == {}


def test_stop_gives_up_on_a_job_that_hangs() -> None:
    release, entered = threading.Event(), threading.Event()

    def hanging() -> None:
        entered.set()
        _wait(release)

    daemon = build([Job("pull", hanging, seconds=300, first=True)], "UTC", time.time)
    daemon.start()
    assert entered.wait(1)
    began = time.monotonic()
    assert not daemon.stop(0.2)
    assert time.monotonic() - began < 1
    release.set()


def test_a_daemon_that_never_started_stops_at_once() -> None:
    assert build([Job("pull", lambda: None, seconds=300)], "UTC", time.time).stop(1)


@pytest.mark.parametrize(
    ("noon_before", "expected"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), ["2026-03-29T01:30", "2026-03-30T00:30"]),
        # The hour that comes twice brings the night job twice, never a loop.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-26T01:30"]),
    ],
)
def test_a_night_job_survives_the_change_of_clocks(noon_before: datetime, expected: list[str]) -> None:
    trigger = trigger_of(Job("reconcile", lambda: None, at="02:30"), ZoneInfo("Europe/Berlin"))
    previous, now, found = None, noon_before, []
    for _ in expected:
        previous = trigger.get_next_fire_time(previous, now)
        now = previous.astimezone(UTC)
        found.append(now.strftime("%Y-%m-%dT%H:%M"))
    assert found == expected


def _wait(event: threading.Event) -> None:
    event.wait(5)


def _until(condition: Callable[[], object], seconds: float = 2.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False
