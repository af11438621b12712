"""Outbox rows of follow-up tasks, of notes to the owners of deals, and of tasks that change hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync.handoff import tasks
from sync.handoff.episodes import move_key, note_key, order_key
from sync.handoff.owners import DEAL_OWNER
from sync.handoff.policy import Policy
from sync.repository import Episode, Member, NewOrder, OpenDeal, Standing

OVERDUE = "overdue"  # the note on a task that somebody else takes over; said by `sync.jobs.push`


def task(
    standing: Standing, episode: Episode, target: Member, colleagues: Sequence[Standing], policy: Policy
) -> NewOrder:
    """A new task. It is due at the end of the SLA; the reminder comes with the warning."""
    assert episode.ordered_at is not None
    assert episode.due_at is not None
    language, zone = policy.language, policy.timezone
    percent = policy.playbook.sla.warning_percent
    return _create(
        standing,
        episode,
        target,
        {
            "task_key": episode.task_key,
            "subject": tasks.subject(standing, target, episode.due_at, language, zone, colleagues),
            "body": tasks.body(
                standing, target, episode.task_key, episode.due_at, language, zone, colleagues, episode.owner_why
            ),
            "due_at": episode.due_at,
            "remind_at": policy.calendar.warning_at(episode.ordered_at, episode.due_at, percent),
            "owner": episode.owner,
        },
    )


def note(
    standing: Standing,
    episode: Episode,
    target: Member,
    deal: OpenDeal,
    colleagues: Sequence[Standing],
    due_at: int,
    policy: Policy,
) -> NewOrder:
    """A word to a deal's owner: no SLA, and `due_at` only because a task without one shows as overdue at once."""
    beside = deal.key.system == target.record.key.system
    why = episode.owner_why if episode.owner_why != DEAL_OWNER else ""
    language, zone, key = policy.language, policy.timezone, note_key(episode.task_key)
    return _create(
        standing,
        episode,
        target,
        {
            "task_key": key,
            "subject": tasks.note_subject(standing, target, language, zone, colleagues),
            "body": tasks.note_body(standing, target, deal, key, language, zone, colleagues, why),
            "due_at": due_at,
            "owner": episode.owner,
            "deal": list(deal.key) if beside else None,
        },
    )


def move(episode: Episode, owner: str, why: str) -> NewOrder:
    """The episode's task goes to another owner; the record keeps its own."""
    assert episode.task_system is not None
    return NewOrder(
        key=move_key(episode.task_key),
        system=episode.task_system,
        kind="task_move",
        person_id=episode.person_id,
        episode_id=episode.id,
        payload={
            "task_key": episode.task_key,
            "task_id": episode.task_id,
            "owner": owner,
            "owner_why": why,
            "note": OVERDUE,
        },
    )


def colleague(standing: Standing, episode: Episode, bearing: Episode, policy: Policy) -> NewOrder:
    """Names a person on the task of a colleague that was made before she became hot."""
    assert bearing.task_system is not None
    return NewOrder(
        key=f"task_note:{episode.task_key}",
        system=bearing.task_system,
        kind="task_note",
        person_id=standing.person_id,
        payload={
            "task_key": bearing.task_key,
            "task_id": bearing.task_id,
            "text": tasks.also_hot(standing, policy.language),
        },
    )


def _create(standing: Standing, episode: Episode, target: Member, payload: Mapping[str, object]) -> NewOrder:
    key = order_key(episode)
    return NewOrder(
        key=key,
        system=target.record.key.system,
        kind=key.partition(":")[0],
        person_id=standing.person_id,
        record_id=target.id,
        payload=payload,
    )
