"""The reference scorer: facts and a model to a score that is the exact sum of its ledger.

Order of the ledger: rules with their caps, axis sums, clamp of the total, dormancy, exclusion. Everything is an
integer in thousandths. Ageing goes by calendar days of the account's time zone, and what happened after `as_of` has
not happened yet. The result does not depend on the order in which acts are given: they are put in order by time,
then by the store's number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sync.scoring.content import FIRST, Tags, tags_of
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
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    Matcher,
    Model,
    ReactivationRule,
    RecencyRule,
    SequenceRule,
)
from sync.scoring.facts import Act, Facts

EVIDENCE_LIMIT = 10
LOOK_BACK_SECONDS = 90 * 86_400
HOT, NURTURE, HOLD, EXCLUDED, DORMANT = "hot", "nurture", "hold", "excluded", "dormant"
CONDITIONS = ("attribute_floor", "engagement_floor", "distinct_acts", "recycled")  # of being hot, beside the total
_ADJUSTMENTS = {CLAMP: -1, DORMANCY: -2, EXCLUSION: -3}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger."""

    rule: str  # rule id, or clamp, dormancy, exclusion
    axis: str  # attribute, behaviour, activity, adjustment
    points: int  # thousandths
    count: int  # acts the rule took within its window; active days or months for such a rule; else 1
    last_at: int | None
    evidence: tuple[str, ...]  # act ids, newest first, or names of fields
    detail: str  # bucket id, "unknown", "unset", ids of matchers, exclusion id, mode of dormancy
    code: int = 0  # the detail as a number: the bucket's from 1 on (0 for "unset"), or a bit for each matcher


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
    reactivated: bool = False  # a reactivation rule earned points, and we may sell to the person
    mark: int = 0  # equal ledgers have equal marks

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

    @property
    def order(self) -> tuple[int, int, str]:
        return self.act.at, self.act.seq, self.act.id


Days = Callable[[int], int]


def _calendar(timezone: str) -> Days:
    zone = ZoneInfo(timezone)

    def day_of(at: int) -> int:
        return datetime.fromtimestamp(at, zone).toordinal()

    return day_of


def _events(acts: Iterable[Act], model: Model, day_of: Days) -> list[_Event]:
    """Oldest first."""
    events = (_Event(act, tags_of(act, model), day_of(act.at)) for act in acts)
    return sorted(events, key=lambda event: event.order)


def _score(facts: Facts, model: Model, events: Sequence[_Event], as_of: int, day_of: Days) -> Score:
    facts = _known_by(as_of, facts)
    seen = [event for event in events if event.act.at <= as_of]
    qualifying = [event for event in seen if not event.tags.is_open]
    last = qualifying[-1] if qualifying else None
    today, first_day = day_of(as_of), day_of(facts.first_known_at)
    segment = model.segment_of(facts)
    view = _view(facts, model, seen, _woke(qualifying, first_day, model), today)
    given = _given(model.rules_for(segment), view)
    missed = _missed(_without_opens(given, model.rules_for(segment), view), view, last)
    ledger = _Ledger([entry.line for entry in given])
    ledger.clamp()
    dormant = today - (last.day if last else first_day) >= model.dormancy.days
    if dormant:
        ledger.put_to_sleep(model, last)
    exclusion = next((entry.id for entry in model.exclusions if entry.holds(facts, model.reading)), None)
    if exclusion:
        ledger.adjust(EXCLUSION, -ledger.total, detail=exclusion)
    missed = missed if ledger.total >= model.hot_threshold else ()
    return Score(
        attribute=ledger.sum_of(ATTRIBUTE),
        behaviour=ledger.sum_of(BEHAVIOUR),
        activity=ledger.sum_of(ACTIVITY),
        adjustment=ledger.sum_of(ADJUSTMENT),
        total=ledger.total,
        band=_band(ledger.total, model, exclusion, dormant, missed),
        lines=tuple(ledger.lines),
        missed=missed,
        exclusion=exclusion,
        last_act_at=last.act.at if last else None,
        interest=_interest(qualifying, model, today),
        segment=segment,
        reactivated=_reactivated(given, facts, model),
        mark=mark(ledger.lines, model),
    )


def _known_by(as_of: int, facts: Facts) -> Facts:
    """The person without what happened to her only later."""
    if max(facts.lost_at or as_of, facts.recycled_at or as_of) <= as_of:
        return facts
    lost, recycled = ((at if at is not None and at <= as_of else None) for at in (facts.lost_at, facts.recycled_at))
    return replace(facts, lost_at=lost, recycled_at=recycled)


def _woke(qualifying: Sequence[_Event], first_day: int, model: Model) -> _Event | None:
    """The newest act before which the person had done nothing for as long as makes her dormant."""
    before = [first_day, *(event.day for event in qualifying)]
    gaps = zip(before, qualifying, strict=False)
    return next((event for day, event in reversed([*gaps]) if event.day - day >= model.dormancy.days), None)


# --- what the rules give ---


class _View(NamedTuple):
    """What a rule may look at."""

    facts: Facts
    model: Model
    events: Sequence[_Event]  # oldest first; those that may count
    parts: dict[int, list[tuple[_Event, int]]]  # by rule number: who plays which part in it, oldest first
    today: int
    woke: _Event | None


class _Given(NamedTuple):
    """A line, and the acts that score by it: those that earn points, whether or not a cap leaves any."""

    line: Line
    scoring: Sequence[_Event] = ()


def _view(facts: Facts, model: Model, seen: Sequence[_Event], woke: _Event | None, today: int) -> _View:
    """Where dormancy wipes behaviour, acts from before the last sleep stay wiped when a new act wakes the
    person; where it subtracts, they count again."""
    if woke and model.dormancy.mode == ZERO_BEHAVIOUR:
        seen = [event for event in seen if event.order >= woke.order]
    parts: dict[int, list[tuple[_Event, int]]] = {}
    for event in seen:
        for number, part in event.tags.parts:
            parts.setdefault(number, []).append((event, part))
    return _View(facts, model, seen, parts, today, woke)


def _given(rules: Sequence[AnyRule], view: _View) -> list[_Given]:
    """In the order of the rules; one that gives nothing has no line, attributes aside."""
    given = (_given_by(rule, view.parts.get(number, []), view) for number, rule in enumerate(rules))
    return [entry for entry in given if entry]


def _without_opens(given: list[_Given], rules: Sequence[AnyRule], view: _View) -> list[_Given]:
    """What the same rules would give had the person opened no mail: mail clients open mails by themselves."""
    if not any(event.tags.is_open and event.tags.parts for event in view.events):
        return given
    acts = [event for event in view.events if not event.tags.is_open]
    return _given(rules, _view(view.facts, view.model, acts, view.woke, view.today))


def _given_by(rule: AnyRule, found: Sequence[tuple[_Event, int]], view: _View) -> _Given | None:
    if isinstance(rule, AttributeRule):
        return _by_attribute(rule, view)
    if isinstance(rule, ActRule):
        return _by_acts(rule, found, view)
    if isinstance(rule, ReactivationRule):
        return _by_acts(rule, [(event, index) for event, index in found if _comes_back(event, rule, view)], view)
    if isinstance(rule, SequenceRule):
        return _by_sequence(rule, found, view)
    if isinstance(rule, RecencyRule):
        return _by_recency(rule, view)
    return _by_active_days(rule, view) if isinstance(rule, ActiveDaysRule) else _by_active_months(rule, view)


def _by_attribute(rule: AttributeRule, view: _View) -> _Given:
    """Always one line, also with 0 points: "unknown" and "not set" are things a reader should see."""
    buckets = enumerate(rule.buckets, 1)
    code, bucket = next(((code, one) for code, one in buckets if one.holds(view.facts, view.model.reading)), (0, None))
    points = bucket.points if bucket else 0
    detail = bucket.id if bucket else "other"
    if rule.unset and not points and not (bucket and bucket.condition.unknown):
        detail, code = "unset", 0
    return _Given(Line(rule.id, ATTRIBUTE, points, 1, None, (rule.field,), detail, code))


class _Taken(NamedTuple):
    """An act a rule took, with the points it would earn alone and the acts that prove it, newest first."""

    event: _Event
    points: int
    proof: tuple[_Event, ...]
    matcher: int = -1  # its number in the rule, -1 in a sequence


def _by_acts(rule: ActRule | ReactivationRule, found: Sequence[tuple[_Event, int]], view: _View) -> _Given | None:
    taken = [
        _Taken(event, rule.matchers[index].points, (event,), index)
        for event, index in found
        if rule.counts(view.today - event.day)
    ]
    return _counted(rule, taken, view.today)


def _comes_back(event: _Event, rule: ReactivationRule, view: _View) -> bool:
    woke = view.woke
    # Who woke long ago is simply active: she comes back only as long as the waking itself would count.
    if rule.after_dormancy and woke and rule.counts(view.today - woke.day) and event.order >= woke.order:
        return True
    return rule.after_loss and view.facts.lost_at is not None and event.act.at > view.facts.lost_at


def _by_sequence(rule: SequenceRule, found: Sequence[tuple[_Event, int]], view: _View) -> _Given | None:
    """An act at the last step counts when the chain of nearest earlier acts, step by step, began in time."""
    taken: list[_Taken] = []
    chains: dict[int, tuple[_Event, ...]] = {-1: ()}  # by step: the nearest act that got there and those before it
    for event, part in found:
        step = FIRST - part
        if step - 1 not in chains:
            continue
        chain = (event, *chains[step - 1])
        chains[step] = chain
        in_time = event.act.at - chain[-1].act.at <= rule.within_seconds
        if step == len(rule.steps) - 1 and in_time and rule.counts(view.today - event.day):
            taken.append(_Taken(event, rule.points, chain))
    return _counted(rule, taken, view.today)


def _counted(rule: ActRule | SequenceRule | ReactivationRule, taken: Sequence[_Taken], today: int) -> _Given | None:
    """Newest first: so the freshest acts count, and ageing never reshuffles which ones a cool-down skips."""
    if not taken:
        return None
    worth, counted_day = 0, None
    for entry in reversed(taken):
        if counted_day is not None and counted_day - entry.event.day < rule.once_in_days:
            continue
        counted_day = entry.event.day
        worth += entry.points * rule.weight(today - entry.event.day) // 1_000
    matched = sorted({entry.matcher for entry in taken} - {-1})
    line = Line(
        rule=rule.id,
        axis=rule.axis,
        points=worth if rule.cap is None else max(-rule.cap, min(rule.cap, worth)),
        count=len(taken),
        last_at=taken[-1].event.act.at,
        evidence=_evidence(event for entry in taken for event in entry.proof),
        detail="" if isinstance(rule, SequenceRule) else _names(rule.matchers[index] for index in matched),
        code=sum(1 << index for index in matched),
    )
    return _Given(line, [event for entry in taken if entry.points > 0 for event in entry.proof])


def _names(matchers: Iterable[Matcher]) -> str:
    return ",".join(matcher.id for matcher in matchers if matcher.id)


def _evidence(events: Iterable[_Event]) -> tuple[str, ...]:
    newest = sorted({event.order for event in events}, reverse=True)
    return tuple(act_id for _, _, act_id in newest[:EVIDENCE_LIMIT])


def _by_active_days(rule: ActiveDaysRule, view: _View) -> _Given | None:
    recent = [event for event in view.events if not event.tags.is_open and rule.counts(view.today - event.day)]
    days = len({event.day for event in recent})
    return _once(rule, rule.points, days, recent) if days >= rule.days else None


def _by_active_months(rule: ActiveMonthsRule, view: _View) -> _Given | None:
    earliest = _month(view.today) - rule.of_months
    recent = [event for event in view.events if not event.tags.is_open and _month(event.day) > earliest]
    months = len({_month(event.day) for event in recent})
    return _once(rule, rule.points, months, recent) if months >= rule.months else None


@lru_cache(maxsize=4_096)
def _month(day: int) -> int:
    """Calendar months, numbered one after the other."""
    on = date.fromordinal(day)
    return on.year * 12 + on.month


def _by_recency(rule: RecencyRule, view: _View) -> _Given | None:
    acts = [event for event in view.events if not event.tags.is_open][-1:]
    fitting = (step.points for step in rule.steps if acts and view.today - acts[0].day < step.within_days)
    points = next(fitting, None)
    return None if points is None else _once(rule, points, 1, acts)


def _once(rule: AnyRule, points: int, count: int, acts: Sequence[_Event]) -> _Given:
    """The line of a rule that looks at all acts together."""
    line = Line(rule.id, rule.axis, points, count, acts[-1].act.at, _evidence(acts), "")
    return _Given(line, acts if points > 0 else ())


# --- what becomes of it ---


@dataclass(slots=True)
class _Ledger:
    """Lines in the making."""

    lines: list[Line]

    def sum_of(self, axis: str) -> int:
        return sum(line.points for line in self.lines if line.axis == axis)

    @property
    def total(self) -> int:
        return sum(line.points for line in self.lines)

    def adjust(self, rule: str, points: int, last_at: int | None = None, detail: str = "") -> None:
        self.lines.append(Line(rule, ADJUSTMENT, points, 1, last_at, (), detail))

    def clamp(self) -> None:
        clamped = max(0, min(TOP, self.total))
        if clamped != self.total:
            self.adjust(CLAMP, clamped - self.total)

    def put_to_sleep(self, model: Model, last: _Event | None) -> None:
        """The line stands also when nothing is left to take, so that the reader sees the dormancy."""
        if model.dormancy.mode == ZERO_BEHAVIOUR:
            taken = max(0, self.sum_of(BEHAVIOUR) + self.sum_of(ACTIVITY))
        else:
            taken = model.dormancy.points
        self.adjust(DORMANCY, -min(taken, self.total), last.act.at if last else None, model.dormancy.mode)


def _missed(given: Sequence[_Given], view: _View, last: _Event | None) -> tuple[str, ...]:
    """Hot conditions beside the total that do not hold, before any adjustment; `given` is without mail opens."""
    model, recycled_at = view.model, view.facts.recycled_at
    attribute = sum(entry.line.points for entry in given if entry.line.axis == ATTRIBUTE)
    engagement = sum(entry.line.points for entry in given if entry.line.axis != ATTRIBUTE)
    acts = [event for entry in given for event in entry.scoring]
    distinct = len({event.tags.key for event in acts})
    holds = (
        attribute >= model.attribute_floor,
        engagement >= model.engagement_floor,
        distinct >= model.distinct_acts or any(event.tags.strong for event in acts),
        recycled_at is None or (last is not None and last.act.at > recycled_at),
    )
    return tuple(name for name, held in zip(CONDITIONS, holds, strict=True) if not held)


def _band(total: int, model: Model, exclusion: str | None, dormant: bool, missed: tuple[str, ...]) -> str:
    if exclusion:
        return EXCLUDED
    if dormant:
        return DORMANT
    if total >= model.hot_threshold and not missed:
        return HOT
    return NURTURE if total >= model.nurture_threshold else HOLD


def _reactivated(given: Sequence[_Given], facts: Facts, model: Model) -> bool:
    if facts.customer or facts.opted_out:
        return False
    rules = {rule.id for rule in model.rules if isinstance(rule, ReactivationRule)}
    return any(entry.line.rule in rules and entry.line.points > 0 for entry in given)


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


# --- telling ledgers apart ---


def mark(lines: Iterable[Line], model: Model) -> int:
    """A checksum of a ledger, linear in its numbers so that SQL can add it up too."""
    numbers = line_numbers(model)
    return sum(_mark_of(line, numbers[line.rule]) for line in lines)


def line_numbers(model: Model) -> dict[str, int]:
    """By `Line.rule`: the rule's position in the model from 0 on, or -1 clamp, -2 dormancy, -3 exclusion."""
    return {**_ADJUSTMENTS, **{rule.id: number for number, rule in enumerate(model.rules)}}


def _mark_of(line: Line, number: int) -> int:
    points, count, code, last_at = mark_weights(number)
    return line.points * points + line.count * count + line.code * code + (line.last_at or 0) % 1_000_003 * last_at


@lru_cache(maxsize=1_024)
def mark_weights(number: int) -> tuple[int, int, int, int]:
    """What a line's points, count, code and time (modulo 1,000,003) weigh in the mark; each below 2**20.

    `number` is one of `line_numbers`.
    """
    digest = hashlib.sha256(f"leadsync mark {number}".encode()).digest()
    points, count, code, last_at = (int.from_bytes(digest[start : start + 4]) % 2**20 for start in (0, 4, 8, 12))
    return points, count, code, last_at
