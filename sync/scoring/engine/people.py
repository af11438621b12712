"""SQL of what is read off persons alone: segment, exclusion, attribute rules, and when they last acted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sync.scoring.conditions import FLAG_FIELDS, Condition
from sync.scoring.definition import AnyRule, AttributeRule, Model, ReactivationRule
from sync.scoring.engine import columns
from sync.scoring.engine.lookups import WORD_BITS, Asked, asked_of, conditions_of, conditions_of_bucket
from sync.scoring.engine.steps import ACTS, PERSONS, SUBJECTS, Setting, Step
from sync.scoring.scorer import mark_weights

SEEN, LAST, PEOPLE = "scoring_seen", "scoring_last", "scoring_people"


def people_steps(setting: Setting) -> list[Step]:
    """SEEN: acts up to now with their day (person_id, acted, activity_id, subject_id, day). LAST: the last act of each
    that was no mail open. PEOPLE: what LINES and SCORES say of attributes, and the days that count from."""
    seen = f"""select a.person_id, a.at as acted, a.activity_id, a.subject_id, {setting.days.sql("a.at")} as day
from {ACTS} a where a.at <= {setting.as_of}"""
    last = f"""select a.person_id, max(a.at) as last_at from {ACTS} a
join {SUBJECTS} s on s.subject_id = a.subject_id
where s.open = 0 and a.at <= {setting.as_of} group by a.person_id"""
    return [Step(SEEN, seen), Step(LAST, last, stored=True), Step(PEOPLE, _People(setting).sql(), stored=True)]


def person_columns(model: Model) -> tuple[str, ...]:
    """The columns of `PERSONS` that a model asks for; the others may be left out."""
    needed = {"person_id", "first_known_at", "recycled_at", *(asked.column for asked in asked_of(model))}
    fields = {condition.field for condition in conditions_of(model)}
    needed |= {"lost_at" if field == "lost_deal" else field for field in fields}
    if any(isinstance(rule, ReactivationRule) for rule in model.rules):
        needed |= {"lost_at", "opted_out", "customer"}
    return tuple(name for name in columns.PERSONS.names if name in needed)


def text_name(asked: Asked) -> str:
    """The look-up table of a field's texts."""
    return f"scoring_text_{asked.field}"


def distinct_texts(asked: Asked) -> str:
    """Numbers of the texts that persons have in a field."""
    return f"select distinct p.{asked.column} as id from {PERSONS} p where p.{asked.column} <> 0"


def attribute_rules(setting: Setting) -> dict[int, AttributeRule]:
    return {number: rule for number, rule in enumerate(setting.model.rules) if isinstance(rule, AttributeRule)}


def attribute_lines(setting: Setting, persons: str) -> list[str]:
    """SELECTs of the attribute lines of persons, rows of PEOPLE with `present`."""
    return [
        f"select p.person_id, {number} as rule, {_points(setting, number)} as points, 1 as taken, "
        f"cast(null as bigint) as last_at, {_code(setting, number)} as code, p.present, 0 as adjusted from {persons} p"
        for number in attribute_rules(setting)
    ]


def buckets(setting: Setting) -> tuple[str, ...]:
    """Columns of PEOPLE with the bucket of each attribute rule, 0 for none."""
    return tuple(f"bucket{number}" for number in attribute_rules(setting))


class _People:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._asked = asked_of(setting.model)
        self._bits = {
            (asked.field, condition): (f"p.{asked.field}_{asked.words[number // WORD_BITS]}", 1 << number % WORD_BITS)
            for asked in self._asked
            for number, condition in enumerate(asked.conditions)
        }

    def sql(self) -> str:
        """Segment, exclusion and buckets are worked out on the texts' bits, sums on the buckets."""
        kept = "p.person_id, p.first_day, p.last_at, p.last_day, p.lost_at, p.recycled_at, p.sellable, p.segment"
        chosen = ", ".join([kept, "p.exclusion", *(f"p.{name}" for name in buckets(self._setting))])
        return f"""select {chosen}, {self._sum()} as attribute, {self._mark()} as attribute_mark
from ({self._chosen(kept.removesuffix(", p.segment"))}) p"""

    def _chosen(self, kept: str) -> str:
        rules = attribute_rules(self._setting).values()
        columns = [
            kept,
            f"{self._first(self._segments())} as segment",
            f"{self._first(self._exclusions())} as exclusion",
            *(
                f"{self._first(self._all(conditions_of_bucket(bucket)) for bucket in rule.buckets)} as {name}"
                for rule, name in zip(rules, buckets(self._setting), strict=True)
            ),
        ]
        return f"select {', '.join(columns)} from ({self._read()}) p"

    def _read(self) -> str:
        setting, columns, joins = self._setting, [], []
        for asked in self._asked:
            alias = f"t_{asked.field}"
            joins.append(f"left join {text_name(asked)} {alias} on {alias}.id = p.{asked.column}")
            columns += [self._bits_of(asked, position, alias) for position in range(len(asked.words))]
        given = person_columns(setting.model)
        columns += [f"p.{name}" for name in ("opted_out", "customer", "open_deal") if name in given]
        columns += ["coalesce(p.employees, 0) as size"] if "employees" in given else []
        for name in ("lost_at", "recycled_at"):  # what happened after `as_of` has not happened yet
            known = f"case when p.{name} <= {setting.as_of} then p.{name} end" if name in given else "null"
            columns.append(f"cast({known} as bigint) as {name}")
        sold_to = (
            "case when p.customer = 0 and p.opted_out = 0 then 1 else 0 end"
            if {"customer", "opted_out"} <= {*given}
            else "0"
        )
        return f"""select {", ".join(["p.person_id", *columns])}, {sold_to} as sellable,
{setting.days.sql("p.first_known_at")} as first_day, l.last_at, {setting.days.sql("l.last_at")} as last_day
from {PERSONS} p left join {LAST} l on l.person_id = p.person_id
{" ".join(joins)}"""

    def _bits_of(self, asked: Asked, position: int, alias: str) -> str:
        blank, default = asked.bits("", self._setting.model)[position], asked.default[position]
        missing = str(default)
        if blank != default:
            missing = f"case when p.{asked.column} = 0 then {blank} else {default} end"
        word = asked.words[position]
        return f"coalesce({alias}.{word}, {missing}) as {asked.field}_{word}"

    def _segments(self) -> Iterable[str]:
        return (self._all(segment.conditions) for segment in self._setting.model.segments)

    def _exclusions(self) -> Iterable[str]:
        for exclusion in self._setting.model.exclusions:
            yield " or ".join(f"({self._all(group)})" for group in exclusion.groups) or "1 = 0"

    def _first(self, conditions: Iterable[str]) -> str:
        """The position, from 1 on, of the first condition that holds."""
        cases = " ".join(f"when {condition} then {position}" for position, condition in enumerate(conditions, 1))
        return f"case {cases} else 0 end" if cases else "0"

    def _all(self, conditions: Iterable[Condition]) -> str:
        return " and ".join(self._holds(condition) for condition in conditions) or "1 = 1"

    def _holds(self, condition: Condition) -> str:
        if condition.field == "employees":
            return _size_holds(condition)
        if condition.field in FLAG_FIELDS:
            return _flag_holds(condition)
        column, bit = self._bits[condition.field, condition]
        return f"({column} & {bit}) <> 0"

    def _sum(self) -> str:
        return " + ".join(f"({_points(self._setting, number)})" for number in attribute_rules(self._setting)) or "0"

    def _mark(self) -> str:
        terms = []
        for number in attribute_rules(self._setting):
            points, count, code, _ = mark_weights(number)
            terms.append(
                f"({_points(self._setting, number)}) * cast({points} as bigint) + {count}"
                f" + ({_code(self._setting, number)}) * {code}"
            )
        return " + ".join(terms) or "0"


def _size_holds(condition: Condition) -> str:
    if condition.unknown:
        return "p.size < 1"
    bounds = [f"p.size >= {max(condition.low or 1, 1)}"]
    bounds += [f"p.size < {condition.below}"] if condition.below is not None else []
    return " and ".join(bounds)


def _flag_holds(condition: Condition) -> str:
    if condition.flag is None:
        return "1 = 0"
    if condition.field == "lost_deal":
        return f"p.lost_at is {'not ' if condition.flag else ''}null"
    return f"p.{condition.field} = {int(condition.flag)}"


def _points(setting: Setting, number: int) -> str:
    return _by_bucket(setting, number, lambda rule, position: rule.buckets[position - 1].points)


def _code(setting: Setting, number: int) -> str:
    def code(rule: AttributeRule, position: int) -> int:
        bucket = rule.buckets[position - 1]
        return 0 if rule.unset and not bucket.points and not bucket.condition.unknown else position

    return _by_bucket(setting, number, code)


def _by_bucket(setting: Setting, number: int, value: Callable[[AttributeRule, int], int]) -> str:
    """What the person's bucket of a rule gives; 0 where none holds."""

    def cases(rules: tuple[AnyRule, ...]) -> str:
        rule = rules[number]
        assert isinstance(rule, AttributeRule)  # segments change points and caps only
        values = ((position, value(rule, position)) for position in range(1, len(rule.buckets) + 1))
        whens = " ".join(f"when {position} then {worth}" for position, worth in values if worth)
        return f"case p.bucket{number} {whens} else 0 end" if whens else "0"

    return setting.by_segment("p", cases)
