from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model, load_model

TOKYO = "Asia/Tokyo"
NOW = int(datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo(TOKYO)).timestamp())
DAY = 86_400


@pytest.fixture(scope="session")
def basic() -> Model:
    return load_model("basic")


@pytest.fixture(scope="session")
def now() -> int:
    """Noon of a Friday in Tokyo."""
    return NOW


@pytest.fixture(scope="session")
def person() -> Callable[..., Facts]:
    """Somebody nothing is known of, first seen 10 days ago, with what the test names."""
    nobody = Facts("p1", "", "", "", "", None, "", "", (), False, "", "", NOW - 10 * DAY, ())

    def made(*acts: Act, **known: object) -> Facts:
        return replace(nobody, acts=acts, **known)  # type: ignore[arg-type]

    return made


@pytest.fixture(scope="session")
def visit() -> Callable[..., Act]:
    """A page view of a path, so many days (or seconds) ago."""

    def made(path: str, days: float = 0, id: str = "", kind: str = "page_view", **more: object) -> Act:
        at = NOW - int(days * DAY)
        return Act(id or f"{kind}-{path}-{at}", kind, at, url=f"https://example.co.jp{path}", **more)  # type: ignore[arg-type]

    return made


@pytest.fixture
def model_file(tmp_path: Path) -> Callable[[str], str]:
    """Writes a model file and gives its path."""

    def made(text: str) -> str:
        path = tmp_path / "own.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return made


HEAD = """\
name: own
label: {en: Own, ja: 自社}
vocabulary: standard
bands: {hot: 80, nurture: 50}
hot: {attribute_floor: 10, engagement_floor: 10, distinct_acts: 2}
dormancy: {days: 90, mode: subtract, points: 50}
"""


@pytest.fixture
def own_model(model_file: Callable[[str], str]) -> Callable[..., Model]:
    """A model of the given rules; `head` replaces parts of the standard head."""

    def made(rules: str, **head: str) -> Model:
        lines = [line for line in HEAD.splitlines() if line.split(":")[0] not in head]
        lines += [f"{key}: {value}" for key, value in head.items()]
        return load_model(model_file("\n".join(lines) + "\n" + rules))

    return made
