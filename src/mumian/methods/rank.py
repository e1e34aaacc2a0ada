"""No combination of released cells is about fewer than k units: a certificate, kept as cells are released.

Released cells are the rows of a matrix over a prime field, units its columns (several columns a unit, one a lane), entries
the marks of `differencing`. A consumer can compute every linear combination of what it has. What a combination is about
are the units on which it is not zero, so the least number of units that it may be about is the minimum distance of
the code that the rows span.

The minimum distance is hard to find (Vardy 1997), but easy to bound from below: an information set is a set of columns
on which the rows are independent, so that no combination but the empty one is zero on all of it. With k information
sets of disjoint units every combination is about k units at least. A cell is added only if each of the k sets can be
extended by a column that tells the cell apart from all combinations of earlier ones, of a unit that no other set has;
the empty and the small difference, trackers, and linear reconstruction are all stopped by this one law. n units with
one row each give n / k cells at most.

What is refused although it would be safe: a cell for which the units are not found in the order in which they are
looked for (the sets that exist are not taken apart again). Nothing is released that is not proved.

Source: MacWilliams & Sloane 1977, The Theory of Error-Correcting Codes, ch. 1 and 16 (information sets); Dinur & Nissim
2003, Revealing Information while Preserving Privacy; Vardy 1997, The Intractability of Computing the Minimum Distance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mumian.methods.differencing import PRIME, Footprint, Ids, Integers, kernel

_WITNESSES = 4
"""Units looked at first, for each that is needed."""


class Released:
    """The cells of one question within the matrix. rows: by cell, its row in the matrix, or -1: not released."""

    def __init__(self, made: Footprint, cells: int) -> None:
        self.made = made
        self.rows = np.full(cells, -1, np.int32)
        self.places: Integers = np.zeros(0, np.int64)


class InformationSets:
    """`count` information sets, of disjoint units, of the matrix of released cells. Not safe to use from several threads."""

    def __init__(self, count: int, *, lanes: int = 1) -> None:
        """count: k, units that every combination must be about at least. lanes: of the footprints; both ≥ 1."""
        if count < 1:
            raise ValueError(f"`{count}` information sets prove nothing")
        self._count, self._lanes = count, lanes
        self._questions: list[Released] = []
        self._units: Ids = np.zeros(0, np.uint64)
        self._owner = np.zeros(0, np.int32)  # of each unit: the set that has it, or -1
        self._depth = np.zeros(0, np.int64)  # of each unit: its lanes that are in that set, the first ones
        self.rows = 0
        self._chosen = np.zeros((2, count, 0), np.int64)  # unit and lane
        self._inverse = np.zeros((count, 8, 8), np.int64)

    def open(self, made: Footprint, *, cells: int) -> Released:
        """Bring in a question of which no cell is released yet; all of its units that the history keeps are in it."""
        question = Released(made, cells)
        units = np.union1d(self._units, made.units)
        if len(units) > len(self._units):
            moved = np.searchsorted(units, self._units)
            owner, depth = np.full(len(units), -1, np.int32), np.zeros(len(units), np.int64)
            owner[moved], depth[moved] = self._owner, self._depth
            if self.rows:
                self._chosen[0] = moved[self._chosen[0]]
            for earlier in self._questions:
                earlier.places = moved[earlier.places]
            self._units, self._owner, self._depth = units, owner, depth
        question.places = np.searchsorted(units, made.units)
        self._questions.append(question)
        return question

    def extend(self, question: Released, cell: int) -> bool:
        """Add a cell as a row if every set can be extended for it; otherwise change nothing and return False."""
        value = np.zeros((len(self._units), self._lanes), np.int64)
        _scatter(question.places, question.made.starts, question.made.cells, question.made.marks, cell, value)
        weights = self._weights(value)
        picks = self._pick(value, weights)
        if picks is None:
            return False
        self._border(value, weights, picks)
        question.rows[cell] = self.rows
        self.rows += 1
        return True

    def close(self, question: Released) -> None:
        """Leave out a question of which no cell was added."""
        if np.all(question.rows < 0):
            self._questions.remove(question)

    def _weights(self, value: Integers) -> Integers:
        """Return, for each set, the combination of rows that equals `value` on it. int64[count, rows]."""
        weights = np.zeros((self._count, self.rows), np.int64)
        for nth in range(self._count):
            _times(value[self._chosen[0, nth], self._chosen[1, nth]], self._inverse[nth], weights[nth])
        return weights

    def _pick(self, value: Integers, weights: Integers) -> Integers | None:
        """Return a unit for each set, its own or nobody's, on whose next lane `value` is not that set's combination.

        A set's own units first: units of one row have nothing to give then, and of many rows spare the free ones.
        """
        owner, few = self._owner.copy(), _WITNESSES * self._count
        picks = np.zeros(self._count, np.int64)
        there = (value[:, 0] != 0) & (self._depth < self._lanes)
        pool = np.flatnonzero(there & (owner < 0))[:few]
        columns = self._columns(pool)
        for nth in range(self._count):
            found = -1
            if self._lanes > 1:
                own = np.flatnonzero(there & (owner == nth))[:_WITNESSES]
                found = _first_off(own, self._columns(own), value, weights[nth], self._depth)
            if found < 0:
                fit = owner[pool] < 0
                found = _first_off(pool[fit], columns[fit], value, weights[nth], self._depth)
            if found < 0:
                off = np.flatnonzero(self._residual(value, weights[nth]) & (self._depth < self._lanes))
                off = off[(owner[off] < 0) | (owner[off] == nth)]
                if not len(off):
                    return None
                found = int(off[0])
                pool = off[owner[off] < 0][: 2 * few]
                columns = self._columns(pool)
            owner[found] = nth
            picks[nth] = found
        return picks

    def _residual(self, value: Integers, weights: Integers) -> npt.NDArray[np.bool_]:
        """Return, for each unit, whether on its next lane `value` is not a combination of rows."""
        lanes = np.minimum(self._depth, self._lanes - 1)
        residual = value[np.arange(len(value)), lanes]
        for each in self._questions:
            made = each.made
            _subtract(each.places, made.starts, made.cells, made.marks, each.rows, weights, lanes, residual)
        off: npt.NDArray[np.bool_] = residual != 0
        return off

    def _columns(self, wanted: Integers) -> Integers:
        """Return the matrix on the next lanes of the wanted units. int64[wanted, rows]."""
        out = np.zeros((len(wanted), self.rows), np.int64)
        for each in self._questions:
            made = each.made
            _gather(each.places, made.starts, made.cells, made.marks, each.rows, wanted, self._depth[wanted], out)
        return out

    def _border(self, value: Integers, weights: Integers, picks: Integers) -> None:
        """Extend every set's inverse by the new row and the picked column (bordering by the Schur complement)."""
        rows, lanes = self.rows, self._depth[picks]
        if rows == self._inverse.shape[1]:
            grown = np.zeros((self._count, 2 * rows, 2 * rows), np.int64)
            grown[:, :rows, :rows] = self._inverse
            self._inverse = grown
        columns = self._columns(picks)
        for nth in range(self._count):
            _border(self._inverse[nth], rows, columns[nth], weights[nth], int(value[picks[nth], lanes[nth]]))
        self._chosen = np.concatenate([self._chosen, np.stack([picks, lanes])[:, :, None]], axis=2)
        self._owner[picks] = np.arange(self._count)
        self._depth[picks] += 1


@kernel
def _scatter(places: Any, starts: Any, cells: Any, marks: Any, cell: int, out: Any) -> None:
    for nth in range(len(places)):
        for entry in range(starts[nth], starts[nth + 1]):
            if cells[entry] == cell:
                for lane in range(marks.shape[1]):
                    out[places[nth], lane] = marks[entry, lane]


@kernel
def _times(row: Any, inverse: Any, out: Any) -> None:
    """Set out to row · inverse."""
    size = len(row)
    for i in range(size):
        factor = row[i]
        if factor:
            for j in range(size):
                out[j] = (out[j] + factor * inverse[i, j]) % PRIME


@kernel
def _gather(places: Any, starts: Any, cells: Any, marks: Any, rows: Any, wanted: Any, lanes: Any, out: Any) -> None:
    found = np.searchsorted(places, wanted)
    for nth in range(len(wanted)):
        at = found[nth]
        if at < len(places) and places[at] == wanted[nth]:
            for entry in range(starts[at], starts[at + 1]):
                row = rows[cells[entry]]
                if row >= 0:
                    out[nth, row] = marks[entry, lanes[nth]]


@kernel
def _subtract(
    places: Any, starts: Any, cells: Any, marks: Any, rows: Any, weights: Any, lanes: Any, residual: Any
) -> None:
    for nth in range(len(places)):
        place = places[nth]
        total = residual[place]
        for entry in range(starts[nth], starts[nth + 1]):
            row = rows[cells[entry]]
            if row >= 0:
                total = (total + (PRIME - weights[row]) * marks[entry, lanes[place]]) % PRIME
        residual[place] = total


@kernel
def _first_off(pool: Any, columns: Any, value: Any, weights: Any, depth: Any) -> int:
    """Return the first unit of the pool on whose next lane `value` is not the combination, or -1."""
    for nth in range(len(pool)):
        unit = pool[nth]
        total = value[unit, depth[unit]]
        for row in range(len(weights)):
            if columns[nth, row] and weights[row]:
                total = (total + (PRIME - weights[row]) * columns[nth, row]) % PRIME
        if total:
            return int(unit)
    return -1


@kernel
def _power(base: int, exponent: int) -> int:
    result = 1
    while exponent:
        if exponent & 1:
            result = result * base % PRIME
        base = base * base % PRIME
        exponent >>= 1
    return result


@kernel
def _border(inverse: Any, size: int, column: Any, weights: Any, corner: int) -> None:
    """Grow an inverse of `size` by a row (given by its weights) and a column of the matrix that meet in `corner`."""
    image = np.zeros(size, np.int64)
    there: Any = np.flatnonzero(column)
    for i in range(size):
        for j in there:
            image[i] = (image[i] + inverse[i, j] * column[j]) % PRIME
    schur = corner
    for j in there:
        schur = int((schur + (PRIME - weights[j]) * column[j]) % PRIME)
    over = _power(schur, PRIME - 2)  # Fermat: the inverse of the Schur complement, which is not zero
    for i in range(size):
        factor = image[i] * over % PRIME
        if factor:
            for j in range(size):
                # two folds of a Mersenne number instead of a division; they may leave PRIME for 0
                total = inverse[i, j] + factor * weights[j]
                total = (total & PRIME) + (total >> 31)
                inverse[i, j] = (total & PRIME) + (total >> 31)
        inverse[i, size] = (PRIME - factor) % PRIME
    for j in range(size):
        inverse[size, j] = (PRIME - over * weights[j] % PRIME) % PRIME
    inverse[size, size] = over
