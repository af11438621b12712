"""Weights out of answers: simulated pairs whose true weights are known."""

from dataclasses import replace
from itertools import product
from math import log2

import pytest

from sync.identity.engine.labelled import Pattern, Trust, apart, fit, loss
from sync.identity.engine.model import Level, Model, dump, load, shipped

PRIOR = -11.0
FULL_TRUST = Trust(spread=50.0, pairs=1e12, caution=0.0)


def keys(model: Model) -> list[tuple[int, int]]:
    return [(i, n) for i, comparison in enumerate(model.comparisons) for n in range(len(comparison.levels))]


def level(model: Model, key: tuple[int, int]) -> Level:
    return model.comparisons[key[0]].levels[key[1]]


def total(model: Model, levels: tuple[int, ...], rarity: float) -> float:
    """Bits of a pair as weighing makes them; rarity is log2 of the name's share."""
    name = level(model, (0, levels[0]))
    extra = name.rarity * (_log_plain_u(model) - rarity) if name.rarity else 0.0
    return PRIOR + extra + sum(level(model, key).weight for key in enumerate(levels))


def _log_plain_u(model: Model) -> float:
    return log2(model.comparisons[0].plain_u)


def simulated(model: Model, start: Model) -> list[Pattern]:
    """A thousand pairs of each pattern, as many of them matches as the model says."""
    found = []
    for levels in product(*(range(len(comparison.levels)) for comparison in model.comparisons)):
        for rarity in (-14.0, -9.0) if sum(levels) % 3 == 0 else ():  # a third of them tells enough
            chance = 1 / (1 + 2 ** -total(model, levels, rarity))
            offset = total(start, levels, rarity) - sum(level(start, key).weight for key in enumerate(levels))
            found.append(Pattern(levels, offset, 1000 * chance, 1000 * (1 - chance)))
    return found


def other_than(model: Model) -> Model:
    """The model with every free weight moved by up to a bit and a half."""
    comparisons = []
    for c in model.comparisons:
        levels = [
            x if x.fixed or x.plain else replace(x, u=x.u * 2 ** ((-1) ** n * (0.3 + n / 10)) if x.u < 0.3 else x.u)
            for n, x in enumerate(c.levels)
        ]
        comparisons.append(replace(c, levels=tuple(apart(levels))))
    return replace(model, comparisons=tuple(comparisons))


def test_weights_are_found_again_from_answers() -> None:
    truth = other_than(shipped())
    fitted = fit(shipped(), simulated(truth, shipped()), FULL_TRUST)
    for key in keys(truth):
        assert level(fitted, key).weight == pytest.approx(level(truth, key).weight, abs=0.02)


def test_fitting_lowers_the_loss_on_its_answers() -> None:
    patterns = simulated(other_than(shipped()), shipped())
    assert loss(fit(shipped(), patterns, Trust(caution=0.0)), patterns) < loss(shipped(), patterns)


def test_what_was_set_by_hand_stays() -> None:
    fitted = fit(shipped(), simulated(other_than(shipped()), shipped()))
    assert [level(fitted, key) for key in keys(fitted) if level(shipped(), key).fixed] == [
        level(shipped(), key) for key in keys(fitted) if level(shipped(), key).fixed
    ]


def test_without_answers_weights_stay() -> None:
    fitted = fit(shipped(), [])
    for key in keys(fitted):
        assert level(fitted, key).weight == pytest.approx(level(shipped(), key).weight, abs=0.01)


def test_few_answers_move_a_weight_less_than_many() -> None:
    free = min(
        (key for key in keys(shipped()) if not level(shipped(), key).fixed and key[0] == 1),
        key=lambda key: abs(level(shipped(), key).weight),
    )
    levels = (0, free[1], 0, 0)

    def move(matches: float) -> float:
        fitted = fit(shipped(), [Pattern(levels, 0.0, matches, 0.0)], Trust(pairs=1e12, caution=0.0))
        return level(fitted, free).weight - level(shipped(), free).weight

    assert 0 <= move(1) < move(1000)


def test_caution_keeps_weights_below_the_odds() -> None:
    patterns = simulated(shipped(), shipped())
    fitted = fit(shipped(), patterns, replace(FULL_TRUST, caution=2.0))
    levels = (4, 6, 5, 2)
    assert total(fitted, levels, -12.0) == pytest.approx(total(shipped(), levels, -12.0) - 2.0, abs=0.5)


def test_the_fitted_model_is_a_valid_file() -> None:
    fitted = fit(shipped(), simulated(other_than(shipped()), shipped()))
    assert load(dump(fitted)) == fitted


def test_weights_that_fall_together_are_moved_apart_by_next_to_nothing() -> None:
    one = level(shipped(), (1, 2))
    moved = apart([one, replace(one, id="twin"), replace(one, id="triplet")])
    assert len({each.thousandths for each in moved}) == 3
    assert max(abs(each.weight - one.weight) for each in moved) < 0.01
