"""What is set up inside the CRMs: checks, fields, permission sets, lists; and the same as sources for admins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from sync.bootstrap import Service
from sync.cli.shell import AsJson, guarded, open_service, out, print_json, say, spoken
from sync.console import documents, tables
from sync.console.export import write_sources
from sync.console.placing import placing
from sync.core.text import Text
from sync.errors import VendorError
from sync.jobs.deprovision import deprovision as deprovision_job
from sync.jobs.doctor import doctor as doctor_job
from sync.ports import Connector, Health, Step

app = typer.Typer()


@app.command(epilog="Example: leadsync doctor")
@guarded
def doctor(json_: AsJson = False) -> int:
    """Check credentials, rights, fields, quota and clocks, and say what to click for what is missing."""
    with open_service() as service:
        checks = list(doctor_job(service.connectors, service.store, service.scoring.model, service.site_model))
        if json_:
            print_json([documents.check(check) for check in checks])
        else:
            out.print(tables.checks_table(checks, service.settings.language))
        return 3 if any(check.health is Health.FAILED for check in checks) else 0


@app.command(epilog="Example: leadsync provision --plan")
@guarded
def provision(
    plan: Annotated[bool, typer.Option("--plan", help="Only show what is missing.")] = False,
    minimal: Annotated[bool, typer.Option("--minimal", help="Only the fields that salespeople need.")] = False,
    lists: Annotated[bool, typer.Option("--lists", help="Also lists and list views of hot, stale ... people.")] = False,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write Salesforce sources into this folder; touch no CRM.")
    ] = None,
    json_: AsJson = False,
) -> int:
    """Create our fields and permission sets where they are missing."""
    if export is not None:
        return _export(export, json_)
    with open_service() as service:
        steps = _steps(service, lambda connector: connector.provision(not plan, minimal, lists))
        code = _print_steps(steps, service, json_)
        if not (plan or json_ or code):
            out.print(placing(service.connectors, service.settings.language), markup=False, soft_wrap=True)
        return code


def _export(folder: Path, as_json: bool) -> int:
    """Needs no credentials: the files are for whoever has them."""
    language = spoken()
    written = write_sources(folder, language)
    if as_json:
        print_json([str(path) for path in written])
    else:
        count = len(written)
        deploy = f"sf project deploy start --metadata-dir {folder / 'package'}"
        say(
            Text(f"{count} files written. Deploy: {deploy}", f"{count} 件のファイルを書き出しました。配置: {deploy}"),
            language,
        )
    return 0


@app.command(epilog="Example: leadsync deprovision --plan")
@guarded
def deprovision(
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would be removed.")] = False,
    json_: AsJson = False,
) -> int:
    """The clean exit: close our tasks, clear our values, remove our fields and permission sets."""
    with open_service() as service, service.alone():
        language = service.settings.language
        steps = _steps(service, lambda connector: deprovision_job(connector, service.store, not plan, language))
        return _print_steps(steps, service, json_)


def _steps(service: Service, work: Callable[[Connector], Iterator[Step]]) -> list[Step]:
    """The steps of every CRM; one that refuses in the middle does not keep the other from its turn."""
    found: list[Step] = []
    for system, connector in service.connectors.items():
        try:
            found.extend(work(connector))
        except VendorError as error:
            found.append(Step(system, "connection", system, "refused", error.text))
    return found


def _print_steps(steps: list[Step], service: Service, as_json: bool) -> int:
    if as_json:
        print_json([documents.step(step) for step in steps])
    elif steps:
        out.print(tables.steps_table(steps, service.settings.language))
    else:
        say(Text("There is nothing to do.", "対象はありません。"), service.settings.language)
    return 3 if any(step.state == "refused" for step in steps) else 0
