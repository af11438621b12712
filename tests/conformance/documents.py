"""OpenAPI 3.0 documents: which operation a call means, and what the documents say of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from referencing import Registry, Resource

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_NOT_UNDERSTOOD = frozenset({"allOf", "anyOf", "not", "discriminator"})


class SpecError(Exception):
    """The documents cannot be used for checking."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str  # query, path, header
    required: bool
    schema: Mapping[str, Any]
    uri: str  # of the schema

    def covers(self, name: str) -> bool:
        """A name like `property.{propname}` stands for many."""
        return bool(re.fullmatch(_pattern(self.name, ".+"), name))


@dataclass(frozen=True, slots=True)
class Body:
    required: bool
    content: Mapping[str, str]  # media type -> URI of the schema, "" where none is given


@dataclass(frozen=True, slots=True)
class Operation:
    file: str
    method: str
    template: str
    parameters: tuple[Parameter, ...]
    request: Body | None
    answers: Mapping[str, Body]  # by status, or "default"
    secured: bool

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    def path_values(self, path: str) -> dict[str, str]:
        found = re.fullmatch(_pattern(self.template, "([^/]+)"), path)
        names = re.findall(r"\{(\w+)\}", self.template)
        return dict(zip(names, map(unquote, found.groups()), strict=True)) if found else {}


@dataclass(frozen=True, slots=True)
class Lookup:
    """`path_known` without operations: the documents know the path, but not with this method."""

    path_known: bool
    operations: tuple[Operation, ...]  # several when more than one file describes the same template


class Specs:
    """`aliases` are other words for a path segment, for documents that spell it in one way only."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]], aliases: Mapping[str, str] | None = None) -> None:
        self._aliases = dict(aliases or {})
        self.operations: list[Operation] = []
        self.registry: Registry[Any] = Registry()
        for name, document in documents.items():
            _refuse_unknown_keywords(name, document)
            self.registry = self.registry.with_resource(name, Resource.opaque(document))
            self.operations += _Reader(name, document).operations()
        if not self.operations:
            raise SpecError("no OpenAPI 3.0 document with paths was found")
        self._by_template: dict[str, list[Operation]] = {}
        for operation in self.operations:
            self._by_template.setdefault(operation.template, []).append(operation)
        self._patterns = {template: re.compile(_pattern(template, "[^/]+")) for template in self._by_template}

    @classmethod
    def of_folder(cls, folder: Path, aliases: Mapping[str, str] | None = None) -> Specs:
        return cls({path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}, aliases)

    def spellings(self, path: str) -> Iterator[str]:
        """The path, and the path with each aliased segment replaced."""
        yield path
        segments = path.split("/")
        for place, segment in enumerate(segments):
            if segment in self._aliases:
                yield "/".join([*segments[:place], self._aliases[segment], *segments[place + 1 :]])

    def find(self, method: str, path: str) -> Lookup:
        """The operations of the template that fits the path best: the one with most fixed segments."""
        spellings = list(self.spellings(path))
        fitting = {template for template, pattern in self._patterns.items() if any(map(pattern.fullmatch, spellings))}
        if not fitting:
            return Lookup(False, ())
        best = max(_fixedness(template) for template in fitting)
        chosen = [template for template in fitting if _fixedness(template) == best]
        found = [each for template in sorted(chosen) for each in self._by_template[template]]
        return Lookup(True, tuple(each for each in found if each.method == method))


def _fixedness(template: str) -> tuple[int, tuple[bool, ...]]:
    fixed = tuple("{" not in segment for segment in template.split("/"))
    return sum(fixed), fixed


def _pattern(template: str, placeholder: str) -> str:
    return re.sub(r"\\\{\w+\\\}", placeholder.replace("\\", r"\\"), re.escape(template))


class _Reader:
    """Reads the operations of one document; schemas are named by URI, so that their references resolve."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        self._name, self._document = name, document

    def operations(self) -> Iterator[Operation]:
        for template, item in self._document.get("paths", {}).items():
            shared = item.get("parameters", [])
            for method, raw in item.items():
                if method in _METHODS:
                    yield self._operation(template, method, raw, shared)

    def _operation(self, template: str, method: str, raw: Mapping[str, Any], shared: list[Any]) -> Operation:
        pointer = f"/paths/{_escaped(template)}"
        parameters = {}
        for place, listed in (
            (f"{pointer}/parameters", shared),
            (f"{pointer}/{method}/parameters", raw.get("parameters", [])),
        ):
            for number, each in enumerate(listed):
                found = self._parameter(each, f"{place}/{number}")
                parameters[found.place, found.name] = found
        request = raw.get("requestBody")
        return Operation(
            file=self._name,
            method=method.upper(),
            template=template,
            parameters=tuple(parameters.values()),
            request=None if request is None else self._body(request, f"{pointer}/{method}/requestBody"),
            answers={
                status: self._body(answer, f"{pointer}/{method}/responses/{status}")
                for status, answer in raw.get("responses", {}).items()
            },
            secured=bool(raw.get("security", self._document.get("security"))),
        )

    def _parameter(self, raw: Mapping[str, Any], pointer: str) -> Parameter:
        raw, pointer = self._resolved(raw, pointer)
        place, required = str(raw["in"]), bool(raw.get("required"))
        return Parameter(str(raw["name"]), place, required, raw.get("schema", {}), self._uri(f"{pointer}/schema"))

    def _body(self, raw: Mapping[str, Any], pointer: str) -> Body:
        raw, pointer = self._resolved(raw, pointer)
        content = {
            media: self._uri(f"{pointer}/content/{_escaped(media)}/schema") if "schema" in each else ""
            for media, each in (raw.get("content") or {}).items()
        }
        return Body(bool(raw.get("required")), content)

    def _resolved(self, raw: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], str]:
        """Follows a reference within the document; what stands beside `$ref` does not count."""
        while "$ref" in raw:
            pointer = str(raw["$ref"]).removeprefix("#")
            raw = self._document
            for part in pointer.lstrip("/").split("/"):
                raw = raw[part.replace("~1", "/").replace("~0", "~")]
        return raw, pointer

    def _uri(self, pointer: str) -> str:
        return f"{self._name}#{pointer}"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D").replace("*", "%2A")


def _refuse_unknown_keywords(name: str, document: Mapping[str, Any]) -> None:
    """Undeclared names are refused below, which is right only for schemas that are not put together of parts."""
    if not str(document.get("openapi", "")).startswith("3.0"):
        raise SpecError(f"{name} is not an OpenAPI 3.0 document")
    used = _NOT_UNDERSTOOD & set(_schema_keywords(document.get("components", {}).get("schemas", {}).values()))
    if used:
        raise SpecError(f"{name} uses {', '.join(sorted(used))}, which this checker does not understand")


def _schema_keywords(schemas: Iterable[Any]) -> Iterator[str]:
    for schema in schemas:
        if isinstance(schema, Mapping):
            yield from schema
            yield from _schema_keywords(schema.get("properties", {}).values())
            yield from _schema_keywords([schema.get("items"), schema.get("additionalProperties")])
            yield from _schema_keywords(schema.get("oneOf", ()))
