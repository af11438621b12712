"""Pull: pages of one connector into the store, each page and its cursor in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sync.core.records import PersonRecord
from sync.ports import Clock, Connector, Notice, Page
from sync.repository import Saved, Store


@dataclass
class PullTotals:
    """What one pull brought."""

    streams: dict[str, Saved] = field(default_factory=dict)
    retired: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    notices: list[Notice] = field(default_factory=list)  # only the new ones

    @property
    def records(self) -> int:
        return sum(saved.new + saved.changed + saved.same for saved in self.streams.values())


Pulled = Callable[[str, str, int], None]  # system, stream, records so far in this pull


def pull(
    connector: Connector,
    store: Store,
    clock: Clock,
    between: Callable[[], None],
    pulled: Pulled,
    full: bool = False,
) -> PullTotals:
    """Reads every stream to its end. `between` is called after each page and may raise to stop there.

    With `full`, records that did not come although everything was read are marked archived.
    """
    started = int(clock())
    with store.begin() as unit:
        cursors = unit.cursors(connector.system)
    totals = PullTotals()
    wanted = {stream: cursors.get(stream) for stream in connector.streams}
    for page in connector.read(wanted, full):
        _keep(page, connector.system, store, int(clock()), started if full else None, totals)
        seen = totals.streams.get(page.stream, Saved())
        pulled(connector.system, page.stream, seen.new + seen.changed + seen.same)
        between()
    with store.begin() as unit:
        unit.touch_cursors(connector.system, int(clock()))  # a stream without news sends no page, yet it was read
    return totals


def _keep(page: Page, system: str, store: Store, now: int, pass_began: int | None, totals: PullTotals) -> None:
    with store.begin() as unit:
        saved = unit.save(page.records, now)
        unit.hear_verdicts([record for record in page.records if isinstance(record, PersonRecord)], now)
        unit.set_cursor(system, page.stream, page.cursor, now)
        fresh = [notice for notice in page.notices if unit.note(notice, now)]
        if not page.notices:
            unit.clear_notice(system, "feature_missing", page.stream)
        if pass_began is not None and page.complete_since is not None and page.full_objects:
            totals.retired += unit.retire(system, page.full_objects, pass_began)
    totals.streams[page.stream] = totals.streams.get(page.stream, Saved()) + saved
    totals.unknown.update(page.unknown)
    totals.notices += fresh
