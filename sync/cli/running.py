"""Running: the demo, the service, one cycle, pause and resume, the state of things."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from sync import daemon as daemon_module
from sync import demo
from sync.bootstrap import Service
from sync.cli.shell import AsJson, err, guarded, open_service, out, print_json, say
from sync.console import documents, model_pages, pages, tables
from sync.console import status as status_view
from sync.console.progress import ProgressBars
from sync.console.words import said_by
from sync.core.text import Text
from sync.errors import ConfigError
from sync.jobs import report
from sync.jobs.cycle import CycleResult, Order
from sync.jobs.model_approval import approval_notice
from sync.jobs.model_change import ModelChange, differs, who_moves

app = typer.Typer()


@app.command("demo", epilog="Example: leadsync demo --once")
@guarded
def run_demo(
    once: Annotated[bool, typer.Option("--once", help="End after the first cycle.")] = False,
    people: Annotated[int, typer.Option(help="How many people the sandbox CRMs hold.", min=50)] = demo.PEOPLE,
    json_: AsJson = False,
) -> int:
    """Try everything on two sandbox CRMs with made-up people; needs no settings."""
    return demo.run(once, people, out, err, json_)


@app.command(epilog="Example: LEADSYNC_WRITE_MODE=apply leadsync run")
@guarded
def run(json_: AsJson = False) -> int:
    """Run as a service: pull, match, score and write on a schedule, with a status page."""
    with open_service() as service:
        return daemon_module.run(service)


@app.command(epilog="Example: leadsync sync --plan --out changes.csv")
@guarded
def sync(
    plan: Annotated[bool, typer.Option("--plan", help="Write nothing; show what would be written.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read everything anew and find what is gone.")] = False,
    accept: Annotated[int | None, typer.Option("--accept", help="Let the held run with this number go on.")] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="With --plan: every change as CSV.")] = None,
    json_: AsJson = False,
) -> int:
    """One cycle: pull, match, score, and write if WRITE_MODE is apply."""
    with open_service() as service:
        language = service.settings.language
        _ = service.sound_model
        _check_accepted(service, accept)
        _check_out(out_file, plan)
        write = service.writes and not plan
        if not (write or plan):
            say(_why_only_plan(service), language)
        change = None if write else _model_change(service)  # the cycle scores everybody by the new model
        with ProgressBars(err, language) as bars:
            result = service.cycle(Order(write=write, full=full, brake=service.brake), bars)
        if write:
            service.tell()
        if write and result.over_brake:
            say(_over_brake(service), language)
        if out_file:
            _write_changes(result, out_file)
        if json_:
            page = {} if write else {"plan": documents.plain(_plan_page(service, result))}
            changed = {"model_change": model_pages.change_document(change)} if change else {}
            print_json({**documents.cycle(result, *_figures(service)), **page, **changed})
        elif write:
            out.print(tables.cycle_tables(result, *_figures(service), language))
        else:
            _print_plan(service, result)
            if change:
                out.print(model_pages.change_page(change, language))
        for notice in () if json_ else result.notices:
            err.print(said_by(notice.system, notice.text, language), markup=False, soft_wrap=True)
        if not_approved := approval_notice(service.store):
            say(not_approved, language)
        return result.exit_code


@app.command(epilog="Example: leadsync pause")
@guarded
def pause(json_: AsJson = False) -> int:
    """Stop all writing until `resume`; reading and scoring go on."""
    return _set_paused(True, json_)


@app.command(epilog="Example: leadsync resume")
@guarded
def resume(json_: AsJson = False) -> int:
    """Write again after `pause`."""
    return _set_paused(False, json_)


@app.command(epilog="Example: leadsync status")
@guarded
def status(json_: AsJson = False) -> int:
    """Last runs, queue, rejected records, bands and API calls."""
    with open_service(need_connector=False) as service:
        page = daemon_module.status_page(service, {})
        if json_:
            print_json({**documents.plain(page), "health": page.health})
        else:
            out.print(status_view.status(page, service.settings.language))
        return 0


def _figures(service: Service) -> tuple[Any, dict[str, int], int]:
    """What the cycle's table shows beside the result: census, calls of this process, queued tasks."""
    with service.store.reading() as unit:
        census = unit.census()
        queued = len(unit.queued_episodes())
    return census, {system: sum(calls.values()) for system, calls in service.telemetry.calls().items()}, queued


def _plan_page(service: Service, result: CycleResult) -> report.PlanPage:
    per_owner = service.settings.tasks.per_owner_per_day
    return report.plan_page(service.store, result.draft, service.scoring, int(service.clock()), per_owner)


def _model_change(service: Service) -> ModelChange | None:
    """Who moves, when people have scores by another model than the one that is asked for now."""
    model, settings = service.wanted_model, service.settings
    if not differs(service.store, model.version):
        return None
    domains, now = service.playbook.domains, int(service.clock())
    return who_moves(service.store, model, settings.language, settings.timezone, domains, now)


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


def _set_paused(paused: bool, as_json: bool) -> int:
    with open_service(need_connector=False) as service:
        with service.store.begin() as unit:
            unit.set_fact("paused", str(int(service.clock())) if paused else None)
        if as_json:
            print_json({"paused": paused})
            return 0
        text = (
            Text(
                "Paused: nothing is written until `leadsync resume`.",
                "一時停止しました。`leadsync resume` で再開します。",
            )
            if paused
            else Text("Writing goes on.", "書き込みを再開します。")
        )
        say(text, service.settings.language)
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
