"""Loading scoring models: shipped ones by name, others from a file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sync.core.text import Text
from sync.errors import ConfigError
from sync.scoring.definition import Model
from sync.scoring.model_file import parse_model

__all__ = ["Model", "load_model", "shipped_models"]


def load_model(name_or_path: str) -> Model:
    """A shipped model by name, or any model file. `ConfigError` lists every problem found in it."""
    name, text = _text_of(name_or_path)
    return parse_model(text, name, _shipped_text)


def shipped_models() -> tuple[str, ...]:
    folder = resources.files("config").joinpath("models")
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def _text_of(name_or_path: str) -> tuple[str, str]:
    if name_or_path in shipped_models():
        return f"{name_or_path}.yaml", _shipped_text("models", name_or_path)
    path = Path(name_or_path)
    try:
        return path.name, path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            Text(
                f"{path.name} is not UTF-8 text; save it as UTF-8",
                f"{path.name} が UTF-8 ではありません。UTF-8 で保存し直してください",
            )
        ) from error
    except (OSError, ValueError) as error:
        known = ", ".join(shipped_models())
        raise ConfigError(
            Text(
                f"no scoring model {name_or_path!r}: it is neither a shipped model ({known}) nor a readable file; "
                "set LEADSYNC_MODEL to one of these",
                f"スコアリングモデル {name_or_path!r} が見つかりません。同梱モデル({known})の名前か、"
                "読み取れるファイルのパスを LEADSYNC_MODEL に指定してください",
            )
        ) from error


def _shipped_text(folder: str, name: str) -> str:
    return resources.files("config").joinpath(folder, f"{name}.yaml").read_text(encoding="utf-8")
