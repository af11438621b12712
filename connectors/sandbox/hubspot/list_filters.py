"""Filter branches of a list: what is allowed in them and which records they let in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.hubspot.definitions import Definitions
from connectors.sandbox.hubspot.refusals import Refusal, invalid

_TEXTS = frozenset({"string", "phone_number"})
# Property types and operators by operation type; operands stand in `value` or `values`.
_OPERATIONS: Mapping[str, tuple[frozenset[str], frozenset[str], str]] = {
    "ENUMERATION": (
        frozenset({"enumeration"}),
        frozenset({"IS_ANY_OF", "IS_NONE_OF", "IS_EXACTLY", "IS_NOT_EXACTLY"}),
        "values",
    ),
    "NUMBER": (
        frozenset({"number"}),
        frozenset(
            {
                "IS_EQUAL_TO",
                "IS_NOT_EQUAL_TO",
                "IS_GREATER_THAN",
                "IS_GREATER_THAN_OR_EQUAL_TO",
                "IS_LESS_THAN",
                "IS_LESS_THAN_OR_EQUAL_TO",
            }
        ),
        "value",
    ),
    "MULTISTRING": (
        _TEXTS,
        frozenset({"IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "CONTAINS", "DOES_NOT_CONTAIN", "STARTS_WITH", "ENDS_WITH"}),
        "values",
    ),
    "ALL_PROPERTY": (frozenset(), frozenset({"IS_KNOWN", "IS_UNKNOWN"}), ""),
}


def check_branch(branch: Any, definitions: Definitions) -> None:
    """Raises Refusal. An active list has an OR at the root and only ANDs below it."""
    root = _read_branch(branch, "OR")
    if root["filters"] or not root["filterBranches"]:
        raise _bad("the root OR branch takes AND branches and no filters of its own")
    for below in root["filterBranches"]:
        read = _read_branch(below, "AND")
        if read["filterBranches"] or not read["filters"]:
            raise _bad("an AND branch needs filters")
        for one in read["filters"]:
            _check_filter(one, definitions)


def holds(branch: Mapping[str, Any], properties: Mapping[str, str]) -> bool:
    """Whether a record with these properties passes a branch that `check_branch` took."""
    met = [holds(below, properties) for below in branch["filterBranches"]]
    met += [_passes(one, properties) for one in branch["filters"]]
    return any(met) if branch["filterBranchType"] == "OR" else all(met)


def _read_branch(branch: Any, kind: str) -> dict[str, Any]:
    if not isinstance(branch, dict) or branch.get("filterBranchType") != kind:
        raise _bad(f"a filter branch of type {kind} was expected")
    for name in ("filterBranches", "filters"):
        if not isinstance(branch.setdefault(name, []), list):
            raise _bad(f"{name} must be a list")
    branch.setdefault("filterBranchOperator", kind)
    return branch


def _check_filter(one: Any, definitions: Definitions) -> None:
    if not isinstance(one, dict) or one.get("filterType") != "PROPERTY" or not isinstance(one.get("operation"), dict):
        raise _bad("a filter of type PROPERTY with an operation was expected")
    name, operation = str(one.get("property")), one["operation"]
    if name not in definitions.live:
        raise _bad(f"property {name} does not exist", propertyName=[name])
    types, operators, operand = _OPERATIONS.get(str(operation.get("operationType")), (frozenset(), frozenset(), ""))
    if operation.get("operator") not in operators:
        raise _bad(f"{operation.get('operator')} is not an operator of {operation.get('operationType')}")
    if types and definitions.live[name].type not in types:
        raise _bad(f"{operation['operationType']} does not fit the property {name}", propertyName=[name])
    wanted: type = list if operand == "values" else int
    if operand and not (isinstance(operation.get(operand), wanted) and operation[operand] not in ([], True, False)):
        raise _bad(f"{operation['operationType']} needs {operand}")
    operation.setdefault("includeObjectsWithNoValueSet", False)


def _passes(one: Mapping[str, Any], properties: Mapping[str, str]) -> bool:
    operation, value = one["operation"], properties.get(one["property"], "")
    if operation["operationType"] == "ALL_PROPERTY":
        return bool(value) is (operation["operator"] == "IS_KNOWN")
    if not value:
        return bool(operation["includeObjectsWithNoValueSet"])
    if operation["operationType"] == "NUMBER":
        return _NUMBERS[operation["operator"]](float(value), float(operation["value"]))
    if operation["operationType"] == "ENUMERATION":
        return _CHOICES[operation["operator"]](set(value.split(";")), set(operation["values"]))
    return _STRINGS[operation["operator"]](value.lower(), [str(each).lower() for each in operation["values"]])


_NUMBERS: dict[str, Callable[[float, float], bool]] = {
    "IS_EQUAL_TO": lambda value, than: value == than,
    "IS_NOT_EQUAL_TO": lambda value, than: value != than,
    "IS_GREATER_THAN": lambda value, than: value > than,
    "IS_GREATER_THAN_OR_EQUAL_TO": lambda value, than: value >= than,
    "IS_LESS_THAN": lambda value, than: value < than,
    "IS_LESS_THAN_OR_EQUAL_TO": lambda value, than: value <= than,
}
_CHOICES: dict[str, Callable[[set[str], set[str]], bool]] = {
    "IS_ANY_OF": lambda chosen, wanted: bool(chosen & wanted),
    "IS_NONE_OF": lambda chosen, wanted: not chosen & wanted,
    "IS_EXACTLY": lambda chosen, wanted: chosen == wanted,
    "IS_NOT_EXACTLY": lambda chosen, wanted: chosen != wanted,
}
_STRINGS: dict[str, Callable[[str, list[str]], bool]] = {
    "IS_EQUAL_TO": lambda text, wanted: text in wanted,
    "IS_NOT_EQUAL_TO": lambda text, wanted: text not in wanted,
    "CONTAINS": lambda text, wanted: any(each in text for each in wanted),
    "DOES_NOT_CONTAIN": lambda text, wanted: not any(each in text for each in wanted),
    "STARTS_WITH": lambda text, wanted: text.startswith(tuple(wanted)),
    "ENDS_WITH": lambda text, wanted: text.endswith(tuple(wanted)),
}


def _bad(message: str, **context: list[str]) -> Refusal:
    return invalid(f"Invalid list filters: {message}", **context)
