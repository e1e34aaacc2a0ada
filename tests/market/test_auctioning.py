"""Auctions in a market: won, paid, delivered like any deal; attacks that gain nothing; a clock that jumps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from reached_auctions import PRICE, SALT, bidder, committed, committing, opened, opening, revealing, terms
from stage import Stage

from mumian.kernel.ids import OPERATOR, OrderId
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.auctioned import found_again
from mumian.market.leaf import Leaf, decode_leaf
from mumian.market.trial import EVIDENCE
from mumian.market.waiting import Waiting, waiting_for
from mumian.rooms.auctions import model as auctions
from mumian.rooms.auctions.records import AuctionId, AuctionState, Kind, Outcome, PassedOver, Reason
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.states import DealState
from mumian.rooms.exchange.terms import SuspendReason
from mumian.rooms.ledger.model import Leg, PostTransfers
from mumian.rooms.parties.model import ExitParty, RelateParties, Relation


@pytest.fixture
def stage() -> Stage:
    return Stage()


def cash_fen(s: Stage, party: str) -> int:
    return s.states.ledger.accounts[s.states.ledger.by_owner[f"{party}/cash"]].available_fen


def lawful(s: Stage) -> bool:
    broken = [*s.states.broken_laws(), *(place for law in laws.LAWS for place in law(s.states, s.now))]
    return not broken


def leaves(s: Stage) -> Iterator[Leaf]:
    return (decode_leaf(entry) for entry in s.market.entries)


def order_of(s: Stage, key: AuctionId, buyer: str) -> exchange.Order:
    return next(order for _, order in s.states.exchange.orders.under() if (order.because, order.buyer) == (key, buyer))


def name_of(s: Stage, key: AuctionId, buyer: str) -> OrderId:
    order = order_of(s, key, buyer)
    return next(OrderId(name) for name, each in s.states.exchange.orders.under() if each == order)


def ended(s: Stage, key: AuctionId) -> None:
    s.wait(s.states.auctions.auctions[key].terms.last_close)


def test_who_outbids_wins_pays_and_is_delivered_to(stage: Stage) -> None:
    key, rival = opened(stage), bidder(stage)
    stage.say(stage.world.insurer, auctions.PlaceBid(key, 1_000))
    stage.say(rival, auctions.PlaceBid(key, 1_700))
    assert cash_fen(stage, rival) == 10_000 - 300
    ended(stage, key)
    assert stage.states.auctions.auctions[key].winners == (rival,)
    order = order_of(stage, key, rival)
    assert (order.state, order.unit_fen, cash_fen(stage, rival)) == (DealState.SIGNED, 1_700, 10_000 - 1_700)
    name = name_of(stage, key, rival)
    stage.say(stage.world.merchant, exchange.RecordDelivery(name, EVIDENCE))
    stage.say(rival, exchange.AcceptDelivery(name))
    assert lawful(stage)
    found = found_again(leaves(stage), key)
    assert found is not None
    assert found.is_equal


def test_sealed_licences_are_several_orders_and_agreements_of_one_leaf(stage: Stage) -> None:
    key = opened(stage, Kind.UNIFORM, units=2)
    bids = dict(zip([bidder(stage) for _ in range(3)], (1_500, 1_800, 1_200), strict=True))
    for who, fen in bids.items():
        stage.say(who, committing(key, who, fen))
    revealing(stage, key)
    for who, fen in bids.items():
        stage.say(who, auctions.RevealBid(key, fen, SALT))
    ended(stage, key)
    first, second, _ = bids
    assert stage.states.auctions.auctions[key].winners == (second, first)
    assert {order_of(stage, key, who).agreement for who in (first, second)} != {""}
    assert [cash_fen(stage, who) for who in bids] == [10_000 - 1_200, 10_000 - 1_200, 10_000]
    assert lawful(stage)
    found = found_again(leaves(stage), key)
    assert found is not None
    assert found.is_equal


def test_the_first_to_take_a_falling_price_has_it_in_the_same_leaf(stage: Stage) -> None:
    key, fast, slow = opened(stage, Kind.DUTCH), bidder(stage), bidder(stage)
    stage.wait(stage.script.now + 3 * 3_600_000)
    stage.say(fast, auctions.PlaceBid(key, 2_000))
    assert order_of(stage, key, fast).unit_fen == 1_700
    assert stage.ask(slow, auctions.PlaceBid(key, 2_000)).refused == "auctions.AUCTION_STATE_FORBIDS"
    assert lawful(stage)


def test_a_bid_cannot_be_taken_back_and_its_deposit_not_spent(stage: Stage) -> None:
    key, who = committed(stage, fen=9_000)
    assert stage.ask(who, committing(key, who, 1)).refused == "auctions.COMMITTED_ALREADY"
    own, other = (stage.states.ledger.by_owner[f"{each}/cash"] for each in (who, stage.world.insurer))
    assert stage.ask(who, PostTransfers((Leg(own, other, 9_701),))).refused == "ledger.NO_OVERDRAFT"
    before = cash_fen(stage, stage.world.merchant)
    ended(stage, key)  # never revealed
    assert cash_fen(stage, stage.world.merchant) == before + 300
    assert cash_fen(stage, who) == 10_000 - 300
    assert lawful(stage)


def test_a_shill_that_is_found_out_later_wins_nothing_and_sets_no_price(stage: Stage) -> None:
    key, shill = opened(stage), bidder(stage)
    stage.say(stage.world.insurer, auctions.PlaceBid(key, 1_000))
    stage.say(shill, auctions.PlaceBid(key, 5_000))
    stage.say(OPERATOR, RelateParties(stage.world.merchant, shill, Relation.CONTROLS, 0))
    ended(stage, key)
    auction = stage.states.auctions.auctions[key]
    assert (auction.winners, auction.price_fen) == ((stage.world.insurer,), 1_000)
    assert cash_fen(stage, shill) == 10_000
    assert lawful(stage)


def test_a_winner_who_spent_his_money_forfeits_and_the_next_in_line_has_it(stage: Stage) -> None:
    key, first, second = opened(stage), bidder(stage), bidder(stage)
    stage.say(second, auctions.PlaceBid(key, 1_000))
    stage.say(first, auctions.PlaceBid(key, 8_000))
    own, other = (stage.states.ledger.by_owner[f"{each}/cash"] for each in (first, stage.world.insurer))
    stage.say(first, PostTransfers((Leg(own, other, 9_000),)))
    ended(stage, key)
    assert stage.states.auctions.auctions[key].winners == (second,)
    assert cash_fen(stage, first) == 700
    assert lawful(stage)


def test_neither_the_winner_nor_the_seller_calls_off_what_was_won(stage: Stage) -> None:
    key, who = opened(stage), bidder(stage)
    stage.say(who, auctions.PlaceBid(key, 1_700))
    ended(stage, key)
    order = name_of(stage, key, who)
    for side in (who, stage.world.merchant):
        assert stage.ask(side, exchange.CancelOrder(order)).refused == "exchange.ORDER_BINDS"
    stage.say(OPERATOR, exchange.SuspendListing(stage.world.report_listing, SuspendReason.SOURCE_BROKEN))
    assert stage.ask(stage.world.merchant, exchange.CancelOrder(order)).refused == "exchange.ORDER_BINDS"
    stage.say(who, exchange.CancelOrder(order))  # it cannot be delivered
    assert cash_fen(stage, who) == 10_000
    assert lawful(stage)


@pytest.mark.parametrize("speaks", ["seller", "bidder"])
def test_no_side_takes_a_bid_back_by_declaring_itself_related(stage: Stage, speaks: str) -> None:
    key, who = opened(stage), bidder(stage)
    seller = stage.world.merchant
    stage.say(who, auctions.PlaceBid(key, 1_700))
    stage.say(seller if speaks == "seller" else who, RelateParties(seller, who, Relation.AFFILIATED, 0))
    assert stage.ask(who, auctions.PlaceBid(key, 2_000)).refused == "auctions.RELATED_BIDDER"
    ended(stage, key)
    assert stage.states.auctions.auctions[key].winners == (who,)
    assert lawful(stage)


def test_whoever_leaves_the_market_to_escape_its_bid_forfeits(stage: Stage) -> None:
    key, who = opened(stage), bidder(stage)
    stage.say(stage.world.insurer, auctions.PlaceBid(key, 1_000))
    stage.say(who, auctions.PlaceBid(key, 1_700))
    stage.say(who, ExitParty(who))
    ended(stage, key)
    assert stage.states.auctions.auctions[key].winners == (stage.world.insurer,)
    assert cash_fen(stage, who) == 10_000 - 300
    assert lawful(stage)


def test_a_bid_that_nobody_can_pay_does_not_keep_others_out(stage: Stage) -> None:
    key, shield = opened(stage), bidder(stage)
    assert stage.ask(shield, auctions.PlaceBid(key, 10**15)).refused == "auctions.FUNDS_MISSING"
    stage.say(stage.world.insurer, auctions.PlaceBid(key, 1_000))


def test_a_revealed_bid_that_is_said_again_by_another_first_opens_nothing(stage: Stage) -> None:
    """Front-running: the thief has seen amount and salt on the way, and is heard before their owner."""
    key, who = committed(stage)
    thief = bidder(stage)
    stage.say(thief, committing(key, thief, 1_400))
    revealing(stage, key)
    assert stage.ask(thief, auctions.RevealBid(key, 1_500, SALT)).refused == "auctions.COMMITMENT_DIFFERS"
    stage.say(who, auctions.RevealBid(key, 1_500, SALT))
    ended(stage, key)
    assert stage.states.auctions.auctions[key].winners == (who,)


def test_a_bid_to_be_opened_lies_on_the_desk_of_its_bidder(stage: Stage) -> None:
    key, who = committed(stage)
    assert not [each for each in waiting_for(stage.states, who, stage.now) if each.about == key]
    revealing(stage, key)
    due_at = stage.states.auctions.auctions[key].terms.reveal_until
    assert Waiting(key, "RevealBid", due_at) in waiting_for(stage.states, who, stage.now)
    stage.say(who, auctions.RevealBid(key, 1_500, SALT))
    assert not [each for each in waiting_for(stage.states, who, stage.now) if each.about == key]


def test_a_copied_commitment_opens_nothing(stage: Stage) -> None:
    key, who = committed(stage)
    thief = bidder(stage)
    stage.say(thief, auctions.CommitBid(key, stage.states.auctions.entries[f"{key}/{who}"].commitment))
    revealing(stage, key)
    stage.say(who, auctions.RevealBid(key, 1_500, SALT))
    assert stage.ask(thief, auctions.RevealBid(key, 1_500, SALT)).refused == "auctions.COMMITMENT_DIFFERS"
    ended(stage, key)
    assert stage.states.auctions.auctions[key].winners == (who,)


def test_a_seller_changes_nothing_meanwhile_and_what_the_exchange_stops_is_not_sold(stage: Stage) -> None:
    key, who = committed(stage)
    price = exchange.ListProduct(
        stage.world.report, replace(stage.states.exchange.listings[stage.world.report_listing].price)
    )
    assert stage.ask(stage.world.merchant, price).refused == "exchange.LISTING_BOUND"
    assert stage.ask(stage.world.merchant, opening(stage)).refused == "auctions.AUCTION_RUNS"
    stage.say(OPERATOR, exchange.SuspendListing(stage.world.report_listing, SuspendReason.SOURCE_BROKEN))
    ended(stage, key)
    assert stage.states.auctions.auctions[key].outcome is Outcome.LISTING_CLOSED
    assert cash_fen(stage, who) == 10_000
    assert lawful(stage)


@pytest.mark.parametrize("days", [90, 20 * 365])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_clock_that_jumps_over_everything_ends_every_auction(stage: Stage, kind: Kind, days: int) -> None:
    key, who = opened(stage, kind), bidder(stage)
    if kind is Kind.ENGLISH:
        stage.say(who, auctions.PlaceBid(key, 1_000))
    elif kind is not Kind.DUTCH:
        stage.say(who, committing(key, who, 1_500))
    stage.wait(stage.script.now + days * DAY_MS)
    auction = stage.states.auctions.auctions[key]
    assert auction.state is AuctionState.CLOSED
    assert (auction.outcome is Outcome.SOLD) is (kind is Kind.ENGLISH and days == 90)
    assert lawful(stage)


def test_an_outcome_that_was_altered_is_seen(stage: Stage) -> None:
    key, rival = opened(stage), bidder(stage)
    stage.say(stage.world.insurer, auctions.PlaceBid(key, 1_000))
    stage.say(rival, auctions.PlaceBid(key, 1_700))
    ended(stage, key)
    told = list(leaves(stage))

    def altered(leaf: Leaf) -> Leaf:
        events = tuple(
            replace(event, winners=(stage.world.insurer,)) if isinstance(event, auctions.AuctionClosed) else event
            for event in leaf.events
        )
        return replace(leaf, events=events)

    found = found_again([altered(leaf) for leaf in told], key)
    assert found is not None
    assert not found.is_equal
    assert found_again(told, "auction-0") is None


def faults(told: list[Leaf], key: AuctionId) -> tuple[str, ...]:
    found = found_again(told, key)
    assert found is not None
    return found.faults


def _nobody_forfeits(event: Any) -> Any:
    if not isinstance(event, auctions.AuctionClosed):
        return event
    return replace(event, returned=(*event.returned, *event.forfeited), forfeited=())


def _everybody_blamed(event: Any) -> Any:
    if not isinstance(event, auctions.AuctionClosed):
        return event
    blamed = (PassedOver(winner, Reason.UNREVEALED) for winner in event.winners)
    return replace(event, passed_over=(*event.passed_over, *blamed))


def test_a_deposit_that_went_the_wrong_way_and_a_bidder_blamed_for_nothing_are_seen(stage: Stage) -> None:
    key, who = committed(stage)
    rival = bidder(stage)
    stage.say(rival, committing(key, rival, 1_700))
    revealing(stage, key)
    stage.say(who, auctions.RevealBid(key, 1_500, SALT))
    ended(stage, key)
    told, deposit = list(leaves(stage)), stage.states.auctions.entries[f"{key}/{rival}"].deposit
    assert faults(told, key) == ()
    returned = [replace(leaf, events=tuple(map(_nobody_forfeits, leaf.events))) for leaf in told]
    blamed = [replace(leaf, events=tuple(map(_everybody_blamed, leaf.events))) for leaf in told]
    assert [fault.partition(" of ")[0] for fault in faults(returned, key)] == [f"the deposit `{deposit}`"]
    assert any("unrevealed, against its bids" in fault for fault in faults(blamed, key))


def test_auctions_that_end_in_one_jump_close_in_order_and_money_is_spent_once(stage: Stage) -> None:
    """The winner of both can pay one: the one that ends first."""
    early, who = opened(stage), bidder(stage)
    stage.say(stage.world.merchant, exchange.ListProduct(stage.world.checks, PRICE))
    later = replace(terms(stage), bids_until=stage.now + 3 * DAY_MS, latest_close=stage.now + 4 * DAY_MS)
    late = AuctionId(
        stage.made(stage.world.merchant, auctions.OpenAuction(stage.world.checks_listing, later), "auction")
    )
    for key in (late, early):
        stage.say(who, auctions.PlaceBid(key, 6_000))
    stage.wait(stage.now + 30 * DAY_MS)
    kept = stage.states.auctions.auctions
    assert (kept[early].winners, kept[late].winners) == ((who,), ())
    assert cash_fen(stage, who) == 10_000 - 6_000 - 300
    assert lawful(stage)
