"""Merge: one person's records in a CRM become one record there, on a person's order only. Nothing undoes it.

So only records that are surely one are merged: by an exact key, by what a CRM itself says, or because somebody
decided so. Records that a match weight alone joined are left out until somebody has accepted them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from sync.core.records import PersonRecord, RecordKey, State
from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.identity.engine.explain import Part
from sync.identity.engine.model import Model, shipped
from sync.jobs.matching_model import model_of_pairs, pair_parts
from sync.ports import Clock, Merging, Outcome, Result
from sync.repository import AuditEntry, Dossier, Member, PairRow, Store, Unit

FIELD = "merge"  # what the audit trail calls it
_FILLED = tuple(f.name for f in fields(PersonRecord) if f.name not in ("key", "modified_at", "state", "own"))


class NotMergeable(LeadsyncError):
    """Nobody goes by that name, or there is nothing to merge."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as the CRM has it now. `member` is what we know of it."""

    key: RecordKey
    member: Member


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A record that only a match weight joins to the others, with the pair that does."""

    record: Standing
    pair: PairRow | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What would become of a person's records in one CRM. All of `absorb` become part of `keep`."""

    person_id: int
    person: str  # key
    system: str
    keep: Standing
    why: str  # chosen, linked, complete, oldest or only
    absorb: tuple[Standing, ...]
    doubtful: tuple[Doubtful, ...]


def plan_merge(
    store: Store,
    person: str,
    system: str,
    keep: str | None = None,
    sure_only: bool = True,
    model: Model | None = None,
) -> MergePlan:
    """What would be merged into which record. `person` goes by a name as in `explain`; `keep` is a record's id;
    `model` is the matching model in use (the shipped one when left out).

    Raises `NotMergeable` when there is nothing to do, saying why.
    """
    with store.reading() as unit:
        dossier = _dossier(unit, person)
        records = _standing(unit, dossier, system)
        if not records:
            raise _nothing(system)
        kept, why = _kept(records, keep)
        others = [record for record in records if record.key != kept.key]
        apart = _spoken_against(unit, dossier, kept.member.id)
        sure = _surely_one(unit, dossier, kept.member.id, apart) if sure_only else {r.member.id for r in others} - apart
        doubtful = [record for record in others if record.member.id not in sure]
        pairs = unit.pairs_of(dossier.person_id) if doubtful else []
        weighed_by = model_of_pairs(unit, model or shipped())
    return MergePlan(
        dossier.person_id,
        dossier.key,
        system,
        kept,
        why,
        tuple(record for record in others if record.member.id in sure),
        tuple(_doubtful(record, pairs, dossier, weighed_by) for record in doubtful),
    )


def merge(plan: MergePlan, crm: Merging, store: Store, clock: Clock) -> Iterator[tuple[Standing, Outcome]]:
    """Merges one record after the other, each with its outcome; ends early when going on makes no sense.

    Every merge is put down before the next one begins. Called again after a crash it goes on where it ended.
    May raise the errors of `sync.errors`.
    """
    keep = plan.keep.key
    for record in plan.absorb:
        outcome = crm.merge(keep, record.key)
        if outcome.result in (Result.APPLIED, Result.UNCHANGED):
            became = outcome.record or keep
            _put_down(plan, record, keep, became, outcome, store, int(clock()))
            keep = became
        elif outcome.gone and outcome.record == record.key:
            with store.begin() as unit:
                unit.mark_gone(record.key)
        yield record, outcome
        if outcome.result is Result.RETRY or (outcome.result is Result.REJECTED and not outcome.gone):
            return


def _put_down(
    plan: MergePlan, record: Standing, keep: RecordKey, became: RecordKey, outcome: Outcome, store: Store, now: int
) -> None:
    """The absorbed record leads to the one kept, which stays alive here until the pull brings what it became: a
    person must not be without a record meanwhile. The audit trail knows what it became."""
    gone = [record.key] if became == keep else [record.key, keep]
    entries = [
        AuditEntry(now, None, *key, plan.person_id, FIELD, key.id, became.id, outcome.result.value) for key in gone
    ]
    with store.begin() as unit:
        unit.redirect(record.member.id, plan.keep.member.record.key)
        unit.audit(entries)


def _dossier(unit: Unit, person: str) -> Dossier:
    found = unit.find_person(person)
    if len(found) == 1:
        return unit.dossiers(found)[0]
    if not found:
        raise NotMergeable(
            Text(
                "nobody with this e-mail address, record id or person key is known here",
                "このメールアドレス、レコード ID、人物キーに一致する人はいません",
            )
        )
    keys = ", ".join(dossier.key for dossier in unit.dossiers(found))
    raise NotMergeable(
        Text(
            f"several people go by this name; name one: {keys}",
            f"該当者が複数います。次のいずれかを指定してください: {keys}",
        )
    )


def _standing(unit: Unit, dossier: Dossier, system: str) -> list[Standing]:
    """The person's records as this CRM has them now, whether the pull has brought them yet or not."""
    live = [m for m in dossier.members if m.record.key.system == system and m.record.state is State.LIVE]
    moved = _moved(unit, dossier, system)
    found: dict[RecordKey, Standing] = {}
    for member in sorted(live, key=lambda m: _rank(m.record)):
        now = _follow(member.record.key, moved)
        found.setdefault(now, Standing(now, member))
    return list(found.values())


def _moved(unit: Unit, dossier: Dossier, system: str) -> dict[RecordKey, RecordKey]:
    """What records became by our own merges: the pull may not have told yet."""
    return {
        RecordKey(system, entry.object, entry.old): RecordKey(system, entry.object, entry.new)
        for entry in unit.audit_of(dossier.person_id, field=FIELD)
        if entry.system == system and entry.old and entry.new and entry.old != entry.new
    }


def _follow(key: RecordKey, moved: Mapping[RecordKey, RecordKey]) -> RecordKey:
    passed = {key}
    while (further := moved.get(key)) and further not in passed:
        passed.add(further)
        key = further
    return key


def _kept(records: Sequence[Standing], keep: str | None) -> tuple[Standing, str]:
    if keep is not None:
        for record in records:
            if keep in _names(record):
                return record, "chosen"
        raise NotMergeable(
            Text(
                f"{keep} is not a live record of this person in this CRM",
                f"{keep} はこの人物の有効なレコードではありません",
            )
        )
    ranked = sorted(records, key=lambda record: _rank(record.member.record))
    first, second = ranked[0].member.record, ranked[1].member.record if len(ranked) > 1 else None
    if second is None:
        return ranked[0], "only"
    deciding = next((n for n, (a, b) in enumerate(zip(_rank(first), _rank(second), strict=True)) if a != b), 3)
    return ranked[0], ("linked", "contact", "complete", "oldest")[min(deciding, 3)]


def _names(record: Standing) -> set[str]:
    keys = (record.key, record.member.record.key)
    return {name for key in keys for name in (key.id, str(key), key.id[:15] if len(key.id) == 18 else key.id)}


def _rank(record: PersonRecord) -> tuple[bool, bool, int, int, str]:
    """The best record to keep first: what the CRMs' own integration is tied to, then contacts before leads, then the
    one that tells most, then the oldest."""
    linked = any(link.system != record.key.system for link in record.links)
    filled = sum(bool(getattr(record, name)) for name in _FILLED)
    created = record.created_at if record.created_at is not None else record.modified_at
    return (not linked, record.key.object != "contact", -filled, created, str(record.key))


def _spoken_against(unit: Unit, dossier: Dossier, kept: int) -> set[int]:
    """Records of which a reviewer has said that they are somebody else's, although matching has not followed yet."""
    decided = unit.decisions_among({member.id for member in dossier.members})
    return {id for d in decided if d.verdict == "different" for id in (d.left, d.right)} - {kept}


def _surely_one(unit: Unit, dossier: Dossier, kept: int, apart: Collection[int]) -> set[int]:
    """Records that lead to the kept one over nothing but sure edges, none of them by way of one in `apart`."""
    near: dict[int, set[int]] = {}
    for edge in unit.edges_of(dossier.person_id):
        if edge.evidence != "weight" and edge.left not in apart and edge.right not in apart:
            near.setdefault(edge.left, set()).add(edge.right)
            near.setdefault(edge.right, set()).add(edge.left)
    reached, edge_of = {kept}, {kept}
    while edge_of:
        edge_of = {other for id in edge_of for other in near.get(id, ())} - reached
        reached |= edge_of
    return reached


def _doubtful(record: Standing, pairs: Iterable[PairRow], dossier: Dossier, weighed_by: Model | None) -> Doubtful:
    """With the strongest pair that joins it to another record of the person."""
    own = {member.id for member in dossier.members}
    mine = [p for p in pairs if record.member.id in (p.left, p.right) and {p.left, p.right} <= own]
    if not mine:
        return Doubtful(record, None)
    best = max(mine, key=lambda p: (p.weight, -p.left, -p.right))
    return Doubtful(record, best, pair_parts(best, weighed_by))


def _nothing(system: str) -> NotMergeable:
    return NotMergeable(
        Text(
            f"this person has no live record in {system}: there is nothing to merge",
            f"この人物の有効なレコードは {system} にありません（統合するものがありません）",
        )
    )
