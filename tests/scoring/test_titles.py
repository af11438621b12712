"""titles.csv was labelled before the words were chosen, titles_held_out.csv after, by reading no word list either time.

Where usage differs from company to company the labels follow the commoner one: 担当部長 and 専任部長 have a department
head's grade; 室長, 所長 and センター長 are section heads unless they head a laboratory or report to the president;
顧問 and 相談役 advise and do not decide; Project, Product and Account Managers lead nobody.
"""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest
import yaml

from sync.scoring.model import load_model
from sync.scoring.phrases import fold
from sync.scoring.titles import DECISION_MAKER, LEVELS, MANAGER, PARTS, STAFF, TitleWords, read_titles

AT_LEAST_PERCENT = 95


def labelled(name: str) -> list[tuple[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return [(row["title"], row["level"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def words() -> TitleWords:
    return load_model("basic").reading.titles


@pytest.mark.parametrize(("name", "count"), [("titles.csv", 500), ("titles_held_out.csv", 100)])
def test_of_the_labelled_titles_95_percent_are_read_right(name: str, count: int, words: TitleWords) -> None:
    titles = labelled(name)
    read = [(title, level, words.level(fold(title))) for title, level in titles]
    right = sum(level == found for _, level, found in read)
    assert len(set(titles)) == len(titles) >= count
    assert right * 100 >= AT_LEAST_PERCENT * len(titles), confusion(read)


def confusion(read: list[tuple[str, str, str]]) -> str:
    counts = Counter((level, found) for _, level, found in read)
    table = [f"{level:>16}" + "".join(f"{counts[level, found]:>16}" for found in LEVELS) for level in LEVELS]
    wrong = [f"{title}: {level}, read as {found}" for title, level, found in read if level != found]
    return "\n".join(["label \\ read".rjust(16) + "".join(f"{level:>16}" for level in LEVELS), *table, *wrong])


def test_the_labelled_titles_are_of_every_level_and_mostly_japanese() -> None:
    titles = labelled("titles.csv")
    assert all(count >= 100 for count in Counter(level for _, level in titles).values())
    assert {level for _, level in titles} == set(LEVELS)
    japanese = sum(not title.isascii() for title, _ in titles)
    assert 0.6 <= japanese / len(titles) <= 0.8


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("部長", DECISION_MAKER),
        ("担当部長", DECISION_MAKER),
        ("部長代理", MANAGER),
        ("部長 代理", MANAGER),
        ("次長", MANAGER),
        ("課長", MANAGER),
        ("担当課長", MANAGER),
        ("課長補佐", STAFF),
        ("課長代理", STAFF),
        ("係長", STAFF),
        ("主任", STAFF),
        ("参与", DECISION_MAKER),
        ("顧問", STAFF),
        ("取締役 兼 営業本部長", DECISION_MAKER),
        ("課長 兼 営業本部長", DECISION_MAKER),
        ("社長室 課長", MANAGER),
        ("社長室", STAFF),
        ("社長秘書", STAFF),
        ("秘書課長", MANAGER),
        ("薬局長", MANAGER),
        ("ヴァイス・プレジデント", DECISION_MAKER),
        ("ｾﾞﾈﾗﾙ ﾏﾈｰｼﾞｬｰ", DECISION_MAKER),
        ("アシスタント・マネージャー", STAFF),
        ("Head of IT", DECISION_MAKER),
        ("Deputy Head of IT", MANAGER),
        ("Manager, IT", MANAGER),
        ("Product Manager", STAFF),
        ("Team Lead", MANAGER),
        ("Lead Engineer", STAFF),
        ("Assistant to the CEO", STAFF),
        ("Active Directory Administrator", STAFF),
        ("Management Consultant", STAFF),
    ],
)
def test_ranks_are_told_apart_by_usage(title: str, level: str, words: TitleWords) -> None:
    assert words.level(fold(title)) == level


def test_a_longer_word_hides_the_shorter_one_whatever_its_list() -> None:
    words = read_titles({"decision_maker": ["部長"], "manager": ["部長代理"], "misleading": ["部長代理補"]})
    assert [words.level(fold(title)) for title in ("部長", "部長代理", "部長代理補")] == [
        DECISION_MAKER,
        MANAGER,
        STAFF,
    ]


def test_assistants_are_staff_whoever_they_assist() -> None:
    words = read_titles({"decision_maker": ["president"], "staff_anyway": ["assistant to"]})
    assert words.level(fold("Assistant to the President")) == STAFF
    assert words.level(fold("President")) == DECISION_MAKER


def test_without_any_words_everybody_is_staff() -> None:
    assert read_titles({}).level(fold("代表取締役")) == STAFF


def test_no_title_word_is_in_two_lists() -> None:
    vocabulary = resources.files("config").joinpath("vocabulary", "standard.yaml").read_text(encoding="utf-8")
    lists = yaml.safe_load(vocabulary)["titles"]
    assert set(lists) == set(PARTS)
    counts = Counter(fold(word) for part in lists.values() for word in part)
    assert not [word for word, count in counts.items() if count > 1]
