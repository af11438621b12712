"""Runs a query: which rows, in which order, shown how."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.derive import today
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.schema import ObjectSpec
from connectors.sandbox.salesforce.soql.aggregates import Aggregation
from connectors.sandbox.salesforce.soql.parser import parse
from connectors.sandbox.salesforce.soql.paths import Paths
from connectors.sandbox.salesforce.soql.predicates import Predicates
from connectors.sandbox.salesforce.soql.results import Render, Shape
from connectors.sandbox.salesforce.soql.syntax import Call, Macro, Ordering, Path, Query
from connectors.sandbox.salesforce.soql.tokens import query_error

MACRO_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Found:
    """Rows in order and how to show one; `total` stands alone for COUNT()."""

    rows: list[Row]
    render: Render
    total: int


class Engine:
    """`tooling` lets the Tooling API's own objects be asked."""

    def __init__(self, org: Org, access: Access, tooling: bool = False) -> None:
        self._org, self._access, self._tooling = org, access, tooling

    def run(self, soql: str, base: str, everything: bool) -> Found:
        """`everything` also finds what is deleted or archived. Raises ApiError."""
        return Run(self._org, self._access, self._tooling, soql, base, everything).top(parse(soql))


class Run:
    """One query text being compiled and evaluated."""

    def __init__(self, org: Org, access: Access, tooling: bool, soql: str, base: str, everything: bool) -> None:
        self._org, self._access, self._tooling = org, access, tooling
        self._soql, self._base, self._everything = soql, base, everything

    def top(self, query: Query) -> Found:
        spec = self.entity(query)
        calls = [item for item in query.select if isinstance(item, Call)]
        if calls or query.group:
            return self._aggregate(query, spec, calls)
        paths = Paths(self._org, self._access, self._soql, spec)
        shape = self.shape(query, paths)
        rows = self.rows(query, paths)
        return Found(rows, shape.renderer(self._base, self._object_of), len(rows))

    def entity(self, query: Query) -> ObjectSpec:
        found = self._access.object(query.source)
        if found is None and self._tooling:
            hidden = self._org.schema.find(query.source)
            found = hidden if hidden and hidden.tooling else None
        if found is None:
            raise query_error(
                "INVALID_TYPE",
                self._soql,
                query.source_at,
                f"sObject type '{query.source}' is not supported. If you are attempting to use a custom object, be "
                "sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for "
                "the appropriate names.",
            )
        return found

    def shape(self, query: Query, paths: Paths) -> Shape:
        shape = Shape(paths.root)
        seen: set[str] = set()
        for item in query.select:
            if isinstance(item, Macro):
                self._macro(item, query, paths, shape)
            elif isinstance(item, Query):
                shape.children.append(self._children(item, paths.root))
            elif isinstance(item, Path):
                hops, spec = paths.walk(item)
                key = ".".join([*(hop.name for hop in hops), spec.name])
                if key in seen:
                    message = f"duplicate field selected: {item.text}"
                    raise query_error("INVALID_FIELD", self._soql, item.at, message)
                seen.add(key)
                shape.add(hops, spec)
        return shape

    def rows(self, query: Query, paths: Paths, among: Iterable[Row] | None = None) -> list[Row]:
        """Filtered, ordered, limited."""
        found: Iterable[Row] = self._org.tables[paths.root.name].values() if among is None else among
        if not self._everything:
            found = (row for row in found if not row.get("IsDeleted") and not row.get("IsArchived"))
        if query.where is not None:
            found = filter(self._predicates(paths).compile(query.where), found)
        rows = self._ordered(list(found), query.order, paths)
        end = None if query.limit is None else query.offset + query.limit
        return rows[query.offset : end]

    def _macro(self, macro: Macro, query: Query, paths: Paths, shape: Shape) -> None:
        if macro.kind not in ("ALL", "STANDARD", "CUSTOM"):
            raise query_error("MALFORMED_QUERY", self._soql, macro.at, f"unexpected token: '{macro.kind}'")
        if macro.kind != "STANDARD" and (query.limit is None or query.limit > MACRO_LIMIT):
            message = (
                f"The SOQL FIELDS function must have a LIMIT of at most {MACRO_LIMIT}"
                if macro.kind == "ALL"
                else f"The SOQL FIELDS(CUSTOM) function must have a LIMIT of at most {MACRO_LIMIT}"
            )
            raise ApiError(400, "MALFORMED_QUERY", message)
        for spec in self._access.fields(paths.root).values():
            if macro.kind == "ALL" or spec.custom == (macro.kind == "CUSTOM"):
                shape.add([], spec)

    def _children(self, query: Query, parent: ObjectSpec) -> tuple[str, Render]:
        """A subquery of the SELECT list: each parent's children by a relationship of that name."""
        for child, field in self._org.schema.children(parent.name):
            if field.children and field.children.lower() == query.source.lower():
                paths = Paths(self._org, self._access, self._soql, child)
                render = self.shape(query, paths).renderer(self._base, self._object_of)
                groups: dict[str, list[Row]] = {}
                for row in self._org.tables[child.name].values():
                    groups.setdefault(row.get(field.name) or "", []).append(row)
                return field.children, self._child_renderer(query, paths, groups, render)
        message = f"Didn't understand relationship '{query.source}' in FROM part of query call."
        raise query_error("INVALID_TYPE", self._soql, query.source_at, message)

    def _child_renderer(self, query: Query, paths: Paths, groups: dict[str, list[Row]], render: Render) -> Render:
        def show(row: Row) -> Any:
            rows = self.rows(query, paths, groups.get(row["Id"], []))
            records = [render(child) for child in rows]
            return {"totalSize": len(records), "done": True, "records": records} if records else None

        return show

    def _predicates(self, paths: Paths) -> Predicates:
        return Predicates(paths, self._soql, today(self._org), self._org.timezone, self._semi_join)

    def _semi_join(self, query: Query) -> set[Any]:
        paths = Paths(self._org, self._access, self._soql, self.entity(query))
        columns = [item for item in query.select if isinstance(item, Path)]
        if len(columns) != 1 or len(query.select) != 1:
            raise query_error("MALFORMED_QUERY", self._soql, query.source_at, "a semi join selects one field")
        read = paths.resolve(columns[0]).read
        return {read(row) for row in self.rows(query, paths)} - {None}

    def _ordered(self, rows: list[Row], order: tuple[Ordering, ...], paths: Paths) -> list[Row]:
        for part in reversed(order):
            found = paths.resolve(part.path)
            if not found.field.sortable:
                message = f"field '{part.path.text}' can not be sorted in a query call"
                raise query_error("INVALID_FIELD", self._soql, part.path.at, message)
            rows.sort(key=sort_key(found.read, found.field.type, part), reverse=part.descending)
        return rows

    def _aggregate(self, query: Query, spec: ObjectSpec, calls: list[Call]) -> Found:
        paths = Paths(self._org, self._access, self._soql, spec)
        if len(query.select) == 1 and not query.group and calls[0].name == "COUNT" and calls[0].path is None:
            return Found([], lambda row: row, len(self.rows(query, paths)))
        plain = Query((), query.source, query.source_at, query.where)
        rows = Aggregation(query, paths, self._soql).results(self.rows(plain, paths))
        end = None if query.limit is None else query.offset + query.limit
        rows = rows[query.offset : end]
        return Found(rows, lambda row: row, len(rows))

    def _object_of(self, record_id: str) -> str:
        spec = self._org.schema.by_prefix.get(record_id[:3])
        return spec.name if spec else ""


def sort_key(read: Callable[[Row], Any], kind: str, part: Ordering) -> Callable[[Row], tuple[bool, Any]]:
    """Nulls come first in both directions unless told otherwise; text sorts without case, ids by their bytes."""
    # `reverse` also reverses the null flag, so its sense depends on the direction
    null_flag = part.nulls_last != part.descending
    folds = kind not in ("id", "reference", "date", "datetime")

    def key(row: Row) -> tuple[bool, Any]:
        value = read(row)
        if value is None:
            return (null_flag, "")
        return (not null_flag, value.lower() if folds and isinstance(value, str) else value)

    return key
