"""kill -9 at any point of a cycle, then a new run: every score is right in both CRMs and no task exists twice."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import Account

HERE = Path(__file__).parent
WRITES = {
    "salesforce scores": ("salesforce", "PATCH", "/composite/sobjects"),
    "salesforce tasks": ("salesforce", "POST", "/composite/sobjects"),
    "hubspot scores": ("hubspot", "POST", "/contacts/batch/update"),
    "hubspot tasks": ("hubspot", "POST", "/tasks/batch/create"),
}


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """Two people who are hot, one of them in both CRMs, and two who are not."""
    made = Account(tmp_path, start=None)
    made.hot("taro@example.jp")
    made.lead("taro@example.jp")
    made.hot("solo@example.jp")
    made.lead("quiet@example.jp")
    made.contact("idle@example.jp", jobtitle="部長")
    made.provision()
    yield made
    made.close()


def start(account: Account) -> subprocess.Popen[str]:
    env = {**os.environ, **account.env, "ACCOUNTS": str(HERE.parent / "jobs")}
    return subprocess.Popen([sys.executable, str(HERE / "one_cycle.py")], env=env, stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def killed_at(account: Account, system: str, **where: object) -> None:
    """Runs a cycle and kills it while the matching call is under way at the CRM."""
    fault = getattr(account, system).fault(seconds=0.5, **where)
    process = start(account)
    deadline = time.monotonic() + 60
    while not fault.hits and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert fault.hits == 1, "the cycle ended before it came to this call"
    if where["action"] == "work_then_stall":
        time.sleep(0.1)
    kill(process)


def assert_right_after_a_new_run(account: Account) -> None:
    result = account.cycle()
    assert result.errors == {}
    scores = {
        str(contact.properties["email"]).partition("@")[0]: (
            contact.properties.get("leadsync_score"),
            contact.properties.get("leadsync_band"),
        )
        for contact in account.hubspot.all("contacts")
    }
    assert scores == {"taro": ("85", "hot"), "solo": ("85", "hot"), "idle": ("20", "hold")}
    leads = {
        str(lead["Email"]).partition("@")[0]: lead.get("Leadsync_Score__c") for lead in account.salesforce.all("Lead")
    }
    assert leads == {"taro": 85, "quiet": 0}
    keys = Counter(re.findall(r"leadsync:([\w-]+)", body)[0] for _, body in account.tasks())
    assert list(keys.values()) == [1, 1]
    assert sorted(system for system, _ in account.tasks()) == ["hubspot", "salesforce"]


@pytest.mark.parametrize("action", ["stall", "work_then_stall"])
@pytest.mark.parametrize("write", WRITES)
def test_killed_while_a_write_is_under_way(account: Account, write: str, action: str) -> None:
    system, method, path = WRITES[write]
    killed_at(account, system, method=method, path=path, action=action)
    assert_right_after_a_new_run(account)


@pytest.mark.parametrize("call", range(0, 20, 4))
def test_killed_while_a_read_is_under_way(account: Account, call: int) -> None:
    killed_at(account, "hubspot", path="/(crm|events|email|forms|form-integrations)/", action="stall", skip=call)
    assert_right_after_a_new_run(account)


@pytest.mark.parametrize("seed", range(8))
def test_killed_at_any_moment(account: Account, seed: int) -> None:
    process = start(account)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0.0, 1.2))
    kill(process)
    assert_right_after_a_new_run(account)


def test_killed_twice_in_a_row(account: Account) -> None:
    killed_at(account, "salesforce", method="POST", path="/composite/sobjects", action="work_then_stall")
    killed_at(account, "hubspot", method="POST", path="/tasks/batch/create", action="work_then_stall")
    assert_right_after_a_new_run(account)
