"""Use cases, one per file. They know ports and the repository, never a vendor or a database."""
