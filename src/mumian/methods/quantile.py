"""Quantiles of a column from a noisy histogram over public edges: integers and fractions only, nothing that data can upset.

For a quantile p let D_j = (1 - p)·(rows left of edge j) - p·(rows right of it): below zero left of the quantile, not so
right of it. D_j is one weighted sum of the bins, each noise in it once, so it is known better than two counts would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from mumian.methods.mechanisms import outside_of
from mumian.methods.tails import UP, gaussian_sum_width


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """A quantile, interpolated within its bin, and the edges between which it lies with the wanted confidence."""

    value: Fraction
    low: int
    high: int


def quantile(
    counts: Sequence[int], edges: Sequence[int], *, permille: int, sigma: float, confidence_permille: int
) -> Quantile | None:
    """Return a quantile of the values that a noisy histogram counts; None if it counts none.

    The interval asks, edge by edge from either end, whether the quantile is surely beyond it, and stops at the first edge
    of which it is not sure. To miss the right bin it must be wrong about that bin's own edge, so each side needs one test's
    confidence, however many bins there are.

    Args:
        counts: noisy rows of bin i, from edges[i] up to but not edges[i + 1]; may be negative.
        edges: public, rising; one more than counts; in the column's unit. Values are clamped to them beforehand.
        permille: 1 to 999; 500 is the median, the smallest value with at least half of the rows at or below it.
        sigma: of the discrete Gaussian noise on each count; 0 if exact.
        confidence_permille: 1 to 999; of the noise alone.
    Raises: ValueError: an argument is out of range; never for what the counts are.
    Source: Hay, Rastogi, Miklau & Suciu 2010 (isotonic repair); Woodruff 1952 (intervals of quantiles by inversion).
    """
    if not 1 <= permille <= 999:
        raise ValueError(f"quantile `{permille}` permille is not within 1 to 999")
    if len(edges) != len(counts) + 1 or not counts or any(a >= b for a, b in pairwise(edges)):
        raise ValueError(
            f"`{len(edges)}` edges, which must rise, for `{len(counts)}` bins; one more than bins is needed"
        )
    each_side = outside_of(confidence_permille) / 2
    if sum(counts) <= 0:
        return None
    balance = _balances(counts, permille)
    wide = [_width(j, len(counts), permille=permille, sigma=sigma, each_side=each_side) for j in range(len(edges))]
    first, last = 0, len(counts)
    while first + 1 < len(counts) and balance[first + 1] < -wide[first + 1]:
        first += 1
    while last - 1 > 0 and balance[last - 1] >= wide[last - 1]:
        last -= 1
    low, high = edges[first], edges[last]
    value = _crossing(isotonic(balance), edges)
    return Quantile(value=min(max(value, Fraction(low)), Fraction(high)), low=low, high=high)


def _balances(counts: Sequence[int], permille: int) -> list[int]:
    """Return 1000·D_j for every edge: each step to the right moves a bin from one side to the other."""
    balances = [-permille * sum(counts)]
    for count in counts:
        balances.append(balances[-1] + 1000 * count)
    return balances


def _width(j: int, bins: int, *, permille: int, sigma: float, each_side: Fraction) -> Fraction:
    """Return how far noise may move 1000·D_j to one side."""
    left, right = 1000 - permille, permille
    variance = float(sigma**2 * (j * left**2 + (bins - j) * right**2)) * UP
    return gaussian_sum_width(variance=variance, steps=Fraction(j * left + (bins - j) * right), each_side=each_side)


def _crossing(balance: Sequence[Fraction], edges: Sequence[int]) -> Fraction:
    """Return where a rising sequence over the edges reaches zero, by straight lines between them."""
    at = next((j for j in range(1, len(edges)) if balance[j] >= 0), None)
    if at is None:
        return Fraction(edges[-1])
    before, after = balance[at - 1], balance[at]
    if before >= 0:
        return Fraction(edges[at - 1])
    return edges[at - 1] + (edges[at] - edges[at - 1]) * -before / (after - before)


def isotonic(values: Sequence[int]) -> list[Fraction]:
    """Return the rising sequence that is nearest to `values` in squares: neighbours that fall are averaged.

    Source: Ayer et al. 1955 (pool adjacent violators); Hay, Rastogi, Miklau & Suciu 2010, Theorem 1.
    """
    pools: list[tuple[int, int]] = []  # (sum, how many), means rising
    for value in values:
        total, size = value, 1
        while pools and pools[-1][0] * size > total * pools[-1][1]:
            before, many = pools.pop()
            total, size = total + before, size + many
        pools.append((total, size))
    return [Fraction(total, size) for total, size in pools for _ in range(size)]
