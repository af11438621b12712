"""Both sandbox CRMs served from one process, inside this one and as a command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.__main__ import main
from connectors.sandbox.serve import serve

SETTINGS = {
    "LEADSYNC_HUBSPOT__ACCESS_TOKEN",
    "LEADSYNC_HUBSPOT__BASE_URL",
    "LEADSYNC_SALESFORCE__LOGIN_URL",
    "LEADSYNC_SALESFORCE__CLIENT_ID",
    "LEADSYNC_SALESFORCE__CLIENT_SECRET",
}


def contacts(env: dict[str, str]) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {env['LEADSYNC_HUBSPOT__ACCESS_TOKEN']}"}
    url = env["LEADSYNC_HUBSPOT__BASE_URL"] + "/crm/v3/objects/contacts"
    found: list[dict[str, Any]] = requests.get(url, {"limit": "100"}, headers=headers, timeout=5).json()["results"]
    return found


def count_leads(env: dict[str, str]) -> int:
    base = env["LEADSYNC_SALESFORCE__LOGIN_URL"]
    form = {
        "grant_type": "client_credentials",
        "client_id": env["LEADSYNC_SALESFORCE__CLIENT_ID"],
        "client_secret": env["LEADSYNC_SALESFORCE__CLIENT_SECRET"],
    }
    token = requests.post(base + "/services/oauth2/token", form, timeout=5).json()["access_token"]
    query = {"q": "SELECT COUNT() FROM Lead"}
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(base + "/services/data/v66.0/query", query, headers=headers, timeout=5).json()
    return int(answer["totalSize"])


def test_the_settings_open_both_accounts() -> None:
    with serve(people=80, seed=3) as running:
        assert set(running.env) == SETTINGS
        assert running.world is not None
        assert 40 < len(contacts(running.env)) <= 100
        assert count_leads(running.env) == len(running.world.salesforce["Lead"])


def test_empty_accounts_hold_nobody() -> None:
    with serve(empty=True) as running:
        assert running.world is None
        assert contacts(running.env) == []
        assert count_leads(running.env) == 0


def test_live_accounts_go_on_by_themselves_until_stopped() -> None:
    with serve(people=60, live=True, tick_seconds=0.01) as running:
        assert running.world is not None
        before = len(running.world.web_events)
        until = time.monotonic() + 5
        while len(running.world.web_events) == before and time.monotonic() < until:
            time.sleep(0.01)
        assert len(running.world.web_events) > before
    after = len(running.world.web_events)
    time.sleep(0.05)
    assert len(running.world.web_events) == after


class Command:
    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "connectors.sandbox", "--people", "40", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def ended(self, within: float = 3.0) -> int:
        return self.process.wait(timeout=within)


@pytest.fixture
def command(request: pytest.FixtureRequest) -> Iterator[Command]:
    started = Command(*getattr(request, "param", ()))
    yield started
    started.process.kill()
    started.process.communicate()


def test_the_first_line_is_json_for_programs_and_the_rest_for_people(command: Command) -> None:
    first = json.loads(command.line())
    assert set(first) == {"hubspot_url", "salesforce_url", "env"}
    assert first["env"]["LEADSYNC_HUBSPOT__BASE_URL"] == first["hubspot_url"]
    assert set(first["env"]) == SETTINGS
    for name, value in first["env"].items():
        assert command.line() == f"export {name}={value}\n"
    assert contacts(first["env"])


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once(command: Command, name: signal.Signals) -> None:
    command.line()
    began = time.monotonic()
    command.process.send_signal(name)
    assert command.ended() == 0
    assert time.monotonic() - began < 1


def test_a_signal_ends_it_even_while_it_is_starting() -> None:
    started = Command("--people", "60000")
    time.sleep(1.0)
    assert started.process.poll() is None
    started.process.terminate()
    assert started.ended() in (0, -signal.SIGTERM)
    started.process.communicate()


@pytest.mark.parametrize("command", [("--with-parent",)], indirect=True)
def test_with_parent_it_ends_when_its_standard_input_closes(command: Command) -> None:
    command.line()
    assert command.process.stdin is not None
    command.process.stdin.close()
    assert command.ended() == 0
    command.process.stdin = None


def test_with_parent_it_dies_with_a_killed_parent() -> None:
    """The parent is killed without a chance to tidy up, as by the kernel."""
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'connectors.sandbox', '--people', '40', '--with-parent'],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    assert _gone(child, within=3)


def _gone(pid: int, within: float) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if _is_zombie(pid):  # nobody may be there to collect it
            return True
        time.sleep(0.02)
    return False


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "python -m connectors.sandbox --people 500 --live" in capsys.readouterr().out


def test_no_people_at_all_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--people", "0"])
    assert ended.value.code == 2
    assert "at least 1" in capsys.readouterr().err
