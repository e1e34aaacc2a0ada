"""What is shown, as expressions over what was released. Computing with released values costs no privacy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from mumian.engines.question import Count, Histogram, Measure, Sum, SumSquares
from mumian.sql.literals import Scalar


@dataclass(frozen=True)
class Constant:
    value: Scalar


class KeyForm(StrEnum):
    """How a group's key is shown: as its text, as a number, as the number of its bin, or as "low..high" of its bin."""

    TEXT = "text"
    NUMBER = "number"
    BIN = "bin"
    LABEL = "label"


@dataclass(frozen=True)
class Key:
    """A group's key. edges: of all bins, as integers; first: the number of the first bin. scale: integers of one unit."""

    column: str
    form: KeyForm
    edges: tuple[int, ...] = ()
    first: int = 0
    scale: int = 1


@dataclass(frozen=True)
class Figure:
    """A measure in the column's unit: released integer ÷ scale."""

    measure: Measure
    scale: int = 1


@dataclass(frozen=True)
class Mean:
    """total ÷ count, within the public bounds; NULL where no row counts."""

    total: Sum
    count: Count
    scale: int


class Spread(StrEnum):
    VARIANCE_POP = "var_pop"
    VARIANCE_SAMPLE = "var_samp"
    DEVIATION_POP = "stddev_pop"
    DEVIATION_SAMPLE = "stddev_samp"


@dataclass(frozen=True)
class Variance:
    """Spread about the mean; NULL where too few rows count."""

    squares: SumSquares
    total: Sum
    count: Count
    scale: int
    spread: Spread


@dataclass(frozen=True)
class QuantileOf:
    """A quantile read off a histogram. discrete: a value of the column's smallest step, not one between."""

    histogram: Histogram
    permille: int
    discrete: bool
    scale: int


@dataclass(frozen=True)
class Call:
    """An operation on values. name: see `shown`."""

    name: str
    parts: tuple[Value, ...]


Leaf: TypeAlias = Figure | Mean | Variance | QuantileOf
Value: TypeAlias = Constant | Key | Leaf | Call


@dataclass(frozen=True)
class Keep:
    """Rows stay for which the condition is true."""

    condition: Value


@dataclass(frozen=True)
class SortKey:
    value: Value
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True)
class Sort:
    keys: tuple[SortKey, ...]


@dataclass(frozen=True)
class Cut:
    """Rows from number `offset` on, `limit` of them; None: all."""

    limit: int | None
    offset: int = 0


Step: TypeAlias = Keep | Sort | Cut


@dataclass(frozen=True)
class Presentation:
    """How released groups become the table that the SQL asked for: steps one after the other, then columns."""

    columns: tuple[tuple[str, Value], ...]
    steps: tuple[Step, ...] = ()


def leaves(value: Value) -> Iterator[Leaf]:
    """Yield every released figure that a value is made of."""
    if isinstance(value, Call):
        for part in value.parts:
            yield from leaves(part)
    elif not isinstance(value, Constant | Key):
        yield value


def measures_of(leaf: Leaf) -> tuple[Measure, ...]:
    """Return the measures that a figure is made of."""
    match leaf:
        case Figure():
            return (leaf.measure,)
        case Mean():
            return leaf.total, leaf.count
        case Variance():
            return leaf.squares, leaf.total, leaf.count
        case QuantileOf():
            return (leaf.histogram,)
