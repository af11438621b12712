"""Scoring models: check them, show them."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.cli.shell import AsJson, guarded, open_service, out, print_json, say, spoken
from sync.console import documents
from sync.core.text import Text
from sync.jobs.doctor import available_kinds
from sync.scoring.lint import lint, rules_that_cannot_fire
from sync.scoring.model import load_model

app = typer.Typer(no_args_is_help=True, help="Scoring models: check them, show them.")


@app.command("lint", epilog="Example: leadsync model lint basic --against-account")
@guarded
def model_lint(
    name: Annotated[str, typer.Argument(help="A shipped model's name or a YAML file.")],
    against_account: Annotated[
        bool, typer.Option("--against-account", help="Also: rules that cannot fire on this account.")
    ] = False,
    json_: AsJson = False,
) -> int:
    """Check a model: bands reachable, buckets without gaps, caps set, rules that cannot fire."""
    language = spoken()
    model = load_model(name)
    findings = [documents.finding(finding, language) for finding in lint(model)]
    if against_account:
        with open_service() as service:
            kinds = available_kinds(service.connectors, service.store)
        told = {found["subject"] for found in findings}
        findings += [
            {"id": f"cannot_fire:{rule}", "severity": "warning", "subject": "", "text": why.to(language)}
            for rule, why in rules_that_cannot_fire(model, kinds)
            if rule not in told
        ]
    if json_:
        print_json(findings)
    else:
        for found in findings:
            what = " ".join(part for part in (found["id"], found["subject"]) if part)
            out.print(f"{found['severity']:<8} {what}: {found['text']}", markup=False, soft_wrap=True)
        if not findings:
            say(Text("Nothing to complain about.", "問題はありません。"), language)
    return 2 if any(found["severity"] == "error" for found in findings) else 0


@app.command("show", epilog="Example: leadsync model show basic")
@guarded
def model_show(
    name: Annotated[str, typer.Argument(help="A shipped model's name or a YAML file.")],
    json_: AsJson = False,
) -> int:
    """Show a model's rules in words."""
    model = load_model(name)
    language = spoken()
    if json_:
        print_json(documents.model(model, language))
    else:
        out.print(documents.model_table(model, language))
    return 0
