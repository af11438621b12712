"""First contact: what a salesperson did that ends the wait for it.

Calls, meetings and one-to-one mail to the person, from the episode's start on, by somebody who sells. What an
integration or a platform's own user logged is nobody's call. A completed task is a word, not a contact: it is told
beside the SLA (`weak_touch`), and the SLA goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sync.core.records import ActivityRecord
from sync.handoff.owners import with_lone_users
from sync.repository import Episode, Owner


class Authors:
    """Who logs activities. Without an author an activity counts: HubSpot keeps none for many that people log. An
    author whom the CRM does not list among its users is a platform's own, unless it lists nobody to us at all."""

    def __init__(self, owners: Iterable[Owner]) -> None:
        self._automated = {(owner.system, owner.id): owner.automated for owner in with_lone_users(owners)}
        self._listed = {system for system, _ in self._automated}

    def human(self, activity: ActivityRecord) -> bool:
        system = activity.key.system
        if not activity.author_id or system not in self._listed:
            return True
        return self._automated.get((system, activity.author_id)) is False


def first_touch(episode: Episode, touches: Iterable[ActivityRecord], authors: Authors, now: int) -> int | None:
    """When sales first got in touch. A meeting that is only planned is none yet."""
    times = (touch.occurred_at for touch in touches if authors.human(touch))
    return min((at for at in times if episode.opened_at <= at <= now), default=None)


def weak_touch(episode: Episode, closed: Mapping[str, int]) -> int | None:
    """When the task was completed without any contact on record, None otherwise. `closed`: task key -> when."""
    return None if episode.sla_state == "met" else closed.get(episode.task_key)
