"""Hot episodes: a stay in the hot band, which brings one task."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sync.repository import Episode, Standing

DAY = 86_400
REENTRY_SECONDS = 14 * DAY  # a return sooner continues the episode: flapping around 80 makes no second task
RECENT_SECONDS = 7 * DAY  # at go-live only who became hot within this time gets a task


class Change(StrEnum):
    NONE = "none"
    OPEN = "open"
    CONTINUE = "continue"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens to a person's episode now. `queued` says whether a new episode is to get a task."""

    change: Change
    number: int = 0
    hot_since: int | None = None
    queued: bool = False


def turn(standing: Standing, now: int, going_live: bool) -> Turn:
    """The episode's next step. At go-live, who has been hot for longer than a week gets fields but no task."""
    hot = standing.score.band == "hot"
    last = standing.episode
    if last and last.closed_at is None:
        return Turn(Change.NONE if hot else Change.CLOSE, last.number)
    if not hot:
        return Turn(Change.NONE)
    if last and last.cooled_at is not None and now - last.cooled_at < REENTRY_SECONDS:
        return Turn(Change.CONTINUE, last.number)
    hot_since = standing.score.hot_since or now
    recent = now - hot_since <= RECENT_SECONDS
    return Turn(Change.OPEN, next_number(standing), hot_since, queued=recent or not going_live)


def next_number(standing: Standing) -> int:
    """Beyond every number that a task of this person's key has borne."""
    return max(standing.episode.number if standing.episode else 0, standing.last_number) + 1


def task_key(person_key: str, number: int) -> str:
    """Derived from person and episode, so that one episode can never have two tasks."""
    return f"{person_key}-{number}"


def sla_state(episode: Episode, touched_at: int | None, now: int) -> str:
    """open, warning from 75 % of the time on, breached, met."""
    if touched_at is not None:
        return "met"
    if episode.due_at is None or episode.ordered_at is None:
        return "none"
    if now >= episode.due_at:
        return "breached"
    return "warning" if now - episode.ordered_at >= (episode.due_at - episode.ordered_at) * 3 // 4 else "open"
