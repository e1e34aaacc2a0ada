"""Largest remainder against the slow obvious one: fractions, hand-out unit by unit."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.apportion import UNIT, apportion, apportion_on

weight_lists = st.lists(
    st.one_of(st.integers(0, 50), st.fractions(min_value=0, max_value=5, max_denominator=12)), min_size=1, max_size=8
).filter(any)


def slow_apportion(total: int, weights: list[Fraction | int]) -> list[int]:
    """Give out what is left one unit at a time, each time to the quota that is furthest above its part."""
    weight_sum = sum(Fraction(weight) for weight in weights)
    quotas = [total * Fraction(weight) / weight_sum for weight in weights]
    parts = [int(quota) for quota in quotas]
    while sum(parts) < total:
        gaps = [quota - part for quota, part in zip(quotas, parts, strict=True)]
        parts[gaps.index(max(gaps))] += 1
    return parts


@given(st.integers(0, 10_000), weight_lists)
def test_apportion_equals_handing_out_unit_by_unit(total: int, weights: list[Fraction | int]) -> None:
    assert apportion(total, weights) == slow_apportion(total, weights)


@given(st.integers(0, 2**53), weight_lists)
def test_parts_add_up_stay_within_one_unit_and_give_nothing_for_nothing(
    total: int, weights: list[Fraction | int]
) -> None:
    parts = apportion(total, weights)
    weight_sum = sum(Fraction(weight) for weight in weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * Fraction(weight) / weight_sum) < 1
        assert weight or part == 0


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1, [0, 1, 1], [0, 1, 0]),
        (0, [3, 4], [0, 0]),
        (10, [Fraction(1, 3), Fraction(2, 3)], [3, 7]),
        # Balinski & Young: 26 seats, five states, Hamilton's apportionment
        (26, [9061, 7179, 5259, 3319, 1182], [9, 7, 5, 4, 1]),
    ],
)
def test_known_apportionments(total: int, weights: list[Fraction | int], parts: list[int]) -> None:
    assert apportion(total, weights) == parts


@pytest.mark.parametrize(("total", "weights"), [(5, [0, 0]), (5, []), (-1, [1]), (5, [2, -1])])
def test_what_cannot_be_divided_is_an_error(total: int, weights: list[Fraction | int]) -> None:
    with pytest.raises(ValueError, match=r"zero|negative"):
        apportion(total, weights)


def slow_apportion_on(total: int, weights: list[int], owed: list[int]) -> tuple[list[int], list[int]]:
    """Add what everybody is due, then give out one unit at a time to whoever is owed most."""
    due = [quota + debt for quota, debt in zip(apportion(total * UNIT, weights), owed, strict=True)]
    parts = [0] * len(weights)
    for _ in range(total):
        nth = due.index(max(due))
        due[nth] -= UNIT
        parts[nth] += 1
    return parts, due


@pytest.mark.parametrize("seed", range(30))
def test_divisions_that_follow_one_another_hand_out_unit_by_unit_to_whoever_is_owed_most(seed: int) -> None:
    rng = random.Random(seed)
    count = rng.randrange(1, 9)
    owed = [0] * count
    most = sum(Fraction(UNIT, nth) for nth in range(2, count + 1))
    for _ in range(100):
        weights = [rng.choice((0, 0, 1, rng.randrange(1, 100))) for _ in range(count)]
        weights[rng.randrange(count)] += 1
        total = rng.choice((0, 1, 1, 2, rng.randrange(30)))
        parts, after = apportion_on(total, weights, owed)
        assert (parts, after) == slow_apportion_on(total, weights, owed)
        assert sum(parts) == total
        assert sum(after) == 0
        assert -UNIT < min(after) <= max(after) <= most
        owed = after


def test_what_is_owed_is_one_each_and_adds_up_to_nothing() -> None:
    for owed in ([0], [1, 0]):
        with pytest.raises(ValueError, match="one each, zero"):
            apportion_on(1, [1, 1], owed)
