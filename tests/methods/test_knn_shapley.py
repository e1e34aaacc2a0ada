"""KNN-Shapley: the game's own definition over all coalitions and a slow ranking as oracles; memory, threads, bad input."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.knn_shapley import Sample, knn_shapley, owner_values, ranked_knn_shapley, truncated_knn_shapley
from mumian.methods.shapley import exact_shapley

F = Fraction


def slow_order(rows: npt.NDArray[Any], point: npt.NDArray[Any]) -> list[int]:
    """Near to far by the defined distance, then by index."""

    def distance(row: Any) -> float:
        total = 0.0
        for a, b in zip(row.tolist(), point.tolist(), strict=True):
            difference = float(a) - float(b)
            total += difference * difference
        return total

    return sorted(range(len(rows)), key=lambda nth: (distance(rows[nth]), nth))


def slow_values(train: Sample, test: Sample, k: int) -> list[Fraction]:
    """The recursion in fractions, over the slow order."""
    n = len(train.rows)
    sums = [F(0)] * n
    for point, label in zip(test.rows, test.labels, strict=True):
        order = slow_order(train.rows, point)
        fits = [int(train.labels[place] == label) for place in order]
        value = F(fits[-1], max(k, n))
        sums[order[-1]] += value
        for rank in range(n - 1, 0, -1):
            value += F(fits[rank - 1] - fits[rank], max(k, rank))
            sums[order[rank - 1]] += value
    return [each / len(test.rows) for each in sums]


def worth(train: Sample, test: Sample, k: int, mask: int) -> Fraction:
    """v(S) as the game defines it."""
    hits = 0
    for point, label in zip(test.rows, test.labels, strict=True):
        nearest = [place for place in slow_order(train.rows, point) if mask >> place & 1][:k]
        hits += sum(int(train.labels[place] == label) for place in nearest)
    return F(hits, k * len(test.rows))


def drawn(seed: int, *, train: int, test: int, columns: int, kind: str = "normal") -> tuple[Sample, Sample]:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(train + test, columns))
    if kind == "ties":
        rows = rng.integers(0, 3, (train + test, columns)).astype(np.float64)
    if kind == "near ties":
        rows = (
            rng.integers(0, 2, (train + test, columns)) * 0.1 + rng.integers(0, 3, (train + test, columns)) * 2.0**-52
        )
    if kind == "far":
        rows = rows * 1e-6 + 1e9
    labels = rng.integers(0, 3, train + test)
    return Sample(rows=rows[:train], labels=labels[:train]), Sample(rows=rows[train:], labels=labels[train:])


def off(values: npt.NDArray[Any], exact: list[Fraction]) -> float:
    return max(abs(float(F(value) - true)) for value, true in zip(values.tolist(), exact, strict=True))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 7), st.integers(1, 7), st.sampled_from(["normal", "ties"]))
def test_values_are_those_of_the_game_over_all_coalitions(seed: int, n: int, k: int, kind: str) -> None:
    train, test = drawn(seed, train=n, test=3, columns=2, kind=kind)
    k = min(k, n)
    assert off(knn_shapley(train, test, k=k), exact_shapley(n, lambda mask: worth(train, test, k, mask))) <= 1e-15


@pytest.mark.parametrize("kind", ["normal", "ties", "near ties", "far"])
@pytest.mark.parametrize(("n", "columns", "k"), [(1, 1, 1), (40, 3, 5), (300, 17, 5), (90, 2, 90)])
def test_values_are_those_of_brute_force_under_the_same_tie_rule(n: int, columns: int, k: int, kind: str) -> None:
    train, test = drawn(n, train=n, test=12, columns=columns, kind=kind)
    assert off(knn_shapley(train, test, k=k), slow_values(train, test, k)) <= 1e-12


@pytest.mark.parametrize("kind", ["normal", "near ties"])
def test_neither_memory_nor_threads_change_a_bit(kind: str) -> None:
    train, test = drawn(5, train=3000, test=70, columns=9, kind=kind)
    least = 9_000_000
    plenty = knn_shapley(train, test, k=4, threads=1)
    calls: list[tuple[int, int]] = []
    tight = knn_shapley(
        train, test, k=4, threads=2, bytes_max=least, progress=lambda done, total: calls.append((done, total))
    )
    assert plenty.tobytes() == tight.tobytes()
    assert len(calls) > 1
    assert calls[-1] == (70, 70)


def test_memory_stays_below_its_setting() -> None:
    train, test = drawn(5, train=20_000, test=200, columns=30)
    knn_shapley(train, test, k=4, bytes_max=24 * 2**20)
    tracemalloc.start()
    knn_shapley(train, test, k=4, bytes_max=24 * 2**20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= 24 * 2**20


def test_values_add_up_to_what_all_rows_are_worth() -> None:
    train, test = drawn(8, train=200, test=20, columns=4)
    assert abs(sum(knn_shapley(train, test, k=3)) - float(worth(train, test, 3, (1 << 200) - 1))) <= 1e-14


@pytest.mark.parametrize("kind", ["normal", "ties", "near ties"])
@pytest.mark.parametrize("epsilon", [0.5, 0.1, 0.03, 0.001])
def test_a_truncated_value_is_off_by_epsilon_at_most(epsilon: float, kind: str) -> None:
    train, test = drawn(3, train=150, test=9, columns=2, kind=kind)
    values = truncated_knn_shapley(train, test, k=5, epsilon=epsilon)
    assert off(values, slow_values(train, test, 5)) <= epsilon
    assert (epsilon > 0.001) or off(values, slow_values(train, test, 5)) <= 1e-12


def test_each_owners_rows_are_added_up_and_rounded_once() -> None:
    assert owner_values(np.array([0.1] * 10 + [1e16, 1.0, -1e16]), [0] * 10 + [2] * 3) == [1.0, 0.0, 1.0]
    assert owner_values(np.array([]), []) == []


def broken(**changes: Any) -> dict[str, Any]:
    rows, labels = np.zeros((4, 2)), np.zeros(4, np.int64)
    return {"rows": rows, "labels": labels} | changes


@pytest.mark.parametrize(
    ("train", "test", "k", "says"),
    [
        (broken(rows=np.array([[0.0, np.nan]] * 4)), broken(), 1, "training row `0` is not finite"),
        (broken(), broken(rows=np.array([[0.0, 0.0]] * 3 + [[np.inf, 0]])), 1, "test row `3` is not finite"),
        (broken(rows=np.zeros(4)), broken(), 1, "shape"),
        (broken(), broken(rows=np.zeros((4, 3))), 1, "`2` columns, test rows `3`"),
        (broken(labels=np.zeros(3)), broken(), 1, "each row needs one label"),
        (broken(labels=np.array([0.0, 1, 2, np.nan])), broken(), 1, "label is not finite"),
        (broken(rows=np.array([["a", "b"]] * 4)), broken(), 1, "real numbers"),
        (broken(), broken(rows=np.zeros((0, 2)), labels=np.zeros(0)), 1, "test rows have shape"),
        (broken(), broken(), 0, "k is `0`"),
        (broken(), broken(), 5, "1 to `4`"),
    ],
)
def test_bad_input_is_an_error_that_says_where(train: dict[str, Any], test: dict[str, Any], k: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        knn_shapley(Sample(**train), Sample(**test), k=k)


def test_too_little_memory_an_epsilon_out_of_range_and_odd_owners_are_errors() -> None:
    train = Sample(**broken())
    with pytest.raises(ValueError, match="too little"):
        knn_shapley(train, train, k=1, bytes_max=1000)
    with pytest.raises(ValueError, match="epsilon"):
        truncated_knn_shapley(train, train, k=1, epsilon=0)
    with pytest.raises(ValueError, match="one owner"):
        owner_values(np.zeros(2), [0])
    with pytest.raises(ValueError, match="negative"):
        owner_values(np.zeros(1), [-1])


@pytest.mark.parametrize("seed", range(6))
def test_ranks_alone_give_the_same_values(seed: int) -> None:
    train, test = drawn(seed, train=40, test=7, columns=3)
    k = 1 + seed
    orders = np.array([slow_order(train.rows, point) for point in test.rows])
    fits = np.array([train.labels[order] == label for order, label in zip(orders, test.labels, strict=True)])
    worth = np.zeros((len(test.rows), len(train.rows)))
    np.put_along_axis(worth, orders, ranked_knn_shapley(fits, k=k), axis=1)
    exact = [float(value) for value in slow_values(train, test, k)]
    assert np.allclose(worth.mean(axis=0), exact, atol=1e-14, rtol=0)


@pytest.mark.parametrize(("shape", "k"), [((0, 3), 1), ((3, 0), 1), ((2, 3), 0), ((2, 3), 4)])
def test_ranks_of_nothing_or_for_too_many_neighbours_are_refused(shape: tuple[int, int], k: int) -> None:
    with pytest.raises(ValueError, match="neighbours among ranks"):
        ranked_knn_shapley(np.zeros(shape, np.bool_), k=k)
