"""Where notices go: Apprise addresses (Slack, Teams, mail, webhooks, ...). https://github.com/caronc/apprise"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

from sync.core.text import Text
from sync.errors import ConfigError

# Apprise logs whole addresses, which hold tokens and passwords.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class AppriseChannel:
    """One address; a `sync.jobs.notify.Channel`."""

    def __init__(self, url: str) -> None:
        self.name = hashlib.blake2b(url.encode(), digest_size=6, key=b"leadsync channel").hexdigest()
        import apprise  # takes a tenth of a second, and most commands send nothing

        self._text = apprise.NotifyFormat.TEXT
        self._sender = apprise.Apprise()
        if not self._sender.add(url):
            raise ConfigError(_not_an_address())

    def send(self, title: str, body: str) -> bool:
        try:
            return bool(self._sender.notify(body=body, title=title, body_format=self._text))
        except Exception:  # plugins raise what they like, and their texts may hold the address
            return False


def channels(urls: Sequence[str]) -> list[AppriseChannel]:
    """Raises `ConfigError` when one of them is no Apprise address."""
    return [AppriseChannel(url) for url in dict.fromkeys(urls)]


def _not_an_address() -> Text:
    return Text(
        "LEADSYNC_NOTIFY__URLS: one of the addresses is none that Apprise knows (it is not shown here, as it may hold "
        "a password). Examples: slack://TOKEN_A/TOKEN_B/TOKEN_C, mailtos://USER:PASSWORD@example.co.jp, "
        "json://localhost:8000/hook",
        "LEADSYNC_NOTIFY__URLS: Apprise で使えないアドレスがあります(パスワードを含む場合があるため表示しません)。"
        "例: slack://TOKEN_A/TOKEN_B/TOKEN_C、mailtos://USER:PASSWORD@example.co.jp、json://localhost:8000/hook",
    )
