"""What always holds between auctions, the ledger, the exchange and the clocks; and an outcome found again from leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

import msgspec

from mumian.kernel.time import Instant
from mumian.market.leaf import Leaf
from mumian.market.reactions.money import hold_of
from mumian.market.rooms import States
from mumian.rooms.auctions import views
from mumian.rooms.auctions.model import AuctionClosed, AuctionOpened, BidCommitted, BidPlaced, BidRevealed
from mumian.rooms.auctions.records import (
    CLOSE,
    FORFEITS,
    AuctionState,
    Kind,
    Outcome,
    Reason,
    Sealed,
    Terms,
    commitment_of,
)
from mumian.rooms.clocks import views as clocks


def a_deposit_is_held_exactly_while_its_auction_is_open(s: States, _now: Instant) -> Iterator[str]:
    """What a bidder put down is held until the close, and not longer."""
    for key, auction in s.auctions.auctions.under():
        due_fen = auction.terms.deposit_fen if auction.state is AuctionState.OPEN else 0
        for bidder, entry in views.entries_of(s.auctions, key):
            held = s.ledger.held.get(hold_of(entry.deposit))
            held_fen = 0 if held is None or held.leg.memo != entry.deposit else held.leg.amount_fen
            if held_fen != due_fen:
                yield f"`{key}` is {auction.state.value}, {held_fen} of {due_fen} fen of `{bidder}` are held"


def no_open_auction_waits_without_a_clock(s: States, _now: Instant) -> Iterator[str]:
    """While an auction is open the limit of its close runs, at the instant that was said."""
    for key, auction in s.auctions.auctions.under():
        clock = clocks.clock(s.clocks, key, CLOSE)
        due_at = None if clock is None else clock.due_at
        if due_at != (auction.closes_at if auction.state is AuctionState.OPEN else None):
            yield f"`{key}` is {auction.state.value} until {auction.closes_at}, its limit is at {due_at}"


def whoever_won_has_an_order_at_the_price(s: States, _now: Instant) -> Iterator[str]:
    """Each winner has one order of one unit, at what the auction found; nobody else has one of it."""
    won: dict[tuple[str, str], int] = {}
    for _, order in s.exchange.orders.under():
        if order.because and s.auctions.auctions.get(order.because) is not None:
            won[order.because, order.buyer] = order.unit_fen * order.quantity
    for key, auction in s.auctions.auctions.under():
        for winner in auction.winners:
            if won.pop((key, winner), None) != auction.price_fen:
                yield f"`{winner}` won `{key}` at {auction.price_fen} fen and has no such order"
    for key, buyer in won:
        yield f"`{buyer}` has an order of `{key}` and did not win it"


LAWS = (
    a_deposit_is_held_exactly_while_its_auction_is_open,
    no_open_auction_waits_without_a_clock,
    whoever_won_has_an_order_at_the_price,
)


class Found(msgspec.Struct, frozen=True):
    """An outcome as recorded in leaf `leaf`, and as found again from the bids. faults: what the leaves contradict besides."""

    auction: str
    kind: str
    leaf: int
    winners: tuple[str, ...]
    price_fen: int
    winners_again: tuple[str, ...]
    price_fen_again: int
    faults: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        is_same = (self.winners, self.price_fen) == (self.winners_again, self.price_fen_again)
        return is_same and not self.faults


def found_again(leaves: Iterable[Leaf], auction: str) -> Found | None:
    """Return the outcome of an auction found again, or None if the leaves close no such auction.

    By another way than the market's: bids are laid out as they came, and the best is taken off again and again. Who was
    passed over for what other rooms knew (money, relations, rights) is taken as recorded: `fsck` decides that again.
    """
    terms: Terms | None = None
    bids: dict[str, tuple[int, int]] = {}
    deposits: dict[str, str] = {}
    sealed: dict[str, tuple[str, int]] = {}
    faults: list[str] = []
    for leaf in leaves:
        for event in leaf.events:
            match event:
                case AuctionOpened() if event.auction == auction:
                    terms = event.terms
                case BidPlaced() if event.auction == auction:
                    bids[event.bidder] = (event.amount_fen, leaf.seq)
                    deposits[event.bidder] = event.deposit
                case BidCommitted() if event.auction == auction:
                    sealed[event.bidder] = (event.commitment, leaf.seq)
                    deposits[event.bidder] = event.deposit
                case BidRevealed() if event.auction == auction:
                    commitment, order = sealed[event.bidder]
                    hidden = Sealed(event.auction, event.bidder, event.amount_fen, event.salt)
                    if commitment_of(hidden) != commitment:
                        faults.append(f"the bid of `{event.bidder}` is not what it committed to")
                    bids[event.bidder] = (event.amount_fen, order)
                case AuctionClosed() if event.auction == auction and terms is not None:
                    passed = {each.bidder for each in event.passed_over}
                    left = {bidder: bid for bidder, bid in bids.items() if bidder not in passed}
                    won, price_fen = _taken_off(terms, left if event.outcome is not Outcome.LISTING_CLOSED else {})
                    faults += _contradictions(event, left, deposits, unopened=sealed.keys() - bids.keys())
                    told = (auction, terms.kind.value, leaf.seq, event.winners, event.price_fen)
                    return Found(*told, won, price_fen, tuple(faults))
                case _:
                    pass
    return None


def _contradictions(
    closed: AuctionClosed, left: dict[str, tuple[int, int]], deposits: dict[str, str], *, unopened: Set[str]
) -> Iterator[str]:
    """Yield where a close does not agree with the bids, besides winners and price. left: bids that were not passed over."""
    if closed.outcome is not Outcome.LISTING_CLOSED:
        blamed = {each.bidder for each in closed.passed_over if each.reason is Reason.UNREVEALED}
        for bidder in sorted(blamed ^ unopened):
            yield f"`{bidder}` is {'not ' if bidder in unopened else ''}said to be unrevealed, against its bids"
    fined = {each.bidder for each in closed.passed_over if each.reason in FORFEITS}
    for bidder, deposit in deposits.items() if closed.deposit_fen else ():
        expected = (0, 1) if bidder in fined else (1, 0)
        if (closed.returned.count(deposit), closed.forfeited.count(deposit)) != expected:
            yield f"the deposit `{deposit}` of `{bidder}` is not {'forfeited' if bidder in fined else 'returned'} once"
    lost_fen = max((fen for bidder, (fen, _) in left.items() if bidder not in closed.winners), default=0)
    if closed.runner_up_fen != lost_fen:
        yield f"the highest bid that lost is {lost_fen} fen, recorded {closed.runner_up_fen}"


def _taken_off(terms: Terms, bids: dict[str, tuple[int, int]]) -> tuple[tuple[str, ...], int]:
    """Take the best bid off, as often as there are units; what is best then is the price, or the reserve."""
    won: list[str] = []
    left = {bidder: bid for bidder, bid in bids.items() if bid[0] >= terms.reserve_fen}
    while left and len(won) < terms.units:
        best = max(left, key=lambda bidder: (left[bidder][0], -left[bidder][1]))
        won.append(best)
        amount_fen, _ = left.pop(best)
    if not won:
        return (), 0
    if terms.kind in (Kind.ENGLISH, Kind.DUTCH):
        return tuple(won), amount_fen
    return tuple(won), max((fen for fen, _ in left.values()), default=terms.reserve_fen)
