"""Sellers who auction, bidders who outbid, take, seal and reveal, and those who come late or without money."""

from __future__ import annotations

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import ListingId, PartyId, ProductId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.policy.contract import Clauses, ContractModel
from mumian.rooms.auctions import model as auctions
from mumian.rooms.auctions.records import (
    Auction,
    AuctionId,
    AuctionState,
    Kind,
    Sealed,
    Terms,
    commitment_of,
)
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.states import ListingState

MADE: dict[type, tuple[str, str]] = {auctions.AuctionOpened: ("auction", "auction")}
HOUR_MS = DAY_MS // 24
PRICE = goods.Price(goods.PriceMode.AUCTION, 0, goods.Unit.PRODUCT)


def offer(s: Scene) -> Said | None:
    """Put a product's price up for auction, or take another price after all."""
    listings = s.states.exchange.listings
    newest = [ListingId(key) for key in s.made["listing"][-60:] if listings[key].state is ListingState.OPEN]
    if not newest:
        return None
    listing = listings[s.one(newest)]
    return Said(listing.seller, exchange.ListProduct(ProductId(listing.product), PRICE))


def open_(s: Scene) -> Said | None:
    listings = s.states.exchange.listings
    newest = [ListingId(key) for key in s.made["listing"][-100:]]
    fitting = [
        key
        for key in newest
        if listings[key].price.mode is goods.PriceMode.AUCTION
        and listings[key].state is ListingState.OPEN
        and key not in s.states.auctions.running
    ]
    if not fitting and s.chance(900):
        return None
    key = s.one(fitting) if fitting and s.chance(950) else ListingId(s.pick("listing"))
    listing = listings.get(key)
    return None if listing is None else Said(listing.seller, auctions.OpenAuction(key, _terms(s)))


def _terms(s: Scene) -> Terms:
    kind = s.one(tuple(Kind))
    until = s.now + s.one((6, 40, 200)) * HOUR_MS
    clauses = Clauses(ContractModel.PROVISION, (PURPOSE if s.chance(970) else "marketing",), "CN", s.now + 300 * DAY_MS)
    more: dict[str, int] = {}
    if kind is Kind.ENGLISH:
        more = {"increment_fen": 10, "extension_minutes": s.one((0, 60)), "latest_close": until + DAY_MS}
    elif kind is Kind.DUTCH:
        more = {"start_fen": 9_000, "step_fen": 100, "step_minutes": s.one((1, 30))}
    else:
        more = {"reveal_until": until + s.one((6, 60)) * HOUR_MS}
    units = s.one((1, 2, 3)) if kind is Kind.UNIFORM or s.chance(20) else 1
    deposit_fen = 0 if kind is Kind.DUTCH else s.one((50, 400))
    reserve_fen = s.one((1, 500, 5_000))
    return Terms(kind, units, reserve_fen, deposit_fen, until, s.one((2, 30)), clauses, s.digest(), **more)


def _open(s: Scene) -> tuple[AuctionId, Auction] | None:
    """Return an auction, mostly one that is not over."""
    kept = s.states.auctions.auctions
    open_ = [key for key in s.made["auction"][-60:] if kept[key].state is AuctionState.OPEN]
    if not open_ and s.chance(900):
        return None
    key = AuctionId(s.one(open_) if open_ and s.chance(950) else s.pick("auction"))
    auction = kept.get(key)
    return None if auction is None else (key, auction)


def bid(s: Scene) -> Said | None:
    found = _open(s)
    if found is None:
        return None
    key, auction = found
    bidder = s.who(Role.BUYER) if s.chance(900) else s.one((auction.seller, s.pick("party")))
    if auction.terms.is_sealed and s.chance(980):
        sealed = Sealed(key, PartyId(bidder), _amount_fen(key, bidder), _salt(key, bidder))
        return Said(bidder, auctions.CommitBid(key, commitment_of(sealed)))
    amount_fen = auction.highest_fen + s.one((1, 10, 700)) if auction.leader else s.one((400, 6_000, 10**12))
    return Said(bidder, auctions.PlaceBid(key, amount_fen))


def _amount_fen(key: str, bidder: str) -> int:
    return 1 + int(sha256_hex(f"{key} {bidder} amount".encode())[:4], 16) % 9_000


def _salt(key: str, bidder: str) -> str:
    """Return what the bidder keeps to itself: not chance, so that it need not be remembered here."""
    return sha256_hex(f"{key} {bidder} salt".encode())


def reveal(s: Scene) -> Said | None:
    found = _open(s)
    if found is None:
        return None
    key, auction = found
    bidders = [
        name.partition("/")[2] for name, entry in s.states.auctions.entries.under(f"{key}/") if not entry.amount_fen
    ]
    if auction.terms.is_sealed and not bidders and s.chance(800):
        return None
    bidder = s.one(bidders) if bidders and s.chance(950) else s.who(Role.BUYER)
    amount_fen = _amount_fen(key, bidder) + (s.chance(30))
    return Said(bidder, auctions.RevealBid(key, amount_fen, _salt(key, bidder)))


def withdraw(s: Scene) -> Said | None:
    found = _open(s)
    return None if found is None else Said(found[1].seller, auctions.WithdrawAuction(found[0]))


def close_by_hand(s: Scene) -> Said:
    return Said(s.pick("party"), auctions.CloseAuction(AuctionId(s.pick("auction"))))


HABITS: tuple[tuple[int, Habit], ...] = (
    (12, offer),
    (14, open_),
    (60, bid),
    (50, reveal),
    (2, withdraw),
    (1, close_by_hand),
)
