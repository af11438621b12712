"""`leadsync people list` and `recycle` as an admin runs them, against the sandbox CRMs."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from accounts import Account
from typer.testing import CliRunner, Result

from sync.cli import app
from sync.store.database import SqlStore


class Shell:
    def __init__(self, folder: Path) -> None:
        self.account, self.folder = Account(folder, start=None), folder
        self.account.hot("taro@example.jp", firstname="=1+1")
        self.account.contact("hanako@example.jp")
        self.account.provision()
        self.account.cycle()
        self.env = {name: None for name in os.environ if name.startswith("LEADSYNC_")} | self.account.env

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["people", *words], env={**self.env, "COLUMNS": "200"})

    def listed(self, *words: str) -> list[dict[str, str]]:
        result = self.run("list", "--json", *words)
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        return found["people"] if isinstance(found, dict) else found


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_a_band_is_listed_best_first(shell: Shell) -> None:
    assert [each["email"] for each in shell.listed("--band", "hot")] == ["taro@example.jp"]
    everybody = shell.listed()
    assert [each["score"] for each in everybody] == sorted((each["score"] for each in everybody), reverse=True)
    assert len(everybody) == 2


def test_the_table_names_who_and_why(shell: Shell) -> None:
    shown = shell.run("list", "--band", "hot").stdout
    assert "ホット" in shown
    assert "従業員規模" in shown or "役職" in shown or "ページ" in shown


def test_a_csv_file_holds_everybody_and_no_formula(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "hot.csv"
    assert shell.run("list", "--band", "hot", "--csv", str(path)).exit_code == 0
    (row,) = csv.DictReader(path.open(encoding="utf-8-sig"))
    assert "=1+1" in row["name"]
    assert not row["name"].startswith("=")


def test_an_unknown_band_is_told_with_the_known_ones(shell: Shell) -> None:
    result = shell.run("list", "--band", "warm")
    assert result.exit_code == 2
    assert "nurture" in result.output


def test_an_unknown_segment_is_told_with_the_known_ones(shell: Shell) -> None:
    result = shell.run("list", "--segment", "nope")
    assert result.exit_code == 2
    assert "nope" in result.output


def test_stale_stands_alone(shell: Shell) -> None:
    assert shell.run("list", "--stale", "--band", "hot").exit_code == 2


def test_the_stale_queue_has_who_waits_longest_and_the_weeks(shell: Shell) -> None:
    with SqlStore(shell.account.env["LEADSYNC_DATABASE_URL"]).begin() as unit:
        (person,) = unit.in_band("hot", 1)
        episode = unit.episodes_of(person)[0]
        unit.update_episode(episode.id, opened_at=episode.opened_at - 3 * 86_400)
    (lead,) = shell.listed("--stale")
    assert (lead["email"], lead["stale"]) == ("taro@example.jp", "untouched")
    shown = shell.run("list", "--stale").stdout
    assert "未対応" in shown
    assert "leadsync people recycle" in shown


def test_recycling_sends_a_hot_person_back_until_she_acts_again(shell: Shell) -> None:
    planned = shell.run("recycle", "taro@example.jp", "--plan")
    assert planned.exit_code == 0
    assert [each["email"] for each in shell.listed("--band", "hot")] == ["taro@example.jp"]
    assert shell.run("recycle", "taro@example.jp").exit_code == 0
    shell.account.cycle()
    assert shell.listed("--band", "hot") == []
    assert [each["email"] for each in shell.listed("--band", "nurture")] == ["taro@example.jp"]


def test_recycling_nobody_or_somebody_unknown_is_refused(shell: Shell) -> None:
    assert shell.run("recycle").exit_code == 2
    assert shell.run("recycle", "nobody@example.jp").exit_code == 2


def test_who_lacks_one_attribute_to_be_hot_is_listed_with_what_it_is(shell: Shell) -> None:
    person = shell.account.contact("ichiro@example.jp", numemployees="500", lastname="佐藤")
    shell.account.page_view(person, "/pricing", 5)
    shell.account.demo_request("ichiro@example.jp", 5)
    shell.account.cycle()
    (found,) = shell.listed("--almost-hot")
    assert found["email"] == "ichiro@example.jp"
    assert "役職" in found["lacks"]
    assert "判明すればホット" in shell.run("list", "--almost-hot").stdout
