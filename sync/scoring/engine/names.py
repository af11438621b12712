"""The engines' numbers as the words that the reference scorer uses."""

from __future__ import annotations

from sync.scoring.definition import (
    ADJUSTMENT,
    DORMANCY,
    EXCLUSION,
    ActRule,
    AttributeRule,
    Model,
    ReactivationRule,
)
from sync.scoring.engine import BANDS
from sync.scoring.scorer import CONDITIONS, line_numbers


class Names:
    """What the numbers of SCORES and LINES mean in a model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rules = {number: name for name, number in line_numbers(model).items()}
        self._interests = [tag.id for tag in (*model.content.themes, *model.content.tags)]

    def band(self, number: int) -> str:
        return BANDS[number - 1]

    def exclusion(self, number: int) -> str | None:
        return self._model.exclusions[number - 1].id if number else None

    def segment(self, number: int) -> str:
        return self._model.segments[number - 1].id if number else ""

    def interest(self, number: int) -> str:
        return self._interests[number - 1] if number else ""

    def missed(self, bits: int) -> tuple[str, ...]:
        return tuple(name for bit, name in enumerate(CONDITIONS) if bits & 1 << bit)

    def rule(self, number: int) -> str:
        """Of a line: `Line.rule`."""
        return self._rules[number]

    def axis(self, number: int) -> str:
        return self._model.rules[number].axis if number >= 0 else ADJUSTMENT

    def fields(self, number: int) -> tuple[str, ...]:
        """The evidence of an attribute line; () for lines whose evidence is acts."""
        rule = self._model.rules[number] if number >= 0 else None
        return (rule.field,) if isinstance(rule, AttributeRule) else ()

    def detail(self, number: int, code: int, exclusion: int) -> str:
        """`Line.detail` of a line with this rule and `detail`, of a person with this exclusion."""
        if number < 0:
            said = {DORMANCY: self._model.dormancy.mode, EXCLUSION: self.exclusion(exclusion) or ""}
            return said.get(self._rules[number], "")
        rule = self._model.rules[number]
        if isinstance(rule, AttributeRule):
            return rule.buckets[code - 1].id if code else "unset" if rule.unset else "other"
        if isinstance(rule, ActRule | ReactivationRule):
            return ",".join(m.id for bit, m in enumerate(rule.matchers) if m.id and code & 1 << bit)
        return ""
