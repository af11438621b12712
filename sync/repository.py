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
class Deals:
    """What the deals of a person, and of the companies she works at, come to."""

    customer: bool = False  # one was won
    under_way: bool = False
    lost_at: int | None = None  # when the last lost one was closed


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
    deals: Deals = Deals()
    recycled_at: int | None = None  # sent back to nurture by an order
    numbers: Mapping[RecordKey, int] = field(default_factory=dict)  # activity -> the store's number for it


ActRow = tuple[int, int, int]  # at, activity, subject: numbers of the store


@dataclass(frozen=True, slots=True)
class Seen:
    """What records and activities tell of a person: when she was first known, and her own acts."""

    first_known_at: int
    acts: frozenset[ActRow]
    repeats: bool  # among her activities may be some that tell of one occurrence


@dataclass(frozen=True, slots=True)
class Traits:
    """A person's surviving attributes, as the scorer asks for them; "" and None for unknown."""

    title: str = ""
    department: str = ""
    company_name: str = ""
    industry: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    source: str = ""
    status: str = ""
    domains: tuple[str, ...] = ()  # of her mailboxes, sorted
    employees: int | None = None
    opted_out: bool = False
    customer: bool = False
    open_deal: bool = False
    lost_at: int | None = None
    recycled_at: int | None = None


@dataclass(frozen=True, slots=True)
class Fed:
    """What a person is to be scored by from now on. Without `traits` her attributes are those of before."""

    person_id: int
    first_known_at: int
    acts: frozenset[ActRow]
    traits: Traits | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What acts are about, in words."""

    kind: str
    url: str  # without its query
    title: str
    content_id: str
    content_name: str
    content_type: str
    status: str
    responded: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What everybody was scored by from a time on, beside what is known of them."""

    since: int
    version: str  # of the model
    timezone: str
    lists: Mapping[str, Sequence[str]]  # domain lists that the model was bound to


@dataclass(frozen=True, slots=True)
class ScoringSource:
    """Where a scoring process reads: `driver` is sqlite or postgresql, `address` what ADBC opens (it may hold a
    password), `queries` the engine's inputs by name."""

    driver: str
    address: str = field(repr=False)
    queries: Mapping[str, str] = field(repr=False)


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
    missed: str = ""  # hot conditions that a total at the threshold lacks, with commas
    reactivated: bool = False
    mark: int = 0  # equal marks, equal ledgers
    acts: str = ""  # the two acts that a task's subject names, in words
    codes: Mapping[str, int] = field(default_factory=dict, compare=False)  # words as the model's numbers; for saving


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
    plain_due_at: int | None = None  # 24 hours on, whatever the calendar says
    acked_at: int | None = None
    met_at: int | None = None
    warned_at: int | None = None
    breached_at: int | None = None
    reassigned_at: int | None = None
    handover: str = "lead"  # lead, account or deal: see the table
    account_id: int | None = None
    deal: str | None = None
    owner_why: str = ""


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
    account_id: int | None = None  # known only of who is hot, or was until now; so are its owners and deals
    account_owners: tuple[tuple[str, str], ...] = ()  # (system, owner id), Salesforce's first
    open_deals: tuple[OpenDeal, ...] = ()  # her own first
    answers: Mapping[int, str] = field(default_factory=dict)  # record id -> answer to its latest verdict
    # As in a dossier, and like the account known only of who is hot, or was until now.
    companies: Mapping[RecordKey, CompanyRecord] = field(default_factory=dict)
    accounts: Mapping[RecordKey, tuple[RecordKey, ...]] = field(default_factory=dict)  # company -> all its records
    chosen: Mapping[str, RecordKey] = field(default_factory=dict)  # field -> the record whose value a reviewer took


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
    manager_id: str = ""
    automated: bool = False


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """An open deal of a person, or of her account (`through_account`)."""

    key: RecordKey
    owner_id: str
    name: str
    through_account: bool


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


@dataclass(frozen=True, slots=True)
class Heard:
    """What a salesperson said of a score (`core.fields.VERDICTS`), with the ledger of that moment."""

    id: int
    person_id: int
    record_id: int
    at: int
    verdict: str
    note: str
    total: int
    band: str
    model_version: str
    lines: tuple[LedgerLine, ...]
    answer: str = ""


@dataclass(frozen=True, slots=True)
class StaleLead:
    """`kind`: untouched (hot, and sales has not been in touch since) or idle (a high score and no act since)."""

    person_id: int
    kind: str
    since: int
    total: int


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """All that is asked must hold; "" and False ask nothing."""

    band: str = ""
    segment: str = ""
    interest: str = ""  # as written to the CRMs
    reactivated: bool = False
    queued: bool = False  # hot, and waiting for the owner's turn to get a task


@dataclass(frozen=True, slots=True)
class OutgoingNotice:
    """A notice that waits to go out. `kind`: hot, sla_warning, sla_breach, model_change."""

    id: int
    kind: str
    person_id: int | None
    episode_id: int | None
    payload: Mapping[str, Any]
    created_at: int
    attempts: int


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

    def flag(self, person_ids: Iterable[int], score: bool = False, plan: bool = False, acts: bool = False) -> None:
        """`acts`: to be scored, and nothing but her activities has changed."""
        ...


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
    def flag_all_for_score(self) -> None:
        """What everybody did is looked at anew."""
        ...

    def score_due(self, limit: int, after: int = 0) -> list[int]:
        """Persons to score in the order of their ids, from the one after `after` on."""
        ...

    def dossiers(self, person_ids: Sequence[int], activities: bool = True) -> list[Dossier]:
        """Without `activities` all but what they did."""
        ...

    def save_scores(self, rows: Sequence[ScoreRow]) -> None:
        """Stores changed scores with their lines and flags these persons for planning. Lines name acts by their
        numbers; the basis is filled in."""
        ...

    def choose(self, record_id: int, field: str, author: str, at: int) -> None:
        """A reviewer's word: this field of the record's person takes this record's value."""
        ...

    def drop_scores(self, person_ids: Sequence[int]) -> None: ...
    def drop_orders_of(self, person_ids: Sequence[int]) -> None: ...


class FeedUnit(Protocol):
    """What the scoring engine reads: acts and traits, kept up to date for who is due."""

    def traits_due(self, person_ids: Sequence[int]) -> set[int]:
        """Those of them whose traits are to be made anew, or for the first time."""
        ...

    def seen(self, person_ids: Sequence[int]) -> dict[int, Seen]:
        """What records and activities tell of each of these persons. Who has no live record is missing."""
        ...

    def occurred(self, activities: Mapping[int, Sequence[ActivityRecord]]) -> dict[int, frozenset[ActRow]]:
        """Person -> the acts that these activities of hers are; they need not tell what the stored ones tell."""
        ...

    def activities_of(
        self, person_ids: Sequence[int], since: int = 0, kinds: Collection[str] = ()
    ) -> dict[int, list[ActivityRecord]]:
        """Live activities of each person, oldest first, each once."""
        ...

    def feed(self, fed: Sequence[Fed], at: int) -> None:
        """Acts and traits of these persons are now as given; they await their score and are no longer due."""
        ...

    def feed_no_more(self, person_ids: Sequence[int], at: int) -> None:
        """These have neither acts nor traits from now on, and await no score."""
        ...

    def awaited(self) -> int:
        """How many persons await their score."""
        ...

    def none_awaited(self) -> None: ...
    def no_longer_due(self, person_ids: Iterable[int]) -> None: ...
    def acts_of(self, person_ids: Sequence[int], known_at: int | None = None) -> dict[int, list[ActRow]]:
        """Acts of each person in order; with `known_at`, those that were hers then, as far as was known."""
        ...

    def traits_of(self, person_ids: Sequence[int], known_at: int | None = None) -> dict[int, tuple[int, Traits]]:
        """Person -> when she was first known, and her traits; with `known_at`, as they were then."""
        ...

    def subjects(self, numbers: Iterable[int]) -> dict[int, Subject]: ...
    def activity_keys(self, numbers: Iterable[int]) -> dict[int, RecordKey]: ...
    def rules_in_force(self, at: int) -> Rules | None:
        """By which everybody was scored at a time."""
        ...

    def put_in_force(self, rules: Rules) -> None:
        """From `rules.since` on, unless they are already."""
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
    def episodes_in_accounts(self, account_ids: Collection[int], since: int) -> dict[int, list[Episode]]: ...
    def episodes_to_reconsider(self) -> list[Episode]: ...
    def notes_since(self, since: int) -> list[Episode]: ...
    def open_tasks(self) -> list[Episode]: ...
    def last_tasks(self, limit: int) -> list[Episode]: ...
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
    def flag(self, person_ids: Iterable[int], score: bool = False, plan: bool = False, acts: bool = False) -> None: ...


class RemovalUnit(Protocol):
    def written_records(self, system: str) -> list[tuple[int, RecordKey]]: ...
    def made_tasks(self, system: str) -> list[tuple[str, str]]: ...
    def forget_writes(self, system: str) -> None: ...


class SlaUnit(Protocol):
    def closed_tasks(self, task_keys: Sequence[str]) -> dict[str, int]: ...
    def open_slas(self) -> list[Episode]: ...
    def owners(self) -> list[Owner]: ...
    def order(self, orders: Sequence[NewOrder], run_id: int | None, at: int) -> None: ...
    def drop_orders(self, keys: Iterable[str]) -> int: ...
    def notify(
        self, key: str, kind: str, person_id: int | None, episode_id: int | None, payload: Mapping[str, Any], at: int
    ) -> bool: ...
    def noticed(self, keys: Iterable[str]) -> set[str]: ...
    def touches(self, person_ids: Sequence[int], since: int) -> dict[int, list[ActivityRecord]]:
        """Logged sales activities since then, oldest first, by person."""
        ...

    def update_episode(self, episode_id: int, **values: Any) -> None: ...
    def flag(self, person_ids: Iterable[int], score: bool = False, plan: bool = False, acts: bool = False) -> None: ...


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


class FeedbackUnit(Protocol):
    def hear_verdicts(self, records: Iterable[PersonRecord], at: int) -> int: ...
    def unanswered(self, limit: int) -> list[Heard]: ...
    def standing_verdicts(self, limit: int, after: int = 0) -> list[Heard]: ...
    def answer(self, answers: Mapping[int, str]) -> None: ...
    def answers_of(self, record_ids: Sequence[int]) -> dict[int, str]: ...
    def verdict_counts(self, since: int) -> dict[str, int]: ...
    def stale_untouched(self, opened_before: int, limit: int = ...) -> list[StaleLead]: ...
    def stale_idle(self, total: int, idle_since: int, limit: int = ...) -> list[StaleLead]: ...
    def recycle(self, person_ids: Sequence[int], at: int) -> None: ...
    def keep_figures(self, day: str, figures: Mapping[str, int]) -> None: ...
    def figures(self, name: str, since: str) -> dict[str, int]: ...
    def people_like(self, wanted: PersonFilter, limit: int) -> list[int]: ...
    def notices_due(self, now: int, limit: int) -> list[OutgoingNotice]: ...
    def settle_notices(self, ids: Sequence[int], state: str, at: int) -> None: ...
    def put_off_notices(self, notices: Mapping[int, tuple[int, Mapping[str, Any]]]) -> None: ...
    def main_record(self, person_id: int) -> Member | None: ...


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model that scored. `source` is its canonical JSON; in force from `first_at`, last seen at `used_at`."""

    version: str
    source: str
    first_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class SignOff:
    """Somebody agreed to a model. `role`: marketing, sales, ..."""

    version: str
    role: str
    name: str
    at: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Matured:
    """Hot episodes old enough to tell, and how many of them led to an opportunity within the window."""

    episodes: int
    opportunities: int


class ApprovalUnit(Protocol):
    def use_model(self, version: str, source: str, at: int) -> bool:
        """Puts down that this model scores; True when it never did before."""
        ...

    def model_versions(self) -> list[ModelVersion]:
        """Every model that ever scored, the one used last first."""
        ...

    def sign_off(self, version: str, role: str, name: str, at: int, note: str = "") -> None: ...
    def sign_offs(self, version: str = "") -> list[SignOff]:
        """In the order in which they were given; without a version, of all."""
        ...

    def firings_since(self, since: int) -> list[RuleFiring]: ...
    def matured(self, hot_before: int, window: int) -> Matured:
        """Of episodes that began earlier than `hot_before`; the window is in seconds."""
        ...

    def young_episodes(self, hot_before: int) -> int: ...
    def scored_by(self) -> dict[str, int]:
        """Model version -> persons whose score is by it."""
        ...

    def bands_after(self, after: int, limit: int, bands: Collection[str] = ()) -> list[tuple[int, str, int]]:
        """(person, band, total) of scored persons in the order of their ids; without `bands`, of every band."""
        ...


class Unit(
    PullUnit,
    ResolveUnit,
    AccountsUnit,
    RescoreUnit,
    FeedUnit,
    PlanUnit,
    PushUnit,
    SlaUnit,
    RunUnit,
    ReportUnit,
    ReviewUnit,
    RemovalUnit,
    FeedbackUnit,
    ApprovalUnit,
    Protocol,
):
    """Everything that one transaction can do."""


class Store(Protocol):
    def begin(self) -> AbstractContextManager[Unit]: ...
    def reading(self) -> AbstractContextManager[Unit]:
        """A consistent view that holds up nobody; nothing may be changed through it."""
        ...

    def scoring_source(self, everybody: bool, version: str | None) -> ScoringSource:
        """For a process that scores everybody, or who awaits a score. Scores by `version` are known to it and come
        back only when they differ; with None all come."""
        ...
