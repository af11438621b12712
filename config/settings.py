"""Every setting, in groups: one per concern, with unit and reason beside each default.

`load_settings` is the way in. It reads a mapping (the environment) and a `.env` file, reports all problems at once
and remembers where each value came from. The descriptions below are the text of docs/settings.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.checks import database_url, find_problems
from config.names import ENV_FILE, NESTED, PREFIX, Setting, settings_of
from config.problems import Problem, as_error, rejected
from config.sources import DEFAULT, gather
from connectors.hubspot.settings import HubSpotSettings
from connectors.salesforce.settings import SalesforceSettings
from sync.core.text import Language

# `demo` runs on its own two CRMs and its own database: these parts of its environment do not reach it.
DEMO_IGNORES = (
    "LEADSYNC_HUBSPOT__",
    "LEADSYNC_SALESFORCE__",
    "LEADSYNC_DATABASE_URL",
    "LEADSYNC_WRITE_MODE",
)


def _clock_time(value: object) -> object:
    """Only HH:MM: pydantic alone would also take seconds since midnight and zones."""
    if isinstance(value, str) and not (len(value) == 5 and value[2] == ":"):
        raise ValueError("not HH:MM")
    return value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError) as unknown:
        raise ValueError("not an IANA time zone") from unknown
    return name


TimeOfDay = Annotated[time, BeforeValidator(_clock_time)]
Zone = Annotated[str, AfterValidator(_known_zone)]


class Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PilotSettings(Group):
    owners: tuple[str, ...] = Field(
        (),
        description="Owners (CRM user id or e-mail) who take part in a pilot: only they receive tasks and notes. "
        "Fields are written for everybody all the same. Empty: everyone receives tasks",
    )


class ScheduleSettings(Group):
    pull_seconds: int = Field(
        300,
        ge=1,
        le=86_400,
        description="Seconds between two pulls of a CRM. Five minutes keep a hot lead fresh; an idle pull costs a "
        "handful of calls",
    )
    push_seconds: int = Field(
        60, ge=1, le=86_400, description="Seconds between two rounds of sending what waits in the outbox"
    )
    sla_seconds: int = Field(
        300, ge=1, le=86_400, description="Seconds between two looks at open follow-ups and their due times"
    )
    rescore_at: TimeOfDay = Field(
        time(0, 10),
        description="Time of day (TIMEZONE) of the daily rescoring of everyone: scores age by calendar day, so it "
        "follows midnight",
    )
    reconcile_at: TimeOfDay = Field(
        time(2, 30),
        description="Time of day (TIMEZONE) of the full comparison with the CRMs; at night, because it costs the most "
        "calls",
    )


class QuotaSettings(Group):
    hubspot_percent: int = Field(
        20,
        ge=1,
        le=100,
        description="Per cent of HubSpot's daily API calls that leadsync may use; never more than half of what is left "
        "of the day, so that other integrations keep working",
    )
    salesforce_percent: int = Field(
        20,
        ge=1,
        le=100,
        description="Per cent of Salesforce's daily API calls that leadsync may use; never more than half of what is "
        "left of the day",
    )


class TaskSettings(Group):
    system: Literal["auto", "salesforce", "hubspot"] = Field(
        "auto",
        description="CRM that gets the follow-up tasks. auto: Salesforce if the person has an unconverted lead or a "
        "contact there, else HubSpot",
    )
    per_owner_per_day: int = Field(
        5,
        ge=1,
        le=500,
        description="Tasks an owner gets on a business day at most, best first; the playbook may say fewer. People "
        "beyond it are shown as queued",
    )


class BrakeSettings(Group):
    scores_percent: int = Field(
        20,
        ge=1,
        le=100,
        description="Per cent of the scores already written that one unattended cycle may change; above it the cycle "
        "stops at the plan and waits for `leadsync sync --accept RUN`. First writes do not count",
    )
    tasks: int = Field(
        50,
        ge=1,
        le=100_000,
        description="Tasks that one unattended cycle may open; above it the cycle stops at the plan likewise",
    )


class HttpSettings(Group):
    host: str = Field(
        "127.0.0.1",
        description="Address the status page listens on. Any address but loopback needs HTTP__TOKEN",
    )
    port: int = Field(8080, ge=0, le=65_535, description="Port of the status page; 0 picks a free one")
    token: SecretStr | None = Field(
        None, description="Token that the status page and /metrics ask for; /healthz and /readyz never do"
    )


class NotifySettings(Group):
    urls: tuple[SecretStr, ...] = Field(
        (),
        description="Apprise addresses (Slack, Teams, mail, webhook, ...) that are told of hot people, follow-ups that "
        "are nearly due or overdue, and changed rules; what is due at one time comes as one message",
    )
    details: bool = Field(
        False,
        description="Whether these messages name people and companies. Without, they hold scores, rule labels and "
        "links into the CRM",
    )


class SparkSettings(Group):
    remote: str = Field(
        "",
        description="Where ENGINE=spark computes: sc://HOST:PORT (Spark Connect), or local[N]. Empty: on this machine, "
        "which needs Java 17",
    )


class Settings(BaseSettings):
    """All settings. Built from defaults and arguments alone; `load_settings` reads the outside."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=NESTED, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    write_mode: Literal["plan", "apply"] = Field(
        "plan",
        description="plan: `run` and `sync` only show what they would write. apply: they write. Plan is the default so "
        "that a first start changes nothing",
    )
    timezone: Zone = Field(
        "Asia/Tokyo", description="IANA time zone of calendar days: ageing, daily jobs, dates shown to people"
    )
    language: Literal["ja", "en"] = Field(
        "ja", description="Language of the texts in the CRMs, on the status page and in messages"
    )
    model: str = Field("basic", min_length=1, description="Scoring model: a shipped name or the path of a YAML file")
    model_approval: Literal["off", "required"] = Field(
        "off", description="required: a model scores only with the sign-offs of marketing and sales"
    )
    playbook: str = Field(
        "default",
        min_length=1,
        description="Playbook, what sales and marketing agreed (SLA, calendar, owners): a shipped name or the path of "
        "a YAML file",
    )
    data_dir: Path = Field(
        Path("./var"), description="Folder of the files that leadsync keeps, the SQLite database among them"
    )
    database_url: SecretStr | None = Field(
        None,
        description="`sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/DATABASE`. Empty: `leadsync.db` in DATA_DIR. "
        "Secret, as it may hold a password",
    )
    ca_file: str = Field(
        "",
        description="PEM file of a private certificate authority, for a proxy that inspects TLS. Empty: the system's",
    )
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb",
        description="Where scores are computed; results are the same. duckdb: on this machine. spark: on a Spark "
        "(SPARK__REMOTE), for accounts that outgrow one machine; needs `pip install leadsync[spark]`",
    )
    hubspot: HubSpotSettings = Field(
        HubSpotSettings(), description="HubSpot: ACCESS_TOKEN, or all three of OAuth. Without them HubSpot is off."
    )
    salesforce: SalesforceSettings = Field(
        SalesforceSettings(),
        description="Salesforce: LOGIN_URL and CLIENT_ID with CLIENT_SECRET (client credentials), or with USERNAME and "
        "PRIVATE_KEY (JWT bearer). Without them Salesforce is off.",
    )
    pilot: PilotSettings = Field(PilotSettings(), description="Pilot with some owners")
    schedule: ScheduleSettings = Field(ScheduleSettings(), description="When the daemon does what")
    quota: QuotaSettings = Field(QuotaSettings(), description="Share of the CRMs' daily API calls")
    tasks: TaskSettings = Field(TaskSettings(), description="Follow-up tasks")
    brake: BrakeSettings = Field(BrakeSettings(), description="Brake on mass changes")
    http: HttpSettings = Field(HttpSettings(), description="Status page, health and metrics")
    notify: NotifySettings = Field(NotifySettings(), description="Alerts")
    spark: SparkSettings = Field(SparkSettings(), description="Spark")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: pydantic's own environment source would pass over unknown names and know no `_FILE`."""
        return (init_settings,)

    @property
    def database(self) -> str:
        """The database's SQLAlchemy URL, driver included."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'leadsync.db'}"
        return database_url(self.database_url.get_secret_value())

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and, for each full name, its source: environment, .env, file PATH or default."""

    settings: Settings
    sources: Mapping[str, str]


def known_settings() -> dict[str, Setting]:
    """Every setting by its full name, in the order of the model."""
    return {setting.name: setting for setting in settings_of(Settings)}


def load_settings(
    environ: Mapping[str, str], env_file: Path | None = ENV_FILE, ignored: tuple[str, ...] = ()
) -> Loaded:
    """Reads the environment over the `.env` file; names that start with one of `ignored` are passed over.

    Raises `ConfigError` whose text lists every problem, none with a secret's value.
    """
    known = known_settings()
    gathered = gather(environ, env_file, known, ignored)
    found = [*gathered.problems, *find_problems(gathered.values, gathered.given)]
    settings, refused = _build(gathered.values, known)
    found += refused
    if found or settings is None:
        raise as_error(found)
    return Loaded(settings, {name: gathered.sources.get(name, DEFAULT) for name in known})


def spoken_language(environ: Mapping[str, str], env_file: Path | None = ENV_FILE) -> Language:
    """The language to report a `ConfigError` in: LANGUAGE as far as it can be read, else the default."""
    values = gather(environ, env_file, known_settings()).values
    return "en" if values.get(f"{PREFIX}LANGUAGE") == "en" else "ja"


def _build(values: Mapping[str, str], known: Mapping[str, Setting]) -> tuple[Settings | None, list[Problem]]:
    found: list[Problem] = []
    nested: dict[str, object] = {}
    for name, value in values.items():
        try:
            _place(nested, known[name].path, known[name].parse(value))
        except ValueError:
            found.append(rejected(known[name], value))
    try:
        return Settings.model_validate(nested), found
    except ValidationError as refused:
        names = {PREFIX + NESTED.join(map(str, error["loc"])).upper() for error in refused.errors()}
        return None, found + [rejected(known[name], values[name]) for name in values if _covers(name, names)]


def _covers(name: str, refused: set[str]) -> bool:
    """Whether pydantic refused this setting; for an item of a list it names the list and the item's number."""
    return any(other == name or other.startswith(name + NESTED) for other in refused)


def _place(nested: dict[str, object], path: tuple[str, ...], value: object) -> None:
    *groups, leaf = path
    for group in groups:
        inner = nested.setdefault(group, {})
        assert isinstance(inner, dict)
        nested = inner
    nested[leaf] = value
