"""Nothing is told that no evidence holds: random people, all shipped models, both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speaking import DAY, NOBODY, NOW, TOKYO

from sync.handoff.acts import content_of, short_label
from sync.handoff.reasons import ARROW, acts_text, interest_text, line_label, reasons_text, top_reason
from sync.handoff.talk import talk
from sync.scoring.content import tags_of
from sync.scoring.facts import Act, Facts
from sync.scoring.model import load_model, shipped_models
from sync.scoring.scorer import Score, score

MODELS = {name: load_model(name) for name in shipped_models()}
SUBJECTS = (
    "料金",
    "導入事例",
    "比較",
    "デモ",
    "セミナー",
    "資料",
    "見積",
    "仕様書",
    "お問い合わせ",
    "ニュース",
    "採用",
)
PATHS = ("price", "case", "vs", "simulator", "contact", "news", "dl/spec.pdf", "seminar")
KINDS = (
    "page_view", "site_visit", "content_download", "form_submit", "seminar_registered", "seminar_attended",
    "campaign_response", "trial_signup", "email_open", "email_click", "email_reply", "call", "meeting",
)  # fmt: skip
MARK = re.compile(r"◆\d+◆")  # stands in every name of a content, so that a text tells which it took


@st.composite
def people(draw: st.DrawFn) -> Facts:
    ages = st.one_of(st.integers(0, 40), st.integers(0, 400))
    acts = draw(st.lists(st.tuples(st.sampled_from(KINDS), ages, st.integers(0, 86_399)), max_size=12))
    return replace(
        NOBODY,
        title=draw(st.sampled_from(["", "営業部長", "担当", "学生", "Director"])),
        industry=draw(st.sampled_from(["", "製造業", "ソフトウェア"])),
        employees=draw(st.sampled_from([None, 10, 150, 2_000])),
        email_domains=draw(st.sampled_from([(), ("x.co.jp",)])),
        first_known_at=NOW - 500 * DAY,
        lost_at=draw(st.sampled_from([None, NOW - 30 * DAY, NOW - 200 * DAY])),
        customer=draw(st.booleans()),
        acts=tuple(
            draw(told(number, kind, NOW - age * DAY - second)) for number, (kind, age, second) in enumerate(acts)
        ),
    )


@st.composite
def told(draw: st.DrawFn, number: int, kind: str, at: int) -> Act:
    """An act whose every name bears its number."""
    name = f"{draw(st.sampled_from(SUBJECTS))}◆{number}◆"
    return Act(
        id=f"a{number}",
        kind=kind,
        at=at,
        url=f"https://x.jp/{draw(st.sampled_from(PATHS))}/◆{number}◆" if draw(st.booleans()) else "",
        title=name if draw(st.booleans()) else "",
        content_name=name if draw(st.booleans()) else "",
        seq=number,
    )


SITUATIONS = given(st.sampled_from(sorted(MODELS)), people(), st.sampled_from(["ja", "en"]))


def marks(text: str) -> set[str]:
    return set(MARK.findall(text))


def of_acts(ids: Iterable[str]) -> set[str]:
    return {f"◆{id[1:]}◆" for id in ids if re.fullmatch(r"a\d+", id)}


def evidence(result: Score) -> set[str]:
    return {id for line in result.lines for id in line.evidence}


@SITUATIONS
@settings(max_examples=50)
def test_reasons_name_no_content_that_the_ledger_does_not_rest_on(name: str, person: Facts, language: str) -> None:
    model = MODELS[name]
    result = score(person, model, NOW, TOKYO)
    texts = [top_reason(result, model, language), reasons_text(result, model, person, language, TOKYO, -1_000)]
    assert len(texts[1].splitlines()) == 3
    for text in texts:
        assert marks(text) <= of_acts(evidence(result))
    for line in texts[1].splitlines()[1:]:
        assert not marks(line)  # contents stand in the first line only
    assert len(texts[0]) <= 255


@SITUATIONS
@settings(max_examples=50)
def test_every_line_of_the_ledger_stands_in_the_reasons_with_its_points(
    name: str, person: Facts, language: str
) -> None:
    model = MODELS[name]
    result = score(person, model, NOW, TOKYO)
    did, is_, total = reasons_text(result, model, person, language, TOKYO).splitlines()
    for line in result.lines:
        place = {"attribute": is_, "adjustment": total}.get(line.axis, did)
        points = f"{line.points // 1000:+d}" if line.points % 1000 == 0 and line.points else ""
        label = line_label(line, model, language) if line.axis != "adjustment" else ""
        assert f"{label} {points}" in place
    assert f"{result.total / 1000:g}" in total


@SITUATIONS
@settings(max_examples=100)
def test_every_line_of_the_talk_track_rests_on_the_acts_it_names(name: str, person: Facts, language: str) -> None:
    model = MODELS[name]
    result = score(person, model, NOW, TOKYO)
    statements = talk(result, model, person, language, TOKYO)
    assert len(statements) <= 3
    assert bool(statements) is (result.band != "excluded")
    known = {act.id: act for act in person.acts}
    for statement in statements:
        ids = [id for id in statement.evidence if id in known]
        assert "\n" not in statement.text
        assert marks(statement.text) <= of_acts(ids)
        for act in person.acts:
            content = content_of(act)
            assert not content or content not in statement.text or act.id in ids
    if result.band not in ("dormant", "excluded") and not result.reactivated:
        assert marks(statements[0].text) <= of_acts(evidence(result))


@SITUATIONS
@settings(max_examples=50)
def test_an_interest_asked_about_is_one_that_acts_bear(name: str, person: Facts, language: str) -> None:
    model = MODELS[name]
    result = score(person, model, NOW, TOKYO)
    labels = {
        tag.label.to(language)
        for act in person.acts
        for tag in (*model.content.themes, *model.content.tags)
        if tag.id in tags_of(act, model).tags | tags_of(act, model).themes
    }
    interest = interest_text(result, model, language)
    assert not interest or interest in labels
    every = {tag.label.to(language) for tag in (*model.content.themes, *model.content.tags)}
    question = next((s.text for s in talk(result, model, person, language, TOKYO) if s.text[0] in '「"'), "")
    asked = re.search(r"「(?:以前、|改めて)?(.+?)(?:に関する|にご関心)", question)
    assert asked is None or language != "ja" or asked[1] in labels & every


@SITUATIONS
@settings(max_examples=50)
def test_the_two_acts_of_a_subject_are_the_person_s(name: str, person: Facts, language: str) -> None:
    model = MODELS[name]
    result = score(person, model, NOW, TOKYO)
    earning = {id for line in result.lines if line.axis == "behaviour" and line.points > 0 for id in line.evidence}
    proofs = [act for act in person.acts if act.id in earning]
    own = {short_label(act, model, language) for act in proofs}
    said = acts_text(result, model, person, language)
    assert len(said.split(ARROW)) <= 2
    assert not said or set(said.split(ARROW)) <= own


@SITUATIONS
@settings(max_examples=50)
def test_of_who_is_awake_the_acts_of_the_evidence_are_enough(name: str, person: Facts, language: str) -> None:
    """The service reads no more of most people."""
    model = MODELS[name]
    result = score(person, model, NOW, TOKYO)
    if result.band == "dormant" or result.reactivated:
        return
    less = replace(person, acts=tuple(act for act in person.acts if act.id in evidence(result)))
    assert [statement.text for statement in talk(result, model, less, language, TOKYO)] == [
        statement.text for statement in talk(result, model, person, language, TOKYO)
    ]
    assert reasons_text(result, model, less, language, TOKYO) == reasons_text(result, model, person, language, TOKYO)
    assert acts_text(result, model, less, language) == acts_text(result, model, person, language)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_shipped_model_has_labels_that_the_texts_can_use(name: str) -> None:
    for rule in MODELS[name].rules:
        assert rule.label.en
        assert rule.label.ja
