"""Auctions: trying every set of winners as the slow obvious oracle, no gain by a lie, no deficit, ties by time."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.auction import Bid, dutch_fen, mcafee, second_price, soft_close_ms, uniform_price

amounts = st.lists(st.integers(0, 12), max_size=7)


def bids_of(values: list[int]) -> list[Bid]:
    return [Bid(f"b{nth}", value, nth) for nth, value in enumerate(values)]


@given(amounts, st.integers(1, 4), st.integers(0, 12))
def test_the_winners_are_the_set_that_is_worth_most_and_no_loser_would_pay_more(
    values: list[int], units: int, reserve_fen: int
) -> None:
    bids = bids_of(values)
    sale = uniform_price(bids, units=units, reserve_fen=reserve_fen)
    meant = [bid for bid in bids if bid.amount_fen >= reserve_fen]
    if sale is None:
        assert not meant
        return
    best = max(sum(b.amount_fen for b in chosen) for chosen in combinations(meant, min(units, len(meant))))
    losers = [bid.amount_fen for bid in meant if bid not in sale.winners]
    assert sum(bid.amount_fen for bid in sale.winners) == best
    assert sale.price_fen == max([reserve_fen, *losers])
    assert all(bid.amount_fen >= sale.price_fen for bid in sale.winners)


def gain(values: list[int], worth: int, said: int, *, units: int, reserve_fen: int) -> int:
    """What the first bidder gains who says `said` for what is worth `worth` to him."""
    sale = uniform_price(bids_of([said, *values]), units=units, reserve_fen=reserve_fen)
    won = sale is not None and any(bid.bidder == "b0" for bid in sale.winners)
    return worth - sale.price_fen if sale is not None and won else 0


@given(amounts, st.integers(0, 12), st.integers(0, 12), st.integers(1, 3), st.integers(0, 12))
def test_nobody_gains_by_another_bid_than_its_worth(
    values: list[int], worth: int, lie: int, units: int, reserve_fen: int
) -> None:
    honest = gain(values, worth, worth, units=units, reserve_fen=reserve_fen)
    assert gain(values, worth, lie, units=units, reserve_fen=reserve_fen) <= honest
    assert honest >= 0


@pytest.mark.parametrize(
    ("values", "reserve_fen", "winner", "price_fen"),
    [
        ([5, 9, 7], 0, "b1", 7),
        ([5, 9, 7], 8, "b1", 8),
        ([9, 9], 0, "b0", 9),
        ([4], 3, "b0", 3),
        ([5, 9, 7], 9, "b1", 9),
    ],
)
def test_the_highest_pays_the_second_bid_or_the_reserve(
    values: list[int], reserve_fen: int, winner: str, price_fen: int
) -> None:
    sale = second_price(bids_of(values), reserve_fen=reserve_fen)
    assert sale is not None
    assert (sale.winners[0].bidder, sale.price_fen) == (winner, price_fen)


def test_below_the_reserve_nothing_is_sold() -> None:
    assert second_price(bids_of([5, 9]), reserve_fen=10) is None
    assert second_price([], reserve_fen=0) is None


def test_truth_is_best_against_every_pair_of_rivals_at_every_reserve() -> None:
    """Second price and two licences, enumerated: every worth, lie, rivals and reserve of 0 to 4."""
    span = range(5)
    for worth, lie, one, other, reserve_fen, units in product(span, span, span, span, span, (1, 2)):
        honest = gain([one, other], worth, worth, units=units, reserve_fen=reserve_fen)
        assert gain([one, other], worth, lie, units=units, reserve_fen=reserve_fen) <= honest


def subsets(count: int) -> list[tuple[int, ...]]:
    return [chosen for size in range(count + 1) for chosen in combinations(range(count), size)]


def brute_mcafee(buy: list[int], sell: list[int]) -> tuple[set[int], set[int], int, int]:
    """Try every set of buyers against every set of sellers of its size: the best trade is the one that is worth most.

    Of equals the larger, then the one of the earliest. The pair after it sets the price, or its own last pair does and goes.
    """
    trades = [(b, s) for b in subsets(len(buy)) for s in subsets(len(sell)) if len(b) == len(s)]

    def worth(trade: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[int, int, int]:
        buyers, sellers = trade
        gains = sum(buy[nth] for nth in buyers) - sum(sell[nth] for nth in sellers)
        return gains, len(buyers), -sum(buyers) - sum(sellers)

    buyers, sellers = max(trades, key=worth)
    if not buyers:
        return set(), set(), 0, 0
    last_bid, last_ask = min(buy[nth] for nth in buyers), max(sell[nth] for nth in sellers)
    bids_left = [fen for nth, fen in enumerate(buy) if nth not in buyers]
    asks_left = [fen for nth, fen in enumerate(sell) if nth not in sellers]
    if bids_left and asks_left and last_ask <= (price := (max(bids_left) + min(asks_left)) // 2) <= last_bid:
        return set(buyers), set(sellers), price, price
    out_buyer = max(nth for nth in buyers if buy[nth] == last_bid)
    out_seller = max(nth for nth in sellers if sell[nth] == last_ask)
    return set(buyers) - {out_buyer}, set(sellers) - {out_seller}, last_bid, last_ask


few = st.lists(st.integers(0, 6), max_size=5)


@given(few, few)
def test_a_double_auction_is_what_trying_every_trade_gives(buy: list[int], sell: list[int]) -> None:
    match = mcafee(bids_of(buy), bids_of(sell))
    buyers, sellers = {bid.order for bid in match.buyers}, {bid.order for bid in match.sellers}
    assert (buyers, sellers, match.buy_fen, match.sell_fen) == brute_mcafee(buy, sell)


@given(amounts, amounts)
def test_a_double_auction_is_never_in_deficit_and_leaves_nobody_worse_off(buy: list[int], sell: list[int]) -> None:
    match = mcafee(bids_of(buy), bids_of(sell))
    assert len(match.buyers) == len(match.sellers)
    assert match.surplus_fen >= 0
    assert all(bid.amount_fen >= match.buy_fen for bid in match.buyers)
    assert all(ask.amount_fen <= match.sell_fen for ask in match.sellers)


@given(amounts, amounts)
def test_a_double_auction_trades_all_efficient_pairs_but_one_at_most(buy: list[int], sell: list[int]) -> None:
    efficient = sum(b >= s for b, s in zip(sorted(buy, reverse=True), sorted(sell), strict=False))
    assert efficient - 1 <= len(mcafee(bids_of(buy), bids_of(sell)).buyers) <= efficient


@given(amounts, amounts, st.integers(0, 12), st.integers(0, 12))
def test_no_buyer_gains_by_a_lie_in_a_double_auction(buy: list[int], sell: list[int], worth: int, lie: int) -> None:
    def gained(said: int) -> int:
        match = mcafee(bids_of([said, *buy]), bids_of(sell))
        return worth - match.buy_fen if any(bid.bidder == "b0" for bid in match.buyers) else 0

    assert gained(lie) <= gained(worth)


@given(amounts, amounts, st.integers(0, 12), st.integers(0, 12))
def test_no_seller_gains_by_a_lie_in_a_double_auction(buy: list[int], sell: list[int], cost: int, lie: int) -> None:
    def gained(said: int) -> int:
        match = mcafee(bids_of(buy), bids_of([said, *sell]))
        return match.sell_fen - cost if any(ask.bidder == "b0" for ask in match.sellers) else 0

    assert gained(lie) <= gained(cost)


def test_a_falling_price_falls_by_steps_to_its_floor() -> None:
    asked = [
        dutch_fen(start_fen=100, step_fen=30, step_ms=10, floor_fen=50, elapsed_ms=at) for at in (0, 9, 10, 19, 20, 99)
    ]
    assert asked == [100, 100, 70, 70, 50, 50]


def test_a_late_bid_keeps_an_auction_open() -> None:
    assert soft_close_ms(closes_ms=1_000, bid_at_ms=500, extension_ms=300) == 1_000
    assert soft_close_ms(closes_ms=1_000, bid_at_ms=900, extension_ms=300) == 1_200


def test_what_cannot_be_decided_is_an_error() -> None:
    with pytest.raises(ValueError, match="same order"):
        second_price([Bid("a", 1, 0), Bid("b", 1, 0)], reserve_fen=0)
    with pytest.raises(ValueError, match="sells one at least"):
        uniform_price([], units=0, reserve_fen=0)
    with pytest.raises(ValueError, match="no price falls"):
        dutch_fen(start_fen=1, step_fen=0, step_ms=1, floor_fen=0, elapsed_ms=0)
