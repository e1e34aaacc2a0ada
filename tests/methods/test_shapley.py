"""The Shapley value: textbook games with known answers, the average over all orders as the slow obvious oracle, axioms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.shapley import coverage_shapley, exact_shapley, join_shapley, max_shapley

F = Fraction
Worth = int | Fraction


def slow_shapley(n: int, value: Callable[[int], Worth]) -> list[Fraction]:
    """Average each player's marginal worth over all n! orders of arrival (Shapley's definition)."""
    totals = [F(0)] * n
    for order in permutations(range(n)):
        mask = 0
        for player in order:
            totals[player] += value(mask | 1 << player) - value(mask)
            mask |= 1 << player
    return [total / factorial(n) for total in totals]


def majority(mask: int) -> int:
    """Weights 4, 3, 2, 1 with a quota of 6."""
    return int(sum(weight for bit, weight in enumerate((4, 3, 2, 1)) if mask >> bit & 1) >= 6)


def glove(mask: int) -> int:
    """Player 0 has a left glove, players 1 and 2 a right one; a pair is worth 1."""
    return int(bool(mask & 1) and bool(mask & 6))


def bankruptcy(mask: int) -> int:
    """O'Neill 1982: an estate of 200, claims of 100, 200 and 300; a coalition has what the others must leave it."""
    others = sum(claim for bit, claim in enumerate((100, 200, 300)) if not mask >> bit & 1)
    return max(0, 200 - others)


def airport(mask: int) -> int:
    """Littlechild & Owen: runways of 8, 11, 17 and 19; the longest is built."""
    return max((cost for bit, cost in enumerate((8, 11, 17, 19)) if mask >> bit & 1), default=0)


TEXTBOOK: list[tuple[int, Callable[[int], Worth], list[Fraction]]] = [
    (3, glove, [F(2, 3), F(1, 6), F(1, 6)]),
    (4, majority, [F(5, 12), F(1, 4), F(1, 4), F(1, 12)]),
    (4, airport, [F(2), F(3), F(6), F(8)]),
    (3, bankruptcy, [F(100, 3), F(250, 3), F(250, 3)]),
    (1, lambda mask: 7 * mask, [F(7)]),
]


@pytest.mark.parametrize(("n", "value", "known"), TEXTBOOK, ids=["glove", "majority", "airport", "bankruptcy", "alone"])
def test_textbook_games_have_their_known_values(n: int, value: Callable[[int], Worth], known: list[Fraction]) -> None:
    assert slow_shapley(n, value) == known
    assert exact_shapley(n, value) == known


worths = st.one_of(st.integers(-30, 30), st.fractions(-5, 5, max_denominator=7))


@st.composite
def games(draw: st.DrawFn, players_max: int = 5) -> tuple[int, list[Worth]]:
    n = draw(st.integers(1, players_max))
    return n, draw(st.lists(worths, min_size=1 << n, max_size=1 << n))


@given(games())
def test_the_table_equals_the_average_over_all_orders(game: tuple[int, list[Worth]]) -> None:
    n, table = game
    assert exact_shapley(n, table.__getitem__) == slow_shapley(n, table.__getitem__)


@given(games(7))
def test_efficiency_all_worth_is_given_out(game: tuple[int, list[Worth]]) -> None:
    n, table = game
    assert sum(exact_shapley(n, table.__getitem__)) == table[-1] - table[0]


@given(games())
def test_symmetry_players_who_change_places_change_values(game: tuple[int, list[Worth]]) -> None:
    n, table = game

    def swapped(mask: int) -> Worth:
        first, last = mask & 1, mask >> (n - 1) & 1
        middle = mask & ~1 & ~(1 << (n - 1))
        return table[(middle | last | first << (n - 1)) if n > 1 else mask]

    values, mirrored = exact_shapley(n, table.__getitem__), exact_shapley(n, swapped)
    assert [mirrored[-1], *mirrored[1:-1], mirrored[0]][:n] == values or n == 1


@given(games(4))
def test_a_null_player_gets_nothing_and_changes_nothing(game: tuple[int, list[Worth]]) -> None:
    n, table = game
    values = exact_shapley(n + 1, lambda mask: table[mask & ((1 << n) - 1)])
    assert values == [*exact_shapley(n, table.__getitem__), 0]


@given(games(), st.data())
def test_additivity_the_value_of_a_sum_is_the_sum_of_the_values(
    game: tuple[int, list[Worth]], data: st.DataObject
) -> None:
    n, table = game
    other = data.draw(st.lists(worths, min_size=1 << n, max_size=1 << n))
    apart = [
        a + b for a, b in zip(exact_shapley(n, table.__getitem__), exact_shapley(n, other.__getitem__), strict=True)
    ]
    assert exact_shapley(n, lambda mask: table[mask] + other[mask]) == apart


@st.composite
def owned_items(draw: st.DrawFn) -> tuple[int, list[tuple[int, Worth]]]:
    n = draw(st.integers(1, 6))
    return n, draw(st.lists(st.tuples(st.integers(0, (1 << n) - 1), worths), max_size=12))


@given(owned_items())
def test_coverage_equals_the_table(game: tuple[int, list[tuple[int, Worth]]]) -> None:
    n, items = game
    table = exact_shapley(n, lambda mask: sum(weight for owners, weight in items if owners & mask))
    assert coverage_shapley(n, items) == table


@given(owned_items())
def test_join_equals_the_table(game: tuple[int, list[tuple[int, Worth]]]) -> None:
    n, items = game
    table = exact_shapley(n, lambda mask: sum(weight for owners, weight in items if owners and owners & mask == owners))
    assert join_shapley(n, items) == table


@given(st.lists(st.one_of(st.integers(0, 30), st.fractions(0, 5, max_denominator=7)), min_size=1, max_size=6))
def test_max_equals_the_table(costs: list[Worth]) -> None:
    def largest(mask: int) -> Worth:
        return max((cost for bit, cost in enumerate(costs) if mask >> bit & 1), default=0)

    assert max_shapley(costs) == exact_shapley(len(costs), largest)


def test_copies_of_an_item_in_a_union_win_a_larger_part_so_the_player_must_be_a_verified_owner() -> None:
    """The attack of replication: one owner under k names takes k/(k+1) of an item that two own."""
    assert [sum(coverage_shapley(k + 1, [((1 << (k + 1)) - 1, 1)])[1:]) for k in (1, 2, 3)] == [
        F(1, 2),
        F(2, 3),
        F(3, 4),
    ]


@pytest.mark.parametrize("n", [0, 21])
def test_a_table_is_bounded(n: int) -> None:
    with pytest.raises(ValueError, match="1 to 20"):
        exact_shapley(n, lambda mask: mask)


def test_owners_beyond_the_game_and_negative_worths_are_errors() -> None:
    with pytest.raises(ValueError, match="beyond the 2"):
        coverage_shapley(2, [(4, 1)])
    with pytest.raises(ValueError, match="negative"):
        max_shapley([1, -1])
