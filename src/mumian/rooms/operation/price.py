"""Guided prices of authorised operation: the allowed revenue, and what follows when the actual one is off it (article 14).

MAR = C + π + T, with π = C × r and r at most the ten-year bond yield plus a margin. All amounts are integer fen.
Source: 发改价格〔2025〕65号 (S4-MAR, S4-DEVIATION, S4-DEDUCTION).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction

BP = 10_000
"""Basis points of one."""


class Adjustment(StrEnum):
    """What a year's deviation asks for (S4-DEVIATION)."""

    NONE = "none"
    PRICE = "price"  # 调整具体收费标准
    CEILING = "ceiling"  # 调整上限收费标准


def profit_rate_max_bp(*, bond_rate_bp: int, over_bond_bp_max: int) -> int:
    """Return the highest allowed profit rate, in basis points: r ≤ r10 + margin."""
    return bond_rate_bp + over_bond_bp_max


def profit_fen(*, cost_fen: int, rate_bp: int) -> Fraction:
    """Return the allowed profit π = C × r on costs net of subsidies; exact, may be part of a fen."""
    return Fraction(cost_fen * rate_bp, BP)


def allowed_revenue_down_fen(*, cost_fen: int, rate_bp: int, tax_fen: int) -> int:
    """Return the maximum allowed revenue (最高准许收入) in whole fen, rounded down: a maximum is never exceeded by rounding.

    cost_fen: reasonable cost of the charged products, subsidies taken off. rate_bp: allowed profit rate.
    """
    return cost_fen + int(profit_fen(cost_fen=cost_fen, rate_bp=rate_bp)) + tax_fen


def deviation(*, actual_fen: int, allowed_fen: int) -> Fraction:
    """Return |actual - allowed| / allowed, exact.

    Raises: ValueError: nothing is allowed, so nothing can be measured against it.
    """
    if allowed_fen <= 0:
        raise ValueError(f"`{allowed_fen}` fen of allowed revenue: there is nothing to deviate from")
    return Fraction(abs(actual_fen - allowed_fen), allowed_fen)


def adjustment(*, actual_fen: int, allowed_fen: int, deviation_bp_max: int) -> Adjustment:
    """Return what is to be adjusted: the operator's price up to `deviation_bp_max`, included; the ceiling beyond.

    Raises: ValueError: as `deviation`.
    """
    off = deviation(actual_fen=actual_fen, allowed_fen=allowed_fen)
    if not off:
        return Adjustment.NONE
    return Adjustment.PRICE if off <= Fraction(deviation_bp_max, BP) else Adjustment.CEILING


def deduction_fen(years: Iterable[tuple[int, int]]) -> int:
    """Return what the next period's allowed revenue is cut by: max(0, Σ actual - Σ allowed) of (actual, allowed) in fen."""
    return max(0, sum(actual - allowed for actual, allowed in years))
