"""What a changed model would do to the people of this store, before it is applied. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sync.jobs.domain_lists import bind
from sync.jobs.reference import Scoring, facts_of, scoreable
from sync.repository import Dossier, Store
from sync.scoring.model import Model
from sync.scoring.scorer import HOT, Score, score

BATCH = 200
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody who would enter or leave hot: her key and CRM records, no name. Totals in thousandths."""

    key: str
    records: tuple[str, ...]
    band: str
    total: int
    new_band: str
    new_total: int


@dataclass(frozen=True, slots=True)
class ModelChange:
    """`moves` counts people by (band now, band then); who was not scored yet is missing."""

    old_versions: tuple[str, ...]  # of the stored scores, most people first
    new_version: str
    people: int
    moves: Mapping[tuple[str, str], int]
    changed_scores: int  # people whose points or band change
    entering: tuple[Mover, ...]  # the highest first, at most `MOST_NAMED`
    leaving: tuple[Mover, ...]
    entering_total: int
    leaving_total: int

    @property
    def moved(self) -> int:
        return sum(count for (old, new), count in self.moves.items() if old != new)


@dataclass
class _Tally:
    people: int = 0
    changed: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    entering: list[Mover] = field(default_factory=list)
    leaving: list[Mover] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, dossier: Dossier, band: str, total: int, new: Score) -> None:
        self.people += 1
        self.moves[band, new.band] += 1
        self.changed += (band, total) != (new.band, new.total)
        if (band == HOT) != (new.band == HOT):
            records = tuple(str(member.record.key) for member in dossier.members)
            mover = Mover(dossier.key, records, band, total, new.band, new.total)
            entering = new.band == HOT
            self.counts["entering" if entering else "leaving"] += 1
            listed = self.entering if entering else self.leaving
            listed.append(mover)
            listed.sort(key=lambda one: (-max(one.total, one.new_total), one.key))
            del listed[MOST_NAMED:]


def model_change(store: Store, scoring: Scoring, now: int) -> ModelChange:
    """Scores everybody anew by `scoring.model` with the reference scorer, a batch at a time, and compares with the
    stored scores."""
    with store.reading() as unit:
        versions = unit.scored_by()
    tally = _Tally()
    for dossier, band, total in _scored(store):
        facts = facts_of(dossier, now, scoring.timezone)
        tally.add(dossier, band, total, score(facts, scoring.model, now, scoring.timezone))
    return ModelChange(
        old_versions=tuple(sorted(versions, key=lambda version: (-versions[version], version))),
        new_version=scoring.model.version,
        people=tally.people,
        moves=dict(tally.moves),
        changed_scores=tally.changed,
        entering=tuple(tally.entering),
        leaving=tuple(tally.leaving),
        entering_total=tally.counts["entering"],
        leaving_total=tally.counts["leaving"],
    )


def who_moves(
    store: Store, model: Model, language: str, timezone: str, domains: Mapping[str, Sequence[str]], now: int
) -> ModelChange | None:
    """The same for a model as it was agreed on, bound to the domains of this account; None when nobody is scored yet.
    `domains` are the playbook's."""
    with store.reading() as unit:
        if not unit.scored_by():
            return None
        scoring = bind(Scoring(model, timezone, language), domains, unit)
    return model_change(store, scoring, now)


def differs(store: Store, version: str) -> bool:
    """Whether people have scores by another model than this one."""
    with store.reading() as unit:
        return any(other != version for other in unit.scored_by())


def _scored(store: Store) -> Iterator[tuple[Dossier, str, int]]:
    after = 0
    while True:
        with store.reading() as unit:
            page = unit.bands_after(after, BATCH)
            dossiers = unit.dossiers([person for person, _, _ in page])
        if not page:
            return
        known = {person: (band, total) for person, band, total in page}
        for dossier in filter(scoreable, dossiers):
            yield (dossier, *known[dossier.person_id])
        after = page[-1][0]
