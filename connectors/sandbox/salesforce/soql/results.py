"""Rows as the API sends them: JSON records with attributes and nested parents, or flat CSV columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.salesforce.org import Row
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec
from connectors.sandbox.salesforce.soql.paths import Getter, Hop, reader
from connectors.sandbox.salesforce.stamps import csv_form

Render = Callable[[Row], Any]


@dataclass
class Shape:
    """What is asked of one entity: own fields, parents, children, in the order of first mention."""

    entity: ObjectSpec
    plain: list[tuple[str, Getter]] = field(default_factory=list)
    parents: dict[str, tuple[Hop, Shape]] = field(default_factory=dict)
    children: list[tuple[str, Render]] = field(default_factory=list)

    def add(self, hops: list[Hop], spec: FieldSpec) -> None:
        if not hops:
            self.plain.append((spec.name, reader(self.entity, spec)))
            return
        hop = hops[0]
        if hop.name not in self.parents:
            self.parents[hop.name] = (hop, Shape(hop.entity))
        self.parents[hop.name][1].add(hops[1:], spec)

    def renderer(self, base: str, object_of: Callable[[str], str]) -> Render:
        """`base` is /services/data/vXX.0/sobjects/; `object_of` names the object an id belongs to."""
        name, plain = self.entity.name, self.plain
        nested = [
            (key, _parent(hop, shape.renderer(base, object_of), base, object_of))
            for key, (hop, shape) in self.parents.items()
        ]
        nested += self.children

        def render(row: Row) -> dict[str, Any]:
            url = f"{base}{name}/{row.get('Id', '')}"
            record: dict[str, Any] = {"attributes": {"type": name, "url": url}}
            for key, read in plain:
                record[key] = read(row)
            for key, show in nested:
                record[key] = show(row)
            return record

        return render


def _parent(hop: Hop, render: Render, base: str, object_of: Callable[[str], str]) -> Render:
    """A parent is an object or null. Behind a polymorphic reference it calls itself Name."""

    def show(row: Row) -> Any:
        parent = hop.follow(row)
        if parent is None:
            return None
        record = render(parent)
        if hop.polymorphic:
            record["attributes"]["url"] = f"{base}{object_of(parent['Id'])}/{parent['Id']}"
        return record

    return show


def csv_value(spec: FieldSpec, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if spec.type == "datetime":
        return csv_form(value)
    return str(value)
