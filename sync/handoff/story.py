"""What happened to a hot episode, in words: whose task it is and why, the times, and what counts for the SLA."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from sync.core.fields import SLA_STATES
from sync.core.text import Text
from sync.handoff.allotment import OUTSIDE_PILOT
from sync.handoff.assignment import why_text
from sync.handoff.episodes import ACCOUNT, DEAL, lag, waited
from sync.handoff.touch import weak_touch
from sync.repository import Episode

When = Callable[[int], str]  # a moment as the reader writes it
_STATES = dict(SLA_STATES)
_MINUTE = 60
NO_NAMES: Mapping[tuple[str, str], str] = MappingProxyType({})


def lines(
    episode: Episode, completed: Mapping[str, int], when: When, names: Mapping[tuple[str, str], str] = NO_NAMES
) -> Iterator[Text]:
    """`completed`: task key -> when somebody completed our task, as the pull has seen it. `names`: what owners are
    called, by system and id."""
    yield from _handover(episode, names.get((episode.task_system or "", episode.owner), episode.owner) or "-")
    if episode.due_at is not None:
        yield from _clock(episode, when)
    if (at := weak_touch(episode, completed)) is not None:
        yield Text(
            f"the task was completed {when(at)}, but no contact is on record: the SLA goes on",
            f"タスクは {when(at)} に完了済みですが、連絡の記録がないため SLA は継続中です",
        )


def _handover(episode: Episode, owner: str) -> Iterator[Text]:
    if episode.owner_why == OUTSIDE_PILOT:
        yield Text("no task: the owner is not in the pilot", "タスクなし: 担当者が試験導入の対象外です")
    elif episode.handover == ACCOUNT:
        yield Text(
            "no task of its own: a colleague's task at the same company stands for her too",
            "個別のタスクなし: 同じ会社の別の方のタスクで対応します",
        )
    elif episode.handover == DEAL:
        yield Text(
            f"no task: the owner of the open deal {episode.deal} is told",
            f"タスクなし: 進行中の商談 {episode.deal} の担当者に連絡します",
        )
    if episode.owner_why and episode.owner_why != OUTSIDE_PILOT:
        why = why_text(episode.owner_why)
        yield Text(f"owner {owner}: {why.en}", f"担当 {owner}: {why.ja}")


def _clock(episode: Episode, when: When) -> Iterator[Text]:
    assert episode.due_at is not None
    state = _STATES[episode.sla_state]
    plain = episode.plain_due_at
    moved = plain is not None and plain != episode.due_at
    yield Text(
        f"SLA {state.en}, due {when(episode.due_at)}" + (f" (plain hours: {when(plain)})" if moved and plain else ""),
        f"SLA {state.ja}、期限 {when(episode.due_at)}"
        + (f"（単純に数えた期限: {when(plain)}）" if moved and plain else ""),
    )
    queued, late = waited(episode), lag(episode)
    if queued is not None and late is not None:
        yield Text(
            f"waited {queued // _MINUTE} min for its turn, {late // _MINUTE} min of our own until the CRM had the task",
            f"順番待ち {queued // _MINUTE} 分、CRM への登録までの当方の所要 {late // _MINUTE} 分",
        )
    for stamp, text in (
        (episode.warned_at, Text("warned", "期限間近")),
        (episode.breached_at, Text("breached", "期限超過")),
        (episode.reassigned_at, Text("given to somebody else", "担当変更")),
        (episode.met_at, Text("first contact", "初回連絡")),
    ):
        if stamp is not None:
            yield Text(f"{text.en}: {when(stamp)}", f"{text.ja}: {when(stamp)}")
