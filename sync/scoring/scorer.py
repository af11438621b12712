"""The reference scorer: facts and a model to a score that is the exact sum of its ledger.

Order of the ledger: rules with their caps, axis sums, clamp of the total, dormancy, exclusion. Everything is an
integer in thousandths. Ageing goes by calendar days of the account's time zone, and acts after `as_of` do not
exist yet. The result does not depend on the order in which acts are given: they are put in order by time, and
by id within a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sync.scoring.content import FIRST, THEN, Tags, tags_of
from sync.scoring.definition import (
    ACTIVITY,
    ADJUSTMENT,
    ATTRIBUTE,
    BEHAVIOUR,
    CLAMP,
    DORMANCY,
    EXCLUSION,
    TOP,
    ZERO_BEHAVIOUR,
    ActiveDaysRule,
    ActRule,
    AttributeRule,
    Model,
    SequenceRule,
)
from sync.scoring.facts import Act, Facts

EVIDENCE_LIMIT = 10
LOOK_BACK_SECONDS = 90 * 86_400
HOT, NURTURE, HOLD, EXCLUDED, DORMANT = "hot", "nurture", "hold", "excluded", "dormant"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger."""

    rule: str  # rule id, or clamp, dormancy, exclusion
    axis: str  # attribute, behaviour, activity, adjustment
    points: int  # thousandths
    count: int  # acts the rule took within its window; active days for an activity rule; else 1
    last_at: int | None
    evidence: tuple[str, ...]  # act ids, newest first, or names of fields
    detail: str  # bucket ids, "unknown", "unset", exclusion id


@dataclass(frozen=True, slots=True)
class Score:
    """attribute + behaviour + activity + adjustment = total; all in thousandths."""

    attribute: int
    behaviour: int
    activity: int
    adjustment: int
    total: int
    band: str
    lines: tuple[Line, ...]
    missed: tuple[str, ...]  # hot conditions that a total at the threshold still lacks
    exclusion: str | None
    last_act_at: int | None  # last qualifying act: any own act but a mail open
    interest: str  # id of the most prominent theme or, without any, tag
    segment: str

    @property
    def is_hot(self) -> bool:
        return self.band == HOT


def score(facts: Facts, model: Model, as_of: int, timezone: str) -> Score:
    """The person's score at an instant (epoch seconds); `timezone` is an IANA name."""
    day_of = _calendar(timezone)
    return _score(facts, model, _events(facts.acts, model, day_of), as_of, day_of)


def hot_since(facts: Facts, model: Model, as_of: int, timezone: str) -> int | None:
    """When the act happened that made the person hot without a break up to `as_of`; None when not hot.

    Looks back 90 days at most. Between two acts a score only ages, so being hot just before the next act
    means being hot all the way there; attributes are taken as they are now.
    """
    day_of = _calendar(timezone)
    events = _events(facts.acts, model, day_of)

    def hot_at(instant: int) -> bool:
        return _score(facts, model, events, instant, day_of).is_hot

    if not hot_at(as_of):
        return None
    since, until = as_of, as_of
    times = {event.act.at for event in events if as_of - LOOK_BACK_SECONDS <= event.act.at <= as_of}
    for at in sorted(times, reverse=True):
        if not (hot_at(until) and hot_at(at)):
            break
        since, until = at, at - 1
    return since


class _Event(NamedTuple):
    act: Act
    tags: Tags
    day: int  # local calendar day


Days = Callable[[int], int]


def _calendar(timezone: str) -> Days:
    zone = ZoneInfo(timezone)

    def day_of(at: int) -> int:
        return datetime.fromtimestamp(at, zone).toordinal()

    return day_of


def _events(acts: Iterable[Act], model: Model, day_of: Days) -> list[_Event]:
    """Oldest first."""
    ordered = sorted(acts, key=lambda act: (act.at, act.id))
    return [_Event(act, tags_of(act, model), day_of(act.at)) for act in ordered]


@dataclass(slots=True)
class _Ledger:
    """Lines in the making, and what the hot conditions need to know beside them."""

    lines: list[Line] = field(default_factory=list)
    sums: dict[str, int] = field(default_factory=lambda: {ATTRIBUTE: 0, BEHAVIOUR: 0, ACTIVITY: 0, ADJUSTMENT: 0})
    from_opens: int = 0  # points that mail opens earned; they count for the total, never for being hot
    scoring: list[_Event] = field(default_factory=list)  # acts that a rule with positive points took

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.sums[line.axis] += line.points

    def adjust(self, rule: str, points: int, last_at: int | None = None, detail: str = "") -> None:
        self.add(Line(rule, ADJUSTMENT, points, 1, last_at, (), detail))

    @property
    def total(self) -> int:
        return sum(self.sums.values())


def _score(facts: Facts, model: Model, events: Sequence[_Event], as_of: int, day_of: Days) -> Score:
    seen = [event for event in events if event.act.at <= as_of]
    today = day_of(as_of)
    qualifying = [event for event in seen if not event.tags.is_open]
    last = qualifying[-1] if qualifying else None
    idle_days = today - (last.day if last else day_of(facts.first_known_at))
    segment = model.segment_of(facts)
    ledger = _Ledger()
    _apply_rules(ledger, facts, model, segment, _awake(seen, qualifying, model), today)
    missed = _missed(ledger, model)
    interest = _interest(qualifying, model, today)
    _clamp(ledger)
    dormant = idle_days >= model.dormancy.days
    if dormant:
        _put_to_sleep(ledger, model, last)
    exclusion = _exclusion(facts, model)
    if exclusion:
        ledger.adjust(EXCLUSION, -ledger.total, detail=exclusion)
    total = ledger.total
    missed = missed if total >= model.hot_threshold else ()
    return Score(
        attribute=ledger.sums[ATTRIBUTE],
        behaviour=ledger.sums[BEHAVIOUR],
        activity=ledger.sums[ACTIVITY],
        adjustment=ledger.sums[ADJUSTMENT],
        total=total,
        band=_band(total, model, exclusion, dormant, missed),
        lines=tuple(ledger.lines),
        missed=missed,
        exclusion=exclusion,
        last_act_at=last.act.at if last else None,
        interest=interest,
        segment=segment,
    )


def _awake(seen: Sequence[_Event], qualifying: Sequence[_Event], model: Model) -> Sequence[_Event]:
    """Acts that may count. Where dormancy wipes behaviour, acts from before the last sleep stay wiped
    when a new act wakes the person; where it subtracts, they count again."""
    if model.dormancy.mode != ZERO_BEHAVIOUR:
        return seen
    woke = None
    for before, after in pairwise(qualifying):
        if after.day - before.day >= model.dormancy.days:
            woke = after
    if woke is None:
        return seen
    return [event for event in seen if (event.act.at, event.act.id) >= (woke.act.at, woke.act.id)]


def _apply_rules(
    ledger: _Ledger, facts: Facts, model: Model, segment: str, events: Sequence[_Event], today: int
) -> None:
    rules = model.rules_for(segment)
    parts: dict[tuple[int, int], list[_Event]] = {}
    taken: dict[int, list[tuple[_Event, int]]] = {}
    for event in events:
        for number, part in event.tags.parts:
            if part >= 0:
                taken.setdefault(number, []).append((event, part))
            else:
                parts.setdefault((number, part), []).append(event)
    for number, rule in enumerate(rules):
        if isinstance(rule, AttributeRule):
            _apply_attribute(ledger, rule, facts, model)
        elif isinstance(rule, ActRule):
            _apply_acts(ledger, rule, taken.get(number, []), today)
        elif isinstance(rule, SequenceRule):
            _apply_sequence(ledger, rule, parts.get((number, FIRST), []), parts.get((number, THEN), []), today)
        else:
            _apply_active_days(ledger, rule, events, today)


def _apply_attribute(ledger: _Ledger, rule: AttributeRule, facts: Facts, model: Model) -> None:
    """Always one line, also with 0 points: "unknown" and "not set" are things a reader should see."""
    bucket = next((entry for entry in rule.buckets if entry.condition.holds(facts, model.reading)), None)
    points = bucket.points if bucket else 0
    detail = bucket.id if bucket else "other"
    if rule.unset and not points and not (bucket and bucket.condition.unknown):
        detail = "unset"
    ledger.add(Line(rule.id, ATTRIBUTE, points, 1, None, (rule.field,), detail))


class _Taken(NamedTuple):
    """An act a rule took, with the points it would earn alone and the acts that prove it, newest first."""

    event: _Event
    points: int
    proof: tuple[_Event, ...]
    detail: str


def _apply_acts(ledger: _Ledger, rule: ActRule, found: Sequence[tuple[_Event, int]], today: int) -> None:
    taken = [
        _Taken(event, rule.matchers[index].points, (event,), rule.matchers[index].id)
        for event, index in found
        if today - event.day < rule.window_days
    ]
    _count(ledger, rule, taken, today)


def _apply_sequence(
    ledger: _Ledger, rule: SequenceRule, first: Sequence[_Event], then: Sequence[_Event], today: int
) -> None:
    """Each `then` act counts whose nearest earlier `first` act lies within the time."""
    taken: list[_Taken] = []
    index = 0
    for event in then:
        while index < len(first) and _before(first[index], event):
            index += 1
        if not index or today - event.day >= rule.window_days:
            continue
        opener = first[index - 1]
        if event.act.at - opener.act.at <= rule.within_seconds:
            taken.append(_Taken(event, rule.points, (event, opener), ""))
    _count(ledger, rule, taken, today)


def _before(one: _Event, other: _Event) -> bool:
    return (one.act.at, one.act.id) < (other.act.at, other.act.id)


def _count(ledger: _Ledger, rule: ActRule | SequenceRule, taken: Sequence[_Taken], today: int) -> None:
    """Newest first: so the freshest acts count, and ageing never reshuffles which ones a cool-down skips."""
    if not taken:
        return
    total, from_opens, counted_day = 0, 0, None
    for entry in reversed(taken):
        if counted_day is not None and counted_day - entry.event.day < rule.once_in_days:
            continue
        counted_day = entry.event.day
        worth = entry.points * rule.weight(today - entry.event.day) // 100
        granted = _capped(total + worth, rule.cap) - total
        total += granted
        if any(event.tags.is_open for event in entry.proof):
            from_opens += granted
    ledger.from_opens += from_opens
    ledger.scoring += [event for entry in taken if entry.points > 0 for event in entry.proof]
    evidence = dict.fromkeys(event.act.id for entry in taken[: -EVIDENCE_LIMIT - 1 : -1] for event in entry.proof)
    details = ",".join(dict.fromkeys(entry.detail for entry in reversed(taken) if entry.detail))
    last_at = taken[-1].event.act.at
    ledger.add(Line(rule.id, BEHAVIOUR, total, len(taken), last_at, tuple(evidence)[:EVIDENCE_LIMIT], details))


def _capped(points: int, cap: int | None) -> int:
    return points if cap is None else max(-cap, min(cap, points))


def _apply_active_days(ledger: _Ledger, rule: ActiveDaysRule, events: Sequence[_Event], today: int) -> None:
    recent = [event for event in events if today - event.day < rule.window_days and not event.tags.is_open]
    days = len({event.day for event in recent})
    if days < rule.days:
        return
    evidence = tuple(event.act.id for event in reversed(recent[-EVIDENCE_LIMIT:]))
    ledger.add(Line(rule.id, ACTIVITY, rule.points, days, recent[-1].act.at, evidence, ""))
    if rule.points > 0:
        ledger.scoring += recent


def _missed(ledger: _Ledger, model: Model) -> tuple[str, ...]:
    """Hot conditions beside the total that do not hold, before any adjustment and without mail opens."""
    acts = [event for event in ledger.scoring if not event.tags.is_open]
    engagement = ledger.sums[BEHAVIOUR] + ledger.sums[ACTIVITY] - ledger.from_opens
    distinct = len({event.tags.key for event in acts})
    missed = []
    if ledger.sums[ATTRIBUTE] < model.attribute_floor:
        missed.append("attribute_floor")
    if engagement < model.engagement_floor:
        missed.append("engagement_floor")
    if distinct < model.distinct_acts and not any(event.tags.strong for event in acts):
        missed.append("distinct_acts")
    return tuple(missed)


def _clamp(ledger: _Ledger) -> None:
    total = ledger.total
    clamped = max(0, min(TOP, total))
    if clamped != total:
        ledger.adjust(CLAMP, clamped - total)


def _put_to_sleep(ledger: _Ledger, model: Model, last: _Event | None) -> None:
    """The line stands also when nothing is left to take, so that the reader sees the dormancy."""
    if model.dormancy.mode == ZERO_BEHAVIOUR:
        taken = max(0, ledger.sums[BEHAVIOUR] + ledger.sums[ACTIVITY])
    else:
        taken = model.dormancy.points
    ledger.adjust(DORMANCY, -min(taken, ledger.total), last.act.at if last else None, model.dormancy.mode)


def _exclusion(facts: Facts, model: Model) -> str | None:
    for exclusion in model.exclusions:
        if any(condition.holds(facts, model.reading) for condition in exclusion.conditions):
            return exclusion.id
    return None


def _band(total: int, model: Model, exclusion: str | None, dormant: bool, missed: tuple[str, ...]) -> str:
    if exclusion:
        return EXCLUDED
    if dormant:
        return DORMANT
    if total >= model.hot_threshold and not missed:
        return HOT
    return NURTURE if total >= model.nurture_threshold else HOLD


def _interest(events: Sequence[_Event], model: Model, today: int) -> str:
    """The theme, else the tag, of most acts since dormancy; then the newest, then the first by id."""
    recent = [event for event in events if today - event.day < model.dormancy.days]
    return _foremost((event.tags.themes, event.act.at) for event in recent) or _foremost(
        (event.tags.interests, event.act.at) for event in recent
    )


def _foremost(named: Iterable[tuple[frozenset[str], int]]) -> str:
    weight: dict[str, tuple[int, int]] = {}
    for names, at in named:
        for name in names:
            weight[name] = (weight.get(name, (0, 0))[0] + 1, at)
    return min(weight, key=lambda name: (-weight[name][0], -weight[name][1], name), default="")
