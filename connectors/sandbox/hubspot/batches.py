"""The answer to a batch."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Response, SandboxClock
from connectors.sandbox.hubspot.times import iso

_SCATTER = 2_654_435_761  # Knuth's multiplicative hash


def batch_response(
    clock: SandboxClock, results: list[dict[str, Any]], errors: list[dict[str, Any]], status: int = 200
) -> Response:
    """207 as soon as there are errors. The order of results is not that of the inputs, as with the service."""
    now = iso(clock.ms())
    body: dict[str, Any] = {"status": "COMPLETE", "results": scattered(results), "startedAt": now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return Response(207 if errors else status, body)


def scattered(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In an order that has nothing to do with the ids, yet the same in each run."""
    if all("id" in one for one in results):
        return sorted(results, key=lambda one: int(one["id"]) * _SCATTER % 2**32)
    return results[::-1]
