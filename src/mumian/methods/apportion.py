"""Largest remainder: divide whole units so that the parts add up exactly and none is off by one unit or more."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def apportion(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Divide `total` units in proportion to `weights`.

    Every part is its exact quota rounded down, and the units left over go one each to the largest remainders; equal
    remainders go to the lower index. So parts add up to `total`, each lies within one unit of its quota, and a weight
    of zero gets nothing.

    Args:
        total: whole units to divide (fen, seats); ≥ 0.
        weights: exact and not negative; at least one positive. Only their ratios matter.
    Returns: one part per weight, in the order of the weights.
    Raises: ValueError: `total` or a weight is negative, or all weights are zero.
    Source: Hamilton's method; Balinski & Young 2001, Fair Representation, 2nd ed., ch. 3 and app. A.
    """
    whole = _whole_weights(weights)
    weight_sum = sum(whole)
    if total < 0:
        raise ValueError(f"the total is `{total}`; it must not be negative")
    if weight_sum == 0:
        raise ValueError("all weights are zero; nobody can be given anything")
    parts = [total * weight // weight_sum for weight in whole]
    left_over = total - sum(parts)
    if left_over:
        short = [part * weight_sum - total * weight for part, weight in zip(parts, whole, strict=True)]
        for index in sorted(range(len(parts)), key=short.__getitem__)[:left_over]:  # stable: ties by index
            parts[index] += 1
    return parts


def _whole_weights(weights: Sequence[Fraction | int]) -> Sequence[int]:
    """Return integers in the ratio of `weights`."""
    if weights and min(weights) < 0:
        raise ValueError(f"weight `{min(weights)}` is negative; a part cannot be")
    common = lcm(*[weight.denominator for weight in weights])
    if common == 1:
        return [weight.numerator for weight in weights]
    return [weight.numerator * (common // weight.denominator) for weight in weights]


UNIT = 10**12
"""Parts of a whole unit that what is owed is counted in."""


def apportion_on(total: int, weights: Sequence[Fraction | int], owed: Sequence[int]) -> tuple[list[int], list[int]]:
    """Divide `total` units in proportion to `weights`, one of a series of divisions among the same payees.

    What rounding kept from somebody is owed to him, what it gave too much he owes: both go on to the next division, so
    that they do not grow with the number of divisions, however small each is. The units go one by one to whoever is
    owed most by then, at equal debts to the lower index.

    Bound, for n payees and any series of weights: -1 < owed ≤ 1/2 + 1/3 + … + 1/n units. Below: a unit goes to the
    greatest of debts whose sum is positive. Above: let u_k be the mean of the k greatest debts. If no unit went to
    another, their sum did not grow; else the last that did left its payee a debt not below theirs less 1, so
    u_k ≤ u_(k+1) + 1/(k+1), and u_n = 0.

    Args:
        total: whole units to divide, ≥ 0.
        weights: as for `apportion`; all may be zero if `total` is.
        owed: one per payee, in 1/`UNIT`; they add up to zero. All zero at first.
    Returns: one part per weight, which add up to `total`, and what is owed after. The quotas are first rounded to
        1/`UNIT`, by largest remainder.
    Raises: ValueError: as `apportion`; or debts do not add up to zero, or are not one per weight.
    Source: the greedy rule of the carpool problem, Ajtai et al. 1998, Fairness in Scheduling, J. Algorithms 29(2); the
        bound as above.
    """
    if len(owed) != len(weights) or sum(owed) != 0:
        raise ValueError(f"`{len(owed)}` debts adding up to `{sum(owed)}` for `{len(weights)}` weights; one each, zero")
    quotas = apportion(total * UNIT, weights) if total else [0] * len(weights)
    due = [quota + debt for quota, debt in zip(quotas, owed, strict=True)]
    parts = [max(0, each // UNIT) for each in due]
    left = [each - part * UNIT for each, part in zip(due, parts, strict=True)]
    over = total - sum(parts)
    for nth in sorted(range(len(left)), key=lambda nth: (-left[nth], nth))[: max(0, over)]:
        parts[nth] += 1
        left[nth] -= UNIT
    for _ in range(-over):  # payees who owe leave the others less than their debts' whole units
        nth = min((nth for nth, part in enumerate(parts) if part), key=lambda nth: (left[nth], -nth))
        parts[nth] -= 1
        left[nth] += UNIT
    return parts, left
