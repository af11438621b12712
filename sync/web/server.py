"""The web server: waitress in a thread of its own."""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore  # type: ignore[import-untyped]

from sync.core.text import Text
from sync.errors import ConfigError

_THREADS = 4  # a few browsers, a scraper, two probes
_WILDCARDS = ("0.0.0.0", "::")


class WebServer:
    """Serves `app` on `host`:`port`; port 0 takes a free one.

    The port is taken at once, so that a clash shows at the start. Raises `ConfigError` when it cannot be had.
    """

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._socket = _listen(host, port)
        self._host = host
        self._port = int(self._socket.getsockname()[1])
        self._app = app
        self._sockets: dict[int, Any] = {}  # what waitress watches
        self._stopping = threading.Event()
        self._server: Any = None
        self._thread = threading.Thread(target=self._serve, name="leadsync-web", daemon=True)

    @property
    def url(self) -> str:
        return url_of(self._host, self._port)

    def start(self) -> None:
        self._server = create_server(
            self._app,
            map=self._sockets,
            sockets=[self._socket],
            threads=_THREADS,
            ident="leadsync",
            connection_limit=100,
            channel_timeout=30,
            max_request_body_size=65_536,
            clear_untrusted_proxy_headers=True,
        )
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Takes no more requests; answers under way get up to `timeout` seconds."""
        self._stopping.set()
        if self._server is None:
            self._socket.close()
            return
        if self._thread.is_alive():
            self._server.pull_trigger()
            self._thread.join(timeout)

    def _serve(self) -> None:
        # waitress' own run() has no way out but an exception in the main thread.
        while not self._stopping.is_set():
            wasyncore.loop(timeout=5, map=self._sockets, count=1)
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._sockets)


def url_of(host: str, port: int) -> str:
    """An address that a browser on this machine can open."""
    name = "localhost" if host in _WILDCARDS else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # "localhost" may come as ::1 first, while people and probes type 127.0.0.1.
        family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            # Without it a second process could bind the same port until one of them listens.
            listener.listen(128)
        except OSError:
            listener.close()
            raise
        return listener
    except OSError as error:
        raise _refused(host, port, error) from error


def _refused(host: str, port: int, error: OSError) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        return ConfigError(
            Text(
                f"LEADSYNC_HTTP__PORT: port {port} on {host} is in use, perhaps by another leadsync. Stop that, choose "
                "another port, or 0 for any free one",
                f"LEADSYNC_HTTP__PORT: {host} のポート {port} は使用中です（別の leadsync かもしれません）。"
                "それを停止するか、別のポート（0 なら空きポート）を指定してください",
            )
        )
    if error.errno == errno.EACCES:
        return ConfigError(
            Text(
                f"LEADSYNC_HTTP__PORT: this user may not open port {port}. Choose one above 1023",
                f"LEADSYNC_HTTP__PORT: このユーザーはポート {port} を開けません。1024 以上を指定してください",
            )
        )
    return ConfigError(
        Text(
            f"LEADSYNC_HTTP__HOST: {host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all",
            f"LEADSYNC_HTTP__HOST: {host} はこのマシンのアドレスではありません。127.0.0.1、"
            "またはすべてのアドレスを示す 0.0.0.0 を指定してください",
        )
    )
