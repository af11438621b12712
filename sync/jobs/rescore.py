"""Rescore: who is due gets a new score, with its reasons in words.

First the acts and traits of who is due are brought up to date; then the engine, in a process of its own, scores those
people, or everybody when the local day or the rules are others than last time, and returns the scores that differ from
the stored ones. Nothing is lost when it ends half-way: the fact that tells what everybody was scored for, and the
list of who awaits a score, are settled last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from sync.jobs.feeding import feed, forget_unscored
from sync.jobs.reference import Scoring, act_from, facts_from, facts_of, ledger, score_row, scoreable, told
from sync.jobs.results import ResultReader, Scored
from sync.ports import Clock
from sync.repository import ActRow, Rules, ScoreRow, ScoringSource, Store, Subject, Traits, Unit
from sync.scoring.engine import Results
from sync.scoring.facts import Act
from sync.scoring.model import Model, bound, from_source
from sync.scoring.scorer import DORMANT, hot_since

__all__ = [
    "RescoreTotals", "Scorer", "Scoring", "facts_of", "forget_unscored", "ledger", "rescore", "score_row", "scoreable",
]  # fmt: skip

BATCH = 500
_FACT = "scored_for"
_SUBJECTS_KEPT = 100_000
_NOBODY = (0, Traits())


class Scorer(Protocol):
    """Scores the people of a store; `sync.scoring.child.ScoringChild`, or an engine in this process for tests."""

    def score(self, source: ScoringSource, model: Model, as_of: int, timezone: str) -> Iterator[Results]:
        """The scores that differ from those known, in blocks of persons; a person may come twice."""
        ...


@dataclass
class RescoreTotals:
    scored: int = 0  # persons whose score was computed because they were due
    changed: int = 0  # persons of whom there is something new to tell


@dataclass(frozen=True, slots=True)
class ScoredFor:
    """What everybody's score was last computed for."""

    day: str
    version: str
    timezone: str
    language: str
    lists: str  # digest

    @classmethod
    def of(cls, scoring: Scoring, now: int) -> ScoredFor:
        lists = json.dumps({name: sorted(found) for name, found in scoring.lists.items()}, sort_keys=True)
        digest = hashlib.blake2b(lists.encode(), digest_size=8).hexdigest()
        return cls(scoring.day(now), scoring.version, scoring.timezone, scoring.language, digest)

    @classmethod
    def last(cls, unit: Unit) -> ScoredFor | None:
        text = unit.fact(_FACT)
        return cls(**json.loads(text)) if text else None

    def keep(self, unit: Unit) -> None:
        unit.set_fact(_FACT, json.dumps(asdict(self)))


def rescore(store: Store, scorer: Scorer, scoring: Scoring, clock: Clock, between: Callable[[], None]) -> RescoreTotals:
    """Scores who is due; everybody when the local day, the rules or the language are others than last time."""
    now = int(clock())
    with store.begin() as unit:
        last = ScoredFor.last(unit)
        if last and last.timezone != scoring.timezone:
            unit.flag_all_for_score()  # which records tell of one occurrence depends on the calendar day
    totals = RescoreTotals(scored=feed(store, scoring.timezone, now, between).fed)
    if last and last.version != scoring.version and (old := _earlier(store, last, scoring)):
        totals.changed += _Pass(store, scorer, old, now, between).run(last)
        last = replace(last, day=scoring.day(now))
    totals.changed += _Pass(store, scorer, scoring, now, between).run(last)
    return totals


def _earlier(store: Store, last: ScoredFor, scoring: Scoring) -> Scoring | None:
    """The rules of before, once more: so that what comes by new rules alone can be told apart. None when they are
    not known any more."""
    with store.reading() as unit:
        sources = {known.version: known.source for known in unit.model_versions()}
    source = sources.get(last.version)
    return replace(scoring, model=bound(from_source(source), scoring.lists)) if source else None


@dataclass
class _Pass:
    """One computation by one set of rules."""

    store: Store
    scorer: Scorer
    scoring: Scoring
    now: int
    between: Callable[[], None]

    def __post_init__(self) -> None:
        self._reader = ResultReader(self.scoring.model)
        self._subjects: dict[int, Subject] = {}
        self._new_rules = False

    def run(self, last: ScoredFor | None) -> int:
        """Returns of how many persons there is something new to tell."""
        scoring, wanted = self.scoring, ScoredFor.of(self.scoring, self.now)
        everybody = last != wanted
        self._new_rules = last is not None and last.version != scoring.version
        with self.store.reading() as unit:
            if not everybody and not unit.awaited():
                return 0
        same_words = last is not None and (last.language, last.timezone) == (scoring.language, scoring.timezone)
        source = self.store.scoring_source(everybody, scoring.version if same_words else None)
        changed = 0
        for block in self.scorer.score(source, scoring.model, self.now, scoring.timezone):
            for batch in self._reader.batches(block, BATCH):
                with self.store.begin() as unit:
                    unit.save_scores(self._rows(unit, batch))
                changed += len(batch)
                self.between()
        with self.store.begin() as unit:
            unit.none_awaited()
            unit.put_in_force(Rules(self.now, scoring.version, scoring.timezone, scoring.lists))
            wanted.keep(unit)
        return changed

    def _rows(self, unit: Unit, batch: Sequence[Scored]) -> list[ScoreRow]:
        acts = self._acts(unit, batch)
        traits = unit.traits_of([each.person_id for each in batch if each.score.is_hot or each.score.reactivated])
        before = unit.scores_of([each.person_id for each in batch], lines=False) if self._new_rules else {}
        return [
            self._row(each, acts[each.person_id], traits.get(each.person_id, _NOBODY), before.get(each.person_id))
            for each in batch
        ]

    def _row(self, each: Scored, acts: Sequence[Act], traits: tuple[int, Traits], before: ScoreRow | None) -> ScoreRow:
        scoring = self.scoring
        facts = facts_from(str(each.person_id), *traits, acts)
        since = hot_since(facts, scoring.model, self.now, scoring.timezone) if each.score.is_hot else None
        change = None
        if before and before.model_version != scoring.version:
            change = each.score.total - before.total
        row = told(each.person_id, each.score, facts, scoring, self.now, since, change)
        return replace(row, codes=each.codes)

    def _acts(self, unit: Unit, batch: Sequence[Scored]) -> dict[int, list[Act]]:
        """The acts that a score and its words rest on: the evidence, and everything of those whose past matters."""
        stored = unit.acts_of([each.person_id for each in batch])
        wanted: dict[int, list[ActRow]] = {}
        for each in batch:
            score = each.score
            rows = [row for row in stored.get(each.person_id, ()) if row[0] <= self.now]
            if not (score.is_hot or score.reactivated or score.band == DORMANT):
                named = {name for line in score.lines for name in line.evidence}
                rows = [row for row in rows if str(row[1]) in named]
            wanted[each.person_id] = rows
        subjects = self._look_up(unit, {row[2] for rows in wanted.values() for row in rows})
        return {
            person: [act_from(row, subjects[row[2]], str(row[1])) for row in rows] for person, rows in wanted.items()
        }

    def _look_up(self, unit: Unit, numbers: set[int]) -> dict[int, Subject]:
        if len(self._subjects) > _SUBJECTS_KEPT:
            self._subjects.clear()
        self._subjects |= unit.subjects(numbers - self._subjects.keys())
        return self._subjects
