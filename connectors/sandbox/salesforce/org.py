"""One org's data: rows by object and id, their system fields, and an undo log for all-or-none calls.

Rows are sparse (a missing key is null, or false for a boolean) and never changed in place: an update puts a
new row, so that an open query keeps seeing what it found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connectors.sandbox.http import SandboxClock
from connectors.sandbox.salesforce import ids
from connectors.sandbox.salesforce.schema import ObjectSpec, Schema
from connectors.sandbox.salesforce.stamps import stamp

Row = dict[str, Any]


class Org:
    """The state all endpoints share. `running_user_id` is who the API calls act as."""

    def __init__(self, schema: Schema, clock: SandboxClock, timezone: str, japanese: bool) -> None:
        self.schema, self.clock, self.timezone, self.japanese = schema, clock, timezone, japanese
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in schema.objects}
        self.running_user_id = ""
        self.seeding_user_id = ""
        self._numbers: dict[str, int] = {}
        self._undo: list[tuple[str, str, Row | None]] | None = None

    def now(self) -> str:
        return stamp(self.clock.now())

    def new_id(self, prefix: str) -> str:
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return ids.make(prefix, self._numbers[prefix])

    def row(self, object_name: str, record_id: str) -> Row | None:
        return self.tables[object_name].get(record_id)

    def by_id(self, record_id: str | None) -> tuple[ObjectSpec, Row] | None:
        """Any record by its id alone; the key prefix names the object."""
        spec = self.schema.by_prefix.get(record_id[:3]) if record_id else None
        row = self.tables[spec.name].get(record_id or "") if spec else None
        return (spec, row) if spec and row is not None else None

    def store(self, object_name: str, row: Row) -> None:
        """Puts the row as it is; the caller has set its system fields."""
        table = self.tables[object_name]
        if self._undo is not None:
            self._undo.append((object_name, row["Id"], table.get(row["Id"])))
        table[row["Id"]] = row

    def erase(self, object_name: str, record_id: str) -> None:
        """Gone without a trace."""
        old = self.tables[object_name].pop(record_id, None)
        if self._undo is not None and old is not None:
            self._undo.append((object_name, record_id, old))

    def touched(self, row: Row, user_id: str, when: str | None = None, by_hand: bool = True) -> Row:
        """A copy with moved stamps; automation (`by_hand` false) moves SystemModstamp alone."""
        when = when or self.now()
        changes: Row = {"SystemModstamp": when}
        if by_hand:
            changes |= {"LastModifiedDate": when, "LastModifiedById": user_id}
        return {**row, **changes}

    def born(self, spec: ObjectSpec, fields: Row, user_id: str, when: str) -> Row:
        """A new row with system fields where the object has them."""
        stamps = {
            "CreatedDate": when,
            "CreatedById": user_id,
            "LastModifiedDate": when,
            "LastModifiedById": user_id,
            "SystemModstamp": when,
        }
        return {name: value for name, value in stamps.items() if name in spec.fields} | fields

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Everything stored inside is taken back when the block ends in an exception."""
        outer, self._undo = self._undo, []
        try:
            yield
        except BaseException:
            log, self._undo = self._undo or [], outer
            for name, record_id, old in reversed(log):
                self._restore(name, record_id, old)
            self.schema.version += 1
            raise
        if outer is not None:
            outer.extend(self._undo or [])
        self._undo = outer

    def _restore(self, name: str, record_id: str, old: Row | None) -> None:
        if old is None:
            self.tables[name].pop(record_id, None)
        else:
            self.tables[name][record_id] = old
