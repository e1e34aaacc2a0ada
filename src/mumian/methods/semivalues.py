"""Semivalues: a player's marginal worth, averaged with a weight for the size of the coalition that it joins.

A coalition is a bit mask. `weights[s]` is the weight of one coalition of size s without the player, s = 0 … n-1; a
semivalue's weights fulfil Σ C(n-1, s) weights[s] = 1. All are exact; a table of floats is for games of many players.

shapley_weights    every size equally likely
banzhaf_weights    every coalition equally likely
beta_weights       Beta(α, β): small coalitions count more if α > β
exact_semivalue    in fractions, up to 20 players
float_semivalue    from a table of float64, up to 24 players
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import comb

import numpy as np
import numpy.typing as npt

from mumian.methods.shapley import PLAYERS_MAX, exact_shapley

Floats = npt.NDArray[np.float64]

TABLE_PLAYERS_MAX = 24
"""Players of a table of float64: 128 MiB, and as much again while it is folded."""


def shapley_weights(n: int) -> list[Fraction]:
    """Return 1 / (n C(n-1, s)). Source: Shapley 1953."""
    return [Fraction(1, n * comb(n - 1, size)) for size in range(n)]


def banzhaf_weights(n: int) -> list[Fraction]:
    """Return 1 / 2^(n-1). Source: Banzhaf 1965; Wang & Jia 2023, Data Banzhaf, Def. 3."""
    return [Fraction(1, 1 << (n - 1))] * n


def beta_weights(n: int, *, alpha: int | Fraction, beta: int | Fraction) -> list[Fraction]:
    """Return B(s + β, n-1-s + α) / B(α, β), as ratios of rising factorials.

    Args:
        alpha, beta: > 0. Beta(1, 1) is Shapley's; a larger alpha counts small coalitions more.
    Raises: ValueError: a parameter is not positive.
    Source: Kwon & Zou 2022, Beta Shapley, AISTATS, Eq. 5.
    """
    if min(alpha, beta) <= 0:
        raise ValueError(f"Beta(`{alpha}`, `{beta}`); both must be positive")
    whole = _rising(alpha + beta, n - 1)
    return [Fraction(_rising(beta, size) * _rising(alpha, n - 1 - size)) / whole for size in range(n)]


def _rising(start: int | Fraction, times: int) -> Fraction:
    """Return start (start + 1) … (start + times - 1)."""
    product = Fraction(1)
    for step in range(times):
        product *= start + step
    return product


def exact_semivalue(n: int, value: Callable[[int], int | Fraction], *, weights: Sequence[Fraction]) -> list[Fraction]:
    """Return the semivalue of every player.

    A semivalue of v is the Shapley value, less what does not depend on the player, of a game with rescaled worths; here
    it is summed directly: φ_i = Σ_{S∌i} weights[|S|] (v(S∪i) - v(S)).

    Args:
        n: players; 1 to 20.
        value: worth of a coalition given as a mask; called once per coalition, in order.
        weights: n of them.
    Raises: ValueError: `n` is out of range, or there are not n weights.
    Source: Dubey, Neyman & Weber 1981, Value Theory without Efficiency, Math. Oper. Res. 6(1).
    """
    if not 1 <= n <= PLAYERS_MAX or len(weights) != n:
        raise ValueError(f"a table of `{n}` players with `{len(weights)}` weights; 1 to {PLAYERS_MAX}, and as many")
    table = [value(mask) for mask in range(1 << n)]
    if list(weights) == shapley_weights(n):
        return exact_shapley(n, table.__getitem__)
    return [_exact_value_of(player, table=table, weights=weights) for player in range(n)]


def _exact_value_of(player: int, *, table: Sequence[int | Fraction], weights: Sequence[Fraction]) -> Fraction:
    """Add the marginal worths of each size first: a size has one weight."""
    bit = 1 << player
    by_size: list[int | Fraction] = [0] * len(weights)
    for mask in range(len(table)):
        if not mask & bit:
            by_size[mask.bit_count()] += table[mask | bit] - table[mask]
    return sum((weight * total for weight, total in zip(weights, by_size, strict=True)), Fraction(0))


def float_semivalue(table: Floats, *, weights: Sequence[Fraction]) -> Floats:
    """Return the semivalue of every player from the worths of all coalitions, in float64.

    The table is folded in half bit by bit, as `exact_shapley` does: 2^(n+1) additions. Sums are pairwise: the error of a
    value is within 4n units of rounding (2^-53) of Σ weights·|v|, which is ≤ H_n max|v| for Shapley's weights.

    Args:
        table: float64, length 2^n, index is the mask; n ≤ 24. It is not changed.
        weights: n of them.
    Returns: float64, length n.
    Raises: ValueError: lengths do not fit, or a worth is not finite.
    Source: Dubey, Neyman & Weber 1981; the folding: `mumian.methods.shapley.exact_shapley`.
    """
    n = len(weights)
    if not 1 <= n <= TABLE_PLAYERS_MAX or len(table) != 1 << n:
        raise ValueError(f"`{len(table)}` worths for `{n}` weights; 2^n of n ≤ {TABLE_PLAYERS_MAX}")
    if not np.isfinite(table).all():
        raise ValueError("a worth is not finite; a coalition without one must be given one")
    outside = np.array([*map(float, weights), 0.0])
    inside = np.array([0.0, *map(float, weights)])
    sizes = np.bitwise_count(np.arange(1 << n, dtype=np.uint32))
    constant = float((table * outside[sizes]).sum())
    folded = table * (inside + outside)[sizes]
    values = np.empty(n)
    for bit in reversed(range(n)):
        low, high = folded[: 1 << bit], folded[1 << bit :]
        values[bit] = float(high.sum()) - constant
        folded = low + high
    return values


def float_shapley(table: Floats) -> Floats:
    """Return the Shapley value of every player from a table of float64. Arguments, raises: as `float_semivalue`."""
    return float_semivalue(table, weights=shapley_weights(max(1, len(table).bit_length() - 1)))
