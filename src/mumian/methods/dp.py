"""Zero-concentrated differential privacy for integer vectors: the scale of the noise, the noise, what it costs.

The sampler is OpenDP's discrete Gaussian: proved, exact, and loaded only when something is released. Scales are
rounded up, so that a release never costs more than it says.

Source: Bun & Steinke 2016, arXiv 1605.02065 (zCDP); Canonne, Kamath & Steinke 2020, arXiv 2004.00010 (discrete Gaussian).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from math import exp, inf, isqrt, log, log1p, nextafter, sqrt
from statistics import NormalDist
from typing import Any, TypeAlias

NANO = 10**9

Noise: TypeAlias = Callable[[Sequence[int], float], list[int]]
"""(exact values, sigma) → values with independent noise of that scale. `discrete_gaussian` is the only one to release with."""


def sigma_up(*, l2_squared: int, rho_nano: int) -> float:
    """Return the scale of the Gaussian that makes one release rho-zCDP.

    Args:
        l2_squared: squared L2 distance on neighbouring tables; unit² of the answer; ≥ 1.
        rho_nano: zCDP loss in 10^-9; ≥ 1.
    Returns: sqrt(l2² / 2 rho) in the unit of the answer, the float at or just above it.
    Raises: ValueError: an argument is not positive.
    Source: Canonne, Kamath & Steinke 2020, Theorem 4 (one value) and 14 (many): (Δ²/2σ²)-concentrated DP.
    """
    if l2_squared < 1 or rho_nano < 1:
        raise ValueError(f"squared sensitivity `{l2_squared}` and `{rho_nano}` nano-rho must be at least 1")
    variance = Fraction(l2_squared * NANO, 2 * rho_nano)
    sigma = _sqrt_near(variance)
    while Fraction(sigma) ** 2 < variance:
        sigma = nextafter(sigma, inf)
    return sigma


def _sqrt_near(value: Fraction) -> float:
    """Return a float within a few steps below sqrt(value), also where `value` itself is no float."""
    shift = 1 << 60
    return float(Fraction(isqrt(value.numerator * shift * shift // value.denominator), shift)) * (1 - 2**-52)


def discrete_gaussian(values: Sequence[int], sigma: float) -> list[int]:
    """Return `values` plus independent discrete Gaussian noise of scale `sigma`.

    Args:
        values: integers within int64; sums near its ends saturate there.
        sigma: scale in the values' unit; > 0.
    Source: OpenDP `make_gaussian` over integer vectors; Canonne, Kamath & Steinke 2020, Algorithm 3. About 11 µs a value.
    """
    if not values:
        return []
    noisy: list[int] = _measurement(sigma)([int(value) for value in values])
    return noisy


@cache
def opendp() -> Any:
    """Return the library of measurements, loaded at first use."""
    import opendp.prelude as library  # 0.3 to 0.7 s of CPU and 265 MB of library: only who releases pays

    library.enable_features("contrib")
    return library


@lru_cache(maxsize=1024)
def _measurement(sigma: float) -> Any:
    if not 0 < sigma < inf:
        raise ValueError(f"sigma `{sigma}` is not positive")
    dp = opendp()
    space = dp.vector_domain(dp.atom_domain(T=dp.i64)), dp.l2_distance(T=float)
    return dp.m.make_gaussian(*space, scale=sigma)


def rho_of(*, l2_squared: int, sigma: float) -> float:
    """Return the zCDP loss that OpenDP's own privacy map gives a release of this sensitivity and scale."""
    rho: float = _measurement(sigma).map(sqrt(l2_squared))
    return rho


def half_width(*, sigma: float, confidence_permille: int) -> int:
    """Return the smallest h for which ±h is shown to hold the noise of one value with the given confidence.

    For the discrete Gaussian P[X ≥ m] ≤ P[N(0, σ²) ≥ m - 1], so that P[|X| > h] ≤ 2 P[N(0, σ²) ≥ h].
    It covers the noise alone, not what clamping and bounding took away.

    Args:
        sigma: scale in the value's unit; > 0.
        confidence_permille: 1 to 999.
    Raises: ValueError: the confidence is out of range.
    Source: Canonne, Kamath & Steinke 2020, Proposition 25.
    """
    if not 1 <= confidence_permille <= 999:
        raise ValueError(f"confidence `{confidence_permille}` permille is not within 1 to 999")
    edge = NormalDist().inv_cdf(0.5 + confidence_permille / 2000) * sigma
    return int(edge) + 1


def delta_of(*, rho_nano: int, epsilon: float) -> float:
    """Return a delta for which a rho-zCDP release is (epsilon, delta)-DP.

    The bound holds for every order α > 1; the best of a search is returned, so it is valid and nearly tight.
    Source: Canonne, Kamath & Steinke 2020, Corollary 13: δ = e^((α-1)(αρ-ε)) / (α-1) · (1 - 1/α)^α.
    """
    rho = rho_nano / NANO
    low, high = 0.0, 60.0  # α - 1 = e^(position - 30); the logarithm of the bound is unimodal in it

    def log_delta(position: float) -> float:
        over = exp(position - 30)
        alpha = 1 + over
        return over * (alpha * rho - epsilon) - log(over) + alpha * log1p(-1 / alpha)

    for _ in range(120):
        third = (high - low) / 3
        if log_delta(low + third) < log_delta(high - third):
            high -= third
        else:
            low += third
    return min(1.0, exp(min(0.0, log_delta((low + high) / 2))) * (1 + 1e-9))


def epsilon_of(*, rho_nano: int, delta: float) -> float:
    """Return an epsilon for which a rho-zCDP release is (epsilon, delta)-DP; never above Bun & Steinke's closed form.

    Args:
        rho_nano: zCDP loss in 10^-9; ≥ 1.
        delta: within (0, 1).
    Raises: ValueError: delta is out of range.
    Source: Bun & Steinke 2016, Proposition 1.3: ε = ρ + 2 sqrt(ρ ln(1/δ)); tightened by `delta_of`.
    """
    if not 0 < delta < 1:
        raise ValueError(f"delta `{delta}` is not within (0, 1)")
    rho = rho_nano / NANO
    low, high = 0.0, rho + 2 * sqrt(rho * log(1 / delta))
    for _ in range(60):
        middle = (low + high) / 2
        if delta_of(rho_nano=rho_nano, epsilon=middle) <= delta:
            high = middle
        else:
            low = middle
    return high
