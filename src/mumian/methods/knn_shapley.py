"""KNN-Shapley: what each training row is worth to a K-nearest-neighbour classifier. Exact, float64, the same bits anywhere.

The game: a coalition S of training rows is worth v(S) = mean over test rows of 1/K · #{of S's min(K, |S|) rows nearest to
the test row: those with its label}. Per test row, with training rows ranked near to far, far end first:

    s_N = 1[y_N = y] / max(K, N),   s_i = s_{i+1} + (1[y_i = y] - 1[y_{i+1} = y]) / max(K, i)

Ranks are by squared distance, a float64 sum of squared differences column by column, and by index where that is equal.
Distances by a matrix product are faster but rounded otherwise, so they only sort: wherever two of them are closer than
their error bound allows to tell, the defined distance decides. So neither the library that multiplies, nor the memory
allowed, nor the number of threads changes a bit of the values.

knn_shapley             all training rows ranked
truncated_knn_shapley   only the nearest K* ranked; off by at most ε
ranked_knn_shapley      of rows that are ranked already: no distance is known, only whose label fits
owner_values            what the rows of each owner add up to

Source: Jia et al. 2019, Efficient Task-Specific Data Valuation for Nearest Neighbor Algorithms, PVLDB 12(11), Thm. 1, 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil, fsum
from typing import Any

import numpy as np
import numpy.typing as npt

from mumian.methods.differencing import kernel

Values = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Progress = Callable[[int, int], None]

BYTES_MAX = 256 * 2**20
"""Working memory by default, beside what the caller holds."""

THREADS = 2

_PART_CELLS = 2**17
"""Distances that one thread ranks at a time: they stay in the cache of its core."""
_UNIT = 2.0**-53
_TINY = 1e-300  # a square may underflow, and so may a distance


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A table of numeric rows with a class each. rows: [n, columns], finite. labels: [n]; equal or not is all that counts."""

    rows: npt.NDArray[Any]
    labels: npt.NDArray[Any]


def knn_shapley(
    train: Sample,
    test: Sample,
    *,
    k: int,
    bytes_max: int = BYTES_MAX,
    threads: int = THREADS,
    progress: Progress | None = None,
) -> Values:
    """Return the Shapley value of every training row.

    Args:
        k: neighbours that vote; 1 to the training rows.
        bytes_max: working memory; at least some 24 bytes a training row and 64 of its rows as float64.
        progress: called with test rows done and test rows in all, after each block.
    Returns: float64[training rows], in [-1/k, 1/k]; they add up to v(all).
    Raises: ValueError: a number is not finite, shapes differ, `k` is out of range, or `bytes_max` is too small.
    """
    return _values(train, test, k=k, ranked=len(train.rows), bytes_max=bytes_max, threads=threads, progress=progress)


def truncated_knn_shapley(
    train: Sample,
    test: Sample,
    *,
    k: int,
    epsilon: float,
    bytes_max: int = BYTES_MAX,
    threads: int = THREADS,
    progress: Progress | None = None,
) -> Values:
    """Return values of which none is off by more than `epsilon`: rows from rank K* = max(k, ⌈1/ε⌉) on count as worth nothing.

    Args: as `knn_shapley`; epsilon: in the unit of the values; in (0, 1].
    Returns: float64[training rows]. They do not add up to v(all) in general.
    Raises: ValueError: as `knn_shapley`, or `epsilon` is out of range.
    Source: Jia et al. 2019, Thm. 2.
    """
    if not 0 < epsilon <= 1:
        raise ValueError(f"epsilon is `{epsilon}`; it must be above 0 and at most 1")
    ranked = min(len(train.rows), max(k, ceil(1 / epsilon)))
    return _values(train, test, k=k, ranked=ranked, bytes_max=bytes_max, threads=threads, progress=progress)


def ranked_knn_shapley(fits: npt.NDArray[np.bool_], *, k: int) -> Values:
    """Return what each rank is worth to each test row, of which the value of a training row is the mean over its ranks.

    Args: fits: [test rows, training rows], near to far: whether the training row has the test row's label. k: as `knn_shapley`.
    Returns: float64[test rows, training rows]; each line adds up to what all rows are worth to it.
    Raises: ValueError: there is no row, or `k` is out of range.
    """
    if fits.ndim != 2 or not fits.size or not 1 <= k <= fits.shape[1]:
        raise ValueError(f"`{k}` neighbours among ranks of shape {fits.shape}; 1 to the training rows are possible")
    count = fits.shape[1]
    ones = fits.astype(np.float64)
    far = ones[:, -1:] / max(k, count)
    steps = (ones[:, :-1] - ones[:, 1:]) / np.maximum(k, np.arange(1, count))
    from_far = np.concatenate([far, steps[:, ::-1]], axis=1)
    return np.ascontiguousarray(np.cumsum(from_far, axis=1)[:, ::-1])


def owner_values(values: Values, owners: Sequence[int] | Codes) -> list[float]:
    """Return what the rows of each owner are worth together, each sum rounded once.

    Rows are the players here, not owners: an owner who copies rows under its own name moves value between them.

    Args: owners: for each row, its owner's number; ≥ 0. Owners are numbered from 0 to the largest one named.
    Returns: one sum an owner; 0.0 for an owner without rows.
    Raises: ValueError: lengths differ, or an owner is negative.
    """
    numbers = np.asarray(owners, np.int64)
    if numbers.shape != values.shape:
        raise ValueError(f"`{len(values)}` values and `{len(numbers)}` owners; each row needs one owner")
    if not len(numbers):
        return []
    if numbers.min() < 0:
        raise ValueError(f"owner `{numbers.min()}` is negative; owners are numbered from 0")
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers))
    return [fsum(part.tolist()) for part in np.split(values[order], ends[:-1])]


class _Work:
    """What one call computes with. Blocks of test rows × all training rows; within one, parts for the threads."""

    def __init__(self, train: Sample, test: Sample, *, k: int, ranked: int, bytes_max: int) -> None:
        self.train, self.test, self.k, self.ranked = train, test, k, ranked
        self.count, self.columns = train.rows.shape
        self.bits = np.uint64(max(1, (self.count - 1).bit_length()))
        self.indices: Keys = np.arange(self.count, dtype=np.uint64)
        self.labels, self.test_labels = _codes(train.labels, test.labels)
        self.sums, self.carried = np.zeros(self.count), np.zeros(self.count)
        self.test_block, self.train_block = self._blocks(bytes_max)
        self.center = self._center()
        self.norms = np.concatenate([_norms(part) for part in self._centered(train.rows)])
        if not np.isfinite(self.norms).all():
            raise ValueError(
                f"training row `{np.flatnonzero(~np.isfinite(self.norms))[0]}` is not finite, or too large to square"
            )

    def _blocks(self, bytes_max: int) -> tuple[int, int]:
        """Return test rows and training rows of a block."""
        row, fixed = 8 * self.columns, 8 * 5 * self.count + 4 * 8 * 2 * max(_PART_CELLS, self.count)
        rows_of_train = min(self.count, 64)
        least = fixed + 2 * rows_of_train * row + 2 * row + 8 * self.count
        if bytes_max < least:
            raise ValueError(f"working memory of `{bytes_max}` bytes is too little; these shapes need `{least}`")
        spare = bytes_max - fixed
        train_block = max(rows_of_train, min(self.count, spare // 4 // (2 * row)))
        tests = (spare - 2 * train_block * row) // (8 * self.count + 2 * row)
        return max(1, min(len(self.test.rows), tests)), train_block

    def _center(self) -> Values:
        """Return a point near the middle: what it is does not matter for ranks, only for how often they are looked at twice."""
        middle = np.asarray(self.train.rows[: self.train_block], np.float64).mean(axis=0)
        center: Values = np.where(np.isfinite(middle), middle, 0.0)
        return center

    def _centered(self, rows: npt.NDArray[Any]) -> Any:
        for first in range(0, len(rows), self.train_block):
            yield np.asarray(rows[first : first + self.train_block], np.float64) - self.center

    def block(self, first: int, pool: ThreadPoolExecutor) -> int:
        """Add what the test rows of a block give every training row; return how many they are."""
        exact = np.ascontiguousarray(self.test.rows[first : first + self.test_block], np.float64)
        moved = exact - self.center
        norms = _norms(moved)
        if not np.isfinite(norms).all():
            raise ValueError(
                f"test row `{first + np.flatnonzero(~np.isfinite(norms))[0]}` is not finite, or too large to square"
            )
        products = np.empty((len(exact), self.count))
        start = 0
        for part in self._centered(self.train.rows):
            np.matmul(moved, part.T, out=products[:, start : start + len(part)])
            start += len(part)
        step = max(1, _PART_CELLS // self.count)
        list(
            pool.map(
                lambda at: self._part(first, at, min(at + step, len(exact)), exact, norms, products),
                range(0, len(exact), step),
            )
        )
        _add_rows(products, self.sums, self.carried)
        return len(exact)

    def _part(self, first: int, low: int, high: int, exact: Values, norms: Values, products: Values) -> None:
        """Turn the products of test rows low to high into contributions, in place."""
        keys = np.empty((high - low, self.count), np.uint64)
        near, slack = 4 * _relative(self.columns), 16 * _relative(self.columns)
        _pack(products[low:high], norms[low:high], self.norms, self.bits, keys)
        if self.ranked == self.count:
            keys.sort(axis=1)
        for row in range(low, high):
            error = slack * norms[row] + _TINY * self.columns
            ordered = keys[row - low]
            if self.ranked < self.count:
                ordered = self._nearest(ordered, near, error)
            places = (ordered & ((np.uint64(1) << self.bits) - np.uint64(1))).astype(np.int64)
            _settle(ordered, places, self.bits, near, error, self.train.rows, exact[row])
            _contribute(places, self.labels, self.test_labels[first + row], self.k, self.ranked, products[row])

    def _nearest(self, keys: Keys, near: float, error: float) -> Keys:
        """Return, sorted, every key that may be among the nearest `ranked`."""
        keys.partition(self.ranked - 1)
        reach = _upper(keys[self.ranked - 1], self.bits, near, error)
        low = (keys & ~((np.uint64(1) << self.bits) - np.uint64(1))).view(np.float64) * (1 - near) - error
        chosen: Keys = np.sort(keys[low <= reach])
        return chosen


def _values(
    train: Sample, test: Sample, *, k: int, ranked: int, bytes_max: int, threads: int, progress: Progress | None
) -> Values:
    _check(train, "training")
    _check(test, "test")
    if train.rows.shape[1] != test.rows.shape[1]:
        raise ValueError(f"training rows have `{train.rows.shape[1]}` columns, test rows `{test.rows.shape[1]}`")
    if not 1 <= k <= len(train.rows):
        raise ValueError(f"k is `{k}`; it must be 1 to `{len(train.rows)}`, the training rows")
    work = _Work(train, test, k=k, ranked=ranked, bytes_max=bytes_max)
    done, total = 0, len(test.rows)
    with ThreadPoolExecutor(threads) as pool:
        while done < total:
            done += work.block(done, pool)
            if progress:
                progress(done, total)
    values: Values = (work.sums + work.carried) / total
    return values


def _check(sample: Sample, name: str) -> None:
    rows, labels = sample.rows, sample.labels
    if rows.ndim != 2 or not rows.size:
        raise ValueError(f"{name} rows have shape `{rows.shape}`; a table with a row and a column is needed")
    if rows.dtype.kind not in "iufb":
        raise ValueError(f"{name} rows are `{rows.dtype}`; real numbers are needed")
    if labels.shape != rows.shape[:1]:
        raise ValueError(f"`{len(rows)}` {name} rows and labels of shape `{labels.shape}`; each row needs one label")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise ValueError(f"a {name} label is not finite")


def _codes(train: npt.NDArray[Any], test: npt.NDArray[Any]) -> tuple[Codes, Codes]:
    _, codes = np.unique(np.concatenate([train, test]), return_inverse=True)
    return codes[: len(train)].astype(np.int64), codes[len(train) :].astype(np.int64)


def _norms(rows: Values) -> Values:
    norms: Values = np.einsum("ij,ij->i", rows, rows)
    return norms


def _relative(columns: int) -> float:
    """Return κ with |computed - defined| ≤ κ (|x| + |t|)², x and t centred, by any order of summation, with FMA or without.

    2u for centring, d/2 u for the product, d u for the norms, 4u for adding them, (d + 2)u for the defined distance: below
    (3d + 16)u. With |t| ≤ |x| + √D that is within κ(8|x|² + 2D); callers take twice as much, for terms of second order.
    Source: Higham 2002, Accuracy and Stability of Numerical Algorithms, 2nd ed., §3.1 and §3.5.
    """
    return (3 * columns + 16) * _UNIT


@kernel
def _pack(products: Any, norms: Any, train_norms: Any, bits: Any, keys: Any) -> None:
    """Write keys that sort like the distance, rounded down by its last bits, which hold the index instead."""
    for row in range(keys.shape[0]):
        for place in range(keys.shape[1]):
            distance = max(0.0, norms[row] + train_norms[place] - 2.0 * products[row, place])
            word = np.float64(distance).view(np.uint64)
            keys[row, place] = (word >> bits << bits) | np.uint64(place)


@kernel
def _upper(key: Any, bits: Any, near: float, error: float) -> float:
    """Return what the defined distance behind a key cannot exceed."""
    word = np.uint64((key >> bits << bits) + (np.uint64(1) << bits)).view(np.float64)
    return float(word * (1.0 + near) + error)


@kernel
def _settle(keys: Any, places: Any, bits: Any, near: float, error: float, rows: Any, point: Any) -> None:
    """Put every run of places whose keys do not tell them apart in the order of defined distance, then index."""
    first = 0
    for last in range(1, len(keys) + 1):
        if last < len(keys):
            low = np.uint64(keys[last] >> bits << bits).view(np.float64) * (1.0 - near) - error
            if low <= _upper(keys[last - 1], bits, near, error):
                continue
        if last - first > 1:
            run = np.sort(places[first:last])
            distances = np.empty(len(run))
            for nth in range(len(run)):
                distances[nth] = _distance(rows, run[nth], point)
            order = np.argsort(distances, kind="mergesort")
            for nth in range(len(run)):
                places[first + nth] = run[order[nth]]
        first = last


@kernel
def _distance(rows: Any, place: int, point: Any) -> float:
    """Return the defined distance: squared differences, added column by column."""
    total = 0.0
    for column in range(len(point)):
        difference = np.float64(rows[place, column]) - point[column]
        total += difference * difference
    return total


@kernel
def _contribute(places: Any, labels: Any, label: int, k: int, ranked: int, out: Any) -> None:
    """Write what one test row gives each training row. places: near to far; from rank `ranked` on nothing, if it is not the last."""
    out[:] = 0.0
    whole = ranked == len(out)
    after = labels[places[ranked - 1]] == label
    value = (1.0 if after else 0.0) / max(k, ranked) if whole else 0.0
    out[places[ranked - 1]] = value
    for rank in range(ranked - 1, 0, -1):
        here = labels[places[rank - 1]] == label
        if here != after:
            value += (1.0 if here else -1.0) / max(k, rank)
        after = here
        out[places[rank - 1]] = value


@kernel
def _add_rows(products: Any, sums: Any, carried: Any) -> None:
    """Add row after row to the sums, with what each addition loses carried along (Neumaier 1974)."""
    for row in range(products.shape[0]):
        for place in range(products.shape[1]):
            term, before = products[row, place], sums[place]
            total = before + term
            if abs(before) >= abs(term):
                carried[place] += (before - total) + term
            else:
                carried[place] += (term - total) + before
            sums[place] = total
