"""What the linter says of a model."""

from __future__ import annotations

from dataclasses import dataclass

from sync.core.text import Text

ERROR, WARNING, INFO = "error", "warning", "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """`id` names the check, `subject` the rule, exclusion, segment or tag it is about, "" for the model."""

    id: str
    severity: str  # error, warning, info
    subject: str
    text: Text
    remedy: Text


def finding(id: str, severity: str, subject: str, text: tuple[str, str], remedy: tuple[str, str]) -> Finding:
    """With texts as (English, Japanese)."""
    return Finding(id, severity, subject, Text(*text), Text(*remedy))
