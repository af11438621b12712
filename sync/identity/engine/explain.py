"""Partial weights in words: the text of a review page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.core.text import Text
from sync.identity.engine.model import PARTS, Comparison, Model, shipped

DETAIL = "+"  # between the ids of a place's level and of the detail beside it


@dataclass(frozen=True, slots=True)
class Part:
    """What one comparison said about a pair. `level` is the level's id: stable when a model is trained again."""

    comparison: str
    level: str  # "same_company", or with title and city "same_company+same_title"
    thousandths: int
    text: Text  # 「氏名: 漢字も読みも同じ (+12.3)」


def parts(row: Mapping[str, int], model: Model | None = None) -> tuple[Part, ...]:
    """The three parts of a row of `WEIGHED`."""
    model = model or shipped()
    return tuple(part_of(id, level_id(id, row[f"{id}_level"], model), row[id], model) for id in PARTS)


def level_id(comparison: str, number: int, model: Model | None = None) -> str:
    """What to keep for a level's number, which another model may use for another level."""
    model = model or shipped()
    if comparison != "place":
        return _id(model.comparison(comparison), number)
    place, detail = model.levels_of(number)
    level = _id(model.comparison("place"), place)
    return f"{level}{DETAIL}{_id(model.comparison('detail'), detail)}" if detail else level


def part_of(comparison: str, level: str, thousandths: int, model: Model | None = None) -> Part:
    """A part kept by its level's id. A level that a later model no longer has is shown by its weight alone."""
    model = model or shipped()
    first, _, detail = level.partition(DETAIL)
    told = [_words(model.comparison(comparison), first), _words(model.comparison("detail"), detail)]
    label, known = model.comparison(comparison).label, [words for words in told if words]
    if not first or not told[0]:
        known = []
    return Part(comparison, level, thousandths, _text(label, known, thousandths))


def _id(comparison: Comparison, number: int) -> str:
    """ "" for a number that another model has given."""
    return comparison.levels[number].id if 0 <= number < len(comparison.levels) else ""


def _words(comparison: Comparison, level: str) -> Text | None:
    return next((each.label for each in comparison.levels if each.id == level), None)


def _text(label: Text, known: Sequence[Text], thousandths: int) -> Text:
    points = f"{thousandths / 1000:+.1f}"
    if not known:
        return Text(en=f"{label.en}: {points}", ja=f"{label.ja}: {points}")
    return Text(
        en=f"{label.en}: {', '.join(words.en for words in known)} ({points})",
        ja=f"{label.ja}: {'、'.join(words.ja for words in known)} ({points})",
    )
