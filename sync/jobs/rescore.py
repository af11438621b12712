"""Rescore: persons that are due get a new score, with its reasons in words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.core import emails
from sync.core.activity import is_own_act
from sync.core.records import ActivityRecord, RecordKey, State
from sync.handoff import reasons
from sync.identity.occurrences import occurrences
from sync.identity.survivorship import profile
from sync.jobs.closing import withdraw_task
from sync.ports import Clock
from sync.repository import Dossier, LedgerLine, ScoreRow, Store, Unit
from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model
from sync.scoring.scorer import Score, hot_since, score

BATCH = 500
SKEW_SECONDS = 3_600  # an act so far ahead of our clock comes from a clock that differs, not from a calendar


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a score depends on beside the person."""

    model: Model
    timezone: str
    language: str

    @property
    def version(self) -> str:
        return self.model.version

    def day(self, now: float) -> str:
        return datetime.fromtimestamp(now, ZoneInfo(self.timezone)).date().isoformat()


@dataclass
class RescoreTotals:
    scored: int = 0
    changed: int = 0


def rescore(store: Store, scoring: Scoring, clock: Clock, between: Callable[[], None]) -> RescoreTotals:
    """Scores who is due; everybody when the local day, the model or the language is another than last time."""
    totals = RescoreTotals()
    now = int(clock())
    mark = f"{scoring.day(now)} {scoring.version} {scoring.timezone} {scoring.language}"
    with store.begin() as unit:
        if unit.fact("scored_for") != mark:
            unit.flag_all_for_score()
            unit.set_fact("scored_for", mark)
    after = 0
    while True:
        with store.begin() as unit:
            due = unit.score_due(BATCH, after)
            if not due:
                return totals
            totals.changed += _score_batch(unit, due, scoring, now)
            totals.scored += len(due)
            after = due[-1]
        between()


def facts_of(dossier: Dossier, as_of: int, timezone: str) -> Facts:
    """A dossier as the scorer sees it: surviving attributes and the person's own acts up to `as_of`, each once
    although both CRMs may tell of it."""
    known = profile(dossier)
    acts = tuple(
        _act(activity, dossier)
        for activity in occurrences(dossier.activities, timezone).activities
        if activity.occurred_at <= as_of and is_own_act(activity.kind, activity.direction)
    )
    return Facts(
        person_key=dossier.key,
        title=known.title,
        department=known.department,
        company_name=known.company_name,
        industry=known.industry,
        employees=known.employees,
        country=known.country,
        region=known.region,
        email_domains=tuple(dict.fromkeys(emails.domain_of(address) for address in known.emails)),
        opted_out=known.opted_out,
        source=known.source,
        status=known.status,
        first_known_at=dossier.first_known_at,
        acts=acts,
    )


def score_row(dossier: Dossier, scoring: Scoring, as_of: int) -> ScoreRow:
    facts = facts_of(dossier, as_of, scoring.timezone)
    result = score(facts, scoring.model, as_of, scoring.timezone)
    hot = result.band == "hot"
    language = scoring.language
    return ScoreRow(
        person_id=dossier.person_id,
        attribute=result.attribute,
        behaviour=result.behaviour,
        activity=result.activity,
        adjustment=result.adjustment,
        total=result.total,
        band=result.band,
        top_reason=reasons.top_reason(result, scoring.model, language),
        reasons=reasons.reasons_text(result, scoring.model, facts, language, scoring.timezone),
        talk_track=reasons.talk_track(result, facts, scoring.model, language),
        interest=reasons.interest_text(result, scoring.model, language),
        segment=result.segment,
        exclusion=result.exclusion,
        last_act_at=result.last_act_at,
        hot_since=hot_since(facts, scoring.model, as_of, scoring.timezone) if hot else None,
        basis=_basis(facts, scoring.version),
        model_version=scoring.version,
        as_of=as_of,
        lines=ledger(result),
    )


def ledger(result: Score) -> tuple[LedgerLine, ...]:
    return tuple(
        LedgerLine(line.rule, line.axis, line.points, line.count, line.last_at, line.evidence, line.detail)
        for line in result.lines
    )


def scoreable(dossier: Dossier) -> bool:
    """Only who has a live record is scored."""
    return any(member.record.state is State.LIVE for member in dossier.members)


def _score_batch(unit: Unit, due: Sequence[int], scoring: Scoring, now: int) -> int:
    dossiers = unit.dossiers(due)
    forget_unscored(unit, [dossier.person_id for dossier in dossiers if not scoreable(dossier)], now)
    early = {dossier.person_id for dossier in dossiers if _ahead(dossier, now)}
    unit.scored(id for id in due if id not in early)
    return unit.save_scores([score_row(dossier, scoring, now) for dossier in dossiers if scoreable(dossier)])


def _ahead(dossier: Dossier, now: int) -> bool:
    """Whether an act bears a time that our clock has not reached yet: its person is scored again soon."""
    return any(now < activity.occurred_at <= now + SKEW_SECONDS for activity in dossier.activities)


def forget_unscored(unit: Unit, person_ids: Sequence[int], now: int) -> None:
    """Who has no live record has no score, no open episode, and nothing to be told."""
    for person_id in person_ids:
        for episode in unit.open_episodes(person_id):
            unit.update_episode(episode.id, closed_at=now, cooled_at=now)
            withdraw_task(unit, episode)
    unit.drop_orders_of(person_ids)
    unit.drop_scores(person_ids)
    unit.planned(person_ids)


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
    )


def _basis(facts: Facts, version: str) -> str:
    """Digest of everything a score depends on except the passing of time."""
    return hashlib.blake2b(f"{version} {asdict(facts)!r}".encode(), digest_size=16).hexdigest()
