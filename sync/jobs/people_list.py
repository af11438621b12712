"""People by what they are: band, segment, interest, stale, reactivated, queued. Best first, or longest waiting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sync.core.records import RecordKey, State
from sync.core.text import Text
from sync.handoff.owners import OwnerBook
from sync.identity.survivorship import profile
from sync.jobs.almost_hot import AlmostHot
from sync.repository import Dossier, Episode, PersonFilter, ScoreRow, StaleLead, Store, Unit

BATCH = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list. `total` in thousandths; `stale` is the kind of staleness and `since` when it began."""

    person_id: int
    key: str
    records: tuple[RecordKey, ...]
    name: str
    company: str
    title: str
    email: str
    owner: str  # of the task, else of a record
    band: str
    total: int
    segment: str
    interest: str
    reason: str
    last_act_at: int | None
    hot_since: int | None
    sla_state: str
    sla_due: int | None
    task_state: str
    reactivated: bool
    stale: str = ""
    since: int | None = None
    lacks: Text | None = None  # what would make her hot if it were known


def people_like(store: Store, wanted: PersonFilter, limit: int) -> Iterator[Listed]:
    with store.reading() as unit:
        ids = unit.people_like(wanted, limit)
    yield from listed(store, ids)


def stale_people(store: Store, leads: Sequence[StaleLead]) -> Iterator[Listed]:
    yield from listed(store, [lead.person_id for lead in leads], {lead.person_id: lead for lead in leads})


def almost_hot_people(store: Store, candidates: Sequence[AlmostHot]) -> Iterator[Listed]:
    """Those who would be hot if one missing attribute were known, the highest score first."""
    best = sorted(candidates, key=lambda each: (-each.total, each.person_id))
    lacking = {each.person_id: each.missing for each in best}
    for person in listed(store, list(lacking)):
        yield replace(person, lacks=lacking[person.person_id])


def listed(store: Store, person_ids: Sequence[int], stale: dict[int, StaleLead] | None = None) -> Iterator[Listed]:
    """In the order asked for; who has no score any more is left out."""
    for start in range(0, len(person_ids), BATCH):
        piece = person_ids[start : start + BATCH]
        with store.reading() as unit:
            owners = OwnerBook(unit.owners())
            scores = unit.scores_of(piece, lines=False)
            dossiers = {dossier.person_id: dossier for dossier in unit.dossiers(list(scores))}
            episodes = {id: _latest(unit, id) for id in scores}
        for id in piece:
            if id in scores:
                yield _listed(dossiers[id], scores[id], episodes[id], owners, (stale or {}).get(id))


def _latest(unit: Unit, person_id: int) -> Episode | None:
    found = [episode for episode in unit.episodes_of(person_id) if episode.closed_at is None]
    return found[-1] if found else None


def _listed(
    dossier: Dossier, score: ScoreRow, episode: Episode | None, owners: OwnerBook, stale: StaleLead | None
) -> Listed:
    known = profile(dossier)
    return Listed(
        person_id=dossier.person_id,
        key=dossier.key,
        records=tuple(member.record.key for member in dossier.members if member.record.state is State.LIVE),
        name=known.name,
        company=known.company_name,
        title=known.title,
        email=known.email,
        owner=_owner(dossier, episode, owners),
        band=score.band,
        total=score.total,
        segment=score.segment,
        interest=score.interest,
        reason=score.top_reason,
        last_act_at=score.last_act_at,
        hot_since=score.hot_since,
        sla_state=episode.sla_state if episode else "none",
        sla_due=episode.due_at if episode else None,
        task_state=episode.task_state if episode else "none",
        reactivated=score.reactivated,
        stale=stale.kind if stale else "",
        since=stale.since if stale else None,
    )


def _owner(dossier: Dossier, episode: Episode | None, owners: OwnerBook) -> str:
    candidates = [(episode.task_system or "", episode.owner)] if episode else []
    candidates += [(member.record.key.system, member.record.owner_id) for member in dossier.members]
    found = (owners.of(system, id) for system, id in candidates if id)
    return next((owner.name or owner.email for owner in found if owner), "")
