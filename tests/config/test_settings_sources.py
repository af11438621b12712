"""Where values come from, and which place wins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import known_settings, load_settings

Refuse = Callable[..., dict[str, str]]

TOKEN = "LEADSYNC_HTTP__TOKEN"


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_each_value_tells_where_it_came_from(tmp_path: Path, env_file: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from a file\n")
    env_file.write_text("LEADSYNC_LANGUAGE=en\nLEADSYNC_MODEL=basic\nPOSTGRES_PASSWORD=x\n")
    loaded = load_settings({"LEADSYNC_HTTP__PORT": "9000", f"{TOKEN}_FILE": str(secret)}, env_file)
    assert loaded.settings.http.token is not None
    assert loaded.settings.http.token.get_secret_value() == "from a file"
    assert loaded.sources == dict.fromkeys(known_settings(), "default") | {
        "LEADSYNC_HTTP__PORT": "environment",
        TOKEN: f"file {secret}",
        "LEADSYNC_LANGUAGE": ".env",
        "LEADSYNC_MODEL": ".env",
    }


def test_the_environment_wins_over_the_env_file_in_either_form(tmp_path: Path, env_file: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from the file")
    env_file.write_text(f"LEADSYNC_LANGUAGE=en\n{TOKEN}=from .env\n")
    loaded = load_settings({"LEADSYNC_LANGUAGE": "ja", f"{TOKEN}_FILE": str(secret)}, env_file)
    assert loaded.settings.language == "ja"
    assert loaded.sources[TOKEN] == f"file {secret}"
    env_file.write_text(f"{TOKEN}_FILE={secret}\n")
    assert load_settings({TOKEN: "direct"}, env_file).sources[TOKEN] == "environment"


@pytest.mark.parametrize("name", [name for name, setting in known_settings().items() if setting.secret])
def test_every_secret_may_come_from_a_file(name: str, refused: Refuse) -> None:
    said = refused({f"{name}_FILE": "/nowhere/at/all"})
    assert "cannot be read" in said[f"{name}_FILE"]
    assert name not in said


def test_a_secret_given_both_ways_in_one_place_is_refused(tmp_path: Path, env_file: Path, refused: Refuse) -> None:
    secret = tmp_path / "token"
    secret.write_text("x")
    both = {TOKEN: "x", f"{TOKEN}_FILE": str(secret)}
    assert f"{TOKEN}_FILE" in refused(both)[TOKEN]
    env_file.write_text("".join(f"{name}={value}\n" for name, value in both.items()))
    assert f"{TOKEN}_FILE" in refused({}, env_file)[TOKEN]


def test_a_file_without_a_secret_in_it_is_refused(tmp_path: Path, refused: Refuse) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n")
    binary.write_bytes(b"\xff\xfe\x00")
    assert "empty" in refused({f"{TOKEN}_FILE": str(empty)})[f"{TOKEN}_FILE"]
    assert "UTF-8" in refused({f"{TOKEN}_FILE": str(binary)})[f"{TOKEN}_FILE"]
    assert "directory" in refused({f"{TOKEN}_FILE": str(tmp_path)})[f"{TOKEN}_FILE"]
    assert "No such file" in refused({f"{TOKEN}_FILE": str(tmp_path / "none")})[f"{TOKEN}_FILE"]


def test_an_unreadable_secret_is_one_problem_not_also_a_missing_one(refused: Refuse) -> None:
    environ = {"LEADSYNC_HTTP__HOST": "0.0.0.0", f"{TOKEN}_FILE": "/nowhere"}
    assert refused(environ).keys() == {f"{TOKEN}_FILE"}


def test_the_env_file_may_quote_export_and_comment_and_keeps_dollar_signs(env_file: Path) -> None:
    env_file.write_text(
        f"# note\nexport LEADSYNC_LANGUAGE='en' # note\n{TOKEN}=\"a ${{HOME}}$b\"\n", encoding="utf-8-sig"
    )
    settings = load_settings({}, env_file).settings
    assert settings.language == "en"
    assert settings.http.token is not None
    assert settings.http.token.get_secret_value() == "a ${HOME}$b"


def test_a_line_of_the_env_file_that_cannot_be_read_is_named(env_file: Path, refused: Refuse) -> None:
    env_file.write_text("LEADSYNC_LANGUAGE=en\nLEADSYNC_MODEL='basic\n")
    assert refused({}, env_file)[str(env_file)].startswith("line 2 ")


def test_an_unknown_name_in_the_env_file_is_refused_and_other_programs_names_are_not(
    env_file: Path, refused: Refuse
) -> None:
    env_file.write_text("POSTGRES_DB=leads\nLEADSYNC_LANGAUGE=en\n")
    assert refused({}, env_file).keys() == {"LEADSYNC_LANGAUGE"}


def test_no_env_file_is_no_problem(env_file: Path) -> None:
    assert load_settings({}, env_file).settings.language == "ja"
