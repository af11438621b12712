"""One call, request and answer, against the operation it means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from connectors.sandbox.http import Call
from tests.conformance.documents import Body, Operation, Parameter, Specs
from tests.conformance.validation import UNKNOWN_NAME, Finding, findings

REQUEST, ANSWER = "request", "answer"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Mismatch:
    operation: str
    file: str
    side: str  # REQUEST or ANSWER
    status: int | str
    finding: Finding

    def __str__(self) -> str:
        status = f" {self.status}" if self.side == ANSWER else ""
        return f"{self.operation} ({self.file}), {self.side}{status}, {self.finding.where}: {self.finding.reason}"


@dataclass(frozen=True, slots=True)
class Checked:
    """`operation` is None where the documents do not know the path."""

    call: Call
    operation: Operation | None
    mismatches: tuple[Mismatch, ...]


def check(specs: Specs, call: Call) -> Checked:
    """Where several files describe the operation, the one that fits best counts."""
    found = specs.find(call.method, call.path)
    if not found.path_known:
        return Checked(call, None, ())
    if not found.operations:
        finding = Finding((), "method", f"{call.method} is not among the methods of this path", call.method)
        return Checked(call, None, (Mismatch(f"{call.method} {call.path}", "-", REQUEST, call.status, finding),))
    checked = [Checked(call, each, tuple(_mismatches(specs, each, call))) for each in found.operations]
    return min(checked, key=lambda each: len(each.mismatches))


def _mismatches(specs: Specs, operation: Operation, call: Call) -> Iterator[Mismatch]:
    for finding in (
        *_parameters(specs, operation, call),
        *_authorization(operation, call),
        *_request_body(specs, operation.request, call),
    ):
        yield Mismatch(str(operation), operation.file, REQUEST, call.status, finding)
    if isinstance(call.status, int):  # else the connection broke: there is no answer to check
        for finding in _answer(specs, operation, call.status, call.response_body):
            yield Mismatch(str(operation), operation.file, ANSWER, call.status, finding)


def _parameters(specs: Specs, operation: Operation, call: Call) -> Iterator[Finding]:
    spelled = (operation.path_values(path) for path in specs.spellings(call.path))
    in_path = next((values for values in spelled if values), {})
    given: dict[str, list[str]] = {}
    for name, value in call.query:
        given.setdefault(name, []).append(value)
    declared = [each for each in operation.parameters if each.place == "query"]
    for name, values in given.items():
        parameter = next((each for each in declared if each.covers(name)), None)
        if parameter is None:
            yield Finding(("query", name), UNKNOWN_NAME, f"{name} is not a query parameter of this operation", values)
        else:
            yield from _parameter_value(specs, parameter, ("query", name), values)
    for parameter in operation.parameters:
        if parameter.place == "path" and parameter.name in in_path:
            yield from _parameter_value(specs, parameter, ("path", parameter.name), [in_path[parameter.name]])
        elif parameter.required and not _is_given(parameter, given, call.headers):
            yield Finding((parameter.place, parameter.name), "required", f"{parameter.name} is missing", None)


def _is_given(parameter: Parameter, query: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    return parameter.name.lower() in headers if parameter.place == "header" else parameter.name in query


def _parameter_value(
    specs: Specs, parameter: Parameter, where: tuple[str, str], values: list[str]
) -> Iterator[Finding]:
    kind = parameter.schema.get("type")
    if kind == "array":
        items = parameter.schema.get("items", {})
        typed: Any = [_typed(items, value) for value in values]
    elif len(values) > 1:
        yield Finding(where, "type", f"{parameter.name} is given {len(values)} times", values)
        return
    elif kind == "object":
        return  # how an object is spelled in a query is not told
    else:
        typed = _typed(parameter.schema, values[0])
    for found in findings(typed, parameter.uri, specs.registry):
        yield Finding((*where, *found.path), found.keyword, found.reason, found.value)


def _typed(schema: Mapping[str, Any], text: str) -> Any:
    """The text as the type it should be; left as it is, and so found wrong, where it is none."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _authorization(operation: Operation, call: Call) -> Iterator[Finding]:
    if operation.secured and not call.headers.get("authorization", "").startswith("Bearer "):
        yield Finding(("header", "Authorization"), "required", "no bearer token, but the operation asks for one", None)


def _request_body(specs: Specs, declared: Body | None, call: Call) -> Iterator[Finding]:
    if declared is None or not declared.content:
        if call.request_body:
            yield Finding((), "body", "a body is sent, but the operation takes none", None)
        return
    if not call.request_body:
        if declared.required:
            yield Finding((), "body", "the body is missing", None)
        return
    media = call.headers.get("content-type", "").split(";")[0].strip().lower()
    if media not in declared.content:
        yield Finding(
            ("header", "Content-Type"), "body", f"{media or 'none'} is not among {list(declared.content)}", media
        )
        return
    yield from _content(specs, declared.content[media], call.request_body, form=media == _FORM)


def _answer(specs: Specs, operation: Operation, status: int, raw: bytes) -> Iterator[Finding]:
    """`default` speaks of errors only: a success has to be declared by its number."""
    declared = operation.answers.get(str(status))
    if declared is None and not 200 <= status < 300:
        declared = operation.answers.get("default")
    if declared is None:
        yield Finding((), "status", f"{status} is not among {sorted(operation.answers)}", status)
    elif not declared.content:
        if raw:
            yield Finding((), "body", "a body is answered where none is declared", None)
    elif not raw:
        yield Finding((), "body", "the body is missing", None)
    else:
        yield from _content(specs, next(iter(declared.content.values())), raw)


def _content(specs: Specs, uri: str, raw: bytes, form: bool = False) -> Iterator[Finding]:
    try:
        value = dict(parse_qsl(raw.decode(), keep_blank_values=True)) if form else json.loads(raw)
    except ValueError:
        yield Finding((), "body", "not JSON", None)
        return
    if uri:
        yield from findings(value, uri, specs.registry)
