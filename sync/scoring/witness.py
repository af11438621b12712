"""Made-up persons who do what a model rewards, scored by the reference scorer: who shows that a thing is possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import permutations, product
from typing import NamedTuple

from sync.scoring.act_space import ActClass, ActSpace, parts_asked
from sync.scoring.bounds import Bounds
from sync.scoring.content import FIRST
from sync.scoring.definition import (
    TOP,
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    Model,
    ReactivationRule,
    SequenceRule,
)
from sync.scoring.facts import Act, Facts
from sync.scoring.person_space import NOBODY, NOW, Values, person
from sync.scoring.scorer import Score, score

ZONE = "UTC"
DAY = 86_400
_MONTH = 31
_CONTENTS = 12  # different contents of one class; no model asks for more distinct acts
_ORDERS_OF_AT_MOST = 4  # acts: 24 orders
_GAPS = (60, 20 * 3_600, DAY)
_LONG_KNOWN = NOW - 9_000 * DAY


class Done(NamedTuple):
    """An act of a class, at a time; `turn` puts those of one second in order."""

    at: int
    turn: int
    one: ActClass


class Doer:
    """Somebody of given attributes, under the rules of her segment."""

    def __init__(self, model: Model, acts: ActSpace, values: Values, bounds: Bounds) -> None:
        self._model, self._acts, self._bounds = model, acts, bounds
        # Known for long: the first act already wakes her, so rules for those who come back count.
        self.facts = person(values, replace(NOBODY, first_known_at=_LONG_KNOWN))

    def scored(self, acts: Iterable[Done] = (), idle_days: int = 0, distinct: bool = True) -> Score:
        """So many days after the last act. Acts of one class have different contents when `distinct`."""
        return score(self.with_acts(acts, distinct), self._model, NOW + idle_days * DAY, ZONE)

    def with_acts(self, acts: Iterable[Done], distinct: bool = True) -> Facts:
        return replace(self.facts, acts=tuple(_numbered(acts, distinct)))

    # --- everything ---

    @cached_property
    def most(self) -> Score:
        """The highest score found: everything that earns, as often as it counts, less what costs more."""
        return self.scored(self.busiest, self._best_idle)

    @property
    def at_most(self) -> Facts:
        """She with the acts of `most`, as she is on the day of `most`."""
        late = self._best_idle * DAY
        return self.with_acts(done._replace(at=done.at - late) for done in self.busiest)

    @cached_property
    def busiest(self) -> list[Done]:
        """The acts of `most`."""
        chosen = self._useful()
        best = self._rounds(chosen)
        if self._rivals:
            chosen, best = self._without_harm(chosen, best)
        return best

    @cached_property
    def _best_idle(self) -> int:
        days = range(0, min(self._model.dormancy.days, 400)) if self._has_recency else range(1)
        return max(days, key=lambda day: (self._worth(self.scored(self.busiest, day)), -day)) if len(days) > 1 else 0

    @cached_property
    def _has_recency(self) -> bool:
        known = (ActRule, SequenceRule, ReactivationRule, ActiveDaysRule, ActiveMonthsRule)
        return any(rule.axis != "attribute" and not isinstance(rule, known) for rule in self._bounds.rules)

    @cached_property
    def _rivals(self) -> bool:
        """Whether more is not always better: acts that cost, or cool-downs that a lesser act may use up."""
        return any(
            isinstance(rule, ActRule | ReactivationRule)
            and (any(one.points < 0 for one in rule.matchers) or (rule.once_in_days and len(rule.matchers) > 1))
            for rule in self._bounds.rules
        )

    def _worth(self, found: Score) -> tuple[bool, int]:
        return found.is_hot, sum(line.points for line in found.lines if line.axis != "adjustment")

    def _useful(self) -> list[ActClass]:
        """An act for each part that earns points, those that play several parts first."""
        wanted = [(number, part) for number, rule in enumerate(self._bounds.rules) for part in _earning(rule)]
        chosen: list[ActClass] = []
        for number, part in wanted:
            if not any((number, part) in one.parts for one in chosen):
                playing = self._acts.playing(number, part)
                chosen += sorted(playing, key=self._first_choice)[:1]
        return chosen or [one for one in self._acts.simple if not one.parts and not one.tags.is_open][:1]

    def _first_choice(self, one: ActClass) -> tuple[bool, bool, int]:
        return any(self._costs(number, part) for number, part in one.parts), one.tags.is_open, -len(one.parts)

    def _costs(self, number: int, part: int) -> bool:
        """Whether an act that plays this part loses points, or takes the place of one that earns more."""
        rule = self._bounds.rules[number]
        if part < 0 or not isinstance(rule, ActRule | ReactivationRule):
            return False
        points = [matcher.points for matcher in rule.matchers]
        return points[part] < 0 or bool(rule.once_in_days and points[part] < max(points))

    def _without_harm(self, chosen: list[ActClass], best: list[Done]) -> tuple[list[ActClass], list[Done]]:
        """Leaves out, one after the other, what the score is better without."""
        worth = self._worth(self.scored(best))
        for one in list(chosen):
            fewer = [other for other in chosen if other is not one]
            if fewer:
                acts = self._rounds(fewer)
                if (found := self._worth(self.scored(acts))) > worth:
                    chosen, best, worth = fewer, acts, found
        return chosen, best

    def _rounds(self, chosen: Sequence[ActClass]) -> list[Done]:
        """All of these in turn, as often as the longest sequence has steps, on every day that a rule looks at; twice
        a day where nothing else bounds them, until it is enough."""
        sequences = [rule for rule in self._bounds.rules if isinstance(rule, SequenceRule)]
        passes = max((len(rule.steps) for rule in sequences), default=1)
        acts: list[Done] = []
        for age in self._ages():
            for turn, one in enumerate(list(chosen) * (passes if sequences else 1)):
                acts.append(_at(one, NOW - age * DAY, turn))
        return acts + [_at(one, NOW, turn) for one in chosen for turn in range(self._repeats(one))]

    def _repeats(self, one: ActClass) -> int:
        """How often more an act has to be done at one time until it is worth what its rules give at most."""
        most = 0
        for number, part in one.parts:
            rule = self._bounds.rules[number]
            if isinstance(rule, ActRule | ReactivationRule) and part >= 0 and not rule.once_in_days:
                points, cap = rule.matchers[part].points, rule.cap or TOP
                most = max(most, -(-cap // points) if points > 0 else 0)
            if isinstance(rule, SequenceRule) and rule.points > 0 and not rule.once_in_days:
                most = max(most, -(-(rule.cap or TOP) // rule.points))
        return min(most, 100)

    def _ages(self) -> list[int]:
        """Days back from now, newest first."""
        found = {0}
        for rule in self._bounds.rules:
            if isinstance(rule, ActiveDaysRule) and rule.points > 0:
                found.update(range(min(rule.days, rule.window_days, 400)))
            elif isinstance(rule, ActiveMonthsRule) and rule.points > 0:
                found.update(range(0, min(rule.months, 24) * _MONTH, self._pace()))
            elif isinstance(rule, ActRule | SequenceRule | ReactivationRule) and rule.once_in_days:
                found.update([*range(0, rule.window_days, rule.once_in_days)][:60])
        return sorted(found)

    def _pace(self) -> int:
        """Days between acts of somebody who never falls asleep."""
        return max(1, min(14, self._model.dormancy.days - 1))

    # --- few acts ---

    def arranged(self, done: Sequence[ActClass]) -> Iterator[list[Done]]:
        """These acts in many orders and spacings, the likeliest to earn first."""
        gaps = self._gaps()
        orders = permutations(done) if len(done) <= _ORDERS_OF_AT_MOST else iter([tuple(done), tuple(reversed(done))])
        listed = list(dict.fromkeys(orders))
        for gap in gaps:
            for order in listed:
                yield _spread(order, [gap] * (len(order) - 1))
        if 3 <= len(done) <= _ORDERS_OF_AT_MOST:
            for order, spread in product(listed, product(gaps, repeat=len(done) - 1)):
                yield _spread(order, spread)

    def again(self, one: ActClass, most: int = 40) -> Iterator[list[Done]]:
        """The same act once, and again and again."""
        yield [_at(one, NOW, 0)]
        for gap in self._gaps():
            yield _spread([one] * most, [gap] * (most - 1))

    def _gaps(self) -> list[int]:
        """Seconds: within every sequence, over several days, past the cool-downs, over months."""
        found = list(_GAPS)
        found += [rule.once_in_days * DAY for rule in self._bounds.rules if rule.once_in_days]
        found += [_MONTH * DAY for rule in self._bounds.rules if isinstance(rule, ActiveMonthsRule)]
        return list(dict.fromkeys(found))


def _earning(rule: AnyRule) -> list[int]:
    """The parts that acts have to play in a rule to earn points, the best first."""
    if isinstance(rule, ActRule | ReactivationRule):
        best = sorted(parts_asked(rule), key=lambda index: -rule.matchers[index].points)
        return [index for index in best if rule.matchers[index].points > 0]
    if isinstance(rule, SequenceRule) and rule.points > 0:
        return [FIRST - step for step in range(len(rule.steps))]
    return []


def _spread(order: Sequence[ActClass], gaps: Sequence[int]) -> list[Done]:
    """In this order, the last act now."""
    ages = [sum(gaps[index:]) for index in range(len(order))]
    return [_at(one, NOW - age, turn) for turn, (one, age) in enumerate(zip(order, ages, strict=True))]


def _at(one: ActClass, at: int, turn: int) -> Done:
    return Done(at, turn, one)


def _numbered(acts: Iterable[Done], distinct: bool) -> Iterator[Act]:
    """In the order of their times, those of one time by turns; when `distinct`, on different pages and forms."""
    for number, done in enumerate(sorted(acts, key=lambda done: (done.at, done.turn))):
        which = number % _CONTENTS if distinct else 0
        act = done.one.act
        url = act.url.replace("//", f"//site{which}.", 1)
        yield replace(act, id=f"{number:05d}", at=done.at, seq=number, url=url, content_id=f"c{which}")
