"""What becomes of a contribution below zero when money is shared: a policy that is written down before the first sale.

Values are numbers of a method, float or fraction; points are whole numbers in their ratio, which money is divided by. A
float is taken as the binary fraction that it is, so that the same values give the same points everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import isfinite
from typing import assert_never

from mumian.methods.apportion import apportion

POINTS = 10**9
"""Whole that is shared out: a point is a thousandth of a millionth."""


class NegativePolicy(StrEnum):
    """ZERO_AND_RENORMALISE: who lessens the worth gets nothing, the others keep their ratio.

    CARRY_AS_DEBT: the same, and what was below zero is kept against the player's later points.
    REFUSE: no money is shared until it is settled who spoilt the data.
    """

    ZERO_AND_RENORMALISE = "zero_and_renormalise"
    CARRY_AS_DEBT = "carry_as_debt"
    REFUSE = "refuse"


class NegativeContribution(ValueError):  # noqa: N818  # named for what is the matter
    """A player's value is below zero and the policy shares nothing then, or nobody's is above it."""


@dataclass(frozen=True, kw_only=True)
class Points:
    """points: one a player, not negative; they add up to `POINTS`. debts: likewise, in the same unit, 0 where there is none."""

    points: tuple[int, ...]
    debts: tuple[int, ...]


def points_of(values: Sequence[float | Fraction], *, policy: NegativePolicy, debts: Sequence[int] = ()) -> Points:
    """Turn contributions into the whole weights that money is divided by.

    A point is worth the sum of the values above zero, divided by `POINTS`. A new debt is rounded down to a point, in the
    player's favour. Under CARRY_AS_DEBT earlier debts are taken off a player's part first, as far as it goes; the rest
    stays a debt. If that would leave nobody anything, debts wait.

    Args:
        values: one a player, finite.
        policy: what is done with those below zero.
        debts: of earlier periods, in points, ≥ 0, one a player; none by default. Only under CARRY_AS_DEBT.
    Returns: points and what is owed after.
    Raises: NegativeContribution: see there. ValueError: a value is not finite, or `debts` do not fit.
    Source: largest remainder, `mumian.methods.apportion`; the policy is the market's own.
    """
    exact = [_exact(value) for value in values]
    before = list(debts) or [0] * len(exact)
    carries = policy is NegativePolicy.CARRY_AS_DEBT
    if len(before) != len(exact) or min(before, default=0) < 0 or (debts and not carries):
        raise ValueError(
            f"`{len(before)}` debts for `{len(exact)}` players under `{policy.value}`; one each, none below 0"
        )
    above = [max(value, Fraction(0)) for value in exact]
    whole = sum(above, Fraction(0))
    lowest = min(exact, default=Fraction(0))
    if whole == 0 or (policy is NegativePolicy.REFUSE and lowest < 0):
        raise NegativeContribution(
            f"the lowest value is `{float(lowest)}` and those above zero add up to `{float(whole)}`"
        )
    match policy:
        case NegativePolicy.ZERO_AND_RENORMALISE | NegativePolicy.REFUSE:
            return Points(points=tuple(apportion(POINTS, above)), debts=(0,) * len(exact))
        case NegativePolicy.CARRY_AS_DEBT:
            new = [int(-value * POINTS / whole) if value < 0 else 0 for value in exact]
            return _carried(apportion(POINTS, above), before, new)
        case _:
            assert_never(policy)


def _exact(value: float | Fraction) -> Fraction:
    if not isfinite(value):
        raise ValueError(f"value `{value}` is not finite; a player without one must be given one")
    return Fraction(value)


def _carried(earned: list[int], before: list[int], new: list[int]) -> Points:
    """Take earlier debts off what was earned, share what they free in the ratio of the rest, and add the new debts."""
    paid = [min(part, debt) for part, debt in zip(earned, before, strict=True)]
    left = [part - off for part, off in zip(earned, paid, strict=True)]
    if not any(left):
        paid, left = [0] * len(earned), earned
    debts = tuple(debt - off + more for debt, off, more in zip(before, paid, new, strict=True))
    return Points(points=tuple(apportion(POINTS, left)), debts=debts)
