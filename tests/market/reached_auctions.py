"""Short ways to refusals of auctions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from stage import Stage

from mumian.kernel.ids import OrderId, PartyId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.policy.contract import Clauses, ContractModel
from mumian.rooms.auctions import model as auctions
from mumian.rooms.auctions.records import AuctionId, Kind, Sealed, Terms, commitment_of
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.ledger.model import Leg, PostTransfers
from mumian.rooms.parties.model import PartyKind, RelateParties, Relation

Says = tuple[str, Any]
PRICE = goods.Price(goods.PriceMode.AUCTION, 0, goods.Unit.PRODUCT)
SALT = "5a" * 32


def listed(s: Stage) -> None:
    s.say(s.world.merchant, exchange.ListProduct(s.world.report, PRICE))


def terms(s: Stage, kind: Kind = Kind.ENGLISH, **changes: Any) -> Terms:
    """Reserve 1,000 fen, deposit 300 (none in a Dutch one), bids for two days."""
    until = s.script.now + 2 * DAY_MS
    clauses = Clauses(ContractModel.PROVISION, (PURPOSE,), "CN", s.script.now + 300 * DAY_MS)
    made = Terms(kind, 1, 1_000, 300, until, 30, clauses, EVIDENCE)
    if kind is Kind.ENGLISH:
        made = replace(made, increment_fen=50, extension_minutes=60, latest_close=until + DAY_MS)
    elif kind is Kind.DUTCH:
        made = replace(made, deposit_fen=0, start_fen=2_000, step_fen=100, step_minutes=60)
    else:
        made = replace(made, reveal_until=until + DAY_MS)
    return replace(made, **changes)


def opening(s: Stage, kind: Kind = Kind.ENGLISH, **changes: Any) -> auctions.OpenAuction:
    return auctions.OpenAuction(s.world.report_listing, terms(s, kind, **changes))


def opened(s: Stage, kind: Kind = Kind.ENGLISH, **changes: Any) -> AuctionId:
    listed(s)
    return AuctionId(s.made(s.world.merchant, opening(s, kind, **changes), "auction"))


def bidder(s: Stage, fen: int = 10_000) -> PartyId:
    """Admit a buyer and give it money of the insurer's."""
    party = s.admit(PartyKind.LEGAL, Role.BUYER)
    cash = [s.states.ledger.by_owner[f"{each}/cash"] for each in (s.world.insurer, party)]
    if fen:
        s.say(s.world.insurer, PostTransfers((Leg(cash[0], cash[1], fen),)))
    return party


def committing(key: AuctionId, who: str, fen: int, salt: str = SALT) -> auctions.CommitBid:
    return auctions.CommitBid(key, commitment_of(Sealed(key, PartyId(who), fen, salt)))


def committed(s: Stage, fen: int = 1_500, **changes: Any) -> tuple[AuctionId, PartyId]:
    key = opened(s, Kind.SECOND_PRICE, **changes)
    who = bidder(s)
    s.say(who, committing(key, who, fen))
    return key, who


def revealing(s: Stage, key: AuctionId) -> None:
    """Wait until committing is over."""
    s.wait(s.states.auctions.auctions[key].terms.bids_until)


def bid_of_a_relative(s: Stage) -> Says:
    key, who = opened(s), bidder(s)
    s.say("exchange", RelateParties(s.world.merchant, who, Relation.CONTROLS, 0))
    return who, auctions.PlaceBid(key, 2_000)


def withdrawn_late(s: Stage) -> Says:
    key = opened(s)
    s.say(s.world.insurer, auctions.PlaceBid(key, 1_000))
    return s.world.merchant, auctions.WithdrawAuction(key)


def bid_late(s: Stage) -> Says:
    key, _ = committed(s)
    revealing(s, key)
    return s.world.insurer, committing(key, s.world.insurer, 2_000)


def opened_twice(s: Stage) -> Says:
    opened(s)
    return s.world.merchant, opening(s)


def outbid_by_a_fen(s: Stage) -> Says:
    key = opened(s)
    s.say(s.world.insurer, auctions.PlaceBid(key, 1_000))
    return bidder(s), auctions.PlaceBid(key, 1_049)


def committed_twice(s: Stage) -> Says:
    key, who = committed(s)
    return who, committing(key, who, 9_000)


def revealed_early(s: Stage) -> Says:
    key, who = committed(s)
    return who, auctions.RevealBid(key, 1_500, SALT)


def revealed(s: Stage) -> tuple[AuctionId, PartyId]:
    key, who = committed(s)
    revealing(s, key)
    s.say(who, auctions.RevealBid(key, 1_500, SALT))
    return key, who


def revealed_twice(s: Stage) -> Says:
    key, who = revealed(s)
    return who, auctions.RevealBid(key, 1_500, SALT)


def revealed_otherwise(s: Stage) -> Says:
    key, who = committed(s)
    revealing(s, key)
    return who, auctions.RevealBid(key, 1_501, SALT)


def revealed_by_another(s: Stage) -> Says:
    key, _ = committed(s)
    revealing(s, key)
    return s.world.insurer, auctions.RevealBid(key, 1_500, SALT)


def revealed_after_the_end(s: Stage) -> Says:
    key, who = committed(s)
    s.wait(s.states.auctions.auctions[key].terms.reveal_until)
    return who, auctions.RevealBid(key, 1_500, SALT)


def delisted_meanwhile(s: Stage) -> Says:
    opened(s)
    return s.world.merchant, exchange.DelistProduct(s.world.report)


def won_and_called_off(s: Stage) -> Says:
    key, who = opened(s), bidder(s)
    s.say(who, auctions.PlaceBid(key, 1_000))
    s.wait(s.states.auctions.auctions[key].terms.last_close)
    orders = s.states.exchange.orders.under()
    return who, exchange.CancelOrder(next(OrderId(name) for name, order in orders if order.because == key))


def taken_without_money(s: Stage) -> Says:
    key = opened(s, Kind.DUTCH)
    return bidder(s, 1_999), auctions.PlaceBid(key, 2_000)


def full(s: Stage) -> Says:
    key = opened(s)
    auction = s.states.auctions.auctions[key]
    s.states.auctions.auctions[key] = replace(auction, bidders=200)
    return s.world.insurer, auctions.PlaceBid(key, 1_000)


STAGED: dict[str, Callable[[Stage], Says]] = {
    "auctions.ONLY_THE_MARKET": lambda s: (s.world.merchant, auctions.CloseAuction(opened(s))),
    "auctions.LISTING_UNKNOWN": lambda s: (s.world.merchant, auctions.OpenAuction("listing-0", terms(s))),
    "auctions.AUCTION_UNKNOWN": lambda s: (s.world.merchant, auctions.WithdrawAuction(AuctionId("auction-0"))),
    "auctions.NOT_YOURS": lambda s: (s.world.insurer, opening(s)),
    "auctions.NOT_A_BUYER": lambda s: (s.world.owners[0], auctions.PlaceBid(opened(s), 1_000)),
    "auctions.RELATED_BIDDER": bid_of_a_relative,
    "auctions.NOT_FOR_AUCTION": lambda s: (s.world.merchant, opening(s)),
    "auctions.AUCTION_RUNS": opened_twice,
    "auctions.TERMS_UNSOUND": lambda s: (listed(s), (s.world.merchant, opening(s, units=2)))[1],
    "auctions.PURPOSE_OUTSIDE": lambda s: (
        listed(s),
        (s.world.merchant, opening(s, clauses=replace(terms(s).clauses, purposes=("marketing",)))),
    )[1],
    "auctions.AUCTION_STATE_FORBIDS": revealed_after_the_end,
    "auctions.WRONG_KIND": lambda s: (s.world.insurer, committing(opened(s), s.world.insurer, 1)),
    "auctions.TOO_EARLY": revealed_early,
    "auctions.TOO_LATE": bid_late,
    "auctions.BID_TOO_LOW": outbid_by_a_fen,
    "auctions.FUNDS_MISSING": taken_without_money,
    "auctions.COMMITTED_ALREADY": committed_twice,
    "auctions.NOTHING_COMMITTED": revealed_by_another,
    "auctions.REVEALED_ALREADY": revealed_twice,
    "auctions.COMMITMENT_DIFFERS": revealed_otherwise,
    "auctions.BIDDERS_FULL": full,
    "auctions.BIDS_STAND": withdrawn_late,
    "exchange.LISTING_BOUND": delisted_meanwhile,
    "exchange.ORDER_BINDS": won_and_called_off,
}
