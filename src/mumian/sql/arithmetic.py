"""Operations on released values and on the intervals that hold what they stand for: total, exact, NULL where SQL would fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from mumian.engines.question import Op
from mumian.sql.conditions import compared
from mumian.sql.literals import Scalar, arithmetic, numeral, round_half_away, shown


@dataclass(frozen=True)
class Cell:
    """A value, and of a number the bounds that hold what it stands for; None: not known, or no number."""

    value: Scalar
    low: Fraction | None
    high: Fraction | None

    @classmethod
    def exact(cls, value: Scalar) -> Cell:
        return cls(value, value, value) if isinstance(value, Fraction) else cls(value, None, None)


NULL = Cell(None, None, None)


def call(name: str, parts: Sequence[Cell]) -> Cell:
    """Return an operation's result; see `expressions` for the names."""
    if name in ("add", "sub", "mul", "div"):
        return _arithmetic(name, *parts)
    if name in _monotone:
        return _through(_monotone[name](parts[1:]), parts[0])
    if name in _comparisons:
        return Cell.exact(compared(_comparisons[name], parts[0].value, parts[1].value))
    return _others[name](parts)


def _arithmetic(name: str, left: Cell, right: Cell) -> Cell:
    value = arithmetic(name, left.value, right.value)
    if not isinstance(value, Fraction):
        return NULL
    ends = [left.low, left.high], [right.low, right.high]
    if name == "div" and (right.low is None or right.high is None or right.low <= 0 <= right.high):
        return Cell(value, None, None)
    corners = [arithmetic(name, a, b) for a in ends[0] for b in ends[1]]
    known = [corner for corner in corners if isinstance(corner, Fraction)]
    return Cell(value, min(known), max(known)) if len(known) == 4 else Cell(value, None, None)


def _through(function: Callable[[Fraction], Fraction | None], part: Cell) -> Cell:
    """Return a function of a number that rises or falls with it, its interval's ends mapped likewise."""
    value = part.value
    if isinstance(value, str):
        value = numeral(value)
    if isinstance(value, bool):
        value = Fraction(int(value))
    made = None if value is None else function(value)
    if made is None:
        return NULL
    ends = [function(end) for end in (part.low, part.high) if end is not None]
    known = [end for end in ends if end is not None]
    return Cell(made, min(known), max(known)) if len(known) == 2 else Cell(made, None, None)


def _fits(function: Callable[[Fraction], Fraction], limit: Fraction) -> Callable[[Fraction], Fraction | None]:
    def fitted(value: Fraction) -> Fraction | None:
        made = function(value)
        return made if -limit <= made < limit else None

    return fitted


def _number(part: Cell) -> int:
    return int(part.value) if isinstance(part.value, Fraction) else 0


_monotone: dict[str, Callable[[Sequence[Cell]], Callable[[Fraction], Fraction | None]]] = {
    "neg": lambda _: lambda value: -value,
    "floor": lambda _: lambda value: Fraction(floor(value)),
    "ceil": lambda _: lambda value: Fraction(ceil(value)),
    "round": lambda more: lambda value: round_half_away(value, _number(more[0])),
    "number": lambda _: lambda value: value,
    "integer": lambda more: _fits(round_half_away, Fraction(2 ** _number(more[0]))),
    "decimal": lambda more: _fits(
        lambda value: round_half_away(value, _number(more[1])), Fraction(10) ** (_number(more[0]) - _number(more[1]))
    ),
}
_comparisons = {"eq": Op.EQ, "ne": Op.NE, "lt": Op.LT, "le": Op.LE, "gt": Op.GT, "ge": Op.GE}


def _abs(parts: Sequence[Cell]) -> Cell:
    (part,) = parts
    if not isinstance(part.value, Fraction):
        return NULL
    if part.low is None or part.high is None:
        return Cell(abs(part.value), None, None)
    ends = abs(part.low), abs(part.high)
    return Cell(abs(part.value), Fraction(0) if part.low <= 0 <= part.high else min(ends), max(ends))


def _extreme(parts: Sequence[Cell], pick: Callable[[Sequence[Fraction]], Fraction]) -> Cell:
    """GREATEST, LEAST: NULLs are left out."""
    there = [part for part in parts if part.value is not None]
    numbers = [part.value for part in there if isinstance(part.value, Fraction)]
    if not numbers or len(numbers) < len(there):
        return NULL
    lows, highs = [part.low for part in there], [part.high for part in there]
    if None in lows or None in highs:
        return Cell(pick(numbers), None, None)
    return Cell(
        pick(numbers),
        pick([low for low in lows if low is not None]),
        pick([high for high in highs if high is not None]),
    )


def _hull(chosen: Cell, others: Sequence[Cell]) -> Cell:
    """Return a value with bounds around all that might have been chosen, had there been no noise."""
    numbers = [each for each in others if isinstance(each.value, Fraction)]
    lows, highs = [each.low for each in numbers], [each.high for each in numbers]
    if not isinstance(chosen.value, Fraction) or None in lows or None in highs:
        return Cell(chosen.value, None, None)
    return Cell(
        chosen.value,
        min(low for low in lows if low is not None),
        max(high for high in highs if high is not None),
    )


def _coalesce(parts: Sequence[Cell]) -> Cell:
    return next((part for part in parts if part.value is not None), NULL)


def _nullif(parts: Sequence[Cell]) -> Cell:
    left, right = parts
    return NULL if compared(Op.EQ, left.value, right.value) else left


def _case(parts: Sequence[Cell]) -> Cell:
    results = [*parts[1:-1:2], parts[-1]]
    for test, result in zip(parts[:-1:2], parts[1:-1:2], strict=True):
        if test.value is True:
            return _hull(result, results)
    return _hull(parts[-1], results)


def _truth(value: Scalar) -> bool | None:
    return value if isinstance(value, bool) else None


def _and(parts: Sequence[Cell]) -> Cell:
    values = [_truth(part.value) for part in parts]
    return Cell.exact(False if False in values else None if None in values else True)


def _or(parts: Sequence[Cell]) -> Cell:
    values = [_truth(part.value) for part in parts]
    return Cell.exact(True if True in values else None if None in values else False)


def _not(parts: Sequence[Cell]) -> Cell:
    value = _truth(parts[0].value)
    return Cell.exact(None if value is None else not value)


_others: dict[str, Callable[[Sequence[Cell]], Cell]] = {
    "abs": _abs,
    "greatest": lambda parts: _extreme(parts, max),
    "least": lambda parts: _extreme(parts, min),
    "coalesce": _coalesce,
    "nullif": _nullif,
    "case": _case,
    "and": _and,
    "or": _or,
    "not": _not,
    "is_null": lambda parts: Cell.exact(parts[0].value is None),
    "text": lambda parts: Cell.exact(shown(parts[0].value)),
}
