"""What waits to be written, and what was refused."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.cli.shell import AsJson, guarded, open_service, out, print_json, say
from sync.console import documents, tables
from sync.core.text import Text

app = typer.Typer(no_args_is_help=True, help="What waits to be written, and what was refused.")


@app.command("list", epilog="Example: leadsync outbox list")
@guarded
def outbox_list(json_: AsJson = False) -> int:
    """Orders that wait or were refused, with the reason."""
    with open_service(need_connector=False) as service:
        with service.store.reading() as unit:
            rows = unit.outbox_rows(("pending", "sending", "rejected"))
        if json_:
            print_json([documents.outbox_row(row) for row in rows])
        elif rows:
            out.print(tables.outbox_table(rows, service.settings.timezone, service.settings.language))
        else:
            say(
                Text("Nothing waits and nothing was refused.", "待機中・拒否された書き込みはありません。"),
                service.settings.language,
            )
        return 0


@app.command("retry", epilog="Example: leadsync outbox retry 17 18")
@guarded
def outbox_retry(
    ids: Annotated[list[int] | None, typer.Argument(help="Numbers of `outbox list`; none: all.")] = None,
    json_: AsJson = False,
) -> int:
    """Offer refused and waiting orders again in the next cycle."""
    with open_service(need_connector=False) as service:
        with service.store.begin() as unit:
            count = unit.retry_orders(int(service.clock()), ids or ())
        if json_:
            print_json({"retried": count})
        else:
            say(
                Text(f"{count} orders are due again.", f"{count} 件を再試行の対象にしました。"),
                service.settings.language,
            )
        return 0
