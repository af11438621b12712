"""What Salesforce says when it refuses, read whatever its shape, and what that means for us.

Error bodies are lists of {message, errorCode, fields}; collections say statusCode; OAuth says error and
error_description; the edge says HTML; Bulk results say `CODE:message:fields --`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.status import error_for
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.errors import QuotaReached, TemporaryFailure, UnexpectedAnswer, VendorError

INVALID_SESSION = "INVALID_SESSION_ID"
INVALID_FIELD = frozenset({"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"})
TEMPORARY = frozenset(
    {
        "SERVER_UNAVAILABLE",
        "UNKNOWN_EXCEPTION",
        "QUERY_TIMEOUT",
        "UNABLE_TO_LOCK_ROW",
        "REQUEST_RUNNING_TOO_LONG",
        "OPERATION_TOO_LARGE",
        "API_CURRENTLY_DISABLED",
    }
)
ABSENT_OBJECT = frozenset(
    {
        "NOT_FOUND",
        "INVALID_TYPE",
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "API_DISABLED_FOR_ORG",
        "FUNCTIONALITY_NOT_ENABLED",
    }
)
# A daily limit is a rolling 24 hours: some of it comes back every hour.
QUOTA_PAUSE = 3600
_MAIL = re.compile(r"[^\s@<>\"'()]+@[^\s@<>\"'()]+")
_NUMBER = re.compile(r"\+?\d[\d\s-]{6,}\d")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """One vendor complaint. `message` may hold personal data: never show it as it is."""

    code: str
    message: str = ""
    fields: tuple[str, ...] = ()

    def says(self, word: str) -> bool:
        return word.lower() in self.message.lower()


def faults(body: Any) -> list[Fault]:
    """The complaints in an error body of any known shape; empty when it is none."""
    if isinstance(body, Mapping):
        body = [body]
    if not isinstance(body, list):
        return []
    return [_fault(item) for item in body if isinstance(item, Mapping)]


def _fault(item: Mapping[str, Any]) -> Fault:
    code = next((item[name] for name in ("errorCode", "statusCode", "error", "code") if item.get(name)), "")
    message = item.get("message") or item.get("error_description") or ""
    fields = item.get("fields")
    names = _names(fields) if isinstance(fields, list) else ()
    return Fault(str(code) if _CODE.fullmatch(str(code)) else "", str(message), names)


def _names(found: Iterable[Any]) -> tuple[str, ...]:
    """Only what can be a field's name: anything else may be a value."""
    return tuple(name for each in found if _FIELD.fullmatch(name := str(each).strip()))


def bulk_fault(text: str) -> Fault:
    """`CODE:message:field, field --` as failedResults have it."""
    code, _, rest = text.partition(":")
    message, _, names = rest.rpartition(":")
    fields = _names(names.replace("--", "").split(","))
    return Fault(code.strip() if _CODE.fullmatch(code.strip()) else "", message or rest, fields)


def query_rows_of(body: Any, operation: str) -> list[Mapping[str, Any]]:
    """The rows of a query's answer. An answer without them must not pass for one that found nothing."""
    rows = body.get("records") if isinstance(body, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise unexpected("a query was answered without its rows", "クエリ応答に行がありません", operation)
    return rows


def unexpected(what: str, what_ja: str, operation: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        Text(f"salesforce: {operation}: {what}; nothing of it was used", f"salesforce: {operation}: {what_ja}"),
        system=SALESFORCE,
        operation=operation,
    )


def first(found: list[Fault]) -> Fault:
    return found[0] if found else Fault("")


def failure(status: int, fault: Fault, operation: str, now: float) -> VendorError:
    """The error that an answer of `status` with this complaint means."""
    if fault.code == "REQUEST_LIMIT_EXCEEDED":
        return _limit(status, fault, operation, now)
    if fault.code in TEMPORARY or 300 <= status < 400:
        return temporary(f"{operation} answered {status} {fault.code}".rstrip(), operation, status, fault.code)
    return error_for(status, system=SALESFORCE, operation=operation, code=fault.code)


def _limit(status: int, fault: Fault, operation: str, now: float) -> VendorError:
    if fault.says("concurrent"):
        # Refused before any work was done, so even a create may be sent again.
        return temporary("too many long calls at once", operation, status, fault.code, sent=False)
    return QuotaReached(
        Text(
            "salesforce: the org's API calls of the last 24 hours are used up; work goes on when some come back",
            "salesforce: 過去24時間の API 呼び出し上限に達しました。枠が戻りしだい再開します",
        ),
        until=int(now) + QUOTA_PAUSE,
        system=SALESFORCE,
        operation=operation,
        status=status,
        code=fault.code,
    )


def temporary(what: str, operation: str, status: int = 0, code: str = "", sent: bool = True) -> TemporaryFailure:
    return TemporaryFailure(
        Text(f"salesforce: {what}; it will be tried again", f"salesforce: {what}。後で再試行します"),
        sent=sent,
        system=SALESFORCE,
        operation=operation,
        status=status,
        code=code,
    )


def reason(fault: Fault) -> str:
    """Code and field names; the message only of a validation rule, which is the admin's own text."""
    said = fault.code or "UNKNOWN"
    if fault.fields:
        said += f" [{', '.join(fault.fields)}]"
    if fault.code in INVALID_FIELD:
        said += ": a field is missing or not editable; run `leadsync provision`"
    elif fault.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION":
        said += f": {scrubbed(fault.message)}"
    return said


def scrubbed(text: str) -> str:
    """Without e-mail addresses and telephone-like numbers, shortened."""
    return _NUMBER.sub("…", _MAIL.sub("…", text)).strip()[:200]
