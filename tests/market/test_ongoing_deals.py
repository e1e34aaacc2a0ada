"""Deals that go on, through all rooms: shares of turnover month by month, subscriptions that renew themselves."""

from __future__ import annotations

import pytest
from stage import Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, OrderId
from mumian.kernel.time import DAY_MS, end_of
from mumian.market import laws
from mumian.market.overview import overview
from mumian.market.simulator import T0
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.states import DealState
from mumian.rooms.ledger import views as ledger

RELEASE = sha256_hex(b"release")
BOOKS = sha256_hex(b"books")
SEPTEMBER, OCTOBER, NOVEMBER = "2026-09", "2026-10", "2026-11"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def begun(s: Stage, price: goods.Price, *, quantity: int = 1) -> OrderId:
    """Order at a price, sign and deliver, on 2026-09-21."""
    s.say(s.world.merchant, exchange.ListProduct(s.world.report, price))
    order = OrderId(s.order(quantity=quantity))
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, RELEASE))
    return order


def shared(s: Stage, share_bp: int = 1_250) -> OrderId:
    return begun(s, goods.Price(goods.PriceMode.REV_SHARE, share_bp, goods.Unit.TURNOVER))


def subscribed(s: Stage, *, unit_fen: int = 6_100, limit_fen: int = 12_200) -> OrderId:
    order = begun(s, goods.Price(goods.PriceMode.SUBSCRIPTION, unit_fen, goods.Unit.MONTH), quantity=2)
    s.say(s.world.insurer, exchange.SetRenewal(order, limit_fen))
    return order


def report(order: OrderId, month: str, turnover_fen: int) -> exchange.ReportTurnover:
    return exchange.ReportTurnover(order, month, turnover_fen, BOOKS)


def cash_fen(s: Stage) -> int:
    return ledger.cash_fen(s.states.ledger, s.world.insurer)


def faults(s: Stage) -> list[str]:
    return [*map(str, s.states.broken_laws()), *(place for law in laws.LAWS for place in law(s.states, s.now))]


def test_a_share_of_turnover_is_paid_and_shared_out_as_it_is_reported(stage: Stage) -> None:
    before = cash_fen(stage)
    order = shared(stage)
    assert cash_fen(stage) == before
    stage.say(stage.world.insurer, report(order, SEPTEMBER, 1_000_000))
    assert cash_fen(stage) == before - 125_000
    sale = f"{stage.world.report}/bill-{order.removeprefix('order-')}.1"
    assert stage.states.revenue.distributions[sale].gross_fen == 125_000
    assert faults(stage) == []


def test_a_month_that_nobody_reports_is_missed_and_its_buyer_orders_nothing_until_it_is(stage: Stage) -> None:
    order = shared(stage)
    stage.wait(end_of(SEPTEMBER) + 14 * DAY_MS)
    assert not list(stage.states.exchange.owing.under())
    stage.wait(end_of(SEPTEMBER) + 15 * DAY_MS)
    assert dict(stage.states.exchange.owing.under()) == {f"{stage.world.insurer}/{order}": SEPTEMBER}
    (missed,) = overview(stage.states, stage.now).missed
    assert (missed.order, missed.buyer, missed.month) == (order, stage.world.insurer, SEPTEMBER)
    again = exchange.PlaceOrder(stage.world.report_listing, 1, stage.now + DAY_MS, 10**6)
    answer = stage.ask(stage.world.insurer, again)
    assert answer.refused == "exchange.TURNOVER_OWED"
    stage.say(stage.world.insurer, report(order, SEPTEMBER, 0))
    stage.say(stage.world.insurer, again)
    assert faults(stage) == []


def test_a_clock_that_jumps_over_years_misses_one_month_and_no_more(stage: Stage) -> None:
    order = shared(stage)
    stage.wait(T0 + 20 * 366 * DAY_MS)
    assert dict(stage.states.exchange.owing.under()) == {f"{stage.world.insurer}/{order}": SEPTEMBER}
    stage.say(OPERATOR, report(order, SEPTEMBER, 10_000))
    stage.wait(stage.now + 1)
    assert dict(stage.states.exchange.owing.under()) == {f"{stage.world.insurer}/{order}": OCTOBER}
    assert faults(stage) == []


def test_what_cannot_be_paid_is_not_reported(stage: Stage) -> None:
    order = shared(stage, share_bp=10_000)
    answer = stage.ask(stage.world.insurer, report(order, SEPTEMBER, cash_fen(stage) + 1))
    assert answer.refused == "ledger.NO_OVERDRAFT"
    assert stage.states.exchange.orders[order].turnover_fen == 0
    assert faults(stage) == []


def test_who_leaves_a_share_reports_first_and_uses_no_more(stage: Stage) -> None:
    order = shared(stage)
    stage.say(stage.world.insurer, report(order, SEPTEMBER, 10_000))
    stage.say(stage.world.insurer, exchange.CloseUsage(order))
    agreement = stage.states.exchange.orders[order].agreement
    ended = stage.states.contracts.agreements[agreement]
    assert (ended.ended_for, ended.ended_at) == (contracts.TerminationReason.COMPLETED, stage.script.now)
    stage.wait(T0 + 400 * DAY_MS)
    assert not list(stage.states.exchange.owing.under())
    assert faults(stage) == []


def test_a_subscription_that_renews_itself_goes_on_under_the_same_terms(stage: Stage) -> None:
    before = cash_fen(stage)
    order = subscribed(stage)
    stage.wait(T0 + 62 * DAY_MS)
    (key, again) = next((k, o) for k, o in stage.states.exchange.orders.under() if o.renews == order)
    assert (again.state, again.release_digest, again.renewal_fen) == (DealState.DELIVERED, RELEASE, 12_200)
    assert stage.states.exchange.orders[order].state is DealState.SETTLED
    terms = [
        stage.states.contracts.agreements[o.agreement].policy for o in (stage.states.exchange.orders[order], again)
    ]
    assert [rule.constraints for rule in terms[0].permission] == [rule.constraints for rule in terms[1].permission]
    assert cash_fen(stage) == before - 24_400
    stage.say(stage.world.insurer, exchange.EndSubscription(OrderId(key)))
    assert faults(stage) == []


def test_a_subscription_that_was_accepted_early_renews_when_its_time_is_over(stage: Stage) -> None:
    order = subscribed(stage)
    stage.say(stage.world.insurer, exchange.AcceptDelivery(order))
    stage.say(OPERATOR, exchange.FileDeal(order))
    stage.wait(T0 + 60 * DAY_MS)
    assert not any(o.renews for _, o in stage.states.exchange.orders.under())
    stage.wait(T0 + 62 * DAY_MS)
    assert [o.state for _, o in stage.states.exchange.orders.under() if o.renews == order] == [DealState.DELIVERED]
    assert faults(stage) == []


def test_renewal_goes_on_until_the_buyer_cannot_pay_and_stops_for_good(stage: Stage) -> None:
    before = cash_fen(stage)
    order = subscribed(stage, unit_fen=before // 6, limit_fen=before)
    for months in range(2, 12, 2):
        stage.wait(T0 + months * 31 * DAY_MS)
    chain = [o for _, o in stage.states.exchange.orders.under() if o.renews]
    assert len(chain) == 2
    assert {o.state for o in chain} == {DealState.SETTLED}
    assert {o.renewal_fen for o in chain} == {before, 0}
    assert stage.states.exchange.orders[order].state is DealState.SETTLED
    assert faults(stage) == []


def test_terms_that_a_clock_jumps_over_are_not_renewed(stage: Stage) -> None:
    order = subscribed(stage)
    stage.wait(T0 + 5 * 366 * DAY_MS)
    assert stage.states.exchange.orders[order].state is DealState.SETTLED
    assert not any(o.renews for _, o in stage.states.exchange.orders.under())
    assert faults(stage) == []


def test_a_dearer_subscription_lapses_instead_of_costing_more_than_was_set(stage: Stage) -> None:
    order = subscribed(stage)
    dearer = goods.Price(goods.PriceMode.SUBSCRIPTION, 6_101, goods.Unit.MONTH)
    stage.say(stage.world.merchant, exchange.ListProduct(stage.world.report, dearer))
    stage.wait(T0 + 62 * DAY_MS)
    assert stage.states.exchange.orders[order].renewal_fen == 0
    assert not any(o.renews for _, o in stage.states.exchange.orders.under())
    assert faults(stage) == []
