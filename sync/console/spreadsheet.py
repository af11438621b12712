"""CSV files for people who open them in Excel: private, in UTF-8 with a mark, and harmless."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from sync.core.text import Text
from sync.errors import ConfigError

# What table programs take for the beginning of a formula; some also in full width, and after blanks.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BLANKS = " \t\r\n\v\f\u3000\u00a0\ufeff"


def write_rows(path: Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    """A table of these columns. Raises `ConfigError` when the file cannot be written."""
    try:
        # For our eyes only, as the database is: it holds names and addresses. The mark makes Excel read it as UTF-8.
        with open(path, "w", encoding="utf-8-sig", newline="", opener=_private) as file:
            print_rows(file, rows, columns)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(Text(f"{path} cannot be written: {reason}", f"{path} に書き込めません: {reason}")) from error


def print_rows(file: IO[str], rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)


def harmless(value: object) -> object:
    """A CRM's text that a table program would take for a formula is marked as text."""
    if not isinstance(value, str):
        return value
    begins = value.lstrip(_BLANKS)
    return f"'{value}" if begins.startswith(_FORMULA) or value[:1] in ("\t", "\r", "\n") else value


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
