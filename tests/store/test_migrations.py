"""The schema that migrations build is the one the code expects."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from sync.store.database import SqlStore
from sync.store.tables import metadata


def test_migrations_from_the_first_one_on_end_in_the_schema_of_the_tables(store: SqlStore) -> None:
    with store.reading() as unit:
        differences = compare_metadata(MigrationContext.configure(unit.connection), metadata)
    assert differences == []


def test_migrating_twice_changes_nothing_and_the_store_is_ready(store: SqlStore) -> None:
    store.migrate()
    assert store.ready()
