"""Contributions below zero: each policy by cases, points add up whatever the values."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.negative_values import POINTS, NegativeContribution, NegativePolicy, points_of

F = Fraction
ZERO, DEBT, REFUSE = NegativePolicy.ZERO_AND_RENORMALISE, NegativePolicy.CARRY_AS_DEBT, NegativePolicy.REFUSE
QUARTER = POINTS // 4


def test_a_negative_value_is_paid_nothing_and_the_others_keep_their_ratio() -> None:
    assert points_of([0.75, -0.5, 0.25], policy=ZERO).points == (3 * QUARTER, 0, QUARTER)
    assert points_of([0.75, -0.5, 0.25], policy=ZERO).debts == (0, 0, 0)


def test_a_debt_is_kept_and_taken_off_later_points() -> None:
    first = points_of([F(3, 4), F(-1, 2), F(1, 4)], policy=DEBT)
    assert first.debts == (0, POINTS // 2, 0)
    second = points_of([F(1, 4), F(3, 4), 0], policy=DEBT, debts=first.debts)
    assert (second.points, second.debts) == ((POINTS // 2, POINTS // 2, 0), (0, 0, 0))


def test_debts_wait_where_they_would_leave_nobody_anything() -> None:
    found = points_of([1, 0], policy=DEBT, debts=(2 * POINTS, 0))
    assert (found.points, found.debts) == ((POINTS, 0), (2 * POINTS, 0))


def test_nothing_is_shared_where_the_policy_says_so_or_nobody_helped() -> None:
    assert points_of([1, 1], policy=REFUSE).points == (POINTS // 2, POINTS // 2)
    with pytest.raises(NegativeContribution):
        points_of([1, -0.001], policy=REFUSE)
    for policy in NegativePolicy:
        with pytest.raises(NegativeContribution):
            points_of([0, -1.0], policy=policy)


def test_what_does_not_fit_is_an_error() -> None:
    for values, debts, policy in (([1.0], (1, 1), DEBT), ([1.0], (-1,), DEBT), ([1.0], (1,), ZERO)):
        with pytest.raises(ValueError, match="debts"):
            points_of(values, policy=policy, debts=debts)
    with pytest.raises(ValueError, match="finite"):
        points_of([float("nan")], policy=ZERO)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8).filter(lambda found: max(found) > 1e-6), st.data())
def test_points_add_up_are_whole_and_debts_never_grow_from_nothing(values: list[float], data: st.DataObject) -> None:
    before = data.draw(st.lists(st.integers(0, 2 * POINTS), min_size=len(values), max_size=len(values)))
    for policy in (ZERO, DEBT):
        found = points_of(values, policy=policy, debts=before if policy is DEBT else ())
        assert sum(found.points) == POINTS
        assert min(found.points) >= 0
        assert all(
            debt == 0 or owed > 0 or value < 0 for debt, owed, value in zip(found.debts, before, values, strict=True)
        )
