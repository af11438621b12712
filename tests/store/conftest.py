"""Lets the tests of this folder use their world, and the processes of tests/jobs."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "jobs")]
