from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.core.activity import Kind
from sync.scoring.lint import lint, rules_that_cannot_fire
from sync.scoring.model import Model, load_model

OwnModel = Callable[..., Model]

SIZE = """
rules:
  - id: size
    axis: attribute
    label: {en: Size, ja: 規模}
    field: employees
    buckets:
      - {id: unknown, unknown: true, points: 0}
      - {id: small, below: 100, points: 0}
      - {id: large, from: 100, points: 40}
"""
PRICE = """
  - id: price
    axis: behaviour
    label: {en: Price, ja: 料金}
    acts: [{kinds: [page_view], page_tags: [pricing], points: 20}]
    cap: 20
"""
CASE = PRICE.replace("price", "case").replace("pricing", "case_study").replace("Price", "Case")
EXCLUSION = """
exclusions:
  - {id: x, label: {en: X, ja: X}, reason: {en: x, ja: x}, any: [{field: title, any_of: [学生]}]}
"""
FINE = SIZE + PRICE + CASE + EXCLUSION


def found(model: Model) -> set[tuple[str, str, str]]:
    return {(finding.id, finding.severity, finding.subject) for finding in lint(model)}


@pytest.mark.parametrize("name", ["basic", "starter"])
def test_shipped_models_have_no_errors_and_one_open_question(name: str) -> None:
    serious = {entry for entry in found(load_model(name)) if entry[1] != "info"}
    assert serious == {("unset_target", "warning", "industry")}


def test_the_cheapest_path_is_told_in_both_languages(own_model: OwnModel) -> None:
    (only,) = lint(own_model(FINE))
    assert only.text.en == "cheapest path to hot (80 points): Size: large; then 2 acts: Price, Case"
    assert "活動 2 件" in only.text.ja


def test_the_path_takes_sequences_and_active_days_into_account(own_model: OwnModel) -> None:
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
    (only,) = lint(own_model(SIZE + PRICE + sequence + EXCLUSION))
    assert only.text.en == "cheapest path to hot (80 points): Size: large; then 2 acts: case studies, Price"


def test_a_hot_band_out_of_reach_is_an_error_with_the_figure(own_model: OwnModel) -> None:
    first = lint(own_model(SIZE + PRICE + EXCLUSION))[0]
    assert (first.id, first.severity, first.subject) == ("band_unreachable", "error", "hot")
    assert "highest score found is 60" in first.text.en


def test_long_searches_end_in_a_short_path(own_model: OwnModel) -> None:
    tags = ("pricing", "case_study", "comparison", "simulator", "seminar", "trial", "demo", "contact", "download")
    rules = "".join(
        f"  - {{id: r{n}, axis: behaviour, label: {{en: R{n}, ja: R{n}}}, cap: 4, "
        f"acts: [{{kinds: [page_view], page_tags: [{tag}], points: 4}}]}}\n"
        for n, tag in enumerate(tags)
    )
    text = next(entry.text.en for entry in lint(own_model(SIZE.replace("40", "50") + rules)) if entry.subject == "hot")
    assert text.startswith("a short path to hot (8")


@pytest.mark.parametrize(
    ("rules", "head", "finding"),
    [
        (FINE, {"hot": "{attribute_floor: 10, engagement_floor: 10, distinct_acts: 1}"}, None),
        (
            FINE.replace("points: 20", "points: 40").replace("cap: 20", "cap: 40"),
            {"hot": "{attribute_floor: 10, engagement_floor: 10, distinct_acts: 1}"},
            ("path_of_one_weak_act", "error", ""),
        ),
        (
            SIZE.replace("40}", "90}") + PRICE.replace("page_view", "email_open").replace(", page_tags: [pricing]", "")
            + CASE,
            {"hot": "{attribute_floor: 10, engagement_floor: 0, distinct_acts: 1}"},
            ("no_floor", "warning", "engagement_floor"),
        ),
        (FINE.replace("    cap: 20\n", "", 1), {}, ("no_cap", "warning", "price")),
        (FINE.replace("cap: 20", "cap: 19", 1), {}, ("cap_below_points", "warning", "price")),
        (FINE.replace("from: 100", "from: 101"), {}, ("bucket_gap", "error", "size")),
        (FINE.replace("from: 100", "from: 99"), {}, ("bucket_overlap", "error", "size")),
        (FINE.replace("below: 100", "from: 10, below: 100"), {}, ("bucket_gap", "error", "size")),
        (FINE.replace("from: 100", "from: 100, below: 900"), {}, ("bucket_gap", "error", "size")),
        (FINE.replace("      - {id: unknown, unknown: true, points: 0}\n", ""), {},
         ("no_unknown_bucket", "warning", "size")),
        (FINE.replace(EXCLUSION, ""), {}, ("no_exclusion", "warning", "")),
        (FINE, {"dormancy": "{days: 91, mode: zero_behaviour}"}, ("late_dormancy", "warning", "")),
        ("rules:" + PRICE + CASE, {}, ("no_attribute_rule", "error", "")),
        (SIZE, {}, ("no_behaviour_rule", "error", "")),
        (
            FINE.replace("{kinds: [page_view], page_tags: [pricing], points: 20}", "{kinds: [email_open], points: 1}"),
            {},
            ("opens_counted_often", "warning", "price"),
        ),
        (FINE, {"content": "{themes: [{id: t, label: {en: T, ja: T}}]}"}, ("tag_without_words", "warning", "t")),
        (FINE.replace("any: [{field: title, any_of: [学生]}]", "any: [{field: email_domain, domains: []}]"), {},
         ("exclusion_unset", "info", "x")),
    ],
)  # fmt: skip
def test_each_weakness_is_found(
    rules: str, head: dict[str, str], finding: tuple[str, str, str] | None, own_model: OwnModel
) -> None:
    results = found(own_model(rules, **head))
    if finding is None:
        assert {entry[0] for entry in results} == {"cheapest_path"}
    else:
        assert finding in results


def test_one_word_in_two_buckets_is_an_overlap(own_model: OwnModel) -> None:
    rules = FINE.replace("\n  - id: price", """
  - id: industry
    axis: attribute
    label: {en: Industry, ja: 業種}
    field: industry
    buckets:
      - {id: a, any_of: [金融], points: 5}
      - {id: b, any_of: [金融, 製造], points: 1}
      - {id: unknown, unknown: true, points: 0}

  - id: price""", 1)  # fmt: skip
    assert ("bucket_overlap", "warning", "industry") in found(own_model(rules))


def test_more_than_ten_rules_want_a_written_reason(own_model: OwnModel) -> None:
    extra = "".join(PRICE.replace("id: price", f"id: p{n}") for n in range(9))
    rules = SIZE + PRICE + extra + EXCLUSION
    assert ("too_many_rules", "error", "") in found(own_model(rules))
    assert ("too_many_rules", "error", "") not in found(own_model(rules, many_rules_reason="agreed with sales in May"))


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
