"""What rules can give at most, whatever a person does: proven from their points, caps, windows and cool-downs.

A bound may be higher than what anybody reaches, never lower. So where it stays below a threshold, nobody gets there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import product
from math import prod

from sync.scoring.act_space import ActClass, ActSpace
from sync.scoring.content import FIRST
from sync.scoring.definition import (
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    Model,
    ReactivationRule,
    RecencyRule,
    SequenceRule,
)
from sync.scoring.relaxed import ENOUGH, Relaxed, Taking, times, weights

_MOST_COUNTS = 4_000  # combinations of numbers of acts that are looked at
_MOST_OF_ONE = 20

Allowed = Callable[[ActClass], bool]


class Bounds:
    """Of what acts earn under the rules of one segment, for persons with or without a lost deal."""

    def __init__(self, model: Model, acts: ActSpace, segment: str, lost: bool) -> None:
        self._acts = acts
        self.rules = list(model.rules_for(segment))
        self.relaxed = Relaxed(self.rules, lost, model.dormancy.days)

    @cached_property
    def engagement(self) -> int:
        """Behaviour and activity together, at most; mail opens included."""
        return self._most(_any)

    @cached_property
    def without_opens(self) -> int:
        return self._most(_no_open)

    @cached_property
    def scoring(self) -> bool:
        """Whether any act but a mail open can earn points, as distinct and strong acts have to."""
        return any(self.most_of(number, _no_open) > 0 for number in range(len(self.rules)))

    @cached_property
    def least(self) -> int:
        """Behaviour and activity together, at least; at most 0."""
        return -sum(self._negated(rule) for rule in self.rules)

    def axis(self, axis: str) -> int:
        """What each rule of the axis gives at most, added up."""
        numbers = [number for number, rule in enumerate(self.rules) if rule.axis == axis]
        return sum(self.most_of(number, _any) for number in numbers)

    def most_of(self, number: int, allowed: Allowed) -> int:
        """What one rule gives at most by such acts, as if it were the only one; 0 or more."""
        rule = self.rules[number]
        if isinstance(rule, AttributeRule):
            return 0
        if isinstance(rule, ActRule | ReactivationRule):
            if isinstance(rule, ReactivationRule) and not self.relaxed.can_come_back(rule):
                return 0
            return max((times(rule, rule.matchers[part].points, None) for part in self._met(number, rule, allowed)),
                       default=0)  # fmt: skip
        if isinstance(rule, SequenceRule):
            return times(rule, rule.points, None) if self._completes(number, rule, allowed) else 0
        return self.relaxed.of_activity(rule, None)

    def by_one(self, one: ActClass) -> int:
        """What acts of one sort give at most together, done as often as one likes."""
        return self.relaxed.most([(one, ENOUGH)])

    def fires(self, number: int) -> bool:
        """Whether acts can earn or cost anything by this rule."""
        rule = self.rules[number]
        if isinstance(rule, ActRule | ReactivationRule):
            if isinstance(rule, ReactivationRule) and not self.relaxed.can_come_back(rule):
                return False
            return any(times(rule, abs(rule.matchers[part].points), None) for part in self._met(number, rule, _any))
        if isinstance(rule, SequenceRule):
            return self._completes(number, rule, _any) and times(rule, abs(rule.points), None) > 0
        return bool(self.relaxed.of_activity(rule, None) or self._negated(rule))

    def _met(self, number: int, rule: Taking, allowed: Allowed) -> list[int]:
        return [part for part in range(len(rule.matchers)) if self._acts.any_plays(number, part, allowed)]

    def _completes(self, number: int, rule: SequenceRule, allowed: Allowed) -> bool:
        steps = range(len(rule.steps))
        return all(self._acts.any_plays(number, FIRST - step, allowed) for step in steps)

    def _negated(self, rule: AnyRule) -> int:
        """What a rule takes away at most."""
        if isinstance(rule, AttributeRule):
            return 0
        if isinstance(rule, ActRule | ReactivationRule):
            return max(times(rule, -matcher.points, None) for matcher in rule.matchers)
        if isinstance(rule, SequenceRule):
            return times(rule, -rule.points, None)
        if isinstance(rule, RecencyRule):
            return max(0, *(-step.points for step in rule.steps))
        assert isinstance(rule, ActiveDaysRule | ActiveMonthsRule)
        days, last = (
            (rule.days, rule.window_days) if isinstance(rule, ActiveDaysRule) else (rule.months, rule.of_months)
        )
        return max(0, -rule.points) if days <= last else 0

    # --- rules that give and rules that take ---

    def _most(self, allowed: Allowed) -> int:
        """The sum of all rules' bounds; less where an act that earns by one rule cannot but cost by another."""
        numbers = range(len(self.rules))
        together = sum(self.most_of(number, allowed) for number in numbers)
        harmless = sum(
            self.most_of(number, lambda one: allowed(one) and not self.relaxed.harm(one)) for number in numbers
        )
        if harmless == together:
            return together
        return max(harmless, min(together, self._weighed(allowed, together)))

    def _harmless(self, allowed: Allowed) -> Allowed:
        return lambda one: allowed(one) and not self.relaxed.harm(one)

    def _weighed(self, allowed: Allowed, otherwise: int) -> int:
        """The best that all small numbers of all sorts of acts give; `otherwise` when there are too many."""
        classes = self._worthwhile(allowed)
        counts = [range(self._saturated(one) + 1) for one in classes]
        if prod(len(count) for count in counts) > _MOST_COUNTS or any(len(count) > _MOST_OF_ONE for count in counts):
            return otherwise
        return max(self.relaxed.most(list(zip(classes, chosen, strict=True))) for chosen in product(*counts))

    def _worthwhile(self, allowed: Allowed) -> list[ActClass]:
        """Without those that earn by no more rules than another and cost by as many."""
        kept: list[ActClass] = []
        for one in sorted(filter(allowed, self._acts.all), key=lambda one: (-len(self._earning(one)), len(one.parts))):
            if not any(self._is_no_better(one, other) for other in kept):
                kept.append(one)
        return kept

    def _is_no_better(self, one: ActClass, other: ActClass) -> bool:
        earning, others = self._earning(one), self._earning(other)
        costs, other_costs = set(one.parts) - earning, set(other.parts) - others
        return earning <= others and other_costs <= costs and (one.tags.is_open or not other.tags.is_open)

    def _earning(self, one: ActClass) -> frozenset[tuple[int, int]]:
        return frozenset((number, part) for number, part in one.parts if not self.relaxed.cost(number, part))

    def _saturated(self, one: ActClass) -> int:
        """More acts of this sort earn nothing more."""
        activity = [rule for rule in self.rules if isinstance(rule, ActiveDaysRule | ActiveMonthsRule)]
        most = max((rule.days if isinstance(rule, ActiveDaysRule) else rule.months for rule in activity), default=1)
        for number, part in one.parts:
            rule = self.rules[number]
            points = rule.points if isinstance(rule, SequenceRule) else rule.matchers[part].points  # type: ignore[union-attr]
            if points > 0 and isinstance(rule, ActRule | ReactivationRule | SequenceRule):
                least = min((points * weight // 1_000 for weight in weights(rule) if weight), default=0)
                extra = len(rule.steps) if isinstance(rule, SequenceRule) else 0
                most = max(most, extra - (-times(rule, points, None) // least) if least else 0)
        return most


def _any(_one: ActClass) -> bool:
    return True


def _no_open(one: ActClass) -> bool:
    return not one.tags.is_open
