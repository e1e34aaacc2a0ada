"""What is allowed when an auction is opened, or withdrawn before anybody has bid."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.time import DAY_MS, Instant
from mumian.policy.contract import ContractModel
from mumian.rooms.auctions.model import (
    AuctionOpened,
    AuctionWithdrawn,
    Event,
    ListingFacts,
    OpenAuction,
    State,
    WithdrawAuction,
)
from mumian.rooms.auctions.model import AuctionRefusal as R
from mumian.rooms.auctions.records import CLOSE, Auction, AuctionId, AuctionState, Kind, Terms

AUCTION_MS_MAX = 90 * DAY_MS
REVEAL_MS_MIN = DAY_MS // 24
REVEAL_MS_MAX = 30 * DAY_MS
ORDER_DAYS_MAX = 300
UNITS_MAX = 64
"""Bounds of an auction's time and of the work of closing it; an hour to reveal at least, or its seller could live on deposits."""


def open_(state: State, command: OpenAuction, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ListingFacts)
    key, terms = command.listing, command.terms
    if not facts.seller:
        return Refused(R.LISTING_UNKNOWN, {"listing": key})
    if facts.actor != facts.seller:
        return Refused(R.NOT_YOURS, {"actor": facts.actor, "about": key, "seller": facts.seller, "move": "auction"})
    if (facts.state, facts.mode) != ("open", "auction"):
        return Refused(R.NOT_FOR_AUCTION, {"listing": key, "state": facts.state, "mode": facts.mode})
    running = state.running.get(key)
    if running is not None:
        return Refused(R.AUCTION_RUNS, {"auction": running, "listing": key})
    defect = defect_of(terms, now=facts.now)
    if defect:
        return Refused(R.TERMS_UNSOUND, {"defect": defect})
    for purpose in terms.clauses.purposes:
        if purpose not in facts.purposes:
            allowed = ", ".join(f"`{one}`" for one in facts.purposes)
            return Refused(R.PURPOSE_OUTSIDE, {"purpose": purpose, "product": facts.product, "allowed": allowed})
    auction = AuctionId(new_id("auction", facts.seq))
    clocks = (Start(auction, CLOSE, Unit.INSTANT, terms.closes_at),)
    return [AuctionOpened(auction, key, facts.product, facts.seller, terms, facts.now, clocks)]


def defect_of(terms: Terms, *, now: Instant) -> str:
    """Return the first field of the terms that does not go with the others, or empty."""
    english, dutch = terms.kind is Kind.ENGLISH, terms.kind is Kind.DUTCH
    clauses = terms.clauses
    is_plain = clauses.model is ContractModel.PROVISION and clauses.ownership is None and not clauses.participants
    checks = {
        "units": terms.units == 1 or (terms.kind is Kind.UNIFORM and terms.units <= UNITS_MAX),
        "bids_until": now < terms.bids_until <= now + AUCTION_MS_MAX,
        "reveal_until": _lies(terms.reveal_until, terms.bids_until + REVEAL_MS_MIN - 1, REVEAL_MS_MAX)
        if terms.is_sealed
        else not terms.reveal_until,
        "latest_close": _lies(terms.latest_close, terms.bids_until - 1, AUCTION_MS_MAX)
        if english
        else not terms.latest_close,
        "extension_minutes": english or not terms.extension_minutes,
        "increment_fen": bool(terms.increment_fen) is english,
        "start_fen": terms.start_fen >= terms.reserve_fen if dutch else not terms.start_fen,
        "step_fen": bool(terms.step_fen) is dutch,
        "step_minutes": bool(terms.step_minutes) is dutch,
        "deposit_fen": bool(terms.deposit_fen) is not dutch,
        "order_days": terms.order_days <= ORDER_DAYS_MAX,
        "clauses": is_plain and clauses.use_until > terms.last_close,
    }
    return next((field for field, holds in checks.items() if not holds), "")


def _lies(instant: Instant, after: Instant, within_ms: int) -> bool:
    return after < instant <= after + within_ms


def withdraw(state: State, command: WithdrawAuction, facts: Facts) -> list[Event] | Refused:
    auction = open_auction(state, command.auction)
    if isinstance(auction, Refused):
        return auction
    if facts.actor != auction.seller:
        about = {"actor": facts.actor, "about": command.auction, "seller": auction.seller}
        return Refused(R.NOT_YOURS, {**about, "move": "withdraw"})
    if auction.bidders:
        return Refused(R.BIDS_STAND, {"bidders": auction.bidders, "auction": command.auction})
    return [AuctionWithdrawn(command.auction, auction.listing, (Stop(command.auction),))]


def open_auction(state: State, key: AuctionId) -> Auction | Refused:
    """Return an auction that is not over."""
    auction = state.auctions.get(key)
    if auction is None:
        return Refused(R.AUCTION_UNKNOWN, {"auction": key})
    if auction.state is not AuctionState.OPEN:
        return Refused(R.AUCTION_STATE_FORBIDS, {"auction": key, "state": auction.state.value})
    return auction
