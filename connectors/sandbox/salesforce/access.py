"""What the running user may see and change: profile, permission sets assigned to him, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.sandbox.salesforce.failures import ApiError, RecordError
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec


@dataclass
class Profile:
    """The running user's own profile: standard fields are open unless hidden, custom ones closed unless shown."""

    hidden_fields: set[tuple[str, str]] = field(default_factory=set)
    frozen_fields: set[tuple[str, str]] = field(default_factory=set)  # to be read, not to be edited
    shown_custom: set[tuple[str, str]] = field(default_factory=set)
    hidden_objects: set[str] = field(default_factory=set)
    can_edit: bool = True
    can_customize: bool = True
    can_manage_permissions: bool = True
    can_hard_delete: bool = False
    can_manage_list_views: bool = True


class Access:
    """Field-level security as the union of profile and assigned permission sets, cached until it changes."""

    def __init__(self, org: Org, profile: Profile) -> None:
        self._org, self.profile = org, profile
        self._cache: dict[str, tuple[dict[str, FieldSpec], frozenset[str]]] = {}
        self._cached_version = -1

    def object(self, name: str) -> ObjectSpec | None:
        """The object, when it exists and may be read at all through the data API."""
        spec = self._org.schema.find(name)
        if spec is None or spec.tooling or not self._object_right(spec.name, "PermissionsRead"):
            return None
        return spec

    def fields(self, spec: ObjectSpec) -> dict[str, FieldSpec]:
        """Visible fields by name, in the object's order."""
        return self._entry(spec)[0]

    def find(self, spec: ObjectSpec, name: str) -> FieldSpec | None:
        found = spec.find(name)
        return found if found is not None and found.name in self.fields(spec) else None

    def editable(self, spec: ObjectSpec) -> frozenset[str]:
        return self._entry(spec)[1]

    def demand_write(self, spec: ObjectSpec, right: str) -> None:
        """`right` is Create, Edit or Delete. Raises RecordError."""
        if spec.setup and not self.profile.can_manage_permissions:
            raise RecordError("INSUFFICIENT_ACCESS", "insufficient access rights on object id")
        if spec.setup:
            return
        if not self.profile.can_edit or not self._object_right(spec.name, f"Permissions{right}"):
            raise RecordError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")

    def demand_customize(self) -> None:
        if not self.profile.can_customize:
            raise ApiError(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id")

    def _entry(self, spec: ObjectSpec) -> tuple[dict[str, FieldSpec], frozenset[str]]:
        if self._cached_version != self._org.schema.version:
            self._cache.clear()
            self._cached_version = self._org.schema.version
        if spec.name not in self._cache:
            self._cache[spec.name] = self._compute(spec)
        return self._cache[spec.name]

    def _compute(self, spec: ObjectSpec) -> tuple[dict[str, FieldSpec], frozenset[str]]:
        granted = {row["Field"].partition(".")[2]: row for row in self._rows("FieldPermissions", spec.name)}
        edit_granted = {
            row["Field"].partition(".")[2]
            for row in self._rows("FieldPermissions", spec.name)
            if row.get("PermissionsEdit")
        }
        visible = {n: f for n, f in spec.fields.items() if self._by_profile(spec.name, f) or n in granted}
        editable = {
            name
            for name in visible
            if name in edit_granted
            or (self._by_profile(spec.name, visible[name]) and (spec.name, name) not in self.profile.frozen_fields)
        }
        return visible, frozenset(editable)

    def _by_profile(self, object_name: str, spec: FieldSpec) -> bool:
        place = (object_name, spec.name)
        if place in self.profile.hidden_fields:
            return False
        return not spec.custom or not spec.permissionable or place in self.profile.shown_custom

    def _object_right(self, object_name: str, right: str) -> bool:
        if object_name not in self.profile.hidden_objects:
            return True
        return any(row.get(right) for row in self._rows("ObjectPermissions", object_name))

    def _rows(self, table: str, object_name: str) -> Iterator[Row]:
        """Grants about one object in the permission sets assigned to the running user."""
        mine = {
            row["PermissionSetId"]
            for row in self._org.tables["PermissionSetAssignment"].values()
            if row.get("AssigneeId") == self._org.running_user_id
        }
        for row in self._org.tables[table].values():
            if row.get("SobjectType") == object_name and row.get("ParentId") in mine:
                yield row
