"""What a price by coverage counts: rows that a table might have one more of, and which of them an exact answer tells.

A support is a set of databases that are possible beside the one there is: here the table with one further row each, of a
unit of its own, drawn from what is declared of its columns. It holds nothing of the data, so that buyer, seller and market
count the same before anything is computed, and a price tells nothing that the question does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, reduce
from hashlib import sha256
from math import inf
from operator import or_
from typing import Annotated

import msgspec

from mumian.engines.question import (
    Column,
    Filter,
    GroupKey,
    Measure,
    Op,
    Question,
    Sum,
    SumSquares,
    filters,
)
from mumian.kernel.canonical import Int53

ROWS_MAX = 1_024
AXES_MAX = 32
VALUES_MAX = 512

Cell = int | str


class Axis(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a column may hold: the texts `values`, or, without any, the integers from `lower` to `upper`."""

    column: Column
    values: tuple[Annotated[str, msgspec.Meta(max_length=128)], ...] = ()
    lower: Int53 = 0
    upper: Int53 = 0


class Support(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rows` further rows, drawn evenly and independently from the axes; 1 to `ROWS_MAX`."""

    axes: tuple[Axis, ...]
    rows: Annotated[int, msgspec.Meta(ge=1, le=ROWS_MAX)]


def fault_of_support(support: Support) -> str | None:
    """Return what makes a support meaningless by itself, or None."""
    names = [axis.column for axis in support.axes]
    if not 1 <= len(names) <= AXES_MAX or len(set(names)) < len(names):
        return f"it names 1 to {AXES_MAX} columns, each once"
    for axis in support.axes:
        if axis.values and (axis.lower or axis.upper):
            return f"`{axis.column}` has values and bounds; choose one"
        if len(axis.values) > VALUES_MAX or len(set(axis.values)) < len(axis.values):
            return f"the values of `{axis.column}` are more than {VALUES_MAX}, or one is named twice"
        if axis.lower > axis.upper:
            return f"lower {axis.lower} is above upper {axis.upper} for `{axis.column}`"
    return None


def unpriced(support: Support, question: Question) -> str | None:
    """Return a column that a question reads and the support does not have, or None."""
    named = {axis.column for axis in support.axes}
    return next((column for column in _columns(question) if column not in named), None)


def covered(support: Support, question: Question) -> int:
    """Return as a mask which further rows a question's answer would tell: bit i where row i changes a figure of it.

    Counts, sums and sums of squares add up over rows, so that a further row changes them by what it brings, whatever the
    table holds: bundles of questions whose answers determine another's cover all that it covers. Cells that are held back
    for having few units are counted like those that are shown.

    Raises: KeyError: the question reads a column that the support does not have (`unpriced`).
    Source: Deep & Koutris 2017, QIRANA: A Framework for Scalable Query Pricing (SIGMOD), §3: weighted coverage.
    """
    axes = {axis.column: axis for axis in support.axes}
    drawn = {column: _drawn(axes[column], support.rows) for column in _columns(question)}
    told = every = (1 << support.rows) - 1
    for clause in question.where:
        several = clause if isinstance(clause, tuple) else (clause,)
        told &= _any(_where(_meets(each), drawn[each.column]) for each in several)
    for key in question.group_by:
        told &= _where(_is_asked(key), drawn[key.column])
    return told & _any(
        _where(_moves(measure), drawn[measure.column]) if measure.column else every for measure in question.measures
    )


def _columns(question: Question) -> Iterator[str]:
    yield from (key.column for key in question.group_by)
    yield from (each.column for each in filters(question.where))
    yield from (measure.column for measure in question.measures if measure.column)


@lru_cache(maxsize=256)
def _drawn(axis: Axis, rows: int) -> Mapping[Cell, int]:
    """Return a column's cells, each with the mask of the rows that have it: drawn by a digest, the same for everybody."""
    size = len(axis.values) or axis.upper - axis.lower + 1
    found: dict[Cell, int] = {}
    for nth in range(rows):
        drawn = sha256(f"mumian/support/v1\n{axis.column}\n{nth}".encode()).digest()
        place = int.from_bytes(drawn) % size
        cell = axis.values[place] if axis.values else axis.lower + place
        found[cell] = found.get(cell, 0) | 1 << nth
    return found


def _where(fits: Callable[[Cell], bool], drawn: Mapping[Cell, int]) -> int:
    """Return the mask of the rows whose cell fits."""
    return _any(mask for cell, mask in drawn.items() if fits(cell))


def _any(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _meets(where: Filter) -> Callable[[Cell], bool]:
    """Return whether a cell that is present satisfies a comparison."""
    values = frozenset(map(str, where.values))
    match where.op:
        case Op.MISSING:
            return lambda _cell: False
        case Op.PRESENT:
            return lambda _cell: True
        case Op.EQ | Op.IN:
            return lambda cell: str(cell) in values
        case Op.NE | Op.NOT_IN:
            return lambda cell: str(cell) not in values
    low, high = _bounds(where)
    return lambda cell: _may(cell, lambda number: low <= number <= high)


def _bounds(where: Filter) -> tuple[float, float]:
    """Return the least and the greatest integer that satisfy an ordered comparison."""
    first, last = where.integers[0], where.integers[-1]
    match where.op:
        case Op.LT:
            return -inf, first - 1
        case Op.LE:
            return -inf, first
        case Op.GT:
            return first + 1, inf
        case Op.GE:
            return first, inf
        case _:
            return first, last


def _is_asked(key: GroupKey) -> Callable[[Cell], bool]:
    """Return whether a cell falls in a group that is asked for."""
    if key.edges:
        return lambda cell: _may(cell, lambda number: key.edges[0] <= number < key.edges[-1])
    values = frozenset(key.values)
    return lambda cell: key.is_found or str(cell) in values


def _moves(measure: Measure) -> Callable[[Cell], bool]:
    """Return whether a cell changes a measure of its column."""
    if not isinstance(measure, Sum | SumSquares):
        return lambda _cell: True
    still = measure.centre if isinstance(measure, SumSquares) else 0
    return lambda cell: _may(cell, lambda number: min(max(number, measure.lower), measure.upper) != still)


def _may(cell: Cell, fits: Callable[[int], bool]) -> bool:
    """Return whether a cell's number fits. A text that is no number may do so: that a price calls a column otherwise than
    its table does makes no answer cheaper."""
    try:
        return fits(int(cell))
    except ValueError:
        return True
