"""A model that the linter refuses never scores, however it is asked for; a plan and a missing sign-off are told."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from accounts import Account, Quiet
from typer.testing import CliRunner, Result

import config
from sync.cli import app
from sync.errors import ConfigError
from sync.jobs.cycle import Order
from sync.scoring.model import load_model

SHIPPED = (Path(config.__file__).parent / "models" / "basic.yaml").read_text(encoding="utf-8")
BASIC, STARTER = load_model("basic").version, load_model("starter").version
SPARE = "  - {{id: x{}, axis: behaviour, label: {{en: x, ja: x}}, acts: [{{kinds: [page_view], points: 1}}], cap: 2}}\n"
WITHOUT_ATTRIBUTES = SHIPPED[: SHIPPED.index("  - id: title")] + SHIPPED[SHIPPED.index("  # Visits come from") :]


def swapped(*pairs: tuple[str, str]) -> str:
    text = SHIPPED
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


PRICING = "page_tags: [pricing, simulator], points: 15}\n    cap: 30"
# finding -> (the model, what stands on the line that it names)
UNSOUND: dict[str, tuple[str, str]] = {
    "band_unreachable": (re.sub(r"points: \d+", "points: 3", SHIPPED), "hot: {attribute_floor"),
    "no_attribute_rule": (WITHOUT_ATTRIBUTES, "rules:"),
    "bucket_gap": (swapped(("from: 50, below: 100", "from: 50, below: 90")), "- {id: medium"),
    "bucket_overlap": (swapped(("from: 100, below: 300", "from: 100, below: 400")), "- {id: large"),
    "too_many_rules": (swapped(("  - id: active_days", "".join(map(SPARE.format, range(4))) + "  - id: active_days")),
                       "rules:"),
    "path_of_one_weak_act": (swapped((PRICING, PRICING.replace("15", "40").replace("30", "40")),
                                     ("distinct_acts: 2", "distinct_acts: 1")), "hot: {attribute_floor"),
}  # fmt: skip


class Desk:
    """An account whose people have scores by `basic`, and the commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = Account(folder, start=None)
        self.account.hot("taro@example.jp")
        self.account.lead("taro@example.jp")
        self.account.provision()
        self.account.cycle()

    def run(self, *words: str, **env: str) -> Result:
        settings = {"COLUMNS": "250", "LEADSYNC_LANGUAGE": "en"}
        return CliRunner().invoke(app, list(words), env={**self.account.env, **settings, **env})

    def file(self, text: str) -> str:
        path = self.folder / "own.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every table, row by row."""
        with closing(sqlite3.connect(self.folder / "leadsync.db")) as connection:
            names = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
            return {name: sorted(connection.execute(f'select * from "{name}"'), key=repr) for name in names}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("unsound"))
    yield made
    made.account.close()


def approving(path: str) -> tuple[str, ...]:
    return ("model", "approve", path, "--role", "sales", "--name", "Sato")


ASKED: list[tuple[str, Callable[[str], tuple[str, ...]]]] = [
    ("sync", lambda _: ("sync",)),
    ("plan", lambda _: ("sync", "--plan")),
    ("approve", approving),
]


@pytest.mark.parametrize("kind", UNSOUND)
@pytest.mark.parametrize(("name", "words"), ASKED, ids=[name for name, _ in ASKED])
def test_an_unsound_model_is_refused_and_everything_stays(
    kind: str, name: str, words: Callable[[str], tuple[str, ...]], desk: Desk
) -> None:
    text, part = UNSOUND[kind]
    path = desk.file(text)
    before, calls = desk.stored(), desk.account.calls()
    refused = desk.run(*words(path), LEADSYNC_MODEL=path)
    assert refused.exit_code == 2
    told = [line for line in refused.stderr.splitlines() if kind in line]
    assert any(f"own.yaml, line {line_of(text, part)}, {kind}" in line and " -> " in line for line in told), told
    assert desk.stored() == before
    assert desk.account.calls() == calls


def test_the_daemon_does_not_start_with_an_unsound_model(desk: Desk) -> None:
    before, calls = desk.stored(), desk.account.calls()
    env = {**desk.account.env, "LEADSYNC_MODEL": desk.file(UNSOUND["bucket_gap"][0]), "LEADSYNC_LANGUAGE": "en"}
    command = [sys.executable, "-c", "from sync.cli import main; main()", "run"]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert "bucket_gap employees" in ended.stderr
    assert (desk.stored(), desk.account.calls()) == (before, calls)


@pytest.mark.parametrize("words", [("status",), ("explain", "taro@example.jp"), ("people", "list")])
def test_who_only_looks_is_not_kept_from_it(words: tuple[str, ...], desk: Desk) -> None:
    path = desk.file(UNSOUND["bucket_gap"][0])
    assert desk.run(*words, LEADSYNC_MODEL=path).exit_code == 0


def test_a_running_service_keeps_its_model_when_the_file_breaks_and_a_new_one_does_not_start(tmp_path: Path) -> None:
    account = Account(tmp_path)
    path = tmp_path / "own.yaml"
    path.write_text(SHIPPED, encoding="utf-8")
    try:
        account.hot("taro@example.jp")
        account.provision()
        with account.service(LEADSYNC_MODEL=str(path)) as service:
            for text in (SHIPPED, UNSOUND["bucket_gap"][0]):
                path.write_text(text, encoding="utf-8")
                service.cycle(Order(write=True, brake=service.brake), Quiet())
            assert service.scoring.version == BASIC
        with pytest.raises(ConfigError, match="bucket_gap"):
            account.cycle(LEADSYNC_MODEL=str(path))
    finally:
        account.close()


def test_after_a_plan_with_another_model_status_says_whose_bands_it_shows(desk: Desk) -> None:
    assert json.loads(desk.run("status", "--json").stdout)["other_model"] is None
    desk.account.cycle(write=False, LEADSYNC_MODEL="starter")
    assert json.loads(desk.run("status", "--json").stdout)["other_model"] == [STARTER, BASIC]
    assert f"by model {STARTER}; the CRMs still have the scores of {BASIC}" in desk.run("status").stdout
    desk.account.cycle()
    assert json.loads(desk.run("status", "--json").stdout)["other_model"] is None


def test_an_unapproved_model_is_told_by_sync_and_by_status(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    required = {"LEADSYNC_MODEL_APPROVAL": "required", "LEADSYNC_MODEL": "starter"}
    try:
        for role in ("marketing", "sales"):
            assert desk.run("model", "approve", "basic", "--role", role, "--name", "Sato").exit_code == 0
        assert json.loads(desk.run("status", "--json").stdout)["health"] == "ok"
        synced = desk.run("sync", **required)
        assert synced.exit_code == 0
        for part in (STARTER, f"goes on with {BASIC}", "marketing and sales", "leadsync model approve starter --role"):
            assert part in synced.stderr
        assert json.loads(desk.run("status", "--json", **required).stdout)["health"] == "attention"
        shown = desk.run("status", **required).stdout
        assert "Needs attention" in shown
        assert "leadsync model approve starter --role sales" in shown
        for role in ("marketing", "sales"):
            desk.run("model", "approve", "starter", "--role", role, "--name", "Sato")
        assert STARTER not in desk.run("sync", **required).stderr
        assert json.loads(desk.run("status", "--json", **required).stdout)["health"] == "ok"
    finally:
        desk.account.close()
