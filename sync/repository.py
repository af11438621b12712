"""What the jobs need from the store, as protocols, and the shapes that pass between them.

`Store.begin()` opens one transaction; leaving it without an error commits. All ids are the store's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sync.core.records import ActivityRecord, CompanyRecord, PersonRecord, Record, RecordKey
from sync.ports import Notice

FieldValues = dict[str, int | str | None]  # by logical name of core.fields


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save really changed: records that were new, changed in substance, or the same as before."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Saved) -> Saved:
        return Saved(self.new + other.new, self.changed + other.changed, self.same + other.same)


@dataclass(frozen=True, slots=True)
class Member:
    """One stored person record."""

    id: int
    person_id: int | None
    record: PersonRecord
    first_seen_at: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Why two records are one person. `evidence` is a stable word, `detail` may hold personal data."""

    left: int
    right: int
    evidence: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as remembered: shown until what it tells of is mended."""

    system: str
    code: str
    subject: str
    text_en: str
    text_ja: str
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Group:
    """Records that are one person, the oldest first."""

    members: tuple[Member, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one person: what scoring starts from."""

    person_id: int
    key: str
    first_known_at: int
    members: tuple[Member, ...]
    companies: Mapping[RecordKey, CompanyRecord]
    activities: tuple[ActivityRecord, ...]
    content: Mapping[RecordKey, tuple[str, str]]  # campaign or form -> (name, type)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    rule: str
    axis: str
    points: int
    count: int
    last_at: int | None
    evidence: tuple[str, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A person's score as stored. Points in thousandths."""

    person_id: int
    attribute: int
    behaviour: int
    activity: int
    adjustment: int
    total: int
    band: str
    top_reason: str
    reasons: str
    talk_track: str
    interest: str
    segment: str
    exclusion: str | None
    last_act_at: int | None
    hot_since: int | None
    basis: str
    model_version: str
    as_of: int
    lines: tuple[LedgerLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a CRM was last told about one record, as it acknowledged it."""

    fields: Mapping[str, int | str | None]
    acked_at: int
    basis: str
    total: int


@dataclass(frozen=True, slots=True)
class Episode:
    """A stay in the hot band. `task_state`: none, queued, ordered, made or failed."""

    id: int
    person_id: int
    number: int
    opened_at: int
    hot_since: int
    total: int
    task_state: str
    task_key: str
    sla_state: str
    cooled_at: int | None = None
    closed_at: int | None = None
    task_system: str | None = None
    task_id: str | None = None
    owner: str = ""
    ordered_at: int | None = None
    due_at: int | None = None
    acked_at: int | None = None
    met_at: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as the planner sees her: score, records with what each CRM was told, hot episode."""

    person_id: int
    key: str
    first_hot_at: int | None
    score: ScoreRow
    members: tuple[Member, ...]
    own_at: Mapping[int, tuple[int, int]]  # record id -> (vendor time of the pulled values, when we last saw them)
    told: Mapping[int, Told]
    waiting: Mapping[int, OutboxRow]  # record id -> its unfinished or rejected score row
    episode: Episode | None  # the latest one
    company_owners: Mapping[RecordKey, str]  # company -> owner id


@dataclass(frozen=True, slots=True)
class OutboxRow:
    id: int
    key: str
    system: str
    kind: str
    person_id: int
    payload: Mapping[str, Any]
    state: str
    attempts: int
    next_at: int
    record_id: int | None = None
    episode_id: int | None = None
    sent_at: int | None = None
    reason: str = ""
    run_id: int | None = None
    done_at: int | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A row to put into the outbox; a waiting row with the same key is replaced."""

    key: str
    system: str
    kind: str
    person_id: int
    payload: Mapping[str, Any]
    record_id: int | None = None
    episode_id: int | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    system: str
    id: str
    email: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class AuditEntry:
    at: int
    run_id: int | None
    system: str
    object: str
    vendor_id: str
    person_id: int | None
    field: str
    old: str | None
    new: str | None
    response: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    job: str
    started_at: int
    finished_at: int | None
    state: str
    summary: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleFiring:
    rule: str
    people: int
    last_at: int | None


@dataclass(frozen=True, slots=True)
class DealOutcome:
    name: str
    closed_at: int
    person_ids: tuple[int, ...]


class PullUnit(Protocol):
    def cursors(self, system: str) -> dict[str, str]: ...
    def set_cursor(self, system: str, stream: str, cursor: str, at: int) -> None: ...
    def touch_cursors(self, system: str, at: int) -> None: ...
    def save(self, records: Sequence[Record], seen_at: int) -> Saved: ...
    def retire(self, system: str, objects: Sequence[str], seen_before: int) -> int:
        """Live records of these objects not seen since are marked archived; returns how many."""
        ...

    def note(self, notice: Notice, at: int) -> bool:
        """Remembers a notice; True when it is new."""
        ...

    def notice_rows(self) -> list[NoticeRow]: ...
    def clear_notice(self, system: str, code: str, subject: str) -> None: ...


class ResolveUnit(Protocol):
    def unresolved(self, limit: int, after: int = 0) -> list[Member]:
        """Changed records in the order of their ids, from the one after `after` on."""
        ...

    def set_keys(self, keys: Mapping[int, Iterable[str]]) -> None: ...
    def mark_resolved(self, record_ids: Iterable[int]) -> None: ...
    def closure(self, record_ids: Iterable[int], limit: int) -> list[Member]:
        """The records reachable from these by shared keys and by standing membership."""
        ...

    def key_taken(self, key: str) -> bool: ...
    def new_person(self, key: str, at: int) -> int: ...
    def assign(self, person_id: int, group: Group) -> bool:
        """Makes the group the person's members; True when anything changed."""
        ...

    def merge_persons(self, loser: int, survivor: int) -> None: ...
    def open_episodes(self, person_id: int) -> list[Episode]: ...
    def number_last(self, episode: Episode) -> None: ...
    def update_episode(self, episode_id: int, **values: Any) -> None: ...
    def order(self, orders: Sequence[NewOrder], run_id: int | None, at: int) -> None: ...
    def drop_orders(self, keys: Iterable[str]) -> int: ...
    def attach_activities(self) -> int:
        """Connects activities to records that have arrived meanwhile; returns how many were connected."""
        ...

    def flag(self, person_ids: Iterable[int], score: bool = False, plan: bool = False) -> None: ...


class RescoreUnit(Protocol):
    def flag_all_for_score(self) -> None: ...
    def score_due(self, limit: int, after: int = 0) -> list[int]:
        """Persons to score in the order of their ids, from the one after `after` on."""
        ...

    def dossiers(self, person_ids: Sequence[int]) -> list[Dossier]: ...
    def save_scores(self, rows: Sequence[ScoreRow]) -> int:
        """Stores scores with their lines and flags the changed persons for planning; returns how many changed."""
        ...

    def drop_scores(self, person_ids: Sequence[int]) -> None: ...
    def drop_orders_of(self, person_ids: Sequence[int]) -> None: ...
    def scored(self, person_ids: Iterable[int]) -> None:
        """These are no longer due."""
        ...


class PlanUnit(Protocol):
    def plan_due(self, after: int, limit: int) -> list[int]: ...
    def refused_before(self, at: int) -> list[int]:
        """Persons with a score order that was refused at that time or earlier."""
        ...

    def standings(self, person_ids: Sequence[int]) -> list[Standing]: ...
    def flag_all_for_plan(self) -> None: ...
    def planned(self, person_ids: Iterable[int]) -> None: ...
    def owners(self) -> list[Owner]: ...
    def order(self, orders: Sequence[NewOrder], run_id: int | None, at: int) -> None: ...
    def drop_orders(self, keys: Iterable[str]) -> int: ...
    def open_episode(
        self, person_id: int, number: int, at: int, hot_since: int, total: int, task_key: str, task_state: str
    ) -> int: ...
    def update_episode(self, episode_id: int, **values: Any) -> None: ...
    def set_first_hot(self, person_id: int, at: int) -> None: ...
    def queued_episodes(self) -> list[Episode]: ...
    def ordered_tasks_since(self, since: int) -> list[Episode]: ...
    def own_tasks(self, task_keys: Sequence[str]) -> dict[str, RecordKey]:
        """Tasks of ours that the pull has seen in a CRM, by task key."""
        ...

    def written_people(self) -> int:
        """How many persons have at least one acknowledged score."""
        ...


class PushUnit(Protocol):
    def outbox_due(self, system: str, kinds: Sequence[str], now: int, limit: int) -> list[OutboxRow]: ...
    def mark_sending(self, ids: Sequence[int], at: int) -> None: ...
    def settle(self, row: OutboxRow, state: str, at: int, reason: str = "", next_at: int | None = None) -> None: ...
    def tell(self, told: Mapping[int, Told]) -> None: ...
    def redirect(self, record_id: int, to: RecordKey) -> None:
        """The vendor says this record now lives on as another one."""
        ...

    def mark_gone(self, key: RecordKey) -> None: ...
    def bearers(self, members: Iterable[Member]) -> dict[int, RecordKey]: ...
    def records(self, record_ids: Sequence[int]) -> dict[int, Member]: ...
    def audit(self, entries: Sequence[AuditEntry]) -> None: ...
    def told(self, record_ids: Sequence[int]) -> dict[int, Told]: ...
    def episode(self, episode_id: int) -> Episode | None: ...
    def update_episode(self, episode_id: int, **values: Any) -> None: ...
    def flag(self, person_ids: Iterable[int], score: bool = False, plan: bool = False) -> None: ...


class RemovalUnit(Protocol):
    def written_records(self, system: str) -> list[tuple[int, RecordKey]]: ...
    def made_tasks(self, system: str) -> list[tuple[str, str]]: ...
    def forget_writes(self, system: str) -> None: ...


class SlaUnit(Protocol):
    def closed_tasks(self, task_keys: Sequence[str]) -> dict[str, int]: ...
    def open_slas(self) -> list[Episode]: ...
    def touches(self, person_ids: Sequence[int], since: int) -> dict[int, list[ActivityRecord]]:
        """Logged sales activities since then, oldest first, by person."""
        ...

    def update_episode(self, episode_id: int, **values: Any) -> None: ...
    def flag(self, person_ids: Iterable[int], score: bool = False, plan: bool = False) -> None: ...


class RunUnit(Protocol):
    def start_run(self, job: str, at: int) -> int: ...
    def finish_run(self, run_id: int, at: int, state: str, summary: Mapping[str, Any]) -> None: ...
    def drop_run(self, run_id: int) -> None: ...
    def last_run(self, job: str, states: Sequence[str] = ()) -> Run | None: ...
    def run(self, run_id: int) -> Run | None: ...
    def fact(self, key: str) -> str | None: ...
    def set_fact(self, key: str, value: str | None) -> None: ...


class ReportUnit(Protocol):
    def bands(self) -> dict[str, int]: ...
    def in_band(self, band: str, limit: int) -> list[int]: ...
    def active_since(self, since: int) -> list[int]: ...
    def stale(self, total: int, idle_since: int) -> int: ...
    def owning(self) -> set[tuple[str, str]]:
        """(system, owner id) of everybody who owns a live person record."""
        ...

    def rule_firings(self) -> list[RuleFiring]: ...
    def won_deals(self, since: int, limit: int) -> list[DealOutcome]: ...
    def duplicates(self) -> tuple[int, int]: ...
    def find_person(self, text: str) -> list[int]: ...
    def edges_of(self, person_id: int) -> list[Edge]: ...
    def episodes_of(self, person_id: int) -> list[Episode]: ...
    def scores_of(self, person_ids: Sequence[int], lines: bool = True) -> dict[int, ScoreRow]: ...
    def audit_of(self, person_id: int, limit: int = 500) -> list[AuditEntry]: ...


class Unit(PullUnit, ResolveUnit, RescoreUnit, PlanUnit, PushUnit, SlaUnit, RunUnit, ReportUnit, RemovalUnit, Protocol):
    """Everything that one transaction can do."""


class Store(Protocol):
    def begin(self) -> AbstractContextManager[Unit]: ...
