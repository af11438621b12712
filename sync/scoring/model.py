"""Loading scoring models: shipped ones by name, others from a file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sync.core.text import Text
from sync.errors import ConfigError
from sync.scoring.definition import Model
from sync.scoring.model_file import WrittenModel, bound, from_source, read_model
from sync.scoring.plain_yaml import LARGEST

__all__ = [
    "Model",
    "WrittenModel",
    "bound",
    "example_models",
    "from_source",
    "load_model",
    "load_written",
    "shipped_models",
]

_EXAMPLES = "examples"


def load_model(name_or_path: str) -> Model:
    """A shipped model or example by name, or any model file. `ConfigError` lists every problem found in it."""
    return load_written(name_or_path).model


def load_written(name_or_path: str) -> WrittenModel:
    """The same, with the lines of the file."""
    name, text = _text_of(name_or_path)
    return read_model(text, name, _shipped_text)


def shipped_models() -> tuple[str, ...]:
    return _names_in("models")


def example_models() -> tuple[str, ...]:
    """Point sets to look at, such as `examples/a_basic`; not meant to run as they are."""
    return tuple(f"{_EXAMPLES}/{name}" for name in _names_in(_EXAMPLES))


def _names_in(folder: str) -> tuple[str, ...]:
    entries = resources.files("config").joinpath(folder)
    if not entries.is_dir():
        return ()
    names = (entry.name for entry in entries.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def _text_of(name_or_path: str) -> tuple[str, str]:
    if name_or_path in shipped_models():
        return f"{name_or_path}.yaml", _shipped_text("models", name_or_path)
    if name_or_path in example_models():
        return f"{name_or_path}.yaml", _shipped_text(_EXAMPLES, name_or_path.removeprefix(f"{_EXAMPLES}/"))
    path = Path(name_or_path)
    try:
        with path.open(encoding="utf-8-sig") as file:
            return path.name, file.read(LARGEST + 1)
    except IsADirectoryError as error:
        raise ConfigError(
            Text(
                f"{name_or_path} is a folder; name the model file in it",
                f"{name_or_path} はフォルダーです。その中のモデルファイルを指定してください",
            )
        ) from error
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
