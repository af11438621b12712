"""Hot episodes: a stay in the hot band, which brings one task.

What an episode brings (`Episode.handover`): LEAD, a follow-up task with an SLA of its own; ACCOUNT, nothing, because
the task of a colleague at the same company stands for her too; DEAL, a note to the owner of an open deal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sync.handoff.calendar import BusinessCalendar
from sync.repository import Episode, Standing

DAY = 86_400
LEAD, ACCOUNT, DEAL = "lead", "account", "deal"
REENTRY_SECONDS = 14 * DAY  # a return sooner continues the episode: flapping around 80 makes no second task
RECENT_SECONDS = 7 * DAY  # at go-live only who became hot within this time gets a task
ACCOUNT_SECONDS = 14 * DAY  # an account, and the owner of a deal, get one task in this time


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


def note_key(task_key: str) -> str:
    """The key of the note to a deal's owner: another one, because the episode may still get its task later."""
    return f"{task_key}-note"


def key_in_crm(episode: Episode) -> str:
    """The key on what the episode has in the CRM."""
    return note_key(episode.task_key) if episode.handover == DEAL else episode.task_key


def order_key(episode: Episode) -> str:
    """The outbox key of what the episode has in the CRM, or is about to."""
    kind = "note" if episode.handover == DEAL else "task"
    return f"{kind}:{key_in_crm(episode)}"


def move_key(task_key: str) -> str:
    return f"task_move:{task_key}"


def under_way(episode: Episode) -> bool:
    """Whether a salesperson has its task, or is about to."""
    return episode.task_state in ("ordered", "made")


def started_at(episode: Episode) -> int | None:
    """When the SLA's clock began: once the CRM had acknowledged the task. Our own delay is not the salesperson's."""
    return episode.acked_at if episode.acked_at is not None else episode.ordered_at


def waited(episode: Episode) -> int | None:
    """Seconds in the queue: from becoming hot, as we saw it, until the task was ordered."""
    return None if episode.ordered_at is None else max(0, episode.ordered_at - episode.opened_at)


def lag(episode: Episode) -> int | None:
    """Our own delay in seconds: from ordering the task to the CRM's acknowledgement. None before that."""
    if episode.acked_at is None or episode.ordered_at is None:
        return None
    return max(0, episode.acked_at - episode.ordered_at)


def sla_state(
    episode: Episode, touched_at: int | None, now: int, calendar: BusinessCalendar, warning_percent: int = 75
) -> str:
    """open, warning when so much of the time has passed, breached, met."""
    if touched_at is not None:
        return "met"
    start = started_at(episode)
    if episode.due_at is None or start is None:
        return "none"
    if now >= episode.due_at:
        return "breached"
    return "warning" if now >= calendar.warning_at(start, episode.due_at, warning_percent) else "open"
