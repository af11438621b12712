"""Ending episodes: what becomes of their tasks."""

from __future__ import annotations

from sync.handoff.episodes import key_in_crm, move_key, order_key
from sync.repository import Episode, NewOrder, Unit


def withdraw_task(unit: Unit, episode: Episode) -> None:
    """A task or note that was never sent goes back to the queue, where it waits for the person's return. A task that
    was to change hands stays where it is."""
    unit.drop_orders([move_key(episode.task_key)])
    if episode.task_state == "ordered" and unit.drop_orders([order_key(episode)]):
        requeue(unit, episode.id)


def requeue(unit: Unit, episode_id: int) -> None:
    """As before anything was ordered."""
    values = dict.fromkeys(("task_system", "task_id", "ordered_at", "due_at", "plain_due_at", "acked_at", "deal"))
    unit.update_episode(
        episode_id, task_state="queued", handover="lead", owner="", owner_why="", sla_state="none", **values
    )


def complete_double(unit: Unit, episode: Episode, now: int) -> None:
    """The task of an episode that another one of the same person replaces is completed with a note."""
    if not (episode.task_id and episode.task_system):
        return
    key = key_in_crm(episode)
    order = NewOrder(
        key=f"task_done:{key}",
        system=episode.task_system,
        kind="task_done",
        person_id=episode.person_id,
        episode_id=episode.id,
        payload={"task_key": key, "task_id": episode.task_id, "note": "same_person"},
    )
    unit.order([order], None, now)
