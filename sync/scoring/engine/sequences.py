"""SQL of sequences: acts that go through the steps of a rule in turn.

An act at a step goes on from the nearest earlier act that got to the step before. Of these, later acts never go on from
earlier ones, so running maxima find them: of positions, and of the time when the sequence began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sync.scoring.definition import SequenceRule
from sync.scoring.engine.local_days import DAY
from sync.scoring.engine.steps import STEPS, Setting, Step, listed


def chains_name(prefix: str, length: int) -> str:
    """Acts that end a sequence of so many steps in time: person_id, rule, acted, activity_id, subject_id, day, and the
    positions `nth1`, `nth2`, ... of those before it among the events."""
    return f"{prefix}_chains{length}"


def events_name(prefix: str, length: int) -> str:
    """Acts that can be a step, numbered by person and rule: person_id, rule, bits, acted, activity_id, subject_id, day,
    nth."""
    return f"{prefix}_events{length}"


def chains_steps(setting: Setting, source: str, prefix: str) -> list[Step]:
    """Rules with equally many steps are worked out together."""
    steps = []
    for length, rules in _by_length(setting):
        events = _events(setting, source, rules)
        steps.append(Step(events_name(prefix, length), events, stored=True))
        steps.append(Step(chains_name(prefix, length), _chains(setting, prefix, length, rules), stored=True))
    return steps


def lengths(setting: Setting) -> list[int]:
    return [length for length, _ in _by_length(setting)]


def _by_length(setting: Setting) -> Iterator[tuple[int, dict[int, SequenceRule]]]:
    for length in sorted({len(rule.steps) for rule in setting.sequences.values()}):
        yield length, {number: rule for number, rule in setting.sequences.items() if len(rule.steps) == length}


def _events(setting: Setting, source: str, rules: dict[int, SequenceRule]) -> str:
    """Acts too old to be part of a sequence that still counts are left out."""
    reach = max(rule.window_days + rule.within_seconds // DAY + 1 for rule in rules.values())
    return f"""select a.person_id, s.rule, s.bits, a.acted, a.activity_id, a.subject_id, a.day,
row_number() over (partition by a.person_id, s.rule order by a.acted, a.activity_id) as nth
from {source} a join {STEPS} s on s.subject_id = a.subject_id
where s.rule in ({listed(rules)}) and a.acted > {setting.since(reach)}"""


def _chains(setting: Setting, prefix: str, length: int, rules: dict[int, SequenceRule]) -> str:
    found = events_name(prefix, length)
    for step in range(1, length):
        source = found if step == 1 else f"({found})"
        found = f"select {', '.join(['e.*' if step == 1 else _EVENT, *_before(step)])} from {source} e"
    before = ", ".join(f"e.nth{step}" for step in range(1, length))
    in_time = " or ".join(
        f"(e.rule = {number} and e.acted - e.began <= {rule.within_seconds}"
        f" and e.day > {setting.today - rule.window_days * DAY})"
        for number, rule in rules.items()
    )
    return f"""select {_EVENT}, {before} from ({found}) e
where {_at_step(length)} and e.began is not null and ({in_time})"""


_EVENT = "e.person_id, e.rule, e.bits, e.acted, e.activity_id, e.subject_id, e.day, e.nth"
_EARLIER = "over (partition by e.person_id, e.rule order by e.nth rows between unbounded preceding and 1 preceding)"


def _before(step: int) -> Iterable[str]:
    """For each event, what the nearest earlier act that got to this step went through."""
    here = _at_step(step)
    for position in range(1, step):
        yield f"max(case when {here} then e.nth{position} end) {_EARLIER} as nth{position}"
    arrived = here if step == 1 else f"{here} and e.began is not null"
    yield f"max(case when {arrived} then e.nth end) {_EARLIER} as nth{step}"
    yield f"max(case when {here} then e.{'acted' if step == 1 else 'began'} end) {_EARLIER} as began"


def _at_step(step: int) -> str:
    return f"(e.bits & {1 << (step - 1)}) <> 0"
