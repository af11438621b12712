"""People who would be hot if one thing that nobody has filled in yet were known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sync.core.text import Text
from sync.jobs.reference import Scoring, facts_of, scoreable
from sync.repository import Dossier, Store
from sync.scoring.scorer import HOLD, NURTURE
from sync.scoring.why_not import missing_attribute, most_to_learn

BATCH = 200
_BANDS = (NURTURE, HOLD)


@dataclass(frozen=True, slots=True)
class AlmostHot:
    """`missing` names the field and the value that would make her hot, as the model calls them; points are
    thousandths."""

    person_id: int
    key: str
    total: int
    field: str
    missing: Text
    would_have: int


def missing_attribute_candidates(store: Store, scoring: Scoring, now: int) -> Iterator[AlmostHot]:
    """In the order of person ids. Reads people in batches; who lacks more points than one field may bring is passed
    over unread. A value that nobody knows is a question to ask, not a fact: the best that it may turn out."""
    least = scoring.model.hot_threshold - most_to_learn(scoring.model)
    after = 0
    while True:
        with store.reading() as unit:
            page = unit.bands_after(after, BATCH, _BANDS)
            dossiers = unit.dossiers([person for person, _, total in page if total >= least])
        if not page:
            return
        totals = {person: total for person, _, total in page}
        for dossier in filter(scoreable, dossiers):
            yield from _candidate(dossier, scoring, totals[dossier.person_id], now)
        after = page[-1][0]


def _candidate(dossier: Dossier, scoring: Scoring, total: int, now: int) -> Iterator[AlmostHot]:
    facts = facts_of(dossier, now, scoring.timezone)
    path = missing_attribute(facts, scoring.model, now, scoring.timezone)
    if path:
        step = path.steps[0]
        yield AlmostHot(dossier.person_id, dossier.key, total, step.field, step.label, path.total)
