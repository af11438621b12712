"""The bench's floor gives what the engine gives: what is compared does the same work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.scoring.account import AS_OF, TABLES, generated, opened
from bench.scoring.floor import Floor, told
from bench.scoring.store import await_scores, fill
from bench.scoring.worker import main
from sync.scoring.engine import Inputs
from sync.scoring.engine.duck import DuckEngine
from sync.scoring.model import load_model
from tests.engine.worlds import TOKYO, whole

PERSONS = 3_000


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("account")
    generated(folder, PERSONS)
    return folder


def test_the_floor_scores_and_explains_as_the_engine_does(account: Path, duck: DuckEngine) -> None:
    inputs = Inputs(*(opened(account, name) for name in TABLES))
    found = whole(duck, inputs, load_model("basic"), AS_OF, TOKYO)
    floor = Floor(account, told(account))
    scores, lines, evidence = floor.reasons()
    names = floor.scores().schema.names
    assert scores.select(names).to_pylist() == found.scores.select(names).to_pylist()
    assert lines.select(found.lines.schema.names).to_pylist() == found.lines.to_pylist()
    assert evidence.to_pylist() == found.evidence.select(evidence.schema.names).to_pylist()
    assert set(scores["band"].to_pylist()) == {1, 2, 3, 4, 5}


def test_the_account_can_be_scored_from_its_store(account: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main("keep", account)
    fill(account, load_model("basic"))
    await_scores(account, 300)
    for way in ("midnight", "store_midnight"):
        main(way, account)
    _, midnight, from_store = (json.loads(line)["told"] for line in capsys.readouterr().out.splitlines())
    assert 0 < midnight == from_store < PERSONS
