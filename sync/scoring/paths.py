"""The fewest acts that make the best person hot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.core.text import Text
from sync.scoring.act_space import ActClass, ActSpace
from sync.scoring.bounds import Bounds
from sync.scoring.definition import ActRule, AttributeRule, Model, ReactivationRule, SequenceRule
from sync.scoring.facts import Facts
from sync.scoring.relaxed import times
from sync.scoring.scorer import Score
from sync.scoring.witness import Doer, Done

MOST_NODES = 6_000  # sets of acts that are weighed
MOST_SCORED = 3_000  # arrangements that are scored
MOST_ACTS = 12


@dataclass(frozen=True, slots=True)
class Path:
    """How a person with these attributes becomes hot. `fewest`: it is proven that fewer acts about one subject each do
    not do it."""

    attributes: tuple[Text, ...]
    steps: tuple[Text, ...]
    total: int  # thousandths
    fewest: bool
    person: Facts  # she, with her acts


def shortest(model: Model, acts: ActSpace, doer: Doer, bounds: Bounds, tries: int = MOST_SCORED) -> Path | None:
    """None when nothing that was tried makes her hot; `tries` arrangements of acts are."""
    search = _Search(model, acts, doer, bounds, tries)
    proven = True
    for length in range(1, MOST_ACTS + 1):
        found = search.of_length(length)
        if found is None:
            break
        for done in found:
            if path := search.arranged(done, proven):
                return path
        proven = proven and not found
    return search.shortened()


class _Search:
    def __init__(self, model: Model, acts: ActSpace, doer: Doer, bounds: Bounds, tries: int) -> None:
        self._model, self._doer, self._bounds = model, doer, bounds
        self._attribute = doer.scored().attribute
        self._classes = [one for one in acts.simple if one.parts or not one.tags.is_open]
        self._alone = {one: max(0, sum(self._single(one, number) for number, _ in one.parts)) for one in self._classes}
        self._nodes, self._left = 0, tries

    def of_length(self, length: int) -> list[tuple[ActClass, ...]] | None:
        """Sets of so many acts that may be enough, plain ones nearest to the threshold first; None when there are too
        many sets to weigh."""
        found = [(self._earned(done), done) for done in self._sets((), 0, length, length)]
        if self._nodes > MOST_NODES:
            return None
        enough = [(earned, done) for earned, done in found if self._may_be_hot(earned, done)]
        return [done for _, done in sorted(enough, key=lambda entry: (entry[0], _strong(entry[1])))]

    def arranged(self, done: Sequence[ActClass], proven: bool) -> Path | None:
        for acts in self._doer.arranged(done):
            if self._left <= 0:
                return None
            self._left -= 1
            found = self._doer.scored(acts)
            if found.is_hot:
                return self._path(acts, found, proven)
        return None

    def shortened(self) -> Path | None:
        """Everything, newest first, as far as needed, less each act that is not."""
        acts = sorted(self._doer.busiest, key=lambda done: (-done.at, done.turn))
        count = next((n for n in _growing(len(acts)) if self._doer.scored(acts[:n]).is_hot), 0)
        if not count:
            return None
        acts = acts[:count]
        for done in list(acts):
            fewer = [other for other in acts if other is not done]
            if self._doer.scored(fewer).is_hot:
                acts = fewer
        return self._path(acts, self._doer.scored(acts), False)

    def _path(self, acts: Sequence[Done], found: Score, proven: bool) -> Path:
        steps = tuple(_told(done.one) for done in sorted(acts, key=lambda done: (done.at, done.turn)))
        return Path(tuple(self._earning_attributes(found)), steps, found.total, proven, self._doer.with_acts(acts))

    def _earning_attributes(self, found: Score) -> Iterator[Text]:
        for line in found.lines:
            rule = self._model.rule(line.rule)
            if isinstance(rule, AttributeRule) and line.points > 0:
                bucket = next(bucket for bucket in rule.buckets if bucket.id == line.detail)
                yield Text(f"{rule.label.en}: {bucket.label.en}", f"{rule.label.ja}: {bucket.label.ja}")
        if found.reactivated:
            yield Text("comes back after a pause or a lost deal", "休眠または失注からの復帰")

    # --- weighing sets of acts, whatever their order and times ---

    def _sets(self, done: tuple[ActClass, ...], start: int, left: int, length: int) -> Iterator[tuple[ActClass, ...]]:
        self._nodes += 1
        if self._nodes > MOST_NODES or not self._may_still_be_hot(done, start, left, length):
            return
        if not left:
            yield done
            return
        for index in range(start, len(self._classes)):
            yield from self._sets((*done, self._classes[index]), index, left - 1, length)

    def _may_still_be_hot(self, done: Sequence[ActClass], start: int, left: int, length: int) -> bool:
        best = max((self._alone[one] for one in self._classes[start:]), default=0)
        singly = sum(self._alone[one] for one in done)
        return self._attribute + singly + left * best + self._together(length) >= self._model.hot_threshold

    def _single(self, one: ActClass, number: int) -> int:
        """What one act earns at most by a rule on single acts."""
        rule = self._bounds.rules[number]
        return self._bounds.relaxed.most_by(number, [(one, 1)]) if isinstance(rule, ActRule | ReactivationRule) else 0

    def _together(self, count: int) -> int:
        """What the rules on several acts give at most for so many."""
        total = 0
        for rule in self._bounds.rules:
            if isinstance(rule, SequenceRule):
                total += times(rule, rule.points, count)
            elif not isinstance(rule, ActRule | ReactivationRule | AttributeRule):
                total += self._bounds.relaxed.of_activity(rule, count)
        return total

    def _earned(self, done: Sequence[ActClass]) -> int:
        """At most, with every rule's best timing."""
        return self._attribute + self._bounds.relaxed.most(list(Counter(done).items()))

    def _may_be_hot(self, earned: int, done: Sequence[ActClass]) -> bool:
        if earned < self._model.hot_threshold:
            return False
        acts = [one for one in done if not one.tags.is_open]
        return len(acts) >= self._model.distinct_acts or any(one.tags.strong for one in acts)


def _told(one: ActClass) -> Text:
    """A strong act says what it is: one may be enough where two are asked for."""
    if not one.tags.strong or one.about == one.label:
        return one.label
    return Text(f"{one.label.en} ({one.about.en})", f"{one.label.ja}({one.about.ja})")


def _strong(done: Sequence[ActClass]) -> int:
    return sum(one.tags.strong for one in done)


def _growing(most: int) -> Iterator[int]:
    count = 1
    while count < most:
        yield count
        count = count + max(1, count // 3)
    yield most
