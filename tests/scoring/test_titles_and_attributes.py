from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.scoring.facts import Facts
from sync.scoring.model import Model
from sync.scoring.scorer import Line, score

Person = Callable[..., Facts]

DECISION_MAKERS = [
    "部長", "営業部長", "情報システム本部長", "副本部長", "事業部長", "担当部長", "執行役員", "常務執行役員", "取締役",
    "代表取締役社長", "副社長", "社長", "会長", "専務取締役", "ＣＥＯ", "CTO", "Chief Executive Officer", "VP of Sales",
    "SVP, Engineering", "Vice President", "President & CEO", "Director", "Managing Director", "director of marketing",
    "Head of IT", "General Manager", "Founder", "Co-Founder", "Owner", "ゼネラルマネージャー", "ｾﾞﾈﾗﾙﾏﾈｰｼﾞｬｰ", "部　長",
    "取 締 役", "部長代理 兼 執行役員", "工場長", "支社長", "代表", "部門長", "マーケティング部 部長",
]  # fmt: skip
STAFF = [
    "課長", "係長", "主任", "次長", "副部長", "部長代理", "営業部長代理", "部長補佐", "本部長付", "マネージャー",
    "Manager", "Senior Manager", "Assistant Director", "Associate Director", "Deputy Director", "Director's assistant",
    "Assistant to the Director", "Executive Assistant to the CEO", "社長秘書", "代表取締役社長秘書", "社長室",
    "役員室 主任", "Assistant General Manager", "Assistant Vice President", "Product Owner", "営業", "エンジニア",
    "Engineer", "営業代表", "Art Director", "Webディレクター", "Directory Administrator", "秘書", "担当",
    "Secretary to the President",
]  # fmt: skip
BLANK = ["", "  ", "-", "－", "なし", "N/A", "不明", "unknown", "---"]


def line_of(person: Facts, model: Model, now: int, rule: str) -> Line:
    return next(line for line in score(person, model, now, "Asia/Tokyo").lines if line.rule == rule)


@pytest.mark.parametrize("title", DECISION_MAKERS)
def test_department_heads_and_up_are_decision_makers(title: str, person: Person, basic: Model, now: int) -> None:
    found = line_of(person(title=title), basic, now, "title")
    assert (found.detail, found.points) == ("decision_maker", 20_000)


@pytest.mark.parametrize("title", STAFF)
def test_titles_that_only_sound_like_a_rank_are_staff(title: str, person: Person, basic: Model, now: int) -> None:
    found = line_of(person(title=title), basic, now, "title")
    assert (found.detail, found.points) == ("staff", 5_000)


@pytest.mark.parametrize("title", BLANK)
def test_a_missing_title_is_unknown_and_shown_as_such(title: str, person: Person, basic: Model, now: int) -> None:
    found = line_of(person(title=title), basic, now, "title")
    assert (found.detail, found.points) == ("unknown", 0)


@pytest.mark.parametrize(
    ("employees", "bucket", "points"),
    [
        (None, "unknown", 0),
        (0, "unknown", 0),
        (1, "tiny", -10_000),
        (49, "tiny", -10_000),
        (50, "small", 0),
        (99, "small", 0),
        (100, "medium", 10_000),
        (299, "medium", 10_000),
        (300, "large", 20_000),
        (1_000_000, "large", 20_000),
    ],
)
def test_size_buckets_are_half_open_and_have_no_gap(
    employees: int | None, bucket: str, points: int, person: Person, basic: Model, now: int
) -> None:
    found = line_of(person(employees=employees), basic, now, "employees")
    assert (found.detail, found.points) == (bucket, points)


def test_an_unset_target_gives_nothing_and_says_so(person: Person, basic: Model, now: int) -> None:
    found = line_of(person(industry="製造業"), basic, now, "industry")
    assert (found.detail, found.points) == ("unset", 0)


RULES = """
rules:
  - id: industry
    axis: attribute
    label: {en: Industry, ja: 業種}
    field: industry
    buckets:
      - {id: target, any_of: [製造業, computer software], points: 20}
      - {id: unknown, unknown: true, points: 0}
      - {id: other, other: true, points: -5}
"""


@pytest.mark.parametrize(
    ("industry", "bucket"),
    [
        ("製造業(自動車)", "target"),
        ("COMPUTER_SOFTWARE", "target"),
        ("Computer Software", "target"),
        ("computer softwares", "other"),
        ("小売業", "other"),
        ("", "unknown"),
        ("未設定", "unknown"),
    ],
)
def test_a_set_target_knows_both_crms_spellings(
    industry: str, bucket: str, person: Person, own_model: Callable[..., Model], now: int
) -> None:
    assert line_of(person(industry=industry), own_model(RULES), now, "industry").detail == bucket


@pytest.mark.parametrize(
    ("known", "excluded"),
    [
        ({"title": "大学生"}, "student"),
        ({"title": "Graduate Student"}, "student"),
        ({"title": "学生支援課長"}, None),
        ({"title": "Director of Student Affairs"}, None),
        ({"email_domains": ("stu.kyoto-u.ac.jp",)}, "student"),
        ({"email_domains": ("kyoto-u.ac.jp",)}, None),
        ({"company_name": "個人"}, "sole_proprietor"),
        ({"company_name": "株式会社個人情報サービス"}, None),
        ({"title": "フリーランス Webデザイナー"}, "sole_proprietor"),
        ({"title": "Freelance writer"}, "sole_proprietor"),
    ],
)
def test_people_never_sold_to_are_excluded(
    known: dict[str, object], excluded: str | None, person: Person, basic: Model, now: int
) -> None:
    result = score(person(**known), basic, now, "Asia/Tokyo")
    assert result.exclusion == excluded
    assert (result.band == "excluded") is (excluded is not None)


COMPETITOR = (
    RULES
    + """
exclusions:
  - id: competitor
    label: {en: Competitor, ja: 競合}
    reason: {en: works for a rival, ja: 競合他社の方}
    any:
      - {field: email_domain, domains: [rival.co.jp]}
"""
)


@pytest.mark.parametrize(
    ("domain", "excluded"), [("rival.co.jp", True), ("sub.RIVAL.co.jp", True), ("notrival.co.jp", False)]
)
def test_a_competitors_domain_covers_its_subdomains_only(
    domain: str, excluded: bool, person: Person, own_model: Callable[..., Model], now: int
) -> None:
    result = score(person(email_domains=("gmail.com", domain)), own_model(COMPETITOR), now, "Asia/Tokyo")
    assert (result.band == "excluded") is excluded
