"""The figures of the matching bench, on clusters small enough to count by hand."""

from __future__ import annotations

import pytest

from bench.matching.metrics import quality

TRUTH = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2}


def test_the_truth_itself_is_perfect() -> None:
    found = quality({"a": "x", "b": "x", "c": "x", "d": "y", "e": "y"}, TRUTH)
    assert (found.precision, found.recall, found.f1, found.b_f1) == (1, 1, 1, 1)
    assert (found.most_people, found.mixed) == (1, 0)


def test_everything_apart_finds_no_pair_and_makes_no_error() -> None:
    found = quality({}, TRUTH)
    assert (found.precision, found.recall, found.f1) == (1, 0, 0)
    assert found.b_precision == 1
    assert found.b_recall == pytest.approx((3 * (1 / 3) + 2 * (1 / 2)) / 5)


def test_one_false_join_and_one_missed_pair_are_counted() -> None:
    found = quality({"a": "x", "b": "x", "c": "y", "d": "y", "e": "z"}, TRUTH)
    assert (found.precision, found.recall) == (1 / 2, 1 / 4)  # ab right, cd wrong; of ab ac bc de one found
    assert found.b_precision == pytest.approx((1 + 1 + 1 / 2 + 1 / 2 + 1) / 5)
    assert found.b_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5)
    assert (found.most_people, found.mixed) == (2, 1)
