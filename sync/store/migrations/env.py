"""Run by Alembic: applies revisions on the connection that `sync.store.database` hands over."""

from alembic import context

from sync.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
