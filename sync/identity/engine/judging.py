"""When a model learnt at a site is taken, and when the shipped one stays. Needs no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sync.core.text import Text
from sync.identity.engine.model import Comparison, Level, Model

LEAST_RECORDS = 300_000
"""Below it a trained model never beat the shipped one, and at 10,000 records it was clearly worse."""
MOST_BITS_MOVED = 3.0
"""How far a level's weight may move from the shipped one before the training counts as gone astray."""


@dataclass(frozen=True, slots=True)
class Trained:
    """`model` is the trained one when `accepted`, else the one training began with; `reason` says why."""

    model: Model
    accepted: bool
    reason: Text


def judged(model: Model, learnt: Model) -> Trained:
    """The learnt model when every weight is within `MOST_BITS_MOVED` of the model's, else the model."""
    astray = [
        f"{comparison.id}.{old.id} ({old.weight:+.1f} → {new.weight:+.1f})"
        for comparison, old, new in side_by_side(model, learnt)
        if abs(new.weight - old.weight) > MOST_BITS_MOVED
    ]
    if astray:
        listed = ", ".join(astray)
        return kept(
            model,
            Text(
                en=f"weights left their sane range: {listed}",
                ja=f"重みが妥当な範囲を外れました: {listed}",
            ),
        )
    return Trained(learnt, True, Text(en="trained on this site's records", ja="このサイトのレコードで学習しました"))


def side_by_side(one: Model, two: Model) -> Iterator[tuple[Comparison, Level, Level]]:
    """Level by level; both models have the same ones."""
    for comparison, other in zip(one.comparisons, two.comparisons, strict=True):
        for left, right in zip(comparison.levels, other.levels, strict=True):
            yield comparison, left, right


def kept(model: Model, reason: Text) -> Trained:
    return Trained(model, False, reason)


def too_few(model: Model, records: int, least: int) -> Trained:
    return kept(
        model,
        Text(
            en=f"{records:,} records are fewer than the {least:,} that training needs",
            ja=f"レコード数 {records:,} 件は学習に必要な {least:,} 件に足りません",
        ),
    )
