"""Made-up persons who show what a model can reach, scored by the reference scorer itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations_with_replacement
from math import comb

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.conditions import DECISION_MAKER, TEXT_FIELDS, Condition
from sync.scoring.content import FIRST, THEN, tags_of
from sync.scoring.definition import ActiveDaysRule, ActRule, AttributeRule, Matcher, Model, SequenceRule, Tag
from sync.scoring.facts import Act, Facts
from sync.scoring.scorer import HOT, Score, score

NOW = 1_750_000_000
ZONE = "UTC"
MOST_TRIES = 3_000  # of paths of one length, about a second
_DAY = 86_400
_GAPS = (600, 8 * 3_600, 20 * 3_600, _DAY, 8 * _DAY)  # for short sequences, for several days, past weekly cool-downs
_ROUNDS, _REST_DAYS = 4, (1, 8, 31)  # doing everything, again after so many days
_UNKNOWN = Facts("", "", "", "", "", None, "", "", (), False, "", "", NOW - _DAY, ())


@dataclass(frozen=True, slots=True)
class Path:
    """How a person with these attributes becomes hot; `fewest`: shown that no shorter path does."""

    attributes: tuple[Text, ...]
    steps: tuple[Text, ...]
    total: int  # thousandths
    fewest: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """One act of the model's vocabulary."""

    act: Act
    label: Text


class Witnesses:
    """Persons with the best attributes the model knows, doing what it rewards."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def cheapest_path(self) -> Path | None:
        """Fewest acts to hot; among equally many, those with the lowest total. None when doing everything
        is not enough either. Where there are too many paths to try, or it takes more rounds, a short one."""
        if self.highest().band != HOT:
            return None
        for length in range(1, len(self._everything) + 1):
            if comb(len(self._steps) + length - 1, length) > MOST_TRIES:
                return self._shortened()
            found = [(result.total, steps) for steps, result in self._tries(length) if result.band == HOT]
            if found:
                total, steps = min(found, key=lambda entry: entry[0])
                return Path(self._best_labels(), tuple(step.label for step in steps), total, True)
        return self._shortened()

    def _shortened(self) -> Path:
        """Everything, less each act that is not needed."""
        steps = list(self._everything)
        for index in reversed(range(len(steps))):
            fewer = steps[:index] + steps[index + 1 :]
            if self._highest(fewer).band == HOT:
                steps = fewer
        return Path(self._best_labels(), tuple(step.label for step in steps), self._highest(steps).total, False)

    def highest(self) -> Score:
        """What doing everything, several times over, leads to."""
        return self._highest(self._everything)

    def _highest(self, steps: Sequence[_Step]) -> Score:
        results = [self._scored(steps, gap) for gap in _GAPS]
        results += [self._scored(steps, 600, rest=days * _DAY) for days in _REST_DAYS]
        return max(results, key=lambda result: (result.is_hot, result.total))

    def bands(self) -> set[str]:
        """Bands of persons with no or the best attributes doing one thing, several or all; idle and excluded ones."""
        persons = [_UNKNOWN, self._best, replace(_UNKNOWN, first_known_at=NOW - 10_000 * _DAY)]
        for exclusion in self.model.exclusions:
            persons += [_with(_UNKNOWN, condition.field, value) for condition in exclusion.conditions
                        for value in self._values(condition)]  # fmt: skip
        found = {score(person, self.model, NOW, ZONE).band for person in persons}
        runs: list[Sequence[_Step]] = [(step,) for step in self._steps]
        runs += [self._everything[:length] for length in range(1, len(self._everything) + 1)]
        for person in (_UNKNOWN, self._best):
            found |= {self._scored(steps, gap, person).band for steps in runs for gap in _GAPS}
        return found

    def opens_alone(self) -> Score:
        acts = tuple(Act(f"o{day}", Kind.EMAIL_OPEN.value, NOW - day * _DAY, content_id=str(day)) for day in range(80))
        return score(replace(self._best, acts=acts), self.model, NOW, ZONE)

    def single_weak_acts_to_hot(self) -> Iterator[Text]:
        """Steps that no tag calls strong and that lead to hot when done again and again, alone."""
        for step in self._steps:
            again = any(self._scored([step] * times, gap).band == HOT for times in (1, 12) for gap in _GAPS)
            if again and not tags_of(step.act, self.model).strong:
                yield step.label

    # --- acts ---

    def _tries(self, length: int) -> Iterator[tuple[tuple[_Step, ...], Score]]:
        for steps in combinations_with_replacement(self._steps, length):
            for gap in _GAPS:
                yield steps, self._scored(steps, gap)

    def _scored(self, steps: Sequence[_Step], gap: int, person: Facts | None = None, rest: int = 0) -> Score:
        """The score after these steps, `gap` seconds apart, with `rest` seconds more between rounds of all steps."""
        last, round_length = len(steps) - 1, len(self._steps)
        acts = tuple(
            replace(step.act, id=f"{index:03d}", at=NOW - (last - index) * gap - (last - index) // round_length * rest)
            for index, step in enumerate(steps)
        )
        return score(replace(person or self._best, acts=acts), self.model, NOW, ZONE)

    @cached_property
    def _everything(self) -> tuple[_Step, ...]:
        return self._steps * _ROUNDS

    @cached_property
    def _steps(self) -> tuple[_Step, ...]:
        """One act for each part a rule can ask for, those that open sequences first."""
        found: dict[object, _Step] = {}
        for number, rule in enumerate(self.model.rules):
            if isinstance(rule, ActRule):
                for index, matcher in enumerate(rule.matchers):
                    if matcher.points > 0:
                        self._note(found, (number, index), matcher, rule.label)
            elif isinstance(rule, SequenceRule):
                for part, matchers in ((FIRST, rule.first), (THEN, rule.then)):
                    for matcher in matchers:
                        self._note(found, (number, part), matcher, rule.label)
            elif isinstance(rule, ActiveDaysRule):
                visit = Act("", Kind.SITE_VISIT.value, NOW)
                found.setdefault("visit", _Step(visit, Text("a site visit", "サイト訪問")))
        opens = {number for number, rule in enumerate(self.model.rules) if isinstance(rule, SequenceRule)}

        def order(step: _Step) -> int:
            parts = tags_of(step.act, self.model).parts
            return 0 if any((number, FIRST) in parts for number in opens) else 1

        return tuple(sorted(found.values(), key=order))

    def _note(self, found: dict[object, _Step], part: tuple[int, int], matcher: Matcher, label: Text) -> None:
        """Keeps the act that plays this part and as many others as possible."""
        plays = [(tags_of(act, self.model).parts, act) for act in self._acts_for(matcher)]
        fitting = [(parts, act) for parts, act in plays if part in parts]
        if fitting:
            parts, act = max(fitting, key=lambda entry: len(entry[0]))
            found.setdefault(parts, _Step(act, self._step_label(parts, matcher, label)))

    def _step_label(self, parts: tuple[tuple[int, int], ...], matcher: Matcher, label: Text) -> Text:
        """All the rules that the act meets by itself, or the content for one that only opens a sequence."""
        met = [
            _full_label(rule, rule.matchers[index])
            for number, index in parts
            if index >= 0 and isinstance(rule := self.model.rules[number], ActRule)
        ]
        if not met:
            return self._content_label(matcher, label)
        return Text(" + ".join(text.en for text in met), " + ".join(text.ja for text in met))

    def _content_label(self, matcher: Matcher, label: Text) -> Text:
        names = matcher.page_tags or matcher.tags
        return next((tag.label for tag in self.model.content.tags if tag.id in names), label)

    def _acts_for(self, matcher: Matcher) -> Iterator[Act]:
        """Acts that ought to meet a matcher, plainest first; the caller checks that they do."""
        wanted = matcher.page_tags or matcher.tags
        tags = [tag for tag in self.model.content.tags if tag.id in wanted]
        for kind in sorted(matcher.kinds):
            if not wanted:
                yield Act("", kind, NOW, content_name="x", responded=True)
            for tag in tags:
                for word in _words(tag):
                    if matcher.page_tags:
                        yield Act("", kind, NOW, url=f"https://example.com/{word}")
                    else:
                        yield Act("", kind, NOW, content_name=word, responded=True)

    # --- attributes ---

    @cached_property
    def _best(self) -> Facts:
        """Each field at the value that earns most over all attribute rules, without being excluded for it."""
        person = _UNKNOWN
        rules = [rule for rule in self.model.rules if isinstance(rule, AttributeRule)]
        for field in dict.fromkeys(rule.field for rule in rules):
            conditions = [bucket.condition for rule in rules if rule.field == field for bucket in rule.buckets]
            options = [person] + [
                _with(person, field, value) for condition in conditions for value in self._values(condition)
            ]
            person = max(options, key=self._worth)
        return person

    def _worth(self, person: Facts) -> tuple[bool, int]:
        result = score(person, self.model, NOW, ZONE)
        return result.exclusion is None, result.attribute

    def _best_labels(self) -> tuple[Text, ...]:
        labels = []
        for line in score(self._best, self.model, NOW, ZONE).lines:
            rule = self.model.rule(line.rule)
            if isinstance(rule, AttributeRule) and line.points > 0:
                bucket = next(bucket for bucket in rule.buckets if bucket.id == line.detail)
                labels.append(Text(f"{rule.label.en}: {bucket.label.en}", f"{rule.label.ja}: {bucket.label.ja}"))
        return tuple(labels)

    def _values(self, condition: Condition) -> list[object]:
        """Values of the field that meet the condition."""
        if condition.unknown:
            return []
        if condition.field == "employees":
            return [condition.low if condition.low else max(1, (condition.below or 2) - 1)]
        if condition.field == "email_domain":
            shown = [pattern.pattern.removeprefix(r"(?:.*\.)?") for pattern in condition.domains]
            return [text.replace(".*", "example.jp").replace("\\", "") for text in shown]
        words: list[object] = [word.strip() for word in condition.equals]
        words += [word.strip() for word in (condition.any_of.wanted if condition.any_of else ())]
        if condition.level == DECISION_MAKER:
            words += [word.strip() for word in self.model.reading.titles.decision_maker.wanted[:5]]
        elif condition.level or condition.other:
            words.append("zzz")
        return words


def _with(person: Facts, field: str, value: object) -> Facts:
    if field == "email_domain":
        return replace(person, email_domains=(str(value),))
    if field == "employees":
        return replace(person, employees=int(str(value)))
    assert field in TEXT_FIELDS
    return replace(person, **{field: str(value)})  # type: ignore[arg-type]


def _full_label(rule: ActRule, matcher: Matcher) -> Text:
    if not matcher.id or matcher.label == rule.label:
        return rule.label
    return Text(f"{rule.label.en}: {matcher.label.en}", f"{rule.label.ja}: {matcher.label.ja}")


def _words(tag: Tag) -> list[str]:
    return [word.strip() for word in (*tag.words.wanted, *tag.url_words.wanted)]
