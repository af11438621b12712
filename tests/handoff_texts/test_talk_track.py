"""How the first call is opened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from speaking import ASLEEP, BASIC, COLD, DAY, HEAD, HOT, NOBODY, NOW, STUDENT, TOKYO, of, view

from sync.core.text import Text
from sync.handoff.talk import talk, talk_track
from sync.scoring.definition import Model, ReactivationRule, Tag
from sync.scoring.facts import Act, Facts
from sync.scoring.phrases import phrases
from sync.scoring.scorer import Score

BOTH = pytest.mark.parametrize("language", ["ja", "en"])


def said(person: tuple[Facts, Score], language: str = "ja", model: Model = BASIC) -> list[str]:
    return talk_track(person[1], model, person[0], language, TOKYO).splitlines()


@BOTH
def test_a_talk_track_has_at_most_three_lines(language: str) -> None:
    for person in (HOT, COLD, ASLEEP, of(HEAD, view("/case"), view("/price"), view("/vs/x"))):
        assert 1 <= len(said(person, language)) <= 3


@BOTH
def test_nobody_who_is_excluded_is_to_be_called(language: str) -> None:
    assert said(STUDENT, language) == []


def test_it_thanks_for_what_really_happened_and_asks_about_the_interest() -> None:
    assert said(HOT) == [
        "ご依頼をいただいています（「デモ依頼」 2026/11/20 11:00）。まずお礼をお伝えください。",
        "「デモにご関心をお持ちのようですが、実際の運用について、現在どのような課題をお持ちでしょうか？」",
        "根拠：デモ・トライアル・お問い合わせの依頼 / セミナー：参加 / 直近30日のうち3日以上の活動",
    ]


OPENINGS: list[tuple[Act, str]] = [
    (view("/price"), "looking at our pages"),
    (Act("f", "form_submit", NOW, content_name="資料請求"), "downloaded"),
    (Act("f", "seminar_registered", NOW), "seminar"),
    (Act("f", "trial_signup", NOW), "asked us"),
    (view("/vs/x"), "compare options"),
    (Act("f", "form_submit", NOW, url="https://x.jp/price", content_name="メルマガ"), ""),
]


@pytest.mark.parametrize(("act", "opening"), OPENINGS)
def test_the_opening_claims_no_more_than_the_evidence(act: Act, opening: str) -> None:
    first = said(of(HEAD, act), "en")[0]
    assert opening in first
    if not opening:
        assert first.startswith('"')  # nothing to thank for: straight to the question


QUESTIONS = [
    (
        view("/price"),
        "料金にご関心をお持ちのようですが、ご予算や導入時期について、現在どのような課題をお持ちでしょうか？",
    ),
    (view("/case/1"), "導入事例にご関心をお持ちのようですが、同じような課題は、現在どのような場面でお持ちでしょうか？"),
    (view("/vs/x"), "他社比較にご関心をお持ちのようですが、選定にあたって、特に重視されている点はどこでしょうか？"),
    (
        Act("s", "seminar_attended", NOW),
        "セミナーにご関心をお持ちのようですが、現在どのような課題をお持ちでしょうか？",
    ),
]


@pytest.mark.parametrize(("act", "question"), QUESTIONS)
def test_the_question_is_fitted_to_what_the_person_looks_at(act: Act, question: str) -> None:
    assert f"「{question}」" in said(of(HEAD, act))


def with_theme(model: Model = BASIC) -> Model:
    label = Text("security", "セキュリティ")
    theme = Tag("pricing", label, phrases(["セキュリティ"]), phrases(["security"]), "", frozenset(), frozenset(), True)
    return replace(model, content=replace(model.content, themes=(theme,)), cache={})


def test_a_theme_of_the_site_is_asked_about_by_its_own_name() -> None:
    """Even one that has the id of a tag with a question of its own."""
    model = with_theme()
    person = of(HEAD, view("/price", title="セキュリティ対策"), model=model)
    assert "「セキュリティにご関心をお持ちのようですが、現在どのような課題をお持ちでしょうか？」" in said(
        person, model=model
    )


def test_where_nothing_is_known_the_sentence_is_safe() -> None:
    assert said(COLD) == ["「現在のお取り組みと、お力になれそうな点をお聞かせいただけますか？」"]


def test_who_sleeps_is_asked_how_things_stand() -> None:
    assert said(ASLEEP) == [
        "90日以上、活動がありません（最後の活動：「料金プラン」 2026/08/12 12:00）。近況の確認から始めてください。",
        "「以前、料金に関する情報をご覧いただきましたが、その後、状況に変化はございましたか？」",
    ]
    never = of(replace(NOBODY, first_known_at=0))
    assert said(never) == [
        "活動の記録がまだありません。近況の確認から始めてください。",
        "「ご無沙汰しております。その後、状況に変化はございましたか？」",
    ]


def reviving(after_loss: bool = False) -> Model:
    """The basic model, with a rule for who comes back."""
    matcher = next(rule for rule in BASIC.rules if rule.id == "pricing").matchers[0]  # type: ignore[union-attr]
    rule = ReactivationRule(
        id="back",
        axis="behaviour",
        label=Text("Came back", "再訪"),
        cap=None,
        window_days=90,
        once_in_days=0,
        decay=(1_000,),
        matchers=(replace(matcher, id=""),),
        after_dormancy=not after_loss,
        after_loss=after_loss,
    )
    return replace(BASIC, rules=(*BASIC.rules, rule), cache={})


def test_who_comes_back_is_told_with_what_she_did_before() -> None:
    model = reviving()
    before = view("/case/1", 200, title="事例 A社")
    now = view("/price", 1, title="料金プラン")
    person = of(replace(HEAD, first_known_at=NOW - 300 * DAY), before, now, model=model)
    assert person[1].reactivated
    first, question, *_ = said(person, model=model)
    assert first == "再び動きがありました。以前：「事例 A社」 2026/05/04 12:00、今回：「料金プラン」 2026/11/19 12:00"
    assert question == "「改めて料金にご関心をお持ちのようですが、その後、どのような課題が出てきていますか？」"
    assert talk(person[1], model, person[0], "ja", TOKYO)[0].evidence == (now.id, before.id)


def test_who_comes_back_with_no_act_before_is_told_so() -> None:
    model = reviving()
    person = of(replace(HEAD, first_known_at=NOW - 300 * DAY), view("/price", 1, title="料金プラン"), model=model)
    assert said(person, model=model)[0] == "しばらく活動がなかった方の再訪です：「料金プラン」 2026/11/19 12:00"


def test_who_comes_back_after_a_lost_deal_is_told_so() -> None:
    model = reviving(after_loss=True)
    lost = replace(HEAD, lost_at=NOW - 10 * DAY)
    person = of(lost, view("/case/1", 20, title="事例 A社"), view("/price", 1, title="料金プラン"), model=model)
    assert said(person, model=model)[0] == (
        "失注後に再び動きがありました。以前：「事例 A社」 2026/10/31 12:00、今回：「料金プラン」 2026/11/19 12:00"
    )


def test_no_line_tells_what_people_wrote_to_each_other() -> None:
    reply = Act("r", "email_reply", NOW, title="Re: 山田様 taro@x.jp")
    for person in (of(HEAD, reply, view("/price", 2)), of(replace(HEAD, first_known_at=0), replace(reply, at=1))):
        text = "\n".join(said(person))
        assert "山田" not in text
        assert "taro" not in text
