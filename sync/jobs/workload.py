"""How many tasks salespeople have, and whose turn it is: read from the episodes, so that nothing is counted twice."""

from __future__ import annotations

from collections import Counter

from sync.handoff.assignment import Desk
from sync.handoff.owners import OwnerBook
from sync.handoff.policy import Policy
from sync.repository import Episode, Unit

_TURNS = 200  # tasks given last, from which follows whose turn it is in a group


def desk(unit: Unit, owners: OwnerBook, policy: Policy, now: int) -> Desk:
    """The tasks of a weekend or holiday count for the business day after it."""

    def bearer(episode: Episode) -> str:
        return owners.bearer(episode.task_system or "", episode.owner)

    return Desk(
        today=Counter(map(bearer, unit.ordered_tasks_since(policy.calendar.working_day_start(now)))),
        open=Counter(map(bearer, unit.open_tasks())),
        recent=tuple(map(bearer, unit.last_tasks(_TURNS))),
    )
