"""What every move of a deal asks first: whether the order is there and the move open to it. And what its end does to limits."""

from __future__ import annotations

from mumian.kernel.ids import OrderId
from mumian.kernel.limits import ClockChange, Stop
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.exchange.model import Order, State
from mumian.rooms.exchange.refusals import ExchangeRefusal as R
from mumian.rooms.exchange.states import DealMove, moves_of, names


def moving(state: State, key: OrderId, move: DealMove) -> Order | Refused:
    """Return the order if it exists and the move is open to it."""
    order = state.orders.get(key)
    if order is None:
        return Refused(R.ORDER_UNKNOWN, {"order": key})
    moves = moves_of(order.state, order.payment)
    if move not in moves:
        detail: Detail = {"order": key, "state": order.state.value}
        return Refused(R.ORDER_STATE_FORBIDS, {**detail, "move": move.value, "possible": names(moves)})
    return order


def ended(key: OrderId, order: Order) -> tuple[ClockChange, ...]:
    """Return what the end of a deal does to its limits."""
    return (Stop(key),) if order.is_watched else ()
