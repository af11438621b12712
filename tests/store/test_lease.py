"""One process at a time works on a store."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from sync.errors import StoreError
from sync.store.database import SqlStore
from sync.store.lease import SECONDS, Busy, StoreLease

NOW = 1_790_000_000.0


def test_a_second_holder_is_refused_while_the_first_works_and_welcome_afterwards(store: SqlStore) -> None:
    first, second = StoreLease(store, lambda: NOW), StoreLease(store, lambda: NOW)
    with first.held(), pytest.raises(Busy), second.held():
        pass
    with second.held():
        pass


def test_the_lease_of_a_killed_process_is_taken_over_at_once(store: SqlStore) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        with store.begin() as unit:
            unit.set_fact("lease", _held_by(process.pid))
        with pytest.raises(Busy), StoreLease(store, lambda: NOW).held():
            pass
        process.kill()
        process.wait()
    with StoreLease(store, lambda: NOW).held():
        pass


def test_a_holder_on_another_machine_is_waited_for_until_its_time_is_up(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.set_fact("lease", json.dumps({"host": "elsewhere", "pid": 1, "started": "1", "until": NOW + SECONDS}))
    with pytest.raises(Busy, match="elsewhere"), StoreLease(store, lambda: NOW).held():
        pass
    with StoreLease(store, lambda: NOW + SECONDS + 1).held():
        pass


def test_the_lease_is_kept_fresh_while_the_work_goes_on(store: SqlStore) -> None:
    times = [NOW]
    lease = StoreLease(store, lambda: times[0])
    with lease.held():
        times[0] += 60
        lease.keep()
        with store.reading() as unit:
            assert json.loads(unit.fact("lease") or "")["until"] == NOW + 60 + SECONDS


def test_a_database_error_tells_no_values(store: SqlStore) -> None:
    with pytest.raises(StoreError) as error:
        set_twice(store)
    assert "secret" not in str(error.value)
    with store.reading() as unit:
        assert unit.fact("k") is None


def set_twice(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.set_fact("k", "secret value")
        unit.connection.exec_driver_sql("INSERT INTO facts (key, value) VALUES ('k', 'secret value')")


def _held_by(pid: int) -> str:
    import socket

    from sync.store.lease import _started

    return json.dumps({"host": socket.gethostname(), "pid": pid, "started": _started(pid), "until": NOW + SECONDS})


def test_a_holder_who_slept_past_its_time_notices_that_another_has_taken_over(store: SqlStore) -> None:
    times = [NOW]
    slow = StoreLease(store, lambda: times[0])
    with slow.held():
        times[0] += SECONDS + 60
        with store.begin() as unit:
            unit.set_fact("lease", json.dumps({"host": "elsewhere", "pid": 1, "started": "1", "until": times[0] + 99}))
        with pytest.raises(Busy):
            slow.keep()
    with store.reading() as unit:
        assert json.loads(unit.fact("lease") or "{}")["host"] == "elsewhere"


def test_of_two_who_find_an_expired_lease_at_once_one_gets_it(store: SqlStore) -> None:
    for _ in range(15):
        with store.begin() as unit:
            unit.set_fact("lease", json.dumps({"host": "gone", "pid": 1, "started": "1", "until": NOW - 1}))
        start, leave, inside = threading.Barrier(2), threading.Barrier(2), []

        def work(start: threading.Barrier, leave: threading.Barrier, inside: list[bool]) -> None:
            start.wait(5)
            try:
                with StoreLease(store, lambda: NOW).held():
                    inside.append(True)
                    leave.wait(5)
            except Busy:
                leave.wait(5)

        threads = [threading.Thread(target=work, args=(start, leave, inside)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert inside == [True]
