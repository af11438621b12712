"""WHERE conditions as closures over rows.

Logic is two-valued: a comparison with null is false, except that `!=` and NOT IN hold for null.
Text compares without case, ids in their 18-character form.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from connectors.sandbox.salesforce import ids
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.org import Row
from connectors.sandbox.salesforce.schema import FieldSpec
from connectors.sandbox.salesforce.soql.paths import Getter, Paths
from connectors.sandbox.salesforce.soql.periods import Span, as_datetimes, span
from connectors.sandbox.salesforce.soql.syntax import Comparison, Condition, Junction, Literal, Query
from connectors.sandbox.salesforce.soql.tokens import query_error
from connectors.sandbox.salesforce.stamps import parse_date, parse_datetime
from connectors.sandbox.salesforce.values import TEXTS

Predicate = Callable[[Row], bool]
SemiJoin = Callable[[Query], set[Any]]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_IDS = ("id", "reference")


class Predicates:
    """Compiles the conditions of one query. `semi_join` runs a subquery and gives the values of its one column."""

    def __init__(self, paths: Paths, soql: str, today: date, timezone: str, semi_join: SemiJoin) -> None:
        self._paths, self._soql, self._today, self._timezone = paths, soql, today, timezone
        self._semi_join = semi_join

    def compile(self, condition: Condition) -> Predicate:
        if isinstance(condition, Comparison):
            return self._comparison(condition)
        parts = [self.compile(part) for part in condition.parts]
        return _joined(condition, parts)

    def _comparison(self, asked: Comparison) -> Predicate:
        found = self._paths.resolve(asked.path)
        field, read = found.field, found.read
        if not field.filterable:
            message = f"field '{asked.path.text}' can not be filtered in a query call"
            raise query_error("INVALID_FIELD", self._soql, asked.at, message)
        self._demand_operator(field, asked)
        if isinstance(asked.value, Query):
            return _member(read, self._semi_join(asked.value), False, asked.operator == "NOT IN")
        if isinstance(asked.value, tuple):
            return self._in_list(field, read, asked, asked.value)
        if asked.operator == "LIKE":
            return _like(read, str(asked.value.value))
        if asked.value.kind == "relative":
            return self._relative(field, read, asked, asked.value)
        return self._plain(field, read, asked.operator, self._value(field, asked, asked.value))

    def _demand_operator(self, field: FieldSpec, asked: Comparison) -> None:
        """Which operators make sense for the type."""
        wrong = (
            (asked.operator == "LIKE" and (field.type not in TEXTS or field.type in _IDS))
            or (asked.operator in _ORDER and field.type in ("boolean", "multipicklist"))
            or (asked.operator in ("INCLUDES", "EXCLUDES") and field.type != "multipicklist")
        )
        if not wrong and asked.operator == "LIKE":
            wrong = not isinstance(asked.value, Literal) or asked.value.kind != "string"
        if wrong:
            message = f"invalid operator on {field.type} field"
            raise query_error("INVALID_QUERY_FILTER_OPERATOR", self._soql, asked.at, message)

    def _in_list(self, field: FieldSpec, read: Getter, asked: Comparison, items: tuple[Literal, ...]) -> Predicate:
        if asked.operator in ("INCLUDES", "EXCLUDES"):
            return _includes(read, [str(item.value) for item in items], asked.operator == "EXCLUDES")
        if any(item.kind == "relative" for item in items):
            raise query_error("MALFORMED_QUERY", self._soql, asked.at, "date literals are not allowed in a list")
        wanted = {self._value(field, asked, item) for item in items}
        folds = field.type in TEXTS and field.type not in _IDS
        if folds:
            wanted = {value.lower() if isinstance(value, str) else value for value in wanted}
        return _member(read, wanted, folds, asked.operator == "NOT IN")

    def _plain(self, field: FieldSpec, read: Getter, word: str, wanted: Any) -> Predicate:
        folds = field.type in TEXTS and field.type not in _IDS
        if folds and isinstance(wanted, str):
            return _folded(read, word, wanted.lower())
        if word == "=":
            return lambda row: read(row) == wanted
        if word == "!=":
            return lambda row: read(row) != wanted
        compare = _ORDER[word]
        if wanted is None:
            return lambda row: False
        return lambda row: (value := read(row)) is not None and compare(value, wanted)

    def _relative(self, field: FieldSpec, read: Getter, asked: Comparison, literal: Literal) -> Predicate:
        name, count = literal.value
        days = span(name, count, self._today)
        if days is None:
            raise query_error("MALFORMED_QUERY", self._soql, literal.at, f"unexpected token: '{name}'")
        if field.type not in ("date", "datetime"):
            raise self._type_error(field, asked, literal)
        first, last = self._bounds(field, days)
        return _in_span(read, asked.operator, first, last)

    def _bounds(self, field: FieldSpec, days: Span) -> tuple[str, str]:
        if field.type == "date":
            return days[0].isoformat(), days[1].isoformat()
        return as_datetimes(days, self._timezone)

    def _value(self, field: FieldSpec, asked: Comparison, literal: Literal) -> Any:
        """The literal in the field's stored form; its kind has to fit the field's type."""
        if literal.kind == "null":
            return False if field.type == "boolean" else None
        if field.type in _IDS and literal.kind == "string":
            return self._id(asked, literal)
        if field.type in TEXTS and literal.kind == "string":
            return literal.value
        if field.numeric and literal.kind == "number":
            return literal.value
        if field.type == "boolean" and literal.kind == "boolean":
            return literal.value
        if field.type == literal.kind == "datetime":
            return self._time(parse_datetime(literal.value), asked, literal)
        if field.type == literal.kind == "date":
            return self._time(parse_date(literal.value), asked, literal)
        raise self._type_error(field, asked, literal)

    def _id(self, asked: Comparison, literal: Literal) -> str | None:
        whole = ids.full(literal.value)
        if whole is None and literal.value:
            message = f"invalid ID field: {literal.value}"
            raise query_error("INVALID_QUERY_FILTER_OPERATOR", self._soql, asked.at, message)
        return whole

    def _time(self, found: str | None, asked: Comparison, literal: Literal) -> str:
        if found is None:
            raise query_error("MALFORMED_QUERY", self._soql, literal.at, f"Invalid date value: {literal.value}")
        return found

    def _type_error(self, field: FieldSpec, asked: Comparison, literal: Literal) -> ApiError:
        wanted = {"datetime": "dateTime"}.get(field.type, "string" if field.type in TEXTS else field.type)
        quoted = "should be enclosed in quotes" if wanted == "string" else "should not be enclosed in quotes"
        message = f"value of filter criterion for field '{asked.path.text}' must be of type {wanted} and {quoted}"
        return query_error("INVALID_FIELD", self._soql, literal.at, message)


def _joined(condition: Junction, parts: list[Predicate]) -> Predicate:
    if condition.word == "NOT":
        inner = parts[0]
        return lambda row: not inner(row)
    if len(parts) == 2:
        left, right = parts
        if condition.word == "AND":
            return lambda row: left(row) and right(row)
        return lambda row: left(row) or right(row)
    if condition.word == "AND":
        return lambda row: all(part(row) for part in parts)
    return lambda row: any(part(row) for part in parts)


def _member(read: Getter, wanted: set[Any], folds: bool, negated: bool) -> Predicate:
    if folds:
        return lambda row: ((value.lower() if (value := read(row)) else value) in wanted) != negated
    return lambda row: (read(row) in wanted) != negated


def _folded(read: Getter, word: str, wanted: str) -> Predicate:
    if word == "=":
        return lambda row: (value := read(row)) is not None and value.lower() == wanted
    if word == "!=":
        return lambda row: (value := read(row)) is None or value.lower() != wanted
    compare = _ORDER[word]
    return lambda row: (value := read(row)) is not None and compare(value.lower(), wanted)


def _like(read: Getter, pattern: str) -> Predicate:
    pieces = {"%": ".*", "_": "."}
    regex = "".join(pieces.get(char, re.escape(char)) for char in pattern)
    match = re.compile(regex, re.IGNORECASE | re.DOTALL).fullmatch
    return lambda row: (value := read(row)) is not None and match(value) is not None


def _includes(read: Getter, groups: list[str], negated: bool) -> Predicate:
    """`INCLUDES ('a;b', 'c')`: both a and b, or c."""
    wanted = [frozenset(group.split(";")) for group in groups]

    def holds(row: Row) -> bool:
        chosen = set((read(row) or "").split(";"))
        return any(group <= chosen for group in wanted) != negated

    return holds


def _in_span(read: Getter, word: str, first: str, last: str) -> Predicate:
    """`first` is in the span, `last` is the first moment after it."""
    inside: dict[str, Callable[[str], bool]] = {
        "=": lambda value: first <= value < last,
        "!=": lambda value: not first <= value < last,
        "<": lambda value: value < first,
        "<=": lambda value: value < last,
        ">": lambda value: value >= last,
        ">=": lambda value: value >= first,
    }
    test = inside[word]
    if word == "!=":
        return lambda row: (value := read(row)) is None or test(value)
    return lambda row: (value := read(row)) is not None and test(value)
