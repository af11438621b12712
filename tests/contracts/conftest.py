"""One subject per connector: every test of this folder runs over each of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from subject import START, Subject
from subject_hubspot import HubSpotSubject
from subject_salesforce import SalesforceSubject

from bench import crm

SUBJECTS = {"hubspot": HubSpotSubject, "salesforce": SalesforceSubject}


@pytest.fixture(params=list(SUBJECTS))
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """A connector's vendor on loopback with an empty account."""
    with SUBJECTS[request.param]() as made:
        yield made


@pytest.fixture
def far_away(subject: Subject) -> Iterator[Callable[[int], Subject]]:
    """The same, its emulator in another process and filled with so many contacts."""
    with ExitStack() as stack:

        def filled(people: int) -> Subject:
            url = stack.enter_context(crm.running(subject.system, people, START))
            subject.server.stop()
            subject.server = SimpleNamespace(url=url, stop=lambda: None)  # type: ignore[assignment]
            subject.stream = "contacts"
            return subject

        yield filled
