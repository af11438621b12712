"""What the schema cannot say about a model file: doubled ids, unknown names, combinations that mean nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sync.core.text import Text
from sync.scoring.conditions import FLAG_FIELDS
from sync.scoring.definition import ACTIVITY, ATTRIBUTE, BEHAVIOUR, CLAMP, DORMANCY, EXCLUSION
from sync.scoring.document import Document, Path, nearest
from sync.scoring.industries import SECTORS
from sync.scoring.phrases import needle

DEFAULT_WINDOW_DAYS = 90
Data = Mapping[str, Any]
Entries = Sequence[Data]

_RESERVED = (CLAMP, DORMANCY, EXCLUSION)
_AXES = {
    "buckets": ATTRIBUTE,
    "acts": BEHAVIOUR,
    "sequence": BEHAVIOUR,
    "reactivation": BEHAVIOUR,
    "active": ACTIVITY,
    "recency": ACTIVITY,
}
_OF_ACTS = {"cap", "window_days", "once_in_days", "decay"}
_QUESTIONS = {"any_of", "equals", "domains", "list", "level", "sector", "from", "below", "is", "unknown", "other"}
_OF_TEXTS = {"any_of", "equals", "unknown", "other"}
_QUESTIONS_OF = {
    "employees": {"from", "below", "unknown"},
    "email_domain": {"domains", "list", "unknown", "other"},
    "title": _OF_TEXTS | {"level"},
    "industry": _OF_TEXTS | {"sector"},
    **{name: {"is"} for name in FLAG_FIELDS},
}
_DOMAIN = re.compile(r"@?[\w*-]+(\.[\w*-]+)*")


def check(document: Document, tags: Sequence[str]) -> None:
    """Reports to the document; `tags` are those of the vocabulary and of the file."""
    data = document.data
    for path, entries in _lists_with_ids(data):
        _check_ids(document, path, entries)
    for index, rule in enumerate(data["rules"]):
        _check_rule(document, ("rules", index), rule, tags)
    for part, key in (("exclusions", "any"), ("segments", "all")):
        for index, entry in enumerate(data.get(part, [])):
            _check_conditions(document, (part, index, key), entry[key])
    _check_deltas(document, data.get("segments", []), [rule["id"] for rule in data["rules"]])
    _check_bands(document, data)


def _lists_with_ids(data: Data) -> Iterator[tuple[Path, Entries]]:
    for part in ("rules", "exclusions", "segments"):
        yield (part,), data.get(part, [])
    for part in ("tags", "themes"):
        yield ("content", part), data.get("content", {}).get(part, [])
    for index, rule in enumerate(data["rules"]):
        yield ("rules", index, "buckets"), rule.get("buckets", [])
        yield ("rules", index, "acts"), rule.get("acts", [])
        yield ("rules", index, "reactivation", "acts"), rule.get("reactivation", {}).get("acts", [])


def _check_ids(document: Document, path: Path, entries: Entries) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        name = entry.get("id", "")
        if name in seen:
            document.report((*path, index, "id"), _used_twice(name))
        if path == ("rules",) and name in _RESERVED:
            document.report((*path, index, "id"), _reserved(name))
        if name:
            seen.add(name)


def _used_twice(name: str) -> Text:
    return Text(f"id {name!r} is used twice; rename one", f"ID {name!r} が重複しています。どちらかを変更してください")


def _reserved(name: str) -> Text:
    return Text(
        f"id {name!r} is reserved for the ledger; choose another",
        f"ID {name!r} は内訳表示のために予約されています。別の ID にしてください",
    )


# --- rules ---


def _check_rule(document: Document, path: Path, rule: Data, tags: Sequence[str]) -> None:
    sorts = [sort for sort in _AXES if sort in rule]
    if len(sorts) != 1:
        document.report(path, _NO_SORT)
        return
    _check_shape(document, path, rule, sorts[0])
    _check_points(document, path, rule)
    _check_times(document, path, rule)
    for index, bucket in enumerate(rule.get("buckets", [])):
        _check_condition(document, (*path, "buckets", index), bucket, rule.get("field", "title"))
    for below, matchers in _lists_of_acts(path, rule):
        _check_tags(document, below, matchers, tags)


_NO_SORT = Text(
    "a rule needs exactly one of field + buckets, acts, sequence, active, recency, reactivation; "
    "keep one, move the rest to a rule of its own",
    "ルールには field と buckets、acts、sequence、active、recency、reactivation のいずれか一つだけを書きます。"
    "残りは別のルールに分けてください",
)


def _check_shape(document: Document, path: Path, rule: Data, sort: str) -> None:
    axis = _AXES[sort]
    if rule["axis"] != axis:
        document.report(
            (*path, "axis"),
            Text(
                f"a rule with {sort} belongs to {axis}; write axis: {axis}",
                f"{sort} のルールの axis は {axis} です。axis: {axis} と書いてください",
            ),
        )
    if (sort == "buckets") != ("field" in rule):
        document.report(path, _FIELD_AND_BUCKETS)
    if sort not in ("acts", "sequence", "reactivation"):
        for key in sorted(_OF_ACTS & rule.keys()):
            document.report(
                (*path, key),
                Text(
                    f"{key}: not possible with {sort}; remove it", f"{key} は {sort} では使えません。削除してください"
                ),
            )
    if sort == "sequence":
        _check_sequence(document, (*path, sort), rule[sort])
    if sort == "active":
        _check_active(document, (*path, sort), rule[sort])
    if sort == "recency":
        _check_recency(document, (*path, sort), rule[sort])


_FIELD_AND_BUCKETS = Text(
    "field and buckets go together; add the missing one, or remove field",
    "field と buckets は一緒に指定します。不足している方を追加するか、field を削除してください",
)


def _check_sequence(document: Document, path: Path, sequence: Data) -> None:
    given = {"first", "then", "steps"} & sequence.keys()
    if given not in ({"first", "then"}, {"steps"}):
        document.report(
            path,
            Text(
                "a sequence needs first and then, or steps with two or more lists; write one of these",
                "sequence には first と then の組、または2段階以上の steps のどちらかを書いてください",
            ),
        )


def _check_active(document: Document, path: Path, active: Data) -> None:
    for unit in ("days", "months"):
        if active.get(unit, 0) > active.get(f"of_{unit}", 10**6):
            document.report(
                (*path, unit),
                Text(
                    f"{unit} is more than of_{unit}, which nobody can reach; lower it",
                    f"{unit} が of_{unit} を超えており、誰も満たせません。小さくしてください",
                ),
            )
    if active.keys() - {"points"} not in ({"days", "of_days"}, {"months", "of_months"}):
        document.report(
            path,
            Text(
                "active needs days and of_days, or months and of_months; write one of these pairs",
                "active には days と of_days の組、または months と of_months の組のどちらかを書いてください",
            ),
        )


def _check_recency(document: Document, path: Path, steps: Entries) -> None:
    for index, (one, other) in enumerate(pairwise(steps), 1):
        if other["within_days"] <= one["within_days"]:
            document.report(
                (*path, index, "within_days"),
                Text(
                    "within_days must rise from step to step; put the shortest first",
                    "within_days は段階ごとに大きくします。短い順に並べてください",
                ),
            )


def _check_points(document: Document, path: Path, rule: Data) -> None:
    for below, matchers in _lists_of_acts(path, rule):
        if len({entry["points"] > 0 for entry in matchers if entry.get("points")}) > 1:
            document.report(
                below,
                Text(
                    "points of one rule go one way, up or down; make two rules of it",
                    "一つのルールの点数は加点か減点のどちらかに統一します。ルールを二つに分けてください",
                ),
            )


def _check_times(document: Document, path: Path, rule: Data) -> None:
    window = rule.get("window_days", DEFAULT_WINDOW_DAYS)
    if rule.get("once_in_days", 0) > window:
        document.report(
            (*path, "once_in_days"),
            Text(
                f"once_in_days is longer than the window of {window} days; lower it or raise window_days",
                f"once_in_days が集計期間({window} 日)を超えています。小さくするか window_days を延ばしてください",
            ),
        )


def _lists_of_acts(path: Path, rule: Data) -> Iterator[tuple[Path, Entries]]:
    yield (*path, "acts"), rule.get("acts", [])
    yield (*path, "reactivation", "acts"), rule.get("reactivation", {}).get("acts", [])
    sequence = rule.get("sequence", {})
    for part in ("first", "then"):
        yield (*path, "sequence", part), sequence.get(part, [])
    for index, step in enumerate(sequence.get("steps", [])):
        yield (*path, "sequence", "steps", index), step


def _check_tags(document: Document, path: Path, matchers: Entries, tags: Sequence[str]) -> None:
    for index, matcher in enumerate(matchers):
        for key in ("tags", "page_tags"):
            _check_names(document, (*path, index, key), matcher.get(key, []), tags)


def _check_names(document: Document, path: Path, names: Iterable[str], known: Sequence[str]) -> None:
    for position, name in enumerate(names):
        if name not in known:
            document.report((*path, position), nearest(name, known))


# --- conditions ---


def _check_conditions(document: Document, path: Path, conditions: Entries) -> None:
    for position, asked in enumerate(conditions):
        _check_condition(document, (*path, position), asked, asked["field"])


def _check_condition(document: Document, path: Path, data: Data, field: str) -> None:
    asked, allowed = _QUESTIONS & data.keys(), _QUESTIONS_OF.get(field, _OF_TEXTS)
    listed = ", ".join(sorted(allowed))
    if not asked:
        document.report(
            path, Text(f"nothing is asked; add one of {listed}", f"条件がありません。{listed} を指定します")
        )
    for key in sorted(asked - allowed):
        document.report(
            (*path, key),
            Text(
                f"{key} does not fit {field}; remove it, possible are {listed}",
                f"{key} は {field} に使えません。使えるのは {listed} です",
            ),
        )
    if data.get("below", 10**9) <= data.get("from", -1):
        document.report((*path, "below"), _BELOW_FROM)
    if "not_words" in data and "any_of" not in data:
        document.report((*path, "not_words"), _NOT_WORDS_ALONE)
    _check_words(document, path, data)
    _check_names(document, (*path, "sector"), data.get("sector", []), list(SECTORS))
    _check_conditions(document, (*path, "and"), data.get("and", []))


def _check_words(document: Document, path: Path, data: Data) -> None:
    for key in ("any_of", "not_words", "equals"):
        for position, word in enumerate(data.get(key, [])):
            if not needle(word):
                document.report((*path, key, position), _NO_LETTERS)
    for position, domain in enumerate(data.get("domains", [])):
        if not _DOMAIN.fullmatch(domain):
            document.report((*path, "domains", position), _NO_DOMAIN)


_BELOW_FROM = Text(
    "below must exceed from; from is included, below is not",
    "below は from より大きくしてください(from は含み、below は含みません)",
)
_NOT_WORDS_ALONE = Text("not_words needs any_of; add it", "not_words は any_of と一緒に指定してください")
_NO_LETTERS = Text("no letters in this word; remove it", "文字が含まれていません。削除してください")
_NO_DOMAIN = Text(
    "this is no mail domain; write it like rival.co.jp",
    "メールのドメインではありません。rival.co.jp のように書いてください",
)


# --- the model as a whole ---


def _check_deltas(document: Document, segments: Entries, rule_ids: Sequence[str]) -> None:
    for index, segment in enumerate(segments):
        for name in segment.get("deltas", {}):
            if name not in rule_ids:
                document.report(("segments", index, "deltas", name), nearest(name, rule_ids))


def _check_bands(document: Document, data: Data) -> None:
    if data["bands"]["hot"] <= data["bands"]["nurture"]:
        document.report(
            ("bands", "hot"),
            Text("hot must be above nurture; raise it", "hot は nurture より大きい値にしてください"),
        )
    windows = data.get("windows", {})
    if windows.get("win_days", 10**6) < windows.get("opportunity_days", 0):
        document.report(
            ("windows", "win_days"),
            Text(
                "win_days is shorter than opportunity_days, yet a win follows an opportunity; raise it",
                "win_days が opportunity_days より短くなっています。受注は商談の後になるため、長くしてください",
            ),
        )
