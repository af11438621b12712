"""One state of a record, as it was between two writes."""

from __future__ import annotations

from connectors.sandbox.hubspot.object_types import ObjectType
from connectors.sandbox.hubspot.times import iso
from connectors.sandbox.hubspot.values import comparable


class Snapshot:
    """Never changed after it was made, so what search derives from a value is kept with it."""

    __slots__ = ("_numbers", "created_ms", "modified_ms", "number", "properties")

    def __init__(self, number: int, properties: dict[str, str], created_ms: int, modified_ms: int) -> None:
        self.number, self.properties = number, properties
        self.created_ms, self.modified_ms = created_ms, modified_ms
        self._numbers: dict[str, float | None] | None = None

    @classmethod
    def of(
        cls, kind: ObjectType, number: int, properties: dict[str, str], created_ms: int, modified_ms: int
    ) -> Snapshot:
        """Sets the create and modified dates among the properties too."""
        properties[kind.created], properties[kind.modified] = iso(created_ms), iso(modified_ms)
        made = cls(number, properties, created_ms, modified_ms)
        made._numbers = {kind.created: created_ms, kind.modified: modified_ms, "hs_object_id": number}
        return made

    def comparable(self, name: str, kind: str) -> float | None:
        """The value of a number, date or datetime property as a number; None when there is none."""
        if self._numbers is None:
            self._numbers = {}
        if name not in self._numbers:
            text = self.properties.get(name)
            self._numbers[name] = None if text is None else comparable(kind, text)
        return self._numbers[name]
