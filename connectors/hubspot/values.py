"""HubSpot's wire values to ours and back. Every property travels as text or null; a value that does not
parse becomes empty and is counted, because one odd cell must not stop a sync."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

# Currencies without minor units and with thousandths (ISO 4217); all others have hundredths.
_NO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_LATEST_MS = 253_402_300_799_999  # the end of year 9999
_MARKER = re.compile(r"leadsync:([A-Za-z0-9_-]+)(?=\s|$)")


class Values:
    """The properties of one record, read by name; what does not parse is counted in `unknown`."""

    def __init__(self, properties: Mapping[str, Any] | None, unknown: Counter[str]) -> None:
        self._properties = properties if isinstance(properties, Mapping) else {}
        self._unknown = unknown

    def __contains__(self, name: str) -> bool:
        return name in self._properties

    def text(self, *names: str) -> str:
        """The first of the properties that is not empty, trimmed; "" when all are."""
        for name in names:
            value = self._properties.get(name)
            if value is not None and (found := str(value).strip()):
                return found
        return ""

    def all(self, *names: str) -> tuple[str, ...]:
        """What these properties hold, each value once, the empty ones left out."""
        return tuple(dict.fromkeys(found for name in names if (found := self.text(name))))

    def flag(self, name: str) -> bool:
        return self.text(name).lower() == "true"

    def ids(self, name: str) -> tuple[str, ...]:
        """The parts of a ";"-joined list; "vid:ms" pairs keep their vid."""
        parts = (part.strip().split(":")[0] for part in self.text(name).split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    def ms(self, *names: str) -> int | None:
        """Epoch milliseconds of a date or datetime property."""
        for name in names:
            if not (raw := self.text(name)):
                continue
            found = epoch_ms(raw)
            if found is not None:
                return found
            self._bad(name)
        return None

    def time(self, *names: str) -> int | None:
        """Epoch seconds of a date or datetime property."""
        found = self.ms(*names)
        return None if found is None else found // 1000

    def whole(self, name: str) -> int | None:
        """A whole number; fractions are cut off towards minus infinity."""
        if not (raw := self.text(name)):
            return None
        number = _decimal(raw)
        if number is None:
            self._bad(name)
            return None
        return int(number // 1)

    def head_count(self, *names: str) -> int | None:
        """Employees from a number or a bracket ("100-500", "1,000+", "３００名"): the bracket's lower end."""
        for name in names:
            if not (raw := self.text(name)):
                continue
            found = re.search(r"\d[\d,]*", unicodedata.normalize("NFKC", raw))
            if found and len(digits := found.group().replace(",", "")) <= 9:
                return int(digits)
            self._bad(name)
        return None

    def money(self, name: str, currency: str) -> int | None:
        """An amount in the currency's minor units."""
        if not (raw := self.text(name)):
            return None
        number = _decimal(raw)
        if number is None:
            self._bad(name)
            return None
        return int((number * 10 ** minor_digits(currency)).to_integral_value())

    def _bad(self, name: str) -> None:
        self._unknown[f"bad_value:{name}"] += 1


def minor_digits(currency: str) -> int:
    code = currency.upper()
    return 0 if code in _NO_DECIMALS else 3 if code in _THREE_DECIMALS else 2


def epoch_ms(raw: Any) -> int | None:
    """ISO 8601 (any number of fraction digits, date alone is UTC midnight) or epoch milliseconds; None if neither."""
    text = str(raw).strip()
    if re.fullmatch(r"-?\d{1,15}(\.0+)?", text) and not re.fullmatch(r"\d{8}", text):
        found = int(text.split(".")[0])
        return found if abs(found) <= _LATEST_MS else None
    match = _ISO.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        base = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
    except ValueError:
        return None
    ms = int((fraction or "0").ljust(3, "0")[:3])
    return int(base.timestamp()) * 1000 + ms - _offset_ms(zone)


def iso_ms(seconds: float) -> str:
    """Epoch seconds as HubSpot writes times: ISO 8601 with milliseconds and Z."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def message_id(text: str) -> str:
    """A mail's Message-ID without the angle brackets, which not every tool keeps."""
    return text.strip().removeprefix("<").removesuffix(">").strip()


def plain_text(markup: str) -> str:
    """The text of an HTML body: tags become line ends, entities characters."""
    return html.unescape(re.sub(r"<[^>]*>", "\n", markup)).replace("\xa0", " ")


def task_key_in(body: str) -> str:
    """The key of our marker line in a task's body, "" when the task is not ours."""
    found = _MARKER.search(plain_text(body))
    return found.group(1) if found else ""


def task_body(text: str) -> str:
    """A task's text as HubSpot shows it (HTML). The marker stays followed by white space, so that a plain
    search of the raw body finds it as well."""
    lines = (html.escape(line, quote=False).rstrip() for line in text.splitlines())
    return "<br>\n".join(f"{line} " if _MARKER.search(line) else line for line in lines)


def with_note(body: str, note: str) -> str:
    """A task's body with the note below its text and above the marker line; the same body when it has it already."""
    if not note.strip() or _words(note) in _words(plain_text(body)):
        return body
    key = task_key_in(body)
    line = re.search(rf"leadsync:{re.escape(key)}(?![A-Za-z0-9_-])", body) if key else None
    text, end = (body[: line.start()], body[line.start() :]) if line else (body, "")
    gap = "" if not text or text.rstrip().endswith(">") else " <br>\n"
    noted = f"{text}{gap}{task_body(note)}" + (f"<br>\n{end}" if end else "")
    return noted if task_key_in(noted) == key else f"{body} <br>\n{task_body(note)}"


def _words(text: str) -> str:
    """Between spaces, so that a name is not found at the end of a longer one."""
    return f" {' '.join(text.split())} "


def _offset_ms(zone: str | None) -> int:
    if not zone or zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return (-minutes if zone[0] == "-" else minutes) * 60_000


def _decimal(raw: str) -> Decimal | None:
    try:
        number = Decimal(unicodedata.normalize("NFKC", raw).replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None
