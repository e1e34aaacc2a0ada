"""Laplace noise has the scale that its loss asks for; what it costs in zCDP is never understated."""

from __future__ import annotations

from fractions import Fraction
from math import exp, fsum, log, nextafter, sqrt
from statistics import fmean, pvariance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.dp import NANO
from mumian.methods.laplace import (
    discrete_laplace,
    epsilon_by_opendp,
    epsilon_nano_of,
    laplace_scale_up,
    rho_nano_of,
    rho_nano_up,
    scale_for_rho,
)
from mumian.methods.mechanisms import Mechanism, at_scales, half_width_of, noise_of


@given(st.integers(1, 10**30), st.integers(1, 10**12))
def test_the_scale_is_the_float_at_or_just_above_the_quotient(l1: int, epsilon_nano: int) -> None:
    scale = laplace_scale_up(l1=l1, epsilon_nano=epsilon_nano)
    exact = Fraction(l1 * NANO, epsilon_nano)
    assert Fraction(nextafter(scale, 0)) < exact <= Fraction(scale)


@pytest.mark.parametrize(("l1", "epsilon_nano"), [(0, 1), (1, 0), (-3, 5)])
def test_a_scale_needs_a_sensitivity_and_a_budget(l1: int, epsilon_nano: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        laplace_scale_up(l1=l1, epsilon_nano=epsilon_nano)


@pytest.mark.parametrize(("l1", "epsilon_nano"), [(1, 10**9), (7, 12_345_678), (10**12, 3), (3, 7 * 10**9)])
def test_opendp_agrees_on_the_pure_loss(l1: int, epsilon_nano: int) -> None:
    scale = laplace_scale_up(l1=l1, epsilon_nano=epsilon_nano)
    assert epsilon_by_opendp(l1=l1, scale=scale) == pytest.approx(epsilon_nano / NANO, rel=1e-12)


def test_noise_falls_on_each_integer_as_often_as_the_density_says() -> None:
    """Chi-square over -3..3 and the rest: 7 degrees of freedom; above 40.5 once in a million runs."""
    q, samples = exp(-1 / 1.5), 20_000
    drawn = discrete_laplace([10] * samples, 1.5)
    expected = {x: samples * (1 - q) / (1 + q) * q ** abs(x) for x in range(-3, 4)}
    rest = samples - sum(expected.values())
    chi = sum((drawn.count(10 + x) - count) ** 2 / count for x, count in expected.items())
    chi += (sum(abs(x - 10) > 3 for x in drawn) - rest) ** 2 / rest
    assert chi < 40.5


def test_large_noise_has_the_mean_and_the_variance_of_its_scale() -> None:
    drawn = discrete_laplace([1_000] * 20_000, 500.0)
    assert abs(fmean(drawn) - 1_000) < 6 * 500 * sqrt(2 / 20_000)
    assert 0.88 < pvariance(drawn) / (2 * 500**2) < 1.12


def test_no_values_need_no_noise_and_no_scale_draws_none() -> None:
    assert discrete_laplace([], 3.0) == []
    with pytest.raises(ValueError, match="not positive"):
        discrete_laplace([1], 0.0)


@pytest.mark.parametrize("mechanism", list(Mechanism))
@settings(max_examples=40, deadline=None)
@given(scale=st.floats(0.2, 60), permille=st.integers(500, 999))
def test_a_half_width_is_the_smallest_that_holds_what_it_says(
    mechanism: Mechanism, scale: float, permille: int
) -> None:
    reach = range(-int(40 * scale) - 9, int(40 * scale) + 10)
    power = (lambda x: -abs(x) / scale) if mechanism is Mechanism.LAPLACE else (lambda x: -(x**2) / (2 * scale**2))
    weight = {x: exp(power(x)) for x in reach}
    total = fsum(weight.values())
    width = half_width_of(mechanism, scale=scale, confidence_permille=permille)

    def inside(h: int) -> float:
        return fsum(w for x, w in weight.items() if abs(x) <= h) / total

    assert inside(width) >= permille / 1000 - 1e-9
    assert width == 1 or inside(width - 1) < permille / 1000 + 1e-8


@pytest.mark.parametrize("permille", [0, 1000])
def test_a_half_width_needs_a_confidence(permille: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        half_width_of(Mechanism.LAPLACE, scale=1.0, confidence_permille=permille)


@given(st.integers(0, 10**13))
def test_the_price_of_a_pure_loss_is_rounded_up_and_what_a_price_buys_down(epsilon_nano: int) -> None:
    rho_nano = rho_nano_of(epsilon_nano)
    exact = Fraction(epsilon_nano, NANO) ** 2 / 2 * NANO
    assert exact <= rho_nano < exact + 1
    assert epsilon_nano_of(rho_nano) >= epsilon_nano


@given(st.integers(0, 10**16))
def test_what_a_budget_buys_never_costs_more_than_the_budget(rho_nano: int) -> None:
    epsilon_nano = epsilon_nano_of(rho_nano)
    assert rho_nano_of(epsilon_nano) <= rho_nano < Fraction((epsilon_nano + 1) ** 2, 2 * NANO)


def slow_renyi(*, step: int, scale: float, alpha: float) -> float:
    """The Rényi divergence of order alpha between the noise and the noise moved by `step`, from its definition."""
    q = exp(-1 / scale)
    reach = range(-int(40 * scale) - step - 9, int(40 * scale) + step + 10)
    mass = (1 - q) / (1 + q)
    if alpha == 1:
        return fsum(mass * q ** abs(x) * (abs(x - step) - abs(x)) / scale for x in reach)
    return log(fsum(mass * exp((-alpha * abs(x) - (1 - alpha) * abs(x - step)) / scale) for x in reach)) / (alpha - 1)


@pytest.mark.parametrize(("step", "scale"), [(1, 0.3), (1, 1.0), (1, 4.0), (3, 2.0), (20, 7.0), (5, 40.0)])
def test_no_order_costs_more_than_the_price(step: int, scale: float) -> None:
    price = rho_nano_up(l0=1, step=step, scale=scale) / NANO
    for alpha in (1, 1.001, 1.05, 1.3, 2, 3, 5, 10, 50):
        assert slow_renyi(step=step, scale=scale, alpha=alpha) <= alpha * price * (1 + 1e-9) + 1e-9
    assert price == pytest.approx(slow_renyi(step=step, scale=scale, alpha=1), rel=1e-6, abs=2e-9)


@given(st.integers(2, 50), st.integers(1, 1000), st.floats(0.1, 1e5))
def test_the_prices_of_values_add_up(l0: int, step: int, scale: float) -> None:
    one = rho_nano_up(l0=1, step=step, scale=scale)
    assert (one - 1) * l0 < rho_nano_up(l0=l0, step=step, scale=scale) <= one * l0


@given(st.integers(1, 50), st.integers(1, 1000), st.floats(0.1, 1e6))
def test_the_price_is_never_above_that_of_any_pure_loss(l0: int, step: int, scale: float) -> None:
    whole = l0 * (Fraction(step) / Fraction(scale)) ** 2 / 2 * NANO
    assert 1 <= rho_nano_up(l0=l0, step=step, scale=scale) < whole + 1


@settings(max_examples=50)
@given(st.integers(1, 50), st.integers(1, 10**6), st.integers(10, 10**12))
def test_a_budget_buys_the_smallest_scale_that_it_pays_for(l0: int, step: int, rho_nano: int) -> None:
    scale = scale_for_rho(l0=l0, step=step, rho_nano=rho_nano)
    assert rho_nano_up(l0=l0, step=step, scale=scale) <= rho_nano
    if scale > 2e-3 * step:
        assert rho_nano_up(l0=l0, step=step, scale=scale * (1 - 1e-8)) >= rho_nano


@pytest.mark.parametrize(("l0", "step", "rho_nano"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_a_scale_for_nothing_is_an_error(l0: int, step: int, rho_nano: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        scale_for_rho(l0=l0, step=step, rho_nano=rho_nano)


@pytest.mark.parametrize("mechanism", list(Mechanism))
def test_values_of_many_scales_are_drawn_once_a_scale_and_come_back_in_their_order(mechanism: Mechanism) -> None:
    calls: list[float] = []

    def counted(values: list[int], scale: float) -> list[int]:
        calls.append(scale)
        return noise_of(mechanism)(values, scale)

    values = [10**6 * place for place in range(600)]
    scales = [(1.0, 5.0, 25.0)[place % 3] for place in range(600)]
    drawn = at_scales(values, scales, counted)  # type: ignore[arg-type]
    assert sorted(calls) == [1.0, 5.0, 25.0]
    assert all(abs(a - b) < 40 * 25 for a, b in zip(values, drawn, strict=True))
    spread = [fmean(abs(drawn[i] - values[i]) for i in range(n, 600, 3)) for n in range(3)]
    assert spread[0] < spread[1] < spread[2]
