"""SQL of rules that look at all acts together: active days, active months, recency. Mail opens are no acts here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sync.scoring.definition import ActiveDaysRule, ActiveMonthsRule, AnyRule, RecencyRule
from sync.scoring.engine.local_days import DAY
from sync.scoring.engine.people import PEOPLE
from sync.scoring.engine.steps import MONTHS, SUBJECTS, Setting, Step, nothing, union
from sync.scoring.engine.waking import AWAKE

ACTIVE = "scoring_active"
_LINE = ("person_id", "rule", "points", "taken", "last_at", "code")


def activity_steps(setting: Setting) -> list[Step]:
    """ACTIVE: ledger lines, person_id, rule, points, taken, last_at, code."""
    selects = [_line(setting, number, rule) for number, rule in _rules(setting)]
    return [Step(ACTIVE, union(selects, nothing(*_LINE)), stored=True)]


def activity_proofs(setting: Setting, persons: str) -> list[str]:
    """SELECTs of the acts behind such lines of the persons in a step: person_id, rule, points, acted, activity_id,
    subject_id."""
    return [_proof(setting, number, rule, persons) for number, rule in _rules(setting)]


def earliest_month_day(setting: Setting) -> int:
    """The day from which on months have to be known."""
    months = max((rule.of_months for _, rule in _rules(setting) if isinstance(rule, ActiveMonthsRule)), default=0)
    return setting.today - 31 * DAY * (months + 1)


_Activity = ActiveDaysRule | ActiveMonthsRule | RecencyRule


def _rules(setting: Setting) -> Iterator[tuple[int, _Activity]]:
    for number, rule in enumerate(setting.model.rules):
        if isinstance(rule, ActiveDaysRule | ActiveMonthsRule | RecencyRule):
            yield number, rule


def _line(setting: Setting, number: int, rule: _Activity) -> str:
    points = _points(setting, number)
    if isinstance(rule, RecencyRule):
        return f"""select p.person_id, {number} as rule, {points} as points, 1 as taken, p.last_at, 0 as code
from {PEOPLE} p where p.last_day > {setting.today - rule.steps[-1].within_days * DAY}"""
    least = rule.days if isinstance(rule, ActiveDaysRule) else rule.months
    person = f"join {PEOPLE} p on p.person_id = d.person_id" if setting.segmented else ""
    return f"""select d.person_id, {number} as rule, {points} as points, d.taken, d.last_at, 0 as code from (
select g.person_id, cast(count(*) as bigint) as taken, max(g.last_at) as last_at from ({_groups(setting, rule)}) g
group by g.person_id having count(*) >= {least}) d {person}"""


def _groups(setting: Setting, rule: ActiveDaysRule | ActiveMonthsRule) -> str:
    """Days, or months, on which each acted."""
    recent = _recent(setting, rule)
    group = "a.day" if isinstance(rule, ActiveDaysRule) else "m.month"
    return f"""select a.person_id, {group}, max(a.acted) as last_at from {recent.source}
where {recent.where} group by a.person_id, {group}"""


@dataclass(frozen=True, slots=True)
class _Recent:
    """Acts that a rule looks at."""

    source: str
    where: str


def _recent(setting: Setting, rule: ActiveDaysRule | ActiveMonthsRule) -> _Recent:
    source = f"{AWAKE} a join {SUBJECTS} s on s.subject_id = a.subject_id"
    where = f"s.open = 0 and a.acted > {setting.since(rule.window_days)}"
    if isinstance(rule, ActiveDaysRule):
        return _Recent(source, f"{where} and a.day > {setting.today - rule.window_days * DAY}")
    month = setting.days.month(setting.today) - rule.of_months
    longest = setting.since((rule.of_months + 1) * 31)
    where = f"s.open = 0 and a.acted > {longest} and m.month > {month}"
    return _Recent(f"{source} join {MONTHS} m on m.day = a.day", where)


def _points(setting: Setting, number: int) -> str:
    def points(rules: tuple[AnyRule, ...]) -> str:
        rule = rules[number]
        if not isinstance(rule, RecencyRule):
            return str(rule.points) if isinstance(rule, ActiveDaysRule | ActiveMonthsRule) else "0"
        cases = (
            f"when p.last_day > {setting.today - step.within_days * DAY} then {step.points}" for step in rule.steps
        )
        return f"case {' '.join(cases)} else 0 end"

    return setting.by_segment("p", points)


def _proof(setting: Setting, number: int, rule: _Activity, persons: str) -> str:
    """Only of persons whom the rule gave a line."""
    line = f"join {ACTIVE} l on l.person_id = a.person_id and l.rule = {number}"
    who = f"join {persons} w on w.person_id = a.person_id"
    columns = f"a.person_id, {number} as rule, l.points, a.acted, a.activity_id, a.subject_id"
    if isinstance(rule, RecencyRule):
        last = "row_number() over (partition by a.person_id order by a.activity_id desc) as newest"
        return f"""select x.person_id, x.rule, x.points, x.acted, x.activity_id, x.subject_id from (
select {columns}, {last} from {AWAKE} a join {SUBJECTS} s on s.subject_id = a.subject_id {line} {who}
where s.open = 0 and a.acted = l.last_at) x where x.newest = 1"""
    recent = _recent(setting, rule)
    return f"select {columns} from {recent.source} {line} {who} where {recent.where}"
