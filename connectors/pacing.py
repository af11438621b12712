"""Rate and quota budgets: how fast and how much we may call an account."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from sync.core.text import Text
from sync.errors import QuotaReached
from sync.ports import Clock, Sleep


class RateBudget:
    """At most `calls` in any `seconds`, as vendors count it (a rolling window). Thread safe."""

    def __init__(self, calls: int, seconds: float, clock: Clock, sleep: Sleep) -> None:
        self._calls, self._seconds = calls, seconds
        self._clock, self._sleep = clock, sleep
        self._sent: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Waits until one more call fits."""
        while (wait := self._reserve()) > 0:
            self._sleep(wait)

    def hold(self, seconds: float) -> None:
        """Nothing more for `seconds`: the vendor said we were too fast."""
        with self._lock:
            until = self._clock() + seconds
            self._sent = deque([until - self._seconds] * self._calls)

    def _reserve(self) -> float:
        with self._lock:
            now = self._clock()
            while self._sent and self._sent[0] <= now - self._seconds:
                self._sent.popleft()
            if len(self._sent) < self._calls:
                self._sent.append(now)
                return 0.0
            return self._sent[0] + self._seconds - now


@dataclass
class QuotaGuard:
    """Our share of the account's calls of a day.

    Default: the smaller of 20 % of the day and half of what the account has left; `percent` replaces the 20.
    Figures come from the vendor (`seen`); until then nothing is refused.
    """

    system: str
    percent: int
    clock: Clock
    limit: int | None = None
    left: int | None = None
    resets_at: int | None = None
    spent: int = 0  # our own calls since `day_began`
    day_began: float = field(default=0.0)

    def seen(self, limit: int, left: int, resets_at: int | None = None) -> None:
        self.limit, self.left = limit, max(left, 0)
        self.resets_at = resets_at or self.resets_at

    def remaining(self) -> int | None:
        """Calls we may still make today; None when the vendor has not told its figures."""
        if self.limit is None or self.left is None:
            return None
        return max(0, min(self.limit * self.percent // 100 - self.spent, self.left // 2))

    def take(self) -> None:
        """Counts one call, or raises `QuotaReached` when our share is used up."""
        now = self.clock()
        if now - self.day_began >= 86_400:
            self.day_began, self.spent = now, 0
        if self.remaining() == 0:
            until = self.resets_at or int(self.day_began + 86_400)
            raise QuotaReached(
                Text(
                    f"{self.system}: our share of today's API calls is used up; work goes on when it resets. "
                    f"Raise LEADSYNC_QUOTA__{self.system.upper()}_PERCENT to allow more.",
                    f"{self.system}: 本日分の API 呼び出し枠を使い切りました。リセット後に再開します。"
                    f"増やすには LEADSYNC_QUOTA__{self.system.upper()}_PERCENT を上げてください。",
                ),
                until=until,
                system=self.system,
            )
        self.spent += 1
