"""Attacks on payment that must fail: delivered twice, paid twice, paid out while rights fall away."""

from __future__ import annotations

from typing import Any

import pytest
from reached_settlement import closed, requested
from stage import Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, OrderId, PartyId
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.simulator import T0
from mumian.market.trial import EVIDENCE
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.states import DealState
from mumian.rooms.ledger import views as ledger
from mumian.rooms.revenue import model as revenue
from mumian.rooms.settlement import model as settlement

RELEASE = sha256_hex(b"release")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def delivered(s: Stage) -> OrderId:
    order = OrderId(s.order())
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, RELEASE))
    return order


def cash_fen(s: Stage) -> dict[str, int]:
    return {party: ledger.cash_fen(s.states.ledger, PartyId(party)) for party, _ in s.states.parties.parties.under()}


def faults(s: Stage) -> list[str]:
    return [*map(str, s.states.broken_laws()), *(place for law in laws.LAWS for place in law(s.states, s.now))]


def test_what_is_delivered_twice_is_paid_once(stage: Stage) -> None:
    order = delivered(stage)
    again = exchange.RecordDelivery(order, sha256_hex(b"another"))
    assert stage.ask(stage.world.merchant, again).refused == "exchange.ORDER_STATE_FORBIDS"
    stage.say(stage.world.insurer, exchange.AcceptDelivery(order))
    paid = cash_fen(stage)
    for command in (again, exchange.AcceptDelivery(order)):
        assert stage.ask(stage.world.insurer, command).refused == "exchange.ORDER_STATE_FORBIDS"
    stage.wait(T0 + 400 * DAY_MS)
    assert cash_fen(stage) == paid
    assert faults(stage) == []


def test_a_message_that_is_sent_twice_pays_once(stage: Stage) -> None:
    order = delivered(stage)
    accepting = Spoken(Envelope("accept-1", stage.world.insurer, exchange.AcceptDelivery(order)), "door:test")
    first, second = (stage.market.handle_all([accepting])[0].leaf for _ in range(2))
    assert (first.refused, second.refused) == ("", "envelope.ID_REUSED")
    assert faults(stage) == []


@pytest.mark.parametrize("actor", ["merchant", "insurer", "exchange"])
def test_nobody_shares_out_a_sale_again(stage: Stage, actor: str) -> None:
    order = delivered(stage)
    stage.say(stage.world.insurer, exchange.AcceptDelivery(order))
    paid, who = cash_fen(stage), getattr(stage.world, actor, OPERATOR)
    gross_fen = stage.states.exchange.orders[order].due_fen
    for sale in (order, "order-999"):
        assert (
            stage.ask(who, revenue.Distribute(sale, stage.world.report, gross_fen)).refused == "revenue.NOT_THE_MARKET"
        )
    assert cash_fen(stage) == paid


def test_the_same_cash_is_not_asked_for_twice_and_a_line_is_paid_once(stage: Stage) -> None:
    everything = ledger.cash_fen(stage.states.ledger, stage.world.insurer)
    requested(stage, everything)
    again = settlement.RequestPayout(1, EVIDENCE)
    assert stage.ask(stage.world.insurer, again).refused == "ledger.NO_OVERDRAFT"
    batch = closed(stage)
    stage.say(OPERATOR, settlement.ConfirmPayout(batch, 1))
    assert stage.ask(OPERATOR, settlement.ConfirmPayout(batch, 1)).refused
    assert faults(stage) == []


@pytest.mark.parametrize("when", ["before delivery", "before acceptance", "before payout"])
def test_a_revocation_stops_what_is_not_delivered_and_nothing_that_was(stage: Stage, when: str) -> None:
    """Who delivered under rights that held is paid, and so is the owner who revoked; nothing more can be delivered."""
    order = OrderId(stage.order())
    stage.say(stage.world.insurer, exchange.SignDeal(order, stage.agree(stage.world.report)))
    revoke: tuple[Any, Any] = (stage.world.registry, stage.revocation(0, "operate"))
    if when == "before delivery":
        stage.say(*revoke)
        delivery = exchange.RecordDelivery(order, RELEASE)
        assert stage.ask(stage.world.merchant, delivery).refused == "exchange.LISTING_NOT_OPEN"
        stage.wait(T0 + 400 * DAY_MS)
        assert stage.states.exchange.orders[order].state is DealState.EXPIRED
        assert not list(stage.states.ledger.held.under())
        return
    stage.say(stage.world.merchant, exchange.RecordDelivery(order, RELEASE))
    if when == "before acceptance":
        stage.say(*revoke)
    stage.say(stage.world.insurer, exchange.AcceptDelivery(order))
    owner = stage.world.owners[0]
    share_fen = ledger.cash_fen(stage.states.ledger, owner)
    assert share_fen > 0
    payout = settlement.RequestPayout(share_fen, EVIDENCE)
    stage.say(owner, payout)
    if when == "before payout":
        stage.say(*revoke)
    batch = closed(stage)
    stage.say(OPERATOR, settlement.ConfirmPayout(batch, 1))
    assert ledger.cash_fen(stage.states.ledger, owner) == 0
    assert faults(stage) == []
