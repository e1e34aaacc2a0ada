"""Auctions as published: who wins and what is paid, from bids alone. Integer fen; ties go to the earlier bid.

second_price    one thing, sealed bids, a reserve: the highest pays the second highest or the reserve
uniform_price   several equal licences, sealed bids: the highest pay the highest that lost, or the reserve
mcafee          many buyers and sellers of one unit each: truthful and never in deficit
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Bid(NamedTuple):
    """An offer of `amount_fen` for one unit. order: of arrival, no two alike; decides ties."""

    bidder: str
    amount_fen: int
    order: int


class Sale(NamedTuple):
    """winners: bids that get a unit, best first. price_fen: that each of them pays."""

    winners: tuple[Bid, ...]
    price_fen: int


class Match(NamedTuple):
    """A double auction's outcome: `buyers` pay `buy_fen` each, `sellers` get `sell_fen` each, as many of the one as of the other."""

    buyers: tuple[Bid, ...]
    sellers: tuple[Bid, ...]
    buy_fen: int
    sell_fen: int

    @property
    def surplus_fen(self) -> int:
        """What is paid and nobody gets: never negative."""
        return len(self.buyers) * (self.buy_fen - self.sell_fen)


def second_price(bids: Iterable[Bid], *, reserve_fen: int) -> Sale | None:
    """Return who wins one thing and pays max(second bid, reserve); None if no bid reaches the reserve.

    Raises: ValueError: two bids have the same order.
    Source: Vickrey 1961, Counterspeculation, Auctions, and Competitive Sealed Tenders, J. Finance 16(1); reserve as in
    Myerson 1981, Optimal Auction Design, Math. Oper. Res. 6(1).
    """
    return uniform_price(bids, units=1, reserve_fen=reserve_fen)


def uniform_price(bids: Iterable[Bid], *, units: int, reserve_fen: int) -> Sale | None:
    """Return who wins `units` equal licences, one a bid; all pay max(highest losing bid, reserve); None if nobody wins.

    With one unit wanted by each bidder, bidding what it is worth to him is best for everybody.
    Raises: ValueError: no unit, or two bids of the same order.
    Source: Vickrey 1961, §III: multiple units, unit demand.
    """
    if units < 1:
        raise ValueError(f"`{units}` units; an auction sells one at least")
    ranked = _ranked(bids, highest_first=True)
    meant = [bid for bid in ranked[: units + 1] if bid.amount_fen >= reserve_fen]
    winners = tuple(meant[:units])
    if not winners:
        return None
    losing_fen = meant[units].amount_fen if len(meant) > units else reserve_fen
    return Sale(winners, max(losing_fen, reserve_fen))


def mcafee(buyers: Iterable[Bid], sellers: Iterable[Bid]) -> Match:
    """Return who trades in a double auction of equal units, one a bid; no trade is an empty match.

    Let k be the last pair whose buyer bids what its seller asks. If the mean p of the next pair lies between those two,
    k pairs trade at p; else k - 1 pairs trade, buyers pay the kth bid and sellers get the kth ask. The mean is rounded
    down: any whole price between the two serves, and which is fixed by the pair that does not trade.
    Raises: ValueError: two bids of one side have the same order.
    Source: McAfee 1992, A Dominant Strategy Double Auction, J. Econ. Theory 56(2), §2.
    """
    bids, asks = _ranked(buyers, highest_first=True), _ranked(sellers, highest_first=False)
    pairs = sum(bid.amount_fen >= ask.amount_fen for bid, ask in zip(bids, asks, strict=False))
    if not pairs:
        return Match((), (), 0, 0)
    bid_fen, ask_fen = bids[pairs - 1].amount_fen, asks[pairs - 1].amount_fen
    if pairs < min(len(bids), len(asks)):
        price_fen = (bids[pairs].amount_fen + asks[pairs].amount_fen) // 2
        if ask_fen <= price_fen <= bid_fen:
            return Match(tuple(bids[:pairs]), tuple(asks[:pairs]), price_fen, price_fen)
    return Match(tuple(bids[: pairs - 1]), tuple(asks[: pairs - 1]), bid_fen, ask_fen)


def dutch_fen(*, start_fen: int, step_fen: int, step_ms: int, floor_fen: int, elapsed_ms: int) -> int:
    """Return what a falling price asks `elapsed_ms` after its start: one step down at the end of each interval, never below the floor.

    Raises: ValueError: the price does not fall, starts below its floor, or time runs backwards.
    Source: Vickrey 1961, §II: the Dutch auction.
    """
    if step_fen < 1 or step_ms < 1 or start_fen < floor_fen or elapsed_ms < 0:
        raise ValueError(f"no price falls from {start_fen} to {floor_fen} fen by {step_fen} every {step_ms} ms")
    return max(floor_fen, start_fen - step_fen * (elapsed_ms // step_ms))


def soft_close_ms(*, closes_ms: int, bid_at_ms: int, extension_ms: int) -> int:
    """Return when an English auction closes after a bid: never sooner than `extension_ms` later, so that nobody wins by lateness.

    Source: Roth & Ockenfels 2002, Last-Minute Bidding and the Rules for Ending Second-Price Auctions, AER 92(4).
    """
    return max(closes_ms, bid_at_ms + extension_ms)


def _ranked(bids: Iterable[Bid], *, highest_first: bool) -> Sequence[Bid]:
    """Return bids best first, the earlier first among equals."""
    listed = list(bids)
    if len({bid.order for bid in listed}) < len(listed):
        raise ValueError("two bids have the same order of arrival; a tie could not be decided")
    sign = -1 if highest_first else 1
    return sorted(listed, key=lambda bid: (sign * bid.amount_fen, bid.order))
