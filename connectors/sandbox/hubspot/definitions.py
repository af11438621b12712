"""Property definitions and groups of one object type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot.times import iso_trimmed

UNIQUE_PROPERTIES_PER_TYPE = 10


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    hidden: bool = False
    display_order: int = -1
    description: str = ""

    def body(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "value": self.value,
            "hidden": self.hidden,
            "displayOrder": self.display_order,
            "description": self.description,
        }


@dataclass
class Definition:
    name: str
    type: str  # string, number, date, datetime, enumeration, bool, phone_number
    field_type: str
    group: str
    label: str = ""
    options: tuple[Option, ...] = ()
    description: str = ""
    read_only: bool = False
    standard: bool = True
    unique: bool = False
    hidden: bool = False
    form_field: bool = False
    display_order: int = -1
    created_ms: int = 0
    updated_ms: int = 0
    archived_ms: int | None = None
    values: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.label = self.label or self.name.removeprefix("hs_").replace("_", " ").capitalize()
        self.values = frozenset(option.value for option in self.options)

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": [option.body() for option in self.options],
            "createdAt": iso_trimmed(self.created_ms),
            "updatedAt": iso_trimmed(self.updated_ms),
            "displayOrder": self.display_order,
            "calculated": False,
            "externalOptions": False,
            "archived": self.archived_ms is not None,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.standard,
            "formField": self.form_field,
            "dataSensitivity": "non_sensitive",
            "modificationMetadata": {
                "archivable": not self.standard,
                "readOnlyDefinition": self.standard,
                "readOnlyOptions": self.standard,
                "readOnlyValue": self.read_only,
            },
        }
        if self.archived_ms is not None:
            body["archivedAt"] = iso_trimmed(self.archived_ms)
        return body


@dataclass
class Group:
    name: str
    label: str
    display_order: int = -1
    standard: bool = False

    def body(self) -> dict[str, Any]:
        return {"name": self.name, "label": self.label, "displayOrder": self.display_order, "archived": False}


@dataclass
class Definitions:
    """`live` are the ones that can be read and written; an archived one still blocks its name."""

    live: dict[str, Definition] = field(default_factory=dict)
    archived: dict[str, Definition] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    unique_names: list[str] = field(default_factory=list)

    def add(self, definition: Definition) -> None:
        self.live[definition.name] = definition
        if definition.unique:
            self.unique_names.append(definition.name)

    def archive(self, name: str, ms: int) -> None:
        definition = self.live.pop(name)
        definition.archived_ms = ms
        self.archived[name] = definition
        if definition.unique:
            self.unique_names.remove(name)

    def taken(self, name: str) -> bool:
        return name in self.live or name in self.archived

    def known(self, names: Iterable[str]) -> list[str]:
        """Of the names asked for those that exist, each once, in the order asked for."""
        return [name for name in dict.fromkeys(names) if name in self.live]
