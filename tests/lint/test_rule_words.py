"""Every rule of every shipped model can be said in both languages, with its figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core.text import Text
from sync.scoring.card import Card, changes, markdown
from sync.scoring.definition import ActiveDaysRule, Segment
from sync.scoring.model import example_models, load_model, shipped_models
from sync.scoring.rule_words import ModelWords, model_words

ALL = (*shipped_models(), *example_models())


def texts(words: ModelWords) -> list[Text]:
    found = [*words.bands, words.dormancy, *words.exclusions, *words.segments]
    return [*found, *(text for rule in words.rules for text in (rule.label, *rule.lines, *rule.limits))]


@pytest.mark.parametrize("name", ALL)
def test_every_text_is_there_in_both_languages(name: str) -> None:
    for text in texts(model_words(load_model(name))):
        assert text.en.strip()
        assert text.ja.strip()
        assert text.en.isascii() or "、" not in text.en


def test_figures_of_the_basic_model_stand_in_its_words() -> None:
    words = model_words(load_model("basic"))
    rules = {rule.id: rule for rule in words.rules}
    assert "hot: 80 points or more" in words.bands[0].en
    assert "ホット: 80 点以上" in words.bands[0].ja
    assert "50 points less" in words.dormancy.en
    assert rules["employees"].lines[1].en == "100 to 299 employees: +10"
    assert rules["employees"].lines[3].ja.endswith(": -10 点")
    assert [limit.en for limit in rules["pricing"].limits] == [
        "counts for 90 days",
        "at most 30 in all",
        "once in 7 days",
    ]
    assert "within 24 hours: +20" in rules["case_then_pricing"].lines[0].en
    assert rules["active_days"].lines[0].ja == "直近 30 日のうち 3 日以上に行動: +10 点"
    assert rules["industry"].lines[0].en == "target industry (not set yet): +20"


def test_a_fading_rule_and_one_for_those_who_come_back_say_so() -> None:
    rules = {rule.id: rule for rule in model_words(load_model("saas")).rules}
    assert any("fades: half" in limit.en for limit in rules["pricing"].limits)
    assert "休眠" in rules["came_back"].lines[0].ja


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_card_is_one_page_of_markdown_without_a_store(name: str, language: str) -> None:
    page = markdown(Card(load_model(name), missing_roles=("marketing", "sales")), language, str)
    assert page.startswith("# ")
    assert page.count("\n## ") >= 4
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in table}) == 1


def test_what_changed_is_told_rule_by_rule() -> None:
    old = load_model("basic")
    rules = tuple(replace(rule, cap=20_000) if rule.id == "pricing" else rule for rule in old.rules[:-1])
    new = replace(old, rules=rules, hot_threshold=75_000)
    said = [text.en for text in changes(old, new)]
    assert any("at most 30 in all -> at most 20 in all" in text for text in said)
    assert any(text.startswith("rule removed: Active") for text in said)
    assert any("hot: 80 points" in text and "hot: 75 points" in text for text in said)
    assert changes(old, old) == [Text("words and content tags only", "語句・コンテンツ分類のみ変更")]


def test_segments_tell_their_differences() -> None:
    old = load_model("basic")
    condition = old.exclusions[0].groups[0][0]
    rules = tuple(
        replace(rule, points=rule.points - 5_000) if isinstance(rule, ActiveDaysRule) else rule for rule in old.rules
    )
    segment = Segment("s", Text("Schools", "学校"), (condition,))
    model = replace(old, segments=(segment,), segment_rules={"s": rules})
    (said,) = model_words(model).segments
    assert said.en.startswith("Schools (title: ")
    assert said.en.endswith("Active on 3 or more of the last 30 days -5")
