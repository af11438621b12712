"""Notices that leave the house: who became hot, whose time runs out, changed rules. One message for all that is due.

A message holds scores, rule labels and links into the CRM; names only where an admin asked for them. Each address
gets each notice once: what one address refused is sent again to that one alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sync.core.records import RecordKey
from sync.core.text import Text
from sync.identity.survivorship import full_name, profile
from sync.repository import Member, OutgoingNotice, Store, Unit

LIMIT = 1_000
SHOWN = 10  # of a kind in one message; the rest is a number
EXPIRES_SECONDS = 86_400  # older news is none: addresses may have been set, or reachable again, only now
MOST_TRIES = 8
_MODEL_TOLD = "model_told"
_FIRST_WAIT, _LONGEST_WAIT = 60, 3_600
KINDS = ("sla_breach", "sla_warning", "hot", "model_change")  # the most pressing first


class Channel(Protocol):
    """One address that notices go to. `name` is stable and tells nothing about the address."""

    @property
    def name(self) -> str: ...

    def send(self, title: str, body: str) -> bool:
        """False when it was not taken; never raises, never logs the address."""
        ...


@dataclass(frozen=True, slots=True)
class Wording:
    """How messages are said. `pages`: system -> object -> address of a record's page, with {id}."""

    language: str
    timezone: str
    details: bool  # whether names may be told
    pages: Mapping[str, Mapping[str, str]]


@dataclass
class NotifyTotals:
    sent: int = 0
    waiting: int = 0
    expired: int = 0


def note_model_change(unit: Unit, version: str, now: int) -> bool:
    """Makes a notice when other rules score than before; True when it did. The first rules are no change."""
    told = unit.fact(_MODEL_TOLD)
    if told == version:
        return False
    unit.set_fact(_MODEL_TOLD, version)
    if told is not None:
        unit.notify(f"model_change:{version}:{now}", "model_change", None, None, {"version": version}, now)
    return told is not None


def notify(store: Store, channels: Sequence[Channel], wording: Wording, now: int) -> NotifyTotals:
    """Sends what is due. The store is not locked while a channel takes its time."""
    totals = NotifyTotals()
    with store.begin() as unit:
        due = unit.notices_due(now, LIMIT)
        stale = [notice.id for notice in due if now - notice.created_at > EXPIRES_SECONDS or not channels]
        unit.settle_notices(stale, "expired", now)
        totals.expired = len(stale)
        fresh = [notice for notice in due if notice.id not in stale]
        lines = {notice.id: _line(unit, notice, wording) for notice in fresh}
    had = {notice.id: set(notice.payload.get("sent", ())) for notice in fresh}
    for channel in channels:
        wanting = [notice for notice in fresh if channel.name not in had[notice.id]]
        if wanting and channel.send(*message(wanting, lines, wording)):
            for notice in wanting:
                had[notice.id].add(channel.name)
    _settle(store, fresh, had, {channel.name for channel in channels}, now, totals)
    return totals


def message(notices: Sequence[OutgoingNotice], lines: Mapping[int, str], wording: Wording) -> tuple[str, str]:
    """Title and body of one message: by kind, the most pressing first, at most ten of each."""
    language = wording.language
    by_kind: dict[str, list[OutgoingNotice]] = defaultdict(list)
    for notice in notices:
        by_kind[notice.kind].append(notice)
    kinds = [kind for kind in KINDS if kind in by_kind] + sorted(by_kind.keys() - set(KINDS))
    titles = [_TITLES.get(kind, Text(kind, kind)).to(language).format(n=len(by_kind[kind])) for kind in kinds]
    parts = []
    for kind, title in zip(kinds, titles, strict=True):
        told = [f"- {lines[notice.id]}" for notice in by_kind[kind][:SHOWN]]
        rest = len(by_kind[kind]) - SHOWN
        more = [_MORE.to(language).format(n=rest)] if rest > 0 else []
        parts.append("\n".join([f"■ {title}", *told, *more]))
    return "leadsync: " + _JOIN.to(language).join(titles), "\n\n".join(parts)


_TITLES = {
    "hot": Text("new hot leads: {n}", "新しいホットリード {n}件"),
    "sla_warning": Text("follow-ups due soon: {n}", "対応期限が近いリード {n}件"),
    "sla_breach": Text("follow-ups overdue: {n}", "対応期限を過ぎたリード {n}件"),
    "model_change": Text("scoring rules changed", "スコアリングルールの変更"),
}
_JOIN = Text(", ", "、")
_MORE = Text("... and {n} more", "ほか{n}件")
_POINTS = Text("{n} points", "{n}点")
_DUE = Text("due {at}", "期限 {at}")
_OWNER = Text("owner {who}", "担当 {who}")
_MANAGER = Text("manager {who}", "上長 {who}")
_MODEL = Text(
    "Scores follow the rules {version} from now on; reasons in the CRM say what changed.",
    "本日からルール {version} で採点します。点数の変化はCRMの理由欄でご確認いただけます。",
)
_GONE = Text("the person is no longer there", "対象者の記録がなくなりました")


def _line(unit: Unit, notice: OutgoingNotice, wording: Wording) -> str:
    language = wording.language
    if notice.kind == "model_change":
        return _MODEL.to(language).format(version=notice.payload.get("version", ""))
    if notice.person_id is None or not (rows := unit.scores_of([notice.person_id], lines=False)):
        return _GONE.to(language)
    score = rows[notice.person_id]
    episode = unit.episode(notice.episode_id) if notice.episode_id else None
    member = unit.main_record(notice.person_id)
    told = [
        _POINTS.to(language).format(n=score.total // 1000),
        _named(unit, notice.person_id, member) if member and wording.details else "",
        score.top_reason,
        _responsible(unit, notice, language) if wording.details else "",
        _DUE.to(language).format(at=_moment(episode.due_at, wording.timezone)) if episode and episode.due_at else "",
        _link(member.record.key, wording) if member else "",
    ]
    return " | ".join(part for part in told if part)


def _responsible(unit: Unit, notice: OutgoingNotice, language: str) -> str:
    """Whose follow-up it is; of one that is overdue also the manager, whose turn it is now."""
    names = _names(unit)
    told = notice.payload
    owner, manager = str(told.get("owner") or ""), str(told.get("manager") or "")
    owner, manager = names.get(f"{told.get('system')}:{owner}", owner), names.get(manager, manager)
    parts = [_OWNER.to(language).format(who=owner)] if owner else []
    parts += [_MANAGER.to(language).format(who=manager)] if manager and notice.kind == "sla_breach" else []
    return " | ".join(parts)


def _names(unit: Unit) -> dict[str, str]:
    """What people of the CRM are called, by address and by system:id."""
    found: dict[str, str] = {}
    for owner in unit.owners():
        if owner.name:
            found |= {f"{owner.system}:{owner.id}": owner.name} | ({owner.email: owner.name} if owner.email else {})
    return found


def _named(unit: Unit, person_id: int, member: Member) -> str:
    """Company and name; the company also of somebody whose record is only linked to one."""
    company = next((profile(dossier).company_name for dossier in unit.dossiers([person_id], activities=False)), "")
    return " ".join(part for part in (company, full_name(member.record)) if part)


def _link(key: RecordKey, wording: Wording) -> str:
    return wording.pages.get(key.system, {}).get(key.object, "").replace("{id}", key.id)


def _moment(at: int, timezone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


def _settle(
    store: Store,
    notices: Sequence[OutgoingNotice],
    had: Mapping[int, set[str]],
    all_channels: set[str],
    now: int,
    totals: NotifyTotals,
) -> None:
    done = [notice.id for notice in notices if all_channels <= had[notice.id]]
    left = [notice for notice in notices if notice.id not in done]
    lost = [notice.id for notice in left if notice.attempts + 1 >= MOST_TRIES]
    again: dict[int, tuple[int, Mapping[str, Any]]] = {
        notice.id: (now + _wait(notice.attempts), {**notice.payload, "sent": sorted(had[notice.id])})
        for notice in left
        if notice.id not in lost
    }
    with store.begin() as unit:
        unit.settle_notices(done, "sent", now)
        unit.settle_notices(lost, "failed", now)
        unit.put_off_notices(again)
    totals.sent, totals.waiting, totals.expired = len(done), len(again), totals.expired + len(lost)


def _wait(attempts: int) -> int:
    return min(_FIRST_WAIT << min(attempts, 6), _LONGEST_WAIT)
