"""The ridge table: beside numpy's own solve on the stacked rows, the same whatever the threads, bounded."""

from __future__ import annotations

import numpy as np
import pytest

from mumian.methods.owner_utility import LOW_BITS_MAX, Moments, moments, owner_table
from mumian.methods.semivalues import Floats, float_shapley

D, RIDGE = 4, 0.5


def rows(rng: np.random.Generator, count: int, noise: float = 0.3) -> tuple[Floats, Floats]:
    x = rng.normal(size=(count, D))
    return x, x @ np.arange(1.0, D + 1) + noise * rng.normal(size=count)


def slow_worth(parts: list[tuple[Floats, Floats]], test: tuple[Floats, Floats], mask: int) -> float:
    """Stack the members' rows, solve, and look at every test row."""
    chosen = [part for bit, part in enumerate(parts) if mask >> bit & 1]
    x = np.vstack([np.zeros((0, D)), *(part[0] for part in chosen)])
    y = np.concatenate([np.zeros(0), *(part[1] for part in chosen)])
    w = np.linalg.solve(x.T @ x + RIDGE * np.eye(D), x.T @ y)
    return float((test[1] ** 2).mean() - ((test[1] - test[0] @ w) ** 2).mean())


def test_every_coalitions_worth_is_that_of_its_stacked_rows() -> None:
    rng = np.random.default_rng(3)
    parts, test = [rows(rng, 3 + i, noise=i) for i in range(6)], rows(rng, 50)
    table = owner_table([moments(*part) for part in parts], moments(*test), ridge=RIDGE)
    assert np.allclose(table, [slow_worth(parts, test, mask) for mask in range(64)], rtol=0, atol=1e-11)
    assert table[0] == 0


def test_a_table_of_many_slices_is_the_same_bit_for_bit_whatever_the_threads_and_tells_its_progress() -> None:
    rng = np.random.default_rng(4)
    n = LOW_BITS_MAX + 2
    parts = [rows(rng, 5, noise=i) for i in range(n)]
    owners, test, told = [moments(*part) for part in parts], moments(*rows(rng, 50)), list[float]()
    table = owner_table(owners, test, ridge=RIDGE, threads=2, progress=told.append)
    assert np.array_equal(table, owner_table(owners, test, ridge=RIDGE, threads=1))
    assert told == [0.25, 0.5, 0.75, 1.0]
    slow = moments(*rows(np.random.default_rng(4), 1))  # an owner alone, joined last, is the same sum
    assert owner_table([slow], test, ridge=RIDGE)[0] == 0
    values = float_shapley(table)
    assert abs(values.sum() - table[-1]) <= 1e-12


def test_an_owner_who_misleads_has_a_value_below_zero() -> None:
    rng = np.random.default_rng(5)
    x, y = rows(rng, 40)
    owners = [moments(*rows(rng, 20)), moments(*rows(rng, 20)), moments(x, -y)]
    values = float_shapley(owner_table(owners, moments(*rows(rng, 100)), ridge=RIDGE))
    assert values[2] < 0 < min(values[:2])


def test_what_does_not_fit_is_an_error() -> None:
    rng = np.random.default_rng(6)
    one, other = moments(*rows(rng, 5)), moments(np.ones((2, 1)), np.ones(2))
    for owners, ridge, message in (([one] * 25, 1.0, "1 to 24"), ([one], 0.0, "ridge"), ([one, other], 1.0, "columns")):
        with pytest.raises(ValueError, match=message):
            owner_table(owners, one, ridge=ridge)
    with pytest.raises(ValueError, match="shape"):
        moments(np.ones((2, 1)), np.ones(3))
    with pytest.raises(ValueError, match="finite"):
        moments(np.full((1, 1), np.nan), np.ones(1))
    broken = Moments(gram=-10 * np.eye(D), cross=np.zeros(D), square=0.0, rows=1)
    with pytest.raises(ValueError, match="positive definite"):
        owner_table([broken], one, ridge=1.0)
