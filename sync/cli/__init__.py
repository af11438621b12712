"""The command line: parses, calls, prints; nothing else. One module per group of commands.

Exit codes: 0 done, 1 finished with rejected records, 2 configuration, 3 a vendor refused, 4 internal.
"""

from __future__ import annotations

import typer

from sync.cli import crm, model, outbox, people, person, playbook, running, settings

_HELP = """Explained lead scoring over HubSpot and Salesforce.

Try it without any account: leadsync demo. Settings are environment variables; leadsync config show lists them.

Exit codes: 0 done, 1 finished with rejected records, 2 configuration, 3 a vendor refused, 4 internal."""
app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, help=_HELP)
for group in (running.app, crm.app, person.app):
    app.add_typer(group)
for name, group in (
    ("people", people.app),
    ("model", model.app),
    ("playbook", playbook.app),
    ("outbox", outbox.app),
    ("config", settings.app),
):
    app.add_typer(group, name=name)


def main() -> None:
    """Entry point of the `leadsync` script."""
    app()
