"""The noise that a calibration asks for keeps what it promises; it asks for hardly more."""

from __future__ import annotations

from itertools import product
from math import comb, exp, fsum, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.calibration import (
    Calibration,
    calibrations,
    cheapest,
    gaussian_delta_up,
    gaussian_sigma_for,
    laplace_delta_up,
    laplace_scale_for,
    rho_nano_for,
)
from mumian.methods.dp import NANO, delta_of, discrete_gaussian, epsilon_of, sigma_up
from mumian.methods.laplace import discrete_laplace
from mumian.methods.mechanisms import Mechanism

Chances = dict[int, float]


def gaussian(sigma: float) -> Chances:
    return normalised({x: exp(-(x**2) / (2 * sigma**2)) for x in range(-int(9 * sigma) - 4, int(9 * sigma) + 5)})


def laplace(scale: float) -> Chances:
    return normalised({x: exp(-abs(x) / scale) for x in range(-int(34 * scale) - 4, int(34 * scale) + 5)})


def normalised(weights: Chances) -> Chances:
    total = fsum(weights.values())
    return {x: w / total for x, w in weights.items()}


def slow_delta(noise: Chances, *, moves: tuple[int, ...], epsilon: float) -> float:
    """The definition: Σ max(0, P - e^ε Q) over every answer of as many values as there are moves."""
    points = [x for x, chance in noise.items() if chance > 1e-13]
    excess = []
    for answer in product(points, repeat=len(moves)):
        p = q = 1.0
        for x, move in zip(answer, moves, strict=True):
            p *= noise[x]
            q *= noise.get(x - move, 0.0)
        excess.append(max(0.0, p - exp(epsilon) * q))
    return fsum(excess)


def composed_delta(noise: Chances, *, l0: int, step: int, epsilon: float) -> float:
    """The same for l0 equal moves: values of equal loss are put together, so that many can be composed."""
    one: dict[float, float] = {}
    for x, chance in noise.items():
        if x - step in noise:
            loss = round(log(chance / noise[x - step]), 9)
            one[loss] = one.get(loss, 0.0) + chance
    sums = {0.0: 1.0}
    for _ in range(l0):
        new: dict[float, float] = {}
        for so_far, chance in sums.items():
            for loss, more in one.items():
                both = round(so_far + loss, 8)
                new[both] = new.get(both, 0.0) + chance * more
        sums = new
    return fsum(chance * -min(0.0, exp(epsilon - loss) - 1) for loss, chance in sums.items())


@settings(max_examples=40, deadline=None)
@given(st.floats(0.3, 30), st.integers(1, 9), st.floats(0, 6))
def test_a_gaussians_delta_is_that_of_the_definition_rounded_up(sigma: float, step: int, epsilon: float) -> None:
    exact = slow_delta(gaussian(sigma), moves=(step,), epsilon=epsilon)
    bound = gaussian_delta_up(l0=1, step=step, sigma=sigma, epsilon=epsilon)
    assert bound >= exact - 1e-13
    assert bound <= exact * 1.01 + 1e-12


@pytest.mark.parametrize(("sigma", "step"), [(1100.0, 1), (1100.0, 300), (1100.0, 700), (5000.0, 1200)])
@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0])
def test_beyond_the_summed_scales_the_bound_still_is_one(sigma: float, step: int, epsilon: float) -> None:
    exact = slow_delta(gaussian(sigma), moves=(step,), epsilon=epsilon)
    bound = gaussian_delta_up(l0=1, step=step, sigma=sigma, epsilon=epsilon)
    assert exact <= bound <= exact * 1.01 + 1e-12


@pytest.mark.parametrize("sigma", [0.6, 0.9, 2.0])
@pytest.mark.parametrize("epsilon", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("step", [1, 2])
def test_two_values_moved_at_once_cost_no_more_than_the_bound(sigma: float, epsilon: float, step: int) -> None:
    exact = slow_delta(gaussian(sigma), moves=(step, step), epsilon=epsilon)
    assert exact - 1e-12 <= gaussian_delta_up(l0=2, step=step, sigma=sigma, epsilon=epsilon)
    assert gaussian_delta_up(l0=2, step=step, sigma=sigma, epsilon=epsilon) <= max(exact * 1.5, 1e-12)


@pytest.mark.parametrize("noise", [gaussian(1.3), laplace(1.1)], ids=["gaussian", "laplace"])
@pytest.mark.parametrize("epsilon", [0.3, 1.0])
def test_the_whole_step_in_every_value_is_the_worst_neighbour(noise: Chances, epsilon: float) -> None:
    worst = slow_delta(noise, moves=(2, 2), epsilon=epsilon)
    for moves in product((-2, -1, 0, 1, 2), repeat=2):
        assert slow_delta(noise, moves=moves, epsilon=epsilon) <= worst + 1e-12


@pytest.mark.parametrize(("l0", "step"), [(1, 1), (3, 1), (12, 1), (4, 3), (2, 20)])
@pytest.mark.parametrize("scale_of_step", [0.4, 1.0, 3.0])
@pytest.mark.parametrize("epsilon", [0.2, 1.0, 2.5])
def test_a_laplaces_delta_is_that_of_the_definition(l0: int, step: int, scale_of_step: float, epsilon: float) -> None:
    scale = scale_of_step * step
    exact = composed_delta(laplace(scale), l0=l0, step=step, epsilon=epsilon)
    bound = laplace_delta_up(l0=l0, step=step, scale=scale, epsilon=epsilon)
    assert bound == pytest.approx(exact, rel=1e-5, abs=1e-8)


def lattice_delta(*, l0: int, step: int, scale: float, epsilon: float) -> float:
    """A Laplace's δ from the definition, every one of the l0·step + 1 losses kept: (step - 2a)/scale if the noise is a."""
    chances = np.zeros(step + 1)
    for x, chance in laplace(scale).items():
        chances[step - min(max(x, 0), step)] += chance
    composed = np.ones(1)
    for _ in range(l0):
        composed = np.convolve(composed, chances)
    loss = (2 * np.arange(len(composed)) - l0 * step) / scale
    return float((composed * np.maximum(0, -np.expm1(epsilon - loss))).sum())


@pytest.mark.parametrize(("l0", "step"), [(200, 12), (200, 13), (200, 40), (500, 7), (1100, 3)])
@pytest.mark.parametrize("epsilon", [1.0, 2.0])
def test_fewer_points_of_a_loss_only_raise_delta_and_not_by_much(l0: int, step: int, epsilon: float) -> None:
    scale = 2.5 * step * sqrt(l0)
    exact = lattice_delta(l0=l0, step=step, scale=scale, epsilon=epsilon)
    coarse = laplace_delta_up(l0=l0, step=step, scale=scale, epsilon=epsilon)
    assert exact * (1 - 1e-9) <= coarse
    assert coarse <= exact * 2


def test_with_one_point_each_way_any_pure_mechanism_is_covered() -> None:
    """Kairouz, Oh & Viswanath's bound for l0 mechanisms of loss ε₀, from its own closed form."""
    l0, each, epsilon = 9, 0.3, 1.2
    closed = fsum(
        comb(l0, i) * (exp((l0 - i) * each) - exp(epsilon + i * each)) / (1 + exp(each)) ** l0
        for i in range(l0 + 1)
        if (l0 - 2 * i) * each > epsilon
    )
    assert laplace_delta_up(l0=l0, step=1, scale=1 / each, epsilon=epsilon) == pytest.approx(closed, rel=1e-8)


@pytest.mark.parametrize(("l0", "step", "scale"), [(1, 1, 1.0), (5, 2, 10.0), (10**6, 3, 3e6)])
def test_within_its_pure_loss_a_laplace_needs_no_delta(l0: int, step: int, scale: float) -> None:
    assert laplace_delta_up(l0=l0, step=step, scale=scale, epsilon=l0 * step / scale) == 0


def test_beyond_the_groups_that_can_be_composed_only_the_pure_loss_counts() -> None:
    assert laplace_delta_up(l0=5000, step=1, scale=4999.0, epsilon=1.0) == 1.0
    assert laplace_scale_for(l0=5000, step=1, epsilon=1.0, delta=1e-6) == 5000.0


ASKED = st.tuples(st.integers(1, 40), st.sampled_from([1, 2, 30, 86_400]), st.floats(0.05, 8), st.floats(1e-12, 1e-3))


@settings(max_examples=60, deadline=None)
@given(ASKED)
def test_what_is_calibrated_keeps_its_delta_and_a_little_less_noise_does_not(
    asked: tuple[int, int, float, float],
) -> None:
    l0, step, epsilon, delta = asked
    sigma = gaussian_sigma_for(l0=l0, step=step, epsilon=epsilon, delta=delta)
    scale = laplace_scale_for(l0=l0, step=step, epsilon=epsilon, delta=delta)
    assert gaussian_delta_up(l0=l0, step=step, sigma=sigma, epsilon=epsilon) <= delta
    assert gaussian_delta_up(l0=l0, step=step, sigma=sigma * (1 - 2e-6), epsilon=epsilon) > delta * 0.999
    assert laplace_delta_up(l0=l0, step=step, scale=scale, epsilon=epsilon) <= delta
    assert laplace_delta_up(l0=l0, step=step, scale=scale * (1 - 2e-6), epsilon=epsilon) > delta * 0.999


@settings(max_examples=40, deadline=None)
@given(ASKED)
def test_calibration_asks_for_no_more_noise_than_the_way_through_zcdp(asked: tuple[int, int, float, float]) -> None:
    l0, step, epsilon, delta = asked
    by_zcdp = sigma_up(l2_squared=l0 * step**2, rho_nano=rho_nano_for(epsilon=epsilon, delta=delta))
    assert gaussian_sigma_for(l0=l0, step=step, epsilon=epsilon, delta=delta) <= by_zcdp * (1 + 1e-5)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 20), st.floats(1e-12, 1e-3))
def test_the_rho_for_an_epsilon_is_the_largest_that_keeps_it(epsilon: float, delta: float) -> None:
    rho_nano = rho_nano_for(epsilon=epsilon, delta=delta)
    assert delta_of(rho_nano=rho_nano, epsilon=epsilon) <= delta < delta_of(rho_nano=rho_nano + 1, epsilon=epsilon)
    assert epsilon_of(rho_nano=rho_nano, delta=delta) <= epsilon * (1 + 1e-9)


@pytest.mark.parametrize(("epsilon", "delta"), [(0.0, 0.1), (501.0, 0.1), (1.0, 0.0), (1.0, 1.0), (1e-9, 1e-12)])
def test_no_rho_keeps_what_is_no_promise(epsilon: float, delta: float) -> None:
    with pytest.raises(ValueError, match=r"above 0|nano-rho|not in"):
        rho_nano_for(epsilon=epsilon, delta=delta)


@pytest.mark.parametrize(
    ("epsilon", "delta", "sigma"),
    [(1.0, 1e-6, 4.2247), (0.1, 1e-6, 36.3047), (1.0, 1e-5, 3.7306)],  # Balle & Wang 2018, by their Algorithm 1
)
def test_large_steps_need_the_analytic_gaussians_scale(epsilon: float, delta: float, sigma: float) -> None:
    found = gaussian_sigma_for(l0=1, step=10**6, epsilon=epsilon, delta=delta) / 10**6
    assert found == pytest.approx(sigma, rel=2e-5)


TABLE: list[tuple[int, int, int, float, Mechanism, float]] = [
    # l0, linf_rows, row, epsilon, who errs less, mean absolute error at δ = 10^-6 (rounded)
    (1, 1, 1, 1.0, Mechanism.LAPLACE, 0.851),
    (4, 1, 1, 1.0, Mechanism.LAPLACE, 3.96),
    (8, 1, 1, 1.0, Mechanism.LAPLACE, 7.98),
    (12, 1, 1, 1.0, Mechanism.GAUSSIAN, 11.67),
    (100, 1, 1, 1.0, Mechanism.GAUSSIAN, 33.71),
    (12, 1, 1, 4.0, Mechanism.LAPLACE, 2.94),
    (12, 2, 90, 1.0, Mechanism.GAUSSIAN, 2101.8),
]


@pytest.mark.parametrize(("l0", "linf_rows", "row", "epsilon", "mechanism", "error"), TABLE)
def test_few_groups_want_laplace_and_many_gauss(
    l0: int, linf_rows: int, row: int, epsilon: float, mechanism: Mechanism, error: float
) -> None:
    best = cheapest(l0=l0, linf_rows=linf_rows, row=row, epsilon=epsilon, delta=1e-6)
    assert best.mechanism is mechanism
    assert best.mean_absolute_error == pytest.approx(error, rel=2e-3)


def test_the_better_one_is_first_and_both_say_what_they_cost() -> None:
    better, worse = calibrations(l0=1, linf_rows=1, row=1, epsilon=1.0, delta=1e-6)
    assert better.mean_absolute_error < worse.mean_absolute_error
    assert (better.mechanism, worse.mechanism) == (Mechanism.LAPLACE, Mechanism.GAUSSIAN)
    assert better.rho_nano > 16 * worse.rho_nano, "a quarter of the error for sixteen times the zCDP"
    assert sigma_up(l2_squared=1, rho_nano=worse.rho_nano) <= worse.scale


def drawn_error(calibration: Calibration) -> float:
    noise = discrete_gaussian if calibration.mechanism is Mechanism.GAUSSIAN else discrete_laplace
    return sum(abs(x) for x in noise([0] * 20_000, calibration.scale)) / 20_000


def test_the_error_that_is_promised_is_the_error_that_is_drawn() -> None:
    for each in calibrations(l0=6, linf_rows=2, row=3, epsilon=0.7, delta=1e-6):
        assert drawn_error(each) == pytest.approx(each.mean_absolute_error, rel=0.05)


def test_what_it_costs_is_never_less_than_a_release_of_that_scale() -> None:
    for l0, step in product((1, 5, 30), (1, 7, 1000)):
        gauss = next(
            each
            for each in calibrations(l0=l0, linf_rows=1, row=step, epsilon=0.5, delta=1e-9)
            if each.mechanism is Mechanism.GAUSSIAN
        )
        assert gauss.rho_nano / NANO >= l0 * step**2 / (2 * gauss.scale**2) * (1 - 1e-12)


@pytest.mark.parametrize(
    ("l0", "step", "epsilon", "delta"),
    [(0, 1, 1.0, 0.1), (1, 0, 1.0, 0.1), (1, 1, 0.0, 0.1), (1, 1, 501.0, 0.1), (1, 1, 1.0, 1.0)],
)
def test_a_calibration_needs_bounds_and_a_budget(l0: int, step: int, epsilon: float, delta: float) -> None:
    for calibrate in (gaussian_sigma_for, laplace_scale_for):
        with pytest.raises(ValueError, match=r"positive|not within"):
            calibrate(l0=l0, step=step, epsilon=epsilon, delta=delta)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([1, 7, 2000, 100_000]), st.sampled_from([1, 2**53]), st.floats(1e-4, 500), st.floats(1e-15, 0.9))
def test_no_bounds_or_budgets_upset_a_calibration(l0: int, step: int, epsilon: float, delta: float) -> None:
    for each in calibrations(l0=l0, linf_rows=1, row=step, epsilon=epsilon, delta=delta):
        assert 0 < each.scale < 1e30
        assert each.rho_nano >= 1


def test_without_delta_there_is_only_the_pure_laplace() -> None:
    assert laplace_scale_for(l0=3, step=2, epsilon=0.5, delta=0.0) == 12.0
    with pytest.raises(ValueError, match="not within"):
        gaussian_sigma_for(l0=3, step=2, epsilon=0.5, delta=0.0)
