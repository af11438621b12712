"""Whether a model may score: what the linter finds in its file, with the lines, and the refusal of errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.core.text import Text
from sync.errors import ConfigError
from sync.scoring.definition import Model
from sync.scoring.findings import ERROR, Finding
from sync.scoring.lint import lint
from sync.scoring.model_file import WrittenModel


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and where to mend it."""

    finding: Finding
    file: str
    line: int

    def head(self, language: str) -> str:
        """Where it is and what was found, in short: "own.yaml, line 12, bucket_gap employees"."""
        line = f"{self.line}行目" if language == "ja" else f"line {self.line}"
        what = " ".join(filter(None, (self.finding.id, self.finding.subject)))
        return f"{self.file}, {line}, {what}"

    def to(self, language: str) -> str:
        return f"{self.head(language)}: {self.finding.text.to(language)} -> {self.finding.remedy.to(language)}"


def examined(written: WrittenModel) -> list[Placed]:
    """All findings, errors first."""
    document = written.document
    return [Placed(found, document.source, document.line_of(found.at)) for found in lint(written.model)]


def sound(written: WrittenModel) -> Model:
    """The model, free of errors. Raises `ConfigError` with all of them: such a model must not score."""
    errors = [placed for placed in examined(written) if placed.finding.severity == ERROR]
    if errors:
        raise ConfigError(_refusal(written.document.source, errors))
    return written.model


def _refusal(file: str, errors: Sequence[Placed]) -> Text:
    listed = {language: "\n".join(f"- {placed.to(language)}" for placed in errors) for language in ("en", "ja")}
    count = len(errors)
    return Text(
        f"the scoring model {file} may not score, {count} to mend; nothing was changed:\n{listed['en']}",
        f"スコアリングモデル {file} は採点に使用できません。修正が必要な箇所は {count} 件です(変更は行っていません):\n"
        f"{listed['ja']}",
    )
