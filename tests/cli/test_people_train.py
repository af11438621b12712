"""`leadsync people train` as an admin runs it: what it says, what it writes, and what a broken model does."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from accounts import Account
from typer.testing import CliRunner, Result

from sync.cli import app
from sync.identity.engine.model import Model, shipped
from sync.identity.site_model import FILE_NAME, SiteModel
from sync.store.database import SqlStore
from sync.store.lease import StoreLease


class Shell:
    """An admin's shell over a store with a few records."""

    def __init__(self, folder: Path) -> None:
        self.account = Account(folder, start=None)
        self.account.hot("taro@example.jp")
        self.account.lead("taro@example.jp")
        self.account.provision()
        self.account.cycle()
        self.model = SiteModel(folder / FILE_NAME)
        self.env = {name: None for name in os.environ if name.startswith("LEADSYNC_")} | self.account.env

    def run(self, *words: str, **env: str) -> Result:
        result = CliRunner().invoke(app, list(words), env={**self.env, "COLUMNS": "200", **env})
        assert "internal error" not in result.output
        return result

    def json(self, *words: str, code: int = 0) -> Any:
        result = self.run(*words, "--json", LEADSYNC_LANGUAGE="en")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    made = Shell(tmp_path_factory.mktemp("train"))
    yield made
    made.account.close()


@pytest.fixture
def shell(opened: Shell) -> Iterator[Shell]:
    yield opened
    opened.model.path.unlink(missing_ok=True)


def other_model() -> Model:
    name, *rest = shipped().comparisons
    levels = [replace(level, m=level.m / 2) if level.id == "reading" else level for level in name.levels]
    return replace(shipped(), comparisons=(replace(name, levels=tuple(levels)), *rest))


@pytest.mark.parametrize("words", [(), ("--plan",)], ids=["train", "plan"])
def test_a_small_site_keeps_the_shipped_model_and_hears_why(shell: Shell, words: tuple[str, ...]) -> None:
    japanese = shell.run("people", "train", *words)
    english = shell.run("people", "train", *words, LEADSYNC_LANGUAGE="en")
    assert (japanese.exit_code, english.exit_code) == (1, 1)
    assert "レコード数 2 件は学習に必要な 300,000 件に足りません" in japanese.stderr
    assert "2 records are fewer than the 300,000 that training needs" in english.stderr
    found = shell.json("people", "train", *words, code=1)
    assert (found["accepted"], found["written"], found["records"], found["levels"]) == (False, False, 2, [])
    assert not shell.model.trained


def test_going_back_tells_what_changes_and_works_beside_a_running_service(shell: Shell) -> None:
    shell.model.save(other_model(), "")
    store = SqlStore(shell.account.env["LEADSYNC_DATABASE_URL"])
    with StoreLease(store, shell.account.clock.now).held():
        planned = shell.json("people", "train", "--reset", "--plan")
        assert shell.model.trained
        shown = shell.run("people", "train", "--reset", LEADSYNC_LANGUAGE="en")
    store.close()
    (level,) = planned["levels"]
    assert (level["comparison"], level["level"], round(level["new"] - level["old"], 3)) == ("name", "reading", 1.0)
    assert level["label"].startswith("Name: ")
    assert shown.exit_code == 0
    assert "+1.0" in shown.stdout
    assert "a running service takes it up by itself" in shown.stderr
    assert not shell.model.trained
    again = shell.run("people", "train", "--reset", LEADSYNC_LANGUAGE="en")
    assert (again.exit_code, "nothing to do" in again.stderr) == (0, True)


@pytest.mark.parametrize(
    "command",
    [("people", "duplicates"), ("people", "decisions"), ("people", "accept", "1-2"), ("sync", "--plan"), ("run",)],
    ids=" ".join,
)
def test_a_broken_model_stops_whatever_needs_it_and_says_what_to_do(shell: Shell, command: tuple[str, ...]) -> None:
    shell.model.path.write_text("format: 1\n")
    result = shell.run(*command, LEADSYNC_LANGUAGE="en")
    assert result.exit_code == 2, result.output
    assert str(shell.model.path) in result.stderr
    assert "leadsync people train --reset" in result.stderr


def test_a_decision_that_meets_a_broken_model_is_not_put_down(shell: Shell) -> None:
    shell.model.path.write_text("format: 1\n")
    assert shell.run("people", "split", "1-2").exit_code == 2
    shell.model.remove()
    assert shell.json("people", "decisions") == []


def test_the_doctor_tells_which_model_is_in_use_and_when_it_is_broken(shell: Shell) -> None:
    def said(code: int) -> tuple[str, str]:
        checks = shell.json("doctor", code=code)
        (found,) = [check for check in checks if check["system"] == "matching"]
        return found["health"], found["found"]

    assert said(0) == ("ok", "as shipped")
    shell.model.save(other_model(), "")
    assert said(0) == ("ok", "trained at this site")
    shell.model.path.write_text("format: 1\n")
    health, text = said(3)
    assert (health, "leadsync people train --reset" in text) == ("failed", True)
    shell.json("people", "train", "--reset")
    assert said(0) == ("ok", "as shipped")
