"""What of the connector and of the emulator the calls have reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from connectors.hubspot import routes
from connectors.sandbox.http import Call, SandboxApp

CONNECTOR_ROUTES: tuple[str, ...] = tuple(
    value for name, value in vars(routes).items() if name.isupper() and isinstance(value, str) and value.startswith("/")
)


def route_of(path: str, templates: Iterable[str] = CONNECTOR_ROUTES) -> str:
    """The connector's route that the path belongs to, by which paths with ids are counted together; else the path."""
    return next((template for template in templates if _fits(template, path)), path)


def uncalled_routes(calls: Sequence[Call], templates: Iterable[str] = CONNECTOR_ROUTES) -> list[str]:
    """Routes in the connector's list to which no call has gone."""
    return [template for template in templates if not any(_fits(template, call.path) for call in calls)]


def unanswered_routes(app: SandboxApp, calls: Sequence[Call]) -> list[str]:
    """Routes of the emulator on which no call has succeeded, so that no good answer was seen."""
    good = {(call.method, call.path) for call in calls if isinstance(call.status, int) and call.status < 300}
    return [
        f"{method} {_readable(regex.pattern)}"
        for method, regex, _ in app._routes  # its own list: no second one that could lag behind
        if not any(method == called and regex.fullmatch(path) for called, path in good)
    ]


def _readable(regex: str) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", regex)


def _fits(template: str, path: str) -> bool:
    return bool(re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path))
