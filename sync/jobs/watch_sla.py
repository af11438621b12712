"""SLA watch: who has been contacted in time, whose time runs out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sync.core.records import ActivityRecord
from sync.handoff.episodes import sla_state
from sync.ports import Clock
from sync.repository import Episode, Store


@dataclass
class SlaTotals:
    watched: int = 0
    changed: int = 0


def watch_sla(store: Store, clock: Clock) -> SlaTotals:
    """Brings the SLA state of every open episode up to date; changed people are planned anew."""
    now = int(clock())
    totals = SlaTotals()
    with store.begin() as unit:
        open_episodes = unit.open_slas()
        closed = unit.closed_tasks([episode.task_key for episode in open_episodes])
        touches = unit.touches(
            sorted({episode.person_id for episode in open_episodes}),
            min((episode.opened_at for episode in open_episodes), default=now),
        )
        for episode in open_episodes:
            totals.watched += 1
            touched = _touched_at(episode, touches.get(episode.person_id, ()), closed, now)
            state = sla_state(episode, touched, now)
            if state != episode.sla_state:
                totals.changed += 1
                unit.update_episode(episode.id, sla_state=state, met_at=touched)
                unit.flag([episode.person_id], plan=True)
    return totals


def _touched_at(episode: Episode, touches: Iterable[ActivityRecord], closed: dict[str, int], now: int) -> int | None:
    """First logged contact since the episode opened; a completed task is a weaker sign, but a sign. A meeting
    that is only planned is neither."""
    times = [touch.occurred_at for touch in touches if episode.opened_at <= touch.occurred_at <= now]
    if episode.task_key in closed:
        times.append(closed[episode.task_key])
    return min(times, default=None)
