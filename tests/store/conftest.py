"""Lets the tests of this folder use the matching process of tests/jobs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "jobs"))
