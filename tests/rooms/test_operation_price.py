"""Guided prices: the sample of domain-rules §3.3, its boundaries, and a second way to the same numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.rooms.operation.price import (
    Adjustment,
    adjustment,
    allowed_revenue_down_fen,
    deduction_fen,
    deviation,
    profit_fen,
    profit_rate_max_bp,
)

WAN = 1_000_000
"""Fen of ten thousand yuan (万元)."""

amounts = st.integers(0, 10**13)
rates = st.integers(0, 10_000)


def test_the_sample_of_the_rules() -> None:
    rate_bp = profit_rate_max_bp(bond_rate_bp=180, over_bond_bp_max=600)
    assert rate_bp == 780
    assert profit_fen(cost_fen=1_000 * WAN, rate_bp=rate_bp) == 78 * WAN
    assert allowed_revenue_down_fen(cost_fen=1_000 * WAN, rate_bp=rate_bp, tax_fen=60 * WAN) == 1_138 * WAN


@pytest.mark.parametrize(
    ("actual_fen", "asked"),
    [
        (1_138 * WAN, Adjustment.NONE),
        (1_138 * WAN + 1, Adjustment.PRICE),
        (1_251_8 * WAN // 10, Adjustment.PRICE),  # 10.0 % exactly
        (1_251_8 * WAN // 10 + 1, Adjustment.CEILING),
        (1_252 * WAN, Adjustment.CEILING),
        (1_024_2 * WAN // 10, Adjustment.PRICE),  # 10.0 % below
        (1_024_2 * WAN // 10 - 1, Adjustment.CEILING),
        (0, Adjustment.CEILING),
    ],
)
def test_ten_percent_adjusts_the_price_and_a_fen_more_the_ceiling(actual_fen: int, asked: Adjustment) -> None:
    assert adjustment(actual_fen=actual_fen, allowed_fen=1_138 * WAN, deviation_bp_max=1_000) is asked


def test_nothing_deviates_from_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to deviate from"):
        deviation(actual_fen=1, allowed_fen=0)


@given(cost_fen=amounts, rate_bp=rates, tax_fen=amounts)
def test_a_maximum_is_never_exceeded_by_rounding_and_loses_less_than_a_fen(
    cost_fen: int, rate_bp: int, tax_fen: int
) -> None:
    exact = Decimal(cost_fen) + Decimal(cost_fen) * Decimal(rate_bp) / Decimal(10_000) + Decimal(tax_fen)
    rounded = allowed_revenue_down_fen(cost_fen=cost_fen, rate_bp=rate_bp, tax_fen=tax_fen)
    assert 0 <= exact - rounded < 1


@given(actual_fen=amounts, allowed_fen=st.integers(1, 10**13), bp_max=rates)
def test_what_is_adjusted_follows_from_whole_numbers_alone(actual_fen: int, allowed_fen: int, bp_max: int) -> None:
    off = abs(actual_fen - allowed_fen)
    expected = Adjustment.PRICE if 10_000 * off <= bp_max * allowed_fen else Adjustment.CEILING
    found = adjustment(actual_fen=actual_fen, allowed_fen=allowed_fen, deviation_bp_max=bp_max)
    assert found is (expected if off else Adjustment.NONE)
    assert deviation(actual_fen=actual_fen, allowed_fen=allowed_fen) == Fraction(off, allowed_fen)


@given(years=st.lists(st.tuples(amounts, amounts), max_size=5))
def test_what_was_earned_too_much_in_a_period_is_taken_off_the_next(years: list[tuple[int, int]]) -> None:
    actual, allowed = sum(a for a, _ in years), sum(b for _, b in years)
    assert deduction_fen(years) == (actual - allowed if actual > allowed else 0)
