"""Asking Salesforce for an access token: client credentials or JWT bearer, never a password.

Neither flow gives a refresh token; an expired session is answered by simply asking again.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests

from connectors.salesforce.answers import Fault, faults, first, temporary
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.values import id18, is_id
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.errors import AccessRefused, ConfigError, UnexpectedAnswer

TOKEN_PATH = "/services/oauth2/token"
TOKEN_OPERATION = f"POST {TOKEN_PATH}"
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_SECONDS = 180  # Salesforce takes at most 3 to 5 minutes
_PASSING = frozenset({"server_error", "temporarily_unavailable", "unknown_error"})


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    instance_url: str  # without trailing slash
    org_id: str = ""  # 18 characters; "" when the answer does not tell
    user_id: str = ""

    def __repr__(self) -> str:
        return f"Token(org_id={self.org_id!r})"


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_url(url: str, what: str) -> str:
    """The address without trailing slash; https is required except on loopback."""
    url = url.strip().rstrip("/")
    url = url if "://" in url else f"https://{url}"
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        return url
    raise ConfigError(
        Text(
            f"{what} must be an https address (plain http is allowed on loopback only)",
            f"{what} は https のアドレスにしてください(http はループバックのみ可)",
        )
    )


def login_url(settings: SalesforceSettings) -> str:
    if settings.login_url:
        return checked_url(settings.login_url, "LEADSYNC_SALESFORCE__LOGIN_URL")
    if settings.private_key:
        return "https://login.salesforce.com"
    raise ConfigError(
        Text(
            "LEADSYNC_SALESFORCE__LOGIN_URL is missing: client credentials need the org's My Domain address",
            "LEADSYNC_SALESFORCE__LOGIN_URL がありません。クライアントログイン情報フローには"
            "「私のドメイン」の URL が必要です",
        )
    )


def audience(settings: SalesforceSettings) -> str:
    """Who the signed assertion is for: an explicit setting, else judged by the login address."""
    if settings.jwt_audience:
        return settings.jwt_audience
    url = login_url(settings)
    host = (urlsplit(url).hostname or "").lower()
    if is_loopback(host):
        return url
    if host == "test.salesforce.com" or host.endswith(".sandbox.my.salesforce.com"):
        return "https://test.salesforce.com"
    return "https://login.salesforce.com"


def token_form(settings: SalesforceSettings, now: float) -> dict[str, str]:
    """The body of the token call; raises ConfigError when the settings do not suffice."""
    if settings.private_key and settings.username:
        return {"grant_type": _JWT_GRANT, "assertion": _assertion(settings, now)}
    if settings.client_secret:
        return {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
        }
    raise ConfigError(
        Text(
            "Salesforce needs LEADSYNC_SALESFORCE__CLIENT_SECRET, or LEADSYNC_SALESFORCE__USERNAME together with "
            "LEADSYNC_SALESFORCE__PRIVATE_KEY",
            "LEADSYNC_SALESFORCE__CLIENT_SECRET、または LEADSYNC_SALESFORCE__USERNAME と "
            "LEADSYNC_SALESFORCE__PRIVATE_KEY の組を設定してください",
        )
    )


def _assertion(settings: SalesforceSettings, now: float) -> str:
    assert settings.private_key is not None
    # Keys passed through an environment variable often arrive with their line ends written as \n.
    key = settings.private_key.get_secret_value().replace("\\n", "\n")
    claims = {
        "iss": settings.client_id,
        "sub": settings.username,
        "aud": audience(settings),
        "exp": int(now) + _JWT_SECONDS,
    }
    try:
        return jwt.encode(claims, key, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise ConfigError(
            Text(
                "LEADSYNC_SALESFORCE__PRIVATE_KEY cannot be read as an RSA private key in PEM form",
                "LEADSYNC_SALESFORCE__PRIVATE_KEY を PEM 形式の RSA 秘密鍵として読み取れません",
            )
        ) from None


def read_token(response: requests.Response) -> Token:
    """The token, or the error that the answer means."""
    body = _json(response)
    if response.status_code != 200:
        raise _refusal(response.status_code, first(faults(body)))
    if not isinstance(body, dict):
        raise temporary("the token endpoint did not answer in JSON", TOKEN_OPERATION, response.status_code)
    value, instance = body.get("access_token"), body.get("instance_url")
    if not (isinstance(value, str) and value and isinstance(instance, str) and instance):
        raise UnexpectedAnswer(
            Text(
                "salesforce: the token answer has no access_token or instance_url",
                "salesforce: トークン応答に access_token または instance_url がありません",
            ),
            system=SALESFORCE,
            operation=TOKEN_OPERATION,
            status=response.status_code,
        )
    org, user = _identity(body.get("id"))
    return Token(value, checked_url(instance, "instance_url"), org, user)


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _identity(url: Any) -> tuple[str, str]:
    """Org and user from `https://login.../id/00D.../005...`."""
    parts = str(url or "").rstrip("/").split("/")
    org, user = (parts[-2], parts[-1]) if len(parts) >= 2 else ("", "")
    return (id18(org) if is_id(org, "00D") else "", id18(user) if is_id(user, "005") else "")


def _refusal(status: int, fault: Fault) -> Exception:
    passing = fault.code in _PASSING or fault.says("rate exceeded") or fault.says("rate limit")
    if status >= 500 or status in (408, 429) or 300 <= status < 400 or passing:
        return temporary(f"the token endpoint answered {status}", TOKEN_OPERATION, status, fault.code, sent=False)
    said = f"{status} {fault.code}".rstrip()
    return AccessRefused(
        Text(
            f"salesforce: no access token ({said}). Check LOGIN_URL (My Domain), the consumer key and secret or "
            "certificate of the external client app, that its flow is enabled, that the run-as user or USERNAME is "
            "active and pre-authorised, and JWT_AUDIENCE for a sandbox.",
            f"salesforce: アクセストークンを取得できません({said})。LOGIN_URL(私のドメイン)、外部クライアントアプリの"
            "コンシューマー鍵と秘密または証明書、フローの有効化、実行ユーザー(USERNAME)の有効性と事前承認、"
            "Sandbox の場合は JWT_AUDIENCE を確認してください。",
        ),
        system=SALESFORCE,
        operation=TOKEN_OPERATION,
        status=status,
        code=fault.code,
    )
