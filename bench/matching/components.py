"""Plain connected components: whatever is joined to whatever is one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def components(pairs: Iterable[tuple[T, T]]) -> dict[T, T]:
    """Every member of any pair -> the member that stands for its component."""
    parent: dict[T, T] = {}

    def root(id: T) -> T:
        above = parent.setdefault(id, id)
        while above != id:
            parent[id] = parent[above]
            id, above = above, parent[above]
        return id

    for left, right in pairs:
        parent[root(right)] = root(left)
    return {id: root(id) for id in list(parent)}
