"""Lets the tests of this folder import their account; a store on SQLite for scenarios that no database changes."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.store.database import SqlStore

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with today's schema: a copy of it is there sooner than its migrations."""
    path = tmp_path_factory.mktemp("migrated") / "leadsync.db"
    store = SqlStore(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def sqlite_store(migrated: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "leadsync.db"
    shutil.copy(migrated, path)
    store = SqlStore(f"sqlite:///{path}")
    yield store
    store.close()
