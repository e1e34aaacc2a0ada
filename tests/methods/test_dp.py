"""The noise has the scale that the budget asks for, never less; what is said about it holds."""

from __future__ import annotations

from fractions import Fraction
from math import exp, inf, log, nextafter, sqrt
from statistics import fmean, pvariance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.dp import NANO, delta_of, discrete_gaussian, epsilon_of, half_width, rho_of, sigma_up


@given(st.integers(1, 10**30), st.integers(1, 10**12))
def test_sigma_is_never_below_the_exact_root_and_at_most_three_steps_above(l2_squared: int, rho_nano: int) -> None:
    sigma = sigma_up(l2_squared=l2_squared, rho_nano=rho_nano)
    variance = Fraction(l2_squared * NANO, 2 * rho_nano)
    assert Fraction(sigma) ** 2 >= variance
    below = nextafter(nextafter(nextafter(sigma, 0), 0), 0)
    assert Fraction(below) ** 2 < variance


@pytest.mark.parametrize(("l2_squared", "rho_nano"), [(0, 1), (1, 0), (-4, 1)])
def test_sigma_needs_a_sensitivity_and_a_budget(l2_squared: int, rho_nano: int) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        sigma_up(l2_squared=l2_squared, rho_nano=rho_nano)


@pytest.mark.parametrize(("l2_squared", "rho_nano"), [(1, 5 * 10**8), (7, 12_345_678), (10**12, 3)])
def test_opendp_agrees_on_what_a_release_costs(l2_squared: int, rho_nano: int) -> None:
    sigma = sigma_up(l2_squared=l2_squared, rho_nano=rho_nano)
    assert rho_of(l2_squared=l2_squared, sigma=sigma) == pytest.approx(rho_nano / NANO, rel=1e-12)


def test_noise_has_the_mean_and_the_variance_of_its_scale() -> None:
    drawn = discrete_gaussian([1_000] * 20_000, 25.0)
    assert abs(fmean(drawn) - 1_000) < 6 * 25 / sqrt(20_000)
    assert 0.94 < pvariance(drawn) / 25**2 < 1.06


def test_small_noise_falls_on_each_integer_as_often_as_the_density_says() -> None:
    """Chi-square over -3..3 and the rest: 7 degrees of freedom; above 40.5 once in a million runs."""
    sigma, samples = 1.5, 20_000
    weight = {x: exp(-(x**2) / (2 * sigma**2)) for x in range(-40, 41)}
    total = sum(weight.values())
    drawn = discrete_gaussian([0] * samples, sigma)
    expected = {x: samples * weight[x] / total for x in range(-3, 4)}
    chi = sum((drawn.count(x) - count) ** 2 / count for x, count in expected.items())
    rest = samples - sum(expected.values())
    chi += (sum(abs(x) > 3 for x in drawn) - rest) ** 2 / rest
    assert chi < 40.5


def test_no_values_need_no_noise() -> None:
    assert discrete_gaussian([], 3.0) == []


@pytest.mark.parametrize("sigma", [0.0, -1.0, inf])
def test_no_scale_draws_no_noise(sigma: float) -> None:
    """A scale of 0 would give the exact values away."""
    with pytest.raises(ValueError, match="not positive"):
        discrete_gaussian([1], sigma)


@settings(max_examples=60)
@given(st.floats(0.3, 200), st.integers(500, 999))
def test_an_interval_holds_at_least_what_it_says(sigma: float, confidence_permille: int) -> None:
    width = half_width(sigma=sigma, confidence_permille=confidence_permille)
    span = range(-int(12 * sigma) - 3, int(12 * sigma) + 4)
    weight = [exp(-(x**2) / (2 * sigma**2)) for x in span]
    inside = sum(w for x, w in zip(span, weight, strict=True) if abs(x) <= width)
    assert inside / sum(weight) >= confidence_permille / 1000
    assert width <= 4 * sigma + 1


@pytest.mark.parametrize("confidence_permille", [0, 1000])
def test_an_interval_needs_a_confidence_between_none_and_all(confidence_permille: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        half_width(sigma=1.0, confidence_permille=confidence_permille)


@given(st.integers(10**3, 4 * 10**9), st.floats(1e-12, 0.1))
def test_epsilon_is_below_the_closed_form_and_gives_back_its_delta(rho_nano: int, delta: float) -> None:
    rho = rho_nano / NANO
    epsilon = epsilon_of(rho_nano=rho_nano, delta=delta)
    assert 0 <= epsilon <= rho + 2 * sqrt(rho * log(1 / delta))
    assert delta_of(rho_nano=rho_nano, epsilon=epsilon) <= delta * (1 + 1e-6)


def test_delta_is_no_worse_than_any_order_of_a_plain_search() -> None:
    rho, epsilon = 0.05, 1.0

    def at(alpha: float) -> float:
        return exp((alpha - 1) * (alpha * rho - epsilon)) / (alpha - 1) * (1 - 1 / alpha) ** alpha

    slow = min(at(1 + n / 1000) for n in range(1, 100_000))
    assert delta_of(rho_nano=50_000_000, epsilon=epsilon) == pytest.approx(slow, rel=1e-5)


@pytest.mark.parametrize("delta", [0.0, 1.0, inf])
def test_epsilon_needs_a_delta_between_none_and_one(delta: float) -> None:
    with pytest.raises(ValueError, match="not within"):
        epsilon_of(rho_nano=1, delta=delta)
