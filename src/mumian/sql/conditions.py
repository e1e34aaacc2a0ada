"""From a WHERE to sets: NOT pushed down by SQL's three values, each comparison the set of values for which it is true.

Once no NOT is left, unknown and false do the same: a row stays only where the condition is true.
Source: ISO/IEC 9075-2 §8.21 (search condition, truth tables).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Never, TypeAlias

from sqlglot import exp

from mumian.engines.question import Op
from mumian.sql.columns import Field, Scope, satisfying
from mumian.sql.literals import Scalar, constant, is_constant
from mumian.sql.ranges import Ranges, complement
from mumian.sql.reading import no
from mumian.sql.refusals import SqlRefusal as R


@dataclass(frozen=True)
class Atom:
    """True for a row whose column is among the values, or missing if `missing`."""

    field: Field
    values: Ranges
    missing: bool = False


@dataclass(frozen=True)
class All:
    """True if all parts are; without any, true."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Some:
    """True if some part is; without any, false."""

    parts: tuple[Formula, ...] = ()


Formula: TypeAlias = Atom | All | Some

_ops: dict[type[exp.Expr], Op] = {
    exp.EQ: Op.EQ,
    exp.LT: Op.LT,
    exp.LTE: Op.LE,
    exp.GT: Op.GT,
    exp.GTE: Op.GE,
    exp.NEQ: Op.NE,
}
_mirrored = {Op.LT: Op.GT, Op.LE: Op.GE, Op.GT: Op.LT, Op.GE: Op.LE}
_patterns = (exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike, exp.RegexpILike, exp.Glob)


def condition(node: exp.Expr, scope: Scope, *, negated: bool = False) -> Formula:
    """Return for which rows a condition, or its negation, is true. Raises: NotAnswered."""
    match node:
        case exp.Paren():
            return condition(node.this, scope, negated=negated)
        case exp.Not():
            return condition(node.this, scope, negated=not negated)
        case exp.And() | exp.Or():
            parts = tuple(condition(part, scope, negated=negated) for part in node.flatten(unnest=False))
            return All(parts) if isinstance(node, exp.And) != negated else Some(parts)
        case exp.Null() | exp.Boolean():
            return _known(constant(node), negated=negated)
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            return _comparison(node, scope, negated=negated)
        case exp.NullSafeEQ() | exp.NullSafeNEQ():
            return _null_safe(node, scope, negated=negated != isinstance(node, exp.NullSafeNEQ))
        case exp.In():
            return _among(node, scope, negated=negated)
        case exp.Between() if not node.args.get("symmetric"):
            return _between(node, scope, negated=negated)
        case exp.Is():
            return _is(node, scope, negated=negated)
        case _:
            return _refuse(node)


def _refuse(node: exp.Expr) -> Never:
    if isinstance(node, _patterns):
        column = node.find(exp.Column)
        no(R.PATTERN, node, column=column.name.replace("`", "'")[:60] if column else "-")
    if node.find(exp.Query) is not None:
        no(R.SUBQUERY, node.find(exp.Query))
    aggregate = node.find(exp.AggFunc)
    if aggregate is not None:
        no(R.AGGREGATE_PLACE, aggregate)
    no(R.CONDITION_FORM, node)


def _known(value: Scalar, *, negated: bool) -> Formula:
    if value is not None and not isinstance(value, bool):
        return Some()
    return All() if value is not None and value != negated else Some()


def _field(node: exp.Expr, scope: Scope) -> Field:
    """Return the column that stands alone on one side of a comparison."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Column):
        return scope.field(node)
    if node.find(exp.Query, exp.AggFunc) is not None or node.find(exp.Column) is None:
        _refuse(node)
    return no(R.COMPUTED_COLUMN, node)


def _literal(node: exp.Expr) -> Scalar:
    if node.find(exp.Query) is not None:
        no(R.SUBQUERY, node.find(exp.Query))
    if node.find(exp.Column) is not None:
        no(R.COLUMNS_COMPARED, node.parent or node)
    return constant(node) if is_constant(node) else no(R.CONDITION_FORM, node)


def _comparison(node: exp.Expr, scope: Scope, *, negated: bool) -> Formula:
    op, left, right = _ops[type(node)], node.this, node.expression
    if is_constant(left) and is_constant(right):
        return _known(compared(op, constant(left), constant(right)), negated=negated)
    if is_constant(left):
        op, left, right = _mirrored.get(op, op), right, left
    field, value = _field(left, scope), _literal(right)
    return _atom(field, op, value, node=right, negated=negated)


def _atom(field: Field, op: Op, value: Scalar, *, node: exp.Expr, negated: bool) -> Formula:
    if value is None:
        return Some()
    if op is Op.NE:
        op, negated = Op.EQ, not negated
    if not field.is_integer and op is not Op.EQ:
        no(R.ORDER_OF_TEXT, node.parent or node, column=field.name)
    values = satisfying(op, field.comparable(value, node))
    return Atom(field, complement(values, field.universe) if negated else values)


def compared(op: Op, left: Scalar, right: Scalar) -> bool | None:
    """Return a comparison of two values of a kind, or None where one is missing or they are of different kinds."""
    if left is None or right is None or type(left) is not type(right):
        return None
    tests: dict[Op, Callable[[], bool]] = {
        Op.EQ: lambda: left == right,
        Op.NE: lambda: left != right,
        Op.LT: lambda: left < right,  # type: ignore[operator]  # both are of one kind
        Op.LE: lambda: left <= right,  # type: ignore[operator]
        Op.GT: lambda: left > right,  # type: ignore[operator]
        Op.GE: lambda: left >= right,  # type: ignore[operator]
    }
    return tests[op]()


def _null_safe(node: exp.Expr, scope: Scope, *, negated: bool) -> Formula:
    """IS NOT DISTINCT FROM: never unknown."""
    left, right = (node.expression, node.this) if is_constant(node.this) else (node.this, node.expression)
    field, value = _field(left, scope), _literal(right)
    if value is None:
        return _missing(field, negated=negated)
    values = satisfying(Op.EQ, field.comparable(value, right))
    return Atom(field, complement(values, field.universe) if negated else values, missing=negated)


def _missing(field: Field, *, negated: bool) -> Formula:
    if field.name == field.rules.unit:  # rows without a unit are in no aggregate
        return All() if negated else Some()
    return Atom(field, field.universe if negated else (), missing=not negated)


def _is(node: exp.Is, scope: Scope, *, negated: bool) -> Formula:
    if not isinstance(node.expression, exp.Null):
        no(R.CONDITION_FORM, node)
    if is_constant(node.this):
        return _known(constant(node.this) is None, negated=negated)
    return _missing(_field(node.this, scope), negated=negated)


def _among(node: exp.In, scope: Scope, *, negated: bool) -> Formula:
    for name in ("query", "unnest", "field"):
        if node.args.get(name):
            no(R.SUBQUERY, node.args[name])
    field = _field(node.this, scope)
    values = [(_literal(part), part) for part in node.expressions]
    atoms = tuple(_atom(field, Op.EQ, value, node=part, negated=negated) for value, part in values)
    return All(atoms) if negated else Some(atoms)


def _between(node: exp.Between, scope: Scope, *, negated: bool) -> Formula:
    field = _field(node.this, scope)
    ends = ((Op.GE, node.args["low"]), (Op.LE, node.args["high"]))
    atoms = tuple(_atom(field, op, _literal(end), node=end, negated=negated) for op, end in ends)
    return Some(atoms) if negated else All(atoms)
