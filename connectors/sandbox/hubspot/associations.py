"""Which record is associated with which, and by which association types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.hubspot.refusals import invalid

Pair = tuple[str, str]

# (from, to) -> (type id, reverse type id); the unlabelled type of each pair.
_UNLABELLED: dict[Pair, tuple[int, int]] = {
    ("contacts", "companies"): (279, 280),
    ("deals", "contacts"): (3, 4),
    ("deals", "companies"): (341, 342),
    ("companies", "calls"): (181, 182),
    ("companies", "emails"): (185, 186),
    ("companies", "meetings"): (187, 188),
    ("companies", "notes"): (189, 190),
    ("companies", "tasks"): (191, 192),
    ("contacts", "calls"): (193, 194),
    ("contacts", "emails"): (197, 198),
    ("contacts", "meetings"): (199, 200),
    ("contacts", "notes"): (201, 202),
    ("contacts", "tasks"): (203, 204),
    ("deals", "calls"): (205, 206),
    ("deals", "emails"): (209, 210),
    ("deals", "meetings"): (211, 212),
    ("deals", "notes"): (213, 214),
    ("deals", "tasks"): (215, 216),
    ("calls", "meetings"): (399, 400),
}
_PRIMARY: dict[Pair, tuple[int, int]] = {
    ("contacts", "companies"): (1, 2),
    ("deals", "companies"): (5, 6),
}


@dataclass(frozen=True)
class Label:
    """An association type of one direction."""

    type_id: int
    reverse_id: int
    category: str = "HUBSPOT_DEFINED"
    text: str | None = None

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"category": self.category, "typeId": self.type_id}
        return body if self.text is None else {**body, "label": self.text}


def _both_ways(table: Mapping[Pair, tuple[int, int]], text: str | None) -> dict[Pair, Label]:
    there = {pair: Label(one, other, text=text) for pair, (one, other) in table.items()}
    back = {(b, a): Label(other, one, text=text) for (a, b), (one, other) in table.items()}
    return {**there, **back}


UNLABELLED = _both_ways(_UNLABELLED, None)
PRIMARY = _both_ways(_PRIMARY, "Primary")


class Associations:
    """Always kept in both directions. Not thread safe: callers hold the lock of the app."""

    def __init__(self) -> None:
        self._types: dict[Pair, dict[str, dict[str, set[int]]]] = {}
        self._labels: dict[Pair, dict[int, Label]] = {}
        for table in (UNLABELLED, PRIMARY):
            for pair, label in table.items():
                self._labels.setdefault(pair, {})[label.type_id] = label

    def define(self, from_type: str, to_type: str, type_id: int, reverse_id: int, text: str) -> None:
        """A label that somebody in the account made."""
        self._labels[(from_type, to_type)][type_id] = Label(type_id, reverse_id, "USER_DEFINED", text)
        self._labels[(to_type, from_type)][reverse_id] = Label(reverse_id, type_id, "USER_DEFINED", text)

    def label(self, pair: Pair, category: str, type_id: int) -> Label:
        label = self._labels.get(pair, {}).get(type_id)
        if label is None or label.category != category:
            raise invalid(
                f"One or more association types are invalid: {category} {type_id} from {pair[0]} to {pair[1]}"
            )
        return label

    def pair_of(self, from_type: str, category: str, type_id: int) -> Pair:
        """The object types that a type id of an inline association connects: it alone tells the other end."""
        for pair, labels in self._labels.items():
            if pair[0] == from_type and type_id in labels and labels[type_id].category == category:
                return pair
        raise invalid(f"One or more association types are invalid: {category} {type_id} from {from_type}")

    def known_pair(self, from_type: str, to_type: str) -> Pair:
        if (from_type, to_type) not in self._labels:
            raise invalid(f"No association between {from_type} and {to_type} is defined")
        return from_type, to_type

    def link(self, pair: Pair, from_id: str, to_id: str, type_ids: Iterable[int] | None = None) -> None:
        """Adds types to a pair of records; without `type_ids` the unlabelled one, and Primary when it is free."""
        back = pair[1], pair[0]
        if back in _PRIMARY:  # the primary company is decided on the side of the contact or deal
            types = None if type_ids is None else [self._labels[pair][type_id].reverse_id for type_id in type_ids]
            return self.link(back, to_id, from_id, types)
        chosen = self._default(pair, from_id) if type_ids is None else {*type_ids, UNLABELLED[pair].type_id}
        self._primary_is_one(pair, from_id, chosen)
        reverse = {self._labels[pair][type_id].reverse_id for type_id in chosen}
        self._of(pair).setdefault(from_id, {}).setdefault(to_id, set()).update(chosen)
        self._of(back).setdefault(to_id, {}).setdefault(from_id, set()).update(reverse)
        return None

    def unlink(self, pair: Pair, from_id: str, to_id: str) -> None:
        self._of(pair).get(from_id, {}).pop(to_id, None)
        self._of((pair[1], pair[0])).get(to_id, {}).pop(from_id, None)

    def of(self, pair: Pair, from_id: str) -> dict[str, set[int]]:
        """Ids of the records at the other end, with the types."""
        return self._types.get(pair, {}).get(from_id, {})

    def labels(self, pair: Pair, type_ids: Iterable[int]) -> list[Label]:
        return [self._labels[pair][type_id] for type_id in sorted(type_ids)]

    def primary(self, pair: Pair, from_id: str) -> str | None:
        """The primary company of a contact or deal."""
        label = PRIMARY.get(pair)
        found = self.of(pair, from_id)
        return next((other for other, types in found.items() if label and label.type_id in types), None)

    def move(self, object_type: str, old_id: str, new_id: str) -> None:
        """Hands all associations of a merged record to its successor."""
        for pair in [pair for pair in self._types if pair[0] == object_type]:
            for other, types in list(self.of(pair, old_id).items()):
                kept = types - {PRIMARY[pair].type_id} if pair in PRIMARY and self.primary(pair, new_id) else types
                self.unlink(pair, old_id, other)
                self.link(pair, new_id, other, kept)

    def drop(self, object_type: str, object_id: str) -> None:
        for pair in [pair for pair in self._types if pair[0] == object_type]:
            for other in list(self.of(pair, object_id)):
                self.unlink(pair, object_id, other)

    def _of(self, pair: Pair) -> dict[str, dict[str, set[int]]]:
        return self._types.setdefault(pair, {})

    def _default(self, pair: Pair, from_id: str) -> set[int]:
        types = {UNLABELLED[pair].type_id}
        if pair in _PRIMARY and not self.primary(pair, from_id):
            types.add(PRIMARY[pair].type_id)
        return types

    def _primary_is_one(self, pair: Pair, from_id: str, chosen: set[int]) -> None:
        """A contact or deal has one primary company: the newest takes the place of the one before."""
        if pair not in _PRIMARY or PRIMARY[pair].type_id not in chosen:
            return
        label = PRIMARY[pair]
        for other, types in self.of(pair, from_id).items():
            if label.type_id in types:
                types.discard(label.type_id)
                self.of((pair[1], pair[0]), other)[from_id].discard(label.reverse_id)


def read_spec(spec: Any) -> tuple[str, int]:
    """Category and type id of an association type in a request."""
    try:
        return str(spec["associationCategory"]), int(spec["associationTypeId"])
    except (TypeError, KeyError, ValueError) as error:
        raise invalid("Some required fields were not set: [associationCategory, associationTypeId]") from error
