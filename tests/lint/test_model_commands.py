"""`leadsync model show|card|approve` as a person runs them, without any CRM."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.cli import app
from sync.scoring.model import load_model

BASIC = load_model("basic").version


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str | None]:
    return {"LEADSYNC_DATA_DIR": str(tmp_path), "LEADSYNC_LANGUAGE": "en"}


def run(environment: dict[str, str | None], *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), env=environment)
    return result.exit_code, result.stdout


def test_show_tells_the_rules_in_words(environment: dict[str, str | None]) -> None:
    code, text = run(environment, "model", "show", "basic")
    assert code == 0
    assert "decision maker" in text
    code, text = run({**environment, "LEADSYNC_LANGUAGE": "ja"}, "model", "show", "basic")
    assert "決裁者" in text
    code, text = run(environment, "model", "show", "basic", "--json")
    shown = json.loads(text)
    assert shown["version"] == BASIC
    assert {"id", "axis", "label", "points", "limits"} <= shown["rules"][0].keys()


def test_a_sign_off_stands_on_the_card(environment: dict[str, str | None], tmp_path: Path) -> None:
    words = ("model", "approve", "basic", "--role", "sales", "--name", "Sato Hanako", "--json")
    code, text = run(environment, *words)
    assert (code, json.loads(text)["missing_roles"]) == (0, ["marketing"])
    page = tmp_path / "card.md"
    code, text = run(environment, "model", "card", "basic", "--json", "--out", str(page))
    card = json.loads(text)
    assert code == 0
    assert [(one["role"], one["name"]) for one in card["agreed"]] == [("sales", "Sato Hanako")]
    assert card["missing_roles"] == ["marketing"]
    assert "sales: Sato Hanako" in page.read_text(encoding="utf-8")
    code, text = run(environment, "model", "card", "basic")
    assert code == 0
    assert "Sato Hanako" in text


def test_a_role_that_nobody_asks_for_and_a_file_that_cannot_be_written_end_in_2(
    environment: dict[str, str | None], tmp_path: Path
) -> None:
    assert run(environment, "model", "approve", "basic", "--role", "boss", "--name", "x")[0] == 2
    assert run(environment, "model", "card", "basic", "--out", str(tmp_path / "no" / "card.md"))[0] == 2


def test_lint_ends_in_2_on_an_error_and_names_remedies(environment: dict[str, str | None], tmp_path: Path) -> None:
    code, text = run(environment, "model", "lint", "basic", "--json")
    assert code == 0
    assert all(found["remedy"] for found in json.loads(text))
    broken = tmp_path / "low.yaml"
    broken.write_text(
        "name: low\nlabel: {en: L, ja: L}\nbands: {hot: 80, nurture: 50}\n"
        "hot: {attribute_floor: 10, engagement_floor: 10, distinct_acts: 2}\n"
        "dormancy: {days: 90, mode: subtract, points: 50}\n"
        "rules:\n  - {id: a, axis: behaviour, label: {en: A, ja: A}, cap: 5, acts: [{kinds: [call], points: 5}]}\n",
        encoding="utf-8",
    )
    code, text = run(environment, "model", "lint", str(broken))
    assert code == 2
    assert "band_unreachable hot" in text
    assert "-> raise points or caps" in text
