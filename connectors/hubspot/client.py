"""Calls to HubSpot with everything an account asks of a caller: pace, daily share, retries, token renewal.

The only module that imports hubspot-api-client, as a thin transport of raw bytes. Its traps, avoided here: each
walk like `client.crm.contacts.basic_api` opens a new connection pool (so one ApiClient is kept); no timeout
unless each call brings one; its own retries would repeat creates (so off); an error body that is not UTF-8, or
a TLS failure, surfaces as a decoding error.
"""

from __future__ import annotations

import json
import random
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import hubspot  # type: ignore[import-untyped]
import urllib3.exceptions as wire
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from connectors.hubspot import routes
from connectors.hubspot.failures import (
    DAILY,
    SECONDLY,
    Failure,
    read_failure,
    refused_credentials,
    retryable,
    to_error,
    unexpected,
    vendor_code,
)
from connectors.hubspot.settings import HubSpotSettings
from connectors.hubspot.tokens import OAuthToken, StaticToken
from connectors.pacing import QuotaGuard, RateBudget
from sync.core.records import HUBSPOT
from sync.core.text import Text
from sync.errors import AccessRefused, QuotaReached, TemporaryFailure, VendorError
from sync.ports import ConnectorContext

_STATUS_ATTRIBUTES = ("status", "body", "headers")  # every SDK package has an exception family of its own
_NOT_SENT = (wire.NewConnectionError, wire.ConnectTimeoutError, wire.NameResolutionError)
_TIMED_OUT = (wire.ReadTimeoutError, wire.ConnectTimeoutError, TimeoutError)

TIMEOUTS = (10.0, 60.0)  # seconds to connect, seconds without a byte
_BURST = 90  # of the smallest plan's 100 per 10 s; other apps of ours may share the token
_BURST_SECONDS = 10.0
_SEARCHES_PER_SECOND = 4  # the account's 5 per second are shared by everybody who searches
_TRIES = 4
_TRIES_TOO_FAST = 8
_LONGEST_WAIT = 120.0
_NOT_CARRIED_OUT = frozenset({429, 477})  # refused before any work: safe to repeat even for a create
_ABOUT_THE_DATA = frozenset({400, 404, 409, 413, 422})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any]
    began_at: float  # the server's time when the request left, epoch seconds


class _Transient(Exception):
    """Worth another try after `wait` seconds, `tries` in all; `error` is raised when they are used up."""

    def __init__(self, error: VendorError, wait: Callable[[int], float], tries: int) -> None:
        super().__init__(error.code)
        self.error, self.wait, self.tries = error, wait, tries


class HubSpotClient:
    """Raises only errors of `sync.errors`."""

    def __init__(
        self, settings: HubSpotSettings, context: ConnectorContext, timeouts: tuple[float, float] = TIMEOUTS
    ) -> None:
        self.day_zone = context.timezone  # the account's own zone, once known: its quota day ends at midnight there
        self._context = context
        self._transport = Transport(settings.base_url, context.ca_file, timeouts)
        if settings.access_token:
            self._token: StaticToken | OAuthToken = StaticToken(settings.access_token.get_secret_value())
        else:
            self._token = OAuthToken(settings, context.memory, context.clock, self._exchange)
        self._burst_limit = _BURST
        self._burst = RateBudget(_BURST, _BURST_SECONDS, context.clock, context.sleep)
        self._searches = RateBudget(_SEARCHES_PER_SECOND, 1.0, context.clock, context.sleep)
        spent = context.meter.used_today(HUBSPOT)
        self._guard = QuotaGuard(HUBSPOT, context.quota_percent, context.clock, spent=spent, day_began=context.clock())
        self._exhausted_until = 0
        self._offset: float | None = None  # the server's clock minus ours

    @property
    def clock_offset(self) -> float | None:
        """Seconds the server is ahead of us; None before the first answer."""
        return self._offset

    def server_now(self) -> float:
        return self._context.clock() + (self._offset or 0.0)

    def get(self, route: str, query: Mapping[str, str] | None = None, **ids: str) -> Answer:
        return self._call("GET", route, ids=ids, query=query)

    def post(
        self, route: str, body: Mapping[str, Any], *, creates: bool = False, judge: bool = False, **ids: str
    ) -> Answer:
        """`creates`: repeating it would make something twice, so it is never repeated once it may have arrived.
        `judge`: a refusal that speaks of the data (400, 404, 409...) is an answer for the caller to take apart."""
        return self._call("POST", route, ids=ids, body=body, safe=not creates, judge=judge)

    def delete(self, route: str, **ids: str) -> Answer:
        return self._call("DELETE", route, ids=ids)

    def close(self) -> None:
        self._transport.close()

    def quota(self) -> tuple[int, int] | None:
        """(used, limit) of the account's day as last told; None for OAuth apps, which are not told."""
        guard = self._guard
        return None if guard.limit is None or guard.left is None else (guard.limit - guard.left, guard.limit)

    def _call(
        self,
        method: str,
        route: str,
        *,
        ids: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        body: Any = None,
        safe: bool = True,
        judge: bool = False,
    ) -> Answer:
        token = self._token.current()

        def once() -> Answer:
            return self._attempt(method, route, ids, query or {}, body, None, token, safe, judge)

        try:
            return self._insist(once)
        except VendorError as error:
            if error.status != 401:
                raise
        token = self._token.renew(token)
        return self._insist(once)

    def _exchange(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """The OAuth token call. Not repeated after a lost answer: a rotated refresh token is good only once."""
        try:
            answer = self._insist(
                lambda: self._attempt("POST", routes.TOKEN, {}, {}, None, form, "", safe=False, judge=True)
            )
        except VendorError as error:
            if error.status not in {401, 403}:
                raise
            raise _refused_oauth(error.code or str(error.status)) from None
        if answer.status >= 400:
            raise _refused_oauth(vendor_code(answer.body.get("status")) or str(answer.status))
        return answer.body

    def _insist(self, once: Callable[[], Answer]) -> Answer:
        retrying = Retrying(
            retry=retry_if_exception_type(_Transient),
            stop=lambda state: state.attempt_number >= _transient(state).tries,
            wait=lambda state: _transient(state).wait(state.attempt_number),
            sleep=self._context.sleep,
            reraise=True,
        )
        try:
            return retrying(once)
        except _Transient as given_up:
            raise given_up.error from None

    def _attempt(
        self,
        method: str,
        route: str,
        ids: Mapping[str, str],
        query: Mapping[str, str],
        body: Any,
        form: Mapping[str, str] | None,
        token: str,
        safe: bool,
        judge: bool,
    ) -> Answer:
        operation = f"{method} {route}"
        self._take(route)
        began = self._context.clock()
        try:
            reply = self._transport.send(method, route, ids=ids, query=query, body=body, form=form, token=token)
        except ConnectionLost as lost:
            self._context.meter.call(HUBSPOT, operation, lost.word)
            raise self._lost(lost, operation, safe) from None
        self._context.meter.call(HUBSPOT, operation, reply.status)
        elapsed = self._context.clock() - began
        self._learn(reply)
        if judge and reply.status in _ABOUT_THE_DATA and (said := read_failure(reply.status, reply.body)).body:
            return Answer(reply.status, said.body, self.server_now() - elapsed)
        if not 200 <= reply.status < 300:
            raise self._failed(reply, route, operation, safe)
        return Answer(reply.status, self._decode(reply, operation, safe), self.server_now() - elapsed)

    def _take(self, route: str) -> None:
        now = self.server_now()
        if self._guard.resets_at and now >= self._guard.resets_at:
            # A new day: the old day's figures must not keep us from the call that would bring new ones.
            self._guard.limit = self._guard.left = self._guard.resets_at = None
            self._guard.spent = 0
        if now < self._exhausted_until:
            raise self._quota_reached(self._exhausted_until, route)
        self._guard.take()
        self._burst.take()
        if route == routes.SEARCH:
            self._searches.take()

    def _learn(self, reply: Reply) -> None:
        headers = reply.headers
        if (stamp := headers.get("date")) is not None and (server := _date(stamp)) is not None:
            self._offset = server - self._context.clock()
        limit, left = (
            _int(headers.get("x-hubspot-ratelimit-daily")),
            _int(headers.get("x-hubspot-ratelimit-daily-remaining")),
        )
        if limit and left is not None:
            self._guard.seen(limit, left, self._midnight())
            self._context.meter.quota(HUBSPOT, limit - left, limit)
        if told := _int(headers.get("x-hubspot-ratelimit-max")):
            self._adapt(max(1, told * 9 // 10))

    def _adapt(self, limit: int) -> None:
        if limit == self._burst_limit:
            return
        budget = RateBudget(limit, _BURST_SECONDS, self._context.clock, self._context.sleep)
        for _ in range(min(limit, self._burst_limit)):
            budget.take()  # what the old budget may have spent in this window counts in the new one
        self._burst, self._burst_limit = budget, limit

    def _lost(self, lost: ConnectionLost, operation: str, safe: bool) -> Exception:
        error = TemporaryFailure(
            Text(
                f"hubspot: no answer to {operation} ({lost.word}); check the network, it will be tried again",
                f"hubspot: {operation} に応答がありません({lost.word})。"
                "ネットワークを確認してください。後で再試行します",
            ),
            sent=lost.sent,
            system=HUBSPOT,
            operation=operation,
            code=lost.word.upper(),
        )
        again = (safe or not lost.sent) and lost.word != "tls"
        return _Transient(error, _backoff(0.5), _TRIES) if again else error

    def _failed(self, reply: Reply, route: str, operation: str, safe: bool) -> Exception:
        failure = read_failure(reply.status, reply.body)
        if reply.status == 429:
            return self._too_fast(failure, reply, route, operation)
        error = to_error(failure, operation)
        if not retryable(reply.status) or not (safe or reply.status in _NOT_CARRIED_OUT):
            return error
        asked = _seconds(reply.headers.get("retry-after"))
        if asked is not None:
            return error if asked > _LONGEST_WAIT else _Transient(error, lambda _: asked, _TRIES)
        return _Transient(error, _backoff(2.0 if reply.status == 423 else 0.5), _TRIES)

    def _too_fast(self, failure: Failure, reply: Reply, route: str, operation: str) -> Exception:
        if failure.policy == DAILY:
            self._exhausted_until = self._guard.resets_at or self._midnight()
            return self._quota_reached(self._exhausted_until, operation)
        secondly = failure.policy == SECONDLY or (not failure.policy and route == routes.SEARCH)
        asked = _seconds(reply.headers.get("retry-after"))
        wait = asked if asked is not None else 1.0 if secondly else _BURST_SECONDS
        error = to_error(failure, operation)
        if wait > _LONGEST_WAIT:
            return error
        (self._searches if route == routes.SEARCH and secondly else self._burst).hold(wait)
        return _Transient(error, lambda _: 0.0, _TRIES_TOO_FAST)  # the budget does the waiting, for all calls alike

    def _quota_reached(self, until: int, operation: str) -> QuotaReached:
        return QuotaReached(
            Text(
                "hubspot: the account's API calls of today are used up; work goes on when they reset",
                "hubspot: アカウントの本日分の API 呼び出しを使い切りました。リセット後に再開します",
            ),
            until=until,
            system=HUBSPOT,
            operation=operation,
            code=DAILY,
        )

    def _decode(self, reply: Reply, operation: str, safe: bool) -> Mapping[str, Any]:
        if not reply.body.strip():
            return {}
        try:
            body = json.loads(reply.body)
        except ValueError:
            error = TemporaryFailure(
                Text(
                    f"hubspot: {operation} answered {reply.status} with something else than JSON; "
                    "a proxy or HubSpot's edge is in the way, it will be tried again",
                    f"hubspot: {operation} の応答(状態 {reply.status})が JSON ではありません。"
                    "プロキシまたは HubSpot 側の障害の可能性があります。後で再試行します",
                ),
                sent=True,
                system=HUBSPOT,
                operation=operation,
                status=reply.status,
            )
            raise (_Transient(error, _backoff(0.5), _TRIES) if safe else error) from None
        if not isinstance(body, dict):
            raise unexpected(operation, "the answer is not a JSON object")
        return body

    def _midnight(self) -> int:
        """The next midnight in the account's time zone, when its daily calls reset."""
        try:
            zone: Any = ZoneInfo(self.day_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = UTC
        today = datetime.fromtimestamp(self.server_now(), zone)
        tomorrow = (today + timedelta(days=1)).date()
        return int(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).timestamp())


def _refused_oauth(code: str) -> AccessRefused:
    return refused_credentials(
        Text(
            f"hubspot: the OAuth credentials are refused ({code}); authorise the app again and set "
            "LEADSYNC_HUBSPOT__REFRESH_TOKEN to the new refresh token, "
            "and check LEADSYNC_HUBSPOT__CLIENT_ID and __CLIENT_SECRET",
            f"hubspot: OAuth の認証情報が拒否されました({code})。アプリを再認可し、新しいリフレッシュトークンを "
            "LEADSYNC_HUBSPOT__REFRESH_TOKEN に設定してください。"
            "LEADSYNC_HUBSPOT__CLIENT_ID と __CLIENT_SECRET も確認してください",
        ),
        "token",
    )


def _transient(state: RetryCallState) -> _Transient:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, _Transient)  # `retry_if_exception_type` let nothing else through
    return error


def _backoff(first: float) -> Callable[[int], float]:
    """Doubling waits with jitter, so that several services do not come back in step."""
    return lambda attempt: min(first * 2 ** (attempt - 1), 16.0) * random.uniform(1.0, 1.5)


def _date(stamp: str) -> float | None:
    try:
        return parsedate_to_datetime(stamp).timestamp()
    except (TypeError, ValueError):
        return None


def _seconds(raw: str | None) -> float | None:
    try:
        return max(0.0, float(raw)) if raw else None
    except ValueError:
        return None


def _int(raw: str | None) -> int | None:
    try:
        return int(raw) if raw else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]  # lower-case names
    body: bytes


class ConnectionLost(Exception):
    """No whole answer. `sent`: the request may have reached HubSpot and been carried out."""

    def __init__(self, word: str, sent: bool) -> None:
        super().__init__(word)
        self.word = word
        self.sent = sent


class Transport:
    def __init__(self, host: str, ca_file: str, timeouts: tuple[float, float]) -> None:
        """`timeouts`: seconds to connect and to wait for each part of the answer."""
        client = hubspot.Client.create(host=host.rstrip("/"), retry=False, ssl_ca_cert=ca_file or None)
        self._api: Any = client.crm.objects.basic_api.api_client
        self._timeouts = timeouts

    def send(
        self,
        method: str,
        route: str,
        *,
        ids: Mapping[str, str],
        query: Mapping[str, str],
        body: Any,
        form: Mapping[str, str] | None,
        token: str,
    ) -> Reply:
        self._api.configuration.access_token = token or None
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            response = self._api.call_api(
                route,
                method,
                path_params=dict(ids),
                query_params=list(query.items()),
                header_params=headers,
                body=body,
                post_params=list(form.items()) if form is not None else None,
                auth_settings=["oauth2"] if token else [],
                _preload_content=False,
                _request_timeout=self._timeouts,
            )
            return Reply(response.status, _lower(response.headers), response.data)
        except (wire.HTTPError, OSError) as lost:
            raise _lost(lost) from None
        except Exception as error:
            return _refusal(error)

    def close(self) -> None:
        self._api.rest_client.pool_manager.clear()


def _refusal(error: BaseException) -> Reply:
    """The error answer inside an SDK exception, or inside the exception that hid it."""
    for candidate in (error, error.__context__):
        if candidate is None or not all(hasattr(candidate, name) for name in _STATUS_ATTRIBUTES):
            continue
        vendor: Any = candidate
        if not vendor.status:
            raise ConnectionLost("tls", sent=False) from None
        raw = vendor.body if isinstance(vendor.body, bytes) else str(vendor.body or "").encode()
        return Reply(int(vendor.status), _lower(vendor.headers), raw)
    raise error


def _lost(error: Exception) -> ConnectionLost:
    if isinstance(error, wire.SSLError | ssl.SSLError):
        return ConnectionLost("tls", sent=False)
    word = "timeout" if isinstance(error, _TIMED_OUT) else "reset"
    if isinstance(error, _NOT_SENT):
        return ConnectionLost("connect", sent=False)
    return ConnectionLost(word, sent=True)


def _lower(headers: Any) -> Mapping[str, str]:
    return {str(name).lower(): str(value) for name, value in dict(headers or {}).items()}
