"""Every way to break a model file that we could think of: refused with file, line, place and remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from sync.errors import ConfigError
from sync.scoring.model import load_model

SOUND = """\
name: own
label: {en: Own, ja: 自社}
vocabulary: standard
bands: {hot: 80, nurture: 50}
hot: {attribute_floor: 10, engagement_floor: 10, distinct_acts: 2}
dormancy: {days: 90, mode: subtract, points: 50}
windows: {opportunity_days: 60, win_days: 120}
rules:
  - id: size
    axis: attribute
    label: {en: Size, ja: 規模}
    field: employees
    buckets:
      - {id: large, from: 100, below: 300, points: 20}
      - {id: unknown, unknown: true, points: 0}
  - id: trade
    axis: attribute
    label: {en: Trade, ja: 業種}
    field: industry
    buckets:
      - {id: target, sector: [machinery], points: 20}
      - {id: mail, any_of: [卸売], and: [{field: email_domain, list: own}], points: 5}
  - id: price
    axis: behaviour
    label: {en: Price, ja: 料金}
    acts: [{kinds: [page_view], page_tags: [pricing], points: 10}]
    cap: 10
    once_in_days: 7
    window_days: 30
    decay: [100, 50]
  - id: chain
    axis: behaviour
    label: {en: Chain, ja: 連続}
    sequence:
      steps: [[{kinds: [page_view], page_tags: [case_study]}], [{kinds: [page_view], page_tags: [pricing]}]]
      within_hours: 24
      points: 20
    cap: 20
  - id: back
    axis: behaviour
    label: {en: Back, ja: 再訪}
    reactivation: {acts: [{kinds: [page_view], points: 15}], after: [dormant, lost]}
    cap: 15
  - id: months
    axis: activity
    label: {en: Months, ja: 月}
    active: {months: 3, of_months: 6, points: 10}
  - id: lately
    axis: activity
    label: {en: Lately, ja: 直近}
    recency: [{within_days: 7, points: 10}, {within_days: 30, points: 5}]
exclusions:
  - id: rival
    label: {en: Rival, ja: 競合}
    reason: {en: a rival, ja: 競合です}
    any: [{field: email_domain, domains: [rival.co.jp]}]
segments:
  - {id: makers, label: {en: Makers, ja: 製造}, all: [{field: title, level: [manager]}], deltas: {price: 5}}
content:
  tags: [{id: spec, label: {en: Spec, ja: 仕様}, words: [spec], killer: true}]
"""


def told(text: str, tmp_path: Path, language: str = "en") -> list[str]:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return refused(str(path), language).splitlines()


def refused(name: str, language: str = "en") -> str:
    with pytest.raises(ConfigError) as caught:
        load_model(name)
    return caught.value.text.to(language)


def test_the_model_that_the_cases_break_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(SOUND, encoding="utf-8")
    assert len(load_model(str(path)).rules) == 7


BOMB = "name: &a [x, x]\nlabel: &b [*a, *a]\nrules: [*b, *b]\n"


class Case(NamedTuple):
    """`instead` of `what` the file has something wrong, told with `line` and words."""

    what: str
    instead: str
    line: int
    words: tuple[str, ...]


RULES = SOUND[SOUND.index("rules:") : SOUND.index("exclusions:")]
# fmt: off
CASES = {
    "not YAML": Case("rules:", "rules: ]", 8, ("not valid YAML", "correct it")),
    "an open quote": Case("name: own", 'name: "own', 1, ("not valid YAML",)),
    "a tab": Case("    axis: attribute", "\taxis: attribute", 10, ("a tab", "replace it")),
    "a control character": Case("name: own", "name: own\n\x08", 2, ("not valid YAML", "special characters")),
    "two documents": Case("rules:", "---\nrules:", 8, ("not valid YAML",)),
    "an anchor": Case("label: {en: Own", "label: &l {en: Own", 2, ("write the part out",)),
    "an alias": Case("label: {en: Own, ja: 自社}", "label: {en: Own, ja: 自社}\nblanks: *l",
        3, ("write the part out",)),
    "a type tag": Case("name: own", "name: !!python/name:os.system x", 1, ("type tags", "remove it")),
    "bottomless nesting": Case("name: own", "name: " + "[" * 3_000, 1, ("levels deep", "flatter")),
    "half a character": Case("{en: Own,", '{en: "Own \\ud83d",', 2, ("half a character", "write the character itself")),
    "no number": Case("points: 20}", "points: 0b_}", 14, ("no number",)),
    "a key given twice": Case("    cap: 10", "    cap: 10\n    cap: 20",
        28, ("rule price, cap: ", "given twice; keep one")),
    "a key that is no text": Case("deltas: {price: 5}", "deltas: {1: 5}", 58, ("segment makers", "put it in quotes")),
    "a yes that is no text": Case("name: own", "name: own\nyes: 1", 2, ("put it in quotes",)),
    "a list for the whole": Case(SOUND, "- a\n- b\n", 1, ("should be a group of keys",)),
    "nothing at all": Case(SOUND, "", 1, ("null should be a group of keys",)),
    "a list for a group": Case("windows: {opportunity_days: 60, win_days: 120}", "windows: [60, 120]",
        7, ("windows: [60, 120] should be a group of keys",)),
    "a group for a list": Case("kinds: [page_view], page_tags: [pricing], points", "kinds: {page_view: 1}, points",
        26, ("rule price, acts/0/kinds", "should be a list")),
    "a missing key": Case("label: {en: Price, ja: 料金}", "label: {en: Price}",
        25, ("rule price", "'ja' is missing; add")),
    "a missing part": Case("dormancy: {days: 90, mode: subtract, points: 50}\n", "", 1, ("'dormancy' is missing",)),
    "subtracting nothing": Case(", points: 50}", "}", 6, ("dormancy", "'points' is missing")),
    "an unknown key": Case("    cap: 20", "    cpa: 20", 38, ("rule chain", "'cpa'", "did you mean 'cap'?")),
    "an unknown key of the model": Case("bands:", "band: 1\nbands:", 4, ("'band'", "did you mean 'bands'?")),
    "an unknown kind": Case("[{kinds: [page_view], page_tags: [pricing], points", "[{kinds: [page_veiw], points",
        26, ("rule price, acts/0/kinds/0", "did you mean 'page_view'?")),
    "an unknown tag": Case("page_tags: [pricing], points", "page_tags: [priceing], points",
        26, ("rule price, acts/0/page_tags/0", "did you mean 'pricing'?")),
    "an unknown tag in a step": Case("page_tags: [case_study]", "page_tags: [case_stady]",
        35, ("rule chain, sequence/steps/0/0", "did you mean 'case_study'?")),
    "an unknown field": Case("field: employees", "field: employes", 12, ("rule size", "did you mean 'employees'?")),
    "an unknown sector": Case("sector: [machinery]", "sector: [machinary]",
        21, ("rule trade", "did you mean 'machinery'?")),
    "an unknown list": Case("list: own", "list: owns",
        22, ("rule trade, buckets/1/and/0/list", "did you mean 'own'?")),
    "an unknown level": Case("level: [manager]", "level: [manger]",
        58, ("segment makers", "did you mean 'manager'?")),
    "an unknown level alone": Case("level: [manager]", "level: boss",
        58, ("segment makers", "known: decision_maker, man")),
    "an unknown vocabulary": Case("vocabulary: standard", "vocabulary: standrad", 3, ("did you mean 'standard'?",)),
    "an unknown way to sleep": Case("mode: subtract", "mode: reset",
        6, ("dormancy/mode", "known: subtract, zero_behaviour")),
    "an unknown past": Case("[dormant, lost]", "[dormant, won]", 42, ("rule back", "known: dormant, lost")),
    "a rule id used twice": Case("id: chain", "id: price", 31, ("rule price, id", "used twice; rename one")),
    "an exclusion's bad id": Case("id: rival", "id: Rival!", 53, ("no valid id", "small letters, digits")),
    "a bucket id used twice": Case("id: unknown", "id: large", 15, ("rule size, buckets/1/id", "used twice")),
    "a reserved id": Case("id: price", "id: clamp",
        23, ("rule clamp, id", "reserved for the ledger; choose another")),
    "a delta for no rule": Case("deltas: {price: 5}", "deltas: {prise: 5}",
        58, ("segment makers, deltas/prise", "did you mean 'price'?")),
    "points with decimals": Case("points: 10}]", "points: 10.5}]",
        26, ("rule price, acts/0/points", "10.5 should be a whole number, without")),
    "points as text": Case("points: 10}]", 'points: "10"}]', 26, ("rule price", "'10' should be a whole number")),
    "points as yes or no": Case("points: 10}]", "points: yes}]", 26, ("rule price", "true should be a whole number")),
    "points without a value": Case("points: 10}]", "points: }]", 26, ("rule price", "null should be a whole number")),
    "points beyond 100": Case("points: 10}]", "points: 101}]", 26, ("rule price", "101 is too large; at most 100")),
    "points up and down": Case("points: 10}]", "points: 10}, {kinds: [call], points: -5}]",
        26, ("rule price, acts", "one way", "make two rules")),
    "a cap of nothing": Case("    cap: 10", "    cap: 0", 27, ("rule price, cap: 0 is too small; at least 1",)),
    "a cool-down beyond the window": Case("once_in_days: 7", "once_in_days: 31",
        28, ("rule price, once_in_days", "longer than the window of 30 days")),
    "a window of nothing": Case("window_days: 30", "window_days: 0", 29, ("rule price, window_days", "at least 1")),
    "an empty decay": Case("decay: [100, 50]", "decay: []", 30, ("rule price, decay", "list is empty; add an entry")),
    "a decay of more than all": Case("decay: [100, 50]", "decay: [120]", 30, ("rule price, decay/0", "at most 100")),
    "a decay of another form": Case("decay: [100, 50]", "decay: {half_life: 30}",
        30, ("rule price, decay", "did you mean 'half_life_days'?")),
    "a decay for attributes": Case("field: employees", "field: employees\n    decay: [50]",
        13, ("rule size, decay", "not possible with buckets; remove it")),
    "a cap for months": Case("active: {months", "cap: 5\n    active: {months",
        47, ("rule months", "not possible with active")),
    "from above below": Case("from: 100, below: 300", "from: 300, below: 300",
        14, ("rule size, buckets/0/below", "below must exceed from")),
    "a question that does not fit": Case("from: 100, below: 300", "any_of: [a]",
        14, ("rule size", "any_of does not fit employees", "remove it")),
    "a bucket that asks nothing": Case("from: 100, below: 300, ", "",
        14, ("rule size, buckets/0", "nothing is asked; add one of")),
    "not_words alone": Case("sector: [machinery]", "sector: [machinery], not_words: [x]",
        21, ("rule trade", "needs any_of")),
    "a word without letters": Case("any_of: [卸売]", 'any_of: ["..."]',
        22, ("rule trade", "no letters in this word")),
    "an address for a domain": Case("[rival.co.jp]", '["https://rival.co.jp/"]',
        56, ("exclusion rival", "no mail domain", "rival.co.jp")),
    "hot below nurture": Case("hot: 80, nurture: 50", "hot: 50, nurture: 80",
        4, ("bands/hot", "above nurture; raise it")),
    "no rules": Case(RULES, "rules: []\n", 8, ("rules: the list is empty",)),
    "no kinds": Case("kinds: [page_view], points: 15", "kinds: [], points: 15", 42, ("rule back", "list is empty")),
    "two sorts in one rule": Case("    recency:", "    active: {days: 1, of_days: 2, points: 5}\n    recency:",
        48, ("rule lately", "exactly one of")),
    "a rule of no sort": Case("    recency: [{within_days: 7, points: 10}, {within_days: 30, points: 5}]\n", "",
        48, ("rule lately", "exactly one of")),
    "the wrong axis": Case("axis: activity\n    label: {en: Months", "axis: behaviour\n    label: {en: Months",
        45, ("rule months, axis", "write axis: activity")),
    "recency that does not rise": Case("within_days: 30", "within_days: 7",
        51, ("rule lately, recency/1/within_days", "shortest first")),
    "more months than there are": Case("months: 3, of", "months: 7, of",
        47, ("rule months, active/months", "lower it")),
    "half of active": Case("months: 3, of_months: 6", "months: 3", 47, ("rule months, active", "one of these pairs")),
    "both of active": Case("months: 3, of", "days: 3, months: 3, of",
        47, ("rule months, active", "one of these pairs")),
    "a sequence of one step": Case(", [{kinds: [page_view], page_tags: [pricing]}]]", "]",
        35, ("rule chain, sequence/steps", "too few entries; at least 2")),
    "a sequence of both forms": Case("      within_hours", "      first: [{kinds: [call]}]\n      within_hours",
        34, ("rule chain, sequence", "first and then, or steps")),
    "a sequence without end": Case("within_hours: 24", "within_hours: 0", 36, ("rule chain", "at least 1")),
    "a win before its opportunity": Case("win_days: 120", "win_days: 30", 7, ("windows/win_days", "raise it")),
    "too long a name": Case("name: own", "name: " + "a" * 28, 1, ("no valid id",)),
    "a killer that is a word": Case("killer: true", "killer: very", 60, ("tag spec, killer", "true or false")),
}
# fmt: on


@pytest.mark.parametrize("case", CASES)
def test_a_broken_model_is_told_with_its_line_and_what_to_do(case: str, tmp_path: Path) -> None:
    what, instead, line, words = CASES[case]
    assert what in SOUND
    text = SOUND.replace(what, instead, 1)
    problems = told(text, tmp_path)[1:]
    there = [problem for problem in problems if re.match(rf"- own\.yaml, line {line}[,:]", problem)]
    assert any(all(word in problem for word in words) for problem in there), problems


@pytest.mark.parametrize("case", CASES)
def test_it_is_told_in_japanese_too(case: str, tmp_path: Path) -> None:
    what, instead, line, _ = CASES[case]
    problems = told(SOUND.replace(what, instead, 1), tmp_path, "ja")
    assert any(f"own.yaml, {line}行目" in problem for problem in problems)
    assert "修正が必要な箇所" in problems[0]


def test_a_small_file_that_would_grow_without_bounds_is_refused(tmp_path: Path) -> None:
    assert "write the part out" in told(BOMB, tmp_path)[1]


def test_a_file_too_large_to_be_a_model_is_refused(tmp_path: Path) -> None:
    assert "too large" in told("# " + "x" * 1_000_000, tmp_path)[1]


def test_a_file_of_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sjis.yaml").write_bytes(SOUND.encode("cp932"))
    assert "sjis.yaml is not UTF-8 text; save it as UTF-8" in refused(str(tmp_path / "sjis.yaml"))


def test_a_missing_file_names_the_shipped_models(tmp_path: Path) -> None:
    assert "neither a shipped model (basic, " in refused(str(tmp_path / "none.yaml"))


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    assert "is a folder; name the model file in it" in refused(str(tmp_path))


def test_a_tag_used_twice_is_told_by_its_name(tmp_path: Path) -> None:
    text = SOUND.replace("killer: true}]", "killer: true}, {id: spec, label: {en: S, ja: S}}]")
    assert any("tag spec, id: id 'spec' is used twice" in problem for problem in told(text, tmp_path))


def test_what_is_written_at_length_is_told_briefly(tmp_path: Path) -> None:
    (problem,) = told(SOUND.replace("points: 10}]", f'points: "{"x" * 5_000}"}}]'), tmp_path)[1:]
    assert len(problem) < 300


def test_each_missing_part_is_told_once(tmp_path: Path) -> None:
    problems = told("name: own\nlabel: {en: Own, ja: 自社}\n", tmp_path)
    assert problems[0].endswith("4 to mend:")
    assert [problem.split("'")[1] for problem in problems[1:]] == ["bands", "hot", "dormancy", "rules"]


def test_all_problems_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        SOUND.replace("within_days: 30", "within_days: 7").replace("from: 100", "from: 300").replace("machinery", "x")
    )
    assert [re.findall(r"line (\d+)", problem) for problem in told(text, tmp_path)[1:]] == [["14"], ["21"], ["51"]]
