"""The org's calls of the rolling day, and /limits."""

from __future__ import annotations

from collections import deque
from typing import Any

from connectors.sandbox.http import SandboxClock

_DAY = 86_400
_OTHER_LIMITS = {
    "ConcurrentAsyncGetReportInstances": 200,
    "ConcurrentSyncReportRuns": 20,
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DataStorageMB": 1024,
    "FileStorageMB": 1024,
    "HourlyTimeBasedWorkflow": 1000,
    "SingleEmail": 5000,
}


class Usage:
    """`others` stands for the calls of other programs; tests set it."""

    def __init__(self, clock: SandboxClock, daily_limit: int) -> None:
        self._clock, self.daily_limit, self.others = clock, daily_limit, 0
        self._calls: deque[float] = deque()

    def used(self) -> int:
        limit = self._clock.now() - _DAY
        while self._calls and self._calls[0] <= limit:
            self._calls.popleft()
        return len(self._calls) + self.others

    def spent(self) -> bool:
        return self.used() >= self.daily_limit

    def count(self) -> None:
        self._calls.append(self._clock.now())

    def header(self) -> str:
        return f"api-usage={self.used()}/{self.daily_limit}"

    def limits(self) -> dict[str, Any]:
        calls = {"Max": self.daily_limit, "Remaining": max(0, self.daily_limit - self.used())}
        others = {name: {"Max": most, "Remaining": most} for name, most in _OTHER_LIMITS.items()}
        return {"DailyApiRequests": calls, **others}
