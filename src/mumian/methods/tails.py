"""Upper bounds on the tails of discrete noise: exact sums where they are short, proved inequalities where they are long.

Every bound is rounded up, so that what is concluded from it (a threshold, an interval, a delta) holds.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, erfc, exp, expm1, log, pi, sqrt
from statistics import NormalDist

SUMMED_SIGMA_MAX = 1024.0
"""Up to this scale tails are added up term by term, beyond it bounded by the continuous Gaussian's."""

UP = 1 + 1e-9
"""Far above the rounding of any sum here: at most 50,000 positive terms of relative error 10^-15."""

TINY = 1e-300
"""Added where a term may have vanished below the smallest float."""


def gaussian_mass_down(sigma: float) -> float:
    """Return a lower bound on Σ exp(-x²/2σ²) over all integers x, the discrete Gaussian's normaliser; > 1.

    Both sums are of positive terms, so leaving some out only lowers them.
    Source: Poisson summation, as in Canonne, Kamath & Steinke 2020, §2: the sum is √(2π)σ Σ exp(-2π²σ²x²).
    """
    near = 1 + 2 * exp(-1 / (2 * sigma**2))
    return max(near, sqrt(2 * pi) * sigma * (1 + 2 * exp(-2 * (pi * sigma) ** 2))) / UP


def gaussian_tail_up(m: int, sigma: float) -> float:
    """Return an upper bound on P[X ≥ m] of the discrete Gaussian of scale `sigma`.

    Above σ = 1024: P[X ≥ m] ≤ P[N(0, σ²) ≥ m - 1/2] for m ≥ 1. Both sides agree within rounding at m = 1 by symmetry and
    at infinity, and a point's weight is above its cell's in the concave middle, below it in the convex flanks: the
    difference falls, then rises to zero.
    Source: the definition; the inequality sharpens Canonne, Kamath & Steinke 2020, Proposition 25, by half a step.
    """
    if m <= 0:
        return 1.0
    if sigma > SUMMED_SIGMA_MAX:
        return erfc((m - 0.5) / (sigma * sqrt(2))) / 2 * UP + TINY
    end = m + ceil(12 * sigma) + 1
    import numpy as np  # a tenth of a second, which every command would pay

    summed = float(np.exp(-(np.arange(m, end, dtype=np.float64) ** 2) / (2 * sigma**2)).sum()) / gaussian_mass_down(
        sigma
    )
    beyond = exp(-(end**2) / (2 * sigma**2))  # subgaussian, see `gaussian_sum_width`
    return min(1.0, (summed + beyond) * UP + TINY)


def laplace_tail_up(m: int, scale: float) -> float:
    """Return an upper bound on P[X ≥ m] of the discrete Laplace of scale `scale`: q^m / (1 + q) with q = e^(-1/scale).

    Source: Ghosh, Roughgarden & Sundararajan 2009 (geometric mechanism): P[X = x] = (1 - q)/(1 + q) q^|x|.
    """
    if m <= 0:
        return 1.0
    return exp(-m / scale) / (1 + exp(-1 / scale)) * UP + TINY


def first_below(tail_up: Callable[[int], float], *, probability: float) -> int:
    """Return the smallest m ≥ 1 for which `tail_up(m)` is at most `probability`; the tail falls with m.

    Raises: ValueError: the probability is not above what a tail can be shown to reach.
    """
    if probability <= 2 * TINY:
        raise ValueError(f"no tail can be shown to be below `{probability}`")
    low, high = 0, 1
    while tail_up(high) > probability:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if tail_up(middle) > probability else (low, middle)
    return high


def gaussian_sum_width(*, variance: float, steps: Fraction, each_side: Fraction) -> Fraction:
    """Return w for which a weighted sum of independent discrete Gaussians is ≥ w with probability ≤ `each_side`.

    The smaller of two bounds: √(2V ln(1/p)), since E[e^(tX)] = e^(t²σ²/2) Σ e^(-(x-tσ²)²/2σ²) / Σ e^(-x²/2σ²) ≤ e^(t²σ²/2)
    (the shifted sum is never the larger); and √V·z(p) + Σ |wᵢ|, since each noise is stochastically below a continuous
    Gaussian plus one.

    Args:
        variance: V = Σ wᵢ²σᵢ² with weights w; 0 if all is exact.
        steps: Σ |wᵢ| over the noisy ones.
        each_side: p, within (0, 1/2).
    Source: Canonne, Kamath & Steinke 2020: subgaussian noise, and Proposition 25 (plus one).
    """
    if variance == 0:
        return Fraction(0)
    z = NormalDist().inv_cdf(float(1 - each_side))
    subgaussian = Fraction(sqrt(2 * variance * log(1 / float(each_side))) * UP)
    return min(subgaussian, Fraction(sqrt(variance) * z * UP) + steps)


def gaussian_mean_absolute(sigma: float) -> float:
    """Return E|X| of the discrete Gaussian; beyond σ = 1024 the continuous one's, √(2/π)σ, equal to seven digits."""
    if sigma > SUMMED_SIGMA_MAX:
        return sigma * sqrt(2 / pi)
    import numpy as np

    x = np.arange(1, ceil(12 * sigma) + 3)
    weight = np.exp(-(x**2) / (2 * sigma**2))
    return float(2 * (x * weight).sum() / (1 + 2 * weight.sum()))


def laplace_mean_absolute(scale: float) -> float:
    """Return E|X| of the discrete Laplace: 2q / (1 - q²) with q = e^(-1/scale)."""
    return -2 * exp(-1 / scale) / expm1(-2 / scale)
