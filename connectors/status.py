"""HTTP status -> error class, for what both vendors mean alike. Vendor codes are told apart in each client."""

from __future__ import annotations

from sync.core.text import Text
from sync.errors import AccessRefused, CallRefused, FeatureMissing, TemporaryFailure, UnexpectedAnswer, VendorError

# 423 locked record, 429 too fast, 477 migration in progress (HubSpot), 520-524 from the edge.
RETRYABLE = frozenset({408, 423, 425, 429, 477, 500, 502, 503, 504, 520, 521, 522, 523, 524})


def error_for(
    status: int, *, system: str, operation: str, code: str = "", request_id: str = "", detail: str = ""
) -> VendorError:
    """The error a plain HTTP status means. `detail` must be free of personal data."""
    where = {"system": system, "operation": operation, "status": status, "code": code, "request_id": request_id}
    said = f"{system}: {operation} answered {status}{' ' + code if code else ''}"
    said += f" ({detail})" if detail else ""
    if status in RETRYABLE:
        return TemporaryFailure(
            Text(f"{said}; it will be tried again", f"{said}。後で再試行します"), sent=True, **where
        )
    if status == 401:
        return AccessRefused(
            Text(
                f"{said}: the credentials are refused; check them in the settings",
                f"{said}: 認証が拒否されました。設定の認証情報を確認してください",
            ),
            **where,  # type: ignore[arg-type]
        )
    if status == 403:
        return FeatureMissing(
            Text(f"{said}: not granted to these credentials", f"{said}: この認証情報には権限がありません"),
            needs=detail or code or operation,
            **where,
        )
    if 400 <= status < 500:
        return CallRefused(Text(said, said), **where)  # type: ignore[arg-type]
    return UnexpectedAnswer(Text(said, said), **where)  # type: ignore[arg-type]
