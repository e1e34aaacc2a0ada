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
