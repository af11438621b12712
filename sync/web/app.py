"""The routes. The page needs no script; tokens never travel in an address, as addresses end up in logs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from flask import Flask, Response, jsonify, redirect, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from sync.core.text import Text
from sync.errors import ConfigError, LeadsyncError
from sync.web.page import StatusPage, as_document
from sync.web.review import Desk, add_review
from sync.web.server import is_loopback
from sync.web.words import Words

COOKIE = "leadsync_session"
REFRESH_SECONDS = 15
_OPEN = frozenset(("healthz", "readyz", "login", "static"))  # endpoints that never ask for the token
_PAGES = frozenset(("page", "review"))  # for people: they are asked for the token in a form
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_log = structlog.get_logger(__name__)


def create_app(
    status: Callable[[], StatusPage],
    metrics: Callable[[], bytes],
    ready: Callable[[], tuple[bool, str]],
    token: str,
    language: str,
    loopback: bool,
    review: Desk | None = None,
) -> Flask:
    """The WSGI application; without `review` it has no review page. Raises `ConfigError` when it would stand open to
    other machines without a token."""
    if not loopback and not token:
        raise ConfigError(
            Text(
                "LEADSYNC_HTTP__TOKEN is needed when the status page listens on more than this machine. Set a long "
                "random token, or LEADSYNC_HTTP__HOST=127.0.0.1",
                "ステータスページを他のマシンにも公開する場合は LEADSYNC_HTTP__TOKEN が必要です。"
                "長いランダムな値を設定するか、LEADSYNC_HTTP__HOST=127.0.0.1 にしてください",
            )
        )
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 8_192
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    door = _Door(token, language, loopback)
    app.before_request(door.check)
    app.after_request(_secured)
    app.register_error_handler(Exception, door.trouble)
    _add_login(app, door)
    _add_pages(app, door, status)
    if review:
        add_review(app, door, review)
    _add_probes(app, metrics, ready)
    return app


@dataclass(frozen=True)
class _Door:
    """Who may come in."""

    token: str
    language: str
    loopback: bool

    def check(self) -> AnyResponse | None:
        """None lets the request pass."""
        # A name that someone points at 127.0.0.1 would let a foreign page read ours (DNS rebinding).
        if self.loopback and not is_loopback(_host_name(request.host)):
            return _plain("misdirected: call this page by localhost or 127.0.0.1", 421)
        if not self.token or request.endpoint in _OPEN or self._knows():
            return None
        if request.endpoint in _PAGES:
            return self.form(401)
        refused = _plain("a token is needed: Authorization: Bearer ...", 401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused

    def session(self) -> str:
        """What the cookie holds: proves knowledge of the token without being it."""
        return hmac.new(self.token.encode(), b"leadsync status page", hashlib.sha256).hexdigest()

    def is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    def form(self, status: int, wrong: bool = False) -> Response:
        words = Words(self.chosen(), "UTC", 0)
        to = "review" if "review" in (request.endpoint, request.form.get("to")) else ""
        return Response(render_template("login.html", wrong=wrong, to=to, **words.names()), status)

    def chosen(self) -> str:
        """The language asked for by `?lang=`, else the configured one."""
        asked = request.args.get("lang", "")
        return asked if asked in ("ja", "en") else self.language

    def trouble(self, error: Exception) -> AnyResponse:
        """No traces, no details: those are in the log."""
        if isinstance(error, HTTPException):
            return _plain(f"{error.code} {error.name}", error.code or 500)
        _log.error("page failed", route=request.endpoint or "", error=type(error).__name__)
        if isinstance(error, LeadsyncError):
            words = Words(self.chosen(), "UTC", 0)
            return _plain(f"{words.say('trouble')}: {error.text.to(words.language)}", 503)
        return _plain("500 Internal Server Error", 500)

    def _knows(self) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(given.strip()):
            return True
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self.session().encode())


def _add_login(app: Flask, door: _Door) -> None:
    @app.post("/login", endpoint="login")
    def login() -> AnyResponse:
        if not door.token:
            return redirect("/", 303)
        to = "review" if request.form.get("to") == "review" else ""
        if not door.is_token(request.form.get("token", "").strip()):
            return door.form(401, wrong=True)
        answer = redirect(f"/{to}?lang={door.chosen()}", 303)
        answer.set_cookie(COOKIE, door.session(), httponly=True, samesite="Strict", secure=request.is_secure, path="/")
        return answer

    @app.post("/logout", endpoint="logout")
    def logout() -> AnyResponse:
        answer = redirect("/", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="Strict", path="/")
        return answer


def _add_pages(app: Flask, door: _Door, status: Callable[[], StatusPage]) -> None:
    @app.get("/", endpoint="page")
    def page() -> str:
        shown = status()
        words = Words(door.chosen(), shown.timezone, shown.now)
        kept = {"signed_in": bool(door.token), "review": "review" in app.view_functions}
        return render_template("status.html", page=shown, refresh=REFRESH_SECONDS, **kept, **words.names())

    @app.get("/status.json", endpoint="document")
    def document() -> Response:
        return jsonify(as_document(status(), door.chosen()))


def _add_probes(app: Flask, metrics: Callable[[], bytes], ready: Callable[[], tuple[bool, str]]) -> None:
    @app.get("/healthz", endpoint="healthz")
    def healthz() -> AnyResponse:
        return _plain("ok", 200)

    @app.get("/readyz", endpoint="readyz")
    def readyz() -> AnyResponse:
        fine, why = ready()
        return _plain(why, 200 if fine else 503)

    @app.get("/metrics", endpoint="metrics")
    def metrics_page() -> Response:
        return Response(metrics(), content_type=CONTENT_TYPE_LATEST)


def _secured(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


def _host_name(host: str) -> str:
    """The Host header without its port; an IPv6 address stands in brackets."""
    return host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]


def _plain(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
