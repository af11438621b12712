"""Files that an admin deploys himself, written into a folder."""

from __future__ import annotations

from pathlib import Path

from connectors.salesforce.sources import sources
from sync.core.text import Text
from sync.errors import ConfigError


def write_sources(folder: Path, language: str) -> list[Path]:
    """The files written, by path; others in the folder stay. Raises ConfigError when it cannot be written to."""
    written = []
    try:
        for name, text in sources(language).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConfigError(
            Text(
                f"{folder}: cannot write there ({why}); name another folder with --export",
                f"{folder} に書き込めません({why})。--export に別のフォルダーを指定してください",
            )
        ) from None
    return written
