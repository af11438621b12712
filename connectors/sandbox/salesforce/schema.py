"""Objects and fields as describe knows them, and the short notation the catalogue is written in.

One field a line: `Name type(argument) flag flag=value ...`, for example

    LastName    string(80) required
    AccountId   reference(Account) as=Account children=Contacts
    Score__c    double(5,0) custom

Types are describe's words; the argument is a length, "precision,scale", referenced objects or picklist values,
separated by |. Flags: required, readonly, create (not changeable later), system (readonly and always set),
default=V, restricted, custom, unique, external, as=R (relationship name), children=R (child relationship),
label=Some_Label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

_LINE = re.compile(r"(?P<name>\w+)\s+(?P<type>\w+)(?:\((?P<argument>[^)]*)\))?\s*(?P<flags>.*)")
_LENGTHS = {"id": 18, "reference": 18, "email": 80, "phone": 40, "url": 255, "picklist": 255, "multipicklist": 4099}
_NUMBERS = {"double": (18, 0), "currency": (18, 2), "percent": (18, 2)}
LONG_TEXT_FROM = 256  # text areas up to 255 characters can be filtered, longer ones cannot


@dataclass(frozen=True, slots=True)
class FieldSpec:
    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    default: Any = None
    refers: tuple[str, ...] = ()
    relationship: str = ""
    children: str = ""
    values: tuple[tuple[str, str], ...] = ()  # picklist value and label
    restricted: bool = False
    custom: bool = False
    unique: bool = False
    external: bool = False

    @property
    def required(self) -> bool:
        """Must be given on insert: neither empty nor filled by a default."""
        return not self.nillable and self.createable and self.default is None and self.type != "boolean"

    @property
    def long_text(self) -> bool:
        return self.type == "textarea" and self.length >= LONG_TEXT_FROM

    @property
    def filterable(self) -> bool:
        return not self.long_text and self.type != "address"

    @property
    def sortable(self) -> bool:
        return self.filterable and self.type != "multipicklist"

    @property
    def numeric(self) -> bool:
        return self.type in ("int", "double", "currency", "percent")

    @property
    def polymorphic(self) -> bool:
        return len(self.refers) > 1

    @property
    def permissionable(self) -> bool:
        """Field-level security can be set; required and system fields are always seen."""
        optional = self.nillable or self.type == "boolean"
        return optional and self.type not in ("id", "address") and (self.createable or self.custom)

    def empty(self) -> Any:
        return False if self.type == "boolean" else None


@dataclass
class ObjectSpec:
    name: str
    label: str
    prefix: str
    fields: dict[str, FieldSpec] = field(default_factory=dict)
    writable: bool = True
    creatable: bool = True
    updatable: bool = True
    deletable: bool = True
    setup: bool = False  # needs the right to manage users and permissions
    bulk: bool = True
    tooling: bool = False  # only through the Tooling API

    def find(self, name: str) -> FieldSpec | None:
        """Field names are not case sensitive."""
        exact = self.fields.get(name)
        if exact is not None:
            return exact
        lower = name.lower()
        return next((spec for key, spec in self.fields.items() if key.lower() == lower), None)

    def relation(self, name: str) -> FieldSpec | None:
        lower = name.lower()
        return next((spec for spec in self.fields.values() if spec.relationship.lower() == lower and lower), None)


class Schema:
    """All objects of the org, by name and by key prefix."""

    def __init__(self, objects: Iterable[ObjectSpec]) -> None:
        self.objects = {spec.name: spec for spec in objects}
        self._by_lower = {name.lower(): spec for name, spec in self.objects.items()}
        self.by_prefix = {spec.prefix: spec for spec in self.objects.values() if spec.prefix}
        self.version = 0  # moves when fields come, go or change hands

    def find(self, name: str) -> ObjectSpec | None:
        return self._by_lower.get(name.lower())

    def children(self, parent: str) -> Iterator[tuple[ObjectSpec, FieldSpec]]:
        """Every (child object, its field) that refers to `parent`."""
        for spec in self.objects.values():
            for found in spec.fields.values():
                if parent in found.refers:
                    yield spec, found


def parse_field(line: str) -> FieldSpec:
    match = _LINE.fullmatch(line.strip())
    if not match:
        raise ValueError(f"not a field line: {line!r}")
    name, kind, argument = match["name"], match["type"], match["argument"] or ""
    flags = dict(part.partition("=")[::2] for part in match["flags"].split())
    free = "readonly" not in flags and "system" not in flags
    precision, scale = _digits(kind, argument)
    return FieldSpec(
        name=name,
        type=kind,
        label=flags.get("label", "").replace("_", " ") or _label(name, kind),
        length=_length(kind, argument),
        precision=precision,
        scale=scale,
        nillable=not ({"required", "system", "default"} & set(flags)) and kind != "boolean",
        createable=free,
        updateable=free and "create" not in flags,
        default=_default(kind, flags.get("default")),
        refers=tuple(argument.split("|")) if kind == "reference" else (),
        relationship=flags.get("as", ""),
        children=flags.get("children", ""),
        values=tuple((v, v) for v in argument.split("|") if v) if "picklist" in kind else (),
        restricted="restricted" in flags,
        custom="custom" in flags,
        unique="unique" in flags,
        external="external" in flags,
    )


def parse_fields(text: str) -> dict[str, FieldSpec]:
    specs = (parse_field(line) for line in text.splitlines() if line.strip())
    return {spec.name: spec for spec in specs}


def _label(name: str, kind: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("__c").replace("_", " "))
    if kind == "reference":
        words = re.sub(r" ?Id$", " ID", words)
    return words


def _length(kind: str, argument: str) -> int:
    if kind in ("string", "textarea", "email", "url", "phone") and argument:
        return int(argument)
    return _LENGTHS.get(kind, 255 if kind in ("string", "textarea") else 0)


def _digits(kind: str, argument: str) -> tuple[int, int]:
    if kind not in _NUMBERS:
        return 0, 0
    if not argument:
        return _NUMBERS[kind]
    precision, _, scale = argument.partition(",")
    return int(precision), int(scale or 0)


def _default(kind: str, text: str | None) -> Any:
    if text is None:
        return None
    if kind == "boolean":
        return text == "true"
    if kind == "int":
        return int(text)
    return text.replace("_", " ")
