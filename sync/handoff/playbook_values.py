"""Values of a playbook file as the program keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from sync.core.text import Text
from sync.handoff.calendar import DAY_MINUTES

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = re.compile(r"((?P<year>[0-9]{4})-)?(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_LEAP = 2_000  # the year that days of every year are kept in: it has a 29 February


def text_of(value: str | Mapping[str, str]) -> Text:
    return Text(value, value) if isinstance(value, str) else Text(value["en"], value["ja"])


def mail(value: str) -> str:
    return value.strip().lower()


def domain_of(value: str) -> str:
    return value.strip().lower().removeprefix("@")


def day_of(value: object) -> tuple[date | None, bool]:
    """A day, and whether it is one of every year."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None, False
    try:
        return date(int(found["year"] or _LEAP), int(found["month"]), int(found["day"])), not found["year"]
    except ValueError:
        return None, False


def minutes_of(value: object) -> int | None:
    """Minutes after midnight. YAML reads an unquoted 18:00 as the number 1080: the same minutes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value <= DAY_MINUTES else None
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", value) if isinstance(value, str) else None
    if not found or int(found[2]) > 59:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return minutes if minutes <= DAY_MINUTES else None
