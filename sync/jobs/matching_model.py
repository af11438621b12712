"""By which matching model the stored pairs were weighed, and what may therefore be said of them."""

from __future__ import annotations

from sync.identity.engine.explain import Part, part_of, parts
from sync.identity.engine.model import PARTS, Model
from sync.repository import PairRow, RunUnit

BEING_USED = "weighing_model"
"""Fact: edition of the model by which pairs are weighed since it was put down."""
USED_FOR_ALL = "matching_model"
"""Fact: edition of the model by which every stored pair was weighed. Differs from the other one while pairs are weighed
anew."""


def model_of_pairs(unit: RunUnit, model: Model) -> Model | None:
    """The model, when it is the one all stored pairs were weighed by: else the numbers of their levels may be those of
    another one."""
    return model if unit.fact(USED_FOR_ALL) == model.edition else None


def pair_parts(pair: PairRow, model: Model | None) -> tuple[Part, ...]:
    """A pair's weight in its parts. Without a model what was found equal is left out, and only figures are told."""
    weights = {name: getattr(pair, name) for name in PARTS}
    if model is None:
        return tuple(part_of(name, "", weight) for name, weight in weights.items())
    return parts(weights | {f"{name}_level": getattr(pair, f"{name}_level") for name in PARTS}, model)
