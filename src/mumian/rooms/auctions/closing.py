"""How an auction is decided. It never fails: whoever cannot win is passed over, and next in line is asked."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Refused
from mumian.kernel.time import DAY_MS, Instant
from mumian.methods.auction import Bid, Sale, uniform_price
from mumian.rooms.auctions.model import (
    AuctionClosed,
    BidderSeen,
    CloseAuction,
    ClosingFacts,
    Event,
    State,
)
from mumian.rooms.auctions.model import AuctionRefusal as R
from mumian.rooms.auctions.opening import open_auction
from mumian.rooms.auctions.records import (
    FORFEITS,
    Auction,
    AuctionId,
    DepositId,
    Entry,
    Kind,
    Outcome,
    PassedOver,
    Reason,
)


def close(state: State, command: CloseAuction, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    assert isinstance(facts, ClosingFacts)
    key = command.auction
    auction = open_auction(state, key)
    if isinstance(auction, Refused):
        return auction
    entries = {PartyId(name.partition("/")[2]): entry for name, entry in state.entries.under(f"{key}/")}
    if not facts.is_open or facts.now >= auction.terms.clauses.use_until:
        return [_closed(key, auction, Outcome.LISTING_CLOSED, entries, {}, None, now=facts.now)]
    passed = _passed_over(entries, facts.bidders)
    sale = _decided(auction, entries, passed, {seen.bidder: seen.funds_fen for seen in facts.bidders})
    outcome = Outcome.UNSOLD if sale is None else Outcome.SOLD
    return [_closed(key, auction, outcome, entries, passed, sale, now=facts.now)]


def _passed_over(entries: dict[PartyId, Entry], seen: tuple[BidderSeen, ...]) -> dict[PartyId, Reason]:
    """Return who cannot win whatever it bid."""
    passed: dict[PartyId, Reason] = {}
    for each in seen:
        if not entries[each.bidder].amount_fen:
            passed[each.bidder] = Reason.UNREVEALED
        elif each.has_left:
            passed[each.bidder] = Reason.LEFT
        elif not each.is_buyer:
            passed[each.bidder] = Reason.NOT_A_BUYER
        elif each.is_related:
            passed[each.bidder] = Reason.RELATED
        elif each.is_broken:
            passed[each.bidder] = Reason.RIGHT_BROKEN
    return passed


def _decided(
    auction: Auction, entries: dict[PartyId, Entry], passed: dict[PartyId, Reason], funds: dict[PartyId, int]
) -> Sale | None:
    """Return who wins and what is paid; whoever cannot pay what he won at is added to `passed`, and it is decided anew."""
    while True:
        bids = [Bid(bidder, entry.amount_fen, entry.order) for bidder, entry in entries.items() if bidder not in passed]
        sale = sale_of(auction, bids)
        if sale is None:
            return None
        unfunded = [PartyId(bid.bidder) for bid in sale.winners if funds[PartyId(bid.bidder)] < sale.price_fen]
        if not unfunded:
            return sale
        passed[unfunded[0]] = Reason.UNFUNDED


def sale_of(auction: Auction, bids: list[Bid]) -> Sale | None:
    """Return the outcome for bids that may all win. In an English auction the highest pays its own bid.

    Source: `methods.auction`.
    """
    terms = auction.terms
    sale = uniform_price(bids, units=terms.units, reserve_fen=terms.reserve_fen)
    if sale is None or terms.kind is not Kind.ENGLISH:
        return sale
    return Sale(sale.winners, sale.winners[0].amount_fen)


def _closed(
    key: AuctionId,
    auction: Auction,
    outcome: Outcome,
    entries: dict[PartyId, Entry],
    passed: dict[PartyId, Reason],
    sale: Sale | None,
    *,
    now: Instant,
) -> AuctionClosed:
    winners = () if sale is None else tuple(PartyId(bid.bidder) for bid in sale.winners)
    lost = [entry.amount_fen for bidder, entry in entries.items() if bidder not in winners and bidder not in passed]
    returned, forfeited = list[DepositId](), list[DepositId]()
    for bidder, entry in entries.items():
        (forfeited if passed.get(bidder) in FORFEITS else returned).append(entry.deposit)
    return AuctionClosed(
        key,
        auction.listing,
        auction.seller,
        outcome,
        winners,
        0 if sale is None else sale.price_fen,
        max(lost, default=0),
        tuple(PassedOver(bidder, reason) for bidder, reason in sorted(passed.items())),
        tuple(returned),
        tuple(forfeited),
        auction.terms.deposit_fen,
        now + auction.terms.order_days * DAY_MS,
        (Stop(key),),
    )


def sold(
    key: AuctionId, auction: Auction, winners: tuple[PartyId, ...], *, price_fen: int, now: Instant
) -> AuctionClosed:
    """Return the close of a Dutch auction: there are no deposits and no other bids."""
    expires_at = now + auction.terms.order_days * DAY_MS
    told = (key, auction.listing, auction.seller, Outcome.SOLD, winners, price_fen)
    return AuctionClosed(*told, 0, (), (), (), 0, expires_at, (Stop(key),))
