"""The HTTP side of a sandbox CRM: routes, call log, scripted faults, a clock that tests can move.

Plain `http.server` with keep-alive, so that faults may reset a connection, stall, or answer after the work
was done but never reach the caller.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class SandboxClock:
    """Time as the sandbox tells it: the real one, shifted, or frozen and moved by hand."""

    def __init__(self, start: float | None = None) -> None:
        self._frozen = start
        self._shift = 0.0

    def now(self) -> float:
        return self._frozen if self._frozen is not None else time.time() + self._shift

    def ms(self) -> int:
        return int(self.now() * 1000)

    def advance(self, seconds: float) -> None:
        if self._frozen is not None:
            self._frozen += seconds
        else:
            self._shift += seconds


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    match: Mapping[str, str] = field(default_factory=dict)

    def arg(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)

    def args(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]

    def json(self) -> Any:
        return json.loads(self.body or b"null")

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass
class Response:
    status: int = 200
    body: Any = None  # bytes and str as they are, anything else as JSON, None as empty
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False).encode()


@dataclass
class Fault:
    """What goes wrong, where and how often.

    `method` and `path` are regular expressions (full match on the method, search in path and query).
    `action`: "respond" (with `response` instead of doing the work), "reset" (TCP reset before the work),
    "work_then_reset" (the work is done, the answer is lost), "work_then_respond" (the work is done, the
    answer is `response`), "stall" (sleep `seconds`, then do the work and answer), "work_then_stall" (do the work,
    sleep `seconds`, then answer).
    `skip` lets that many matching calls through first; `times` is how many calls are hit (0: all).
    """

    method: str = ".*"
    path: str = ".*"
    action: str = "respond"
    response: Response = field(default_factory=lambda: Response(503, "<html><body>Unavailable</body></html>"))
    seconds: float = 0.0
    skip: int = 0
    times: int = 1
    body: str = ""  # regular expression searched in the request body
    hits: int = 0

    def strikes(self, request: Request) -> bool:
        where = request.path + "?" + "&".join(f"{k}={v}" for k, v in request.query)
        if not (re.fullmatch(self.method, request.method) and re.search(self.path, where)):
            return False
        if self.body and not re.search(self.body, request.body.decode(errors="replace")):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times and self.hits >= self.times:
            return False
        self.hits += 1
        return True


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    status: int | str  # or "reset"
    request_body: bytes = b""
    response_body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response]


class SandboxApp:
    """Routes of one emulator. Subclasses call `route` for each path and override `before` and `after`."""

    keep_bodies = False  # tests that check payloads switch it on

    def __init__(self, clock: SandboxClock | None = None) -> None:
        self.clock = clock or SandboxClock()
        self.lock = threading.RLock()
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """`pattern` is a path with {name} for one segment and {name:path} for the rest."""
        regex = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", pattern)
        regex = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", regex)
        self._routes.append((method, re.compile(regex), handler))

    def fault(self, **how: Any) -> Fault:
        """Scripts a fault and returns it, so that a test can see how often it struck."""
        fault = Fault(**how)
        with self.lock:
            self.faults.append(fault)
        return fault

    def count(self, path: str = "", method: str = "") -> int:
        """Calls so far whose path (with query) matches; regular expressions."""
        return sum(
            1
            for call in self.calls
            if re.search(path, call.path + "?" + "&".join(f"{k}={v}" for k, v in call.query))
            and (not method or call.method == method)
        )

    def tally(self) -> Counter[str]:
        """Calls so far by method and path, ids and versions kept as they are."""
        return Counter(f"{call.method} {call.path}" for call in self.calls)

    def before(self, request: Request) -> Response | None:
        """Authentication and limits; a response here ends the call."""
        return None

    def after(self, request: Request, response: Response) -> None:
        """Headers that every answer bears."""

    def not_found(self, request: Request) -> Response:
        return Response(404, {"message": f"no such resource: {request.method} {request.path}"})

    def answer(self, request: Request) -> Response:
        early = self.before(request)
        response = early if early is not None else self._dispatch(request)
        self.after(request, response)
        return response

    def _dispatch(self, request: Request) -> Response:
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                return handler(
                    Request(
                        request.method, request.path, request.query, request.headers, request.body, found.groupdict()
                    )
                )
        return self.not_found(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    app: SandboxApp

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _serve(self) -> None:
        request = self._read()
        with self.app.lock:
            fault = next((fault for fault in self.app.faults if fault.strikes(request)), None)
        response = self._faulty(request, fault) if fault else self._work(request)
        if response is None:
            self._reset(request)
        else:
            self._send(request, response)

    def _work(self, request: Request) -> Response:
        with self.app.lock:
            return self.app.answer(request)

    def _faulty(self, request: Request, fault: Fault) -> Response | None:
        """The answer under a fault; None stands for a connection that is reset."""
        if fault.action == "stall":
            time.sleep(fault.seconds)
        if fault.action in ("respond", "reset"):
            return fault.response if fault.action == "respond" else None
        response = self._work(request)
        if fault.action == "work_then_stall":
            time.sleep(fault.seconds)
        if fault.action == "work_then_respond":
            return fault.response
        return None if fault.action == "work_then_reset" else response

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            path=parts.path,
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
        )

    def _send(self, request: Request, response: Response) -> None:
        body = response.encoded()
        self._log(request, response.status, body)
        self.send_response(response.status)
        headers = dict(response.headers)
        html = isinstance(response.body, str) and response.body.lstrip().startswith("<")
        headers.setdefault("Content-Type", "text/html" if html else "application/json;charset=utf-8")
        for name, value in headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if response.status != 204:
            self.wfile.write(body)

    def _reset(self, request: Request) -> None:
        self._log(request, "reset", b"")
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _log(self, request: Request, status: int | str, body: bytes) -> None:
        keep = self.app.keep_bodies
        with self.app.lock:
            self.app.calls.append(
                Call(
                    request.method,
                    request.path,
                    request.query,
                    status,
                    request.body if keep else b"",
                    body if keep else b"",
                    request.headers if keep else {},
                )
            )

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(int(self.app.clock.now()) if timestamp is None else timestamp)

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the connection was reset on purpose
            super().finish()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            super().handle_error(request, client_address)


class SandboxServer:
    """Serves one app on loopback in a thread: `with SandboxServer(app) as server: server.url`."""

    def __init__(self, app: SandboxApp, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"app": app})
        self.app = app
        self._http = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def start(self) -> SandboxServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()
