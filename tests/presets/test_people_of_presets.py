"""People who must come out as people/*.yaml says, and what must hold of every shipped model whoever comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from preset_people import DAY, NOON, Someone, facts_of, model_named, people, score_of

from sync.core.activity import Kind
from sync.scoring.content import tags_of
from sync.scoring.facts import Act, Facts
from sync.scoring.industries import SECTORS
from sync.scoring.model import example_models, shipped_models

PEOPLE = people()
EVERY_MODEL = (*shipped_models(), *example_models())
BEST = {"title": "代表取締役社長", "department": "技術部", "employees": 1_000, "industry": "ソフトウェア"}


@pytest.mark.parametrize("someone", PEOPLE, ids=lambda someone: f"{someone.model}: {someone.who}")
def test_everybody_comes_out_as_expected(someone: Someone) -> None:
    result = score_of(someone.facts, someone.model)
    assert {line.rule: line.points for line in result.lines if line.points} == someone.lines
    assert result.total == sum(someone.lines.values())
    assert (result.band, result.missed) == (someone.band, someone.missed)
    assert result.reactivated == someone.reactivated


@pytest.mark.parametrize("model", shipped_models())
def test_every_shipped_model_has_people_of_every_fate(model: str) -> None:
    mine = [someone for someone in PEOPLE if someone.model == model]
    assert {someone.band for someone in mine} == {"hot", "nurture", "hold", "excluded", "dormant"}
    assert any(_came_back(someone) for someone in mine)


def _came_back(someone: Someone) -> bool:
    """Awake again after a pause of 90 days."""
    first = min((act.at for act in someone.facts.acts), default=NOON)
    return NOON - first >= 90 * DAY and someone.band not in ("dormant", "excluded")


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_mail_opens_make_nobody_hot(model: str) -> None:
    opens = tuple(
        Act(f"o{number}", Kind.EMAIL_OPEN, NOON - number * DAY // 4, content_id=f"m{number}", seq=number)
        for number in range(300)
    )
    for sector in ("ソフトウェア", ""):
        assert not score_of(_best(opens, industry=sector), model).is_hot


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_one_weak_act_makes_nobody_hot_however_often_she_repeats_it(model: str) -> None:
    tried = 0
    for act in _acts():
        if tags_of(act, model_named(model)).strong:
            continue
        again = tuple(replace(act, id=f"{act.id}-{day}", at=NOON - day * DAY, seq=day) for day in range(60))
        assert not score_of(_best((act,)), model).is_hot, act
        assert not score_of(_best(again), model).is_hot, act
        tried += 1
    assert tried > 30


@pytest.mark.parametrize("someone", PEOPLE, ids=lambda someone: f"{someone.model}: {someone.who}")
def test_whoever_is_dormant_is_not_hot_and_everybody_is_some_day(someone: Someone) -> None:
    for days in (89, 90, 91, 120, 400):
        result = score_of(someone.facts, someone.model, days)
        awake = [act.at for act in someone.facts.acts if act.kind != Kind.EMAIL_OPEN]
        idle = (NOON + days * DAY - max([*awake, someone.facts.first_known_at])) / DAY
        if idle >= 91:
            assert result.band in ("dormant", "excluded")
            assert not result.is_hot
            assert result.total <= 50_000


@pytest.mark.parametrize("model", shipped_models())
def test_nobody_is_hot_for_what_she_is_alone(model: str) -> None:
    for sector in SECTORS.values():
        assert not score_of(_best((), industry=sector.ja), model).is_hot


def _best(acts: tuple[Act, ...], **known: object) -> Facts:
    return replace(facts_of(since=100), acts=acts, **{**BEST, **known})


def _acts() -> Iterator[Act]:
    """One act of each sort that the vocabulary knows, and some it does not know."""
    yield from (_act(kind, url=f"https://example.com{page}") for kind in _VISITS for page in _PAGES)
    yield from (_act(kind, content_name=name) for kind in _NAMED for name in _NAMES)
    yield from (_act("campaign_response", content_name=name, status="Attended", responded=True) for name in _NAMES)


_PAGES = (
    "/", "/blog/", "/price", "/case/a", "/compare", "/simulator", "/estimate", "/contact", "/people/a", "/dl/a",
)  # fmt: skip
_NAMES = (
    "資料請求", "導入事例集", "仕様書", "調査レポート", "技術セミナー", "基調講演", "製品ウェビナー", "メルマガ登録",
    "無料トライアル", "デモ依頼", "お問い合わせ", "お見積もり", "他社比較資料", "サービス概要", "Form 3",
)  # fmt: skip
_VISITS = ("page_view", "email_click", "site_visit")
_NAMED = ("form_submit", "content_download", "seminar_attended", "email_reply", "call", "meeting", "email_open")


def _act(kind: str, **about: object) -> Act:
    return Act(f"{kind} {about}", kind, NOON - DAY, **about)  # type: ignore[arg-type]
