"""What is set up inside the CRMs: checks, fields and permission sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from sync.bootstrap import Service
from sync.cli.shell import AsJson, guarded, open_service, out, print_json, say
from sync.console import documents, tables
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
    json_: AsJson = False,
) -> int:
    """Create our fields and permission sets where they are missing."""
    with open_service() as service:
        steps = _steps(service, lambda connector: connector.provision(apply=not plan, minimal=minimal))
        return _print_steps(steps, service, json_)


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
