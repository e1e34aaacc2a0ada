"""What can be said in an auction. What it keeps is in `records.py`, why not in `refusals.py`."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import ListingId, PartyId, ProductId
from mumian.kernel.limits import ClockChange
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.auctions.records import (
    Auction,
    AuctionId,
    DepositId,
    Entry,
    Outcome,
    PassedOver,
    Salt,
    Terms,
)
from mumian.rooms.auctions.refusals import AuctionRefusal as AuctionRefusal


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"auctions.{name}", forbid_unknown_fields=True):
    pass


class OpenAuction(_Command, frozen=True):
    """Open an auction of a listing whose price mode is `auction`. By its seller. Facts: `ListingFacts`."""

    listing: ListingId
    terms: Terms


class PlaceBid(_Command, frozen=True):
    """Bid in the open. In an English auction above the highest by the increment; in a Dutch one for what is asked now, which
    ends it. A bid stands: it cannot be taken back. By a buyer. Facts: `BidFacts`.
    """

    auction: AuctionId
    amount_fen: PositiveFen


class CommitBid(_Command, frozen=True):
    """Commit to a sealed bid, once. By a buyer. Facts: `BidFacts`.

    commitment: SHA-256 of the canonical bytes of `Sealed`: auction, bidder, amount and a salt of 32 bytes.
    """

    auction: AuctionId
    commitment: Digest


class RevealBid(_Command, frozen=True):
    """Open one's sealed bid once committing is over. Who does not forfeits its deposit. By the bidder."""

    auction: AuctionId
    amount_fen: PositiveFen
    salt: Salt


class WithdrawAuction(_Command, frozen=True):
    """Call an auction off before anybody has bid. By its seller."""

    auction: AuctionId


class CloseAuction(_Command, frozen=True):
    """Decide an auction. By the market, when it is over. Facts: `ClosingFacts`."""

    auction: AuctionId


Command = OpenAuction | PlaceBid | CommitBid | RevealBid | WithdrawAuction | CloseAuction


class ListingFacts(Facts, frozen=True, kw_only=True):
    """Facts of `OpenAuction`. product, seller: empty where there is no such listing. mode, state: of the listing."""

    product: ProductId = ProductId("")
    seller: PartyId = PartyId("")
    mode: str = ""
    state: str = ""
    purposes: tuple[str, ...] = ()


class BidFacts(Facts, frozen=True, kw_only=True):
    """Facts of `PlaceBid` and `CommitBid`. relation: parties from the seller to the bidder, empty if they are not related.

    is_open: the listing may still be sold by auction. is_broken: the chain of rights does not hold for this bidder.
    cash_fen: what the bidder has free.
    """

    is_buyer: bool
    is_open: bool
    relation: tuple[PartyId, ...] = ()
    is_broken: bool = False
    cash_fen: Fen = 0


class BidderSeen(msgspec.Struct, frozen=True):
    """A bidder at the close. is_related: to the seller, by the word of an authority: what the two say themselves once bids are
    in counts for nothing, or either could take a bid back. has_left: the market. funds_fen: free, its deposit included.
    """

    bidder: PartyId
    is_related: bool
    is_broken: bool
    funds_fen: Fen
    is_buyer: bool = True
    has_left: bool = False


class ClosingFacts(Facts, frozen=True, kw_only=True):
    """Facts of `CloseAuction`. is_open: as in `BidFacts`. bidders: all, in any order."""

    is_open: bool
    bidders: tuple[BidderSeen, ...]


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"auctions.{name}"):
    pass


class AuctionOpened(_Event, frozen=True):
    auction: AuctionId
    listing: ListingId
    product: ProductId
    seller: PartyId
    terms: Terms
    at: Instant
    clocks: tuple[ClockChange, ...]


class BidPlaced(_Event, frozen=True):
    """deposit_fen: held with a bidder's first bid, else 0. closes_at: later than before where the bid came late."""

    auction: AuctionId
    bidder: PartyId
    amount_fen: PositiveFen
    deposit: DepositId
    deposit_fen: Fen
    hold_expires_at: Instant
    closes_at: Instant
    order: int
    clocks: tuple[ClockChange, ...]


class BidCommitted(_Event, frozen=True):
    auction: AuctionId
    bidder: PartyId
    commitment: Digest
    deposit: DepositId
    deposit_fen: Fen
    hold_expires_at: Instant
    order: int


class BidRevealed(_Event, frozen=True):
    auction: AuctionId
    bidder: PartyId
    amount_fen: PositiveFen
    salt: Salt


class AuctionWithdrawn(_Event, frozen=True):
    auction: AuctionId
    listing: ListingId
    clocks: tuple[ClockChange, ...]


class AuctionClosed(_Event, frozen=True):
    """winners: each gets a unit and pays price_fen. runner_up_fen: the highest bid that lost, 0 if there was none.

    passed_over: bidders who could not win, and why. returned, forfeited: deposits that go back, and to the seller.
    """

    auction: AuctionId
    listing: ListingId
    seller: PartyId
    outcome: Outcome
    winners: tuple[PartyId, ...]
    price_fen: Fen
    runner_up_fen: Fen
    passed_over: tuple[PassedOver, ...]
    returned: tuple[DepositId, ...]
    forfeited: tuple[DepositId, ...]
    deposit_fen: Fen
    order_expires_at: Instant
    clocks: tuple[ClockChange, ...]


Event = AuctionOpened | BidPlaced | BidCommitted | BidRevealed | AuctionWithdrawn | AuctionClosed


class State(msgspec.Struct):
    """auctions: by id. entries: `auction/bidder`. running: listing → its open auction."""

    auctions: Table[Auction]
    entries: Table[Entry]
    running: Table[AuctionId]
