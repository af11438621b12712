"""Persons for groups of records: keys that stay, merges, splits, and what becomes of their episodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from sync.core.records import State
from sync.handoff.episodes import REENTRY_SECONDS
from sync.jobs.closing import complete_double, withdraw_task
from sync.repository import Episode, Member, PersonEvent, Unit

Group = Sequence[Member]  # the oldest first

_CHANGED = "records changed"


@dataclass
class Assigned:
    """What came of it: persons merged away, persons who parted from others."""

    merged: int = 0
    split: int = 0


@dataclass
class _Plan:
    """Who becomes whose record. `before` and `after` are persons by record."""

    before: dict[int, int] = field(default_factory=dict)
    after: dict[int, int] = field(default_factory=dict)
    parted: dict[int, int] = field(default_factory=dict)  # new or revived person -> the one it comes from
    heads: dict[int, Member] = field(default_factory=dict)  # person -> oldest record that had it before

    @property
    def moved(self) -> dict[int, int]:
        return {id: person for id, person in self.after.items() if self.before.get(id) != person}


def oldest_first(members: Sequence[Member]) -> list[Member]:
    return sorted(members, key=_age)


def assign(unit: Unit, groups: Sequence[Group], causes: Mapping[int, str], now: int) -> Assigned:
    """Gives each group a person; the person of the oldest record stays. The groups hold all records of every person
    they touch. `causes` tells by record why it was joined."""
    groups = sorted(groups, key=lambda group: _age(group[0]))
    plan = _plan(unit, groups, now)
    unit.place(plan.moved)
    for person, earlier in sorted(plan.parted.items()):
        unit.take_tasks_along(earlier, person)
    standing = set(plan.after.values())
    lost = {person: plan.after[head.id] for person, head in plan.heads.items() if person not in standing}
    unit.log_persons(_events(plan, lost, causes, now))
    changed = {person for id, person in plan.moved.items()} | {
        plan.before[id] for id in plan.moved if id in plan.before
    }
    unit.flag(changed - lost.keys(), score=True, plan=True)
    for old, survivor in sorted(lost.items()):
        unit.merge_persons(old, survivor)
        _end_double_episodes(unit, survivor, now)
    return Assigned(len(lost), len(plan.parted))


def _plan(unit: Unit, groups: Sequence[Group], now: int) -> _Plan:
    plan = _Plan()
    claimed: set[int] = set()
    homeless: list[Group] = []
    for group in groups:
        for member in group:
            if member.person_id:
                plan.before[member.id] = member.person_id
                plan.heads.setdefault(member.person_id, member)
        own = next((m.person_id for m in group if m.person_id and m.person_id not in claimed), None)
        if own is None:
            homeless.append(group)
            continue
        claimed.add(own)
        plan.after |= {member.id: own for member in group}
    for group, person in zip(homeless, _found_persons(unit, homeless, now), strict=True):
        plan.after |= {member.id: person for member in group}
        earlier = next((m.person_id for m in group if m.person_id), None)
        if earlier is not None:
            plan.parted[person] = earlier
    return plan


def _found_persons(unit: Unit, groups: Sequence[Group], now: int) -> list[int]:
    """A person for each group: one of a record's own that was merged away stands for herself again, else a new one."""
    known = unit.persons_of_keys(sorted({key for group in groups for key in _own_keys(group)}))
    keys: list[str] = []
    taken: set[str] = set()
    for group in groups:
        own = (key for key in _own_keys(group) if key not in taken and (key not in known or known[key][1]))
        key = next(own, None) or _further_key(unit, group, taken)
        taken.add(key)
        keys.append(key)
    for key in keys:
        if key in known:
            unit.revive(known[key][0])
    new = unit.new_persons([key for key in keys if key not in known], now)
    return [known[key][0] if key in known else new[key] for key in keys]


def _own_keys(group: Group) -> list[str]:
    """Keys that the group's records give: first one that a CRM still shows, so that a rebuilt store finds the same
    persons, then the oldest record's."""
    derived = {_key(str(member.record.key)): member for member in group}
    shown = {member.record.own.get("person_key") for member in group if member.record.state is State.LIVE}
    return sorted(derived, key=lambda key: key not in shown)


def _further_key(unit: Unit, group: Group, taken: set[str]) -> str:
    """All of the group's own keys are borne by others."""
    oldest = str(group[0].record.key)
    keys = (_key(f"{oldest} {number}") for number in count(2))
    return next(key for key in keys if key not in taken and not unit.persons_of_keys([key]))


def _key(name: str) -> str:
    return f"p{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _events(plan: _Plan, lost: Mapping[int, int], causes: Mapping[int, str], now: int) -> Iterator[PersonEvent]:
    for person, survivor in sorted(lost.items()):
        head = plan.heads[person].id
        yield PersonEvent(now, "merge", person, survivor, head, causes.get(head, _CHANGED))
    for person, earlier in sorted(plan.parted.items()):
        record = min(id for id, found in plan.after.items() if found == person)
        yield PersonEvent(now, "split", person, earlier, record, causes.get(-record, _CHANGED))
    for record in sorted(plan.moved):
        yield from _moves(plan, lost, causes, now, record)


def _moves(
    plan: _Plan, lost: Mapping[int, int], causes: Mapping[int, str], now: int, record: int
) -> Iterator[PersonEvent]:
    """A record that founds a person by itself, or that goes along with a whole person, is not worth a line."""
    person, earlier = plan.after[record], plan.before.get(record)
    if earlier is not None and earlier not in lost:
        yield PersonEvent(now, "leave", earlier, person, record, _CHANGED)
    if earlier is None and person in plan.heads:
        yield PersonEvent(now, "join", person, None, record, causes.get(record, _CHANGED))
    elif earlier is not None and earlier not in lost and person not in plan.parted:
        yield PersonEvent(now, "join", person, earlier, record, causes.get(record, _CHANGED))


def _age(member: Member) -> tuple[int, str]:
    return (member.record.created_at or member.first_seen_at, str(member.record.key))


def _end_double_episodes(unit: Unit, person_id: int, now: int) -> None:
    """Two hot people turned out to be one: the earlier episode that has a task stays, the others end."""
    episodes = unit.episodes_of(person_id)
    standing = sorted((e for e in episodes if e.closed_at is None), key=_claim)
    for episode in standing[1:]:
        unit.update_episode(episode.id, closed_at=now, cooled_at=now, sla_state="none")
        withdraw_task(unit, episode)
        complete_double(unit, episode, now)
    if standing:
        for episode in filter(lambda e: _may_go_on(e, now), episodes):
            complete_double(unit, episode, now)
    if episodes:
        unit.number_last(standing[0] if standing else max(episodes, key=lambda e: (e.cooled_at or 0, e.number)))


def _may_go_on(episode: Episode, now: int) -> bool:
    """Whether it would continue, with its task, if its person were hot again."""
    cooled = episode.closed_at is not None and episode.cooled_at is not None
    return cooled and episode.met_at is None and now - (episode.cooled_at or 0) < REENTRY_SECONDS


def _claim(episode: Episode) -> tuple[int, int, int]:
    has_task = ("made", "ordered", "queued")
    rank = has_task.index(episode.task_state) if episode.task_state in has_task else len(has_task)
    return (rank, episode.opened_at, episode.id)
