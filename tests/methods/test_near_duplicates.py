"""Near duplicates against all pairs as the slow obvious oracle; and the attacks on a payout that they are for."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from mumian.methods.near_duplicates import clusters_of, items_of, likeness, one_player, within_groups
from mumian.methods.negative_values import NegativePolicy, points_of
from mumian.methods.owner_utility import moments, owner_table
from mumian.methods.semivalues import float_shapley
from mumian.methods.shapley import coverage_shapley, exact_shapley, join_shapley

HALF = Fraction(1, 2)


def row(*values: object) -> frozenset[str]:
    return frozenset(f"{nth}={value}" for nth, value in enumerate(values))


def slow_clusters(rows: list[frozenset[str]], alike: Fraction) -> list[int]:
    """Join every pair that is alike, again and again, until nothing changes."""
    cluster = list(range(len(rows)))
    while True:
        before = list(cluster)
        for one in range(len(rows)):
            for other in range(len(rows)):
                if likeness(rows[one], rows[other]) >= alike:
                    cluster[one] = cluster[other] = min(cluster[one], cluster[other])
        if cluster == before:
            return cluster


@pytest.mark.parametrize("seed", range(8))
def test_clusters_are_those_of_all_pairs(seed: int) -> None:
    """Rows of 20 values, copies with one or two changed; likeness 0.8 is missed but once in ten million pairs."""
    rng = random.Random(seed)
    rows: list[frozenset[str]] = []
    for _ in range(12):
        values = [rng.randrange(1_000) for _ in range(20)]
        for _ in range(rng.randrange(1, 4)):
            rows.append(row(*values))
            values[rng.randrange(20)] = rng.randrange(1_000)
    rng.shuffle(rows)
    assert clusters_of(rows, alike=Fraction(4, 5)) == slow_clusters(rows, Fraction(4, 5))


def test_equal_rows_are_one_cluster_and_different_ones_are_not_joined() -> None:
    rows = [row(1, 2), row(3, 4), row(1, 2), frozenset(), row(1, 9), frozenset()]
    assert clusters_of(rows, alike=Fraction(1)) == [0, 1, 0, 3, 4, 3]
    assert clusters_of([], alike=HALF) == []


@pytest.mark.parametrize("alike", [Fraction(0), Fraction(3, 2)])
def test_a_likeness_out_of_range_is_an_error(alike: Fraction) -> None:
    with pytest.raises(ValueError, match="likeness"):
        clusters_of([], alike=alike)


def test_odd_items_and_groups_are_errors() -> None:
    with pytest.raises(ValueError, match="each row needs one"):
        items_of([0], [0, 1], [1])
    with pytest.raises(ValueError, match="negative"):
        items_of([0], [0], [-1])
    with pytest.raises(ValueError, match="beyond the 1"):
        one_player([0b10], [0])
    with pytest.raises(ValueError, match="no value"):
        within_groups([Fraction(1)], [1])


def shares(rows: list[frozenset[str]], owners: list[int], weights: list[int] | None = None) -> list[Fraction]:
    """What each of the owners gets of all rows, near duplicates counted once."""
    clusters = clusters_of(rows, alike=Fraction(4, 5))
    items = items_of(clusters, owners, weights or [1] * len(rows))
    return coverage_shapley(max(owners) + 1, items)


ANN, BOB, EVE = 0, 1, 2
DATA = [row(*range(nth, nth + 20)) for nth in range(0, 200, 50)]


def test_replication_takes_k_of_k_plus_1_where_copies_count_and_nothing_where_they_do_not() -> None:
    """Ann and Bob hold the same rows; Ann brings k copies of each under her one verified name."""
    for k in (1, 2, 5):
        naive = exact_shapley(k + 1, lambda mask: 12 if mask else 0)  # each copy a player of its own, as if nobody knew
        assert sum(naive[:k]) == Fraction(12 * k, k + 1)
        rows, owners = DATA * (k + 1), [ANN] * (k * len(DATA)) + [BOB] * len(DATA)
        assert shares(rows, owners) == [2, 2]


def test_copies_with_a_value_changed_are_still_copies() -> None:
    changed = [frozenset(list(each)[1:]) | {"19=999"} for each in DATA]
    assert shares([*DATA, *DATA, *changed], [ANN] * 4 + [BOB] * 4 + [ANN] * 4) == [2, 2]


def test_splitting_in_a_join_takes_a_half_two_thirds_three_quarters_and_nothing_among_relatives() -> None:
    """Every part is needed: whoever is k of the k + 1 players takes k/(k + 1); related parties are one player."""
    for k in (1, 2, 3):
        everybody = (1 << (k + 1)) - 1
        naive = join_shapley(k + 1, [(everybody, 12)])
        assert sum(naive[:k]) == Fraction(12 * k, k + 1)
        groups = [0] * k + [1]
        (mask,) = one_player([everybody], groups)
        players = join_shapley(2, [(mask, 12)])
        assert players == [6, 6]
        assert sum(within_groups(players, groups)[:k]) == 6


def test_splitting_ones_rows_over_deliveries_changes_nothing() -> None:
    whole = shares([*DATA, DATA[0]], [ANN] * 4 + [BOB])
    for cut in range(1, 4):
        parts = [*DATA[:cut], *DATA[cut:], *DATA[cut:], DATA[0]]
        assert shares(parts, [ANN] * (len(parts) - 1) + [BOB]) == whole


def test_accomplices_whom_nobody_knows_gain_what_the_docstring_says_and_no_more() -> None:
    """The stated limit: c hidden accomplices take c/(m + c) of an item."""
    for accomplices in (1, 2, 3):
        found = shares([DATA[0]] * (1 + accomplices), [BOB, *range(EVE, EVE + accomplices)])
        assert sum(found[EVE:]) == Fraction(accomplices, accomplices + 1)
        assert sum(found[EVE:]) <= accomplices * HALF


def riders(seed: int) -> tuple[list[float], tuple[int, ...]]:
    """Values and points of two honest owners, one who brings noise and one whose rows are all the same, by a ridge utility."""
    rng = np.random.default_rng(seed)
    model = rng.normal(size=4)

    def rows(count: int) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(count, 4))
        return x, x @ model + 0.2 * rng.normal(size=count)

    honest = [moments(*rows(120)) for _ in range(2)]
    noise = moments(rng.normal(size=(120, 4)), 3 * rng.normal(size=120))
    constant = moments(np.zeros((120, 4)), np.ones(120))
    values = float_shapley(owner_table([*honest, noise, constant], moments(*rows(400)), ridge=1.0)).tolist()
    return values, points_of(values, policy=NegativePolicy.ZERO_AND_RENORMALISE).points


def test_a_free_rider_is_paid_next_to_nothing_by_what_models_explain() -> None:
    """On a test set that nobody saw noise is worth less than nothing on average; below zero is zero by the policy."""
    found = [riders(seed) for seed in range(20)]
    assert sum(values[2] for values, _ in found) < 0
    assert all(abs(values[3]) < 1e-9 and points[3] <= 1 for values, points in found)
    honest = sum(min(points[:2]) for _, points in found)
    assert sum(points[2] for _, points in found) < honest / 20
    assert all(points[2] == 0 for values, points in found if values[2] <= 0)
