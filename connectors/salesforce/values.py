"""Salesforce's way of writing ids, times and numbers, read tolerantly and written exactly."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

# Years outside are typing errors, and some cannot be told in every zone.
_YEARS = range(1900, 3000)
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?")


def id18(value: str) -> str:
    """The 18-character form: the last three characters carry the case of the first fifteen."""
    if len(value) != 15 or not _ID.fullmatch(value):
        return value
    return value + "".join(_checksum(value[start : start + 5]) for start in (0, 5, 10))


def _checksum(part: str) -> str:
    return _CHECKSUM[sum(1 << place for place, char in enumerate(part) if "A" <= char <= "Z")]


def is_id(value: str, prefix: str = "") -> bool:
    return bool(_ID.fullmatch(value)) and value.startswith(prefix)


def time_ms(value: str) -> int:
    """Epoch milliseconds of a vendor datetime; raises ValueError. A time without a zone is UTC."""
    found = _TIME.fullmatch(value.strip())
    if not found:
        raise ValueError("not a datetime")
    day, clock, fraction, zone = found.groups()
    offset = "+00:00" if zone in (None, "Z") else zone if ":" in zone else zone[:3] + ":" + zone[3:]
    when = datetime.fromisoformat(f"{day}T{clock}{offset}")
    if when.year not in _YEARS:
        raise ValueError("not a plausible year")
    seconds = int(when.timestamp())
    return seconds * 1000 + int((fraction or "0").ljust(3, "0")[:3])


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_ms(ms: int) -> str:
    """A SOQL datetime literal; the fraction only when there is one."""
    whole, rest = divmod(ms, 1000)
    return iso(whole) if not rest else iso(whole)[:-1] + f".{rest:03d}Z"


def quoted(text: str) -> str:
    """A SOQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def id_list(ids: list[str] | tuple[str, ...]) -> str:
    """The inside of a SOQL IN list."""
    return ",".join(quoted(one) for one in ids)


def midnight(day: date, zone: tzinfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def local_day(seconds: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(seconds, zone).date()


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """One level of names (`Campaign.Name`), the form in which Bulk CSV already comes."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if name == "attributes":
            continue
        if isinstance(value, Mapping):
            out.update(flat(value, f"{prefix}{name}."))
        else:
            out[prefix + name] = value
    return out


class Row:
    """One record of a REST or Bulk answer. A value of the wrong shape reads as empty and is counted."""

    def __init__(self, values: Mapping[str, Any], bad: Counter[str]) -> None:
        self._values = flat(values)
        self._bad = bad

    def has(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if value is None:
            return ""
        if isinstance(value, str | int | Decimal):
            return str(value).strip()
        self.reject(name)
        return ""

    def all(self, *names: str) -> tuple[str, ...]:
        """What these fields hold, each value once, the empty ones left out."""
        return tuple(dict.fromkeys(found for name in names if (found := self.text(name))))

    def id(self, name: str, prefix: str = "") -> str:
        value = self.text(name)
        if not value or value.startswith("000000000000000"):
            return ""
        if is_id(value, prefix):
            return id18(value)
        self.reject(name)
        return ""

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if isinstance(value, bool):
            return value
        return str(value or "").strip().lower() in ("true", "1")

    def tri(self, name: str) -> bool | None:
        """None when the field is hidden or empty."""
        return self.flag(name) if self._values.get(name) not in (None, "") else None

    def decimal(self, name: str) -> Decimal | None:
        value = self._values.get(name)
        if value is None or value == "" or isinstance(value, bool):
            return None
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
        self.reject(name)
        return None

    def whole(self, name: str) -> int | None:
        """Whole part, towards minus infinity."""
        number = self.decimal(name)
        return None if number is None else math.floor(number)

    def ms(self, name: str) -> int | None:
        value = self.text(name)
        if not value:
            return None
        try:
            return time_ms(value)
        except ValueError:
            self.reject(name)
            return None

    def seconds(self, name: str) -> int | None:
        value = self.ms(name)
        return None if value is None else value // 1000

    def day(self, name: str) -> date | None:
        value = self.text(name)
        if not value:
            return None
        try:
            day = date.fromisoformat(value[:10])
        except ValueError:
            day = date.min
        if day.year in _YEARS:
            return day
        self.reject(name)
        return None

    def reject(self, name: str) -> str:
        """Counts a value of the wrong shape; the empty text stands for it."""
        self._bad[f"bad_value:{name}"] += 1
        return ""
