"""What the documents show exists: links, commands with their options, settings, make targets, scopes, layers."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from config.settings import known_settings
from connectors.salesforce.streams import STREAMS
from connectors.sandbox.hubspot.auth import ALL_SCOPES
from sync.cli import app
from sync.core.fields import RUNTIME_PERMISSION_SET, SALES_PERMISSION_SET

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")])
TRANSLATED = [path for path in DOCS if path.name.endswith(".ja.md")]
COMMANDS = typer.main.get_command(app)
KNOWN = known_settings()
# Names that Kubernetes injects and that are ignored.
NOT_SETTINGS = ("LEADSYNC_SERVICE_", "LEADSYNC_PORT")

_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PROGRAM = re.compile(r"(.*/)?leadsync(:[\w.]+)?")


class Command(NamedTuple):
    words: tuple[str, ...]  # behind `leadsync`

    def __str__(self) -> str:
        return " ".join(self.words)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(text: str) -> list[str]:
    """What stands in fenced blocks of shell commands."""
    return [body for language, body in _FENCE.findall(text) if language == "sh"]


def code(text: str) -> list[str]:
    """Everything set as code, line by line."""
    inline = _CODE.findall(_FENCE.sub("", text))
    return [line.strip() for body in blocks(text) for line in body.splitlines()] + inline


def commands(text: str) -> Iterator[Command]:
    for line in code(text):
        for part in re.split(r"&&|\|\||[;|]", line):
            if "leadsync" in part and (found := command_in(part)):
                yield found


def command_in(part: str) -> Command | None:
    """The command that a shell line gives to `leadsync`, whether plain, by path, or by a container."""
    try:
        words = shlex.split(part, comments=True)
    except ValueError:  # prose with a quotation mark, or a piece of another language
        return None
    places = [n for n, word in enumerate(words) if _PROGRAM.fullmatch(word) and words[n - 1] not in ("-t", "--name")]
    containers = words[:1] == ["docker"]
    if not places or not (containers or all("=" in word for word in words[: places[0]])):
        return None
    return Command(tuple(words[places[-1 if containers else 0] + 1 :]))


def complaint(command: Command) -> str:
    """What is wrong with a command line as the command line program knows it; "" when nothing is."""
    here, rest = COMMANDS, list(command.words)
    while rest and hasattr(here, "commands"):
        name = rest.pop(0)
        if name not in here.commands:
            return "" if name == "--help" else f"no command {name}"
        here = here.commands[name]
    options = {name: param for param in here.params for name in param.opts if name.startswith("-")}
    room = sum(99 if param.nargs < 0 else param.nargs for param in here.params if param.param_type_name == "argument")
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            room -= 1
        elif word not in options:
            return "" if word == "--help" else f"no option {word}"
        elif not getattr(options[word], "is_flag", False) and not (rest and rest.pop(0)):
            return f"{word} without a value"
    return "" if room >= 0 else "too many arguments"


@pytest.fixture(params=DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def page(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(text_of(page)) if "://" not in link]
    assert [link for link in links if not (page.parent / link.split("#")[0]).exists()] == []


def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    wrong = {str(command): why for command in commands(text_of(page)) if (why := complaint(command))}
    assert wrong == {}


def test_every_setting_named_is_a_setting(page: Path) -> None:
    assert [name for name in settings_named(text_of(page)) if not is_setting(name)] == []


def settings_named(text: str) -> set[str]:
    """Names with the prefix, and in code also names of groups without it."""
    full = re.findall(r"LEADSYNC_[A-Z0-9_]+[A-Z0-9](?![A-Z0-9_*.])", text)
    short = [f"LEADSYNC_{name}" for line in code(text) for name in re.findall(r"\b(?!LEADSYNC)[A-Z]+__[A-Z_]+\b", line)]
    return set(full + short)


def is_setting(name: str) -> bool:
    plain = name.removesuffix("_FILE")
    return name in KNOWN or (plain in KNOWN and plain != name and KNOWN[plain].secret) or name.startswith(NOT_SETTINGS)


def test_every_make_target_shown_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))
    shown = [found[1] for line in code(text_of(page)) if (found := re.match(r"make ([a-z-]+)", line))]
    assert [name for name in shown if name not in targets] == []


def test_the_readme_is_one_screen() -> None:
    for name in ("README.md", "README.ja.md"):
        assert len(text_of(ROOT / name).splitlines()) <= 60


@pytest.mark.parametrize("japanese", TRANSLATED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_translation_has_the_same_headings_steps_rows_and_commands(japanese: Path) -> None:
    english = japanese.with_name(japanese.name.replace(".ja.md", ".md"))
    assert outline(text_of(japanese)) == outline(text_of(english))


def outline(text: str) -> dict[str, list[str]]:
    """What does not depend on the language."""
    prose = _FENCE.sub("", text)
    shell = [line.split("#")[0].strip() for body in blocks(text) for line in body.splitlines()]
    return {
        "headings": re.findall(r"^#+(?= )", prose, re.MULTILINE),
        "steps": re.findall(r"^\d\.", prose, re.MULTILINE),
        "rows": [
            " ".join(sorted(_CODE.findall(row.split("|")[1]))) for row in re.findall(r"^\|.*", prose, re.MULTILINE)
        ],
        "shell": [re.sub(r"(?<=LANGUAGE=)(en|ja)", "", line) for line in shell],
    }


def test_scopes_and_objects_in_the_permissions_are_those_that_are_used() -> None:
    for name in ("permissions.md", "permissions.ja.md"):
        text = text_of(ROOT / "docs" / name)
        scopes = set(re.findall(r"`(crm\.[a-z.]+|forms|content|oauth|sales-email-read|account-info[a-z.]+)`", text))
        assert scopes <= ALL_SCOPES
        assert [stream.object for stream in STREAMS if f"`{stream.object}`" not in text] == []
        assert RUNTIME_PERMISSION_SET in text
        assert SALES_PERMISSION_SET in text


def test_the_picture_of_layers_is_the_import_contract() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    contract = next(one for one in project["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    wanted = [sorted(re.findall(r"[\w.]+", layer)) for layer in contract["layers"]]
    picture = text_of(ROOT / "docs/architecture.md").split("<!-- layers -->")[1].split("```")[1]
    drawn = [sorted(re.findall(r"[\w.]+", line.split("    ")[0])) for line in picture.strip().splitlines()]
    assert drawn == wanted


def test_the_checks_of_this_file_see_what_is_wrong() -> None:
    shell = "```sh\nX=1 leadsync explain a b\ndocker run leadsync:1 doctor -x\n```\n"
    page = f"`leadsync sync --fast` and `leadsync fly`\n{shell}"
    assert [complaint(command) for command in commands(page)] == [
        "too many arguments",
        "no option -x",
        "no option --fast",
        "no command fly",
    ]
    assert not is_setting("LEADSYNC_TIMEZON")
    assert not is_setting("LEADSYNC_TIMEZONE_FILE")
    assert settings_named("`TASKS__PER_DAY` LEADSYNC_FOO") == {"LEADSYNC_TASKS__PER_DAY", "LEADSYNC_FOO"}
