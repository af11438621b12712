"""The `rules` of a model file, built. What is built here has been checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync.core.text import Text
from sync.scoring.conditions import Condition, domain_pattern
from sync.scoring.definition import (
    ACTIVITY,
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    Bucket,
    Matcher,
    ReactivationRule,
    RecencyRule,
    Recent,
    SequenceRule,
)
from sync.scoring.phrases import fold, phrases
from sync.scoring.rule_checks import DEFAULT_WINDOW_DAYS

THOUSAND = 1_000
UNDECAYED = (1_000,)
_LONGEST_MONTH = 31


def text(data: Mapping[str, str]) -> Text:
    return Text(data["en"], data["ja"])


def rules(data: Sequence[Mapping[str, Any]], deltas: Mapping[str, int] | None = None) -> tuple[AnyRule, ...]:
    """The rules, with a segment's deltas added to whatever earns or costs points."""
    return tuple(_rule(entry, (deltas or {}).get(entry["id"], 0)) for entry in data)


def _rule(data: Mapping[str, Any], delta: int) -> AnyRule:
    name, axis, label = data["id"], data["axis"], text(data["label"])
    if "buckets" in data:
        buckets = tuple(_bucket(entry, data["field"], delta) for entry in data["buckets"])
        return AttributeRule(name, axis, label, None, 0, 0, UNDECAYED, data["field"], buckets)
    if "active" in data:
        return _active(data["active"], name, label, delta)
    if "recency" in data:
        steps = tuple(Recent(entry["within_days"], _points(entry["points"], delta)) for entry in data["recency"])
        most = max(abs(step.points) for step in steps)
        return RecencyRule(name, axis, label, most, steps[-1].within_days, 0, UNDECAYED, steps)
    cap = (data["cap"] + max(delta, 0)) * THOUSAND if "cap" in data else None
    window, once = data.get("window_days", DEFAULT_WINDOW_DAYS), data.get("once_in_days", 0)
    common = (name, axis, label, cap, window, once, _decay(data.get("decay", [100]), window))
    if "acts" in data:
        return ActRule(*common, _scoring_matchers(data["acts"], label, delta))
    if "reactivation" in data:
        back = data["reactivation"]
        matchers = _scoring_matchers(back["acts"], label, delta)
        return ReactivationRule(*common, matchers, "dormant" in back["after"], "lost" in back["after"])
    sequence = data["sequence"]
    steps_of_acts = tuple(
        tuple(_matcher(entry, label, 0) for entry in step)
        for step in sequence.get("steps") or (sequence["first"], sequence["then"])
    )
    return SequenceRule(*common, steps_of_acts, sequence["within_hours"] * 3_600, _points(sequence["points"], delta))


def _active(data: Mapping[str, Any], name: str, label: Text, delta: int) -> AnyRule:
    points = _points(data["points"], delta)
    if "months" in data:
        window = data["of_months"] * _LONGEST_MONTH
        common = (name, ACTIVITY, label, abs(points), window, 0, UNDECAYED)
        return ActiveMonthsRule(*common, data["months"], data["of_months"], points)
    return ActiveDaysRule(name, ACTIVITY, label, abs(points), data["of_days"], 0, UNDECAYED, data["days"], points)


def _decay(data: Sequence[int] | Mapping[str, int], window_days: int) -> tuple[int, ...]:
    """Per mille by full weeks of age, from a list of percents or a half-life."""
    if not isinstance(data, Mapping):
        return tuple(percent * 10 for percent in data)
    weeks = range((window_days - 1) // 7 + 1)
    # Decimal powers are rounded the same on every machine.
    return tuple(int(1_000 * Decimal(2) ** (Decimal(-7 * week) / data["half_life_days"])) for week in weeks)


def _points(whole: int, delta: int) -> int:
    return (whole + delta if whole else 0) * THOUSAND


def _bucket(data: Mapping[str, Any], field: str, delta: int) -> Bucket:
    label = text(data["label"]) if "label" in data else Text(data["id"], data["id"])
    listed = [data[key] for key in ("any_of", "equals", "domains", "sector") if key in data]
    unset = bool(listed) and not any(listed)
    also = tuple(condition(entry, entry["field"]) for entry in data.get("and", []))
    return Bucket(data["id"], label, condition(data, field), _points(data["points"], delta), unset, also)


def all_of(data: Mapping[str, Any]) -> tuple[Condition, ...]:
    """A condition of an exclusion or a segment with those that it says must hold too."""
    return tuple(condition(entry, entry["field"]) for entry in (data, *data.get("and", [])))


def condition(data: Mapping[str, Any], field: str) -> Condition:
    """A condition as buckets, exclusions and segments write it."""
    levels = data.get("level", [])
    return Condition(
        field=field,
        any_of=phrases(data["any_of"], data.get("not_words", [])) if "any_of" in data else None,
        equals=frozenset(fold(word) for word in data.get("equals", [])),
        domains=tuple(domain_pattern(domain) for domain in data.get("domains", [])),
        listed=data.get("list", ""),
        levels=frozenset([levels] if isinstance(levels, str) else levels),
        sectors=frozenset(data.get("sector", [])),
        low=data.get("from"),
        below=data.get("below"),
        flag=data.get("is"),
        unknown=data.get("unknown", False),
        other=data.get("other", False),
    )


def _scoring_matchers(data: Sequence[Mapping[str, Any]], label: Text, delta: int) -> tuple[Matcher, ...]:
    return tuple(_matcher(entry, label, _points(entry["points"], delta)) for entry in data)


def _matcher(data: Mapping[str, Any], rule_label: Text, points: int) -> Matcher:
    return Matcher(
        id=data.get("id", ""),
        label=text(data["label"]) if "label" in data else rule_label,
        kinds=frozenset(data["kinds"]),
        tags=frozenset(data.get("tags", [])),
        page_tags=frozenset(data.get("page_tags", [])),
        points=points,
    )
