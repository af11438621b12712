"""The scoring process: equal to an engine at hand, replaceable, confined, and never a second SQLite in one process."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from scored_world import World

from sync.child_process import Limits
from sync.errors import EngineError
from sync.scoring.child import ScoringChild, pieces
from sync.scoring.engine import Results
from sync.store import tables as t
from sync.store.database import SqlStore


def test_its_scores_are_those_of_an_engine_at_hand(store: SqlStore, tmp_path: Path) -> None:
    world = World(store, 31)
    shown = world.table(t.score_lines), world.table(t.scores)
    world.everything_anew()
    world.scorer = ScoringChild(Limits(folder=tmp_path))  # type: ignore[assignment]
    world.score()
    assert (world.table(t.score_lines), world.table(t.scores)) == shown


@pytest.mark.parametrize(("kills", "ends_well"), [(1, True), (2, False)])
def test_a_child_that_dies_is_tried_once_more_and_nothing_is_lost(tmp_path: Path, kills: int, ends_well: bool) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'leadsync.db'}")
    store.migrate()
    world = World(store, 32)
    shown = world.table(t.score_lines)
    world.everything_anew()
    child = ScoringChild()
    world.scorer = child  # type: ignore[assignment]
    killer = threading.Thread(target=_kill, args=(child, kills), daemon=True)
    killer.start()
    if ends_well:
        world.score()
    else:
        with pytest.raises(EngineError) as caught:
            world.score()
        assert ", twice" in caught.value.text.en
        with store.reading() as unit:
            assert unit.awaited() > 0
        world.score()
    killer.join()
    assert world.table(t.score_lines) == shown
    store.close()


def test_two_copies_of_sqlite_never_meet_in_one_process(tmp_path: Path) -> None:
    """They would destroy each other's locks."""
    store = SqlStore(f"sqlite:///{tmp_path / 'leadsync.db'}")
    store.migrate()
    world = World(store, 33)
    world.everything_anew()
    child = ScoringChild()
    world.scorer = child  # type: ignore[assignment]
    seen: list[str] = []
    watcher = threading.Thread(target=_look, args=(child, seen), daemon=True)
    watcher.start()
    world.score()
    watcher.join()
    childs, ours = "\n".join(seen), Path("/proc/self/maps").read_text()
    assert "adbc_driver_sqlite" in childs
    assert "_sqlite3" not in childs
    assert "_sqlite3" in ours
    assert "adbc_driver" not in ours
    store.close()


def test_an_address_never_stands_on_a_command_line_or_in_a_representation(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'secret.db'}")
    assert "secret" not in repr(store.scoring_source(True, None))


def test_a_block_is_cut_between_persons(store: SqlStore) -> None:
    world = World(store, 34)
    source = store.scoring_source(True, None)
    (block,) = world.scorer.score(source, world.scoring.model, world.now, world.scoring.timezone)
    parts = list(pieces(block, 3))
    assert sum(part.scores.num_rows for part in parts) == block.scores.num_rows
    assert all(_persons(part) == set(part.scores["person_id"].to_pylist()) for part in parts)
    assert sum(part.lines.num_rows for part in parts) == block.lines.num_rows
    assert sum(part.evidence.num_rows for part in parts) == block.evidence.num_rows


def _persons(part: Results) -> set[int]:
    return set(part.lines["person_id"].to_pylist()) | set(part.evidence["person_id"].to_pylist())


def _kill(child: ScoringChild, times: int) -> None:
    killed: set[int] = set()
    while len(killed) < times:
        pid = child.pid
        if pid and pid not in killed:
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def _look(child: ScoringChild, seen: list[str]) -> None:
    """What the child has loaded, as long as it works."""
    while not (seen and child.pid is None):
        pid = child.pid
        try:
            seen.append(Path(f"/proc/{pid}/maps").read_text() if pid else "")
        except OSError:
            continue
        seen[:] = [text for text in seen if text][-400:]
        time.sleep(0.005)
