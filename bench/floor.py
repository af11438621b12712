"""The floor: the very same requests sent by bare urllib3, answers decoded but not made into records.

What a connector takes beyond it is its own doing; the rest is the vendor's side and the network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import urllib3


@dataclass(frozen=True, slots=True)
class Sent:
    method: str
    url: str
    body: Any
    headers: dict[str, str]


@dataclass
class Recording:
    base: str
    sent: list[Sent] = field(default_factory=list)

    def replay(self) -> None:
        with urllib3.PoolManager() as pool:
            for each in self.sent:
                answer = pool.request(each.method, self.base + each.url, body=each.body, headers=each.headers)
                if "json" in answer.headers.get("Content-Type", ""):
                    json.loads(answer.data)


@contextmanager
def recording(base: str) -> Iterator[Recording]:
    """Notes every request to `base` while it lasts; both SDKs send through urllib3's connection pools."""
    kept = Recording(base)
    genuine = urllib3.HTTPConnectionPool.urlopen

    def urlopen(self: Any, method: str, url: str, body: Any = None, headers: Any = None, **options: Any) -> Any:
        path = url.removeprefix(base)
        kept.sent.append(Sent(method, path, body, {name: _text(value) for name, value in dict(headers or {}).items()}))
        return genuine(self, method, url, body=body, headers=headers, **options)

    urllib3.HTTPConnectionPool.urlopen = urlopen  # type: ignore[method-assign, assignment]
    try:
        yield kept
    finally:
        urllib3.HTTPConnectionPool.urlopen = genuine  # type: ignore[method-assign]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
