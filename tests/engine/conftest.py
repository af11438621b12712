from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync.scoring.engine import Engine
from sync.scoring.engine.duck import DuckEngine
from sync.scoring.engine.reference import ReferenceEngine


@pytest.fixture(scope="session")
def duck() -> Iterator[DuckEngine]:
    made = DuckEngine()
    yield made
    made.close()


@pytest.fixture(scope="session", params=["reference", "duckdb"])
def engine(request: pytest.FixtureRequest, duck: DuckEngine) -> Engine:
    """Each engine in turn: one suite holds for all."""
    return ReferenceEngine() if request.param == "reference" else duck
