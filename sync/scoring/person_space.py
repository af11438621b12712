"""Everybody a model can tell apart by attributes, finitely many.

A condition cannot tell two values of its field apart that answer every condition on it alike. So each field is replaced
by one value for every set of answers that occurs: employees by one number a range, flags by yes and no, texts by the
model's own words alone and together. Fields that are never asked about together vary by themselves; only those that
are (in one bucket, exclusion group or in the segments) are combined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from math import prod

from sync.scoring.conditions import FLAG_FIELDS, FREE_MAIL, Condition, Reading
from sync.scoring.definition import AttributeRule, Bucket, Model
from sync.scoring.facts import Facts
from sync.scoring.phrases import Phrases

NOW = 1_750_000_000
LOST_DEAL = "lost_deal"
_FREE = "gmail.com"  # on the list of free mail that comes with the package
_DAY = 86_400
_LONG_AGO = NOW - 8_000 * _DAY
_MOST_VALUES = 400  # of one text field
_MOST_COMBINATIONS = 20_000  # of fields asked about together

NOBODY = Facts("", "", "", "", "", None, "", "", (), False, "", "", NOW - _DAY, ())

Values = dict[str, object]  # field -> value; a field that is missing is unknown
Sums = dict[int, Values]  # points, in thousandths -> somebody who has exactly these


@dataclass(frozen=True, slots=True)
class Kind:
    """Persons of one segment ("" for none), with or without a lost deal; `sums` of those that no rule excludes."""

    segment: str
    lost: bool
    sums: Sums

    @property
    def most(self) -> int:
        return max(self.sums)

    @property
    def best(self) -> Values:
        return self.sums[self.most]


@dataclass(frozen=True, slots=True)
class PersonSpace:
    """`exact`: every combination was looked at. Only then is what is missing here impossible."""

    kinds: tuple[Kind, ...]
    buckets: frozenset[tuple[str, str]]  # (rule, bucket) that decide for somebody
    excluding: Mapping[str, Values]  # exclusion -> somebody whom it excludes
    segments: frozenset[str]  # that somebody is in
    exact: bool


def person_space(model: Model) -> PersonSpace:
    groups = [_Group(model, names) for names in _groups(model)]
    segmenting = [group for group in groups if group.decides]
    kinds: dict[tuple[str, bool], list[Sums]] = {}
    for segment in ("", *(one.id for one in model.segments)):
        for lost in (False, True):
            parts = [group.sums(segment, lost) for group in groups]
            if all(parts):
                kinds[segment, lost] = parts
    found = tuple(Kind(*key, _added(parts)) for key, parts in kinds.items())
    return PersonSpace(
        kinds=found,
        buckets=frozenset(key for group in groups for key in group.buckets),
        excluding={key: values for group in groups for key, values in group.excluding.items()},
        segments=frozenset(name for group in segmenting for name in group.outcomes) or frozenset({""}),
        exact=all(group.exact for group in groups),
    )


def person(values: Values, base: Facts = NOBODY) -> Facts:
    """Somebody with these values."""
    made = base
    for field, value in values.items():
        made = with_value(made, field, value)
    return made


def with_value(facts: Facts, field: str, value: object) -> Facts:
    """The same person with one of `values_of` in a field; None leaves her as she is."""
    if value is None:
        return facts
    if field == "email_domain":
        return replace(facts, email_domains=value)  # type: ignore[arg-type]
    if field == LOST_DEAL:
        return replace(facts, lost_at=_LONG_AGO if value else None)
    return replace(facts, **{field: value})  # type: ignore[arg-type]


def _added(parts: Sequence[Sums]) -> Sums:
    total: Sums = {0: {}}
    for part in parts:
        added: Sums = {}
        for one, values in total.items():
            for other, more in part.items():
                added.setdefault(one + other, {**values, **more})
        total = added
    return total


# --- fields that are asked about together ---


def _groups(model: Model) -> list[tuple[str, ...]]:
    together = [{condition.field for condition in asked} for asked in _asked_together(model)]
    together.append({LOST_DEAL, *(c.field for segment in model.segments for c in segment.conditions)})
    groups: list[set[str]] = []
    for names in together:
        touching = [group for group in groups if not group.isdisjoint(names)]
        groups = [group for group in groups if group.isdisjoint(names)] + [names.union(*touching)]
    return [tuple(sorted(group)) for group in groups]


def _asked_together(model: Model) -> Iterator[tuple[Condition, ...]]:
    for rule in _attribute_rules(model):
        yield tuple(condition for bucket in rule.buckets for condition in asked_by(bucket))
    for exclusion in model.exclusions:
        yield from exclusion.groups


def asked_by(bucket: Bucket) -> tuple[Condition, ...]:
    return bucket.condition, *bucket.also


def _attribute_rules(model: Model, segment: str = "") -> list[AttributeRule]:
    return [rule for rule in model.rules_for(segment) if isinstance(rule, AttributeRule)]


def _conditions(model: Model) -> Iterator[Condition]:
    for asked in _asked_together(model):
        yield from asked
    for segment in model.segments:
        yield from segment.conditions


class _Group:
    """Some fields, and what the model makes of every combination of their values."""

    def __init__(self, model: Model, names: tuple[str, ...]) -> None:
        self._model, self._names = model, names
        self.decides = LOST_DEAL in names  # the segment, and whether a deal was lost
        self._rules = {
            segment: [rule for rule in _attribute_rules(model, segment) if self._asks(rule)]
            for segment in ("", *model.segment_rules)
        }
        self._exclusions = [
            (entry, [group for group in entry.groups if group[0].field in names]) for entry in model.exclusions
        ]
        self.buckets: set[tuple[str, str]] = set()
        self.excluding: dict[str, Values] = {}
        self.outcomes: set[str] = set()
        self._sums: dict[tuple[str, bool], Sums] = {}
        self.exact = self._look()

    def sums(self, segment: str, lost: bool) -> Sums:
        """Points that the fields of this group give to those who are not excluded."""
        return self._sums.get((segment, lost if self.decides else False), {})

    def _asks(self, rule: AttributeRule) -> bool:
        return rule.buckets[0].condition.field in self._names

    def _look(self) -> bool:
        options = [values_of(self._model, name) for name in self._names]
        for chosen in islice(product(*options), _MOST_COMBINATIONS):
            self._note(dict(zip(self._names, chosen, strict=True)))
        sizes = [len(option) for option in options]
        return prod(sizes) <= _MOST_COMBINATIONS and max(sizes) < _MOST_VALUES

    def _note(self, values: Values) -> None:
        facts, reading = person(values), self._model.reading
        segment = self._model.segment_of(facts) if self.decides else ""
        self.outcomes.add(segment)
        fired = [entry.id for entry, groups in self._exclusions if _any_group(groups, facts, reading)]
        for name in fired:
            self.excluding.setdefault(name, values)
        lost = self.decides and facts.lost_at is not None
        for name in [segment] if self.decides else self._rules:
            points = self._points(name, facts)
            if not fired:
                self._sums.setdefault((name, lost), {}).setdefault(points, values)

    def _points(self, segment: str, facts: Facts) -> int:
        total = 0
        for rule in self._rules[segment]:
            bucket = next((one for one in rule.buckets if one.holds(facts, self._model.reading)), None)
            if bucket:
                self.buckets.add((rule.id, bucket.id))
                total += bucket.points
        return total


def _any_group(groups: Iterable[tuple[Condition, ...]], facts: Facts, reading: Reading) -> bool:
    return any(all(condition.holds(facts, reading) for condition in group) for group in groups)


# --- values of one field ---


def values_of(model: Model, field: str) -> list[object]:
    """One value for each set of answers; None stands for "unknown"."""
    if field in FLAG_FIELDS:
        return [False, True]
    asked = list(dict.fromkeys(condition for condition in _conditions(model) if condition.field == field))
    if field == "employees":
        return [None, *_sizes(asked)]
    if field == "email_domain":
        return _closed(_domains(asked, model.reading), asked, model.reading, field)
    return _closed(_words(asked, model), asked, model.reading, field)


def _sizes(asked: Iterable[Condition]) -> list[object]:
    """The first number of every range, from one on."""
    cuts = {1} | {cut for c in asked for cut in (c.low, c.below) if cut is not None and cut > 1}
    return sorted(cuts)  # type: ignore[return-value]


def _closed(atoms: Iterable[object], asked: Sequence[Condition], reading: Reading, field: str) -> list[object]:
    """One value for each set of answers that the atoms give alone or together."""

    def answers(value: object) -> tuple[bool, ...]:
        facts = person({field: value})
        return tuple(condition.holds(facts, reading) for condition in asked)

    single: dict[tuple[bool, ...], object] = {}
    for atom in atoms:
        single.setdefault(answers(atom), atom)
    found = dict(single)
    edge = list(single.values())
    while edge and len(found) < _MOST_VALUES:
        fresh: dict[tuple[bool, ...], object] = {}
        for one, other in product(edge, single.values()):
            both = _both(one, other)
            if (given := answers(both)) not in found:
                fresh.setdefault(given, both)
        found.update(fresh)
        edge = list(fresh.values())
    found.pop(answers(None), None)
    return [None, *found.values()]


def _both(one: object, other: object) -> object:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return tuple(dict.fromkeys((*one, *other)))
    return f"{one} {other}"


def _words(asked: Sequence[Condition], model: Model) -> Iterator[str]:
    """Texts that matter to these conditions, the plainest first. Words that mislead are texts too."""
    yield "zzz"
    for condition in asked:
        yield from sorted(word.strip() for word in condition.equals)
        yield from _phrases(condition.any_of)
    if any(condition.levels for condition in asked):
        yield from model.reading.titles.words.meanings
    wanted = frozenset[str]().union(*(condition.sectors for condition in asked))
    if wanted and (sectors := model.reading.sectors):
        yield from (code.strip() for code, sector in sectors.codes.items() if sector in wanted)
        yield from (word for word, (_, sector) in sectors.words.meanings.items() if sector in wanted)


def _phrases(words: Phrases | None) -> Iterator[str]:
    if words:
        yield from (word.strip() for word in (*words.wanted, *words.misleading))


def _domains(asked: Sequence[Condition], reading: Reading) -> Iterator[tuple[str, ...]]:
    yield ("zzz.example",)
    for condition in asked:
        for pattern in condition.domains:
            shown = pattern.pattern.removeprefix(r"(?:.*\.)?").replace(".*", "example")
            yield (shown.replace("\\", ""),)
        listed = reading.lists.get(condition.listed, {_FREE} if condition.listed == FREE_MAIL else ())
        yield from ((domain,) for domain in sorted(listed)[:1])
