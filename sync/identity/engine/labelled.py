"""Weights from pairs whose answer is known: how the shipped model is made, and how reviewers' decisions can move it.

Per level one number is fitted: its weight. The probability that a pair is one person is taken as 1 / (1 + 2^-w), w
being the sum that weighing makes of prior, levels and rarity (and a margin); so weights suit candidate pairs, where
the shares of a level among *random* pairs (what u is in theory) would not be: a colleague's mailbox says something else
once the company is known to be the same. m is counted; u follows from both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, log2

from sync.identity.engine.model import Level, Model

_LEAST_SHARE = 1e-4  # of m: a level nobody has seen is rare, not impossible
_MOST_U = 0.97
_BITS = log(2)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Candidate pairs that look alike. `offset`: bits of prior and rarity, which no level changes."""

    levels: tuple[int, ...]  # of name, email, place, detail
    offset: float
    matches: float
    others: float


@dataclass(frozen=True, slots=True)
class Trust:
    """How far labels may move a model.

    `spread`: bits a weight is expected to be off from the model's; `pairs`: what all matches together count for, so
    that a level hardly seen stays near the model's, however many pairs were generated. `caution`: bits by which weights
    are to stay below the odds found, because a wrong merge costs more than a missed one. On generated lists two bits
    cost 0.1 to 0.3 points of F1 and turn precision .98 into .99.
    """

    spread: float = 1.5
    pairs: float = 6_000.0
    caution: float = 2.0


def fit(model: Model, patterns: Sequence[Pattern], trust: Trust = Trust()) -> Model:
    """The model with the weights that fit the labels best; fixed levels keep theirs, ids and conditions all."""
    patterns = [replace(pattern, offset=pattern.offset + trust.caution) for pattern in patterns]
    shares = _matching_shares(model, patterns)
    weights = _fitted_weights(model, patterns, trust)
    comparisons = []
    for index, comparison in enumerate(model.comparisons):
        levels = [
            level if level.fixed else _worth(level, shares[index][number], weights[index, number])
            for number, level in enumerate(comparison.levels)
        ]
        comparisons.append(replace(comparison, levels=tuple(apart(levels))))
    return replace(model, revision=model.revision + 1, comparisons=tuple(comparisons))


def loss(model: Model, patterns: Iterable[Pattern]) -> float:
    """Mean log loss in bits: what a pair's answer still surprises who knows its weight."""
    weights = {(i, n): level.weight for i, c in enumerate(model.comparisons) for n, level in enumerate(c.levels)}
    total = surprise = 0.0
    for pattern in patterns:
        bits = pattern.offset + sum(weights[key] for key in enumerate(pattern.levels))
        surprise += pattern.matches * log2(1 + 2 ** min(-bits, 500)) + pattern.others * log2(1 + 2 ** min(bits, 500))
        total += pattern.matches + pattern.others
    return surprise / total


def apart(levels: Sequence[Level]) -> list[Level]:
    """The levels, with weights moved apart by a thousandth or two where several fell together."""
    taken: set[int] = set()
    result = []
    for level in levels:
        moved = level
        while moved.thousandths in taken:
            moved = replace(moved, u=moved.u * 0.999)
        taken.add(moved.thousandths)
        result.append(moved)
    return result


def _worth(level: Level, share: float, bits: float) -> Level:
    if level.plain:  # its u is what rarity is measured against: it stays, and m takes the change
        return replace(level, m=_rounded(min(level.u * 2**bits, _MOST_U)))
    u = share / 2**bits
    if u > _MOST_U:
        share, u = share * _MOST_U / u, _MOST_U
    return replace(level, m=_rounded(share), u=_rounded(u))


def _rounded(share: float) -> float:
    return float(f"{share:.5g}")


def _matching_shares(model: Model, patterns: Sequence[Pattern]) -> list[list[float]]:
    """m: how often each level applies to matching pairs, of those where the comparison tells anything."""
    found = []
    for index, comparison in enumerate(model.comparisons):
        counts = [0.0] * len(comparison.levels)
        for pattern in patterns:
            counts[pattern.levels[index]] += pattern.matches
        known = sum(counts[1:]) or 1.0
        found.append([min(max(count / known, _LEAST_SHARE), 1 - _LEAST_SHARE) for count in counts])
    return found


Key = tuple[int, int]


def _fitted_weights(model: Model, patterns: Sequence[Pattern], trust: Trust) -> Mapping[Key, float]:
    start = {(i, n): level.weight for i, c in enumerate(model.comparisons) for n, level in enumerate(c.levels)}
    free = [(i, n) for i, n in start if not model.comparisons[i].levels[n].fixed]
    scale = min(1.0, trust.pairs / (sum(pattern.matches for pattern in patterns) or 1.0))
    weights = dict(start)
    for _ in range(60):
        step = _newton_step(weights, start, free, patterns, scale, trust.spread)
        longest = max((abs(bits) for bits in step), default=0.0)
        damping = min(1.0, 2.0 / longest) if longest else 0.0  # far from the optimum a full step overshoots
        for key, bits in zip(free, step, strict=True):
            weights[key] += damping * bits
        if longest < 1e-6:
            break
    return weights


def _newton_step(
    weights: Mapping[Key, float],
    start: Mapping[Key, float],
    free: Sequence[Key],
    patterns: Sequence[Pattern],
    scale: float,
    spread: float,
) -> list[float]:
    """One step in bits towards the most probable weights: labels on one side, a normal prior around `start`."""
    place = {key: index for index, key in enumerate(free)}
    slope = [-(weights[key] - start[key]) / spread**2 for key in free]
    curve = [[1 / spread**2 if i == j else 0.0 for j in range(len(free))] for i in range(len(free))]
    for pattern in patterns:
        active = [place[key] for key in enumerate(pattern.levels) if key in place]
        bits = pattern.offset + sum(weights[key] for key in enumerate(pattern.levels))
        chance = 1 / (1 + exp(min(-bits * _BITS, 500.0)))
        pull = scale * _BITS * (pattern.matches * (1 - chance) - pattern.others * chance)
        bend = scale * _BITS**2 * (pattern.matches + pattern.others) * chance * (1 - chance)
        for i in active:
            slope[i] += pull
            for j in active:
                curve[i][j] += bend
    return _solved(curve, slope)


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss elimination; the matrix is positive definite, so no pivoting is needed."""
    size = len(right)
    for i in range(size):
        for j in range(i + 1, size):
            factor = matrix[j][i] / matrix[i][i]
            if factor:
                right[j] -= factor * right[i]
                for k in range(i, size):
                    matrix[j][k] -= factor * matrix[i][k]
    solution = [0.0] * size
    for i in reversed(range(size)):
        solution[i] = (right[i] - sum(matrix[i][k] * solution[k] for k in range(i + 1, size))) / matrix[i][i]
    return solution
