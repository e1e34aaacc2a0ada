"""Confidence intervals of figures that are derived from noisy integers: sums, differences, ratios, variances.

Each interval holds the exact figure (of the bounded, clamped data) with at least the wanted confidence: every part is
given the interval that all of them together hold with it (union bound), and the figure's range over that box is taken.
Everything is post-processing of released values and of public scales: it costs no privacy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from mumian.methods.mechanisms import Mechanism, noise_width, outside_of
from mumian.methods.tails import UP, gaussian_sum_width

Number = int | Fraction


@dataclass(frozen=True, kw_only=True)
class Noisy:
    """A released integer and the scale of its noise, in its unit; scale 0: an exact, public value."""

    value: int
    scale: float
    mechanism: Mechanism = Mechanism.GAUSSIAN


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A figure and the bounds that hold the exact one; low ≤ value ≤ high, in the figure's unit."""

    value: Fraction
    low: Fraction
    high: Fraction

    @property
    def half_width(self) -> Fraction:
        """Return the larger distance from the value to a bound."""
        return max(self.high - self.value, self.value - self.low)


def box(parts: Sequence[Noisy], confidence_permille: int) -> list[tuple[int, int]]:
    """Return bounds of each part that all hold together with the confidence."""
    each = outside_of(confidence_permille) / max(1, sum(part.scale > 0 for part in parts))
    widths = [noise_width(part.mechanism, scale=part.scale, outside=each) for part in parts]
    return [(part.value - width, part.value + width) for part, width in zip(parts, widths, strict=True)]


def combination(terms: Sequence[tuple[Number, Noisy]], *, confidence_permille: int, constant: Number = 0) -> Interval:
    """Return the interval of constant + Σ weight · part: sums, differences, units converted.

    Where all noise is Gaussian the bound of a sum of independent noises is taken if it is the narrower.
    terms: (weight, part); each part once, their noises independent.
    Source: union bound (Boole); `tails.gaussian_sum_width`.
    """
    value = Fraction(constant) + sum((Fraction(w) * part.value for w, part in terms), Fraction(0))
    bounds = box([part for _, part in terms], confidence_permille)
    width = sum(
        (abs(Fraction(w)) * (high - low) / 2 for (w, _), (low, high) in zip(terms, bounds, strict=True)), Fraction(0)
    )
    if all(part.mechanism is Mechanism.GAUSSIAN for _, part in terms):
        noisy = [(Fraction(w), part.scale) for w, part in terms if part.scale > 0]
        summed = gaussian_sum_width(
            variance=float(sum((w * Fraction(scale)) ** 2 for w, scale in noisy)) * UP,
            steps=sum((abs(w) for w, _ in noisy), Fraction(0)),
            each_side=outside_of(confidence_permille) / 2,
        )
        width = min(width, summed)
    return Interval(value=value, low=value - width, high=value + width)


def ratio(numerator: Noisy, denominator: Noisy, *, confidence_permille: int) -> Interval | None:
    """Return the interval of numerator / denominator, an average for instance; None if the denominator may be 0.

    Source: Fieller 1954 asks for a region of the denominator away from 0 as well; here a box by union bound.
    """
    tops, (low, high) = box([numerator, denominator], confidence_permille)
    if low <= 0 <= high:
        return None
    corners = [Fraction(top, bottom) for top, bottom in product(tops, (low, high))]
    return Interval(value=Fraction(numerator.value, denominator.value), low=min(corners), high=max(corners))


def variance(squares: Noisy, total: Noisy, count: Noisy, *, confidence_permille: int) -> Interval | None:
    """Return the interval of the population variance Q/N - (S/N)²; None if the count may be 0. Never below 0.

    Args:
        squares, total: Q = Σ(x - c)² and S = Σ(x - c) about one public centre c; count: N.
    Source: the range over the box: rising in Q, falling in |S|, and with u = 1/N the concave Qu - S²u².
    """
    (q_low, q_high), (s_low, s_high), (n_low, n_high) = box([squares, total, count], confidence_permille)
    if n_low <= 0:
        return None
    ends = Fraction(1, n_high), Fraction(1, n_low)
    s_far = max(abs(s_low), abs(s_high))
    s_near = 0 if s_low <= 0 <= s_high else min(abs(s_low), abs(s_high))
    tops = [*ends, Fraction(q_high, 2 * s_near**2)] if s_near else [*ends]
    high = max(q_high * u - (s_near * u) ** 2 for u in tops if ends[0] <= u <= ends[1])
    low = min(q_low * u - (s_far * u) ** 2 for u in ends)
    value = Fraction(squares.value, count.value) - Fraction(total.value, count.value) ** 2
    zero = Fraction(0)
    return Interval(value=max(zero, value), low=max(zero, low), high=max(zero, high))


def sample_variance(squares: Noisy, total: Noisy, count: Noisy, *, confidence_permille: int) -> Interval | None:
    """Return the interval of the sample variance, N/(N - 1) times the population's; None if the count may be 1 or less."""
    population = variance(squares, total, count, confidence_permille=confidence_permille)
    (_, _, (n_low, n_high)) = box([squares, total, count], confidence_permille)
    if population is None or n_low <= 1:
        return None
    n = count.value
    return Interval(
        value=population.value * Fraction(n, n - 1),
        low=population.low * Fraction(n_high, n_high - 1),
        high=population.high * Fraction(n_low, n_low - 1),
    )
