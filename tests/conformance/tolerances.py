"""Where the published documents are known to be wrong, and what is let pass because of it. Nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.conformance.checking import ANSWER, REQUEST, Mismatch
from tests.conformance.validation import UNKNOWN_NAME


@dataclass(frozen=True, slots=True)
class Tolerance:
    name: str
    reason: str  # what the document says, what the service does
    covers: Callable[[Mismatch], bool]


def _null_value(found: Mismatch) -> bool:
    place = found.finding.path[-2:-1]
    return (
        found.side == ANSWER
        and found.finding.keyword == "type"
        and found.finding.value is None
        and place == ("properties",)
    )


def _sort_with_direction(found: Mismatch) -> bool:
    value = found.finding.value
    return (
        found.side == REQUEST
        and found.operation.endswith("/search")
        and found.finding.path[:1] == ("sorts",)
        and isinstance(value, Mapping)
        and value.keys() == {"propertyName", "direction"}
        and value["direction"] in ("ASCENDING", "DESCENDING")
    )


def _undeclared(found: Mismatch, status: range, *names: str) -> bool:
    return (
        found.side == ANSWER
        and found.status in status
        and found.finding.keyword == UNKNOWN_NAME
        and found.finding.path in [(name,) for name in names]
    )


def _error_status(found: Mismatch) -> bool:
    word = found.finding.value
    known = word == "error" or (" /oauth/" in found.operation and str(word).isupper())
    return known and _undeclared(found, range(400, 600), "status")


TOLERANCES: tuple[Tolerance, ...] = (
    Tolerance(
        "null property values",
        "the documents type each property value as a string; the service answers null for what has no value",
        _null_value,
    ),
    Tolerance(
        "sorts with a direction",
        "the documents type each sort as a string; the service takes {propertyName, direction}, and only so knows "
        "the direction",
        _sort_with_direction,
    ),
    Tolerance(
        "status beside an error",
        'the documents know no "status" in an error body; the service sends "error", and its OAuth endpoint the code',
        _error_status,
    ),
    Tolerance(
        "which limit was reached",
        "the documents have one error body for all; that of a 429 also names errorType, policyName and requestId",
        lambda found: _undeclared(found, range(429, 430), "errorType", "policyName", "requestId"),
    ),
)


@dataclass(frozen=True, slots=True)
class Sifted:
    mismatches: tuple[Mismatch, ...]
    tolerated: Mapping[str, int]  # by name, unused ones with 0


def sift(found: Iterable[Mismatch], tolerances: Sequence[Tolerance] = TOLERANCES) -> Sifted:
    """Divides what was found into what counts and what is let pass."""
    tolerated = {each.name: 0 for each in tolerances}
    counting: list[Mismatch] = []
    for mismatch in found:
        name = next((each.name for each in tolerances if each.covers(mismatch)), None)
        if name is None:
            counting.append(mismatch)
        else:
            tolerated[name] += 1
    return Sifted(tuple(counting), tolerated)
