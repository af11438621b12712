"""What the requirements R1 to R26 ask of scoring, each shown on the shipped models and example point sets."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from preset_people import DAY, NOON, TOKYO, facts_of, model_named, people, score_of

from sync.scoring.content import tags_of
from sync.scoring.definition import ActRule, AttributeRule, Model, ReactivationRule, SequenceRule
from sync.scoring.facts import Act
from sync.scoring.lint import lint
from sync.scoring.model import example_models, load_model, shipped_models
from sync.scoring.scorer import Score, score

PRESETS = ("saas", "manufacturing", "consulting")
HEAD = {"title": "情報システム部長", "employees": 450}
EXAMPLE_TARGET = {"title": "営業部長", "employees": 300, "industry": "ソフトウェア"}


def points(result: Score) -> dict[str, int]:
    """Whole points by rule, without the lines that are 0."""
    return {line.rule: line.points // 1_000 for line in result.lines if line.points}


def rule_points(model: str, rule_id: str) -> dict[str, int]:
    """Bucket or matcher id (its number where it has none) -> whole points."""
    rule = model_named(model).rule(rule_id)
    if isinstance(rule, AttributeRule):
        return {bucket.id: bucket.points // 1_000 for bucket in rule.buckets}
    assert isinstance(rule, ActRule)
    return {matcher.id or str(number): matcher.points // 1_000 for number, matcher in enumerate(rule.matchers)}


# --- the axes ---


def test_r01_attribute_and_behaviour_add_up_and_the_sum_decides() -> None:
    result = score_of(facts_of([{"ago": 3, "page": "/price"}, {"ago": 1, "form": "デモ依頼"}], **HEAD), "basic")
    assert (result.attribute, result.behaviour, result.total, result.band) == (40_000, 45_000, 85_000, "hot")
    assert result.total == sum(line.points for line in result.lines)
    assert score_of(facts_of([{"ago": 3, "page": "/price"}], **HEAD), "basic").band == "nurture"


@pytest.mark.parametrize(
    ("model", "days"),
    [("basic", (1, 9, 17)), ("starter", (1, 9, 17)), ("saas", (1, 5, 9)), ("manufacturing", (1, 31, 61))],
)
def test_r02_going_on_being_active_is_an_axis_of_its_own(model: str, days: tuple[int, ...]) -> None:
    often = score_of(facts_of([{"ago": day, "page": f"/blog/{day}"} for day in days], **HEAD), model)
    seldom = score_of(facts_of([{"ago": day, "page": f"/blog/{day}"} for day in days[:2]], **HEAD), model)
    assert (often.activity, seldom.activity) == (10_000, 0)


def test_r03_shipped_models_have_five_to_ten_rules_or_say_why_not() -> None:
    counts = {name: len(model_named(name).rules) for name in (*shipped_models(), *example_models())}
    assert all(5 <= count <= 10 for name, count in counts.items() if name != "saas")
    assert counts["saas"] == 11
    assert model_named("saas").many_rules_reason
    assert sum(not isinstance(rule, ReactivationRule) for rule in model_named("saas").rules) == 10


def test_r03_starter_begins_with_ten_points_for_everything() -> None:
    for rule in model_named("starter").rules:
        if isinstance(rule, AttributeRule):
            given = {bucket.points for bucket in rule.buckets}
        elif isinstance(rule, ActRule):
            given = {matcher.points for matcher in rule.matchers}
        else:
            given = {rule.cap}
        assert given - {0} == {10_000}, rule.id


# --- what is read ---

LOCATION = """
  - id: place
    axis: attribute
    label: {en: Location, ja: 所在地}
    field: region
    buckets:
      - {id: near, label: {en: Kanto, ja: 関東}, any_of: [東京都, 神奈川県, Tokyo], points: 10}
      - {id: other, other: true, points: 0}
"""


def test_r05_industry_size_authority_and_location_are_read(tmp_path: Path) -> None:
    text = resources.files("config").joinpath("models", "starter.yaml").read_text(encoding="utf-8")
    text = text.replace("sector: []", "sector: [it]").replace("rules:\n", "rules:\n" + LOCATION, 1)
    own = tmp_path / "own.yaml"
    own.write_text(text.replace("name: starter", "name: own\nmany_rules_reason: with the location"), encoding="utf-8")
    someone = facts_of(title="ＩＴ本部長", employees=100, industry="COMPUTER_SOFTWARE", region="東京都千代田区")
    result = score(someone, load_model(str(own)), NOON, TOKYO)
    assert points(result) == {"place": 10, "title": 10, "industry": 10, "employees": 10}


@pytest.mark.parametrize(
    ("model", "act", "rule"),
    [
        ("starter", {"page": "/case-studies/acme"}, "case_study"),
        ("starter", {"download": "導入事例集"}, "case_study"),
        ("starter", {"form": "資料ダウンロード"}, "download"),
        ("starter", {"page": "/pricing"}, "pricing"),
        ("saas", {"page": "/simulator"}, "simulator"),
        ("saas", {"form": "料金シミュレーション"}, "simulator"),
        ("saas", {"registered": "製品ウェビナー"}, "webinar"),
        ("saas", {"attended": "Product webinar"}, "webinar"),
        ("examples/a_basic", {"open": "11月号"}, "mail_open"),
        ("examples/a_100", {"click": "/blog"}, "mail_click"),
        ("saas", {"page": "/compare"}, "comparison"),
        ("saas", {"form": "無料トライアル申込"}, "trial"),
        ("manufacturing", {"download": "減速機 図面"}, "spec_sheet"),
        ("manufacturing", {"attended": "技術セミナー"}, "technical_seminar"),
        ("manufacturing", {"page": "/estimate"}, "pricing"),
        ("consulting", {"form": "課題別レポート"}, "report"),
        ("consulting", {"attended": "基調講演"}, "talk"),
    ],
)
def test_r06_every_kind_of_act_is_read(model: str, act: dict[str, object], rule: str) -> None:
    assert rule in points(score_of(facts_of([{"ago": 1, **act}]), model))


def test_r06_a_revisit_of_the_site_is_read() -> None:
    assert "came_back" in points(score_of(facts_of([{"ago": 1, "revisit": "/"}], since=200), "saas"))


# --- the example point sets ---


def test_r07_a_basic_gives_the_points_of_its_source_and_sums_to_79() -> None:
    acts = [
        {"ago": 4, "page": "/price"},
        {"ago": 3, "download": "導入事例集"},
        {"ago": 2, "attended": "セミナー"},
        {"ago": 1, "open": "11月号"},
    ]
    result = score_of(facts_of(acts, **EXAMPLE_TARGET), "examples/a_basic")
    assert points(result) == {
        "title": 20, "employees": 15, "industry": 10, "pricing": 15, "case_study": 10, "seminar": 8, "mail_open": 1,
    }  # fmt: skip
    assert (result.total, result.band) == (79_000, "hot")
    assert rule_points("examples/a_basic", "title")["staff"] == 5


def test_r07_at_80_and_50_a_basic_could_make_nobody_hot_and_lint_says_so(tmp_path: Path) -> None:
    text = resources.files("config").joinpath("examples", "a_basic.yaml").read_text(encoding="utf-8")
    strict = tmp_path / "strict.yaml"
    strict.write_text(text.replace("{hot: 60, nurture: 40}", "{hot: 80, nurture: 50}"), encoding="utf-8")
    errors = [finding for finding in lint(load_model(str(strict))) if finding.severity == "error"]
    assert [finding for finding in errors if "hot" in (finding.id, finding.subject) or "hot" in finding.text.en]
    assert not [finding for finding in lint(load_model("examples/a_basic")) if finding.severity == "error"]


def test_r08_a_100_gives_the_points_of_its_source() -> None:
    assert rule_points("examples/a_100", "industry") == {"target": 30, "unknown": 0, "other": 0}
    assert rule_points("examples/a_100", "employees") == {"large": 30, "medium": 10, "small": 10, "unknown": 0}
    assert rule_points("examples/a_100", "title") == {"decision_maker": 40, "staff": 10, "unknown": 0}
    acts = [
        {"ago": 5, "page": "/price"},
        {"ago": 4, "page": "/case/software"},
        {"ago": 3, "download": "サービス概要資料"},
        {"ago": 2, "attended": "製品ウェビナー"},
        {"ago": 1, "click": "/blog"},
    ]
    result = score_of(facts_of(acts), "examples/a_100")
    assert points(result) == {"pricing": 15, "case_study": 10, "overview": 5, "webinar": 20, "mail_click": 2}


def test_r08_a_100_reaches_100_by_attributes_alone_and_yet_nobody_is_hot() -> None:
    result = score_of(facts_of(**EXAMPLE_TARGET), "examples/a_100")
    assert (result.attribute, result.total, result.band) == (100_000, 100_000, "nurture")
    assert "engagement_floor" in result.missed


def test_r09_b_example_gives_the_points_of_its_source() -> None:
    sizes = {size: points(score_of(facts_of(employees=size), "examples/b_example")) for size in (99, 100, 299, 300)}
    # A total never falls below 0, so the ledger gives back what 99 employees cost.
    assert [sizes[size]["employees"] for size in (99, 100, 299, 300)] == [-10, 10, 10, 20]
    assert rule_points("examples/b_example", "industry")["target"] == 20
    assert rule_points("examples/b_example", "title")["decision_maker"] == 30


def test_r09_b_example_reaches_80_by_behaviour_alone_and_yet_she_is_not_hot() -> None:
    acts = [{"ago": 3, "download": "サービス資料"}, {"ago": 2, "open": "11月号"}, {"ago": 1, "attended": "セミナー"}]
    result = score_of(facts_of(acts), "examples/b_example")
    assert points(result) == {"download": 30, "mail_open": 10, "seminar": 40}
    assert (result.total, result.band, result.missed) == (80_000, "nurture", ("attribute_floor",))


def test_r09_eight_mail_opens_count_as_one() -> None:
    opens = [{"ago": day, "open": f"{day}号"} for day in range(1, 9)]
    assert points(score_of(facts_of(opens), "examples/b_example")) == {"mail_open": 10}


# --- weights ---


@pytest.mark.parametrize(
    ("model", "title"), [("saas", "title"), ("manufacturing", "technical_head"), ("consulting", "title")]
)
def test_r10_authority_weighs_more_than_any_other_attribute(model: str, title: str) -> None:
    tops = {
        rule.id: max(bucket.points for bucket in rule.buckets)
        for rule in model_named(model).rules
        if isinstance(rule, AttributeRule)
    }
    assert tops[title] > max(top for rule, top in tops.items() if rule != title)


def test_r10_staff_do_not_become_hot_by_what_makes_a_decision_maker_hot() -> None:
    acts = [{"ago": 2, "page": "/compare"}, {"ago": 1, "page": "/pricing"}]
    head, staff = (score_of(facts_of(acts, title=title, employees=450), "saas") for title in ("部長", "主任"))
    assert (head.band, staff.band) == ("hot", "nurture")


def test_r11_killer_content_earns_most_of_all_pages() -> None:
    model = model_named("saas")
    assert [tag.id for tag in model.content.tags if tag.killer] == ["comparison"]
    tops = {
        rule.id: max(matcher.points for matcher in rule.matchers if matcher.page_tags)
        for rule in model.rules
        if isinstance(rule, ActRule) and any(matcher.page_tags for matcher in rule.matchers)
    }
    assert max(tops, key=tops.__getitem__) == "comparison"
    assert list(tops.values()).count(tops["comparison"]) == 1


def test_r12_two_acts_in_turn_within_a_day_earn_more_than_each_alone() -> None:
    def behaviour(hours: float) -> int:
        acts = [{"ago": 3, "page": "/case/acme"}, {"ago": 3 - hours / 24, "page": "/simulator"}]
        return score_of(facts_of(acts), "saas").behaviour

    assert behaviour(24) == 50_000
    assert behaviour(24.1) == behaviour(-2) == 25_000


# --- presets ---


def _shape(model: Model) -> dict[str, tuple[int, ...]]:
    """Whole points of each rule: its buckets, its matchers or its one figure, then its cap."""
    shape = {}
    for rule in model.rules:
        if isinstance(rule, AttributeRule):
            shape[rule.id] = tuple(bucket.points // 1_000 for bucket in rule.buckets if bucket.points)
        elif isinstance(rule, ActRule):
            given = dict.fromkeys(matcher.points // 1_000 for matcher in rule.matchers if matcher.points)
            shape[rule.id] = (*given, (rule.cap or 0) // 1_000)
        elif not isinstance(rule, ReactivationRule):
            shape[rule.id] = ((rule.cap or 0) // 1_000,)
    return shape


def test_r14_saas_is_quick_and_forgets() -> None:
    model = model_named("saas")
    assert _shape(model) == {
        "title": (20, 5), "industry": (10,), "employees": (15, -10), "trial": (40, 40), "simulator": (25, 25),
        "pricing": (15, 15), "comparison": (30, 30), "webinar": (20, 10, 20), "case_then_simulator": (25,),
        "active_days": (10,),
    }  # fmt: skip
    assert (model.opportunity_days, model.win_days) == (60, 120)
    trial = model.rule("trial")
    assert isinstance(trial, ActRule)
    assert [trial.weight(day) for day in (0, 6, 7, 28, 35)] == [1_000, 1_000, 850, 523, 445]


def test_r14_manufacturing_is_slow_and_remembers() -> None:
    model = model_named("manufacturing")
    assert _shape(model) == {
        "industry": (20,), "employees": (20, 10, -10), "technical_head": (30, 30, 30), "spec_sheet": (15, 45),
        "technical_seminar": (20, 10, 40), "case_study": (10, 10), "pricing": (15, 15), "active_months": (10,),
        "spec_then_seminar": (15,),
    }  # fmt: skip
    assert (model.opportunity_days, model.win_days) == (180, 365)
    remembered = [rule for rule in model.rules if isinstance(rule, ActRule | SequenceRule)]
    assert all((rule.window_days, rule.weight(179)) == (180, 1_000) for rule in remembered)


def test_r14_consulting_rests_on_rank_and_trust() -> None:
    model = model_named("consulting")
    assert _shape(model) == {
        "title": (30, 5), "industry": (20,), "employees": (20, -10), "report": (15, 30), "talk": (30, 30),
        "seminar": (20, 10, 20), "case_study": (10, 10), "engagement": (15, 15), "report_then_contact": (20,),
    }  # fmt: skip
    assert (model.opportunity_days, model.win_days) == (120, 270)
    sequence = model.rule("report_then_contact")
    assert isinstance(sequence, SequenceRule)
    assert sequence.within_seconds == 72 * 3_600


@pytest.mark.parametrize("model", PRESETS)
def test_r14_a_preset_makes_hot_people_with_no_target_industry_set(model: str) -> None:
    industry = model_named(model).rule("industry")
    assert isinstance(industry, AttributeRule)
    assert industry.unset
    assert [someone for someone in people() if someone.model == model and someone.band == "hot"]


@pytest.mark.parametrize(
    ("title", "department", "earned"),
    [
        ("設計課長", "", 30),
        ("課長", "品質保証部", 30),
        ("Engineering Manager", "", 30),
        ("Manager", "R&D", 30),
        ("工場長", "", 30),
        ("代表取締役", "営業本部", 30),
        ("技術部 主任", "技術部", 0),
        ("営業部長", "", 0),
        ("営業技術課長", "", 0),
        ("Vice President, Sales", "", 0),
    ],
)
def test_r14_a_technical_head_has_both_rank_and_department(title: str, department: str, earned: int) -> None:
    result = score_of(facts_of(title=title, department=department), "manufacturing")
    assert points(result).get("technical_head", 0) == earned


# --- who is out, bands, rest and return ---


@pytest.mark.parametrize("model", [*shipped_models(), *example_models()])
@pytest.mark.parametrize(
    ("known", "exclusion"),
    [
        ({"title": "大学生"}, "student"),
        ({"company_name": "個人事業主"}, "sole_proprietor"),
        ({"email_domains": ("rd.rival.co.jp",)}, "competitor"),
    ],
)
def test_r15_who_is_no_target_gets_0_and_is_out(model: str, known: dict[str, object], exclusion: str) -> None:
    acts = [{"ago": 2, "page": "/compare"}, {"ago": 1, "form": "デモ依頼"}, {"ago": 1, "page": "/price"}]
    result = score_of(facts_of(acts, **{**HEAD, **known}), model)
    assert (result.total, result.band, result.exclusion) == (0, "excluded", exclusion)


@pytest.mark.parametrize("model", ["saas", "manufacturing", "consulting"])
def test_r15_colleagues_are_out_where_the_model_asks_for_it(model: str) -> None:
    result = score_of(facts_of([{"ago": 1, "page": "/price"}], **{**HEAD, "email_domains": ("ours.co.jp",)}), model)
    assert (result.total, result.band, result.exclusion) == (0, "excluded", "own_employee")


@pytest.mark.parametrize("model", shipped_models())
def test_r16_bands_begin_at_80_and_50(model: str) -> None:
    shipped = model_named(model)
    assert (shipped.hot_threshold, shipped.nurture_threshold) == (80_000, 50_000)


def test_r16_79_is_not_hot_and_49_is_not_to_be_nurtured() -> None:
    attributes = {"title": "部長", "employees": 300}  # 40 in basic
    acts = [{"ago": 3, "attended": "セミナー"}, {"ago": 2, "page": "/compare"}]
    found = score_of(facts_of(acts, **attributes), "basic")
    just_below = replace(model_named("basic"), hot_threshold=80_001, cache={})
    assert (found.total, found.band) == (80_000, "hot")
    assert score(facts_of(acts, **attributes), just_below, NOON, TOKYO).band == "nurture"
    assert score_of(facts_of([{"ago": 3, "registered": "セミナー"}], **attributes), "basic").band == "nurture"
    assert score_of(facts_of([{"ago": 3, "page": "/blog"}], **attributes), "basic").band == "hold"


@pytest.mark.parametrize("model", shipped_models())
def test_r18_90_days_of_silence_cost_50_points_once_however_often_one_looks(model: str) -> None:
    someone = facts_of([{"ago": 0, "page": "/price"}], **HEAD)
    assert score_of(someone, model, 89).band != "dormant"
    for days in (90, 91, 150, 150):
        result = score_of(someone, model, days)
        lost = sum(line.points for line in result.lines if line.rule == "dormancy")
        assert result.band == "dormant"
        assert result.total == max(0, result.attribute + result.behaviour + result.activity - 50_000)
        assert -50_000 <= lost <= 0


def test_r18_interest_fades_in_the_meantime() -> None:
    someone = facts_of([{"ago": 0, "form": "無料トライアル"}], **HEAD)
    fading = [score_of(someone, "saas", days).total for days in (0, 7, 28, 63, 89)]
    assert fading == sorted(fading, reverse=True)
    assert len(set(fading)) == len(fading)


@pytest.mark.parametrize("model", PRESETS)
def test_r19_after_the_rest_she_is_not_lost_but_counts_again_when_she_acts(model: str) -> None:
    once = facts_of([{"ago": 100, "page": "/case/acme"}], **HEAD)
    back = facts_of([{"ago": 100, "page": "/case/acme"}, {"ago": 0.1, "page": "/case/acme"}], **HEAD)
    asleep, awake = score_of(once, model), score_of(back, model)
    assert asleep.band == "dormant"
    assert asleep.exclusion is None
    assert awake.band in ("hold", "nurture")
    assert "dormancy" not in points(awake)


@pytest.mark.parametrize("model", PRESETS)
@pytest.mark.parametrize(
    ("since", "lost", "earned"), [(60, None, 0), (120, None, 10), (60, 20, 10), (60, 1, 0)],
    ids=["neither", "after a pause", "after a lost deal", "before the deal was lost"],
)  # fmt: skip
def test_r26_coming_back_is_a_signal(model: str, since: int, lost: int | None, earned: int) -> None:
    someone = facts_of([{"ago": 2, "revisit": "/"}], since=since, lost=lost, **HEAD)
    result = score_of(someone, model)
    assert points(result).get("came_back", 0) == earned
    assert result.reactivated is bool(earned)
    assert not score_of(replace(someone, customer=True), model).reactivated
    assert not score_of(replace(someone, opted_out=True), model).reactivated


@pytest.mark.parametrize("model", PRESETS)
def test_r26_themes_of_a_preset_are_found_in_content(model: str) -> None:
    names = {"saas": "セキュリティ対策", "manufacturing": "検査工程の自動化", "consulting": "人事制度"}
    act = Act("a", "content_download", NOON - DAY, content_name=f"{names[model]} 課題別レポート")
    assert tags_of(act, model_named(model)).themes
