"""The playbook: print it as the agreement it is, check it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from sync import bootstrap
from sync.cli.shell import AsJson, guarded, load, out, print_json, say, today
from sync.core.text import Text
from sync.errors import ConfigError
from sync.handoff.agreement import Agreement, finding_data
from sync.handoff.playbook import Playbook
from sync.handoff.playbook_file import load_playbook
from sync.handoff.playbook_lint import Setting, lint
from sync.repository import Owner
from sync.scoring.findings import ERROR
from sync.scoring.model import Model, load_model

app = typer.Typer(no_args_is_help=True, help="What sales and marketing agreed: print it, check it.")
Name = Annotated[
    str | None, typer.Argument(help="A shipped playbook's name or a YAML file. Left out: the one in LEADSYNC_PLAYBOOK.")
]


@app.command("show", epilog="Example: leadsync playbook show --out sla.md")
@guarded
def playbook_show(
    name: Name = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Write it to this file as Markdown.")] = None,
    json_: AsJson = False,
) -> int:
    """Print the playbook as the agreement that sales and marketing sign."""
    settings = load().settings
    playbook = load_playbook(name or settings.playbook)
    model = load_model(settings.model)
    day = today(settings.timezone)
    findings = lint(playbook, _setting(settings, model, day))
    agreement = Agreement(playbook, model, findings, settings.tasks.per_owner_per_day, settings.timezone, day)
    if out_file:
        _write(out_file, agreement.markdown(settings.language))
    if json_:
        print_json(agreement.data(settings.language))
    elif not out_file:
        out.print(agreement.markdown(settings.language), markup=False, soft_wrap=True, end="")
    return 0


@app.command("lint", epilog="Example: leadsync playbook lint playbook.yaml")
@guarded
def playbook_lint(name: Name = None, json_: AsJson = False) -> int:
    """Check a playbook: what is not agreed yet, and what does not fit together."""
    settings = load().settings
    playbook: Playbook = load_playbook(name or settings.playbook)
    model = load_model(settings.model)
    findings = lint(playbook, _setting(settings, model, today(settings.timezone)))
    language = settings.language
    if json_:
        print_json([finding_data(found, language) for found in findings])
    else:
        for found in findings:
            line = f"{found.severity:<8} {found.subject}: {found.text.to(language)} → {found.remedy.to(language)}"
            out.print(line, markup=False, soft_wrap=True)
        if not findings:
            say(Text("Nothing to complain about.", "問題はありません。"), language)
    return 2 if any(found.severity == ERROR for found in findings) else 0


def _setting(settings: Settings, model: Model, day: date) -> Setting:
    return Setting(
        day,
        owners=_owners(settings),
        segments=frozenset(segment.id for segment in model.segments),
        at_most=settings.tasks.per_owner_per_day,
    )


def _owners(settings: Settings) -> list[Owner]:
    """Those of the store, if there is one already: looking at a playbook makes no database."""
    if not bootstrap.store_exists(settings):
        return []
    store = bootstrap.open_store(settings)
    try:
        with store.reading() as unit:
            return unit.owners()
    finally:
        store.close()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            Text(f"--out {path} cannot be written: {reason}", f"--out {path} に書き込めません: {reason}")
        ) from error
