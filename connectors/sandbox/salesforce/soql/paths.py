"""From a field path to a closure that reads it off a row, and to the field's description."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.salesforce.access import Access
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec, parse_fields
from connectors.sandbox.salesforce.soql.syntax import Path
from connectors.sandbox.salesforce.soql.tokens import query_error

Getter = Callable[[Row], Any]
Follow = Callable[[Row], Row | None]

# What is known of a record behind a reference that may lead to several objects (Owner, Who, What).
NAME = ObjectSpec(
    "Name",
    "Name",
    "",
    parse_fields(
        """
Id id system
Name string(255) system
FirstName string(40) readonly
LastName string(80) readonly
Email email readonly
Phone phone readonly
Title string(128) readonly
Alias string(8) readonly
Username string(80) readonly
IsActive boolean system
Type string(40) readonly
ProfileId reference(Profile) readonly as=Profile
"""
    ),
)
_ADDRESS_PARTS = {
    "city": "City",
    "country": "Country",
    "geocodeAccuracy": "GeocodeAccuracy",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "postalCode": "PostalCode",
    "state": "State",
    "street": "Street",
}


@dataclass(frozen=True, slots=True)
class Resolved:
    field: FieldSpec
    read: Getter


@dataclass(frozen=True, slots=True)
class Hop:
    """One step to a parent: its relationship's proper name, the entity that answers, how to get there."""

    name: str
    entity: ObjectSpec
    follow: Follow
    polymorphic: bool


class Paths:
    """Resolves paths on one root object as the running user sees it."""

    def __init__(self, org: Org, access: Access, soql: str, root: ObjectSpec) -> None:
        self._org, self._access, self._soql, self.root = org, access, soql, root

    def resolve(self, path: Path) -> Resolved:
        """Raises INVALID_FIELD for what does not exist or may not be seen, alike."""
        hops, field = self.walk(path)
        return Resolved(field, _through(hops, reader(hops[-1].entity if hops else self.root, field)))

    def walk(self, path: Path) -> tuple[list[Hop], FieldSpec]:
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() == self.root.name.lower() and not self.root.relation(parts[0]):
            parts = parts[1:]  # the object's own name may stand before its fields
        entity, hops = self.root, list[Hop]()
        for name in parts[:-1]:
            hop = self._hop(entity, name, path)
            hops.append(hop)
            entity = hop.entity
        return hops, self._field(entity, parts[-1], path)

    def _hop(self, entity: ObjectSpec, name: str, path: Path) -> Hop:
        field = entity.relation(name)
        if field is None or self._seen(entity, field.name) is None:
            raise query_error(
                "INVALID_FIELD",
                self._soql,
                path.at,
                f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom "
                "relationship, be sure to append the '__r' after the custom relationship name. Please reference your "
                "WSDL or the describe call for the appropriate names.",
            )
        if field.polymorphic:
            return Hop(field.relationship, NAME, self._follow_any(field.name), True)
        parent = self._org.schema.objects[field.refers[0]]
        return Hop(field.relationship, parent, self._follow_one(field.name, parent.name), False)

    def _follow_one(self, key: str, parent: str) -> Follow:
        tables = self._org.tables

        def follow(row: Row) -> Row | None:
            target = row.get(key)
            return tables[parent].get(target) if target else None

        return follow

    def _follow_any(self, key: str) -> Follow:
        def follow(row: Row) -> Row | None:
            found = self._org.by_id(row.get(key))
            if found is None:
                return None
            return {**found[1], "Type": "Queue" if found[0].name == "Group" else found[0].name}

        return follow

    def _field(self, entity: ObjectSpec, name: str, path: Path) -> FieldSpec:
        field = self._seen(entity, name)
        if field is None:
            raise query_error(
                "INVALID_FIELD",
                self._soql,
                path.at,
                f"No such column '{name}' on entity '{entity.name}'. If you are attempting to use a custom field, be "
                "sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call "
                "for the appropriate names.",
            )
        return field

    def _seen(self, entity: ObjectSpec, name: str) -> FieldSpec | None:
        return entity.find(name) if entity is NAME else self._access.find(entity, name)


def reader(entity: ObjectSpec, field: FieldSpec) -> Getter:
    """Reads one field off a sparse row."""
    name = field.name
    if field.type == "boolean":
        return lambda row: row.get(name, False)
    if field.type == "address":
        return _address_reader(name)
    return lambda row: row.get(name)


def _address_reader(name: str) -> Getter:
    prefix = name.removesuffix("Address")

    def read(row: Row) -> Any:
        parts = {key: row.get(prefix + part) for key, part in _ADDRESS_PARTS.items()}
        return parts if any(value is not None for value in parts.values()) else None

    return read


def _through(hops: list[Hop], read: Getter) -> Getter:
    for hop in reversed(hops):
        read = _one_hop(hop.follow, read)
    return read


def _one_hop(follow: Follow, read: Getter) -> Getter:
    def through(row: Row) -> Any:
        parent = follow(row)
        return None if parent is None else read(parent)

    return through
