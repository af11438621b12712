"""SLA watch: who has been contacted in time, whose time runs out."""

from __future__ import annotations

from dataclasses import dataclass

from sync.handoff.episodes import sla_state
from sync.ports import Clock
from sync.repository import Episode, Store, Unit


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
        for episode in open_episodes:
            totals.watched += 1
            touched = _touched_at(unit, episode, closed, now)
            state = sla_state(episode, touched, now)
            if state != episode.sla_state:
                totals.changed += 1
                unit.update_episode(episode.id, sla_state=state, met_at=touched)
                unit.flag([episode.person_id], plan=True)
    return totals


def _touched_at(unit: Unit, episode: Episode, closed: dict[str, int], now: int) -> int | None:
    """First logged contact since the episode opened; a completed task is a weaker sign, but a sign. A meeting
    that is only planned is neither."""
    touches = unit.touches(episode.person_id, episode.opened_at)
    times = [touch.occurred_at for touch in touches if touch.occurred_at <= now]
    if episode.task_key in closed:
        times.append(closed[episode.task_key])
    return min(times, default=None)
