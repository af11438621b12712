"""One matching process for all tests of a run: starting one takes a second."""

from __future__ import annotations

from sync.identity.child import Matcher


class WarmMatcher(Matcher):
    """Stays when a service that used it is closed; ends with the test run."""

    def close(self) -> None: ...


ENGINE = WarmMatcher()
