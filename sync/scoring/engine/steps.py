"""What the SQL text is made of: named SELECTs that build on each other, and what all of them know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from sync.core.activity import Kind
from sync.scoring.definition import (
    ZERO_BEHAVIOUR,
    ActRule,
    AnyRule,
    Matcher,
    Model,
    ReactivationRule,
    SequenceRule,
)
from sync.scoring.engine.local_days import DAY, LocalDays
from sync.scoring.engine.lookups import STEPS as STEPS
from sync.scoring.engine.lookups import SUBJECTS as SUBJECTS
from sync.scoring.engine.lookups import TAKES as TAKES
from sync.scoring.engine.lookups import rules_by_segment

# What the engine is given, under the names that the text reads it by.
PERSONS, ACTS, KNOWN = "scoring_persons", "scoring_acts", "scoring_known"
# Look-up tables, see `lookups`.
RULES, WORTHS, CALENDAR, INTERESTS = "scoring_rules", "scoring_worths", "scoring_calendar", "scoring_interests"

Counting = ActRule | ReactivationRule | SequenceRule  # rules that count acts one by one


@dataclass(frozen=True, slots=True)
class Step:
    """A name and the SELECT behind it. `stored` when several later steps read it: then it is to be worked out once."""

    name: str
    sql: str
    stored: bool = False


@dataclass(frozen=True)
class Setting:
    """The model at one instant in one time zone."""

    model: Model
    as_of: int
    days: LocalDays

    @cached_property
    def today(self) -> int:
        return self.days.of(self.as_of)

    @property
    def segmented(self) -> bool:
        return bool(self.model.segments)

    @cached_property
    def counting(self) -> dict[int, Counting]:
        """Rules that count acts, by position."""
        rules = enumerate(self.model.rules)
        return {number: rule for number, rule in rules if isinstance(rule, ActRule | ReactivationRule | SequenceRule)}

    @cached_property
    def sequences(self) -> dict[int, SequenceRule]:
        return {number: rule for number, rule in self.counting.items() if isinstance(rule, SequenceRule)}

    @cached_property
    def reactivations(self) -> dict[int, ReactivationRule]:
        return {number: rule for number, rule in self.counting.items() if isinstance(rule, ReactivationRule)}

    @cached_property
    def wipes(self) -> bool:
        return self.model.dormancy.mode == ZERO_BEHAVIOUR

    @cached_property
    def asks_who_woke(self) -> bool:
        return self.wipes or any(rule.after_dormancy for rule in self.reactivations.values())

    @cached_property
    def looks_up_worth(self) -> bool:
        """Whether what an act is worth hangs on its age or on the person's segment."""
        return self.segmented or any(len(rule.decay) > 1 or rule.decay[0] != 1_000 for rule in self.counting.values())

    @cached_property
    def takes_opens(self) -> bool:
        return any(
            Kind.EMAIL_OPEN in matcher.kinds for rule in self.counting.values() for matcher in _matchers_of(rule)
        )

    @cached_property
    def reach(self) -> int:
        """Days that the longest look back goes: of a window, of a sequence that ends in one, or for the interest."""
        days = [rule.window_days for rule in self.model.rules]
        days += [rule.window_days + rule.within_seconds // DAY + 1 for rule in self.sequences.values()]
        return max(*days, self.model.dormancy.days, 0)

    def since(self, days: int) -> int:
        """An instant before which no act lies within a window of so many days; days still have to be compared."""
        return self.as_of - (days + 2) * DAY

    def by_segment(self, person: str, value: Callable[[tuple[AnyRule, ...]], str]) -> str:
        """An expression of the person's segment, where the value is not the same in all of them."""
        base, *others = (value(rules) for rules in rules_by_segment(self.model).values())  # type: ignore[arg-type]
        cases = [f"when {number} then {other}" for number, other in enumerate(others, 1) if other != base]
        return f"case {person}.segment {' '.join(cases)} else {base} end" if cases else base


def _matchers_of(rule: Counting) -> Iterable[Matcher]:
    if isinstance(rule, SequenceRule):
        return (matcher for step in rule.steps for matcher in step)
    return rule.matchers


def listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def union(selects: Iterable[str], otherwise: str) -> str:
    """All rows of the SELECTs; with none of them, those of `otherwise`."""
    return "\nunion all\n".join(selects) or otherwise


PROOF = ("person_id", "rule", "points", "acted", "activity_id", "subject_id")  # an act behind a line


def nothing(*columns: str) -> str:
    """No row of these columns."""
    return f"select {', '.join(f'cast(0 as bigint) as {column}' for column in columns)} where 1 = 0"
