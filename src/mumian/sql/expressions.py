"""Expressions over released values: what SELECT, HAVING and ORDER BY compute after the answer has come."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Never, TypeAlias

from sqlglot import exp

from mumian.sql.literals import FRACTIONAL, INTEGER_BITS, TEXTS, constant, is_constant
from mumian.sql.reading import no
from mumian.sql.refusals import SqlRefusal as R
from mumian.sql.values import Call, Constant, Value

Resolve: TypeAlias = Callable[[exp.Expr], Value | None]
"""What a name, an aggregate or a group's key in the text means; None for what is none of these."""

DIGITS_MAX = 12
"""Places that ROUND may keep."""

_binary: dict[type[exp.Expr], str] = {
    exp.Add: "add",
    exp.Sub: "sub",
    exp.Mul: "mul",
    exp.Div: "div",
    exp.EQ: "eq",
    exp.NEQ: "ne",
    exp.LT: "lt",
    exp.LTE: "le",
    exp.GT: "gt",
    exp.GTE: "ge",
    exp.Nullif: "nullif",
}
_unary: dict[type[exp.Expr], str] = {exp.Neg: "neg", exp.Not: "not", exp.Abs: "abs"}
_several: dict[type[exp.Expr], str] = {exp.Coalesce: "coalesce", exp.Greatest: "greatest", exp.Least: "least"}


def expression(node: exp.Expr, resolve: Resolve) -> Value:
    """Return what is to be computed. Raises: NotAnswered."""
    known = resolve(node)
    if known is not None:
        return known
    if is_constant(node):
        return Constant(constant(node))

    def inner(part: exp.Expr) -> Value:
        return expression(part, resolve)

    kind = type(node)
    if kind in _binary:
        return Call(_binary[kind], (inner(node.this), inner(node.expression)))
    if kind in _unary:
        return Call(_unary[kind], (inner(node.this),))
    if kind in _several:
        return Call(_several[kind], (inner(node.this), *map(inner, node.expressions)))
    match node:
        case exp.Paren():
            return inner(node.this)
        case exp.And() | exp.Or():
            parts = tuple(inner(part) for part in node.flatten(unnest=False))
            return Call("and" if isinstance(node, exp.And) else "or", parts)
        case exp.Floor() | exp.Ceil() if not node.args.get("decimals") and not node.args.get("to"):
            return Call("floor" if isinstance(node, exp.Floor) else "ceil", (inner(node.this),))
        case exp.Round() if not node.args.get("truncate"):
            return Call("round", (inner(node.this), Constant(_digits(node))))
        case exp.Is() if isinstance(node.expression, exp.Null):
            return Call("is_null", (inner(node.this),))
        case exp.Between() if not node.args.get("symmetric"):
            this = inner(node.this)
            ends = Call("ge", (this, inner(node.args["low"]))), Call("le", (this, inner(node.args["high"])))
            return Call("and", ends)
        case exp.In() if node.expressions and not node.args.get("query"):
            this = inner(node.this)
            return Call("or", tuple(Call("eq", (this, inner(part))) for part in node.expressions))
        case exp.Case():
            return _case(node, inner)
        case exp.Cast():
            return _cast(node, inner)
        case _:
            return _refuse(node)


def _refuse(node: exp.Expr) -> Never:
    query = node if isinstance(node, exp.Query) else node.find(exp.Query)
    if query is not None:
        no(R.SUBQUERY, query)
    if isinstance(node, exp.Star):
        no(R.STAR, node)
    no(R.FUNCTION if isinstance(node, exp.Func) else R.EXPRESSION, node)


def _digits(node: exp.Round) -> Fraction:
    digits = node.args.get("decimals")
    value = Fraction(0) if digits is None else constant(digits) if is_constant(digits) else None
    if not isinstance(value, Fraction) or value.denominator != 1 or abs(value) > DIGITS_MAX:
        no(R.EXPRESSION, node)
    return value


def _case(node: exp.Case, inner: Callable[[exp.Expr], Value]) -> Value:
    parts: list[Value] = []
    for branch in node.args["ifs"]:
        test = inner(branch.this)
        parts.append(test if node.this is None else Call("eq", (inner(node.this), test)))
        parts.append(inner(branch.args["true"]))
    default = node.args.get("default")
    parts.append(Constant(None) if default is None else inner(default))
    return Call("case", tuple(parts))


def _cast(node: exp.Cast, inner: Callable[[exp.Expr], Value]) -> Value:
    kind = node.to.this
    if kind in INTEGER_BITS:
        return Call("integer", (inner(node.this), Constant(Fraction(INTEGER_BITS[kind]))))
    if kind in FRACTIONAL:
        return Call("number", (inner(node.this),))
    if kind in TEXTS:
        return Call("text", (inner(node.this),))
    if kind is exp.DataType.Type.DECIMAL:
        sizes = [int(str(part.this.this)) for part in node.to.expressions if isinstance(part.this, exp.Literal)]
        digits, places = (18, 3) if not sizes else (sizes[0], sizes[1] if len(sizes) > 1 else 0)
        if not 1 <= digits <= 38 or not 0 <= places <= min(digits, DIGITS_MAX):
            no(R.EXPRESSION, node)
        return Call("decimal", (inner(node.this), Constant(Fraction(digits)), Constant(Fraction(places))))
    return no(R.EXPRESSION, node)
