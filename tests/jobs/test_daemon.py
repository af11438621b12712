"""`leadsync run` as an operator sees it: a process with a status page that stops in order."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import Account


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path, start=None)
    made.hot("taro@example.jp")
    made.lead("taro@example.jp")
    made.provision()
    yield made
    made.close()


def start(account: Account, **env: str) -> subprocess.Popen[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("LEADSYNC_")}
    command = [sys.executable, "-c", "from sync.cli import main; main()", "run"]
    return subprocess.Popen(command, env={**known, **account.env, **env}, stderr=subprocess.PIPE, text=True)


def page_of(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r'"page": "([^"]+)"', line):
            return found.group(1)
    raise AssertionError("the daemon did not start")


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def wait_for(what: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def test_the_daemon_writes_answers_probes_and_stops_on_sigterm(account: Account) -> None:
    process = start(account)
    try:
        page = page_of(process)
        wait_for(lambda: len(account.tasks()) == 1)
        wait_for(lambda: json.loads(fetch(f"{page}status.json"))["bands"]["hot"] == 1)
        assert fetch(f"{page}healthz").strip() == "ok"
        assert fetch(f"{page}readyz").strip() == "ok"
        metrics = fetch(f"{page}metrics")
        assert (
            'leadsync_api_calls_total{endpoint="POST /composite/sobjects",status="200",system="salesforce"}' in metrics
        )
        assert "taro@example.jp" not in metrics + fetch(page)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 0
    assert '"orderly": true' in log
    assert "taro" not in log


def test_sigterm_in_the_middle_of_a_slow_page_ends_within_ten_seconds_and_loses_nothing(account: Account) -> None:
    account.hubspot.fault(path="/crm/v3/objects/contacts", action="stall", seconds=60)
    process = start(account)
    try:
        page_of(process)
        wait_for(lambda: account.hubspot.faults[-1].hits == 1)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=12)
        assert time.monotonic() - began < 11
    finally:
        process.kill()
    result = account.cycle()
    assert (result.errors, len(account.tasks())) == ({}, 1)


def test_credentials_of_another_portal_end_the_daemon_with_exit_code_2(account: Account) -> None:
    account.cycle()
    other = Account(account.folder, start=None)
    other.hubspot.portal.portal_id = 777
    process = start(other, LEADSYNC_LANGUAGE="en")
    try:
        _, log = process.communicate(timeout=30)
    finally:
        process.kill()
        other.close()
    assert process.returncode == 2
    assert "the credentials open 777" in log


def test_only_the_owner_may_read_the_database(account: Account) -> None:
    account.cycle(write=False)
    rights = {path.name: oct(path.stat().st_mode & 0o777) for path in account.folder.glob("leadsync.db*")}
    assert set(rights.values()) == {"0o600"}, rights


def test_a_daemon_under_plan_writes_nothing(account: Account) -> None:
    process = start(account, LEADSYNC_WRITE_MODE="plan")
    try:
        page = page_of(process)
        wait_for(lambda: json.loads(fetch(f"{page}status.json"))["bands"]["hot"] == 1)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    finally:
        process.kill()
    assert account.tasks() == []
    assert account.hubspot.count("/batch/update") == 0


def test_the_demo_runs_one_cycle_from_nothing(tmp_path: Path) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("LEADSYNC_")}
    env = {**known, "LEADSYNC_DATA_DIR": str(tmp_path), "LEADSYNC_SALESFORCE__CLIENT_ID": "left over"}
    command = [sys.executable, "-c", "from sync.cli import main; main()", "demo", "--once", "--people", "150", "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["errors"] == {}
    assert result["people"] >= 150
    assert {system: totals["rejected"] for system, totals in result["written"].items()} == {
        "salesforce": 0,
        "hubspot": 0,
    }
