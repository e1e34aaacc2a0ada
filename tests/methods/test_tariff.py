"""Tariffs: the sum over single units as the slow obvious oracle, and no gain by parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.tariff import Tier, charge_fen, cost_fen, defects


@st.composite
def tariffs(draw: st.DrawFn) -> list[Tier]:
    bounds = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=5)))
    rates = sorted(draw(st.lists(st.integers(0, 9), min_size=len(bounds), max_size=len(bounds))), reverse=True)
    return [Tier(bound, rate) for bound, rate in zip(bounds, rates, strict=True)]


def rate_of(tiers: list[Tier], nth: int) -> int:
    """Return what the nth unit costs, from 1."""
    return next(tier.unit_fen for tier in tiers if nth <= tier.up_to)


@given(tariffs(), st.data())
def test_a_run_costs_what_its_units_cost_one_by_one(tiers: list[Tier], data: st.DataObject) -> None:
    units = data.draw(st.integers(0, tiers[-1].up_to))
    assert cost_fen(tiers, units) == sum(rate_of(tiers, nth) for nth in range(1, units + 1))


@given(tariffs(), st.data())
def test_a_sound_tariff_is_never_dearer_whole_than_in_parts(tiers: list[Tier], data: st.DataObject) -> None:
    assert defects(tiers) == []
    whole = data.draw(st.integers(0, tiers[-1].up_to))
    part = data.draw(st.integers(0, whole))
    assert cost_fen(tiers, whole) <= cost_fen(tiers, part) + cost_fen(tiers, whole - part)
    assert cost_fen(tiers, part) + charge_fen(tiers, before=part, units=whole - part) == cost_fen(tiers, whole)


@pytest.mark.parametrize(
    ("tiers", "defect"),
    [
        ([Tier(10, 3), Tier(10, 2)], "tier 2 ends at 10, not after 10"),
        ([Tier(10, 3), Tier(20, 4)], "tier 2 costs 4 fen a unit, more than 3"),
        ([Tier(0, 3)], "tier 1 is not in fen and units above zero"),
        ([Tier(5, -1)], "tier 1 is not in fen and units above zero"),
    ],
)
def test_a_defect_is_named(tiers: list[Tier], defect: str) -> None:
    assert defects(tiers) == [defect]


def test_what_a_tariff_does_not_cover_is_an_error() -> None:
    with pytest.raises(ValueError, match="ends at 10 units, not at 11"):
        cost_fen([Tier(10, 3)], 11)
    with pytest.raises(ValueError, match="not negative"):
        cost_fen([Tier(10, 3)], -1)
