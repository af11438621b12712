"""The DuckDB that weighing and candidates run in: in memory, bounded, with no reach beyond the machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from sync.identity.engine.columns import DERIVED_SETS, FLAGS, TEXTS
from sync.identity.engine.conditions import Dialect
from sync.identity.engine.site import LEAST_BEARERS, Site

FEATURES = "leadsync_features"
NAMES = "leadsync_names"
_JAPANESE_MOBILES = "'+8170', '+8180', '+8190'"  # elsewhere only the main number is known to be mobile
ARRIVING_PAIRS = "leadsync_pairs"
SPLINK_PAIRS = "leadsync_splink_pairs"


@dataclass(frozen=True, slots=True)
class Resources:
    """What one matching process may use. Without a folder nothing is spilled to disk."""

    memory_mb: int = 1024
    threads: int = 2
    temp_directory: Path | None = None


def connect(resources: Resources) -> duckdb.DuckDBPyConnection:
    """A database of its own. It installs and loads no extension, and cannot be told to any more."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{resources.memory_mb}MB",
        "threads": resources.threads,
        "temp_directory": str(resources.temp_directory or ""),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=settings)
    run(connection, "set enable_external_access = false")  # only now: it would forbid choosing the folder
    return connection


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Runs a statement whose result nobody needs, to its end: DuckDB 2 refuses the next one before that."""
    connection.execute(sql).fetchall()


class Loaded:
    """Which features and site the tables FEATURES and NAMES hold. Arrow tables never change, so the same object has
    been loaded already."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> None:
        self._connection = connection
        self._columns = frozenset(columns)
        self._features: pa.Table | None = None
        self._site: Site | None = None

    def load(self, features: pa.Table, site: Site) -> None:
        if self._features is features and self._site is site:
            return
        if self._features is not features:
            self._features = None  # a load that fails leaves nothing to rely on
            load_features(self._connection, features, self._columns)
        load_names(self._connection, site)
        self._features, self._site = features, site


def load_features(connection: duckdb.DuckDBPyConnection, features: pa.Table, columns: Iterable[str]) -> None:
    """Puts the features into the table FEATURES."""
    with viewed(connection, "arriving", features):
        run(connection, f"create or replace table {FEATURES} as {features_sql(columns, Dialect.DUCKDB)}")


def add_features(connection: duckdb.DuckDBPyConnection, features: pa.Table, columns: Iterable[str]) -> None:
    """Adds features to the table FEATURES, which holds these columns."""
    with viewed(connection, "arriving", features):
        run(connection, f"insert into {FEATURES} {features_sql(columns, Dialect.DUCKDB)}")


def load_names(connection: duckdb.DuckDBPyConnection, site: Site) -> None:
    """Puts the names of FEATURES into NAMES."""
    with viewed(connection, "arriving", site.counts()):
        run(connection, f"create or replace table {NAMES} as {names_sql(site.records)}")


def features_sql(columns: Iterable[str], dialect: Dialect) -> str:
    """Selects id and the given columns of the view `arriving`, unknown texts and empty sets as NULL."""
    return f"select {', '.join(['id', *(_stored(column, dialect) for column in sorted(columns))])} from arriving"


def names_sql(records: int) -> str:
    """Selects each name of FEATURES and the share of the site's records that bear it (nm, tf_nm), from the view
    `arriving` (nm, count). In both dialects."""
    return f"""select f.nm, cast(greatest(coalesce(max(a.count), 1), {LEAST_BEARERS}) as double)
        / cast({max(records, LEAST_BEARERS)} as double) as tf_nm
        from (select distinct nm from {FEATURES} where nm is not null) as f left join arriving as a on a.nm = f.nm
        group by f.nm"""


@contextmanager
def viewed(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> Iterator[None]:
    """An Arrow table that statements can read under a name."""
    connection.register(name, table)
    try:
        yield
    finally:
        connection.unregister(name)


def _stored(column: str, dialect: Dialect) -> str:
    if column in TEXTS:
        return f"nullif({column}, '') as {column}"
    if column in FLAGS:
        return column
    size = "len" if dialect is Dialect.DUCKDB else "size"
    found = _derived(column, dialect) if column in DERIVED_SETS else column
    return f"case when {size}({found}) > 0 then {found} end as {column}"


def _derived(column: str, dialect: Dialect) -> str:
    """The members of another set that a condition on `x` holds for."""
    source, condition = {
        "named": ("emails", "fam <> '' and contains(split_part(x, '@', 1), fam)"),
        "mobiles": ("phones", f"(mob and x = ph) or substring(x, 1, 5) in ({_JAPANESE_MOBILES})"),
    }[column]
    if dialect is Dialect.DUCKDB:
        return f"list_filter({source}, lambda x: {condition})"
    return f"filter({source}, x -> {condition})"
