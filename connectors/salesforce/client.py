"""The only door to Salesforce. simple-salesforce gives addresses and headers; everything that makes it safe
is here: timeouts, token renewal in single flight, retries, quota, errors of our own.

The SDK is built with a session id alone. It then never logs in by itself, so that neither its unbounded
renewal nor its loss of custom headers on the call after a renewal can happen.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TextIO, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from connectors.pacing import QuotaGuard
from connectors.salesforce.answers import INVALID_SESSION, Fault, failure, faults, first, temporary
from connectors.salesforce.login import (
    TOKEN_OPERATION,
    TOKEN_PATH,
    Token,
    checked_url,
    login_url,
    read_token,
    token_form,
)
from connectors.salesforce.settings import SalesforceSettings
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.errors import AccessRefused, CallRefused, FeatureMissing, TemporaryFailure, VendorError
from sync.ports import ConnectorContext

# A SOQL query may run for 120 seconds before Salesforce gives up on it.
TIMEOUTS = (10.0, 130.0)
ATTEMPTS = 4
T = TypeVar("T")
SKEW_WORTH_RETRYING = 60
_USAGE = re.compile(r"(?<!per-app-)api-usage=(\d+)/(\d+)")
_ID_SEGMENT = re.compile(r"(?=[A-Za-z]*\d)[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_LOCATOR_SEGMENT = re.compile(r"0r8[0-9A-Za-z]*-\d+|[0-9A-Za-z]{15,18}-\d+")


@dataclass(frozen=True, slots=True)
class Answer:
    """A call that succeeded. `began` and `at` are the server's time when it was sent and answered."""

    status: int
    body: Any
    headers: Mapping[str, str]
    began: float
    at: float


class Refusal(Exception):
    """An answer of 4xx, before anyone decided what it means; stays inside the connector."""

    def __init__(self, status: int, found: list[Fault], error: VendorError) -> None:
        super().__init__(f"{status} {first(found).code}")
        self.status, self.faults, self.error = status, found, error

    @property
    def fault(self) -> Fault:
        return first(self.faults)


class SalesforceClient:
    """Requests to one org. Not thread safe but for the renewal of the token."""

    def __init__(self, settings: SalesforceSettings, context: ConnectorContext) -> None:
        self._settings, self._context = settings, context
        self._session = _session(context.ca_file)
        self._sdk: Salesforce | None = None
        self._token: Token | None = None
        self._lock = threading.Lock()
        self._skew: float | None = None
        self._quota = QuotaGuard(
            SALESFORCE,
            context.quota_percent,
            context.clock,
            spent=context.meter.used_today(SALESFORCE),
            day_began=context.clock(),
        )
        self.base = f"/services/data/v{settings.api_version}"

    @property
    def token(self) -> Token:
        """The present token; the first use logs in."""
        if self._token is None:
            self._renew(None)
        assert self._token is not None
        return self._token

    @property
    def quota(self) -> QuotaGuard:
        return self._quota

    @property
    def skew(self) -> float:
        """Seconds that the server's clock is ahead of ours; 0 until it has told its time."""
        return self._skew or 0.0

    def server_now(self) -> float:
        return self._context.clock() + self.skew

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = True,
    ) -> Answer:
        """One request; `path` is relative to the versioned base unless it starts with /services.

        Raises errors of `sync.errors`, except `Refusal` for a 4xx that the caller may know better.
        A call that is not idempotent is sent again only when it cannot have been carried out.
        """
        data = content if content is not None else None if body is None else json.dumps(body).encode()

        def once() -> Answer:
            began, response = self._authorised(method, path, data, headers, stream=False)
            return self._answer(response, began)

        return self._retrying(once, idempotent)

    @contextmanager
    def lines(self, path: str) -> Iterator[tuple[Mapping[str, str], TextIO]]:
        """A CSV answer as a text stream, beside its headers. Not retried: the caller owns the stream."""
        operation = self._operation("GET", path)
        began, response = self._authorised("GET", path, None, {"Accept": "text/csv"}, stream=True)
        try:
            if response.status_code >= 300:
                self._answer(response, began)
            raw: Any = response.raw  # a urllib3 response is a readable binary stream
            # Closing itself at the end, it would take the last buffered lines with it.
            raw.decode_content, raw.auto_close = True, False
            with io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
                yield response.headers, text
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise temporary("the answer broke off", operation) from error
        finally:
            response.close()

    def retrying(self, work: Callable[[], T]) -> T:
        """Repeats idempotent work of the caller's own on temporary failures."""
        return self._retrying(work, idempotent=True)

    def close(self) -> None:
        self._session.close()

    def _retrying(self, work: Callable[[], T], idempotent: bool, login: bool = False) -> T:
        def again(error: BaseException) -> bool:
            # The login repeats itself on its own; repeating the call around it would multiply that.
            tired = isinstance(error, TemporaryFailure) and error.operation == TOKEN_OPERATION and not login
            return isinstance(error, TemporaryFailure) and (idempotent or not error.sent) and not tired

        return Retrying(
            retry=retry_if_exception(again),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=1, min=1, max=20),
            sleep=self._context.sleep,
            reraise=True,
        )(work)

    def _authorised(
        self, method: str, path: str, data: bytes | None, headers: Mapping[str, str] | None, stream: bool
    ) -> tuple[float, requests.Response]:
        """Sends with the present token and, if that has expired, once more with a new one and the same headers."""
        for last in (False, True):
            token = self.token
            began = self._context.clock()
            response = self._send(method, path, data, headers, stream)
            if not _expired(response):
                return began, response
            response.close()
            if not last:
                self._renew(token)
        raise AccessRefused(
            Text(
                "salesforce: a new access token was refused too; check the run-as user's status and API Enabled",
                "salesforce: 新しいトークンも拒否されました。実行ユーザーの状態と「API の有効化」をご確認ください",
            ),
            system=SALESFORCE,
            operation=self._operation(method, path),
            status=401,
            code=INVALID_SESSION,
        )

    def _send(
        self, method: str, path: str, data: bytes | None, headers: Mapping[str, str] | None, stream: bool
    ) -> requests.Response:
        assert self._sdk is not None
        self._quota.take()
        operation = self._operation(method, path)
        url = f"https://{self._sdk.sf_instance}{self._full(path)}"
        caught: list[requests.Response] = []
        try:
            self._sdk._call_salesforce(
                method,
                url,
                data=data,
                headers=dict(headers or {}),
                stream=stream,
                allow_redirects=False,
                hooks={"response": lambda response, *_args, **_kwargs: caught.append(response)},
            )
        except SalesforceError:
            pass  # judged by its status below, where headers are at hand too
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._context.meter.call(SALESFORCE, operation, type(error).__name__)
            raise _network(error, operation) from error
        response = caught[-1]
        self._context.meter.call(SALESFORCE, operation, response.status_code)
        self._note(response)
        return response

    def _answer(self, response: requests.Response, began: float) -> Answer:
        operation = self._operation(response.request.method or "", urlsplit(response.request.url or "").path)
        body = _parsed(response)
        now = self.server_now()
        if response.status_code >= 300:
            found = faults(body)
            error = failure(response.status_code, first(found), operation, self._context.clock())
            if isinstance(error, CallRefused | FeatureMissing):
                raise Refusal(response.status_code, found, error)
            raise error
        if body is _NOT_JSON:
            raise temporary("the answer was not JSON", operation, response.status_code)
        return Answer(response.status_code, body, response.headers, began + self.skew, now)

    def _note(self, response: requests.Response) -> None:
        """What every answer tells beside its body: the server's clock and the calls used."""
        try:
            told = parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
            self._skew = told - self._context.clock()
        except (TypeError, ValueError):
            pass
        found = _USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
        if found:
            used, limit = int(found[1]), int(found[2])
            self._quota.seen(limit, limit - used)
            self._context.meter.quota(SALESFORCE, used, limit)

    def _renew(self, stale: Token | None) -> None:
        """Replaces `stale`, unless another thread already did."""
        with self._lock:
            if self._token is not None and self._token is not stale:
                return
            token = self._retrying(self._fetch_token, idempotent=True, login=True)
            # The instance may have moved: addresses are built anew with each token.
            self._sdk = _sdk(self._session, token, self._settings.api_version)
            self._token = token

    def _fetch_token(self) -> Token:
        known = self.skew
        try:
            return read_token(self._post_token())
        except AccessRefused:
            # A signed assertion lives three minutes: with our clock far off, sign again by the server's.
            if self._settings.private_key and abs(self.skew - known) > SKEW_WORTH_RETRYING:
                return read_token(self._post_token())
            raise

    def _post_token(self) -> requests.Response:
        form = token_form(self._settings, self.server_now())
        try:
            response = self._session.post(login_url(self._settings) + TOKEN_PATH, data=form, allow_redirects=False)
        except (requests.RequestException, OSError) as error:
            self._context.meter.call(SALESFORCE, TOKEN_OPERATION, type(error).__name__)
            raise _network(error, TOKEN_OPERATION, sent=False) from error
        self._context.meter.call(SALESFORCE, TOKEN_OPERATION, response.status_code)
        self._note(response)
        return response

    def _full(self, path: str) -> str:
        return path if path.startswith("/services/") else f"{self.base}{path}"

    def _operation(self, method: str, path: str) -> str:
        """Method and route with placeholders, fit for metrics and messages."""
        return f"{method} {route(self._full(path).removeprefix(self.base))}"


def route(path: str) -> str:
    """The path with ids and locators replaced and the query cut off."""
    parts = path.split("?")[0].split("/")
    return "/".join(_placeholder(part) for part in parts)


def _placeholder(part: str) -> str:
    if _LOCATOR_SEGMENT.fullmatch(part):
        return "{locator}"
    return "{id}" if _ID_SEGMENT.fullmatch(part) else part


def _session(ca_file: str) -> requests.Session:
    session = requests.Session()
    # Without an auth of its own, requests would let a .netrc entry replace the Authorization header.
    session.auth = lambda request: request
    if ca_file:
        # REQUESTS_CA_BUNDLE in the environment would otherwise win over `verify`.
        session.verify, session.trust_env = ca_file, False
    session.mount("https://", _Adapter())
    session.mount("http://", _Adapter(direct=True))
    return session


def _sdk(session: requests.Session, token: Token, version: str) -> Salesforce:
    url = checked_url(token.instance_url, "instance_url")
    parts = urlsplit(url)
    if parts.scheme == "http":
        session.mount(f"https://{parts.netloc}", _Adapter(plain=True, direct=True))
    url = f"https://{parts.netloc}"
    made = Salesforce(session_id=token.value, instance_url=url, version=version, session=session)
    made.headers.pop("X-PrettyPrint", None)  # indented JSON is a third larger
    return made


class _Adapter(HTTPAdapter):
    """Sets timeouts on every request; on loopback undoes the SDK's hard-wired https and goes past proxies."""

    def __init__(self, plain: bool = False, direct: bool = False) -> None:
        self._plain, self._direct, self.timeouts = plain, direct, TIMEOUTS
        super().__init__(pool_connections=4, pool_maxsize=4)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        if self._plain and request.url:
            request.url = "http://" + request.url.removeprefix("https://")
        if self._direct:
            options["proxies"] = {}
        options["timeout"] = options.get("timeout") or self.timeouts
        return super().send(request, *args, **options)


_NOT_JSON = object()


def _parsed(response: requests.Response) -> Any:
    """The JSON body with exact decimals, None when empty, `_NOT_JSON` for anything else."""
    try:
        content = response.content
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
        return _NOT_JSON
    if not content.strip():
        return None
    try:
        return json.loads(content, parse_float=Decimal)
    except ValueError:
        return _NOT_JSON


def _expired(response: requests.Response) -> bool:
    return response.status_code == 401 or (
        response.status_code == 403 and first(faults(_parsed(response))).code == INVALID_SESSION
    )


def _network(error: Exception, operation: str, sent: bool = True) -> TemporaryFailure:
    if isinstance(error, requests.exceptions.SSLError):
        return temporary("the TLS certificate was not accepted (see LEADSYNC_CA_FILE)", operation, sent=False)
    if isinstance(error, requests.exceptions.Timeout):
        return temporary("no answer in time", operation, sent=sent and not _unsent(error))
    return temporary("no connection", operation, sent=sent and not _unsent(error))


def _unsent(error: Exception) -> bool:
    """Whether the connection was never made, so that nothing can have been carried out."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)
