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
    fitting = [template for template in templates if _fits(template, path)]
    return min(fitting, key=lambda template: template.count("{"), default=path)


def uncalled_routes(calls: Sequence[Call], templates: Sequence[str] = CONNECTOR_ROUTES) -> list[str]:
    """Routes in the connector's list to which no call has gone."""
    called = {route_of(call.path, templates) for call in calls}
    return [template for template in templates if template not in called]


def unanswered_routes(app: SandboxApp, calls: Sequence[Call]) -> list[str]:
    """Routes of the emulator on which no call has succeeded, so that no good answer was seen."""
    known = app._routes  # its own list: a second one could lag behind
    answered = set()
    for call in calls:
        if isinstance(call.status, int) and call.status < 300:
            fitting = (
                place for place, each in enumerate(known) if each[0] == call.method and each[1].fullmatch(call.path)
            )
            answered.add(next(fitting, -1))  # the first one that fits takes the call
    return [f"{each[0]} {_readable(each[1].pattern)}" for place, each in enumerate(known) if place not in answered]


def _readable(regex: str) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", regex)


def _fits(template: str, path: str) -> bool:
    return bool(re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path))
