"""What the service needs from outside, as protocols. Connectors implement `Connector`; bootstrap hands
them `Memory`, `Meter`, a clock and a stop signal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from sync.core.records import Record, RecordKey
from sync.core.text import Language, Text

Clock = Callable[[], float]  # epoch seconds, UTC
Sleep = Callable[[float], None]  # returns early or raises `Stopped` when the service is asked to stop


@dataclass(frozen=True, slots=True)
class Notice:
    """Something an admin should know once, not an error: `code` is stable and names the matter.

    `feature_missing`: a stream is skipped; `subject` is the stream, and its next ordinary page clears the notice.
    """

    code: str  # feature_missing, field_vanished, ...
    system: str
    subject: str  # the stream or field
    text: Text


@dataclass(frozen=True, slots=True)
class Page:
    """Records in bounded number and the cursor that continues after them, to be stored in one transaction.

    `cursor` is opaque outside its connector. `complete_since` is set on the last page of a full pass over
    a stream: every record of `full_objects` that lives was in a page sent since that time; the rest is gone.
    """

    stream: str
    records: tuple[Record, ...]
    cursor: str
    complete_since: int | None = None
    full_objects: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)  # vendor kinds we have no word for, counted


class Result(StrEnum):
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    RETRY = "retry"  # try again later: lock, quota, network
    REJECTED = "rejected"  # will not heal by itself: validation rule, missing right, record gone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order. `reason` starts with the vendor's code and holds no personal data."""

    key: str
    result: Result
    reason: str = ""
    record: RecordKey | None = None  # the record really written, or the task made
    at: int | None = None  # vendor's time of the answer, epoch seconds
    gone: bool = False  # the record no longer exists


@dataclass(frozen=True, slots=True)
class ScoreUpdate:
    """Our fields of one record. Values: int for numbers and times, str for the rest, None to clear."""

    key: str  # the outbox key, echoed in the Outcome
    record: RecordKey
    fields: Mapping[str, int | str | None]  # by logical name of core.fields
    parent_id: str = ""  # Salesforce account, to keep siblings in one batch and out of each other's locks


class TaskAction(StrEnum):
    CREATE = "create"
    COMPLETE = "complete"
    REASSIGN = "reassign"  # gives one of our open tasks to another owner; records keep theirs
    NOTE = "note"  # appends `note` to one of our open tasks, once; nothing else changes


class Priority(StrEnum):
    HIGH = "high"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """One follow-up task to create, or one of ours to complete, to give to another owner or to add a note to.

    With `deal` the task also hangs on that deal of the same system, where the vendor allows it (Salesforce does not
    for leads).

    `body` already holds the marker line `leadsync:<task_key>`. With `suspect_since` set, an earlier attempt
    may have reached the vendor: the connector looks for the marker on the person's tasks made since then
    and reports the found task instead of making a second one.
    """

    key: str
    action: TaskAction
    task_key: str
    person: RecordKey | None = None
    subject: str = ""
    body: str = ""
    due_at: int | None = None
    remind_at: int | None = None
    owner_id: str = ""  # "" leaves the vendor's default
    task_id: str = ""  # of all but CREATE
    note: str = ""  # of all but CREATE: appended to the body, above the marker line
    suspect_since: int | None = None
    priority: Priority = Priority.HIGH
    deal: RecordKey | None = None


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `doctor`: what was looked at, what was found, what to click when it is not right."""

    system: str
    name: str  # stable id: credentials, account, scope:forms, field:Lead.Leadsync_Score__c, quota, clock, ...
    health: Health
    found: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Which portal or org the credentials open."""

    system: str
    id: str
    kind: str  # production, sandbox, developer, ...
    timezone: str  # IANA name, "" when unknown
    currency: str = ""
    url: str = ""  # base address for links to records, without trailing slash


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that provisioning made, found, would make, or was refused.

    `state` is one of: present, missing (plan), created, removed, would_remove (plan), differs, refused.
    """

    system: str
    kind: str  # group, property, field, permission_set, field_access, assignment
    name: str
    state: str
    detail: Text | None = None


class Memory(Protocol):
    """Small things a connector must remember between runs: caches, cadences, a running bulk job's id."""

    def get(self, key: str) -> str | None: ...

    def put(self, key: str, value: str | None) -> None:
        """Durable when it returns; None forgets."""


class Meter(Protocol):
    """Counts what a connector does; behind it are the metrics and the run's totals."""

    def call(self, system: str, endpoint: str, status: int | str) -> None:
        """`endpoint` is a route with placeholders instead of ids; status an HTTP status or error word."""

    def quota(self, system: str, used: int, limit: int) -> None:
        """The account's calls of the day as the vendor counts them."""

    def used_today(self, system: str) -> int:
        """Calls that leadsync itself made in the last 24 hours."""


class Connector(Protocol):
    """A CRM, in few verbs. Any method may raise the errors of `sync.errors` and no others.

    - Reading twice from a cursor gives at least the same records; reading on from a returned cursor never
      skips one, whatever the ties, index lag or late commits within the vendor's known bounds.
    - Deleted, merged and converted records arrive as such.
    - Writes give exactly one outcome per key; a bad record never fails its neighbours; a repeated write
      changes nothing.
    - Not thread safe; one instance serves one thread at a time.
    """

    @property
    def system(self) -> str: ...

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of all streams, in the order they are best read."""
        ...

    def account(self) -> Account: ...

    def check(self) -> Iterator[Check]:
        """What `doctor` prints; looks at everything anew."""
        ...

    def read(self, cursors: Mapping[str, str | None], full: bool = False) -> Iterator[Page]:
        """Pages of the named streams from their cursors (None: from the beginning).

        `full` reads every stream from the beginning whatever its cursor and ends each with `complete_since`.
        The caller may stop between pages and read on later from the stored cursors.
        """
        ...

    def missing_fields(self) -> tuple[str, ...]:
        """Vendor names of our own fields that cannot be written now; empty when provisioned."""
        ...

    def write_scores(self, updates: Sequence[ScoreUpdate]) -> Iterator[Sequence[Outcome]]:
        """Sends updates in vendor-sized batches; yields each batch's outcomes as soon as they are known."""
        ...

    def write_tasks(self, orders: Sequence[TaskOrder]) -> Iterator[Sequence[Outcome]]:
        """Makes or changes tasks in vendor-sized batches; never repeats a create blindly."""
        ...

    def provision(self, apply: bool, minimal: bool = False, lists: bool = False) -> Iterator[Step]:
        """Compares our fields and rights with the account and, with `apply`, makes what is missing; with `lists`
        also the lists of hot, at-risk, stale and reactivated people that salespeople work from."""
        ...

    def deprovision(self, apply: bool) -> Iterator[Step]:
        """The reverse: removes our fields, groups and permission sets, nothing else."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Merging(Protocol):
    """A CRM that can make one record of two. Only some can: ask with `isinstance`."""

    def merge(self, keep: RecordKey, absorb: RecordKey) -> Outcome:
        """Makes one record of two people's records, for ever: nothing undoes it, so it takes a person's order.

        The outcome's key is `str(absorb)`; its `record` is the one that stands for both now, which may be a
        third: go on with that one. `UNCHANGED`: they were one already. `RETRY`: it did not happen so far as can
        be told; a repeated order looks first. `REJECTED` with `gone`: the record named does not exist. May raise
        the errors of `sync.errors`.
        """
        ...


@runtime_checkable
class RecordPages(Protocol):
    """A CRM whose records have pages that a person can open."""

    def record_url(self, key: RecordKey) -> str:
        """Address of the record's page; "" for a record of another system or kind, or of an unknown account."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What every connector is given beside its own settings."""

    clock: Clock
    sleep: Sleep
    memory: Memory
    meter: Meter
    quota_percent: int = 20
    ca_file: str = ""  # PEM bundle of a private certificate authority; "" for the system's
    timezone: str = "Asia/Tokyo"  # for vendor dates that carry no zone
    language: Language = "ja"  # of labels and lists that provisioning makes
