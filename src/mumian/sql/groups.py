"""What a query groups by: public lists, bins, or values found in the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from sqlglot import exp

from mumian.engines.question import EDGES_MAX, GroupKey
from mumian.kernel.canonical import INT53_MAX
from mumian.sql.columns import Field, Scope
from mumian.sql.conditions import Atom
from mumian.sql.literals import constant, is_constant
from mumian.sql.ranges import Ranges, are_ascending, covers, intersection, members, ranges
from mumian.sql.reading import no
from mumian.sql.refusals import SqlRefusal as R
from mumian.sql.values import Key, KeyForm


@dataclass(frozen=True)
class Grouped:
    """A column that is grouped by. edges: of its bins, if it has them; all of them, in the order of the numbers of bins."""

    field: Field
    key: Key

    @property
    def is_by_integers(self) -> bool:
        """Return whether its list is of whole numbers, as conditions on it are."""
        field = self.field
        return field.is_integer and all(field.key_integer(key) is not None for key in field.column.keys)

    def rows(self) -> Atom:
        """Return which rows are in some group."""
        if self.key.edges:
            return Atom(self.field, ranges([(self.key.edges[0], self.key.edges[-1] - 1)]))
        if self.field.is_integer:
            keys = [self.field.key_integer(key) for key in self.field.column.keys]
            points = ranges([(key, key) for key in keys if key is not None])
            return Atom(self.field, points if self.is_by_integers else self.field.universe)
        return Atom(self.field, self.field.universe)

    def plan_key(self, allowed: Ranges) -> tuple[GroupKey, Ranges]:
        """Return the group key of values within `allowed`, and what then remains to be asked of the column."""
        field, edges = self.field, self.key.edges
        if edges:
            kept = [nth for nth in range(len(edges) - 1) if intersection(((edges[nth], edges[nth + 1] - 1),), allowed)]
            left = edges[kept[0] : kept[-1] + 2]
            whole: Ranges = ((left[0], left[-1] - 1),)
            return GroupKey(field.name, edges=left), field.universe if covers(allowed, whole) else allowed
        if not field.column.keys:
            return GroupKey(field.name), field.universe
        if field.is_integer and not self.is_by_integers:
            return GroupKey(field.name, field.column.keys), allowed
        keys = field.column.keys
        if allowed == field.universe:
            return GroupKey(field.name, keys), field.universe
        if field.is_integer:
            values = tuple(key for key in keys if covers(allowed, ((n := field.key_integer(key) or 0, n),)))
        else:
            values = tuple(keys[place] for place in members(allowed))
        return GroupKey(field.name, values), field.universe


def group(node: exp.Expr, scope: Scope) -> Grouped | None:
    """Return the group that a part of the tree is, or None: a column, WIDTH_BUCKET, HISTOGRAM, FLOOR(column / width).

    Raises: NotAnswered: it is one, with bins that make no sense.
    """
    match node:
        case exp.Paren():
            return group(node.this, scope)
        case exp.Column():
            return _by_column(scope.field(node))
        case exp.WidthBucket():
            wanted = [node.args.get(part) for part in ("min_value", "max_value", "num_buckets")]
            return _by_buckets(node, node.this, wanted, scope, KeyForm.BIN)
        case exp.Anonymous() if str(node.this).lower() == "histogram" and len(node.expressions) == 4:
            return _by_buckets(node, node.expressions[0], node.expressions[1:], scope, KeyForm.LABEL)
        case exp.Floor() if isinstance(node.this, exp.Div | exp.Paren | exp.Column):
            return _by_width(node, scope)
        case _:
            return None


def inner_group(node: exp.Expr, scope: Scope) -> Grouped | None:
    """Return a group, also of a bin's number times or plus a literal, which names the same bins."""
    while isinstance(node, exp.Paren | exp.Mul | exp.Add | exp.Sub | exp.Div):
        if isinstance(node, exp.Paren):
            node = node.this
            continue
        sides = [side for side in (node.this, node.expression) if not is_constant(side)]
        other = node.expression if sides and sides[0] is node.this else node.this
        harmless = len(sides) == 1 and (
            isinstance(node, exp.Add | exp.Sub) or constant(other) not in (None, Fraction(0))
        )
        if not harmless or (isinstance(node, exp.Div) and sides[0] is not node.this):
            return None
        node = sides[0]
        if isinstance(node, exp.Column):
            return None
    return group(node, scope)


def _by_column(field: Field) -> Grouped:
    if not field.is_integer:
        return Grouped(field, Key(field.name, KeyForm.TEXT))
    grouped = Grouped(field, Key(field.name, KeyForm.NUMBER, scale=field.scale))
    return grouped if grouped.is_by_integers else Grouped(field, Key(field.name, KeyForm.TEXT))


def needs_bins(grouped: Grouped) -> bool:
    """Return whether a number is grouped by that has neither a list nor bins."""
    return grouped.field.is_integer and not grouped.field.column.keys and not grouped.key.edges


def _by_buckets(
    node: exp.Expr, column: exp.Expr, wanted: Sequence[exp.Expr | None], scope: Scope, form: KeyForm
) -> Grouped:
    field = _number(node, column, scope)
    low, high, bins = (constant(part) if part is not None and is_constant(part) else None for part in wanted)
    if not isinstance(low, Fraction) or not isinstance(high, Fraction) or not isinstance(bins, Fraction):
        no(R.BINS_FORM, node, most=EDGES_MAX - 1)
    if bins.denominator != 1 or not 1 <= bins < EDGES_MAX or low >= high:
        no(R.BINS_FORM, node, most=EDGES_MAX - 1)
    step = (high - low) / bins
    return _binned(node, field, [low + step * place for place in range(int(bins) + 1)], first=1, form=form)


def _by_width(node: exp.Floor, scope: Scope) -> Grouped | None:
    """FLOOR(column / width) within the column's public bounds; FLOOR(column) is that with a width of 1."""
    inner = node.this.unnest()
    if node.args.get("decimals") is not None or node.args.get("to"):
        return None
    column, width = (inner.this.unnest(), inner.expression) if isinstance(inner, exp.Div) else (inner, None)
    if not isinstance(column, exp.Column) or (width is not None and not is_constant(width)):
        return None
    field = _number(node, column, scope)
    step = Fraction(1) if width is None else constant(width)
    if not isinstance(step, Fraction) or step <= 0:
        no(R.BINS_FORM, node, most=EDGES_MAX - 1)
    bounds = field.column
    if bounds.lower >= bounds.upper:
        no(R.NO_BOUNDS, node, column=field.name)
    first = floor(Fraction(bounds.lower, field.scale) / step)
    last = floor(Fraction(bounds.upper, field.scale) / step)
    if last - first >= EDGES_MAX:
        no(R.BINS_FORM, node, most=EDGES_MAX - 1)
    return _binned(node, field, [step * place for place in range(first, last + 2)], first=first, form=KeyForm.BIN)


def _number(node: exp.Expr, column: exp.Expr, scope: Scope) -> Field:
    while isinstance(column, exp.Paren):
        column = column.this
    field = scope.field(column) if isinstance(column, exp.Column) else no(R.GROUP_FORM, node)
    return field if field.is_integer else no(R.BINS_FORM, node, most=EDGES_MAX - 1)


def _binned(node: exp.Expr, field: Field, edges: list[Fraction], *, first: int, form: KeyForm) -> Grouped:
    whole = tuple(ceil(edge * field.scale) for edge in edges)
    if len(whole) < 2 or not are_ascending(whole) or max(map(abs, whole)) >= INT53_MAX:
        no(R.BINS_FORM, node, most=EDGES_MAX - 1)
    return Grouped(field, Key(field.name, form, whole, first, field.scale))


def numbered(grouped: Grouped, node: exp.Expr) -> Key:
    """Return how a mention of a group is shown: HISTOGRAM as bounds, WIDTH_BUCKET as the number, of the same bins."""
    label = isinstance(node.unnest(), exp.Anonymous)
    return replace(grouped.key, form=KeyForm.LABEL) if label else grouped.key
