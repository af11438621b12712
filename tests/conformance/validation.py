"""A JSON value against an OpenAPI 3.0 schema, more strictly than the standard: undeclared names are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry

UNKNOWN_NAME = "unknown name"
_LONGEST_REASON = 200

# A format that nobody checks would pass in silence: date-time needs rfc3339-validator beside jsonschema.
_unchecked = {"date-time", "uuid", "int32", "int64"} - oas30_format_checker.checkers.keys()
if _unchecked:
    raise RuntimeError(f"formats that would not be checked: {sorted(_unchecked)}")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at one place of a JSON value. `keyword` is the schema's, or `UNKNOWN_NAME`."""

    path: tuple[str | int, ...]
    keyword: str
    reason: str
    value: Any

    @property
    def where(self) -> str:
        return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)


def findings(value: Any, uri: str, registry: Registry[Any]) -> Iterator[Finding]:
    """What is wrong with the value by the schema at the URI."""
    validator = _Strict({"$ref": uri}, registry=registry, format_checker=oas30_format_checker)
    told: set[tuple[tuple[str | int, ...], str, str]] = set()
    for leaf in (leaf for error in validator.iter_errors(value) for leaf in _leaves(error)):
        path, keyword = tuple(leaf.absolute_path), str(leaf.validator)
        reason = leaf.message if len(leaf.message) <= _LONGEST_REASON else leaf.message[:_LONGEST_REASON] + " ..."
        # A null where none may be is told twice by the library; several missing names are told one by one.
        about = reason if keyword != "type" else ""
        if (path, keyword, about) not in told:
            told.add((path, keyword, about))
            yield Finding(path, keyword, reason, leaf.instance)


def _properties(
    validator: Any, properties: Mapping[str, Any], instance: Any, schema: Mapping[str, Any]
) -> Iterator[Any]:
    """`properties`, and a word on each name that is not among them where the schema does not speak of others."""
    yield from OAS30Validator.VALIDATORS["properties"](validator, properties, instance, schema)
    if not properties or "additionalProperties" in schema or "oneOf" in schema or not isinstance(instance, Mapping):
        return
    for name in (name for name in instance if name not in properties):
        yield ValidationError(f"{name} is not declared", validator=UNKNOWN_NAME, path=[name], instance=instance[name])


_Strict: Any = extend(OAS30Validator, validators={"properties": _properties})  # type: ignore[no-untyped-call]


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors of the branch that fits best, where a `oneOf` fits in none."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).extend(_leaves(inner))
    if not branches:
        yield error
    else:
        yield from min(branches.values(), key=len)
