"""One subject per connector: every test of this folder runs over each of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

# The tests' own modules lie here, `bench` at the top of the checkout.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

if TYPE_CHECKING:
    from subject import Subject

SUBJECTS = {"hubspot": ("subject_hubspot", "HubSpotSubject"), "salesforce": ("subject_salesforce", "SalesforceSubject")}


@pytest.fixture(params=list(SUBJECTS))
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """A connector's vendor on loopback with an empty account."""
    module, name = SUBJECTS[request.param]
    with getattr(import_module(module), name)() as made:
        yield made


@pytest.fixture
def far_away(subject: Subject) -> Iterator[Callable[[int], Subject]]:
    """The same, its emulator in another process and filled with so many contacts."""
    running = import_module("bench.crm").running
    with ExitStack() as stack:

        def filled(people: int) -> Subject:
            url = stack.enter_context(running(subject.system, people, subject.now))
            subject.server.stop()
            subject.server = SimpleNamespace(url=url, stop=lambda: None)  # type: ignore[assignment]
            subject.stream = "contacts"
            return subject

        yield filled
