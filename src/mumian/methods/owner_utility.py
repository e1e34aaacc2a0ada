"""What a coalition of data owners is worth to a ridge regression: how much of a hidden test set it explains.

Each owner gives sums over its rows alone, X'X and X'y, never a row. The worth of a coalition is what its model takes off
the mean square of the test targets, so the empty one is worth 0, and a coalition that misleads is worth less than 0.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from mumian.methods.differencing import kernel
from mumian.methods.semivalues import TABLE_PLAYERS_MAX, Floats

UTILITY_VERSION = "ridge-explained-mse/1"
"""Names the utility in whatever is paid by it."""

LOW_BITS_MAX = 12
"""A slice of the table is all subsets of so many owners, joined to one subset of the others."""


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Sufficient statistics of rows (x, y). gram: X'X, d×d. cross: X'y, d. square: y'y. rows: ≥ 0. All float64."""

    gram: Floats
    cross: Floats
    square: float
    rows: int


def moments(x: Floats, y: Floats) -> Moments:
    """Return the sums of rows `x` (m×d) and targets `y` (m). Raises: ValueError: shapes differ, or a number is not finite."""
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(f"rows of shape `{x.shape}` and targets of `{y.shape}`; m×d and m")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a row holds a number that is not finite; leave such rows out first")
    return Moments(gram=x.T @ x, cross=x.T @ y, square=float(y @ y), rows=len(y))


def owner_table(
    owners: list[Moments],
    test: Moments,
    *,
    ridge: float,
    threads: int = 2,
    progress: Callable[[float], None] | None = None,
) -> Floats:
    """Return the worth of every coalition: mean square of the test targets less the mean square error of its model.

    With A = Σ X'X + ridge·I and b = Σ X'y over the members, the model is w = A⁻¹b, by Cholesky; 2^n of them.
    Sums do not drift: subsets are walked depth first with the partial sum of every level kept, so that each is a sum of at
    most n owners in the order of their bits, at two additions a subset on average; a Gray code would add and take away
    along the whole walk. A sum's relative error is within (n-1)·2^-53 of Σ|X'X|, and neither it nor the order depends
    on `threads`.

    Args:
        owners: 1 to 24, each of d columns; bit i of an index is owner i.
        test: of the hidden test set; at least one row.
        ridge: added to the diagonal of each coalition's sum; > 0, in the unit of X'X.
        threads: slices worked on at a time; ≥ 1.
        progress: told the part done, above 0 and up to 1, by the calling thread.
    Returns: float64, length 2^n, in the unit of y squared.
    Raises: ValueError: an argument is out of range, or a sum is not positive definite in float64.
    Source: Hoerl & Kennard 1970, Ridge Regression, Technometrics 12(1); Higham 2002, Accuracy and Stability, 2nd ed., §4.2
        (sums), ch. 10 (Cholesky).
    """
    grams, crosses = _stacked(owners, test, ridge=ridge)
    low_bits = min(len(owners), LOW_BITS_MAX)
    slices = 1 << (len(owners) - low_bits)
    table = np.empty(1 << len(owners))
    mean = test.gram / test.rows, test.cross / test.rows

    def fill(high: int) -> bool:
        return bool(_fill_slice(table, grams, crosses, *mean, ridge, low_bits, high))

    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done, positive in enumerate(pool.map(fill, range(slices)), start=1):
            if not positive:
                raise ValueError(
                    f"a coalition's sum is not positive definite at a ridge of `{ridge}`; take a larger one"
                )
            if progress is not None:
                progress(done / slices)
    return table


def _stacked(owners: list[Moments], test: Moments, *, ridge: float) -> tuple[Floats, Floats]:
    """Check what is given, and return all owners' sums as n×d×d and n×d."""
    if not 1 <= len(owners) <= TABLE_PLAYERS_MAX:
        raise ValueError(f"a table of `{len(owners)}` owners; it holds 1 to {TABLE_PLAYERS_MAX}: sample instead")
    if not ridge > 0 or test.rows < 1:
        raise ValueError(f"a ridge of `{ridge}` and `{test.rows}` test rows; both must be positive")
    columns = {len(each.cross) for each in (*owners, test)}
    if len(columns) != 1:
        raise ValueError(f"owners and test set have `{sorted(columns)}` columns; all must have the same")
    return np.array([each.gram for each in owners]), np.array([each.cross for each in owners])


@kernel
def _fill_slice(
    table: Floats,
    grams: Floats,
    crosses: Floats,
    test_gram: Floats,
    test_cross: Floats,
    ridge: float,
    low_bits: int,
    high: int,
) -> bool:
    """Write the worths of all subsets of the low owners joined to the subset `high` of the others; False: not positive.

    sums[k] holds the members from bit k upward; counting up by one leaves all levels above the lowest set bit as they are.
    """
    n, d = crosses.shape
    sums, sums_b = np.zeros((low_bits + 1, d, d)), np.zeros((low_bits + 1, d))
    for j in range(d):
        sums[low_bits, j, j] = ridge
    for owner in range(n - 1, low_bits - 1, -1):
        if high >> (owner - low_bits) & 1:
            sums[low_bits] += grams[owner]
            sums_b[low_bits] += crosses[owner]
    factor, w = np.empty((d, d)), np.empty(d)
    for low in range(1 << low_bits):
        changed = low_bits - 1
        if low:
            changed = 0
            while not low >> changed & 1:
                changed += 1
        for k in range(changed, -1, -1):
            member = low >> k & 1
            for i in range(d):
                sums_b[k, i] = sums_b[k + 1, i] + member * crosses[k, i]
                for j in range(i + 1):
                    sums[k, i, j] = sums[k + 1, i, j] + member * grams[k, i, j]
        if not _solve(sums[0], sums_b[0], factor, w):
            return False
        table[high << low_bits | low] = _explained(w, test_gram, test_cross)
    return True


@kernel
def _solve(a: Floats, b: Floats, factor: Floats, w: Floats) -> bool:
    """Write w with a·w = b; of `a` and `factor` the lower triangle is used. False: `a` is not positive definite."""
    d = len(b)
    for i in range(d):
        for j in range(i):
            total = a[i, j]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            factor[i, j] = total / factor[j, j]
        total = a[i, i]
        for k in range(i):
            total -= factor[i, k] * factor[i, k]
        if not total > 0:
            return False
        factor[i, i] = np.sqrt(total)
        right = b[i]
        for k in range(i):
            right -= factor[i, k] * w[k]
        w[i] = right / factor[i, i]
    for i in range(d - 1, -1, -1):
        w[i] /= factor[i, i]
        for k in range(i):
            w[k] -= factor[i, k] * w[i]
    return True


@kernel
def _explained(w: Floats, test_gram: Floats, test_cross: Floats) -> float:
    """Return 2w't - w'Tw, T and t being means over the test rows: y'y/m less the mean square error."""
    total = 0.0
    for i in range(len(w)):
        row = 0.0
        for j in range(len(w)):
            row += test_gram[i, j] * w[j]
        total += w[i] * (2 * test_cross[i] - row)
    return total
