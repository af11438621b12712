"""Times as HubSpot writes and reads them. Everything inside the sandbox is UTC epoch milliseconds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

DAY_MS = 86_400_000


@lru_cache(maxsize=65_536)
def iso(ms: int) -> str:
    """`2026-03-01T08:09:10.123Z`, the form of datetime property values."""
    whole, milli = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{milli:03d}Z"


@lru_cache(maxsize=65_536)
def iso_trimmed(ms: int) -> str:
    """The form of createdAt and updatedAt: trailing zeros of the fraction are dropped, as the service does."""
    text = iso(ms)[:-1]
    return text.rstrip("0").rstrip(".") + "Z"


@lru_cache(maxsize=65_536)
def instant(text: str) -> int | None:
    """Epoch milliseconds of an epoch-ms text, an ISO 8601 time with a zone, or a plain date; None otherwise."""
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        if len(text) == 10:
            return day_ms(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def day_ms(day: date) -> int:
    """Midnight UTC of a day."""
    return (day - date(1970, 1, 1)).days * DAY_MS


def day_text(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d")
