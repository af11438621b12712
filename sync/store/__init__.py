"""The store: one relational schema on SQLite (default) or PostgreSQL, behind the protocols of `sync.repository`."""
