"""What a store would hold after reading: records by key, cursors by stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sync.core.records import PersonRecord, Record, RecordKey, State
from sync.ports import Connector, Notice, Page


@dataclass
class Mirror:
    cursors: dict[str, str | None]
    records: dict[RecordKey, Record] = field(default_factory=dict)
    seen: Counter[RecordKey] = field(default_factory=Counter)
    notices: list[Notice] = field(default_factory=list)
    pages: int = 0
    largest_page: int = 0

    @classmethod
    def of(cls, *streams: str) -> Mirror:
        return cls(dict.fromkeys(streams))

    def take(self, page: Page) -> None:
        """Keeps a page as the pull job does: records and cursor together."""
        self.cursors[page.stream] = page.cursor
        self.pages += 1
        self.largest_page = max(self.largest_page, len(page.records))
        self.notices += page.notices
        for record in page.records:
            self.records[record.key] = record
            self.seen[record.key] += 1

    def pull(self, connector: Connector, full: bool = False) -> list[Page]:
        pages = []
        for page in connector.read(self.cursors, full):
            self.take(page)
            pages.append(page)
        return pages

    def pull_one_page_each(self, restarted: Callable[[], Connector], between: Callable[[], object], most: int) -> int:
        """Reads to the end with a stop after every page and a new connector for each; returns the stops.
        Fails when that takes more than `most`, which means it never ends."""
        for stops in range(most):
            page = next(iter(restarted().read(self.cursors)), None)
            if page is None or (page.cursor == self.cursors[page.stream] and not page.records):
                return stops
            before = Counter(self.seen)
            self.take(page)
            if page.records and all(before[record.key] for record in page.records):
                return stops  # all of it known: what is fresh may come again, nothing new is behind it
            between()
        raise AssertionError(f"reading went on after {most} stops")

    def people(self) -> dict[str, PersonRecord]:
        return {record.key.id: record for record in self.records.values() if isinstance(record, PersonRecord)}

    def living(self) -> set[str]:
        return {id for id, record in self.people().items() if record.state is State.LIVE}

    def titles(self) -> dict[str, str]:
        return {id: record.title for id, record in self.people().items()}
