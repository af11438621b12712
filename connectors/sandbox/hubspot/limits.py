"""How many calls the account allows: per ten seconds, searches per second, and per day."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.http import SandboxClock
from connectors.sandbox.hubspot.refusals import rate_limited
from connectors.sandbox.hubspot.times import iso_trimmed

BURST_SECONDS = 10.0
OAUTH_BURST = 110
SEARCHES_PER_SECOND = 5


@dataclass
class Window:
    """A rolling window in real time. Refused calls count too: hammering keeps it closed."""

    calls: int
    seconds: float
    monotonic: Callable[[], float] = time.monotonic
    _times: deque[float] = field(default_factory=deque)

    def full(self) -> bool:
        """Counts one call and tells whether it is one too many."""
        now = self.monotonic()
        self._drop(now)
        self._times.append(now)
        return len(self._times) > self.calls

    def left(self) -> int:
        self._drop(self.monotonic())
        return max(0, self.calls - len(self._times))

    def _drop(self, now: float) -> None:
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()


@dataclass
class Limits:
    """`enforce` governs the burst and search windows; the daily quota, counted by the sandbox clock, always holds."""

    clock: SandboxClock
    timezone: ZoneInfo
    burst: int
    daily_limit: int
    enforce: bool = True
    daily_used: int = 0
    usage_cached_seconds: float = 300.0
    calls: Window = field(init=False)
    oauth_calls: Window = field(init=False)
    searches: Window = field(init=False)
    _resets: float = 0.0
    _reported: tuple[float, int] | None = None  # (when, usage) as the usage endpoint last told

    def __post_init__(self) -> None:
        self.calls = Window(self.burst, BURST_SECONDS)
        self.oauth_calls = Window(min(self.burst, OAUTH_BURST), BURST_SECONDS)
        self.searches = Window(SEARCHES_PER_SECOND, 1.0)
        self._resets = self._next_midnight()

    def take(self, *, search: bool, oauth: bool) -> None:
        """Counts one call, or refuses it. Searches have a limit of their own."""
        self._new_day()
        self.daily_used += 0 if oauth else 1
        if not oauth and self.daily_used > self.daily_limit:
            raise rate_limited("DAILY", "daily")
        window = self.searches if search else self._window(oauth)
        if window.full() and self.enforce:
            raise (
                rate_limited("SECONDLY", "secondly")
                if search
                else rate_limited("TEN_SECONDLY_ROLLING", "ten_secondly_rolling")
            )

    def headers(self, *, oauth: bool) -> dict[str, str]:
        window = self._window(oauth)
        headers = {
            "X-HubSpot-RateLimit-Max": str(window.calls),
            "X-HubSpot-RateLimit-Remaining": str(window.left()),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(BURST_SECONDS * 1000)),
            "X-HubSpot-RateLimit-Secondly": str(window.calls // 10),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(window.calls // 10),
        }
        if not oauth:
            headers["X-HubSpot-RateLimit-Daily"] = str(self.daily_limit)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, self.daily_limit - self.daily_used))
        return headers

    def usage(self) -> dict[str, Any]:
        """The figures of the usage endpoint, which may be some minutes old."""
        self._new_day()
        now = self.clock.now()
        cached = self._reported is not None and now - self._reported[0] < self.usage_cached_seconds
        if not cached:
            self._reported = (now, self.daily_used)
        when, used = self._reported or (now, self.daily_used)
        return {
            "name": "private-apps-api-calls-daily",
            "usageLimit": self.daily_limit,
            "currentUsage": used,
            "collectedAt": iso_trimmed(int(when * 1000)),
            "fetchStatus": "CACHED" if cached else "SUCCESS",
            "resetsAt": iso_trimmed(int(self._resets * 1000)),
        }

    def _window(self, oauth: bool) -> Window:
        return self.oauth_calls if oauth else self.calls

    def _new_day(self) -> None:
        if self.clock.now() >= self._resets:
            self.daily_used, self._reported = 0, None
            self._resets = self._next_midnight()

    def _next_midnight(self) -> float:
        today = datetime.fromtimestamp(self.clock.now(), UTC).astimezone(self.timezone)
        tomorrow = (today + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return tomorrow.timestamp()
