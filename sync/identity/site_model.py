"""The matching model of this site: a file of its own when one was trained here, else the shipped model."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sync.core.text import Text
from sync.errors import ConfigError
from sync.identity.engine.model import Model, dump, load, shipped

FILE_NAME = "matching-model.yaml"


class SiteModel:
    """Reads the file when it has changed. Safe to share between threads: at worst it is read twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[tuple[int, int, int] | None, Model] = (None, shipped())

    @property
    def trained(self) -> bool:
        return self.path.exists()

    def current(self) -> Model:
        """What to weigh by now. Raises ConfigError when there is a file that holds no model of this version."""
        mark, known = self._read
        found = self._mark()
        if found != mark:
            known = self._load() if found else shipped()
            self._read = (found, known)
        return known

    def save(self, model: Model, note: str) -> None:
        """Puts it in the place of what was there, at once or not at all; `note` stands at its top."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(beside, dump(model, note))
            beside.replace(self.path)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def remove(self) -> bool:
        """Goes back to the shipped model; False when there was no file."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unwritable(error) from error
        return True

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._broken(error.strerror or type(error).__name__) from error
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _load(self) -> Model:
        try:
            model = load(self.path.read_text(encoding="utf-8"))
        except ConfigError as error:
            raise self._broken(error.text.en) from error
        except (OSError, UnicodeDecodeError) as error:
            raise self._broken(type(error).__name__) from error
        if problem := _unlike_shipped(model):
            raise self._broken(problem)
        return model

    def _broken(self, why: str) -> ConfigError:
        return ConfigError(
            Text(
                f"{self.path} cannot be used: {why}. Nothing is matched by it. `leadsync people train` makes it anew; "
                "`leadsync people train --reset` goes back to the shipped model",
                f"{self.path} を使用できません: {why}。このモデルによる名寄せは行われません。`leadsync people train` で"
                "作り直すか、`leadsync people train --reset` で出荷時のモデルに戻してください",
            )
        )

    def _unwritable(self, error: OSError) -> ConfigError:
        reason = error.strerror or type(error).__name__
        return ConfigError(Text(f"{self.path} cannot be written: {reason}", f"{self.path} に書き込めません: {reason}"))


def _write(path: Path, text: str) -> None:
    """For the owner's eyes only, as everything in this folder, and on disk before it gets its name."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _unlike_shipped(model: Model) -> str:
    """Training changes how much a level counts, never what it asks for: a file with other levels was trained by
    another version, whose features may mean something else."""

    def asked(of: Model) -> list[tuple[str, str, object]]:
        return [(c.id, level.id, level.when) for c in of.comparisons for level in c.levels]

    return "" if asked(model) == asked(shipped()) else "its levels are those of another version of leadsync"
