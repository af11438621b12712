"""What HubSpot's error answers mean. Bodies vary (JSON of several shapes, HTML, nothing): every part is optional."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.status import RETRYABLE, error_for
from sync.core.records import HUBSPOT
from sync.core.text import Text
from sync.errors import AccessRefused, FeatureMissing, TemporaryFailure, UnexpectedAnswer, VendorError

DAILY = "DAILY"
SECONDLY = "SECONDLY"
TEN_SECONDLY = "TEN_SECONDLY_ROLLING"
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")
_SCOPE_KEYS = ("requiredGranularScopes", "requiredScopes", "missingScopes")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One reason for a refused write: which property, the vendor's code, what the message says of the value."""

    code: str
    property: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error answer, taken apart."""

    status: int
    category: str
    policy: str
    request_id: str
    body: Mapping[str, Any]  # {} when the answer was not a JSON object
    html: bool

    @property
    def code(self) -> str:
        return self.category or (Complaints(self.body).first_code() if self.body else "")


def read_failure(status: int, raw: bytes | str | None) -> Failure:
    text = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw or ""
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    body: Mapping[str, Any] = parsed if isinstance(parsed, dict) else {}
    return Failure(
        status=status,
        category=vendor_code(body.get("category"))
        or vendor_code(body.get("errorType"))
        or vendor_code(body.get("status")),
        policy=_policy(body),
        request_id=str(body.get("correlationId") or body.get("requestId") or "")[:80],
        body=body,
        html=not body and "<" in text,
    )


def to_error(failure: Failure, operation: str) -> VendorError:
    """The error an answer means, apart from 429 and 401, which the client handles first."""
    where: dict[str, Any] = {
        "operation": operation,
        "code": failure.code,
        "request_id": failure.request_id,
    }
    if failure.status == 403:
        return _missing(failure, operation)
    if failure.html and failure.status < 500:
        return TemporaryFailure(
            Text(
                f"hubspot: {operation} answered {failure.status} with a web page instead of data; "
                "a proxy or HubSpot's edge is in the way, it will be tried again",
                f"hubspot: {operation} がデータではなくウェブページ(状態 {failure.status})を返しました。"
                "プロキシまたは HubSpot 側の障害の可能性があります。後で再試行します",
            ),
            system=HUBSPOT,
            status=failure.status,
            **where,
        )
    detail = "web page instead of data" if failure.html else Complaints(failure.body).summary()
    return error_for(failure.status, system=HUBSPOT, detail=detail, **where)


def refused_credentials(text: Text, operation: str, failure: Failure | None = None) -> AccessRefused:
    return AccessRefused(
        text,
        system=HUBSPOT,
        operation=operation,
        status=failure.status if failure else 0,
        code=failure.code if failure else "",
        request_id=failure.request_id if failure else "",
    )


def unexpected(operation: str, what: str) -> UnexpectedAnswer:
    said = f"hubspot: {operation}: {what}"
    return UnexpectedAnswer(Text(said, said), system=HUBSPOT, operation=operation)


def listed(body: Mapping[str, Any], operation: str, optional: bool = False) -> list[Mapping[str, Any]]:
    """The objects under `results`, which may be missing when `optional`; raises UnexpectedAnswer for anything else."""
    found = body.get("results")
    if found is None and optional:
        return []
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise unexpected(operation, "the answer has no list of results")
    return found


def is_absent(error: VendorError) -> bool:
    """Whether the account lacks what was asked for: 403 says so plainly, and a product's API may just not be there.

    A 404 with a web page counts too: HubSpot's edge answers routes that an account does not have like that.
    """
    return isinstance(error, FeatureMissing) or error.status == 404


def retryable(status: int) -> bool:
    return status in RETRYABLE or status >= 500


class Complaints:
    """The single reasons inside an error body."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.items = tuple(_complaints(body))

    def first_code(self) -> str:
        return next((item.code for item in self.items if item.code), "")

    def summary(self) -> str:
        """Codes and property names only: messages may quote values, and values may be personal data."""
        parts = (f"{item.code or 'INVALID'} {item.property}".strip() for item in self.items[:3])
        return ", ".join(dict.fromkeys(parts))


def named_ids(error: Mapping[str, Any]) -> frozenset[str]:
    """Record and trace ids an error of a batch names, wherever its context puts them."""
    return frozenset(_named(error))


def error_code(error: Mapping[str, Any]) -> str:
    """The most telling code of one entry of a 207's `errors`."""
    items = Complaints(error).items
    specific = next((item.code for item in items if item.code and item.property), "")
    return (
        specific
        or vendor_code(error.get("category"))
        or vendor_code(error.get("subCategory"))
        or vendor_code(error.get("status"))
    )


def _missing(failure: Failure, operation: str) -> FeatureMissing:
    scopes = sorted(set(_scopes(failure.body)))
    needs = ", ".join(scopes) or vendor_code(failure.body.get("category")) or operation
    if scopes:
        text = Text(
            f"hubspot: {operation} needs the scope {needs}; add it to the private app, service key or OAuth app",
            f"hubspot: {operation} にはスコープ {needs} が必要です。"
            "非公開アプリ・サービスキー・OAuth アプリに追加してください",
        )
    else:
        text = Text(
            f"hubspot: {operation} is not granted: the account's products or the credentials do not include it",
            f"hubspot: {operation} は利用できません。契約製品または認証情報に含まれていません",
        )
    return FeatureMissing(
        text,
        needs=needs,
        system=HUBSPOT,
        operation=operation,
        status=failure.status,
        code=failure.code,
        request_id=failure.request_id,
    )


def _complaints(body: Mapping[str, Any]) -> Iterator[Complaint]:
    yield from _from_message(body.get("message"))
    errors = body.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if not isinstance(error, Mapping):
            continue
        context = error.get("context")
        names = context.get("propertyName") if isinstance(context, Mapping) else None
        names = names if isinstance(names, list) else [names or error.get("in") or error.get("name") or ""]
        code = vendor_code(error.get("code")) or vendor_code(error.get("error")) or vendor_code(error.get("category"))
        for name in names:
            yield Complaint(code, str(name), str(error.get("message") or ""))
        yield from _from_message(error.get("message"))


def _from_message(message: Any) -> Iterator[Complaint]:
    """Validation messages carry a JSON list as text: "Property values were not valid: [{...}]"."""
    text = str(message or "")
    start, end = text.find("[{"), text.rfind("]")
    if start < 0 or end < start:
        return
    try:
        items = json.loads(text[start : end + 1])
    except ValueError:
        return
    for item in items:
        if isinstance(item, Mapping):
            yield Complaint(vendor_code(item.get("error")), str(item.get("name") or ""), str(item.get("message") or ""))


def _scopes(body: Any) -> Iterator[str]:
    if isinstance(body, Mapping):
        for key, value in body.items():
            if key in _SCOPE_KEYS:
                yield from (str(scope) for scope in (value if isinstance(value, list) else [value]))
            else:
                yield from _scopes(value)
    elif isinstance(body, list):
        for item in body:
            yield from _scopes(item)


def _named(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _named(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner, key)
    elif value is not None and (key.lower() in {"id", "ids"} or "traceid" in key.lower() or key.lower() == "objectid"):
        yield str(value)


def _policy(body: Mapping[str, Any]) -> str:
    named = str(body.get("policyName") or "").upper()
    if named:
        return named
    said = str(body.get("message") or "").lower()
    if "daily" in said:
        return DAILY
    return TEN_SECONDLY if "ten_secondly" in said else SECONDLY if "secondly" in said else ""


def vendor_code(value: Any) -> str:
    """Vendor codes are upper-case words; anything else (free text, numbers) is not repeated."""
    text = str(value or "").strip()
    return text if _CODE.fullmatch(text) else ""
