"""The model as a file: the shipped one, and files that are refused."""

from collections.abc import Callable

import pytest
import yaml

from sync.errors import ConfigError
from sync.identity.engine.conditions import Dialect
from sync.identity.engine.model import Level, Model, dump, load, shipped

LEVELS = [level for comparison in shipped().comparisons for level in comparison.levels]


def test_the_shipped_model_survives_writing_and_reading() -> None:
    assert load(dump(shipped(), note="trained today")) == shipped()


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.id)
def test_a_level_has_words_in_both_languages_and_sql_in_both_dialects(level: Level) -> None:
    assert level.label.en.isascii()
    assert any(ord(character) > 0x2E80 for character in level.label.ja)
    assert level.sql(Dialect.DUCKDB)
    assert level.sql(Dialect.SPARK)


def test_no_level_alone_outweighs_everything() -> None:
    assert all(abs(level.weight) < 25 for level in LEVELS)


def test_what_was_measured_for_colleagues_and_homophones_stays() -> None:
    levels = {level.id: level for level in LEVELS}
    colleague, homophone = levels["other_at_same_company"], levels["other_kanji"]
    assert (colleague.m, colleague.u) == (0.07, 0.85)
    assert homophone.m == 0.0005
    assert colleague.fixed
    assert homophone.fixed
    assert shipped().matches_per_record == 0.57


def _document() -> dict[str, object]:
    return yaml.safe_load(dump(shipped()))


def _level(document: dict, comparison: int, level: int) -> dict:
    return document["comparisons"][comparison]["levels"][level]


def _set(comparison: int, level: int, **changes: object) -> Callable[[dict], None]:
    return lambda document: _level(document, comparison, level).update(changes)


WRONG = {
    "another format": lambda d: d.update(format=99),
    "no revision": lambda d: d.pop("revision"),
    "a comparison is missing": lambda d: d["comparisons"].pop(),
    "m is 1": _set(0, 1, m=1.0),
    "u is 0": _set(0, 1, u=0),
    "m is a text": _set(0, 1, m="much"),
    "m is missing": lambda d: _level(d, 0, 1).pop("m"),
    "a label without Japanese": _set(0, 1, label={"en": "same"}),
    "a label cut at a comma": _set(0, 1, label={"en": "same reading", "other characters": None, "ja": "同じ"}),
    "an unknown key": _set(0, 1, weight=3),
    "an unknown condition": _set(0, 1, when={"equal": "nm"}),
    "SQL for a condition": _set(0, 1, when="nm_l = nm_r"),
    "no else": lambda d: d["comparisons"][0]["levels"].pop(),
    "else in the middle": _set(0, 1, when="else"),
    "no unknown level": lambda d: d["comparisons"][0]["levels"].pop(0),
    "a level twice": lambda d: d["comparisons"][1]["levels"].insert(1, dict(_level(d, 1, 1), m=0.123)),
    "two levels of one weight": lambda d: _level(d, 1, 1).update({k: _level(d, 1, 2)[k] for k in "mu"}),
    "rarity without a plain level": lambda d: _level(d, 1, 1).update(rarity=1.0),
    "not a mapping": lambda d: d["comparisons"].insert(0, "name"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_refused_with_its_place(wrong: Callable[[dict], None]) -> None:
    document = _document()
    wrong(document)
    with pytest.raises(ConfigError, match="matching model"):
        load(yaml.safe_dump(document, allow_unicode=True))


def test_a_file_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(ConfigError, match="not YAML"):
        load("comparisons: [")


def test_a_level_that_takes_what_is_left_has_no_condition() -> None:
    model: Model = shipped()
    assert [comparison.levels[-1].when for comparison in model.comparisons] == [None] * 4
