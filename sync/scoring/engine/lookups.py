"""Words become numbers: each text and each content is read once, by the functions that the reference scorer uses.

What is read goes into small integer tables that the SQL text joins. A text that means nothing to the model has no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from sync.scoring.conditions import FLAG_FIELDS, TEXT_FIELDS, Condition
from sync.scoring.content import FIRST, tags_of
from sync.scoring.definition import BEHAVIOUR, AttributeRule, Bucket, Model, ReactivationRule, Rule, SequenceRule
from sync.scoring.engine.columns import NUMBER
from sync.scoring.engine.local_days import DAY
from sync.scoring.engine.sieve import DOMAINS, remarkable
from sync.scoring.facts import Act, Facts
from sync.scoring.scorer import mark_weights

SUBJECTS, TAKES, STEPS = "scoring_subjects", "scoring_takes", "scoring_steps"  # names in the SQL text
WORD_BITS = 60  # conditions in one column of bits
_NOBODY = Facts("", "", "", "", "", None, "", "", (), False, "", "", 0, ())


def table_of(columns: tuple[str, ...], rows: Iterable[tuple[int, ...]]) -> pa.Table:
    made = list(rows)
    return pa.table({name: pa.array([row[at] for row in made], NUMBER) for at, name in enumerate(columns)})


# --- attributes ---


@dataclass(frozen=True, slots=True)
class Asked:
    """The conditions a model asks of one text field; their order numbers the bits."""

    field: str  # of `Condition.field`
    conditions: tuple[Condition, ...]

    @property
    def column(self) -> str:
        """The column of PERSONS with the text's number."""
        return "domains" if self.field == DOMAINS else self.field

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(f"bits{number}" for number in range((len(self.conditions) - 1) // WORD_BITS + 1))

    @property
    def default(self) -> tuple[int, ...]:
        """The bits of a text that is filled in and matches nothing."""
        return self._packed(condition.other for condition in self.conditions)

    def bits(self, text: str, model: Model) -> tuple[int, ...]:
        facts = self.facts(text)
        return self._packed(condition.holds(facts, model.reading) for condition in self.conditions)

    def facts(self, text: str) -> Facts:
        if self.field == DOMAINS:
            return _with(email_domains=tuple(text.split()))
        return _with(**{self.field: text})

    def _packed(self, holds: Iterable[bool]) -> tuple[int, ...]:
        packed = [0] * len(self.words)
        for number, held in enumerate(holds):
            packed[number // WORD_BITS] |= int(held) << number % WORD_BITS
        return tuple(packed)


def _with(**known: object) -> Facts:
    values = {name: getattr(_NOBODY, name) for name in Facts.__slots__}
    return Facts(**{**values, **known})


def asked_of(model: Model) -> tuple[Asked, ...]:
    """By text field, every condition the model has."""
    found: dict[str, dict[Condition, None]] = {}
    for condition in conditions_of(model):
        if condition.field not in ("employees", *FLAG_FIELDS):
            found.setdefault(condition.field, {})[condition] = None
    known = (*TEXT_FIELDS, DOMAINS)
    return tuple(Asked(field, tuple(found[field])) for field in known if field in found)


def conditions_of(model: Model) -> Iterable[Condition]:
    for rules in (model.rules, *model.segment_rules.values()):
        for rule in rules:
            if isinstance(rule, AttributeRule):
                for bucket in rule.buckets:
                    yield from conditions_of_bucket(bucket)
    for exclusion in model.exclusions:
        for group in exclusion.groups:
            yield from group
    for segment in model.segments:
        yield from segment.conditions


def conditions_of_bucket(bucket: Bucket) -> tuple[Condition, ...]:
    return (bucket.condition, *bucket.also)


def text_table(asked: Asked, model: Model, numbers: Sequence[int], texts: Sequence[str]) -> pa.Table:
    """(id, bits0, ...) of the texts, none of them empty, whose bits are not those of an unremarkable one."""
    found = remarkable(asked.conditions, model.reading, texts)
    read = ((numbers[position], *asked.bits(texts[position], model)) for position in found)
    return table_of(("id", *asked.words), (row for row in read if row[1:] != asked.default))


# --- acts ---

SUBJECT_COLUMNS = ("subject_id", "open", "strong", "topic")
TAKE_COLUMNS = ("subject_id", "rule", "bit", "code", "points", "span")
STEP_COLUMNS = ("subject_id", "rule", "bits")


@dataclass(frozen=True, slots=True)
class SubjectTables:
    """`subjects`: what each is in itself; acts with equal `topic` are no distinct acts. `takes`: rules (`rule` from 0
    on) and interests (`rule` below 0) that it counts for, within `span` seconds. `steps`: the steps of sequences it
    can be, a bit for each."""

    subjects: pa.Table
    takes: pa.Table
    steps: pa.Table

    def by_name(self) -> dict[str, pa.Table]:
        return {SUBJECTS: self.subjects, TAKES: self.takes, STEPS: self.steps}


class SubjectReader:
    """Reads contents in portions; topics keep their numbers from one to the next."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._topics: dict[tuple[str, str], int] = {}
        self._interests = interest_items(model)

    def tables(self, subjects: Iterable[Mapping[str, object]]) -> SubjectTables:
        """Of rows of `SUBJECTS`."""
        own: list[tuple[int, ...]] = []
        takes: list[tuple[int, ...]] = []
        steps: list[tuple[int, ...]] = []
        for row in subjects:
            number = int(row["id"])  # type: ignore[call-overload]
            tags = tags_of(subject_act(row), self._model)
            topic = self._topics.setdefault(tags.key, len(self._topics))
            own.append((number, int(tags.is_open), int(tags.strong), topic))
            takes += ((number, *take) for take in self._rule_takes(tags.parts))
            if not tags.is_open:
                named = [*(("theme", name) for name in tags.themes), *(("tag", name) for name in tags.interests)]
                span = self._model.dormancy.days * DAY
                takes += ((number, self._interests[name], 0, 0, 0, span) for name in sorted(named))
            steps += ((number, *step) for step in self._steps(tags.parts))
        return SubjectTables(
            table_of(SUBJECT_COLUMNS, own), table_of(TAKE_COLUMNS, takes), table_of(STEP_COLUMNS, steps)
        )

    def _rule_takes(self, parts: Iterable[tuple[int, int]]) -> Iterable[tuple[int, ...]]:
        for number, part in parts:
            rule = self._model.rules[number]
            if not isinstance(rule, SequenceRule):
                points = rule.matchers[part].points  # type: ignore[union-attr]
                yield number, 1 << part, code_of(number, part), points, rule.window_days * DAY

    def _steps(self, parts: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
        found: dict[int, int] = {}
        for number, part in parts:
            if isinstance(self._model.rules[number], SequenceRule):
                found[number] = found.get(number, 0) | 1 << (FIRST - part)
        return found.items()


def subject_act(row: Mapping[str, object]) -> Act:
    return Act(
        id="",
        kind=str(row["kind"]),
        at=0,
        url=str(row["url"]),
        title=str(row["title"]),
        content_id=str(row["content_id"]),
        content_name=str(row["content_name"]),
        content_type=str(row["content_type"]),
        status=str(row["status"]),
        responded=bool(row["responded"]),
    )


def interest_items(model: Model) -> dict[tuple[str, str], int]:
    """Numbers below 0 of themes and of tags, each in the order of their ids: that order settles ties."""
    themes = [("theme", tag.id) for tag in sorted(model.content.themes, key=lambda tag: tag.id)]
    tags = [("tag", tag.id) for tag in sorted(model.content.tags, key=lambda tag: tag.id)]
    return {name: -1 - rank for rank, name in enumerate([*themes, *tags])}


# --- rules ---

CODES_A_RULE = 64
_MARKED = ("points", "count", "code", "last_at")  # the numbers of a line that its mark is made of
WORTH_COLUMNS = ("segment", "code", "week", "points", "worth")


def code_of(rule: int, part: int) -> int:
    """A number for a matcher of a rule, or for a rule's sequence as a whole (part 0)."""
    return rule * CODES_A_RULE + part


def rules_by_segment(model: Model) -> dict[int, tuple[Rule, ...]]:
    """0 for people of no segment."""
    rules: dict[int, tuple[Rule, ...]] = {0: model.rules}
    rules |= {number: model.rules_for(segment.id) for number, segment in enumerate(model.segments, 1)}
    return rules


def points_of(rule: Rule) -> tuple[int, ...]:
    """What one act earns by each matcher, or the whole of a sequence; () where acts are not counted one by one."""
    if isinstance(rule, SequenceRule):
        return (rule.points,)
    return tuple(matcher.points for matcher in getattr(rule, "matchers", ()))


def worth_table(model: Model) -> pa.Table:
    """What an act earns (points) and what its age, in seconds of whole weeks, leaves of it (worth)."""
    rows = []
    for segment, rules in rules_by_segment(model).items():
        for number, rule in enumerate(rules):
            for part, points in enumerate(points_of(rule)):
                for week in range((rule.window_days - 1) // 7 + 1):
                    worth = points * rule.weight(week * 7) // 1_000
                    rows.append((segment, code_of(number, part), week * 7 * DAY, points, worth))
    return table_of(WORTH_COLUMNS, rows)


RULE_COLUMNS = ("segment", "rule", "low", "high", "is_behaviour", "reactivates", *(f"mark_{part}" for part in _MARKED))
_NO_CAP = 2**60


def rule_table(model: Model) -> pa.Table:
    """What ledger lines of each rule are bounded by, and what sums they go into."""
    rows = []
    for segment, rules in rules_by_segment(model).items():
        for number, rule in enumerate(rules):
            high = _NO_CAP if rule.cap is None or not points_of(rule) else rule.cap
            flags = int(rule.axis == BEHAVIOUR), int(isinstance(rule, ReactivationRule))
            rows.append((segment, number, -high, high, *flags, *mark_weights(number)))
    return table_of(RULE_COLUMNS, rows)


INTEREST_COLUMNS = ("rank", "position")


def interest_table(model: Model) -> pa.Table:
    """From ranks (0 for the last of `interest_items`) to positions in the model, themes before tags, from 1 on."""
    items = interest_items(model)
    rows = ((len(items) + number, interest_position(model, name)) for (_, name), number in items.items())
    return table_of(INTEREST_COLUMNS, rows)


def interest_position(model: Model, name: str) -> int:
    """Of a theme's or tag's id; one that names both stands for the theme."""
    names = [tag.id for tag in (*model.content.themes, *model.content.tags)]
    return names.index(name) + 1


CALENDAR_COLUMNS = ("day", "month", "day_bit", "month_bit")
BITS = 60  # days, or months, that one number can hold


def calendar_table(first_day: int, today: int, month: Callable[[int], int]) -> pa.Table:
    """The days up to today; the bits tell how many days, or months, ago they were, 0 for too many."""
    rows = []
    for day in range(first_day, today + 1, DAY):
        ago = (today - day) // DAY, month(today) - month(day)
        rows.append((day, month(day), *(1 << each if each < BITS else 0 for each in ago)))
    return table_of(CALENDAR_COLUMNS, rows)
