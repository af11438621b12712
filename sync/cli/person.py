"""One person: records, score line by line, everything ever written."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from sync.cli.shell import AsJson, Person, guarded, open_service, out, print_json
from sync.console import documents, pages, tables
from sync.core.text import Text
from sync.errors import ConfigError
from sync.jobs.explain import explain as explain_job

app = typer.Typer()


@app.command(epilog="Example: leadsync explain taro.yamada@example.co.jp --as-of 2026-10-01")
@guarded
def explain(
    person: Person,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Score of a past day, YYYY-MM-DD.")] = None,
    json_: AsJson = False,
) -> int:
    """Show one person's records, why they are one, the score line by line, and what each CRM was told."""
    with open_service(need_connector=False) as service:
        settings = service.settings
        at = _end_of_day(as_of, settings.timezone) if as_of else None
        found = explain_job(service.store, person, service.scoring, at, int(service.clock()))
        if json_:
            print_json(documents.explanation(found))
        else:
            out.print(pages.explanation(found, found.model, settings.timezone, settings.language))
        return 0


@app.command(epilog="Example: leadsync audit taro.yamada@example.co.jp")
@guarded
def audit(
    person: Person,
    json_: AsJson = False,
) -> int:
    """Every value ever written for one person: when, in which run, old and new."""
    with open_service(need_connector=False) as service:
        settings = service.settings
        found = explain_job(service.store, person, service.scoring, None, int(service.clock()))
        with service.store.reading() as unit:
            entries = unit.audit_of(found.dossier.person_id)
        if json_:
            print_json([asdict(entry) for entry in entries])
        else:
            out.print(tables.audit_table(entries, settings.timezone, settings.language))
        return 0


def _end_of_day(text: str, timezone: str) -> int:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise ConfigError(Text("--as-of takes a date like 2026-10-01", "--as-of は 2026-10-01 の形式です")) from error
    end = datetime.combine(day, clock_time(), ZoneInfo(timezone)) + timedelta(days=1)
    return int(end.timestamp()) - 1
