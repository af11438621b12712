"""What is wrong with the settings, said in two languages, all at once and without any secret's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.names import Setting
from sync.core.text import Text
from sync.errors import ConfigError

_SHOWN = 60  # characters of a wrong value that are repeated to the reader


@dataclass(frozen=True, slots=True)
class Problem:
    """`name` is the full name of the setting; `text` says what is wrong and what to do."""

    name: str
    text: Text


def rejected(setting: Setting, value: str) -> Problem:
    """A value that is not of the setting's kind."""
    allowed = setting.allowed
    if setting.secret:
        return Problem(
            setting.name,
            Text(
                f"the value is not allowed. Give {allowed.en}.",
                f"値が正しくありません。{allowed.ja}を指定してください。",
            ),
        )
    shown = repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "...")
    return Problem(
        setting.name,
        Text(
            f"{shown} is not allowed. Give {allowed.en}.",
            f"{shown} は指定できません。{allowed.ja}を指定してください。",
        ),
    )


def as_error(problems: Sequence[Problem]) -> ConfigError:
    """One error that lists them all, by name."""
    lines = sorted({(problem.name, problem.text.en, problem.text.ja) for problem in problems})
    count = len(lines)
    things = "1 problem" if count == 1 else f"{count} problems"
    return ConfigError(
        Text(
            "\n".join(
                [f"{things} in the settings; nothing was started:", *(f"- {name}: {en}" for name, en, _ in lines)]
            ),
            "\n".join(
                [
                    f"設定に問題が {count} 件あるため、起動しませんでした。",
                    *(f"- {name}: {ja}" for name, _, ja in lines),
                ]
            ),
        )
    )
