"""What always holds in auctions. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import ListingId
from mumian.rooms.auctions.model import State
from mumian.rooms.auctions.records import AuctionState, Entry, Kind, Outcome


def _entries(state: State, key: str) -> dict[str, Entry]:
    return {name.partition("/")[2]: entry for name, entry in state.entries.under(f"{key}/")}


def a_listing_has_one_auction_at_a_time(state: State) -> Iterator[str]:
    """What runs on a listing is its one open auction."""
    open_ = {auction.listing: key for key, auction in state.auctions.under() if auction.state is AuctionState.OPEN}
    running = {ListingId(listing): key for listing, key in state.running.under()}
    for listing in sorted(open_.keys() | running.keys()):
        if open_.get(listing) != running.get(listing):
            yield f"`{listing}` runs `{running.get(listing)}`, open is `{open_.get(listing)}`"


def the_leader_of_an_english_auction_bid_highest(state: State) -> Iterator[str]:
    """Every bid was above those before it, so the last is the highest, and no close comes later than was said."""
    for key, auction in state.auctions.under():
        entries = _entries(state, key)
        if len(entries) != auction.bidders:
            yield f"`{key}` shows {auction.bidders} bidders, there are {len(entries)}"
        if auction.terms.kind is not Kind.ENGLISH or not entries:
            continue
        highest = max(entry.amount_fen for entry in entries.values())
        if entries[auction.leader].amount_fen != highest or auction.highest_fen != highest:
            yield f"`{key}` is led by `{auction.leader}` at {auction.highest_fen} fen, the highest bid is {highest}"
        if auction.closes_at > auction.terms.last_close:
            yield f"`{key}` closes at {auction.closes_at}, at the latest {auction.terms.last_close}"


def nobody_pays_more_than_his_bid_or_less_than_the_reserve(state: State) -> Iterator[str]:
    """Winners are as many as there are units at most, each once, and what they pay lies between reserve and bid."""
    for key, auction in state.auctions.under():
        if auction.outcome is not Outcome.SOLD:
            if auction.winners:
                yield f"`{key}` is {auction.outcome} and has winners"
            continue
        entries = _entries(state, key)
        if not 1 <= len(set(auction.winners)) == len(auction.winners) <= auction.terms.units:
            yield f"`{key}` has {len(auction.winners)} winners of {auction.terms.units} units"
        for winner in auction.winners:
            if not auction.terms.reserve_fen <= auction.price_fen <= entries[winner].amount_fen:
                yield f"`{winner}` pays {auction.price_fen} fen in `{key}` and bid {entries[winner].amount_fen}"


LAWS = (
    a_listing_has_one_auction_at_a_time,
    the_leader_of_an_english_auction_bid_highest,
    nobody_pays_more_than_his_bid_or_less_than_the_reserve,
)
