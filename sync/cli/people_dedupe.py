"""Cleaning a list of contacts; needs no settings and no CRM."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from sync.cli.shell import AsJson, err, guarded, print_json, say, spoken
from sync.console.lists import ListBars, cleaned_document, cleaned_lines
from sync.core.text import Text
from sync.errors import ConfigError
from sync.identity.bands import LIST_THRESHOLD

app = typer.Typer()
_FARTHEST = 100  # bits; no pair weighs more


@app.command("dedupe", epilog="Example: leadsync people dedupe contacts.csv --out people.csv --pairs pairs.csv")
@guarded
def people_dedupe(
    source: Annotated[Path, typer.Argument(metavar="IN.csv", help="UTF-8 or Shift_JIS; headers English or Japanese.")],
    out_file: Annotated[Path, typer.Option("--out", help="Gets id,cluster_id for every row.")],
    pairs: Annotated[Path | None, typer.Option("--pairs", help="Gets every pair worth a look, with weights.")] = None,
    threshold: Annotated[
        float, typer.Option(help="Weight (log2 of the odds) from which two records are one person.")
    ] = LIST_THRESHOLD / 1000,
    json_: AsJson = False,
) -> int:
    """Find which rows of a list are one person. Broken rows are told by line; the rest is processed."""
    if not abs(threshold) <= _FARTHEST:
        raise ConfigError(
            Text(
                f"--threshold takes a number from -{_FARTHEST} to {_FARTHEST}",
                f"--threshold は -{_FARTHEST} から {_FARTHEST} の数値です",
            )
        )
    from sync.identity.lists.dedupe import dedupe  # here only: DuckDB and Arrow take half a second to load

    language = spoken()
    with tempfile.TemporaryDirectory(prefix="leadsync-") as temporary, ListBars(err, language) as bars:
        cleaned = dedupe(source, out_file, pairs, bars, Path(temporary), round(threshold * 1000))
    if json_:
        print_json(cleaned_document(cleaned))
    else:
        for text in cleaned_lines(cleaned, out_file, pairs):
            say(text, language)
    return 1 if cleaned.faults.rows else 0
