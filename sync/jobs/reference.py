"""Scoring one person by the Python scorer: for `explain`, for questions of "what if", and for texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.core.activity import is_own_act
from sync.core.records import ActivityRecord, RecordKey, State
from sync.handoff import reasons, talk
from sync.identity.occurrences import occurrences
from sync.jobs.feeding import traits_of
from sync.repository import ActRow, Dossier, LedgerLine, ScoreRow, Subject, Traits
from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model
from sync.scoring.scorer import Score, hot_since, score


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a score depends on beside the person. `model` is bound to `lists`, the domains by the lists' names."""

    model: Model
    timezone: str
    language: str
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return self.model.version

    def day(self, now: float) -> str:
        return datetime.fromtimestamp(now, ZoneInfo(self.timezone)).date().isoformat()


def facts_of(dossier: Dossier, as_of: int, timezone: str) -> Facts:
    """A dossier as the scorer sees it: surviving attributes and the person's own acts up to `as_of`, each once
    although both CRMs may tell of it."""
    acts = (
        _act(activity, dossier)
        for activity in occurrences(dossier.activities, timezone).activities
        if activity.occurred_at <= as_of and is_own_act(activity.kind, activity.direction)
    )
    return facts_from(dossier.key, dossier.first_known_at, traits_of(dossier), acts)


def facts_from(key: str, first_known_at: int, traits: Traits, acts: Iterable[Act]) -> Facts:
    return Facts(
        person_key=key,
        title=traits.title,
        department=traits.department,
        company_name=traits.company_name,
        industry=traits.industry,
        employees=traits.employees,
        country=traits.country,
        region=traits.region,
        city=traits.city,
        email_domains=traits.domains,
        opted_out=traits.opted_out,
        source=traits.source,
        status=traits.status,
        first_known_at=first_known_at,
        acts=tuple(acts),
        customer=traits.customer,
        open_deal=traits.open_deal,
        lost_at=traits.lost_at,
        recycled_at=traits.recycled_at,
    )


def act_from(row: ActRow, subject: Subject, name: str) -> Act:
    """An act as the store keeps it, under a name of the caller's."""
    at, number, _ = row
    return Act(
        id=name,
        kind=subject.kind,
        at=at,
        url=subject.url,
        title=subject.title,
        content_id=subject.content_id,
        content_name=subject.content_name,
        content_type=subject.content_type,
        status=subject.status,
        responded=subject.responded,
        seq=number,
    )


def score_row(dossier: Dossier, scoring: Scoring, as_of: int) -> ScoreRow:
    """The person's score as it would be stored; its lines name acts by their keys."""
    return row_of(dossier.person_id, facts_of(dossier, as_of, scoring.timezone), scoring, as_of)


def row_of(person_id: int, facts: Facts, scoring: Scoring, as_of: int) -> ScoreRow:
    result = score(facts, scoring.model, as_of, scoring.timezone)
    since = hot_since(facts, scoring.model, as_of, scoring.timezone) if result.is_hot else None
    return told(person_id, result, facts, scoring, as_of, since)


def told(
    person_id: int,
    result: Score,
    facts: Facts,
    scoring: Scoring,
    as_of: int,
    hot_at: int | None,
    rule_change: int | None = None,
) -> ScoreRow:
    """A score with its words. `facts` need to hold only the acts that the words name."""
    model, language, zone = scoring.model, scoring.language, scoring.timezone
    return ScoreRow(
        person_id=person_id,
        attribute=result.attribute,
        behaviour=result.behaviour,
        activity=result.activity,
        adjustment=result.adjustment,
        total=result.total,
        band=result.band,
        top_reason=reasons.top_reason(result, model, language),
        reasons=reasons.reasons_text(result, model, facts, language, zone, rule_change),
        talk_track=talk.talk_track(result, model, facts, language, zone),
        acts=reasons.acts_text(result, model, facts, language),
        interest=reasons.interest_text(result, model, language),
        segment=result.segment,
        exclusion=result.exclusion,
        missed=",".join(result.missed),
        reactivated=result.reactivated,
        last_act_at=result.last_act_at,
        hot_since=hot_at,
        basis="",
        model_version=scoring.version,
        as_of=as_of,
        lines=ledger(result),
        mark=result.mark,
    )


def ledger(result: Score) -> tuple[LedgerLine, ...]:
    return tuple(
        LedgerLine(line.rule, line.axis, line.points, line.count, line.last_at, line.evidence, line.detail)
        for line in result.lines
    )


def scoreable(dossier: Dossier) -> bool:
    """Only who has a live record is scored."""
    return any(member.record.state is State.LIVE for member in dossier.members)


def _act(activity: ActivityRecord, dossier: Dossier) -> Act:
    content = "campaign" if activity.key.object == "campaign_member" else "form"
    name, type_ = dossier.content.get(RecordKey(activity.key.system, content, activity.content_id), ("", ""))
    return Act(
        id=str(activity.key),
        kind=activity.kind,
        at=activity.occurred_at,
        url=activity.url,
        title=activity.title,
        content_id=activity.content_id,
        content_name=name,
        content_type=type_,
        status=activity.status,
        responded=activity.responded,
        seq=dossier.numbers.get(activity.key, 0),
    )
