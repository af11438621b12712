"""Every finding has a model that hits it and one that clears it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import pytest

from sync.core.activity import Kind
from sync.scoring.lint import Finding, lint, rules_that_cannot_fire
from sync.scoring.model import Model, example_models, load_model, load_written, shipped_models
from sync.scoring.soundness import examined

SHIPPED_BASIC = resources.files("config").joinpath("models", "basic.yaml").read_text(encoding="utf-8")
OwnModel = Callable[..., Model]

TITLE = """
rules:
  - id: title
    axis: attribute
    label: {en: Title, ja: 役職}
    field: title
    buckets:
      - {id: boss, any_of: [director], points: 20}
      - {id: unknown, unknown: true, points: 0}
      - {id: other, other: true, points: 0}
"""
SIZE = """
  - id: size
    axis: attribute
    label: {en: Size, ja: 規模}
    field: employees
    buckets:
      - {id: unknown, unknown: true, points: 0}
      - {id: small, below: 100, points: 0}
      - {id: large, from: 100, points: 20}
"""
PRICE = """
  - id: price
    axis: behaviour
    label: {en: Price, ja: 料金}
    acts: [{kinds: [page_view], page_tags: [pricing], points: 20}]
    cap: 20
"""
CASE = PRICE.replace("price", "case").replace("pricing", "case_study").replace("Price", "Case")
DAYS = """
  - id: days
    axis: activity
    label: {en: Days, ja: 日数}
    active: {days: 3, of_days: 30, points: 10}
"""
EXCLUSION = """
exclusions:
  - {id: x, label: {en: X, ja: X}, reason: {en: x, ja: x}, any: [{field: title, any_of: [学生]}]}
"""
FINE = TITLE + SIZE + PRICE + CASE + DAYS + EXCLUSION
ONE_ACT = {"hot": "{attribute_floor: 10, engagement_floor: 10, distinct_acts: 1}"}


def found(model: Model) -> set[tuple[str, str, str]]:
    return {(finding.id, finding.severity, finding.subject) for finding in lint(model)}


def only(model: Model, id: str) -> Finding:
    return next(finding for finding in lint(model) if finding.id == id)


def with_rule(text: str) -> str:
    """The fine model with a rule more, in front of the exclusions."""
    return FINE.replace(EXCLUSION, text + EXCLUSION)


# --- shipped models ---


@pytest.mark.parametrize("name", shipped_models())
def test_shipped_models_have_no_errors_and_one_open_question(name: str) -> None:
    serious = {entry for entry in found(load_model(name)) if entry[1] != "info"}
    assert serious == {("unset_target", "warning", "industry")}


@pytest.mark.parametrize("name", example_models())
def test_the_examples_of_the_sources_have_no_errors(name: str) -> None:
    assert not [entry for entry in found(load_model(name)) if entry[1] == "error"]


def test_the_first_example_is_out_of_reach_at_the_standard_bands(model_file: Callable[[str], str]) -> None:
    """Hole 1: its points sum to 79 when each act counts once."""
    text = resources.files("config").joinpath("examples", "a_basic.yaml").read_text(encoding="utf-8")
    standard = text.replace("bands: {hot: 60, nurture: 40}", "bands: {hot: 80, nurture: 50}")
    assert standard != text
    finding = only(load_model(model_file(standard)), "band_unreachable")
    assert (finding.severity, finding.subject) == ("error", "hot")
    assert "attributes give 45 at most, behaviour 34, activity 0, together 79; hot needs 80" in finding.text.en
    assert "合計 79 点" in finding.text.ja
    assert "bands/hot" in finding.remedy.en


def test_the_second_example_reaches_hot_by_attributes_and_says_what_holds_people_back() -> None:
    finding = only(load_model("examples/a_100"), "attributes_reach_hot")
    assert finding.severity == "info"
    assert "100" in finding.text.en


def test_ten_points_each_with_fewer_than_eight_rules_cannot_reach_80(own_model: OwnModel) -> None:
    flat = (TITLE + SIZE + PRICE + CASE + DAYS).replace("points: 20", "points: 10").replace("cap: 20", "cap: 10")
    finding = only(own_model(flat + EXCLUSION), "band_unreachable")
    assert "together 50" in finding.text.en


# --- paths ---


def test_the_cheapest_path_is_told_in_both_languages(own_model: OwnModel) -> None:
    (finding,) = lint(own_model(FINE))
    assert finding.text.en == "cheapest path to hot (80 points): Title: boss, Size: large; then 2 acts: Case, Price"
    assert "活動 2 件" in finding.text.ja


def test_the_path_takes_sequences_into_account(own_model: OwnModel) -> None:
    sequence = """
  - id: both
    axis: behaviour
    label: {en: Both, ja: 両方}
    sequence:
      first: [{kinds: [page_view], page_tags: [case_study]}]
      then: [{kinds: [page_view], page_tags: [pricing]}]
      within_hours: 24
      points: 20
    cap: 20
"""
    text = only(own_model(TITLE + SIZE + PRICE + sequence + DAYS + EXCLUSION), "cheapest_path").text.en
    assert text == "cheapest path to hot (80 points): Title: boss, Size: large; then 2 acts: case studies, Price"


def test_a_path_of_many_acts_is_found(own_model: OwnModel) -> None:
    tags = ("pricing", "case_study", "comparison", "simulator", "seminar", "trial", "demo", "contact", "download")
    rules = "".join(
        f"  - {{id: r{n}, axis: behaviour, label: {{en: R{n}, ja: R{n}}}, cap: 4, "
        f"acts: [{{kinds: [page_view], page_tags: [{tag}], points: 4}}]}}\n"
        for n, tag in enumerate(tags)
    )
    text = only(own_model(TITLE.replace("20", "50") + rules), "cheapest_path").text.en
    assert "path to hot (8" in text


# --- each finding ---

SHOP = "  - {id: s, label: {en: S, ja: S}, all: [{field: country, equals: [japan]}], deltas: {price: -20, case: -20}}\n"
SECOND = "  - {id: t, label: {en: T, ja: T}, all: [{field: country, equals: [japan]}], deltas: {}}\n"
PRICING = "{kinds: [page_view], page_tags: [pricing], points: 20}"
VICE = "      - {id: vice, any_of: [vice director], points: 5}\n      - {id: other,"
HEAD = "      - {id: head, any_of: [director, head], points: 5}\n      - {id: other,"
ONLY_ACTS = "rules:" + PRICE.replace("20", "60") + CASE.replace("20", "60") + SIZE
HIT: list[tuple[str, dict[str, str], tuple[str, str, str]]] = [
    (
        FINE.replace("points: 20", "points: 40").replace("cap: 20", "cap: 40"),
        ONE_ACT,
        ("path_of_one_weak_act", "error", ""),
    ),
    (
        ONLY_ACTS,
        {"hot": "{attribute_floor: 0, engagement_floor: 10, distinct_acts: 2}"},
        ("path_of_behaviour_alone", "error", ""),
    ),
    (FINE, {"hot": "{attribute_floor: 10, engagement_floor: 0, distinct_acts: 2}"},
     ("no_floor", "warning", "engagement_floor")),
    (FINE, {"hot": "{attribute_floor: 0, engagement_floor: 10, distinct_acts: 2}"},
     ("no_floor", "warning", "attribute_floor")),
    (FINE.replace("unknown: true, points: 0", "unknown: true, points: 60", 1), {},
     ("unknown_person_above_hold", "error", "")),
    (FINE.replace("points: 20", "points: 5"), {}, ("band_unreachable", "error", "hot")),
    (FINE, {"hot": "{attribute_floor: 50, engagement_floor: 10, distinct_acts: 2}"},
     ("band_unreachable", "error", "hot")),
    (FINE, {"hot": "{attribute_floor: 10, engagement_floor: 60, distinct_acts: 2}"},
     ("band_unreachable", "error", "hot")),
    (FINE.replace("points: 20", "points: 40"), {}, ("attributes_reach_hot", "info", "")),
    (FINE.replace("any_of: [学生]", "other: true") .replace("{field: title, other: true}",
     "{field: title, unknown: true}, {field: title, any_of: [a]}, {field: employees, from: 0}, "
     "{field: employees, unknown: true}"), {}, ("band_unreachable", "error", "dormant")),
    (FINE.replace("    cap: 20\n", "", 1), {}, ("no_cap", "warning", "price")),
    (FINE.replace("cap: 20", "cap: 19", 1), {}, ("cap_below_points", "warning", "price")),
    (FINE.replace("from: 100", "from: 101"), {}, ("bucket_gap", "error", "size")),
    (FINE.replace("from: 100", "from: 99"), {}, ("bucket_overlap", "error", "size")),
    (FINE.replace("below: 100", "from: 10, below: 100"), {}, ("bucket_gap", "error", "size")),
    (FINE.replace("from: 100", "from: 100, below: 900"), {}, ("bucket_gap", "error", "size")),
    (FINE.replace("      - {id: unknown, unknown: true, points: 0}\n", ""), {},
     ("no_unknown_bucket", "warning", "size")),
    (FINE.replace("any_of: [director]", "any_of: []"), {}, ("unset_target", "warning", "title")),
    (FINE.replace("      - {id: other,", VICE), {}, ("dead_bucket", "warning", "title")),
    (FINE.replace("      - {id: other,", HEAD), {}, ("bucket_overlap", "warning", "title")),
    (FINE.replace(EXCLUSION, ""), {}, ("no_exclusion", "warning", "")),
    (FINE.replace("any: [{field: title, any_of: [学生]}]",
                  "any: [{field: title, unknown: true, and: [{field: title, any_of: [学生]}]}]"), {},
     ("dead_exclusion", "warning", "x")),
    (FINE.replace("any: [{field: title, any_of: [学生]}]", "any: [{field: email_domain, domains: []}]"), {},
     ("exclusion_unset", "info", "x")),
    (FINE, {"dormancy": "{days: 91, mode: zero_behaviour}"}, ("late_dormancy", "warning", "")),
    ("rules:" + PRICE + CASE, {}, ("no_attribute_rule", "error", "")),
    (TITLE + SIZE, {}, ("no_behaviour_rule", "error", "")),
    (TITLE + SIZE + PRICE + CASE + EXCLUSION, {}, ("few_rules", "warning", "")),
    (FINE.replace("from: 100, points: 20", "from: 100, points: 30"), {}, ("authority_below", "warning", "size")),
    (
        FINE.replace("{kinds: [page_view], page_tags: [pricing], points: 20}", "{kinds: [email_open], points: 1}"),
        {},
        ("opens_counted_often", "warning", "price"),
    ),
    (FINE, {"content": "{themes: [{id: t, label: {en: T, ja: T}}]}"}, ("tag_without_words", "warning", "t")),
    (FINE + "segments:\n" + SHOP, {}, ("segment_never_hot", "warning", "s")),
    (FINE + "segments:\n" + SHOP.replace("-20", "5") + SECOND, {}, ("dead_segment", "warning", "t")),
    (FINE.replace("kinds: [page_view], page_tags: [pricing]", "kinds: [site_visit], page_tags: [pricing]"), {},
     ("dead_rule", "error", "price")),
    (FINE.replace(f"[{PRICING}]", f"[{{kinds: [page_view, content_download], points: 20}}, {PRICING}]"), {},
     ("dead_matcher", "warning", "price")),
    (with_rule("  - {id: r, axis: activity, label: {en: R, ja: R}, "
               "recency: [{within_days: 7, points: 5}, {within_days: 120, points: 1}]}\n"),
     {"dormancy": "{days: 7, mode: subtract, points: 50}"}, ("dead_step", "warning", "r")),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "head", "finding"), HIT, ids=[f"{hit[2][0]}-{n}" for n, hit in enumerate(HIT)])
def test_each_weakness_is_found_and_names_its_remedy(
    rules: str, head: dict[str, str], finding: tuple[str, str, str], own_model: OwnModel
) -> None:
    results = lint(own_model(rules, **head))
    told = next((one for one in results if (one.id, one.severity, one.subject) == finding), None)
    assert told, [(one.id, one.severity, one.subject) for one in results]
    assert all((told.text.en, told.text.ja, told.remedy.en, told.remedy.ja))


def test_a_model_without_weaknesses_clears_all_of_them(own_model: OwnModel) -> None:
    assert {entry[0] for entry in found(own_model(FINE))} == {"cheapest_path"}


def test_more_than_ten_rules_want_a_written_reason(own_model: OwnModel) -> None:
    extra = "".join(PRICE.replace("id: price", f"id: p{n}") for n in range(8))
    rules = with_rule(extra)
    assert ("too_many_rules", "error", "") in found(own_model(rules))
    assert ("too_many_rules", "error", "") not in found(own_model(rules, many_rules_reason="agreed with sales in May"))


def test_rules_for_those_who_come_back_are_on_top_of_the_ten(own_model: OwnModel) -> None:
    extra = "".join(PRICE.replace("id: price", f"id: p{n}") for n in range(5))
    back = """
  - id: back
    axis: behaviour
    label: {en: Back, ja: 復帰}
    reactivation: {after: [dormant], acts: [{kinds: [page_view], points: 10}]}
    cap: 10
"""
    assert "too_many_rules" not in {entry[0] for entry in found(own_model(with_rule(extra + back)))}


def test_a_rule_that_needs_two_subjects_at_once_is_not_called_dead(own_model: OwnModel) -> None:
    """A form that a tag makes a seminar is a form_submit again when an earlier tag says so."""
    tags = (
        "{tags: [{id: keep, label: {en: K, ja: K}, words: [keep], kind: form_submit}, "
        "{id: sem, label: {en: S, ja: S}, words: [webinar], kind: seminar}]}"
    )
    rules = FINE.replace("kinds: [page_view], page_tags: [pricing]", "kinds: [form_submit], tags: [sem]", 1)
    assert "dead_rule" not in {entry[0] for entry in found(own_model(rules, content=tags))}


def test_domain_lists_that_are_filled_later_are_not_dead(own_model: OwnModel) -> None:
    rules = FINE.replace("{field: title, any_of: [学生]}", "{field: email_domain, list: competitor}")
    assert {entry[0] for entry in found(own_model(rules))} == {"cheapest_path"}


# --- on a given account ---


def test_everything_set_fires_where_every_kind_is_recorded(own_model: OwnModel) -> None:
    assert rules_that_cannot_fire(own_model(FINE), {kind.value for kind in Kind}) == []


def test_basic_needs_no_page_views(basic: Model) -> None:
    blocked = rules_that_cannot_fire(basic, {"email_open", "email_click", "form_submit", "campaign_response"})
    assert [rule for rule, _ in blocked] == ["industry"]


def test_rules_without_their_activities_are_named_with_what_they_need(basic: Model) -> None:
    blocked = dict(rules_that_cannot_fire(basic, {"email_open", "campaign_response", "call"}))
    assert set(blocked) == {"industry", "pricing", "comparison", "case_then_pricing"}
    assert "page_view" in blocked["pricing"].en
    only_opens = dict(rules_that_cannot_fire(basic, {"email_open"}))
    assert {"download", "seminar", "request", "active_days"} <= set(only_opens)


# --- where it stands ---


def test_findings_name_the_file_and_the_line_of_what_to_change(model_file: Callable[[str], str]) -> None:
    head = (
        "name: own\nlabel: {en: Own, ja: 自社}\nvocabulary: standard\nbands:\n  nurture: 50\n  hot: 80\nhot:\n"
        "  attribute_floor: 10\n  engagement_floor: 0\n  distinct_acts: 2\n"
        "dormancy: {days: 120, mode: subtract, points: 50}\n"
    )
    back = (
        "  - id: back\n    axis: behaviour\n    label: {en: Back, ja: 復帰}\n"
        "    reactivation:\n      after: [dormant]\n      acts:\n"
        "        - {kinds: [page_view], points: 10}\n        - {kinds: [page_view], points: 10}\n    cap: 5\n"
    )
    tags = (
        "content:\n  themes:\n    - {id: f, label: {en: F, ja: F}, words: [a]}\n    - {id: t, label: {en: T, ja: T}}\n"
    )
    text = head + with_rule(back).replace("from: 100", "from: 101") + tags
    lines = text.split("\n")
    placed = {(one.finding.id, one.finding.subject): one for one in examined(load_written(model_file(text)))}
    stands = {
        ("late_dormancy", ""): "dormancy: {",
        ("no_floor", "engagement_floor"): "  engagement_floor:",
        ("bucket_gap", "size"): "      - {id: large",
        ("cap_below_points", "back"): "    cap: 5",
        ("dead_matcher", "back"): "        - {kinds: [page_view], points: 10}",
        ("tag_without_words", "t"): "    - {id: t,",
        ("cheapest_path", "hot"): "  hot: 80",
    }
    for key, beginning in stands.items():
        assert lines[placed[key].line - 1].startswith(beginning), key
    assert lines[placed["dead_matcher", "back"].line - 2] == lines[placed["dead_matcher", "back"].line - 1]
    assert {one.file for one in placed.values()} == {"own.yaml"}


def test_a_finding_on_what_is_missing_names_the_line_where_the_file_begins(model_file: Callable[[str], str]) -> None:
    text = "# ours\n" + SHIPPED_BASIC[: SHIPPED_BASIC.index("exclusions:")]
    (told,) = [one for one in examined(load_written(model_file(text))) if one.finding.id == "no_exclusion"]
    assert SHIPPED_BASIC.split("\n")[told.line - 2].startswith("name:")


def test_each_weak_path_is_told_once(own_model: OwnModel) -> None:
    rules = FINE.replace("kinds: [page_view]", "kinds: [page_view, email_click, form_submit]")
    results = lint(own_model(rules.replace("points: 20", "points: 40").replace("cap: 20", "cap: 40"), **ONE_ACT))
    told = [one.text.en for one in results if one.id == "path_of_one_weak_act"]
    assert told
    assert len(told) == len(set(told))
