"""What the jobs need from the store, as protocols, and the shapes that pass between them.

`Store.begin()` opens one transaction; leaving it without an error commits. All ids are the store's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, Protocol

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
    changed_at: int | None = None  # vendor time of the last change in substance: our own writes do not move it


@dataclass(frozen=True, slots=True)
class StoredCompany:
    id: int
    record: CompanyRecord


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


class Step(IntEnum):
    """What matching still has to do for a record; each step includes those below it."""

    RESOLVED = 0
    PERSON = 1  # find its person among the pairs
    PAIRS = 2  # weigh its pairs
    KEYS = 3  # index its keys


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two records that may be one person. Weights are thousandths of log2 odds, levels those of the matching model.

    `evidence` is a stable word for what makes them surely one ("" for a weight alone), `detail` may hold personal
    data; `refused` tells why their persons were kept apart although the pair is strong enough.
    """

    left: int  # the smaller id
    right: int
    evidence: str = ""
    detail: str = ""
    weight: int = 0
    name: int = 0
    email: int = 0
    place: int = 0
    name_level: int = 0
    email_level: int = 0
    place_level: int = 0
    refused: str | None = None


Verdict = Literal["same", "different", "open"]  # open: an earlier word is taken back


@dataclass(frozen=True, slots=True)
class Decision:
    """A reviewer's word on a pair, with what she saw (None: the pair had no weights)."""

    left: int
    right: int
    verdict: Verdict
    author: str
    at: int
    weights: tuple[int, int, int, int] | None = None  # weight, name, email, place
    levels: tuple[int, int, int] | None = None  # name, email, place


ReviewMark = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """A pair that people are asked about: the strongest one between its two persons."""

    pair: PairRow
    persons: tuple[int, int]  # of left and right
    totals: tuple[int | None, int | None]  # their scores
    hot: bool  # whether one of them is
    mark: ReviewMark  # where the list goes on after this one


@dataclass(frozen=True, slots=True)
class PersonEvent:
    """Something that happened to a person. `kind` is merge, split, join or leave.

    merge: `person` became part of `other`; split: `person` parted from `other`; join, leave: `record` came to `person`
    from `other`, or left `person` for `other`.
    """

    at: int
    kind: str
    person: int
    other: int | None = None
    record: int | None = None
    cause: str = ""


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
    accounts: Mapping[RecordKey, tuple[RecordKey, ...]] = field(default_factory=dict)  # company -> all its records
    chosen: Mapping[str, RecordKey] = field(default_factory=dict)  # field -> the record whose value a reviewer took


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
    last_number: int = 0  # of the episodes that were hers and stayed with another person when they parted


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
    def waiting(self, step: Step, limit: int, after: int = 0) -> list[int]:
        """Records at this step in the order of their ids, from the one after `after` on."""
        ...

    def unresolved(self, limit: int, after: int = 0) -> list[Member]:
        """Changed records, whose keys are not indexed yet, in the order of their ids."""
        ...

    def every_record(self, limit: int, after: int = 0) -> list[Member]:
        """All records in the order of their ids, from the one after `after` on."""
        ...

    def advance(self, record_ids: Iterable[int], done: Step, next: Step) -> None:
        """Those still at the step that was done go on to the next; who changed meanwhile stays."""
        ...

    def send_back(self, record_ids: Iterable[int], step: Step) -> None:
        """These have at least this step to do again."""
        ...

    def send_all_back(self, step: Step, after: int, limit: int) -> int | None:
        """The same for the next `limit` records after an id; returns the last one, None at the end."""
        ...

    def mark_resolved(self, record_ids: Iterable[int]) -> None: ...
    def set_keys(self, keys: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
        """Record -> number -> kind, all keys of each; returns number -> kind of the keys that a record got or lost.

        Bearers of a key that came into or out of use by its number of records are sent back to their pairs.
        """
        ...

    def key_counts(self, numbers: Iterable[int]) -> dict[int, int]: ...
    def records_bearing(self, numbers: Iterable[int]) -> dict[int, list[int]]: ...
    def candidates(self, record_ids: Iterable[int]) -> list[tuple[int, list[int]]]:
        """For each key of these records that few enough bear, and more than one: its kind and its records."""
        ...

    def shared_keys(self) -> set[int]: ...
    def set_shared(self, now_shared: Iterable[int], no_longer: Iterable[int]) -> None:
        """Their bearers are sent back to their pairs."""
        ...

    def count_records(self) -> int: ...
    def count_names(self) -> None:
        """Takes the count of each full name anew."""
        ...

    def name_counts(self, numbers: Iterable[int]) -> dict[int, int]:
        """Names that were borne once when they were counted, or by nobody, are missing."""
        ...

    def replace_pairs(self, record_ids: Iterable[int], settled: Collection[int], pairs: Iterable[PairRow]) -> None:
        """In the place of all stored pairs of these records, but for those with a settled one."""
        ...

    def component(self, record_ids: Iterable[int], limit: int) -> set[int]:
        """Records reachable by strong pairs, decisions and standing membership; stops widening beyond `limit`
        records, yet never between the records of one person."""
        ...

    def strong_pairs(self, record_ids: Collection[int]) -> list[PairRow]:
        """Between these records."""
        ...

    def hold_decisions(self) -> None:
        """Whoever decides waits until this transaction ends; waits for who is deciding now. Called before anything
        is read that decisions change."""
        ...

    def decisions_among(self, record_ids: Collection[int]) -> list[Decision]:
        """The newest of each pair."""
        ...

    def set_refused(self, reasons: Mapping[tuple[int, int], str | None]) -> None: ...
    def records(self, record_ids: Sequence[int]) -> dict[int, Member]: ...
    def companies_of(self, members: Iterable[Member]) -> dict[RecordKey, CompanyRecord]: ...
    def persons_of_keys(self, keys: Iterable[str]) -> dict[str, tuple[int, bool]]:
        """Key -> person and whether she has been merged away."""
        ...

    def new_persons(self, keys: Sequence[str], at: int) -> dict[str, int]: ...
    def revive(self, person_id: int) -> None:
        """A person merged away stands for herself again, and those who had been merged into her."""
        ...

    def place(self, persons: Mapping[int, int]) -> None:
        """Record -> person."""
        ...

    def take_tasks_along(self, earlier: int, person: int) -> None:
        """Episodes of `earlier` whose task lies on a record that is `person`'s now become hers."""
        ...

    def log_persons(self, events: Iterable[PersonEvent]) -> None: ...
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


class AccountsUnit(Protocol):
    def unjoined(self, limit: int, after: int = 0) -> list[StoredCompany]:
        """Changed companies in the order of their ids, from the one after `after` on."""
        ...

    def set_company_keys(self, keys: Mapping[int, Iterable[int]]) -> None:
        """All keys of each company. Who is left behind at a key, and who bears one that came into or out of use by its
        number of bearers, becomes unjoined."""
        ...

    def crowded_company_keys(self, numbers: Iterable[int]) -> set[int]:
        """Those that more companies bear than a key that tells anything."""
        ...

    def company_closure(self, company_ids: Iterable[int], limit: int) -> list[StoredCompany]:
        """Everything reachable by keys that are not crowded and by standing accounts; stops widening beyond `limit`
        companies, yet never inside an account."""
        ...

    def place_companies(self, accounts: Mapping[int, int]) -> None:
        """Company -> account. They are no longer unjoined, and who works there is due to be scored."""
        ...


class RescoreUnit(Protocol):
    def flag_all_for_score(self) -> None: ...
    def score_due(self, limit: int, after: int = 0) -> list[int]:
        """Persons to score in the order of their ids, from the one after `after` on."""
        ...

    def dossiers(self, person_ids: Sequence[int]) -> list[Dossier]: ...
    def save_scores(self, rows: Sequence[ScoreRow]) -> int:
        """Stores scores with their lines and flags the changed persons for planning; returns how many changed."""
        ...

    def choose(self, record_id: int, field: str, author: str, at: int) -> None:
        """A reviewer's word: this field of the record's person takes this record's value."""
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
    def pairs_of(self, person_id: int) -> list[PairRow]:
        """All stored pairs with a record of this person."""
        ...

    def person_events(self, person_id: int) -> list[PersonEvent]: ...
    def episodes_of(self, person_id: int) -> list[Episode]: ...
    def scores_of(self, person_ids: Sequence[int], lines: bool = True) -> dict[int, ScoreRow]: ...
    def audit_of(self, person_id: int, limit: int = 500, field: str = "") -> list[AuditEntry]:
        """The first `limit` entries, the oldest first; with `field`, of that field only."""
        ...


class ReviewUnit(Protocol):
    def review_pairs(self, limit: int, after: ReviewMark | None = None) -> list[ReviewPair]:
        """Undecided pairs between two living persons, those that matter most first."""
        ...

    def count_review_pairs(self) -> int: ...
    def pair(self, left: int, right: int) -> PairRow | None: ...
    def decide(self, left: int, right: int, verdict: Verdict, author: str, at: int) -> None:
        """Kept for ever; the next resolve acts on it."""
        ...

    def decisions(self) -> list[Decision]:
        """The newest of each pair that was not taken back, in the order of their making."""
        ...

    def decisions_export(self) -> list[dict[str, int | str | None]]:
        """What a model can learn from: weights, levels and verdict of each decided pair, and nothing personal."""
        ...


class Unit(
    PullUnit,
    ResolveUnit,
    AccountsUnit,
    RescoreUnit,
    PlanUnit,
    PushUnit,
    SlaUnit,
    RunUnit,
    ReportUnit,
    ReviewUnit,
    RemovalUnit,
    Protocol,
):
    """Everything that one transaction can do."""


class Store(Protocol):
    def begin(self) -> AbstractContextManager[Unit]: ...
    def reading(self) -> AbstractContextManager[Unit]:
        """A consistent view that holds up nobody; nothing may be changed through it."""
        ...
