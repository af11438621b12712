from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sync.handoff.reasons import interest_text, reasons_text, talk_track, top_reason
from sync.scoring.facts import Act, Facts
from sync.scoring.model import load_model
from sync.scoring.scorer import Line, Score, score

TOKYO = "Asia/Tokyo"
NOW = int(datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo(TOKYO)).timestamp())
DAY = 86_400
BASIC = load_model("basic")
NOBODY = Facts("p", "", "", "", "", None, "", "", (), False, "", "", NOW - 10 * DAY, ())
HEAD = replace(NOBODY, title="営業部長", employees=500)
BOTH = pytest.mark.parametrize("language", ["ja", "en"])


def view(path: str, days: int = 0, id: str = "", **more: object) -> Act:
    return Act(id or f"v{path}{days}", "page_view", NOW - days * DAY, url=f"https://x.jp{path}", **more)  # type: ignore[arg-type]


def of(person: Facts, *acts: Act) -> tuple[Facts, Score]:
    known = replace(person, acts=acts)
    return known, score(known, BASIC, NOW, TOKYO)


HOT = of(
    HEAD,
    view("/case/1", 1),
    Act("s", "seminar_attended", NOW - 5 * DAY, content_name="DX推進セミナー"),
    Act("d", "form_submit", NOW - 3_600, content_name="デモ依頼"),
)
COLD = of(NOBODY)
STUDENT = of(replace(HEAD, title="学生"), view("/price"))
ASLEEP = of(HEAD, view("/price", 100))


def test_the_top_reason_says_what_they_did_and_who_they_are() -> None:
    assert top_reason(HOT[1], BASIC, "ja") == (
        "デモ・トライアル・お問い合わせの依頼 / セミナー: 参加 / 役職: 決裁者(部長級以上)"
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
def test_every_text_fits_its_field(language: str) -> None:
    lines = tuple(Line("x" * 150 + str(n), "behaviour", 1_000 * n, 1, NOW, (), "") for n in range(1, 9))
    long = replace(HOT[1], lines=lines)
    assert len(top_reason(long, BASIC, language)) == 255
    for _, result in (HOT, COLD, STUDENT, ASLEEP):
        assert 0 < len(top_reason(result, BASIC, language)) <= 255


@BOTH
def test_there_is_one_line_for_the_sum_and_one_per_ledger_line(language: str) -> None:
    for known, result in (HOT, COLD, STUDENT, ASLEEP):
        said = reasons_text(result, BASIC, known, language, TOKYO).splitlines()
        assert len(said) == 1 + len(result.lines) + bool(result.missed)


def test_reasons_hold_points_absolute_dates_and_the_content() -> None:
    said = reasons_text(HOT[1], BASIC, HOT[0], "ja", TOKYO).splitlines()
    assert said[0] == "スコア 100 = 属性 40 / 行動 50 / 活性度 10 / 調整 ±0"
    assert said[1:] == [
        "+20 役職: 決裁者(部長級以上)",
        "±0 業種: 不明",
        "+20 従業員規模: 300名以上",
        "+20 セミナー: 参加(2026-11-15 12:00、「DX推進セミナー」)",
        "+30 デモ・トライアル・お問い合わせの依頼(2026-11-20 11:00、「デモ依頼」)",
        "+10 直近30日のうち3日以上の活動(3日、最終 2026-11-20 11:00)",
    ]


def test_times_are_of_the_accounts_zone() -> None:
    assert "on 2026-11-20 02:00" in reasons_text(HOT[1], BASIC, HOT[0], "en", "UTC")


def test_a_cap_that_was_reached_is_said() -> None:
    known, result = of(HEAD, view("/price", 0), view("/price", 10), view("/price", 20))
    assert '3 times, last 2026-11-20 12:00, "https://x.jp/price", limit reached' in reasons_text(
        result, BASIC, known, "en", TOKYO
    )


def test_thousandths_are_shown_exactly() -> None:
    line = replace(HOT[1].lines[0], points=-9_900)
    said = reasons_text(replace(HOT[1], lines=(line,), total=79_999), BASIC, HOT[0], "en", TOKYO)
    assert "Score 79.999" in said
    assert "\n-9.9 Job title" in said


def test_the_missed_hot_condition_is_named() -> None:
    for missed, ja, en in (
        ("attribute_floor", "属性が10点未満", "attributes below 10 points"),
        ("engagement_floor", "行動と活性度の合計が10点未満", "behaviour and activity below 10 points"),
        ("distinct_acts", "異なる活動が2件に満たず", "fewer than 2 different activities"),
    ):
        result = replace(HOT[1], band="nurture", missed=(missed,))
        assert ja in top_reason(result, BASIC, "ja")
        assert en in top_reason(result, BASIC, "en")
        assert ja in reasons_text(result, BASIC, HOT[0], "ja", TOKYO)


@BOTH
def test_the_reason_of_an_exclusion_is_named_and_nobody_gets_a_talk_track(language: str) -> None:
    known, result = STUDENT
    reason = {"ja": "学生のため営業対象外です", "en": "a student, not a buyer"}[language]
    assert reason in top_reason(result, BASIC, language)
    assert reason in reasons_text(result, BASIC, known, language, TOKYO)
    assert talk_track(result, known, BASIC, language) == ""


def test_dormant_people_are_said_to_be_dormant_with_the_last_date() -> None:
    known, result = ASLEEP
    assert top_reason(result, BASIC, "ja").startswith("休眠: 90日以上活動がありません / 役職")
    assert "-40 休眠: 90日以上活動がありません(最終活動 2026-08-12 12:00)" in reasons_text(
        result, BASIC, known, "ja", TOKYO
    )
    never, asleep = of(replace(NOBODY, first_known_at=0))
    assert "活動の記録がありません" in reasons_text(asleep, BASIC, never, "ja", TOKYO)


@BOTH
def test_a_talk_track_has_at_most_three_lines(language: str) -> None:
    for known, result in (HOT, COLD, ASLEEP, of(HEAD, view("/case"), view("/price"), view("/vs/x"))):
        assert 1 <= len(talk_track(result, known, BASIC, language).splitlines()) <= 3


def test_the_talk_track_thanks_for_what_really_happened_and_asks_about_the_interest() -> None:
    assert talk_track(HOT[1], HOT[0], BASIC, "ja").splitlines() == [
        "ご依頼をいただいています。まずお礼をお伝えください。",
        "「デモにご関心をお持ちのようですが、現在どのような課題をお持ちでしょうか?」",
        "根拠となる活動: デモ・トライアル・お問い合わせの依頼 / セミナー: 参加 / 直近30日のうち3日以上の活動",
    ]


OPENINGS: list[tuple[Act, str]] = [
    (view("/price"), "looking at our pages"),
    (Act("f", "form_submit", NOW, content_name="資料請求"), "downloaded"),
    (Act("f", "seminar_registered", NOW), "seminar"),
    (Act("f", "trial_signup", NOW), "asked us"),
    (Act("f", "form_submit", NOW, url="https://x.jp/price", content_name="メルマガ"), ""),
]


@pytest.mark.parametrize(("act", "opening"), OPENINGS)
def test_the_opening_claims_no_more_than_the_evidence(act: Act, opening: str) -> None:
    known, result = of(HEAD, act)
    first = talk_track(result, known, BASIC, "en").splitlines()[0]
    assert opening in first
    if not opening:
        assert first.startswith('"')  # nothing to thank for: straight to the question


def test_where_nothing_is_known_the_sentence_is_safe() -> None:
    assert talk_track(COLD[1], COLD[0], BASIC, "ja") == (
        "「現在のお取り組みと、お力になれそうな点をお聞かせいただけますか?」"
    )
    assert interest_text(COLD[1], BASIC, "ja") == ""
    assert top_reason(COLD[1], BASIC, "ja") == "加点となる情報はまだありません"


def test_interest_is_named_in_words() -> None:
    _, result = of(HEAD, view("/case/1"))
    assert (interest_text(result, BASIC, "ja"), interest_text(result, BASIC, "en")) == ("導入事例", "case studies")


def test_page_titles_cannot_break_the_lines() -> None:
    known, result = of(HEAD, view("/price", title="料金\nプラン\t" + "あ" * 200))
    line = next(line for line in reasons_text(result, BASIC, known, "ja", TOKYO).splitlines() if "料金 プラン" in line)
    assert len(line) < 130


def test_no_text_tells_names_or_addresses() -> None:
    reply = Act("r", "email_reply", NOW, title="Re: 山田様 taro@x.jp")
    known, result = of(replace(HEAD, company_name="山田商店"), reply, view("/price"), view("/price", 8), view("/vs", 9))
    said = reasons_text(result, BASIC, known, "ja", TOKYO) + talk_track(result, known, BASIC, "ja")
    assert "山田" not in said
    assert "taro" not in said
