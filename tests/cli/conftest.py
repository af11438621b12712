"""Lets the tests of this folder use the account of tests/jobs, and leaves logging as it was."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parent.parent / "jobs"))


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """`run` sets logging up for its process, which here is that of all tests."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()
