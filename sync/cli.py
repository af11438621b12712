"""The command line: parses, calls, prints; nothing else.

Exit codes: 0 done, 1 finished with rejected records, 2 configuration, 3 a vendor refused, 4 internal.
"""

from __future__ import annotations

import csv
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from datetime import time as clock_time
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from config import report as settings_report
from config.settings import Loaded, load_settings, spoken_language
from sync import bootstrap, demo
from sync import daemon as daemon_module
from sync.bootstrap import Service
from sync.console import documents, pages, tables
from sync.console import status as status_view
from sync.console.progress import ProgressBars
from sync.console.words import said_by
from sync.core.text import Text
from sync.errors import ConfigError, LeadsyncError, Stopped, StoreError, VendorError
from sync.jobs import report
from sync.jobs.cycle import CycleResult, Order
from sync.jobs.deprovision import deprovision as deprovision_job
from sync.jobs.doctor import available_kinds
from sync.jobs.doctor import doctor as doctor_job
from sync.jobs.explain import explain as explain_job
from sync.ports import Connector, Health, Step
from sync.scoring.lint import lint, rules_that_cannot_fire
from sync.scoring.model import load_model

P = ParamSpec("P")
_HELP = """Explained lead scoring over HubSpot and Salesforce.

Try it without any account: leadsync demo. Settings are environment variables; leadsync config show lists them.

Exit codes: 0 done, 1 finished with rejected records, 2 configuration, 3 a vendor refused, 4 internal."""
app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, help=_HELP)
model_app = typer.Typer(no_args_is_help=True, help="Scoring models: check them, show them.")
outbox_app = typer.Typer(no_args_is_help=True, help="What waits to be written, and what was refused.")
config_app = typer.Typer(no_args_is_help=True, help="Settings.")
app.add_typer(model_app, name="model")
app.add_typer(outbox_app, name="outbox")
app.add_typer(config_app, name="config")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def main() -> None:
    """Entry point of the `leadsync` script."""
    app()


def _guarded(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turns errors into one clear line and the exit code that their kind means."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except Stopped:
            code = 0
        except LeadsyncError as error:
            code = _complain(error, bool(kwargs.get("json_")))
        except KeyboardInterrupt:
            code = 130
        except Exception as error:
            # The message may hold a record's values, so only the kind is shown; the traceback is one setting away.
            if os.environ.get("PYTHONFAULTHANDLER"):
                raise
            err.print(f"internal error: {type(error).__name__} at {_place(error)}", style="red")
            code = 4
        raise typer.Exit(code or 0)

    return run


@app.command("demo", epilog="Example: leadsync demo --once")
@_guarded
def run_demo(
    once: Annotated[bool, typer.Option("--once", help="End after the first cycle.")] = False,
    people: Annotated[int, typer.Option(help="How many people the sandbox CRMs hold.", min=50)] = demo.PEOPLE,
    json_: AsJson = False,
) -> int:
    """Try everything on two sandbox CRMs with made-up people; needs no settings."""
    return demo.run(once, people, out, err, json_)


@app.command(epilog="Example: LEADSYNC_WRITE_MODE=apply leadsync run")
@_guarded
def run(json_: AsJson = False) -> int:
    """Run as a service: pull, match, score and write on a schedule, with a status page."""
    with _service() as service:
        return daemon_module.run(service)


@app.command(epilog="Example: leadsync sync --plan --out changes.csv")
@_guarded
def sync(
    plan: Annotated[bool, typer.Option("--plan", help="Write nothing; show what would be written.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read everything anew and find what is gone.")] = False,
    accept: Annotated[int | None, typer.Option("--accept", help="Let the held run with this number go on.")] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="With --plan: every change as CSV.")] = None,
    json_: AsJson = False,
) -> int:
    """One cycle: pull, match, score, and write if WRITE_MODE is apply."""
    with _service() as service:
        language = service.settings.language
        _check_accepted(service, accept)
        _check_out(out_file, plan)
        write = service.writes and not plan
        if not (write or plan):
            _say(_why_only_plan(service), language)
        with ProgressBars(err, language) as bars:
            result = service.cycle(Order(write=write, full=full, brake=service.brake), bars)
        if write and result.over_brake:
            _say(_over_brake(service), language)
        if out_file:
            _write_changes(result, out_file)
        if json_:
            page = {} if write else {"plan": documents.plain(_plan_page(service, result))}
            _print_json({**documents.cycle(result, *_figures(service)), **page})
        elif write:
            out.print(tables.cycle_tables(result, *_figures(service), language))
        else:
            _print_plan(service, result)
        for notice in () if json_ else result.notices:
            err.print(said_by(notice.system, notice.text, language), markup=False, soft_wrap=True)
        return result.exit_code


@app.command(epilog="Example: leadsync doctor")
@_guarded
def doctor(json_: AsJson = False) -> int:
    """Check credentials, rights, fields, quota and clocks, and say what to click for what is missing."""
    with _service() as service:
        checks = list(doctor_job(service.connectors, service.store, service.scoring.model))
        if json_:
            _print_json([documents.check(check) for check in checks])
        else:
            out.print(tables.checks_table(checks, service.settings.language))
        return 3 if any(check.health is Health.FAILED for check in checks) else 0


@app.command(epilog="Example: leadsync provision --plan")
@_guarded
def provision(
    plan: Annotated[bool, typer.Option("--plan", help="Only show what is missing.")] = False,
    minimal: Annotated[bool, typer.Option("--minimal", help="Only the fields that salespeople need.")] = False,
    json_: AsJson = False,
) -> int:
    """Create our fields and permission sets where they are missing."""
    with _service() as service:
        steps = _steps(service, lambda connector: connector.provision(apply=not plan, minimal=minimal))
        return _print_steps(steps, service, json_)


@app.command(epilog="Example: leadsync deprovision --plan")
@_guarded
def deprovision(
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would be removed.")] = False,
    json_: AsJson = False,
) -> int:
    """The clean exit: close our tasks, clear our values, remove our fields and permission sets."""
    with _service() as service, service.alone():
        language = service.settings.language
        steps = _steps(service, lambda connector: deprovision_job(connector, service.store, not plan, language))
        return _print_steps(steps, service, json_)


@app.command(epilog="Example: leadsync pause")
@_guarded
def pause(json_: AsJson = False) -> int:
    """Stop all writing until `resume`; reading and scoring go on."""
    return _set_paused(True, json_)


@app.command(epilog="Example: leadsync resume")
@_guarded
def resume(json_: AsJson = False) -> int:
    """Write again after `pause`."""
    return _set_paused(False, json_)


@app.command(epilog="Example: leadsync status")
@_guarded
def status(json_: AsJson = False) -> int:
    """Last runs, queue, rejected records, bands and API calls."""
    with _service(need_connector=False) as service:
        page = daemon_module.status_page(service, {})
        if json_:
            _print_json(documents.plain(page))
        else:
            out.print(status_view.status(page, service.settings.language))
        return 0


@app.command(epilog="Example: leadsync explain taro.yamada@example.co.jp --as-of 2026-10-01")
@_guarded
def explain(
    person: Annotated[str, typer.Argument(help="E-mail address, CRM record id or person key.")],
    as_of: Annotated[str | None, typer.Option("--as-of", help="Score of a past day, YYYY-MM-DD.")] = None,
    json_: AsJson = False,
) -> int:
    """Show one person's records, why they are one, the score line by line, and what each CRM was told."""
    with _service(need_connector=False) as service:
        settings = service.settings
        at = _end_of_day(as_of, settings.timezone) if as_of else None
        found = explain_job(service.store, person, service.scoring, at, int(service.clock()))
        if json_:
            _print_json(documents.explanation(found))
        else:
            out.print(pages.explanation(found, service.scoring.model, settings.timezone, settings.language))
        return 0


@app.command(epilog="Example: leadsync audit taro.yamada@example.co.jp")
@_guarded
def audit(
    person: Annotated[str, typer.Argument(help="E-mail address, CRM record id or person key.")],
    json_: AsJson = False,
) -> int:
    """Every value ever written for one person: when, in which run, old and new."""
    with _service(need_connector=False) as service:
        settings = service.settings
        found = explain_job(service.store, person, service.scoring, None, int(service.clock()))
        with service.store.reading() as unit:
            entries = unit.audit_of(found.dossier.person_id)
        if json_:
            _print_json([asdict(entry) for entry in entries])
        else:
            out.print(tables.audit_table(entries, settings.timezone, settings.language))
        return 0


@model_app.command("lint", epilog="Example: leadsync model lint basic --against-account")
@_guarded
def model_lint(
    name: Annotated[str, typer.Argument(help="A shipped model's name or a YAML file.")],
    against_account: Annotated[
        bool, typer.Option("--against-account", help="Also: rules that cannot fire on this account.")
    ] = False,
    json_: AsJson = False,
) -> int:
    """Check a model: bands reachable, buckets without gaps, caps set, rules that cannot fire."""
    language = spoken_language(os.environ)
    model = load_model(name)
    findings = [documents.finding(finding, language) for finding in lint(model)]
    if against_account:
        with _service() as service:
            kinds = available_kinds(service.connectors, service.store)
        told = {found["subject"] for found in findings}
        findings += [
            {"id": f"cannot_fire:{rule}", "severity": "warning", "subject": "", "text": why.to(language)}
            for rule, why in rules_that_cannot_fire(model, kinds)
            if rule not in told
        ]
    if json_:
        _print_json(findings)
    else:
        for found in findings:
            what = " ".join(part for part in (found["id"], found["subject"]) if part)
            out.print(f"{found['severity']:<8} {what}: {found['text']}", markup=False, soft_wrap=True)
        if not findings:
            _say(Text("Nothing to complain about.", "問題はありません。"), language)
    return 2 if any(found["severity"] == "error" for found in findings) else 0


@model_app.command("show", epilog="Example: leadsync model show basic")
@_guarded
def model_show(
    name: Annotated[str, typer.Argument(help="A shipped model's name or a YAML file.")],
    json_: AsJson = False,
) -> int:
    """Show a model's rules in words."""
    model = load_model(name)
    language = spoken_language(os.environ)
    if json_:
        _print_json(documents.model(model, language))
    else:
        out.print(documents.model_table(model, language))
    return 0


@outbox_app.command("list", epilog="Example: leadsync outbox list")
@_guarded
def outbox_list(json_: AsJson = False) -> int:
    """Orders that wait or were refused, with the reason."""
    with _service(need_connector=False) as service:
        with service.store.reading() as unit:
            rows = unit.outbox_rows(("pending", "sending", "rejected"))
        if json_:
            _print_json([documents.outbox_row(row) for row in rows])
        elif rows:
            out.print(tables.outbox_table(rows, service.settings.timezone, service.settings.language))
        else:
            _say(
                Text("Nothing waits and nothing was refused.", "待機中・拒否された書き込みはありません。"),
                _language(service),
            )
        return 0


@outbox_app.command("retry", epilog="Example: leadsync outbox retry 17 18")
@_guarded
def outbox_retry(
    ids: Annotated[list[int] | None, typer.Argument(help="Numbers of `outbox list`; none: all.")] = None,
    json_: AsJson = False,
) -> int:
    """Offer refused and waiting orders again in the next cycle."""
    with _service(need_connector=False) as service:
        with service.store.begin() as unit:
            count = unit.retry_orders(int(service.clock()), ids or ())
        if json_:
            _print_json({"retried": count})
        else:
            _say(Text(f"{count} orders are due again.", f"{count} 件を再試行の対象にしました。"), _language(service))
        return 0


@config_app.command("show", epilog="Example: leadsync config show")
@_guarded
def config_show(json_: AsJson = False) -> int:
    """Effective settings and where each came from; secrets are masked."""
    loaded = _load()
    rows = settings_report.rows(loaded)
    if json_:
        _print_json([{"name": name, "value": value, "from": source} for name, value, source in rows])
    else:
        out.print(tables.settings_table(rows, loaded.settings.language))
    return 0


def _load() -> Loaded:
    return load_settings(os.environ)


@contextmanager
def _service(need_connector: bool = True) -> Iterator[Service]:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    service = bootstrap.open_service(_load(), time.time, need_connector)
    try:
        yield service
    finally:
        service.close()


def _complain(error: LeadsyncError, as_json: bool) -> int:
    language = spoken_language(os.environ)
    code = 3 if isinstance(error, VendorError) else 4 if isinstance(error, StoreError) else 2
    if as_json:
        _print_json({"error": type(error).__name__, "text": error.text.to(language)})
    else:
        err.print(error.text.to(language), style="red", markup=False, soft_wrap=True)
    return code


def _place(error: Exception) -> str:
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}" if frame else "?"


def _figures(service: Service) -> tuple[Any, dict[str, int], int]:
    """What the cycle's table shows beside the result: census, calls of this process, queued tasks."""
    with service.store.reading() as unit:
        census = unit.census()
        queued = len(unit.queued_episodes())
    return census, {system: sum(calls.values()) for system, calls in service.telemetry.calls().items()}, queued


def _plan_page(service: Service, result: CycleResult) -> report.PlanPage:
    per_owner = service.settings.tasks.per_owner_per_day
    return report.plan_page(service.store, result.draft, service.scoring, int(service.clock()), per_owner)


def _print_plan(service: Service, result: CycleResult) -> None:
    settings = service.settings
    page = _plan_page(service, result)
    out.print(pages.plan_page(page, service.scoring.model, settings.timezone, settings.language))


def _write_changes(result: CycleResult, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record", "field", "old", "new", "reason"])
        for change in report.field_changes(result.draft):
            writer.writerow([change.record, change.field, change.old, change.new, change.reason])


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
        _print_json([documents.step(step) for step in steps])
    elif steps:
        out.print(tables.steps_table(steps, service.settings.language))
    else:
        _say(Text("There is nothing to do.", "対象はありません。"), _language(service))
    return 3 if any(step.state == "refused" for step in steps) else 0


def _set_paused(paused: bool, as_json: bool) -> int:
    with _service(need_connector=False) as service:
        with service.store.begin() as unit:
            unit.set_fact("paused", str(int(service.clock())) if paused else None)
        if as_json:
            _print_json({"paused": paused})
            return 0
        text = (
            Text(
                "Paused: nothing is written until `leadsync resume`.",
                "一時停止しました。`leadsync resume` で再開します。",
            )
            if paused
            else Text("Writing goes on.", "書き込みを再開します。")
        )
        _say(text, _language(service))
        return 0


def _check_accepted(service: Service, accept: int | None) -> None:
    if accept is None or accept == service.held_run:
        return
    held = service.held_run
    raise ConfigError(
        Text(
            f"run {accept} is not waiting for anybody; " + (f"run {held} is" if held else "no run is held"),
            f"実行 {accept} は承認待ちではありません。"
            + (f"承認待ちは {held} です" if held else "承認待ちはありません"),
        )
    )


def _check_out(path: Path | None, plan: bool) -> None:
    if path is None:
        return
    if not plan:
        raise ConfigError(Text("--out belongs to --plan", "--out は --plan と一緒に指定してください"))
    try:
        path.open("a", encoding="utf-8").close()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            Text(f"--out {path} cannot be written: {reason}", f"--out {path} に書き込めません: {reason}")
        ) from error


def _why_only_plan(service: Service) -> Text:
    if service.paused:
        return Text("Paused: only planning. `leadsync resume` lets writes go on.", "一時停止中のため計画のみ行います。")
    return Text(
        "LEADSYNC_WRITE_MODE is plan: nothing is written. Set it to apply when the plan is right.",
        "LEADSYNC_WRITE_MODE が plan のため書き込みません。計画を確認したら apply にしてください。",
    )


def _over_brake(service: Service) -> Text:
    brake = service.brake
    return Text(
        f"Warning: this cycle changed more than {brake.scores_percent} % of the written scores or opened more than "
        f"{brake.tasks} tasks.",
        f"注意: 書き込み済みスコアの {brake.scores_percent} % 超を変更したか、"
        f"{brake.tasks} 件を超えるタスクを作成しました。",
    )


def _end_of_day(text: str, timezone: str) -> int:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise ConfigError(Text("--as-of takes a date like 2026-10-01", "--as-of は 2026-10-01 の形式です")) from error
    end = datetime.combine(day, clock_time(), ZoneInfo(timezone)) + timedelta(days=1)
    return int(end.timestamp()) - 1


def _language(service: Service) -> str:
    return service.settings.language


def _say(text: Text, language: str) -> None:
    err.print(text.to(language), markup=False, soft_wrap=True)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
