"""Semivalues: known values of textbook games, exact; sums over all coalitions as the slow obvious oracle."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.semivalues import (
    banzhaf_weights,
    beta_weights,
    exact_semivalue,
    float_semivalue,
    float_shapley,
    shapley_weights,
)
from mumian.methods.shapley import exact_shapley

F = Fraction


def voting(quota: int, *weights: int) -> Callable[[int], int]:
    return lambda mask: int(sum(weight for bit, weight in enumerate(weights) if mask >> bit & 1) >= quota)


def security_council(mask: int) -> int:
    """Five permanent members must all agree, and nine of fifteen votes are needed."""
    return int(mask & 31 == 31 and mask.bit_count() >= 9)


def slow_semivalue(n: int, table: list[int], weights: list[Fraction]) -> list[Fraction]:
    """Sum over every coalition without the player, one by one."""
    return [
        sum(
            (weights[S.bit_count()] * (table[S | 1 << i] - table[S]) for S in range(1 << n) if not S >> i & 1),
            F(0),
        )
        for i in range(n)
    ]


def test_the_security_councils_members_have_their_known_power() -> None:
    """Straffin 1994, Power and Stability in Politics; Banzhaf's: 848 swings of a permanent member, 84 of another."""
    shapley = exact_shapley(15, security_council)
    assert shapley == [F(421, 2145)] * 5 + [F(4, 2145)] * 10
    banzhaf = exact_semivalue(15, security_council, weights=banzhaf_weights(15))
    assert banzhaf == [F(848, 1 << 14)] * 5 + [F(84, 1 << 14)] * 10


def test_banzhafs_value_of_textbook_games() -> None:
    assert exact_semivalue(3, voting(51, 50, 49, 1), weights=banzhaf_weights(3)) == [F(3, 4), F(1, 4), F(1, 4)]
    assert exact_semivalue(4, voting(6, 4, 3, 2, 1), weights=banzhaf_weights(4)) == [F(5, 8), F(3, 8), F(3, 8), F(1, 8)]
    glove = exact_semivalue(3, lambda mask: int(bool(mask & 1) and bool(mask & 6)), weights=banzhaf_weights(3))
    assert glove == [F(3, 4), F(1, 4), F(1, 4)]


def test_beta_weights_run_from_the_first_to_the_last_comer_and_have_shapley_and_banzhaf_between() -> None:
    assert beta_weights(6, alpha=1, beta=1) == shapley_weights(6)
    assert beta_weights(2, alpha=3, beta=1) == [F(3, 4), F(1, 4)]
    early, late = beta_weights(5, alpha=16, beta=1), beta_weights(5, alpha=1, beta=16)
    assert early == late[::-1]
    assert early[0] > F(3, 4)


@given(st.integers(1, 12), st.integers(1, 9), st.integers(1, 9))
def test_the_weights_of_a_semivalue_add_up_to_one_over_all_coalitions(n: int, alpha: int, beta: int) -> None:
    for weights in (shapley_weights(n), banzhaf_weights(n), beta_weights(n, alpha=alpha, beta=beta)):
        assert sum(comb(n - 1, size) * weight for size, weight in enumerate(weights)) == 1


@given(st.integers(1, 5), st.data())
def test_exact_and_float_tables_equal_the_sum_over_coalitions(n: int, data: st.DataObject) -> None:
    table = data.draw(st.lists(st.integers(-30, 30), min_size=1 << n, max_size=1 << n))
    floats = np.array(table, dtype=np.float64)
    for weights in (shapley_weights(n), banzhaf_weights(n), beta_weights(n, alpha=4, beta=1)):
        slow = slow_semivalue(n, table, weights)
        assert exact_semivalue(n, table.__getitem__, weights=weights) == slow
        assert np.allclose(float_semivalue(floats, weights=weights), [float(value) for value in slow], atol=1e-12)
    assert abs(float_shapley(floats).sum() - (table[-1] - table[0])) <= 1e-12


def test_what_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="positive"):
        beta_weights(3, alpha=0, beta=1)
    with pytest.raises(ValueError, match="1 to 20"):
        exact_semivalue(21, lambda mask: mask, weights=shapley_weights(21))
    with pytest.raises(ValueError, match="worths"):
        float_shapley(np.zeros(3))
    with pytest.raises(ValueError, match="finite"):
        float_shapley(np.array([0.0, np.inf]))
