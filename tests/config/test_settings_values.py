"""What settings may say, and what they mean."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config.settings import DEMO_IGNORES, Settings, known_settings, load_settings, spoken_language
from connectors.hubspot.settings import HubSpotSettings

# Relied on by operators and outside checks: never renamed.
FIXED = """
DATABASE_URL DATA_DIR MODEL PLAYBOOK MODEL_APPROVAL WRITE_MODE TIMEZONE LANGUAGE PILOT__OWNERS
HUBSPOT__ACCESS_TOKEN HUBSPOT__CLIENT_ID HUBSPOT__CLIENT_SECRET HUBSPOT__REFRESH_TOKEN HUBSPOT__BASE_URL
SALESFORCE__LOGIN_URL SALESFORCE__CLIENT_ID SALESFORCE__CLIENT_SECRET SALESFORCE__USERNAME SALESFORCE__PRIVATE_KEY
SALESFORCE__JWT_AUDIENCE SALESFORCE__API_VERSION SALESFORCE__CONNECTOR_USERS
SCHEDULE__PULL_SECONDS QUOTA__HUBSPOT_PERCENT QUOTA__SALESFORCE_PERCENT TASKS__SYSTEM TASKS__PER_OWNER_PER_DAY
HTTP__HOST HTTP__PORT HTTP__TOKEN NOTIFY__URLS NOTIFY__DETAILS CA_FILE ENGINE SPARK__REMOTE
""".split()


def load(**values: str) -> Settings:
    return load_settings({f"LEADSYNC_{name}": value for name, value in values.items()}, None).settings


@pytest.mark.parametrize("name", FIXED)
def test_every_fixed_name_is_known(name: str) -> None:
    assert f"LEADSYNC_{name}" in known_settings()


def test_without_any_setting_the_service_only_plans_and_no_crm_is_on() -> None:
    settings = load()
    assert settings.write_mode == "plan"
    assert (settings.model, settings.language, settings.timezone) == ("basic", "ja", "Asia/Tokyo")
    assert not settings.hubspot.configured
    assert not settings.salesforce.configured
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    assert (settings.quota.hubspot_percent, settings.quota.salesforce_percent) == (20, 20)
    assert (settings.brake.scores_percent, settings.brake.tasks) == (20, 50)
    assert (settings.tasks.system, settings.tasks.per_owner_per_day) == ("auto", 5)
    assert settings.playbook == "default"


def test_values_reach_their_groups_in_their_types() -> None:
    settings = load(
        HUBSPOT__ACCESS_TOKEN="pat",
        SCHEDULE__PULL_SECONDS="60",
        SCHEDULE__RECONCILE_AT="03:45",
        TASKS__SYSTEM="hubspot",
        WRITE_MODE="apply",
    )
    assert settings.hubspot.configured
    assert settings.hubspot.access_token == SecretStr("pat")
    assert (settings.schedule.pull_seconds, settings.schedule.reconcile_at) == (60, time(3, 45))
    assert (settings.tasks.system, settings.write_mode) == ("hubspot", "apply")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sato, 0051,", ("sato", "0051")),
        ('["sato", "0051"]', ("sato", "0051")),
        ("sato", ("sato",)),
        ("[]", ()),
    ],
)
def test_a_list_is_written_with_commas_or_as_json(written: str, read: tuple[str, ...]) -> None:
    assert load(PILOT__OWNERS=written).pilot.owners == read
    assert load(SALESFORCE__CONNECTOR_USERS=written).salesforce.connector_users == read


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("sqlite:///data/x.db", "sqlite:///data/x.db"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("postgresql://u:p%40ss@db/leads", "postgresql+psycopg://u:p%40ss@db/leads"),
        ("postgres://u@db/leads?sslmode=require", "postgresql+psycopg://u@db/leads?sslmode=require"),
        ("postgresql+psycopg://u@db/leads", "postgresql+psycopg://u@db/leads"),
    ],
)
def test_the_database_url_names_the_driver_we_install(written: str, used: str) -> None:
    assert load(DATABASE_URL=written).database == used


def test_the_default_database_is_a_file_in_the_data_folder() -> None:
    assert load(DATA_DIR="/srv/leadsync").database == "sqlite:////srv/leadsync/leadsync.db"
    assert load().database == "sqlite:///var/leadsync.db"


def test_an_empty_value_counts_as_not_set() -> None:
    loaded = load_settings({"LEADSYNC_LANGUAGE": "", "LEADSYNC_HTTP__TOKEN": " "}, None)
    assert loaded.settings.language == "ja"
    assert loaded.settings.http.token is None
    assert loaded.sources["LEADSYNC_HTTP__TOKEN"] == "default"


def test_demo_is_not_touched_by_credentials_in_its_environment() -> None:
    environ = {
        "LEADSYNC_HUBSPOT__CLIENT_ID": "half a set",
        "LEADSYNC_SALESFORCE__LOGIN_URL": "http://elsewhere.example",
        "LEADSYNC_DATABASE_URL_FILE": "/nowhere",
        "LEADSYNC_WRITE_MODE": "nonsense",
        "LEADSYNC_LANGUAGE": "en",
    }
    settings = load_settings(environ, None, DEMO_IGNORES).settings
    assert settings.language == "en"
    assert not settings.hubspot.client_id
    assert settings.database_url is None


def test_settings_cannot_be_changed_once_read() -> None:
    settings = load()
    with pytest.raises(ValidationError):
        settings.language = "en"
    with pytest.raises(ValidationError):
        settings.hubspot.base_url = "https://elsewhere.example"


def test_settings_built_in_code_do_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSYNC_LANGUAGE", "en")
    settings = Settings(hubspot=HubSpotSettings(base_url="http://127.0.0.1:9", access_token=SecretStr("x")))
    assert settings.language == "ja"
    assert settings.hubspot.base_url == "http://127.0.0.1:9"


def test_a_secret_does_not_show_in_the_printed_settings() -> None:
    settings = load(
        HUBSPOT__ACCESS_TOKEN="pat-7f3a", DATABASE_URL="postgresql://u:hunter2@db/leads", HTTP__TOKEN="s3cr"
    )
    assert all(secret not in repr(settings) for secret in ("pat-7f3a", "hunter2", "s3cr"))


def test_problems_can_be_told_in_the_wanted_language_even_when_settings_are_broken(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("LEADSYNC_LANGUAGE=en\nLEADSYNC_HTTP__PORT=x\n")
    assert spoken_language({}, env_file) == "en"
    assert spoken_language({"LEADSYNC_LANGUAGE": "fr"}, env_file) == "ja"


def test_every_setting_says_what_it_is_for() -> None:
    silent = [name for name, setting in known_settings().items() if not setting.field.description]
    assert silent == []
