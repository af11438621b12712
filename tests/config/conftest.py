"""Settings problems, by name, for tests that expect a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from config.settings import load_settings
from sync.errors import ConfigError

Refuse = Callable[..., dict[str, str]]


@pytest.fixture
def refused() -> Refuse:
    """Loads and gives the refused names with what was said of each; fails when nothing was refused."""

    def load(environ: Mapping[str, str], env_file: Path | None = None) -> dict[str, str]:
        with pytest.raises(ConfigError) as caught:
            load_settings(environ, env_file)
        english, japanese = caught.value.text.en.splitlines(), caught.value.text.ja.splitlines()
        assert [line.split(": ")[0] for line in english[1:]] == [line.split(": ")[0] for line in japanese[1:]]
        return dict(line.removeprefix("- ").split(": ", 1) for line in english[1:])

    return load
