"""A deal whose sides fall silent comes to its end by the market's own clock: no order is stuck, no fen is."""

from __future__ import annotations

import pytest
from stage import Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OrderId
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.simulator import T0
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.states import DealState
from mumian.rooms.exchange.terms import RejectReason

RELEASE = sha256_hex(b"release")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def delivered(s: Stage) -> OrderId:
    order = OrderId(s.order())
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, RELEASE))
    return order


def state_of(s: Stage, order: OrderId) -> DealState:
    return s.states.exchange.orders[order].state


def test_silence_accepts_a_delivery_after_its_work_days(stage: Stage) -> None:
    order = delivered(stage)
    stage.wait(T0 + 3 * DAY_MS)
    assert state_of(stage, order) is DealState.DELIVERED
    stage.wait(T0 + 14 * DAY_MS)
    assert state_of(stage, order) is DealState.SETTLED
    assert list(stage.states.broken_laws()) == []


@pytest.mark.parametrize("years", [1, 30])
def test_a_clock_that_jumps_over_every_limit_accepts_what_was_delivered(stage: Stage, years: int) -> None:
    before, order = cash_fen(stage), delivered(stage)
    stage.wait(T0 + years * 366 * DAY_MS)
    assert state_of(stage, order) is DealState.SETTLED
    assert cash_fen(stage) == before - stage.states.exchange.orders[order].due_fen
    assert not list(stage.states.ledger.held.under())
    assert [place for law in laws.LAWS for place in law(stage.states, stage.now)] == []


def test_an_order_that_nobody_delivers_expires_and_its_escrow_goes_back(stage: Stage) -> None:
    order = OrderId(stage.order())
    stage.wait(T0 + 400 * DAY_MS)
    assert state_of(stage, order) is DealState.EXPIRED
    assert not list(stage.states.ledger.held.under())


def test_a_dispute_that_nobody_decides_ends_with_its_escrow(stage: Stage) -> None:
    order = delivered(stage)
    stage.say(stage.world.insurer, exchange.RejectDelivery(order, RejectReason.INCOMPLETE))
    stage.wait(T0 + 500 * DAY_MS)
    assert state_of(stage, order) is DealState.EXPIRED
    assert not list(stage.states.ledger.held.under())


def subscribed(s: Stage, quantity: int = 2, unit_fen: int = 6_100) -> OrderId:
    """Two months at 61 yuan each, delivered on 2026-09-21: 61 days until 2026-11-21."""
    price = goods.Price(goods.PriceMode.SUBSCRIPTION, unit_fen, goods.Unit.MONTH)
    s.say(s.world.merchant, exchange.ListProduct(s.world.report, price))
    order = s.order(quantity=quantity)
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, RELEASE))
    return order


def cash_fen(s: Stage) -> int:
    return s.states.ledger.accounts[s.states.ledger.by_owner[f"{s.world.insurer}/cash"]].available_fen


def test_a_subscription_is_paid_when_its_time_is_over(stage: Stage) -> None:
    order = subscribed(stage)
    stage.wait(T0 + 60 * DAY_MS)
    assert state_of(stage, order) is DealState.DELIVERED
    stage.wait(T0 + 62 * DAY_MS)
    assert state_of(stage, order) is DealState.SETTLED
    assert stage.states.exchange.orders[order].due_fen == 12_200
    assert [place for law in laws.LAWS for place in law(stage.states, stage.now)] == []


@pytest.mark.parametrize(("days", "due_fen"), [(0, 200), (10, 2_200), (59, 12_000)])
def test_a_subscription_that_ends_early_is_paid_by_the_day(stage: Stage, days: int, due_fen: int) -> None:
    before = cash_fen(stage)
    order = subscribed(stage)
    stage.wait(T0 + days * DAY_MS)
    stage.say(stage.world.insurer, exchange.EndSubscription(order))
    found = stage.states.exchange.orders[order]
    assert (found.state, found.due_fen, found.period_days) == (DealState.SETTLED, due_fen, 61)
    assert cash_fen(stage) == before - due_fen
    assert not list(stage.states.ledger.held.under())
    assert [place for law in laws.LAWS for place in law(stage.states, stage.now)] == []


def test_less_than_a_fen_is_not_paid_and_the_escrow_goes_back(stage: Stage) -> None:
    before = cash_fen(stage)
    order = subscribed(stage, unit_fen=1)
    stage.say(stage.world.merchant, exchange.EndSubscription(order))
    assert (state_of(stage, order), cash_fen(stage)) == (DealState.SETTLED, before)
    assert not list(stage.states.ledger.held.under())
