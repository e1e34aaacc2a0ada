"""The two mechanisms side by side: which noise, how wide its interval, one draw for all values of a scale."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from mumian.methods.dp import Noise, discrete_gaussian
from mumian.methods.laplace import discrete_laplace
from mumian.methods.tails import first_below, gaussian_tail_up, laplace_tail_up


class Mechanism(StrEnum):
    """What noise is added; its scale is sigma for the discrete Gaussian, 1/ε per unit step for the discrete Laplace."""

    GAUSSIAN = "gaussian"
    LAPLACE = "laplace"


def noise_of(mechanism: Mechanism) -> Noise:
    """Return the sampler of a mechanism."""
    return discrete_gaussian if mechanism is Mechanism.GAUSSIAN else discrete_laplace


def tail_up_of(mechanism: Mechanism, *, m: int, scale: float) -> float:
    """Return an upper bound on P[noise ≥ m]."""
    return gaussian_tail_up(m, scale) if mechanism is Mechanism.GAUSSIAN else laplace_tail_up(m, scale)


@lru_cache(maxsize=4096)
def noise_width(mechanism: Mechanism, *, scale: float, outside: Fraction) -> int:
    """Return the smallest h ≥ 0 for which one value's noise is shown to lie beyond ±h with probability ≤ `outside`.

    scale: 0 for an exact value. It covers the noise alone, not what clamping and bounding took away.
    """
    if scale == 0:
        return 0
    return first_below(lambda m: tail_up_of(mechanism, m=m, scale=scale), probability=float(outside) / 2) - 1


def half_width_of(mechanism: Mechanism, *, scale: float, confidence_permille: int) -> int:
    """Return the half width of one value's noise as answers state it: `noise_width`, but at least 1.

    For Gaussian noise it is `dp.half_width` or, where that rounds more than it must, one less.
    Raises: ValueError: the confidence is not within 1 to 999 permille.
    """
    outside = outside_of(confidence_permille)
    return max(1, noise_width(mechanism, scale=scale, outside=outside))


def outside_of(confidence_permille: int) -> Fraction:
    """Return the probability that an interval of this confidence may miss. Raises: ValueError: not within 1 to 999."""
    if not 1 <= confidence_permille <= 999:
        raise ValueError(f"confidence `{confidence_permille}` permille is not within 1 to 999")
    return Fraction(1000 - confidence_permille, 1000)


def at_scales(values: Sequence[int], scales: Sequence[float], noise: Noise) -> list[int]:
    """Return each value plus noise of its own scale, in the order given: one draw for all values of a scale.

    A call costs a check of its scale and a crossing into the library, a value some microseconds.
    """
    noisy = [0] * len(values)
    places: dict[float, list[int]] = {}
    for place, scale in enumerate(scales):
        places.setdefault(scale, []).append(place)
    for scale, same in places.items():
        for place, drawn in zip(same, noise([values[place] for place in same], scale), strict=True):
            noisy[place] = drawn
    return noisy
