"""A sandbox org on loopback, plain HTTP calls to it, and the real SDK on top of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.salesforce import SalesforceSandbox

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@dataclass
class Api:
    """Calls one API version with a live token; gives the response as it is."""

    url: str
    sandbox: SalesforceSandbox
    session: requests.Session
    version: str = "v66.0"

    def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        target = self.url + (path if path.startswith("/") else f"/services/data/{self.version}/{path}")
        if json is None and method in ("POST", "PATCH") and "data" not in more and "files" not in more:
            json = {}
        return self.session.request(method, target, json=json, headers=headers, timeout=10, **more)

    @property
    def token(self) -> str:
        if not hasattr(self, "_token"):
            self._token = self.sandbox.session_token()
        return self._token

    def query(self, soql: str, everything: bool = False) -> Any:
        answer = self("GET", "queryAll" if everything else "query", params={"q": soql})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, soql: str, everything: bool = False) -> list[str]:
        return [record["Id"] for record in self.query(soql, everything)["records"]]

    def error(self, soql: str) -> Any:
        answer = self("GET", "query", params={"q": soql})
        assert answer.status_code == 400, answer.text
        return answer.json()[0]


class _PlainHttp(HTTPAdapter):
    """The SDK insists on https; the sandbox speaks http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(NOW)


@pytest.fixture
def sandbox(clock: SandboxClock) -> SalesforceSandbox:
    return SalesforceSandbox(clock=clock)


@pytest.fixture
def server(sandbox: SalesforceSandbox) -> Iterator[SandboxServer]:
    with SandboxServer(sandbox) as running:
        yield running


@pytest.fixture
def api(sandbox: SalesforceSandbox, server: SandboxServer) -> Iterator[Api]:
    with requests.Session() as session:
        yield Api(server.url, sandbox, session)


@pytest.fixture
def sdk(sandbox: SalesforceSandbox, server: SandboxServer) -> Iterator[Salesforce]:
    host = urlsplit(server.url).netloc
    with requests.Session() as session:
        session.mount(f"https://{host}", _PlainHttp())
        yield Salesforce(session_id=sandbox.session_token(), instance_url=server.url, session=session, version="66.0")
