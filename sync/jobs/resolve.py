"""Resolve: changed records meet those sharing a key with them; each group becomes one person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, count

from sync.identity import exact
from sync.jobs.closing import complete_double, withdraw_task
from sync.ports import Clock
from sync.repository import Episode, Group, Store, Unit

BATCH = 500
LARGEST_CLOSURE = 20_000  # records that one batch may drag along


@dataclass
class ResolveTotals:
    records: int = 0
    merged: int = 0
    attached: int = 0


def resolve(store: Store, clock: Clock, between: Callable[[], None], batch: int = BATCH) -> ResolveTotals:
    """Brings every changed record to its person. Each batch is one transaction."""
    totals = ResolveTotals()
    _index(store, between, batch)
    while True:
        with store.begin() as unit:
            changed = unit.unresolved(batch)
            if not changed:
                break
            members = unit.closure((member.id for member in changed), LARGEST_CLOSURE)
            totals.merged += _assign(unit, exact.groups(members), int(clock()))
            unit.mark_resolved(member.id for member in members)
            totals.records += len(changed)
        between()
    with store.begin() as unit:
        totals.attached = unit.attach_activities()
    return totals


def _index(store: Store, between: Callable[[], None], batch: int) -> None:
    """Keys of all changed records first: two of them may be each other's only link."""
    after = 0
    while True:
        with store.begin() as unit:
            changed = unit.unresolved(batch, after)
            if not changed:
                return
            unit.set_keys({member.id: exact.keys_of(member.record) for member in changed})
            after = changed[-1].id
        between()


def _assign(unit: Unit, groups: Sequence[Group], now: int) -> int:
    """Gives each group a person; the oldest member's person stays. Returns how many persons were merged away."""
    claimed: set[int] = set()
    before: dict[int, set[int]] = {}
    after: dict[int, int] = {}
    for group in groups:
        candidates = [member.person_id for member in group.members if member.person_id]
        person = next((id for id in candidates if id not in claimed), None)
        if person is None:
            person = unit.new_person(_person_key(unit, group), now)
        claimed.add(person)
        for member in group.members:
            after[member.id] = person
            if member.person_id:
                before.setdefault(member.person_id, set()).add(person)
    for group in groups:
        person = after[group.members[0].id]
        unit.assign(person, group)
    unit.flag(claimed, score=True, plan=True)
    lost = {old: min(new) for old, new in before.items() if old not in claimed}
    for old, survivor in sorted(lost.items()):
        unit.merge_persons(old, survivor)
        _end_double_episodes(unit, survivor, now)
    return len(lost)


def _person_key(unit: Unit, group: Group) -> str:
    """Derived from the oldest record, so that a rebuilt store finds the same key."""
    oldest = str(group.members[0].record.key)
    names = (str(member.record.key) for member in group.members)
    # Who was merged away and is split off again finds her old keys taken.
    candidates = chain(names, (f"{oldest} {n}" for n in count(2)))
    keys = (f"p{hashlib.sha256(name.encode()).hexdigest()[:16]}" for name in candidates)
    return next(key for key in keys if not unit.key_taken(key))


def _end_double_episodes(unit: Unit, person_id: int, now: int) -> None:
    """Two hot people turned out to be one: the earlier episode that has a task stays, the others end."""
    episodes = unit.episodes_of(person_id)
    standing = sorted((e for e in episodes if e.closed_at is None), key=_claim)
    for episode in standing[1:]:
        unit.update_episode(episode.id, closed_at=now, cooled_at=now, sla_state="none")
        withdraw_task(unit, episode)
        complete_double(unit, episode, now)
    if episodes:
        unit.number_last(standing[0] if standing else max(episodes, key=lambda e: (e.cooled_at or 0, e.number)))


def _claim(episode: Episode) -> tuple[int, int, int]:
    has_task = ("made", "ordered", "queued")
    rank = has_task.index(episode.task_state) if episode.task_state in has_task else len(has_task)
    return (rank, episode.opened_at, episode.id)
