"""Death at every transaction of a cycle: what a fresh process then leaves is what an undisturbed one does.

The deterministic companion of `test_kill`: there the process is killed at a vendor's call or at any moment, here
just before and just after each commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from accounts import Account, Quiet
from in_process import SCORER
from sqlalchemy import select
from warm import ENGINE

from config.settings import load_settings
from sync import bootstrap
from sync.core.fields import FIELDS
from sync.jobs.cycle import Order
from sync.store import tables as t
from sync.store.database import SqlStore, SqlUnit
from sync.store.lease import SECONDS

CLOCKED = {"scored_at", "sla_due"}  # they tell when the cycle ran


class Died(BaseException):
    """The process is gone: nothing handles it, and nothing reaches the store any more."""


class MortalStore(SqlStore):
    """A store whose process dies at the n-th transaction: before its commit, or right after it."""

    def __init__(self, url: str, dies_at: int, committed: bool) -> None:
        super().__init__(url)
        self._dies_at, self._committed = dies_at, committed
        self.transactions = 0
        self.pulled = 0  # transactions until the pull was over
        self.dead = False

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        self._alive()
        with super().begin() as unit:
            yield unit
            self.transactions += 1
            if not self._committed:
                self._maybe_die()
        self._maybe_die()

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        self._alive()
        with super().reading() as unit:
            yield unit

    def _maybe_die(self) -> None:
        if self.transactions == self._dies_at:
            self.dead = True
            raise Died

    def _alive(self) -> None:
        if self.dead:
            raise Died


def small_account(folder: Path) -> Account:
    """Two people who are hot, one of them in both CRMs, and two who are not."""
    folder.mkdir(parents=True)
    made = Account(folder)
    made.hot("taro@example.jp")
    made.lead("taro@example.jp")
    made.hot("solo@example.jp", hours_ago=7)
    made.lead("quiet@example.jp")
    made.contact("idle@example.jp", jobtitle="部長")
    made.provision()
    return made


class Phases(Quiet):
    """Notes when the pull is over."""

    def __init__(self, store: MortalStore) -> None:
        super().__init__()
        self._store = store

    def phase(self, name: str) -> None:
        if name == "resolve":
            self._store.pulled = self._store.transactions


def cycle(account: Account, dies_at: int, committed: bool) -> MortalStore:
    """One cycle of a process that dies on its way; with `dies_at` 0 it does not."""
    settings = load_settings(account.env, env_file=None).settings
    store = MortalStore(settings.database, dies_at, committed)
    service = bootstrap.wire(settings, store, account.clock.now)
    service.engine = ENGINE
    service.scorer = SCORER
    service.wait = account.clock.advance
    try:
        service.cycle(Order(write=True), Phases(store))
    except Died:
        assert store.dead
    finally:
        for connector in service.connectors.values():
            connector.close()
        store.close()
    return store


def told(account: Account) -> dict[str, Any]:
    """What both CRMs show: our fields by record, and the number of our tasks by person and system."""
    found: dict[str, Any] = {}
    for contact in account.hubspot.all("contacts"):
        values = {f.name: contact.properties.get(f.hubspot_name) for f in FIELDS if f.name not in CLOCKED}
        found[f"hubspot {contact.properties['email']}"] = values
    for lead in account.salesforce.all("Lead"):
        values = {f.name: lead.get(f.salesforce_name) for f in FIELDS if f.name not in CLOCKED}
        found[f"salesforce {lead['Email']}"] = values
    found["tasks"] = sorted((system, body.rstrip().rpartition("leadsync:")[2]) for system, body in account.tasks())
    return found


def remembered(account: Account) -> dict[str, Any]:
    """What the store knows to have told: acknowledged values, audit trail, outbox, episodes."""
    store = SqlStore(f"sqlite:///{account.folder / 'leadsync.db'}")
    a, o, e, w = t.audit.c, t.outbox.c, t.episodes.c, t.written.c
    with store.reading() as unit:
        ask = unit.connection.execute
        written = {row.record_id: _steady(row.fields) for row in ask(select(w.record_id, w.fields))}
        trail = sorted(
            tuple(row)
            for row in ask(select(a.system, a.object, a.vendor_id, a.field, a.new))
            if row.field not in CLOCKED and row.field != "task"
        )
        made = sorted(tuple(row) for row in ask(select(a.system, a.object, a.vendor_id, a.field)) if row[3] == "task")
        orders = sorted(tuple(row) for row in ask(select(o.key, o.system, o.state)))
        episodes = sorted(tuple(row) for row in ask(select(e.task_key, e.task_state, e.task_system, e.sla_state)))
    store.close()
    return {"written": written, "audit": trail, "made": made, "outbox": orders, "episodes": episodes}


def _steady(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in CLOCKED}


@dataclass(frozen=True)
class Undisturbed:
    shown: dict[str, Any]
    known: dict[str, Any]
    transactions: int
    pulled: int

    def moments(self, committed: bool) -> list[int]:
        """Every transaction after the pull; of the pull's, which are all alike (a page and its cursor), every fifth.
        What is left right after a commit is what is left before the next one, but for the calls in between:
        there it is enough to look at some."""
        after = range(self.pulled + 1, self.transactions + 1, 6 if committed else 1)
        return [*range(1, self.pulled + 1, 5), *after] if not committed else list(after)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    account = small_account(tmp_path_factory.mktemp("death") / "undisturbed")
    store = cycle(account, 0, True)
    found = Undisturbed(told(account), remembered(account), store.transactions, store.pulled)
    account.close()
    return found


def test_a_cycle_leaves_something_to_compare(undisturbed: Undisturbed) -> None:
    assert len(undisturbed.shown["tasks"]) == 2
    assert len(undisturbed.known["written"]) == 5
    assert len(undisturbed.moments(False)) > 25


@pytest.mark.slow
@pytest.mark.parametrize("committed", [False, True], ids=["before_the_commit", "after_the_commit"])
def test_death_at_any_transaction_loses_and_doubles_nothing(
    tmp_path: Path, undisturbed: Undisturbed, committed: bool
) -> None:
    for n in undisturbed.moments(committed):
        account = small_account(tmp_path / str(n))
        try:
            assert cycle(account, n, committed).dead
            account.clock.advance(SECONDS + 1)  # the dead process cannot be told from us: its lease runs out
            assert not cycle(account, 0, True).dead
            assert told(account) == undisturbed.shown, f"died at transaction {n}"
            assert remembered(account) == undisturbed.known, f"died at transaction {n}"
        finally:
            account.close()
