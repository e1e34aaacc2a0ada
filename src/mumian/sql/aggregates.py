"""Aggregate functions as measures that can be released, and the figure that they make."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sqlglot import exp

from mumian.engines.question import Count, Histogram, Sum, SumSquares, Units
from mumian.rooms.cleanroom.refusals import CleanroomRefusal
from mumian.sql.columns import Field, Scope
from mumian.sql.literals import constant, is_constant
from mumian.sql.reading import no
from mumian.sql.refusals import SqlRefusal as R
from mumian.sql.values import Figure, Leaf, Mean, QuantileOf, Spread, Variance

_spreads: dict[type[exp.Expr], Spread] = {
    exp.Variance: Spread.VARIANCE_SAMPLE,
    exp.VariancePop: Spread.VARIANCE_POP,
    exp.Stddev: Spread.DEVIATION_SAMPLE,
    exp.StddevSamp: Spread.DEVIATION_SAMPLE,
    exp.StddevPop: Spread.DEVIATION_POP,
}
_quantiles: dict[type[exp.Expr], bool] = {exp.PercentileCont: False, exp.PercentileDisc: True, exp.Quantile: False}
"""By function, whether it is discrete."""


@dataclass(frozen=True)
class Aggregates:
    """Makes aggregates of one query's rows into figures.

    present: columns that no row that counts lacks, so that counting them is counting rows. bins: of a quantile's histogram.
    """

    scope: Scope
    unit: Field | None
    present: frozenset[str]
    bins: int

    def leaf(self, node: exp.Expr) -> Leaf | None:
        """Return the figure that a part of the tree is, or None if it is no aggregate. Raises: NotAnswered."""
        if isinstance(node, exp.Filter):  # the same for all aggregates: its condition was moved to WHERE
            return self.leaf(node.this) or no(R.FUNCTION, node)
        if isinstance(node, exp.WithinGroup):
            return self._within_group(node)
        match node:
            case exp.Count():
                return self._count(node)
            case exp.Sum():
                column = self._number(node)
                return Figure(self._sum(column), column.scale)
            case exp.Avg():
                column = self._number(node)
                return Mean(self._sum(column), self._rows(column), column.scale)
            case exp.Median():
                return self._quantile(node, node.this, Fraction(1, 2), discrete=False)
            case exp.Min() | exp.Max():
                column_node = node.find(exp.Column)
                no(R.EXTREME, node, column=column_node.name.replace("`", "'")[:60] if column_node else "-")
            case exp.CountIf():
                no(R.CONDITIONAL, node)
        if type(node) in _spreads:
            column = self._number(node)
            low, high = column.column.lower, column.column.upper
            squares = SumSquares(column.name, low, high)
            return Variance(squares, self._sum(column), self._rows(column), column.scale, _spreads[type(node)])
        if type(node) in _quantiles:
            return self._quantile_function(node)
        return no(R.FUNCTION, node) if isinstance(node, exp.AggFunc) else None

    def _count(self, node: exp.Count) -> Figure:
        what = node.this
        if node.expressions or what is None:
            no(R.AGGREGATE_OF, node)
        if isinstance(what, exp.Distinct):
            return self._units(what)
        if isinstance(what, exp.Star) and not any(what.args.values()):
            return Figure(Count())
        if is_constant(what):
            return Figure(Count()) if constant(what) is not None else no(R.AGGREGATE_OF, node)
        return Figure(self._rows(self._column(what, node)))

    def _units(self, distinct: exp.Distinct) -> Figure:
        named = distinct.expressions
        unit = self.unit.name if self.unit else "-"
        if len(named) != 1 or not isinstance(named[0], exp.Column) or self.scope.field(named[0]).name != unit:
            no(R.DISTINCT_OTHER, distinct, unit=unit)
        return Figure(Units())

    def _rows(self, column: Field) -> Count:
        return Count() if column.name in self.present else Count(column.name)

    def _sum(self, column: Field) -> Sum:
        return Sum(column.name, column.column.lower, column.column.upper)

    def _column(self, node: exp.Expr | None, whole: exp.Expr) -> Field:
        while isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, exp.Column):
            return self.scope.field(node)
        if node is not None and node.find(exp.Case, exp.If):
            no(R.CONDITIONAL, whole)
        return no(R.AGGREGATE_OF, node if node is not None and not isinstance(node, exp.Distinct) else whole)

    def _number(self, node: exp.Expr) -> Field:
        return self._bounded(self._column(node.this, node), node)

    def _bounded(self, column: Field, node: exp.Expr) -> Field:
        if not column.is_integer:
            no(CleanroomRefusal.NOT_A_NUMBER, node, column=column.name)
        if column.column.lower >= column.column.upper:
            no(R.NO_BOUNDS, node, column=column.name)
        return column

    def _within_group(self, node: exp.WithinGroup) -> Leaf:
        inner, order = node.this, node.expression
        if type(inner) not in _quantiles or not isinstance(order, exp.Order) or len(order.expressions) != 1:
            no(R.QUANTILE_FORM, node)
        ordered = order.expressions[0]
        at = self._fraction(inner.this, node)
        return self._quantile(
            node,
            ordered.this,
            1 - at if ordered.args.get("desc") else at,
            discrete=_quantiles[type(inner)],
        )

    def _quantile_function(self, node: exp.Expr) -> Leaf:
        wanted = node.args.get("expression") or node.args.get("quantile")
        if wanted is None:
            no(R.QUANTILE_FORM, node)
        return self._quantile(node, node.this, self._fraction(wanted, node), discrete=_quantiles[type(node)])

    def _fraction(self, node: exp.Expr | None, whole: exp.Expr) -> Fraction:
        value = constant(node) if node is not None and is_constant(node) else None
        return value if isinstance(value, Fraction) else no(R.QUANTILE_FORM, whole)

    def _quantile(self, node: exp.Expr, what: exp.Expr, at: Fraction, *, discrete: bool) -> Leaf:
        permille = at * 1000
        if permille.denominator != 1 or not 1 <= permille <= 999:
            no(R.QUANTILE_FORM, node)
        column = self._bounded(self._column(what, node), node)
        low, span = column.column.lower, column.column.upper - column.column.lower + 1
        bins = min(self.bins, span)
        edges = tuple(low + place * span // bins for place in range(bins + 1))
        return QuantileOf(Histogram(column.name, edges), int(permille), discrete, column.scale)
