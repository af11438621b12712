"""Insert, update and delete of one record, with everything the platform checks on the way.

Every way of writing (single, collection, composite, bulk) comes through here. Raises RecordError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.salesforce import values
from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.blocks import Block
from connectors.sandbox.salesforce.derive import derived
from connectors.sandbox.salesforce.failures import RecordError
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.removal import remove
from connectors.sandbox.salesforce.rules import check_delete, check_write
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec

Reader = Callable[[FieldSpec, Any], Any]

_NO_COLUMN = "No such column '{}' on sobject of type {}"
_CLOSED_FIELD = (
    "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is "
    "read/write for your profile or permission set."
)


@dataclass(frozen=True)
class Options:
    """How a call wants its records treated."""

    read: Reader = values.from_json
    saves_duplicates: bool = False  # Sforce-Duplicate-Rule-Header: allowSave=true


class Writer:
    def __init__(self, org: Org, access: Access, blocks: list[Block]) -> None:
        self._org, self._access, self._blocks = org, access, blocks

    def insert(self, spec: ObjectSpec, given: Mapping[str, Any], options: Options) -> str:
        """Returns the new id."""
        if not (spec.writable and spec.creatable):
            raise RecordError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {spec.label}")
        changes = self._read(spec, given, options, creating=True)
        self._access.demand_write(spec, "Create")
        row = self._org.born(spec, self._with_defaults(spec, changes), self._org.running_user_id, self._org.now())
        self._check(spec, row, changes, None)
        self._strike({spec.name}, row, spec, options)
        row["Id"] = self._org.new_id(spec.prefix)
        self._store(spec, row | derived(self._org, spec.name, row))
        return str(row["Id"])

    def update(self, spec: ObjectSpec, record_id: str, given: Mapping[str, Any], options: Options) -> None:
        """An update that changes nothing moves the stamps too."""
        old = self.existing(spec, record_id)
        if not (spec.writable and spec.updatable):
            raise RecordError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be updated: {spec.label}")
        changes = self._read(spec, given, options, creating=False)
        self._access.demand_write(spec, "Edit")
        row = self._org.touched({**old, **changes}, self._org.running_user_id)
        self._check(spec, row, changes, old)
        self._strike({record_id}, row, spec, options)
        self._store(spec, row | derived(self._org, spec.name, row, old))

    def delete(self, spec: ObjectSpec, record_id: str) -> None:
        row = self.existing(spec, record_id)
        if not (spec.writable and spec.deletable):
            raise RecordError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
        self._access.demand_write(spec, "Delete")
        check_delete(self._org, spec.name, row)
        self._strike({record_id}, row, spec, Options())
        remove(self._org, spec, record_id, self._org.running_user_id)

    def existing(self, spec: ObjectSpec, record_id: str) -> Row:
        row = self._org.row(spec.name, record_id)
        if row is None:
            raise RecordError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row.get("IsDeleted"):
            raise RecordError("ENTITY_IS_DELETED", "entity is deleted")
        return row

    def _read(self, spec: ObjectSpec, given: Mapping[str, Any], options: Options, creating: bool) -> Row:
        fields = [self._column(spec, name) for name in given]
        closed = [field.name for field in fields if not self._open(spec, field, creating)]
        if closed:
            raise RecordError("INVALID_FIELD_FOR_INSERT_UPDATE", _CLOSED_FIELD.format(", ".join(closed)), closed)
        changes = {field.name: options.read(field, value) for field, value in zip(fields, given.values(), strict=True)}
        implied = spec.name == "FieldPermissions" and creating and changes.get("PermissionsEdit") is True
        if implied:  # edit implies read, unless read is refused in so many words
            changes.setdefault("PermissionsRead", True)
        return changes

    def _column(self, spec: ObjectSpec, name: str) -> FieldSpec:
        field = self._access.find(spec, name)
        if field is None:
            raise RecordError("INVALID_FIELD", _NO_COLUMN.format(name, spec.name))
        return field

    def _open(self, spec: ObjectSpec, field: FieldSpec, creating: bool) -> bool:
        allowed = field.createable if creating else field.updateable
        return allowed and field.name in self._access.editable(spec)

    def _with_defaults(self, spec: ObjectSpec, changes: Row) -> Row:
        row = {name: value for name, value in changes.items() if value is not None}
        for field in spec.fields.values():
            if field.default is not None and field.name not in row:
                row[field.name] = self._org.running_user_id if field.type == "reference" else field.default
        return row

    def _check(self, spec: ObjectSpec, row: Row, changes: Row, old: Row | None) -> None:
        if old is not None and spec.name == "Lead" and old.get("IsConverted"):
            check_write(self._org, spec.name, row, old)  # a converted lead refuses before anything else is looked at
        self._required(spec, row, changes, old)
        for name, value in changes.items():
            if value is not None:
                self._reference(spec, spec.fields[name], value)
                self._unique(spec, spec.fields[name], value, row)
        check_write(self._org, spec.name, row, old)

    def _required(self, spec: ObjectSpec, row: Row, changes: Row, old: Row | None) -> None:
        watched = spec.fields.values() if old is None else [spec.fields[name] for name in changes]
        missing = [
            field.name
            for field in watched
            if row.get(field.name) is None
            and (field.required or (not field.nillable and field.createable and field.type != "boolean"))
        ]
        if missing:
            raise RecordError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)

    def _reference(self, spec: ObjectSpec, field: FieldSpec, value: Any) -> None:
        if field.type != "reference" or not field.refers:
            return
        target = self._org.schema.by_prefix.get(value[:3])
        if target is None or target.name not in field.refers:
            raise RecordError(
                "FIELD_INTEGRITY_EXCEPTION", f"{field.label}: id value of incorrect type: {value}", [field.name]
            )
        found = self._org.row(target.name, value)
        if found is None:
            raise RecordError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
        if found.get("IsDeleted"):
            raise RecordError("ENTITY_IS_DELETED", "entity is deleted", [field.name])
        if field.name == "OwnerId" and target.name == "User" and not found.get("IsActive"):
            raise RecordError(
                "INACTIVE_OWNER_OR_USER",
                f"operation performed with inactive user [{value}] as owner of {spec.name.lower()}",
                ["OwnerId"],
            )

    def _unique(self, spec: ObjectSpec, field: FieldSpec, value: Any, row: Row) -> None:
        if not field.unique:
            return
        wanted = str(value).lower()
        for other in self._org.tables[spec.name].values():
            if str(other.get(field.name)).lower() == wanted and other["Id"] != row.get("Id"):
                raise RecordError(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {field.name} duplicates value on record with id: {other['Id'][:15]}",
                    [field.name],
                )

    def _strike(self, targets: set[str], row: Row, spec: ObjectSpec, options: Options) -> None:
        if not self._blocks:
            return
        parents = {row.get(field.name) for field in spec.fields.values() if field.type == "reference"}
        known = [parent for parent in parents if parent]
        for block in self._blocks:
            if block.strikes(targets, known, options.saves_duplicates):
                raise block.error()

    def _store(self, spec: ObjectSpec, row: Row) -> None:
        self._org.store(spec.name, row)
        if spec.setup:
            self._org.schema.version += 1
