"""Times as the API writes them. Stored and sent as text of one fixed shape in UTC, so texts compare like times."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

DATETIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,6})?(Z|[+-]\d\d:?\d\d)")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def stamp(epoch: float) -> str:
    """Whole seconds, and an offset without colon."""
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def epoch_of(text: str) -> int:
    return int(datetime.fromisoformat(text[:19] + "+00:00").timestamp())


def parse_datetime(text: str) -> str | None:
    """ISO 8601 with Z or an offset -> the stored form; None when it is not that."""
    match = DATETIME.fullmatch(text)
    if not match:
        return None
    try:
        moment = datetime.fromisoformat(match[1] + match[2].replace("Z", "+00:00"))
        return stamp(moment.timestamp())
    except (ValueError, OverflowError):
        return None


def parse_date(text: str) -> str | None:
    if not DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def csv_form(text: str) -> str:
    """Bulk results write the offset as Z."""
    return text[:-5] + "Z"
