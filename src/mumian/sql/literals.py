"""Literals, and arithmetic on nothing but literals, exactly. What SQL would stumble over (x / 0, overflow) is NULL."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TypeAlias

from sqlglot import exp

from mumian.sql.reading import no
from mumian.sql.refusals import SqlRefusal as R

Scalar: TypeAlias = Fraction | str | bool | None

BITS_MAX = 2_048
"""Size of a numerator or denominator; beyond it a number has overflowed."""

_numeral = re.compile(r"\s*[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})([eE][+-]?\d{1,2})?\s*")
INTEGER_BITS = {
    exp.DataType.Type.TINYINT: 7,
    exp.DataType.Type.SMALLINT: 15,
    exp.DataType.Type.INT: 31,
    exp.DataType.Type.BIGINT: 63,
    exp.DataType.Type.INT128: 127,
}
FRACTIONAL = {exp.DataType.Type.FLOAT, exp.DataType.Type.DOUBLE}
TEXTS = {exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR}


def is_constant(node: exp.Expr) -> bool:
    """Return whether a part of the tree is made of literals alone."""
    shapes = (exp.Literal, exp.Null, exp.Boolean, exp.Neg, exp.Paren, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Cast)
    typed = (exp.DataType, exp.DataTypeParam)
    return all(isinstance(each, (*shapes, *typed)) for each in node.walk())


def constant(node: exp.Expr) -> Scalar:
    """Return the value of a constant part of the tree. Raises: NotAnswered: a literal or cast that has no meaning here."""
    match node:
        case exp.Literal():
            return str(node.this) if node.is_string else number(node)
        case exp.Null():
            return None
        case exp.Boolean():
            return bool(node.this)
        case exp.Paren():
            return constant(node.this)
        case exp.Neg():
            value = constant(node.this)
            return -value if isinstance(value, Fraction) else None
        case exp.Cast():
            return cast(constant(node.this), node)
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
            return arithmetic(type(node).__name__.lower(), constant(node.this), constant(node.expression))
        case _:
            return no(R.EXPRESSION, node)


def number(node: exp.Literal) -> Fraction:
    """Return a numeral's value. Raises: NotAnswered."""
    value = numeral(str(node.this))
    return value if value is not None else no(R.LITERAL_TOO_LONG, node)


def numeral(text: str) -> Fraction | None:
    """Return the value of digits with a point and a small exponent, or None."""
    return Fraction(Decimal(text.strip())) if _numeral.fullmatch(text) and text.isascii() else None


def arithmetic(name: str, left: Scalar, right: Scalar) -> Scalar:
    """Return add, sub, mul or div of two numbers; NULL of anything else, of x / 0, and of what grows too large."""
    if not isinstance(left, Fraction) or not isinstance(right, Fraction) or (name == "div" and right == 0):
        return None
    match name:
        case "add":
            made = left + right
        case "sub":
            made = left - right
        case "mul":
            made = left * right
        case _:
            made = left / right
    return made if max(made.numerator.bit_length(), made.denominator.bit_length()) <= BITS_MAX else None


def round_half_away(value: Fraction, digits: int = 0) -> Fraction:
    """Return the nearest multiple of 10^-digits, halves away from zero."""
    step = Fraction(10) ** digits
    scaled = abs(value) * step
    return Fraction(floor(scaled + Fraction(1, 2)), 1) / step * (1 if value >= 0 else -1)


def cast(value: Scalar, node: exp.Cast) -> Scalar:
    """Return a value as another type; NULL where it does not fit. Raises: NotAnswered: a type that is not known here."""
    to = node.to
    kind = to.this
    if kind in TEXTS:
        return shown(value)
    if kind not in INTEGER_BITS and kind not in FRACTIONAL and kind is not exp.DataType.Type.DECIMAL:
        no(R.FUNCTION, node)
    found = numeral(value) if isinstance(value, str) else value
    if isinstance(found, bool):
        found = Fraction(int(found))
    if found is None or kind in FRACTIONAL:
        return found
    if kind in INTEGER_BITS:
        whole = round_half_away(found)
        return whole if -(2 ** INTEGER_BITS[kind]) <= whole < 2 ** INTEGER_BITS[kind] else None
    sizes = [int(str(part.this.this)) for part in to.expressions if isinstance(part.this, exp.Literal)]
    digits, places = (sizes + [18, 3][len(sizes) :])[:2] if len(sizes) != 1 else (sizes[0], 0)
    if not 1 <= digits <= 38 or not 0 <= places <= digits:
        no(R.FUNCTION, node)
    rounded = round_half_away(found, places)
    return rounded if abs(rounded) < Fraction(10) ** (digits - places) else None


def shown(value: Scalar) -> str | None:
    """Return a value as text: whole numbers plainly, others with up to twelve places."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case Fraction() if value.denominator == 1:
            return str(value.numerator)
        case Fraction():
            rounded = round_half_away(value, 12)
            whole, rest = divmod(abs(rounded.numerator) * 10**12 // rounded.denominator, 10**12)
            return f"{'-' if rounded < 0 else ''}{whole}.{rest:012d}".rstrip("0").rstrip(".")
