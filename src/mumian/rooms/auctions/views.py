"""What can be seen of auctions."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import ListingId, PartyId
from mumian.rooms.auctions.model import State
from mumian.rooms.auctions.records import Auction, AuctionId, Entry


def running(state: State, listing: ListingId) -> AuctionId | None:
    """Return the auction that runs on a listing."""
    return state.running.get(listing)


def entries_of(state: State, auction: AuctionId) -> Iterator[tuple[PartyId, Entry]]:
    """Yield an auction's bidders."""
    for key, entry in state.entries.under(f"{auction}/"):
        yield PartyId(key.partition("/")[2]), entry


def unrevealed(state: State, bidder: PartyId) -> Iterator[tuple[AuctionId, Auction]]:
    """Yield the open auctions in which a party committed to a bid and has not revealed it. Cost: the open auctions."""
    for _, key in state.running.under():
        entry = state.entries.get(f"{key}/{bidder}")
        if entry is not None and not entry.amount_fen:
            yield key, state.auctions[key]
