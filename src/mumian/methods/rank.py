"""No combination of released cells is about fewer than k units: a certificate, kept as cells are released.

Released cells are the rows of a matrix over a prime field, units its columns, entries the marks of `differencing`. A
consumer can compute every linear combination of what it has. What a combination is about are the units on which it is
not zero, so the least number of units that it may be about is the minimum distance of the code that the rows span.

The minimum distance is hard to find (Vardy 1997), but easy to bound from below: an information set is a set of columns
on which the rows are independent, so that no combination but the empty one is zero on all of it. With k disjoint
information sets every combination is about k units at least. A cell is added only if each of the k sets can be
extended by a unit of its own that tells the cell apart from all combinations of earlier ones; the empty and the small
difference, trackers, and linear reconstruction are all stopped by this one law, and n units give n / k cells at most.

What is refused although it would be safe: a cell for which the units are not found in the order in which they are
looked for (the sets that exist are not taken apart again). Nothing is released that is not proved.

Source: MacWilliams & Sloane 1977, The Theory of Error-Correcting Codes, ch. 1 and 16 (information sets); Dinur & Nissim
2003, Revealing Information while Preserving Privacy; Vardy 1997, The Intractability of Computing the Minimum Distance.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mumian.methods.differencing import PRIME, Footprint, Ids, Integers, kernel

_WITNESSES = 4
"""Units looked at first, for each unit that is needed."""


class Released:
    """The cells of one question within the matrix. rows: by cell, its row in the matrix, or -1: not released."""

    def __init__(self, made: Footprint, cells: int) -> None:
        self.made = made
        self.rows = np.full(cells, -1, np.int32)
        self.columns: Integers = np.zeros(0, np.int64)


class InformationSets:
    """`count` disjoint information sets of the matrix of released cells. Not safe to use from several threads."""

    def __init__(self, count: int) -> None:
        """count: k, units that every combination must be about at least; ≥ 1."""
        if count < 1:
            raise ValueError(f"`{count}` information sets prove nothing")
        self._count = count
        self._questions: list[Released] = []
        self._units: Ids = np.zeros(0, np.uint64)
        self._used = np.zeros(0, np.bool_)
        self.rows = 0
        self._chosen = np.zeros((count, 0), np.int64)
        self._inverse = np.zeros((count, 8, 8), np.int64)

    def open(self, made: Footprint, *, cells: int) -> Released:
        """Bring in a question of which no cell is released yet. Every unit of the lineage must be in it that is in its cells."""
        question = Released(made, cells)
        units = np.union1d(self._units, made.units)
        if len(units) > len(self._units):
            moved = np.searchsorted(units, self._units)
            used = np.zeros(len(units), np.bool_)
            used[moved] = self._used
            self._chosen = moved[self._chosen] if self.rows else self._chosen
            self._units, self._used = units, used
            for earlier in self._questions:
                earlier.columns = moved[earlier.columns]
        question.columns = np.searchsorted(units, made.units)
        self._questions.append(question)
        return question

    def extend(self, question: Released, cell: int) -> bool:
        """Add a cell as a row if every set can be extended for it; otherwise change nothing and return False."""
        value = np.zeros(len(self._units), np.int64)
        _scatter(question.columns, question.made.starts, question.made.cells, question.made.marks, cell, value)
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
            _times(value[self._chosen[nth]], self._inverse[nth], weights[nth])
        return weights

    def _pick(self, value: Integers, weights: Integers) -> Integers | None:
        """Return a column for each set, all different and unused, on which `value` is not that set's combination."""
        free = ~self._used
        picks = np.zeros(self._count, np.int64)
        pool = np.flatnonzero((value != 0) & free)[: _WITNESSES * self._count]
        columns = self._columns(pool)
        for nth in range(self._count):
            found = _first_off(pool, columns, value, weights[nth], free)
            if found < 0:
                off = np.flatnonzero((self._residual(value, weights[nth]) != 0) & free)
                if not len(off):
                    return None
                pool = off[: 2 * _WITNESSES * self._count]
                columns = self._columns(pool)
                found = int(off[0])
            free[found] = False
            picks[nth] = found
        return picks

    def _residual(self, value: Integers, weights: Integers) -> Integers:
        """Return `value` less a combination of rows, on every unit."""
        residual = value.copy()
        for each in self._questions:
            _subtract(each.columns, each.made.starts, each.made.cells, each.made.marks, each.rows, weights, residual)
        return residual

    def _columns(self, wanted: Integers) -> Integers:
        """Return the matrix on the wanted columns (ascending). int64[wanted, rows]."""
        out = np.zeros((len(wanted), self.rows), np.int64)
        for each in self._questions:
            _gather(each.columns, each.made.starts, each.made.cells, each.made.marks, each.rows, wanted, out)
        return out

    def _border(self, value: Integers, weights: Integers, picks: Integers) -> None:
        """Extend every set's inverse by the new row and the picked column (bordering by the Schur complement)."""
        rows = self.rows
        if rows == self._inverse.shape[1]:
            grown = np.zeros((self._count, 2 * rows, 2 * rows), np.int64)
            grown[:, :rows, :rows] = self._inverse
            self._inverse = grown
        order = np.argsort(picks)
        columns = np.empty((self._count, rows), np.int64)
        columns[order] = self._columns(picks[order])
        for nth in range(self._count):
            _border(self._inverse[nth], rows, columns[nth], weights[nth], int(value[picks[nth]]))
        self._chosen = np.concatenate([self._chosen, picks[:, None]], axis=1)
        self._used[picks] = True


@kernel
def _scatter(columns: Any, starts: Any, cells: Any, marks: Any, cell: int, out: Any) -> None:
    for place in range(len(columns)):
        for entry in range(starts[place], starts[place + 1]):
            if cells[entry] == cell:
                out[columns[place]] = marks[entry]


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
def _gather(columns: Any, starts: Any, cells: Any, marks: Any, rows: Any, wanted: Any, out: Any) -> None:
    places = np.searchsorted(columns, wanted)
    for nth in range(len(wanted)):
        place = places[nth]
        if place < len(columns) and columns[place] == wanted[nth]:
            for entry in range(starts[place], starts[place + 1]):
                row = rows[cells[entry]]
                if row >= 0:
                    out[nth, row] = marks[entry]


@kernel
def _subtract(columns: Any, starts: Any, cells: Any, marks: Any, rows: Any, weights: Any, residual: Any) -> None:
    for place in range(len(columns)):
        total = residual[columns[place]]
        for entry in range(starts[place], starts[place + 1]):
            row = rows[cells[entry]]
            if row >= 0:
                total = (total + (PRIME - weights[row]) * marks[entry]) % PRIME
        residual[columns[place]] = total


@kernel
def _first_off(pool: Any, columns: Any, value: Any, weights: Any, free: Any) -> int:
    """Return the first free column of the pool on which `value` is not the combination, or -1."""
    for nth in range(len(pool)):
        column = pool[nth]
        if free[column]:
            total = value[column]
            for row in range(len(weights)):
                if columns[nth, row] and weights[row]:
                    total = (total + (PRIME - weights[row]) * columns[nth, row]) % PRIME
            if total:
                return int(column)
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
