"""Record ids: 15 case-sensitive characters, or 18 with a checksum of the case."""

from __future__ import annotations

import re
import string

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase  # in byte order, so ids sort by age
_CHECK = string.ascii_uppercase + "012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[A-Za-z0-5]{3})?")
_INSTANCE = "5j0"


def checksum(short: str) -> str:
    """The three characters that turn a 15-character id into the 18-character form."""
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return "".join(_CHECK[sum(1 << i for i, char in enumerate(chunk) if char.isupper())] for chunk in chunks)


def full(record_id: str) -> str | None:
    """The 18-character form, or None when this is no id at all."""
    if not _SHAPE.fullmatch(record_id):
        return None
    short = record_id[:15]
    whole = short + checksum(short)
    return whole if len(record_id) == 15 or record_id == whole else None


def make(prefix: str, number: int) -> str:
    """The id of the `number`th record with this key prefix; later numbers sort later."""
    digits = ""
    for _ in range(9):
        number, digit = divmod(number, 62)
        digits = _ALPHABET[digit] + digits
    short = prefix + _INSTANCE + digits
    return short + checksum(short)
