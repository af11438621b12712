"""Guarded clustering: edges become groups, the strongest first, and a join that looks wrong is refused.

The answer depends on nothing but the edges and records of one connected component: not on input order, not on other
components. That is why a cycle may resolve only what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from sync.identity.features import Features
from sync.identity.guards import Refusal, refusal
from sync.identity.shared import NOTHING_SHARED, Shared

MOST_RECORDS_OF_A_PERSON = 15


class Standing(IntEnum):
    """How much an edge is worth before its weight counts; the higher joins first."""

    WEIGHED = 0  # by match weight
    CERTAIN = 1  # by an exact key
    TOLD = 2  # by a CRM: merged, converted, linked by the native integration
    DECIDED = 3  # by a reviewer


@dataclass(frozen=True, slots=True)
class ScoredEdge:
    """Why two records may be one person. `evidence` is a stable word."""

    left: int
    right: int
    weight: int = 0
    standing: Standing = Standing.WEIGHED
    evidence: str = "weight"


@dataclass(frozen=True, slots=True)
class Refused:
    """An edge that was not followed although strong enough; both ends stayed apart. Goes to review."""

    edge: ScoredEdge
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Clustering:
    """`groups`: records that are one person, two or more, ids ascending; groups by their first id.

    A record in no group stands alone. `joined` are the edges that made the groups (a spanning forest), `refused` the
    strongest edge between each two groups that were kept apart.
    """

    groups: tuple[tuple[int, ...], ...]
    joined: tuple[ScoredEdge, ...]
    refused: tuple[Refused, ...]


def cluster(
    nodes: Mapping[int, Features],
    edges: Iterable[ScoredEdge],
    cannot: Iterable[tuple[int, int]] = (),
    shared: Shared = NOTHING_SHARED,
    most: int = MOST_RECORDS_OF_A_PERSON,
) -> Clustering:
    """Joins records along `edges`, which have passed their threshold already.

    `nodes` holds at least the records that edges name. Decisions and what CRMs told join whatever the guards say, also
    beyond `most` records; only `cannot` stands above them, since it is always a person's own word. Of contradictory
    decisions on one pair only the newest may come here.
    """
    sets = _Sets(nodes, cannot, shared, most)
    joined: list[ScoredEdge] = []
    refused: list[Refused] = []
    for edge in sorted(edges, key=_rank):
        reason = sets.join(edge)
        if reason is None:
            joined.append(edge)
        elif reason is not Refusal.ALREADY_ONE:
            refused.append(Refused(edge, reason))
    return Clustering(sets.groups(), tuple(joined), tuple(_standing_apart(refused, sets)))


def _rank(edge: ScoredEdge) -> tuple[int, int, int, int, str]:
    low, high = (edge.left, edge.right) if edge.left < edge.right else (edge.right, edge.left)
    return (-edge.standing, -edge.weight, low, high, edge.evidence)


def _standing_apart(refused: Iterable[Refused], sets: _Sets) -> Iterable[Refused]:
    """One question for each two groups; none where other edges joined them after all."""
    asked: set[tuple[int, int]] = set()
    for refusal_ in refused:
        left, right = sorted((sets.root(refusal_.edge.left), sets.root(refusal_.edge.right)))
        if left != right and (left, right) not in asked:
            asked.add((left, right))
            yield refusal_


class _Sets:
    """Disjoint sets of records."""

    def __init__(
        self, nodes: Mapping[int, Features], cannot: Iterable[tuple[int, int]], shared: Shared, most: int
    ) -> None:
        self._nodes, self._shared, self._most = nodes, shared, most
        self._parent: dict[int, int] = {}
        self._members: dict[int, list[Features]] = {}  # by root, from two records on
        self._apart: dict[int, set[int]] = {}  # by root: records that must never come to it
        for left, right in cannot:
            self._apart.setdefault(left, set()).add(right)
            self._apart.setdefault(right, set()).add(left)

    def root(self, id: int) -> int:
        parent = self._parent
        root = id
        while (above := parent.get(root, root)) != root:
            root = above
        while id != root:
            parent[id], id = root, parent.get(id, root)
        return root

    def join(self, edge: ScoredEdge) -> Refusal | None:
        """Joins the sets of both ends; else the reason why not."""
        left, right = self.root(edge.left), self.root(edge.right)
        if left == right:
            return Refusal.ALREADY_ONE
        a, b = self._of(left), self._of(right)
        if self._decided_apart(left, b) or self._decided_apart(right, a):
            return Refusal.DECIDED_APART
        if edge.standing < Standing.TOLD:
            if len(a) + len(b) > self._most:
                return Refusal.TOO_MANY_RECORDS
            if reason := refusal(a, b, self._shared):
                return reason
        if len(a) < len(b):
            left, right, a, b = right, left, b, a
        self._unite(left, right, a, b)
        return None

    def groups(self) -> tuple[tuple[int, ...], ...]:
        return tuple(sorted(tuple(sorted(f.id for f in members)) for members in self._members.values()))

    def _of(self, root: int) -> list[Features]:
        return self._members.get(root) or [self._nodes[root]]

    def _decided_apart(self, root: int, others: list[Features]) -> bool:
        apart = self._apart.get(root)
        return apart is not None and any(f.id in apart for f in others)

    def _unite(self, large: int, small: int, members: list[Features], added: list[Features]) -> None:
        members.extend(added)
        self._members[large] = members
        self._members.pop(small, None)
        self._parent[small] = large
        if apart := self._apart.pop(small, None):
            self._apart.setdefault(large, set()).update(apart)
