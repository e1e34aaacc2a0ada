"""Money that leaves, is kept back, claimed and taken back, in a market: nothing lost, nothing paid twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from reached_settlement import clawing, closed, closing, freezing, got_fen, indebted, requested, settled
from stage import Stage

from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.time import DAY_MS, day_of
from mumian.market import laws
from mumian.market.trial import EVIDENCE
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger.model import Leg, PostTransfers
from mumian.rooms.parties.model import SuspendParty, SuspensionReason
from mumian.rooms.settlement import model as settlement
from mumian.rooms.settlement import views
from mumian.rooms.settlement.records import Award, DisputeId, FeeLine, PayoutState, ReturnReason, Side


@pytest.fixture
def stage() -> Stage:
    return Stage()


def cash_fen(s: Stage, party: str, purpose: str = "cash") -> int:
    account = s.states.ledger.by_owner.get(f"{party}/{purpose}")
    return 0 if account is None else s.states.ledger.accounts[account].available_fen


def lawful(s: Stage) -> bool:
    broken = [*s.states.broken_laws(), *(place for law in laws.LAWS for place in law(s.states, s.now))]
    return not broken


def test_a_payout_leaves_the_cash_at_once_and_the_market_when_the_bank_paid(stage: Stage) -> None:
    before, bank = cash_fen(stage, stage.world.insurer), cash_fen(stage, OPERATOR, "bank")
    requested(stage, 1_000)
    assert cash_fen(stage, stage.world.insurer) == before - 1_000
    batch = closed(stage)
    stage.say(OPERATOR, settlement.ConfirmPayout(batch, 1))
    assert cash_fen(stage, OPERATOR, "bank") == bank + 1_000
    assert cash_fen(stage, OPERATOR, "payout") == 0
    assert lawful(stage)


def test_more_than_is_there_is_not_paid_out(stage: Stage) -> None:
    everything = cash_fen(stage, stage.world.insurer)
    too_much = settlement.RequestPayout(everything + 1, EVIDENCE)
    assert stage.ask(stage.world.insurer, too_much).refused == "ledger.NO_OVERDRAFT"
    requested(stage, everything)
    assert stage.ask(stage.world.insurer, settlement.RequestPayout(1, EVIDENCE)).refused == "ledger.NO_OVERDRAFT"


def test_a_payment_that_the_bank_returned_is_back_and_cannot_be_confirmed(stage: Stage) -> None:
    before = cash_fen(stage, stage.world.insurer)
    requested(stage)
    batch = closed(stage)
    stage.say(OPERATOR, settlement.ReturnPayout(batch, 1, ReturnReason.ACCOUNT_CLOSED))
    assert cash_fen(stage, stage.world.insurer) == before
    assert stage.ask(OPERATOR, settlement.ConfirmPayout(batch, 1)).refused == "settlement.LINE_DECIDED"
    assert lawful(stage)


def test_a_party_that_is_suspended_before_the_day_is_closed_gets_nothing_sent(stage: Stage) -> None:
    before = cash_fen(stage, stage.world.insurer)
    payout = requested(stage)
    stage.say(OPERATOR, SuspendParty(stage.world.insurer, SuspensionReason.BREACH))
    batch = closed(stage)
    assert stage.states.settlement.batches[batch].lines == ()
    assert stage.states.settlement.payouts[payout].state is PayoutState.CANCELLED
    assert cash_fen(stage, stage.world.insurer) == before
    assert (
        stage.ask(stage.world.insurer, settlement.RequestPayout(1, EVIDENCE)).refused == "envelope.ACTOR_NOT_ADMITTED"
    )
    assert lawful(stage)


def test_a_day_that_is_closed_late_holds_the_payouts_asked_for_since_and_proves_zero(stage: Stage) -> None:
    closed(stage)
    requested(stage)
    stage.wait(stage.script.now + 3 * DAY_MS)
    (event,) = [each for each in stage.say(OPERATOR, closing(stage)).events if isinstance(each, settlement.DayClosed)]
    assert [line.amount_fen for line in event.lines] == [1_000]
    assert sum(total.posted_fen for total in event.totals) == sum(total.pending_fen for total in event.totals) == 0
    early = settlement.CloseDay(day_of(stage.script.now) + timedelta(days=1))
    assert stage.ask(OPERATOR, early).refused == "settlement.DAY_NOT_OVER"


def test_what_is_kept_back_comes_when_its_days_are_over(stage: Stage) -> None:
    merchant = stage.world.merchant
    stage.say(OPERATOR, settlement.SetReserve(merchant, 1_000, 30))
    order = settled(stage)
    got = got_fen(stage, order, merchant)
    assert cash_fen(stage, OPERATOR, "reserve") == got // 10
    assert cash_fen(stage, merchant) == got - got // 10
    stage.wait(stage.script.now + 40 * DAY_MS)
    assert cash_fen(stage, merchant) == got
    assert lawful(stage)


def test_a_clawback_beyond_funds_overdraws_nobody_and_is_paid_by_the_next_share(stage: Stage) -> None:
    merchant, buyer = stage.world.merchant, stage.world.insurer
    indebted(stage)
    assert cash_fen(stage, merchant) == 0
    owed = views.owed_fen(stage.states.settlement, merchant)
    assert owed > 0
    before = cash_fen(stage, buyer)
    order = settled(stage)
    got = got_fen(stage, order, merchant)
    assert views.owed_fen(stage.states.settlement, merchant) == 0
    assert cash_fen(stage, merchant) == got - owed
    assert cash_fen(stage, buyer) == before - 50_000 + owed
    assert lawful(stage)


def test_who_asks_for_a_payout_does_not_outrun_a_clawback(stage: Stage) -> None:
    merchant, buyer = stage.world.merchant, stage.world.insurer
    order = settled(stage)
    got = got_fen(stage, order, merchant)
    for fen in (got - 100, 60, 40):
        stage.say(merchant, settlement.RequestPayout(fen, EVIDENCE))
    before = cash_fen(stage, buyer)
    stage.say(OPERATOR, clawing(stage, order, got - 50))
    assert cash_fen(stage, buyer) == before + got - 50
    assert views.owed_fen(stage.states.settlement, merchant) == 0
    assert (cash_fen(stage, merchant), cash_fen(stage, OPERATOR, "payout")) == (10, 40)
    assert [line.amount_fen for line in stage.states.settlement.batches[closed(stage)].lines] == [40]
    assert lawful(stage)


def test_what_is_held_under_a_claim_is_clawed_back_from_whoever_it_is_awarded_to(stage: Stage) -> None:
    owner, claimant = stage.world.owners[0], stage.world.merchant
    dispute = DisputeId(stage.made(OPERATOR, freezing(stage, payee=owner, claimant=claimant), "dispute"))
    order = settled(stage)
    got, own = got_fen(stage, order, owner), got_fen(stage, order, claimant)
    assert stage.ask(OPERATOR, clawing(stage, order, 1, owner)).refused == "settlement.SALE_UNKNOWN"
    assert stage.ask(OPERATOR, clawing(stage, order, own + 1, claimant)).refused == "settlement.MORE_THAN_PAID"
    stage.say(OPERATOR, settlement.AwardShare(dispute, Award.CLAIMANT))
    assert stage.ask(OPERATOR, clawing(stage, order, 1, owner)).refused == "settlement.SALE_UNKNOWN"
    stage.say(OPERATOR, clawing(stage, order, own + got, claimant))
    assert cash_fen(stage, claimant) == cash_fen(stage, OPERATOR, "frozen") == 0
    assert lawful(stage)


def test_a_clawback_of_a_reserve_leaves_no_clock_behind(stage: Stage) -> None:
    merchant = stage.world.merchant
    stage.say(OPERATOR, settlement.SetReserve(merchant, 10_000, 30))
    order = settled(stage)
    stage.say(OPERATOR, clawing(stage, order, got_fen(stage, order, merchant)))
    stage.wait(stage.script.now + 40 * DAY_MS)
    assert cash_fen(stage, merchant) == cash_fen(stage, OPERATOR, "reserve") == 0
    assert lawful(stage)


def test_a_claimed_share_is_held_while_everybody_else_is_paid(stage: Stage) -> None:
    owner, other = stage.world.owners[:2]
    dispute = DisputeId(stage.made(OPERATOR, freezing(stage, payee=owner), "dispute"))
    order = settled(stage)
    got = got_fen(stage, order, owner)
    assert (cash_fen(stage, owner), cash_fen(stage, OPERATOR, "frozen")) == (0, got)
    assert cash_fen(stage, other) == got_fen(stage, order, other) > 0
    before = cash_fen(stage, stage.world.insurer)
    stage.say(OPERATOR, settlement.AwardShare(dispute, Award.CLAIMANT))
    assert cash_fen(stage, stage.world.insurer) == before + got
    second = settled(stage)
    assert cash_fen(stage, owner) == got_fen(stage, second, owner)
    assert lawful(stage)


def test_the_exchange_cannot_take_what_it_keeps_for_others(stage: Stage) -> None:
    stage.say(OPERATOR, settlement.SetReserve(stage.world.merchant, 10_000, 30))
    settled(stage)
    kept, cash = (stage.states.ledger.by_owner[f"exchange/{purpose}"] for purpose in ("reserve", "cash"))
    taking = PostTransfers((Leg(kept, cash, 1),))
    for actor in (OPERATOR, stage.world.merchant):
        assert stage.ask(PartyId(actor), taking).refused in ("ledger.KEPT_BY_THE_MARKET", "ledger.NOT_YOUR_ACCOUNT")
    assert stage.ask(OPERATOR, replace(taking, legs=(Leg(cash, kept, 1),))).refused != ""


def test_the_exchanges_fee_is_taken_from_the_seller_by_its_schedule_and_none_without_one(stage: Stage) -> None:
    first = settled(stage)
    stage.say(OPERATOR, settlement.AdoptFees((FeeLine(200, "", 0, 700),)))
    second = settled(stage)
    assert got_fen(stage, second, OPERATOR) - got_fen(stage, first, OPERATOR) == 700
    shares = stage.states.revenue.distributions[f"{stage.world.report}/{second}"].shares
    assert sum(share.amount_fen for share in shares) == 50_000
    assert lawful(stage)


def charged(s: Stage, rate_bp: int = 100) -> None:
    s.say(OPERATOR, settlement.AdoptFees((FeeLine(rate_bp, side=Side.BUYER),)))


def test_a_buyers_fee_waits_with_the_order_and_is_earned_when_the_delivery_is_accepted(stage: Stage) -> None:
    charged(stage)
    before, merchant = cash_fen(stage, stage.world.insurer), stage.world.merchant
    order = stage.order()
    assert cash_fen(stage, OPERATOR, "prepaid") == 500
    assert cash_fen(stage, stage.world.insurer) == before - 50_000 - 500
    assert lawful(stage)
    stage.say(stage.world.insurer, exchange.CancelOrder(order))
    assert (cash_fen(stage, stage.world.insurer), cash_fen(stage, OPERATOR, "prepaid")) == (before, 0)
    got_fen(stage, settled(stage), merchant)
    assert cash_fen(stage, stage.world.insurer) == before - 50_000 - 500
    assert (cash_fen(stage, OPERATOR, "fees"), cash_fen(stage, OPERATOR, "prepaid")) == (500, 0)
    assert lawful(stage)


def test_a_buyer_who_cannot_pay_the_fee_on_top_places_no_order(stage: Stage) -> None:
    charged(stage)
    requested(stage, cash_fen(stage, stage.world.insurer) - 50_499)
    placing = exchange.PlaceOrder(stage.world.report_listing, 1, stage.script.now + 9 * DAY_MS, 50_000)
    assert stage.ask(stage.world.insurer, placing).refused == "ledger.NO_OVERDRAFT"
    assert cash_fen(stage, stage.world.insurer) == 50_499
    assert lawful(stage)


def test_an_order_that_expires_gives_the_buyers_fee_back(stage: Stage) -> None:
    charged(stage)
    before = cash_fen(stage, stage.world.insurer)
    stage.order()
    stage.wait(stage.script.now + 400 * DAY_MS)
    assert (cash_fen(stage, stage.world.insurer), cash_fen(stage, OPERATOR, "prepaid")) == (before, 0)
    assert lawful(stage)


def test_a_reserve_of_a_product_keeps_part_of_everybodys_share(stage: Stage) -> None:
    stage.say(OPERATOR, settlement.SetReserve(PartyId(""), 10_000, 30, stage.world.report))
    order = settled(stage)
    assert cash_fen(stage, OPERATOR, "reserve") == 50_000
    assert cash_fen(stage, stage.world.merchant) == 0 < got_fen(stage, order, stage.world.merchant)
    assert lawful(stage)
