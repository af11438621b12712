"""Filters of a CRM search: what is allowed in them and which records they let through."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.hubspot.definitions import Definitions
from connectors.sandbox.hubspot.object_types import object_type
from connectors.sandbox.hubspot.refusals import invalid
from connectors.sandbox.hubspot.snapshot import Snapshot
from connectors.sandbox.hubspot.values import comparable

GROUPS, FILTERS_PER_GROUP, FILTERS = 5, 6, 18
NUMERIC = frozenset({"number", "date", "datetime"})
_RANGES = frozenset({"LT", "LTE", "GT", "GTE", "BETWEEN"})
_SINGLE = frozenset({"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"})
_LISTS = frozenset({"IN", "NOT_IN"})
_PRESENCE = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
_TOKEN = re.compile(r"[^\W_]+", re.UNICODE)

Operand = str | float


@dataclass(frozen=True)
class Filter:
    """`kind` is the property's type, or `association`; numeric operands are numbers already."""

    name: str
    kind: str
    operator: str
    values: tuple[Operand, ...] = ()

    @property
    def is_id_range(self) -> bool:
        return self.name == "hs_object_id" and self.operator in _RANGES

    def holds(self, snapshot: Snapshot) -> bool:
        if self.operator in _PRESENCE:
            return (self.name in snapshot.properties) is (self.operator == "HAS_PROPERTY")
        if self.kind in NUMERIC:
            number = snapshot.comparable(self.name, self.kind)
            return number is not None and _NUMERIC[self.operator](number, self.values)
        text = snapshot.properties.get(self.name)
        return text is not None and self._text_holds(text)

    def _text_holds(self, text: str) -> bool:
        """Text is compared in lower case. The values of IN and NOT_IN are taken as they come, which is why
        they have to be lower-case; options of an enumeration keep their case."""
        if self.kind == "enumeration":
            chosen = set(text.split(";"))
            return _CHOICE[self.operator](chosen, self.values) if self.operator in _CHOICE else False
        return _TEXT[self.operator](text.lower(), self.values)


_NUMERIC: dict[str, Callable[[float, tuple[Any, ...]], bool]] = {
    "EQ": lambda number, values: number == values[0],
    "NEQ": lambda number, values: number != values[0],
    "LT": lambda number, values: number < values[0],
    "LTE": lambda number, values: number <= values[0],
    "GT": lambda number, values: number > values[0],
    "GTE": lambda number, values: number >= values[0],
    "BETWEEN": lambda number, values: values[0] <= number <= values[1],
    "IN": lambda number, values: number in values,
    "NOT_IN": lambda number, values: number not in values,
    "CONTAINS_TOKEN": lambda number, values: number == values[0],
    "NOT_CONTAINS_TOKEN": lambda number, values: number != values[0],
}
_TEXT: dict[str, Callable[[str, tuple[Any, ...]], bool]] = {
    "EQ": lambda text, values: text == values[0].lower(),
    "NEQ": lambda text, values: text != values[0].lower(),
    "LT": lambda text, values: text < values[0].lower(),
    "LTE": lambda text, values: text <= values[0].lower(),
    "GT": lambda text, values: text > values[0].lower(),
    "GTE": lambda text, values: text >= values[0].lower(),
    "BETWEEN": lambda text, values: values[0].lower() <= text <= values[1].lower(),
    "IN": lambda text, values: text in values,
    "NOT_IN": lambda text, values: text not in values,
    "CONTAINS_TOKEN": lambda text, values: has_tokens(text, values[0]),
    "NOT_CONTAINS_TOKEN": lambda text, values: not has_tokens(text, values[0]),
}
_CHOICE: dict[str, Callable[[set[str], tuple[Any, ...]], bool]] = {
    "EQ": lambda chosen, values: values[0] in chosen,
    "NEQ": lambda chosen, values: values[0] not in chosen,
    "IN": lambda chosen, values: not chosen.isdisjoint(values),
    "NOT_IN": lambda chosen, values: chosen.isdisjoint(values),
    "CONTAINS_TOKEN": lambda chosen, values: values[0] in chosen,
    "NOT_CONTAINS_TOKEN": lambda chosen, values: values[0] not in chosen,
}


def has_tokens(text: str, query: str) -> bool:
    """Whether every word of the query is a word of the text; `*` stands for any letters within a word."""
    words = _TOKEN.findall(text.lower())
    for wanted in re.findall(r"[^\W_*]*\*?[^\W_*]*\*?", query.lower(), re.UNICODE):
        pattern = re.escape(wanted).replace(r"\*", ".*")
        if wanted and not any(re.fullmatch(pattern, word) for word in words):
            return False
    return True


def read_groups(body: dict[str, Any], definitions: Definitions) -> tuple[tuple[Filter, ...], ...]:
    """The filter groups of a request: OR of ANDs. A bare `filters` list counts as one group."""
    groups = body.get("filterGroups") or []
    if not groups and body.get("filters"):
        groups = [{"filters": body["filters"]}]
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise invalid("Invalid input JSON: filterGroups must be a list of objects")
    if len(groups) > GROUPS:
        raise invalid(f"The maximum number of filterGroups is {GROUPS}, got {len(groups)}")
    read = tuple(_read_group(group, definitions) for group in groups)
    if sum(len(group) for group in read) > FILTERS:
        raise invalid(f"The maximum number of filters is {FILTERS}")
    return read


def _read_group(group: dict[str, Any], definitions: Definitions) -> tuple[Filter, ...]:
    filters = group.get("filters")
    if not isinstance(filters, list) or not filters or not all(isinstance(one, dict) for one in filters):
        raise invalid("Invalid input JSON: Some required fields were not set: [filters]")
    if len(filters) > FILTERS_PER_GROUP:
        raise invalid(f"The maximum number of filters in a filterGroup is {FILTERS_PER_GROUP}, got {len(filters)}")
    return tuple(_read_filter(one, definitions) for one in filters)


def _read_filter(one: dict[str, Any], definitions: Definitions) -> Filter:
    name, operator = one.get("propertyName"), one.get("operator")
    if not isinstance(name, str) or not isinstance(operator, str):
        raise invalid("Invalid input JSON: Some required fields were not set: [propertyName, operator]")
    if operator not in _SINGLE | _LISTS | _PRESENCE:
        raise invalid(f"Invalid input JSON: {operator} is not a filter operator")
    texts = _operands(one, operator)
    if name.startswith("associations."):
        return _association_filter(name, operator, texts)
    kind = property_type(name, definitions)
    if kind in NUMERIC:
        return Filter(name, kind, operator, tuple(_numeric(name, kind, text) for text in texts))
    return Filter(name, kind, operator, tuple(texts))


def property_type(name: str, definitions: Definitions) -> str:
    """The type of a property that a filter or sort names; an unknown one refuses the search."""
    if name not in definitions.live:
        raise invalid(f"There was a problem with the request: property {name} does not exist", propertyName=[name])
    return definitions.live[name].type


def _operands(one: dict[str, Any], operator: str) -> list[str]:
    if operator in _PRESENCE:
        return []
    if operator in _LISTS:
        values = one.get("values")
        if not isinstance(values, list) or not values:
            raise invalid(f"operator {operator} requires values")
        return [str(value) for value in values]
    fields = ("value", "highValue") if operator == "BETWEEN" else ("value",)
    if any(one.get(field) in (None, "") for field in fields):
        raise invalid(f"operator {operator} requires {' and '.join(fields)}")
    return [str(one[field]) for field in fields]


def _numeric(name: str, kind: str, text: str) -> float:
    number = comparable(kind, text)
    if number is None:
        raise invalid(f"{text} is not a valid value to compare {name} with", propertyName=[name])
    return number


def _association_filter(name: str, operator: str, texts: list[str]) -> Filter:
    object_type_name = name.partition(".")[2]
    singular = {"contact": "contacts", "company": "companies", "deal": "deals", "task": "tasks"}
    kind = object_type(singular.get(object_type_name, object_type_name))
    if operator not in {"EQ", "IN", "NOT_IN", *_PRESENCE}:
        raise invalid(f"operator {operator} is not supported for {name}")
    return Filter(kind.name, "association", operator, tuple(texts))
