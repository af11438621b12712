"""What a contract test may do to a vendor, whichever it is, and what a connector is given.

A new connector ships with one subclass of `Subject`; the tests know nothing else of it.
"""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from connectors.sandbox.http import Fault, SandboxApp, SandboxClock, SandboxServer
from sync.core.records import RecordKey
from sync.ports import Connector, ConnectorContext, Outcome, ScoreUpdate, TaskAction, TaskOrder

START = 1_790_000_000.0  # 2026-09-21
MINUTE, HOUR, DAY = 60, 3_600, 86_400
MAIL = "taro.private@customer.example"
When = float | Callable[[int], float]
"""Epoch seconds of all records, or of the n-th."""


class DictMemory:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def put(self, key: str, value: str | None) -> None:
        if value is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = value


@dataclass
class CountingMeter:
    calls: Counter[tuple[str, int | str]] = field(default_factory=Counter)

    def call(self, system: str, endpoint: str, status: int | str) -> None:
        self.calls[endpoint, status] += 1

    def quota(self, system: str, used: int, limit: int) -> None: ...

    def used_today(self, system: str) -> int:
        return 0


class Subject(ABC):
    """One vendor's emulator and the connector under test. Its clock moves only by `advance` and by sleeping."""

    system: str
    stream: str  # of the people that the tests work with
    object: str  # their name in record keys
    login_path: str  # calls to it do not count as reads or writes
    page_calls: str  # path of the calls that bring a page of people
    largest_page: int  # records in one page at most
    reads_per_thousand: Mapping[str, int]  # calls for 1,000 changed records, by stream
    reads_of_all: int  # the same when 1,000 records of each of these streams changed
    score_batch: int  # records in one score call
    task_batch: int
    longest_lag: int  # seconds that the vendor may show a change late
    secrets: tuple[str, ...]
    task_and_owner: tuple[str, str]  # ids as the vendor makes them, of nothing that exists
    app: SandboxApp

    def __init__(self) -> None:
        self.clock = SandboxClock(START)
        self.memory, self.meter = DictMemory(), CountingMeter()
        self.app = self.emulator()
        self.server = SandboxServer(self.app)
        self._open: list[Connector] = []
        self.numbers = itertools.count()  # of people, to give each an address of its own
        self._pending: list[tuple[float, Callable[[], object]]] = []

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *exc: object) -> None:
        for connector in self._open:
            connector.close()
        self.server.stop()

    # --- the connector ---------------------------------------------------------------------------------------

    def connector(self) -> Connector:
        """A new one over the same memory, as after a restart."""
        return self._kept(self.build())

    def renewable(self) -> Connector:
        """One whose access token ends and is renewed."""
        return self._kept(self.build(renewable=True))

    def refused(self) -> Connector:
        """One with credentials that the vendor does not know; they are among `secrets`."""
        return self._kept(self.build(wrong=True))

    def provision(self) -> None:
        steps = list(self.connector().provision(apply=True))
        assert {step.state for step in steps} <= {"created", "present"}

    def context(self) -> ConnectorContext:
        return ConnectorContext(self.clock.now, self.advance, self.memory, self.meter, quota_percent=90)

    @property
    def idle_calls(self) -> int:
        """What reading all streams costs when nothing changed within the overlap."""
        return self._idle_calls()

    # --- time ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        return self.clock.now()

    def advance(self, seconds: float) -> None:
        """Moves the clock and lets happen what is due by then."""
        self.clock.advance(seconds)
        due = [work for at, work in self._pending if at <= self.clock.now()]
        self._pending = [(at, work) for at, work in self._pending if at > self.clock.now()]
        for work in due:
            work()

    def later(self, seconds: float, work: Callable[[], object]) -> None:
        self._pending.append((self.clock.now() + seconds, work))

    # --- counting --------------------------------------------------------------------------------------------

    def calls(self) -> int:
        """Calls so far, logins not counted."""
        return len(self.app.calls) - self.app.count(self.login_path)

    def cost(self, work: Callable[[], object]) -> int:
        before = self.calls()
        work()
        return self.calls() - before

    def fault_pages(self, skip: int, **how: Any) -> Fault:
        """Something goes wrong with the page of people after the next `skip` ones."""
        return self.app.fault(path=self.page_calls, skip=skip, **how)

    # --- orders ----------------------------------------------------------------------------------------------

    def key(self, id: str) -> RecordKey:
        return RecordKey(self.system, self.object, id)

    def update(self, id: str, key: str = "", **fields: int | str | None) -> ScoreUpdate:
        return ScoreUpdate(key or f"k-{id}", self.key(id), fields or {"score": 80, "band": "hot"})

    def reassign(self, task: str, owner: str, key: str = "move", note: str = "") -> TaskOrder:
        return TaskOrder(key, TaskAction.REASSIGN, "t1", task_id=task, owner_id=owner, note=note)

    def note(self, task: str, note: str, key: str = "note") -> TaskOrder:
        return TaskOrder(key, TaskAction.NOTE, "t1", task_id=task, note=note)

    def task(self, person: str, task_key: str, suspect_since: float | None = None) -> TaskOrder:
        since = None if suspect_since is None else int(suspect_since)
        return TaskOrder(
            f"k-{task_key}",
            TaskAction.CREATE,
            task_key,
            self.key(person),
            subject="ホットなリードへの連絡",
            body=f"料金ページを閲覧しました。\nleadsync:{task_key}",
            due_at=int(self.now) + DAY,
            suspect_since=since,
        )

    # --- what each vendor does in its own way ----------------------------------------------------------------

    @abstractmethod
    def emulator(self) -> SandboxApp: ...

    @abstractmethod
    def build(self, renewable: bool = False, wrong: bool = False) -> Connector: ...

    @abstractmethod
    def _idle_calls(self) -> int: ...

    @abstractmethod
    def seed(self, count: int, at: When, title: str = "") -> list[str]:
        """New people, last changed at `at`; their ids in order."""

    @abstractmethod
    def seed_stream(self, stream: str, count: int) -> None:
        """New records of any stream named in `reads_per_thousand`, changed now."""

    @abstractmethod
    def change(self, ids: Iterable[str], title: str, at: float | None = None) -> None:
        """Somebody else gives these people a new title; readers see it at once."""

    @abstractmethod
    def change_late(self, ids: Iterable[str], title: str, seconds: float) -> None:
        """The same, stamped now, but hidden from readers for so long: index lag, or a late commit."""

    @abstractmethod
    def make_reading_fields(self) -> None:
        """An admin makes fields for the reading of a name: family, given, and the whole in one."""

    @abstractmethod
    def seed_person(
        self, family: str = "", given: str = "", whole: str = "", phones: Sequence[str] = (), city: str = ""
    ) -> str:
        """A person with readings in the fields above, numbers in as many fields as the vendor has, and a city."""

    @abstractmethod
    def seed_relations(self) -> None:
        """People, a company and a deal that name records of Salesforce, by short ids where the vendor keeps such."""

    @abstractmethod
    def remove(self, id: str) -> None: ...

    @abstractmethod
    def merge(self, winner: str, loser: str) -> str:
        """Returns the id of the record that stands for both now."""

    @abstractmethod
    def small_pages(self) -> int:
        """Asks the vendor for its smallest pages; returns how many people come in one at most."""

    @abstractmethod
    def expire_tokens(self) -> None: ...

    @abstractmethod
    def remove_field(self, name: str) -> str:
        """An admin deletes one of our fields (logical name); returns the vendor's name of it."""

    @abstractmethod
    def lock(self, id: str, times: int) -> None:
        """Writes of this record find it locked so many times."""

    @abstractmethod
    def content(self, id: str) -> dict[str, Any]:
        """What the vendor holds of a person, without stamps."""

    @abstractmethod
    def task_bodies(self) -> list[str]: ...

    @abstractmethod
    def task_owner(self, id: str) -> str: ...

    @abstractmethod
    def task_priority(self, id: str) -> str:
        """The vendor's word."""

    @abstractmethod
    def close_task(self, id: str) -> None:
        """Somebody completes it by hand."""

    @abstractmethod
    def foreign_task(self, person: str) -> str:
        """A task that somebody else made for the person; its id."""

    @abstractmethod
    def lock_task(self, id: str, times: int) -> None:
        """Writes of this task find it locked so many times."""

    @abstractmethod
    def new_owner(self, active: bool = True, manager: str = "", person: bool = True) -> str:
        """Id of a new user, or of one who has left, or of what is no person (a queue, an integration's user)."""

    @abstractmethod
    def seed_with_deal(self) -> tuple[RecordKey, str]:
        """A person on whose tasks a deal may hang, and the id of an open deal."""

    @abstractmethod
    def remove_deal(self, id: str) -> None: ...

    @abstractmethod
    def deals_of_task(self, id: str) -> list[str]: ...

    @abstractmethod
    def edit(self, id: str, **values: str) -> None:
        """Somebody fills in our fields (by logical name) by hand."""

    @abstractmethod
    def without_list_rights(self) -> None:
        """The credentials may not make lists."""

    @abstractmethod
    def list_names(self) -> list[str]:
        """Names of our lists, as provisioning steps tell them."""

    @abstractmethod
    def on_list(self, id: str) -> set[str]:
        """Ids of the people on the list with this id of `core.working_lists`."""

    @abstractmethod
    def change_list(self, id: str) -> object:
        """Somebody lets it filter on a score of 95; what the vendor then holds of it."""

    @abstractmethod
    def held_list(self, id: str) -> object:
        """What the vendor holds of the list's filters."""

    @abstractmethod
    def remove_task(self, id: str) -> None: ...

    @abstractmethod
    def spend_quota(self, leaving: int) -> None:
        """Other programs use up the day's calls but for `leaving`."""

    def _kept(self, connector: Connector) -> Connector:
        self._open.append(connector)
        return connector


def leaks(subject: Subject, *texts: str) -> list[str]:
    """Secrets and addresses of people that stand in these texts."""
    addresses = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
    found = [secret for secret in subject.secrets for text in texts if secret in text]
    return found + [address for text in texts for address in addresses.findall(text)]


def outcomes(batches: Iterable[Sequence[Outcome]]) -> dict[str, Outcome]:
    """By key; a key that was answered twice fails."""
    found: dict[str, Outcome] = {}
    for batch in batches:
        for outcome in batch:
            assert outcome.key not in found, f"{outcome.key} was answered twice"
            found[outcome.key] = outcome
    return found
