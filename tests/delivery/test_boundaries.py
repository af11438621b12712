"""Environment and clock enter at the top and are handed down: nothing below bootstrap looks for them itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BANNED = (
    "os.environ",
    "os.getenv",
    "time.time",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.date.today",
)
# The command line and what it starts. The sandbox is a server of its own, with its own clock.
ENTRY_POINTS = {"sync/cli/shell.py", "sync/demo.py", "sync/bootstrap.py"}


def test_only_entry_points_read_the_environment_or_the_clock() -> None:
    found = places(ROOT / "sync", ROOT / "connectors", ROOT / "config")
    assert {name for name in found if name not in ENTRY_POINTS and not name.startswith("connectors/sandbox/")} == set()


def test_a_module_that_reads_the_clock_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text("import time as t\nfrom os import environ\nprint(t.time(), environ)\n")
    assert len(places(tmp_path, relative_to=tmp_path)) == 1


def places(*folders: Path, relative_to: Path = ROOT) -> set[str]:
    """Files in which ruff sees one of the banned names, however it was imported."""
    banned = ", ".join(f'"{name}".msg = "handed down"' for name in BANNED)
    command = [Path(sys.executable).with_name("ruff"), "check", "--isolated", "--no-cache", "--select=TID251"]
    config = f"lint.flake8-tidy-imports.banned-api = {{{banned}}}"
    done = subprocess.run(
        [*command, "--config", config, "--output-format=json", *folders], capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    return {str(Path(row["filename"]).relative_to(relative_to)) for row in json.loads(done.stdout)}
