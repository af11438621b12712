"""What search sees: an index that follows the records after a lag, with the answers to recent queries kept."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from connectors.sandbox.http import SandboxClock
from connectors.sandbox.hubspot.snapshot import Snapshot

_KEPT_ANSWERS = 64


@dataclass
class Timing:
    """Shared by all object types, so that a test can change the lag while it runs."""

    clock: SandboxClock
    index_lag: float = 0.0  # seconds


class SearchIndex:
    """Writes become visible `index_lag` seconds after they were made; archived records vanish at once."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._seen: dict[int, Snapshot] = {}
        self._order: list[int] = []
        self._waiting: list[tuple[float, int, Snapshot]] = []
        self._newest: dict[int, int] = {}  # record -> sequence number of the newest write that is visible
        self._sequence = 0
        self._answers: dict[Hashable, list[int]] = {}

    def __getitem__(self, number: int) -> Snapshot:
        return self._seen[number]

    def __iter__(self) -> Iterator[Snapshot]:
        return (self._seen[number] for number in self._order)

    def write(self, snapshot: Snapshot) -> None:
        self._sequence += 1
        if self._timing.index_lag <= 0:
            self._show(self._sequence, snapshot)
        else:
            due = self._timing.clock.now() + self._timing.index_lag
            heapq.heappush(self._waiting, (due, self._sequence, snapshot))

    def remove(self, number: int) -> None:
        self._sequence += 1
        self._newest[number] = self._sequence  # what still waits for this record comes too late
        if number in self._seen:
            del self._seen[number]
            del self._order[bisect_left(self._order, number)]
            self._answers.clear()

    def catch_up(self, *, everything: bool = False) -> None:
        """Makes visible what is due by now."""
        now = self._timing.clock.now()
        while self._waiting and (everything or self._waiting[0][0] <= now):
            _, sequence, snapshot = heapq.heappop(self._waiting)
            self._show(sequence, snapshot)

    def answer(self, key: Hashable | None, find: Callable[[], list[int]]) -> list[int]:
        """`find()`, or what it gave for this key since the index last changed. None: never kept."""
        if key is None:
            return find()
        if key not in self._answers:
            if len(self._answers) >= _KEPT_ANSWERS:
                self._answers.clear()
            self._answers[key] = find()
        return self._answers[key]

    def _show(self, sequence: int, snapshot: Snapshot) -> None:
        number = snapshot.number
        if sequence < self._newest.get(number, 0):
            return
        self._newest[number] = sequence
        if number not in self._seen:
            if not self._order or self._order[-1] < number:
                self._order.append(number)
            else:
                insort(self._order, number)
        self._seen[number] = snapshot
        if self._answers:
            self._answers.clear()
