"""GROUP BY and aggregate functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connectors.sandbox.salesforce.org import Row
from connectors.sandbox.salesforce.soql.paths import Paths
from connectors.sandbox.salesforce.soql.syntax import Call, Path, Query
from connectors.sandbox.salesforce.soql.tokens import query_error

_FOLD: dict[str, Callable[[Sequence[Any]], Any]] = {
    "COUNT": len,
    "COUNT_DISTINCT": lambda values: len(set(values)),
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
    "SUM": lambda values: sum(values) if values else None,
    "AVG": lambda values: sum(values) / len(values) if values else None,
}
_NUMERIC = ("SUM", "AVG")


class Aggregation:
    """The AggregateResult rows of one query; without GROUP BY there is exactly one."""

    def __init__(self, query: Query, paths: Paths, soql: str) -> None:
        self._query, self._paths, self._soql = query, paths, soql
        self._keys = [paths.resolve(path).read for path in query.group]
        self._columns = [self._column(item) for item in query.select]
        self._names = self._name_columns()

    def results(self, rows: list[Row]) -> list[Row]:
        groups: dict[tuple[Any, ...], list[Row]] = {} if self._keys else {(): rows}
        if self._keys:
            for row in rows:
                groups.setdefault(tuple(key(row) for key in self._keys), []).append(row)
        found = [self._result(members) for members in groups.values()]
        return self._ordered(found)

    def _result(self, members: list[Row]) -> Row:
        values = (column(members) for column in self._columns)
        return {"attributes": {"type": "AggregateResult"}} | dict(zip(self._names, values, strict=True))

    def _column(self, item: Any) -> Callable[[list[Row]], Any]:
        if isinstance(item, Path):
            if item.text.lower() not in {path.text.lower() for path in self._query.group}:
                message = f"Field must be grouped or aggregated: {item.text}"
                raise query_error("MALFORMED_QUERY", self._soql, item.at, message)
            read = self._paths.resolve(item).read
            return lambda members: read(members[0]) if members else None
        if not isinstance(item, Call):
            raise query_error("MALFORMED_QUERY", self._soql, 0, "only fields and aggregates can be grouped")
        return self._call(item)

    def _call(self, call: Call) -> Callable[[list[Row]], Any]:
        if call.path is None:
            if call.name != "COUNT":
                raise query_error("MALFORMED_QUERY", self._soql, call.at, f"{call.name} needs a field")
            return len
        found = self._paths.resolve(call.path)
        if not found.field.filterable or (call.name in _NUMERIC and not found.field.numeric):
            message = f"field {call.path.text} does not support aggregate operator {call.name}"
            raise query_error("MALFORMED_QUERY", self._soql, call.at, message)
        fold, read = _FOLD[call.name], found.read
        return lambda members: fold([value for row in members if (value := read(row)) is not None])

    def _name_columns(self) -> list[str]:
        names, unnamed = [], 0
        for item in self._query.select:
            if isinstance(item, Path):
                names.append(item.parts[-1])
            elif isinstance(item, Call) and item.alias:
                names.append(item.alias)
            else:
                names.append(f"expr{unnamed}")
                unnamed += 1
        return names

    def _ordered(self, found: list[Row]) -> list[Row]:
        for part in reversed(self._query.order):
            name = part.path.parts[-1]
            if name not in self._names:
                raise query_error("MALFORMED_QUERY", self._soql, part.path.at, "Ordered field must be grouped")
            found.sort(key=lambda row: (row[name] is not None, row[name] or 0), reverse=part.descending)
        return found
