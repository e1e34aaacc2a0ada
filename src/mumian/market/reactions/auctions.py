"""What follows from auctions: deposits are held, go back or are forfeited; whoever won has an order and an agreement at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.reactions.money import cash_of, escrow_of, hold_of
from mumian.market.reactions.negotiation import agreement_of
from mumian.market.rooms import States
from mumian.policy.contract import policy_of
from mumian.rooms.auctions import model as auctions
from mumian.rooms.auctions.records import CLOSE, AuctionId
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger import model as ledger


def _deposited(s: States, event: auctions.BidPlaced | auctions.BidCommitted, _now: Instant) -> Iterator[Any]:
    if event.deposit_fen:
        leg = ledger.Leg(cash_of(s, event.bidder), escrow_of(s), event.deposit_fen, event.deposit)
        yield ledger.HoldTransfers((leg,), event.hold_expires_at)


def _closed(s: States, event: auctions.AuctionClosed, _now: Instant) -> Iterator[Any]:
    """Deposits first: what a winner gets back helps to pay what it won at."""
    for deposit in event.returned if event.deposit_fen else ():
        yield ledger.VoidPending(hold_of(deposit))
    for deposit in event.forfeited:
        yield ledger.PostPending(hold_of(deposit))
        leg = ledger.Leg(escrow_of(s), cash_of(s, event.seller), event.deposit_fen, deposit)
        yield ledger.PostTransfers((leg,))
    for winner in event.winners:
        sold = (1, event.price_fen, event.order_expires_at)
        yield exchange.PlaceAgreed(event.listing, winner, *sold, event.auction, is_binding=True)


def _placed(s: States, event: deals.OrderPlaced, _now: Instant) -> Iterator[Any]:
    """An order that an auction brought is signed on the clauses that it was opened with."""
    auction = s.auctions.auctions.get(event.because)
    if auction is None:
        return
    policy = policy_of(auction.terms.clauses, product=auction.product, seller=auction.seller)
    yield contracts.ConcludeAgreement(auction.product, policy, event.buyer)
    yield exchange.SignDeal(event.order, agreement_of(s, event))


def _over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield auctions.CloseAuction(AuctionId(event.about))


REACTIONS: dict[type, React] = {
    auctions.BidPlaced: _deposited,
    auctions.BidCommitted: _deposited,
    auctions.AuctionClosed: _closed,
    deals.OrderPlaced: _placed,
}

MEET: dict[str, Meet] = {CLOSE: _over}
