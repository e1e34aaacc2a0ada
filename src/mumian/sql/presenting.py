"""The table that the SQL asked for, from what was released: exact fractions, NULLs, an interval for every number.

An interval holds the figure of the bounded, clamped data with 95 % confidence. Where a number is computed from several
figures each gets the interval that all hold together with it (union bound), and the number's range over them is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import isqrt

from mumian.engines.question import Measure, width
from mumian.kernel.outcome import Broken
from mumian.methods import intervals
from mumian.methods.intervals import Noisy
from mumian.methods.mechanisms import Mechanism as Noise
from mumian.methods.quantile import quantile
from mumian.rooms.cleanroom.noise import scale_of
from mumian.rooms.cleanroom.plan import AggregatePlan, has_found_keys
from mumian.sql.arithmetic import Cell, call
from mumian.sql.compiling import Compiled
from mumian.sql.literals import Scalar, shown
from mumian.sql.values import (
    Constant,
    Cut,
    Figure,
    Keep,
    Key,
    KeyForm,
    Leaf,
    Mean,
    QuantileOf,
    Sort,
    SortKey,
    Spread,
    Value,
    Variance,
    leaves,
)

CONFIDENCE_PERMILLE = 950

ROOT_DIGITS = 15
"""Places to which square roots are taken."""


@dataclass(frozen=True)
class Group:
    """One released group: its keys in the plan's order; values of the measures in turn, of a histogram bin after bin."""

    keys: tuple[str, ...]
    values: tuple[int, ...]


Bounds = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Table:
    """What the SQL asked for. intervals: by row and column, 95 % bounds of a number; None of what is no number."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    intervals: tuple[tuple[Bounds | None, ...], ...]


def groups_of_totals(plan: AggregatePlan, totals: Sequence[int]) -> list[Group]:
    """Return groups from values as an engine lists them: all of the first measure, then of the next; public keys only."""
    if has_found_keys(plan):
        raise Broken("only public keys are known before", "presenting.groups_of_totals")
    keys = list(product(*(key.shown for key in plan.group_by)))
    values: list[list[int]] = [[] for _ in keys]
    at = 0
    for measure in plan.measures:
        for each in values:
            each += [int(value) for value in totals[at : at + width(measure)]]
            at += width(measure)
    return [Group(key, tuple(each)) for key, each in zip(keys, values, strict=True)]


def scales(plan: AggregatePlan) -> dict[Measure, float]:
    """Return the scale of each measure's noise, in its unit; 0 where answers are exact."""
    return {measure: scale_of(plan, measure) for measure in plan.measures}


def present(compiled: Compiled, released: Sequence[Group]) -> Table:
    """Return the table that the SQL asked for. released: groups that may be shown, as the plan's domain gave them.

    Whatever cannot be computed (x / 0, a cast that does not fit, the mean of no rows) is NULL.
    """
    reading = _Reading(compiled.plan)
    rows = list(released)
    for step in compiled.shown.steps:
        match step:
            case Keep():
                rows = [row for row in rows if reading.cell(step.condition, row).value is True]
            case Sort():
                for key in reversed(step.keys):
                    rows = reading.sorted(rows, key)
            case Cut():
                rows = rows[step.offset :][: step.limit]
    cells = [[reading.cell(value, row) for _, value in compiled.shown.columns] for row in rows]
    return Table(
        tuple(name for name, _ in compiled.shown.columns),
        tuple(tuple(cell.value for cell in row) for row in cells),
        tuple(tuple(_bounds(cell) for cell in row) for row in cells),
    )


def _bounds(cell: Cell) -> Bounds | None:
    if not isinstance(cell.value, Fraction) or cell.low is None or cell.high is None:
        return None
    return cell.low, cell.high


class _Reading:
    """Values of released groups under one plan."""

    def __init__(self, plan: AggregatePlan) -> None:
        self._plan, self._noise = plan, Noise(plan.mechanism.value)
        self._scales = scales(plan)
        self._keys = {key.column: nth for nth, key in enumerate(plan.group_by)}
        self._at: dict[Measure, slice] = {}
        at = 0
        for measure in plan.measures:
            self._at[measure] = slice(at, at + width(measure))
            at += width(measure)
        self._each: dict[int, int] = {}
        self._widths: dict[tuple[Figure, int], Fraction] = {}

    def cell(self, value: Value, row: Group) -> Cell:
        """Return a value with the interval that it has by itself."""
        permille = self._confidence(value)
        if permille == 1000:  # of so many figures: no confidence is left for each
            return Cell(self._cell(value, row, 999).value, None, None)
        return self._cell(value, row, permille)

    def sorted(self, rows: list[Group], key: SortKey) -> list[Group]:
        """Return rows in order of one key, equal ones as they were; NULLs last unless first was asked."""
        valued = [(self.cell(key.value, row).value, row) for row in rows]
        there = [(_rank(value), row) for value, row in valued if value is not None]
        there.sort(key=lambda pair: pair[0], reverse=key.descending)
        gone = [row for value, row in valued if value is None]
        present = [row for _, row in there]
        return gone + present if key.nulls_first else present + gone

    def _confidence(self, value: Value) -> int:
        """Return the confidence, in permille, that each figure needs so that all together have 95 %."""
        key = id(value)
        if key not in self._each:
            parts = max(1, len(set(leaves(value))))
            self._each[key] = 1000 - (1000 - CONFIDENCE_PERMILLE) // parts
        return self._each[key]

    def _cell(self, value: Value, row: Group, permille: int) -> Cell:
        match value:
            case Constant():
                return Cell.exact(value.value)
            case Key():
                return Cell.exact(_key(value, row.keys[self._keys[value.column]]))
            case Figure():
                return self._figure(value, row, permille)
            case Mean():
                return self._mean(value, row, permille)
            case Variance():
                return self._spread(value, row, permille)
            case QuantileOf():
                return self._quantile(value, row, permille)
            case _:
                return call(value.name, [self._cell(part, row, permille) for part in value.parts])

    def _noisy(self, measure: Measure, row: Group) -> Noisy:
        return Noisy(value=row.values[self._at[measure]][0], scale=self._scales[measure], mechanism=self._noise)

    def _figure(self, figure: Figure, row: Group, permille: int) -> Cell:
        key = figure, permille
        if key not in self._widths:  # the same in every group
            terms = [(Fraction(1, figure.scale), self._noisy(figure.measure, row))]
            self._widths[key] = intervals.combination(terms, confidence_permille=permille).half_width
        value = Fraction(row.values[self._at[figure.measure]][0], figure.scale)
        return Cell(value, value - self._widths[key], value + self._widths[key])

    def _mean(self, mean: Mean, row: Group, permille: int) -> Cell:
        """total ÷ count within the public bounds, which hold the mean even if noise may have made the count."""
        least, most = Fraction(mean.total.lower, mean.scale), Fraction(mean.total.upper, mean.scale)
        total, count = self._noisy(mean.total, row), self._noisy(mean.count, row)
        if count.value <= 0:
            return Cell(None, None, None)
        value = _within(Fraction(total.value, count.value * mean.scale), least, most)
        ratio = intervals.ratio(total, count, confidence_permille=permille)
        if ratio is None:
            return Cell(value, least, most)
        return Cell(value, _within(ratio.low / mean.scale, least, most), _within(ratio.high / mean.scale, least, most))

    def _spread(self, spread: Variance, row: Group, permille: int) -> Cell:
        """Σ(x - c)² ÷ n - (Σx ÷ n - c)², and n ÷ (n - 1) times that of a sample, within what the public bounds allow."""
        sample = spread.spread in (Spread.VARIANCE_SAMPLE, Spread.DEVIATION_SAMPLE)
        squares, total, count = (self._noisy(each, row) for each in (spread.squares, spread.total, spread.count))
        if count.value <= sample:
            return Cell(None, None, None)
        n, centre = count.value, spread.squares.centre
        most = Fraction(spread.squares.upper - spread.squares.lower) ** 2 / (2 if sample else 4)
        by = Fraction(n, n - 1) if sample else Fraction(1)
        value = (Fraction(squares.value, n) - (Fraction(total.value, n) - centre) ** 2) * by
        low, high = self._spread_bounds(squares, total, count, centre=centre, permille=permille, sample=sample) or (
            Fraction(0),
            most,
        )
        parts = [_within(each, Fraction(0), most) / spread.scale**2 for each in (value, low, high)]
        if spread.spread in (Spread.DEVIATION_POP, Spread.DEVIATION_SAMPLE):
            parts = [root(parts[0]), root(parts[1]), root(parts[2], up=True)]
        return Cell(parts[0], min(parts), max(parts))

    def _spread_bounds(
        self, squares: Noisy, total: Noisy, count: Noisy, *, centre: int, permille: int, sample: bool
    ) -> Bounds | None:
        """Return the range of a variance over the box that holds its three sums together; None if the count may be 0."""
        (q_low, q_high), (s_low, s_high), (n_low, n_high) = intervals.box((squares, total, count), permille)
        if n_low <= sample:
            return None
        means = [Fraction(s, n) - centre for s in (s_low, s_high) for n in (n_low, n_high)]
        near = 0 if min(means) <= 0 <= max(means) else min(map(abs, means))
        low = min(Fraction(q_low, n_low), Fraction(q_low, n_high)) - max(map(abs, means)) ** 2
        high = max(Fraction(q_high, n_low), Fraction(q_high, n_high)) - Fraction(near) ** 2
        return low, high * Fraction(n_low, n_low - 1) if sample else high

    def _quantile(self, wanted: QuantileOf, row: Group, permille: int) -> Cell:
        """Read a quantile off its bins. A whole number n lies in [n, n + 1) there, so that half a step is taken back."""
        edges, at = wanted.histogram.edges, self._at[wanted.histogram]
        found = quantile(
            row.values[at],
            edges,
            permille=wanted.permille,
            sigma=self._scales[wanted.histogram],
            confidence_permille=permille,
        )
        if found is None:
            return Cell(None, None, None)
        low, high = Fraction(found.low), Fraction(found.high - 1)
        if wanted.discrete:
            value = Fraction(-(-found.value.numerator // found.value.denominator) - 1)
        else:
            value = found.value - Fraction(1, 2)
        return Cell(*(each / wanted.scale for each in (_within(value, low, high), low, high)))


def _within(value: Fraction, least: Fraction, most: Fraction) -> Fraction:
    return min(max(value, least), most)


def root(value: Fraction, *, up: bool = False) -> Fraction:
    """Return the square root of a number that is not negative, to `ROOT_DIGITS` places, rounded down or up."""
    scale = 10**ROOT_DIGITS
    found = isqrt(value.numerator * scale**2 // value.denominator)
    return Fraction(found + up, scale)


def _key(key: Key, text: str) -> Scalar:
    if key.form is KeyForm.TEXT:
        return text
    if key.form is KeyForm.NUMBER:
        return Fraction(text)
    low = int(text.split("..")[0])
    nth = key.edges.index(low)
    if key.form is KeyForm.BIN:
        return Fraction(key.first + nth)
    ends = (shown(Fraction(edge, key.scale)) for edge in (low, key.edges[nth + 1] - 1))
    return "..".join(end or "" for end in ends)


def _rank(value: Scalar) -> tuple[int, Fraction | str]:
    """Return what values are ordered by: numbers, then texts, then truth values."""
    match value:
        case bool():
            return 2, Fraction(int(value))
        case Fraction():
            return 0, value
        case _:
            return 1, value or ""


def leaf_width(leaf: Leaf, plan: AggregatePlan) -> Fraction | None:
    """Return the half width of a figure known before it is asked: of counts and sums; of others it depends on the data."""
    if not isinstance(leaf, Figure):
        return None
    part = Noisy(value=0, scale=scales(plan)[leaf.measure], mechanism=Noise(plan.mechanism.value))
    return intervals.combination([(Fraction(1, leaf.scale), part)], confidence_permille=CONFIDENCE_PERMILLE).half_width
