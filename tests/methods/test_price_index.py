"""The price index against a slow oracle in fractions and logarithms, and its small-cell rule by cases."""

from __future__ import annotations

import math
import random

import pytest

from mumian.methods.price_index import Matched, SmallCell, Sold, chained_bp, jevons_bp, may_be_shown

RULE = SmallCell(trades_min=5, parties_min=3, share_bp_max=5_000)


def by_logarithms(items: list[Matched]) -> float:
    logs = (math.log(i.is_fen * i.was_units) - math.log(i.is_units * i.was_fen) for i in items)
    return 10_000 * math.exp(math.fsum(logs) / len(items))


@pytest.mark.parametrize("seed", range(50))
def test_the_integer_index_is_the_geometric_mean_rounded_down(seed: int) -> None:
    rng = random.Random(seed)
    items = [Matched(*(rng.randrange(1, 10**9) for _ in range(4))) for _ in range(rng.randrange(1, 40))]
    found = jevons_bp(items)
    assert found <= by_logarithms(items) * (1 + 1e-9)
    assert (found + 1) >= by_logarithms(items) * (1 - 1e-9)


@pytest.mark.parametrize(
    ("items", "index_bp"),
    [
        ([Matched(100, 1, 200, 1), Matched(100, 1, 50, 1)], 10_000),
        ([Matched(100, 1, 200, 1)], 20_000),
        ([Matched(100, 10, 200, 20)], 10_000),
        ([Matched(3, 1, 1, 1)], 3_333),
        ([Matched(100, 1, 121, 1), Matched(100, 1, 100, 1)], 11_000),
    ],
)
def test_textbook_relatives_give_their_mean(items: list[Matched], index_bp: int) -> None:
    assert jevons_bp(items) == index_bp


@pytest.mark.parametrize("items", [[], [Matched(0, 1, 1, 1)], [Matched(1, 1, 1, 0)]])
def test_without_a_price_in_both_periods_there_is_no_index(items: list[Matched]) -> None:
    with pytest.raises(ValueError, match="both periods"):
        jevons_bp(items)


def test_a_chain_multiplies() -> None:
    assert chained_bp(chained_bp(10_000, 11_000), 5_000) == 5_500


def cell(*trades: tuple[str, str, str, int]) -> list[Sold]:
    return [Sold(*trade) for trade in trades]


GOOD = cell(
    ("a", "s1", "b1", 10), ("b", "s2", "b2", 10), ("c", "s3", "b3", 10), ("a", "s1", "b2", 5), ("b", "s2", "b3", 5)
)


def test_a_cell_of_enough_is_shown() -> None:
    assert may_be_shown(GOOD, RULE)


@pytest.mark.parametrize(
    "hidden",
    [
        [],
        GOOD[:4],
        [trade._replace(item="b") if trade.item == "c" else trade for trade in GOOD],
        [trade._replace(seller="s1") if trade.seller == "s2" else trade for trade in GOOD],
        [trade._replace(buyer="b1") if trade.buyer == "b3" else trade for trade in GOOD],
        [trade._replace(amount_fen=100) if trade.item == "c" else trade for trade in GOOD],
    ],
)
def test_too_few_or_too_large_a_part_is_not_shown(hidden: list[Sold]) -> None:
    assert not may_be_shown(hidden, RULE)


@pytest.mark.parametrize("gone", ["s1", "s2", "s3"])
def test_a_cell_that_just_passes_is_hidden_without_any_of_its_sellers(gone: str) -> None:
    assert not may_be_shown([trade for trade in GOOD if trade.seller != gone], RULE)
