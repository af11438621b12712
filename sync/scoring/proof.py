"""What a model can and cannot do, proven from its structure.

"reachable" has a made-up person behind it whom the reference scorer puts there; "unreachable" a bound that nobody can
pass; "undecided" neither, and says how far both got. Nothing is tried at random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.act_space import ActClass, ActSpace
from sync.scoring.bounds import Bounds
from sync.scoring.definition import ACTIVITY, BEHAVIOUR, TOP, ActRule, AttributeRule, Model, ReactivationRule
from sync.scoring.facts import Facts
from sync.scoring.paths import MOST_SCORED, Path, shortest
from sync.scoring.person_space import NOBODY, NOW, PersonSpace, Values, person, person_space
from sync.scoring.person_space import Kind as PersonKind
from sync.scoring.relaxed import attribute_bound
from sync.scoring.scorer import DORMANT, EXCLUDED, HOLD, HOT, NURTURE, Score, score
from sync.scoring.totals import attainable
from sync.scoring.witness import ZONE, Doer, Done

REACHABLE, UNREACHABLE, UNDECIDED = "reachable", "unreachable", "undecided"
_STEPS = 24  # of attributes and of acts on the way from nothing to everything


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found` and `bound` are totals in thousandths: what somebody has, and what nobody passes."""

    state: str
    found: int | None = None
    bound: int | None = None
    person: Facts | None = None  # with her acts, to be scored at `person_space.NOW` in UTC


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that each axis gives to persons of one segment. `lacks`: "" or the condition of being hot that none of
    them can meet, "total" or one of the scorer's."""

    segment: str
    attribute: int
    behaviour: int
    activity: int
    total: int
    lacks: str


@dataclass(frozen=True, slots=True)
class _Case:
    """Persons of one segment, with or without a lost deal, and the one of them with the best attributes."""

    kind: PersonKind
    bounds: Bounds
    best: Doer
    attribute: int  # bound


class Proof:
    """Everything that is asked of one model; what was worked out once is kept."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.acts = ActSpace(model)

    @cached_property
    def persons(self) -> PersonSpace:
        return person_space(self.model)

    # --- bands ---

    def band(self, name: str) -> Verdict:
        if name in (DORMANT, EXCLUDED):
            return self.dormant if name == DORMANT else self.excluded
        return {HOT: self.hot, NURTURE: self.nurture, HOLD: self.hold}[name]

    @cached_property
    def hot(self) -> Verdict:
        bound = max((one.total for one in self.ceilings), default=0)
        best = max(self._cases, key=lambda case: (case.best.most.is_hot, case.best.most.total), default=None)
        if best is None:
            return Verdict(UNREACHABLE if self.persons.exact else UNDECIDED, bound=bound)
        most = best.best.most
        if most.is_hot:
            return Verdict(REACHABLE, most.total, bound, best.best.at_most)
        if all(one.lacks for one in self.ceilings):
            return Verdict(UNREACHABLE, most.total, bound)
        if path := self.path:  # where doing everything costs more than it earns, doing less may be enough
            return Verdict(REACHABLE, path.total, bound, path.person)
        return Verdict(UNDECIDED, most.total, bound)

    @cached_property
    def ceilings(self) -> list[Ceiling]:
        return [self._ceiling(case) for case in self._cases]

    def hot_in(self, segment: str) -> str:
        """Whether people of this segment can be hot, by doing everything that counts."""
        if any(case.best.most.is_hot for case in self._cases if case.kind.segment == segment):
            return REACHABLE
        return UNREACHABLE if all(one.lacks for one in self.ceilings if one.segment == segment) else UNDECIDED

    @cached_property
    def nurture(self) -> Verdict:
        low, high = self.model.nurture_threshold, self.model.hot_threshold
        for case in self._cases:
            for shown in self._growing(case):
                if self._score(shown).band == NURTURE:
                    return Verdict(REACHABLE, self._score(shown).total, person=shown)
        possible = any(self._may_lie_between(case, low, high) for case in self._cases)
        bound = max((one.total for one in self.ceilings), default=0)
        return Verdict(UNDECIDED if possible else UNREACHABLE, bound=bound)

    @cached_property
    def hold(self) -> Verdict:
        lowest = TOP
        for case in self._cases:
            doer = self._doer(case, case.kind.sums[min(case.kind.sums)])
            for shown in chain([_fresh(doer)], map(doer.with_acts, self._costly(case))):
                found = self._score(shown)
                if found.band == HOLD:
                    return Verdict(REACHABLE, found.total, person=shown)
                lowest = min(lowest, found.total)
        bound = min((max(0, min(case.kind.sums) + case.bounds.least) for case in self._cases), default=TOP)
        sure = bound >= self.model.nurture_threshold and self.persons.exact
        return Verdict(UNREACHABLE if sure else UNDECIDED, lowest, bound)

    @cached_property
    def dormant(self) -> Verdict:
        asleep = next((case.best.facts for case in self._cases if case.best.scored().band == DORMANT), None)
        if asleep:
            return Verdict(REACHABLE, person=asleep)
        return Verdict(UNREACHABLE if self.persons.exact else UNDECIDED)

    @cached_property
    def excluded(self) -> Verdict:
        if self.persons.excluding:
            return Verdict(REACHABLE, person=person(next(iter(self.persons.excluding.values()))))
        return Verdict(UNREACHABLE if self.persons.exact else UNDECIDED)

    # --- ways to hot ---

    @cached_property
    def path(self) -> Path | None:
        """The fewest acts to hot, None when nobody was found who is."""
        cases = [case for case, top in zip(self._cases, self.ceilings, strict=True) if not top.lacks]
        tries = MOST_SCORED // max(1, len(cases))
        found = [shortest(self.model, self.acts, case.best, case.bounds, tries) for case in cases]
        known = [path for path in found if path]
        if not known:
            return None
        best = min(known, key=lambda path: len(path.steps))
        return replace(best, fewest=best.fewest and all(path.fewest for path in known))

    @property
    def unknown(self) -> Score:
        """Somebody who was heard of yesterday and of whom nothing else is known."""
        return self._score(NOBODY)

    @cached_property
    def opens_alone(self) -> Verdict:
        """Distinct and strong acts are never mail opens: where one is asked for, opens alone do not get there."""
        if self.model.distinct_acts >= 1:
            return Verdict(UNREACHABLE)
        return self._repeated([one for one in self.acts.simple if one.act.kind == Kind.EMAIL_OPEN])

    @cached_property
    def one_weak_act(self) -> list[tuple[Text, Verdict]]:
        """Weak acts that lead, or may lead, to hot when the same one is done again and again and nothing else."""
        if self.model.distinct_acts >= 2:
            return []  # the same content again is no second distinct act
        weak = [one for one in self.acts.all if not one.tags.strong and not one.tags.is_open]
        found = [(one.label, self._repeated([one])) for one in weak]
        return [(label, verdict) for label, verdict in found if verdict.state != UNREACHABLE]

    @cached_property
    def attributes_alone(self) -> Verdict:
        """`found` is what the best attributes give; without an act nobody has a distinct or strong one."""
        best = max((case.kind.most for case in self._cases), default=0)
        shown = [self._score(_fresh(case.best)) for case in self._cases]
        state = REACHABLE if any(one.is_hot for one in shown) else UNREACHABLE
        return Verdict(state, best, max((case.attribute for case in self._cases), default=0))

    @cached_property
    def behaviour_alone(self) -> Verdict:
        """Whether somebody becomes hot whose attributes earn nothing."""
        bound = max((case.bounds.engagement for case in self._cases), default=0)
        if self.model.attribute_floor > 0 or bound < self.model.hot_threshold:
            return Verdict(UNREACHABLE, bound=bound)
        poor = [(case, max(points for points in case.kind.sums if points <= 0))
                for case in self._cases if min(case.kind.sums) <= 0]  # fmt: skip
        for case, points in poor:
            doer = self._doer(case, case.kind.sums[points])
            if doer.most.is_hot:
                return Verdict(REACHABLE, doer.most.total, bound, doer.at_most)
        return Verdict(UNDECIDED if poor else UNREACHABLE, bound=bound)

    # --- rules ---

    def fires(self, number: int) -> bool:
        """Whether somebody can get points by this rule, or lose some."""
        rule = self.model.rules[number]
        if isinstance(rule, AttributeRule):
            return any(bucket.points and (rule.id, bucket.id) in self.persons.buckets for bucket in rule.buckets)
        cases = [Bounds(self.model, self.acts, case.kind.segment, case.kind.lost) for case in self._cases]
        return any(case.fires(number) for case in cases)

    def plays(self, number: int, part: int) -> bool:
        """Whether any act plays this part in a rule."""
        return bool(self.acts.playing(number, part))

    # --- in detail ---

    @cached_property
    def _cases(self) -> list[_Case]:
        return [self._case(kind) for kind in self.persons.kinds]

    def _case(self, kind: PersonKind) -> _Case:
        bounds = Bounds(self.model, self.acts, kind.segment, kind.lost)
        attribute = kind.most if self.persons.exact else attribute_bound(bounds.rules)
        return _Case(kind, bounds, Doer(self.model, self.acts, kind.best, bounds), attribute)

    def _doer(self, case: _Case, values: Values) -> Doer:
        return Doer(self.model, self.acts, values, case.bounds)

    def _score(self, facts: Facts) -> Score:
        return score(facts, self.model, NOW, ZONE)

    def _ceiling(self, case: _Case) -> Ceiling:
        bounds = case.bounds
        total = min(TOP, case.attribute + bounds.engagement)
        behaviour, activity = bounds.axis(BEHAVIOUR), bounds.axis(ACTIVITY)
        return Ceiling(case.kind.segment, case.attribute, behaviour, activity, total, self._lacks(case, total))

    def _lacks(self, case: _Case, total: int) -> str:
        if total < self.model.hot_threshold:
            return "total"
        if case.attribute < self.model.attribute_floor:
            return "attribute_floor"
        if case.bounds.without_opens < self.model.engagement_floor:
            return "engagement_floor"
        return "" if case.bounds.scoring or self.model.distinct_acts < 1 else "distinct_acts"

    def _growing(self, case: _Case) -> Iterator[Facts]:
        """From no acts to everything that counts, each with attributes from the best to the worst."""
        busiest = sorted(case.best.busiest, key=lambda done: (-done.at, done.turn))
        runs: list[Sequence[Done]] = [busiest[:count] for count in _evenly(range(1, len(busiest) + 1))]
        for points in _evenly(sorted(case.kind.sums, reverse=True)):
            doer = self._doer(case, case.kind.sums[points])
            yield _fresh(doer)
            for one in self.acts.simple:
                yield doer.with_acts([Done(NOW, 0, one)])
            for run in runs:
                yield doer.with_acts(run)

    def _may_lie_between(self, case: _Case, low: int, high: int) -> bool:
        """Whether a total between the thresholds may occur, or one beyond that is kept from being hot."""
        if not self.persons.exact:
            return True
        return self._may_miss(case, high) or attainable(case.bounds.rules, case.kind.sums, low, high)

    def _may_miss(self, case: _Case, high: int) -> bool:
        """Whether somebody with enough points may lack a condition of being hot (being recycled aside)."""
        model, bounds, best = self.model, case.bounds, case.kind.most
        if best + bounds.engagement < high:
            return False
        poor = max((points for points in case.kind.sums if points < model.attribute_floor), default=-TOP)
        if poor + bounds.engagement >= high or best + model.engagement_floor > high:
            return True
        if bounds.engagement > bounds.without_opens or best >= high or model.distinct_acts > 2:
            return True
        weak = [one for one in self.acts.all if not one.tags.strong]
        return model.distinct_acts == 2 and any(best + bounds.by_one(one) >= high for one in weak)

    def _costly(self, case: _Case) -> Iterator[list[Done]]:
        """Acts that lose points, many of each sort, then of all."""
        wanted = [one for one in self.acts.all if any(_loses(case, number, part) for number, part in one.parts)]
        runs = [[Done(NOW, turn, one) for turn in range(100)] for one in wanted]
        yield from runs
        yield [done for run in runs for done in run]

    def _repeated(self, classes: Sequence[ActClass]) -> Verdict:
        """The same content again and again, by the best person of every sort."""
        bound = 0
        for case in self._cases:
            for one in classes:
                bound = max(bound, case.attribute + case.bounds.by_one(one))
                for acts in case.best.again(one):
                    found = case.best.scored(acts, distinct=False)
                    if found.is_hot:
                        return Verdict(REACHABLE, found.total, bound, case.best.with_acts(acts, distinct=False))
        return Verdict(UNREACHABLE if bound < self.model.hot_threshold else UNDECIDED, bound=bound)


def _fresh(doer: Doer) -> Facts:
    """Without acts, and heard of only now, so that she is not dormant yet."""
    return replace(doer.facts, first_known_at=NOW)


def _loses(case: _Case, number: int, part: int) -> bool:
    rule = case.bounds.rules[number]
    return part >= 0 and isinstance(rule, ActRule | ReactivationRule) and rule.matchers[part].points < 0


def _evenly(values: Sequence[int]) -> Sequence[int]:
    """At most so many of them, the first and the last included."""
    step = max(1, -(-len(values) // _STEPS))
    return [*values[::step], *values[-1:]]
