"""What a CRM is told about a person, and when a difference is worth a write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sync.core.fields import FIELDS
from sync.handoff.episodes import ACCOUNT, DEAL, under_way
from sync.handoff.owners import live
from sync.repository import Episode, FieldValues, Member, Standing

Value = int | str | None
STAMPS = frozenset({"scored_at", "model_version"})  # they move only along with something else
WRITTEN = tuple(field.name for field in FIELDS if field.written)
ANSWER = "verdict_answer"  # of one record, not of the person: whoever gave a verdict reads its answer beside it
AT_ONCE = frozenset({"band", "top_reason", "sla_due", "sla_state", "hot_since", "first_hot_at", "person_key", ANSWER})
AGEING_STEP = 5_000  # thousandths; a change by ageing alone is told when it has added up to this


@dataclass(frozen=True, slots=True)
class Telling:
    """One record's update: every field as it should be, and the old values of those that differ."""

    member: Member
    fields: Mapping[str, Value]
    old: Mapping[str, Value]


def wanted(
    standing: Standing,
    episode: Episode | None,
    first_hot_at: int | None,
    now: int,
    bearing: Episode | None = None,
) -> FieldValues:
    """The values that all records of the person should hold. Numbers are whole points, rounded downwards.

    `bearing` is the episode of the colleague whose task stands for her too: its due time and state are hers.
    """
    score = standing.score
    open_episode = episode if episode and episode.closed_at is None else None
    tracked = _tracked(open_episode, bearing)
    return {
        "score": score.total // 1000,
        "attribute_score": score.attribute // 1000,
        "behavior_score": score.behaviour // 1000,
        "activity_score": score.activity // 1000,
        "band": score.band,
        "top_reason": score.top_reason or None,
        "reasons": score.reasons or None,
        "talk_track": score.talk_track or None,
        "interest": score.interest or None,
        "segment": score.segment or None,
        "hot_since": open_episode.hot_since if open_episode else None,
        "first_hot_at": first_hot_at,
        "sla_due": tracked.due_at if tracked else None,
        "sla_state": tracked.sla_state if tracked else "none",
        "person_key": standing.key,
        "model_version": score.model_version,
        "scored_at": now,
    }


def _tracked(episode: Episode | None, bearing: Episode | None) -> Episode | None:
    """Whose clock the person's fields show. A note to a deal's owner has none."""
    if episode is None or episode.handover == DEAL:
        return None
    borne = bearing if episode.handover == ACCOUNT else episode
    if borne is None or borne.closed_at is not None or not under_way(borne):
        return None
    if borne is episode:
        return episode
    if episode.sla_state == "met":
        return replace(borne, sla_state="met")  # somebody spoke to her herself
    # A clock that had run out before she was hot is not hers.
    return borne if borne.due_at is None or borne.due_at > episode.opened_at else None


def tellings(standing: Standing, values: FieldValues, writable: Mapping[str, Collection[str]]) -> tuple[Telling, ...]:
    """The updates due now: none, or one for each record of the person that differs."""
    differing = [
        telling
        for member in live(standing.members)
        if (names := writable.get(member.record.key.system)) and (telling := _telling(standing, member, values, names))
    ]
    if not any(_worth_a_write(standing, telling) for telling in differing):
        return ()
    return tuple(differing)


def last_known(standing: Standing, member: Member) -> Mapping[str, Value]:
    """What the record holds: the newer of our last acknowledged write and the last pulled values."""
    told = standing.told.get(member.id)
    # Vendor times have whole seconds: in the same one, values that we saw later count. They are the echo of our
    # write, or somebody's edit right after it.
    if told and (told.acked_at, told.acked_at) >= standing.own_at.get(member.id, (0, 0)):
        return told.fields
    return member.record.own


def same(left: Value, right: Value) -> bool:
    """Whether a CRM would show the same: no value and empty text are one, line ends and edge blanks do not count."""
    return _plain(left) == _plain(right)


def _plain(value: Value) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _telling(standing: Standing, member: Member, values: FieldValues, names: Collection[str]) -> Telling | None:
    known = last_known(standing, member)
    if answer := standing.answers.get(member.id):  # without one, what stands there stays
        values = {**values, ANSWER: answer}
    fields = {name: values[name] for name in WRITTEN if name in names and name in values}
    old = {name: known.get(name) for name, value in fields.items() if not same(known.get(name), value)}
    return Telling(member, fields, old) if old.keys() - STAMPS or _under_way(standing, member) else None


def _under_way(standing: Standing, member: Member) -> bool:
    """An update was sent and not answered: nobody knows what the record holds until one is."""
    row = standing.waiting.get(member.id)
    return row is not None and row.state == "sending"


def _worth_a_write(standing: Standing, telling: Telling) -> bool:
    """At once when something moved; a change by ageing alone waits until it adds up."""
    told = standing.told.get(telling.member.id)
    if told is None or _under_way(standing, telling.member) or telling.old.keys() - told.fields.keys():
        return True
    if told.basis != standing.score.basis or telling.old.keys() & AT_ONCE:
        return True
    if any(not same(told.fields.get(name), value) for name, value in telling.old.items()):
        return True  # somebody else changed our field: it is put right
    return abs(standing.score.total - told.total) >= AGEING_STEP
