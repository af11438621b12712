"""The commands as an admin runs them, by environment settings alone, against the sandbox CRMs."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import Account
from typer.testing import CliRunner, Result

from sync.cli import app


class Shell:
    def __init__(self, account: Account, folder: Path) -> None:
        self.account, self.folder = account, folder
        self.env = {name: None for name in os.environ if name.startswith("LEADSYNC_")} | account.env

    def run(self, *words: str, **env: str | None) -> Result:
        here = Path.cwd()
        os.chdir(self.folder)
        try:
            return CliRunner().invoke(app, list(words), env={**self.env, "COLUMNS": "200", **env})
        finally:
            os.chdir(here)

    def json(self, *words: str, code: int = 0, **env: str | None) -> Any:
        result = self.run(*words, "--json", **env)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    account = Account(tmp_path, start=None)
    account.hot("taro@example.jp")
    account.lead("taro@example.jp")
    account.contact("idle@example.jp", jobtitle="部長")
    yield Shell(account, tmp_path)
    account.close()


def test_provision_then_plan_then_apply_then_nothing(shell: Shell) -> None:
    planned = shell.json("provision", "--plan")
    assert {step["state"] for step in planned} == {"missing"}
    made = shell.json("provision")
    assert {step["state"] for step in made} <= {"created", "present"}
    assert {step["state"] for step in shell.json("provision")} == {"present"}

    plan = shell.json("sync", "--plan")
    assert (plan["wrote"], plan["planned"]) == (
        False,
        {"hubspot score": 2, "salesforce score": 1, "salesforce task": 1},
    )
    first = shell.json("sync")
    assert {system: totals["applied"] for system, totals in first["written"].items()} == {"salesforce": 1, "hubspot": 2}
    assert first["written"]["salesforce"]["tasks_made"] == 1
    again = shell.json("sync")
    assert [(t["applied"], t["tasks_made"]) for t in again["written"].values()] == [(0, 0), (0, 0)]


def test_write_mode_plan_is_the_default_and_writes_nothing(shell: Shell) -> None:
    shell.json("provision")
    result = shell.run("sync", LEADSYNC_WRITE_MODE=None)
    assert result.exit_code == 0
    assert "LEADSYNC_WRITE_MODE" in result.stderr
    assert shell.account.tasks() == []


def test_the_plan_names_who_would_be_hot_and_why_in_both_languages(shell: Shell) -> None:
    japanese = shell.run("sync", "--plan").stdout
    assert "Yamada" in japanese
    assert "現在ホット: 1 人" in japanese
    english = shell.run("sync", "--plan", LEADSYNC_LANGUAGE="en").stdout
    assert "Hot now: 1" in english
    assert "an apply would write 2 records" in english


def test_the_full_list_holds_every_change(shell: Shell) -> None:
    shell.run("sync", "--plan", "--out", "changes.csv")
    with (shell.folder / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["field"] for row in rows} >= {"score", "band", "top_reason", "task"}
    assert {row["new"] for row in rows if row["field"] == "score"} == {"85", "20"}


@pytest.mark.parametrize("name", ["email", "hubspot id", "salesforce id", "15 characters", "person key"])
def test_explain_finds_the_person_by_any_name_and_its_lines_sum_to_the_score(shell: Shell, name: str) -> None:
    shell.json("sync", "--plan")
    lead = next(iter(shell.account.salesforce.all("Lead")))["Id"]
    contact = next(iter(shell.account.hubspot.all("contacts"))).id
    key = shell.json("explain", "taro@example.jp")["person"]
    text = {
        "email": "TARO@example.jp",
        "hubspot id": contact,
        "salesforce id": lead,
        "15 characters": str(lead)[:15],
        "person key": key,
    }[name]
    found = shell.json("explain", text)
    assert found["person"] == key
    assert found["sum"] == found["score"]["total"] == 85_000
    assert found["matches"][0]["evidence"] == "same_email"
    assert found["evidence"]


def test_explain_shows_a_past_day_without_later_acts(shell: Shell) -> None:
    shell.json("sync", "--plan")
    found = shell.json("explain", "taro@example.jp", "--as-of", "2020-01-01")
    assert found["sum"] == found["score"]["total"]
    assert found["score"]["behaviour"] == 0


def test_explain_is_readable_on_a_terminal(shell: Shell) -> None:
    shell.json("provision")
    shell.json("sync")
    text = shell.run("explain", "taro@example.jp").stdout
    assert "85" in text
    assert "同じメールアドレス" in text
    assert "ホット期間 1" in text


def test_audit_tells_every_value_written(shell: Shell) -> None:
    shell.json("provision")
    shell.json("sync")
    entries = shell.json("audit", "taro@example.jp")
    scores = [(entry["system"], entry["old"], entry["new"]) for entry in entries if entry["field"] == "score"]
    assert scores == [("salesforce", None, "85"), ("hubspot", None, "85")]
    assert [entry["field"] for entry in entries if entry["field"] == "task"] == ["task"]


def test_pause_stops_writing_until_resume(shell: Shell) -> None:
    shell.json("provision")
    shell.json("pause")
    assert shell.json("sync")["wrote"] is False
    shell.json("resume")
    assert shell.json("sync")["wrote"] is True


def test_refused_records_end_in_exit_code_1_and_are_listed_and_retried(shell: Shell) -> None:
    shell.json("provision")
    lead = next(iter(shell.account.salesforce.all("Lead")))["Id"]
    shell.account.salesforce.block(lead, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "no", times=0)
    assert shell.run("sync").exit_code == 1
    rows = shell.json("outbox", "list")
    assert [(row["state"], row["reason"].split(":")[0]) for row in rows if row["kind"] == "score"] == [
        ("rejected", "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    ]
    shell.account.salesforce.blocks.clear()
    assert shell.json("outbox", "retry")["retried"] >= 1
    assert shell.json("sync")["written"]["salesforce"]["applied"] == 1


def test_status_and_doctor_answer_in_both_languages(shell: Shell) -> None:
    shell.json("provision")
    shell.json("sync")
    for language in ("ja", "en"):
        assert shell.run("status", LEADSYNC_LANGUAGE=language).exit_code == 0
        result = shell.run("doctor", LEADSYNC_LANGUAGE=language)
        assert result.exit_code == 0, result.output
    names = {check["name"] for check in shell.json("doctor")}
    assert {"credentials", "quota"} <= {name.partition(":")[0] for name in names}


def test_doctor_and_lint_name_the_rules_that_cannot_fire_without_page_views(shell: Shell) -> None:
    shell.account.hubspot.enterprise = False
    shell.json("provision")
    shell.json("sync")
    lint = shell.json(
        "model",
        "lint",
        "basic",
        "--against-account",
        LEADSYNC_SALESFORCE__CLIENT_ID=None,
        LEADSYNC_SALESFORCE__CLIENT_SECRET=None,
        LEADSYNC_SALESFORCE__LOGIN_URL=None,
    )
    assert all(found["severity"] != "error" for found in lint["findings"])
    notices = [check for check in shell.json("doctor") if check["health"] != "ok"]
    assert any("page" in check["name"] for check in notices)


def test_lint_names_the_web_rules_that_cannot_fire_on_salesforce_alone(shell: Shell) -> None:
    found = shell.json("model", "lint", "basic", "--against-account", LEADSYNC_HUBSPOT__ACCESS_TOKEN=None)
    dead = {line["id"] for line in found["findings"] if line["id"].startswith("cannot_fire:")}
    assert any("pricing" in id for id in dead)
    assert not any("seminar" in id for id in dead)


def test_a_dead_token_is_a_vendor_s_refusal(shell: Shell) -> None:
    result = shell.run("doctor", LEADSYNC_HUBSPOT__ACCESS_TOKEN="pat-wrong")
    assert result.exit_code == 3
    assert "pat-wrong" not in result.output


def test_wrong_settings_are_all_named_at_once_with_exit_code_2(shell: Shell) -> None:
    result = shell.run("sync", LEADSYNC_TIMEZON="Asia/Tokyo", LEADSYNC_WRITE_MODE="maybe", LEADSYNC_LANGUAGE="en")
    assert result.exit_code == 2
    assert "LEADSYNC_TIMEZONE" in result.stderr
    assert "LEADSYNC_WRITE_MODE" in result.stderr


def test_nobody_found_is_a_clear_answer(shell: Shell) -> None:
    result = shell.run("explain", "nobody@example.jp", LEADSYNC_LANGUAGE="en")
    assert result.exit_code == 2
    assert "nobody with this" in result.stderr


def test_a_held_run_goes_on_when_an_admin_accepts_it(shell: Shell) -> None:
    account = shell.account
    for n in range(20):
        account.contact(f"p{n}@example.jp", jobtitle="部長")
    shell.json("provision")
    shell.json("sync")
    for n in range(20):
        account.demo_request(f"p{n}@example.jp", 0.01)
    held = account.cycle(unattended=True)
    assert held.state == "held"
    assert f"--accept {held.run_id}" in shell.run("status").stdout.replace("\n", " ")
    wrong = shell.run("sync", "--accept", str(held.run_id + 1), LEADSYNC_LANGUAGE="en")
    assert (wrong.exit_code, f"run {held.run_id} is" in wrong.stderr) == (2, True)
    accepted = shell.run("sync", "--accept", str(held.run_id), "--json")
    assert json.loads(accepted.stdout)["written"]["hubspot"]["applied"] == 20
    assert "注意" in accepted.stderr
    assert shell.run("sync", "--accept", str(held.run_id)).exit_code == 2


def test_the_warning_of_a_mass_change_goes_by_the_settings(shell: Shell) -> None:
    shell.json("provision")
    assert shell.json("sync", LEADSYNC_BRAKE__TASKS="1")["over_brake"] is False
    shell.account.hot("second@example.jp", hours_ago=0.02)
    shell.account.hot("third@example.jp", hours_ago=0.02)
    result = shell.run("sync", LEADSYNC_BRAKE__TASKS="1")
    assert "1 件を超えるタスク" in result.stderr


def test_a_run_that_nobody_holds_cannot_be_accepted(shell: Shell) -> None:
    result = shell.run("sync", "--accept", "12", LEADSYNC_LANGUAGE="en")
    assert result.exit_code == 2
    assert "no run is held" in result.stderr


def test_config_show_masks_secrets(shell: Shell) -> None:
    text = shell.run("config", "show").stdout
    assert "LEADSYNC_HUBSPOT__ACCESS_TOKEN" in text
    assert "pat-na1-sandbox" not in text
    assert "sandbox-secret" not in text


def test_deprovision_leaves_nothing(shell: Shell) -> None:
    shell.json("provision")
    shell.json("sync")
    assert {step["state"] for step in shell.json("deprovision", "--plan")} == {"would_remove"}
    assert {step["state"] for step in shell.json("deprovision")} == {"removed"}
    assert not any("leadsync_score" in c.properties for c in shell.account.hubspot.all("contacts"))


COMMANDS = [
    ["demo"], ["run"], ["sync"], ["doctor"], ["provision"], ["deprovision"], ["pause"], ["resume"], ["status"],
    ["explain"], ["audit"], ["model", "lint"], ["model", "show"], ["outbox", "list"], ["outbox", "retry"],
    ["config", "show"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example_and_json(command: list[str]) -> None:
    text = CliRunner().invoke(app, [*command, "--help"]).stdout
    assert f"Example: leadsync {' '.join(command)}" in text or "Example: LEADSYNC_" in text
    assert "--json" in text
