"""Whether a constraint holds for a request: yes, no, or None where it cannot be decided (Kleene's three values).

What cannot be decided: a word not known, a fact not given, a comparison of unlike things.
Source: ODRL IM 2.2 §2.5; Kleene 1952, §64 (strong three-valued connectives).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from types import MappingProxyType

from mumian.policy.model import Constraint, Logical, Request

Value = str | int | None
Held = bool | None

FACT: Mapping[str, Callable[[Request], Value]] = MappingProxyType(
    {
        "purpose": attrgetter("purpose"),
        "spatial": attrgetter("territory"),
        "recipient": attrgetter("recipient"),
        "product": attrgetter("product"),
        "dateTime": attrgetter("now"),
        "count": attrgetter("count"),
        "payAmount": attrgetter("paid_fen"),
        "elapsedTime": attrgetter("elapsed_ms"),
    }
)
"""Operand → the request's value."""


def _eq(value: Value, right: object) -> Held:
    return value == right if type(value) is type(right) else None


def _neq(value: Value, right: object) -> Held:
    return value != right if type(value) is type(right) else None


def _gt(value: Value, right: object) -> Held:
    return value > right if isinstance(value, int) and isinstance(right, int) else None


def _gteq(value: Value, right: object) -> Held:
    return value >= right if isinstance(value, int) and isinstance(right, int) else None


def _lt(value: Value, right: object) -> Held:
    return value < right if isinstance(value, int) and isinstance(right, int) else None


def _lteq(value: Value, right: object) -> Held:
    return value <= right if isinstance(value, int) and isinstance(right, int) else None


def _is_any_of(value: Value, right: object) -> Held:
    return value in right if isinstance(value, str) and isinstance(right, tuple) else None


def _is_none_of(value: Value, right: object) -> Held:
    return value not in right if isinstance(value, str) and isinstance(right, tuple) else None


def _is_all_of(value: Value, right: object) -> Held:
    """A request has one value, so it is all of a set only where the set is that value."""
    return right == (value,) if isinstance(value, str) and isinstance(right, tuple) else None


def _is_part_of(value: Value, right: object) -> Held:
    """`CN-GD` is part of `CN`, and of itself."""
    if not isinstance(value, str) or not isinstance(right, str):
        return None
    return value == right or value.startswith(f"{right}-")


COMPARE: Mapping[str, Callable[[Value, object], Held]] = MappingProxyType(
    {
        "eq": _eq,
        "neq": _neq,
        "gt": _gt,
        "gteq": _gteq,
        "lt": _lt,
        "lteq": _lteq,
        "isAnyOf": _is_any_of,
        "isNoneOf": _is_none_of,
        "isAllOf": _is_all_of,
        "isPartOf": _is_part_of,
    }
)
"""Operator → whether the request's value stands so to the right operand."""


def holds(constraint: Constraint | Logical, request: Request) -> Held:
    """Tell whether one constraint holds for `request`; None where that cannot be decided."""
    if isinstance(constraint, Logical):
        return _joined(constraint, request)
    fact = FACT.get(constraint.left_operand)
    compare = COMPARE.get(constraint.operator)
    if fact is None or compare is None:
        return None
    value = fact(request)
    return None if value is None else compare(value, constraint.right_operand)


def all_hold(constraints: Iterable[Constraint | Logical], request: Request) -> Held:
    """Kleene's and: no if one does not hold, else None if one cannot be decided, else yes."""
    answer: Held = True
    for constraint in constraints:
        held = holds(constraint, request)
        if held is False:
            return False
        if held is None:
            answer = None
    return answer


def _joined(logical: Logical, request: Request) -> Held:
    if logical.operand == "and":
        return all_hold(logical.constraints, request)
    held = [holds(constraint, request) for constraint in logical.constraints]
    if logical.operand == "or":
        return True if True in held else None if None in held else False
    if logical.operand == "xone":
        if held.count(True) > 1:
            return False
        return None if None in held else True in held
    return None


def words(constraint: Constraint | Logical, request: Request) -> str:
    """Return both sides of a constraint for people: what the policy asks, what the request has."""
    if isinstance(constraint, Logical):
        return f" {constraint.operand} ".join(f"({words(part, request)})" for part in constraint.constraints)
    fact = FACT.get(constraint.left_operand)
    right = constraint.right_operand
    wanted = ", ".join(right) if isinstance(right, tuple) else right
    asked = f"{constraint.left_operand} {constraint.operator} `{wanted}`"
    if fact is None:
        return f"{asked}: unknown operand `{constraint.left_operand}`"
    if constraint.operator not in COMPARE:
        return f"{asked}: unknown operator `{constraint.operator}`"
    value = fact(request)
    return f"{asked} and the request " + ("does not say" if value is None else f"has `{value}`")
