from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hubspot
import pytest
import requests

from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox

NOW = 1_790_000_000.0  # 2026-09-21T14:13:20Z


class Api:
    """Plain HTTP calls with the token of the sandbox."""

    def __init__(self, url: str, token: str = "pat-na1-sandbox") -> None:
        self.url, self.session = url, requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=10)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=10)

    def patch(self, path: str, body: Any, **params: Any) -> requests.Response:
        return self.session.patch(self.url + path, json=body, params=params, timeout=10)

    def put(self, path: str, body: Any) -> requests.Response:
        return self.session.put(self.url + path, json=body, timeout=10)

    def delete(self, path: str) -> requests.Response:
        return self.session.delete(self.url + path, timeout=10)

    def search(self, object_type: str, *filters: dict[str, Any], **more: Any) -> requests.Response:
        groups = [{"filters": list(filters)}] if filters else []
        return self.post(f"/crm/v3/objects/{object_type}/search", {"filterGroups": groups, **more})

    def found(self, object_type: str, *filters: dict[str, Any], **more: Any) -> list[str]:
        return [one["id"] for one in self.search(object_type, *filters, **more).json()["results"]]


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(NOW)


@pytest.fixture
def sandbox(clock: SandboxClock) -> HubSpotSandbox:
    return HubSpotSandbox(clock, enforce_limits=False)


@pytest.fixture
def server(sandbox: HubSpotSandbox) -> Iterator[SandboxServer]:
    with SandboxServer(sandbox) as server:
        yield server


@pytest.fixture
def api(server: SandboxServer) -> Api:
    return Api(server.url)


@pytest.fixture
def sdk(server: SandboxServer) -> hubspot.Client:
    return hubspot.Client.create(access_token="pat-na1-sandbox", host=server.url)
