"""Small tables for exact mode: units with rows, cells as sets of rows, and what an attacker computes from answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from mumian.domain.exact import Asked, Limits, Measured, Shown, decide_exact
from mumian.domain.exact_history import ExactHistory
from mumian.kernel.outcome import Refused
from mumian.methods.differencing import PRIME

LIMITS = Limits(units_min=10, dominance_units=3, dominance_permille=700, p_percent=10, cells_max=10_000)

Cell = frozenset[int]
"""Places of rows in the table."""

Decide = Callable[[Asked, Limits], list[Shown] | Refused]


def hashed(*what: object) -> int:
    return int.from_bytes(blake2b(repr(what).encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True)
class Table:
    """rows: (unit, value), in any order; a row's content is its value and its number among the unit's rows."""

    rows: tuple[tuple[int, int], ...]
    version: str = "v1"

    def ask(self, cells: Mapping[str, Iterable[int]], *, dominance: bool = True) -> Asked:
        """Count rows and add values up over cells, by predicate."""
        order = sorted(range(len(self.rows)), key=lambda place: self.rows[place][0])
        units = sorted({unit for unit, _ in self.rows})
        counts = Counter(unit for unit, _ in self.rows)
        group = np.full(len(self.rows), -1, np.int32)
        for number, places in enumerate(cells.values()):
            group[list(places)] = number
        values = np.array([value for _, value in self.rows], np.int64)
        return Asked(
            versions=self.version,
            predicates=tuple(text.encode() for text in cells),
            offsets=np.cumsum([0, *(counts[unit] for unit in units)]).astype(np.int64),
            unit_ids=np.array([hashed("unit", unit) for unit in units], np.uint64),
            row_marks=self._marks()[order],
            group=group[order],
            measures=(Measured(np.ones(len(order), np.int64), False), Measured(values[order], dominance)),
        )

    def _marks(self) -> Any:
        nth: Counter[int] = Counter()
        marks = []
        for unit, value in self.rows:
            marks.append(hashed("row", value, nth[unit]) % PRIME)
            nth[unit] += 1
        return np.array(marks, np.uint32)


def bits_of(units: int, *, seed: int = 1) -> list[int]:
    return [int(bit) for bit in np.random.default_rng(seed).integers(0, 2, units)]


def table_of(values: Sequence[int], version: str = "v1") -> Table:
    """Return a table of one row a unit."""
    return Table(tuple(enumerate(values)), version)


class Consumer:
    """Asks, and keeps what it hears: sets of units with the sum over them."""

    def __init__(self, decide: Decide, limits: Limits = LIMITS) -> None:
        self._decide, self._limits = decide, limits
        self.heard: list[tuple[Cell, int]] = []
        self.refused: list[Refused] = []

    def ask(self, table: Table, *cells: Iterable[int]) -> None:
        named = {str(sorted(cell)): cell for cell in map(frozenset, cells)}
        answer = self._decide(table.ask(named), self._limits)
        if isinstance(answer, Refused):
            self.refused.append(answer)
            return
        self.heard += [(cell, shown[1]) for cell, shown in zip(named.values(), answer, strict=True) if shown]


def ours(folder: Path, *, lineage: str = "flights", group: str = "insurers") -> Decide:
    history = ExactHistory(folder, lineage=lineage, group=group)
    return lambda asked, limits: decide_exact(history, asked, limits)


def forgetful(folder: Path) -> Decide:
    """A domain with k and dominance, and a history that starts anew at every question: the planted weakness."""
    nth = iter(range(10**6))
    return lambda asked, limits: decide_exact(
        ExactHistory(folder, lineage="flights", group=f"forgotten-{next(nth)}"), asked, limits
    )


def determined(units: int, heard: Sequence[tuple[Cell, int]]) -> dict[int, int]:
    """Return every unit whose value follows from sums over sets of units, with that value: the attacker's algebra."""
    matrix = np.zeros((len(heard), units + 1), np.int64)
    for row, (cell, total) in enumerate(heard):
        matrix[row, sorted(cell)] = 1
        matrix[row, units] = total % PRIME
    done = 0
    for column in range(units):
        below = np.flatnonzero(matrix[done:, column])
        if not len(below):
            continue
        pivot = done + int(below[0])
        matrix[[done, pivot]] = matrix[[pivot, done]]
        matrix[done] = matrix[done] * pow(int(matrix[done, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(matrix[:, column])
        for row in others[others != done]:
            matrix[row] = (matrix[row] - matrix[row, column] * matrix[done]) % PRIME
        done += 1
    alone = [row for row in matrix[:done] if np.count_nonzero(row[:units]) == 1]
    return {int(np.flatnonzero(row[:units])[0]): int(row[units]) for row in alone}
