"""Notices to people outside the CRM: who became hot, whose time runs out, whose has run out.

Each is put down once, under a key made of the task's, and sent later by whoever sends. Nothing in it is personal:
record and owner are named by their ids, so that names can be looked up, or left out, when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sync.repository import Episode

HOT, WARNING, BREACH = "hot", "sla_warning", "sla_breach"


@dataclass(frozen=True, slots=True)
class Alert:
    """`key` makes it unique: a second one with the same key is never made."""

    key: str
    kind: str
    person_id: int
    episode_id: int | None
    payload: Mapping[str, Any] = field(default_factory=dict)


class Notices(Protocol):
    def notify(
        self, key: str, kind: str, person_id: int | None, episode_id: int | None, payload: Mapping[str, Any], at: int
    ) -> bool: ...


def put_down(unit: Notices, alert: Alert, at: int) -> bool:
    """False when it had been made before."""
    return unit.notify(alert.key, alert.kind, alert.person_id, alert.episode_id, alert.payload, at)


def key(kind: str, episode: Episode) -> str:
    return f"{kind}:{episode.task_key}"


def alert(kind: str, episode: Episode, episode_id: int | None, more: Mapping[str, str]) -> Alert:
    """`more` goes into the payload: record, manager."""
    payload: dict[str, str | int | None] = {
        "task_key": episode.task_key,
        "system": episode.task_system,
        "owner": episode.owner,
        "due_at": episode.due_at,
        "total": episode.total,
        "handover": episode.handover,
        **more,
    }
    return Alert(key(kind, episode), kind, episode.person_id, episode_id, payload)
