"""The value of a query's answer by lineage: the whole game's table as oracle, union and join as special cases."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.lineage_shapley import lineage_shapley, minimal
from mumian.methods.shapley import coverage_shapley, exact_shapley, join_shapley

F = Fraction
Tuples = list[tuple[list[int], int]]

games = st.integers(1, 5).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(
            st.tuples(st.lists(st.integers(0, (1 << n) - 1), max_size=4), st.integers(-9, 9)), max_size=6
        ),
    )
)  # fmt: skip


@settings(deadline=None)
@given(games)
def test_values_are_those_of_the_table_of_the_whole_game(game: tuple[int, Tuples]) -> None:
    n, tuples = game
    table = exact_shapley(
        n, lambda there: sum(weight for masks, weight in tuples if any(there & mask == mask for mask in masks))
    )
    assert lineage_shapley(n, tuples) == table


@given(st.lists(st.tuples(st.integers(1, 2**6 - 1), st.integers(0, 9)), max_size=8))
def test_a_union_and_a_join_are_special_cases(items: list[tuple[int, int]]) -> None:
    apart = [([1 << bit for bit in range(6) if mask >> bit & 1], weight) for mask, weight in items]
    assert lineage_shapley(6, apart) == coverage_shapley(6, items)
    assert lineage_shapley(6, [([mask], weight) for mask, weight in items]) == join_shapley(6, items)


def test_a_derivation_that_holds_another_adds_nothing() -> None:
    assert minimal([0b111, 0b011, 0b100, 0b110]) == {0b011, 0b100}
    assert lineage_shapley(3, [([0b001, 0b011, 0b111], 6)]) == [6, 0, 0]


def test_one_owner_or_two_others_together() -> None:
    assert lineage_shapley(3, [([0b001, 0b110], 6)]) == [4, 1, 1]


def test_many_players_are_no_hindrance_as_long_as_each_lineage_has_few() -> None:
    tuples = [([1 << player, 6 << player], 6) for player in range(1000)]
    assert sum(lineage_shapley(1003, tuples)) == 6000


def test_owners_beyond_the_game_and_lineages_too_large_are_errors() -> None:
    with pytest.raises(ValueError, match="beyond the 2"):
        lineage_shapley(2, [([4], 1)])
    with pytest.raises(ValueError, match="`22` players"):
        lineage_shapley(22, [([(1 << 21) - 1, (1 << 22) - 2], 1)])
