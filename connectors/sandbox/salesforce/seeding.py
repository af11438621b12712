"""The org as its people work in it: seeds, edits and events that do not come through the API.

Nothing here is validated like an API write, and nothing counts as a call.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from connectors.sandbox.salesforce import ids, lifecycle
from connectors.sandbox.salesforce.access import Profile
from connectors.sandbox.salesforce.blocks import Block
from connectors.sandbox.salesforce.catalog import add_local_names
from connectors.sandbox.salesforce.custom_fields import CustomFields
from connectors.sandbox.salesforce.derive import derived
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.removal import remove, restore
from connectors.sandbox.salesforce.schema import ObjectSpec, parse_field
from connectors.sandbox.salesforce.soql.paths import reader
from connectors.sandbox.salesforce.stamps import stamp
from connectors.sandbox.salesforce.values import from_seed


class Seeding:
    """Part of SalesforceSandbox. Thread safe."""

    lock: threading.RLock
    org: Org
    profile: Profile
    custom_fields: CustomFields
    blocks: list[Block]

    def put(
        self,
        object_name: str,
        fields: Mapping[str, Any],
        id: str | None = None,
        created: float | None = None,
        modstamp: float | None = None,
    ) -> str:
        """Makes a record, or updates the one that has this id; returns the 18-character id.

        Read-only fields may be given and win over what follows from others. `created` and `modstamp` are
        epoch seconds: a modstamp in the past is a transaction that committed late. Unknown fields: KeyError.
        """
        with self.lock:
            return self._put(self.org.schema.objects[object_name], fields, id, created, modstamp)

    def put_many(
        self,
        object_name: str,
        rows: Iterable[Mapping[str, Any]],
        created: float | None = None,
        modstamp: float | None = None,
    ) -> list[str]:
        """Many records; their times may also stand in the rows as CreatedDate and SystemModstamp."""
        spec = self.org.schema.objects[object_name]
        with self.lock:
            return [self._put(spec, row, None, created, modstamp) for row in rows]

    def get(self, object_name: str, id: str) -> Row | None:
        """All fields of a record, whoever may see them; deleted ones too. None when it is not there."""
        with self.lock:
            row = self.org.row(object_name, ids.full(id) or id)
            return None if row is None else _whole(self.org.schema.objects[object_name], row)

    def all(self, object_name: str, deleted: bool = False) -> list[Row]:
        """Live records (archived activities among them) in the order of their making, on demand the deleted too."""
        spec = self.org.schema.objects[object_name]
        with self.lock:
            return [_whole(spec, row) for row in self.org.tables[object_name].values() if _shown(row, deleted)]

    def delete(self, object_name: str, id: str) -> None:
        """To the recycle bin, with what hangs on it."""
        with self.lock:
            spec = self.org.schema.objects[object_name]
            remove(self.org, spec, self._known(object_name, id), self.org.seeding_user_id)

    def undelete(self, object_name: str, id: str) -> None:
        with self.lock:
            spec = self.org.schema.objects[object_name]
            restore(self.org, spec, self._known(object_name, id), self.org.seeding_user_id)

    def purge(self, object_name: str, id: str) -> None:
        """Gone from the recycle bin too; no query, no getDeleted knows it any more."""
        with self.lock:
            self.org.erase(object_name, self._known(object_name, id))

    def merge(self, object_name: str, winner_id: str, loser_id: str) -> None:
        with self.lock:
            spec = self.org.schema.objects[object_name]
            winner, loser = self._known(object_name, winner_id), self._known(object_name, loser_id)
            lifecycle.merge(self.org, spec, winner, loser, self.org.seeding_user_id)

    def convert_lead(self, lead_id: str, opportunity: bool = True, account_id: str = "", contact_id: str = "") -> str:
        """Returns the contact's id. An account of the company's name is used when there is one."""
        with self.lock:
            known = self._known("Lead", lead_id)
            user = self.org.seeding_user_id
            return lifecycle.convert(self.org, known, user, opportunity, account_id, contact_id)

    def add_field(self, object_name: str, line: str, visible: bool = True) -> None:
        """A custom field in the notation of `schema`, e.g. `Score__c double(5,0)`, made by an admin."""
        with self.lock:
            spec = replace(parse_field(line), custom=True)
            made = self.custom_fields.add(object_name, spec, {"label": spec.label})
            if visible:
                self.profile.shown_custom.update((name, spec.name) for name in made.objects)

    def add_local_names(self) -> None:
        """Salesforce switches local names on, as it does for Japanese orgs; without effect when they are on."""
        with self.lock:
            add_local_names(self.org.schema)

    def remove_field(self, object_name: str, field: str) -> None:
        """The field is gone for everybody, with its values."""
        with self.lock:
            self.custom_fields.remove(object_name, field)

    def hide_field(self, object_name: str, field: str) -> None:
        """The running user loses the field: profile and permission sets no longer grant it."""
        with self.lock:
            self.profile.hidden_fields.add((object_name, field))
            self.profile.shown_custom.discard((object_name, field))
            self.custom_fields.revoke(object_name, field)

    def freeze_field(self, object_name: str, field: str) -> None:
        """The running user may still read the field but no longer change it."""
        with self.lock:
            self.profile.frozen_fields.add((object_name, field))
            self.org.schema.version += 1

    def hide_object(self, object_name: str) -> None:
        """The running user loses the object, unless a permission set's ObjectPermissions give it back."""
        with self.lock:
            self.profile.hidden_objects.add(object_name)

    def block(
        self,
        record_id: str,
        status_code: str,
        message: str,
        fields: Iterable[str] = (),
        times: int = 0,
        children: bool = False,
        allow_save: bool = False,
    ) -> Block:
        """Scripts a refusal, see `Block`. `record_id` may be an object's name: all inserts into it."""
        target = ids.full(record_id) or record_id
        found = Block(target, status_code, message, tuple(fields), times, children, allow_save)
        with self.lock:
            self.blocks.append(found)
        return found

    def unblock(self) -> None:
        with self.lock:
            self.blocks.clear()

    def _put(
        self, spec: ObjectSpec, fields: Mapping[str, Any], id: str | None, created: float | None, modstamp: float | None
    ) -> str:
        given = {name: from_seed(spec.fields[name], value) for name, value in fields.items()}
        record_id = _full_id(id or given.get("Id"))
        old = self.org.row(spec.name, record_id) if record_id else None
        if old is None:
            base = self._newborn(spec, created, modstamp)
            base["Id"] = record_id or self.org.new_id(spec.prefix)
        else:
            when = None if modstamp is None else stamp(modstamp)
            base = self.org.touched(old, self.org.seeding_user_id, when)
            if created is not None:
                base["CreatedDate"] = stamp(created)
        given["Id"] = base["Id"]
        row = {**base, **given}
        row |= derived(self.org, spec.name, row, old)
        row |= given
        self.org.store(spec.name, {name: value for name, value in row.items() if value is not None})
        if spec.setup:
            self.org.schema.version += 1
        return str(base["Id"])

    def _newborn(self, spec: ObjectSpec, created: float | None, modstamp: float | None) -> Row:
        user = self.org.seeding_user_id
        now = self.org.clock.now()
        modified = modstamp if modstamp is not None else created if created is not None else now
        row = self.org.born(spec, {}, user, stamp(modified))
        if "CreatedDate" in row:
            row["CreatedDate"] = stamp(min(modified, now) if created is None else created)
        for field in spec.fields.values():
            if field.default is not None:
                row[field.name] = user if field.type == "reference" else field.default
        return row

    def _known(self, object_name: str, record_id: str) -> str:
        whole = ids.full(record_id) or record_id
        if self.org.row(object_name, whole) is None:
            raise KeyError(f"no {object_name} with this id")
        return whole


def _full_id(record_id: str | None) -> str | None:
    if record_id is None:
        return None
    whole = ids.full(record_id)
    if whole is None:
        raise ValueError(f"not a record id: {record_id!r}")
    return whole


def _whole(spec: ObjectSpec, row: Row) -> Row:
    return {name: reader(spec, field)(row) for name, field in spec.fields.items()}


def _shown(row: Row, deleted: bool) -> bool:
    return deleted or not row.get("IsDeleted")
