"""A quantile read off a noisy histogram: exact without noise, covered with it, never upset by what the counts are."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from math import exp
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.quantile import isotonic, quantile

EDGES = tuple(range(-30, 95, 5))
"""Minutes of delay, 24 bins."""


def exact_quantile(values: list[int], permille: int) -> int:
    """The smallest value with at least permille/1000 of all at or below it, by counting."""
    return next(v for v in sorted(values) if 1000 * sum(w <= v for w in values) >= permille * len(values))


def histogram(values: list[int], edges: tuple[int, ...]) -> list[int]:
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[bisect_right(edges, value) - 1] += 1
    return counts


@given(st.lists(st.integers(-30, 89), min_size=1, max_size=60), st.integers(1, 999))
def test_without_noise_the_result_lies_in_the_bin_of_the_exact_quantile(values: list[int], permille: int) -> None:
    found = quantile(histogram(values, EDGES), EDGES, permille=permille, sigma=0.0, confidence_permille=950)
    assert found is not None
    exact = exact_quantile(values, permille)
    assert (found.low, found.high) == (exact // 5 * 5, exact // 5 * 5 + 5)
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(
    ("counts", "edges", "permille", "value"),
    [
        ([10, 10], (0, 10, 20), 500, Fraction(10)),
        ([10, 10], (0, 10, 20), 250, Fraction(5)),
        ([0, 4, 0], (0, 10, 20, 30), 500, Fraction(15)),
        ([1, 2], (0, 3, 9), 500, Fraction(9, 2)),
        ([5, -3, 8], (0, 10, 20, 30), 500, Fraction(290, 13)),  # -5, 0, -3, 5 is repaired to -5, -3/2, -3/2, 5
        ([-4, 9], (0, 10, 20), 1, Fraction(1801, 140)),
    ],
)
def test_known_quantiles(counts: list[int], edges: tuple[int, ...], permille: int, value: Fraction) -> None:
    found = quantile(counts, edges, permille=permille, sigma=1.0, confidence_permille=950)
    assert found is not None
    assert found.value == value


@settings(max_examples=200)
@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30),
    st.integers(1, 999),
    st.floats(0, 1e7),
    st.integers(1, 999),
)
def test_whatever_the_counts_are_there_is_a_value_within_its_interval_or_none(
    counts: list[int], permille: int, sigma: float, confidence_permille: int
) -> None:
    edges = tuple(range(0, 7 * (len(counts) + 1), 7))
    found = quantile(counts, edges, permille=permille, sigma=sigma, confidence_permille=confidence_permille)
    if found is None:
        assert sum(counts) <= 0
    else:
        assert edges[0] <= found.low <= found.value <= found.high <= edges[-1]
        assert found.low < found.high
        assert {found.low, found.high} <= set(edges)


@pytest.mark.parametrize("counts", [[0, 0], [0], [3, -5], [-1]])
def test_nothing_counted_has_no_quantile(counts: list[int]) -> None:
    edges = tuple(range(len(counts) + 1))
    assert quantile(counts, edges, permille=500, sigma=2.0, confidence_permille=950) is None


@pytest.mark.parametrize(
    ("permille", "size", "sigma", "middle", "spread"),
    [
        (500, 400, 4.0, 8, 22),
        (900, 400, 4.0, 8, 22),
        (250, 1000, 20.0, 8, 22),
        (500, 60, 6.0, 8, 22),
        (900, 400, 20.0, -25, 4),
    ],
)
def test_the_interval_holds_the_exact_quantile_as_often_as_it_says(
    permille: int, size: int, sigma: float, middle: int, spread: int
) -> None:
    """600 noisy histograms of seeded tables under seeded noise, 900 permille asked; none given is a miss."""
    rng, runs, covered = Random(permille + size), 600, 0
    reach = range(-int(8 * sigma), int(8 * sigma) + 1)
    weights = [exp(-(x**2) / (2 * sigma**2)) for x in reach]
    for _ in range(runs):
        values = [min(89, max(-30, round(rng.gauss(middle, spread)))) for _ in range(size)]
        noise = rng.choices(reach, weights, k=len(EDGES) - 1)
        noisy = [count + more for count, more in zip(histogram(values, EDGES), noise, strict=True)]
        found = quantile(noisy, EDGES, permille=permille, sigma=sigma, confidence_permille=900)
        covered += found is not None and found.low <= exact_quantile_fast(values, permille) < found.high
    assert covered >= 540


def exact_quantile_fast(values: list[int], permille: int) -> int:
    return sorted(values)[-(-permille * len(values) // 1000) - 1]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40), st.integers(1, 999))
def test_the_fast_oracle_is_the_slow_one(values: list[int], permille: int) -> None:
    assert exact_quantile_fast(values, permille) == exact_quantile(values, permille)


def test_more_rows_make_a_narrower_interval() -> None:
    widths = []
    for rows in (5, 50, 500, 5000):
        found = quantile([rows] * 24, EDGES, permille=500, sigma=10.0, confidence_permille=950)
        assert found is not None
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] <= 10 < widths[0]


def slow_isotonic(values: list[int]) -> list[Fraction]:
    """The max-min formula: of all stretches that end at or after i and start at or before it, the means."""
    n = len(values)
    return [
        max(min(Fraction(sum(values[a : b + 1]), b + 1 - a) for b in range(i, n)) for a in range(i + 1))
        for i in range(n)
    ]


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=14))
def test_the_repair_is_the_nearest_rising_sequence(values: list[int]) -> None:
    repaired = isotonic(values)
    assert repaired == slow_isotonic(values)
    assert repaired == sorted(repaired)
    assert sum(repaired) == sum(values)


@pytest.mark.parametrize(
    ("counts", "edges", "permille", "confidence"),
    [
        ([1], (0, 1), 0, 950),
        ([1], (0, 1), 1000, 950),
        ([1], (0, 1), 500, 1000),
        ([1], (0,), 500, 950),
        ([1, 2], (0, 5, 5), 500, 950),
        ([], (0,), 500, 950),
    ],
)
def test_a_quantile_needs_rising_edges_and_an_order_within_them(
    counts: list[int], edges: tuple[int, ...], permille: int, confidence: int
) -> None:
    with pytest.raises(ValueError, match=r"not within|edges"):
        quantile(counts, edges, permille=permille, sigma=1.0, confidence_permille=confidence)
