"""What the linter says of a model."""

from __future__ import annotations

from dataclasses import dataclass

from sync.core.text import Text

ERROR, WARNING, INFO = "error", "warning", "info"
Where = tuple[str | int, ...]  # keys of a model file from its top; an entry of a list by its id or its number


@dataclass(frozen=True, slots=True)
class Finding:
    """`id` names the check, `subject` the rule, exclusion, segment or tag it is about, "" for the model; `at` is the
    part of the model file to change."""

    id: str
    severity: str  # error, warning, info
    subject: str
    text: Text
    remedy: Text
    at: Where = ()


def finding(
    id: str, severity: str, subject: str, text: tuple[str, str], remedy: tuple[str, str], at: Where = ()
) -> Finding:
    """With texts as (English, Japanese)."""
    return Finding(id, severity, subject, Text(*text), Text(*remedy), at)
