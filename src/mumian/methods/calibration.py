"""How much noise one release needs for a wanted (ε, δ), for either mechanism, and which of the two errs less.

A unit moves `l0` values (groups) by at most `step` each. Both noises are log-concave, so that the worst pair of
neighbours moves all l0 values by the whole step (Zhu, Dong & Wang 2022, Theorem 10: dominating pairs compose), and what
that pair's privacy loss is distributed like can be added up. Every δ here is an upper bound, rounded up.

Single releases only: many releases of one budget are booked as zCDP, `rho_nano` of each, and only that adds up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, erfc, exp, expm1, floor, pi, sqrt

import numpy as np
import numpy.typing as npt

from mumian.methods.dp import NANO, delta_of
from mumian.methods.laplace import float_up, rho_nano_up
from mumian.methods.mechanisms import Mechanism
from mumian.methods.tails import (
    SUMMED_SIGMA_MAX,
    TINY,
    UP,
    gaussian_mass_down,
    gaussian_mean_absolute,
    laplace_mean_absolute,
)

EPSILON_MAX = 500
"""No promise worth the name; e^ε is still a float."""

POINTS_MAX = 2048
"""Points of the distribution of a composed Laplace loss; with more groups only the sum of pure losses is used."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Noise for one release. scale, mean_absolute_error: of one value, in its unit. rho_nano: what it costs, 10^-9 zCDP."""

    mechanism: Mechanism
    scale: float
    mean_absolute_error: float
    rho_nano: int


def gaussian_delta_up(*, l0: int, step: int, sigma: float, epsilon: float) -> float:
    """Return a delta for which discrete Gaussian noise makes the release (epsilon, delta)-DP.

    The loss of noise Y₁…Y_l0 is (l0·k²/2 + k·S)/σ² with k = step, S = ΣYᵢ, hence δ = Σ_s P[S = s] (1 - e^(ε - loss(s)))⁺,
    and P[S = s] ≤ e^τ P[X = s] for the discrete Gaussian X of variance l0·σ². Added up where √l0·σ ≤ 1024; beyond it X is
    bounded by a continuous Gaussian half a step up.

    Args:
        l0, step: values that a unit moves, and by how much at most; ≥ 1.
        sigma: of the noise on each value, in the unit of `step`; > 0.
        epsilon: 0 to `EPSILON_MAX`.
    Source: Canonne, Kamath & Steinke 2020, Theorem 7 (one value); Kairouz, Liu & Steinke 2021 (sums of discrete
        Gaussians, τ = 10 Σ_{j<l0} exp(-2π²σ² j/(j+1)), σ ≥ 1/2); Balle & Wang 2018, Theorem 8 (continuous).
    """
    by_zcdp = ceil(l0 * Fraction(step) ** 2 / (2 * Fraction(sigma) ** 2) * NANO)
    if l0 > 1 and sigma < 0.5:
        return delta_of(rho_nano=by_zcdp, epsilon=epsilon)
    apart = _sum_apart(l0, sigma)
    start = floor(epsilon * sigma**2 / step - l0 * step / 2)
    if sqrt(l0) * sigma <= SUMMED_SIGMA_MAX:
        delta = _summed_delta(l0, step=step, sigma=sigma, epsilon=epsilon, start=start)
    elif start >= 1:
        delta = _continuous_delta(mu=sqrt(l0) * step / sigma, epsilon=epsilon - step / (2 * sigma**2))
    else:
        return delta_of(rho_nano=by_zcdp, epsilon=epsilon)
    return min(1.0, delta * exp(apart) * UP + TINY) if apart < 30 else 1.0


def _sum_apart(l0: int, sigma: float) -> float:
    """Return τ: how far the logarithm of a sum's distribution is at most from that of one discrete Gaussian."""
    j = np.arange(1, l0)
    return float(10 * np.exp(-2 * (pi * sigma) ** 2 * j / (j + 1)).sum())


def _summed_delta(l0: int, *, step: int, sigma: float, epsilon: float, start: int) -> float:
    """Add up from one step below the first point whose loss exceeds ε; what lies beyond 12 scales is added as a whole."""
    total = sqrt(l0) * sigma
    end = max(start, 0) + ceil(12 * total) + 2
    s = np.arange(max(start, -end), end, dtype=np.float64)
    over = (l0 * step**2 / 2 + step * s) / sigma**2 - epsilon
    gain = -np.expm1(-np.maximum(over, 0))
    weight = np.exp(-(s**2) / (2 * total**2)) / gaussian_mass_down(total)
    return float((gain * weight).sum()) + 2 * exp(-(end**2) / (2 * total**2))


def _continuous_delta(*, mu: float, epsilon: float) -> float:
    """Return δ of the continuous Gaussian: Φ(μ/2 - ε/μ) - e^ε Φ(-μ/2 - ε/μ), rounded up."""
    first = erfc((epsilon / mu - mu / 2) / sqrt(2)) / 2
    second = exp(epsilon) * erfc((epsilon / mu + mu / 2) / sqrt(2)) / 2
    return first - second + 1e-12 * (first + second)


def laplace_delta_up(*, l0: int, step: int, scale: float, epsilon: float) -> float:
    """Return a delta for which discrete Laplace noise makes the release (epsilon, delta)-DP; 0 if l0·step/scale ≤ ε.

    One value's loss takes step + 1 values, evenly apart; the l0-fold convolution is exact. Where that has too many points,
    every d-th is kept: the noise of step/d and scale/d. Its δ of one value is the same at the kept points, 1 - e^((ε - ε₀)/2)
    with ε₀ = step/scale, and a straight line in e^ε between them, so it is nowhere less.
    Source: Kairouz, Oh & Viswanath 2015, Theorem 3.3 (step 1: randomised response); Doroshenko, Ghazi, Kamath, Kumar &
        Manurangsi 2022, Connect the Dots (fewer points).
    """
    if l0 * Fraction(step) / Fraction(scale) <= Fraction(epsilon):
        return 0.0
    if l0 > POINTS_MAX:
        return 1.0
    most = min(step, POINTS_MAX // l0)
    apart = -(-step // most)
    divisor = next(levels for levels in range(most, 0, -1) if step % levels == 0)
    ways = {(apart, -(-step // apart)), (step // divisor, divisor)}  # a step that is too long is a worse neighbour
    return min(_composed_delta(l0, levels=n, scale=scale / d, epsilon=epsilon) for d, n in ways)


def _composed_delta(l0: int, *, levels: int, scale: float, epsilon: float) -> float:
    """Return δ where each of l0 values moves by `levels`."""
    composed = _composed(_one_loss(levels, scale=scale), l0)
    loss = (2 * np.arange(len(composed)) - l0 * levels) / scale * (1 + 1e-12)
    gain = -np.expm1(-np.maximum(loss - epsilon, 0))
    return min(1.0, float((gain * composed).sum()) * UP + TINY)


def _one_loss(levels: int, *, scale: float) -> npt.NDArray[np.float64]:
    """Return the chances that one value's loss is (2i - levels)/scale; i = 0 … levels: that the noise is levels - i.

    The first and the last have the whole tail beyond them.
    """
    q = exp(-1 / scale)
    chances = np.exp(-np.arange(levels, -1, -1) / scale) * (-expm1(-1 / scale) / (1 + q))
    chances[0], chances[-1] = exp(-levels / scale) / (1 + q), 1 / (1 + q)
    return chances


def _composed(chances: npt.NDArray[np.float64], times: int) -> npt.NDArray[np.float64]:
    """Return the distribution of the sum of `times` independent losses, by squaring."""
    composed = np.ones(1)
    while times:
        if times & 1:
            composed = np.convolve(composed, chances)
        times >>= 1
        if times:
            chances = np.convolve(chances, chances)
    return composed


@lru_cache(maxsize=4096)
def gaussian_sigma_for(*, l0: int, step: int, epsilon: float, delta: float) -> float:
    """Return the smallest sigma, to one part in 10^6, at which the release is shown to be (epsilon, delta)-DP.

    Arguments: as `gaussian_delta_up`; epsilon > 0 and at most 500, delta within (0, 1).
    Raises: ValueError: an argument is out of range.
    """
    _check(l0, step, epsilon)
    if not 0 < delta < 1:
        raise ValueError(f"delta `{delta}` is not within (0, 1)")
    return _least(
        lambda sigma: gaussian_delta_up(l0=l0, step=step, sigma=sigma, epsilon=epsilon) <= delta,
        first=sqrt(l0) * step / max(epsilon, sqrt(epsilon)),
    )


@lru_cache(maxsize=4096)
def laplace_scale_for(*, l0: int, step: int, epsilon: float, delta: float) -> float:
    """Return the smallest Laplace scale, to one part in 10^6, at which the release is shown to be (epsilon, delta)-DP.

    Never above l0·step/ε, the scale at which δ = 0 does. delta: within [0, 1). Raises: ValueError.
    """
    _check(l0, step, epsilon)
    if not 0 <= delta < 1:
        raise ValueError(f"delta `{delta}` is not within [0, 1)")
    pure = float_up(l0 * step / Fraction(epsilon))
    if delta == 0:
        return pure
    found = _least(
        lambda scale: laplace_delta_up(l0=l0, step=step, scale=scale, epsilon=epsilon) <= delta, first=pure / 64
    )
    return min(pure, found)


@lru_cache(maxsize=4096)
def rho_nano_for(*, epsilon: float, delta: float) -> int:
    """Return the largest zCDP loss, 10^-9, that is shown to be (epsilon, delta)-DP: the inverse of `dp.epsilon_of`.

    For a release of several measures, or several releases: split it among them, it adds up.
    Returns: ≥ 1. Raises: ValueError: epsilon or delta is out of range, or so small that not even 1 nano-rho keeps it.
    Source: Canonne, Kamath & Steinke 2020, Corollary 13.
    """
    if not 0 < epsilon <= EPSILON_MAX or not 0 < delta < 1:
        raise ValueError(
            f"epsilon `{epsilon}` is not above 0 and at most {EPSILON_MAX}, or delta `{delta}` not in (0, 1)"
        )
    low, high = 0, 1
    while delta_of(rho_nano=high, epsilon=epsilon) <= delta:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if delta_of(rho_nano=middle, epsilon=epsilon) <= delta else (low, middle)
    if low == 0:
        raise ValueError(f"not even 1 nano-rho keeps epsilon `{epsilon}` at delta `{delta}`")
    return low


def _check(l0: int, step: int, epsilon: float) -> None:
    if l0 < 1 or step < 1 or not 0 < epsilon <= EPSILON_MAX:
        raise ValueError(
            f"`{l0}` values, a step of `{step}`, epsilon `{epsilon}`: positive, epsilon at most {EPSILON_MAX}"
        )


def _least(enough: Callable[[float], bool], *, first: float) -> float:
    """Return a scale that is `enough`, at most one part in 10^6 above one that is not, searching out from `first`."""
    high = first
    while not enough(high):
        high *= 2
    low = high / 2
    while enough(low) and low > 1e-9:
        high, low = low, low / 2
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def calibrations(*, l0: int, linf_rows: int, row: int, epsilon: float, delta: float) -> tuple[Calibration, Calibration]:
    """Return both mechanisms for one measure, that with the smaller mean absolute error first.

    Args:
        l0: groups that a unit touches. linf_rows: its rows in each. row: what a row adds at most, in the answer's unit (1
            to a count); all ≥ 1.
        epsilon, delta: of this measure's release alone; > 0, within (0, 1).
    Raises: ValueError: an argument is out of range.
    """
    step = linf_rows * row
    sigma = gaussian_sigma_for(l0=l0, step=step, epsilon=epsilon, delta=delta)
    scale = laplace_scale_for(l0=l0, step=step, epsilon=epsilon, delta=delta)
    gaussian = Calibration(
        mechanism=Mechanism.GAUSSIAN,
        scale=sigma,
        mean_absolute_error=gaussian_mean_absolute(sigma),
        rho_nano=ceil(l0 * Fraction(step) ** 2 / (2 * Fraction(sigma) ** 2) * NANO),
    )
    laplace = Calibration(
        mechanism=Mechanism.LAPLACE,
        scale=scale,
        mean_absolute_error=laplace_mean_absolute(scale),
        rho_nano=rho_nano_up(l0=l0, step=step, scale=scale),
    )
    return (laplace, gaussian) if laplace.mean_absolute_error < gaussian.mean_absolute_error else (gaussian, laplace)


def cheapest(*, l0: int, linf_rows: int, row: int, epsilon: float, delta: float) -> Calibration:
    """Return the mechanism with the smaller mean absolute error for a single release; see `calibrations`."""
    return calibrations(l0=l0, linf_rows=linf_rows, row=row, epsilon=epsilon, delta=delta)[0]
