"""One subject per connector: every test of this folder runs over each of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from subject import Subject
from subject_hubspot import HubSpotSubject
from subject_salesforce import SalesforceSubject

SUBJECTS = {"hubspot": HubSpotSubject, "salesforce": SalesforceSubject}


@pytest.fixture(params=list(SUBJECTS))
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """A connector's vendor on loopback with an empty account."""
    with SUBJECTS[request.param]() as made:
        yield made
