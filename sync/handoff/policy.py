"""What a draft is made by: the settings and the playbook, the moment, and what stands around the people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sync.handoff.assignment import Desk
from sync.handoff.calendar import BusinessCalendar
from sync.handoff.playbook import Playbook
from sync.repository import Episode, Owner, Standing


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings and the playbook say about writing."""

    systems: tuple[str, ...]  # connectors that are on
    writable: Mapping[str, Collection[str]]  # system -> logical names of fields that exist there
    playbook: Playbook
    tasks_system: str = "auto"
    per_owner_per_day: int = 5
    language: str = "ja"
    timezone: str = "Asia/Tokyo"
    pilot_owners: frozenset[str] = frozenset()  # ids or lower-case e-mail addresses; empty: everyone gets tasks

    @property
    def calendar(self) -> BusinessCalendar:
        return self.playbook.calendar_in(self.timezone)

    def in_pilot(self, owner: Owner | None) -> bool:
        """Whether this owner may be given tasks; None is nobody we know."""
        if not self.pilot_owners:
            return True
        return owner is not None and bool({owner.id, owner.email} & self.pilot_owners)


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of others than the people in the draft.

    `accounts`: account -> episodes of its people that are open or had a task within `ACCOUNT_SECONDS`;
    `colleagues`: hot people of these accounts, by person; `noted`: deals whose owner had a note within that time;
    `lapsed`: episodes told to the owner of a deal that was lost since, or is gone.
    """

    accounts: Mapping[int, tuple[Episode, ...]] = field(default_factory=dict)
    colleagues: Mapping[int, Standing] = field(default_factory=dict)
    noted: frozenset[str] = frozenset()
    lapsed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Moment:
    """When the draft is made, and how far the account is."""

    now: int
    live_at: int | None  # the first apply; None before it
    desk: Desk = field(default_factory=Desk)
    around: Around = field(default_factory=Around)

    @property
    def going_live(self) -> bool:
        return self.live_at is None
