"""The records of one object type: by id in order, live and archived apart, with unique values, merges and history."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.sandbox.hubspot.definitions import Definitions
from connectors.sandbox.hubspot.object_types import ObjectType
from connectors.sandbox.hubspot.search_index import SearchIndex, Timing
from connectors.sandbox.hubspot.snapshot import Snapshot
from connectors.sandbox.hubspot.times import DAY_MS

FIRST_ID = 9_951  # ids soon get one digit more, so that comparing them as text shows
ARCHIVED_CONTACTS_KEPT_MS = 90 * DAY_MS


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a property had from `ms` on."""

    value: str
    ms: int
    source: str  # CRM_UI, INTEGRATION


@dataclass(slots=True, eq=False)
class StoredObject:
    """A record. Each write replaces `state`, so that search can go on serving an older one."""

    state: Snapshot
    archived_ms: int | None = None
    history: dict[str, list[Change]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.state.number)

    @property
    def properties(self) -> dict[str, str]:
        return self.state.properties

    @property
    def created_ms(self) -> int:
        return self.state.created_ms

    @property
    def modified_ms(self) -> int:
        return self.state.modified_ms

    @property
    def archived(self) -> bool:
        return self.archived_ms is not None

    def changes(self, name: str) -> list[Change]:
        """Every value the property had, oldest first."""
        if name in self.history:
            return self.history[name]
        value = self.properties.get(name)
        return [] if value is None else [Change(value, self.created_ms, "CRM_UI")]


class ObjectTable:
    """Not thread safe: callers hold the lock of the app."""

    def __init__(self, kind: ObjectType, definitions: Definitions, timing: Timing) -> None:
        self.kind, self.definitions = kind, definitions
        self.index = SearchIndex(timing)
        self.objects: dict[int, StoredObject] = {}
        self.live_ids: list[int] = []
        self.archived_ids: list[int] = []
        self.merged_into: dict[int, int] = {}
        self._timing = timing
        self._claims: dict[tuple[str, str], int] = {}  # (unique property, value) -> id
        self._next = FIRST_ID

    def live(self, object_id: str) -> StoredObject | None:
        """The live record that bears this very id."""
        found = self.objects.get(_number(object_id))
        return None if found is None or found.archived else found

    def resolve(self, object_id: str) -> StoredObject | None:
        """The live record that answers for this id: itself, or what it was merged into."""
        number = _number(object_id)
        return self.live(str(self.merged_into.get(number, number)))

    def archived(self, object_id: str) -> StoredObject | None:
        found = self.objects.get(_number(object_id))
        return found if found is not None and found.archived and not self._expired(found) else None

    def holder(self, name: str, value: str) -> StoredObject | None:
        """The live record that holds a value of a unique property; for `email` also an additional address."""
        number = self._claims.get((name, value.strip().lower() if name == "email" else value))
        return None if number is None else self.objects[number]

    def following(self, after: int, count: int, archived: bool) -> list[StoredObject]:
        """The next records by ascending id."""
        ids = self.archived_ids if archived else self.live_ids
        start, found = bisect_right(ids, after), list[StoredObject]()
        while start < len(ids) and len(found) < count:
            candidate = self.objects[ids[start]]
            if not self._expired(candidate):
                found.append(candidate)
            start += 1
        return found

    def all(self) -> Iterator[StoredObject]:
        return (self.objects[number] for number in self.live_ids)

    def take_number(self) -> int:
        self._next += 1
        return self._next - 1

    def add(
        self, properties: Mapping[str, str], created_ms: int, modified_ms: int, number: int | None = None
    ) -> StoredObject:
        """A new record; empty values are left out."""
        number = self.take_number() if number is None else number
        self._next = max(self._next, number + 1)
        kept = {name: value for name, value in properties.items() if value != ""}
        kept["hs_object_id"] = str(number)
        stored = StoredObject(self._snapshot(number, kept, created_ms, modified_ms))
        self.objects[number] = stored
        _insert(self.live_ids, number)
        self._claim(stored)
        self.index.write(stored.state)
        return stored

    def change(self, stored: StoredObject, properties: Mapping[str, str], ms: int, source: str) -> None:
        """Writes values ("" clears), notes what really changed in the history, moves the modified date."""
        before = stored.properties
        for name, value in properties.items():
            if before.get(name, "") != value:
                stored.history[name] = [*stored.changes(name), Change(value, ms, source)]
        self.replace(stored, properties, ms)

    def replace(self, stored: StoredObject, properties: Mapping[str, str], ms: int | None = None) -> None:
        """Writes values without history; `ms` None leaves the modified date alone."""
        merged = {**stored.properties, **properties}
        kept = {name: value for name, value in merged.items() if value != ""}
        self._release(stored)
        number, modified = stored.state.number, stored.modified_ms if ms is None else ms
        stored.state = self._snapshot(number, kept, stored.created_ms, modified)
        if not stored.archived:
            self._claim(stored)
            self.index.write(stored.state)

    def archive(self, stored: StoredObject, ms: int) -> None:
        """Leaves the modified date alone, as the service does."""
        if stored.archived:
            return
        self._withdraw(stored)
        stored.archived_ms = ms
        _insert(self.archived_ids, stored.state.number)

    def forget(self, stored: StoredObject) -> None:
        """Removes without trace."""
        if stored.archived:
            _remove(self.archived_ids, stored.state.number)
        else:
            self._withdraw(stored)
        del self.objects[stored.state.number]
        self.merged_into = {old: new for old, new in self.merged_into.items() if new != stored.state.number}

    def supersede(
        self, losers: Sequence[StoredObject], properties: Mapping[str, str], created_ms: int, modified_ms: int
    ) -> StoredObject:
        """A new record in the place of `losers`: their ids, and all ids merged into them before, resolve to it."""
        old = {loser.state.number for loser in losers}
        aliases = old | {alias for alias, target in self.merged_into.items() if target in old}
        for loser in losers:
            self.forget(loser)
        winner = self.add(properties, created_ms, modified_ms)
        self.merged_into.update(dict.fromkeys(aliases, winner.state.number))
        return winner

    def _withdraw(self, stored: StoredObject) -> None:
        self._release(stored)
        _remove(self.live_ids, stored.state.number)
        self.index.remove(stored.state.number)

    def _snapshot(self, number: int, properties: dict[str, str], created_ms: int, modified_ms: int) -> Snapshot:
        return Snapshot.of(self.kind, number, properties, created_ms, modified_ms)

    def _expired(self, stored: StoredObject) -> bool:
        gone = self.kind.name == "contacts" and stored.archived_ms is not None
        return gone and (stored.archived_ms or 0) < self._timing.clock.ms() - ARCHIVED_CONTACTS_KEPT_MS

    def _claim(self, stored: StoredObject) -> None:
        for claim in self.claims(stored.properties):
            self._claims.setdefault(claim, stored.state.number)

    def _release(self, stored: StoredObject) -> None:
        for claim in self.claims(stored.properties):
            if self._claims.get(claim) == stored.state.number:
                del self._claims[claim]

    def claims(self, properties: Mapping[str, str]) -> list[tuple[str, str]]:
        """The (unique property, value) pairs that a record with these values holds."""
        claims = [(n, properties[n]) for n in self.definitions.unique_names if properties.get(n)]
        if self.kind.name == "contacts" and properties.get("hs_additional_emails"):
            spare = properties["hs_additional_emails"].split(";")
            claims += [("email", address.strip().lower()) for address in spare if address.strip()]
        return claims


def _number(object_id: str) -> int:
    return int(object_id) if object_id.isdecimal() else -1


def _insert(ids: list[int], number: int) -> None:
    if not ids or ids[-1] < number:
        ids.append(number)
    else:
        insort(ids, number)


def _remove(ids: list[int], number: int) -> None:
    place = bisect_left(ids, number)
    if place < len(ids) and ids[place] == number:
        del ids[place]
