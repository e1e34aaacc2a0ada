"""What follows when a limit of a deal is over: silence accepts a delivery, what is late expires, nothing stays stuck.

And what goes on by itself: a subscription that renews itself is agreed and delivered again in the same leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, AgreementId, OrderId
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.market.gathering.base import base_of
from mumian.market.reactions.base import Meet, React
from mumian.market.reactions.money import distribution
from mumian.market.reactions.negotiation import agreement_of
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.terms import (
    DELIVERY_DUE,
    ESCROW_DUE,
    INSPECTION_DUE,
    RENEWAL_DUE,
    TURNOVER_DUE,
    RejectReason,
)
from mumian.rooms.revenue.decide import decide as decide_revenue


def _time_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    """Nobody delivered in time, or nobody decided a dispute while its money was held: the order ends."""
    yield exchange.ExpireOrder(OrderId(event.about))


def _inspection_over(s: States, event: ClockReached, now: Instant) -> Iterator[Any]:
    """Silence accepts, unless what is due could not be shared out: then the escrow waits for a decision."""
    key = OrderId(event.about)
    order = s.exchange.orders[key]
    if _may_share(s, key, order, now):
        yield exchange.AcceptDelivery(key)
    else:
        yield exchange.RejectDelivery(key, RejectReason.UNSHARED)


def _may_share(s: States, key: OrderId, order: exchange.Order, now: Instant) -> bool:
    if not order.due_fen:
        return True
    share = distribution(s, key, order.product, order.due_fen, now=now)
    facts = Facts(**base_of(s, 0, now, MARKET))
    return not isinstance(decide_revenue(s.revenue, share, facts), Refused)


def _turnover_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield exchange.MissTurnover(OrderId(event.about))


def _renewal_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield exchange.RenewOrder(OrderId(event.about))


def _accepted(s: States, event: deals.DeliveryAccepted, _now: Instant) -> Iterator[Any]:
    """A subscription that nobody ended may go on."""
    if event.by == MARKET and s.exchange.orders[event.order].renewal_fen:
        yield exchange.RenewOrder(event.order)


def _placed(s: States, event: deals.OrderPlaced, _now: Instant) -> Iterator[Any]:
    """A renewal is on the terms that were agreed, and goes on from where its predecessor ended."""
    if not event.renews:
        return
    before = s.exchange.orders[event.renews]
    offer = s.contracts.offers[s.contracts.agreements[before.agreement].offer]
    yield contracts.ConcludeAgreement(event.product, offer.policy, event.buyer)
    yield exchange.SignDeal(event.order, agreement_of(s, event))
    yield exchange.RecordDelivery(event.order, before.release_digest)


def _closed(s: States, event: deals.UsageClosed, _now: Instant) -> Iterator[Any]:
    """Who no longer shares what it earns no longer uses what it earned by."""
    order = s.exchange.orders[event.order]
    agreement = AgreementId(order.agreement)
    if order.is_shared and s.contracts.agreements[agreement].ended_at is None:
        yield contracts.TerminateAgreement(agreement, contracts.TerminationReason.COMPLETED)


REACTIONS: dict[type, React] = {
    deals.DeliveryAccepted: _accepted,
    deals.OrderPlaced: _placed,
    deals.UsageClosed: _closed,
}

MEET: dict[str, Meet] = {
    DELIVERY_DUE: _time_over,
    INSPECTION_DUE: _inspection_over,
    ESCROW_DUE: _time_over,
    TURNOVER_DUE: _turnover_over,
    RENEWAL_DUE: _renewal_over,
}
