"""What bootstrap wires together, seen from a cycle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import Account, Quiet

from sync.bootstrap import Service
from sync.jobs.cycle import Order
from sync.store.lease import Busy


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path)
    made.contact("taro@example.jp")
    yield made
    made.close()


class Waiting(Quiet):
    """A cycle in which a CRM asks for patience."""

    def __init__(self, service: Service, seconds: list[int]) -> None:
        super().__init__()
        self.service, self.seconds = service, seconds
        self.left: list[float] = []

    def phase(self, name: str) -> None:
        if name == "resolve":
            for seconds in self.seconds:
                self.service.sleep(seconds)
            with self.service.store.reading() as unit:
                self.left.append(json.loads(unit.fact("lease") or "")["until"] - self.service.clock())


def test_the_lease_is_kept_through_a_long_wait_for_a_crm(account: Account) -> None:
    with account.service() as service:
        reporter = Waiting(service, [90, 90, 90])
        service.cycle(Order(write=False), reporter)
    assert reporter.left[0] > 0


class Interrupted(Quiet):
    def phase(self, name: str) -> None:
        if name == "score":
            raise KeyboardInterrupt


def test_a_cycle_ended_by_ctrl_c_did_not_end_well(account: Account) -> None:
    with account.service() as service:
        with pytest.raises(KeyboardInterrupt):
            service.cycle(Order(write=False), Interrupted())
        with service.store.reading() as unit:
            run = unit.last_run("cycle")
        assert run is not None
        assert run.state == "failed"
        service.cycle(Order(write=False), Quiet())  # and it holds no lease any more


def test_calls_are_remembered_over_a_restart(account: Account) -> None:
    account.cycle(write=False)
    made = len(account.hubspot.calls)
    with account.service() as service:
        assert service.telemetry.used_today("hubspot") == made


def test_a_second_process_is_refused_while_a_cycle_runs(account: Account) -> None:
    class Second(Quiet):
        def phase(self, name: str) -> None:
            with account.service() as other, pytest.raises(Busy):
                other.cycle(Order(write=False), Quiet())

    with account.service() as service:
        assert service.cycle(Order(write=False), Second()).errors == {}
