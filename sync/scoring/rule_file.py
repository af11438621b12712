"""The `rules` of a model file: cross-reference checks, and building them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync.core.text import Text
from sync.scoring.conditions import Condition, domain_pattern
from sync.scoring.definition import (
    ACTIVITY,
    ATTRIBUTE,
    BEHAVIOUR,
    CLAMP,
    DORMANCY,
    EXCLUSION,
    ActiveDaysRule,
    ActRule,
    AnyRule,
    AttributeRule,
    Bucket,
    Matcher,
    SequenceRule,
)
from sync.scoring.document import Document, Path, nearest
from sync.scoring.phrases import fold, needle, phrases

THOUSAND = 1_000
DEFAULT_WINDOW_DAYS = 90
_RESERVED = (CLAMP, DORMANCY, EXCLUSION)
_SORTS = {"buckets": ATTRIBUTE, "acts": BEHAVIOUR, "sequence": BEHAVIOUR, "active": ACTIVITY}
_QUESTIONS = ("any_of", "equals", "domains", "level", "from", "below", "unknown", "other")


def text(data: Mapping[str, str]) -> Text:
    return Text(data["en"], data["ja"])


# --- checks the schema cannot express ---


def check(document: Document, tags: Sequence[str]) -> None:
    """Reports doubled ids, unknown names and combinations that mean nothing."""
    data = document.data
    for part in ("rules", "exclusions", "segments"):
        _check_ids(document, (part,), data.get(part, []))
    for part in ("tags", "themes"):
        _check_ids(document, ("content", part), data.get("content", {}).get(part, []))
    for index, rule in enumerate(data["rules"]):
        _check_rule(document, ("rules", index), rule, tags)
    for part, key in (("exclusions", "any"), ("segments", "all")):
        for index, entry in enumerate(data.get(part, [])):
            for position, asked in enumerate(entry[key]):
                _check_condition(document, (part, index, key, position), asked, asked["field"])
    rule_ids = [rule["id"] for rule in data["rules"]]
    for index, segment in enumerate(data.get("segments", [])):
        for name in segment.get("deltas", {}):
            if name not in rule_ids:
                document.report(("segments", index, "deltas", name), nearest(name, rule_ids))


def _check_ids(document: Document, path: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        name = entry.get("id", "")
        if name in seen:
            document.report(
                (*path, index, "id"), Text(f"id {name!r} is used twice; rename one", f"ID {name!r} が重複しています")
            )
        if path == ("rules",) and name in _RESERVED:
            document.report(
                (*path, index, "id"),
                Text(f"id {name!r} is reserved for the ledger; choose another", f"ID {name!r} は予約されています"),
            )
        if name:
            seen.add(name)


def _check_rule(document: Document, path: Path, rule: Mapping[str, Any], tags: Sequence[str]) -> None:
    sorts = [sort for sort in _SORTS if sort in rule]
    if len(sorts) != 1:
        document.report(
            path,
            Text(
                "a rule needs exactly one of field + buckets, acts, sequence, active",
                "ルールには field と buckets、acts、sequence、active のいずれか一つだけを書きます",
            ),
        )
        return
    _check_shape(document, path, rule, sorts[0])
    for index, bucket in enumerate(rule.get("buckets", [])):
        _check_condition(document, (*path, "buckets", index), bucket, rule.get("field", "title"))
    _check_ids(document, (*path, "buckets"), rule.get("buckets", []))
    _check_ids(document, (*path, "acts"), rule.get("acts", []))
    sequence = rule.get("sequence", {})
    groups: list[tuple[Path, list[Mapping[str, Any]]]] = [((*path, "acts"), rule.get("acts", []))]
    groups += [((*path, "sequence", part), sequence.get(part, [])) for part in ("first", "then")]
    for below, matchers in groups:
        _check_tags(document, below, matchers, tags)


def _check_shape(document: Document, path: Path, rule: Mapping[str, Any], sort: str) -> None:
    if rule["axis"] != _SORTS[sort]:
        document.report(
            (*path, "axis"),
            Text(f"a rule with {sort} belongs to {_SORTS[sort]}", f"{sort} のルールの axis は {_SORTS[sort]} です"),
        )
    if (sort == "buckets") != ("field" in rule):
        document.report(path, Text("field and buckets go together", "field と buckets は一緒に指定します"))
    timed = {"cap", "window_days", "once_in_days", "decay"} & rule.keys()
    if sort in ("buckets", "active") and timed:
        names = ", ".join(sorted(timed))
        document.report(
            path, Text(f"{names}: not possible with {sort}; remove it", f"{names} は {sort} では使えません")
        )
    if len({entry["points"] > 0 for entry in rule.get("acts", []) if entry["points"]}) > 1:
        document.report(
            (*path, "acts"),
            Text("points of one rule go one way: up or down", "一つのルールの点数は加点か減点のどちらかに統一します"),
        )


def _check_tags(document: Document, path: Path, matchers: Iterable[Mapping[str, Any]], tags: Sequence[str]) -> None:
    for index, matcher in enumerate(matchers):
        for key in ("tags", "page_tags"):
            for position, name in enumerate(matcher.get(key, [])):
                if name not in tags:
                    document.report((*path, index, key, position), nearest(name, tags))


def _check_condition(document: Document, path: Path, data: Mapping[str, Any], field: str) -> None:
    asked = {key for key in _QUESTIONS if key in data}
    allowed = {
        "employees": {"from", "below", "unknown"},
        "email_domain": {"domains", "unknown", "other"},
        "title": {"any_of", "equals", "level", "unknown", "other"},
    }.get(field, {"any_of", "equals", "unknown", "other"})
    if not asked:
        listed = ", ".join(sorted(allowed))
        document.report(
            path, Text(f"nothing is asked; add one of {listed}", f"条件がありません。{listed} を指定します")
        )
    for key in sorted(asked - allowed):
        document.report((*path, key), Text(f"{key} does not fit {field}; remove it", f"{key} は {field} に使えません"))
    if data.get("below", 10**9) <= data.get("from", -1):
        document.report((*path, "below"), Text("below must exceed from", "below は from より大きくしてください"))
    for key in ("any_of", "equals"):
        for position, word in enumerate(data.get(key, [])):
            if not needle(word):
                document.report((*path, key, position), Text("no letters in this word", "文字がありません"))


# --- building ---


def rules(data: Sequence[Mapping[str, Any]], deltas: Mapping[str, int] | None = None) -> tuple[AnyRule, ...]:
    """The rules, with a segment's deltas added to whatever earns or costs points."""
    return tuple(_rule(entry, (deltas or {}).get(entry["id"], 0)) for entry in data)


def _rule(data: Mapping[str, Any], delta: int) -> AnyRule:
    name, axis, label = data["id"], data["axis"], text(data["label"])
    if "buckets" in data:
        buckets = tuple(_bucket(entry, data["field"], delta) for entry in data["buckets"])
        return AttributeRule(name, axis, label, None, 0, 0, (100,), data["field"], buckets)
    if "active" in data:
        active = data["active"]
        points = _points(active["points"], delta)
        return ActiveDaysRule(name, axis, label, points, active["of_days"], 0, (100,), active["days"], points)
    cap = (data["cap"] + max(delta, 0)) * THOUSAND if "cap" in data else None
    window, once = data.get("window_days", DEFAULT_WINDOW_DAYS), data.get("once_in_days", 0)
    decay = tuple(data.get("decay", (100,)))
    if "acts" in data:
        matchers = tuple(_matcher(entry, label, _points(entry["points"], delta)) for entry in data["acts"])
        return ActRule(name, axis, label, cap, window, once, decay, matchers)
    sequence = data["sequence"]
    first, then = (tuple(_matcher(entry, label, 0) for entry in sequence[part]) for part in ("first", "then"))
    seconds, points = sequence["within_hours"] * 3_600, _points(sequence["points"], delta)
    return SequenceRule(name, axis, label, cap, window, once, decay, first, then, seconds, points)


def _points(whole: int, delta: int) -> int:
    return (whole + delta if whole else 0) * THOUSAND


def _bucket(data: Mapping[str, Any], field: str, delta: int) -> Bucket:
    label = text(data["label"]) if "label" in data else Text(data["id"], data["id"])
    listed = [data[key] for key in ("any_of", "equals", "domains") if key in data]
    unset = bool(listed) and not any(listed)
    return Bucket(data["id"], label, condition(data, field), _points(data["points"], delta), unset)


def condition(data: Mapping[str, Any], field: str) -> Condition:
    """A condition as buckets, exclusions and segments write it."""
    return Condition(
        field=field,
        any_of=phrases(data["any_of"], data.get("not_words", [])) if "any_of" in data else None,
        equals=frozenset(fold(word) for word in data.get("equals", [])),
        domains=tuple(domain_pattern(domain) for domain in data.get("domains", [])),
        level=data.get("level", ""),
        low=data.get("from"),
        below=data.get("below"),
        unknown=data.get("unknown", False),
        other=data.get("other", False),
    )


def _matcher(data: Mapping[str, Any], rule_label: Text, points: int) -> Matcher:
    return Matcher(
        id=data.get("id", ""),
        label=text(data["label"]) if "label" in data else rule_label,
        kinds=frozenset(data["kinds"]),
        tags=frozenset(data.get("tags", [])),
        page_tags=frozenset(data.get("page_tags", [])),
        points=points,
    )
