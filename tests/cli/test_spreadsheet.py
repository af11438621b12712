"""What a table program would take for a formula never reaches it as one."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest

from sync.console.spreadsheet import harmless, write_rows
from sync.errors import ConfigError


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+81", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|'/C calc'!A0", "＝1+1", "\u3000=1", "\n=1", "\ufeff=1"],
)
def test_a_formula_is_marked_as_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["山田 太郎", "a=b", "", 12, -3, None, "03-1234"])
def test_other_values_stay(value: object) -> None:
    assert harmless(value) == value


def test_the_file_is_private_and_opens_in_excel(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    write_rows(path, [{"name": "=HYPERLINK(0)", "n": -1}], ["name", "n"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(path.open(encoding="utf-8-sig"))) == [["name", "n"], ["'=HYPERLINK(0)", "-1"]]


def test_a_file_that_cannot_be_written_is_told_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        write_rows(tmp_path / "no" / "list.csv", [], ["a"])
