"""Which units make up which cells of an exact answer, and by how many units two cells differ.

A cell's footprint maps each of its units to a mark: the sum, in the field of 2^31 - 1 elements, of keyed hashes of the
contents of the unit's rows in the cell. The sum does not depend on the order of rows, so that the same rows give the same
mark in every version of the data. Marks are additive: whatever combination of cells leaves out a unit's rows takes its
marks to zero. Two different contents share a mark once in 2^31 times; every such error makes two cells look closer
than they are, and closer is refused: the error never lets anything out.

A unit with many rows can tell many combinations of cells apart, so it may have several independent marks, in lanes.

Source: Clarke et al. 2003, Incremental Multiset Hash Functions (MSet-Add-Hash); Denning 1982, Cryptography and Data
Security, ch. 6 (differences and trackers).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec
import numba
import numpy as np
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., Any])

PRIME = 2**31 - 1
"""Of the field of marks: products of two fit 62 bits."""

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint32]
Ids = npt.NDArray[np.uint64]


def kernel(function: F) -> F:
    """Compile; the compiled code is kept where that is possible."""
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no directory to keep compiled code in: compile in every process
        return cast(F, numba.njit(nogil=True)(function))


class Footprint(msgspec.Struct, frozen=True):
    """The cells of one question, unit by unit, as a sparse matrix.

    units: ids, ascending, each with one entry at least. starts: unit n's entries lie at starts[n] to starts[n + 1].
    cells: number of the cell of an entry. marks: uint32[entries, lanes] of the unit in that cell; below PRIME.
    """

    units: Ids
    starts: Integers
    cells: Numbers
    marks: Marks

    def up_to(self, last: int) -> Footprint:
        """Return the part of the units whose id is at most `last`: a sample that is the same for every question."""
        kept = int(np.searchsorted(self.units, np.uint64(last), side="right"))
        entries = int(self.starts[kept])
        return Footprint(self.units[:kept], self.starts[: kept + 1], self.cells[:entries], self.marks[:entries])

    def only(self, chosen: npt.NDArray[np.bool_]) -> Footprint:
        """Return the chosen cells alone, numbered anew from 0 in their order. chosen: one for each cell."""
        kept = chosen[self.cells]
        number = (np.cumsum(chosen) - 1).astype(np.int32)
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
        starts = before[self.starts]
        there = np.diff(starts) > 0
        return Footprint(
            self.units[there],
            np.concatenate([np.zeros(1, np.int64), starts[1:][there]]),
            number[self.cells[kept]],
            self.marks[kept],
        )


def footprint(
    *, offsets: Integers, unit_ids: Ids, group: Numbers, row_marks: Marks, cells: int, lanes: int = 1
) -> tuple[Footprint, Numbers]:
    """Return the footprint of `cells` cells, and each row's entry in it (-1: the row is in no cell).

    Args:
        offsets: int64[units + 1]; rows of unit u lie at offsets[u] to offsets[u + 1].
        unit_ids: uint64[units]; of the unit's own value, the same in every version.
        group: int32[rows]; a row's cell, or -1.
        row_marks: uint32[rows] below PRIME; keyed hash of the row's content, the same in every version.
        lanes: independent marks of a unit in a cell; ≥ 1.
    Raises: ValueError: two units have the same id.
    """
    rows = len(group)
    order = np.argsort(unit_ids, kind="stable")
    ordered = unit_ids[order]
    if len(ordered) > 1 and bool(np.any(ordered[1:] == ordered[:-1])):
        raise ValueError("two units have the same id")
    most = min(rows, len(order) * cells)
    slots, numbers, marks = np.empty(rows, np.int32), np.empty(most, np.int32), np.empty((most, lanes), np.uint32)
    starts = np.zeros(len(order) + 1, np.int64)
    entries = _spread(offsets, order, group, row_marks, np.full(cells, -1, np.int64), slots, starts, numbers, marks)
    there = np.diff(starts) > 0
    starts = np.concatenate([starts[:1], starts[1:][there]])
    return Footprint(ordered[there], starts, numbers[:entries].copy(), marks[:entries].copy()), slots


@kernel
def _lane(mark: Any, lane: int) -> Any:
    """Return a row's mark in a lane: the mark itself in the first, then mixed (Steele et al. 2014, SplitMix64)."""
    word = np.uint64(mark)
    if lane:
        word += np.uint64(lane) * np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        word = (word ^ (word >> np.uint64(31))) % np.uint64(PRIME)
    return np.int64(word)


@kernel
def _spread(
    offsets: Any, order: Any, group: Any, row_marks: Any, last: Any, slots: Any, starts: Any, cells: Any, marks: Any
) -> int:
    """Fill entries unit by unit; last: by cell, its newest entry, which is the current unit's if it is not before it."""
    entries = 0
    for place in range(len(order)):
        first = entries
        for row in range(offsets[order[place]], offsets[order[place] + 1]):
            cell = group[row]
            if cell < 0:
                slots[row] = -1
                continue
            entry = last[cell]
            if entry < first:
                entry = entries
                last[cell] = entry
                cells[entry] = cell
                marks[entry] = 0
                entries += 1
            for lane in range(marks.shape[1]):
                marks[entry, lane] = (np.int64(marks[entry, lane]) + _lane(row_marks[row], lane)) % PRIME
            slots[row] = entry
        starts[place + 1] = entries
    return entries


def units_of(made: Footprint, *, cells: int) -> Integers:
    """Return the number of different units of each cell."""
    return np.bincount(made.cells, minlength=cells).astype(np.int64)


def differing(old: Footprint, new: Footprint, *, old_cells: int, new_cells: int) -> Integers:
    """Return, for each old and each new cell, the number of units that are in one only or have other rows in it.

    Returns: int64[old_cells, new_cells].
    """
    alike = np.zeros((old_cells, new_cells), np.int64)
    parts = (old.units, old.starts, old.cells, old.marks, new.units, new.starts, new.cells, new.marks)
    _meet(*parts, alike)
    sizes = units_of(old, cells=old_cells)[:, None] + units_of(new, cells=new_cells)[None, :]
    difference: Integers = sizes - alike
    return difference


@kernel
def _meet(
    units_a: Any, starts_a: Any, cells_a: Any, marks_a: Any, units_b: Any, starts_b: Any, cells_b: Any, marks_b: Any,
    alike: Any,
) -> None:  # fmt: skip
    """Count units in both cells of a pair: once, and again where the mark is the same."""
    a, b = 0, 0
    while a < len(units_a) and b < len(units_b):
        if units_a[a] < units_b[b]:
            a += 1
        elif units_b[b] < units_a[a]:
            b += 1
        else:
            for p in range(starts_a[a], starts_a[a + 1]):
                for q in range(starts_b[b], starts_b[b + 1]):
                    alike[cells_a[p], cells_b[q]] += 2 if marks_a[p, 0] == marks_b[q, 0] else 1
            a += 1
            b += 1
