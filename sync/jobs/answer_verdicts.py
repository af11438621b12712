"""Answers verdicts: each gets a text in the CRM, and a new one when the rules have changed since."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sync.handoff import reasons, verdicts
from sync.jobs.rescore import Scoring
from sync.repository import Heard, LedgerLine, Store, Unit

BATCH = 500
_MARK = "verdicts_answered_for"


def answer_verdicts(store: Store, scoring: Scoring, between: Callable[[], None]) -> int:
    """Returns how many answers were written. To be run after scoring, when the new rules have had their say."""
    count = 0
    with store.begin() as unit:
        rules_changed = unit.fact(_MARK) not in (None, scoring.version)
        unit.set_fact(_MARK, scoring.version)
        while fresh := unit.unanswered(BATCH):
            count += _answer(unit, fresh, scoring)
    after = 0
    while rules_changed:
        with store.begin() as unit:
            heard = unit.standing_verdicts(BATCH, after)
            if not heard:
                break
            after = heard[-1].id
            count += _answer(unit, heard, scoring)
        between()
    return count


def _answer(unit: Unit, heard: Sequence[Heard], scoring: Scoring) -> int:
    totals = {id: row.total for id, row in unit.scores_of([each.person_id for each in heard], lines=False).items()}

    def label(line: LedgerLine) -> str:
        return _label(line, scoring)

    answers: dict[int, str] = {}
    for each in heard:
        now = totals.get(each.person_id) if each.model_version != scoring.version else None
        text = verdicts.answer(each, label, scoring.language, scoring.timezone, now)
        if text != each.answer:
            answers[each.id] = text
    unit.answer(answers)
    return len(answers)


def _label(line: LedgerLine, scoring: Scoring) -> str:
    """A rule that the model no longer has keeps its id."""
    return reasons.line_label(line, scoring.model, scoring.language)
