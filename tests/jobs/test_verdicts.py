"""A salesperson's verdict is heard once, kept with the ledger of that moment, and answered."""

from __future__ import annotations

from typing import Any

import pytest
from desk import CONTACT, HS, NOW, Desk
from sqlalchemy import select

from sync.core.records import PersonRecord, RecordKey
from sync.jobs.answer_verdicts import answer_verdicts
from sync.jobs.rescore import Scoring
from sync.repository import Heard, LedgerLine, ScoreRow
from sync.scoring.model import load_model
from sync.store import tables as t
from sync.store.database import SqlStore

SCORING = Scoring(load_model("basic"), "Asia/Tokyo", "ja")
LINES = (
    LedgerLine("title", "attribute", 20_000, 1, None, ("title",), "decision_maker"),
    LedgerLine("employees", "attribute", -10_000, 1, None, ("employees",), "tiny"),
    LedgerLine("pricing", "behaviour", 30_000, 2, NOW - 60, ("hubspot:page_view:1",), ""),
)


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return Desk(store)


def _scored(desk: Desk, *keys: RecordKey) -> int:
    person = desk.records(*keys)
    _score(desk, person)
    return person


def _score(desk: Desk, person: int, total: int = 40_000, version: str = "") -> None:
    texts = dict.fromkeys(("top_reason", "reasons", "talk_track", "interest", "segment"), "")
    sums = {"attribute": 10_000, "behaviour": 30_000, "activity": 0, "adjustment": 0, "total": total}
    rest: dict[str, Any] = {"exclusion": None, "last_act_at": NOW, "hot_since": None, "as_of": NOW, "band": "hold"}
    row = ScoreRow(
        person, **sums, **texts, **rest, basis=f"b{total}", model_version=version or SCORING.version, lines=LINES
    )
    with desk.store.begin() as unit:
        unit.save_scores([row])


def _says(desk: Desk, key: RecordKey, verdict: str, note: str = "", at: int = NOW) -> int:
    record = PersonRecord(key, at, email="taro@example.jp", own={"verdict": verdict, "verdict_note": note})
    with desk.store.begin() as unit:
        unit.save([record], at)
        return unit.hear_verdicts([record], at)


def _heard(desk: Desk) -> list[Heard]:
    with desk.store.reading() as unit:
        return unit.standing_verdicts(100)


def _answers(desk: Desk) -> list[str]:
    answer_verdicts(desk.store, SCORING, lambda: None)
    return [heard.answer for heard in _heard(desk)]


def test_a_verdict_is_kept_with_the_ledger_of_that_moment(desk: Desk) -> None:
    _scored(desk, HS)
    assert _says(desk, HS, "too_high", "  学生でした ") == 1
    heard = _heard(desk)[0]
    assert (heard.verdict, heard.note, heard.total, heard.lines) == ("too_high", "学生でした", 40_000, LINES)


def test_the_same_verdict_read_again_is_not_heard_twice(desk: Desk) -> None:
    _scored(desk, HS)
    assert [_says(desk, HS, "right", at=NOW + n) for n in range(3)] == [1, 0, 0]


def test_a_verdict_taken_back_and_given_again_counts_again(desk: Desk) -> None:
    _scored(desk, HS)
    assert [_says(desk, HS, verdict, at=NOW + n) for n, verdict in enumerate(["right", "", "", "right"])] == [
        1,
        1,
        0,
        1,
    ]
    with desk.store.reading() as unit:
        assert unit.verdict_counts(NOW) == {"right": 1}


def test_only_the_last_word_on_a_record_counts(desk: Desk) -> None:
    _scored(desk, HS)
    _says(desk, HS, "too_high")
    _says(desk, HS, "not_a_target", at=NOW + 5)
    with desk.store.reading() as unit:
        assert unit.verdict_counts(NOW) == {"not_a_target": 1}
        assert unit.verdict_counts(NOW + 6) == {}


def test_verdicts_on_two_records_of_one_person_are_two(desk: Desk) -> None:
    _scored(desk, HS, CONTACT)
    _says(desk, HS, "right")
    _says(desk, CONTACT, "too_low")
    with desk.store.reading() as unit:
        assert unit.verdict_counts(NOW) == {"right": 1, "too_low": 1}


def test_a_verdict_on_somebody_without_a_score_waits_until_the_record_is_read_again(desk: Desk) -> None:
    person = desk.records(HS)
    assert _says(desk, HS, "right") == 0
    _score(desk, person)
    assert _says(desk, HS, "right", at=NOW + 1) == 1


def test_the_answer_names_the_verdict_the_points_and_the_lines_that_weighed_most(desk: Desk) -> None:
    _scored(desk, HS)
    _says(desk, HS, "too_high")
    (answer,) = _answers(desk)
    assert "「高すぎる」" in answer
    assert "40点" in answer
    assert answer.index(" +30") < answer.index(" +20") < answer.index(" -10")
    assert len(answer.splitlines()) <= 4


def test_the_answer_to_too_low_begins_with_what_held_the_score_down(desk: Desk) -> None:
    _scored(desk, HS)
    _says(desk, HS, "too_low")
    (answer,) = _answers(desk)
    assert answer.index(" -10") < answer.index(" +30")


def test_every_verdict_gets_an_answer_that_says_what_follows(desk: Desk) -> None:
    _scored(desk, HS)
    told = set()
    for number, verdict in enumerate(("right", "too_high", "too_low", "not_a_target", "already_customer")):
        _says(desk, HS, verdict, at=NOW + number)
        told.add(_answers(desk)[-1].splitlines()[-1])
    assert len(told) == 5


def test_an_answer_is_written_once_and_again_when_the_rules_have_changed(desk: Desk) -> None:
    person = _scored(desk, HS)
    _says(desk, HS, "too_high")
    assert answer_verdicts(desk.store, SCORING, lambda: None) == 1
    assert answer_verdicts(desk.store, SCORING, lambda: None) == 0
    other = Scoring(load_model("starter"), "Asia/Tokyo", "ja")
    _score(desk, person, total=31_000, version=other.version)
    assert answer_verdicts(desk.store, other, lambda: None) == 1
    assert "31点" in _heard(desk)[0].answer
    assert answer_verdicts(desk.store, other, lambda: None) == 0


def test_the_answer_makes_the_person_due_to_be_planned(desk: Desk) -> None:
    person = _scored(desk, HS)
    _says(desk, HS, "right")
    with desk.store.begin() as unit:
        unit.planned([person])
    answer_verdicts(desk.store, SCORING, lambda: None)
    with desk.store.reading() as unit:
        assert unit.plan_due(0, 10) == [person]
        record_id = unit.connection.scalar(select(t.people.c.id))
        assert "妥当" in unit.answers_of([record_id])[record_id]


def test_a_verdict_taken_back_has_no_answer(desk: Desk) -> None:
    _scored(desk, HS)
    _says(desk, HS, "right")
    _answers(desk)
    _says(desk, HS, "", at=NOW + 1)
    with desk.store.reading() as unit:
        record_id = unit.connection.scalar(select(t.people.c.id))
        assert unit.answers_of([record_id]) == {}


def test_a_picklist_word_that_we_do_not_know_is_answered_all_the_same(desk: Desk) -> None:
    _scored(desk, HS)
    assert _says(desk, HS, "a word that an admin added to the list") == 1
    assert len(_answers(desk)[0].splitlines()) == 2
