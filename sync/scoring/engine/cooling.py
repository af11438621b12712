"""SQL of cool-downs: which acts of a rule that counts once in so many days are counted.

Acts are picked newest first: of the newest day the newest act, then of the nearest day at least so many days earlier,
and so on. Which day follows on which does not hang on where one begins, so sums along the way can be doubled: after n
rounds each day knows what it and the 2**n - 1 picked after it are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sync.scoring.definition import Rule
from sync.scoring.engine.local_days import DAY
from sync.scoring.engine.lookups import points_of, rules_by_segment
from sync.scoring.engine.steps import Setting, Step


def cool_down_steps(setting: Setting, prefix: str, taken_by: Callable[[Iterable[int]], str]) -> list[Step]:
    """Rules with the same cool-down are worked out together; `taken_by` gives the SELECT of the acts they take."""
    steps = []
    for once, numbers in _by_cool_down(setting):
        name = f"{prefix}_days{once}"
        same = all(_one_worth_a_day(setting, number) for number in numbers)
        steps.append(Step(name, _days(taken_by(numbers), once, same), stored=True))
        for round in range(1, _rounds(setting, once, numbers) + 1):
            doubled = f"{prefix}_days{once}_{round}"
            steps.append(Step(doubled, _doubled(name), stored=True))
            name = doubled
        steps.append(Step(_cooled_name(prefix, once), _picked(name, once)))
    return steps


def cooled_names(setting: Setting, prefix: str) -> list[str]:
    """Steps with person_id, rule and points before the cap, of every rule with a cool-down."""
    return [_cooled_name(prefix, once) for once, _ in _by_cool_down(setting)]


def _cooled_name(prefix: str, once: int) -> str:
    return f"{prefix}_cooled{once}"


def _by_cool_down(setting: Setting) -> Iterator[tuple[int, list[int]]]:
    for once in sorted({rule.once_in_days for rule in setting.counting.values()} - {0}):
        yield once, [number for number, rule in setting.counting.items() if rule.once_in_days == once]


def _days(taken: str, once: int, same: bool) -> str:
    """By person, rule and day: worth of the day's newest act, `next_day` to be picked after this one, and whether the
    day is the `newest`."""
    each = "d.person_id, d.rule"
    if same:
        days = f"""select d.person_id, d.rule, d.day, max(d.worth) as worth from ({taken}) d
group by d.person_id, d.rule, d.day"""
    else:
        order = f"(partition by {each}, d.day order by d.acted desc, d.activity_id desc)"
        days = f"""select d.person_id, d.rule, d.day, d.worth from (
select d.*, row_number() over {order} as newest from ({taken}) d) d where d.newest = 1"""
    window = f"(partition by {each} order by d.day range between unbounded preceding and {once * DAY} preceding)"
    return f"""select {each}, d.day, d.worth, max(d.day) over {window} as next_day,
case when d.day = max(d.day) over (partition by {each}) then 1 else 0 end as newest from ({days}) d"""


def _doubled(name: str) -> str:
    return f"""select a.person_id, a.rule, a.day, a.worth + coalesce(b.worth, 0) as worth, b.next_day, a.newest
from {name} a left join {name} b on b.person_id = a.person_id and b.rule = a.rule and b.day = a.next_day"""


def _picked(name: str, once: int) -> str:
    if once == 1:  # no two days are too near
        return f"""select d.person_id, d.rule, cast(sum(d.worth) as bigint) as points from {name} d
group by d.person_id, d.rule"""
    return f"select d.person_id, d.rule, d.worth as points from {name} d where d.newest = 1"


def _rounds(setting: Setting, once: int, numbers: Iterable[int]) -> int:
    """How often sums have to be doubled until they hold all that can be picked and matters."""
    if once == 1:
        return 0
    most = max(_most(rules[number], once) for rules in rules_by_segment(setting.model).values() for number in numbers)
    return (most - 1).bit_length()


def _most(rule: Rule, once: int) -> int:
    """Acts that can be picked, as far as a cap lets them matter."""
    fitting = (rule.window_days - 1) // once + 1
    points = points_of(rule)
    one_sign = min(points) > 0 or max(points) < 0
    if rule.cap is None or not one_sign or set(rule.decay) != {1_000}:
        return fitting
    return min(fitting, -(-rule.cap // min(abs(each) for each in points)))


def _one_worth_a_day(setting: Setting, number: int) -> bool:
    return all(len(set(points_of(rules[number]))) == 1 for rules in rules_by_segment(setting.model).values())
