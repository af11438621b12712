"""A task that is understood in ten seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speaking import TOKYO

from sync.core.records import CompanyRecord, PersonRecord, RecordKey
from sync.handoff.tasks import body, note_body, note_subject, subject
from sync.repository import Member, OpenDeal, ScoreRow, Standing

DUE = int(datetime(2026, 11, 24, 14, 0, tzinfo=ZoneInfo(TOKYO)).timestamp())
ROW = ScoreRow(
    1, 0, 0, 0, 0, 82_999, "hot", "料金ページ / 役職：決裁者", "行動\n属性\n合計", "お礼\n「質問」\n根拠", "料金", "",
    None, None, None, "b", "m", DUE, acts="料金ページ→導入事例ページ",
)  # fmt: skip
DEAL = OpenDeal(RecordKey("salesforce", "deal", "d1"), "s1", "青葉 新システム", through_account=False)
BOTH = pytest.mark.parametrize("language", ["ja", "en"])


def member(id: int = 1, system: str = "salesforce", **values: Any) -> Member:
    return Member(id, 1, PersonRecord(RecordKey(system, "lead", str(id)), DUE, **values), DUE)


YAMADA = member(last_name="山田", first_name="太郎", company_name="株式会社青葉", title="営業部長")
SMITH = member(last_name="Smith", first_name="Ann", company_name="Aoba Inc.", title="Sales director")


def standing(*members: Member, **score: Any) -> Standing:
    return Standing(1, "p1", None, replace(ROW, **score), members, {}, {}, {}, None, {})


def titled(record: Member, language: str = "ja", others: int = 0, **score: Any) -> str:
    colleagues = [standing(member(n + 2)) for n in range(others)]
    return subject(standing(record, **score), record, DUE, language, TOKYO, colleagues)


def test_a_subject_has_score_name_the_two_acts_and_an_absolute_deadline() -> None:
    assert titled(YAMADA) == "【82点】山田様 料金ページ→導入事例ページ 11/24 14時まで"
    assert titled(SMITH, "en", acts="pricing→demos") == "[82] Smith pricing→demos by Nov 24 14:00"


def test_the_acts_give_way_before_the_name_and_the_deadline_never_does() -> None:
    long = "料金シミュレーターページ→導入事例ページ"
    assert titled(YAMADA, acts=long) == "【82点】山田様 シミュレーター→導入事例 11/24 14時まで"
    both = f"{'あ' * 5}…→{'い' * 12}"
    assert titled(YAMADA, acts="あ" * 12 + "→" + "い" * 12) == f"【82点】山田様 {both} 11/24 14時まで"
    wide = member(last_name="長" * 15)
    assert titled(wide, acts="料金ページ→シミュレーター") == f"【82点】{'長' * 15}様 シミュレー… 11/24 14時まで"
    assert titled(YAMADA, acts="う" * 40) == f"【82点】山田様 {'う' * 18}… 11/24 14時まで"
    name = member(last_name="長" * 30)
    assert titled(name) == f"【82点】{'長' * 21}…様 11/24 14時まで"
    assert titled(YAMADA, acts="") == "【82点】山田様 11/24 14時まで"


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        ("pricing→comparisons", "[82] Smith pric…→compare by Nov 24 14:00"),
        ("case studies→pricing", "[82] Smith cases→pricing by Nov 24 14:00"),
        ("seminar→price simulator", "[82] Smith seminar→simu… by Nov 24 14:00"),
        ("quotations→demos", "[82] Smith quotes→demos by Nov 24 14:00"),
    ],
)
def test_an_english_subject_has_both_acts_too(acts: str, said: str) -> None:
    assert titled(SMITH, "en", acts=acts) == said


def test_minutes_show_where_the_deadline_is_not_on_the_hour() -> None:
    half = int(datetime(2026, 11, 24, 10, 30, tzinfo=ZoneInfo(TOKYO)).timestamp())
    person = standing(YAMADA)
    assert subject(person, YAMADA, half, "ja", TOKYO) == "【82点】山田様 料金ページ→導入事例ページ 11/24 10:30まで"
    english = standing(SMITH, acts="pricing→demos")
    assert subject(english, SMITH, half, "en", TOKYO) == "[82] Smith pricing→demos by Nov 24 10:30"


def test_the_company_is_that_of_the_linked_record_too() -> None:
    aoba = CompanyRecord(RecordKey("hubspot", "company", "c1"), DUE, name="青葉工業")
    linked = member(system="hubspot", last_name="山田", first_name="太郎", title="部長", company=aoba.key)
    person = replace(standing(linked), companies={aoba.key: aoba})
    assert body(person, linked, "k", DUE, "ja", TOKYO).startswith("山田 太郎様（青葉工業　部長）\n")
    nameless = member(system="hubspot", company=aoba.key)
    unknown = replace(standing(nameless), companies={aoba.key: aoba})
    assert subject(unknown, nameless, DUE, "ja", TOKYO).startswith("【82点】青葉工業 ご担当者様 ")


def test_a_subject_tells_how_many_more_are_hot_at_the_company() -> None:
    assert titled(YAMADA, others=2) == "【82点】山田様ほか2名 料金ページ→導入事例ページ 11/24 14時まで"
    assert titled(SMITH, "en", others=2, acts="demos") == "[82] Smith +2 demos by Nov 24 14:00"


@pytest.mark.parametrize(
    ("values", "ja", "en"),
    [
        ({"first_name": "太郎"}, "太郎様", "太郎"),
        ({"last_name": "山田様"}, "山田様", "山田"),
        ({"last_name": "不明", "company_name": "青葉"}, "青葉 ご担当者様", "青葉"),
        ({"last_name": "-", "first_name": "ご担当者"}, "お名前未登録の方", "Name unknown"),
        (
            {"company_name": "株式会社" + "青" * 30},
            "株式会社青青青青青青青青青… ご担当者様",
            "株式会社青青青青青青青青青…",
        ),
        ({}, "お名前未登録の方", "Name unknown"),
    ],
)
def test_where_the_name_is_missing_the_words_are_safe(values: dict[str, Any], ja: str, en: str) -> None:
    record = member(**values)
    assert titled(record, acts="").startswith(f"【82点】{ja} ")
    assert titled(record, "en", acts="").startswith(f"[82] {en} ")
    assert ja in body(standing(record), record, "k-1", DUE, "ja", TOKYO).splitlines()[0] or "company_name" in values


def test_the_name_may_stand_on_another_record() -> None:
    bare = member(1)
    assert subject(standing(bare, replace(YAMADA, id=2)), bare, DUE, "ja", TOKYO).startswith("【82点】山田様 ")


def test_a_body_says_who_until_when_how_to_open_and_why() -> None:
    other = replace(standing(member(2, last_name="長谷川", first_name="花子")), person_id=2)
    text = body(standing(YAMADA), YAMADA, "p1-1", DUE, "ja", TOKYO, [other], "round_robin inside; record_owner absent")
    assert text.splitlines() == [
        "山田 太郎様（株式会社青葉　営業部長）",
        "スコア：82点　期限：2026/11/24 14:00 JST",
        "担当の決め方：グループ「inside」の順番（レコードの所有者：不在）",
        "",
        "話の切り出し：",
        "お礼",
        "「質問」",
        "根拠",
        "",
        "理由：",
        "行動",
        "属性",
        "合計",
        "",
        "同じ会社のホットリード：",
        "・長谷川 花子様 82点：料金ページ / 役職：決裁者",
        "",
        "leadsync:p1-1",
    ]
    assert text.endswith("leadsync:p1-1\n")


def test_a_body_in_english() -> None:
    text = body(standing(SMITH, talk_track="", reasons="x"), SMITH, "p1-1", DUE, "en", TOKYO)
    assert text.splitlines() == [
        "Ann Smith, Sales director, Aoba Inc.",
        "Score 82. Due: 2026-11-24 14:00 JST",
        "",
        "Reasons:",
        "x",
        "",
        "leadsync:p1-1",
    ]


def test_a_body_names_all_hot_people_of_the_account_up_to_ten() -> None:
    others = [standing(member(n, last_name=f"姓{n}")) for n in range(2, 15)]
    text = body(standing(YAMADA), YAMADA, "k", DUE, "ja", TOKYO, others)
    assert [f"・姓{n}様" in text for n in (2, 11, 12)] == [True, True, False]
    assert "・ほか3名" in text


@BOTH
def test_a_note_to_a_deal_s_owner_says_who_shows_interest_in_what_and_has_no_deadline(language: str) -> None:
    person = standing(YAMADA)
    head = note_subject(person, YAMADA, language, TOKYO)
    assert len(head) <= 40
    assert "11/24" not in head
    assert "山田" in head
    text = note_body(person, YAMADA, DEAL, "p1-1-note", language, TOKYO)
    assert "青葉 新システム" in text
    assert text.endswith("\n\nleadsync:p1-1-note\n")
    assert person.score.reasons in text
    through = note_body(person, YAMADA, replace(DEAL, through_account=True, name=" "), "k", language, TOKYO)
    assert {"ja": "「名称なし」の取引先", "en": "(no name)"}[language] in through


def test_a_note_s_subject_in_both_languages() -> None:
    person = standing(YAMADA)
    assert note_subject(person, YAMADA, "ja", TOKYO) == "【商談中・82点】山田様 料金ページ→導入事例ページ"
    assert note_subject(standing(SMITH, acts="demos"), SMITH, "en", TOKYO) == "[Deal, 82] Smith demos"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


@given(
    st.sampled_from(["ja", "en"]), WORDS, WORDS, WORDS, WORDS, WORDS, st.integers(80_000, 100_000), st.integers(0, 40),
    st.integers(0, 2**31),
)  # fmt: skip
def test_whatever_the_values_a_subject_fits_and_ends_with_the_deadline(
    language: str, family: str, given_name: str, company: str, act: str, then: str, total: int, others: int, due: int
) -> None:
    record = member(last_name=family, first_name=given_name, company_name=company)
    person = standing(record, total=total, acts=f"{act}→{then}")
    colleagues = [standing(member(n + 2)) for n in range(others)]
    text = subject(person, record, due, language, TOKYO, colleagues)
    local = datetime.fromtimestamp(due, ZoneInfo(TOKYO))
    assert len(text) <= 40
    assert str(total // 1000) in text
    hour = f"{local:%H:%M}" if local.minute else f"{local.hour}時"
    ending = f" {local:%m/%d} {hour}まで" if language == "ja" else f" {local.day} {local:%H:%M}"
    assert text.endswith(ending)
    assert len(note_subject(person, record, language, TOKYO, colleagues)) <= 40
    lines = body(person, record, "p-1", due, language, TOKYO, colleagues).splitlines()
    assert [line for line in lines if line.startswith("leadsync:")] == ["leadsync:p-1"]
