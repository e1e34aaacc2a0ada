"""Whether a few units make up so much of a sum that it tells about them.

(n, share) rule   the n largest contributions are more than a share of the total
p% rule           the second largest contributor could tell the largest one's value to within p% of it

A contribution is the magnitude of what a unit adds to the cell, so that negative values count as well.

Source: Hundepool et al. 2012, Statistical Disclosure Control, ch. 4.2.2 (rules of magnitude tables).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mumian.methods.differencing import Footprint, Integers, Numbers, kernel

LARGEST_MAX = 64
"""The largest n of an (n, share) rule."""


def contributions(made: Footprint, slots: Numbers, values: Integers) -> Integers:
    """Return what every entry of a footprint (a unit in a cell) adds to the sum over rows of `values`."""
    out = np.zeros(len(made.cells), np.int64)
    _add(slots, values, out)
    return out


@kernel
def _add(slots: Any, values: Any, out: Any) -> None:
    for row in range(len(slots)):
        if slots[row] >= 0:
            out[slots[row]] += values[row]


def dominated(
    made: Footprint, parts: Integers, *, cells: int, largest: int, share_permille: int, p_percent: int
) -> npt.NDArray[np.bool_]:
    """Return, for each cell, whether its sum must not be shown.

    Args:
        parts: int64[entries]; `contributions` of one measure; sums of magnitudes within int64.
        largest: n; 1 to LARGEST_MAX. share_permille: the most that n units may be of the total; 1 to 1000.
        p_percent: how near the largest contribution may be estimated; 0: the rule is off.
    Returns: bool[cells]. A cell of zeros alone is not dominated.
    Raises: ValueError: a parameter is out of range.
    """
    if not 1 <= largest <= LARGEST_MAX or not 1 <= share_permille <= 1_000 or p_percent < 0:
        raise ValueError(f"({largest}, {share_permille} permille) and {p_percent}% are no rule of dominance")
    top, total = np.zeros((cells, max(largest, 2)), np.int64), np.zeros(cells, np.int64)
    _rank_parts(made.cells, parts, top, total)
    out = np.zeros(cells, np.bool_)
    for cell in range(cells):
        ordered, whole = [int(part) for part in top[cell]], int(total[cell])
        by_share = sum(ordered[:largest]) * 1_000 > share_permille * whole
        by_p = 100 * (whole - ordered[0] - ordered[1]) < p_percent * ordered[0]
        out[cell] = by_share or by_p
    return out


@kernel
def _rank_parts(cells: Any, parts: Any, top: Any, total: Any) -> None:
    """Keep the largest magnitudes of each cell, descending, and their total."""
    width = top.shape[1]
    for entry in range(len(cells)):
        cell, size = cells[entry], abs(parts[entry])
        total[cell] += size
        place = width
        while place > 0 and top[cell, place - 1] < size:
            if place < width:
                top[cell, place] = top[cell, place - 1]
            place -= 1
        if place < width:
            top[cell, place] = size
