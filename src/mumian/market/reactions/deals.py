"""What follows when a limit of a deal is over: silence accepts a delivery, what is late expires, nothing stays stuck."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, OrderId
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.market.gathering.base import base_of
from mumian.market.reactions.base import Meet, React
from mumian.market.reactions.money import distribution
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.terms import DELIVERY_DUE, ESCROW_DUE, INSPECTION_DUE, RejectReason
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


REACTIONS: dict[type, React] = {}

MEET: dict[str, Meet] = {
    DELIVERY_DUE: _time_over,
    INSPECTION_DUE: _inspection_over,
    ESCROW_DUE: _time_over,
}
