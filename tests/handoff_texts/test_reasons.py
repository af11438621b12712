"""The three lines of reasons, the top reason, the two acts of a subject."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from speaking import ASLEEP, BASIC, COLD, DAY, EVERYBODY, HEAD, HOT, NOBODY, NOW, STUDENT, TOKYO, of, view

from sync.handoff.reasons import acts_text, interest_text, reasons_text, top_reason
from sync.scoring.definition import SequenceRule
from sync.scoring.facts import Act
from sync.scoring.scorer import Line, score

BOTH = pytest.mark.parametrize("language", ["ja", "en"])


def test_the_top_reason_says_what_they_did_and_who_they_are() -> None:
    assert top_reason(HOT[1], BASIC, "ja") == (
        "デモ・トライアル・お問い合わせの依頼 / セミナー：参加 / 役職：決裁者(部長級以上)"
    )
    assert top_reason(HOT[1], BASIC, "en") == (
        "Demo, trial or contact request; Seminar: attended; Job title: decision maker (director and up)"
    )


@BOTH
def test_the_top_reason_does_not_move_as_days_pass(language: str) -> None:
    known, today = HOT
    tomorrow = score(known, BASIC, NOW + DAY, TOKYO)
    assert top_reason(today, BASIC, language) == top_reason(tomorrow, BASIC, language)


@BOTH
def test_who_came_back_is_told_so_at_once_in_the_top_reason(language: str) -> None:
    begin = {"ja": "再活性化: ", "en": "Reactivated: "}[language]
    assert top_reason(replace(HOT[1], reactivated=True), BASIC, language).startswith(begin)
    assert not top_reason(HOT[1], BASIC, language).startswith(begin)
    assert not top_reason(replace(STUDENT[1], reactivated=True), BASIC, language).startswith(begin)
    assert not top_reason(replace(ASLEEP[1], reactivated=True), BASIC, language).startswith(begin)


@BOTH
def test_every_top_reason_fits_its_field(language: str) -> None:
    lines = tuple(Line("x" * 150 + str(n), "behaviour", 1_000 * n, 1, NOW, (), "") for n in range(1, 9))
    assert len(top_reason(replace(HOT[1], lines=lines), BASIC, language)) == 255
    for _, result in EVERYBODY:
        assert 0 < len(top_reason(result, BASIC, language)) <= 255


@BOTH
@pytest.mark.parametrize("change", [None, -12_000])
def test_reasons_are_three_lines(language: str, change: int | None) -> None:
    for known, result in EVERYBODY:
        assert len(reasons_text(result, BASIC, known, language, TOKYO, change).splitlines()) == 3


def test_reasons_hold_points_absolute_dates_and_the_content() -> None:
    assert reasons_text(HOT[1], BASIC, HOT[0], "ja", TOKYO).splitlines() == [
        "行動・活性度 +60：デモ・トライアル・お問い合わせの依頼 +30（「デモ依頼」、2026/11/20 11:00）、"
        "セミナー：参加 +20（「DX推進セミナー」、2026/11/15 12:00）、"
        "直近30日のうち3日以上の活動 +10（3日、最終2026/11/20 11:00）",
        "属性 +40：役職：決裁者(部長級以上) +20、従業員規模：300名以上 +20、業種：不明 ±0",
        "合計100点 = 行動 50 / 活性度 10 / 属性 40 / 調整 ±0",
    ]
    assert reasons_text(HOT[1], BASIC, HOT[0], "en", TOKYO).splitlines()[2] == (
        "Score 100 = behaviour 50, activity 10, attributes 40, adjustment ±0"
    )


def test_a_sequence_names_its_whole_chain_in_order() -> None:
    known, result = of(
        HEAD,
        view("/case/a", 3, title="事例 A社"),
        replace(view("/price", 3, id="p1", title="料金表"), at=NOW - 3 * DAY + 60),
        view("/case/b", 1, title="事例 B社"),
        replace(view("/price", 1, id="p2", title="料金プラン"), at=NOW - DAY + 60),
    )
    line = next(line for line in result.lines if isinstance(BASIC.rule(line.rule), SequenceRule))
    assert len(line.evidence) == 4
    assert "「事例 B社」→「料金プラン」" in reasons_text(result, BASIC, known, "ja", TOKYO)
    assert acts_text(result, BASIC, known, "ja") == "導入事例ページ→料金ページ"


def test_times_are_of_the_accounts_zone() -> None:
    assert "2026-11-20 02:00" in reasons_text(HOT[1], BASIC, HOT[0], "en", "UTC")


def test_a_cap_that_was_reached_is_said() -> None:
    known, result = of(HEAD, view("/price", 0), view("/price", 10), view("/price", 20))
    assert '("https://x.jp/price", 3 times, last 2026-11-20 12:00, limit reached)' in reasons_text(
        result, BASIC, known, "en", TOKYO
    )


def test_thousandths_are_shown_exactly() -> None:
    line = replace(HOT[1].lines[0], points=-9_900)
    said = reasons_text(replace(HOT[1], lines=(line,), total=79_999), BASIC, HOT[0], "en", TOKYO)
    assert "Score 79.999" in said
    assert "(director and up) -9.9" in said


def test_a_change_of_the_rules_stands_in_the_sum_line() -> None:
    known, result = HOT
    assert reasons_text(result, BASIC, known, "en", TOKYO, -12_000).splitlines()[2].endswith("; rules changed: -12")
    assert reasons_text(result, BASIC, known, "ja", TOKYO, 4_500).splitlines()[2].endswith("。ルール変更：+4.5")
    for nothing in (None, 0):
        assert "ルール変更" not in reasons_text(result, BASIC, known, "ja", TOKYO, nothing)


def test_the_missed_hot_condition_is_named() -> None:
    for missed, ja, en in (
        ("attribute_floor", "属性が10点未満", "attributes below 10 points"),
        ("engagement_floor", "行動と活性度の合計が10点未満", "behaviour and activity below 10 points"),
        ("distinct_acts", "異なる活動が2件に満たず", "fewer than 2 different activities"),
        ("recycled", "育成に戻した後", "sent back to nurture"),
    ):
        result = replace(HOT[1], band="nurture", missed=(missed,))
        assert ja in top_reason(result, BASIC, "ja")
        assert en in top_reason(result, BASIC, "en")
        assert ja in reasons_text(result, BASIC, HOT[0], "ja", TOKYO).splitlines()[2]


@BOTH
def test_the_reason_of_an_exclusion_is_named(language: str) -> None:
    known, result = STUDENT
    reason = {"ja": "学生のため営業対象外です", "en": "a student, not a buyer"}[language]
    assert reason in top_reason(result, BASIC, language)
    assert reason in reasons_text(result, BASIC, known, language, TOKYO).splitlines()[2]


def test_dormant_people_are_said_to_be_dormant_with_the_last_date() -> None:
    known, result = ASLEEP
    assert top_reason(result, BASIC, "ja").startswith("休眠：90日以上活動がありません / 役職")
    assert "休眠：90日以上活動がありません -40（最終活動 2026/08/12 12:00）" in reasons_text(
        result, BASIC, known, "ja", TOKYO
    )
    never, asleep = of(replace(NOBODY, first_known_at=0))
    assert "活動の記録がありません" in reasons_text(asleep, BASIC, never, "ja", TOKYO)


@BOTH
def test_no_point_of_the_ledger_vanishes(language: str) -> None:
    clamped = of(
        replace(HEAD, employees=500),
        *(view(path, 1) for path in ("/price", "/vs", "/case")),
        Act("s", "seminar_attended", NOW - DAY, content_name="セミナー"),
        Act("d", "form_submit", NOW, content_name="デモ依頼"),
        Act("e", "content_download", NOW - 2 * DAY, content_name="資料"),
    )
    assert any(line.rule == "clamp" for line in clamped[1].lines)
    for known, result in (*EVERYBODY, clamped):
        said = reasons_text(result, BASIC, known, language, TOKYO)
        shown = [
            int(points.replace("±", "")) * 1_000 for points in re.findall(r" ([+-]\d+|±0)(?=[ （(、;。]|$)", said, re.M)
        ]
        listed = sorted(line.points for line in result.lines)
        assert all(shown.count(points) >= listed.count(points) for points in listed)


def test_where_nothing_is_known_the_words_are_safe() -> None:
    assert interest_text(COLD[1], BASIC, "ja") == ""
    assert top_reason(COLD[1], BASIC, "ja") == "加点となる情報はまだありません"
    assert acts_text(COLD[1], BASIC, COLD[0], "ja") == ""


def test_interest_is_named_in_words() -> None:
    _, result = of(HEAD, view("/case/1"))
    assert (interest_text(result, BASIC, "ja"), interest_text(result, BASIC, "en")) == ("導入事例", "case studies")


def test_page_titles_cannot_break_the_lines() -> None:
    known, result = of(HEAD, view("/price", title="料金\nプラン\t\u2028" + "あ" * 200))
    lines = reasons_text(result, BASIC, known, "ja", TOKYO).splitlines()
    assert len(lines) == 3
    assert "「料金 プラン あ" in lines[0]
    assert len(lines[0]) < 180


def test_no_reason_tells_names_or_addresses() -> None:
    reply = Act("r", "email_reply", NOW, title="Re: 山田様 taro@x.jp")
    known, result = of(replace(HEAD, company_name="山田商店"), reply, view("/price"), view("/price", 8), view("/vs", 9))
    said = reasons_text(result, BASIC, known, "ja", TOKYO)
    assert "山田" not in said
    assert "taro" not in said


ACTS = [
    ((view("/price", 1), view("/vs/x", 3)), "他社比較ページ→料金ページ", "comparisons→pricing"),
    ((Act("d", "form_submit", NOW, content_name="デモ依頼"),), "デモ", "demos"),
    ((Act("s", "seminar_attended", NOW - DAY), view("/price", 3)), "料金ページ→セミナー参加", "pricing→seminar"),
    ((Act("c", "content_download", NOW, content_name="会社案内"),), "資料DL", "Document download"),
    ((Act("c", "content_download", NOW, content_name="導入事例集"),), "導入事例DL", "case studies"),
    ((Act("o", "email_open", NOW),), "", ""),
    # A simulator's page bears the words of a price page too; what she used is what counts.
    ((view("/price/simulator", 1, title="料金シミュレーター"),), "料金シミュレーターページ", "price simulator"),
    (
        (view("/price/simulator", 1), view("/price", 3)),
        "料金ページ→料金シミュレーターページ",
        "pricing→price simulator",
    ),
    ((view("/price/vs-others", 1, title="価格の比較"),), "他社比較ページ", "comparisons"),
]


@pytest.mark.parametrize(("acts", "ja", "en"), ACTS)
def test_the_two_acts_stand_in_the_order_in_which_they_happened(acts: tuple[Act, ...], ja: str, en: str) -> None:
    known, result = of(HEAD, *acts)
    assert (acts_text(result, BASIC, known, "ja"), acts_text(result, BASIC, known, "en")) == (ja, en)
