"""What given acts earn at most, whatever their order and times: an upper bound by counting alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.scoring.act_space import ActClass
from sync.scoring.content import FIRST
from sync.scoring.definition import (
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    ReactivationRule,
    RecencyRule,
    Recent,
    SequenceRule,
)

ENOUGH = 300_000  # more than any threshold, for rules without a bound

Counted = Sequence[tuple[ActClass, int]]  # acts of each class
Taking = ActRule | ReactivationRule


class Relaxed:
    """Under these rules; `lost` when a deal was lost, `dormancy_days` as the model says."""

    def __init__(self, rules: Sequence[AnyRule], lost: bool, dormancy_days: int) -> None:
        self.rules, self._lost, self._dormancy_days = rules, lost, dormancy_days
        self._longest_window = max(rule.window_days for rule in rules)

    def most(self, done: Counted) -> int:
        """Behaviour and activity together, at most."""
        return sum(self.most_by(number, done) for number in range(len(self.rules)))

    def most_by(self, number: int, done: Counted) -> int:
        """What one rule gives at most for these acts; below 0 when they cost points for certain."""
        rule = self.rules[number]
        if isinstance(rule, AttributeRule):
            return 0
        if isinstance(rule, ActRule | ReactivationRule):
            return self._of_acts(number, rule, done)
        if isinstance(rule, SequenceRule):
            return times(rule, rule.points, chains(number, rule, done))
        acts = sum(count for one, count in done if not one.tags.is_open)
        return self.of_activity(rule, acts)

    def of_activity(self, rule: AnyRule, acts: int | None) -> int:
        """What a rule on all acts together gives at most for so many (None: any number of) acts."""
        if isinstance(rule, ActiveDaysRule):
            possible = rule.days <= rule.window_days and (acts is None or acts >= rule.days)
            return max(0, rule.points) if possible else 0
        if isinstance(rule, ActiveMonthsRule):
            possible = rule.months <= rule.of_months and (acts is None or acts >= rule.months)
            return max(0, rule.points) if possible else 0
        assert isinstance(rule, RecencyRule)
        steps = recency_steps(rule, self._dormancy_days)
        return max(0, *(step.points for step in steps if step)) if acts is None or acts else 0

    def can_come_back(self, rule: ReactivationRule) -> bool:
        return rule.after_dormancy or (rule.after_loss and self._lost)

    def cost(self, number: int, part: int) -> int:
        """What an act that plays this part costs at least, at most 0. A rule whose window is shorter than another's
        may not see it any more."""
        rule = self.rules[number]
        if part < 0 or not isinstance(rule, ActRule) or rule.matchers[part].points >= 0:
            return 0
        if rule.window_days < self._longest_window:
            return 0
        return min(rule.decay) * rule.matchers[part].points // 1_000

    def harm(self, one: ActClass) -> int:
        return -sum(self.cost(number, part) for number, part in one.parts)

    def _of_acts(self, number: int, rule: Taking, done: Counted) -> int:
        if isinstance(rule, ReactivationRule) and not self.can_come_back(rule):
            return 0
        taken = [(part, count) for one, count in done for at, part in one.parts if at == number and count]
        earning = [(rule.matchers[part].points, count) for part, count in taken if rule.matchers[part].points > 0]
        best = max((points for points, _ in earning), default=0)
        single = sum(points * max(weights(rule)) // 1_000 * count for points, count in earning)
        earned = min(single, times(rule, best, sum(count for _, count in earning)))
        return earned + self._of_costs(number, rule, taken)

    def _of_costs(self, number: int, rule: Taking, taken: Sequence[tuple[int, int]]) -> int:
        """A cool-down may let only the cheapest of them count."""
        costs = [(self.cost(number, part), count) for part, count in taken]
        spent = (
            max((cost for cost, _ in costs), default=0)
            if rule.once_in_days
            else sum(cost * count for cost, count in costs)
        )
        return spent if rule.cap is None else max(-rule.cap, spent)


def chains(number: int, rule: SequenceRule, done: Counted) -> int:
    """How often these acts can complete a sequence."""
    acts = [one for one, count in done for _ in range(min(count, len(rule.steps)))]
    playing = [
        [at for at, one in enumerate(acts) if (number, FIRST - step) in one.parts] for step in range(len(rule.steps))
    ]
    if not _apart(playing, frozenset()):
        return 0
    last = sum(count for one, count in done if (number, FIRST - len(rule.steps) + 1) in one.parts)
    return min(last, sum(count for _, count in done) - len(rule.steps) + 1)


def _apart(playing: Sequence[Sequence[int]], used: frozenset[int]) -> bool:
    """Whether each step can have an act of its own."""
    if not playing:
        return True
    return any(_apart(playing[1:], used | {at}) for at in playing[0] if at not in used)


def times(rule: Taking | SequenceRule, points: int, count: int | None) -> int:
    """What an act worth `points` gives at most, done `count` times within the window (None: as often as one likes)."""
    if points <= 0:
        return 0
    if not rule.once_in_days:
        freshest = points * max(weights(rule)) // 1_000
        found = (ENOUGH if freshest else 0) if count is None else freshest * count
    else:
        found = sum(points * weight // 1_000 for weight in _spaced(rule)[:count])
    return min(found, ENOUGH if rule.cap is None else rule.cap)


def weights(rule: AnyRule) -> list[int]:
    return [rule.weight(age) for age in range(0, max(1, rule.window_days), 7)]


def _spaced(rule: Taking | SequenceRule) -> list[int]:
    """Weights of acts as close as the cool-down lets them count, the best ones first."""
    ages = range(0, rule.window_days, rule.once_in_days)
    falling = all(one >= other for one, other in zip(rule.decay, rule.decay[1:], strict=False))
    return [rule.weight(age) for age in ages] if falling else [max(weights(rule))] * len(ages)


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
