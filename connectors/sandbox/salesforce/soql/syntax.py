"""The parts of a query after parsing. `at` is the position in the text, for errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Path:
    """A field, perhaps through parents: Account.Owner.Name."""

    parts: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate; `path` is None for COUNT()."""

    name: str
    path: Path | None
    alias: str
    at: int


@dataclass(frozen=True, slots=True)
class Macro:
    """FIELDS(ALL), FIELDS(STANDARD), FIELDS(CUSTOM)."""

    kind: str
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """`kind` is string, number, boolean, null, date, datetime or relative (TODAY, LAST_N_DAYS:n)."""

    kind: str
    value: Any
    at: int


@dataclass(frozen=True, slots=True)
class Comparison:
    path: Path
    operator: str  # = != < <= > >= LIKE IN NOT IN INCLUDES EXCLUDES
    value: Literal | tuple[Literal, ...] | Query
    at: int


@dataclass(frozen=True, slots=True)
class Junction:
    """AND, OR, or NOT with one part."""

    word: str
    parts: tuple[Condition, ...]


Condition = Comparison | Junction


@dataclass(frozen=True, slots=True)
class Ordering:
    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """`source` is the object's name, or the child relationship's in a subquery of the SELECT list."""

    select: tuple[Path | Call | Macro | Query, ...]
    source: str
    source_at: int
    where: Condition | None = None
    group: tuple[Path, ...] = ()
    order: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int = 0
