"""Draws from unequal shares."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Wheel(Generic[T]):
    """Values with their shares, prepared once and drawn from often; shares need not add up to one."""

    __slots__ = ("_cumulative", "_last", "_total", "_values")

    def __init__(self, shares: Mapping[T, float] | Iterable[tuple[T, float]]) -> None:
        pairs = list(shares.items() if isinstance(shares, Mapping) else shares)
        self._values: Sequence[T] = [value for value, _ in pairs]
        self._cumulative = list(accumulate(share for _, share in pairs))
        self._total = self._cumulative[-1]
        self._last = len(pairs) - 1

    def draw(self, rng: random.Random) -> T:
        return self._values[bisect(self._cumulative, rng.random() * self._total, 0, self._last)]

    def values(self) -> Sequence[T]:
        return self._values


def zipf(values: Sequence[T], shift: float = 25.0) -> Wheel[T]:
    """A wheel over values in order of popularity; the larger `shift`, the flatter."""
    return Wheel((value, 1.0 / (rank + shift)) for rank, value in enumerate(values))
