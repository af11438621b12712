"""/services/oauth2: tokens by client credentials or JWT bearer, which end after two idle hours or on demand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from connectors.sandbox.http import Request, Response, SandboxClock

IDLE_SECONDS = 2 * 3600
LONGEST_ASSERTION = 300  # seconds between now and exp
_SKEW = 10
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass
class Client:
    """The connected app and the user it runs as."""

    id: str
    secret: str
    username: str
    public_key_pem: str | None
    is_sandbox: bool


class _Refused(Exception):
    def __init__(self, error: str, description: str) -> None:
        self.error, self.description = error, description


class Sessions:
    def __init__(self, client: Client, clock: SandboxClock, org_id: str, user_id: str) -> None:
        self._client, self._clock, self._org_id, self._user_id = client, clock, org_id, user_id
        self._live: dict[str, float] = {}  # token -> last use
        self.instance_url = ""  # set to make tokens name another host than the one asked
        self.issued = 0

    def token(self, request: Request) -> Response:
        form = request.form()
        try:
            grant = form.get("grant_type", "")
            if grant == "client_credentials":
                self._demand_secret(request, form)
            elif grant == _JWT_GRANT:
                self._demand_assertion(form.get("assertion", ""), _own_url(request))
            else:
                raise _Refused("unsupported_grant_type", "grant type not supported")
        except _Refused as refused:
            return Response(400, {"error": refused.error, "error_description": refused.description})
        return Response(200, self._answer(_own_url(request)))

    def user_info(self, request: Request) -> Response:
        """Who the token speaks for."""
        return Response(
            200,
            {
                "sub": f"{_own_url(request)}/id/{self._org_id}/{self._user_id}",
                "user_id": self._user_id,
                "organization_id": self._org_id,
                "preferred_username": self._client.username,
                "active": True,
            },
        )

    def open(self) -> str:
        """A new session."""
        token = f"{self._org_id[:15]}!{secrets.token_urlsafe(48)}"
        self._live[token] = self._clock.now()
        self.issued += 1
        return token

    def accepts(self, request: Request) -> bool:
        """Whether the call bears a live token; using it keeps it alive."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        used = self._live.get(token.strip()) if scheme in ("Bearer", "OAuth") else None
        if used is None or self._clock.now() - used > IDLE_SECONDS:
            return False
        self._live[token.strip()] = self._clock.now()
        return True

    def expire_all(self) -> None:
        self._live.clear()

    def _answer(self, own_url: str) -> dict[str, Any]:
        identity = f"{own_url}/id/{self._org_id}/{self._user_id}"
        issued_at = str(int(self._clock.now() * 1000))
        digest = hmac.new(self._client.secret.encode(), (identity + issued_at).encode(), hashlib.sha256).digest()
        return {
            "access_token": self.open(),
            "signature": base64.b64encode(digest).decode(),
            "scope": "api",
            "instance_url": self.instance_url or own_url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }

    def _demand_secret(self, request: Request, form: Mapping[str, str]) -> None:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, coded = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            client_id, _, secret = base64.b64decode(coded).decode(errors="replace").partition(":")
        if client_id != self._client.id:
            raise _Refused("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest(secret.encode(), self._client.secret.encode()):
            raise _Refused("invalid_client", "invalid client credentials")

    def _demand_assertion(self, assertion: str, own_url: str) -> None:
        if not self._client.public_key_pem:
            raise _Refused("invalid_grant", "user hasn't approved this consumer")
        claims = self._verified(assertion)
        if claims["iss"] != self._client.id:
            raise _Refused("invalid_client_id", "client identifier invalid")
        if claims["sub"] != self._client.username:
            raise _Refused("invalid_grant", "user hasn't approved this consumer")
        login = "https://test.salesforce.com" if self._client.is_sandbox else "https://login.salesforce.com"
        if claims["aud"] not in (own_url, login):
            raise _Refused("invalid_grant", "audience is invalid")
        self._demand_fresh(claims["exp"])

    def _verified(self, assertion: str) -> dict[str, Any]:
        unchecked = {"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False}
        options: Any = unchecked | {"require": ["iss", "sub", "aud", "exp"]}
        key = self._client.public_key_pem or ""
        try:
            return dict(jwt.decode(assertion, key, algorithms=["RS256"], options=options))
        except jwt.PyJWTError:
            raise _Refused("invalid_grant", "invalid assertion") from None

    def _demand_fresh(self, exp: Any) -> None:
        """Expiry is judged by the server's clock."""
        if not isinstance(exp, int | float):
            raise _Refused("invalid_grant", "invalid assertion")
        left = exp - self._clock.now()
        if left <= 0:
            raise _Refused("invalid_grant", "expired assertion")
        if left > LONGEST_ASSERTION + _SKEW:
            raise _Refused("invalid_grant", "the assertion is valid for too long")


def _own_url(request: Request) -> str:
    return f"http://{request.headers.get('host', '127.0.0.1')}"
