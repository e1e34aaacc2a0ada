"""The discrete Laplace: pure differential privacy, for a unit that touches few values.

At one (ε, δ) and one value it errs a quarter as much as the discrete Gaussian, but it uses up more zCDP: the whole tail
counts there. Where loss is booked as rho, `calibration.suggest` says which of the two is the cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, exp, expm1, inf, isqrt, nextafter
from typing import Any

from mumian.methods.dp import NANO, opendp
from mumian.methods.tails import UP


def laplace_scale_up(*, l1: int, epsilon_nano: int) -> float:
    """Return the Laplace scale that makes one release epsilon-DP.

    Args:
        l1: L1 distance on neighbouring tables; unit of the answer; ≥ 1.
        epsilon_nano: pure loss in 10^-9; ≥ 1.
    Returns: l1/ε in the unit of the answer, the float at or just above it.
    Raises: ValueError: an argument is not positive.
    Source: Dwork & Roth 2014, Theorem 3.6; over integers Ghosh, Roughgarden & Sundararajan 2009.
    """
    if l1 < 1 or epsilon_nano < 1:
        raise ValueError(f"sensitivity `{l1}` and `{epsilon_nano}` nano-epsilon must be at least 1")
    return float_up(Fraction(l1 * NANO, epsilon_nano))


def float_up(value: Fraction) -> float:
    """Return the float at or just above `value`."""
    near = float(value)
    return near if Fraction(near) >= value else nextafter(near, inf)


def discrete_laplace(values: Sequence[int], scale: float) -> list[int]:
    """Return `values` plus independent discrete Laplace noise of scale `scale`; of the shape `dp.Noise`.

    Args:
        values: integers within int64; sums near its ends saturate there.
        scale: in the values' unit; > 0.
    Source: OpenDP `make_laplace` over integer vectors; Canonne, Kamath & Steinke 2020, Algorithm 2. About 6 µs a value.
    """
    if not values:
        return []
    noisy: list[int] = _measurement(scale)([int(value) for value in values])
    return noisy


@lru_cache(maxsize=1024)
def _measurement(scale: float) -> Any:
    if not 0 < scale < inf:
        raise ValueError(f"scale `{scale}` is not positive")
    dp = opendp()
    space = dp.vector_domain(dp.atom_domain(T=dp.i64)), dp.l1_distance(T=dp.i64)
    return dp.m.make_laplace(*space, scale=scale)


def epsilon_by_opendp(*, l1: int, scale: float) -> float:
    """Return the pure loss that OpenDP's own privacy map gives a release of this sensitivity and scale."""
    epsilon: float = _measurement(scale).map(l1)
    return epsilon


def rho_nano_of(epsilon_nano: int) -> int:
    """Return the zCDP loss, 10^-9, of whatever is epsilon-DP: ε²/2, rounded up.

    Source: Bun & Steinke 2016, Proposition 1.4.
    """
    return -(-(epsilon_nano**2) // (2 * NANO))


def epsilon_nano_of(rho_nano: int) -> int:
    """Return the largest pure loss, 10^-9, that costs no more than `rho_nano`: √(2ρ), rounded down."""
    return isqrt(2 * NANO * rho_nano)


def rho_nano_up(*, l0: int, step: int, scale: float) -> int:
    """Return the zCDP loss, 10^-9, of Laplace noise on values of which one unit moves `l0` by at most `step` each.

    The sum over the values of what each costs: the Kullback-Leibler divergence, (k + 2(q^(k+1) - q)/(1 - q²))/scale with
    k = step and q = e^(-1/scale); never above ε²/2 of each. Rounded up.
    Source: Harrison & Manurangsi 2026, Exact zCDP Characterizations (discrete Laplace: the order α → 1 is the worst);
    Bun & Steinke 2016, Proposition 1.4 (ε²/2) and Lemma 1.7 (composition adds up).
    """
    each = Fraction(step) / Fraction(scale)
    whole = ceil(l0 * each**2 / 2 * NANO)
    if each < Fraction(1, 1000):  # the difference below would lose its digits, and the two agree to a thousandth
        return whole
    q = exp(-1 / scale)
    divergence = (step + 2 * q * expm1(-step / scale) / -expm1(-2 / scale)) / scale
    return min(whole, ceil(Fraction(divergence * UP) * l0 * NANO))


@lru_cache(maxsize=4096)
def scale_for_rho(*, l0: int, step: int, rho_nano: int) -> float:
    """Return the smallest scale, to one part in 10^9, at which `rho_nano_up` is at most `rho_nano`; ≥ 1 nano-rho.

    Raises: ValueError: an argument is not positive.
    """
    if l0 < 1 or step < 1 or rho_nano < 1:
        raise ValueError(f"`{l0}` values, a step of `{step}` and `{rho_nano}` nano-rho must be at least 1")
    high = 1e-3 * step
    while rho_nano_up(l0=l0, step=step, scale=high) > rho_nano:
        high *= 2
    low = high / 2
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if rho_nano_up(l0=l0, step=step, scale=middle) > rho_nano else (low, middle)
    return high
