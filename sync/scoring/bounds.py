"""What rules can give at most, whatever a person does: proven from their points, caps, windows and cool-downs.

A bound may be higher than what anybody reaches, never lower. So where it stays below a threshold, nobody gets there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from itertools import product

from sync.scoring.act_space import ActClass, ActSpace
from sync.scoring.content import FIRST
from sync.scoring.definition import (
    TOP,
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    Model,
    ReactivationRule,
    RecencyRule,
    Recent,
    SequenceRule,
)

ENOUGH = 3 * TOP  # more than any threshold, for rules without a bound
_MOST_COUNTS = 20_000  # combinations of numbers of acts that are looked at

Taking = ActRule | ReactivationRule


class Bounds:
    """Of what acts earn under the rules of one segment, for persons with or without a lost deal."""

    def __init__(self, model: Model, acts: ActSpace, segment: str, lost: bool) -> None:
        self._model, self._acts, self._lost = model, acts, lost
        self.rules = list(model.rules_for(segment))

    @cached_property
    def engagement(self) -> int:
        """Behaviour and activity together, at most; mail opens included."""
        return self._most(lambda one: True)

    @cached_property
    def without_opens(self) -> int:
        return self._most(lambda one: not one.tags.is_open)

    @cached_property
    def scoring(self) -> bool:
        """Whether any act but a mail open can earn points, as distinct and strong acts have to."""
        return any(self.most_of(number, lambda one: not one.tags.is_open) > 0 for number in range(len(self.rules)))

    @cached_property
    def least(self) -> int:
        """Behaviour and activity together, at least."""
        return sum(min(0, -self._negated(number)) for number in range(len(self.rules)))

    def axis(self, axis: str) -> int:
        """What each rule of the axis gives at most, added up."""
        numbers = [number for number, rule in enumerate(self.rules) if rule.axis == axis]
        return sum(self.most_of(number, lambda one: True) for number in numbers)

    def most_of(self, number: int, allowed: Callable[[ActClass], bool]) -> int:
        """What one rule gives at most by such acts, as if it were the only one; 0 or more."""
        rule = self.rules[number]
        if isinstance(rule, AttributeRule):
            return 0
        if isinstance(rule, ActRule | ReactivationRule):
            if isinstance(rule, ReactivationRule) and not self.can_come_back(rule):
                return 0
            return self._of_matchers(rule, self._met(number, rule, allowed))
        if isinstance(rule, SequenceRule):
            steps = range(len(rule.steps))
            if not all(self._acts.any_plays(number, FIRST - step, allowed) for step in steps):
                return 0
            return _repeated(rule, rule.points)
        return max(0, *_of_activity(rule, self._model.dormancy.days))

    def by_one(self, one: ActClass) -> int:
        """What acts of one sort give at most together, done as often as one likes."""
        return sum(self._by_one(number, one) for number in range(len(self.rules)))

    def fires(self, number: int) -> bool:
        """Whether acts can earn or cost anything by this rule."""
        rule = self.rules[number]
        if isinstance(rule, ActRule | ReactivationRule):
            met = self._met(number, rule, lambda one: True)
            if isinstance(rule, ReactivationRule) and not self.can_come_back(rule):
                return False
            return any(_repeated(rule, abs(rule.matchers[index].points)) for index in met)
        if isinstance(rule, SequenceRule):
            steps = [FIRST - step for step in range(len(rule.steps))]
            played = all(self._acts.any_plays(number, part, lambda one: True) for part in steps)
            return played and _repeated(rule, abs(rule.points)) > 0
        return any(_of_activity(rule, self._model.dormancy.days))

    def can_come_back(self, rule: ReactivationRule) -> bool:
        return rule.after_dormancy or (rule.after_loss and self._lost)

    def _by_one(self, number: int, one: ActClass) -> int:
        rule = self.rules[number]
        parts = [part for at, part in one.parts if at == number]
        if isinstance(rule, SequenceRule):
            return _repeated(rule, rule.points) if len(parts) == len(rule.steps) else 0
        if isinstance(rule, ActRule | ReactivationRule):
            return self._of_matchers(rule, parts)
        return self.most_of(number, lambda other: True)

    def _of_matchers(self, rule: Taking, met: Collection[int]) -> int:
        return max((_repeated(rule, rule.matchers[index].points) for index in met), default=0)

    def _met(self, number: int, rule: Taking, allowed: Callable[[ActClass], bool]) -> list[int]:
        return [index for index in range(len(rule.matchers)) if self._acts.any_plays(number, index, allowed)]

    def _negated(self, number: int) -> int:
        rule = self.rules[number]
        if isinstance(rule, ActRule | ReactivationRule):
            return max((_repeated(rule, -matcher.points) for matcher in rule.matchers), default=0)
        if isinstance(rule, SequenceRule):
            return _repeated(rule, -rule.points)
        if isinstance(rule, AttributeRule):
            return 0
        return max(0, *(-points for points in _of_activity(rule, self._model.dormancy.days)))

    # --- rules that give and rules that take ---

    def _most(self, allowed: Callable[[ActClass], bool]) -> int:
        """The sum of all rules' bounds; less where an act that earns by one rule cannot but cost by another."""
        free, coupled = 0, []
        for number in range(len(self.rules)):
            alone = self.most_of(number, allowed)
            harmless = self.most_of(number, lambda one: allowed(one) and not self._harm(one))
            free += harmless
            if harmless < alone:
                coupled.append((number, harmless))
        return free + self._coupled(coupled, allowed) if coupled else free

    def _harm(self, one: ActClass) -> int:
        """What the act costs at least by rules that take it with negative points."""
        return -sum(self._least_cost(number, part) for number, part in one.parts)

    def _least_cost(self, number: int, part: int) -> int:
        """At most 0. An act that a rule with negative points sees may be older than that rule's window."""
        rule = self.rules[number]
        if part < 0 or not isinstance(rule, ActRule) or rule.matchers[part].points >= 0:
            return 0
        if rule.window_days < self._longest_window:
            return 0
        return min(rule.decay) * rule.matchers[part].points // 1_000

    @cached_property
    def _longest_window(self) -> int:
        return max(rule.window_days for rule in self.rules)

    def _coupled(self, coupled: Sequence[tuple[int, int]], allowed: Callable[[ActClass], bool]) -> int:
        """The best that such rules add beyond their harmless part, over all small numbers of the acts concerned."""
        numbers = [number for number, _ in coupled]
        gain = sum(self.most_of(number, allowed) - harmless for number, harmless in coupled)
        if any(not isinstance(self.rules[number], ActRule) for number in numbers):
            return gain
        classes = self._harmful(numbers, allowed)
        counts = [range(self._saturated(numbers, one) + 1) for one in classes]
        size = 1
        for count in counts:
            size *= len(count)
        if size > _MOST_COUNTS:
            return gain
        best = max(self._value(numbers, list(zip(classes, chosen, strict=True))) for chosen in product(*counts))
        return min(gain, best)

    def _harmful(self, numbers: Sequence[int], allowed: Callable[[ActClass], bool]) -> list[ActClass]:
        wanted = [one for one in self._acts.all if allowed(one) and any(number in numbers for number, _ in one.parts)]
        return [one for one in wanted if self._harm(one)]

    def _saturated(self, numbers: Sequence[int], one: ActClass) -> int:
        """More acts of this sort earn nothing more."""
        most = 1
        for number, part in one.parts:
            rule = self.rules[number]
            if number in numbers and isinstance(rule, ActRule) and rule.matchers[part].points > 0:
                worth = max(1, min(weight for weight in rule.decay if weight) * rule.matchers[part].points // 1_000)
                most = max(most, -(-_repeated(rule, rule.matchers[part].points) // worth))
        return most

    def _value(self, numbers: Sequence[int], done: Sequence[tuple[ActClass, int]]) -> int:
        """An upper bound of what these acts earn by the rules named and cost by the others."""
        total = 0
        for number, rule in enumerate(self.rules):
            if not isinstance(rule, ActRule):
                continue
            played = [(part, times) for one, times in done for at, part in one.parts if at == number and times]
            costs = [(self._least_cost(number, part), times) for part, times in played]
            if number in numbers:
                earned = [(rule.matchers[part].points, times) for part, times in played]
                total += min(sum(max(0, p) * n * max(rule.decay) // 1_000 for p, n in earned), _ceiling(rule))
            elif any(cost for cost, _ in costs):
                once = max((cost for cost, _ in costs if cost), default=0)
                spent = once if rule.once_in_days else sum(cost * times for cost, times in costs)
                total += spent if rule.cap is None else max(-rule.cap, spent)
        return total


def _ceiling(rule: AnyRule) -> int:
    return ENOUGH if rule.cap is None else rule.cap


def _repeated(rule: Taking | SequenceRule, points: int) -> int:
    """What an act worth `points` gives at most, done as often as one likes within the window; 0 or more."""
    return times(rule, points, None)


def times(rule: Taking | SequenceRule, points: int, count: int | None) -> int:
    """The same, done `count` times (None: as often as one likes)."""
    if points <= 0:
        return 0
    if not rule.once_in_days:
        freshest = points * max(_weights(rule)) // 1_000
        found = (ENOUGH if freshest else 0) if count is None else freshest * count
    else:
        found = sum(points * weight // 1_000 for weight in _spaced(rule)[:count])
    return min(found, _ceiling(rule))


def _weights(rule: Taking | SequenceRule) -> list[int]:
    return [rule.weight(age) for age in range(0, max(1, rule.window_days), 7)] or [0]


def _spaced(rule: Taking | SequenceRule) -> list[int]:
    """Weights of acts as close as the cool-down lets them count, the best ones first."""
    ages = range(0, rule.window_days, rule.once_in_days)
    falling = all(one >= other for one, other in zip(rule.decay, rule.decay[1:], strict=False))
    return [rule.weight(age) for age in ages] if falling else [max(_weights(rule))] * len(ages)


def _of_activity(rule: AnyRule, dormancy_days: int) -> list[int]:
    """What a rule on all acts together may give."""
    if isinstance(rule, ActiveDaysRule):
        return [0, rule.points if rule.days <= rule.window_days else 0]
    if isinstance(rule, ActiveMonthsRule):
        return [0, rule.points if rule.months <= rule.of_months else 0]
    assert isinstance(rule, RecencyRule)
    return [0, *(step.points for step in recency_steps(rule, dormancy_days) if step)]


def recency_steps(rule: RecencyRule, dormancy_days: int) -> list[Recent | None]:
    """The steps that decide for somebody who is not dormant, None for those that never do."""
    found: list[Recent | None] = []
    before = 0
    for step in rule.steps:
        found.append(step if before < min(step.within_days, dormancy_days) else None)
        before = max(before, step.within_days)
    return found


def attribute_bound(rules: Iterable[AnyRule]) -> int:
    """The best bucket of every attribute rule, as if all could be had at once."""
    chosen = [rule for rule in rules if isinstance(rule, AttributeRule)]
    return sum(max(0, *(bucket.points for bucket in rule.buckets)) for rule in chosen)
