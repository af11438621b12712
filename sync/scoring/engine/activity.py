"""SQL of rules that look at all acts together: active days, active months, recency. Mail opens are no acts here."""

from __future__ import annotations

from collections.abc import Iterator

from sync.scoring.definition import ActiveDaysRule, ActiveMonthsRule, AnyRule, RecencyRule
from sync.scoring.engine.local_days import DAY
from sync.scoring.engine.lookups import BITS
from sync.scoring.engine.people import PEOPLE
from sync.scoring.engine.steps import CALENDAR, Setting, Step, nothing, union
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


def earliest_day(setting: Setting) -> int:
    """The first day that the calendar has to know."""
    months = max((rule.of_months for _, rule in _rules(setting) if isinstance(rule, ActiveMonthsRule)), default=0)
    return setting.today - max(BITS, 31 * (months + 1)) * DAY


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
    return f"""select d.person_id, {number} as rule, {points} as points, d.taken, d.last_at, 0 as code
from ({_counted(setting, rule)}) d {person} where d.taken >= {least}"""


def _counted(setting: Setting, rule: ActiveDaysRule | ActiveMonthsRule) -> str:
    """On how many days, or in how many months, each acted. Few enough of them are bits of one number."""
    recent = _recent(setting, rule)
    if _span(rule) <= BITS:
        bit = "m.day_bit" if isinstance(rule, ActiveDaysRule) else "m.month_bit"
        return f"""select a.person_id, cast(bit_count(bit_or({bit})) as bigint) as taken, max(a.acted) as last_at
from {recent} group by a.person_id"""
    each = "a.day" if isinstance(rule, ActiveDaysRule) else "m.month"
    return f"""select g.person_id, cast(count(*) as bigint) as taken, max(g.last_at) as last_at from (
select a.person_id, {each}, max(a.acted) as last_at from {recent} group by a.person_id, {each}) g
group by g.person_id"""


def _span(rule: ActiveDaysRule | ActiveMonthsRule) -> int:
    return rule.window_days if isinstance(rule, ActiveDaysRule) else rule.of_months


def _recent(setting: Setting, rule: ActiveDaysRule | ActiveMonthsRule) -> str:
    """Acts that a rule looks at, with what the calendar says where it is asked."""
    if isinstance(rule, ActiveMonthsRule):
        month = setting.days.month(setting.today) - rule.of_months
        return f"{AWAKE} a join {CALENDAR} m on m.day = a.day where a.open = 0 and m.month > {month}"
    calendar = f"join {CALENDAR} m on m.day = a.day" if rule.window_days <= BITS else ""
    return f"{AWAKE} a {calendar} where a.open = 0 and a.day > {setting.today - rule.window_days * DAY}"


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
    columns = f"a.person_id, {number} as rule, l.points, a.acted, a.activity_id, a.subject_id"
    line = f"join {ACTIVE} l on l.person_id = a.person_id and l.rule = {number}"
    who = f"join {persons} w on w.person_id = a.person_id"
    if isinstance(rule, RecencyRule):
        last = "row_number() over (partition by a.person_id order by a.acted desc, a.activity_id desc) as newest"
        acts = f"select a.*, {last} from {AWAKE} a where a.open = 0"
        return f"select {columns} from ({acts}) a {line} {who} where a.newest = 1"
    acts = f"select a.* from {_recent(setting, rule)}"
    return f"select {columns} from ({acts}) a {line} {who}"
