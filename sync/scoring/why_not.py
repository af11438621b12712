"""Why somebody is not hot, as the shortest honest way there: at most three steps, each of them true when applied.

A step is a value to learn that is not known yet, an act that may happen next, or, where nothing else helps, decision
authority that the person lacks. Every way is applied and scored by the reference scorer before it is told, and none of
its parts alone is enough: shorter ways are all tried first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import combinations_with_replacement, permutations

from sync.core.text import Text
from sync.scoring.act_space import ActSpace, matcher_label, together
from sync.scoring.conditions import FLAG_FIELDS
from sync.scoring.content import tags_of
from sync.scoring.definition import (
    TOP,
    ZERO_BEHAVIOUR,
    ActRule,
    AnyRule,
    AttributeRule,
    Model,
    ReactivationRule,
    SequenceRule,
)
from sync.scoring.facts import Act, Facts
from sync.scoring.person_space import asked_by, values_of, with_value
from sync.scoring.scorer import DORMANT, EXCLUDED, HOT, Score, score

MOST_STEPS = 3
_MOST_SCORED = 2_000  # ways of three steps that are scored; those of one and of two all are
_AUTHORITY = ("title",)  # known fields whose better value a salesperson may find in a colleague

_LAST = 2**62  # after whatever the store numbered

LEARN, ACT, LACK = "learn", "act", "lack"


@dataclass(frozen=True, slots=True)
class Step:
    """`kind`: learn (a missing value), act (something she may do), lack (a known value that earns less)."""

    kind: str
    label: Text  # what it is, in the model's words
    points: int  # thousandths that it adds to the sum, after the steps before it
    field: str = ""
    value: object = None
    act: Act | None = None

    def to(self, language: str) -> str:
        return self._text.to(language)

    @property
    def _text(self) -> Text:
        en, ja = self.label.en, self.label.ja
        plus = f"{self.points / 1000:+.3f}".rstrip("0").rstrip(".")
        if self.kind == ACT and self.points <= 0:
            return Text(
                f"one more act: {en} (for a condition of hot, not for its points)",
                f"次の行動: {ja}(加点なし、ホットの条件を満たすため)",
            )
        if self.kind == LEARN:
            return Text(f"if it turns out: {en} ({plus})", f"{ja} と判明すれば {plus} 点")
        if self.kind == ACT:
            return Text(f"one more act: {en} ({plus})", f"次の行動: {ja} {plus} 点")
        return Text(f"lacks {en} ({plus})", f"{ja} に該当しない({plus} 点)")


@dataclass(frozen=True, slots=True)
class Path:
    """Applied together, the steps make her hot; `total` is what she would have."""

    steps: tuple[Step, ...]
    total: int


@dataclass(frozen=True, slots=True)
class WhyNot:
    """`path` None: there is no such way, and `reason` says why. `reason` may also add to a path."""

    hot: bool
    path: Path | None
    reason: Text | None

    def lines(self, language: str) -> list[str]:
        """One line a step, what is to be known before them."""
        said = [self.reason.to(language)] if self.reason else []
        return said + [step.to(language) for step in (self.path.steps if self.path else ())]


def why_not(facts: Facts, model: Model, as_of: int, timezone: str) -> WhyNot:
    """For a person as she is at an instant; `timezone` is an IANA name."""
    return _ways(model).why_not(facts, as_of, timezone)


def shortest_path(facts: Facts, model: Model, as_of: int, timezone: str) -> Path | None:
    """None when she is hot already, or when no three steps make her hot."""
    return why_not(facts, model, as_of, timezone).path


def missing_attribute(facts: Facts, model: Model, as_of: int, timezone: str) -> Path | None:
    """The one unknown value that would make her hot if it turned out best, None when there is none."""
    return _ways(model).missing_attribute(facts, as_of, timezone)


def applied(facts: Facts, steps: Iterable[Step], as_of: int) -> Facts:
    """The person after these steps: the acts have happened just now, in this order, on pages and forms new to her."""
    for number, step in enumerate(steps):
        if step.act:
            new = replace(step.act, id=f"next:{number}", at=as_of, seq=_LAST + number, content_id=f"next{number}",
                          url=step.act.url.replace("//", f"//next{number}.", 1))  # fmt: skip
            facts = replace(facts, acts=(*facts.acts, new))
        else:
            facts = with_value(facts, step.field, step.value)
    return facts


def most_to_learn(model: Model) -> int:
    """No single field adds more than this by becoming known (thousandths): who lacks more need not be looked at."""
    return _ways(model).most_to_learn


@lru_cache(maxsize=4)
def _ways(model: Model) -> _Ways:
    return _Ways(model)


class _Ways:
    def __init__(self, model: Model) -> None:
        self._model = model

    def why_not(self, facts: Facts, as_of: int, timezone: str) -> WhyNot:
        now = score(facts, self._model, as_of, timezone)
        if now.band == HOT:
            return WhyNot(True, None, None)
        if now.band == EXCLUDED:
            return WhyNot(False, None, self._excluded(now))
        path = self._shortest(facts, now, as_of, timezone)
        if path is None:
            return WhyNot(False, None, self._far(now))
        return WhyNot(False, path, _ASLEEP if now.band == DORMANT else None)

    def missing_attribute(self, facts: Facts, as_of: int, timezone: str) -> Path | None:
        now = score(facts, self._model, as_of, timezone)
        if now.band in (HOT, EXCLUDED, DORMANT):
            return None
        trial = _Trial(self._model, facts, now, as_of, timezone)
        found = next(filter(None, (trial.of((step,)) for step in self._to_learn(facts))), None)
        return self._told(facts, now, *found, as_of, timezone) if found else None

    @cached_property
    def most_to_learn(self) -> int:
        """Each rule at its best bucket instead of its worst, of those that a field takes part in."""
        return max((sum(self._swing(field, names) for names in self._rule_sets) for field in self._fields), default=0)

    # --- trying ---

    def _shortest(self, facts: Facts, now: Score, as_of: int, timezone: str) -> Path | None:
        """Fewer steps first; of as many, those without a known value that she lacks."""
        free, lack = [*self._to_learn(facts), *self._acts], list(self._lacking(facts))
        trial = _Trial(self._model, facts, now, as_of, timezone)
        for count in range(1, MOST_STEPS + 1):
            chosen = combinations_with_replacement([*free, *lack], count)
            for steps in sorted(filter(_sensible, chosen), key=_lacks):
                found = trial.of(steps)
                if found:
                    return self._told(facts, now, *found, as_of, timezone)
        return None

    def _told(self, facts: Facts, now: Score, steps: Sequence[Step], found: Score, as_of: int, timezone: str) -> Path:
        """With what each step adds before dormancy and the limits of the score are applied."""
        told, before = [], now
        for count, step in enumerate(steps, 1):
            after = score(applied(facts, steps[:count], as_of), self._model, as_of, timezone)
            label = self._earned(step, before, after) if step.act else step.label
            told.append(replace(step, label=label, points=_raw(after) - _raw(before)))
            before = after
        return Path(tuple(told), found.total)

    def _earned(self, step: Step, before: Score, after: Score) -> Text:
        """The rules that gave more for an act; what it is about where none did."""
        old = {line.rule: line.points for line in before.lines}
        more = {line.rule for line in after.lines if line.points > old.get(line.rule, 0)}
        rules, played = self._model.rules, dict(tags_of(step.act, self._model).parts) if step.act else {}
        labels = []
        for number, rule in enumerate(rules):
            if rule.id in more:
                matched = isinstance(rule, ActRule | ReactivationRule) and number in played
                labels.append(matcher_label(rule, rule.matchers[played[number]]) if matched else rule.label)  # type: ignore[union-attr, arg-type]
        return together(labels) if labels else step.label

    # --- steps there are ---

    @cached_property
    def _acts(self) -> list[Step]:
        """One of each class that plays a part; one that plays none is still an act, and wakes who is dormant."""
        classes = [one for one in ActSpace(self._model).simple if not one.tags.is_open]
        return [Step(ACT, one.about, 0, act=one.act) for one in classes]

    @cached_property
    def _fields(self) -> list[str]:
        asked = [c for rule in self._rules for bucket in rule.buckets for c in asked_by(bucket)]
        return [field for field in dict.fromkeys(c.field for c in asked) if field not in FLAG_FIELDS]

    @cached_property
    def _rules(self) -> list[AttributeRule]:
        return [rule for rule in self._model.rules if isinstance(rule, AttributeRule)]

    @cached_property
    def _rule_sets(self) -> list[list[AttributeRule]]:
        """Of each rule its forms in all segments."""
        segments = ["", *self._model.segment_rules]
        forms = [[rule for rule in self._model.rules_for(one) if isinstance(rule, AttributeRule)] for one in segments]
        return [list(rules) for rules in zip(*forms, strict=True)]

    def _swing(self, field: str, forms: Sequence[AttributeRule]) -> int:
        if self._model.segments:  # the field may decide the segment, and so all rules
            asked = True
        else:
            asked = any(c.field == field for bucket in forms[0].buckets for c in asked_by(bucket))
        points = [0, *(bucket.points for rule in forms for bucket in rule.buckets)]
        return max(points) - min(points) if asked else 0

    @cached_property
    def _values(self) -> dict[str, list[object]]:
        found = {field: values_of(self._model, field) for field in self._fields}
        return {field: [value for value in values if value is not None] for field, values in found.items()}

    def _to_learn(self, facts: Facts) -> Iterator[Step]:
        """Values of unknown fields, one for each bucket that earns more than now."""
        for field in self._fields:
            if self._unknown(facts, field):
                yield from self._better(facts, field, LEARN)

    def _lacking(self, facts: Facts) -> Iterator[Step]:
        for field in _AUTHORITY:
            if field in self._fields and not self._unknown(facts, field):
                yield from self._better(facts, field, LACK)

    def _better(self, facts: Facts, field: str, kind: str) -> Iterator[Step]:
        told: set[str] = set()
        before = self._buckets(facts)
        options = [(self._buckets(with_value(facts, field, value)), value) for value in self._welcome(facts, field)]
        for after, value in sorted(options, key=lambda option: -sum(points for points, _ in option[0])):
            gained = [label for (old, _), (new, label) in zip(before, after, strict=True) if new > old]
            if not (gained or self._with_another(field)):
                continue
            label = together(gained) if gained else self._name(field)
            if label.en not in told:
                told.add(label.en)
                yield Step(kind, label, 0, field, value)

    def _welcome(self, facts: Facts, field: str) -> list[object]:
        """Values that exclude nobody."""
        exclusions, reading = self._model.exclusions, self._model.reading
        return [
            value
            for value in self._values[field]
            if not any(entry.holds(with_value(facts, field, value), reading) for entry in exclusions)
        ]

    def _buckets(self, facts: Facts) -> list[tuple[int, Text]]:
        """Points and words of the bucket that decides, for each attribute rule."""
        found = []
        for rule in self._model.rules_for(self._model.segment_of(facts)):
            if isinstance(rule, AttributeRule):
                bucket = next((one for one in rule.buckets if one.holds(facts, self._model.reading)), None)
                words = bucket.label if bucket else Text("", "")
                label = Text(f"{rule.label.en}: {words.en}", f"{rule.label.ja}: {words.ja}")
                found.append((bucket.points if bucket else 0, label))
        return found

    def _with_another(self, field: str) -> bool:
        """Whether the field is asked only together with another, so that it may need both."""
        return any(field in {c.field for c in bucket.also} for rule in self._rules for bucket in rule.buckets)

    def _name(self, field: str) -> Text:
        return next((rule.label for rule in self._rules if rule.field == field), Text(field, field))

    def _unknown(self, facts: Facts, field: str) -> bool:
        if field == "employees":
            return not facts.employees or facts.employees < 1
        if field == "email_domain":
            return not facts.email_domains
        return not self._model.reading.text(facts, field)

    # --- why there is none ---

    def _excluded(self, now: Score) -> Text:
        entry = next(one for one in self._model.exclusions if one.id == now.exclusion)
        return Text(f"excluded: {entry.reason.en}", f"対象外: {entry.reason.ja}")

    def _far(self, now: Score) -> Text:
        short = max(0, self._model.hot_threshold - now.total) // 1_000
        lacking = ", ".join(now.missed)
        if now.band == DORMANT:
            return Text(
                f"dormant: needs an act of her own first, and more than {MOST_STEPS} steps after it",
                f"休眠中: 本人の行動が必要で、{MOST_STEPS} 段階ではホットに届きません",
            )
        if lacking:
            return Text(
                f"more than {MOST_STEPS} steps away (missing: {lacking})",
                f"{MOST_STEPS} 段階ではホットに届きません(未達の条件: {lacking})",
            )
        return Text(
            f"more than {MOST_STEPS} steps away ({short} points short)",
            f"{MOST_STEPS} 段階ではホットに届きません(あと {short} 点)",
        )


_ASLEEP = Text("dormant: only an act of her own wakes her", "休眠中: 本人の行動があって初めて復帰します")


def _raw(found: Score) -> int:
    return found.attribute + found.behaviour + found.activity


def _sensible(chosen: Sequence[Step]) -> bool:
    """A field is learnt once."""
    fields = [step.field for step in chosen if step.field]
    return len(fields) == len(set(fields))


def _lacks(chosen: Sequence[Step]) -> int:
    return sum(step.kind == LACK for step in chosen)


class _Trial:
    """Ways of one person, tried. What one step adds alone tells which sets of steps cannot be enough."""

    def __init__(self, model: Model, facts: Facts, now: Score, as_of: int, timezone: str) -> None:
        self._model, self._facts, self._now = model, facts, now
        self._as_of, self._timezone = as_of, timezone
        self._gain: dict[Step, int] = {}
        self._left = _MOST_SCORED
        # Where a step changes which rules hold or which acts count, sums of single steps tell nothing.
        wiped = now.band == DORMANT and model.dormancy.mode == ZERO_BEHAVIOUR
        self._additive = not wiped and not model.segments
        self._asleep = now.band == DORMANT

    def of(self, steps: tuple[Step, ...]) -> tuple[tuple[Step, ...], Score] | None:
        """The steps in an order that makes her hot, None when none does."""
        if len(steps) > 1 and self._too_little(steps):
            return None
        for order in self._orders(steps):
            if len(steps) == MOST_STEPS:
                self._left -= 1
                if self._left < 0:
                    return None
            found = score(applied(self._facts, order, self._as_of), self._model, self._as_of, self._timezone)
            if len(steps) == 1:
                self._gain[steps[0]] = _raw(found) - _raw(self._now)
            if found.is_hot:
                return order, found
        return None

    def _too_little(self, steps: tuple[Step, ...]) -> bool:
        if self._asleep and all(step.act is None for step in steps):
            return True
        if not self._additive:
            return False
        gained = sum(max(0, self._gain.get(step, TOP)) for step in steps)
        together = sum(
            _more_together(number, rule, steps, self._model) for number, rule in enumerate(self._model.rules)
        )
        return _raw(self._now) + gained + together < self._model.hot_threshold

    def _orders(self, steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
        """What is learnt first, then the acts; in every order where a sequence may care."""
        known = tuple(step for step in steps if step.kind != ACT)
        acts = [step for step in steps if step.kind == ACT]
        if len(acts) < 2 or not any(isinstance(rule, SequenceRule) for rule in self._model.rules):
            yield (*known, *acts)
            return
        yield from dict.fromkeys((*known, *order) for order in permutations(acts))


def _more_together(number: int, rule: AnyRule, steps: Sequence[Step], model: Model) -> int:
    """What these steps may add by a rule beyond what each adds alone: all acts happen on one day."""
    if isinstance(rule, AttributeRule):
        points = [0, *(bucket.points for bucket in rule.buckets)]
        return max(points) - min(points) if any(bucket.also for bucket in rule.buckets) else 0
    if not isinstance(rule, SequenceRule):
        return 0
    playing = [step for step in steps if step.act and number in dict(tags_of(step.act, model).parts)]
    return max(0, rule.points) * len(playing) if len(playing) > 1 else 0
