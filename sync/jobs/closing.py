"""Ending episodes: what becomes of their tasks."""

from __future__ import annotations

from sync.repository import Episode, NewOrder, Unit


def withdraw_task(unit: Unit, episode: Episode) -> None:
    """A task that was never sent goes back to the queue, where it waits for the person's return."""
    if episode.task_state == "ordered" and unit.drop_orders([f"task:{episode.task_key}"]):
        requeue(unit, episode.id)


def requeue(unit: Unit, episode_id: int) -> None:
    unit.update_episode(
        episode_id, task_state="queued", task_system=None, owner="", ordered_at=None, due_at=None, sla_state="none"
    )


def complete_double(unit: Unit, episode: Episode, now: int) -> None:
    """The task of an episode that another one of the same person replaces is completed with a note."""
    if not (episode.task_id and episode.task_system):
        return
    order = NewOrder(
        key=f"task_done:{episode.task_key}",
        system=episode.task_system,
        kind="task_done",
        person_id=episode.person_id,
        episode_id=episode.id,
        payload={"task_key": episode.task_key, "task_id": episode.task_id, "note": "same_person"},
    )
    unit.order([order], None, now)
