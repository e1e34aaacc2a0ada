"""Sampled Shapley values: exact once all is asked, within their intervals before, deterministic, on a budget."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mumian.methods.coalitions import Masks, levels_of, masks_of
from mumian.methods.odd_parts import OddModel, columns_of, design
from mumian.methods.sampled_shapley import GROUPS, SampledValues, members, sampled_shapley
from mumian.methods.semivalues import Floats, float_shapley
from mumian.methods.shapley import max_shapley
from mumian.methods.student import t_quantile

PLAYERS = 16
RUNWAYS = np.arange(1.0, PLAYERS + 1)
AIRPORT = np.array([float(value) for value in max_shapley(list(range(1, PLAYERS + 1)))])


def airport(masks: Masks) -> Floats:
    return np.asarray((members(PLAYERS, masks) * RUNWAYS).max(axis=1))


def sampled(evaluations: int, seed: int) -> SampledValues:
    return sampled_shapley(PLAYERS, airport, evaluations=evaluations, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("n", [2, 3, 4, 7, 8])
def test_asking_about_all_coalitions_gives_the_exact_value_without_an_interval(n: int) -> None:
    table = np.random.default_rng(n).normal(size=1 << n)
    found = sampled_shapley(n, lambda masks: table[masks.astype(int)], evaluations=1 << n, rng=np.random.default_rng(0))
    assert np.allclose(found.values, float_shapley(table), rtol=0, atol=1e-12)
    assert np.allclose(found.check, float_shapley(table), rtol=0, atol=1e-12)
    assert set(found.half_widths) == {0.0}
    assert found.evaluations == 1 << n


def test_sizes_that_are_nearly_exhausted_are_weighed_by_what_there_is_of_them() -> None:
    """All but one level enumerated: weights of draws with replacement would be far off here."""
    table = np.random.default_rng(1).normal(size=1 << 10)
    found = sampled_shapley(10, lambda masks: table[masks.astype(int)], evaluations=900, rng=np.random.default_rng(0))
    assert np.abs(np.array(found.values) - float_shapley(table)).max() < 0.05
    assert 800 < found.evaluations <= 900


def test_no_coalition_is_asked_about_twice_and_the_budget_is_kept() -> None:
    asked: list[int] = []

    def worths(masks: Masks) -> Floats:
        asked.extend(masks.tolist())
        return airport(masks)

    found = sampled_shapley(PLAYERS, worths, evaluations=2_000, rng=np.random.default_rng(1))
    assert len(asked) == len(set(asked)) == found.evaluations <= 2_000
    everyone = (1 << PLAYERS) - 1
    assert {mask ^ everyone for mask in asked} == set(asked)


WEIGHTS = np.random.default_rng(5).integers(1, 40, 18)
QUOTA = int(WEIGHTS.sum()) // 2 + 1


def vote(masks: Masks) -> Floats:
    """Of two complementary coalitions one wins, unless it is a draw: one side all but tells the other."""
    return np.asarray(members(18, masks) @ WEIGHTS >= QUOTA, dtype=np.float64)


def test_where_one_side_tells_the_other_twice_as_many_pairs_are_met() -> None:
    asked: list[int] = []

    def worths(masks: Masks) -> Floats:
        asked.extend(masks.tolist())
        return vote(masks)

    found = sampled_shapley(18, worths, evaluations=1_000, rng=np.random.default_rng(1))
    assert found.method.startswith("one-sided-")
    assert len(asked) == len(set(asked)) == found.evaluations <= 1_000
    pairs = {min(mask, mask ^ ((1 << 18) - 1)) for mask in asked}
    assert len(pairs) > 0.75 * len(asked)


def test_one_side_is_nearer_to_the_value_and_its_intervals_hold() -> None:
    exact = float_shapley(vote(np.arange(1 << 18, dtype=np.uint64)))
    runs = [sampled_shapley(18, vote, evaluations=1_000, rng=np.random.default_rng(seed)) for seed in range(30)]
    off = np.array([run.values for run in runs]) - exact
    held = np.all(np.abs(off) <= np.array([run.half_widths for run in runs]), axis=1)
    assert {run.method.partition("-strat")[0] for run in runs} == {"one-sided"}
    assert held.mean() >= 0.9
    assert abs(off.mean()) < 1e-12
    assert np.abs(off.mean(axis=0)).max() < 4 * off.std(axis=0).max() / np.sqrt(len(runs))


def test_values_add_up_and_the_same_seed_gives_the_same_answer() -> None:
    found = sampled(1_000, seed=7)
    assert abs(sum(found.values) - PLAYERS) < 1e-9
    assert found == sampled(1_000, seed=7)
    assert found.values != sampled(1_000, seed=8).values


def test_all_intervals_hold_together_at_least_as_often_as_they_say() -> None:
    runs = [sampled(1_000, seed) for seed in range(40)]
    held = [np.all(np.abs(np.array(run.values) - AIRPORT) <= run.half_widths) for run in runs]
    assert np.mean(held) >= 0.95


def test_the_check_agrees() -> None:
    found = sampled(2_000, seed=3)
    assert np.abs(np.array(found.check) - AIRPORT).max() < 0.2
    assert np.abs(np.array(found.values) - AIRPORT).max() < 0.1


@pytest.mark.parametrize("n", [6, 7])
@pytest.mark.parametrize("model", OddModel)
def test_what_a_model_adds_is_orthogonal_to_the_players_under_the_kernel(n: int, model: OddModel) -> None:
    """So no column but a player's own can carry any of his value."""
    sizes = [size for size in range(1, n) for _ in combinations(range(n), size)]
    inside = np.array([[p in c for p in range(n)] for size in range(1, n) for c in combinations(range(n), size)], float)
    sizes_of = np.array(sizes)
    small = (2 * sizes_of < n) | ((2 * sizes_of == n) & (inside[:, 0] == 1))  # one of each pair
    weight = np.array([1 / (sizes.count(size) * size * (n - size)) for size in sizes])[small]
    rows = design(n, inside[small], sizes_of[small], model)
    assert rows.shape[1] == columns_of(n, model)
    cross = (rows[:, :n].T * weight) @ rows[:, n:]
    assert np.abs(cross).max() < 1e-12


def test_levels_are_enumerated_from_the_smallest_and_draws_are_distinct() -> None:
    levels = levels_of(20, pairs=5_000, groups=GROUPS)
    assert [level.is_full for level in levels] == [True, True, *[False] * 8]
    assert sum(level.drawn for level in levels) <= 5_000
    for level in levels:
        masks = masks_of(20, level, rng=np.random.default_rng(0))
        assert len(set(masks.tolist())) == level.drawn
        assert {mask.bit_count() for mask in masks.tolist()} == {level.size}
    assert all(mask & 1 for mask in masks.tolist())


def test_students_quantiles_are_those_of_the_tables() -> None:
    for df, outside, known in ((1, 0.05, 12.7062), (2, 0.05, 4.30265), (10, 0.01, 3.16927), (15, 0.05, 2.13145)):
        assert abs(t_quantile(outside=outside, df=df) - known) < 1e-4


def test_what_does_not_fit_is_an_error() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="at least 128"):
        sampled_shapley(PLAYERS, airport, evaluations=100, rng=rng)
    with pytest.raises(ValueError, match="2 to 63"):
        sampled_shapley(64, airport, evaluations=10_000, rng=rng)
    with pytest.raises(ValueError, match="not finite"):
        sampled_shapley(PLAYERS, lambda masks: np.full(len(masks), np.nan), evaluations=1_000, rng=rng)
