"""Settings as they are in force."""

from __future__ import annotations

import typer

from config import report as settings_report
from sync.cli.shell import AsJson, guarded, load, out, print_json
from sync.console import tables

app = typer.Typer(no_args_is_help=True, help="Settings.")


@app.command("show", epilog="Example: leadsync config show")
@guarded
def config_show(json_: AsJson = False) -> int:
    """Effective settings and where each came from; secrets are masked."""
    loaded = load()
    rows = settings_report.rows(loaded)
    if json_:
        print_json([{"name": name, "value": value, "from": source} for name, value, source in rows])
    else:
        out.print(tables.settings_table(rows, loaded.settings.language))
    return 0
