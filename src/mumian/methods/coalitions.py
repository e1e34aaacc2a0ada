"""Which coalitions a sampled Shapley value asks about: in pairs with their complements, by size, none twice.

Level k holds the pairs of a coalition of size k and its complement, k = 1 … n//2. A level small enough for its part of the
budget is enumerated; of the others so many distinct pairs are drawn that every group of pairs gets equally many.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

Masks = npt.NDArray[np.uint64]

PLAYERS_MAX = 63
"""Players of a sampled game: bits of a mask."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """size: k. pairs: C(n, k), or half as many where k = n/2. drawn: of them, all if it is enumerated."""

    size: int
    pairs: int
    drawn: int

    @property
    def is_full(self) -> bool:
        return self.drawn == self.pairs


def pairs_of(n: int, size: int) -> int:
    """Return how many pairs of a coalition of `size` players and its complement there are among `n`."""
    return comb(n, size) // (2 if 2 * size == n else 1)


def kernel_mass(n: int, size: int) -> float:
    """Return the Shapley kernel's weight of all pairs of a level, up to a factor: 1/(k(n-k)), half of it where k = n/2.

    A coalition's weight is (n-1) / (C(n, k) k (n-k)). Source: Charnes, Golany, Keane & Rousseau 1988; Lundberg & Lee 2017,
    A Unified Approach to Interpreting Model Predictions, Theorem 2.
    """
    return (0.5 if 2 * size == n else 1.0) / (size * (n - size))


def levels_of(n: int, *, pairs: int, groups: int) -> list[Level]:
    """Share `pairs` among the levels by kernel mass; a level that its part would exhaust is enumerated, smallest first.

    Args:
        n: players; 2 to 63. pairs: to ask about, ≥ n. groups: each level that is drawn from gets a multiple of it, > 0.
    Returns: one level a size; together at most `pairs`.
    Raises: ValueError: `pairs` is too few for every level to be met by every group.
    """
    found: list[Level] = []
    left = pairs
    open_sizes = list(range(1, n // 2 + 1))
    while open_sizes:
        size = open_sizes[0]
        level = pairs_of(n, size)
        mass = sum(kernel_mass(n, each) for each in open_sizes)
        if level > (left if size == 1 else left * kernel_mass(n, size) / mass):
            break
        found.append(Level(size=size, pairs=level, drawn=level))
        left -= level
        del open_sizes[0]
    if not found or left < groups * len(open_sizes):
        least = n + groups * (n // 2 - 1)
        raise ValueError(f"`{pairs}` pairs of coalitions for `{n}` players; at least {least}")
    return found + _partly(n, open_sizes, left=left, groups=groups)


def _partly(n: int, sizes: list[int], *, left: int, groups: int) -> list[Level]:
    """Share what is left in rounds of one pair a group: one round for every level, the others by largest need."""
    rounds = dict.fromkeys(sizes, 1)
    most = {size: pairs_of(n, size) // groups for size in sizes}
    if min(most.values(), default=1) < 1:
        raise ValueError(f"a level of fewer pairs than `{groups}` groups; ask about more")
    for _ in range(left // groups - len(sizes)):
        open_sizes = [size for size in sizes if rounds[size] < most[size]]
        if not open_sizes:
            break
        rounds[max(open_sizes, key=lambda size: kernel_mass(n, size) / rounds[size])] += 1
    return [Level(size=size, pairs=pairs_of(n, size), drawn=groups * rounds[size]) for size in sizes]


def masks_of(n: int, level: Level, *, rng: np.random.Generator) -> Masks:
    """Return `level.drawn` distinct coalitions, one of each pair, in random order unless all are returned.

    Where k = n/2 it is the one that player 0 is in.
    """
    if 2 * level.drawn >= level.pairs:
        everyone = _all_masks(n, level)
        return everyone if level.is_full else rng.permutation(everyone)[: level.drawn]
    seen: dict[int, None] = {}
    bits = np.uint64(1) << np.arange(n, dtype=np.uint64)
    while len(seen) < level.drawn:
        chosen = np.argpartition(rng.random((level.drawn, n)), level.size - 1, axis=1)[:, : level.size]
        masks = np.bitwise_or.reduce(bits[chosen], axis=1)
        if 2 * level.size == n:
            masks = np.where(masks & np.uint64(1), masks, masks ^ np.uint64((1 << n) - 1))
        seen |= dict.fromkeys(masks.tolist())
    return np.array(list(seen)[: level.drawn], dtype=np.uint64)


def _all_masks(n: int, level: Level) -> Masks:
    members = combinations(range(n), level.size)
    halved = (chosen for chosen in members if chosen[0] == 0) if 2 * level.size == n else members
    return np.array([sum(1 << player for player in chosen) for chosen in halved], dtype=np.uint64)
