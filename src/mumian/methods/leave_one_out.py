"""Leave-one-out: what is lost when a player goes. For reference beside Shapley values; it does not share anything out.

Two players who can replace one another are worth nothing by it, each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction


def leave_one_out(n: int, value: Callable[[int], int | Fraction]) -> list[Fraction]:
    """Return v(all) - v(all without i) of every player.

    Args:
        n: players; ≥ 1.
        value: worth of a coalition given as a mask in [0, 2^n); called n + 1 times.
    Returns: n fractions, which need not add up to anything.
    Raises: ValueError: `n` is below 1.
    Source: Cook 1977, Detection of Influential Observation in Linear Regression, Technometrics 19(1).
    """
    if n < 1:
        raise ValueError(f"a game of `{n}` players; one is needed")
    everybody = (1 << n) - 1
    whole = Fraction(value(everybody))
    return [whole - value(everybody & ~(1 << player)) for player in range(n)]
