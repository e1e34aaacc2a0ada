"""What changes in auctions. The only writer of their state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.rooms.auctions.model import (
    AuctionClosed,
    AuctionOpened,
    AuctionWithdrawn,
    BidCommitted,
    BidPlaced,
    BidRevealed,
    Event,
    State,
)
from mumian.rooms.auctions.records import Auction, AuctionState, Entry


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case BidPlaced():
            _bid(state, event)
        case BidCommitted():
            state.entries[f"{event.auction}/{event.bidder}"] = Entry(event.deposit, event.order, event.commitment)
            auction = state.auctions[event.auction]
            state.auctions[event.auction] = replace(auction, bidders=auction.bidders + 1)
        case BidRevealed():
            key = f"{event.auction}/{event.bidder}"
            state.entries[key] = replace(state.entries[key], amount_fen=event.amount_fen)
        case AuctionOpened():
            named = (event.listing, event.product, event.seller, event.terms)
            state.auctions[event.auction] = Auction(*named, event.at, event.terms.closes_at)
            state.running[event.listing] = event.auction
        case AuctionWithdrawn():
            state.auctions[event.auction] = replace(state.auctions[event.auction], state=AuctionState.WITHDRAWN)
            del state.running[event.listing]
        case AuctionClosed():
            state.auctions[event.auction] = replace(
                state.auctions[event.auction],
                state=AuctionState.CLOSED,
                outcome=event.outcome,
                price_fen=event.price_fen,
                winners=event.winners,
            )
            del state.running[event.listing]
        case _:
            assert_never(event)


def _bid(state: State, event: BidPlaced) -> None:
    key = f"{event.auction}/{event.bidder}"
    auction = state.auctions[event.auction]
    is_new = state.entries.get(key) is None
    state.entries[key] = Entry(event.deposit, event.order, "", event.amount_fen)
    state.auctions[event.auction] = replace(
        auction,
        bidders=auction.bidders + is_new,
        highest_fen=event.amount_fen,
        leader=event.bidder,
        closes_at=event.closes_at,
    )
