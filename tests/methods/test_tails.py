"""Bounds of tails lie above the exact tails, and hardly above them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import erfc, exp, fsum, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.tails import (
    first_below,
    gaussian_mass_down,
    gaussian_mean_absolute,
    gaussian_sum_width,
    gaussian_tail_up,
    laplace_mean_absolute,
    laplace_tail_up,
)

SIGMAS = st.floats(0.2, 60)


def gaussian_weights(sigma: float) -> dict[int, float]:
    """The definition, term by term: e^(-x²/2σ²) over all integers that a float can tell from 0."""
    reach = int(38 * sigma) + 2
    return {x: exp(-(x**2) / (2 * sigma**2)) for x in range(-reach, reach + 1)}


def slow_gaussian_tail(m: int, sigma: float) -> float:
    weights = gaussian_weights(sigma)
    return fsum(w for x, w in weights.items() if x >= m) / fsum(weights.values())


@settings(max_examples=60, deadline=None)
@given(SIGMAS, st.floats(-2, 8))
def test_a_gaussian_tail_is_bounded_from_above_and_within_a_millionth(sigma: float, far: float) -> None:
    m = round(far * sigma)
    exact = slow_gaussian_tail(m, sigma)
    assert exact * (1 - 1e-12) <= gaussian_tail_up(m, sigma)
    if m >= 1:
        assert gaussian_tail_up(m, sigma) <= exact * 1.000001 + 1e-299


@settings(max_examples=60, deadline=None)
@given(SIGMAS)
def test_the_normaliser_is_never_overstated(sigma: float) -> None:
    exact = fsum(gaussian_weights(sigma).values())
    assert exact * (1 - 3e-4) <= gaussian_mass_down(sigma) <= exact


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.7, 9.3, 250.0])
@pytest.mark.parametrize("far", [0, 0.5, 1, 1.5, 3, 6])
def test_the_continuous_tail_half_a_step_up_bounds_the_discrete_one(sigma: float, far: float) -> None:
    """The inequality that stands in beyond σ = 1024 already holds far below it."""
    m = 1 + round(far * sigma)
    assert slow_gaussian_tail(m, sigma) <= erfc((m - 0.5) / (sigma * sqrt(2))) / 2 * (1 + 1e-9)


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.7, 9.3])
def test_noise_is_stochastically_below_a_continuous_gaussian_plus_one(sigma: float) -> None:
    for m in range(-int(6 * sigma) - 2, int(6 * sigma) + 3):
        assert slow_gaussian_tail(m, sigma) <= erfc((m - 1) / (sigma * sqrt(2))) / 2 + 1e-14


@pytest.mark.parametrize("sigma", [0.3, 1000.0, 1e6])
def test_a_point_beyond_every_float_has_next_to_no_tail(sigma: float) -> None:
    assert 0 < gaussian_tail_up(2**53, sigma) < 1e-299


def test_the_two_ways_of_bounding_meet_at_their_border() -> None:
    for m in (1, 1024, 5000):
        assert gaussian_tail_up(m, 1024.0) == pytest.approx(gaussian_tail_up(m, 1024.0001), rel=1e-3)


@settings(max_examples=60)
@given(st.floats(0.1, 50), st.integers(1, 60))
def test_a_laplace_tail_is_its_geometric_sum(scale: float, m: int) -> None:
    q = exp(-1 / scale)
    exact = fsum((1 - q) / (1 + q) * q**x for x in range(m, m + int(60 * scale) + 60))
    assert exact * (1 - 1e-10) <= laplace_tail_up(m, scale) <= exact * (1 + 1e-6) + 1e-25


@pytest.mark.parametrize("tail_up", [gaussian_tail_up, laplace_tail_up])
def test_no_tail_starts_below_one(tail_up: Callable[[int, float], float]) -> None:
    assert tail_up(0, 3.0) == tail_up(-5, 3.0) == 1.0


@given(st.integers(1, 10**6))
def test_the_first_point_below_a_probability_is_found(edge: int) -> None:
    assert first_below(lambda m: 0.5 if m < edge else 0.1, probability=0.2) == edge


def laplace_tail_up_of_one(m: int) -> float:
    return laplace_tail_up(m, 1.0)


def test_a_probability_that_no_float_shows_is_not_searched_for() -> None:
    with pytest.raises(ValueError, match="no tail can be shown"):
        first_below(laplace_tail_up_of_one, probability=0.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.floats(0.3, 3)), min_size=1, max_size=3), st.sampled_from([25, 5, 1]))
def test_a_weighted_sum_exceeds_its_width_as_seldom_as_said(parts: list[tuple[int, float]], side: int) -> None:
    """Against the exact distribution of the sum, by convolution."""
    sums = {0: 1.0}
    for weight, sigma in parts:
        weights = {x: w for x, w in gaussian_weights(sigma).items() if abs(x) <= 9 * sigma + 1}
        total = fsum(weights.values())
        new: dict[int, float] = {}
        for at, chance in sums.items():
            for x, w in weights.items():
                new[at + weight * x] = new.get(at + weight * x, 0.0) + chance * w / total
        sums = new
    width = gaussian_sum_width(
        variance=sum((weight * sigma) ** 2 for weight, sigma in parts),
        steps=Fraction(sum(weight for weight, _ in parts)),
        each_side=Fraction(side, 1000),
    )
    assert fsum(chance for at, chance in sums.items() if at >= width) <= side / 1000


def test_exact_parts_have_no_width() -> None:
    assert gaussian_sum_width(variance=0.0, steps=Fraction(0), each_side=Fraction(1, 40)) == 0


@settings(max_examples=40, deadline=None)
@given(SIGMAS)
def test_mean_absolute_errors_are_those_of_the_definition(sigma: float) -> None:
    weights = gaussian_weights(sigma)
    slow = fsum(abs(x) * w for x, w in weights.items()) / fsum(weights.values())
    assert gaussian_mean_absolute(sigma) == pytest.approx(slow, rel=1e-9)
    q = exp(-1 / sigma)
    slow = fsum(2 * x * (1 - q) / (1 + q) * q**x for x in range(1, int(60 * sigma) + 60))
    assert laplace_mean_absolute(sigma) == pytest.approx(slow, rel=1e-9)


def test_beyond_the_summed_scales_the_mean_error_goes_on_smoothly() -> None:
    assert gaussian_mean_absolute(1024.0) == pytest.approx(gaussian_mean_absolute(1024.0001), rel=1e-6)
