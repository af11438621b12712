"""The playbook as the agreement that a manager signs, and the commands that print and check it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from offices import TEAM
from typer.testing import CliRunner, Result

from sync.cli import app
from sync.core.records import OwnerRecord, RecordKey
from sync.store.database import SqlStore

FULL = (
    TEAM.replace("{id: key, segment: [enterprise], owner: bob@x.jp}", "{id: key, city: [港区], owner: bob@x.jp}")
    + """
sla: {reassign_after_hours: 8}
goals: [{text: 商談数1.2倍, owner: mia@x.jp}]
kpis: [{id: follow_rate, target: 90, owner: mia@x.jp}, {id: follow_hours, target: 8, owner: mia@x.jp}]
calendar: {hours: {from: "09:00", to: "18:00"}, closures: [{from: 12-29, to: 01-03, label: 年末年始}]}
capacity: {leads_per_rep_per_day: 4, absences: [{email: ann@x.jp, from: 2099-12-01, to: 2099-12-05}]}
review: {cadence: monthly, chair: mia@x.jp, meeting: 第1火曜日}
ideal_customer: 従業員300名以上の製造業
journey: [{stage: 比較検討, content: 他社比較ページ}]
sign_offs: [{name: 佐藤花子, role: sales, date: 2026-11-01, version: team-0}]
"""
)


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env: dict[str, str | None] = {name: None for name in os.environ if name.startswith("LEADSYNC_")}
        self.env |= {"LEADSYNC_DATA_DIR": str(folder / "var"), "COLUMNS": "200"}
        (folder / "team.yaml").write_text(FULL, encoding="utf-8")

    def run(self, *words: str, **env: str) -> Result:
        return CliRunner().invoke(app, ["playbook", *words], env={**self.env, **env})

    def json(self, *words: str, code: int = 0, **env: str) -> Any:
        result = self.run(*words, "--json", **env)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    @property
    def file(self) -> str:
        return str(self.folder / "team.yaml")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


SAID = {
    "ja": (
        "80点以上",
        "属性 10点以上",
        "24時間以内",
        "翌営業日の同時刻",
        "75%",
        "営業マネージャーに知らせます",
        "さらに 8時間後",
        "土曜日、日曜日、JP の祝日",
        "12/29–01/03 年末年始",
        "09:00〜18:00",
        "地域：関西 → kansai",
        "業界：機械・産業設備、国：日本 → eve@x.jp",
        "1営業日 4件まで",
        "不在：ann@x.jp",
        "| 期限内の初回連絡率 | 90%以上 | mia@x.jp |",
        "| 初回連絡までの時間（中央値） | 8時間以下 | mia@x.jp |",
        "毎月見直します（主催：mia@x.jp）。 第1火曜日",
        "従業員300名以上の製造業",
        "| 営業 | 佐藤花子 | 2026年11月1日 | team-0 |",
        "マーケティングの合意がありません",
    ),
    "en": (
        "a score of 80 or more",
        "within 24 hours",
        "the same time of the next business day",
        "8 hours later the next in the group",
        "Closed: 12/29–01/03",
        "region: 関西 → kansai",
        "At most 4 new tasks",
        "| First contact within the time agreed | 90% or more | mia@x.jp |",
        "| Sales | 佐藤花子 | 2026-11-01 | team-0 |",
        "marketing has not signed",
    ),
}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_show_prints_the_agreement(shell: Shell, language: str) -> None:
    result = shell.run("show", shell.file, LEADSYNC_LANGUAGE=language)
    assert result.exit_code == 0, result.output
    assert [part for part in SAID[language] if part not in result.stdout] == []
    assert len(result.stdout.splitlines()) <= 80  # a page


def test_show_prints_the_playbook_in_force_and_without_any_the_default(shell: Shell) -> None:
    assert "default-" in shell.run("show").stdout
    assert "team-" in shell.run("show", LEADSYNC_PLAYBOOK=shell.file).stdout


def test_show_can_write_a_file_to_be_signed(shell: Shell) -> None:
    path = shell.folder / "sla.md"
    assert shell.run("show", shell.file, "--out", str(path)).exit_code == 0
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    assert "| マーケティング |  |  | team-" in text  # an empty line to sign
    assert shell.run("show", "--out", str(shell.folder / "no" / "such.md")).exit_code == 2


def test_show_as_data_has_the_same(shell: Shell) -> None:
    data = shell.json("show", shell.file)
    assert data["sla"]["hours"] == 24
    assert data["criteria"]["hot"] == 80
    assert data["calendar"]["closures"] == [{"from": "12-29", "to": "01-03", "label": "年末年始"}]
    assert data["assignment"]["leads_per_rep_per_day"] == 4
    assert data["sign_offs"][0]["day"] == "2026-11-01"
    assert {"unsigned_sales", "unsigned_marketing"} <= {entry["id"] for entry in data["open"]}


def test_sections_are_numbered_without_a_gap(shell: Shell) -> None:
    heads = [line for line in shell.run("show").stdout.splitlines() if line.startswith("## ")]
    assert [head.split(".")[0] for head in heads] == [f"## {number}" for number in range(1, len(heads) + 1)]


def test_looking_at_a_playbook_makes_no_database(shell: Shell) -> None:
    shell.run("show")
    shell.run("lint")
    assert not (shell.folder / "var").exists()


def test_lint_holds_the_playbook_against_the_users_that_the_store_knows(shell: Shell) -> None:
    assert {entry["severity"] for entry in shell.json("lint", shell.file)} <= {"warning", "info"}
    folder = shell.folder / "var"
    folder.mkdir()
    store = SqlStore(f"sqlite:///{folder / 'leadsync.db'}")
    store.migrate()
    with store.begin() as unit:
        unit.save([OwnerRecord(RecordKey("salesforce", "owner", "s1"), 1, email="ann@x.jp", name="Ann")], 1)
    store.close()
    found = shell.json("lint", shell.file, code=2)
    assert {entry["subject"] for entry in found if entry["id"] == "unknown_owner"} >= {"assignment/groups/inside"}


def test_a_broken_playbook_is_refused_with_code_2(shell: Shell) -> None:
    (shell.folder / "broken.yaml").write_text("name: x\nsla: {hour: 3}\n", encoding="utf-8")
    result = shell.run("lint", str(shell.folder / "broken.yaml"), LEADSYNC_LANGUAGE="en")
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert "did you mean 'hours'" in result.stderr
