"""The server on real ports."""

from __future__ import annotations

import http.client
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest

from sync.errors import ConfigError
from sync.web.app import create_app
from sync.web.server import WebServer, is_loopback, url_of


def app_of(status: Any) -> Any:
    return create_app(status.page, status.telemetry.render, lambda: (True, "ok"), "", "ja", True)


def test_a_free_port_is_found_served_and_given_back(busy: Any) -> None:
    server = WebServer(app_of(busy), "127.0.0.1", 0)
    server.start()
    port = urlsplit(server.url).port
    assert port
    with urllib.request.urlopen(server.url, timeout=5) as answer:
        assert answer.status == 200
        assert answer.headers["Server"] == "leadsync"
        assert "ホット" in answer.read().decode()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 1.5
    again = WebServer(app_of(busy), "127.0.0.1", port)
    again.stop()


def test_stop_does_not_wait_for_a_browser_that_keeps_its_connection(busy: Any) -> None:
    server = WebServer(app_of(busy), "127.0.0.1", 0)
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port or 0, timeout=5)
    connection.request("GET", "/healthz")
    assert connection.getresponse().read() == b"ok\n"
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 1.5
    connection.close()


def test_a_port_in_use_says_what_to_do(busy: Any) -> None:
    first = WebServer(app_of(busy), "127.0.0.1", 0)
    port = urlsplit(first.url).port or 0
    with pytest.raises(ConfigError, match="LEADSYNC_HTTP__PORT") as refused:
        WebServer(app_of(busy), "127.0.0.1", port)
    assert str(port) in refused.value.text.ja
    first.stop()


def test_an_address_of_another_machine_says_what_to_do(busy: Any) -> None:
    with pytest.raises(ConfigError, match="LEADSYNC_HTTP__HOST"):
        WebServer(app_of(busy), "192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/"),
        ("0.0.0.0", "http://localhost:80/"),
        ("::", "http://localhost:80/"),
        ("::1", "http://[::1]:80/"),
    ],
)
def test_the_address_shown_can_be_opened(host: str, url: str) -> None:
    assert url_of(host, 80) == url


def test_localhost_is_served_on_ipv4(busy: Any) -> None:
    server = WebServer(app_of(busy), "localhost", 0)
    server.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{urlsplit(server.url).port}/healthz", timeout=5) as answer:
        assert answer.status == 200
    server.stop()


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("db", False)],
)
def test_only_addresses_of_this_machine_are_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
