"""Review: the pairs that people are asked about, as a reviewer needs to see them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sync.core.records import ActivityRecord, RecordKey
from sync.identity.engine.explain import Part
from sync.identity.engine.model import Model, shipped
from sync.identity.features import Features
from sync.identity.raw import features_of
from sync.jobs.matching_model import model_of_pairs, pair_parts
from sync.jobs.rescore import Scoring, score_row
from sync.repository import Deals, Dossier, Member, PairRow, ReviewMark, ReviewPair, RunUnit, ScoreRow, Store

Links = Mapping[tuple[str, str], str]  # (system, object) -> address of a record's page, with {id} in it


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair, and the person it belongs to now."""

    member: Member
    features: Features  # the record in one spelling, for comparing
    company: str
    url: str  # of the record's page, "" when unknown
    person: str  # key
    others: tuple[RecordKey, ...]  # the person's further records
    total: int | None  # the person's score in thousandths, None when not scored
    band: str


@dataclass(frozen=True, slots=True)
class Question:
    """A pair that somebody is asked about. `together` is the score that both would have as one person."""

    pair: PairRow
    sides: tuple[Side, Side]
    parts: tuple[Part, ...]
    together: ScoreRow
    hot: bool
    mark: ReviewMark

    @property
    def number(self) -> str:
        """What the pair goes by: it stays the same whatever comes into the list or leaves it."""
        return pair_number(self.pair.left, self.pair.right)

    @property
    def prior(self) -> int:
        """What the weight would be if nothing were known: how rare it is at all that two records are one person."""
        return self.pair.weight - sum(part.thousandths for part in self.parts)


def pair_number(left: int, right: int) -> str:
    return f"{min(left, right)}-{max(left, right)}"


def pair_of(number: str) -> tuple[int, int] | None:
    """The records that a pair's number names; None when the text is no such number."""
    left, dash, right = number.partition("-")
    digits = all(text.isascii() and text.isdecimal() and len(text) < 19 for text in (left, right))
    if not dash or not digits or left == right:
        return None
    return min(int(left), int(right)), max(int(left), int(right))


def likelihood(weight: int) -> str:
    """A match weight (thousandths of log2 odds) as the share of such pairs that are one person."""
    odds = 2.0 ** (max(-20_000, min(20_000, weight)) / 1000)
    percent = round(100 * odds / (1 + odds))
    return ">99%" if percent > 99 else "<1%" if percent < 1 else f"{percent}%"


def review(
    store: Store,
    scoring: Scoring,
    now: int,
    limit: int,
    after: ReviewMark | None = None,
    model: Model | None = None,
) -> list[Question]:
    """The next pairs of the list, those that matter most first; `now` is the time of the scores together, `model` the
    matching model in use (the shipped one when left out)."""
    with store.reading() as unit:
        asked = unit.review_pairs(limit, after)
        persons = sorted({person for found in asked for person in found.persons})
        dossiers = {dossier.person_id: dossier for dossier in unit.dossiers(persons)}
        scores = unit.scores_of(persons, lines=False)
        weighed_by = model_of_pairs(unit, model or shipped())
        links = links_of(unit, {m.record.key.system for d in dossiers.values() for m in d.members})
    return [_question(found, dossiers, scores, links, scoring, now, weighed_by) for found in asked]


def joint(one: Dossier, two: Dossier) -> Dossier:
    """All that is known of two persons, as one person's. An act that both took part in comes once."""
    acts: dict[RecordKey, ActivityRecord] = {}
    for act in (*one.activities, *two.activities):
        seen = acts.get(act.key)
        acts[act.key] = replace(seen, people=tuple(sorted({*seen.people, *act.people}))) if seen else act
    return replace(
        one,
        first_known_at=min(one.first_known_at, two.first_known_at),
        members=tuple(sorted((*one.members, *two.members), key=lambda member: member.id)),
        companies={**one.companies, **two.companies},
        activities=tuple(sorted(acts.values(), key=lambda act: (act.occurred_at, act.key))),
        content={**one.content, **two.content},
        accounts={**one.accounts, **two.accounts},
        chosen={**two.chosen, **one.chosen},
        deals=_joint_deals(one.deals, two.deals),
        recycled_at=max((at for at in (one.recycled_at, two.recycled_at) if at is not None), default=None),
        numbers={**one.numbers, **two.numbers},
    )


def _joint_deals(one: Deals, two: Deals) -> Deals:
    return Deals(
        one.customer or two.customer,
        one.under_way or two.under_way,
        max((at for at in (one.lost_at, two.lost_at) if at is not None), default=None),
    )


def links_of(unit: RunUnit, systems: set[str]) -> Links:
    """Where records can be opened, as the service last found it out."""
    known = {system: json.loads(unit.fact(f"pages:{system}") or "{}") for system in sorted(systems)}
    return {(system, object_): url for system, pages in known.items() for object_, url in pages.items()}


def url_of(key: RecordKey, links: Links) -> str:
    return links.get((key.system, key.object), "").replace("{id}", key.id)


def _question(
    found: ReviewPair,
    dossiers: Mapping[int, Dossier],
    scores: Mapping[int, ScoreRow],
    links: Links,
    scoring: Scoring,
    now: int,
    weighed_by: Model | None,
) -> Question:
    pair = found.pair
    left, right = (dossiers[person] for person in found.persons)
    sides = (_side(pair.left, left, scores, links), _side(pair.right, right, scores, links))
    together = score_row(joint(left, right), scoring, now)
    return Question(pair, sides, pair_parts(pair, weighed_by), together, found.hot, found.mark)


def _side(record_id: int, dossier: Dossier, scores: Mapping[int, ScoreRow], links: Links) -> Side:
    member = next(member for member in dossier.members if member.id == record_id)
    record, score = member.record, scores.get(dossier.person_id)
    linked = dossier.companies.get(record.company) if record.company else None
    return Side(
        member=member,
        features=features_of([member], dossier.companies)[record_id],
        company=(linked.name if linked else "") or record.company_name,
        url=url_of(record.key, links),
        person=dossier.key,
        others=_others(dossier.members, record_id),
        total=score.total if score else None,
        band=score.band if score else "",
    )


def _others(members: Sequence[Member], record_id: int) -> tuple[RecordKey, ...]:
    return tuple(member.record.key for member in members if member.id != record_id)
