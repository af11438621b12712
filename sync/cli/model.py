"""Scoring models: check them, show them, agree to them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sync.bootstrap import Service
from sync.cli.shell import AsJson, guarded, load, open_service, out, print_json, say, spoken
from sync.console import documents, model_pages
from sync.core.text import Text
from sync.errors import ConfigError
from sync.jobs.doctor import available_kinds
from sync.jobs.model_approval import ROLES, approve, how_to_approve
from sync.jobs.model_card import model_card
from sync.jobs.model_change import ModelChange, who_moves
from sync.scoring.card import Card, markdown
from sync.scoring.lint import rules_that_cannot_fire
from sync.scoring.model import Model, WrittenModel, load_model, load_written
from sync.scoring.soundness import examined, sound

app = typer.Typer(no_args_is_help=True, help="Scoring models: check them, show them, agree to them.")
Name = Annotated[str, typer.Argument(help="A shipped model's name or a YAML file.")]


@app.command("lint", epilog="Example: leadsync model lint basic --against-account")
@guarded
def model_lint(
    name: Name,
    against_account: Annotated[
        bool,
        typer.Option("--against-account", help="Also: rules that cannot fire here, and who would move."),
    ] = False,
    json_: AsJson = False,
) -> int:
    """Check a model: what it can reach, proven; gaps, overlaps, dead rules, missing caps, weak paths."""
    language = spoken()
    written = load_written(name)
    model = written.model
    findings = [documents.finding(placed, language) for placed in examined(written)]
    change = None
    if against_account:
        with open_service() as service:
            findings += _on_this_account(service, written, {found["subject"] for found in findings}, language)
            change = _who_moves(service, model)
    if json_:
        found = {"findings": findings, "change": model_pages.change_document(change) if change else None}
        print_json(found if against_account else findings)
    else:
        _print_findings(findings, language)
        if change:
            out.print(model_pages.change_page(change, language))
    return 2 if any(found["severity"] == "error" for found in findings) else 0


@app.command("show", epilog="Example: leadsync model show basic")
@guarded
def model_show(name: Name, json_: AsJson = False) -> int:
    """Show a model's rules in words."""
    model, language = load_model(name), spoken()
    if json_:
        print_json(model_pages.model_document(model, language))
    else:
        out.print(model_pages.model_page(model, language))
    return 0


@app.command("card", epilog="Example: leadsync model card basic --out card.md")
@guarded
def model_card_(
    name: Name,
    out_file: Annotated[Path | None, typer.Option("--out", help="Write the page as Markdown to this file.")] = None,
    json_: AsJson = False,
) -> int:
    """One page: the rules, who agreed, since when they are in force, what came of them."""
    language, timezone = spoken(), load().settings.timezone
    model = load_model(name)
    with open_service(need_connector=False) as service:
        card = model_card(service.store, model, int(service.clock()))
    if out_file:
        _write(out_file, markdown(card, language, model_pages.day_in(timezone)))
    if json_:
        print_json(model_pages.card_document(card, language))
    elif not out_file:
        _print_card(card, timezone, language)
    return 0


@app.command("approve", epilog='Example: leadsync model approve ours.yaml --role sales --name "Sato Hanako"')
@guarded
def model_approve(
    name: Name,
    role: Annotated[str, typer.Option("--role", help=f"For whom: {' or '.join(ROLES)}.")],
    who: Annotated[str, typer.Option("--name", help="Who agrees.")],
    note: Annotated[str, typer.Option("--note", help="What was agreed, or on what condition.")] = "",
    json_: AsJson = False,
) -> int:
    """Record that marketing or sales agreed to this version of a model."""
    language = spoken()
    model = sound(load_written(name))
    with open_service(need_connector=False) as service:
        lacking = approve(service.store, model, role, who, note, int(service.clock()))
    if json_:
        print_json({"version": model.version, "role": role, "name": who, "missing_roles": list(lacking)})
        return 0
    say(Text(f"{model.version}: {role} agreed.", f"{model.version}: {role} の承認を記録しました。"), language)
    if lacking:
        missing = how_to_approve(name, lacking)
        say(Text(f"Still missing: {missing}", f"未承認: {missing}"), language)
    return 0


def _on_this_account(service: Service, written: WrittenModel, told: set[str], language: str) -> list[dict[str, Any]]:
    kinds = available_kinds(service.connectors, service.store)
    remedy = Text("grant the scope, or remove the rule", "権限を付与するか、ルールを削除してください").to(language)
    return [
        {
            "id": f"cannot_fire:{rule}",
            "severity": "warning",
            "file": written.document.source,
            "line": written.document.line_of(("rules", rule)),
            "subject": "",
            "text": why.to(language),
            "remedy": remedy,
        }
        for rule, why in rules_that_cannot_fire(written.model, kinds)
        if rule not in told
    ]


def _who_moves(service: Service, model: Model) -> ModelChange | None:
    settings, domains = service.settings, service.playbook.domains
    return who_moves(service.store, model, settings.language, settings.timezone, domains, int(service.clock()))


def _print_findings(findings: list[dict[str, Any]], language: str) -> None:
    for found in findings:
        what = " ".join(part for part in (found["id"], found["subject"]) if part)
        line = f"{found['line']}行目" if language == "ja" else f"line {found['line']}"
        text = f"{found['severity']:<8} {found['file']}, {line}, {what}: {found['text']}"
        out.print(text, markup=False, soft_wrap=True)
        if found["severity"] != "info":
            out.print(f"{'':<8} -> {found['remedy']}", markup=False, soft_wrap=True)
    if not findings:
        say(Text("Nothing to complain about.", "問題はありません。"), language)


def _print_card(card: Card, timezone: str, language: str) -> None:
    out.print(model_pages.card_page(card, timezone, language))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            Text(f"--out {path} cannot be written: {reason}", f"--out {path} に書き込めません: {reason}")
        ) from error
