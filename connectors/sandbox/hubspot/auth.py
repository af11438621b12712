"""Who calls: static tokens, OAuth tokens that expire, and the scopes that were granted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.http import Request, Response, SandboxClock
from connectors.sandbox.hubspot.refusals import Refusal, correlation_id

ALL_SCOPES = frozenset(
    {
        "oauth",
        *(f"crm.objects.{kind}.{way}" for kind in ("contacts", "companies", "deals") for way in ("read", "write")),
        *(f"crm.schemas.{kind}.{way}" for kind in ("contacts", "companies", "deals") for way in ("read", "write")),
        "crm.objects.owners.read",
        "sales-email-read",
        "forms",
        "content",
        "crm.lists.read",
        "crm.lists.write",
        "account-info.security.read",
    }
)


@dataclass
class OAuthApp:
    """A public app installed in the account. With `rotating`, each refresh token serves once."""

    client_id: str = "sandbox-client-id"
    client_secret: str = "sandbox-client-secret"
    refresh_token: str = "sandbox-refresh-0"
    token_seconds: int = 1800
    rotating: bool = False


@dataclass
class Auth:
    clock: SandboxClock
    token: str
    portal_id: int
    scopes: set[str]
    app: OAuthApp | None = None
    issued: dict[str, float] = field(default_factory=dict)  # access token -> when it expires
    refreshes: int = 0
    _current_refresh: str = ""

    def __post_init__(self) -> None:
        self._current_refresh = self.app.refresh_token if self.app else ""

    def check(self, request: Request) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not request.headers.get("authorization", "").startswith("Bearer ") or not token:
            raise _unauthorized("INVALID_AUTHENTICATION", "Authentication credentials not found.")
        if token == self.token:
            return
        if token not in self.issued:
            raise _unauthorized("INVALID_AUTHENTICATION", "The access token is not known.")
        if self.clock.now() >= self.issued[token]:
            raise _unauthorized("EXPIRED_AUTHENTICATION", "The OAuth token used to make this call has expired.")

    def is_oauth(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ").strip() in self.issued

    def require(self, *any_of: str) -> None:
        """Refuses the call unless one of the scopes was granted."""
        if self.scopes.isdisjoint(any_of):
            raise Refusal(
                403,
                "MISSING_SCOPES",
                "This app hasn't been granted all required scopes to make this call.",
                errors=[
                    {
                        "message": "One or more of the following scopes are required.",
                        "context": {"requiredGranularScopes": list(any_of)},
                    }
                ],
                extra={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
            )

    def expire_tokens(self) -> None:
        """Every OAuth access token handed out so far dies now."""
        self.issued = dict.fromkeys(self.issued, self.clock.now())

    def token_answer(self, form: dict[str, str]) -> Response:
        """POST /oauth/v1/token."""
        app = self.app
        if app is None or form.get("client_id") != app.client_id:
            return _bad_grant("BAD_CLIENT_ID", "missing or unknown client id")
        if form.get("client_secret") != app.client_secret:
            return _bad_grant("BAD_CLIENT_SECRET", "missing or invalid client secret")
        if form.get("grant_type") != "refresh_token":
            return _bad_grant("BAD_GRANT_TYPE", "missing or unknown grant type")
        if form.get("refresh_token") != self._current_refresh:
            return _bad_grant("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        return Response(200, self._issue(app))

    def token_info(self, token: str) -> dict[str, Any]:
        """GET /oauth/v1/access-tokens/{token}."""
        expires = self.issued.get(token)
        if expires is None or expires <= self.clock.now():
            raise Refusal(404, "OBJECT_NOT_FOUND", "access token not found")
        return {
            "token": token,
            "hub_id": self.portal_id,
            "app_id": 424_242,
            "expires_in": int(expires - self.clock.now()),
            "user_id": 1,
            "token_type": "access",
            "scopes": sorted(self.scopes),
        }

    def _issue(self, app: OAuthApp) -> dict[str, Any]:
        self.refreshes += 1
        access = f"sandbox-access-{self.refreshes}"
        self.issued[access] = self.clock.now() + app.token_seconds
        if app.rotating:
            self._current_refresh = f"sandbox-refresh-{self.refreshes}"
        return {
            "access_token": access,
            "refresh_token": self._current_refresh,
            "expires_in": app.token_seconds,
            "token_type": "bearer",
            "token_use": "access_token",
            "hub_id": self.portal_id,
            "user_id": 1,
            "scopes": sorted(self.scopes),
        }


def _unauthorized(category: str, message: str) -> Refusal:
    return Refusal(401, category, message)


def _bad_grant(status: str, message: str) -> Response:
    body = {"status": status, "message": message, "category": "BAD_REQUEST", "correlationId": correlation_id()}
    return Response(400, body)
