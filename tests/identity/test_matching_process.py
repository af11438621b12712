"""The child process that weighs: warm, replaceable, confined, and gone when nobody needs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from sync.child_process import Limits
from sync.errors import EngineError
from sync.identity.child import Matcher
from sync.identity.engine.columns import PAIRS, table_of
from sync.identity.engine.site import Site
from sync.identity.features import Features

SITE = Site(1_000, {"sato tarou": 3})


def people(count: int) -> pa.Table:
    known = {"fam": "sato", "giv": "tarou", "nm": "sato tarou", "ini": "t", "edom": "x.jp"}
    return table_of(Features(n, em=f"t{n}@x.jp", loc=f"t{n}", **known) for n in range(count))


def star(count: int) -> pa.Table:
    return pa.table({"left": [0] * (count - 1), "right": list(range(1, count))}, schema=PAIRS)


@pytest.fixture
def matcher(tmp_path: Path) -> Iterator[Matcher]:
    made = Matcher(Limits(folder=tmp_path / "data"))
    yield made
    made.close()


def test_it_starts_with_the_first_pair_and_stays_warm(matcher: Matcher) -> None:
    assert matcher.weigh(people(1), PAIRS.empty_table(), SITE).num_rows == 0
    assert matcher.pid is None
    assert matcher.weigh(people(3), star(3), SITE).num_rows == 2
    first = matcher.pid
    assert matcher.weigh(people(9), star(9), SITE).num_rows == 8
    assert matcher.pid == first


def test_a_child_that_died_is_replaced(matcher: Matcher) -> None:
    expected = matcher.weigh(people(5), star(5), SITE)
    first = matcher.pid or 0
    os.kill(first, signal.SIGKILL)
    again = matcher.weigh(people(5), star(5), SITE)
    assert sorted(again.to_pylist(), key=str) == sorted(expected.to_pylist(), key=str)
    assert matcher.pid not in (first, None)


def test_what_it_cannot_weigh_even_in_pieces_is_an_error_that_quotes_nothing(matcher: Matcher) -> None:
    with pytest.raises(EngineError) as caught:
        matcher.weigh(people(5).drop_columns(["nm"]), star(5), SITE)
    assert "BinderException" in caught.value.text.en
    assert "sato" not in str(caught.value.text)
    assert matcher.pid is None
    assert matcher.weigh(people(3), star(3), SITE).num_rows == 2


def test_too_little_memory_is_an_error_and_not_a_hang(tmp_path: Path) -> None:
    small = Matcher(Limits(memory_mb=1, threads=1, folder=tmp_path))
    with pytest.raises(EngineError):
        small.weigh(people(5), star(5), SITE)
    small.close()


def test_what_it_spills_lies_where_nobody_else_looks_and_is_gone_afterwards(tmp_path: Path) -> None:
    left = tmp_path / "matching-999999999-1"  # of a process that was killed
    left.mkdir()
    matcher = Matcher(Limits(folder=tmp_path))
    matcher.warm()
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    matcher.close()
    assert list(tmp_path.iterdir()) == []


def test_it_sees_nothing_of_the_environment(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSYNC_HUBSPOT__ACCESS_TOKEN", "secret")
    matcher.weigh(people(2), star(2), SITE)
    assert b"LEADSYNC" not in Path(f"/proc/{matcher.pid}/environ").read_bytes()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_parent(sign: signal.Signals) -> None:
    code = (
        "import sys, time; sys.path[:] = {path!r}\n"
        "from sync.identity.child import Matcher\n"
        "m = Matcher(); m.warm(); print(m.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code.format(path=sys.path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(sign)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(child)


def test_the_service_itself_never_loads_duckdb_or_splink(tmp_path: Path) -> None:
    """Two databases in one process would be two copies of much else."""
    code = """
import sys; sys.path[:] = {path!r}
import sync.bootstrap, sync.cli
from sync.core.records import PersonRecord, RecordKey
from sync.identity.child import Matcher
from sync.jobs.resolve import resolve
from sync.store.database import SqlStore
store = SqlStore("sqlite:///{folder}/leadsync.db")
store.migrate()
people = [PersonRecord(RecordKey("hubspot", "contact", str(n)), 9, last_name="Sato", email="a@x.jp") for n in (1, 2)]
with store.begin() as unit:
    unit.save(people, 9)
matcher = Matcher()
resolve(store, matcher, lambda: 9, lambda: None)
assert matcher.pid, "nothing was weighed"
matcher.close()
print(sorted({{"duckdb", "splink"}} & set(sys.modules)))
"""
    text = code.format(path=sys.path, folder=tmp_path)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def _alive(pid: int) -> bool:
    """A zombie that nobody collected counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_folder_that_cannot_be_made_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError) as caught:
        Matcher(Limits(folder=tmp_path / "file")).weigh(people(2), star(2), SITE)
    assert "FileExistsError" in caught.value.text.en
