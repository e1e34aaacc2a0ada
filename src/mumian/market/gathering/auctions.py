"""What an auction must know of other rooms: the listing, who a bidder is tied to, whether it may be sold to it, what it can pay."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.roles import Role
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import broken_source, relation
from mumian.market.rooms import States
from mumian.rooms.auctions import model as auctions
from mumian.rooms.auctions import views
from mumian.rooms.auctions.records import Auction
from mumian.rooms.exchange.product import PriceMode
from mumian.rooms.exchange.states import ListingState
from mumian.rooms.ledger import views as ledger
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import AUTHORITIES, Standing


def _open(s: States, c: auctions.OpenAuction, base: Base) -> Facts:
    listing = s.exchange.listings.get(c.listing)
    if listing is None:
        return auctions.ListingFacts(**base)
    return auctions.ListingFacts(
        **base,
        product=listing.product,
        seller=listing.seller,
        mode=listing.price.mode.value,
        state=listing.state.value,
        purposes=s.exchange.products[listing.product].purposes,
    )


def _bid(s: States, c: auctions.PlaceBid | auctions.CommitBid, base: Base) -> Facts:
    auction = s.auctions.auctions.get(c.auction)
    bidder = base["actor"]
    if auction is None:
        return auctions.BidFacts(**base, is_buyer=False, is_open=False)
    return auctions.BidFacts(
        **base,
        is_buyer=Role.BUYER in roles_of(s, bidder),
        is_open=_is_open(s, auction),
        relation=relation(s, auction.seller, bidder),
        is_broken=broken_source(s, auction.product, base["now"], taker=bidder) is not None,
        cash_fen=ledger.cash_fen(s.ledger, bidder),
    )


def _close(s: States, c: auctions.CloseAuction, base: Base) -> Facts:
    """Relations and rights are looked at again: an authority may have found them since the bid."""
    auction = s.auctions.auctions.get(c.auction)
    if auction is None:
        return auctions.ClosingFacts(**base, is_open=False, bidders=())
    seen = tuple(
        auctions.BidderSeen(
            bidder,
            bool(relation(s, auction.seller, bidder, by=AUTHORITIES)),
            broken_source(s, auction.product, base["now"], taker=bidder) is not None,
            ledger.cash_fen(s.ledger, bidder) + auction.terms.deposit_fen,
            is_buyer=Role.BUYER in roles_of(s, bidder),
            has_left=parties.standing(s.parties, bidder) is Standing.EXITED,
        )
        for bidder, _ in views.entries_of(s.auctions, c.auction)
    )
    return auctions.ClosingFacts(**base, is_open=_is_open(s, auction), bidders=seen)


def _is_open(s: States, auction: Auction) -> bool:
    listing = s.exchange.listings[auction.listing]
    return listing.state is ListingState.OPEN and listing.price.mode is PriceMode.AUCTION


GATHER: dict[type, Gather] = {
    auctions.OpenAuction: _open,
    auctions.PlaceBid: _bid,
    auctions.CommitBid: _bid,
    auctions.CloseAuction: _close,
}
