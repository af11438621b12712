"""Where reading goes on: opaque text outside, small state inside.

A CRM object is first listed by id, then followed by search. The search window is fixed by its lower end alone,
`modified > low` (or at `low` with a greater id), and walked by id inside it: 10,000 results a query, ties of any
size and moving offsets then do not matter. When a window is done, the next one begins at the newest change seen,
but never later than two minutes before this one began: the search index lags.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

LAG_MS = 120_000
LIST, SEARCH = "list", "search"


@dataclass(frozen=True, slots=True)
class ObjectCursor:
    mode: str = LIST
    low_ms: int = 0
    low_id: int | None = None  # all ids up to it are known at low_ms; None: low_ms itself is to be read again
    after: str = ""  # list: the vendor's token
    after_id: int = 0  # search: the last id of the window already read
    started_ms: int = 0  # server time when this pass began; 0: not begun
    began_at: int = 0  # our own time then, epoch seconds
    seen_ms: int = 0  # newest change seen in this pass
    seen_id: int = 0  # and the greatest id at it
    archived_at: int = 0  # our own time of the last pass over the archived
    archived_after: str = ""  # such a pass in hand

    @classmethod
    def parse(cls, raw: str | None) -> ObjectCursor:
        """An unreadable cursor (of another version) reads from the beginning: twice is fine, skipping is not."""
        known = _known(cls(), _load(raw))
        if known is None or known.get("mode") not in (LIST, SEARCH):
            return cls()
        return cls(**known)

    def dump(self) -> str:
        default = ObjectCursor()
        state = asdict(self)
        return json.dumps(
            {"mode": self.mode} | {name: value for name, value in state.items() if value != getattr(default, name)}
        )

    def begun(self, server_ms: int, own_time: int) -> ObjectCursor:
        if self.started_ms:
            return self
        return replace(self, started_ms=server_ms, began_at=own_time)

    def saw(self, stamps: Iterable[tuple[int, int]]) -> ObjectCursor:
        """After records with these (modified ms, id)."""
        newest = max([(self.seen_ms, self.seen_id), *stamps])
        return replace(self, seen_ms=newest[0], seen_id=newest[1])

    def finished(self) -> ObjectCursor:
        """The window after this one."""
        latest = self.started_ms - LAG_MS
        low = max((self.low_ms, self.low_id or 0), (self.seen_ms, self.seen_id))
        keeps_id = low[0] < latest and low[0] > 0
        return ObjectCursor(
            mode=SEARCH,
            low_ms=low[0] if keeps_id else max(latest, 0) if low[0] else 0,
            low_id=low[1] if keeps_id else None,
            archived_at=self.archived_at,
            archived_after=self.archived_after,
        )

    def groups(self, modified: str) -> list[dict[str, Any]]:
        """The window as filter groups of one search."""
        walked = [_filter("hs_object_id", "GT", self.after_id)] if self.after_id else []
        if self.low_id is None:
            return [{"filters": [_filter(modified, "GTE", self.low_ms), *walked]}]
        tied = _filter("hs_object_id", "GT", max(self.low_id, self.after_id))
        return [
            {"filters": [_filter(modified, "GT", self.low_ms), *walked]},
            {"filters": [_filter(modified, "EQ", self.low_ms), tied]},
        ]


@dataclass(frozen=True, slots=True)
class EventCursor:
    """A feed of events by time: e-mail events and page views."""

    low_ms: int = 0  # everything older is known; 0: nothing is
    after: str = ""  # the vendor's token inside a pass
    started_ms: int = 0
    began_at: int = 0
    seen_ms: int = 0

    @classmethod
    def parse(cls, raw: str | None) -> EventCursor:
        return cls(**(_known(cls(), _load(raw)) or {}))

    def dump(self) -> str:
        return json.dumps(asdict(self))

    def finished(self) -> EventCursor:
        """Never later than the newest event seen, nor than the start of this pass."""
        newest = max(self.seen_ms, self.low_ms)
        return EventCursor(low_ms=min(newest, self.started_ms) if newest else 0)


@dataclass(frozen=True, slots=True)
class FormPlace:
    top_ms: int = 0  # newest submission known when the last pass ended
    next_top_ms: int = 0  # newest seen in the pass in hand
    after: str = ""  # vendor's token of the pass in hand


@dataclass(frozen=True, slots=True)
class FormsCursor:
    places: Mapping[str, FormPlace]
    listed_at: int = 0  # our own time of the last form list

    @classmethod
    def parse(cls, raw: str | None) -> FormsCursor:
        state = _load(raw)
        try:
            places = {str(form): FormPlace(*place) for form, place in (state.get("forms") or {}).items()}
            return cls(places, int(state.get("listed_at") or 0))
        except (TypeError, AttributeError, ValueError):
            return cls({})

    def dump(self) -> str:
        places = {form: [place.top_ms, place.next_top_ms, place.after] for form, place in self.places.items()}
        return json.dumps({"listed_at": self.listed_at, "forms": places})

    def at(self, form: str, place: FormPlace) -> FormsCursor:
        return replace(self, places={**self.places, form: place})


def _load(raw: str | None) -> dict[str, Any]:
    try:
        state = json.loads(raw or "{}")
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}


def _known(default: Any, state: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of a state, None when one is not of its kind."""
    fields = asdict(default)
    known = {name: state[name] for name in fields if state.get(name) is not None}
    kinds = {name: int if fields[name] is None else type(fields[name]) for name in known}
    return known if all(isinstance(value, kinds[name]) for name, value in known.items()) else None


def _filter(name: str, operator: str, value: int) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}
