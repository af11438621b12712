"""Settings shown to people: effective values with their sources, and the table of docs/settings.md.

`python -m config.report > docs/settings.md` writes the documentation anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from config.names import FILE_SUFFIX, Setting
from config.settings import Loaded, Settings, known_settings

MASK = "********"

_INTRODUCTION = f"""\
# Settings

<!-- Written by `python -m config.report > docs/settings.md` from config/settings.py; a test keeps it current. -->

Each setting is an environment variable, or a line `NAME=value` of a `.env` file in the working directory. The
environment wins over the file; an empty value counts as not set. A setting marked *secret* can also be given as
`NAME{FILE_SUFFIX}`, the path of a file that holds it; giving both in one place is refused. Lists are written with
commas or as JSON. Settings are read once, at the start: restart to apply a change.

All problems are reported together and nothing starts before they are solved. Unknown names with the prefix are refused,
except `LEADSYNC_SERVICE_*` and `LEADSYNC_PORT*`, which Kubernetes injects; so is a value that asks for something marked
"not in this version yet". `leadsync config show` prints the effective values and where each came from.
"""


def rows(loaded: Loaded) -> list[tuple[str, str, str]]:
    """(full name, effective value with secrets masked, source) of every setting, in the order of the model."""
    return [
        (name, _effective(loaded.settings, setting), loaded.sources[name]) for name, setting in known_settings().items()
    ]


def markdown_table() -> str:
    """The whole page: one table for each group of settings."""
    settings = known_settings().values()
    groups = [group for group in Settings.model_fields if any(s.path[0] == group and len(s.path) > 1 for s in settings)]
    parts = [_INTRODUCTION, *_section("General", [s for s in settings if len(s.path) == 1])]
    for group in groups:
        title = (Settings.model_fields[group].description or group).rstrip(".")
        parts += _section(title, [s for s in settings if s.path[0] == group])
    return "\n".join(parts)


def _effective(settings: Settings, setting: Setting) -> str:
    if setting.path == ("database_url",):
        return _without_password(settings.database)
    value: object = settings
    for part in setting.path:
        value = getattr(value, part)
    return _shown(value)


def _without_password(url: str) -> str:
    """The query goes too: libpq takes a password there as well."""
    return make_url(url).set(query={}).render_as_string(hide_password=True)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return MASK if value.get_secret_value() else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    return str(value)


def _section(title: str, settings: Sequence[Setting]) -> Iterator[str]:
    head, _, rest = title.partition(": ")
    yield f"## {head}\n"
    if rest:
        yield f"{rest}.\n"
    yield "| Name | Default | Value | What it does |"
    yield "|---|---|---|---|"
    yield from (_line(setting) for setting in settings)
    yield ""


def _line(setting: Setting) -> str:
    default = _shown(setting.default)
    kind = setting.allowed.en + (", *secret*" if setting.secret else "")
    description = (setting.field.description or "").replace("|", "\\|")
    return f"| `{setting.name}` | {f'`{default}`' if default else ''} | {kind} | {description} |"


if __name__ == "__main__":
    print(markdown_table(), end="")
