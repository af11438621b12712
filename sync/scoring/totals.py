"""Which totals rules can add up to: sums of points as bits of one number, so that gaps between them show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd

from sync.scoring.definition import (
    TOP,
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    ReactivationRule,
    RecencyRule,
    SequenceRule,
)

_MOST_SUMS = 3_000  # of one rule; with more of them there are no gaps worth looking for
_FAR = 3 * TOP


def attainable(rules: Iterable[AnyRule], attributes: Iterable[int], low: int, high: int) -> bool:
    """Whether sums of these attributes and of what the rules may give fall into [low, high). Never wrongly no."""
    rules, sums = [rule for rule in rules if not isinstance(rule, AttributeRule)], list(attributes)
    steps = [_steps(rule) for rule in rules]
    unit = gcd(*sums, *(step for found in steps for step in found), *(rule.cap or 0 for rule in rules)) or 1
    shift = _FAR // unit
    reached = 0
    for points in sums:
        reached |= 1 << (points // unit + shift)
    for rule, found in zip(rules, steps, strict=True):
        added = _added(reached, rule, found, unit, shift)
        if added is None:
            return True
        reached = added
    return any(max(0, (bit - shift) * unit) in range(low, high) for bit in _bits(reached))


def _added(reached: int, rule: AnyRule, steps: list[int], unit: int, shift: int) -> int | None:
    """What is reached with a rule's sums on top; None when there are too many to tell."""
    total = 0
    for sign in (1, -1):
        own = _sums(rule, [abs(step) // unit for step in steps if step * sign > 0], unit)
        count = own.bit_count()
        if count > _MOST_SUMS:
            return None
        for bit in _bits(own):
            total |= reached << bit if sign > 0 else reached >> bit
    return total & ((1 << (3 * shift)) - 1)


def _sums(rule: AnyRule, steps: list[int], unit: int) -> int:
    """Sums of any number of steps up to the cap, in units; bit 0 for none of them."""
    if not isinstance(rule, ActRule | SequenceRule | ReactivationRule):
        return sum(1 << step for step in {0, *steps})
    limit = (rule.cap if rule.cap is not None else _FAR) // unit
    reached = 1
    for step in steps:
        shift = step
        while 0 < shift <= 2 * limit:
            reached |= reached << shift
            shift *= 2
        reached = reached & ((1 << limit) - 1) | (1 << limit if reached >> limit else 0)
    return reached


def _steps(rule: AnyRule) -> list[int]:
    """What one act, or the rule as a whole, may give."""
    if isinstance(rule, ActRule | ReactivationRule):
        return sorted({step for matcher in rule.matchers for step in _aged(rule, matcher.points)})
    if isinstance(rule, SequenceRule):
        return sorted(set(_aged(rule, rule.points)))
    if isinstance(rule, RecencyRule):
        return sorted({step.points for step in rule.steps})
    assert isinstance(rule, ActiveDaysRule | ActiveMonthsRule)
    return [rule.points]


def _aged(rule: AnyRule, points: int) -> Iterator[int]:
    for age in range(0, max(1, rule.window_days), 7):
        yield points * rule.weight(age) // 1_000


def _bits(number: int) -> Iterator[int]:
    return (position for position, bit in enumerate(reversed(bin(number)[2:])) if bit == "1")
