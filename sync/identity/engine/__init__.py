"""Match weights: how much two records speak for being one person.

`open_engine` gives what weighs pairs. Which pairs to weigh: `candidates`. What a weight means, in words: `explain`.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, Protocol

from sync.identity.engine.model import Model

if TYPE_CHECKING:
    import pyarrow as pa

    from sync.identity.engine.duck import Resources
    from sync.identity.engine.site import Site


class Engine(Protocol):
    """Weighs pairs; every implementation gives the same integers."""

    @property
    def model(self) -> Model: ...

    def weigh(self, features: pa.Table, pairs: pa.Table, site: Site) -> pa.Table: ...

    def close(self) -> None: ...


def open_engine(
    resources: Resources | None = None,
    model: Model | None = None,
    kind: Literal["auto", "splink", "sql"] = "auto",
) -> Engine:
    """An engine with a DuckDB of its own; `auto` takes Splink where it is installed, else our own SQL. A model that
    is not given is the shipped one."""
    if kind == "splink" or (kind == "auto" and find_spec("splink")):
        from sync.identity.engine.splink_engine import SplinkEngine

        return SplinkEngine(resources, model)
    from sync.identity.engine.sql_engine import SqlEngine

    return SqlEngine(resources, model)
