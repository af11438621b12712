"""Where settings come from: the environment, over a `.env` file, over defaults; secrets also from files."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import parse_stream

from config.names import FILE_SUFFIX, PREFIX, Setting
from config.problems import Problem
from sync.core.text import Text

ENVIRONMENT = "environment"
DOTENV = ".env"
DEFAULT = "default"

# Kubernetes puts these into every container beside a service called `leadsync`.
_INJECTED = ("LEADSYNC_SERVICE_", "LEADSYNC_PORT")


@dataclass(frozen=True, slots=True)
class Gathered:
    """Raw values by full name and where each came from.

    `given` also holds names whose value could not be read, so that one unreadable file is one problem.
    """

    values: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def gather(
    environ: Mapping[str, str],
    env_file: Path | None,
    known: Mapping[str, Setting],
    ignored: tuple[str, ...] = (),
) -> Gathered:
    """Reads both places. An empty value counts as not set, as compose files pass on `${NAME:-}`."""
    gathered = Gathered()
    written = _read_env_file(env_file, gathered.problems) if env_file else {}
    for source, variables in ((ENVIRONMENT, environ), (DOTENV, written)):
        ours = {name: value.strip() for name, value in variables.items() if _is_ours(name, ignored)}
        _take(ours, source, known, gathered)
    return gathered


def _is_ours(name: str, ignored: tuple[str, ...]) -> bool:
    return name.upper().startswith(PREFIX) and not name.startswith((*_INJECTED, *ignored))


def _take(variables: Mapping[str, str], source: str, known: Mapping[str, Setting], gathered: Gathered) -> None:
    """Takes what this source gives, unless an earlier source gave the same setting in either form."""
    taken = set(gathered.given)
    for name, value in variables.items():
        base = name.removesuffix(FILE_SUFFIX)
        if name in known:
            if value and name not in taken:
                gathered.values[name], gathered.sources[name] = _unfolded(value), source
                gathered.given.add(name)
        elif base == name or base not in known or not known[base].secret:
            gathered.problems.append(_unknown(name, base, known))
        elif value and variables.get(base):
            gathered.problems.append(_given_twice(name, base))
        elif value and base not in taken:
            gathered.given.add(base)
            _take_file(base, Path(value), gathered)


def _unfolded(value: str) -> str:
    """A PEM text on one line, as places that take no line ends hold it, gets its line ends back."""
    return value.replace("\\n", "\n") if value.startswith("-----BEGIN ") else value


def _take_file(base: str, path: Path, gathered: Gathered) -> None:
    name = base + FILE_SUFFIX
    try:
        value = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as unreadable:
        gathered.problems.append(_unreadable(name, unreadable))
        return
    if not value:
        gathered.problems.append(
            Problem(
                name,
                Text(
                    f"the file {path} is empty. Put the secret into it.",
                    f"ファイル {path} が空です。値を書き込んでください。",
                ),
            )
        )
        return
    gathered.values[base], gathered.sources[base] = value, f"file {path}"


def _read_env_file(path: Path, problems: list[Problem]) -> dict[str, str]:
    """Lines as python-dotenv reads them, but without `${...}` in values: a secret may hold a dollar sign."""
    if not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as unreadable:
        problems.append(_unreadable(str(path), unreadable))
        return {}
    return dict(_assignments(path, text, problems))


def _assignments(path: Path, text: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            line = binding.original.line
            problems.append(
                Problem(
                    str(path),
                    Text(
                        f"line {line} cannot be read. Write NAME=value, and quote values with spaces.",
                        f"{line} 行目を読み取れません。NAME=値 の形で書き、空白を含む値は引用符で囲んでください。",
                    ),
                )
            )
        elif binding.key:
            yield binding.key, binding.value or ""


def _unreadable(name: str, cause: OSError | ValueError) -> Problem:
    """Without the path: people put the secret itself where its file's path is due."""
    why = (cause.strerror or "unreadable") if isinstance(cause, OSError) else "not UTF-8 text"
    return Problem(
        name,
        Text(
            f"the file cannot be read ({why}). Give the path of a text file that this user may read.",
            f"ファイルを読み取れません({why})。実行ユーザーが読めるテキストファイルのパスを指定してください。",
        ),
    )


def _given_twice(name: str, base: str) -> Problem:
    return Problem(
        base,
        Text(
            f"also given as {name}, and only one can hold. Remove one of the two.",
            f"{name} も同時に指定されています。どちらか一方を削除してください。",
        ),
    )


def _unknown(name: str, base: str, known: Mapping[str, Setting]) -> Problem:
    if base in known and base != name:
        return Problem(
            name,
            Text(
                f"only secrets can come from a file. Set {base}.",
                f"ファイルから読めるのは秘密の値だけです。{base} を設定してください。",
            ),
        )
    nearest = _nearest(name, known)
    return Problem(
        name,
        Text(
            f"no such setting. Did you mean {nearest}? docs/settings.md lists all names.",
            f"この名前の設定はありません。{nearest} ではありませんか。名前の一覧は docs/settings.md にあります。",
        ),
    )


def _nearest(name: str, known: Mapping[str, Setting]) -> str:
    names = [*known, *(name + FILE_SUFFIX for name, setting in known.items() if setting.secret)]
    ends = {other.removeprefix(PREFIX): other for other in names}
    return ends[difflib.get_close_matches(name.upper().removeprefix(PREFIX), ends, n=1, cutoff=0.0)[0]]
