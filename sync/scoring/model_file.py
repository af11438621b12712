"""Model file -> Model: schema check, vocabulary, cross references, version. Reports all problems at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sync.core.text import Text
from sync.errors import ConfigError
from sync.scoring import rule_checks, rule_file
from sync.scoring.conditions import DOMAIN_LISTS, Reading
from sync.scoring.definition import Content, Dormancy, Exclusion, Model, Segment, Status, Tag
from sync.scoring.document import Document, Problem, nearest, read_document
from sync.scoring.industries import SectorWords, read_words, shipped_words
from sync.scoring.phrases import fold, phrases
from sync.scoring.titles import read_titles

Shipped = Callable[[str, str], str]  # folder, name -> text of a shipped file
VOCABULARIES = ("standard",)


@dataclass(frozen=True, slots=True)
class WrittenModel:
    """A model and the file it was written in, by line."""

    model: Model
    document: Document


def parse_model(text: str, source: str, shipped: Shipped) -> Model:
    """The model a file describes. `source` names the file in problems."""
    return read_model(text, source, shipped).model


def read_model(text: str, source: str, shipped: Shipped) -> WrittenModel:
    """The same, with its lines. Raises `ConfigError` with every problem found."""
    document = read_document(text, source)
    _refuse(document.problems)
    data = _with_vocabulary(document, shipped)
    _refuse(document.problems)
    rule_checks.check(document, [tag["id"] for tag in data["content"].get("tags", [])])
    _refuse(document.problems)
    return WrittenModel(_model(data), document)


def from_source(source: str) -> Model:
    """The model a `Model.source` came from, with the same version."""
    return _model(json.loads(source))


def bound(model: Model, lists: Mapping[str, Iterable[str]]) -> Model:
    """The model with these domain lists (of `DOMAIN_LISTS`); those not given stay as they are.

    Lists are about the account, not about what was agreed: the version stays.
    """
    for name in lists:
        if name not in DOMAIN_LISTS:
            raise ConfigError(nearest(name, DOMAIN_LISTS))
    data = json.loads(model.source)
    given = {name: sorted({domain.strip().lower() for domain in domains}) for name, domains in lists.items()}
    return _model({**data, "lists": {**data.get("lists", {}), **given}})


def _refuse(problems: list[Problem]) -> None:
    if not problems:
        return
    listed = sorted(problems, key=lambda problem: (problem.source, problem.line, str(problem.path)))
    source, count = listed[0].source, len(listed)

    def lines(language: str) -> str:
        return "\n".join(f"- {problem.to(language)}" for problem in listed)

    raise ConfigError(
        Text(
            f"the scoring model {source} cannot be used, {count} to mend:\n{lines('en')}",
            f"スコアリングモデル {source} を使用できません。修正が必要な箇所は {count} 件です:\n{lines('ja')}",
        )
    )


def _with_vocabulary(document: Document, shipped: Shipped) -> dict[str, Any]:
    """The file's data with what its vocabulary adds; what the file says itself wins, tags by id."""
    own: dict[str, Any] = document.data
    base: dict[str, Any] = {}
    if name := own.get("vocabulary"):
        if name not in VOCABULARIES:
            document.report(("vocabulary",), nearest(name, VOCABULARIES))
            return own
        words = _vocabulary(shipped("vocabulary", name), name)
        document.problems.extend(words.problems)
        base = words.data or {}
    content = {**base.get("content", {}), **own.get("content", {})}
    for part in ("tags", "themes"):
        content[part] = _overlaid(base.get("content", {}).get(part, []), own.get("content", {}).get(part, []))
    # The words behind sectors belong to the version too: they decide who is in one.
    sectors = {"industries": _industries()} if _names_sectors(own) else {}
    return {**base, **own, **sectors, "content": content}


@lru_cache(maxsize=4)
def _vocabulary(text: str, name: str) -> Document:
    return read_document(text, f"vocabulary/{name}.yaml", "vocabulary")


@cache
def _industries() -> Mapping[str, Any]:
    return shipped_words()


def _names_sectors(data: Any) -> bool:
    if isinstance(data, Mapping):
        return "sector" in data or any(_names_sectors(part) for part in data.values())
    return isinstance(data, list) and any(_names_sectors(part) for part in data)


def _overlaid(base: Iterable[Mapping[str, Any]], own: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    merged = {entry["id"]: entry for entry in base}
    merged.update({entry["id"]: entry for entry in own})
    return list(merged.values())


def _model(data: Mapping[str, Any]) -> Model:
    rules = rule_file.rules(data["rules"])
    segments = data.get("segments", [])
    thousand = rule_file.THOUSAND
    return Model(
        name=data["name"],
        version=f"{data['name']}-{_digest(data)}",
        source=_canonical(data),
        label=rule_file.text(data["label"]),
        hot_threshold=data["bands"]["hot"] * thousand,
        nurture_threshold=data["bands"]["nurture"] * thousand,
        attribute_floor=data["hot"]["attribute_floor"] * thousand,
        engagement_floor=data["hot"]["engagement_floor"] * thousand,
        distinct_acts=data["hot"]["distinct_acts"],
        dormancy=_dormancy(data["dormancy"]),
        rules=rules,
        segment_rules={entry["id"]: rule_file.rules(data["rules"], entry.get("deltas", {})) for entry in segments},
        segments=tuple(_segment(entry) for entry in segments),
        exclusions=tuple(_exclusion(entry) for entry in data.get("exclusions", [])),
        reading=_reading(data),
        content=_content(data["content"]),
        many_rules_reason=data.get("many_rules_reason", ""),
        **data.get("windows", {}),
    )


def _digest(data: Mapping[str, Any]) -> str:
    """Of the content, the vocabulary included: comments, layout and the order of keys do not matter."""
    agreed = {key: value for key, value in data.items() if key != "lists"}
    return hashlib.sha256(_canonical(agreed).encode()).hexdigest()[:12]


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _dormancy(data: Mapping[str, Any]) -> Dormancy:
    return Dormancy(data["days"], data["mode"], data.get("points", 0) * rule_file.THOUSAND)


def _segment(data: Mapping[str, Any]) -> Segment:
    conditions = tuple(condition for entry in data["all"] for condition in rule_file.all_of(entry))
    return Segment(data["id"], rule_file.text(data["label"]), conditions)


def _exclusion(data: Mapping[str, Any]) -> Exclusion:
    groups = tuple(rule_file.all_of(entry) for entry in data["any"])
    return Exclusion(data["id"], rule_file.text(data["label"]), rule_file.text(data["reason"]), groups)


def _reading(data: Mapping[str, Any]) -> Reading:
    return Reading(
        read_titles(data.get("titles", {})),
        frozenset(fold(word) for word in data.get("blanks", [])),
        _sector_words(_canonical(data["industries"])) if "industries" in data else None,
        {name: frozenset(domains) for name, domains in data.get("lists", {}).items()},
    )


@lru_cache(maxsize=8)
def _sector_words(words: str) -> SectorWords:
    return read_words(json.loads(words))


def _content(data: Mapping[str, Any]) -> Content:
    return Content(
        tags=tuple(_tag(entry) for entry in data.get("tags", [])),
        themes=tuple(_tag(entry) for entry in data.get("themes", [])),
        statuses=tuple(Status(phrases(entry["words"]), entry["means"]) for entry in data.get("statuses", [])),
        documents=frozenset(extension.lower().lstrip(".") for extension in data.get("documents", [])),
    )


def _tag(data: Mapping[str, Any]) -> Tag:
    words, cut = data.get("words", []), data.get("not_words", [])
    return Tag(
        id=data["id"],
        label=rule_file.text(data["label"]),
        words=phrases(words, cut),
        url_words=phrases([*words, *data.get("url_words", [])], cut),
        kind=data.get("kind", ""),
        implied_by=frozenset(data.get("implied_by", [])),
        strong_for=frozenset(data.get("strong_for", [])),
        interest=data.get("interest", True),
        killer=data.get("killer", False),
    )
