"""Error answers, in the shapes the service gives them."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.http import Response

Context = Mapping[str, Sequence[str]]
_numbers = itertools.count(1)


def correlation_id() -> str:
    """Unlike random ones these do not differ between two runs of one test."""
    return str(uuid.UUID(int=(0xC0DE << 112) | next(_numbers)))


class Refusal(Exception):
    """A call, or one input of a batch, that is answered with an error."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        errors: Iterable[dict[str, Any]] = (),
        context: Context | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.category, self.message = status, category, message
        self.errors, self.context, self.extra = list(errors), context, dict(extra or {})

    def response(self) -> Response:
        body: dict[str, Any] = {"status": "error", "message": self.message, "correlationId": correlation_id()}
        body["category"] = self.category
        if self.errors:
            body["errors"] = self.errors
        if self.context:
            body["context"] = {name: list(values) for name, values in self.context.items()}
        return Response(self.status, {**body, **self.extra})

    def entry(self, context: Context) -> dict[str, Any]:
        """This refusal as one of the `errors` of a 207."""
        return {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": {name: list(values) for name, values in {**(self.context or {}), **context}.items()},
            "errors": self.errors,
            "links": {},
        }


@dataclass(frozen=True)
class Problem:
    """Why one property value was not taken."""

    name: str
    error: str
    message: str


def invalid_values(problems: Sequence[Problem]) -> Refusal:
    listed = [{"isValid": False, "message": p.message, "error": p.error, "name": p.name} for p in problems]
    return Refusal(
        400,
        "VALIDATION_ERROR",
        f"Property values were not valid: {json.dumps(listed, ensure_ascii=False)}",
        errors=[{"message": p.message, "code": p.error, "context": {"propertyName": [p.name]}} for p in problems],
    )


def invalid(message: str, **context: Sequence[str]) -> Refusal:
    return Refusal(400, "VALIDATION_ERROR", message, context=context or None)


def not_found(message: str = "resource not found", **context: Sequence[str]) -> Refusal:
    return Refusal(404, "OBJECT_NOT_FOUND", message, context=context or None)


def conflict(message: str, category: str = "CONFLICT") -> Refusal:
    return Refusal(409, category, message)


def rate_limited(policy: str, words: str) -> Refusal:
    return Refusal(
        429,
        "RATE_LIMITS",
        f"You have reached your {words} limit.",
        extra={"errorType": "RATE_LIMIT", "policyName": policy, "requestId": correlation_id()},
    )
