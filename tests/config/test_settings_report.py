"""What `config show` and docs/settings.md say."""

from __future__ import annotations

from pathlib import Path

from config.report import MASK, markdown_table, rows
from config.settings import known_settings, load_settings

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_documented_settings_are_current() -> None:
    assert DOCS.read_text(encoding="utf-8") == markdown_table(), "run: python -m config.report > docs/settings.md"


def test_the_documentation_names_every_setting_once() -> None:
    lines = [line for line in markdown_table().splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == list(known_settings())


def test_effective_values_are_shown_with_their_sources_and_without_secrets() -> None:
    environ = {
        "LEADSYNC_HUBSPOT__ACCESS_TOKEN": "pat-7f3a",
        "LEADSYNC_DATABASE_URL": "postgresql://crm:hunter2@db:5432/leads?password=hunter3",
        "LEADSYNC_PILOT__OWNERS": "sato,suzuki",
    }
    shown = {name: (value, source) for name, value, source in rows(load_settings(environ, None))}
    assert shown["LEADSYNC_HUBSPOT__ACCESS_TOKEN"] == (MASK, "environment")
    assert shown["LEADSYNC_DATABASE_URL"] == ("postgresql+psycopg://crm:***@db:5432/leads", "environment")
    assert shown["LEADSYNC_PILOT__OWNERS"] == ("sato, suzuki", "environment")
    assert shown["LEADSYNC_HTTP__TOKEN"] == ("", "default")
    assert shown["LEADSYNC_SCHEDULE__RESCORE_AT"] == ("00:10", "default")
    assert shown["LEADSYNC_NOTIFY__DETAILS"] == ("false", "default")
    assert shown.keys() == known_settings().keys()
    assert all(secret not in str(shown) for secret in ("pat-7f3a", "hunter2", "hunter3"))


def test_the_database_shown_is_the_one_in_use_also_by_default() -> None:
    shown = {name: (value, source) for name, value, source in rows(load_settings({"LEADSYNC_DATA_DIR": "/srv"}, None))}
    assert shown["LEADSYNC_DATABASE_URL"] == ("sqlite:////srv/leadsync.db", "default")
