"""Where the bearer token comes from: a static one, or an OAuth refresh token turned into short-lived ones."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from connectors.hubspot.failures import refused_credentials, unexpected
from connectors.hubspot.settings import HubSpotSettings
from sync.core.text import Text
from sync.ports import Clock, Memory

_RENEW_BEFORE = 60  # seconds before the end: a call in flight must not outlive its token
_USUAL_LIFE = 1_800

Exchange = Callable[[Mapping[str, str]], Mapping[str, Any]]
"""Sends the token request's form and gives the JSON answer, or raises an error of sync.errors."""


def fingerprint(settings: HubSpotSettings) -> str:
    """Names the credentials without telling them, so that what was remembered of another account is not used."""
    secret = settings.access_token or settings.refresh_token
    seed = f"{settings.base_url}|{settings.client_id}|{secret.get_secret_value() if secret else ''}"
    return hashlib.sha256(seed.encode()).hexdigest()[:16]


class StaticToken:
    """A private app's or service key's token: nothing to renew."""

    renewable = False

    def __init__(self, token: str) -> None:
        self._token = token

    def current(self) -> str:
        return self._token

    def renew(self, refused: str) -> str:
        raise refused_credentials(
            Text(
                "hubspot: the access token is refused; put a valid token of the private app or service key "
                "into LEADSYNC_HUBSPOT__ACCESS_TOKEN",
                "hubspot: アクセストークンが拒否されました。非公開アプリまたはサービスキーの有効なトークンを "
                "LEADSYNC_HUBSPOT__ACCESS_TOKEN に設定してください",
            ),
            "token",
        )


class OAuthToken:
    """Access tokens by refresh token, one renewal at a time.

    An answer may bring another refresh token; it is stored durably before the access token is used, since
    losing it would lock the account out until a person consents again.
    """

    renewable = True

    def __init__(self, settings: HubSpotSettings, memory: Memory, clock: Clock, exchange: Exchange) -> None:
        self._settings, self._memory, self._clock, self._exchange = settings, memory, clock, exchange
        self._key = f"hubspot.{fingerprint(settings)}.refresh_token"
        self._lock = threading.Lock()
        self._access = ""
        self._until = 0.0

    def current(self) -> str:
        if self._access and self._clock() < self._until:
            return self._access
        return self.renew(self._access)

    def renew(self, refused: str) -> str:
        """A new access token, unless another thread already replaced the `refused` one."""
        with self._lock:
            if self._access and self._access != refused:
                return self._access
            answer = self._exchange(self._form())
            access = str(answer.get("access_token") or "")
            if not access:
                raise unexpected("token", "the answer holds no access_token")
            if rotated := str(answer.get("refresh_token") or ""):
                self._memory.put(self._key, json.dumps({"token": rotated}))
            life = _life(answer)
            self._until = self._clock() + max(life - _RENEW_BEFORE, life / 2)
            self._access = access
            return access

    def _form(self) -> dict[str, str]:
        secret, first = self._settings.client_secret, self._settings.refresh_token
        stored = self._memory.get(self._key)
        return {
            "grant_type": "refresh_token",
            "client_id": self._settings.client_id,
            "client_secret": secret.get_secret_value() if secret else "",
            "refresh_token": json.loads(stored)["token"] if stored else first.get_secret_value() if first else "",
        }


def _life(answer: Mapping[str, Any]) -> float:
    try:
        return float(answer.get("expires_in") or _USUAL_LIFE)
    except (TypeError, ValueError):
        return _USUAL_LIFE
