"""What is allowed to bidders: bids in the open, commitments to sealed ones, and their opening."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import HELD_UNTIL, Start, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.methods.auction import dutch_fen, soft_close_ms
from mumian.rooms.auctions.closing import sold
from mumian.rooms.auctions.model import AuctionRefusal as R
from mumian.rooms.auctions.model import (
    BidCommitted,
    BidFacts,
    BidPlaced,
    BidRevealed,
    CommitBid,
    Event,
    PlaceBid,
    RevealBid,
    State,
)
from mumian.rooms.auctions.opening import open_auction
from mumian.rooms.auctions.records import (
    CLOSE,
    Auction,
    DepositId,
    Kind,
    Sealed,
    commitment_of,
)

MINUTE_MS = 60_000
BIDDERS_MAX = 200
"""Bidders of one auction; bounds the work of closing it."""


def place(state: State, command: PlaceBid, facts: Facts) -> list[Event] | Refused:
    auction = _biddable(state, command, facts)
    if isinstance(auction, Refused):
        return auction
    if auction.terms.kind is Kind.DUTCH:
        return _take(command, auction, facts)
    return _outbid(state, command, auction, facts)


def _biddable(state: State, command: PlaceBid | CommitBid, facts: Facts) -> Auction | Refused:
    """Return the auction if the actor may bid in it now, in this way."""
    assert isinstance(facts, BidFacts)
    key = command.auction
    auction = open_auction(state, key)
    if isinstance(auction, Refused):
        return auction
    if not facts.is_buyer:
        return Refused(R.NOT_A_BUYER, {"actor": facts.actor})
    if facts.relation:
        return Refused(R.RELATED_BIDDER, {"actor": facts.actor, "relation": " – ".join(facts.relation)})
    if not facts.is_open or facts.is_broken:
        return Refused(
            R.NOT_FOR_AUCTION, {"listing": auction.listing, "state": "not to be sold now", "mode": "auction"}
        )
    is_commitment = isinstance(command, CommitBid)
    if is_commitment is not auction.terms.is_sealed:
        move = "commit to a sealed bid" if is_commitment else "bid in the open"
        return Refused(R.WRONG_KIND, {"auction": key, "kind": auction.terms.kind.value, "move": move})
    until = auction.terms.bids_until if is_commitment else auction.closes_at
    if facts.now >= until:
        return Refused(R.TOO_LATE, {"auction": key, "until": until, "now": facts.now})
    is_new = state.entries.get(f"{key}/{facts.actor}") is None
    if is_new and auction.bidders >= BIDDERS_MAX:
        return Refused(R.BIDDERS_FULL, {"auction": key, "bidders_max": BIDDERS_MAX})
    return auction


def _outbid(state: State, command: PlaceBid, auction: Auction, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, BidFacts)
    terms, key = auction.terms, command.auction
    least_fen = auction.highest_fen + terms.increment_fen if auction.leader else terms.reserve_fen
    entry = state.entries.get(f"{key}/{facts.actor}")
    own_fen = 0 if entry is None else terms.deposit_fen
    refused = _refuse_low(command, least_fen) or _refuse_unfunded(facts, command.amount_fen, own_fen=own_fen)
    if refused is not None:
        return refused
    closes_at = soft_close_ms(
        closes_ms=auction.closes_at, bid_at_ms=facts.now, extension_ms=terms.extension_minutes * MINUTE_MS
    )
    closes_at = min(closes_at, terms.latest_close)
    clocks = (Start(key, CLOSE, Unit.INSTANT, closes_at),) if closes_at != auction.closes_at else ()
    deposit = DepositId(new_id("bid", facts.seq)) if entry is None else entry.deposit
    held_fen, held_until = (terms.deposit_fen, HELD_UNTIL) if entry is None else (0, 0)
    placed = (key, facts.actor, command.amount_fen, deposit, held_fen, held_until, closes_at, facts.seq)
    return [BidPlaced(*placed, clocks)]


def _take(command: PlaceBid, auction: Auction, facts: Facts) -> list[Event] | Refused:
    """Take what is asked now; the first to do so has it."""
    assert isinstance(facts, BidFacts)
    terms, key = auction.terms, command.auction
    asked_fen = dutch_fen(
        start_fen=terms.start_fen,
        step_fen=terms.step_fen,
        step_ms=terms.step_minutes * MINUTE_MS,
        floor_fen=terms.reserve_fen,
        elapsed_ms=facts.now - auction.opened_at,
    )
    refused = _refuse_low(command, asked_fen) or _refuse_unfunded(facts, asked_fen, own_fen=0)
    if refused is not None:
        return refused
    bid = DepositId(new_id("bid", facts.seq))
    placed = BidPlaced(key, facts.actor, asked_fen, bid, 0, 0, auction.closes_at, facts.seq, ())
    return [placed, sold(key, auction, (facts.actor,), price_fen=asked_fen, now=facts.now)]


def _refuse_low(command: PlaceBid, least_fen: int) -> Refused | None:
    if command.amount_fen >= least_fen:
        return None
    detail: Detail = {"amount_fen": command.amount_fen, "auction": command.auction}
    return Refused(R.BID_TOO_LOW, {**detail, "least_fen": least_fen})


def _refuse_unfunded(facts: BidFacts, bid_fen: int, *, own_fen: int) -> Refused | None:
    """Return why a bid that everybody sees cannot be paid, or None: it would keep others from bidding. own_fen: put down already."""
    funds_fen = facts.cash_fen + own_fen
    if funds_fen >= bid_fen:
        return None
    return Refused(R.FUNDS_MISSING, {"actor": facts.actor, "cash_fen": funds_fen, "needed_fen": bid_fen})


def commit(state: State, command: CommitBid, facts: Facts) -> list[Event] | Refused:
    auction = _biddable(state, command, facts)
    if isinstance(auction, Refused):
        return auction
    if state.entries.get(f"{command.auction}/{facts.actor}") is not None:
        return Refused(R.COMMITTED_ALREADY, {"actor": facts.actor, "auction": command.auction})
    deposit = DepositId(new_id("bid", facts.seq))
    held = (auction.terms.deposit_fen, HELD_UNTIL)
    return [BidCommitted(command.auction, facts.actor, command.commitment, deposit, *held, facts.seq)]


def reveal(state: State, command: RevealBid, facts: Facts) -> list[Event] | Refused:
    key = command.auction
    auction = open_auction(state, key)
    if isinstance(auction, Refused):
        return auction
    if not auction.terms.is_sealed:
        return Refused(R.WRONG_KIND, {"auction": key, "kind": auction.terms.kind.value, "move": "reveal"})
    until = auction.terms.bids_until
    if facts.now < until:
        return Refused(R.TOO_EARLY, {"auction": key, "until": until, "now": facts.now})
    entry = state.entries.get(f"{key}/{facts.actor}")
    if entry is None:
        return Refused(R.NOTHING_COMMITTED, {"actor": facts.actor, "auction": key})
    if entry.amount_fen:
        return Refused(R.REVEALED_ALREADY, {"actor": facts.actor, "auction": key})
    found = commitment_of(Sealed(key, facts.actor, command.amount_fen, command.salt))
    if found != entry.commitment:
        return Refused(R.COMMITMENT_DIFFERS, {"found": found, "commitment": entry.commitment})
    return [BidRevealed(key, facts.actor, command.amount_fen, command.salt)]
