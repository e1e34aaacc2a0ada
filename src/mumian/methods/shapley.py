"""The Shapley value: each player's average marginal worth over all orders of arrival. Exact, in fractions.

A coalition is a bit mask: bit i is set if player i is in it.

exact_shapley      any game of up to 20 players, from the table of its 2^n worths
coverage_shapley   an item is worth its weight as soon as one of its owners is there (union)
join_shapley       an item is worth its weight only when all of its owners are there (join)
max_shapley        a coalition is worth its largest member (airport)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import factorial, lcm
from operator import add

PLAYERS_MAX = 20
"""Players of an exact table: 2^20 worths, about a second."""


def exact_shapley(n: int, value: Callable[[int], int | Fraction]) -> list[Fraction]:
    """Return the Shapley value of every player of a game of `n` players.

    With s = |S|, φ_i = Σ_{S∋i} (s-1)!(n-s)!/n! v(S) - Σ_{S∌i} s!(n-s-1)!/n! v(S). Adding the second sum over all S
    to both sides leaves one constant and one sum over S∋i, and folding the table in half bit by bit gives that sum
    for every player in 2^(n+1) additions instead of n·2^n.

    Args:
        n: players; 1 to 20.
        value: worth of a coalition given as a mask in [0, 2^n); called once per coalition, in order.
    Returns: n fractions that add up to v(all) - v(none).
    Raises: ValueError: `n` is out of range.
    Source: Shapley 1953, A Value for n-Person Games, Contributions to the Theory of Games II, 307-317.
    """
    if not 1 <= n <= PLAYERS_MAX:
        raise ValueError(f"a table of `{n}` players; it holds 1 to {PLAYERS_MAX}: use a closed form or sample")
    outside = [factorial(s) * factorial(n - s - 1) for s in range(n)] + [0]
    inside = [0] + [factorial(s - 1) * factorial(n - s) for s in range(1, n + 1)]
    both = [a + b for a, b in zip(inside, outside, strict=True)]
    both[0] = 0
    table: list[int | Fraction] = []
    constant: int | Fraction = 0
    for mask in range(1 << n):
        worth, size = value(mask), mask.bit_count()
        table.append(worth * both[size])
        constant += worth * outside[size]
    scale = factorial(n)
    return [Fraction(part - constant) / scale for part in _sums_by_bit(table)]


def _sums_by_bit(table: Sequence[int | Fraction]) -> list[int | Fraction]:
    """Return, for each bit, the sum of the entries whose index has it; bit 0 first. Length of `table`: a power of two."""
    sums: list[int | Fraction] = []
    while len(table) > 1:
        half = len(table) // 2
        low, high = table[:half], table[half:]
        sums.append(sum(high))
        table = list(map(add, low, high))
    sums.reverse()
    return sums


def coverage_shapley(n: int, items: Iterable[tuple[int, int | Fraction]]) -> list[Fraction]:
    """Return the Shapley value of the game in which a coalition is worth the items that any member owns.

    φ_i = Σ_{x owned by i} w(x) / owners(x).

    Args:
        n: players; ≥ 1, not limited to 20.
        items: (mask of owners, weight); a mask of zero belongs to nobody and adds nothing.
    Returns: n fractions that add up to the weight of all owned items.
    Raises: ValueError: a mask names a player ≥ `n`.
    Source: Shapley 1953: additivity over the items, symmetry among an item's owners, nothing for the others.
    """
    return _split_equally(n, items)


def join_shapley(n: int, items: Iterable[tuple[int, int | Fraction]]) -> list[Fraction]:
    """Return the Shapley value of the game in which a coalition is worth the items all of whose owners are members.

    The dual of the coverage game, and a game and its dual have the same value: φ_i = Σ_{x needs i} w(x) / owners(x).
    Arguments, returns, raises: as `coverage_shapley`.
    Source: Shapley 1953 (unanimity games); Harsanyi 1963, Int. Econ. Rev. 4(2) (dividends).
    """
    return _split_equally(n, items)


def _split_equally(n: int, items: Iterable[tuple[int, int | Fraction]]) -> list[Fraction]:
    """Share each item's weight equally among its owners. Items of the same owners are added up first."""
    by_owners: dict[int, int | Fraction] = {}
    for mask, weight in items:
        if mask >> n:
            raise ValueError(f"mask `{mask}` names a player beyond the {n} of the game")
        by_owners[mask] = by_owners.get(mask, 0) + weight
    by_owners.pop(0, None)
    scale = lcm(*(mask.bit_count() for mask in by_owners))
    sums: list[int | Fraction] = [0] * n
    for mask, weight in by_owners.items():
        each = weight * (scale // mask.bit_count())
        while mask:
            lowest = mask & -mask
            sums[lowest.bit_length() - 1] += each
            mask ^= lowest
    return [Fraction(part) / scale for part in sums]


def max_shapley(worths: Sequence[int | Fraction]) -> list[Fraction]:
    """Return the Shapley value of the game in which a coalition is worth its largest member (the airport game).

    In ascending order, each step up from one worth to the next is shared by the players at or above it.

    Args:
        worths: one per player, not negative; a runway's cost, a sensor's precision.
    Returns: one fraction per player; they add up to the largest worth.
    Raises: ValueError: a worth is negative.
    Source: Littlechild & Owen 1973, A Simple Expression for the Shapley Value in a Special Case, Manag. Sci. 20(3).
    """
    ascending = sorted(range(len(worths)), key=lambda player: worths[player])
    values = [Fraction(0)] * len(worths)
    reached: int | Fraction = 0
    so_far = Fraction(0)
    for below, player in enumerate(ascending):
        worth = worths[player]
        if worth < 0:
            raise ValueError(f"player `{player}` is worth `{worth}`; a worth must not be negative")
        so_far += Fraction(worth - reached) / (len(worths) - below)
        reached = worth
        values[player] = so_far
    return values
