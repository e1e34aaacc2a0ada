"""A deal whose sides fall silent comes to its end by the market's own clock: no order is stuck, no fen is."""

from __future__ import annotations

import pytest
from stage import Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OrderId
from mumian.kernel.time import DAY_MS
from mumian.market.simulator import T0
from mumian.rooms.exchange import model as exchange
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
